package spec

import (
	"unicode/utf8"
)

// The YAML library says of an error at best a line, and not always the right
// one. So when it refuses a file, the file is read once more as tokens, by the
// rules of that library, to find the place and to say in our own words what
// stands there. What follows decides about words and places only, never about
// whether a file is right.

type tokenKind uint8

const (
	tokStreamEnd tokenKind = iota
	tokDocumentStart
	tokDocumentEnd
	tokBlockSequence
	tokBlockMapping
	tokBlockEnd
	tokFlowSequence
	tokFlowSequenceEnd
	tokFlowMapping
	tokFlowMappingEnd
	tokEntry // - of a block list
	tokComma
	tokKey
	tokColon
	tokAlias
	tokAnchor
	tokTag
	tokScalar
)

// A token is a piece of YAML. Tokens that stand for a change of indentation
// have no bytes.
type token struct {
	kind tokenKind
	span
	style ScalarStyle
}

// A fault is what is wrong with a file as YAML.
type fault struct {
	code          string // yaml-syntax if empty
	at            span
	message, hint string
	colon         bool         // a ": " where none can be
	tab           bool         // a tab that indents
	mended        *replacement // nil if it is not certain what was meant
}

// A possibleKey is a token that is a key if a colon follows.
type possibleKey struct {
	possible, required bool
	token              int
	at                 mark
}

// A mark is an offset with what the rules of keys and indentation need.
type mark struct{ offset, line, index, column int }

// A tokenizer splits text into tokens.
type tokenizer struct {
	text       []byte
	mark       mark
	tokens     []token
	indent     int
	indents    []int
	keys       []possibleKey // one for each level of flow collections
	keyAllowed bool
	fault      *fault
}

// tokenize returns the tokens of text, up to the first fault if there is one.
func tokenize(text []byte) ([]token, *fault) {
	t := &tokenizer{text: text, indent: -1, keys: make([]possibleKey, 1), keyAllowed: true}
	t.mark.line = 1
	for t.next() {
	}
	return t.tokens, t.fault
}

// at returns the i-th byte from here, 0 past the end.
func (t *tokenizer) at(i int) byte {
	if t.mark.offset+i < len(t.text) {
		return t.text[t.mark.offset+i]
	}
	return 0
}

// endsWord tells whether the i-th byte from here is a blank, a line break or
// the end.
func (t *tokenizer) endsWord(i int) bool {
	return t.mark.offset+i >= len(t.text) || isBlankOrBreak(t.text[t.mark.offset+i])
}

// endsLine tells whether the line ends here.
func (t *tokenizer) endsLine() bool {
	return t.mark.offset >= len(t.text) || isLineBreak(t.text[t.mark.offset])
}

// skip moves on by one code point.
func (t *tokenizer) skip() {
	_, width := utf8.DecodeRune(t.text[t.mark.offset:])
	t.mark.offset += width
	t.mark.index++
	t.mark.column++
}

// skipBreak moves past a line break.
func (t *tokenizer) skipBreak() {
	if t.at(0) == '\r' && t.at(1) == '\n' {
		t.mark.offset++
		t.mark.index++
	}
	t.mark.offset++
	t.mark.index++
	t.mark.line++
	t.mark.column = 0
}

func (t *tokenizer) inFlow() bool { return len(t.keys) > 1 }

// fail notes a fault and ends the scan.
func (t *tokenizer) fail(at span, message, hint string) bool {
	t.fault = &fault{at: at, message: message, hint: hint}
	return false
}

// since returns the bytes from an offset to here.
func (t *tokenizer) since(offset int) span { return span{offset, t.mark.offset} }

// current returns the code point that stands here.
func (t *tokenizer) current() span {
	_, width := utf8.DecodeRune(t.text[t.mark.offset:])
	return span{t.mark.offset, t.mark.offset + width}
}

func (t *tokenizer) add(kind tokenKind, at span) {
	t.tokens = append(t.tokens, token{kind: kind, span: at})
}

// insert puts a token without bytes before another one.
func (t *tokenizer) insert(i int, kind tokenKind, offset int) {
	t.tokens = append(t.tokens, token{})
	copy(t.tokens[i+1:], t.tokens[i:])
	t.tokens[i] = token{kind: kind, span: span{offset, offset}}
}

// next reads one token; false at the end and at a fault.
func (t *tokenizer) next() bool {
	t.toToken()
	t.unroll(t.mark.column)
	if t.mark.offset >= len(t.text) {
		t.unroll(-1)
		if t.dropKey() {
			t.add(tokStreamEnd, t.since(t.mark.offset))
		}
		return false
	}
	c := t.at(0)
	if t.mark.column == 0 {
		if c == '%' {
			t.fail(t.current(), `a "%" at the start of a line starts a directive, which is not allowed`, "put the text in quotes if it is text")
			t.fault.code = "yaml-directive"
			return false
		}
		if kind, ok := t.documentMark(); ok {
			return t.document(kind)
		}
	}
	switch {
	case c == '[' || c == '{':
		return t.openFlow(c)
	case c == ']' || c == '}':
		return t.closeFlow(c)
	case c == ',':
		return t.dropKey() && t.indicator(tokComma, true)
	case c == '-' && t.endsWord(1):
		return t.entry()
	case c == '?' && (t.inFlow() || t.endsWord(1)):
		return t.explicitKey()
	case c == ':' && (t.inFlow() || t.endsWord(1)):
		return t.colon()
	case c == '*' || c == '&':
		return t.anchor(c)
	case c == '!':
		return t.tag()
	case (c == '|' || c == '>') && !t.inFlow():
		return t.block()
	case c == '\'' || c == '"':
		return t.quoted(c)
	case t.startsPlain(c):
		return t.plain()
	}
	return t.strange(c)
}

// startsPlain tells whether a plain scalar starts with the byte c here.
func (t *tokenizer) startsPlain(c byte) bool {
	switch c {
	case '-':
		return !isBlankByte(t.at(1))
	case '?', ':':
		return !t.inFlow() && !t.endsWord(1)
	case ' ', '\t', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	}
	return true
}

// strange fails at a character that starts nothing.
func (t *tokenizer) strange(c byte) bool {
	if c == '\t' {
		t.tab()
		return false
	}
	if c == '|' || c == '>' {
		return t.fail(t.current(), "a block of text cannot stand within brackets", "put the text in quotes")
	}
	return t.fail(t.current(), "text cannot start with "+quoteByte(c), "put the text in quotes")
}

// tab fails at a tab that indents.
func (t *tokenizer) tab() bool {
	t.fail(t.current(), "a tab indents this line", "indent with blanks")
	t.fault.tab = true
	return false
}

// toToken skips blanks, comments and line breaks.
func (t *tokenizer) toToken() {
	for {
		for t.at(0) == ' ' || t.at(0) == '\t' && (t.inFlow() || !t.keyAllowed) {
			t.skip()
		}
		if t.at(0) == '#' {
			for !t.endsLine() {
				t.skip()
			}
		}
		if t.mark.offset >= len(t.text) || !isLineBreak(t.at(0)) {
			return
		}
		t.skipBreak()
		if !t.inFlow() {
			t.keyAllowed = true
		}
	}
}

// documentMark tells whether --- or ... stands here, on its own.
func (t *tokenizer) documentMark() (tokenKind, bool) {
	c := t.at(0)
	if c != '-' && c != '.' || t.at(1) != c || t.at(2) != c || !t.endsWord(3) {
		return 0, false
	}
	if c == '-' {
		return tokDocumentStart, true
	}
	return tokDocumentEnd, true
}

func (t *tokenizer) document(kind tokenKind) bool {
	t.unroll(-1)
	if !t.dropKey() {
		return false
	}
	t.keyAllowed = false
	start := t.mark.offset
	t.skip()
	t.skip()
	t.skip()
	t.add(kind, t.since(start))
	return true
}

// saveKey notes that what starts here is a key if a colon follows.
func (t *tokenizer) saveKey() bool {
	if !t.keyAllowed {
		return true
	}
	if !t.dropKey() {
		return false
	}
	t.keys[len(t.keys)-1] = possibleKey{
		possible: true, required: !t.inFlow() && t.indent == t.mark.column,
		token: len(t.tokens), at: t.mark,
	}
	return true
}

// dropKey forgets the possible key of this level, and fails if a key had to
// stand there.
func (t *tokenizer) dropKey() bool {
	key := &t.keys[len(t.keys)-1]
	if key.possible && key.required {
		return t.noColon(key)
	}
	key.possible = false
	return true
}

// maxKey is how many characters a key may have for YAML to see its colon.
const maxKey = 1024

// validKey tells whether a colon here makes the possible key one.
func (t *tokenizer) validKey(key *possibleKey) (valid, ok bool) {
	if !key.possible {
		return false, true
	}
	if key.at.line < t.mark.line || key.at.index+maxKey < t.mark.index {
		if key.required {
			return false, t.noColon(key)
		}
		key.possible = false
	}
	return key.possible, true
}

// roll opens a block collection if the column is deeper than the one before.
func (t *tokenizer) roll(column, i int, kind tokenKind, offset int) {
	if !t.inFlow() && t.indent < column {
		t.indents = append(t.indents, t.indent)
		t.indent = column
		t.insert(i, kind, offset)
	}
}

// unroll closes the block collections that are deeper than the column.
func (t *tokenizer) unroll(column int) {
	for !t.inFlow() && t.indent > column {
		t.add(tokBlockEnd, t.since(t.mark.offset))
		t.indent = t.indents[len(t.indents)-1]
		t.indents = t.indents[:len(t.indents)-1]
	}
}

// indicator reads a token of one character.
func (t *tokenizer) indicator(kind tokenKind, keyAllowed bool) bool {
	start := t.mark.offset
	t.skip()
	t.add(kind, t.since(start))
	t.keyAllowed = keyAllowed
	return true
}

func (t *tokenizer) openFlow(c byte) bool {
	if !t.saveKey() {
		return false
	}
	t.keys = append(t.keys, possibleKey{})
	if c == '[' {
		return t.indicator(tokFlowSequence, true)
	}
	return t.indicator(tokFlowMapping, true)
}

func (t *tokenizer) closeFlow(c byte) bool {
	if !t.dropKey() {
		return false
	}
	if t.inFlow() {
		t.keys = t.keys[:len(t.keys)-1]
	}
	if c == ']' {
		return t.indicator(tokFlowSequenceEnd, false)
	}
	return t.indicator(tokFlowMappingEnd, false)
}

func (t *tokenizer) entry() bool {
	if !t.inFlow() {
		if !t.keyAllowed {
			return t.fail(t.current(), "a list cannot start here", "start it on a line of its own, or put the text in quotes")
		}
		t.roll(t.mark.column, len(t.tokens), tokBlockSequence, t.mark.offset)
	}
	return t.dropKey() && t.indicator(tokEntry, true)
}

func (t *tokenizer) explicitKey() bool {
	if !t.inFlow() {
		if !t.keyAllowed {
			return t.fail(t.current(), `a "?" that starts a key cannot stand here`, "put the text in quotes")
		}
		t.roll(t.mark.column, len(t.tokens), tokBlockMapping, t.mark.offset)
	}
	return t.dropKey() && t.indicator(tokKey, !t.inFlow())
}

func (t *tokenizer) colon() bool {
	key := &t.keys[len(t.keys)-1]
	valid, ok := t.validKey(key)
	switch {
	case !ok:
		return false
	case valid:
		t.insert(key.token, tokKey, key.at.offset)
		t.roll(key.at.column, key.token, tokBlockMapping, key.at.offset)
		key.possible = false
		return t.indicator(tokColon, false)
	case !t.inFlow() && !t.keyAllowed:
		return t.strayColon()
	}
	t.roll(t.mark.column, len(t.tokens), tokBlockMapping, t.mark.offset)
	return t.indicator(tokColon, !t.inFlow())
}
