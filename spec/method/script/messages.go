package script

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/evanw/esbuild/pkg/api"
)

// A phrase says a message of esbuild in our words. Where both have $1 and so
// on, what the pattern found is put in.
type phrase struct {
	pattern       *regexp.Regexp
	message, hint string
}

// phrases are the messages that are said in other words; what is not here is
// said as it is.
var phrases = sync.OnceValue(func() []phrase {
	list := []struct{ pattern, message, hint string }{
		{`^Expected "\*/" to terminate multi-line comment$`, `the comment has no closing "*/"`, ``},
		{`^Expected (.+?) but found end of file$`, `the script ends where $1 is expected`, `look for a bracket that is not closed`},
		{`^Expected identifier but found (.+)$`, `unexpected $1, expected a name`, ``},
		{`^Expected (.+?) but found (.+)$`, `unexpected $2, expected $1`, ``},
		{`^Unexpected end of file$`, `the script ends within a statement`, `look for a bracket, a quote or an expression that is not finished`},
		{`^Unexpected newline (.+)$`, `unexpected end of line $1`, `write both on one line`},
		{`^Unexpected (.+)$`, `unexpected $1`, ``},
		{`^Syntax error (.+)$`, `unexpected character $1`, ``},
		{`^Unterminated (string|template) literal$`, noQuote, ``},
		{`^Unterminated regular expression$`, `the regular expression has no closing "/"`, ``},
		{`^The symbol "(.+)" has already been declared$`, `"$1" is declared twice`, `give one of them another name`},
		{`^"await" can only be used inside an "async" function$`, `"await" stands in a function that is not async`, `write "async" before the function`},
		{`^Cannot use "await" outside an async function$`, `"await" stands in a function that is not async`, `write "async" before the function`},
		{`^The JSX syntax extension is not currently enabled$`, `JSX is not supported`, `a method gives data; if a "<" is meant, put a blank or brackets around what follows`},
		{`^Multiple exports with the same name "(.+)"$`, `"$1" is exported twice`, `keep one of them`},
		{`^A return statement cannot be used here:?$`, `"return" stands outside a function`, `export a function, and return from it`},
		{`^Invalid assignment target$`, `this cannot be assigned to`, ``},
		{`^"(.+)" is not declared in this file$`, `"$1" is exported and not declared`, ``},
	}
	compiled := make([]phrase, len(list))
	for i, p := range list {
		compiled[i] = phrase{regexp.MustCompile(p.pattern), p.message, p.hint}
	}
	return compiled
})

// noQuote is what is said of a string, and at first of a template.
const noQuote = "the string has no closing quote"

// describe says a message of esbuild in our words.
func describe(m api.Message) Problem {
	text := strings.TrimRight(m.Text, ":.")
	for _, p := range phrases() {
		if at := p.pattern.FindStringSubmatchIndex(text); at != nil {
			message := string(p.pattern.ExpandString(nil, p.message, text, at))
			return Problem{Message: shortenQuotes(message), Hint: p.hint}
		}
	}
	text = strings.TrimSuffix(text, " here")
	if first, n := utf8.DecodeRuneInString(text); n < len(text) && !unicode.IsUpper(rune(text[n])) {
		text = string(unicode.ToLower(first)) + text[n:]
	}
	return Problem{Message: shortenQuotes(text), Hint: hintOf(m)}
}

// hintOf returns what esbuild suggests to write instead.
func hintOf(m api.Message) string {
	if m.Location != nil && m.Location.Suggestion != "" && !strings.Contains(m.Location.Suggestion, "\n") {
		return fmt.Sprintf("write %s", m.Location.Suggestion)
	}
	return ""
}

// longest is how many bytes of a culprit are shown.
const longest = 40

// shortenQuotes shortens what a message has in quotes: it may be a whole
// script that lacks a quote.
func shortenQuotes(message string) string {
	var b strings.Builder
	for message != "" {
		start := strings.IndexByte(message, '"')
		if start < 0 {
			break
		}
		end := closingQuote(message, start)
		b.WriteString(message[:start])
		b.WriteString(shorten(message[start:end]))
		message = message[end:]
	}
	b.WriteString(message)
	return printable(b.String())
}

// printable writes characters that cannot be seen as escapes.
func printable(text string) string {
	if !strings.ContainsFunc(text, isHidden) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isHidden(r) {
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isHidden(r rune) bool { return !unicode.IsPrint(r) }

// closingQuote returns where the quoted text ends that begins at start.
func closingQuote(message string, start int) int {
	for i := start + 1; i < len(message); i++ {
		switch message[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(message)
}

func shorten(quoted string) string {
	if len(quoted) <= longest+2 {
		return quoted
	}
	cut := longest
	for cut > 1 && !utf8.RuneStart(quoted[cut]) {
		cut--
	}
	return strings.TrimRight(quoted[:cut], `\`) + `…"`
}
