package spec

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// Mend returns data with the fixes applied, and which of them: one whose edits
// touch those of an earlier one is left for the next round.
func Mend(data []byte, fixes []*Fix) (mended []byte, applied []bool) {
	applied = make([]bool, len(fixes))
	var edits []Edit // those taken, in the order of the file
	byStart := func(e Edit, start int) int { return cmp.Compare(e.Start, start) }
	for i, fix := range fixes {
		if fix == nil || slices.ContainsFunc(fix.Edits, func(e Edit) bool {
			at, _ := slices.BinarySearchFunc(edits, e.Start, byStart)
			return e.Start < 0 || e.End < e.Start || e.End > len(data) ||
				at > 0 && e.touches(edits[at-1]) || at < len(edits) && e.touches(edits[at])
		}) {
			continue
		}
		applied[i] = true
		edits = append(edits, fix.Edits...)
		slices.SortFunc(edits, func(a, b Edit) int { return cmp.Compare(a.Start, b.Start) })
	}
	var b bytes.Buffer
	last := 0
	for _, e := range edits {
		b.Write(data[last:e.Start])
		b.WriteString(e.New)
		last = e.End
	}
	b.Write(data[last:])
	return b.Bytes(), applied
}

// touches tells whether two edits have bytes in common, or one inserts where
// the other begins or ends, so that their order would matter.
func (e Edit) touches(f Edit) bool {
	if e.Start == e.End || f.Start == f.End {
		return e.Start <= f.End && f.Start <= e.End
	}
	return e.Start < f.End && f.Start < e.End
}

// FileText returns the text of one of the connector's files, as it was read.
func (c *Connector) FileText(file string) (text []byte, ok bool) {
	if s := c.sourceOf(file); s != nil {
		return slices.Concat([]byte(utf8BOM)[:s.bom], s.data), true
	}
	for _, b := range c.bodies {
		if code, isText := lookupPointer(c.Auth, b.pointer).Get("code").AsString(); b.file == file && b.source == nil && isText {
			return []byte(code), true
		}
	}
	return nil, false
}

// sourceOf returns a YAML file of the connector; nil if there is none of that
// name.
func (c *Connector) sourceOf(file string) *Source {
	if c.source.name == file {
		return c.source
	}
	for _, b := range c.bodies {
		if b.source != nil && b.file == file {
			return b.source
		}
	}
	return nil
}

// InsertFix returns the change that adds a field to the object that a
// diagnostic points at, as [Source.InsertFix] does.
func (c *Connector) InsertFix(d Diagnostic, key, value string) *Fix {
	if s := c.sourceOf(d.File); s != nil {
		return s.InsertFix(d.Pointer, key, value)
	}
	return nil
}

// RenameFix returns the change that gives the field that a diagnostic points
// at another name, as [Source.RenameFix] does.
func (c *Connector) RenameFix(d Diagnostic, name string) *Fix {
	if s := c.sourceOf(d.File); s != nil {
		return s.RenameFix(d.Pointer, name)
	}
	return nil
}

// A TextPart is a part of a text, in bytes of what YAML reads, and what is to
// stand in its place.
type TextPart struct {
	Offset, Length int
	New            string
}

// TextFix returns the change that replaces parts of the text that a diagnostic
// points at, in their order; nil if it is not certain that the text can be
// written so.
func (c *Connector) TextFix(d Diagnostic, parts []TextPart) *Fix {
	s := c.sourceOf(d.File)
	if s == nil || len(parts) == 0 {
		return nil
	}
	f, missing := s.find(d.Pointer)
	if missing || f.isShared() || f.node.Kind != yaml.ScalarNode || f.node.Style&yaml.TaggedStyle != 0 || s.scalarText(f.node) != f.node.Value {
		return nil
	}
	at, style := s.valueSpan(f.node), styleOf(f.node)
	fix := &Fix{Title: "write " + parts[0].New}
	var whole strings.Builder
	last := 0
	for _, p := range parts {
		here := s.textSpan(f.node, p.Offset, p.Length)
		if bytes.ContainsAny(s.data[here.start:here.end], "\r\n") || here.start < at.start || strings.ContainsAny(p.New, "\"'\\\r\n") {
			return nil
		}
		fix.Edits = append(fix.Edits, s.edit(here, p.New))
		whole.WriteString(f.node.Value[last:p.Offset] + p.New)
		last = p.Offset + p.Length
	}
	whole.WriteString(f.node.Value[last:])
	if style != Plain || bytes.IndexByte(s.data[at.start:at.end], '{') >= 0 { // there are no braces in plain text within braces
		return fix
	}
	if bytes.ContainsAny(s.data[at.start:at.end], "\r\n") {
		return nil
	}
	fix.Edits = []Edit{s.edit(at, quoteYAML(whole.String()))}
	return fix
}

// FlowFix returns the change that puts an object or a list in brackets, as it
// is written, in the place of the text that a diagnostic points at, as
// [Source.FlowFix] does.
func (c *Connector) FlowFix(d Diagnostic, written string) *Fix {
	if s := c.sourceOf(d.File); s != nil {
		return s.FlowFix(d.Pointer, written)
	}
	return nil
}

// FlowFix returns the change that puts an object or a list in brackets, as it
// is written, in the place of the text at pointer; nil if that does not stand
// on one line.
func (s *Source) FlowFix(pointer, written string) *Fix {
	f, missing := s.find(pointer)
	if missing || f.key == nil && f.parent == nil || !s.isLine(f) {
		return nil
	}
	return &Fix{Title: "write " + written, Edits: []Edit{s.edit(s.valueSpan(f.node), written)}}
}

// isLine tells whether a value is text that stands on one line, in one place,
// with nothing said of it.
func (s *Source) isLine(f found) bool {
	if f.isShared() || f.node.Kind != yaml.ScalarNode || f.node.Style&yaml.TaggedStyle != 0 {
		return false
	}
	at, style := s.valueSpan(f.node), styleOf(f.node)
	return style != Literal && style != Folded && at.start < at.end && !bytes.ContainsAny(s.data[at.start:at.end], "\r\n")
}

// RenameFix returns the change that gives the field at pointer another name,
// in the quotes that it has; nil if there is such a field beside it, or the
// object is used in several places.
func (s *Source) RenameFix(pointer, name string) *Fix {
	f, missing := s.find(pointer)
	if missing || f.key == nil || f.key.Kind != yaml.ScalarNode || f.owner.isShared() {
		return nil
	}
	if _, there := s.child(*f.owner, name); there {
		return nil
	}
	text := name
	switch styleOf(f.key) {
	case SingleQuoted:
		text = "'" + name + "'"
	case DoubleQuoted:
		text = `"` + name + `"`
	}
	return &Fix{Title: "rename it to " + name, Edits: []Edit{s.edit(s.valueSpan(f.key), text)}}
}

// ReplaceFix returns the change that makes the text at pointer another word,
// in the quotes that it has; nil if that is no text on one line.
func (s *Source) ReplaceFix(pointer, word string) *Fix {
	f, missing := s.find(pointer)
	if missing || f.isShared() || f.node.Kind != yaml.ScalarNode {
		return nil
	}
	at := s.valueSpan(f.node)
	if style := styleOf(f.node); style == Literal || style == Folded || bytes.ContainsAny(s.data[at.start:at.end], "\r\n") || at.start == at.end {
		return nil
	} else if style != Plain {
		at.start, at.end = at.start+1, at.end-1
	}
	return &Fix{Title: "write " + word, Edits: []Edit{s.edit(at, word)}}
}

// InsertFix returns the change that adds a field, key and value as they are
// written, to the object at pointer; nil if it is there, or the object is used
// in several places. Everything around it stays as it is.
func (s *Source) InsertFix(pointer, key, value string) *Fix {
	f, missing := s.find(pointer)
	if missing || f.isShared() || f.node.Kind != yaml.MappingNode {
		return nil
	}
	if _, there := s.child(f, key); there {
		return nil
	}
	var edit Edit
	ok := false
	if f.node.Style&yaml.FlowStyle != 0 {
		edit, ok = s.insertFlow(f, key+": "+value)
	} else if len(f.node.Content) > 0 {
		edit, ok = s.insertBlock(f.node, key+": "+value), true
	}
	if !ok {
		return nil
	}
	return &Fix{Title: "add " + key + ": " + value, Edits: []Edit{edit}}
}

// isShared tells whether a value is used in several places, through an anchor
// of its own or of something around it.
func (f *found) isShared() bool {
	for ; f != nil; f = f.owner {
		if f.node.Kind == yaml.AliasNode || f.node.Anchor != "" {
			return true
		}
	}
	return false
}

// insertFlow adds a field at the end of an object in braces.
func (s *Source) insertFlow(f found, field string) (edit Edit, ok bool) {
	n := f.node
	neighbours := n.Content
	if len(neighbours) == 0 && f.parent != nil && f.parent.Kind == yaml.MappingNode {
		neighbours = f.parent.Content
	}
	if len(neighbours) > 0 && styleOf(neighbours[0]) == DoubleQuoted { // as JSON wants it
		key, value, _ := strings.Cut(field, ":")
		field = `"` + key + `":` + value
	}
	start := s.contentStart(n)
	if len(n.Content) == 0 {
		return s.edit(span{start + 1, start + 1}, field), start < len(s.text) && s.text[start] == '{'
	}
	last := n.Content[len(n.Content)-1]
	from := s.contentStart(last)
	end := s.nodeEnd(last, from)
	return s.edit(span{end, end}, ", "+field), !startsWithKey(n) && end > from
}

// insertBlock adds a field to an object in lines: below the last of its fields
// that ends with its line for certain, or above the first.
func (s *Source) insertBlock(n *yaml.Node, field string) Edit {
	indent := strings.Repeat(" ", n.Content[0].Column-1)
	for i := len(n.Content) - 2; i >= 0; i -= 2 {
		v := n.Content[i+1]
		from := s.contentStart(v)
		style := styleOf(v)
		isText := v.Kind == yaml.ScalarNode && style != Literal && style != Folded
		if end := s.nodeEnd(v, from); end > from && (isText || v.Style&yaml.FlowStyle != 0) {
			end = s.lineEnd(end)
			return s.edit(span{end, end}, s.lineBreak(end)+indent+field)
		}
	}
	key := n.Content[0]
	at := s.offsetOf(place{key.Line, key.Column})
	return s.edit(span{at, at}, field+s.lineBreak(s.lineEnd(at))+indent)
}

// lineBreak returns the line break at an offset; at the end of the file, that
// of the first line.
func (s *Source) lineBreak(at int) string {
	if at >= len(s.data) {
		at = s.lineEnd(0)
	}
	if end := s.afterLine(at); end > at {
		return string(s.data[at:end])
	}
	return "\n"
}
