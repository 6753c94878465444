package spec

import (
	"bytes"

	"github.com/connector-spec/connector/formula"
)

// newTextSource returns a Source of a file that is no YAML: its value is the
// text of the file, without a byte order mark, and [AtText] finds each byte of
// that where it is.
func newTextSource(name string, data []byte) *Source {
	bom := len(data) - len(bytes.TrimPrefix(data, []byte("\ufeff")))
	s := newSource(name, data, bom)
	s.value, s.isText = formula.String(string(s.data)), true
	return s
}

// plainSpan returns the bytes that at means of the text of a file that is no
// YAML: those of [AtText], else the start of the file.
func (s *Source) plainSpan(at At) span {
	if at.what != atText {
		return span{}
	}
	start := min(max(at.offset, 0), len(s.data))
	return span{start, min(start+max(at.length, 0), len(s.data))}
}
