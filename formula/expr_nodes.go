package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// identifier compiles a variable: one of let, or one that the run gives.
func (e *exprCompiler) identifier(n *ast.IdentifierNode) operation {
	if slot := slices.Index(e.scope, n.Value); slot >= 0 {
		slot = lastIndex(e.scope, n.Value)
		return func(f *frame) (Value, error) { return f.locals[slot], nil }
	}
	switch n.Value {
	case "null", "undefined":
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%q is no value here", n.Value), "write nil")
	case "$env":
		return e.problemAt(n, "bad-expression", `"$env" is switched off`, "name the variable that is meant")
	}
	from, length := e.span(n)
	e.reference(Locator{steps: []Step{{Property: n.Value}}}, e.offset+from, length)
	name := n.Value
	return func(f *frame) (Value, error) { return f.vars.Get(name), nil }
}

func lastIndex(names []string, name string) int {
	for i := len(names) - 1; i >= 0; i-- {
		if names[i] == name {
			return i
		}
	}
	return -1
}

// member compiles a.b, a["b"] and a[0]; a missing owner gives a missing
// result, so that one ?? covers all the steps to its left.
func (e *exprCompiler) member(n *ast.MemberNode) operation {
	if op := e.path(n); op != nil {
		return op
	}
	owner, property := e.compile(n.Node), e.need(n.Property)
	return func(f *frame) (Value, error) {
		v, err := owner(f)
		if err != nil || v.IsMissing() {
			return v, err
		}
		p, err := property(f)
		if err != nil {
			return Undefined, err
		}
		return memberOf(v, p)
	}
}

// path compiles members of a variable whose names are all written out, nil if
// they are not.
func (e *exprCompiler) path(n *ast.MemberNode) operation {
	steps := e.pathSteps(n)
	if steps == nil {
		return nil
	}
	return func(f *frame) (Value, error) { return findMember(&f.vars, steps) }
}

// pathSteps returns the steps of such a path, with its variable as the first.
func (e *exprCompiler) pathSteps(n *ast.MemberNode) []Step {
	var steps []Step
	var node ast.Node = n
	for {
		if chain, ok := node.(*ast.ChainNode); ok {
			node = chain.Node
			continue
		}
		m, ok := node.(*ast.MemberNode)
		if !ok {
			break
		}
		switch p := m.Property.(type) {
		case *ast.StringNode:
			steps = append(steps, Step{Property: p.Value})
		case *ast.IntegerNode:
			steps = append(steps, Step{Index: float64(p.Value), IsIndex: true})
		default:
			return nil
		}
		node = m.Node
	}
	root, ok := node.(*ast.IdentifierNode)
	if !ok || slices.Contains(e.scope, root.Value) || root.Value == "$env" {
		return nil
	}
	steps = append(steps, Step{Property: root.Value})
	slices.Reverse(steps)
	from, length := e.span(root)
	e.reference(Locator{steps: steps}, e.offset+from, length)
	return steps
}

// findMember follows steps; unlike a locator it finds falsy items, and counts
// negative indexes from the end.
func findMember(v *Value, steps []Step) (Value, error) {
	for i := range steps {
		s := &steps[i]
		if v.kind == KindObject && !s.IsIndex {
			if v = v.node.at(s.Property); v == nil {
				return Undefined, nil
			}
			continue
		}
		property := Value{kind: KindString, str: s.Property}
		if s.IsIndex {
			property = Number(s.Index)
		}
		item, err := memberOf(*v, property)
		if err != nil || item.IsMissing() {
			return item, err
		}
		v = &item
	}
	return *v, nil
}

func memberOf(v, property Value) (Value, error) {
	switch {
	case v.kind == KindObject && property.kind == KindString:
		return v.Get(property.str), nil
	case v.kind == KindList && property.kind == KindNumber:
		i := property.num
		if i < 0 {
			i += float64(v.Len())
		}
		if i != math.Trunc(i) || i < 0 || i >= float64(v.Len()) {
			return Undefined, nil
		}
		return v.node.items[int(i)], nil
	case v.kind == KindObject || v.kind == KindList:
		return Undefined, noMember(v, property)
	case v.IsMissing():
		return v, nil
	}
	return Undefined, nil
}

func noMember(v, property Value) error {
	switch {
	case property.kind == KindBytes || property.node != nil:
		return fmt.Errorf("a member is named by text or a number, not by %s", kindWithArticle(property))
	case v.kind == KindList && property.str == "length":
		return errors.New("an array has no member \"length\"; len() counts its items")
	}
	return fmt.Errorf("%s has no member %s", kindWithArticle(v), property)
}

func (e *exprCompiler) slice(n *ast.SliceNode) operation {
	owner := e.need(n.Node)
	bound := func(node ast.Node) operation {
		if node == nil {
			return nil
		}
		return e.need(node)
	}
	from, to := bound(n.From), bound(n.To)
	return func(f *frame) (Value, error) {
		v, err := owner(f)
		if err != nil {
			return Undefined, err
		}
		return sliceOf(f, v, from, to)
	}
}

func sliceOf(f *frame, v Value, from, to operation) (Value, error) {
	var size int
	switch v.kind {
	case KindString:
		size = utf8.RuneCountInString(v.str)
		if err := f.spend(len(v.str) / bytesOfStep); err != nil {
			return Undefined, err
		}
	case KindList:
		size = v.Len()
	default:
		return Undefined, fmt.Errorf("a slice is of a text or a list, not of %s", kindWithArticle(v))
	}
	i, err := sliceBound(f, from, 0, size)
	if err != nil {
		return Undefined, err
	}
	j, err := sliceBound(f, to, size, size)
	if err != nil {
		return Undefined, err
	}
	j = max(i, j)
	if v.kind == KindList {
		return List(v.node.items[i:j:j]...), f.spend((j - i) / 4)
	}
	start := runeOffset(v.str, i)
	return String(v.str[start : start+runeOffset(v.str[start:], j-i)]), nil
}

// runeOffset returns the offset of the n-th code point of s.
func runeOffset(s string, n int) int {
	for i := range s {
		if n == 0 {
			return i
		}
		n--
	}
	return len(s)
}

// sliceBound evaluates a bound; a negative one counts from the end.
func sliceBound(f *frame, op operation, otherwise, size int) (int, error) {
	if op == nil {
		return otherwise, nil
	}
	v, err := op(f)
	if err != nil {
		return 0, err
	}
	n, err := integer(v, "a bound of a slice")
	if n < 0 {
		n += size
	}
	return min(max(n, 0), size), err
}

func (e *exprCompiler) conditional(n *ast.ConditionalNode) operation {
	cond, yes, no := e.need(n.Cond), e.compile(n.Exp1), e.compile(n.Exp2)
	return func(f *frame) (Value, error) {
		ok, err := boolean(cond, f, "a condition")
		switch {
		case err != nil:
			return Undefined, err
		case ok:
			return yes(f)
		default:
			return no(f)
		}
	}
}

// boolean evaluates op, which must give true or false.
func boolean(op operation, f *frame, what string) (bool, error) {
	v, err := op(f)
	if err != nil {
		return false, err
	}
	b, ok := v.AsBool()
	if !ok {
		return false, fmt.Errorf("%s is true or false, not %s", what, kindWithArticle(v))
	}
	return b, nil
}

func (e *exprCompiler) array(n *ast.ArrayNode) operation {
	items := make([]operation, len(n.Nodes))
	for i, node := range n.Nodes {
		items[i] = e.need(node)
	}
	return func(f *frame) (Value, error) {
		if err := f.spend(len(items)); err != nil {
			return Undefined, err
		}
		list := make([]Value, len(items))
		for i, op := range items {
			v, err := op(f)
			if err != nil {
				return Undefined, err
			}
			list[i] = v
		}
		return f.made(List(list...))
	}
}

func (e *exprCompiler) object(n *ast.MapNode) operation {
	keys, values := make([]operation, len(n.Pairs)), make([]operation, len(n.Pairs))
	for i, node := range n.Pairs {
		pair := node.(*ast.PairNode)
		keys[i], values[i] = e.need(pair.Key), e.need(pair.Value)
	}
	return func(f *frame) (Value, error) {
		if err := f.spend(len(keys)); err != nil {
			return Undefined, err
		}
		b := NewObject(len(keys))
		for i := range keys {
			k, err := keys[i](f)
			if err != nil {
				return Undefined, err
			}
			v, err := values[i](f)
			if err != nil {
				return Undefined, err
			}
			key, err := textOf(k, "a key")
			if err != nil {
				return Undefined, err
			}
			b.Set(key, v)
		}
		return f.made(b.Value())
	}
}

// let binds a name for the expression behind it.
func (e *exprCompiler) let(n *ast.VariableDeclaratorNode) operation {
	value := e.need(n.Value)
	slot := len(e.scope)
	e.scope = append(e.scope, n.Name)
	body := e.compile(n.Expr)
	e.scope = e.scope[:slot]
	return func(f *frame) (Value, error) {
		v, err := value(f)
		if err != nil {
			return Undefined, err
		}
		return f.with(slot, v, body)
	}
}

// with runs op with a local variable.
func (f *frame) with(slot int, v Value, op operation) (Value, error) {
	for len(f.locals) <= slot {
		f.locals = append(f.locals, Undefined)
	}
	saved := f.locals[slot]
	f.locals[slot] = v
	result, err := op(f)
	f.locals[slot] = saved
	return result, err
}

func (e *exprCompiler) sequence(n *ast.SequenceNode) operation {
	ops := make([]operation, len(n.Nodes))
	for i, node := range n.Nodes {
		ops[i] = e.compile(node)
	}
	return func(f *frame) (v Value, err error) {
		for _, op := range ops {
			if v, err = op(f); err != nil {
				return Undefined, err
			}
		}
		return v, nil
	}
}
