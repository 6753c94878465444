package formula

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

const copyName = "$copy"

var copyFormula = Func{
	Name:    copyName,
	Summary: "A part of the result, by its locator: copies are put in when all else has been evaluated, in the order in which they stand.",
	Args:    "a locator, from the start of the result",
	Examples: []Example{
		{In: `{"name": {"$concat": ["Ann", " ", "Lee"]}, "label": {"$copy": "name"}}`, Want: `{"name": "Ann Lee", "label": "Ann Lee"}`},
		{In: `{"a": 1, "b": {"$copy": "nothing"}}`, Want: `{"a": 1}`, Note: "what is not there is left out"},
		{In: `{"list": [0], "b": {"$copy": "list[0]"}}`, Want: `{"list": [0], "b": 0}`, Note: "unlike $var it finds 0, false and empty text by index"},
		{In: `{"$concat": ["<", {"$copy": "a"}]}`, Want: `"<[object Object]"`, Note: "within a text it is too late for a copy"},
		{In: `{"a": {"$var": "x"}, "b": 2}`, Vars: `{"x": {"$copy": "b"}}`, Want: `{"a": 2, "b": 2}`, Note: "a $copy that comes from a variable is put in, too"},
	},
	compile: func(c *compiler, arg, _ Value) compiled {
		locator := c.verbatimValue(arg)
		if text, ok := arg.AsString(); ok {
			if _, err := ParseLocator(text); err != nil {
				c.report("bad-locator", fmt.Sprintf("invalid locator %q: %v", text, err), "")
			}
		}
		locator.folded = true
		return fold(arg, []compiled{locator}, func(f *frame) (Value, error) {
			v, err := locator.run(f)
			return Object(Member{copyName, v}), err
		})
	},
	infer: inferCopy,
}

// isCopy tells whether v is a $copy: nothing else is in the object.
func (v Value) isCopy() bool {
	return v.kind == KindObject && len(v.node.keys) == 1 && v.node.keys[0] == copyName
}

// hasIndexKey tells whether any of keys comes first in JavaScript.
func hasIndexKey(keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool {
		_, ok := arrayIndex(k)
		return ok
	})
}

// jsOrder returns the places of keys in the order in which JavaScript visits
// them: array indexes first, by their number.
func jsOrder(keys []string) []int {
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	if hasIndexKey(keys) {
		rank := func(i int) int {
			if n, ok := arrayIndex(keys[i]); ok {
				return n
			}
			return math.MaxInt
		}
		slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(rank(i), rank(j)) })
	}
	return order
}

var (
	errCopyMoved = errors.New("a $copy is no longer where it was, since a $copy before it in the list found nothing and was left out")
	errCopyList  = errors.New("$copy takes a locator as text, not an array")
)

// copyAll puts in the copies within result.
func (f *frame) copyAll(result Value) (Value, error) {
	if result.isCopy() { // it stays, since there is nothing else
		_, err := f.copied(result, result.node.items[0])
		return result, err
	}
	var places []Locator
	if err := f.findCopies(result, nil, &places); err != nil {
		return Undefined, err
	}
	for _, place := range places {
		var err error
		if result, err = f.copyTo(result, place); err != nil {
			return Undefined, &Error{Pointer: place.pointer(), Offset: -1, Err: err}
		}
	}
	return f.made(result)
}

// findCopies adds the places of the copies within v, which stands at path.
func (f *frame) findCopies(v Value, path []Step, places *[]Locator) error {
	if v.node == nil || !v.node.copies {
		return nil
	}
	if v.isCopy() {
		*places = append(*places, Locator{slices.Clone(path)})
		return f.spend(1 + len(path))
	}
	if err := f.spend(1 + v.Len()); err != nil {
		return err
	}
	if v.kind == KindList {
		for i, item := range v.node.items {
			if err := f.findCopies(item, append(path, Step{Index: float64(i), IsIndex: true}), places); err != nil {
				return err
			}
		}
		return nil
	}
	for _, i := range jsOrder(v.node.keys) {
		if err := f.findCopies(v.node.items[i], append(path, Step{Property: v.node.keys[i]}), places); err != nil {
			return err
		}
	}
	return nil
}

// copyTo puts in the copy at place.
func (f *frame) copyTo(result Value, place Locator) (Value, error) {
	at := result
	for _, step := range place.steps {
		if err := f.spend(1 + at.Len()); err != nil { // it is made anew
			return Undefined, err
		}
		at = at.member(step)
	}
	if !at.isCopy() {
		return Undefined, errCopyMoved
	}
	_, arg := at.At(0)
	found, err := f.copied(result, arg)
	if err != nil {
		return Undefined, err
	}
	return place.Set(result, found)
}

// copied returns what a $copy with that argument finds in result.
func (f *frame) copied(result, arg Value) (Value, error) {
	if arg.kind == KindList && arg.Len() > 0 {
		return Undefined, errCopyList
	}
	found := result
	if arg.kind != KindList {
		l, err := ParseLocator(arg.Text())
		if err != nil {
			return Undefined, nil // the format takes it for a locator that finds nothing
		}
		for _, step := range l.steps {
			found = found.member(step)
		}
	}
	holds, err := f.holdsCopy(found)
	if holds {
		err = fmt.Errorf("$copy of %s finds another $copy, which is not put in yet", arg)
	}
	return found, err
}

// member returns the part of v that a step leads to, also if it is falsy.
func (v Value) member(s Step) Value {
	if !s.IsIndex {
		return v.property(s.Property)
	}
	if v.kind != KindList || s.Index >= float64(v.Len()) || s.Index != math.Trunc(s.Index) {
		return Undefined
	}
	return v.node.items[int(s.Index)]
}

// holdsCopy tells whether there is a $copy in v.
func (f *frame) holdsCopy(v Value) (bool, error) {
	if v.node == nil || !v.node.copies {
		return false, nil
	}
	if v.isCopy() {
		return true, nil
	}
	for _, item := range v.node.items {
		if err := f.spend(1); err != nil {
			return false, err
		}
		if holds, err := f.holdsCopy(item); holds || err != nil {
			return holds, err
		}
	}
	return false, nil
}

// pointer returns l as a JSON Pointer.
func (l Locator) pointer() string {
	path := make([]string, len(l.steps))
	for i, s := range l.steps {
		if path[i] = s.Property; s.IsIndex {
			path[i] = FormatNumber(s.Index)
		}
	}
	return Pointer(path...)
}
