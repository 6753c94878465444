package jsonata

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
)

// A regex is a regular expression in two forms: one that searches a string
// from its start, and one that searches from its second character on, seeing
// the first only as context for ^ and \b.
type regex struct {
	source string
	first  *regexp.Regexp
	later  *regexp.Regexp
	size   int // about how many instructions it has, the price of a character
}

// maxWeight bounds what the regular expressions of an expression compile to.
const maxWeight = 20_000

// compileRegex translates a regular expression of JavaScript. It stands at pos
// and may compile to as many instructions as room says.
func compileRegex(source, flags string, pos, room int) (*regex, error) {
	refuse := func(format string, args ...any) error {
		err := syntaxError(CodeRegexp, pos, source)
		err.Message += ": " + fmt.Sprintf(format, args...)
		return err
	}
	t := regexTranslator{src: source, groups: countGroups(source)}
	if err := t.run(); err != nil {
		return nil, refuse("%v", err)
	}
	var prefix string
	for _, flag := range []string{"i", "m"} {
		if n := strings.Count(flags, flag); n == 1 {
			prefix += flag
		} else if n > 1 {
			return nil, refuse("flag %s is given twice", flag)
		}
	}
	body := t.out.String()
	if prefix != "" {
		body = "(?" + prefix + ":" + body + ")"
	}
	parsed, err := syntax.Parse(body, syntax.Perl)
	if err != nil {
		return nil, refuse("%s", reason(err))
	}
	size := weigh(parsed)
	if size > room {
		return nil, refuse("too large")
	}
	first, err := regexp.Compile(body)
	if err != nil {
		return nil, refuse("%s", reason(err))
	}
	later, err := regexp.Compile(`\A(?s:.)(?s:.*?)(` + body + `)`)
	if err != nil {
		return nil, refuse("%s", reason(err))
	}
	return &regex{source: source, first: first, later: later, size: size}, nil
}

// weigh estimates how many instructions re compiles to.
func weigh(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/8 // a class is one instruction, if a slow one
	if re.Op == syntax.OpLiteral {
		n = len(re.Rune)
	}
	for _, sub := range re.Sub {
		n += weigh(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(1, re.Min, re.Max)
	}
	return min(n, 2*maxWeight)
}

func reason(err error) string {
	if e, ok := err.(*syntax.Error); ok {
		return e.Code.String()
	}
	return err.Error()
}

// find searches s from the offset on. It returns the offsets of the match and
// of its groups, nil if there is none.
func (re *regex) find(s string, from int) []int {
	if from == 0 {
		return re.first.FindStringSubmatchIndex(s)
	}
	start := from - 1
	for start > 0 && s[start]&0xC0 == 0x80 {
		start--
	}
	if _, size := decode(s[start:]); start+size != from {
		start = from - 1
	}
	loc := re.later.FindStringSubmatchIndex(s[start:])
	if loc == nil {
		return nil
	}
	loc = loc[2:]
	for i := range loc {
		if loc[i] >= 0 {
			loc[i] += start
		}
	}
	return loc
}

// countGroups counts the capturing groups of a JavaScript expression.
func countGroups(src string) int {
	n, inClass := 0, false
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '(':
			rest := src[i+1:]
			if !strings.HasPrefix(rest, "?") || isNamedGroup(rest) {
				n++
			}
		}
	}
	return n
}

// isNamedGroup reports whether what follows a parenthesis is a group's name.
func isNamedGroup(s string) bool {
	return strings.HasPrefix(s, "?<") && !strings.HasPrefix(s, "?<=") && !strings.HasPrefix(s, "?<!")
}

// A regexTranslator rewrites a JavaScript expression for package regexp.
type regexTranslator struct {
	src    string
	pos    int
	groups int
	out    strings.Builder
}

func (t *regexTranslator) run() error {
	for t.pos < len(t.src) {
		if err := t.atom(); err != nil {
			return err
		}
	}
	return nil
}

// atom translates the next character, escape, class or opening of a group.
func (t *regexTranslator) atom() error {
	rest := t.src[t.pos:]
	switch c := rest[0]; c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		return t.group()
	case '.':
		t.out.WriteString(`[^\n\r\x{2028}\x{2029}]`)
	case '{':
		if n := quantifierLen(rest); n > 0 {
			t.out.WriteString(rest[:n])
			t.pos += n
			return nil
		}
		t.out.WriteString(`\{`)
	case '}', ']':
		t.out.WriteString(`\` + string(c))
	case '^', '$', '|', ')', '*', '+', '?':
		t.out.WriteByte(c)
	default:
		r, size := decode(rest)
		t.literal(r)
		t.pos += size
		return nil
	}
	t.pos++
	return nil
}

func (t *regexTranslator) literal(r rune) { t.out.WriteString(regexp.QuoteMeta(string(r))) }

// quantifierLen returns the length of a quantifier in braces at the start of s.
func quantifierLen(s string) int {
	end := strings.IndexByte(s, '}')
	if end < 0 {
		return 0
	}
	low, high, _ := strings.Cut(s[1:end], ",")
	if low == "" || strings.Trim(low+high, "0123456789") != "" {
		return 0
	}
	return end + 1
}

func (t *regexTranslator) group() error {
	rest := t.src[t.pos+1:]
	switch {
	case strings.HasPrefix(rest, "?:"):
		t.out.WriteString("(?:")
		t.pos += 3
	case strings.HasPrefix(rest, "?=") || strings.HasPrefix(rest, "?!"):
		return fmt.Errorf("lookahead")
	case isNamedGroup(rest):
		end := strings.IndexByte(rest, '>')
		if end < 3 {
			return fmt.Errorf("name of a group has no end")
		}
		t.out.WriteByte('(')
		t.pos += end + 2
	case strings.HasPrefix(rest, "?<"):
		return fmt.Errorf("lookbehind")
	case strings.HasPrefix(rest, "?"):
		return fmt.Errorf("unknown kind of group")
	default:
		t.out.WriteByte('(')
		t.pos++
	}
	return nil
}
