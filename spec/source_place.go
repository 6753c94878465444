package spec

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A place is a line and a column, both from 1; a column counts code points,
// as the marks of the YAML library do.
type place struct{ line, column int }

// A span is a range of bytes of a Source's data.
type span struct{ start, end int }

// A placeIndex finds places in data quickly, also in very long lines.
type placeIndex struct {
	text  string // data
	lines []int  // offsets where lines start
	// marks has, for each chunk of data, the first code point that starts in
	// it, as an offset and as a count from the start.
	marks []runeMark
}

type runeMark struct{ offset, runes int }

const chunkSize = 256

// indexPlaces indexes data. A line ends with LF, CR LF, or a CR on its own.
func indexPlaces(data []byte) *placeIndex {
	x := &placeIndex{text: string(data), lines: make([]int, 1, 2+bytes.Count(data, []byte{'\n'}))}
	runes := 0
	for i, c := range x.text { // a byte that is no UTF-8 counts as one, as in utf8.DecodeRune
		if len(x.marks)*chunkSize <= i {
			x.marks = append(x.marks, runeMark{i, runes})
		}
		runes++
		if c == '\n' || c == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			x.lines = append(x.lines, i+1)
		}
	}
	return x
}

// runesBefore counts the code points of data before an offset.
func (x *placeIndex) runesBefore(offset int) int {
	i := min(offset/chunkSize, len(x.marks)-1)
	if i > 0 && x.marks[i].offset > offset {
		i--
	}
	if i < 0 {
		return 0
	}
	return x.marks[i].runes + utf8.RuneCountInString(x.text[x.marks[i].offset:offset])
}

// index returns the index of the places in data.
func (s *Source) index() *placeIndex {
	s.makeIndex.Do(func() { s.places = indexPlaces(s.data) })
	return s.places
}

// placeOf returns the place of an offset in data.
func (s *Source) placeOf(offset int) place {
	x := s.index()
	offset = min(max(offset, 0), len(s.data))
	i, exact := slices.BinarySearch(x.lines, offset)
	if !exact {
		i--
	}
	return place{i + 1, x.runesBefore(offset) - x.runesBefore(x.lines[i]) + 1}
}

// offsetOf returns the offset in data of a place.
func (s *Source) offsetOf(at place) int {
	x := s.index()
	if at.line > len(x.lines) {
		return len(s.data)
	}
	offset := x.lines[max(at.line, 1)-1]
	runes := at.column - 1 // still to go
	if runes > chunkSize {
		total := x.runesBefore(offset) + runes
		i, exact := slices.BinarySearchFunc(x.marks, total, func(m runeMark, total int) int { return m.runes - total })
		if !exact {
			i--
		}
		offset, runes = x.marks[i].offset, total-x.marks[i].runes
	}
	for ; runes > 0 && offset < len(s.data); runes-- {
		_, width := utf8.DecodeRune(s.data[offset:])
		offset += width
	}
	return offset
}

// Line returns the text of a line, counted from 1, without its end; it is
// empty for lines that do not exist.
func (s *Source) Line(number int) string {
	x := s.index()
	if number < 1 || number > len(x.lines) {
		return ""
	}
	start := x.lines[number-1]
	return x.text[start:s.lineEnd(start)]
}

// lineEnd returns where the text of the line that offset stands in ends.
func (s *Source) lineEnd(offset int) int {
	return lineEndIn(s.data, min(offset, len(s.data)))
}

// Edit returns the change that replaces what at points at by text, which is
// taken as it is. It is not ok if the value does not exist.
func (s *Source) Edit(pointer string, at At, text string) (edit Edit, ok bool) {
	if !s.Has(pointer) {
		return Edit{}, false
	}
	return s.edit(s.spanOf(pointer, at), text), true
}

// spanOf returns the bytes that at means of the value at pointer.
func (s *Source) spanOf(pointer string, at At) span {
	if s.isText {
		return s.plainSpan(at)
	}
	f, missing := s.find(pointer)
	switch {
	case f.node == nil:
		return span{}
	case missing || at.what == atKey:
		return s.ownerSpan(f)
	case at.what == atText:
		return s.textSpan(resolveAlias(f.node), at.offset, at.length)
	}
	return s.nodeSpan(f)
}

// nodeSpan returns the bytes of a value, or of its key if the value is empty
// in the source.
func (s *Source) nodeSpan(f found) span {
	at := s.valueSpan(f.node)
	switch {
	case at.end > at.start:
		return at
	case f.key != nil:
		return s.ownerSpan(f)
	case at.start > 0 && s.text[at.start-1] == '-':
		return span{at.start - 1, at.start}
	}
	return at
}

// ownerSpan returns the bytes by which a value is known: its key in a mapping,
// its beginning elsewhere.
func (s *Source) ownerSpan(f found) span {
	if f.key != nil {
		if at := s.valueSpan(f.key); at.end > at.start {
			return at
		}
	}
	n := f.node
	for (n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode) && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0 {
		n = n.Content[0]
	}
	at := s.valueSpan(n)
	if n != f.node && at.end == at.start {
		return span{s.contentStart(f.node), at.end}
	}
	return at
}

// valueSpan returns the bytes of a node without its tag and anchor. Of a block
// scalar that is its header, where a caret reads best.
func (s *Source) valueSpan(n *yaml.Node) span {
	start := s.contentStart(n)
	if n.Kind == yaml.ScalarNode && (n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0) {
		end := start
		for end < len(s.text) && !isBlankOrBreak(s.text[end]) {
			end++
		}
		return span{start, end}
	}
	return span{start, s.nodeEnd(n, start)}
}

// contentStart returns where a node starts after its tag and anchor.
func (s *Source) contentStart(n *yaml.Node) int {
	at := s.offsetOf(place{n.Line, n.Column})
	var anchor, tag bool
	for at < len(s.text) && (s.text[at] == '&' && !anchor || s.text[at] == '!' && !tag) {
		anchor, tag = anchor || s.text[at] == '&', tag || s.text[at] == '!'
		at = propertyEnd(s.text, at)
		if n.Kind == yaml.ScalarNode && n.Value == "" && styleOf(n) == Plain {
			return at
		}
		at = skipIgnored(s.text, at)
	}
	return at
}

// propertyEnd returns where the anchor or tag ends that starts at an offset.
func propertyEnd(text []byte, at int) int {
	anchor := text[at] == '&'
	for at++; at < len(text) && !isBlankOrBreak(text[at]) && (!anchor || isNameByte(text[at])); at++ {
	}
	return at
}

// nodeEnd returns where a node ends whose content starts at start.
func (s *Source) nodeEnd(n *yaml.Node, start int) int {
	switch n.Kind {
	case yaml.AliasNode:
		return min(start+1+len(n.Value), len(s.text))
	case yaml.ScalarNode:
		return s.trace(n, start).end
	}
	end := start
	if len(n.Content) > 0 {
		last := n.Content[len(n.Content)-1]
		end = max(end, s.nodeEnd(last, s.contentStart(last)))
	}
	if n.Style&yaml.FlowStyle == 0 || startsWithKey(n) {
		return end
	}
	// Only closing punctuation stands between the last value and the end.
	end = max(end, start+1)
	for {
		end = skipIgnored(s.text, end)
		if end >= len(s.text) {
			return len(s.text)
		}
		end++
		if c := s.text[end-1]; c == ']' || c == '}' {
			return end
		}
	}
}

// startsWithKey tells whether a mapping has nothing of its own before its
// first key: all blocks, and the one pair in [key: value].
func startsWithKey(n *yaml.Node) bool {
	if n.Kind != yaml.MappingNode || len(n.Content) == 0 {
		return false
	}
	key := n.Content[0]
	return key.Line == n.Line && key.Column == n.Column
}

// skipIgnored returns the offset of the next byte that is no blank, line break
// or comment.
func skipIgnored(text []byte, at int) int {
	for at < len(text) {
		switch {
		case isBlankOrBreak(text[at]):
			at++
		case text[at] == '#' && (at == 0 || isBlankOrBreak(text[at-1])):
			for at < len(text) && !isLineBreak(text[at]) {
				at++
			}
		default:
			return at
		}
	}
	return at
}

func isLineBreak(c byte) bool { return c == '\n' || c == '\r' }

func isBlankByte(c byte) bool { return c == ' ' || c == '\t' }

func isBlankOrBreak(c byte) bool { return isBlankByte(c) || isLineBreak(c) }
