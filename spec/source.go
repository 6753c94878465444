package spec

import (
	"bytes"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/formula"
)

// The bounds of a YAML file. What is past them is answered with a diagnostic.
const (
	// MaxFileSize is the number of bytes a YAML file may have.
	MaxFileSize = 1 << 20
	// MaxDepth is how deep lists and objects may nest.
	MaxDepth = 100
	// MaxAliased is how many values of a file may come from aliases.
	MaxAliased = 10_000
	// MaxDiagnostics is how many problems of one file [Parse] reports before
	// it says that there are more.
	MaxDiagnostics = 100
)

// A Source is one YAML file that has been read: the value it holds and the
// place of everything in it. Packages name places by JSON Pointers; only a
// Source turns them into lines. It does not change any more and may be used
// by several goroutines.
type Source struct {
	name  string
	bom   int    // bytes of the byte order mark that stands before data
	data  []byte // the file after the byte order mark, as it is
	text  []byte // data as it was parsed: what YAML must not see is masked byte by byte
	root  *yaml.Node
	value formula.Value
	meant map[place]string // what was meant by plain scalars that YAML would have cut

	isText   bool      // the file is no YAML, and the value its text
	ordinary bool      // the value was read without nodes: root is there only when a place has been asked for
	makeRoot sync.Once // of an ordinary file

	makeIndex sync.Once
	places    *placeIndex // of data, made when a place is asked for
}

// newSource returns a Source of the file data that has not been parsed.
func newSource(name string, data []byte, bom int) *Source {
	return &Source{name: name, bom: bom, data: data[bom:], text: data[bom:]}
}

// nodes returns the root of the document; nil if it could not be read.
func (s *Source) nodes() *yaml.Node {
	if s.ordinary {
		s.makeRoot.Do(func() {
			if document, _, err := decodeYAML(bytes.NewReader(s.text)); err == nil {
				s.root = document.Content[0]
			}
		})
	}
	return s.root
}

// Name returns the name of the file.
func (s *Source) Name() string { return s.name }

// Readable tells whether the document could be read, so that [Source.Value]
// is what its author meant or close to it. A Source can be readable and have
// errors all the same.
func (s *Source) Readable() bool { return s.ordinary || s.root != nil || s.isText }

// Value returns the document; undefined if it could not be read.
func (s *Source) Value() formula.Value { return s.value }

// Has tells whether the document has a value at pointer.
func (s *Source) Has(pointer string) bool {
	if s.ordinary { // nothing in the value is undefined
		return (pointer == "" || pointer[0] == '/') && !lookupPointer(s.value, pointer).IsUndefined()
	}
	if s.isText {
		return pointer == ""
	}
	_, missing := s.find(pointer)
	return s.root != nil && !missing
}

// An At says what of a value a diagnostic points at. The zero At is the value
// itself.
type At struct {
	what           atWhat
	offset, length int
}

type atWhat uint8

const (
	atValue atWhat = iota
	atKey
	atText
)

// AtValue points at the value itself. A value that is empty in the source has
// no place of its own: then its key is meant.
func AtValue() At { return At{what: atValue} }

// AtKey points at the key of a value in its object, or at a list item.
func AtKey() At { return At{what: atKey} }

// AtText points into a text value: at length bytes from offset on, both
// counted in the decoded text. It finds them in the source through quotes,
// escapes, folded lines and blocks.
func AtText(offset, length int) At { return At{what: atText, offset: offset, length: length} }

// Diagnose returns a diagnostic that points at something of the value at
// pointer. If there is no such value, it points at what should have had it:
// at the key of the nearest object that exists, or at the start of the
// document.
func (s *Source) Diagnose(code string, severity Severity, pointer string, at At, message, hint string) Diagnostic {
	d := s.diagnostic(code, s.spanOf(pointer, at), message, hint)
	d.Severity = severity
	d.Pointer = pointer
	return d
}

// diagnostic returns an error at a span of the file.
func (s *Source) diagnostic(code string, at span, message, hint string) Diagnostic {
	from, to := s.placeOf(at.start), s.placeOf(max(at.start, at.end))
	return Diagnostic{
		Code: code, File: s.name,
		Line: from.line, Column: from.column, EndLine: to.line, EndColumn: to.column,
		Message: message, Hint: hint,
		Text: s.Line(from.line),
	}
}

// edit returns an Edit of the file for a span of data.
func (s *Source) edit(at span, text string) Edit {
	return Edit{Start: at.start + s.bom, End: at.end + s.bom, New: text}
}

// A ScalarStyle says how a scalar is written in the source.
type ScalarStyle uint8

// The ways to write a scalar.
const (
	Plain ScalarStyle = iota
	SingleQuoted
	DoubleQuoted
	Literal // a block that starts with |
	Folded  // a block that starts with >
)

// String returns the word for the style.
func (s ScalarStyle) String() string {
	return [...]string{"plain", "single-quoted", "double-quoted", "literal", "folded"}[s]
}

func styleOf(n *yaml.Node) ScalarStyle {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return DoubleQuoted
	case n.Style&yaml.SingleQuotedStyle != 0:
		return SingleQuoted
	case n.Style&yaml.LiteralStyle != 0:
		return Literal
	case n.Style&yaml.FoldedStyle != 0:
		return Folded
	default:
		return Plain
	}
}

// Scalar returns the scalar at pointer as text: what a plain scalar says in
// the source, such as 1.10 for a number, and the decoded text of any other.
// It is not ok for lists, objects and what does not exist.
func (s *Source) Scalar(pointer string) (text string, style ScalarStyle, ok bool) {
	f, missing := s.find(pointer)
	if missing || f.node == nil {
		return "", 0, false
	}
	n := resolveAlias(f.node)
	if n.Kind != yaml.ScalarNode {
		return "", 0, false
	}
	return s.scalarText(n), styleOf(n), true
}

// scalarText returns the text of a scalar node.
func (s *Source) scalarText(n *yaml.Node) string {
	if len(s.meant) > 0 {
		if text, ok := s.meant[place{n.Line, n.Column}]; ok {
			return text
		}
	}
	return n.Value
}

// wasMeant tells whether more was meant by a plain scalar than YAML read.
func (s *Source) wasMeant(n *yaml.Node) bool {
	_, ok := s.meant[place{n.Line, n.Column}]
	return ok
}

// QuoteFix returns the change that puts the plain scalar at pointer into
// quotes, so that it is read as the text it looks like; nil if there is no
// plain scalar on one line there.
func (s *Source) QuoteFix(pointer string) *Fix {
	f, missing := s.find(pointer)
	if missing || f.node == nil || f.node.Kind != yaml.ScalarNode || styleOf(f.node) != Plain || f.node.Value == "" {
		return nil
	}
	at := s.valueSpan(f.node)
	text := s.data[at.start:at.end]
	if strings.ContainsAny(string(text), "\r\n") {
		return nil
	}
	return s.quoteFix(at, string(text))
}

// quoteFix returns the change that writes text in quotes at a span.
func (s *Source) quoteFix(at span, text string) *Fix {
	return &Fix{Title: "put it in quotes", Edits: []Edit{s.edit(at, quoteYAML(text))}}
}

// found is a node with what is known about its surroundings.
type found struct {
	node   *yaml.Node // nil only for a document that could not be read
	key    *yaml.Node // in a mapping
	parent *yaml.Node // the mapping or sequence it stands in
	owner  *found     // the found of parent
}

// find walks down the document to pointer. If the value is missing there, it
// returns the nearest parent that exists.
func (s *Source) find(pointer string) (f found, missing bool) {
	root := s.nodes()
	if root == nil {
		return found{}, true
	}
	f = found{node: root}
	for pointer != "" {
		token, rest, ok := cutPointer(pointer)
		if !ok {
			return f, true
		}
		child, ok := s.child(f, token)
		if !ok {
			return f, true
		}
		f, pointer = child, rest
	}
	return f, false
}

// child returns the value that a mapping or sequence has at a token.
func (s *Source) child(f found, token string) (found, bool) {
	n := resolveAlias(f.node)
	switch n.Kind {
	case yaml.MappingNode:
		// A repeated key keeps its last value.
		for i := len(n.Content) - 2; i >= 0; i -= 2 {
			if k := resolveAlias(n.Content[i]); k.Kind == yaml.ScalarNode && s.scalarText(k) == token {
				return found{node: n.Content[i+1], key: n.Content[i], parent: n, owner: &f}, true
			}
		}
	case yaml.SequenceNode:
		if i, ok := pointerIndex(token); ok && i < len(n.Content) {
			return found{node: n.Content[i], parent: n, owner: &f}, true
		}
	}
	return found{}, false
}

// resolveAlias returns what an alias stands for, and any other node itself.
func resolveAlias(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// pointerIndex reads a list index of a JSON Pointer: digits, no leading zero.
func pointerIndex(token string) (int, bool) {
	if token == "" || len(token) > 7 || token[0] == '0' && len(token) > 1 {
		return 0, false
	}
	n := 0
	for i := range len(token) {
		if token[i] < '0' || token[i] > '9' {
			return 0, false
		}
		n = 10*n + int(token[i]-'0')
	}
	return n, true
}

// cutPointer splits a JSON Pointer that is not empty into its first token,
// unescaped, and the pointer after it. It is not ok if there is no token.
func cutPointer(pointer string) (token, rest string, ok bool) {
	if pointer[0] != '/' {
		return "", "", false
	}
	end := len(pointer)
	if i := strings.IndexByte(pointer[1:], '/'); i >= 0 {
		end = 1 + i
	}
	return unescapePointer(pointer[1:end]), pointer[end:], true
}

func unescapePointer(token string) string {
	if !strings.Contains(token, "~") {
		return token
	}
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
