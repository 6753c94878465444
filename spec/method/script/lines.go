package script

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A lineIndex finds lines of a text as JavaScript counts them: they end with
// LF, CR LF, CR, U+2028 or U+2029.
type lineIndex struct {
	text   string
	starts []int
	// units has, for lines that are not ASCII and were asked for, the offset in
	// the line of each UTF-16 code unit.
	units map[int][]int
}

func indexLines(text string) *lineIndex {
	x := &lineIndex{text: text, starts: []int{0}, units: make(map[int][]int)}
	for i, r := range text {
		switch {
		case r == '\r' && strings.HasPrefix(text[i+1:], "\n"):
		case r == '\n' || r == '\r':
			x.starts = append(x.starts, i+1)
		case r == '\u2028' || r == '\u2029':
			x.starts = append(x.starts, i+3)
		}
	}
	return x
}

// line returns the bounds of a line, counted from 0, with its end.
func (x *lineIndex) line(number int) (start, end int) {
	number = min(max(number, 0), len(x.starts)-1)
	end = len(x.text)
	if number+1 < len(x.starts) {
		end = x.starts[number+1]
	}
	return x.starts[number], end
}

// offset returns the offset of a byte of a line.
func (x *lineIndex) offset(line, column int) int {
	start, end := x.line(line)
	return min(start+max(column, 0), end)
}

// unitOffset returns the offset of a UTF-16 code unit of a line.
func (x *lineIndex) unitOffset(line, column int) int {
	start, end := x.line(line)
	units, ok := x.units[line]
	if !ok {
		units = unitsOf(x.text[start:end])
		x.units[line] = units
	}
	if units == nil {
		return min(start+max(column, 0), end)
	}
	return start + units[min(max(column, 0), len(units)-1)]
}

// unitsOf returns the offset of each UTF-16 code unit of a line, and of its
// end; nil if it is ASCII.
func unitsOf(line string) []int {
	if !strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return nil
	}
	units := slices.Grow([]int(nil), len(line)+1)
	for i, r := range line {
		units = append(units, i)
		if r > 0xffff {
			units = append(units, i)
		}
	}
	return append(units, len(line))
}
