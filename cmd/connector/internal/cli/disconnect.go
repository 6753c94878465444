package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

type disconnectOptions struct {
	stored  storedOptions
	network networkOptions
	local   bool
}

func newDisconnect(g *global) *cobra.Command {
	var opts disconnectOptions
	cmd := &cobra.Command{
		Use:   "disconnect NAME",
		Short: "End a connection: revoke it at the provider and delete it here",
		Long: `Disconnect takes the permission away at the provider, by the disconnect method of
the spec or by revoking its tokens, and deletes the connection here, whatever came
of that. A provider that cannot be asked, or refuses, is said; then the permission
may have to be taken away there, in the settings of the account.

Where the spec is gone or has changed, nothing is sent and nothing deleted: --spec
says where it lies, --yes accepts the change, and --local deletes the connection
without asking the provider.

Exit codes: 0 ended, 1 deleted here, and not revoked, or kept, since you said no,
2 wrong command line, 3 it could not be deleted, or deleted here without an answer
from the provider, 4 no connection of that name, or no key to read it with.`,
		Example:           `  connector disconnect work`,
		Args:              oneName("connection", listConnectionsBy),
		ValidArgsFunction: g.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.stored.connection = args[0]
			return disconnect(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.stored.spec, "spec", "", "the connector lies at this `path` now")
	f.BoolVar(&opts.stored.yes, "yes", false, "do not ask, and accept that the connector has changed")
	f.BoolVar(&opts.local, "local", false, "delete it here without asking the provider")
	opts.network.flags(f)
	g.formatFlag(cmd, "text", "json")
	return cmd
}

// disconnectReport is what came of a disconnect, as JSON.
type disconnectReport struct {
	Version    int           `json:"version"`
	OK         bool          `json:"ok"` // nothing is left to be done
	Connection string        `json:"connection"`
	Connector  string        `json:"connector"`
	Revoked    bool          `json:"revoked"`
	Deleted    bool          `json:"deleted"`
	Steps      []report.Step `json:"steps"`
	Message    string        `json:"message"` // why it was not revoked
	Hint       string        `json:"hint,omitempty"`
	Notes      []string      `json:"notes,omitempty"`
}

func disconnect(ctx context.Context, g *global, o disconnectOptions) error {
	shelf, err := g.shelfOf(ctx, o.stored)
	if err != nil {
		return err
	}
	record := shelf.record
	if err := g.sure(ctx, disconnectQuestion(record, o.local), o.stored.yes); err != nil {
		return err
	}
	r := disconnectReport{Version: 1, Connection: record.Name, Connector: record.Connector, Steps: []report.Step{}}
	code := exitOK
	if o.local {
		r.Message = "the provider was not asked"
	} else {
		c, err := g.openStored(ctx, shelf, o.stored, o.network)
		if err != nil {
			return withoutProvider(err)
		}
		defer c.end()
		if code, err = c.revoke(ctx, &r); err != nil {
			return err
		}
	}
	err = remove(context.WithoutCancel(ctx), shelf)
	g.warnBorrowers(ctx, shelf)
	r.Deleted = err == nil
	r.OK = r.Deleted && code == exitOK
	if said := g.printDisconnect(r); err == nil {
		err = said
	}
	if err != nil {
		return err
	}
	return exitWith(code)
}

// disconnectQuestion asks whether a connection is to end.
func disconnectQuestion(c *store.Connection, local bool) string {
	e := connectionEntry{Title: c.Title, Connector: c.Connector, Option: c.Option}
	what := e.connectorAndOption()
	if c.Label != "" {
		what += ", " + c.Label
	}
	how := "revoke it at the provider if the spec says how"
	if local {
		how = "leave it valid at the provider"
	}
	return fmt.Sprintf("Delete the connection %q (%s) here, and %s?", c.Name, what, how)
}

// withoutProvider adds to an error of a connection that cannot be opened how it
// is deleted all the same.
func withoutProvider(err error) error {
	hint := "--local deletes the connection without asking the provider"
	if other := hintOf(err); other != "" {
		hint = other + "; " + hint
	}
	return &hinted{err, hint}
}

// maxRevocations bounds how often a credential is revoked that others refresh
// meanwhile.
const maxRevocations = 3

// revoke takes the permission away at the provider, and says how that went. An
// error says that the user interrupted it.
func (c *storedConnection) revoke(ctx context.Context, r *disconnectReport) (code int, err error) {
	for range maxRevocations {
		result, err := c.connection.Disconnect(ctx)
		if ctx.Err() != nil {
			return exitInterrupted, context.Cause(ctx)
		}
		if err != nil {
			return exitFailed, err
		}
		t := report.Test{}
		t.Fill(result)
		r.Steps = append(r.Steps, t.Steps...)
		r.Revoked, r.Message, r.Hint, r.Notes = result.OK, t.Message, t.Hint, t.Notes
		switch {
		case result.OK:
			code = exitOK
		case errors.Is(result.Err, auth.ErrNoRevocation):
			code, r.Message = exitOK, auth.ErrNoRevocation.Error()
		case result.Unreachable():
			code = exitFailed
		default:
			code = exitNo
		}
		renewed, err := c.renewedMeanwhile(ctx)
		if err != nil || !renewed {
			return code, nil // of what cannot be read, deleting will say why
		}
	}
	return code, nil
}

// renewedMeanwhile tells whether another process has obtained another credential
// since ours was read, which is used from then on.
func (c *storedConnection) renewedMeanwhile(ctx context.Context) (bool, error) {
	record, err := c.shelf.store.Connection(ctx, c.record.Name)
	if err != nil {
		return false, err
	}
	kept, err := auth.KeptCredential(record)
	if err != nil || kept == nil || kept.Generation <= c.connection.Credential().Generation {
		return false, err
	}
	c.connection, err = c.open(c.subject, c.values, kept)
	return err == nil, err
}

// remove deletes a record; that another process has done so already is fine.
func remove(ctx context.Context, s *shelf) error {
	locked, err := s.lock(ctx)
	var missing *store.MissingError
	if errors.As(err, &missing) {
		return nil
	}
	if err != nil {
		return err
	}
	defer locked.Release()
	return locked.Remove(ctx)
}

// warnBorrowers names the connections that borrowed from one that has ended.
func (g *global) warnBorrowers(ctx context.Context, s *shelf) {
	list, _ := s.store.Connections(ctx)
	for _, c := range list {
		if c.Lender == s.record.ID {
			g.say("warning: %q borrowed from it: connector connect --name %s --through NAME mends that", c.Name, shellWord(c.Name))
		}
	}
}

// printDisconnect prints how each step went.
func (g *global) printDisconnect(r disconnectReport) error {
	if g.format == "json" {
		return report.JSON(g.Stdout, r)
	}
	var b strings.Builder
	line := func(word string, parts ...string) {
		b.WriteString(strings.TrimRight(word+" "+secret.PrintableLine(strings.Join(parts, "  ")), " ") + "\n")
	}
	for _, s := range r.Steps {
		word, parts := "ok  ", []string{s.Name}
		if !s.OK {
			word = "FAIL"
		}
		if s.Request != nil {
			parts = append(parts, s.Request.Method+" "+s.Request.URL)
		}
		if s.Status != 0 {
			parts = append(parts, fmt.Sprint(s.Status))
		}
		line(word, parts...)
	}
	if !r.Revoked {
		line("    ", "not revoked: "+r.Message)
	}
	if r.Hint != "" {
		line("    ", "hint: "+r.Hint)
	}
	for _, n := range r.Notes {
		line("    ", "note: "+n)
	}
	if r.Deleted {
		line("ok  ", fmt.Sprintf("delete  %q is no longer stored here", r.Connection))
	} else {
		line("FAIL", fmt.Sprintf("delete  %q is still stored here", r.Connection))
	}
	_, err := io.WriteString(g.Stdout, b.String())
	return err
}
