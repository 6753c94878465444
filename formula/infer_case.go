package formula

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func inferEval(c *checker, arg, object Value) *dataType {
	t := c.value(arg)
	if object.Len() < 2 {
		return boolType // the compiler says that it is always true, and that is enough
	}
	name, operandValue := object.At(1)
	if findOperator(name) == nil {
		return boolType
	}
	last := len(c.path) - 1
	c.path[last] = name
	operand := c.value(operandValue)
	result := c.outcome(t, operand, name, !isAuthored(c, arg))
	c.path[last] = "$eval"
	return result
}

// isAuthored tells whether v is data: nothing in it is a formula.
func isAuthored(c *checker, v Value) bool {
	switch v.kind {
	case KindList, KindObject:
		return c.formulaOfAny(v) == nil && !slices.ContainsFunc(v.node.items, func(item Value) bool { return !isAuthored(c, item) })
	case KindString:
		return c.verbatim || c.options.Dialect == DialectMembrane || !strings.Contains(v.str, "${")
	}
	return true
}

// outcome returns the type of $eval: true, false or either. The path is at the
// operand; a comparison that has one outcome only is reported.
func (c *checker) outcome(t, operand *dataType, name string, report bool) *dataType {
	says := func(ok bool, code, message, hint string) *dataType {
		if report && t.known() && t.kinds&^ofMissing != 0 {
			c.doubt(code, message, hint)
		}
		if ok {
			return trueType
		}
		return falseType
	}
	switch name {
	case "is", "isNot":
		if !mayEqual(t, operand) {
			return says(name == "isNot", "never-equal", neverEqual(t, operand), nearestValue(t, operand))
		}
		if alwaysEqual(t, operand) {
			return literalType(Bool(name == "is"))
		}
	case "oneOf", "noneOf":
		if !operand.can(ofList) {
			return says(name == "noneOf", "wrong-type", name+" compares with a list, and this is "+operand.describe(), "write the values as a list, or use is")
		}
		if !operand.can(ofMissing) && !mayBeIncluded(t, operand) {
			return says(name == "noneOf", "never-equal", neverEqual(t, operand.itemType()), nearestValue(t, operand.itemType()))
		}
	case "contains", "doesNotContain":
		if !t.canBeTruthy() {
			return literalType(Bool(name == "doesNotContain"))
		}
	case "lt", "lte", "gt", "gte":
		if !t.mayBeNumber() {
			return says(false, "wrong-type", fmt.Sprintf("%s compares numbers, and the value is %s, so the result is always false", name, t.describe()), "")
		}
		if !operand.mayBeNumber() {
			return says(false, "wrong-type", fmt.Sprintf("%s compares numbers, and this is %s, so the result is always false", name, operand.describe()), "")
		}
	case "isEmpty", "isNotEmpty":
		if !t.mayBeBlank() {
			return literalType(Bool(name == "isNotEmpty"))
		}
		if t.kinds&^ofMissing == 0 {
			return literalType(Bool(name == "isEmpty"))
		}
	}
	return boolType
}

// mayBeIncluded tells whether a list of the type operand may include a value
// of t, exactly.
func mayBeIncluded(t, operand *dataType) bool {
	item := operand.itemType()
	if t.kinds&item.kinds&ofNull != 0 {
		return true
	}
	return mayBeSame(t.present(), item.present())
}

func neverEqual(t, operand *dataType) string {
	return fmt.Sprintf("the value is never %s: it is %s", operand.describe(), t.describe())
}

// nearestValue suggests the value that was meant.
func nearestValue(t, operand *dataType) string {
	v, ok := operand.single()
	if !ok {
		return ""
	}
	var texts []string
	for _, w := range t.values {
		if w.kind == KindBool && v.kind == KindString && w.jsString() == v.str {
			return fmt.Sprintf("write %s without quotes", v.str)
		}
		texts = append(texts, w.Text())
	}
	if t.can(ofBool) && (v.Text() == "true" || v.Text() == "false") {
		return fmt.Sprintf("write %s without quotes", v.Text())
	}
	if near := Nearest(v.Text(), texts); near != "" && v.kind == KindString {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

func inferCase(c *checker, arg, _ Value) *dataType {
	cases, list := arg, []string(nil)
	if arg.kind == KindObject {
		cases, list = arg.Get("cases"), []string{"cases"}
	}
	if cases.kind != KindList {
		return undefinedType
	}
	guards := len(c.guards)
	defer func() { c.guards = c.guards[:guards] }()
	t, decided := nothingType, false
	c.path = append(c.path, list...)
	for i, item := range cases.node.items {
		c.enter(strconv.Itoa(i))
		value, always, never := c.choice(item)
		if decided {
			c.warn("unreachable-case", "this case is never reached, since one before it always matches", "put the case that always matches last, or remove this one")
		} else if !never {
			t = union(t, value)
		}
		decided = decided || always
		c.leave()
	}
	c.path = c.path[:len(c.path)-len(list)]
	return c.caseDefault(t, decided, arg)
}

// caseDefault adds what a $case gives if no case matches.
func (c *checker) caseDefault(t *dataType, decided bool, arg Value) *dataType {
	d := arg.Get("default")
	if d.kind == KindNull && arg.kind == KindObject {
		c.enter("default")
		c.warn("null-default", "a default that is null counts as none, so there is no result", "leave it out")
		c.leave()
	}
	otherwise := undefinedType
	if !d.IsMissing() {
		otherwise = c.at("default", d)
		if otherwise.can(ofNull) {
			otherwise = otherwise.only(ofAnything &^ ofNull).orMissing(otherwise.absent)
		}
	}
	if !decided {
		return union(t, otherwise)
	}
	if !d.IsMissing() {
		c.enter("default")
		c.warn("unreachable-case", "the default is never reached, since a case always matches", "remove it, or give the case a filter that does not always hold")
		c.leave()
	}
	return t
}

// choice infers the type of a case, and whether it always or never matches.
func (c *checker) choice(item Value) (t *dataType, always, never bool) {
	if item.kind != KindObject {
		return undefinedType, true, false
	}
	mark := len(c.read)
	always, never = c.filter(item)
	c.guardReads(mark)
	return c.at("value", item.Get("value")), always, never
}

// filter checks the filter of a case.
func (c *checker) filter(item Value) (always, never bool) {
	filter := item.Get("filter")
	c.enter("filter")
	defer c.leave()
	before := len(c.problems)
	switch {
	case filter.IsUndefined():
		return true, false
	case !filter.truthy():
		c.report("case-always-matches", fmt.Sprintf("a filter that is written as %s counts as none, so the case always matches", filter),
			"leave the filter out, or remove the case")
		return true, false
	case filter.kind == KindList:
		return c.conditionList(filter), false
	case filter.kind == KindObject && c.formulaOfAny(filter) == nil || isAuthored(c, filter):
		t := c.value(filter)
		if c.quiet(before) && filter.kind != KindBool {
			c.report("case-always-matches", "the filter is data, not a formula, so the case always matches", "write {$eval: {$var: …}, is: …}")
		}
		return t.canBeTruthy() && !t.canBeFalsy(), false
	}
	t := c.value(filter)
	always, never = !t.canBeFalsy(), !t.canBeTruthy() && !t.can(ofMissing)
	if !c.open() { // said here, it is not said again of the cases behind
		defer func() { always = always && c.quiet(before) }()
	}
	switch {
	case t.kinds == 0:
		return false, false
	case !c.quiet(before):
	case t.kinds&^ofMissing == 0:
		c.doubt("case-always-matches", "the filter has no value, and then the case matches", "compare it, as in {$eval: {$var: …}, is: true}, or leave the filter out")
	case always && t.absent:
		c.doubt("case-always-matches", "the filter is true or missing, and both match", "test it with isNotEmpty")
	case always:
		c.doubt("case-always-matches", "the filter always holds, so the case always matches", "leave the filter out, or test for what the schema allows")
	case never:
		c.doubt("case-never-matches", "the filter never holds, so the case never matches", "remove the case, or test for what the schema allows")
	case t.absent && t.can(ofMissing):
		c.warn("missing-filter", "the filter may be missing, and then the case matches", `compare it, as in {$eval: {$var: …}, is: true}, or give it a default`)
	}
	return always, never
}

// quiet tells whether nothing has been reported since there were that many
// problems.
func (c *checker) quiet(before int) bool { return len(c.problems) == before }

// conditionList checks the fields of a legacy filter; always says that it has
// no condition that can fail.
func (c *checker) conditionList(filter Value) (always bool) {
	always = true
	for i, item := range filter.node.items {
		l, err := ParseLocator(item.Get("field").Text())
		name := item.Get("operator").Text()
		if err == nil {
			c.enter(strconv.Itoa(i))
			c.enter("field")
			c.fannedOut(l)
			c.leave()
			c.leave()
		}
		if item.IsMissing() || err != nil || slices.ContainsFunc(legacyOperators, func(o operator) bool { return o.name == name }) {
			always = false
		}
	}
	return always
}

// fannedOut checks the field of a condition up to the first list, whose items
// are all looked at.
func (c *checker) fannedOut(l Locator) {
	t := c.vars
	for i := range l.steps {
		s := &l.steps[i]
		if t.can(ofList|ofText) && !s.IsIndex || s.IsIndex {
			break
		}
		if c.reportStep(t, l.steps[:i+1], Problem{Offset: -1}) {
			break
		}
		t = stepType(t, s)
	}
	c.seen(readPath{locator: l}, t)
}

func inferMap(c *checker, arg, _ Value) *dataType {
	if arg.kind != KindObject {
		return undefinedType
	}
	value := c.at("value", arg.Get("value"))
	t := c.at("default", arg.Get("default"))
	mapping := arg.Get("mapping")
	if mapping.kind != KindList {
		return t
	}
	c.enter("mapping")
	defer c.leave()
	open, result := value, nothingType
	for i, row := range mapping.node.items {
		c.enter(strconv.Itoa(i))
		from := c.at("from", row.Get("from"))
		to := c.at("to", row.Get("to"))
		if !mayTranslate(value, from) {
			c.neverTranslated(value, from, arg)
		} else {
			result = union(result, to)
		}
		if v, ok := from.single(); ok && from.kinds == from.listed {
			open = open.where(func(w Value) bool { return !looseEqual(w, v) })
		} else if ok {
			open = open.present()
		}
		c.leave()
	}
	if open.kinds == 0 && value.kinds != 0 {
		return result
	}
	return union(result, t)
}

// mayTranslate tells whether a row of $map may be the one for a value.
func mayTranslate(value, from *dataType) bool {
	return value.kinds&from.kinds&(ofList|ofObject) != 0 || mayEqual(value, from)
}

func (c *checker) neverTranslated(value, from *dataType, arg Value) {
	if !value.known() || value.kinds&^ofMissing == 0 || from.kinds&^ofMissing == 0 || isAuthored(c, arg.Get("value")) {
		return
	}
	c.enter("from")
	c.doubt("never-equal", neverEqual(value, from), nearestValue(value, from))
	c.leave()
}
