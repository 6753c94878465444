package sign

import (
	"cmp"
	"slices"
	"strings"
)

const capitalHex = "0123456789ABCDEF"

// isUnreserved says whether c is an unreserved character of a URL (RFC 3986
// 2.3).
func isUnreserved(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '-' || c == '.' || c == '_' || c == '~'
}

// escape escapes all bytes of s but the unreserved characters, with capital
// digits, as both OAuth 1 (RFC 5849 3.6) and AWS want it.
func escape(s string) string { return escapeAs(s, isUnreserved) }

// escapePath is escape, but leaves slashes.
func escapePath(s string) string {
	return escapeAs(s, func(c byte) bool { return c == '/' || isUnreserved(c) })
}

func escapeAs(s string, kept func(byte) bool) string {
	escapes := 0
	for i := range len(s) {
		if !kept(s[i]) {
			escapes++
		}
	}
	if escapes == 0 {
		return s
	}
	b := make([]byte, 0, len(s)+2*escapes)
	for i := range len(s) {
		if c := s[i]; kept(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', capitalHex[c>>4], capitalHex[c&15])
		}
	}
	return string(b)
}

// unescape undoes escapes. A percent sign that begins none stays.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			high, low := hexValue(s[i+1]), hexValue(s[i+2])
			if high < 16 && low < 16 {
				b = append(b, high<<4|low)
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// hexValue gives the value of a hexadecimal digit, 16 for any other byte.
func hexValue(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}

// A pair is a parameter of a query or a form, without escapes.
type pair struct{ name, value string }

// readPairs reads a query or a form, in which a plus is a blank.
func readPairs(form string) []pair {
	var pairs []pair
	for part := range strings.SplitSeq(form, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(strings.ReplaceAll(part, "+", " "), "=")
		pairs = append(pairs, pair{unescape(name), unescape(value)})
	}
	return pairs
}

// normalPairs writes parameters in the one way that is signed: escaped, then
// sorted by name and by value (RFC 5849 3.4.1.3.2; AWS has the same rule).
func normalPairs(pairs []pair) string {
	escaped := make([]pair, len(pairs))
	for i, p := range pairs {
		escaped[i] = pair{escape(p.name), escape(p.value)}
	}
	slices.SortFunc(escaped, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	var b strings.Builder
	for i, p := range escaped {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name)
		b.WriteByte('=')
		b.WriteString(p.value)
	}
	return b.String()
}

// writePairs writes parameters in their order.
func writePairs(pairs []pair) string {
	parts := make([]string, len(pairs))
	for i, p := range pairs {
		parts[i] = escape(p.name) + "=" + escape(p.value)
	}
	return strings.Join(parts, "&")
}

// dropPairs takes parameters out of a query or a form and leaves the others
// as they are written.
func dropPairs(form string, drop func(name string) bool) string {
	parts := strings.Split(form, "&")
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool {
		name, _, _ := strings.Cut(strings.ReplaceAll(part, "+", " "), "=")
		return drop(unescape(name))
	}), "&")
}

// joinForms appends a query or a form to another.
func joinForms(form, more string) string {
	if form == "" {
		return more
	}
	return form + "&" + more
}
