package cli

import "github.com/spf13/cobra"

func newTest(g *global) *cobra.Command { return &cobra.Command{Use: "test"} }
