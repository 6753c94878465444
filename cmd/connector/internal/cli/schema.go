package cli

import (
	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/schemas"
	"github.com/connector-spec/connector/spec"
)

// printable are the schemas that the program prints.
var printableSchemas = map[string]func() []byte{
	"spec":      spec.EditorSchema,
	"recording": schemas.Recording,
}

func newSchema(g *global) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [spec|recording]",
		Short: "Print a JSON Schema, for editors and other validators",
		Long: `Print the JSON Schema of connector specs, or of recordings. Editors that use
yaml-language-server take it from a comment at the top of a spec:

  # yaml-language-server: $schema=./spec.schema.json`,
		Example:   "  connector schema spec > spec.schema.json",
		ValidArgs: []string{"spec", "recording"},
		Args:      atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			name := "spec"
			if len(args) > 0 {
				name = args[0]
			}
			schema, ok := printableSchemas[name]
			if !ok {
				return usagef("there is no schema %q; there are spec and recording", name)
			}
			_, err := g.Stdout.Write(schema())
			return err
		},
	}
}
