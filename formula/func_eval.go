package formula

import (
	"fmt"
	"strings"
)

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
	infer:   inferEval,
}

// An operator compares a value with an operand.
type operator struct {
	name, summary string
	test          func(v, operand Value) bool
}

// An Operator is what the documentation says about an operator.
type Operator struct{ Name, Summary string }

func documented(list []operator) []Operator {
	var all []Operator
	for _, o := range list {
		all = append(all, Operator{o.name, o.summary})
	}
	return all
}

// Operators returns the operators of $eval.
func Operators() []Operator { return documented(operators) }

// operators lists what $eval can do.
var operators = []operator{
	{"is", "equal as JavaScript's == has it: \"1\" is 1, a missing value is null, lists and objects only themselves", looseEqual},
	{"isNot", "not equal in that way", func(v, w Value) bool { return !looseEqual(v, w) }},
	{"oneOf", "exactly one of the items of a list", oneOf},
	{"noneOf", "none of the items of a list; true as well if the operand is no list", func(v, w Value) bool { return !oneOf(v, w) }},
	{"contains", "a list with exactly that item, or a text with that part, whatever its case; false for what is missing or empty", contains},
	{"doesNotContain", "the contrary of contains", func(v, w Value) bool { return !contains(v, w) }},
	{"lt", "less, by the number that each begins with; false if one has none", func(v, w Value) bool { return v.jsFloat() < w.jsFloat() }},
	{"lte", "less or equal, compared in the same way", func(v, w Value) bool { return v.jsFloat() <= w.jsFloat() }},
	{"gt", "greater, compared in the same way", func(v, w Value) bool { return v.jsFloat() > w.jsFloat() }},
	{"gte", "greater or equal, compared in the same way", func(v, w Value) bool { return v.jsFloat() >= w.jsFloat() }},
	{"isEmpty", "missing, null, empty text, [] or {}; the operand does not matter", func(v, _ Value) bool { return v.blank() }},
	{"isNotEmpty", "the contrary of isEmpty; the operand does not matter", func(v, _ Value) bool { return !v.blank() }},
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
		c.report("bad-operator", "$eval without an operator is always true", "add one, as in {$eval: …, is: …}; operators are "+operatorNames())
		return alwaysTrue(value)
	}
	name, operandValue := object.At(1)
	test := findOperator(name)
	if test == nil {
		c.reportSibling(name, "bad-operator", fmt.Sprintf("%q is no operator of $eval, so the result is always true", name), operatorHint(name))
		return alwaysTrue(value)
	}
	c.path[len(c.path)-1] = name
	operand, place := c.value(operandValue), c.pointer()
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
		if v.node != nil || w.node != nil || len(v.str)+len(w.str) > bytesOfStep {
			if err := f.read(v, w); err != nil {
				return Undefined, errorAt(place, err)
			}
		}
		return Bool(test(v, w)), f.spend(1)
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

// operatorHabits are what operators are called elsewhere, in lower case.
var operatorHabits = map[string]string{
	"equals": "is", "equal": "is", "eq": "is", "=": "is", "==": "is", "===": "is",
	"notequals": "isNot", "notequal": "isNot", "ne": "isNot", "neq": "isNot", "!=": "isNot", "!==": "isNot",
	"in": "oneOf", "notin": "noneOf", "nin": "noneOf", "includes": "contains",
	"<": "lt", "<=": "lte", ">": "gt", ">=": "gte",
	"exists": "isNotEmpty", "notempty": "isNotEmpty", "empty": "isEmpty",
}

func operatorHint(name string) string {
	var names []string
	for _, o := range operators {
		names = append(names, o.name)
	}
	s := operatorHabits[strings.ToLower(strings.Trim(name, "$"))]
	if s == "" {
		s = Nearest(name, names)
	}
	if s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return "operators are " + operatorNames()
}

func operatorNames() string {
	var names []string
	for _, o := range operators {
		names = append(names, o.name)
	}
	return JoinWords(names, "and")
}
