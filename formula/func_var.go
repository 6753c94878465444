package formula

import (
	"fmt"
	"slices"
	"strings"
)

var varFormula = Func{
	Name:    "$var",
	Summary: "Reads a variable by its locator.",
	Args:    "a locator, such as credentials.apiKey or $.items[0].id",
	Examples: []Example{
		{In: `{"$var": "user.name"}`, Vars: `{"user": {"name": "Ann"}}`, Want: `"Ann"`},
		{In: `{"$var": "list[1]"}`, Vars: `{"list": ["a", "b"]}`, Want: `"b"`},
		{In: `{"$var": "nothing"}`, Vars: `{}`, Note: "what is not there is undefined"},
		{In: `{"$var": "list[0]"}`, Vars: `{"list": [0]}`, Note: "by index, 0, false, null and empty text are not found; list.0 finds them"},
		{In: `{"$var": ""}`, Vars: `{}`, Want: `null`, Note: "an invalid locator gives null"},
	},
	compile: compileVar,
	infer:   inferVar,
}

func compileVar(c *compiler, arg, _ Value) compiled {
	if arg.kind == KindList && arg.Len() == 0 {
		c.report("bad-locator", "$var takes a locator as text; an empty list gives all variables", "")
		return compiled{eval: func(f *frame) (Value, error) { return f.vars, nil }}
	}
	if arg.kind == KindList {
		c.report("bad-locator", "$var takes one locator, not a list", "")
		return c.fails("$var takes one locator, not a list")
	}
	text, ok := arg.AsString()
	if !ok {
		c.report("bad-locator", fmt.Sprintf("$var takes a locator as text, not %s", kindWithArticle(arg)),
			"a locator is fixed text; to choose between variables use $case")
		return constant(Null)
	}
	l, err := ParseLocator(text)
	if err != nil {
		c.report("bad-locator", fmt.Sprintf("invalid locator %q: %v", text, err), "write it as $.credentials.apiKey or $.list[0]")
		return constant(Null)
	}
	c.reference(l, -1, 0)
	c.emptyStep(l, text)
	steps := l.steps
	return compiled{eval: func(f *frame) (Value, error) { return *findSteps(&f.vars, steps), nil }}
}

// emptyStep advises against a step without a name: "a.[0]" reads the property
// "" of a, and then its first item.
func (c *compiler) emptyStep(l Locator, text string) {
	if !slices.ContainsFunc(l.steps, func(s Step) bool { return !s.IsIndex && s.Property == "" }) {
		return
	}
	meant := strings.ReplaceAll(text, ".[", "[")
	if strings.HasPrefix(meant, "[") {
		meant = "$" + meant
	}
	hint := fmt.Sprintf("write %s", meant)
	if meant == text {
		hint = "name the member between the dots"
	}
	c.report("empty-step", fmt.Sprintf("the locator %q has a step without a name, which finds nothing", text), hint)
	c.problems[len(c.problems)-1].Advice = true
}

// reference notes that the value at the path reads l, and reports a variable
// that will not be there. offset and length place it within a text.
func (c *compiler) reference(l Locator, offset, length int) {
	pointer, known := c.pointer(), c.options.Variables
	for range c.iterations {
		name, rest := "", Locator{}
		if len(l.steps) > 0 {
			name, rest = l.steps[0].Property, Locator{l.steps[1:]}
		}
		if name != "parent" {
			c.unknownVariable(Problem{Pointer: pointer, Offset: offset, Length: length}, name, iterationKeys)
			return
		}
		l = rest
	}
	c.refs = append(c.refs, Reference{Pointer: pointer, Path: l})
	if known != nil && len(l.steps) > 0 {
		c.unknownVariable(Problem{Pointer: pointer, Offset: offset, Length: length}, l.steps[0].Property, known)
	}
}

// unknownVariable reports p unless name is one of known.
func (c *compiler) unknownVariable(p Problem, name string, known []string) {
	if slices.Contains(known, name) {
		return
	}
	p.Hint = "variables here are " + JoinWords(known, "and")
	if len(known) == 0 {
		p.Hint = "there are no variables here"
	}
	if s := Nearest(name, known); s != "" {
		p.Hint = fmt.Sprintf("did you mean %q?", s)
	} else if c.iterations > 0 && slices.Contains(c.options.Variables, name) {
		p.Hint = fmt.Sprintf("in $iterate it is %q", "parent."+name)
	}
	p.Code, p.Message = "unknown-variable", fmt.Sprintf("unknown variable %q", name)
	c.problems = append(c.problems, p)
}

// fails compiles to something that fails with message.
func (c *compiler) fails(message string) compiled {
	err := &Error{Pointer: c.pointer(), Offset: -1, Err: fmt.Errorf("%s", message)}
	return compiled{eval: func(*frame) (Value, error) { return Undefined, err }}
}

func kindWithArticle(v Value) string {
	switch v.kind {
	case KindNull, KindUndefined, KindBytes:
		return v.kind.String()
	case KindList, KindObject:
		return "an " + v.kind.String()
	case KindString:
		return "text"
	default:
		return "a " + v.kind.String()
	}
}
