package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// A Text prints diagnostics for people: the place, the message, the line with
// the culprit underlined, and the advice.
type Text struct {
	w     io.Writer
	color bool
}

// NewText returns what prints diagnostics for people.
func NewText(w io.Writer, color bool) *Text { return &Text{w: w, color: color} }

// textDiagnostics is a Text with a summary at the end.
type textDiagnostics struct{ *Text }

func openText(w io.Writer, o Options) Diagnostics { return textDiagnostics{NewText(w, o.Color)} }

func (t textDiagnostics) Write(c Checked) error { return t.Text.Write(c.Diagnostics) }

// The colours, as parameters of SGR.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	blue   = "1;34"
	green  = "32"
	cyan   = "36"
	dim    = "2"
)

// paint returns s in a colour.
func paint(on bool, color, s string) string {
	if !on || s == "" {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

func severityColor(s spec.Severity) string {
	switch s {
	case spec.Error:
		return red
	case spec.Warning:
		return yellow
	default:
		return blue
	}
}

// Write prints diagnostics.
func (t *Text) Write(list []spec.Diagnostic) error {
	for _, d := range list {
		if _, err := io.WriteString(t.w, t.format(d)); err != nil {
			return err
		}
	}
	return nil
}

func (t *Text) format(d spec.Diagnostic) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %s\n",
		paint(t.color, bold, fmt.Sprintf("%s:%d:%d:", secret.PrintableLine(d.File), d.Line, d.Column)),
		paint(t.color, severityColor(d.Severity), d.Severity.String()+":"),
		secret.PrintableLine(d.Message),
		paint(t.color, dim, "["+d.Code+"]"))
	number := strconv.Itoa(d.Line)
	margin := strings.Repeat(" ", len(number))
	bar := paint(t.color, blue, "|")
	if strings.TrimSpace(d.Text) != "" {
		line, marks := frame(d)
		fmt.Fprintf(&b, "%s %s\n", margin, bar)
		fmt.Fprintf(&b, "%s %s %s\n", paint(t.color, blue, number), bar, line)
		fmt.Fprintf(&b, "%s %s %s\n", margin, bar, paint(t.color, severityColor(d.Severity), marks))
	}
	if d.Hint != "" {
		fmt.Fprintf(&b, "%s %s %s\n", margin, paint(t.color, blue, "="), "hint: "+secret.PrintableLine(d.Hint))
	}
	b.WriteByte('\n')
	return b.String()
}

func (t textDiagnostics) Close(s Summary) error {
	if s.Quiet {
		return nil
	}
	text := s.text()
	if s.Unread == 0 && s.Errors == 0 && s.Warnings == 0 {
		text = paint(t.color, green, "ok") + strings.TrimPrefix(text, "ok")
	}
	_, err := fmt.Fprintln(t.w, text)
	return err
}

// text returns the summary as a line for people.
func (s Summary) text() string {
	what := plural(s.Connectors, "connector")
	if s.Unread == 0 && s.Errors == 0 && s.Warnings == 0 {
		return "ok " + what + ": no problems"
	}
	line := fmt.Sprintf("%s: %s, %s", what, plural(s.Errors, "error"), plural(s.Warnings, "warning"))
	if s.Unread > 0 {
		line += fmt.Sprintf("; %d could not be read", s.Unread)
	}
	if s.Fixable > 0 {
		line += fmt.Sprintf("; %d can be mended by --fix", s.Fixable)
	}
	return line
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// The frame shows at most this much of a long line, in columns of the screen,
// and at most this much before the culprit.
const (
	frameWidth  = 100
	frameBefore = 60
	tabWidth    = 4
)

// frame returns the source line of a diagnostic, made safe to print, and the
// line of marks under its culprit. Columns count code points, marks count
// columns of the screen: wide characters have two, tabs go to the next stop.
func frame(d spec.Diagnostic) (line, marks string) {
	start, end := d.Column, d.EndColumn
	if d.EndLine != d.Line {
		end = utf8.RuneCountInString(d.Text) + 1
	}
	var out []cell
	column, width := 0, 0
	for _, r := range d.Text {
		column++
		c := printCell(r, width)
		c.marked = column >= start && (column < end || column == start)
		width += c.width
		out = append(out, c)
	}
	if start > column { // at or past the end of the line
		out = append(out, cell{text: " ", width: 1, marked: true})
	}
	out, cut := clipCells(out)
	var text, under strings.Builder
	if cut {
		text.WriteString("…")
		under.WriteString(" ")
	}
	for _, c := range out {
		text.WriteString(c.text)
		mark := " "
		if c.marked {
			mark = "^"
		}
		under.WriteString(strings.Repeat(mark, c.width))
	}
	return strings.TrimRight(text.String(), " "), strings.TrimRight(under.String(), " ")
}

// A cell is one code point as it is printed.
type cell struct {
	text   string
	width  int
	marked bool
}

func printCell(r rune, at int) cell {
	if r == '\t' {
		n := tabWidth - at%tabWidth
		return cell{text: strings.Repeat(" ", n), width: n}
	}
	s := secret.PrintableLine(string(r))
	return cell{text: s, width: runewidth.StringWidth(s)}
}

// clipCells keeps the part of a long line that holds the culprit.
func clipCells(cells []cell) (kept []cell, cut bool) {
	before, from := 0, 0
	for i, c := range cells {
		if c.marked {
			for before > frameBefore && from < i {
				before -= cells[from].width
				from++
			}
			break
		}
		before += c.width
	}
	width, to := 0, from
	for to < len(cells) && width+cells[to].width <= frameWidth {
		width += cells[to].width
		to++
	}
	kept = cells[from:to:to]
	if to < len(cells) {
		kept = append(kept, cell{text: "…", width: 1})
	}
	return kept, from > 0
}
