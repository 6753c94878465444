package formula

import (
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// An exprChecker infers the types of one expression.
type exprChecker struct {
	*exprCompiler
	*checker
	tree   ast.Node
	locals []*dataType // of the names in scope
}

// exprChecker returns the checker of an expression, nil if the compiler could
// not read that.
func (c *checker) exprChecker(source string, offset int) *exprChecker {
	tree, ok := c.trees[source]
	if !ok {
		return nil
	}
	return &exprChecker{exprCompiler: &exprCompiler{compiler: c.compiler, source: source, offset: offset}, checker: c, tree: tree}
}

// expression infers the type of an expression, whose result is there.
func (c *checker) expression(source string, offset int) *dataType {
	e := c.exprChecker(source, offset)
	if e == nil {
		return nothingType
	}
	return e.need(e.tree)
}

// wrong reports a part of the expression that cannot apply to its types.
func (e *exprChecker) wrong(node ast.Node, code, message, hint string) {
	from, length := e.span(node)
	_ = e.problem(from, length, code, message, hint)
}

// need infers the type of node, which must not be missing.
func (e *exprChecker) need(node ast.Node) *dataType {
	t := e.infer(node)
	if t.absent && t.can(ofMissing) && !e.alwaysThere(node) {
		e.maybeMissing(node)
	}
	return t.present()
}

func (e *exprChecker) maybeMissing(node ast.Node) {
	path, ok := pathOf(node)
	if !ok {
		path = strings.TrimSpace(e.source)
	}
	from, length := e.wholeSpan(node)
	_ = e.problem(from, length, "maybe-missing", fmt.Sprintf("%q may be missing, and then there is no value", path),
		fmt.Sprintf(`add it to required in its schema, or give it a default, as in %s ?? "…"`, path))
	e.checker.problems[len(e.checker.problems)-1].Advice = true
}

// wholeSpan returns the byte range of a path with all its members.
func (e *exprChecker) wholeSpan(node ast.Node) (from, length int) {
	from, length = e.span(node)
	end, start := from+length, from
	for {
		switch n := node.(type) {
		case *ast.ChainNode:
			node = n.Node
			continue
		case *ast.MemberNode:
			if at, size := e.span(n.Property); at+size > end {
				end = at + size
			}
			node = n.Node
			continue
		}
		break
	}
	if at, _ := e.span(node); at < start {
		start = at
	}
	return start, end - start
}

// wants reports node unless its type may be of one of the kinds; what says
// what it is.
func (e *exprChecker) wants(node ast.Node, t *dataType, k kinds, what string) bool {
	if t.kinds == 0 || t.can(k) {
		return true
	}
	hint := ""
	switch {
	case t.kinds == ofBytes && k&ofText != 0:
		hint = "hex() or base64() makes text of them"
	case t.kinds&^(ofNumber|ofBool) == 0 && k&ofText != 0:
		hint = "string() makes text of it"
	case t.kinds == ofText && k == ofNumber:
		hint = "number() makes a number of it"
	case t.kinds&^(ofList|ofObject) == 0 && k&ofText != 0:
		hint = "jsonEncode() makes text of it"
		if t.kinds == ofList {
			hint = "join() makes text of a list, jsonEncode() of anything"
		}
	}
	wanted := &dataType{kinds: k}
	e.wrong(node, "wrong-type", fmt.Sprintf("%s is %s, not %s", what, wanted.kindWords(), t.kindWords()), hint)
	return false
}

// inText checks an expression that stands in a text.
func (e *exprChecker) inText(node ast.Node, t *dataType) {
	e.wants(node, t, ofScalar, "what stands in a text")
}

// infer infers the type of node; the result may be missing.
func (e *exprChecker) infer(node ast.Node) *dataType {
	switch n := node.(type) {
	case *ast.NilNode:
		return nullType
	case *ast.BoolNode:
		return literalType(Bool(n.Value))
	case *ast.IntegerNode:
		return literalType(Number(float64(n.Value)))
	case *ast.FloatNode:
		return literalType(Number(n.Value))
	case *ast.StringNode:
		return literalType(String(n.Value))
	case *ast.BytesNode:
		return bytesType
	case *ast.IdentifierNode:
		return e.variable(n)
	case *ast.ChainNode:
		return e.infer(n.Node)
	case *ast.MemberNode:
		return e.memberType(n)
	case *ast.SliceNode:
		return e.sliceType(n)
	case *ast.UnaryNode:
		return e.unaryType(n)
	case *ast.BinaryNode:
		return e.binaryType(n)
	case *ast.ConditionalNode:
		return e.conditionalType(n)
	case *ast.ArrayNode:
		return e.arrayType(n)
	case *ast.MapNode:
		return e.objectType(n)
	case *ast.CallNode:
		return e.callType(n)
	case *ast.BuiltinNode:
		return e.loopType(n)
	case *ast.PointerNode:
		if i := lastIndex(e.scope, "#"+n.Name); i >= 0 {
			return e.locals[i]
		}
	case *ast.VariableDeclaratorNode:
		value := e.need(n.Value)
		return e.with(n.Name, value, n.Expr)
	case *ast.SequenceNode:
		t := undefinedType
		for _, part := range n.Nodes {
			t = e.infer(part)
		}
		return t
	}
	return anyType
}

// with infers the type of body, in which name is of type t.
func (e *exprChecker) with(name string, t *dataType, body ast.Node) *dataType {
	e.scope, e.locals = append(e.scope, name), append(e.locals, t)
	defer func() { e.scope, e.locals = e.scope[:len(e.scope)-1], e.locals[:len(e.locals)-1] }()
	return e.infer(body)
}

func (e *exprChecker) variable(n *ast.IdentifierNode) *dataType {
	if i := lastIndex(e.scope, n.Value); i >= 0 {
		return e.locals[i]
	}
	steps := []Step{{Property: n.Value}}
	from, length := e.span(n)
	e.reportStep(e.vars, steps, Problem{Offset: e.offset + from, Length: length})
	t := undefinedType
	if e.vars.can(ofObject) {
		t, _ = e.vars.members.find(n.Value)
		if e.vars.kinds != ofObject {
			t = t.orMissing(false)
		}
	}
	return e.seen(readPath{path: n.Value}, t)
}

// memberType infers the type of a.b, a["b"] and a[0]. A missing owner gives a
// missing result.
func (e *exprChecker) memberType(n *ast.MemberNode) *dataType {
	owner, property := e.infer(n.Node), e.need(n.Property)
	t := e.memberOf(n, owner, property)
	if owner.can(ofMissing) {
		if owner.can(ofNull) {
			t = union(t, nullType)
		}
		t = t.orMissing(owner.absent)
	}
	if path, ok := pathOf(n); ok {
		return e.seen(readPath{path: path}, t)
	}
	return t
}

func (e *exprChecker) memberOf(n *ast.MemberNode, owner, property *dataType) *dataType {
	there := owner.present()
	if there.kinds == 0 {
		return undefinedType
	}
	t := nothingType
	if owner.can(ofList) && property.can(ofNumber) {
		t = union(t, there.itemType().orMissing(false))
	}
	name, literal := property.single()
	switch {
	case !owner.can(ofObject) || !property.can(ofText):
	case literal && property.kinds == ofText:
		member, _ := there.members.find(name.str)
		t = union(t, member)
	default:
		t = union(t, anyType)
	}
	if there.can(ofScalar | ofBytes) {
		t = t.orMissing(false)
	}
	e.reportMember(n, there, property)
	return t
}

// reportMember reports a member that is not there for sure, or by the schema.
func (e *exprChecker) reportMember(n *ast.MemberNode, owner, property *dataType) {
	path, named := pathOf(n.Node)
	if !named {
		path = "the value"
	} else {
		path = fmt.Sprintf("%q", path)
	}
	name, literal := property.single()
	switch {
	case !owner.known() || property.kinds == 0:
		return
	case owner.never(ofList | ofObject):
		e.wrong(n.Property, "no-member", fmt.Sprintf("%s is %s, which has no members", path, owner.kindWords()), scalarHint(owner, name, path))
	case owner.kinds == ofList && property.never(ofNumber):
		list := "list"
		if named {
			list = strings.Trim(path, `"`)
		}
		hint := fmt.Sprintf("name one of its items, as in %s[0], or go through them with map(%s, …)", list, list)
		if name.str == "length" {
			hint = "len() counts its items"
		}
		e.wrong(n.Property, "no-member", fmt.Sprintf("%s is an array, which has no member %s", path, property.describe()), hint)
	case owner.kinds == ofObject && property.never(ofText):
		e.wrong(n.Property, "no-member", fmt.Sprintf("%s is an object, which has no member %s", path, property.describe()), memberHint(owner, path))
	case owner.kinds == ofObject && literal:
		e.unknownMemberOf(n, owner, name.str, path, named)
	}
}

// scalarHint says what to write in place of a member of a text or a number.
func scalarHint(owner *dataType, name Value, what string) string {
	if name.Text() == "length" && owner.can(ofText) {
		return "len() counts its characters"
	}
	return memberHint(owner, what)
}

func (e *exprChecker) unknownMemberOf(n *ast.MemberNode, owner *dataType, name, path string, named bool) {
	said, _ := e.memberProblem(owner.members, name, func() string {
		if !named {
			return ""
		}
		return strings.Trim(path, `"`) + "."
	})
	if said.Code != "" {
		e.wrong(n.Property, said.Code, said.Message, said.Hint)
		e.checker.problems[len(e.checker.problems)-1].Advice = said.Advice
	}
}

func (e *exprChecker) sliceType(n *ast.SliceNode) *dataType {
	t := e.need(n.Node)
	for _, bound := range []ast.Node{n.From, n.To} {
		if bound != nil {
			e.wants(bound, e.need(bound), ofNumber, "a bound of a slice")
		}
	}
	if !e.wants(n.Node, t, ofText|ofList, "what a slice is taken of") {
		return nothingType
	}
	made := t.only(ofText | ofList)
	if made.can(ofText) {
		made = union(made.only(ofList), textType)
	}
	return made
}

func (e *exprChecker) conditionalType(n *ast.ConditionalNode) *dataType {
	mark := len(e.read)
	e.wants(n.Cond, e.need(n.Cond), ofBool, "a condition")
	var yes, no *dataType
	e.guard(mark, func() { yes, no = e.infer(n.Exp1), e.infer(n.Exp2) })
	return union(yes, no)
}

func (e *exprChecker) arrayType(n *ast.ArrayNode) *dataType {
	item := nothingType
	for _, node := range n.Nodes {
		item = union(item, e.need(node))
	}
	return &dataType{kinds: ofList, item: item}
}

func (e *exprChecker) objectType(n *ast.MapNode) *dataType {
	m, known := &memberTypes{}, true
	for _, node := range n.Pairs {
		pair := node.(*ast.PairNode)
		key, value := e.need(pair.Key), e.need(pair.Value)
		e.wants(pair.Key, key, ofText, "a key")
		name, single := key.single()
		if !single || name.kind != KindString {
			known = false
			continue
		}
		if i := slices.Index(m.keys, name.str); i >= 0 {
			m.types[i] = value
			continue
		}
		m.set(name.str, value)
	}
	if !known || slices.Contains(m.keys, copyName) {
		return anyType
	}
	return &dataType{kinds: ofObject, members: m}
}
