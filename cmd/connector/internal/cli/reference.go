package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth/secret"
)

// Root returns the commands, for who writes about them.
func Root() *cobra.Command {
	root := newRoot(&global{Env: &Env{Getenv: func(string) string { return "" }}, redactor: secret.NewRedactor()})
	root.InitDefaultCompletionCmd()
	root.DisableAutoGenTag = true
	return root
}

// WriteReference writes the reference of all commands as Markdown.
func WriteReference(w io.Writer) error {
	root := Root()
	var b strings.Builder
	b.WriteString("<!-- Made by go generate from the commands themselves. -->\n\n# Commands\n\n")
	fmt.Fprintf(&b, "%s\n\nFlags of every command:\n\n", paragraph(root.Long))
	writeFlags(&b, root.PersistentFlags())
	for _, c := range root.Commands() {
		if c.Name() != "completion" && c.Name() != "help" {
			writeCommand(&b, c)
		}
	}
	b.WriteString("\n## connector completion\n\n`connector completion bash|zsh|fish|powershell` prints a script that completes\ncommands in that shell.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCommand(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n", c.CommandPath())
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	fmt.Fprintf(b, "```sh\n%s\n```\n\n%s\n", strings.TrimSuffix(c.UseLine(), " [flags]"), paragraph(text))
	if c.HasAvailableLocalFlags() {
		b.WriteString("\n")
		writeFlags(b, c.LocalNonPersistentFlags())
	}
	if c.Example != "" {
		fmt.Fprintf(b, "\nExamples:\n\n```sh\n%s\n```\n", strings.ReplaceAll(strings.TrimPrefix(c.Example, "  "), "\n  ", "\n"))
	}
	for _, sub := range c.Commands() {
		writeCommand(b, sub)
	}
}

func writeFlags(b *strings.Builder, flags *pflag.FlagSet) {
	b.WriteString("| flag | |\n|---|---|\n")
	flags.VisitAll(func(f *pflag.Flag) {
		name, usage := pflag.UnquoteUsage(f)
		if f.Name == "help" {
			return
		}
		flag := "--" + f.Name
		if name != "" {
			flag += " " + name
		}
		fmt.Fprintf(b, "| `%s` | %s |\n", flag, strings.ReplaceAll(usage, "|", "\\|"))
	})
}

// paragraph keeps the lines of a help text that are examples as code.
func paragraph(text string) string {
	var b strings.Builder
	code := false
	for line := range strings.Lines(text) {
		indented := strings.HasPrefix(line, "  ")
		switch {
		case indented && !code:
			b.WriteString("```sh\n")
			code = true
		case !indented && code:
			b.WriteString("```\n")
			code = false
		}
		b.WriteString(strings.TrimPrefix(line, "  "))
	}
	if code {
		b.WriteString("\n```")
	}
	return b.String()
}
