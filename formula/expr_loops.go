package formula

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// A loop is one of expr's functions that take a predicate, such as filter(list,
// .active). each is called for every item with what the predicate made of it
// and tells whether to stop; finish gives the result.
type loop struct {
	name    string
	summary string
	start   func() accumulator
	bare    bool // the predicate may be left out
}

type accumulator struct {
	each   func(i int, item, made Value) (stop bool, err error)
	finish func() (Value, error)
}

// loops lists the functions that take a predicate.
var loops = []loop{
	{name: "all", summary: "whether the predicate holds for all items", start: func() accumulator { return quantifier(true, false) }},
	{name: "any", summary: "whether the predicate holds for any item", start: func() accumulator { return quantifier(false, true) }},
	{name: "none", summary: "whether the predicate holds for no item", start: func() accumulator { return quantifier(true, true) }},
	{name: "one", summary: "whether the predicate holds for exactly one item", start: one},
	{name: "filter", summary: "the items for which the predicate holds", start: filterItems},
	{name: "map", summary: "what the predicate makes of each item", start: mapItems},
	{name: "count", summary: "for how many items the predicate holds", start: countItems, bare: true},
	{name: "sum", summary: "the sum of what the predicate makes of each item", start: sumItems, bare: true},
	{name: "find", summary: "the first item for which the predicate holds", start: findItem},
	{name: "findIndex", summary: "the place of the first item for which the predicate holds", start: findItemIndex},
	{name: "sortBy", summary: "the items in the order of what the predicate makes of them", start: sortItems},
}

func findLoop(name string) *loop {
	for i := range loops {
		if loops[i].name == name {
			return &loops[i]
		}
	}
	return nil
}

// holds reads what a predicate gave.
func holds(v Value) (bool, error) {
	b, ok := v.AsBool()
	if !ok {
		return false, fmt.Errorf("a predicate gives true or false, not %s", kindWithArticle(v))
	}
	return b, nil
}

// quantifier starts with a result and stops with the other one when the
// predicate gives what it looks for.
func quantifier(start, lookFor bool) accumulator {
	result := start
	return accumulator{
		each: func(_ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b == lookFor {
				result = !start
			}
			return b == lookFor, err
		},
		finish: func() (Value, error) { return Bool(result), nil },
	}
}

func one() accumulator {
	n := 0
	return accumulator{
		each: func(_ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				n++
			}
			return n > 1, err
		},
		finish: func() (Value, error) { return Bool(n == 1), nil },
	}
}

func filterItems() accumulator {
	list := []Value{}
	return accumulator{
		each: func(_ int, item, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				list = append(list, item)
			}
			return false, err
		},
		finish: func() (Value, error) { return List(list...), nil },
	}
}

func mapItems() accumulator {
	list := []Value{}
	return accumulator{
		each: func(_ int, _, made Value) (bool, error) {
			list = append(list, made)
			return false, nil
		},
		finish: func() (Value, error) { return List(list...), nil },
	}
}

func countItems() accumulator {
	n := 0
	return accumulator{
		each: func(_ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				n++
			}
			return false, err
		},
		finish: func() (Value, error) { return Number(float64(n)), nil },
	}
}

func sumItems() accumulator {
	total := 0.0
	return accumulator{
		each: func(_ int, _, made Value) (bool, error) {
			x, ok := made.AsNumber()
			if !ok {
				return false, fmt.Errorf("sum adds numbers, not %s", kindWithArticle(made))
			}
			total += x
			return false, nil
		},
		finish: func() (Value, error) { return finite(total) },
	}
}

func findItem() accumulator {
	found := Undefined
	return accumulator{
		each: func(_ int, item, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				found = item
			}
			return b, err
		},
		finish: func() (Value, error) { return found, nil },
	}
}

func findItemIndex() accumulator {
	found := -1
	return accumulator{
		each: func(i int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				found = i
			}
			return b, err
		},
		finish: func() (Value, error) { return Number(float64(found)), nil },
	}
}

func sortItems() accumulator {
	type pair struct{ item, key Value }
	var pairs []pair
	return accumulator{
		each: func(_ int, item, made Value) (bool, error) {
			if made.kind != KindNumber && made.kind != KindString || len(pairs) > 0 && made.kind != pairs[0].key.kind {
				return false, errors.New("sortBy orders by numbers or by texts")
			}
			pairs = append(pairs, pair{item, made})
			return false, nil
		},
		finish: func() (Value, error) {
			slices.SortStableFunc(pairs, func(a, b pair) int {
				return cmp.Or(cmp.Compare(a.key.num, b.key.num), cmp.Compare(a.key.str, b.key.str))
			})
			list := make([]Value, len(pairs))
			for i, p := range pairs {
				list[i] = p.item
			}
			return List(list...), nil
		},
	}
}

// The loop variables stand in the slots of a predicate, in this order.
const (
	slotItem = iota
	slotIndex
	slotAcc
	slotsOfLoop
)

// predicate compiles a function that takes one.
func (e *exprCompiler) predicate(n *ast.BuiltinNode) operation {
	if n.Name == "reduce" {
		return e.reduce(n)
	}
	l := findLoop(n.Name)
	if l == nil {
		return e.unknownFunction(n, n.Name)
	}
	list := e.need(n.Arguments[0])
	slot := len(e.scope)
	body := func(f *frame) (Value, error) { return f.locals[slot+slotItem], nil }
	if len(n.Arguments) > 1 {
		body = e.loopBody(n.Arguments[1])
	} else if !l.bare {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%s takes a list and a predicate", n.Name), fmt.Sprintf("write %s(list, .field)", n.Name))
	}
	return func(f *frame) (Value, error) {
		acc := l.start()
		err := f.forEach(list, slot, func(i int, item Value) (bool, error) {
			made, err := body(f)
			if err != nil {
				return true, err
			}
			return acc.each(i, item, made)
		})
		if err != nil {
			return Undefined, err
		}
		return acc.finish()
	}
}

// loopBody compiles a predicate, in which # is the item.
func (e *exprCompiler) loopBody(node ast.Node) operation {
	slot := len(e.scope)
	e.scope = append(e.scope, "#", "#index", "#acc")
	e.loops++
	if p, ok := node.(*ast.PredicateNode); ok {
		node = p.Node
	}
	body := e.need(node)
	e.loops--
	e.scope = e.scope[:slot]
	return body
}

// forEach calls f for the items of a list, with the loop's slots set.
func (f *frame) forEach(list operation, slot int, each func(i int, item Value) (bool, error)) error {
	v, err := list(f)
	if err != nil {
		return err
	}
	items, ok := v.AsList()
	if !ok {
		return fmt.Errorf("a list is wanted here, not %s", kindWithArticle(v))
	}
	for len(f.locals) < slot+slotsOfLoop {
		f.locals = append(f.locals, Undefined)
	}
	for i, item := range items {
		if err := f.spend(1); err != nil {
			return err
		}
		f.locals[slot+slotItem], f.locals[slot+slotIndex] = item, Number(float64(i))
		if stop, err := each(i, item); err != nil || stop {
			return err
		}
	}
	return nil
}

// reduce compiles reduce(list, #acc + #, start).
func (e *exprCompiler) reduce(n *ast.BuiltinNode) operation {
	list := e.need(n.Arguments[0])
	slot := len(e.scope)
	body := e.loopBody(n.Arguments[1])
	var start operation
	if len(n.Arguments) > 2 {
		start = e.need(n.Arguments[2])
	}
	return func(f *frame) (Value, error) {
		acc, began := Undefined, start != nil
		if began {
			var err error
			if acc, err = start(f); err != nil {
				return Undefined, err
			}
		}
		err := f.forEach(list, slot, func(_ int, item Value) (stop bool, err error) {
			if !began {
				acc, began = item, true
				return false, nil
			}
			f.locals[slot+slotAcc] = acc
			acc, err = body(f)
			return false, err
		})
		return acc, err
	}
}

// loopVariable compiles #, #index and #acc.
func (e *exprCompiler) loopVariable(n *ast.PointerNode) operation {
	slot := lastIndex(e.scope, "#"+n.Name)
	if slot < 0 {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%q is no variable of a predicate", "#"+n.Name), "they are #, #index and, in reduce, #acc")
	}
	return func(f *frame) (Value, error) { return f.locals[slot], nil }
}
