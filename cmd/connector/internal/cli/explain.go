package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

func newExplain(g *global) *cobra.Command {
	var option string
	var guide bool
	cmd := &cobra.Command{
		Use:   "explain [CODE|PATH]",
		Short: "Say what a diagnostic code means, or what a connector would send",
		Long: `Explain says what a code that validate reports means and why it matters, and
shows a connector that it is reported of, and the same connector mended. Without
a code it lists them all.

Of a path it shows the spec as it runs, shorthands lowered, and the requests that
each method and operation would send, each part with the line of the spec that it
comes from. Nothing is sent and no script is run: what a user enters, a server
answers or a credential holds is a placeholder, such as {{input.apiKey}}. A known
code wins over a path; write ./NAME for a path of that name.

With --guide it prints, as Markdown, what somebody needs who connects: what to
register and with which redirect URI, what to enter and where to find it, what
the connection may do, and which hosts get the credential.`,
		Example: `  connector explain unmarked-secret
  connector explain
  connector explain examples/openweather
  connector explain --guide examples/kintone`,
		Args: atMost(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var codes []string
			for _, p := range lint.Pages() {
				if len(args) == 0 {
					codes = append(codes, cobra.CompletionWithDesc(p.Code, p.Summary))
				}
			}
			return codes, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if guide {
				return g.guide(append(args, ".")[0], option)
			}
			if len(args) == 0 {
				if option != "" {
					return usagef("--option is for a PATH, such as \".\"")
				}
				return listCodes(g)
			}
			if _, err := os.Stat(args[0]); err == nil && !isCode(args[0]) {
				return explainSpec(cmd.Context(), g, args[0], option)
			}
			return explainCode(g, args[0])
		},
	}
	cmd.Flags().StringVar(&option, "option", "", "explain one option of a connector only, by its `key`")
	cmd.Flags().BoolVar(&guide, "guide", false, "print a setup guide for who connects, as Markdown")
	g.formatFlag(cmd, "text", "json")
	return cmd
}

// A codeEntry is what a list says of a code.
type codeEntry struct {
	Code       string        `json:"code"`
	Severity   spec.Severity `json:"severity"`
	CanDisable bool          `json:"canDisable"`
	When       string        `json:"when,omitempty"` // it is looked for; "" is always
	Summary    string        `json:"summary"`
}

// A codePage is all there is to say about a code.
type codePage struct {
	Version int `json:"version"`
	codeEntry
	Reason string        `json:"reason"`
	Flags  string        `json:"flags,omitempty"` // that validate needs to say it
	Bad    []exampleFile `json:"bad"`
	Output string        `json:"output"`
	Good   []exampleFile `json:"good"`
}

// An exampleFile is a file of an example. One with bytes that a text cannot
// hold is escaped: then a backslash begins an escape as in Go.
type exampleFile struct {
	Name    string `json:"name"`
	Text    string `json:"text"`
	Escaped bool   `json:"escaped,omitempty"`
}

func entryOf(p lint.Page) codeEntry {
	e := codeEntry{p.Code, p.Severity(), lint.RefuseDisable(p.Code) == "", "", p.Summary}
	if r := lint.FindRule(p.Code); r != nil {
		e.When = map[lint.When]string{
			lint.WhenListed:  "with stage: ready, or --for",
			lint.ForPlatform: "with --for",
		}[r.When]
	}
	return e
}

// listCodes prints all codes: first the errors, then the opinions.
func listCodes(g *global) error {
	var entries []codeEntry
	width := 0
	for _, p := range lint.Pages() {
		entries = append(entries, entryOf(p))
		width = max(width, len(p.Code))
	}
	if g.format == "json" {
		return report.JSON(g.Stdout, struct {
			Version int         `json:"version"`
			Codes   []codeEntry `json:"codes"`
		}{1, entries})
	}
	var b strings.Builder
	list := func(title string, canDisable bool) {
		b.WriteString(g.paint(styleBold, title) + "\n")
		for _, e := range entries {
			if e.CanDisable != canDisable {
				continue
			}
			severity := ""
			if canDisable {
				severity = e.Severity.String() + ": "
			}
			fmt.Fprintf(&b, "  %-*s  %s%s\n", width, e.Code, severity, e.Summary)
		}
	}
	list("Errors: the spec cannot be used", false)
	b.WriteByte('\n')
	list("Opinions: there is a better way, and they can be switched off", true)
	_, err := io.WriteString(g.Stdout, b.String())
	return err
}

// explainCode prints the page of a code.
func explainCode(g *global, code string) error {
	if strings.ContainsAny(code, "./\\") { // no code has one: it is a path
		return usagef("%s: no such file or directory", code)
	}
	p, known := lint.PageOf(code)
	if !known {
		message, hint := lint.CheckCode(code)
		return usagef("%s; %s", message, hint)
	}
	e := entryOf(p)
	if g.format == "json" {
		return report.JSON(g.Stdout, codePage{1, e, p.Reason, p.Flags, exampleFiles(p.Bad), p.Output, exampleFiles(p.Good)})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n\n", g.paint(styleBold, p.Code), standing(e))
	b.WriteString(secret.Printable(p.Summary) + "\n\n")
	if p.Reason != "" {
		b.WriteString(secret.Printable(p.Reason) + "\n\n")
	}
	command := strings.TrimSpace("connector validate " + p.Flags)
	g.writeExample(&b, "wrong", p.Bad)
	fmt.Fprintf(&b, "%s\n\n%s\n", g.paint(styleBold, command), indented(p.Output))
	g.writeExample(&b, "right", p.Good)
	_, err := io.WriteString(g.Stdout, strings.TrimRight(b.String(), "\n")+"\n")
	return err
}

// A hinting prints diagnostics and, once at the end, how to learn more about the
// first of them. It is for people at a terminal.
type hinting struct {
	report.Diagnostics
	w    io.Writer
	code string
}

func (h *hinting) Write(c report.Checked) error {
	if h.code == "" && len(c.Diagnostics) > 0 {
		h.code = c.Diagnostics[0].Code
	}
	return h.Diagnostics.Write(c)
}

func (h *hinting) Close(s report.Summary) error {
	err := h.Diagnostics.Close(s)
	if err == nil && h.code != "" {
		_, err = fmt.Fprintf(h.w, "more about a code: connector explain %s\n", h.code)
	}
	return err
}

// standing says how much a code matters, and to whom.
func standing(e codeEntry) string {
	s := e.Severity.String()
	if e.When != "" {
		s += " " + e.When
	}
	if e.CanDisable {
		return s + ", can be switched off"
	}
	return s + ", cannot be switched off"
}

// writeExample writes the files of an example below a title.
func (g *global) writeExample(b *strings.Builder, title string, files []lint.File) {
	for _, f := range exampleFiles(files) {
		fmt.Fprintf(b, "%s\n\n%s\n", g.paint(styleBold, title+": "+secret.PrintableLine(f.Name)), indented(f.Text))
	}
}

func exampleFiles(files []lint.File) []exampleFile {
	list := make([]exampleFile, len(files))
	for i, f := range files {
		list[i] = exampleFile{f.Name, f.Written(), f.IsEscaped()}
	}
	return list
}

// indented returns a text that is safe to print, with four blanks before each
// line that is not empty.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line = secret.PrintableLine(strings.TrimRight(line, "\r\n"))
		if line != "" {
			line = "    " + line
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// styleBold is a parameter of SGR.
const styleBold = "1"

// paint returns s in a style, where standard output is coloured.
func (g *global) paint(style, s string) string {
	if !g.useColor(g.StdoutTerminal) {
		return s
	}
	return "\x1b[" + style + "m" + s + "\x1b[0m"
}
