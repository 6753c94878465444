package jsonata

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A regex is a regular expression in two forms: one that searches a string
// from its start, and one that searches from its second character on, seeing
// the first only as context for ^ and \b.
type regex struct {
	source string
	first  *regexp.Regexp
	later  *regexp.Regexp
	size   int // instructions of the compiled program, the price of a character
}

// maxRegex bounds the source of a regular expression.
const maxRegex = 4096

// compileRegex translates a regular expression of JavaScript; pos is its place.
func compileRegex(source, flags string, pos int) (*regex, error) {
	refuse := func(format string, args ...any) error {
		err := syntaxError(CodeRegexp, pos, source)
		err.Message += ": " + fmt.Sprintf(format, args...)
		return err
	}
	if len(source) > maxRegex {
		return nil, refuse("longer than %d bytes", maxRegex)
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
	first, err := regexp.Compile(body)
	if err != nil {
		return nil, refuse("%s", reason(err))
	}
	later, err := regexp.Compile(`\A(?s:.)(?s:.*?)(` + body + `)`)
	if err != nil {
		return nil, refuse("%s", reason(err))
	}
	re := &regex{source: source, first: first, later: later}
	if parsed, err := syntax.Parse(body, syntax.Perl); err == nil {
		if prog, err := syntax.Compile(parsed.Simplify()); err == nil {
			re.size = len(prog.Inst)
		}
	}
	return re, nil
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

// escape translates a backslash and what follows it outside of a class.
func (t *regexTranslator) escape() error {
	if t.pos+1 >= len(t.src) {
		return fmt.Errorf("backslash at the end")
	}
	c := t.src[t.pos+1]
	if c >= '1' && c <= '9' {
		end := t.pos + 1
		for end < len(t.src) && t.src[end] >= '0' && t.src[end] <= '9' {
			end++
		}
		if n, err := strconv.Atoi(t.src[t.pos+1 : end]); err == nil && n <= t.groups {
			return fmt.Errorf("backreference")
		}
	}
	switch c {
	case 'b', 'B':
		t.out.WriteString(t.src[t.pos : t.pos+2])
		t.pos += 2
		return nil
	case 'k':
		return fmt.Errorf("backreference")
	}
	if set, ok := classEscapes[c]; ok {
		t.out.WriteString("[" + set + "]")
		t.pos += 2
		return nil
	}
	t.literal(t.escapedRune())
	return nil
}

// White space of JavaScript, and all but it.
const (
	spaceSet    = `\t-\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`
	notSpaceSet = `\x00-\x08\x0e-\x1f!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}` +
		`\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`
)

// classEscapes are the escapes that stand for a set, as the inside of a class.
var classEscapes = map[byte]string{
	'd': `0-9`, 'D': `\x00-/:-\x{10ffff}`,
	'w': `0-9A-Za-z_`, 'W': "\\x00-/:-@\\[-\\^`{-\\x{10ffff}",
	's': spaceSet, 'S': notSpaceSet,
}

// escapedRune reads an escape that stands for one character.
func (t *regexTranslator) escapedRune() rune {
	r, size := decode(t.src[t.pos+1:])
	t.pos += 1 + size
	switch r {
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	case '0', '1', '2', '3', '4', '5', '6', '7':
		return t.octal(r - '0')
	case 'c':
		if t.pos < len(t.src) && (t.src[t.pos]|0x20) >= 'a' && (t.src[t.pos]|0x20) <= 'z' {
			t.pos++
			return rune(t.src[t.pos-1] % 32)
		}
		t.pos--
		return '\\'
	case 'x':
		if v, ok := t.hex(2); ok {
			return v
		}
	case 'u':
		v, ok := t.hex(4)
		if !ok {
			return r
		}
		if utf16.IsSurrogate(v) && strings.HasPrefix(t.src[t.pos:], `\u`) {
			mark := t.pos
			t.pos += 2
			if low, ok := t.hex(4); ok && utf16.IsSurrogate(low) {
				return utf16.DecodeRune(v, low)
			}
			t.pos = mark
		}
		return v
	}
	return r
}

// octal reads up to two more digits of an octal escape that stays below 256.
func (t *regexTranslator) octal(v rune) rune {
	for range 2 {
		if t.pos >= len(t.src) || t.src[t.pos] < '0' || t.src[t.pos] > '7' || v >= 32 {
			break
		}
		v = v*8 + rune(t.src[t.pos]-'0')
		t.pos++
	}
	return v
}

func (t *regexTranslator) hex(n int) (rune, bool) {
	if t.pos+n > len(t.src) {
		return 0, false
	}
	digits := t.src[t.pos : t.pos+n]
	v, err := strconv.ParseUint(digits, 16, 32)
	if err != nil || strings.ContainsAny(digits, "_+-") {
		return 0, false
	}
	t.pos += n
	return rune(v), true
}

// class translates [...], writing each of its members anew.
func (t *regexTranslator) class() error {
	t.pos++
	negated := strings.HasPrefix(t.src[t.pos:], "^")
	if negated {
		t.pos++
	}
	var set strings.Builder
	for {
		if t.pos >= len(t.src) {
			return fmt.Errorf("class has no closing bracket")
		}
		if t.src[t.pos] == ']' {
			t.pos++
			break
		}
		if err := t.classRange(&set); err != nil {
			return err
		}
	}
	switch {
	case set.Len() > 0 && negated:
		t.out.WriteString("[^" + set.String() + "]")
	case set.Len() > 0:
		t.out.WriteString("[" + set.String() + "]")
	case negated:
		t.out.WriteString(`[\x00-\x{10ffff}]`)
	default:
		t.out.WriteString(`[^\x00-\x{10ffff}]`)
	}
	return nil
}

// classRange translates a member of a class or a range of two.
func (t *regexTranslator) classRange(set *strings.Builder) error {
	low, lowSet := t.classMember()
	rest := t.src[t.pos:]
	if !strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "-]") || len(rest) == 1 {
		writeMember(set, low, lowSet)
		return nil
	}
	t.pos++
	high, highSet := t.classMember()
	if lowSet != "" || highSet != "" { // not a range after all
		writeMember(set, low, lowSet)
		set.WriteString(`\-`)
		writeMember(set, high, highSet)
		return nil
	}
	if high < low {
		return fmt.Errorf("range in a class is out of order")
	}
	fmt.Fprintf(set, `\x{%x}-\x{%x}`, low, high)
	return nil
}

// classMember reads one character, or an escape that stands for a set.
func (t *regexTranslator) classMember() (rune, string) {
	if t.src[t.pos] != '\\' || t.pos+1 >= len(t.src) {
		r, size := decode(t.src[t.pos:])
		t.pos += size
		return r, ""
	}
	c := t.src[t.pos+1]
	if set, ok := classEscapes[c]; ok {
		t.pos += 2
		return 0, set
	}
	if c == 'b' {
		t.pos += 2
		return '\b', ""
	}
	return t.escapedRune(), ""
}

func writeMember(set *strings.Builder, r rune, members string) {
	if members != "" {
		set.WriteString(members)
		return
	}
	fmt.Fprintf(set, `\x{%x}`, r)
}
