package secret

import (
	"encoding/base64"
	"strings"
)

// Lookalikes finds text that looks like a secret though nobody declared it:
// tokens of known shapes, private keys, JSON Web Tokens, credentials behind
// Basic, Bearer and in URLs, values of fields such as access_token, and runs
// of characters too random for words. Placeholders, masks, UUIDs, hosts,
// words, and base64 of plain text are not reported. Matches are in order and
// do not overlap.
//
// It is a net with meshes: what it finds is probably a secret, what it does
// not find may be one.
func Lookalikes(text string) []Match { return lookalikes(text, 0) }

func lookalikes(text string, depth int) []Match {
	l := looker{text: text, depth: depth}
	for i := 0; i < len(text); {
		i = l.step(i)
	}
	return l.found
}

type looker struct {
	text  string
	depth int // how often the text was decoded from base64
	inURL bool
	found []Match
}

// step looks at text[i:] and gives the place to go on from.
func (l *looker) step(i int) int {
	c := l.text[i]
	switch c {
	case '{', '%':
		if end := placeholderAt(l.text, i); end > 0 {
			return end
		}
		l.inURL = l.inURL && c == '%'
		return i + 1
	case '\\':
		return l.afterEscape(i)
	case ':':
		if strings.HasPrefix(l.text[i:], "://") {
			return l.authority(i + 3)
		}
		return i + 1
	case '"', '<', '>', ' ', '\n', '\t', '\r', '}', '\'', '?', '#':
		l.inURL = false
		if end := l.field(i); c == '"' && end > 0 {
			return end
		}
		return i + 1
	}
	if !isRunChar(c) {
		return i + 1
	}
	if end := l.known(i); end > 0 {
		return end
	}
	return l.run(i)
}

// report notes a look-alike and gives the place after it.
func (l *looker) report(kind string, start, end int) int {
	l.found = append(l.found, Match{Name: kind, Start: start, End: end})
	return end
}

// afterEscape steps over a JSON escape, whose letter belongs to no word.
func (l *looker) afterEscape(i int) int {
	switch {
	case i+1 < len(l.text) && l.text[i+1] == 'u':
		return min(i+6, len(l.text))
	case i+1 < len(l.text) && l.text[i+1] == '"':
		return i + 1 // so that JSON inside JSON has its fields
	}
	return min(i+2, len(l.text))
}

// authority steps over the host of a URL, and reports a password before it.
func (l *looker) authority(i int) int {
	l.inURL = true
	end := i
	for end < len(l.text) && !strings.ContainsRune("/?#\"'<> \\\n\t", rune(l.text[end])) {
		end++
	}
	host := l.text[i:end]
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return end
	}
	colon := strings.IndexByte(host[:at], ':')
	if colon >= 0 && at-colon > 1 && placeholderAt(host, colon+1) == 0 && host[colon+1:at] != Mask {
		l.report("url-password", i+colon+1, i+at)
	}
	return end
}

// known reports what begins at i and has a known shape.
func (l *looker) known(i int) int {
	text := l.text
	switch {
	case strings.HasPrefix(text[i:], "-----BEGIN "):
		return l.privateKey(i)
	case strings.HasPrefix(text[i:], "eyJ"):
		if end := jwtAt(text, i); end > 0 {
			return l.report("jwt", i, end)
		}
	case hasFold(text[i:], "basic "):
		return l.basic(i + len("basic "))
	case hasFold(text[i:], "bearer "):
		start := i + len("bearer ")
		end := start
		for end < len(text) && (isRunChar(text[end]) || text[end] == '.' || text[end] == '~') {
			end++
		}
		if strings.ContainsAny(text[start:end], "0123456789") && end-start >= 16 && !strings.HasPrefix(text[start:], "eyJ") {
			return l.report("bearer-token", start, end)
		}
		return 0
	}
	for _, s := range shapesBy[text[i]] {
		if end := s.of(text, i); end > 0 {
			return l.report(s.kind, i, end)
		}
	}
	return 0
}

func (l *looker) privateKey(i int) int {
	line, rest, ok := strings.Cut(l.text[i+len("-----BEGIN "):], "-----")
	if !ok || !strings.HasSuffix(line, "PRIVATE KEY") && !strings.HasSuffix(line, "PRIVATE KEY BLOCK") {
		return 0
	}
	closing := "-----END " + line + "-----"
	n := strings.Index(rest, closing)
	if n < 0 { // cut off: all that is there
		return l.report("private-key", i, len(l.text))
	}
	if body := strings.TrimSpace(rest[:n]); placeholderAt(body, 0) == len(body) {
		return 0
	}
	return l.report("private-key", i, len(l.text)-len(rest)+n+len(closing))
}

// basic reports the credential of HTTP Basic (RFC 7617) that begins at i.
func (l *looker) basic(i int) int {
	end := i
	for end < len(l.text) && (isRunChar(l.text[end]) || l.text[end] == '=') {
		end++
	}
	pair, ok := decodeText(l.text[i:end])
	if !ok || !strings.Contains(pair, ":") {
		return 0
	}
	if holdsPlaceholder(pair) || strings.Contains(pair, Mask) {
		return end
	}
	return l.report("basic-credential", i, end)
}

// jwtAt gives the end of a JSON Web Token (RFC 7519) at text[i:], or 0.
func jwtAt(text string, i int) int {
	end, dots, last := i, 0, i
	for end < len(text) && (isWord(text[end]) || text[end] == '.' && dots < 4) {
		if text[end] == '.' {
			if end-last < 8 && dots < 1 {
				return 0
			}
			dots, last = dots+1, end+1
		}
		end++
	}
	header, _, _ := strings.Cut(text[i:end], ".")
	decoded, ok := decodeText(header)
	if dots < 2 || !ok || !strings.Contains(decoded, `"`) {
		return 0
	}
	return end
}

// field reports the value of a JSON field, whose name begins at i with a
// quote, if the name says that it is a credential.
func (l *looker) field(i int) int {
	text := l.text[i:]
	quote := `"`
	if i > 0 && l.text[i-1] == '\\' {
		quote = `\"`
	}
	name, _, ok := strings.Cut(text[1:min(len(text), 40)], quote)
	if !ok || !isSecretField(name) {
		return 0
	}
	at := i + 1 + len(name) + len(quote)
	rest, ok := strings.CutPrefix(strings.TrimLeft(l.text[at:], " \t\r\n"), ":")
	if !ok {
		return 0
	}
	value, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), quote)
	start := len(l.text) - len(value)
	if !ok {
		return 0
	}
	value, _, ok = strings.Cut(value, quote)
	if !ok || len(value) < MinLength || !credible(value) {
		return 0
	}
	return l.report(kindOf(name), start, start+len(value))
}

// credible says whether the value of a field named like a credential may be
// one: it is no sentence, no plain word, no placeholder.
func credible(value string) bool {
	if strings.ContainsAny(value, " \t\\") || holdsPlaceholder(value) || strings.Contains(value, Mask) || strings.Contains(value, "://") {
		return false
	}
	for i := range len(value) {
		if !isLower(value[i]) && value[i] != '_' && value[i] != '-' {
			return true
		}
	}
	return false
}

// isSecretField says whether a field name means a credential.
func isSecretField(name string) bool {
	var plain [24]byte
	n := 0
	for i := range len(name) {
		c := name[i]
		switch {
		case c == '_' || c == '-' || c == '.':
			continue
		case n == len(plain):
			return false
		case isUpper(c):
			c |= 0x20
		}
		plain[n] = c
		n++
	}
	return secretFields[string(plain[:n])]
}

// kindOf makes a look-alike's kind of a field name: words joined by hyphens.
func kindOf(name string) string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if isUpper(c) && i > 0 && isLower(name[i-1]) || c == '_' || c == '.' {
			b.WriteByte('-')
		}
		if c != '_' && c != '.' {
			b.WriteByte(c)
		}
	}
	return strings.ToLower(b.String())
}

// placeholderAt gives the end of a placeholder, also URL-escaped, at text[i:],
// or 0.
func placeholderAt(text string, i int) int {
	for _, form := range [][2]string{{"{{", "}}"}, {"%7B%7B", "%7D%7D"}, {"%7b%7b", "%7d%7d"}} {
		if !strings.HasPrefix(text[i:], form[0]) {
			continue
		}
		end := i + len(form[0])
		for end < len(text) && (isWord(text[end]) || text[end] == '.') {
			end++
		}
		if end > i+len(form[0]) && strings.HasPrefix(text[end:], form[1]) {
			return end + len(form[1])
		}
	}
	return 0
}

func holdsPlaceholder(text string) bool {
	for i := range len(text) {
		if (text[i] == '{' || text[i] == '%') && placeholderAt(text, i) > 0 {
			return true
		}
	}
	return false
}

// decodeText decodes base64 of either alphabet, padded or not, if what it
// holds is plain text.
func decodeText(s string) (string, bool) {
	s = strings.TrimRight(s, "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	decoded, err := encoding.DecodeString(s)
	if err != nil || len(decoded) == 0 {
		return "", false
	}
	for _, c := range decoded {
		if (c < ' ' || c > '~') && c != '\n' && c != '\r' && c != '\t' {
			return "", false
		}
	}
	return string(decoded), true
}

func hasFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
