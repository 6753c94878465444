package spec

import (
	"bytes"
	"slices"
)

// Some faults show what was meant: a formula without its braces, and text that
// YAML takes for its own within brackets.

// A replacement is the text that something in a file should be.
type replacement struct {
	at          span
	text, title string
	again       int // where a byte stands without which the rest can be looked at
}

// isFormulaName tells whether text looks like the name of a formula.
func isFormulaName(text []byte) bool {
	return len(text) > 1 && text[0] == '$' && !slices.ContainsFunc(text[1:], func(c byte) bool { return !isNameByte(c) })
}

// bareFormula is the fault of a formula, whose name stands at a span and has a
// colon behind it, where a value is expected.
func bareFormula(text []byte, name span, flow bool) *fault {
	colon := name.end + bytes.IndexByte(text[name.end:], ':')
	word := string(text[name.start:name.end])
	f := &fault{at: span{name.start, colon + 1}, message: "formula " + excerpt([]byte(word)) + " has to stand in braces", hint: "write {" + word + ": …}"}
	start := colon + 1
	for start < len(text) && isBlankByte(text[start]) {
		start++
	}
	end, certain := intendedEnd(text, start, flow)
	if !flow && start < len(text) && bytes.IndexByte([]byte("[{\"'"), text[start]) >= 0 {
		end = start + len(bytes.TrimRight(text[start:lineEndIn(text, start)], " \t"))
		certain = true // if it is a whole, as is looked at below
	}
	if end == start || !certain {
		return f
	}
	argument := string(text[start:end])
	if bytes.IndexByte([]byte("[{\"'"), argument[0]) < 0 && bytes.ContainsAny(text[start:end], "[]{},?") {
		argument = quoteYAML(argument)
	}
	meant := "{" + word + ": " + argument + "}"
	if wrong, _, _ := locate([]byte(meant)); wrong != nil || len(meant) > 200 || goesOn(text, name.start, end) {
		return f
	}
	f.hint = "write " + meant
	f.mended = &replacement{span{name.start, end}, meant, "put the formula in braces", colon}
	return f
}

// goesOn tells whether the value of the field in a line goes on below it.
func goesOn(text []byte, at, end int) bool {
	own, _ := indentation(text, at)
	for next := lineEndIn(text, end); next < len(text); next = lineEndIn(text, next+1) {
		column, lineStart := indentation(text, next+1)
		if first := lineStart + column; first < lineEndIn(text, first) {
			return column > own && text[first] != '#'
		}
	}
	return false
}

// cutInBrackets returns the fault of a plain scalar within brackets that is
// followed by a token which was meant to be a part of it; nil if it was not.
func cutInBrackets(text []byte, last token, next span) *fault {
	if next.start >= len(text) {
		return nil
	}
	switch c := text[next.start]; {
	case c == ':' && isFormulaName(text[last.start:last.end]):
		return bareFormula(text, last.span, true)
	case c == '?' && last.end == next.start:
		f := &fault{at: next, message: `YAML takes this "?" within brackets for its own`, hint: "put the whole text in quotes"}
		if end, certain := intendedEnd(text, last.start, true); certain {
			f.at = span{last.start, end}
			f.message = `YAML takes the "?" of a text within brackets for its own`
			f.mended = &replacement{f.at, quoteYAML(string(text[last.start:end])), "put it in quotes", next.start}
		}
		return f
	}
	return nil
}

// mendable reports a fault of which it is certain what was meant, and those
// of the same kind that come to light once it is mended.
func (r *reader) mendable(f *fault) {
	text := bytes.Clone(r.text)
	for last := -1; f != nil && f.mended != nil && f.mended.again > last && len(r.found) < MaxDiagnostics && r.spent < maxSpent; f, _, _ = locate(text) {
		d := r.report("yaml-syntax", f.at, f.message, f.hint)
		d.Fix = &Fix{Title: f.mended.title, Edits: []Edit{r.edit(f.mended.at, f.mended.text)}}
		last = f.mended.again
		text[last] = '_'
		r.spent += len(text)
	}
}
