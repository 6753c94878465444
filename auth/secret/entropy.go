package secret

import (
	"math"
	"strings"
)

// The least lengths of a run that is reported for its randomness alone.
const (
	minHexRun   = 32 // hexadecimal digits only
	minLowerRun = 32 // digits and letters of one case
	minMixedRun = 24 // digits and letters of both cases
)

// run judges the run of characters that begins at i and gives its end. It ends
// early where a token of a known shape begins behind a slash.
func (l *looker) run(i int) int {
	end := i
	for end < len(l.text) && isRunChar(l.text[end]) {
		if end > i && (l.text[end-1] == '/' || l.text[end-1] == '+') && l.isKnown(end) {
			break
		}
		end++
	}
	for end < len(l.text) && l.text[end] == '=' {
		end++
	}
	if end-i < minMixedRun || !l.inURL && l.judge(i, end) {
		return end
	}
	// A path, or words with hyphens: part by part.
	parted := isParted(l.text[i:end])
	start := i
	for at := i; at < end; at++ {
		if c := l.text[at]; c == '/' || c == '-' && parted {
			l.judge(start, at)
			start = at + 1
		}
	}
	if l.inURL || start > i {
		l.judge(start, end)
	}
	return end
}

// isKnown says whether a token of a known shape begins at i.
func (l *looker) isKnown(i int) bool {
	before := len(l.found)
	end := l.known(i)
	l.found = l.found[:before]
	return end > 0
}

// isParted says whether hyphens join the parts of a run, as in a slug or a
// UUID, rather than being a digit of base64.
func isParted(run string) bool { return strings.Count(run, "-")*10 > len(run) }

// judge reports text[start:end] if it is too random for anything but a secret.
func (l *looker) judge(start, end int) bool {
	s := l.text[start:end]
	kind := randomKind(strings.TrimRight(s, "="))
	if kind == "" || isNodeID(s) || isUUID(s) {
		return false
	}
	if decoded, ok := decodeText(s); ok && kind != "hex" {
		// Text in base64 hides a secret only if the text does.
		if l.depth > 1 || len(lookalikes(decoded, l.depth+1)) == 0 {
			return false
		}
	}
	l.report(kind, start, end)
	return true
}

// randomKind says what kind of random text s is: hex, token, or neither.
func randomKind(s string) string {
	if len(s) < minMixedRun {
		return ""
	}
	var upper, lower, digits, hexes, changes int
	last := 0
	for i := range len(s) {
		c, class := s[i], 0
		switch {
		case isDigit(c):
			digits, class = digits+1, 1
		case isLower(c):
			lower, class = lower+1, 2
		case isUpper(c):
			upper, class = upper+1, 3
		}
		if isHex(c) {
			hexes++
		}
		if class != 0 {
			if last != 0 && class != last {
				changes++
			}
			last = class
		}
	}
	oneCase := upper == 0 || lower == 0
	letters := upper + lower
	switch {
	case hexes == len(s) && oneCase:
		if len(s) >= minHexRun && letters > 3 && digits > 3 && entropy(s) > 2.8 {
			return "hex"
		}
		return ""
	case letters < 6 || digits < 2 || changes*4 < len(s) || wordy(s):
		return ""
	case oneCase && len(s) >= minLowerRun && entropy(s) > 3.6,
		!oneCase && entropy(s) > 3.7:
		return "token"
	}
	return ""
}

// entropy gives the bits per character of s by the frequency of its bytes.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	var bits float64
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// commonPairs are the most frequent pairs of letters in English words and in the names
// of programs. Words are made of them to three quarters, random letters
// to a seventh.
const commonPairs = `
th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se
ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur
ca el ta la ns di fo ho pe ec pr no ct us ac ot il tr ly nc et ut ss so rs
un lo wa ge ie wh ee wi em ad ol rt po we na ul ni ts mo ow pa im mi ai sh`

// wordy says whether the letters of s pair up as in words.
func wordy(s string) bool {
	pairs, common := 0, 0
	for i := 1; i < len(s); i++ {
		a, b := s[i-1], s[i]
		// A capital after a small letter begins a new word.
		if !isLetter(a) || !isLetter(b) || isLower(a) && isUpper(b) {
			continue
		}
		pairs++
		if frequent[a|0x20-'a'][b|0x20-'a'] {
			common++
		}
	}
	return pairs > 3 && common*20 > pairs*11
}

// frequent is commonPairs as a table.
var frequent = func() (table [26][26]bool) {
	for _, pair := range strings.Fields(commonPairs) {
		table[pair[0]-'a'][pair[1]-'a'] = true
	}
	return table
}()

// isUUID says whether s is a UUID (RFC 9562) in its usual form.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i]) {
			return false
		}
	}
	return true
}

// isNodeID says whether s is a global id of GitHub's, such as R_kgDOABCDEF.
func isNodeID(s string) bool {
	kind, rest, ok := strings.Cut(s, "_")
	return ok && len(kind) <= 6 && len(rest) > 4 && rest[0] == 'k' && isLower(rest[1]) && rest[3] == 'O'
}
