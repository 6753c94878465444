package spec

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/formula"
)

// YAML knows nothing of ${...}: in a plain scalar it takes ": ", " #" and, in
// flow collections, brackets and commas for its own, also within an
// interpolation. What it makes of that is an error somewhere else, or other
// text than its author wrote.

const cutInterpolation = "cut-interpolation"

// mayInterpolate tells whether text holds the start of an interpolation.
func mayInterpolate(text string) bool {
	i := strings.IndexByte(text, '$')
	return i >= 0 && strings.Contains(text[i:], "${")
}

// endInterpolation returns where the interpolation ends whose "${" ends at an
// offset; -1 if it does not. Braces nest, and do not count in quotes.
func endInterpolation[T string | []byte](text T, at int) int {
	depth := 1
	for ; at < len(text); at++ {
		switch c := text[at]; c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return at + 1
			}
		case '"', '\'', '`':
			for at++; at < len(text) && text[at] != c; at++ {
				if text[at] == '\\' && c != '`' {
					at++
				}
			}
		}
	}
	return -1
}

// openInterpolation returns where the first interpolation starts that does not
// end in text; -1 if all do. "$${" is literal text.
func openInterpolation[T string | []byte](text T) int {
	for at := 0; at+1 < len(text); {
		if text[at] != '$' || text[at+1] != '{' {
			at++
			continue
		}
		start := at
		if at += 2; start > 0 && text[start-1] == '$' {
			continue
		}
		if at = endInterpolation(text, at); at < 0 {
			return start
		}
	}
	return -1
}

// checkCut reports a plain scalar that has the start of an interpolation and
// not its end.
func (r *reader) checkCut(n *yaml.Node) {
	if openInterpolation(n.Value) < 0 || r.skips() {
		return
	}
	at := r.valueSpan(n)
	rest := r.text[at.end:]
	blanks := len(rest) - len(bytes.TrimLeft(rest, " \t"))
	switch {
	case blanks > 0 && blanks < len(rest) && rest[blanks] == '#':
		if end, mended := r.cut(at.start, false, "#", r.pointer()); mended {
			n.Value = string(r.text[at.start:end])
		}
	case blanks < len(rest) && rest[blanks] == ':':
		r.cut(at.start, false, ":", r.parentPointer())
	default:
		r.problem(cutInterpolation, n, `"${" has no "}" that closes it`, `close it, or write "$${" for the two characters themselves`)
	}
}

// cut reports that YAML cut the text of a plain scalar that starts at an
// offset, at what it took for its own. If it is certain where the text should
// have ended, it is masked and remembered, so that reading can go on.
func (r *reader) cut(start int, flow bool, by, pointer string) (end int, mended bool) {
	end, certain := intendedEnd(r.text, start, flow)
	at := span{start, end}
	if !certain {
		at.end = r.lineEnd(start)
	}
	if len(r.found) >= MaxDiagnostics {
		r.left++
		return 0, false
	}
	d := r.report(cutInterpolation, at, fmt.Sprintf("YAML cuts the interpolation in this text at %q", by), "put the text in quotes")
	d.Pointer = pointer
	if !certain {
		return 0, false
	}
	text := string(r.data[at.start:at.end])
	if d.Fix = r.quoteFix(at, text); brokenExpression(text) {
		d.Hint = "put the text in quotes, and mend the expression in it"
	}
	if r.meant == nil {
		r.meant = map[place]string{}
	}
	r.meant[r.placeOf(start)] = text
	for i := at.start; i < at.end; i++ {
		if r.text[i] < 0x80 {
			r.mask(i, 1)
			r.text[i] = 'x'
		}
	}
	return end, true
}

// brokenExpression tells whether quotes alone do not mend a text.
func brokenExpression(text string) bool {
	_, problems := formula.Compile(formula.String(text), formula.Options{})
	return slices.ContainsFunc(problems, func(p formula.Problem) bool { return p.Code == "bad-expression" })
}

// intendedEnd returns where a plain scalar on one line ends if interpolations
// are taken as wholes; not certain if one has no end there.
func intendedEnd(text []byte, start int, flow bool) (end int, certain bool) {
	line := text[:lineEndIn(text, start)]
	end = start // after the last byte that is no blank
	for at := start; at < len(line); {
		c := line[at]
		next := byte(' ')
		if at+1 < len(line) {
			next = line[at+1]
		}
		switch {
		case c == '$' && next == '$' && at+2 < len(line) && line[at+2] == '{':
			at += 3
		case c == '$' && next == '{':
			if at = endInterpolation(line, at+2); at < 0 {
				return end, false
			}
		case c == '#' && at > start && isBlankByte(line[at-1]):
			return end, true
		case c == ':' && isBlankByte(next):
			return end, flow
		case flow && (c == ',' || c == ']' || c == '}'):
			return end, true
		case flow && (c == '[' || c == '{'):
			return end, false
		case isBlankByte(c):
			at++
			continue
		default:
			at++
		}
		end = at
	}
	if flow {
		at := skipIgnored(text, len(line))
		return end, at < len(text) && (text[at] == ',' || text[at] == ']' || text[at] == '}')
	}
	return end, true
}

// lineEndIn returns where the text of the line that at stands in ends.
func lineEndIn(text []byte, at int) int {
	if i := bytes.IndexAny(text[at:], "\r\n"); i >= 0 {
		return at + i
	}
	return len(text)
}
