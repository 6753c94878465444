package jsonata

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Strings are UTF-8. Half of a surrogate pair, which JavaScript allows in a
// string, is kept as the three bytes that UTF-8 would give it, until it meets
// its other half or leaves the evaluation.

// decode returns the code point at the start of s, a lone surrogate included.
func decode(s string) (rune, int) {
	if len(s) >= 3 && s[0] == 0xED && s[1] >= 0xA0 && s[1] <= 0xBF && s[2] >= 0x80 && s[2] <= 0xBF {
		return 0xD000 | rune(s[1]&0x3F)<<6 | rune(s[2]&0x3F), 3
	}
	return utf8.DecodeRuneInString(s)
}

// appendUnit appends a code point or surrogate to b, joining the halves of a pair.
func appendUnit(b []byte, r rune) []byte {
	if r < 0xD800 || r > 0xDFFF {
		return utf8.AppendRune(b, r)
	}
	if n := len(b); r >= 0xDC00 && n >= 3 {
		if high, size := decode(string(b[n-3:])); size == 3 && high >= 0xD800 && high < 0xDC00 {
			return utf8.AppendRune(b[:n-3], utf16.DecodeRune(high, r))
		}
	}
	return append(b, 0xED, 0x80|byte(r>>6&0x3F), 0x80|byte(r&0x3F))
}

func unitString(r rune) string { return string(appendUnit(nil, r)) }

// concat joins two strings, halves of a surrogate pair included.
func concat(a, b string) string {
	if len(a) >= 3 && len(b) >= 3 && a[len(a)-3] == 0xED && b[0] == 0xED {
		high, _ := decode(a[len(a)-3:])
		low, size := decode(b)
		if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
			return a[:len(a)-3] + string(r) + b[size:]
		}
	}
	return a + b
}

// joinHalves joins the halves of surrogate pairs that have come together in s.
func joinHalves(s string) string {
	if strings.IndexByte(s, 0xED) < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		r, size := decode(s)
		if r >= 0xD800 && r <= 0xDFFF {
			b = appendUnit(b, r)
		} else {
			b = append(b, s[:size]...)
		}
		s = s[size:]
	}
	return string(b)
}

// valid replaces what is not Unicode by the replacement character.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := decode(s)
		b.WriteRune(r) // writes U+FFFD for a surrogate
		s = s[size:]
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// codePoints splits s into its code points.
func codePoints(s string) []string {
	points := make([]string, 0, len(s))
	for len(s) > 0 {
		_, size := decode(s)
		points = append(points, s[:size])
		s = s[size:]
	}
	return points
}

func countPoints(s string) int {
	if isASCII(s) {
		return len(s)
	}
	n := 0
	for len(s) > 0 {
		_, size := decode(s)
		s = s[size:]
		n++
	}
	return n
}

// pointOffset returns the offset in bytes of the n-th code point.
func pointOffset(s string, n int) int {
	off := 0
	for ; n > 0 && off < len(s); n-- {
		_, size := decode(s[off:])
		off += size
	}
	return off
}

// unitLen is the length of s as JavaScript counts it, in UTF-16 units.
func unitLen(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			n, i = n+1, i+1
			continue
		}
		r, size := decode(s[i:])
		if n, i = n+1, i+size; r > 0xFFFF {
			n++
		}
	}
	return n
}

// units returns the UTF-16 units of s.
func units(s string) []uint16 {
	u := make([]uint16, 0, len(s))
	for len(s) > 0 {
		r, size := decode(s)
		if r > 0xFFFF {
			high, low := utf16.EncodeRune(r)
			u = append(u, uint16(high), uint16(low))
		} else {
			u = append(u, uint16(r))
		}
		s = s[size:]
	}
	return u
}

// unitOffset returns the offset in bytes of the UTF-16 unit n. Inside a pair
// it is the pair's end.
func unitOffset(s string, n int) int {
	off := 0
	for n > 0 && off < len(s) {
		r, size := decode(s[off:])
		if off, n = off+size, n-1; r > 0xFFFF {
			n--
		}
	}
	return off
}

// compare orders strings by UTF-16 units, as JavaScript does.
func compare(a, b string) int {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && (i < len(a) && a[i]&0xC0 == 0x80 || i < len(b) && b[i]&0xC0 == 0x80) {
		i-- // back to the start of the code point that differs
	}
	if i >= len(a) || i >= len(b) {
		return len(a) - len(b)
	}
	x, _ := decode(a[i:])
	y, _ := decode(b[i:])
	if x > 0xFFFF != (y > 0xFFFF) { // a pair begins with a unit from D800 on
		if x > 0xFFFF {
			x, _ = utf16.EncodeRune(x)
		} else {
			y, _ = utf16.EncodeRune(y)
		}
	}
	return int(x) - int(y)
}

// upper and lower change case with the rules for one letter that becomes
// several, and for the sigma at the end of a word.
func upper(s string) string {
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	var b []byte
	for len(s) > 0 {
		r, size := decode(s)
		if long, ok := longUpper[r]; ok {
			b = append(b, long...)
		} else if size == 3 && r >= 0xD800 && r <= 0xDFFF {
			b = append(b, s[:size]...)
		} else {
			b = append(b, strings.ToUpper(string(r))...)
		}
		s = s[size:]
	}
	return string(b)
}

func lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b []byte
	for i := 0; i < len(s); {
		r, size := decode(s[i:])
		switch {
		case r == 'İ':
			b = append(b, "i\u0307"...)
		case r == 'Σ' && endsWord(s[:i], s[i+size:]):
			b = append(b, "ς"...)
		case size == 3 && r >= 0xD800 && r <= 0xDFFF:
			b = append(b, s[i:i+size]...)
		default:
			b = append(b, strings.ToLower(string(r))...)
		}
		i += size
	}
	return string(b)
}
