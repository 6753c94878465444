package script

import (
	"strings"
	"unicode/utf8"
)

// A tokenKind is a coarse kind of token.
type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	numberToken
	textToken     // a string, or a piece of a template that ends it
	templateToken // a piece of a template before a ${
	regexpToken
	markToken // punctuation
)

// A token is a token of a script. A piece of a template that stands after a
// substitution begins with the closing brace.
type token struct {
	kind       tokenKind
	start, end int
	newline    bool // before it
}

// A scanner cuts a script into tokens, roughly: enough to know what is text
// and what is code. Whether a slash divides or begins a regular expression
// is for the caller to say.
type scanner struct {
	source string
	pos    int
}

// next returns the next token. division tells that a slash would divide;
// template that a closing brace would end the substitution of a template.
func (s *scanner) next(division, template bool) token {
	newline := s.skip()
	t := token{start: s.pos, newline: newline}
	if s.pos >= len(s.source) {
		t.end = s.pos
		return t
	}
	switch c := s.source[s.pos]; {
	case c == '"' || c == '\'':
		t.kind = textToken
		s.quoted(c)
	case c == '`', c == '}' && template:
		t.kind = textToken
		if s.template() {
			t.kind = templateToken
		}
	case isDigit(c) || c == '.' && isDigit(s.peek(1)):
		t.kind = numberToken
		for s.word(); s.peek(0) == '.'; s.word() {
			s.pos++
		}
	case isWordByte(c) || c == '#' || c == '@' && isWordByte(s.peek(1)):
		t.kind = wordToken
		s.pos++
		s.word()
	case c == '/' && !division && s.regexp():
		t.kind = regexpToken
	default:
		t.kind = markToken
		s.pos += markLength(s.source[s.pos:])
	}
	t.end = s.pos
	return t
}

func (s *scanner) peek(n int) byte {
	if s.pos+n < len(s.source) {
		return s.source[s.pos+n]
	}
	return 0
}

// word skips what is left of a word.
func (s *scanner) word() {
	for isWordByte(s.peek(0)) {
		r, n := utf8.DecodeRuneInString(s.source[s.pos:])
		if isBlank(r) {
			return
		}
		s.pos += n
	}
}

// skip skips blanks and comments and tells whether a line ended among them.
func (s *scanner) skip() (newline bool) {
	for s.pos < len(s.source) {
		rest := s.source[s.pos:]
		switch {
		case rest[0] == '\n' || rest[0] == '\r':
			newline = true
			s.pos++
		case rest[0] <= ' ':
			s.pos++
		case strings.HasPrefix(rest, "//"), s.pos == 0 && strings.HasPrefix(rest, "#!"),
			strings.HasPrefix(rest, "<!--"), (newline || s.pos == 0) && strings.HasPrefix(rest, "-->"): // comments of old
			s.line()
		case strings.HasPrefix(rest, "/*"):
			i := strings.Index(rest[2:], "*/")
			if i < 0 {
				s.pos = len(s.source)
				return newline
			}
			newline = newline || strings.ContainsAny(rest[:i+2], "\r\n\u2028\u2029")
			s.pos += i + 4
		case rest[0] >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(rest)
			if !isBlank(r) {
				return newline
			}
			newline = newline || r == '\u2028' || r == '\u2029'
			s.pos += n
		default:
			return newline
		}
	}
	return newline
}

// line skips to the end of the line.
func (s *scanner) line() {
	if i := strings.IndexAny(s.source[s.pos:], "\r\n\u2028\u2029"); i >= 0 {
		s.pos += i
		return
	}
	s.pos = len(s.source)
}

// quoted skips a string, to the end of the line if it is not closed.
func (s *scanner) quoted(quote byte) {
	for s.pos++; s.pos < len(s.source); s.pos++ {
		switch s.source[s.pos] {
		case quote:
			s.pos++
			return
		case '\n', '\r':
			return
		case '\\':
			s.pos++
			if s.peek(0) == '\r' && s.peek(1) == '\n' {
				s.pos++
			}
		}
	}
	s.pos = len(s.source)
}

// template skips a piece of a template, with the ${ that ends it. It tells
// whether there is one.
func (s *scanner) template() bool {
	for s.pos++; s.pos < len(s.source); s.pos++ {
		switch s.source[s.pos] {
		case '`':
			s.pos++
			return false
		case '$':
			if s.peek(1) == '{' {
				s.pos += 2
				return true
			}
		case '\\':
			s.pos++
		}
	}
	s.pos = len(s.source)
	return false
}

// regexp skips a regular expression. It tells whether one is here; if not, it
// skips nothing.
func (s *scanner) regexp() bool {
	class := false
	for i := s.pos + 1; i < len(s.source); i++ {
		switch s.source[i] {
		case '\n', '\r':
			return false
		case '\\':
			i++
			if i < len(s.source) && (s.source[i] == '\n' || s.source[i] == '\r') {
				return false
			}
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if class {
				continue
			}
			for i++; i < len(s.source) && isWordByte(s.source[i]); i++ {
			}
			s.pos = i
			return true
		}
	}
	return false
}

// markLength returns the length of the punctuation that text begins with, as
// far as it matters.
func markLength(text string) int {
	for _, m := range []string{"...", "=>", "?.", "??", "++", "--"} {
		if strings.HasPrefix(text, m) {
			if m == "?." && len(text) > 2 && isDigit(text[2]) {
				return 1
			}
			return len(m)
		}
	}
	_, n := utf8.DecodeRuneInString(text)
	return n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isWordByte tells whether a byte may be part of a word; all beyond ASCII may,
// for blanks are skipped before.
func isWordByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '$' || c == '\\' || c >= utf8.RuneSelf
}

// isBlank tells whether a character beyond ASCII is white space of JavaScript.
func isBlank(r rune) bool {
	switch r {
	case '\u00a0', '\u1680', '\u2028', '\u2029', '\u202f', '\u205f', '\u3000', '\ufeff':
		return true
	}
	return '\u2000' <= r && r <= '\u200a'
}
