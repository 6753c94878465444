package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
)

// listClientsBy is the command that shows which clients there are.
const listClientsBy = "connector clients list"

func newClients(g *global) *cobra.Command {
	return g.group(&cobra.Command{
		Use:   "clients",
		Short: "Keep OAuth clients by name, for many connections",
		Long: `A client is what a provider gives to who registers an application: mostly an id
and a secret, which a spec calls connector parameters. Kept once, it serves many
connections: connector connect --client NAME takes the parameters from there, and
a connection follows its client when that is changed.

Clients are stored encrypted, and nothing shows what they hold.`,
		Example: `  connector clients list`,
	}, newClientsAdd(g), newClientsList(g), newClientsShow(g), newClientsEdit(g), newClientsRemove(g))
}

func newClientsList(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the OAuth clients that are stored",
		Long:  `List prints the clients with the connections that use them.`,
		Example: `  connector clients list
  connector clients list --format json`,
		Args: atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return listClients(cmd.Context(), g) },
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func newClientsShow(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:               "show NAME",
		Short:             "Show what is known of an OAuth client, without what was entered",
		Long:              `Show prints which parameters a client has, by their names, and who uses it.`,
		Example:           `  connector clients show acme --format json`,
		Args:              oneName("client", listClientsBy),
		ValidArgsFunction: g.completeClients,
		RunE:              func(cmd *cobra.Command, args []string) error { return showClient(cmd.Context(), g, args[0]) },
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

func newClientsRemove(g *global) *cobra.Command {
	var force, yes bool
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove an OAuth client",
		Long: `Remove deletes a client here; at the provider it stays registered. One that
connections use is kept, unless --force says otherwise: they cannot be refreshed
without it.

Exit codes: 0 removed, 1 not removed, 2 wrong command line, 3 the store could not
be written, 4 there is no such client.`,
		Example:           `  connector clients remove acme`,
		Args:              oneName("client", listClientsBy),
		ValidArgsFunction: g.completeClients,
		RunE: func(cmd *cobra.Command, args []string) error {
			return removeClient(cmd.Context(), g, args[0], force, yes)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "remove it though connections use it")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// A clientEntry is what is said of a client.
type clientEntry struct {
	Name       string    `json:"name"`
	Connector  string    `json:"connector"`
	Parameters []string  `json:"parameters"`
	UsedBy     []string  `json:"usedBy"`
	CreatedAt  time.Time `json:"createdAt"`
	ChangedAt  time.Time `json:"changedAt"`
}

// clientList is what is printed of clients as JSON.
type clientList struct {
	Version    int           `json:"version"`
	Clients    []clientEntry `json:"clients"`
	Unreadable []string      `json:"unreadable,omitempty"`
}

func entryOfClient(c *store.Client, connections []*store.Connection) clientEntry {
	return clientEntry{
		Name: c.Name, Connector: c.Connector, Parameters: namesIn(c.Parameters), UsedBy: usersOf(c.Name, connections),
		CreatedAt: toSecond(c.Created), ChangedAt: toSecond(c.Changed),
	}
}

// usersOf lists the connections that use a client.
func usersOf(client string, connections []*store.Connection) []string {
	users := []string{}
	for _, c := range connections {
		if strings.EqualFold(c.Client, client) {
			users = append(users, c.Name)
		}
	}
	return users
}

func listClients(ctx context.Context, g *global) error {
	s, err := g.openStore()
	if noStore(err) {
		return g.printClients(clientList{Version: 1, Clients: []clientEntry{}})
	}
	if err != nil {
		return err
	}
	clients, problems := s.Clients(ctx)
	if len(problems) > 0 && isKeyError(problems[0]) {
		return problems[0]
	}
	connections, unread := s.Connections(ctx)
	problems = append(problems, unread...)
	list := clientList{Version: 1, Clients: []clientEntry{}}
	for _, c := range clients {
		list.Clients = append(list.Clients, entryOfClient(c, connections))
	}
	for _, p := range problems {
		list.Unreadable = append(list.Unreadable, p.Error())
	}
	if err := g.printClients(list); err != nil {
		return err
	}
	return g.unreadable(problems)
}

func (g *global) printClients(list clientList) error {
	if g.format == "json" {
		return report.JSON(g.Stdout, list)
	}
	if len(list.Clients) == 0 {
		if !g.quiet && len(list.Unreadable) == 0 {
			fmt.Fprintln(g.Stderr, "connector: there are no clients; connector clients add makes one")
		}
		return nil
	}
	t := table{head: []string{"NAME", "CONNECTOR", "PARAMETERS", "USED BY"}}
	for _, e := range list.Clients {
		t.row(e.Name, anyConnector(e.Connector), strings.Join(e.Parameters, ", "), strings.Join(e.UsedBy, ", "))
	}
	_, err := io.WriteString(g.Stdout, t.text(g.bold))
	return err
}

// anyConnector names the connector of a client, which may be for any.
func anyConnector(key string) string {
	if key == "" {
		return "any"
	}
	return key
}

func showClient(ctx context.Context, g *global, name string) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	c, err := s.Client(ctx, name)
	if err != nil {
		return err
	}
	connections, problems := s.Connections(ctx)
	e := entryOfClient(c, connections)
	if g.format == "json" {
		if err := report.JSON(g.Stdout, clientList{Version: 1, Clients: []clientEntry{e}}); err != nil {
			return err
		}
		return g.unreadable(problems)
	}
	var b sheet
	b.add("name", e.Name)
	b.add("connector", anyConnector(e.Connector))
	b.add("parameters", strings.Join(e.Parameters, ", "))
	b.add("used by", strings.Join(e.UsedBy, ", "))
	b.add("made", shownTime(e.CreatedAt))
	b.add("changed", shownTime(e.ChangedAt))
	if _, err := io.WriteString(g.Stdout, b.text(g.bold)); err != nil {
		return err
	}
	return g.unreadable(problems)
}

func removeClient(ctx context.Context, g *global, name string, force, yes bool) error {
	s, err := g.openStore()
	if err != nil {
		return err
	}
	c, err := s.Client(ctx, name)
	if err != nil {
		return err
	}
	connections, problems := s.Connections(ctx)
	if len(problems) > 0 && !force {
		_ = g.unreadable(problems)
		return noError{fmt.Errorf("client %q is kept: which connections use it cannot be told; --force removes it all the same", name)}
	}
	users := usersOf(c.Name, connections)
	if len(users) > 0 && !force {
		return noError{fmt.Errorf("client %q is kept: %s; --force removes it all the same", c.Name, usedBy(users))}
	}
	if err := g.sure(ctx, fmt.Sprintf("Remove the client %q?", c.Name), yes); err != nil {
		return err
	}
	if err := s.RemoveClient(ctx, c.Name); err != nil {
		return err
	}
	if len(users) > 0 {
		fmt.Fprintf(g.Stderr, "connector: warning: %s: connector connect --name NAME --client OTHER mends it\n", usedBy(users))
	}
	g.say("the client %q is removed; at the provider it stays registered", c.Name)
	return nil
}

// usedBy says which connections use a client.
func usedBy(users []string) string {
	quoted := make([]string, len(users))
	for i, u := range users {
		quoted[i] = fmt.Sprintf("%q", u)
	}
	verb, what := "uses", "connection"
	if len(users) > 1 {
		verb, what = "use", "connections"
	}
	slices.Sort(quoted)
	return secret.PrintableLine(fmt.Sprintf("the %s %s %s it", what, formula.JoinWords(quoted, "and"), verb))
}
