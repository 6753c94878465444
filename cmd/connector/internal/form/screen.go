package form

import (
	"fmt"
	"io"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
)

// A screen writes what there is to read beside the questions.
type screen struct {
	w io.Writer
	o PromptOptions
}

func newScreen(w io.Writer, o PromptOptions) screen {
	if o.Width <= 0 {
		o.Width = 80
	}
	return screen{w, o}
}

// The escapes of colours.
const (
	bold  = "1"
	faint = "2"
	red   = "31"
)

// paint writes a line, indented, as many as the width wants.
func (s screen) paint(style, indent, text string) {
	for _, l := range wrap(text, max(s.o.Width-len(indent), 10)) {
		if s.o.Color && style != "" && l != "" {
			l = "\x1b[" + style + "m" + l + "\x1b[0m"
		}
		fmt.Fprintln(s.w, strings.TrimRight(indent+l, " "))
	}
}

// Say writes a text of several paragraphs as wide as the terminal is, indented
// by so many columns.
func Say(w io.Writer, text string, indent int, o PromptOptions) {
	newScreen(w, o).paint("", strings.Repeat(" ", indent), text)
}

// legend tells how to answer, if that was not told before.
func (s screen) legend() {
	if told := s.o.Explained; told != nil {
		if *told {
			return
		}
		*told = true
	}
	s.paint(faint, "", "An empty answer takes what stands in brackets, or leaves out what is optional; ? explains a question again.")
}

// explain writes what is said of a field, if there is anything.
func (s screen) explain(field Field) {
	if field.Description == "" && field.HelpURI == "" && field.Example == "" && len(field.Choices) == 0 && field.Kind != Lines && field.Kind != Structured {
		return
	}
	fmt.Fprintln(s.w)
	s.paint(bold, "", field.Title)
	if field.Description != "" {
		s.paint("", "  ", field.Description)
	}
	if field.HelpURI != "" {
		s.paint(faint, "  ", "Help: "+field.HelpURI)
	}
	if field.Example != "" {
		s.paint(faint, "  ", "For example: "+field.Example)
	}
	switch field.Kind {
	case Lines:
		s.paint(faint, "  ", "It may have several lines; an empty one ends it.")
	case Structured:
		what := "An object, written as JSON."
		if typeOf(field.items) == "string" && field.items.IsObject() {
			what = "Texts with commas between them, or a list written as JSON."
		} else if !field.items.IsUndefined() {
			what = "A list, written as JSON."
		}
		s.paint(faint, "  ", what)
	case Several:
		s.paint(faint, "  ", "Any of these, with commas between them:")
	}
	s.choices(field.Choices)
}

func (s screen) choices(choices []Choice) {
	marked := numbered(choices)
	for i, c := range choices {
		mark := "- "
		if marked {
			mark = fmt.Sprintf("%*d) ", len(fmt.Sprint(len(choices))), i+1)
		}
		blank := strings.Repeat(" ", len(mark))
		for j, l := range wrap(c.Title, max(s.o.Width-2-len(mark), 10)) {
			if j > 0 {
				mark = blank
			}
			fmt.Fprintf(s.w, "  %s%s\n", mark, l)
		}
		if c.Description != "" {
			s.paint(faint, "  "+blank, c.Description)
		}
	}
}

// explainAgain is for who asks what is wanted.
func (s screen) explainAgain(field Field) {
	s.explain(field)
	switch {
	case field.Description != "" || field.HelpURI != "":
	case len(field.Choices) > 0 && numbered(field.Choices):
		s.paint("", "  ", "Answer with a number, or with the words beside it.")
	case field.Required:
		s.paint("", "  ", "It is required, and the connector says no more about it.")
	default:
		s.paint("", "  ", "It may be left out; the connector says no more about it.")
	}
}

// problem says what is wrong, with a value as a whole or that of a field.
func (s screen) problem(title, message string) {
	s.paint(red, "  ", "! "+strings.TrimSpace(title+" "+secret.PrintableLine(message)))
}

// noteBlanks tells of what nobody sees: blanks around a secret, which stay.
func (s screen) noteBlanks(field Field, v formula.Value) {
	text, ok := v.AsString()
	if ok && field.Secret && field.Kind == Text && strings.Trim(text, " \t") != text {
		s.paint(faint, "  ", "It begins or ends with a blank, which is kept.")
	}
}

// question returns the line that asks.
func (s screen) question(field Field, fallback formula.Value) string {
	var b strings.Builder
	if s.o.For != "" {
		b.WriteString(line(s.o.For) + ": ")
	}
	b.WriteString(field.Title)
	if !field.Required && fallback.IsUndefined() {
		b.WriteString(" (optional)")
	}
	yes, isBool := fallback.AsBool()
	switch {
	case field.Secret && !fallback.IsUndefined():
		b.WriteString(" [not shown]")
	case field.Kind == Boolean && isBool && yes:
		b.WriteString(" [Y/n]")
	case field.Kind == Boolean && isBool:
		b.WriteString(" [y/N]")
	case field.Kind == Boolean:
		b.WriteString(" [y/n]")
	case !fallback.IsUndefined():
		room := s.o.Width - runewidth.StringWidth(b.String()) - 15
		b.WriteString(" [" + shorten(field.shown(fallback), max(room, 10)) + "]")
	}
	if strings.HasSuffix(field.Title, "?") || strings.HasSuffix(field.Title, ":") {
		return b.String() + " "
	}
	return b.String() + ": "
}
