package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
	"github.com/connector-spec/connector/spec"
)

// printableSchemas are the schemas that the program prints, the default first.
var printableSchemas = []struct {
	name string
	text func() []byte
}{
	{"spec", spec.EditorSchema},
	{"recording", schemas.Recording},
	{"test-result", schemas.TestResult},
	{"diagnostics", schemas.Diagnostics},
	{"connections", schemas.Connections},
	{"clients", schemas.Clients},
	{"store-status", schemas.StoreStatus},
	{"token", schemas.Token},
	{"disconnect-result", schemas.DisconnectResult},
}

func newSchema(g *global) *cobra.Command {
	var names []string
	for _, s := range printableSchemas {
		names = append(names, s.name)
	}
	return &cobra.Command{
		Use:   "schema [" + strings.Join(names, "|") + "]",
		Short: "Print a JSON Schema, for editors and other validators",
		Long: `Print the JSON Schema of connector specs, of recordings, or of what a command
prints as JSON. Editors that use yaml-language-server
take the one of specs from a comment at the top of a spec:

  # yaml-language-server: $schema=./spec.schema.json`,
		Example: `  connector schema spec > spec.schema.json
  connector schema test-result`,
		ValidArgs: names,
		Args:      atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			args = append(args, names[0])
			for _, s := range printableSchemas {
				if s.name == args[0] {
					_, err := g.Stdout.Write(s.text())
					return err
				}
			}
			return usagef("there is no schema %q; there are %s", args[0], formula.JoinWords(names, "and"))
		},
	}
}
