package formula

import (
	"errors"
	"fmt"

	"github.com/expr-lang/expr/ast"
)

// The loop variables stand in the slots of a predicate, in this order.
const (
	slotItem = iota
	slotIndex
	slotAcc
	slotsOfLoop
)

// A predicate is what a loop does for each item.
type predicate struct {
	body operation
	slot int // of its first variable
	size int // parts of the body
}

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
	p := predicate{body: func(f *frame) (Value, error) { return f.locals[slot+slotItem], nil }, slot: slot, size: 1}
	if len(n.Arguments) > 1 {
		p = e.loopBody(n.Arguments[1], "")
	} else if !l.bare {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%s takes a list and a predicate", n.Name), fmt.Sprintf("write %s(list, .field)", n.Name))
	}
	return func(f *frame) (Value, error) {
		acc := l.start()
		err := f.forEach(list, &p, func(i int, item Value) (bool, error) {
			made, err := p.body(f)
			if err != nil {
				return true, err
			}
			return acc.each(f, i, item, made)
		})
		if err != nil {
			return Undefined, inLoop(l.name, err)
		}
		v, err := acc.finish()
		if err != nil {
			return Undefined, inLoop(l.name, err)
		}
		return f.made(v)
	}
}

// inLoop adds the name of a function to an error, unless that says what is
// missing.
func inLoop(name string, err error) error {
	var missing *MissingError
	if errors.As(err, &missing) {
		return err
	}
	return fmt.Errorf("%s: %w", name, err)
}

// loopBody compiles a predicate, in which # is the item and acc, if it has a
// name, the result so far.
func (e *exprCompiler) loopBody(node ast.Node, acc string) predicate {
	slot, before := len(e.scope), e.nodes
	e.scope = append(e.scope, "#", "#index", acc)
	if p, ok := node.(*ast.PredicateNode); ok {
		node = p.Node
	}
	body := e.need(node)
	e.scope = e.scope[:slot]
	return predicate{body: body, slot: slot, size: e.nodes - before}
}

// forEach calls each for the items of a list, with the loop's slots set.
func (f *frame) forEach(list operation, p *predicate, each func(i int, item Value) (stop bool, err error)) error {
	v, err := list(f)
	if err != nil {
		return err
	}
	items, ok := v.AsList()
	if !ok {
		return fmt.Errorf("a list is wanted, not %s", kindWithArticle(v))
	}
	for len(f.locals) < p.slot+slotsOfLoop {
		f.locals = append(f.locals, Undefined)
	}
	for i, item := range items {
		if err := f.spend(1 + p.size/2); err != nil {
			return err
		}
		f.locals[p.slot+slotItem], f.locals[p.slot+slotIndex] = item, Number(float64(i))
		if stop, err := each(i, item); err != nil || stop {
			return err
		}
	}
	return nil
}

// reduce compiles reduce(list, #acc + #, start).
func (e *exprCompiler) reduce(n *ast.BuiltinNode) operation {
	list := e.need(n.Arguments[0])
	p := e.loopBody(n.Arguments[1], "#acc")
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
		err := f.forEach(list, &p, func(_ int, item Value) (stop bool, err error) {
			if !began {
				acc, began = item, true
				return false, nil
			}
			f.locals[p.slot+slotAcc] = acc
			acc, err = p.body(f)
			return false, err
		})
		if err != nil {
			return Undefined, inLoop("reduce", err)
		}
		return acc, nil
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
