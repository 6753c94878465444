package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

// A jsonPrinter lays out JSON while it comes, one field or item a line, and may
// colour it. It adds and drops blanks and line breaks outside of texts alone,
// and writes characters that could steer a terminal as escapes, which mean the
// same: so nothing is lost of what is no JSON after all. Several values are
// printed below each other.
type jsonPrinter struct {
	w       io.Writer
	colored bool

	out     bytes.Buffer
	held    []byte // the beginning of a character
	stack   []byte // the brackets that are open
	opened  bool   // the last one has nothing in it so far
	isKey   bool   // the next text is the name of a field
	inText  bool
	escaped bool // the last character of the text was a backslash
	inWord  bool // a number, true, false, null
	any     bool // something was printed at the top
}

// The styles of a jsonPrinter, parameters of SGR.
const (
	styleKey  = "34"
	styleText = "32"
	styleWord = "36"
)

// maxIndent bounds how far a line is indented, however deep it lies.
const maxIndent = 100

func newJSONPrinter(w io.Writer, colored bool) *jsonPrinter {
	return &jsonPrinter{w: w, colored: colored}
}

// Write prints what is whole of p.
func (j *jsonPrinter) Write(p []byte) (int, error) {
	text := append(j.held, p...)
	for len(text) > 0 && utf8.FullRune(text) {
		r, size := utf8.DecodeRune(text)
		j.rune(r)
		text = text[size:]
	}
	j.held = bytes.Clone(text)
	return len(p), j.flush()
}

// Close prints what is left, and ends the line.
func (j *jsonPrinter) Close() error {
	for range j.held {
		j.rune(utf8.RuneError)
	}
	j.endWord()
	if j.inText && j.colored {
		j.out.WriteString("\x1b[0m")
	}
	if j.any {
		j.out.WriteByte('\n')
	}
	return j.flush()
}

func (j *jsonPrinter) flush() error {
	_, err := j.w.Write(j.out.Bytes())
	j.out.Reset()
	return err
}

func (j *jsonPrinter) rune(r rune) {
	switch {
	case j.inText:
		j.textRune(r)
	case r == ' ' || r == '\t' || r == '\n' || r == '\r':
		j.endWord()
	case strings.ContainsRune("{}[],:", r):
		j.endWord()
		j.punctuation(byte(r))
	case r == '"':
		j.endWord()
		j.begin()
		j.inText = true
		if j.isKey {
			j.style(styleKey)
		} else {
			j.style(styleText)
		}
		j.out.WriteByte('"')
	default:
		if !j.inWord {
			j.begin()
			j.inWord = true
			j.style(styleWord)
		}
		j.shown(r)
	}
}

// shown writes a character, or its escape.
func (j *jsonPrinter) shown(r rune) {
	switch {
	case r < ' ': // which JSON does not have
		fmt.Fprintf(&j.out, `\u%04x`, r)
	case r < 0x7f:
		j.out.WriteByte(byte(r))
	default:
		j.out.WriteString(report.PrintableJSON(string(r)))
	}
}

func (j *jsonPrinter) textRune(r rune) {
	j.shown(r)
	switch {
	case j.escaped:
		j.escaped = false
	case r == '\\':
		j.escaped = true
	case r == '"':
		j.inText, j.isKey = false, false
		j.end()
	}
}

func (j *jsonPrinter) punctuation(c byte) {
	switch c {
	case '{', '[':
		j.begin()
		j.out.WriteByte(c)
		j.stack = append(j.stack, c)
		j.opened, j.isKey = true, c == '{'
	case '}', ']':
		if len(j.stack) > 0 {
			j.stack = j.stack[:len(j.stack)-1]
		}
		if !j.opened {
			j.line()
		}
		j.opened, j.isKey = false, false
		j.out.WriteByte(c)
	case ',':
		j.out.WriteByte(c)
		if len(j.stack) > 0 {
			j.line()
			j.isKey = j.stack[len(j.stack)-1] == '{'
		}
	case ':':
		j.out.WriteString(": ")
		j.isKey = false
	}
}

// begin goes where a value, or the name of a field, stands.
func (j *jsonPrinter) begin() {
	if j.opened || len(j.stack) == 0 && j.any {
		j.line()
	}
	j.opened, j.any = false, true
}

// line begins a line.
func (j *jsonPrinter) line() {
	j.out.WriteByte('\n')
	for range min(2*len(j.stack), maxIndent) {
		j.out.WriteByte(' ')
	}
}

func (j *jsonPrinter) endWord() {
	if j.inWord {
		j.inWord = false
		j.end()
	}
}

func (j *jsonPrinter) style(s string) {
	if j.colored {
		j.out.WriteString("\x1b[" + s + "m")
	}
}

func (j *jsonPrinter) end() {
	if j.colored {
		j.out.WriteString("\x1b[0m")
	}
}
