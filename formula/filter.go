package formula

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// A condition is one entry of a legacy filter: {field, operator, value}.
type condition struct {
	field   Locator
	none    bool                  // no field: what it tests is missing
	test    func(v, w Value) bool // nil: an operator that does not exist, which is skipped
	operand Value
}

// FilterOperators returns the operators of the filters that are lists.
func FilterOperators() []Operator { return documented(legacyOperators) }

// legacyOperators lists the operators of legacy filters. Unlike those of
// $eval they are written in snake case and regard case in texts.
var legacyOperators = []operator{
	{"is", "equal as JavaScript's == has it", looseEqual},
	{"is_not", "not equal in that way", func(v, w Value) bool { return !looseEqual(v, w) }},
	{"is_one_of", "exactly one of the items of a list", oneOf},
	{"is_not_one_of", "none of the items of a list", func(v, w Value) bool { return !oneOf(v, w) }},
	{"is_true", "anything but missing, null, false, 0 and empty text", func(v, _ Value) bool { return v.truthy() }},
	{"is_false", "false itself", func(v, _ Value) bool { return strictEqual(v, Bool(false)) }},
	{"contains", "a text with that part; false for what is missing or empty", legacyContains},
	{"does_not_contain", "a text without that part; false for what is missing or empty", func(v, w Value) bool { return v.truthy() && !legacyContains(v, w) }},
	{"array_includes", "a list with exactly that item", arrayIncludes},
	{"array_does_not_include", "no list with exactly that item", func(v, w Value) bool { return !arrayIncludes(v, w) }},
	{"less_than", "less, by the number that each begins with", func(v, w Value) bool { return v.jsFloat() < w.jsFloat() }},
	{"less_than_or_equal", "less or equal", func(v, w Value) bool { return v.jsFloat() <= w.jsFloat() }},
	{"more_than", "greater", func(v, w Value) bool { return v.jsFloat() > w.jsFloat() }},
	{"more_than_or_equal", "greater or equal", func(v, w Value) bool { return v.jsFloat() >= w.jsFloat() }},
	{"is_not_empty", "not empty: see is_empty", func(v, _ Value) bool { return !v.blank() }},
	{"is_empty", "missing, null, empty text, [] or {}", func(v, _ Value) bool { return v.blank() }},
}

func legacyContains(v, w Value) bool {
	return v.truthy() && strings.Contains(v.jsString(), w.jsString())
}

func arrayIncludes(v, w Value) bool {
	list, ok := v.AsList()
	return ok && includes(list, w)
}

var errNullCondition = errors.New("a condition of the filter is null")

const conditionHint = "write {field: $.connectionInput.region, operator: is, value: eu}"

// conditions compiles a legacy filter, all of whose conditions must hold.
func (c *compiler) conditions(filter Value) func(*frame) (bool, error) {
	var all []condition
	for i, item := range filter.node.items {
		c.enter(strconv.Itoa(i))
		cond, err := c.condition(item)
		c.leave()
		if err != nil {
			return func(*frame) (bool, error) { return false, err }
		}
		all = append(all, cond)
	}
	return func(f *frame) (bool, error) {
		for i := range all {
			if ok, err := all[i].holds(f); err != nil || !ok {
				return false, err
			}
		}
		return true, nil
	}
}

func (c *compiler) condition(item Value) (condition, error) {
	if item.IsMissing() {
		c.report("bad-argument", "a condition is {field, operator, value}, not null", conditionHint)
		return condition{}, &Error{Pointer: c.pointer(), Offset: -1, Err: errNullCondition}
	}
	cond := condition{operand: item.Get("value")}
	field := item.Get("field").Text()
	if field == "" {
		c.report("bad-locator", "a condition needs a field, the locator of what it tests", conditionHint)
		cond.none = true
	} else if l, err := ParseLocator(field); err != nil {
		message := fmt.Sprintf("invalid locator %q: %v", field, err)
		c.enter("field")
		defer c.leave()
		c.report("bad-locator", message, conditionHint)
		return condition{}, &Error{Pointer: c.pointer(), Offset: -1, Err: errors.New(message)}
	} else {
		cond.field = l
		c.enter("field")
		c.reference(l, -1, 0)
		c.leave()
	}
	name := item.Get("operator").Text()
	for _, o := range legacyOperators {
		if o.name == name {
			cond.test = o.test
			return cond, nil
		}
	}
	if !item.Has("operator") {
		c.report("bad-operator", "a condition needs an operator, without which it is skipped", conditionHint)
		return cond, nil
	}
	c.enter("operator")
	c.report("bad-operator", fmt.Sprintf("%q is no operator of a filter, so the condition is skipped", name), legacyHint(name))
	c.leave()
	return cond, nil
}

func legacyHint(name string) string {
	var names []string
	for _, o := range legacyOperators {
		names = append(names, o.name)
	}
	if s := Nearest(name, names); s != "" {
		return fmt.Sprintf("did you mean %q?", s)
	}
	return "operators are " + JoinWords(names, "and")
}

// holds tells whether any of the values that the field finds passes.
func (cond *condition) holds(f *frame) (bool, error) {
	if cond.test == nil {
		return true, nil
	}
	var found []Value
	if !cond.none {
		var err error
		if found, err = f.fanOut(cond.field.steps, f.vars, nil); err != nil {
			return false, err
		}
	}
	if len(found) == 0 {
		found = []Value{Undefined}
	}
	for _, v := range found {
		if err := f.read(v, cond.operand); err != nil {
			return false, err
		}
		if cond.test(v, cond.operand) {
			return true, nil
		}
	}
	return false, nil
}

// fanOut adds the values at steps to found; a property of a list is that
// property of each of its items. Null and missing values are left out.
func (f *frame) fanOut(steps []Step, v Value, found []Value) ([]Value, error) {
	for i, s := range steps {
		if s.IsIndex {
			v = v.member(s)
			continue
		}
		if list, ok := v.AsList(); ok {
			if err := f.spend(1 + len(list)); err != nil {
				return nil, err
			}
			for _, item := range list {
				var err error
				if found, err = f.fanOut(steps[i:], item, found); err != nil {
					return nil, err
				}
			}
			return found, nil
		}
		if v.kind == KindString {
			v = characterOf(v.str, s.Property)
			continue
		}
		v = v.Get(s.Property)
	}
	if !v.IsMissing() {
		found = append(found, v)
	}
	return found, nil
}

// characterOf returns a property that JavaScript's texts have as data: their
// length and their characters, of 16 bits each.
func characterOf(s, property string) Value {
	i, ok := arrayIndex(property)
	if !ok && property != "length" {
		return Undefined
	}
	units := utf16.Encode([]rune(s))
	switch {
	case !ok:
		return Number(float64(len(units)))
	case i < len(units):
		return String(string(utf16.Decode(units[i : i+1])))
	}
	return Undefined
}
