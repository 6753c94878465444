package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func newOperations(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "operations",
		Short: "List the operations of connectors, or run one",
		Long: `Operations are named requests that a connector has besides its authentication:
what it is connected for. They stand under operations in the spec, or in files
operations/KEY.yml.`,
		Example: `  connector operations list examples/github
  CONNECTOR_INPUT_API_KEY=… connector operations run currentWeather examples/openweather --input place=Paris`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("there is no command %q; see connector operations --help", args[0])
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(newOperationsList(g), newOperationsRun(g))
	return cmd
}

func newOperationsList(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "list [PATH...]",
		Short:   "List the operations of connectors",
		Long:    `List prints the operations of each connector with what they take.`,
		Example: `  connector operations list examples/github`,
		RunE: func(cmd *cobra.Command, args []string) error {
			g.running = true
			return listOperations(cmd.Context(), g, args)
		},
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

// connectorOperations are the operations of one connector.
type connectorOperations struct {
	Connector  string           `json:"connector"`
	File       string           `json:"file"`
	Operations []operationEntry `json:"operations"`
}

// An operationEntry is what a list says of an operation.
type operationEntry struct {
	Key          string          `json:"key"`
	Title        string          `json:"title"`
	Description  string          `json:"description,omitempty"`
	Type         string          `json:"type"`
	InputSchema  json.RawMessage `json:"inputSchema,omitempty"`
	OutputSchema json.RawMessage `json:"outputSchema,omitempty"`

	takes []string // names of inputs, with a mark at those that it needs
}

func entryOfOperation(o *spec.Operation) operationEntry {
	e := operationEntry{Key: o.Key, Title: o.Title(), Description: o.Value.Get("description").Text(), Type: o.Kind()}
	required, _ := o.InputSchema().Get("required").AsList()
	for _, name := range o.InputSchema().Get("properties").Keys() {
		mark := ""
		if !slices.ContainsFunc(required, formula.String(name).Equal) || o.InputSchema().Get("properties").Get(name).Has("default") {
			mark = "?"
		}
		e.takes = append(e.takes, name+mark)
	}
	if s := o.InputSchema(); s.IsObject() {
		e.InputSchema = s.AppendJSON(nil)
	}
	if s := o.OutputSchema(); s.IsObject() {
		e.OutputSchema = s.AppendJSON(nil)
	}
	return e
}

func listOperations(ctx context.Context, g *global, paths []string) error {
	list := []connectorOperations{}
	code, err := eachChecked(ctx, g, paths, func(p place, l loaded, _ bool) {
		c := connectorOperations{Connector: l.connector.Name(), File: p.display(p.file), Operations: []operationEntry{}}
		for _, o := range l.connector.Operations() {
			c.Operations = append(c.Operations, entryOfOperation(o))
		}
		list = append(list, c)
	})
	if err != nil {
		return err
	}
	if err := printListing(g, list, g.printOperations); err != nil {
		return err
	}
	return exitWith(code)
}

// printOperations prints a list for people.
func (g *global) printOperations(list []connectorOperations) error {
	var b strings.Builder
	for _, c := range list {
		if len(c.Operations) == 0 {
			continue
		}
		b.WriteString(g.paint(styleBold, secret.PrintableLine(c.Connector)) + "\n")
		keys, titles := 0, 0
		for _, o := range c.Operations {
			keys, titles = max(keys, len(o.Key)), max(titles, len([]rune(secret.PrintableLine(o.Title))))
		}
		for _, o := range c.Operations {
			takes := ""
			if len(o.takes) > 0 {
				takes = "takes " + strings.Join(o.takes, ", ")
			}
			line := fmt.Sprintf("  %-*s  %-*s  %s", keys, o.Key, titles, secret.PrintableLine(o.Title), secret.PrintableLine(takes))
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	if b.Len() == 0 && !g.quiet {
		fmt.Fprintln(g.Stderr, "connector: there are no operations")
	}
	_, err := io.WriteString(g.Stdout, b.String())
	return err
}
