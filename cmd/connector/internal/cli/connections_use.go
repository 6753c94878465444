package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec/method"
)

// useOptions are the flags of a command that uses one stored connection.
type useOptions struct {
	stored  storedOptions
	network networkOptions
}

// useCommand completes a command that uses one stored connection, which is its
// argument; or one that is in a file or a variable, for runs that have no store.
func (g *global) useCommand(cmd *cobra.Command, run func(context.Context, *global, useOptions) error) *cobra.Command {
	var opts useOptions
	opts.stored.changeFlags(cmd.Flags())
	cmd.Flags().StringVar(&opts.stored.connectionFile, "connection-file", "", "use the sealed connection in this `file`")
	opts.network.flags(cmd.Flags())
	cmd.ValidArgsFunction = g.completeConnections
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && opts.stored.given(g) {
			return nil
		}
		return oneName("connection", listConnectionsBy)(cmd, args)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			if opts.stored.connectionFile != "" {
				return usagef("one connection is used: give its NAME or --connection-file")
			}
			opts.stored.connection = args[0]
		}
		return run(cmd.Context(), g, opts)
	}
	return cmd
}

func newConnectionsTest(g *global) *cobra.Command {
	cmd := g.useCommand(&cobra.Command{
		Use:   "test NAME",
		Short: "Test a connection with the request that its spec names",
		Long: `Test sends the test request of the spec with the credential of the connection,
which is refreshed first if it is due. A test that passes brings the label of the
connection up to date.

Exit codes: 0 passed, 1 failed, 2 wrong command line, 3 no answer, or a file that
could not be read, 4 no connection of that name, or one that needs a login.`,
		Example: `  connector connections test work`,
	}, testConnection)
	g.formatFlag(cmd, report.TestFormats()...)
	return cmd
}

func newConnectionsRefresh(g *global) *cobra.Command {
	cmd := g.useCommand(&cobra.Command{
		Use:   "refresh NAME",
		Short: "Obtain the credential of a connection anew",
		Long: `Refresh obtains the credential anew whether or not that is due. Nothing needs it:
whatever uses a connection refreshes it in time.

Exit codes: 0 refreshed, 1 refused by the provider, or there is nothing to refresh
with, 2 wrong command line, 3 no answer, or it could not be stored, 4 no
connection of that name, or one that needs a login.`,
		Example: `  connector connections refresh work`,
	}, refreshConnection)
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func newConnectionsToken(g *global) *cobra.Command {
	cmd := g.useCommand(&cobra.Command{
		Use:   "token NAME",
		Short: "Print the access token of a connection, for another program",
		Long: `Token prints the access token and nothing else, refreshed if it is due. As JSON it
comes with its type, its scopes and when it ends. What reads it can do what the
connection can: let it go to the program that needs it, by a pipe or a variable.

Exit codes: 0 printed, 1 there is no access token, or the provider refused a new
one, 2 wrong command line, 3 no answer, or it could not be stored, 4 no connection
of that name, or one that needs a login.`,
		Example: `  TOKEN=$(connector connections token work)`,
	}, printToken)
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func testConnection(ctx context.Context, g *global, o useOptions) error {
	c, err := g.stored(ctx, o.stored, o.network)
	if err != nil {
		return err
	}
	defer c.end()
	out := report.NewTests(g.format, g.Stdout, report.TestOptions{
		Color: g.useColor(g.StdoutTerminal), Quiet: g.quiet, Routes: o.network.with(c.record.Routes).routes, Version: version(), Now: g.Now,
	})
	result, err := c.connection.Test(ctx)
	if err != nil {
		return g.refusedConnection(err, c.record.Name)
	}
	r := report.Test{Connector: c.subject.Connector.Name(), File: c.place.display(c.place.file), Option: c.subject.OptionKey(), Mode: "live"}
	r.Fill(result)
	hider{g.redactor, false}.reveal(&r, result)
	err = g.refusedConnection(result.Err, c.record.Name)
	if hint := hintOf(err); hint != "" {
		r.Hint = hint
	}
	if err := out.Write(r); err != nil {
		return err
	}
	if err := out.Close(report.End{}); err != nil {
		return err
	}
	if !result.OK {
		code, _ := codeAndText(err)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return exitWith(max(code, exitNo))
	}
	if result.Label == c.record.Label && !c.record.Untested {
		return nil
	}
	return c.shelf.update(ctx, func(record *store.Connection) {
		record.Untested = false
		if result.Label != "" {
			record.Label = result.Label
		}
	})
}

func refreshConnection(ctx context.Context, g *global, o useOptions) error {
	c, err := g.stored(ctx, o.stored, o.network)
	if err != nil {
		return err
	}
	defer c.end()
	if err := c.connection.Refresh(ctx); err != nil {
		return g.refusedConnection(err, c.record.Name)
	}
	e := entryOfConnection(c.record, nil, g.Now())
	fresh := c.connection.Credential()
	e.ExpiresAt, e.State, e.Reason = toSecond(fresh.Expiry), stateOK, ""
	if fresh.Scopes != nil {
		e.Scopes = fresh.Scopes
	}
	if g.format == "json" {
		return report.JSON(g.Stdout, connectionList{Version: 1, Connections: []connectionEntry{e}})
	}
	_, err = fmt.Fprintf(g.Stdout, "%s  %s\n", g.bold(secret.PrintableLine(e.Name)), "refreshed: "+e.stateText(g.Now()))
	return err
}

// tokenReport is an access token as JSON.
type tokenReport struct {
	Version     int       `json:"version"`
	AccessToken string    `json:"accessToken"`
	TokenType   string    `json:"tokenType"`
	ExpiresAt   time.Time `json:"expiresAt,omitzero"`
	Scopes      []string  `json:"scopes"`
}

func printToken(ctx context.Context, g *global, o useOptions) error {
	c, err := g.stored(ctx, o.stored, o.network)
	if err != nil {
		return err
	}
	defer c.end()
	credential, err := c.connection.Fresh(ctx)
	if err != nil {
		return g.refusedConnection(err, c.record.Name)
	}
	t, err := credential.Token()
	if err != nil {
		return noError{fmt.Errorf("connection %q has no access token, as only OAuth 2 gives one; connector request sends what it has", c.record.Name)}
	}
	if credential.Key != "" {
		return noError{fmt.Errorf("the access token of connection %q is bound to a key that stays here (DPoP), so that no other program can use it; connector request can", c.record.Name)}
	}
	if credential.NeedsLogin != "" {
		g.say("warning: %q needs a new login, and this token ends: %s", c.record.Name, credential.NeedsLogin)
	}
	if g.StdoutTerminal {
		g.say("warning: this shows a secret on your screen")
	}
	if g.format != "json" {
		_, err = fmt.Fprintln(g.plain, t.AccessToken)
		return err
	}
	r := tokenReport{Version: 1, AccessToken: t.AccessToken, TokenType: t.TokenType, ExpiresAt: toSecond(t.Expiry), Scopes: noNull(credential.Scopes)}
	if credential.Scopes == nil {
		r.Scopes = noNull(credential.Asked)
	}
	return report.JSON(g.plain, r)
}

// refusedConnection returns an error of a connection in use as what the command
// ends with: a refusal is the answer no, and a login that is needed a credential
// that is missing. Nil stays nil.
func (g *global) refusedConnection(err error, name string) error {
	var login *auth.LoginError
	var refused *token.Error
	var status *method.StatusError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &login):
		wrapped := error(credentialError{err})
		if login.Err != nil { // it happened now
			wrapped = noError{err}
		}
		return &hinted{wrapped, fmt.Sprintf("connector connect --name %s logs in again", shellWord(name))}
	case errors.Is(err, auth.ErrNoRefresh), errors.As(err, &refused) && refused.Refused(), errors.As(err, &status):
		return noError{err}
	}
	return err
}
