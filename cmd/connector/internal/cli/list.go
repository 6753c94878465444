package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
)

func newList(g *global) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list [PATH...]",
		Short: "List connectors and their options",
		Long: `List shows the connectors at PATH, or below it: the key by which commands and
other connectors know each, its name and stage, and its options with their
types, whether they have a test, and where the recording of it came from.`,
		Example: `  connector list examples
  connector list --format json examples/kintone`,
		RunE: func(cmd *cobra.Command, args []string) error { return runList(cmd.Context(), g, args) },
	}
	g.formatFlag(cmd, "text", "json")
	return cmd
}

// A listedConnector is what a list says of a connector.
type listedConnector struct {
	Key     string         `json:"key"`
	Name    string         `json:"name"`
	File    string         `json:"file"`
	Version string         `json:"version,omitempty"`
	Stage   string         `json:"stage,omitempty"`
	Valid   bool           `json:"valid"`
	Options []listedOption `json:"options"`
}

// A listedOption is what it says of an option.
type listedOption struct {
	Key       string `json:"key"`
	Title     string `json:"title"`
	Type      string `json:"type"` // as the spec has it
	Test      bool   `json:"test"`
	Recording string `json:"recording,omitempty"` // its source; "unreadable" if it cannot be read
}

func runList(ctx context.Context, g *global, paths []string) error {
	list := []listedConnector{}
	code, err := eachChecked(ctx, g, paths, func(p place, l loaded, broken bool) {
		list = append(list, listedOf(p, l, broken))
	})
	if err != nil {
		return err
	}
	if err := printListing(g, list, g.printConnectors); err != nil {
		return err
	}
	return exitWith(code)
}

// listedOf says what there is of a connector.
func listedOf(p place, l loaded, broken bool) listedConnector {
	meta := l.connector.Meta
	c := listedConnector{
		Key: l.connector.Key(), Name: l.connector.Name(), File: p.display(p.file), Version: meta.Get("version").Text(), Stage: meta.Get("stage").Text(),
		Valid: !broken, Options: []listedOption{},
	}
	for _, o := range l.checked {
		entry := listedOption{Key: o.Option.Key, Title: o.Option.Title(), Type: declaredType(l.connector, o.Option), Test: o.Methods.Has("test")}
		if found, err := p.recording(auth.Subject{Connector: l.connector, Option: o.Option}); err != nil {
			entry.Recording = "unreadable"
		} else if found != nil {
			entry.Recording = "unreadable"
			if rec, _, err := found.read(); err == nil {
				entry.Recording = rec.Source
			}
		}
		c.Options = append(c.Options, entry)
	}
	return c
}

// printConnectors prints a table with a line for each option.
func (g *global) printConnectors(list []listedConnector) error {
	t := &table{head: []string{"KEY", "NAME", "STAGE", "OPTION", "TYPE", "TEST", "RECORDING"}}
	for _, c := range list {
		stage := c.Stage
		if !c.Valid {
			stage = strings.TrimPrefix(stage+", invalid", ", ")
		}
		if len(c.Options) == 0 {
			t.row(c.Key, c.Name, stage, "", "", "", "")
		}
		for i, o := range c.Options {
			key, name := c.Key, c.Name
			if i > 0 {
				key, name, stage = "", "", ""
			}
			test := "yes"
			if !o.Test {
				test = "no"
			}
			t.row(key, name, stage, o.Key, o.Type, test, o.Recording)
		}
	}
	_, err := io.WriteString(g.Stdout, t.text(g.bold))
	return err
}

// declaredType returns the type of an option as the spec has it, before it is
// lowered.
func declaredType(c *spec.Connector, o *spec.Option) string {
	for _, declared := range c.Options() {
		if declared.Key == o.Key {
			return declared.Type()
		}
	}
	return o.Type()
}
