package report

import (
	"html"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// markup is HTML that is safe to print: what is foreign in it went through
// text, lines or attributes. It is written as XML wants it, too, so that a
// strict reader can check it.
type markup string

// text returns foreign text as markup.
func text(s string) markup { return markup(html.EscapeString(secret.PrintableLine(s))) }

// lines returns foreign text of several lines as markup, for a pre.
func lines(s string) markup { return markup(html.EscapeString(secret.Printable(s))) }

// attributes are pairs of a name and a value, which may be foreign.
type attributes []string

// element returns an element with what is in it.
func element(name string, a attributes, inside ...markup) markup {
	size := 2*len(name) + len("<></>\n")
	for _, m := range inside {
		size += len(m)
	}
	for _, part := range a {
		size += len(part) + len(` ="`)
	}
	var b strings.Builder
	b.Grow(size)
	b.WriteByte('<')
	b.WriteString(name)
	for i := 0; i+1 < len(a); i += 2 {
		b.WriteByte(' ')
		b.WriteString(a[i])
		b.WriteString(`="`)
		b.WriteString(string(text(a[i+1])))
		b.WriteByte('"')
	}
	if len(inside) == 0 && void[name] {
		b.WriteString("/>")
		return markup(b.String())
	}
	b.WriteByte('>')
	for _, m := range inside {
		b.WriteString(string(m))
	}
	b.WriteString("</")
	b.WriteString(name)
	b.WriteByte('>')
	if !inline[name] {
		b.WriteByte('\n')
	}
	return markup(b.String())
}

// void are the elements without an end.
var void = map[string]bool{"meta": true, "br": true}

// inline are the elements within a line.
var inline = map[string]bool{"a": true, "code": true, "span": true, "strong": true, "time": true}
