package lint

import "unicode/utf8"

// decodePunycode decodes a label of a host (RFC 3492 6.2) without its prefix
// xn--.
func decodePunycode(encoded string) (string, bool) {
	const base, initialN = 36, 128
	var output []rune
	rest := encoded
	for i := len(encoded) - 1; i >= 0; i-- {
		if encoded[i] == '-' {
			output, rest = []rune(encoded[:i]), encoded[i+1:]
			break
		}
	}
	n, bias, at := initialN, 72, 0
	for first := true; rest != ""; first = false {
		old, weight := at, 1
		for k := base; ; k += base {
			digit, ok := punycodeDigit(rest)
			if !ok || weight > utf8.MaxRune*base {
				return "", false
			}
			rest = rest[1:]
			at += digit * weight
			t := min(max(k-bias, 1), 26)
			if digit < t {
				break
			}
			weight *= base - t
		}
		bias = adaptBias(at-old, len(output)+1, first)
		n += at / (len(output) + 1)
		at %= len(output) + 1
		if n > utf8.MaxRune {
			return "", false
		}
		output = append(output[:at], append([]rune{rune(n)}, output[at:]...)...)
		at++
	}
	return string(output), true
}

// punycodeDigit returns the value of the first digit of a text.
func punycodeDigit(text string) (int, bool) {
	if text == "" {
		return 0, false
	}
	switch c := text[0]; {
	case c >= 'a' && c <= 'z':
		return int(c - 'a'), true
	case c >= 'A' && c <= 'Z':
		return int(c - 'A'), true
	case c >= '0' && c <= '9':
		return int(c-'0') + 26, true
	}
	return 0, false
}

// adaptBias returns the bias after a delta (RFC 3492 6.1).
func adaptBias(delta, points int, first bool) int {
	const base, skew, damp = 36, 38, 700
	if first {
		delta /= damp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for delta > (base-1)*26/2 {
		delta /= base - 1
		k += base
	}
	return k + base*delta/(delta+skew)
}
