package form

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// wrap breaks a text into lines of at most width columns, at blanks and beside
// wide characters. What cannot be broken, such as a URL, stays whole.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		var b strings.Builder
		columns := 0
		for word := range strings.FieldsSeq(paragraph) {
			for i, piece := range pieces(word) {
				w := runewidth.StringWidth(piece)
				blank := 0
				if i == 0 && columns > 0 {
					blank = 1
				}
				if columns > 0 && columns+blank+w > width {
					lines = append(lines, b.String())
					b.Reset()
					columns, blank = 0, 0
				}
				b.WriteString(strings.Repeat(" ", blank))
				b.WriteString(piece)
				columns += blank + w
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}

// pieces returns the parts between which a word may be broken.
func pieces(word string) []string {
	var list []string
	start := 0
	for i, r := range word {
		if i > start && runewidth.RuneWidth(r) == 2 {
			list = append(list, word[start:i])
			start = i
		}
	}
	return append(list, word[start:])
}

// shorten cuts a text to so many columns.
func shorten(text string, width int) string { return runewidth.Truncate(text, max(width, 2), "…") }
