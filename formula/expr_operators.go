package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

func (e *exprCompiler) unary(n *ast.UnaryNode) operation {
	operand := e.need(n.Node)
	switch n.Operator {
	case "!", "not":
		return func(f *frame) (Value, error) {
			b, err := boolean(operand, f, "the operand of "+n.Operator)
			return Bool(!b), err
		}
	case "-", "+":
		negative := n.Operator == "-"
		return func(f *frame) (Value, error) {
			v, err := operand(f)
			if err != nil {
				return Undefined, err
			}
			x, ok := v.AsNumber()
			if !ok {
				return Undefined, fmt.Errorf("the operand of %s is a number, not %s", n.Operator, kindWithArticle(v))
			}
			if negative {
				x = -x
			}
			return Number(x), nil
		}
	}
	return e.problemAt(n, "bad-expression", fmt.Sprintf("%q is no operator here", n.Operator), "")
}

func (e *exprCompiler) binary(n *ast.BinaryNode) operation {
	switch n.Operator {
	case "??":
		return e.coalesce(n)
	case "and", "&&":
		return e.logical(n, false)
	case "or", "||":
		return e.logical(n, true)
	case "==", "!=":
		return e.equality(n)
	case "+":
		return e.sum(n)
	case "matches":
		if pattern, ok := n.Right.(*ast.StringNode); ok {
			return e.matchesLiteral(n, pattern)
		}
	}
	apply := binaryOperator(n.Operator)
	if apply == nil {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%q is no operator here", n.Operator), "")
	}
	left, right := e.need(n.Left), e.need(n.Right)
	return func(f *frame) (Value, error) {
		v, w, err := operands(f, left, right)
		if err != nil {
			return Undefined, err
		}
		return apply(f, v, w)
	}
}

// operands evaluates both sides of an operator, the left one first.
func operands(f *frame, left, right operation) (v, w Value, err error) {
	if v, err = left(f); err == nil {
		w, err = right(f)
	}
	return v, w, err
}

// coalesce is ??: the right side where the left one, or any step to it, is
// missing or null.
func (e *exprCompiler) coalesce(n *ast.BinaryNode) operation {
	left, right := e.compile(n.Left), e.compile(n.Right)
	return func(f *frame) (Value, error) {
		v, err := left(f)
		if err != nil || !v.IsMissing() {
			return v, err
		}
		return right(f)
	}
}

// logical is && and ||; the right side is looked at only if it decides.
func (e *exprCompiler) logical(n *ast.BinaryNode, or bool) operation {
	left, right := e.need(n.Left), e.need(n.Right)
	what := "an operand of " + n.Operator
	return func(f *frame) (Value, error) {
		b, err := boolean(left, f, what)
		if err == nil && b != or {
			b, err = boolean(right, f, what)
		}
		return Bool(b), err
	}
}

// equality compares; a missing value equals nil and nothing else.
func (e *exprCompiler) equality(n *ast.BinaryNode) operation {
	left, right, negate := e.compile(n.Left), e.compile(n.Right), n.Operator == "!="
	if text, ok := n.Right.(*ast.StringNode); ok {
		return func(f *frame) (Value, error) {
			v, err := left(f)
			return Bool((v.kind == KindString && v.str == text.Value) != negate), err
		}
	}
	return func(f *frame) (Value, error) {
		v, w, err := operands(f, left, right)
		if err != nil {
			return Undefined, err
		}
		if v.IsMissing() || w.IsMissing() {
			return Bool((v.IsMissing() && w.IsMissing()) != negate), nil
		}
		same, err := f.equal(v, w)
		return Bool(same != negate), err
	}
}

// ExprOperators returns the operators of expressions, those that bind most
// loosely first.
func ExprOperators() []Operator {
	return []Operator{
		{"a ? b : c", "b if a is true, else c"},
		{"a ?? b", "a, or b where a or any step to it is missing or null"},
		{"a || b, a or b", "whether either is true"},
		{"a && b, a and b", "whether both are true"},
		{"!a, not a", "whether a is false"},
		{"a == b, a != b", "whether they are the same: lists and objects by their content; a missing value equals nil"},
		{"a < b, <=, >, >=", "compares two numbers or two texts"},
		{"a in b", "whether a is an item of the list, or a key of the object, b"},
		{"a contains b, startsWith, endsWith", "whether b stands in the text a, at its start, at its end"},
		{"a matches b", "whether the regular expression b, in RE2 syntax, matches somewhere in the text a"},
		{"a..b", "the list of the whole numbers from a to b"},
		{"a + b", "the sum of two numbers, or two texts as one"},
		{"a - b, *, /, %, **", "calculates with two numbers; % is the rest of a division and ** a power"},
		{"-a", "the number with the other sign"},
		{"a.b, a[b], a?.b", "a member of an object, or an item of a list, from the end if negative"},
		{"a[b:c]", "a part of a text or list, from b up to but without c"},
		{"a | f(b)", "f(a, b)"},
		{"let x = a; b", "b, in which x is a"},
	}
}

// A binaryFunc applies an operator to two values that are there.
type binaryFunc func(f *frame, v, w Value) (Value, error)

// binaryOperator returns what an operator does, nil if there is none.
func binaryOperator(name string) binaryFunc {
	switch name {
	case "-":
		return arithmetic(name, func(x, y float64) float64 { return x - y })
	case "*":
		return arithmetic(name, func(x, y float64) float64 { return x * y })
	case "/":
		return arithmetic(name, func(x, y float64) float64 { return x / y })
	case "%":
		return arithmetic(name, math.Mod)
	case "**", "^":
		return arithmetic(name, math.Pow)
	case "<":
		return ordered(name, func(c int) bool { return c < 0 })
	case "<=":
		return ordered(name, func(c int) bool { return c <= 0 })
	case ">":
		return ordered(name, func(c int) bool { return c > 0 })
	case ">=":
		return ordered(name, func(c int) bool { return c >= 0 })
	case "contains":
		return textual(name, strings.Contains)
	case "startsWith":
		return textual(name, strings.HasPrefix)
	case "endsWith":
		return textual(name, strings.HasSuffix)
	case "matches":
		return matches
	case "in":
		return in
	case "..":
		return sequence
	}
	return nil
}

// sum compiles a chain of additions, a + b + c: texts are joined at once.
func (e *exprCompiler) sum(n *ast.BinaryNode) operation {
	var nodes []ast.Node
	var node ast.Node = n
	for {
		b, ok := node.(*ast.BinaryNode)
		if !ok || b.Operator != "+" {
			break
		}
		nodes = append(nodes, b.Right)
		node = b.Left
	}
	nodes = append(nodes, node)
	slices.Reverse(nodes)
	terms := make([]operation, len(nodes))
	for i, node := range nodes {
		terms[i] = e.need(node)
	}
	return func(f *frame) (Value, error) {
		var buf [4]Value
		values, size, texts := buf[:0], 0, true
		for _, term := range terms {
			v, err := term(f)
			if err != nil {
				return Undefined, err
			}
			values = append(values, v)
			size += len(v.str)
			texts = texts && v.kind == KindString
		}
		if !texts {
			return addUp(f, values)
		}
		if err := f.build(size); err != nil {
			return Undefined, err
		}
		return String(joinTexts(values, size)), nil
	}
}

func joinTexts(values []Value, size int) string {
	var buf [128]byte
	b := buf[:0]
	if size > len(buf) {
		b = make([]byte, 0, size)
	}
	for i := range values {
		b = append(b, values[i].str...)
	}
	return string(b)
}

// addUp adds values that are not all texts, from left to right.
func addUp(f *frame, values []Value) (Value, error) {
	total := values[0]
	for _, v := range values[1:] {
		var err error
		if total, err = plus(f, total, v); err != nil {
			return Undefined, err
		}
	}
	return total, nil
}

func plus(f *frame, v, w Value) (Value, error) {
	switch {
	case v.kind == KindNumber && w.kind == KindNumber:
		return finite(v.num + w.num)
	case v.kind == KindString && w.kind == KindString:
		if err := f.build(len(v.str) + len(w.str)); err != nil {
			return Undefined, err
		}
		return String(v.str + w.str), nil
	}
	if v.kind == KindBytes || w.kind == KindBytes {
		return Undefined, errBytesInText
	}
	hint := ""
	if v.kind == KindString || w.kind == KindString {
		hint = "; string() makes text of a number or boolean"
	}
	return Undefined, fmt.Errorf("+ takes two texts or two numbers, not %s and %s%s", kindWithArticle(v), kindWithArticle(w), hint)
}

// finite returns x, which must be a number that JSON can hold.
func finite(x float64) (Value, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Undefined, errors.New("the result is no number: a division by zero, or too large")
	}
	return Number(x), nil
}

func arithmetic(name string, op func(x, y float64) float64) binaryFunc {
	return func(_ *frame, v, w Value) (Value, error) {
		if v.kind != KindNumber || w.kind != KindNumber {
			return Undefined, fmt.Errorf("%s takes two numbers, not %s and %s", name, kindWithArticle(v), kindWithArticle(w))
		}
		return finite(op(v.num, w.num))
	}
}

func ordered(name string, holds func(int) bool) binaryFunc {
	return func(f *frame, v, w Value) (Value, error) {
		switch {
		case v.kind == KindNumber && w.kind == KindNumber:
			c := 0
			if v.num < w.num {
				c = -1
			} else if v.num > w.num {
				c = 1
			}
			return Bool(holds(c)), nil
		case v.kind == KindString && w.kind == KindString:
			return Bool(holds(strings.Compare(v.str, w.str))), f.spend(min(len(v.str), len(w.str)) / bytesOfStep)
		}
		return Undefined, fmt.Errorf("%s compares two numbers or two texts, not %s and %s", name, kindWithArticle(v), kindWithArticle(w))
	}
}

func textual(name string, holds func(s, part string) bool) binaryFunc {
	return func(f *frame, v, w Value) (Value, error) {
		s, err := textOf(v, "the left side of "+name)
		if err == nil {
			err = f.spend(1 + len(s)/bytesOfStep)
		}
		if err != nil {
			return Undefined, err
		}
		part, err := textOf(w, "the right side of "+name)
		return Bool(err == nil && holds(s, part)), err
	}
}

func in(f *frame, v, w Value) (Value, error) {
	if w.kind == KindObject {
		key, err := textOf(v, "the left side of in")
		return Bool(err == nil && w.Has(key)), err
	}
	list, ok := w.AsList()
	if !ok {
		return Undefined, fmt.Errorf("the right side of in is a list or an object, not %s", kindWithArticle(w))
	}
	for _, item := range list {
		if same, err := f.equal(item, v); err != nil || same {
			return Bool(same), err
		}
	}
	return Bool(false), nil
}

// maxRange bounds the items of a range.
const maxRange = 10_000

// sequence is the operator "..": the whole numbers from v to w.
func sequence(f *frame, v, w Value) (Value, error) {
	from, err := integer(v, "a bound of a range")
	if err != nil {
		return Undefined, err
	}
	to, err := integer(w, "a bound of a range")
	if err != nil {
		return Undefined, err
	}
	if to-from >= maxRange {
		return Undefined, fmt.Errorf("a range has at most %d items", maxRange)
	}
	list := []Value{}
	for i := from; i <= to; i++ {
		if err := f.spend(1); err != nil {
			return Undefined, err
		}
		list = append(list, Number(float64(i)))
	}
	return List(list...), nil
}
