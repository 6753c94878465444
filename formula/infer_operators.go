package formula

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

func (e *exprChecker) unaryType(n *ast.UnaryNode) *dataType {
	t := e.need(n.Node)
	what := "the operand of " + n.Operator
	if n.Operator == "!" || n.Operator == "not" {
		e.wants(n.Node, t, ofBool, what)
		return boolType
	}
	e.wants(n.Node, t, ofNumber, what)
	if v, ok := t.single(); ok && v.kind == KindNumber && n.Operator == "-" {
		return literalType(Number(-v.num))
	}
	return numberType
}

func (e *exprChecker) binaryType(n *ast.BinaryNode) *dataType {
	switch n.Operator {
	case "??":
		return e.coalesceType(n)
	case "and", "&&", "or", "||":
		mark := len(e.read)
		what := "an operand of " + n.Operator
		e.wants(n.Left, e.need(n.Left), ofBool, what)
		e.guard(mark, func() { e.wants(n.Right, e.need(n.Right), ofBool, what) })
		return boolType
	case "==", "!=":
		left, right := e.infer(n.Left), e.infer(n.Right)
		e.equalityOf(n, left, right)
		return boolType
	}
	left, right := e.need(n.Left), e.need(n.Right)
	switch n.Operator {
	case "+":
		return e.sumType(n, left, right)
	case "-", "*", "/", "%", "**", "^":
		_ = e.wants(n.Left, left, ofNumber, "the left side of "+n.Operator) && e.wants(n.Right, right, ofNumber, "the right side of "+n.Operator)
		return numberType
	case "<", "<=", ">", ">=":
		e.ordered(n, left, right)
	case "contains", "startsWith", "endsWith", "matches":
		_ = e.wants(n.Left, left, ofText, "the left side of "+n.Operator) && e.wants(n.Right, right, ofText, "the right side of "+n.Operator)
	case "in":
		e.within(n, left, right)
	case "..":
		_ = e.wants(n.Left, left, ofNumber, "a bound of a range") && e.wants(n.Right, right, ofNumber, "a bound of a range")
		return numbersType
	}
	return boolType
}

func (e *exprChecker) coalesceType(n *ast.BinaryNode) *dataType {
	left := e.infer(n.Left)
	right := e.infer(n.Right)
	if left.kinds != 0 && !left.can(ofMissing) {
		return left
	}
	return union(left.present(), right)
}

func (e *exprChecker) sumType(n *ast.BinaryNode, left, right *dataType) *dataType {
	both := left.kinds & right.kinds & (ofNumber | ofText)
	switch {
	case left.kinds == 0 || right.kinds == 0:
		return nothingType
	case both != 0:
		return &dataType{kinds: both}
	}
	hint := ""
	switch {
	case (left.kinds|right.kinds)&ofBytes != 0:
		hint = "hex() or base64() makes text of bytes"
	case left.can(ofText) || right.can(ofText):
		hint = "string() makes text of a number or boolean"
	}
	e.wrong(n, "wrong-type", fmt.Sprintf("+ takes two texts or two numbers, not %s and %s", left.kindWords(), right.kindWords()), hint)
	return nothingType
}

func (e *exprChecker) ordered(n *ast.BinaryNode, left, right *dataType) {
	if left.kinds != 0 && right.kinds != 0 && left.kinds&right.kinds&(ofNumber|ofText) == 0 {
		hint := ""
		if (left.kinds|right.kinds)&^(ofNumber|ofText) == 0 {
			hint = "number() makes a number of text"
		}
		e.wrong(n, "wrong-type", fmt.Sprintf("%s compares two numbers or two texts, not %s and %s", n.Operator, left.kindWords(), right.kindWords()), hint)
	}
}

func (e *exprChecker) within(n *ast.BinaryNode, left, right *dataType) {
	if !e.wants(n.Right, right, ofList|ofObject, "the right side of in") {
		return
	}
	if right.kinds == ofObject {
		e.wants(n.Left, left, ofText, "the left side of in an object")
		return
	}
	if right.kinds == ofList && left.kinds != 0 && left.known() && !mayBeSame(left, right.itemType()) && right.itemType().kinds != 0 {
		e.wrong(n.Left, "never-equal", neverEqual(left, right.itemType())+", so in is always false", "")
	}
}

// equalityOf reports a comparison that has always the same outcome since the
// types differ. Two parts that are written out are not worth it.
func (e *exprChecker) equalityOf(n *ast.BinaryNode, left, right *dataType) {
	if left.kinds&^ofMissing == 0 || right.kinds&^ofMissing == 0 || !left.known() || !right.known() {
		return
	}
	_, a := left.single()
	_, b := right.single()
	if a && b || mayBeSame(left.present(), right.present()) || left.can(ofMissing) && right.can(ofMissing) {
		return
	}
	node, t, operand := n.Right, left, right
	if a {
		node, t, operand = n.Left, right, left
	}
	e.wrong(node, "never-equal", fmt.Sprintf("%s, so %s is always %v", neverEqual(t, operand), n.Operator, n.Operator == "!="), nearestValue(t, operand))
}

// callType infers the type of a function's result.
func (e *exprChecker) callType(n *ast.CallNode) *dataType {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return nothingType
	}
	var fn *ExprFunc
	for i := range exprFuncs {
		if exprFuncs[i].Name == name.Value {
			fn = &exprFuncs[i]
		}
	}
	if fn == nil {
		return nothingType
	}
	types := make([]*dataType, len(n.Arguments))
	for i, arg := range n.Arguments {
		argument := e.need
		if fn.maybe {
			argument = e.infer
		}
		types[i] = argument(arg)
		if i < len(fn.takes) {
			e.wants(arg, types[i], fn.takes[i], argumentName(fn, i))
		}
	}
	if format, ok := formatOf(fn.Name, types); ok {
		return timeType(format)
	}
	if fn.infer != nil {
		return fn.infer(types[0])
	}
	return fn.gives
}

// argumentName says which argument of a function is meant.
func argumentName(fn *ExprFunc, i int) string {
	if fn.max == 1 {
		return "the argument of " + fn.Name
	}
	return fmt.Sprintf("the %s argument of %s", [...]string{"first", "second", "third"}[i], fn.Name)
}

// formatOf returns the format of a time, if it is written out.
func formatOf(name string, types []*dataType) (string, bool) {
	if name != "now" && name != "formatTime" {
		return "", false
	}
	if len(types) == 0 {
		return "unix", true
	}
	v, ok := types[len(types)-1].single()
	return v.Text(), ok && v.kind == KindString
}

func timeType(format string) *dataType {
	if format == "unix" || format == "unixMs" {
		return numberType
	}
	return textType
}

// loopType infers the type of a function that takes a predicate.
func (e *exprChecker) loopType(n *ast.BuiltinNode) *dataType {
	list := e.need(n.Arguments[0])
	if !e.wants(n.Arguments[0], list, ofList, "the first argument of "+n.Name) {
		return nothingType
	}
	list = list.only(ofList)
	item := list.itemType()
	if n.Name == "reduce" {
		return e.reduceType(n, item)
	}
	made := item
	if len(n.Arguments) > 1 {
		made = e.bodyType(n.Arguments[1], item, "", nothingType)
	}
	switch n.Name {
	case "map":
		return &dataType{kinds: ofList, item: made}
	case "sum":
		e.wants(n.Arguments[len(n.Arguments)-1], made, ofNumber, "what sum adds")
		return numberType
	case "sortBy":
		e.wants(n.Arguments[1], made, ofNumber|ofText, "what sortBy orders by")
		return list
	}
	e.wants(n.Arguments[len(n.Arguments)-1], made, ofBool, "a predicate")
	switch n.Name {
	case "filter":
		return list
	case "count", "findIndex":
		return numberType
	case "find":
		return item.orMissing(false)
	}
	return boolType
}

func (e *exprChecker) reduceType(n *ast.BuiltinNode, item *dataType) *dataType {
	start := item.orMissing(false)
	if len(n.Arguments) > 2 {
		start = e.need(n.Arguments[2])
	}
	return union(start, e.bodyType(n.Arguments[1], item, "#acc", anyType))
}

// bodyType infers what a predicate makes of an item.
func (e *exprChecker) bodyType(node ast.Node, item *dataType, acc string, accType *dataType) *dataType {
	size := len(e.scope)
	e.scope = append(e.scope, "#", "#index", acc)
	e.locals = append(e.locals, item, numberType, accType)
	if p, ok := node.(*ast.PredicateNode); ok {
		node = p.Node
	}
	t := e.need(node)
	e.scope, e.locals = e.scope[:size], e.locals[:size]
	return t
}
