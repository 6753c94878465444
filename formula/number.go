package formula

import (
	"math"
	"strconv"
	"strings"
)

// jsSpace holds the characters that JavaScript trims before it reads a number
// (ECMA-262, WhiteSpace and LineTerminator).
const jsSpace = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// parseNumber reads s as JavaScript's Number(s) does: blanks around it are
// dropped, empty text is 0, 0x, 0o and 0b are understood, anything else is NaN.
func parseNumber(s string) float64 {
	s = strings.Trim(s, jsSpace)
	if s == "" {
		return 0
	}
	if len(s) > 2 && s[0] == '0' {
		if base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'O': 8, 'b': 2, 'B': 2}[s[1]]; base != 0 {
			return parseDigits(s[2:], base)
		}
	}
	digits := strings.TrimLeft(s, "+-")
	if len(s)-len(digits) > 1 {
		return math.NaN()
	}
	if digits == "Infinity" {
		if s[0] == '-' {
			return math.Inf(-1)
		}
		return math.Inf(1)
	}
	if digits == "" || strings.Trim(digits, "0123456789.eE+-") != "" {
		return math.NaN()
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return math.NaN()
	}
	return f
}

// parseDigits reads the digits of a number of another base; long ones lose
// precision, as in JavaScript.
func parseDigits(s string, base int) float64 {
	f := 0.0
	for i := range len(s) {
		d, err := strconv.ParseUint(s[i:i+1], base, 8)
		if err != nil {
			return math.NaN()
		}
		f = f*float64(base) + float64(d)
	}
	return f
}

// parseFloatPrefix reads the number that s begins with, as JavaScript's
// parseFloat does: "12abc" is 12, "0x10" is 0, text without one is NaN.
func parseFloatPrefix(s string) float64 {
	s = strings.TrimLeft(s, jsSpace)
	end := floatPrefix(s)
	if end == 0 {
		unsigned := strings.TrimPrefix(strings.TrimPrefix(s, "+"), "-")
		if len(s)-len(unsigned) <= 1 && strings.HasPrefix(unsigned, "Infinity") {
			return math.Inf(1 - 2*strings.Count(s[:1], "-"))
		}
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(s[:end], 64) // out of range gives ±Inf, as it should
	return f
}

// floatPrefix returns the length of the decimal number that s begins with.
func floatPrefix(s string) int {
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	whole := digitsFrom(s, i)
	i += whole
	fraction := 0
	if i < len(s) && s[i] == '.' {
		fraction = digitsFrom(s, i+1)
		if whole+fraction > 0 {
			i += 1 + fraction
		}
	}
	if whole+fraction == 0 {
		return 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if n := digitsFrom(s, j); n > 0 {
			i = j + n
		}
	}
	return i
}

// digitsFrom counts the decimal digits of s from offset i.
func digitsFrom(s string, i int) int {
	n := 0
	for i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '9' {
		n++
	}
	return n
}
