package spec

import "github.com/connector-spec/connector/formula"

// A chomping says which line breaks stay at the end of a block.
type chomping byte

const (
	clip  chomping = 0 // one, if the text has one
	strip chomping = '-'
	keep  chomping = '+'
)

// block reads a literal or folded block in a collection whose lines are
// indented by outer.
func (r *ordinaryReader) block(outer int) (v formula.Value, ok bool) {
	literal := r.text[r.at] == '|'
	chomp, indent, ok := r.blockHeader(outer)
	if !ok {
		return v, false
	}
	from := r.build()
	indent, empty := r.blockIndent(indent, outer)
	isBroken, afterBlank := false, false // what the line above ends and starts with
	for r.at < len(r.text) && r.at-r.line == indent {
		isBlank := r.text[r.at] == ' '
		switch {
		case !isBroken:
			r.breaks(empty)
		case literal || afterBlank || isBlank:
			r.breaks(1 + empty)
		default:
			r.fold(1 + empty)
		}
		start := r.at
		r.restOfLine()
		isBroken, afterBlank = r.text[r.at-1] == '\n', isBlank
		end := r.at
		if isBroken {
			end--
		}
		r.built.WriteString(r.text[start:end])
		_, empty = r.blockIndent(indent, outer)
	}
	if chomp != strip && isBroken {
		r.breaks(1)
	}
	if chomp == keep {
		r.breaks(empty)
	}
	r.at = r.line
	r.toLine()
	return formula.String(r.built.String()[from:]), true
}

// blockHeader reads the line that a block starts with. An indent of 0 is not
// known yet.
func (r *ordinaryReader) blockHeader(outer int) (chomp chomping, indent int, ok bool) {
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; {
		case (c == '+' || c == '-') && chomp == clip:
			chomp = chomping(c)
			continue
		case c >= '1' && c <= '9' && indent == 0:
			indent = max(outer, 0) + int(c-'0')
			continue
		}
		break
	}
	r.blanks()
	if r.at == len(r.text) || r.text[r.at] != '\n' && (r.text[r.at] != '#' || r.text[r.at-1] != ' ') {
		return chomp, indent, false
	}
	r.restOfLine()
	return chomp, indent, true
}

// blockIndent skips empty lines, which it counts, and the indentation of the
// next line. It finds out the indent if that is 0.
func (r *ordinaryReader) blockIndent(indent, outer int) (found, empty int) {
	deepest := 0
	for {
		r.line = r.at
		for r.at < len(r.text) && r.text[r.at] == ' ' && (indent == 0 || r.at-r.line < indent) {
			r.at++
		}
		deepest = max(deepest, r.at-r.line)
		if r.at == len(r.text) || r.text[r.at] != '\n' {
			break
		}
		r.at++
		empty++
	}
	if indent == 0 {
		indent = max(deepest, outer+1, 1)
	}
	return indent, empty
}
