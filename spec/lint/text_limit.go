package lint

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A textLimit is what a platform takes as a text. The zero textLimit takes
// everything.
type textLimit struct {
	most  int      // characters, counted as code points; 0 for any number
	first *firstOf // what it begins with; nil for anything
	signs string   // besides letters, digits and blanks; "" for any
	ascii bool     // letters and digits of ASCII alone, and no blanks
}

// A firstOf is what a text may begin with.
type firstOf struct {
	words string
	is    func(rune) bool
}

var (
	letterDigit           = &firstOf{"a letter or a digit", isLetterOrDigit}
	letterDigitUnderscore = &firstOf{`a letter, a digit or "_"`, func(r rune) bool { return isLetterOrDigit(r) || r == '_' }}
	asciiLetter           = &firstOf{"a letter", func(r rune) bool { return r < utf8.RuneSelf && unicode.IsLetter(r) }}
)

func isLetterOrDigit(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)
}

// check reports what a platform does not take in a text; what says what the
// text is, such as "name".
func (l *textLimit) check(platform, what, text string, report func(at spec.At, message, hint string)) {
	if text == "" {
		return
	}
	if n := utf8.RuneCountInString(text); l.most > 0 && n > l.most {
		at := byteOffset(text, l.most)
		report(spec.AtText(at, len(text)-at), fmt.Sprintf("the %s has %d characters, and %s takes at most %d", what, n, platform, l.most),
			"leave out "+countOf(n-l.most, "character"))
	}
	if r, size := utf8.DecodeRuneInString(text); l.first != nil && !l.first.is(r) {
		report(spec.AtText(0, size), fmt.Sprintf("the %s begins with %q, and %s wants %s there", what, string(r), platform, l.first.words), "begin it with "+l.first.words)
	}
	if bad, at := l.wrong(text); len(bad) > 0 {
		report(spec.AtText(at, len(bad[0])), fmt.Sprintf("%s takes no %s in a %s", platform, formula.JoinWords(quoted(bad), "or"), what), "write it with "+l.takes())
	}
}

// wrong returns the characters of a text that are not taken, each once, and
// where the first of them is.
func (l *textLimit) wrong(text string) (bad []string, at int) {
	if l.signs == "" {
		return nil, 0
	}
	for i, r := range text {
		known := isLetterOrDigit(r) || unicode.IsSpace(r)
		if l.ascii {
			known = r < utf8.RuneSelf && isLetterOrDigit(r)
		}
		if known || strings.ContainsRune(l.signs, r) || i == 0 && l.first != nil && !l.first.is(r) {
			continue
		}
		s := string(r)
		if len(bad) == 0 {
			at = i
		}
		if !strings.Contains(strings.Join(bad, ""), s) {
			bad = append(bad, s)
		}
	}
	return bad, at
}

// takes says which characters a text may have.
func (l *textLimit) takes() string {
	signs := strings.Join(strings.Split(l.signs, ""), " ")
	if l.ascii {
		return "letters of ASCII, digits and " + signs
	}
	return "letters, digits, blanks and " + signs
}

// byteOffset returns the offset of the n-th character of a text.
func byteOffset(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

func countOf(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = strconv.Quote(w)
	}
	return list
}
