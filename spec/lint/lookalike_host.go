package lint

import (
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/connector-spec/connector/spec"
)

// lookalikeHost speaks of hosts that are not what they look like (Unicode
// Technical Standard 39): a character that looks like an ASCII one, in a host
// that is otherwise made of those, or one that mixes alphabets.
var lookalikeHost = Rule{
	Code:     "lookalike-host",
	Severity: spec.Warning,
	check: func(p *Pass) {
		texts := p.digest().texts
		for i := range texts {
			t := &texts[i]
			for start := 0; ; {
				next := strings.Index(t.text[start:], "://")
				if next < 0 {
					break
				}
				start += next + len("://")
				host := strings.TrimRight(t.text[start:start+hostEnd(t.text[start:])], ".")
				if m, ok := misread(host); ok {
					p.reportText(t, spec.AtText(start+m.offset, m.length), m.message, fmt.Sprintf("did you mean %q?", m.meant))
				}
			}
		}
	},
}

// hostEnd returns where the host that a text begins with ends.
func hostEnd(text string) int {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '$' && strings.HasPrefix(text[i:], "${"):
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return i
			}
			i += end
		case c <= ' ' || strings.IndexByte("/?#\"'`<>()[]\\,;", c) >= 0:
			return i
		}
	}
	return len(text)
}

// A misreading is a part of a host that is not what it looks like.
type misreading struct {
	offset, length int // in the host
	message, meant string
}

// misread finds the first misreading of a host.
func misread(host string) (m misreading, ok bool) {
	if i := strings.Index(host, "xn--"); i >= 0 && (i == 0 || host[i-1] == '.') {
		return misreadEncoded(host, i)
	}
	for i, r := range host {
		if r < utf8.RuneSelf || !deceives(host, i, r) {
			continue
		}
		m = misreading{offset: i, length: utf8.RuneLen(r), meant: plainHost(host)}
		m.message = fmt.Sprintf("the host has U+%04X, which looks like %s, so it is another host", r, looks(r))
		return m, true
	}
	return misreading{}, false
}

// misreadEncoded looks at the first label that is encoded (RFC 3492).
func misreadEncoded(host string, i int) (misreading, bool) {
	label, rest, _ := strings.Cut(host[i:], ".")
	decoded, ok := decodePunycode(strings.TrimPrefix(label, "xn--"))
	if !ok {
		return misreading{}, false
	}
	m, ok := misread(decoded)
	if !ok {
		return misreading{}, false
	}
	r, _ := utf8.DecodeRuneInString(decoded[m.offset:])
	return misreading{
		offset: i, length: len(label), meant: strings.TrimSuffix(host[:i]+m.meant+"."+rest, "."),
		message: fmt.Sprintf("%q is shown as %q, whose U+%04X looks like %s", label, decoded, r, looks(r)),
	}, true
}

// looks says in words what a character looks like.
func looks(r rune) string {
	if s := asciiOf(r); s != "" {
		return fmt.Sprintf("%q", s)
	}
	return "nothing"
}

// deceives tells whether a character of a host passes for an ASCII one there.
// A letter of another alphabet does so beside ASCII letters, or where all the
// letters of its label look like ASCII ones; a name in its own alphabet is what
// it looks like.
func deceives(host string, at int, r rune) bool {
	if _, ok := asciiLike(r); !ok {
		return false
	}
	isJoiner := r == '\u200C' || r == '\u200D' // which some alphabets need
	if !unicode.IsLetter(r) && !isJoiner || unicode.Is(unicode.Latin, r) {
		return true
	}
	start := strings.LastIndexByte(host[:at], '.') + 1
	label, _, _ := strings.Cut(host[start:], ".")
	all := true
	for _, c := range label {
		if c < utf8.RuneSelf && unicode.IsLetter(c) {
			return true
		}
		if _, ok := asciiLike(c); unicode.IsLetter(c) && !ok {
			all = false
		}
	}
	return all
}

// plainHost returns a host in the ASCII characters that it looks like.
func plainHost(host string) string {
	var b strings.Builder
	for _, r := range host {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
		} else if _, ok := asciiLike(r); ok {
			b.WriteString(asciiOf(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// asciiOf returns the ASCII text that a character looks like; "" if it looks
// like nothing at all.
func asciiOf(r rune) string {
	s, _ := asciiLike(r)
	return s
}

// asciiLike returns the ASCII text that a character looks like, and whether it
// does.
func asciiLike(r rune) (string, bool) {
	if r >= 0xFF01 && r <= 0xFF5E { // full width
		return strings.ToLower(string(r - 0xFEE0)), true
	}
	s, ok := lookalikes()[r]
	return s, ok
}

// lookalikes holds the characters that look like ASCII ones that hosts and
// URLs have, or like nothing.
var lookalikes = sync.OnceValue(func() map[rune]string {
	return map[rune]string{
		// Dots, slashes, hyphens, and what stands in a URL besides.
		'\u2024': ".", '\u3002': ".", '\uFF61': ".", '\u06D4': ".", '\u0701': ".", '\u0702': ".", '\u2027': ".", '\u2219': ".",
		'\u2044': "/", '\u2215': "/", '\u29F8': "/", '\u2571': "/", '\u1735': "/",
		'\u2010': "-", '\u2011': "-", '\u2012': "-", '\u2013': "-", '\u2014': "-", '\u2043': "-", '\u2212': "-", '\u02D7': "-",
		'\uA789': ":", '\u2236': ":", '\u02D0': ":", '\u05C3': ":",
		// Nothing: zero width and soft hyphens.
		'\u00AD': "", '\u200B': "", '\u200C': "", '\u200D': "", '\u2060': "", '\uFEFF': "", '\u180E': "",
		// Cyrillic.
		'\u0430': "a", '\u0441': "c", '\u0501': "d", '\u0435': "e", '\u04BB': "h", '\u0456': "i", '\u0458': "j", '\u04CF': "l", '\u043E': "o", '\u0440': "p", '\u051B': "q", '\u0455': "s", '\u0475': "v", '\u051D': "w", '\u0445': "x", '\u0443': "y",
		'\u0410': "a", '\u0412': "b", '\u0421': "c", '\u0415': "e", '\u041D': "h", '\u0406': "i", '\u0408': "j", '\u041A': "k", '\u041C': "m", '\u041E': "o", '\u0420': "p", '\u0405': "s", '\u0422': "t", '\u0425': "x",
		// Greek.
		'\u03B1': "a", '\u03BD': "v", '\u03BF': "o", '\u03C1': "p", '\u03B9': "i", '\u03BA': "k", '\u03C5': "u", '\u03F2': "c", '\u03F3': "j",
		'\u0391': "a", '\u0392': "b", '\u0395': "e", '\u0396': "z", '\u0397': "h", '\u0399': "i", '\u039A': "k", '\u039C': "m", '\u039D': "n", '\u039F': "o", '\u03A1': "p", '\u03A4': "t", '\u03A5': "y", '\u03A7': "x",
		// Armenian, and Latin letters beyond ASCII.
		'\u0585': "o", '\u0578': "n", '\u057D': "u", '\u0581': "g", '\u0570': "h", '\u0566': "q",
		'\u0251': "a", '\u0261': "g", '\u0269': "i", '\u0185': "b", '\u017F': "s", '\u2113': "l",
	}
})
