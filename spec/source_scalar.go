package spec

import (
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A scalarTrace tells of each byte of a decoded scalar where it stands in the
// source. The YAML library does not keep that, so the scalar is read again,
// only when somebody wants to point into it.
type scalarTrace struct {
	text  []byte
	out   []byte
	from  []int // of each byte of out, where in text its code point starts
	until []int // and where it ends
	end   int   // where the scalar ends in text
}

// trace reads the scalar node n again, whose content starts at start. If that
// does not give the text that the YAML library read, the trace has no bytes
// and reaches to the end of the line.
func (s *Source) trace(n *yaml.Node, start int) *scalarTrace {
	t := &scalarTrace{text: s.text}
	var ok bool
	switch styleOf(n) {
	case Plain:
		ok = t.plain(start, n.Value)
	case SingleQuoted:
		ok = t.quoted(start, '\'')
	case DoubleQuoted:
		ok = t.quoted(start, '"')
	case Literal:
		ok = t.block(start, n.Value, true)
	case Folded:
		ok = t.block(start, n.Value, false)
	}
	if !ok || string(t.out) != n.Value {
		return &scalarTrace{text: s.text, end: s.lineEnd(min(start, len(s.data)))}
	}
	return t
}

// textSpan returns where length bytes of the decoded scalar n stand from
// offset on.
func (s *Source) textSpan(n *yaml.Node, offset, length int) span {
	if n.Kind != yaml.ScalarNode {
		return s.valueSpan(n)
	}
	t := s.trace(n, s.contentStart(n))
	size := len(t.out)
	switch offset = max(offset, 0); {
	case size == 0:
		return s.valueSpan(n)
	case offset >= size:
		return span{t.until[size-1], t.until[size-1]}
	}
	last := min(offset+max(length, 1), size) - 1
	return span{t.from[offset], t.until[last]}
}

// emit adds decoded bytes that all come from one range of the source.
func (t *scalarTrace) emit(decoded string, from, until int) {
	t.out = append(t.out, decoded...)
	for range len(decoded) {
		t.from = append(t.from, from)
		t.until = append(t.until, until)
	}
}

// copyRune adds the code point at an offset as it is.
func (t *scalarTrace) copyRune(at int) int {
	_, width := utf8.DecodeRune(t.text[at:])
	t.emit(string(t.text[at:at+width]), at, at+width)
	return at + width
}

// at returns the byte at an offset, 0 past the end.
func (t *scalarTrace) at(i int) byte {
	if i < len(t.text) {
		return t.text[i]
	}
	return 0
}

// afterBreak returns where the line break at an offset ends.
func (t *scalarTrace) afterBreak(at int) int {
	if t.text[at] == '\r' && t.at(at+1) == '\n' {
		return at + 2
	}
	return at + 1
}

// blanks reads a run of blanks and line breaks in a plain or quoted scalar.
// Blanks within a line stay; the first line break becomes a blank, or nothing
// if more follow or an escape removed it.
func (t *scalarTrace) blanks(at int, escaped bool) int {
	end, breaks := at, 0
	first, firstEnd := at, at
	for ; end < len(t.text) && isBlankOrBreak(t.text[end]); end++ {
		if !isLineBreak(t.text[end]) {
			continue
		}
		after := t.afterBreak(end)
		if breaks++; breaks > 1 || escaped {
			t.emit("\n", end, after)
		} else {
			first, firstEnd = end, after
		}
		end = after - 1
	}
	switch {
	case escaped:
	case breaks == 1:
		t.emit(" ", first, firstEnd)
	case breaks == 0:
		for i := at; i < end; i++ {
			t.emit(string(t.text[i]), i, i+1)
		}
	}
	return end
}

// plain reads a plain scalar of which the value is known. Where it ends
// depends on what stands around it; the value tells.
func (t *scalarTrace) plain(at int, value string) bool {
	for len(t.out) < len(value) {
		switch {
		case at >= len(t.text):
			return false
		case isBlankOrBreak(t.text[at]):
			at = t.blanks(at, false)
		default:
			at = t.copyRune(at)
		}
	}
	t.end = at
	return true
}

// quoted reads a quoted scalar.
func (t *scalarTrace) quoted(at int, quote byte) bool {
	if t.at(at) != quote {
		return false
	}
	for at++; at < len(t.text); {
		switch c := t.text[at]; {
		case c == '\'' && quote == '\'' && t.at(at+1) == '\'':
			t.emit("'", at, at+2)
			at += 2
		case c == quote:
			t.end = at + 1
			return true
		case isBlankOrBreak(c):
			at = t.blanks(at, false)
		case c == '\\' && quote == '"' && isLineBreak(t.at(at+1)):
			at = t.blanks(t.afterBreak(at+1), true)
		case c == '\\' && quote == '"':
			after, ok := t.escape(at)
			if !ok {
				return false
			}
			at = after
		default:
			at = t.copyRune(at)
		}
	}
	return false
}

// escape reads the escape sequence at an offset.
func (t *scalarTrace) escape(at int) (after int, ok bool) {
	decoded, width := decodeEscape(t.text[at:])
	t.emit(decoded, at, at+width)
	return at + width, width > 0
}

// decodeEscape reads the escape sequence that text starts with. A width of 0
// says that there is no such escape.
func decodeEscape[T string | []byte](text T) (decoded string, width int) {
	if len(text) < 2 {
		return "", 0
	}
	digits := 0
	switch c := text[1]; c {
	case ' ', '"', '\'', '\\', '\t':
		return string(c), 2
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	default:
		const names, values = "0abtnvfreN_LP", "\x00\a\b\t\n\v\f\r\x1b\u0085\u00a0\u2028\u2029"
		i := strings.IndexByte(names, c)
		if i < 0 {
			return "", 0
		}
		return string([]rune(values)[i]), 2
	}
	if len(text) < 2+digits {
		return "", 0
	}
	value := rune(0)
	for i := range digits {
		digit := hexValue(text[2+i])
		if digit < 0 || value > utf8.MaxRune {
			return "", 0
		}
		value = value<<4 | rune(digit)
	}
	if !utf8.ValidRune(value) {
		return "", 0
	}
	return string(value), 2 + digits
}

// hexValue returns the value of a hexadecimal digit, -1 for anything else.
func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// block reads a literal or folded block of which the value is known.
func (t *scalarTrace) block(at int, value string, literal bool) bool {
	explicit := false
	for at < len(t.text) && !isBlankOrBreak(t.text[at]) {
		explicit = explicit || t.text[at] >= '1' && t.text[at] <= '9'
		at++
	}
	for at < len(t.text) && !isLineBreak(t.text[at]) {
		at++ // blanks and a comment
	}
	t.end = at
	if at < len(t.text) {
		at = t.afterBreak(at)
	}
	indent, any := t.blockIndent(at, value, explicit)
	if !any {
		return t.blockBreaks(at, value)
	}
	t.blockLines(at, indent, literal)
	if len(t.out) < len(value) {
		return false
	}
	// How many breaks stay at the end depends on the header; the value tells.
	t.out, t.from, t.until = t.out[:len(value)], t.from[:len(value)], t.until[:len(value)]
	if size := len(t.until); size > 0 {
		t.end = t.until[size-1]
		if t.out[size-1] == '\n' {
			t.end = t.from[size-1]
		}
	}
	return true
}

// blockBreaks reads a block that has no content but line breaks.
func (t *scalarTrace) blockBreaks(at int, value string) bool {
	for len(t.out) < len(value) {
		for at < len(t.text) && t.text[at] == ' ' {
			at++
		}
		if at >= len(t.text) || !isLineBreak(t.text[at]) {
			return false
		}
		after := t.afterBreak(at)
		t.emit("\n", at, after)
		at = after
	}
	return true
}

// blockIndent returns the indentation of a block's content that follows at an
// offset; not any if there is no content.
func (t *scalarTrace) blockIndent(at int, value string, explicit bool) (indent int, any bool) {
	breaks := 0
	for breaks < len(value) && value[breaks] == '\n' {
		breaks++
	}
	if breaks == len(value) {
		return 0, false
	}
	for line := 0; ; line++ {
		spaces := 0
		for t.at(at+spaces) == ' ' {
			spaces++
		}
		if explicit && line == breaks {
			// The value starts with what is deeper than the indentation.
			for i := breaks; i < len(value) && value[i] == ' '; i++ {
				spaces--
			}
			return spaces, true
		}
		if at += spaces; at >= len(t.text) || !isLineBreak(t.text[at]) {
			return spaces, true
		}
		at = t.afterBreak(at)
	}
}

// blockLines reads the lines of a block, with all breaks at its end.
func (t *scalarTrace) blockLines(at, indent int, literal bool) {
	var pending []span // line breaks that have not been written
	leadingBlank, first := false, true
	for {
		lineStart := at
		for at < len(t.text) && at-lineStart < indent && t.text[at] == ' ' {
			at++
		}
		if at < len(t.text) && isLineBreak(t.text[at]) {
			after := t.afterBreak(at)
			pending = append(pending, span{at, after})
			at = after
			continue
		}
		if at >= len(t.text) || at-lineStart < indent {
			break
		}
		blank := isBlankByte(t.text[at])
		if !literal && !first && !leadingBlank && !blank && len(pending) > 0 {
			if len(pending) == 1 {
				t.emit(" ", pending[0].start, pending[0].end)
			}
			pending = pending[1:]
		}
		t.emitBreaks(pending)
		pending, leadingBlank, first = pending[:0], blank, false
		for at < len(t.text) && !isLineBreak(t.text[at]) {
			at = t.copyRune(at)
		}
	}
	t.emitBreaks(pending)
}

func (t *scalarTrace) emitBreaks(breaks []span) {
	for _, b := range breaks {
		t.emit("\n", b.start, b.end)
	}
}
