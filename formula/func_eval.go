package formula

import "fmt"

var evalFormula = Func{
	Name:    "$eval",
	Summary: "Tests a value: the second key names the operator, its value is what to compare with.",
	Args:    "the value to test; beside it is, isNot, oneOf, noneOf, contains, doesNotContain, lt, lte, gt, gte, isEmpty or isNotEmpty",
	Examples: []Example{
		{In: `{"$eval": {"$var": "region"}, "is": "eu"}`, Vars: `{"region": "eu"}`, Want: `true`},
		{In: `{"$eval": {"$var": "region"}, "oneOf": ["eu", "us"]}`, Vars: `{"region": "ap"}`, Want: `false`},
		{In: `{"$eval": "1", "is": 1}`, Want: `true`, Note: "is and isNot compare as JavaScript's == does"},
		{In: `{"$eval": {"$var": "x"}, "isEmpty": true}`, Vars: `{}`, Want: `true`, Note: "isEmpty looks at the value only, not at what stands behind it"},
		{In: `{"$eval": "x", "unknown": 1}`, Want: `true`, Note: "an operator that does not exist is true"},
	},
	compile: compileEval,
}

// An operator compares a value with an operand.
type operator struct {
	name string
	test func(v, operand Value) bool
}

// operators lists what $eval can do.
var operators = []operator{
	{"is", looseEqual},
	{"isNot", func(v, w Value) bool { return !looseEqual(v, w) }},
	{"oneOf", oneOf},
	{"noneOf", func(v, w Value) bool { return !oneOf(v, w) }},
	{"contains", contains},
	{"doesNotContain", func(v, w Value) bool { return !contains(v, w) }},
	{"lt", func(v, w Value) bool { return v.jsFloat() < w.jsFloat() }},
	{"lte", func(v, w Value) bool { return v.jsFloat() <= w.jsFloat() }},
	{"gt", func(v, w Value) bool { return v.jsFloat() > w.jsFloat() }},
	{"gte", func(v, w Value) bool { return v.jsFloat() >= w.jsFloat() }},
	{"isEmpty", func(v, _ Value) bool { return v.blank() }},
	{"isNotEmpty", func(v, _ Value) bool { return !v.blank() }},
}

func oneOf(v, w Value) bool {
	list, ok := w.AsList()
	return ok && includes(list, v)
}

func contains(v, w Value) bool {
	if !v.truthy() {
		return false
	}
	if list, ok := v.AsList(); ok {
		return includes(list, w)
	}
	return containsText(v, w)
}

func compileEval(c *compiler, arg, object Value) compiled {
	value := c.value(arg)
	if object.Len() < 2 {
		c.report("bad-operator", "$eval without an operator is always true", "operators are "+operatorNames())
		return alwaysTrue(value)
	}
	name, operandValue := object.At(1)
	test := findOperator(name)
	if test == nil {
		c.reportSibling(name, "bad-operator", fmt.Sprintf("%q is no operator of $eval, so the result is always true", name), operatorHint(name))
		return alwaysTrue(value)
	}
	c.path[len(c.path)-1] = name
	operand := c.value(operandValue)
	c.path[len(c.path)-1] = "$eval"
	return compiled{eval: func(f *frame) (Value, error) {
		v, err := value.run(f)
		if err != nil {
			return Undefined, err
		}
		w, err := operand.run(f)
		if err != nil {
			return Undefined, err
		}
		return Bool(test(v, w)), nil
	}}
}

func findOperator(name string) func(v, w Value) bool {
	for _, o := range operators {
		if o.name == name {
			return o.test
		}
	}
	return nil
}

// alwaysTrue evaluates value, which may fail, and is true.
func alwaysTrue(value compiled) compiled {
	return compiled{eval: func(f *frame) (Value, error) {
		if _, err := value.run(f); err != nil {
			return Undefined, err
		}
		return Bool(true), nil
	}}
}

// reportSibling adds a problem with a key that stands beside the current one.
func (c *compiler) reportSibling(key, code, message, hint string) {
	path := append(append([]string{}, c.path[:len(c.path)-1]...), key)
	c.problems = append(c.problems, Problem{Code: code, Pointer: Pointer(path...), OnKey: true, Offset: -1, Message: message, Hint: hint})
}

func operatorHint(name string) string {
	var names []string
	for _, o := range operators {
		names = append(names, o.name)
	}
	if s := Nearest(name, names); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return "operators are " + operatorNames()
}

func operatorNames() string {
	var names []string
	for _, o := range operators {
		names = append(names, o.name)
	}
	return joinNames(names)
}
