package spec

import (
	"bytes"
	"fmt"
)

// anchor reads an anchor or alias.
func (t *tokenizer) anchor(c byte) bool {
	if !t.saveKey() {
		return false
	}
	t.keyAllowed = false
	start := t.mark.offset
	t.skip()
	for isNameByte(t.at(0)) {
		t.skip()
	}
	if t.mark.offset == start+1 || !t.endsWord(0) && bytes.IndexByte([]byte("?:,]}%@`"), t.at(0)) < 0 {
		return t.fail(span{start, start + 1}, quoteByte(c)+" starts the name of an anchor, and no name follows", "put the text in quotes")
	}
	kind := tokAlias
	if c == '&' {
		kind = tokAnchor
	}
	t.add(kind, t.since(start))
	return true
}

func isNameByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '_' || c == '-'
}

// tag reads a tag.
func (t *tokenizer) tag() bool {
	if !t.saveKey() {
		return false
	}
	t.keyAllowed = false
	start := t.mark.offset
	t.skip()
	verbatim, needed := t.at(0) == '<', false
	if verbatim {
		t.skip()
		needed = true
	} else {
		for isNameByte(t.at(0)) {
			t.skip()
		}
		if needed = t.at(0) == '!'; needed { // a handle, such as !! or !name!
			t.skip()
		}
	}
	name := t.mark.offset
	for t.tagCharacter() {
		t.skip()
	}
	ok := !needed || t.mark.offset > name
	if verbatim && t.at(0) == '>' {
		t.skip()
	} else if verbatim {
		ok = false
	}
	if !ok || !t.endsWord(0) {
		return t.fail(t.since(start), `a "!" starts a tag, and this is none`, "put the text in quotes")
	}
	t.add(tokTag, t.since(start))
	return true
}

// tagCharacter tells whether a character of a tag stands here. If that is an
// escape such as %C3%A9, it moves on to its last digit.
func (t *tokenizer) tagCharacter() bool {
	c := t.at(0)
	if c != '%' {
		return isNameByte(c) || c != 0 && bytes.IndexByte([]byte(";/?:@&=+$,.!~*'()[]"), c) >= 0
	}
	start := t.mark
	for left := 0; ; {
		high, low := hexValue(t.at(1)), hexValue(t.at(2))
		octet, ok := byte(high<<4|low), t.at(0) == '%' && high >= 0 && low >= 0
		if left == 0 {
			left = bytesOfRune(octet)
			ok = ok && left > 0
		} else {
			ok = ok && octet&0xc0 == 0x80
		}
		if !ok {
			t.mark = start
			return false
		}
		t.skip()
		t.skip()
		if left--; left == 0 {
			return true
		}
		t.skip()
	}
}

// bytesOfRune returns how many bytes a code point has that starts with c, 0 if
// none does.
func bytesOfRune(c byte) int {
	switch {
	case c < 0x80:
		return 1
	case c&0xe0 == 0xc0:
		return 2
	case c&0xf0 == 0xe0:
		return 3
	case c&0xf8 == 0xf0:
		return 4
	}
	return 0
}

// scalar adds a scalar that started at an offset.
func (t *tokenizer) scalar(style ScalarStyle, at span) bool {
	t.tokens = append(t.tokens, token{kind: tokScalar, span: at, style: style})
	return true
}

// block reads a literal or folded block.
func (t *tokenizer) block() bool {
	if !t.dropKey() {
		return false
	}
	t.keyAllowed = true
	start, style, increment := t.mark.offset, Literal, 0
	if t.at(0) == '>' {
		style = Folded
	}
	t.skip()
	for signs, digits := 0, 0; ; t.skip() {
		c := t.at(0)
		if c == '0' && digits == 0 {
			return t.fail(t.current(), "a block of text cannot be indented by 0", "remove the 0")
		}
		if (c == '+' || c == '-') && signs == 0 {
			signs++
		} else if c >= '1' && c <= '9' && digits == 0 {
			digits++
			increment = int(c - '0')
		} else {
			break
		}
	}
	for isBlankByte(t.at(0)) {
		t.skip()
	}
	if t.at(0) == '#' {
		for !t.endsLine() {
			t.skip()
		}
	}
	if !t.endsLine() {
		sign := quoteByte(t.text[start])
		return t.fail(t.since(start).through(lineEndIn(t.text, t.mark.offset)), sign+" starts a block of text, which begins on the next line", "move the text to the next line, or put it in quotes")
	}
	indent := 0
	if increment > 0 {
		indent = max(t.indent, 0) + increment
	}
	return t.blockLines(start, style, indent)
}

// through returns the span made longer, up to end.
func (s span) through(end int) span { return span{s.start, max(s.end, end)} }

// blockLines reads the lines of a block; an indent of 0 is not known yet.
func (t *tokenizer) blockLines(start int, style ScalarStyle, indent int) bool {
	end := t.mark.offset
	if !t.endsLine() || t.mark.offset < len(t.text) {
		t.skipBreak()
	}
	for {
		if !t.blockIndentation(&indent) {
			return false
		}
		if t.mark.column != indent || t.mark.offset >= len(t.text) {
			break
		}
		for !t.endsLine() {
			t.skip()
		}
		end = t.mark.offset
		if end < len(t.text) {
			t.skipBreak()
		}
	}
	return t.scalar(style, span{start, end})
}

// blockIndentation skips indentation and empty lines, and finds out the indent
// if it is 0.
func (t *tokenizer) blockIndentation(indent *int) bool {
	deepest := 0
	for {
		for (*indent == 0 || t.mark.column < *indent) && t.at(0) == ' ' {
			t.skip()
		}
		deepest = max(deepest, t.mark.column)
		if (*indent == 0 || t.mark.column < *indent) && t.at(0) == '\t' {
			return t.tab()
		}
		if t.mark.offset >= len(t.text) || !isLineBreak(t.at(0)) {
			break
		}
		t.skipBreak()
	}
	if *indent == 0 {
		*indent = max(deepest, t.indent+1, 1)
	}
	return true
}

// quoted reads a scalar in quotes.
func (t *tokenizer) quoted(quote byte) bool {
	if !t.saveKey() {
		return false
	}
	t.keyAllowed = false
	start := t.mark.offset
	style := DoubleQuoted
	if quote == '\'' {
		style = SingleQuoted
	}
	t.skip()
	for {
		_, marker := t.documentMark()
		switch c := t.at(0); {
		case t.mark.offset >= len(t.text), t.mark.column == 0 && marker:
			return t.unclosedQuote(start)
		case isLineBreak(c):
			t.skipBreak()
		case c == '\'' && quote == c && t.at(1) == c:
			t.skip()
			t.skip()
		case c == quote:
			t.skip()
			return t.scalar(style, t.since(start))
		case c == '\\' && quote == '"' && isLineBreak(t.at(1)):
			t.skip()
			t.skipBreak()
		case c == '\\' && quote == '"':
			_, width := decodeEscape(t.text[t.mark.offset:])
			if width == 0 {
				return t.badEscape()
			}
			for range width {
				t.skip()
			}
		default:
			t.skip()
		}
	}
}

// unclosedQuote fails at a quote that is not closed.
func (t *tokenizer) unclosedQuote(start int) bool {
	quote := quoteByte(t.text[start])
	return t.fail(span{start, lineEndIn(t.text, start)}, "the quote "+quote+" that starts here is not closed", "close it with "+quote)
}

// badEscape fails at an escape that does not exist.
func (t *tokenizer) badEscape() bool {
	at := t.current()
	size := 2
	switch t.at(1) {
	case 'x':
		size = 4
	case 'u':
		size = 6
	case 'U':
		size = 10
	case 0:
		size = 1
	}
	if size <= 2 {
		t.mark.offset = min(at.start+1, len(t.text))
		at.end = t.current().end
		return t.fail(at, fmt.Sprintf("%q is no escape in double quotes", t.text[at.start:at.end]),
			`write \\ for a backslash, or use single quotes`)
	}
	value := 0
	at.end = at.start + 2
	for at.end < min(at.start+size, len(t.text)) && hexValue(t.text[at.end]) >= 0 {
		value = value<<4 | hexValue(t.text[at.end])
		at.end++
	}
	if at.end == at.start+size && value >= 0xd800 && value < 0xe000 {
		return t.fail(at, fmt.Sprintf("%q is half of a character", t.text[at.start:at.end]), `write the character itself, or \U and its 8 hexadecimal digits`)
	}
	return t.fail(at, fmt.Sprintf("%q is no character", t.text[at.start:at.end]),
		fmt.Sprintf(`after \%c stand the %d hexadecimal digits of a character; write \\ for a backslash`, t.text[at.start+1], size-2))
}

// plain reads a plain scalar.
func (t *tokenizer) plain() bool {
	if !t.saveKey() {
		return false
	}
	t.keyAllowed = false
	start, end, indent, broken := t.mark.offset, t.mark.offset, t.indent+1, false
	for {
		if _, marker := t.documentMark(); marker && t.mark.column == 0 || t.at(0) == '#' {
			break
		}
		for !t.endsWord(0) && !t.endsPlain() {
			t.skip()
			end = t.mark.offset
			broken = false
		}
		if t.mark.offset >= len(t.text) || !isBlankOrBreak(t.at(0)) {
			break
		}
		for t.mark.offset < len(t.text) && isBlankOrBreak(t.at(0)) {
			switch {
			case isLineBreak(t.at(0)):
				t.skipBreak()
				broken = true
			case broken && t.mark.column < indent && t.at(0) == '\t':
				return t.tab()
			default:
				t.skip()
			}
		}
		if !t.inFlow() && t.mark.column < indent {
			break
		}
	}
	if broken {
		t.keyAllowed = true
	}
	return t.scalar(Plain, span{start, end})
}

// endsPlain tells whether what stands here ends a plain scalar.
func (t *tokenizer) endsPlain() bool {
	c := t.at(0)
	if c == ':' && t.endsWord(1) {
		return true
	}
	return t.inFlow() && bytes.IndexByte([]byte(",?[]{}"), c) >= 0
}
