package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
)

// listConnectionsBy is the command that shows which connections there are.
const listConnectionsBy = "connector connections list"

func newConnections(g *global) *cobra.Command {
	return g.group(&cobra.Command{
		Use:   "connections",
		Short: "List, test, change and move the connections that are stored",
		Long: `Connections are what connector connect keeps: what was entered, and the
credential that a login gave. They are stored encrypted. Nothing shows what was
entered, and connections token alone prints a part of a credential.

A connection remembers where its spec lies. --spec says where it is now, if it
was moved.`,
		Example: `  connector connections list`,
	},
		newConnectionsList(g), newConnectionsShow(g), newConnectionsTest(g), newConnectionsRefresh(g), newConnectionsToken(g),
		newConnectionsEdit(g), newConnectionsRename(g), newConnectionsExport(g), newConnectionsImport(g))
}

func newConnectionsList(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the connections that are stored",
		Long: `List prints the connections with their state. One that is expired is refreshed
when it is used next, if it can be; one that needs a login is connected anew with
connector connect --name NAME.

Exit codes: 0 fine, 2 wrong command line, 3 some could not be read, 4 no key to
read them with.`,
		Example: `  connector connections list
  connector connections list --format json`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return listConnections(cmd.Context(), g) },
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func newConnectionsShow(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Show what is known of a connection, without what was entered",
		Long: `Show prints all that is stored of a connection but its secrets: of what was
entered, and of the credential, the names of what is there.`,
		Example:           `  connector connections show work --format json`,
		Args:              oneName("connection", listConnectionsBy),
		ValidArgsFunction: g.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			return showConnection(cmd.Context(), g, args[0])
		},
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

// The states of a connection.
const (
	stateOK         = "ok"
	stateExpired    = "expired"
	stateNeedsLogin = "needs-login"
)

// A connectionEntry is what is said of a connection. What its user entered is in
// it by name alone.
type connectionEntry struct {
	Name           string    `json:"name"`
	Connector      string    `json:"connector"`
	Title          string    `json:"title"`
	Option         string    `json:"option"`
	Label          string    `json:"label"`
	Environment    string    `json:"environment,omitempty"`
	Client         string    `json:"client,omitempty"`
	Through        string    `json:"through,omitempty"` // the connection that it borrows from
	CreatedAt      time.Time `json:"createdAt"`
	ChangedAt      time.Time `json:"changedAt"`
	ExpiresAt      time.Time `json:"expiresAt,omitzero"`
	Scopes         []string  `json:"scopes"`
	OptionalScopes []string  `json:"optionalScopes,omitempty"`
	State          string    `json:"state"`
	Reason         string    `json:"reason,omitempty"` // why a login is needed
	Untested       bool      `json:"untested,omitempty"`
	Spec           string    `json:"spec"`
	Hosts          []string  `json:"hosts"`
	Routes         []string  `json:"routes,omitempty"`
	AllowPrivate   bool      `json:"allowPrivate,omitempty"`
	RedirectURI    string    `json:"redirectUri,omitempty"`
	Inputs         []string  `json:"inputs"`
	Parameters     []string  `json:"parameters"`
	Credential     []string  `json:"credential"`
}

// entryOfConnection says of a connection what may be seen at a time; all are
// those that it may borrow from.
func entryOfConnection(c *store.Connection, all []*store.Connection, now time.Time) connectionEntry {
	e := connectionEntry{
		Name: c.Name, Connector: c.Connector, Title: c.Title, Option: c.Option, Label: c.Label,
		Environment: c.Environment, Client: c.Client,
		ExpiresAt: toSecond(c.Expiry), CreatedAt: toSecond(c.Created), ChangedAt: toSecond(c.Changed), Scopes: noNull(c.Scopes), OptionalScopes: c.OptionalScopes,
		State: stateOK, Reason: c.NeedsLogin, Untested: c.Untested,
		Spec: c.Spec, Hosts: noNull(c.Hosts), Routes: c.Routes, AllowPrivate: c.AllowPrivate, RedirectURI: c.Redirect,
		Inputs: namesIn(c.Inputs), Parameters: namesIn(c.Parameters), Credential: []string{},
	}
	for _, other := range all {
		if c.Lender != "" && other.ID == c.Lender {
			e.Through = other.Name
		}
	}
	switch {
	case c.NeedsLogin != "":
		e.State = stateNeedsLogin
	case !c.Expiry.IsZero() && !now.Before(c.Expiry):
		e.State = stateExpired
	}
	if credential, err := auth.DecodeCredential(c.Credential); err == nil {
		e.Credential = noNull(credential.Values.Keys())
	}
	return e
}

// toSecond returns a time in UTC without what is less than a second.
func toSecond(t time.Time) time.Time { return t.UTC().Truncate(time.Second) }

// noNull returns a list that is empty in JSON, and not null.
func noNull(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// namesIn returns the names of an object.
func namesIn(object json.RawMessage) []string {
	v, err := formula.ParseJSON(object)
	if err != nil || !v.IsObject() {
		return []string{}
	}
	return noNull(v.Keys())
}

// connectionList is what is printed of connections as JSON.
type connectionList struct {
	Version     int               `json:"version"`
	Connections []connectionEntry `json:"connections"`
	Unreadable  []string          `json:"unreadable,omitempty"`
}

func listConnections(ctx context.Context, g *global) error {
	s, err := g.openStore()
	if noStore(err) {
		return g.printConnections(connectionList{Version: 1, Connections: []connectionEntry{}})
	}
	if err != nil {
		return err
	}
	records, problems := s.Connections(ctx)
	if len(problems) > 0 && isKeyError(problems[0]) {
		return problems[0]
	}
	list := connectionList{Version: 1, Connections: []connectionEntry{}}
	for _, c := range records {
		list.Connections = append(list.Connections, entryOfConnection(c, records, g.Now()))
	}
	for _, p := range problems {
		list.Unreadable = append(list.Unreadable, p.Error())
	}
	if err := g.printConnections(list); err != nil {
		return err
	}
	return g.unreadable(problems)
}

// unreadable says which records could not be read, and returns the exit for
// that; nil if all could.
func (g *global) unreadable(problems []error) error {
	for _, p := range problems {
		fmt.Fprintf(g.Stderr, "connector: %s\n", secret.Printable(p.Error()))
	}
	if len(problems) > 0 {
		return exit{exitFailed}
	}
	return nil
}

// printConnections prints a list.
func (g *global) printConnections(list connectionList) error {
	if g.format == "json" {
		return report.JSON(g.Stdout, list)
	}
	if len(list.Connections) == 0 {
		if !g.quiet && len(list.Unreadable) == 0 {
			fmt.Fprintln(g.Stderr, "connector: there are no connections; connector connect makes one")
		}
		return nil
	}
	t := table{head: []string{"NAME", "CONNECTOR", "STATE", "LABEL"}}
	for _, e := range list.Connections {
		t.row(e.Name, e.connectorAndOption(), e.stateText(g.Now()), e.Label)
	}
	_, err := io.WriteString(g.Stdout, t.text(g.bold))
	return err
}

func (g *global) bold(text string) string { return g.paint(styleBold, text) }

// connectorAndOption names what is connected.
func (e *connectionEntry) connectorAndOption() string {
	name := e.Title
	if name == "" {
		name = e.Connector
	}
	if e.Option != "" && e.Option != "default" {
		name += " / " + e.Option
	}
	return name
}

// stateText says the state in words, with when it ends or has ended.
func (e *connectionEntry) stateText(now time.Time) string {
	text := strings.ReplaceAll(e.State, "-", " ")
	if e.State != stateNeedsLogin && !e.ExpiresAt.IsZero() {
		text += ", " + endsIn(e.ExpiresAt.Sub(now))
	}
	if e.Untested {
		text += ", untested"
	}
	return text
}

// endsIn says how long a time lasts that is left, or has passed since.
func endsIn(d time.Duration) string {
	format := "%s left"
	if d <= 0 {
		d, format = -d, "%s ago"
	}
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if d >= 2*unit.length {
			return fmt.Sprintf(format, fmt.Sprintf("%d %ss", d/unit.length, unit.name))
		}
	}
	return fmt.Sprintf(format, fmt.Sprintf("%d seconds", d/time.Second))
}

func showConnection(ctx context.Context, g *global, name string) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	c, err := s.Connection(ctx, name)
	if err != nil {
		return err
	}
	all, _ := s.Connections(ctx)
	return g.printConnection(c, all)
}

// printConnection prints all that may be seen of one connection.
func (g *global) printConnection(c *store.Connection, all []*store.Connection) error {
	e := entryOfConnection(c, all, g.Now())
	if g.format == "json" {
		return report.JSON(g.Stdout, connectionList{Version: 1, Connections: []connectionEntry{e}})
	}
	var s sheet
	s.add("name", e.Name)
	s.add("connector", e.Title)
	s.add("option", e.Option)
	s.add("environment", e.Environment)
	s.add("label", e.Label)
	s.add("state", e.stateText(g.Now()))
	s.add("why", e.Reason)
	s.add("made", shownTime(e.CreatedAt))
	s.add("changed", shownTime(e.ChangedAt))
	s.add("expires", shownTime(e.ExpiresAt))
	s.add("scopes", strings.Join(e.Scopes, " "))
	s.add("optional", strings.Join(e.OptionalScopes, " "))
	s.add("client", e.Client)
	s.add("through", e.Through)
	s.add("entered", strings.Join(e.Inputs, ", "))
	s.add("parameters", strings.Join(e.Parameters, ", "))
	s.add("credential", strings.Join(e.Credential, ", "))
	s.add("sent to", e.Hosts...)
	s.add("routed", e.Routes...)
	if e.AllowPrivate {
		s.add("private", "hosts that were entered may be private addresses")
	}
	s.add("redirect", e.RedirectURI)
	s.add("spec", e.Spec+goneMark(e.Spec))
	_, err := io.WriteString(g.Stdout, s.text(g.bold))
	return err
}

// goneMark says of a spec that is not there any more what to do.
func goneMark(file string) string {
	if _, err := os.Stat(file); file != "" && errors.Is(err, os.ErrNotExist) {
		return " (it is not there any more; --spec PATH says where it is)"
	}
	return ""
}

// shownTime writes a time for people; "" for none.
func shownTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2006-01-02 15:04:05 MST")
}
