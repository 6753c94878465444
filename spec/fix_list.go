package spec

import (
	"bytes"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// SplitFix returns the change that makes several items of the text that a
// diagnostic points at, an item of a list; nil if that is not certain.
func (c *Connector) SplitFix(d Diagnostic, words []string) *Fix {
	s := c.sourceOf(d.File)
	if s == nil || len(words) == 0 {
		return nil
	}
	f, missing := s.find(d.Pointer)
	if missing || !isItem(f) || !s.isLine(f) {
		return nil
	}
	at := s.valueSpan(f.node)
	separator := ", "
	if f.parent.Style&yaml.FlowStyle == 0 {
		start, ok := s.itemStart(at.start)
		if !ok {
			return nil
		}
		separator = s.lineBreak(s.lineEnd(at.end)) + string(s.data[start:at.start])
	}
	plain := make([]string, len(words))
	for i, w := range words {
		if plain[i] = w; !isPlainYAML(w) || strings.ContainsAny(w, ",[]{}") || styleOf(f.node) != Plain {
			plain[i] = quoteYAML(w)
		}
	}
	return &Fix{Title: "write each by itself: " + strings.Join(plain, ", "), Edits: []Edit{s.edit(at, strings.Join(plain, separator))}}
}

// RemoveItemFix returns the change that takes the text that a diagnostic points
// at, which is not the first item of a list, out of it; nil if that is not
// certain.
func (c *Connector) RemoveItemFix(d Diagnostic) *Fix {
	s := c.sourceOf(d.File)
	if s == nil {
		return nil
	}
	f, missing := s.find(d.Pointer)
	if missing || !isItem(f) || !s.isLine(f) {
		return nil
	}
	i := slices.Index(f.parent.Content, f.node)
	if i < 1 {
		return nil
	}
	at := s.valueSpan(f.node)
	if f.parent.Style&yaml.FlowStyle == 0 {
		start, ok := s.itemStart(at.start)
		end := s.lineEnd(at.end)
		if !ok || len(bytes.TrimSpace(s.data[at.end:end])) > 0 {
			return nil // a comment goes with it
		}
		at = span{start, s.afterLine(end)}
	} else {
		before := f.parent.Content[i-1]
		from := s.contentStart(before)
		at.start = s.nodeEnd(before, from)
		if between := s.data[at.start:s.valueSpan(f.node).start]; at.start <= from || strings.Trim(string(between), ", ") != "" {
			return nil
		}
	}
	return &Fix{Title: "remove what is there twice", Edits: []Edit{s.edit(at, "")}}
}

// isItem tells whether a value is an item of a list.
func isItem(f found) bool { return f.parent != nil && f.parent.Kind == yaml.SequenceNode }

// itemStart returns where the line begins on which an item of a block stands
// behind its hyphen, and nothing else before it.
func (s *Source) itemStart(value int) (start int, ok bool) {
	start = bytes.LastIndexAny(s.data[:value], "\r\n") + 1
	before := s.data[start:value]
	return start, len(bytes.TrimLeft(before, " ")) > 1 && strings.Trim(string(before), " ") == "-"
}
