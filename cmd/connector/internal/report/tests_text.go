package report

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// maxReturned bounds what is shown of what a test returned, in characters.
const maxReturned = 160

// textTests prints tests for people: each with its steps, the exchanges of a
// step beneath it, and what is to be said about it.
type textTests struct {
	w       io.Writer
	options TestOptions
	tally   Tally
}

func openTextTests(w io.Writer, o TestOptions) Tests { return &textTests{w: w, options: o} }

// words are what a line begins with, and its colour.
var words = map[string]struct{ text, color string }{
	passed: {"ok  ", green}, failed: {"FAIL", red}, skipped: {"skip", yellow},
}

func (t *textTests) Write(r Test) error {
	on := t.options.Color
	t.tally.add(&r)
	word := words[r.outcome()]
	name := r.Connector
	if what := r.name(); what != "" {
		name += " / " + what
	}
	after := paint(on, dim, r.Mode)
	if r.Skipped != "" {
		after = secret.PrintableLine(r.Skipped)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s  %s\n", paint(on, word.color, word.text), paint(on, bold, secret.PrintableLine(name)), after)
	if r.Skipped == "" {
		for i := range r.Steps {
			t.step(&b, &r, &r.Steps[i])
		}
		for _, remark := range r.remarks() {
			t.remark(&b, remark)
		}
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}

func (t *textTests) step(b *strings.Builder, r *Test, s *Step) {
	on := t.options.Color
	mark := paint(on, green, "✓")
	if !s.OK {
		mark = paint(on, red, "✗")
	}
	fmt.Fprintf(b, "     %s %s", mark, secret.PrintableLine(s.Name))
	if s.Request != nil {
		fmt.Fprintf(b, "  %s", secret.PrintableLine(s.Request.Method+" "+s.Request.URL))
	}
	if s.Status != 0 {
		fmt.Fprintf(b, "  %d", s.Status)
	}
	if r.timed() && s.Request != nil {
		b.WriteString(paint(on, dim, fmt.Sprintf("  %.0f ms", s.MS)))
	}
	if s.Message != "" && (s.OK || !strings.HasSuffix(r.Message, s.Message)) {
		fmt.Fprintf(b, "  %s", secret.PrintableLine(s.Message))
	}
	b.WriteByte('\n')
	for i := range s.Exchanges {
		for line := range strings.Lines(s.Exchanges[i].text()) {
			fmt.Fprintf(b, "       %s\n", paint(on, dim, strings.TrimRight(line, "\n")))
		}
	}
}

func (t *textTests) remark(b *strings.Builder, r remark) {
	text := secret.PrintableLine(r.text)
	if r.kind == "returned" {
		text = shorten(text, maxReturned)
	}
	if r.kind != "" {
		text = r.kind + ": " + text
	}
	switch r.kind {
	case "":
		text = paint(t.options.Color, red, text)
	case "warning":
		text = paint(t.options.Color, yellow, text)
	}
	fmt.Fprintf(b, "     %s\n", text)
}

// shorten cuts a text to a number of characters.
func shorten(text string, most int) string {
	n := 0
	for i := range text {
		if n++; n > most {
			return text[:i] + "…"
		}
	}
	return text
}

// text returns the exchange as lines for people: what was sent behind >, what
// was answered behind <.
func (x *Exchange) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s\n", secret.PrintableLine(x.Method+" "+x.URL))
	x.Request.write(&b, "> ")
	b.WriteString("< " + x.statusLine() + "\n")
	x.Response.write(&b, "< ")
	return b.String()
}

// statusLine returns the status with its words.
func (x *Exchange) statusLine() string {
	if x.Status == 0 {
		return "(no answer)"
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)))
}

func (m *Message) write(b *strings.Builder, mark string) {
	for _, h := range m.Headers {
		fmt.Fprintf(b, "%s%s: %s\n", mark, secret.PrintableLine(h.Name), secret.PrintableLine(h.Value))
	}
	if m.Body != "" || m.Note != "" {
		b.WriteString(strings.TrimRight(mark, " ") + "\n")
	}
	for line := range strings.Lines(secret.Printable(m.Body)) {
		b.WriteString(mark + strings.TrimRight(line, "\n") + "\n")
	}
	if m.Note != "" {
		fmt.Fprintf(b, "%s(%s)\n", mark, secret.PrintableLine(m.Note))
	}
}

func (t *textTests) Close(end End) error {
	var b strings.Builder
	if !t.options.Quiet {
		for _, r := range t.options.Routes {
			fmt.Fprintf(&b, "routed: %s\n", secret.PrintableLine(r))
		}
		b.WriteString(t.tally.String())
		if text := end.text(); text != "" {
			b.WriteString("; " + text)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(t.w, b.String())
	return err
}
