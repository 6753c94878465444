package formula

import (
	"strings"
	"unicode/utf8"
)

// The kinds of tokens in a written date.
type dateTokenKind uint8

const (
	dateEnd     dateTokenKind = iota
	dateNumber                // of an unsigned number
	dateSymbol                // : - + . or )
	dateSpace                 // one blank
	dateOther                 // anything that says nothing
	dateMonth                 // a word: month names by their first three letters
	dateHalfDay               // am, pm
	dateZone                  // utc, gmt, z, est and the like
	dateT                     // the t between date and time
	dateGarbage               // any other word
)

// A dateToken is a part of a written date.
type dateToken struct {
	kind   dateTokenKind
	value  int // of a number, month, half day (its hours) or zone (its hours)
	length int // of a number or word
	symbol byte
}

func (t dateToken) is(symbol byte) bool { return t.kind == dateSymbol && t.symbol == symbol }
func (t dateToken) sign() bool          { return t.is('+') || t.is('-') }
func (t dateToken) fixed(n int) bool    { return t.kind == dateNumber && t.length == n }
func (t dateToken) isZ() bool           { return t.kind == dateZone && t.length == 1 }

// dateWords lists the words that a date knows, with what they say.
var dateWords = map[string]dateToken{
	"jan": {kind: dateMonth, value: 1}, "feb": {kind: dateMonth, value: 2}, "mar": {kind: dateMonth, value: 3},
	"apr": {kind: dateMonth, value: 4}, "may": {kind: dateMonth, value: 5}, "jun": {kind: dateMonth, value: 6},
	"jul": {kind: dateMonth, value: 7}, "aug": {kind: dateMonth, value: 8}, "sep": {kind: dateMonth, value: 9},
	"oct": {kind: dateMonth, value: 10}, "nov": {kind: dateMonth, value: 11}, "dec": {kind: dateMonth, value: 12},
	"am": {kind: dateHalfDay}, "pm": {kind: dateHalfDay, value: 12},
	"ut": {kind: dateZone}, "utc": {kind: dateZone}, "z": {kind: dateZone}, "gmt": {kind: dateZone},
	"cdt": {kind: dateZone, value: -5}, "cst": {kind: dateZone, value: -6},
	"edt": {kind: dateZone, value: -4}, "est": {kind: dateZone, value: -5},
	"mdt": {kind: dateZone, value: -6}, "mst": {kind: dateZone, value: -7},
	"pdt": {kind: dateZone, value: -7}, "pst": {kind: dateZone, value: -8},
	"t": {kind: dateT},
}

// A dateScanner reads tokens, one ahead.
type dateScanner struct {
	rest string
	peek dateToken
}

func newDateScanner(s string) *dateScanner {
	if end := strings.IndexByte(s, 0); end >= 0 {
		s = s[:end]
	}
	scanner := &dateScanner{rest: s}
	scanner.next()
	return scanner
}

// next returns the token and goes to the one behind it.
func (s *dateScanner) next() dateToken {
	t := s.peek
	s.peek = s.scan()
	return t
}

// skip passes over a symbol if it is there.
func (s *dateScanner) skip(symbol byte) bool {
	if !s.peek.is(symbol) {
		return false
	}
	s.next()
	return true
}

func (s *dateScanner) scan() dateToken {
	if s.rest == "" {
		return dateToken{kind: dateEnd}
	}
	switch c := s.rest[0]; {
	case c >= '0' && c <= '9':
		return s.number()
	case strings.IndexByte(":-+.)", c) >= 0:
		s.rest = s.rest[1:]
		return dateToken{kind: dateSymbol, symbol: c}
	case c == '(':
		s.skipBrackets()
		return dateToken{kind: dateOther}
	}
	r, size := utf8.DecodeRuneInString(s.rest)
	switch {
	case strings.ContainsRune(jsSpace, r):
		s.rest = s.rest[size:]
		return dateToken{kind: dateSpace}
	case r >= 'A':
		return s.word()
	}
	s.rest = s.rest[size:]
	return dateToken{kind: dateOther}
}

// number reads an unsigned number; its first nine digits count, not regarding
// zeros in front.
func (s *dateScanner) number() dateToken {
	t := dateToken{kind: dateNumber, length: digitsFrom(s.rest, 0)}
	digits := strings.TrimLeft(s.rest[:t.length], "0")
	for i := range min(len(digits), 9) {
		t.value = t.value*10 + int(digits[i]-'0')
	}
	s.rest = s.rest[t.length:]
	return t
}

func (s *dateScanner) word() dateToken {
	prefix, length := "", 0
	for i, r := range s.rest {
		if r < 'A' || strings.ContainsRune(jsSpace, r) {
			s.rest = s.rest[i:]
			return dateWord(prefix, length)
		}
		if length++; length <= 3 {
			prefix += string(r | 0x20)
		}
	}
	s.rest = ""
	return dateWord(prefix, length)
}

// dateWord returns the token of a word of that length that begins with prefix,
// three letters at most.
func dateWord(prefix string, length int) dateToken {
	t, ok := dateWords[prefix]
	if !ok || length > 3 && t.kind != dateMonth {
		t = dateToken{kind: dateGarbage}
	}
	t.length = length
	return t
}

// skipBrackets passes over text in round brackets, which may nest.
func (s *dateScanner) skipBrackets() {
	depth := 0
	for i := range len(s.rest) {
		switch s.rest[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.rest = s.rest[i+1:]
				return
			}
		}
	}
	s.rest = ""
}
