package spec

import (
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
)

// Nearly all files use little of YAML: block and flow collections, scalars,
// comments. What follows reads that little in one go, without tokens or nodes.
// The YAML library stays the authority: whatever is not certain to be read by
// it in the same way and without a word, the functions here decline, by
// returning false; then the library reads the file from its start. A test
// holds both against each other.

// readOrdinary returns the value of a file that is written as nearly all are.
// It is not ok for any other file, and for one with problems.
func readOrdinary(data []byte) (value formula.Value, ok bool) {
	if len(data) > MaxFileSize {
		return formula.Undefined, false
	}
	text := string(data) // all texts without escapes are parts of it
	if !isOrdinaryText(text) {
		return formula.Undefined, false
	}
	r := ordinaryReader{
		text: text, keys: make([]string, 0, 32), items: make([]formula.Value, 0, 32),
		batch: formula.NewBatch(len(text)/60, len(text)/25),
	}
	if r.toLine(); r.column != 0 {
		return formula.Undefined, false
	}
	value, ok = r.node(-1, true)
	return value, ok && r.column < 0 && value.Len() > 0 // a line that fits no collection is left over
}

// isOrdinaryText tells whether text has no code points but visible ones,
// blanks and line feeds.
func isOrdinaryText(text string) bool {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c >= ' ' && c < 0x7f || c == '\n':
			i++
		case c < utf8.RuneSelf:
			return false
		default:
			c, width := utf8.DecodeRuneInString(text[i:])
			if width == 1 || troubleOf(c) != runeFine {
				return false
			}
			i += width
		}
	}
	return true
}

// An ordinaryReader reads a file from its start to its end. Between two values
// it stands before the next token that begins a line.
type ordinaryReader struct {
	text   string
	at     int // offset of the next byte
	line   int // offset of the line that was entered last
	column int // of the first token of that line; -1 at the end of the file
	depth  int // of the collections that are open

	keys  []string        // of the open objects
	items []formula.Value // of the open collections
	batch *formula.Batch
	built strings.Builder // texts that are not parts of the file
}

// toLine moves to the next token from the start of a line on.
func (r *ordinaryReader) toLine() {
	for {
		r.line = r.at
		r.blanks()
		switch {
		case r.at == len(r.text):
			r.column = -1
			return
		case r.text[r.at] == '\n':
			r.at++
		case r.text[r.at] == '#':
			r.restOfLine()
		default:
			r.column = r.at - r.line
			return
		}
	}
}

// endLine moves to the next token; not ok if the line has another value.
func (r *ordinaryReader) endLine() bool {
	r.blanks()
	if r.at < len(r.text) && r.text[r.at] == '#' && r.text[r.at-1] == ' ' {
		r.restOfLine()
	} else if r.at < len(r.text) {
		if r.text[r.at] != '\n' {
			return false
		}
		r.at++
	}
	r.toLine()
	return true
}

// blanks skips blanks within a line.
func (r *ordinaryReader) blanks() {
	for r.at < len(r.text) && r.text[r.at] == ' ' {
		r.at++
	}
}

// restOfLine skips the rest of a line and its end.
func (r *ordinaryReader) restOfLine() {
	if i := strings.IndexByte(r.text[r.at:], '\n'); i >= 0 {
		r.at += i + 1
	} else {
		r.at = len(r.text)
	}
}

// endsWord tells whether a blank, a line break or the end stands at an offset.
func (r *ordinaryReader) endsWord(at int) bool {
	return at >= len(r.text) || r.text[at] == ' ' || r.text[at] == '\n'
}

// atDash tells whether a list item starts here.
func (r *ordinaryReader) atDash() bool { return r.text[r.at] == '-' && r.endsWord(r.at+1) }

// atColon tells whether the colon after a key stands here.
func (r *ordinaryReader) atColon() bool {
	return r.at < len(r.text) && r.text[r.at] == ':' && r.endsWord(r.at+1)
}

// node reads the value that starts here, within a collection whose lines are
// indented by outer. Only if it is nested, it may be a block collection.
func (r *ordinaryReader) node(outer int, nested bool) (v formula.Value, ok bool) {
	start := r.at
	switch c := r.text[r.at]; {
	case r.atDash():
		if !nested {
			return v, false
		}
		return r.list(r.at - r.line)
	case c == '|' || c == '>':
		return r.block(outer)
	case c == '[' || c == '{':
		v, ok = r.flow()
	case c == '"' || c == '\'':
		var text string
		text, ok = r.quoted()
		if ok && nested && r.atColon() {
			return r.object(start-r.line, text)
		}
		v = formula.String(text)
	default:
		text, sure := r.plain()
		if sure && nested && r.atColon() {
			return r.object(start-r.line, text)
		}
		if !sure {
			return v, false
		}
		return r.plainLines(outer, text)
	}
	return v, ok && r.endLine()
}

// member reads what follows a key, or the dash of an item, in a collection
// whose lines are indented by outer.
func (r *ordinaryReader) member(outer int, item bool) (v formula.Value, ok bool) {
	r.blanks()
	if r.at < len(r.text) && r.text[r.at] != '\n' && r.text[r.at] != '#' {
		return r.node(outer, item)
	}
	switch {
	case !r.endLine():
		return v, false
	case r.column > outer || r.column == outer && !item && r.atDash():
		return r.node(outer, true)
	}
	return formula.Null, true
}

// object reads a block object whose keys are indented by column. Its first key
// has been read.
func (r *ordinaryReader) object(column int, key string) (v formula.Value, ok bool) {
	if r.depth++; r.depth > MaxDepth {
		return v, false
	}
	keys, items := len(r.keys), len(r.items)
	for {
		if r.at-r.line-column > maxOrdinaryKey {
			return v, false
		}
		r.at++
		r.keys = append(r.keys, key)
		item, ok := r.member(column, false)
		if !ok {
			return v, false
		}
		r.items = append(r.items, item)
		if r.column != column {
			break
		}
		if key, ok = r.key(); !ok || !r.atColon() {
			return v, false
		}
	}
	return r.closeObject(keys, items)
}

// maxOrdinaryKey bounds the bytes of a key, well below what YAML allows.
const maxOrdinaryKey = 1000

// key reads a key.
func (r *ordinaryReader) key() (text string, ok bool) {
	if c := r.text[r.at]; c == '"' || c == '\'' {
		return r.quoted()
	}
	return r.plain()
}

// closeObject makes an object of the keys and items from two indices on.
func (r *ordinaryReader) closeObject(keys, items int) (v formula.Value, ok bool) {
	v, ok = r.batch.Object(r.keys[keys:], r.items[items:])
	r.keys, r.items = r.keys[:keys], r.items[:items]
	r.depth--
	return v, ok
}

// list reads a block list whose dashes are indented by column.
func (r *ordinaryReader) list(column int) (v formula.Value, ok bool) {
	if r.depth++; r.depth > MaxDepth {
		return v, false
	}
	items := len(r.items)
	for {
		r.at++
		item, ok := r.member(column, true)
		if !ok {
			return v, false
		}
		r.items = append(r.items, item)
		if r.column != column || !r.atDash() {
			break
		}
	}
	return r.closeList(items), true
}

// closeList makes a list of the items from an index on.
func (r *ordinaryReader) closeList(items int) formula.Value {
	v := r.batch.List(r.items[items:])
	r.items = r.items[:items]
	r.depth--
	return v
}
