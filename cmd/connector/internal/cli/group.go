package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
)

// group makes a command one that does nothing itself but hold others.
func (g *global) group(cmd *cobra.Command, subs ...*cobra.Command) *cobra.Command {
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return usagef("there is no command %q; see %s --help", args[0], cmd.CommandPath())
		}
		return cmd.Help()
	}
	for _, sub := range subs {
		run := sub.RunE
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			g.running = true
			return run(cmd, args)
		}
	}
	cmd.AddCommand(subs...)
	return cmd
}

// oneName returns the check of a command that takes the name of one thing, of
// which another command lists those that there are.
func oneName(what, list string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 || args[0] == "" {
			return usagef("which %s? %s shows them", what, list)
		}
		return atMost(1)(cmd, args)
	}
}

// A table is text in columns, for people. Its cells are made safe to print.
type table struct {
	head []string // names of the columns
	rows [][]string
}

func (t *table) row(cells ...string) {
	for i := range cells {
		cells[i] = secret.PrintableLine(cells[i])
	}
	t.rows = append(t.rows, cells)
}

// text returns the table as lines, with paint for its head. Blanks separate
// columns, and none stand at the end of a line.
func (t *table) text(paint func(string) string) string {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	line := func(cells []string) string {
		var b strings.Builder
		for i, cell := range cells {
			b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
		}
		return strings.TrimRight(b.String(), " ")
	}
	var b strings.Builder
	b.WriteString(paint(line(t.head)) + "\n")
	for _, row := range t.rows {
		b.WriteString(line(row) + "\n")
	}
	return b.String()
}

// A sheet is what is said of one thing: facts with their names, for people.
type sheet struct{ facts [][2]string }

// add adds a fact, unless it is empty.
func (s *sheet) add(name string, texts ...string) {
	texts = slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return text == "" })
	for i, text := range texts {
		if i > 0 {
			name = ""
		}
		s.facts = append(s.facts, [2]string{name, secret.PrintableLine(text)})
	}
}

// text returns a line for each fact, with paint for the names.
func (s *sheet) text(paint func(string) string) string {
	width := 0
	for _, f := range s.facts {
		width = max(width, utf8.RuneCountInString(f[0]))
	}
	var b strings.Builder
	for _, f := range s.facts {
		name := fmt.Sprintf("%-*s", width, f[0])
		if f[0] != "" {
			name = paint(name)
		}
		b.WriteString(name + "  " + f[1] + "\n")
	}
	return b.String()
}
