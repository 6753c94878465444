package jsonata

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// escape translates a backslash and what follows it outside of a class.
func (t *regexTranslator) escape() error {
	if t.pos+1 >= len(t.src) {
		return fmt.Errorf("backslash at the end")
	}
	c := t.src[t.pos+1]
	if c >= '1' && c <= '9' {
		end := t.pos + 1
		for end < len(t.src) && t.src[end] >= '0' && t.src[end] <= '9' {
			end++
		}
		if n, err := strconv.Atoi(t.src[t.pos+1 : end]); err == nil && n <= t.groups {
			return fmt.Errorf("backreference")
		}
	}
	switch c {
	case 'b', 'B':
		t.out.WriteString(t.src[t.pos : t.pos+2])
		t.pos += 2
		return nil
	case 'k':
		return fmt.Errorf("backreference")
	}
	if set, ok := classEscapes[c]; ok {
		t.out.WriteString("[" + set + "]")
		t.pos += 2
		return nil
	}
	t.literal(t.escapedRune())
	return nil
}

// White space of JavaScript, and all but it.
const (
	spaceSet    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notSpaceSet = `\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}` +
		`\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
)

// classEscapes are the escapes that stand for a set, as the inside of a class.
var classEscapes = map[byte]string{
	'd': `0-9`, 'D': `\x00-/:-\x{10ffff}`,
	'w': `0-9A-Za-z_`, 'W': "\\x00-/:-@\\[-\\^`{-\\x{10ffff}",
	's': spaceSet, 'S': notSpaceSet,
}

// escapedRune reads an escape that stands for one character.
func (t *regexTranslator) escapedRune() rune {
	r, size := decode(t.src[t.pos+1:])
	t.pos += 1 + size
	switch r {
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return t.octal(r - '0')
	case 'c':
		if t.pos < len(t.src) && (t.src[t.pos]|0x20) >= 'a' && (t.src[t.pos]|0x20) <= 'z' {
			t.pos++
			return rune(t.src[t.pos-1] % 32)
		}
		t.pos--
		return '\\'
	case 'x':
		if v, ok := t.hex(2); ok {
			return v
		}
	case 'u':
		v, ok := t.hex(4)
		if !ok {
			return r
		}
		if utf16.IsSurrogate(v) && strings.HasPrefix(t.src[t.pos:], `\u`) {
			mark := t.pos
			t.pos += 2
			if low, ok := t.hex(4); ok && utf16.IsSurrogate(low) {
				return utf16.DecodeRune(v, low)
			}
			t.pos = mark
		}
		return v
	}
	return r
}

// octal reads up to two more digits of an octal escape that stays below 256.
func (t *regexTranslator) octal(v rune) rune {
	for range 2 {
		if t.pos >= len(t.src) || t.src[t.pos] < '0' || t.src[t.pos] > '7' || v >= 32 {
			break
		}
		v = v*8 + rune(t.src[t.pos]-'0')
		t.pos++
	}
	return v
}

func (t *regexTranslator) hex(n int) (rune, bool) {
	if t.pos+n > len(t.src) {
		return 0, false
	}
	digits := t.src[t.pos : t.pos+n]
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || strings.ContainsAny(digits, "_+-") {
		return 0, false
	}
	t.pos += n
	return rune(v), true
}

// class translates [...], writing each of its members anew.
func (t *regexTranslator) class() error {
	t.pos++
	negated := strings.HasPrefix(t.src[t.pos:], "^")
	if negated {
		t.pos++
	}
	var set strings.Builder
	for {
		if t.pos >= len(t.src) {
			return fmt.Errorf("class has no closing bracket")
		}
		if t.src[t.pos] == ']' {
			t.pos++
			break
		}
		if err := t.classRange(&set); err != nil {
			return err
		}
	}
	switch {
	case set.Len() > 0 && negated:
		t.out.WriteString("[^" + set.String() + "]")
	case set.Len() > 0:
		t.out.WriteString("[" + set.String() + "]")
	case negated:
		t.out.WriteString(`[\x00-\x{10ffff}]`)
	default:
		t.out.WriteString(`[^\x00-\x{10ffff}]`)
	}
	return nil
}

// classRange translates a member of a class or a range of two.
func (t *regexTranslator) classRange(set *strings.Builder) error {
	low, lowSet := t.classMember()
	rest := t.src[t.pos:]
	if !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "-]") || len(rest) == 1 {
		writeMember(set, low, lowSet)
		return nil
	}
	t.pos++
	high, highSet := t.classMember()
	if lowSet != "" || highSet != "" { // not a range after all
		writeMember(set, low, lowSet)
		set.WriteString(`\-`)
		writeMember(set, high, highSet)
		return nil
	}
	if high < low {
		return fmt.Errorf("range in a class is out of order")
	}
	fmt.Fprintf(set, `\x{%x}-\x{%x}`, low, high)
	return nil
}

// classMember reads one character, or an escape that stands for a set.
func (t *regexTranslator) classMember() (rune, string) {
	if t.src[t.pos] != '\\' || t.pos+1 >= len(t.src) {
		r, size := decode(t.src[t.pos:])
		t.pos += size
		return r, ""
	}
	c := t.src[t.pos+1]
	if set, ok := classEscapes[c]; ok {
		t.pos += 2
		return 0, set
	}
	if c == 'b' {
		t.pos += 2
		return '\b', ""
	}
	return t.escapedRune(), ""
}

func writeMember(set *strings.Builder, r rune, members string) {
	if members != "" {
		set.WriteString(members)
		return
	}
	fmt.Fprintf(set, `\x{%x}`, r)
}
