package formula

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var tplFormula = Func{
	Name:    "$tpl",
	Summary: "A text in which {name} is replaced by the value of that name, one name after the other.",
	Args:    "{template, values}: the template is fixed text",
	Examples: []Example{
		{In: `{"$tpl": {"template": "https://{host}/v1", "values": {"host": {"$var": "host"}}}}`, Vars: `{"host": "a.example"}`, Want: `"https://a.example/v1"`},
		{In: `{"$tpl": {"template": "<{x}>", "values": {"x": {"$var": "nothing"}}}}`, Vars: `{}`, Want: `"<>"`, Note: "a missing value is empty text"},
		{In: `{"$tpl": {"template": "{a}{b}", "values": {"a": 1}}}`, Want: `"1{b}"`, Note: "other names stay"},
		{In: `{"$tpl": {"template": "{a}", "values": {"a": "{b}", "b": "c"}}}`, Want: `"c"`, Note: "a value may hold a name that comes later"},
		{In: `{"$tpl": {"template": "{a}", "values": {"a": "$$5 $&"}}}`, Want: `"$5 {a}"`, Note: "in a value $$, $&, $` and $' are what JavaScript's replace makes of them; a name is a regular expression"},
	},
	compile: compileTpl,
	infer:   inferTpl,
}

// A placeholder is one name of a $tpl with its value.
type placeholder struct {
	literal string         // what it looks like in the text, if the name is plain
	pattern *regexp.Regexp // else
	weight  int            // of the pattern
	broken  error          // the pattern cannot be read
	value   compiled
}

func compileTpl(c *compiler, arg, _ Value) compiled {
	template := arg.Get("template")
	text, ok := template.AsString()
	if !ok {
		c.report("bad-argument", "$tpl takes {template, values} with a fixed text as template", "write {template: 'Hello {name}', values: {name: {$var: …}}}")
		return constant(template)
	}
	c.enter("values")
	values, names := arg.Get("values"), arg.Get("values").entryNames()
	places := make([]placeholder, len(names))
	for i, name := range names {
		c.enter(name)
		places[i] = c.placeholder(name, values.entry(name))
		c.leave()
	}
	c.leave()
	place := c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		s := text
		for i := range places {
			var err error
			if s, err = places[i].replace(f, s); err != nil {
				return Undefined, errorAt(place, err)
			}
		}
		return String(s), nil
	}}
}

// entryNames returns the names that JavaScript's Object.entries finds.
func (v Value) entryNames() []string {
	var names []string
	switch v.kind {
	case KindObject:
		for _, i := range jsOrder(v.node.keys) {
			names = append(names, v.node.keys[i])
		}
	case KindList:
		for i := range v.node.items {
			names = append(names, strconv.Itoa(i))
		}
	case KindString:
		for i := range []rune(v.str) {
			names = append(names, strconv.Itoa(i))
		}
	}
	return names
}

// entry returns the value of a name of entryNames.
func (v Value) entry(name string) Value {
	if v.kind != KindString {
		return v.property(name)
	}
	i, _ := arrayIndex(name)
	return String(string([]rune(v.str)[i]))
}

// placeholder compiles a name and its value, which is at the current path.
func (c *compiler) placeholder(name string, value Value) placeholder {
	p := placeholder{literal: "{" + name + "}", value: c.verbatimValue(value)}
	if regexp.QuoteMeta(name) == name {
		return p
	}
	p.pattern, p.weight, p.broken = compilePattern(`\{` + name + `\}`)
	if p.broken != nil {
		c.reportName("bad-argument", fmt.Sprintf("the name %q is no regular expression, which a name of $tpl is", name), "put a backslash before its special characters")
		p.broken = &Error{Pointer: c.pointer(), Offset: -1, Err: p.broken}
	}
	return p
}

// replace returns s with the placeholder replaced.
func (p *placeholder) replace(f *frame, s string) (string, error) {
	v, err := p.value.run(f)
	if err != nil {
		return "", err
	}
	if p.broken != nil {
		return "", p.broken
	}
	if err := f.search(s, p.weight); err != nil {
		return "", err
	}
	text := ""
	if !v.IsMissing() {
		if text, err = f.text(v); err != nil {
			return "", err
		}
	}
	matches := p.matches(s)
	if len(matches) == 0 {
		return s, nil
	}
	var b []byte
	end := 0
	for _, m := range matches {
		b = append(b, s[end:m[0]]...)
		b = appendReplacement(b, text, s, m)
		end = m[1]
		if len(b) > maxOutput {
			return "", errOutput
		}
	}
	b = append(b, s[end:]...)
	return string(b), f.build(len(b))
}

// matches returns where the placeholder stands in s, as
// regexp.FindAllStringSubmatchIndex does.
func (p *placeholder) matches(s string) [][]int {
	if p.pattern != nil {
		return p.pattern.FindAllStringSubmatchIndex(s, -1)
	}
	var all [][]int
	for from := 0; ; {
		i := strings.Index(s[from:], p.literal)
		if i < 0 {
			return all
		}
		end := from + i + len(p.literal)
		all = append(all, []int{from + i, end})
		from = end
	}
}

// appendReplacement appends what JavaScript's replace makes of text for the
// match m in s (ECMA-262, GetSubstitution).
func appendReplacement(b []byte, text, s string, m []int) []byte {
	for {
		i := strings.IndexByte(text, '$')
		if i < 0 || i+1 == len(text) {
			return append(b, text...)
		}
		b = append(b, text[:i]...)
		text = text[i:]
		size := 2
		switch c := text[1]; {
		case c == '$':
			b = append(b, '$')
		case c == '&':
			b = append(b, s[m[0]:m[1]]...)
		case c == '`':
			b = append(b, s[:m[0]]...)
		case c == '\'':
			b = append(b, s[m[1]:]...)
		default:
			group, n := groupNumber(text[1:], len(m)/2-1)
			if n == 0 {
				b = append(b, '$')
				size = 1
				break
			}
			size = 1 + n
			if m[2*group] >= 0 {
				b = append(b, s[m[2*group]:m[2*group+1]]...)
			}
		}
		text = text[size:]
		if len(b) > maxOutput {
			return b
		}
	}
}

// groupNumber reads the number of a group, of which there are count, from the
// one or two digits that s begins with; size is 0 if there is none.
func groupNumber(s string, count int) (group, size int) {
	for size = min(2, digitsFrom(s, 0)); size > 0; size-- {
		if n, _ := strconv.Atoi(s[:size]); n >= 1 && n <= count {
			return n, size
		}
	}
	return 0, 0
}
