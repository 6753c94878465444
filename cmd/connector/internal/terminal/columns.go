package terminal

import (
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// columnsOf returns how many columns a text takes. Each character counts by
// itself: few terminals draw characters that are joined as one, and a row must
// not become too long on the others.
func columnsOf(text string) int {
	n := 0
	for _, r := range text {
		n += runewidth.RuneWidth(r)
	}
	return n
}

// firstColumns returns as much of the beginning of a text as fits.
func firstColumns(text string, columns int) string {
	for i, r := range text {
		if columns -= runewidth.RuneWidth(r); columns < 0 {
			return text[:i]
		}
	}
	return text
}

// lastColumns returns as much of the end of a text as fits.
func lastColumns(text string, columns int) string {
	start := len(text)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if columns -= runewidth.RuneWidth(r); columns < 0 {
			break
		}
		start -= size
	}
	return text[start:]
}
