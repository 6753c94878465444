package cli

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/lint"
)

// platformFlag adds --for, which names the platform whose rules apply.
func platformFlag(cmd *cobra.Command, name *string) {
	known := lint.PlatformNames()
	cmd.Flags().Func("for", "add the rules of a `platform`: "+formula.JoinWords(known, "or"), func(text string) error {
		if !slices.Contains(known, text) {
			return fmt.Errorf("platforms are %s", formula.JoinWords(known, "and"))
		}
		*name = text
		return nil
	})
	_ = cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(known, cobra.ShellCompDirectiveNoFileComp))
}
