package spec

import (
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// startsPlain tells whether a plain scalar starts here for certain.
func (r *ordinaryReader) startsPlain() bool {
	c, next := r.text[r.at], byte(0)
	if r.at+1 < len(r.text) {
		next = r.text[r.at+1]
	}
	switch c {
	case '-', '.': // three at the start of a line mark a document
		if next == c {
			return r.at > 0 && r.text[r.at-1] == ' '
		}
		return isNameByte(next) || c == '.' && next == '/'
	case '?', ':', ' ', '\n', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	}
	return true
}

// plain reads the first line of a plain scalar, up to a colon or comment.
func (r *ordinaryReader) plain() (text string, ok bool) {
	if !r.startsPlain() {
		return "", false
	}
	return r.plainLine()
}

// plainLine reads a line of a plain scalar.
func (r *ordinaryReader) plainLine() (text string, ok bool) {
	start, end := r.at, r.at
	for ; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case ' ':
			continue
		case '\n':
			return r.plainText(start, end)
		case ':':
			if r.endsWord(r.at + 1) {
				return r.plainText(start, end)
			}
		case '#':
			if r.at > start && r.text[r.at-1] == ' ' {
				return r.plainText(start, end)
			}
		}
		end = r.at + 1
	}
	return r.plainText(start, end)
}

// plainText returns the part of a plain scalar that stands in one line. It is
// not ok for the key of a merge, and for an interpolation that does not end in
// the line.
func (r *ordinaryReader) plainText(start, end int) (text string, ok bool) {
	text = r.text[start:end]
	return text, text != "<<" && (!mayInterpolate(text) || openInterpolation(text) < 0)
}

// plainLines reads the lines of a plain scalar after the first, which are
// deeper than outer, and returns the value.
func (r *ordinaryReader) plainLines(outer int, text string) (v formula.Value, ok bool) {
	from := -1 // where text starts in built
	for r.at < len(r.text) && r.text[r.at] == '\n' {
		breaks := 0
		for r.at < len(r.text) && r.text[r.at] == '\n' {
			breaks++
			r.at++
			r.line = r.at
			r.blanks()
		}
		if r.at == len(r.text) || r.at-r.line <= outer || r.text[r.at] == '#' {
			r.at = r.line
			r.toLine()
			return plainValue(text)
		}
		more, ok := r.plainLine()
		if !ok {
			return v, false
		}
		if from < 0 {
			from = r.build()
			r.built.WriteString(text)
		}
		r.fold(breaks)
		r.built.WriteString(more)
		text = r.built.String()[from:]
	}
	if v, ok = plainValue(text); !ok {
		return v, false
	}
	return v, r.endLine()
}

// build returns where the next text starts in built.
func (r *ordinaryReader) build() int {
	if r.built.Cap() == 0 {
		r.built.Grow(64 + len(r.text)/8)
	}
	return r.built.Len()
}

// fold writes what line breaks between two lines of text come to.
func (r *ordinaryReader) fold(breaks int) {
	if breaks == 1 {
		r.built.WriteByte(' ')
		return
	}
	r.breaks(breaks - 1)
}

// breaks writes line breaks.
func (r *ordinaryReader) breaks(n int) {
	for range n {
		r.built.WriteByte('\n')
	}
}

// plainValue returns the value of a plain scalar. It is not ok for what looks
// like a number and is not in the one form that everybody reads alike.
func plainValue(text string) (v formula.Value, ok bool) {
	switch text[0] {
	case 't', 'T', 'f', 'F', 'n', 'N', '~':
		switch text {
		case "true", "True", "TRUE":
			return formula.Bool(true), true
		case "false", "False", "FALSE":
			return formula.Bool(false), true
		case "null", "Null", "NULL", "~":
			return formula.Null, true
		}
	case '.':
		return formula.String(text), len(text) > 1 && strings.IndexByte("0123456789iInN", text[1]) < 0
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '-':
		return plainNumber(text)
	}
	return formula.String(text), true
}

// plainNumber returns the value of a plain scalar that starts with a sign or a
// digit: a number in plain decimal digits, or what certainly is text.
func plainNumber(text string) (v formula.Value, ok bool) {
	const longest = 15 // digits that a number keeps
	switch {
	case isNoNumber(text):
		return formula.String(text), true
	case len(text) > longest || !isJSONNumber(text):
		return v, false
	case strings.Contains(text, "."):
		f, err := strconv.ParseFloat(text, 64)
		return formula.Number(f), err == nil
	}
	n, err := strconv.Atoi(text)
	return formula.Number(float64(n)), err == nil && text != "-0"
}

// isNoNumber tells whether text has a byte that stands in no form of numbers,
// two points, or a dash after a digit, as versions and dates have.
func isNoNumber(text string) bool {
	points := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '.':
			if points++; points > 1 {
				return true
			}
		case c == '-' && i > 0 && text[i-1] >= '0' && text[i-1] <= '9':
			return true
		case strings.IndexByte("0123456789abcdefABCDEFxXoO_+-", c) < 0:
			return true
		}
	}
	return false
}

// quoted reads a scalar in quotes that stands in one line.
func (r *ordinaryReader) quoted() (text string, ok bool) {
	quote := r.text[r.at]
	r.at++
	start := r.at
	for ; r.at < len(r.text); r.at++ {
		switch r.text[r.at] {
		case '\n':
			return "", false
		case '\\':
			if quote == '"' {
				return r.unescaped(start, quote)
			}
		case quote:
			if quote == '\'' && r.twoQuotes() {
				return r.unescaped(start, quote)
			}
			r.at++
			return r.text[start : r.at-1], true
		}
	}
	return "", false
}

// twoQuotes tells whether a quote within single quotes stands here.
func (r *ordinaryReader) twoQuotes() bool {
	return r.at+1 < len(r.text) && r.text[r.at+1] == '\''
}

// unescaped reads on in a scalar in quotes that has escapes from here on.
func (r *ordinaryReader) unescaped(start int, quote byte) (text string, ok bool) {
	from := r.build()
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			return "", false
		case c == '\\' && quote == '"':
			decoded, width := decodeEscape(r.text[r.at:])
			if width == 0 {
				return "", false
			}
			r.built.WriteString(r.text[start:r.at])
			r.built.WriteString(decoded)
			r.at += width
			start = r.at
		case c == quote && quote == '\'' && r.twoQuotes():
			r.built.WriteString(r.text[start : r.at+1])
			r.at += 2
			start = r.at
		case c == quote:
			r.built.WriteString(r.text[start:r.at])
			r.at++
			return r.built.String()[from:], true
		default:
			r.at++
		}
	}
	return "", false
}
