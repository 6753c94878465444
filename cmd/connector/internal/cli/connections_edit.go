package cli

import (
	"github.com/spf13/cobra"
)

func newConnectionsEdit(g *global) *cobra.Command {
	opts := connectOptions{edit: true, draft: true} // who has it has agreed to a draft
	cmd := &cobra.Command{
		Use:   "edit NAME",
		Short: "Enter anew what a connection was made with",
		Long: `Edit asks for everything that was entered for a connection. What is not secret is
offered as it was; secrets are entered anew, since nothing shows them. The
connection is tested before it is changed, after a login if it takes one: until
then, and if the test fails, it stays as it is.

Without a terminal, what is not secret stays as it was where nothing else is
given, and secrets come from --input-file or variables such as
CONNECTOR_INPUT_API_KEY.

Exit codes: 0 changed, 1 the login was refused or the test failed, 2 wrong command
line, 3 no answer, or it could not be stored, 4 something is missing that nobody
could be asked for, or there is no connection of that name.`,
		Example:           `  connector connections edit work`,
		Args:              oneName("connection", listConnectionsBy),
		ValidArgsFunction: g.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			opts.name = args[0]
			return runConnect(cmd.Context(), g, opts)
		},
	}
	f := cmd.Flags()
	f.StringVar(&opts.path, "spec", "", "the connector lies at this `path` now")
	f.StringVar(&opts.client, "client", "", "use the stored OAuth client of this `name`")
	f.StringArrayVar(&opts.scopes, "scope", nil, "ask for this optional `scope`, too")
	f.BoolVar(&opts.force, "force", false, "change the connection also if its test fails")
	f.BoolVar(&opts.yes, "yes", false, "accept that the hosts or scripts of the connector have changed")
	opts.login.flags(f)
	opts.network.flags(f)
	opts.values.flags(f)
	g.formatFlag(cmd, "text", "json")
	return cmd
}
