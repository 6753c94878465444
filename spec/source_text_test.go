package spec_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
)

// A scribe writes YAML and notes where each code point of a text value lands.
type scribe struct {
	*rand.Rand
	out          strings.Builder
	line, column int
	text         strings.Builder
	places       []written
	end          string // how lines end
}

// written is where the source of one code point of the text starts and ends.
type written struct{ line, column, endLine, endColumn int }

// raw writes source that stands for nothing in the text.
func (w *scribe) raw(s string) {
	for _, c := range s {
		if c == '\n' {
			w.out.WriteString(w.end)
			w.line, w.column = w.line+1, 1
			continue
		}
		w.out.WriteRune(c)
		w.column++
	}
}

// put writes source that stands for text.
func (w *scribe) put(text, source string) {
	at := written{line: w.line, column: w.column}
	w.raw(source)
	at.endLine, at.endColumn = w.line, w.column
	for range text {
		w.places = append(w.places, at)
	}
	w.text.WriteString(text)
}

func (w *scribe) pick(s string) string {
	runes := []rune(s)
	return string(runes[w.IntN(len(runes))])
}

// word writes code points that stand for themselves in every style.
func (w *scribe) word() {
	for range 1 + w.IntN(5) {
		c := w.pick("abcxyz0189éüßñ世界😀_-.$")
		w.put(c, c)
	}
}

// fold writes a line break that stands for a blank, or for n-1 line breaks.
func (w *scribe) fold(n int, indent string) {
	if n == 1 {
		w.put(" ", "\n")
	} else {
		w.raw("\n")
	}
	for range n - 1 {
		w.raw(strings.Repeat(" ", w.IntN(3)))
		w.put("\n", "\n")
	}
	w.raw(indent)
}

func (w *scribe) plain(indent string) {
	w.put("a", "a")
	for range w.IntN(6) {
		switch w.IntN(4) {
		case 0:
			w.fold(1+w.IntN(3), indent)
		case 1:
			w.put(" ", " ")
			w.put("'", "'")
		case 2:
			w.put(" ", " ")
		}
		w.word()
	}
}

func (w *scribe) single(indent string) {
	w.raw("'")
	w.word()
	for range w.IntN(6) {
		switch w.IntN(4) {
		case 0:
			w.fold(1+w.IntN(3), indent)
		case 1:
			w.put("'", "''")
		case 2:
			w.put(" ", " ")
			w.put("\t", "\t")
		}
		w.word()
	}
	w.raw("'")
}

func (w *scribe) double(indent string) {
	w.raw(`"`)
	w.word()
	for range w.IntN(8) {
		switch w.IntN(9) {
		case 0:
			w.fold(1+w.IntN(3), indent)
		case 1:
			w.raw("\\\n")
			for range w.IntN(3) {
				w.put("\n", "\n")
			}
			w.raw(indent)
		case 2:
			w.put("\n", `\n`)
		case 3:
			w.put(`"`, `\"`)
		case 4:
			c := rune(0x20 + w.IntN(0x60))
			w.put(string(c), fmt.Sprintf(`\x%02x`, c))
		case 5:
			c := rune(w.IntN(0xd800))
			w.put(string(c), fmt.Sprintf(`\u%04X`, c))
		case 6:
			w.put("\U0001F600", `\U0001F600`)
		case 7:
			w.put("\u2028", `\L`)
		case 8:
			w.put(" ", " ")
		}
		w.word()
	}
	w.raw(`"`)
}

func (w *scribe) literal(indent string) {
	chomp := w.pick("+-.")
	header := strings.Trim(chomp, ".")
	explicit := w.IntN(2) == 0
	if explicit {
		header = "2" + header
	}
	w.raw("|" + header + "\n")
	for range w.IntN(3) {
		w.put("\n", "\n")
	}
	lines := 1 + w.IntN(4)
	for i := range lines {
		w.raw(indent)
		if i > 0 || explicit {
			for range w.IntN(3) {
				w.put(" ", " ")
			}
		}
		w.word()
		switch {
		case i < lines-1:
			w.put("\n", "\n")
			for range w.IntN(2) {
				w.raw(strings.Repeat(" ", w.IntN(len(indent))))
				w.put("\n", "\n")
			}
		case chomp == "-":
			w.raw("\n\n")
		case chomp == "+":
			w.put("\n", "\n")
			w.put("\n", "\n")
		default:
			w.put("\n", "\n")
			w.raw("\n")
		}
	}
}

func (w *scribe) folded(indent string) {
	w.raw(">\n" + indent)
	w.word()
	for range w.IntN(5) {
		switch w.IntN(3) {
		case 0:
			w.put(" ", "\n")
			w.raw(indent)
		case 1:
			w.raw("\n")
			w.put("\n", "\n")
			w.raw(indent)
		case 2: // a deeper line keeps its breaks
			w.put("\n", "\n")
			w.raw(indent)
			w.put(" ", " ")
			w.word()
			w.put("\n", "\n")
			w.raw(indent)
		}
		w.word()
	}
	w.put("\n", "\n")
}

// Every code point of every text has its place, however the text is written.
func TestPlacesWithinText(t *testing.T) {
	t.Parallel()
	styles := []struct {
		name  string
		write func(*scribe, string)
		flow  bool
	}{
		{"plain", (*scribe).plain, true},
		{"single", (*scribe).single, true},
		{"double", (*scribe).double, true},
		{"literal", (*scribe).literal, false},
		{"folded", (*scribe).folded, false},
	}
	contexts := []struct {
		before, indent, after, pointer string
		flow                           bool
	}{
		{"a: ", "  ", "\nb: 1\n", "/a", false},
		{"- ü\n- ", "  ", "\n- 1\n", "/1", false},
		{"a:\n  - x: 1\n    é: ", "      ", "\n  - 2\n", "/a/0/é", false},
		{"a: &anchor ", "  ", "", "/a", false},
		{"a: [世, ", " ", "]\n", "/a/1", true},
		{"{a: ", "", ", b: 1}", "/a", true},
	}
	for i, style := range styles {
		t.Run(style.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(i)))
			for range 4000 {
				c := contexts[r.IntN(len(contexts))]
				if c.flow && !style.flow {
					continue
				}
				w := &scribe{Rand: r, line: 1, column: 1, end: []string{"\n", "\r\n"}[r.IntN(2)]}
				w.raw(c.before)
				style.write(w, c.indent)
				if !style.flow { // a block has ended its line
					c.after = strings.TrimPrefix(c.after, "\n")
				}
				w.raw(c.after)
				checkWritten(t, w, c.pointer)
				if t.Failed() {
					return
				}
			}
		})
	}
}

func checkWritten(t *testing.T, w *scribe, pointer string) {
	t.Helper()
	source, list := spec.Parse("f.yml", []byte(w.out.String()))
	text, _, ok := source.Scalar(pointer)
	if len(list) > 0 || !ok || text != w.text.String() {
		t.Errorf("%q is read as %q, %v, want %q", w.out.String(), text, list, w.text.String())
		return
	}
	i := 0
	for offset, c := range text {
		d := source.Diagnose("x", spec.Error, pointer, spec.AtText(offset, len(string(c))), "m", "")
		got := written{d.Line, d.Column, d.EndLine, d.EndColumn}
		if got != w.places[i] {
			t.Errorf("in %q, code point %d of %q is at %v, want %v", w.out.String(), i, text, got, w.places[i])
			return
		}
		i++
	}
}
