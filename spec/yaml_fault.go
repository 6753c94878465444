package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// A context says what was being read when a token did not fit.
type context uint8

const (
	beforeValue context = iota
	inObject
	inList
	inBrackets
	afterDocument
)

const (
	tooDeepMessage = "values are nested too deep"
	tagHint        = "remove the tag"
)

func tagMessage(tag string) string {
	return fmt.Sprintf("tag %q is not allowed: connector files are plain data", tag)
}

// quoteByte puts a character into quotes that can be read.
func quoteByte(c byte) string {
	if c == '"' {
		return `'"'`
	}
	return fmt.Sprintf("%q", string(c))
}

// excerpt returns the start of text in quotes.
func excerpt(text []byte) string {
	const longest = 40
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	if utf8.RuneCount(text) <= longest {
		return fmt.Sprintf("%q", text)
	}
	return fmt.Sprintf("%q", string([]rune(string(text))[:longest-3])+"...")
}

// noColon fails at what must be a key and is none.
func (t *tokenizer) noColon(key *possibleKey) bool {
	start := key.at.offset
	at := span{start, lineEndIn(t.text, start)}
	if key.token < len(t.tokens) && t.tokens[key.token].kind == tokScalar {
		at.end = t.tokens[key.token].end
	}
	text := t.text[at.start:at.end]
	switch colon := bytes.IndexByte(text, ':'); {
	case key.at.index+maxKey < t.mark.index && key.at.line == t.mark.line:
		return t.fail(at, fmt.Sprintf("a key has at most %d characters", maxKey), "")
	case bytes.ContainsAny(text, "\r\n") && (text[0] == '"' || text[0] == '\''):
		return t.longQuote(start)
	case colon > 0 && text[0] != '"' && text[0] != '\'':
		return t.fail(at, noBlankAfterColon(text), noBlankAfterColonHint)
	default:
		return t.fail(at, noField(text), noFieldHint)
	}
}

// longQuote fails at text in quotes that goes over several lines before a
// colon: a key at the start of a line, a quote that was not closed elsewhere.
func (t *tokenizer) longQuote(start int) bool {
	if column, lineStart := indentation(t.text, start); lineStart+column < start {
		return t.unclosedQuote(start)
	}
	return t.fail(span{start, lineEndIn(t.text, start)}, "a key has to stand in one line", "")
}

const (
	noFieldHint           = "indent the line if it goes on the text above, or make it a field"
	noBlankAfterColonHint = `put a blank after the ":"`
	fieldBelowValueHint   = "indent it like the field it belongs to, or remove the value above"
)

func noField(text []byte) string {
	return excerpt(text) + ` stands where a field is expected, and no ":" follows it`
}

func noBlankAfterColon(text []byte) string {
	return "field " + excerpt(text) + ` has no blank after its ":"`
}

func fieldBelowValue(key []byte) string {
	return "field " + excerpt(key) + " is deeper than the field above it, which has a value already"
}

// strayColon fails at a colon that makes a key where none can be.
func (t *tokenizer) strayColon() bool {
	last := t.tokens[len(t.tokens)-1]
	text := t.text[last.start:last.end]
	lines := bytes.LastIndexAny(text, "\r\n")
	switch {
	case lines < 0 && isFormulaName(text) && last.kind == tokScalar:
		t.fault = bareFormula(t.text, last.span, false)
		return false
	case last.kind != tokScalar:
		t.fail(t.current(), `a ":" cannot stand here`, "put the text in quotes")
	case lines < 0:
		t.fail(t.current(), excerpt(text)+" cannot be a key here, because a value started before it", "put the whole text in quotes")
	case last.style != Plain:
		t.longQuote(last.start)
	case gluedField(t.text, last.start) > 0:
		end := gluedField(t.text, last.start)
		t.fail(span{last.start, end}, noBlankAfterColon(t.text[last.start:end]), noBlankAfterColonHint)
	default:
		start := last.start + lines + 1
		start += len(text[lines+1:]) - len(bytes.TrimLeft(text[lines+1:], " \t"))
		t.fail(span{start, last.end}, fieldBelowValue(t.text[start:last.end]), fieldBelowValueHint)
	}
	t.fault.colon = true
	return false
}

// gluedField returns where the line ends that starts with text like key:value,
// which only looks like a field; 0 if it does not.
func gluedField(text []byte, start int) int {
	_, lineStart := indentation(text, start)
	at := start
	for at < len(text) && isNameByte(text[at]) {
		at++
	}
	if len(bytes.Trim(text[lineStart:start], " -")) > 0 || at == start || at+1 >= len(text) ||
		text[at] != ':' || text[at+1] == '/' || isBlankOrBreak(text[at+1]) {
		return 0
	}
	return lineEndIn(text, start)
}

// complain makes a fault of the current token. The token open started what was
// being read. It returns false.
func (p *structure) complain(where context, open int) bool {
	t := p.tokens[p.i]
	if t.kind == tokFault {
		return false
	}
	previous := p.previous()
	switch {
	case p.multiLineQuote(previous, t):
		p.fail(span{previous.start, lineEndIn(p.text, previous.start)},
			fmt.Sprintf("the quote %s that starts here is not closed in its line", quoteByte(p.text[previous.start])),
			"close it with "+quoteByte(p.text[previous.start]))
	case where == inBrackets:
		p.complainInBrackets(t, p.tokens[open])
	case t.kind == tokBlockMapping || t.kind == tokBlockSequence:
		p.complainIndentation(t, p.tokens[open])
	case t.kind == tokEntry && where == inObject:
		p.fail(t.span, "a list item cannot stand among the fields of an object", "indent it below the field it belongs to")
	case t.kind == tokKey && where == inList:
		at := p.following(p.i)
		p.fail(at, fmt.Sprintf("field %s cannot stand among the items of a list", excerpt(p.text[at.start:at.end])), "indent it like the fields of the item above, or less than the list")
	default:
		p.complainToken(t, previous, where)
	}
	return false
}

func (p *structure) fail(at span, message, hint string) {
	p.fault = &fault{at: at, message: message, hint: hint}
}

// previous returns the last token with bytes before the current one.
func (p *structure) previous() token {
	for i := p.i - 1; i >= 0; i-- {
		if p.tokens[i].end > p.tokens[i].start {
			return p.tokens[i]
		}
	}
	return token{kind: tokStreamEnd}
}

// following returns the bytes of the next token that has some.
func (p *structure) following(i int) span {
	for ; i < len(p.tokens); i++ {
		if p.tokens[i].end > p.tokens[i].start {
			return p.tokens[i].span
		}
	}
	return span{len(p.text), len(p.text)}
}

// multiLineQuote tells whether the token before is a text in quotes that went
// over several lines, up to a quote that was meant to open another.
func (p *structure) multiLineQuote(previous, t token) bool {
	if previous.kind != tokScalar || previous.style != SingleQuoted && previous.style != DoubleQuoted {
		return false
	}
	return bytes.ContainsAny(p.text[previous.start:previous.end], "\r\n") && t.kind == tokScalar &&
		!bytes.ContainsAny(p.text[previous.end:max(t.start, previous.end)], "\r\n")
}

// indentation returns how many columns a line is indented by.
func indentation(text []byte, at int) (column, lineStart int) {
	lineStart = bytes.LastIndexAny(text[:at], "\r\n") + 1
	column = lineStart
	for column < len(text) && text[column] == ' ' {
		column++
	}
	return column - lineStart, lineStart
}

// complainIndentation fails at a line that starts a list or object where none
// can be.
func (p *structure) complainIndentation(t, open token) {
	key := p.following(p.i)
	own, lineStart := indentation(p.text, t.start)
	outer, _ := indentation(p.text, open.start)
	above := lineStart
	for above > 0 && len(bytes.TrimSpace(p.text[above:lineStart])) == 0 {
		_, above = indentation(p.text, above-1)
	}
	before, _ := indentation(p.text, above)
	word := "field " + excerpt(p.text[key.start:key.end])
	if t.kind == tokBlockSequence {
		word = "this list item"
	}
	switch {
	case before > own:
		p.fail(key, fmt.Sprintf("%s is indented by %d, which fits no line above", word, own), fmt.Sprintf("indent it by %d or by %d", outer, before))
	case t.kind == tokBlockMapping && open.kind == tokBlockMapping && own > outer:
		p.fail(key, fieldBelowValue(p.text[key.start:key.end]), fieldBelowValueHint)
	default:
		p.fail(key, word+" cannot stand here", "check how the lines above are indented")
	}
}

// complainInBrackets fails at a token within a flow collection.
func (p *structure) complainInBrackets(t, open token) {
	opened, closes := p.text[open.start], byte(']')
	if opened == '{' {
		closes = '}'
	}
	if t.kind == tokStreamEnd || p.leftBrackets(open, t.start, closes) {
		p.fail(open.span, "the bracket "+quoteByte(opened)+" is not closed", "close it with "+quoteByte(closes))
		return
	}
	if t.kind == tokFlowMappingEnd || t.kind == tokFlowSequenceEnd {
		p.fail(t.span, fmt.Sprintf("%s does not close the %s before it", quoteByte(p.text[t.start]), quoteByte(opened)), "close it with "+quoteByte(closes))
		return
	}
	if last := p.previous(); last.kind == tokScalar && last.style == Plain {
		if f := cutInBrackets(p.text, last, p.following(p.i)); f != nil {
			p.fault = f
			return
		}
	}
	at := t.span
	if at.end == at.start {
		at = p.following(p.i)
	}
	p.fail(at, fmt.Sprintf(`a "," or %q is missing before %s`, string(closes), excerpt(p.text[at.start:at.end])), "put text with brackets, commas or colons in quotes")
}

// leftBrackets tells whether a line after an opening bracket is not deeper than
// the line of the bracket, before an offset or before anything closes the
// bracket: then that was forgotten.
func (p *structure) leftBrackets(open token, until int, closes byte) bool {
	outer, _ := indentation(p.text, open.start)
	end := lineEndIn(p.text, open.start)
	for end < len(p.text) && (end < until || bytes.IndexByte(p.text[open.start:end], closes) < 0) {
		column, lineStart := indentation(p.text, end+1)
		first := lineStart + column
		if end = lineEndIn(p.text, lineStart); first == end {
			continue
		}
		if c := p.text[first]; column <= outer && c != '#' && c != ']' && c != '}' {
			return first <= until || bytes.IndexByte(p.text[open.start:first], closes) < 0
		}
	}
	return false
}

// startsLine tells whether only blanks stand before an offset in its line.
func (p *structure) startsLine(at int) bool {
	column, lineStart := indentation(p.text, at)
	return lineStart+column == at
}

// complainToken fails at a token that has bytes and stands where it cannot.
func (p *structure) complainToken(t, previous token, where context) {
	at := t.span
	if at.end == at.start {
		at = p.following(p.i)
	}
	text := excerpt(p.text[at.start:at.end])
	switch {
	case t.kind == tokStreamEnd || t.kind == tokBlockEnd:
		p.fail(at, "a value is missing here", "")
	case t.kind == tokFlowMappingEnd || t.kind == tokFlowSequenceEnd:
		p.fail(at, text+" closes nothing", "remove it, or put the text in quotes")
	case t.kind == tokColon:
		p.fail(at, `no key stands before this ":"`, "put the text in quotes if it is text")
	case where == inObject && t.kind == tokScalar && p.startsLine(at.start):
		p.fail(at, noField(p.text[at.start:at.end]), noFieldHint)
	case where == beforeValue:
		p.fail(at, "a value cannot start with "+text, "put the text in quotes")
	case previous.kind == tokScalar && previous.end == at.start && previous.style == SingleQuoted:
		p.fail(at, text+" stands after the quote that closes the text", "write '' for a quote within single quotes")
	case previous.kind == tokScalar && previous.end == at.start && previous.style == DoubleQuoted:
		p.fail(at, text+" stands after the quote that closes the text", `write \" for a quote within double quotes`)
	case previous.kind == tokScalar && previous.style != Plain:
		p.fail(at, text+" stands after the quote that closes the text", "put all of the text in quotes")
	case where == afterDocument:
		p.fail(at, text+" stands after the end of the document", "remove it")
	default:
		p.fail(at, text+" cannot stand after the value before it", "put all of the text in quotes")
	}
}
