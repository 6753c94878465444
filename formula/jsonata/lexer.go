package jsonata

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokOperator
	tokName
	tokVariable
	tokString
	tokNumber
	tokValue // true, false, null
	tokRegex
)

// A token is the smallest part of an expression.
type token struct {
	kind  tokenKind
	pos   int
	text  string // operator, name or string
	value any    // number, or true, false, null
	regex *regex
}

// describe names the token for messages.
func (t token) describe() string {
	switch t.kind {
	case tokEnd:
		return "(end)"
	case tokNumber, tokValue:
		return literalText(t.value)
	case tokRegex:
		return t.regex.source
	}
	return t.text
}

// literalText is how a number, true, false or null is written.
func literalText(v any) string {
	switch v := v.(type) {
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return numberText(v)
	}
	return "null"
}

// stops are the characters that end a name, being operators of one character.
const stops = ".[]{}(),@#;:?+-*/%|=<>^&!~"

const spaces = " \t\n\r\v"

// pairs are the operators of two characters.
var operatorPairs = []string{"..", ":=", "!=", ">=", "<=", "**", "~>"}

type lexer struct {
	src    string
	pos    int
	weight int // of the regular expressions so far
}

// next reads a token. After an operand a slash is a division, elsewhere it
// begins a regular expression.
func (l *lexer) next(afterOperand bool) (token, error) {
	if err := l.skipSpace(); err != nil {
		return token{}, err
	}
	start := l.pos
	if start >= len(l.src) {
		return token{kind: tokEnd, pos: len(l.src)}, nil
	}
	rest := l.src[start:]
	if rest[0] == '/' && !afterOperand {
		re, err := l.regex()
		return token{kind: tokRegex, pos: start, regex: re}, err
	}
	for _, op := range operatorPairs {
		if strings.HasPrefix(rest, op) {
			l.pos += len(op)
			return token{kind: tokOperator, pos: start, text: op}, nil
		}
	}
	switch c := rest[0]; {
	case c == '!' || c == '~': // only part of longer operators
		return token{}, syntaxError("S0204", start, rest[:1])
	case strings.IndexByte(stops, c) >= 0:
		l.pos++
		return token{kind: tokOperator, pos: start, text: rest[:1]}, nil
	case c == '"' || c == '\'':
		s, err := l.quoted(c)
		return token{kind: tokString, pos: start, text: s}, err
	case c >= '0' && c <= '9':
		return l.number()
	case c == '`':
		end := strings.IndexByte(rest[1:], '`')
		if end < 0 {
			return token{}, syntaxError("S0105", start, "")
		}
		l.pos += end + 2
		return token{kind: tokName, pos: start, text: rest[1 : end+1]}, nil
	}
	return l.name(), nil
}

// skipSpace moves to the next character that is neither space nor comment.
func (l *lexer) skipSpace() error {
	for l.pos < len(l.src) {
		switch {
		case strings.IndexByte(spaces, l.src[l.pos]) >= 0:
			l.pos++
		case strings.HasPrefix(l.src[l.pos:], "/*"):
			end := strings.Index(l.src[l.pos+2:], "*/")
			if end < 0 {
				return syntaxError("S0106", l.pos, "")
			}
			l.pos += end + 4
		default:
			return nil
		}
	}
	return nil
}

func (l *lexer) name() token {
	start := l.pos
	end := strings.IndexAny(l.src[start:], stops+spaces)
	if end < 0 {
		end = len(l.src) - start
	}
	l.pos += end
	text := l.src[start:l.pos]
	if text[0] == '$' {
		return token{kind: tokVariable, pos: start, text: text[1:]}
	}
	switch text {
	case "and", "or", "in":
		return token{kind: tokOperator, pos: start, text: text}
	case "true":
		return token{kind: tokValue, pos: start, value: true}
	case "false":
		return token{kind: tokValue, pos: start, value: false}
	case "null":
		return token{kind: tokValue, pos: start}
	}
	return token{kind: tokName, pos: start, text: text}
}

func (l *lexer) digits(i int) int {
	for i < len(l.src) && l.src[i] >= '0' && l.src[i] <= '9' {
		i++
	}
	return i
}

func (l *lexer) number() (token, error) {
	start, end := l.pos, l.pos+1
	if l.src[start] != '0' {
		end = l.digits(end)
	}
	if end < len(l.src) && l.src[end] == '.' {
		if fraction := l.digits(end + 1); fraction > end+1 {
			end = fraction
		}
	}
	if end < len(l.src) && (l.src[end] == 'e' || l.src[end] == 'E') {
		first := end + 1
		if first < len(l.src) && (l.src[first] == '+' || l.src[first] == '-') {
			first++
		}
		if exponent := l.digits(first); exponent > first {
			end = exponent
		}
	}
	text := l.src[start:end]
	f, _ := strconv.ParseFloat(text, 64) // the only error gives an infinity
	if math.IsInf(f, 0) {
		return token{}, syntaxError("S0102", start, text)
	}
	l.pos = end
	return token{kind: tokNumber, pos: start, value: f}, nil
}

// escapes are the letters behind a backslash that stand for a character.
var escapes = map[byte]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

func (l *lexer) quoted(quote byte) (string, error) {
	start := l.pos
	var b []byte
	for i := start + 1; i < len(l.src); {
		c := l.src[i]
		switch {
		case c == quote:
			l.pos = i + 1
			return string(b), nil
		case c != '\\':
			r, size := decode(l.src[i:])
			if r == utf8.RuneError {
				b = append(b, l.src[i:i+size]...)
			} else {
				b = appendUnit(b, r)
			}
			i += size
			continue
		case i+1 >= len(l.src):
			return "", syntaxError("S0103", i, "")
		}
		c = l.src[i+1]
		if e, ok := escapes[c]; ok {
			b = append(b, e)
			i += 2
			continue
		}
		if c != 'u' {
			_, size := decode(l.src[i+1:])
			return "", syntaxError("S0103", i, l.src[i+1:i+1+size])
		}
		hex := l.src[i+2 : min(i+6, len(l.src))]
		unit, err := strconv.ParseUint(hex, 16, 16)
		if err != nil || strings.ContainsAny(hex, "_+-") {
			return "", syntaxError("S0104", i, "")
		}
		b = appendUnit(b, rune(unit))
		i += 6
	}
	return "", syntaxError("S0101", start, "")
}

// regex reads a regular expression. A slash ends it unless it is escaped or
// within brackets of any kind.
func (l *lexer) regex() (*regex, error) {
	start := l.pos + 1
	depth := 0
	for i := start; i < len(l.src); i++ {
		c := l.src[i]
		if l.src[i-1] == '\\' {
			continue
		}
		switch {
		case c == '/' && depth == 0:
			if i == start {
				return nil, syntaxError("S0301", start, "")
			}
			flags := i + 1
			for flags < len(l.src) && (l.src[flags] == 'i' || l.src[flags] == 'm') {
				flags++
			}
			l.pos = flags
			re, err := compileRegex(l.src[start:i], l.src[i+1:flags], start, maxWeight-l.weight)
			if err == nil {
				l.weight += re.size
			}
			return re, err
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		}
	}
	return nil, syntaxError("S0302", start-1, "")
}
