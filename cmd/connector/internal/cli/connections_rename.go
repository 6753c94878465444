package cli

import (
	"github.com/spf13/cobra"
)

func newConnectionsRename(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "rename NAME NEW-NAME",
		Short: "Give a connection another name",
		Long: `Rename changes the name and nothing else. A name is taken whatever the case of its
letters.

Exit codes: 0 renamed, 1 the name is taken, 2 wrong command line, 3 it could not be
written, 4 no connection of that name.`,
		Example: `  connector connections rename work "work, until May"`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				return usagef("which name is %q to have?", args[0])
			}
			if len(args) > 2 {
				return atMost(2)(cmd, args)
			}
			return oneName("connection", listConnectionsBy)(cmd, args[:min(len(args), 1)])
		},
		ValidArgsFunction: g.completeConnections,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := g.openStore()
			if err != nil {
				return err
			}
			if err := s.Rename(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			g.say("%q is called %q now", args[0], args[1])
			return nil
		},
	}
}
