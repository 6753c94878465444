package secret

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A unit is one way to read what stands at a place of a text: bytes, and
// where the text goes on.
type unit struct {
	bytes [utf8.UTFMax]byte
	size  int
	next  int
	json  int // how many times the bytes were unescaped as JSON
}

// units are all the ways to read a place. An escape may be one, or be meant
// as it stands; an unescaped character may begin an escape of its own.
type units struct {
	text  string
	list  [20]unit
	n     int
	short bool // the text ends inside an escape
}

// maxNesting bounds how often an escape is unescaped again.
const maxNesting = 3

// read fills u with the ways to read text[i:].
func (u *units) read(text string, i int) {
	u.text = text
	c := text[i]
	u.add(unit{bytes: [4]byte{c}, size: 1, next: i + 1})
	switch c {
	case '+':
		u.add(unit{bytes: [4]byte{' '}, size: 1, next: i + 1})
	case '%':
		u.percent(i)
	}
	for n := 0; n < u.n; n++ {
		if o := u.list[n]; o.size == 1 && o.bytes[0] == '\\' && o.json < maxNesting {
			u.backslash(o)
		} else if o.size == 1 && o.bytes[0] == '&' {
			u.entity(o)
		}
	}
}

func (u *units) add(o unit) {
	if u.n < len(u.list) {
		u.list[u.n] = o
		u.n++
	}
}

func (u *units) addRune(r rune, next, json int) {
	o := unit{next: next, json: json}
	o.size = utf8.EncodeRune(o.bytes[:], r)
	u.add(o)
}

// percent adds what the URL escape at i stands for: %2F, and %252F for an
// escape that was escaped again.
func (u *units) percent(i int) {
	for range maxNesting {
		if i+2 >= len(u.text) {
			u.short = true
			return
		}
		hi, ok1 := unhex(u.text[i+1])
		lo, ok2 := unhex(u.text[i+2])
		if !ok1 || !ok2 {
			return
		}
		c := hi<<4 | lo
		u.add(unit{bytes: [4]byte{c}, size: 1, next: i + 3})
		if c == '+' { // a blank, escaped twice
			u.add(unit{bytes: [4]byte{' '}, size: 1, next: i + 3})
		}
		if c != '%' {
			return
		}
		i += 2 // the digits that follow belong to this sign
	}
}

// char reads one character at i, through URL escapes and json levels of JSON.
func (u *units) char(i, json int) (c byte, next int, ok bool) {
	if json > 0 {
		c, next, ok = u.char(i, json-1)
		if !ok || c != '\\' {
			return c, next, ok
		}
		return u.char(next, json-1)
	}
	if i >= len(u.text) {
		u.short = true
		return 0, i, false
	}
	c, next = u.text[i], i+1
	for n := 0; c == '%' && n < maxNesting; n++ {
		if next+1 >= len(u.text) {
			u.short = true
			return 0, i, false
		}
		hi, ok1 := unhex(u.text[next])
		lo, ok2 := unhex(u.text[next+1])
		if !ok1 || !ok2 {
			break
		}
		c, next = hi<<4|lo, next+2
	}
	return c, next, true
}

// backslash adds what the JSON or JavaScript escape after o stands for.
func (u *units) backslash(o unit) {
	c, next, ok := u.char(o.next, o.json)
	if !ok {
		return
	}
	switch c {
	case '"', '\'', '\\', '/':
		u.add(unit{bytes: [4]byte{c}, size: 1, next: next, json: o.json + 1})
	case 'x':
		if r, next, ok := u.hex(next, o.json, 2); ok {
			u.addRune(r, next, o.json+1)
		}
	case 'u':
		r, next, ok := u.hex(next, o.json, 4)
		if ok && utf16.IsSurrogate(r) {
			r, next, ok = u.surrogate(r, next, o.json)
		}
		if ok {
			u.addRune(r, next, o.json+1)
		}
	case '&':
		u.entity(unit{next: next, json: o.json})
	default:
		if n := strings.IndexByte("bfnrt", c); n >= 0 {
			u.add(unit{bytes: [4]byte{"\b\f\n\r\t"[n]}, size: 1, next: next, json: o.json + 1})
		}
	}
}

// surrogate reads the second half of a character outside the basic plane.
func (u *units) surrogate(high rune, i, json int) (rune, int, bool) {
	for _, want := range []byte{'\\', 'u'} {
		c, next, ok := u.char(i, json)
		if !ok || c != want {
			return 0, i, false
		}
		i = next
	}
	low, next, ok := u.hex(i, json, 4)
	return utf16.DecodeRune(high, low), next, ok
}

// hex reads a number of exactly n hexadecimal digits.
func (u *units) hex(i, json, n int) (rune, int, bool) {
	var r rune
	for range n {
		c, next, ok := u.char(i, json)
		v, isHex := unhex(c)
		if !ok || !isHex {
			return 0, i, false
		}
		r, i = r<<4|rune(v), next
	}
	return r, i, true
}

// entity adds what the HTML entity after the ampersand o stands for.
func (u *units) entity(o unit) {
	var name [11]byte
	i := o.next
	for n := range name {
		c, next, ok := u.char(i, o.json)
		if !ok {
			return
		}
		i = next
		if c == ';' {
			if r, ok := entityOf(string(name[:n])); ok {
				u.addRune(r, i, o.json)
			}
			return
		}
		if !isAlnum(c) && c != '#' {
			return
		}
		name[n] = c
	}
}

func entityOf(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok || digits == "" {
		return 0, false
	}
	base := rune(10)
	if digits[0]|0x20 == 'x' {
		base, digits = 16, digits[1:]
	}
	var r rune
	for i := range len(digits) {
		v, ok := unhex(digits[i])
		if !ok || rune(v) >= base {
			return 0, false
		}
		r = r*base + rune(v)
	}
	return r, digits != "" && utf8.ValidRune(r)
}

func unhex(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
