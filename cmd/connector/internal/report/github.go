package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// githubDiagnostics prints diagnostics as workflow commands, of which GitHub
// makes annotations of a change, each beside the line that its properties name.
type githubDiagnostics struct{ w io.Writer }

func openGitHub(w io.Writer, _ Options) Diagnostics { return githubDiagnostics{w} }

func (g githubDiagnostics) Write(c Checked) error {
	if c.Failure != "" {
		return g.command("error", []property{{"title", "unreadable"}, {"file", secret.PrintableLine(c.File)}}, secret.Printable(c.Failure))
	}
	for _, d := range c.Diagnostics {
		message := secret.PrintableLine(fmt.Sprintf("%s [%s]", d.Message, d.Code))
		if d.Hint != "" {
			message += "\nhint: " + secret.PrintableLine(d.Hint)
		}
		if err := g.command(githubLevel(d.Severity), githubPlace(d), message); err != nil {
			return err
		}
	}
	return nil
}

// Close prints the summary, since a log without a line looks as if nothing had
// been done.
func (g githubDiagnostics) Close(s Summary) error {
	if s.Quiet {
		return nil
	}
	_, err := fmt.Fprintln(g.w, s.text())
	return err
}

// githubLevel returns the command for a severity.
func githubLevel(s spec.Severity) string {
	if s == spec.Info {
		return "notice"
	}
	return s.String()
}

// A property is a name with its value, not yet escaped.
type property struct{ name, value string }

// githubPlace returns the properties that say where a diagnostic is. GitHub
// takes columns for places within one line only.
func githubPlace(d spec.Diagnostic) []property {
	number := func(name string, n int) property { return property{name, fmt.Sprint(n)} }
	end := cmp.Or(d.EndLine, d.Line)
	list := []property{
		{"title", d.Code},
		{"file", secret.PrintableLine(d.File)},
		number("line", d.Line),
		number("endLine", end),
	}
	if end == d.Line {
		list = append(list, number("col", d.Column), number("endColumn", max(d.EndColumn, d.Column)))
	}
	return list
}

// command prints one workflow command.
func (g githubDiagnostics) command(name string, properties []property, message string) error {
	var b strings.Builder
	b.WriteString("::" + name)
	separator := " "
	for _, p := range properties {
		b.WriteString(separator + p.name + "=" + propertyEscaper.Replace(p.value))
		separator = ","
	}
	b.WriteString("::" + dataEscaper.Replace(message) + "\n")
	_, err := io.WriteString(g.w, b.String())
	return err
}

// The characters that end a command or a property of it are written as GitHub's
// runner decodes them.
var (
	dataEscaper     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
