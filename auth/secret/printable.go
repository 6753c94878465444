package secret

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Printable makes foreign text safe to show on a terminal or in a text file:
// whatever could steer a terminal or deceive a reader is written as a visible
// escape such as \x1b or \u202e. That is C0 and C1 controls, DEL, bytes that
// are not UTF-8, line and paragraph separators, bidirectional controls and
// invisible tag characters. Newlines and tabs stay; see [PrintableLine].
func Printable(text string) string { return escapeControls(text, true) }

// PrintableLine is [Printable] for text that stands inside a line: newlines
// and tabs are escaped too.
func PrintableLine(text string) string { return escapeControls(text, false) }

func escapeControls(text string, layout bool) string {
	clean := func(r rune, size int) bool {
		return !unsafeRune(r) && (r != utf8.RuneError || size > 1) || layout && (r == '\n' || r == '\t')
	}
	i := 0
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !clean(r, size) {
			break
		}
		i += size
	}
	if i == len(text) {
		return text
	}
	var b strings.Builder
	b.WriteString(text[:i])
	for i < len(text) {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case clean(r, size):
			b.WriteString(text[i : i+size])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == utf8.RuneError:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += size
	}
	return b.String()
}

// unsafeRune says whether a character must not reach a terminal.
func unsafeRune(r rune) bool {
	switch {
	case r < 0x20, 0x7f <= r && r < 0xa0: // C0, DEL, C1
		return true
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069: // bidi
		return true
	case r == 0x2028, r == 0x2029, r == 0xfeff, 0xfff9 <= r && r <= 0xfffb: // separators, marks
		return true
	}
	return 0xe0000 <= r && r <= 0xe007f // tags
}
