package formula

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// An operation is a compiled part of an expression. Its result may be missing:
// whoever needs a value asks through [exprCompiler.need].
type operation func(*frame) (Value, error)

// An exprCompiler compiles the syntax tree of one expression. The tree comes
// from expr-lang; evaluation is ours, since expr's own machine bounds neither
// the time nor the memory that an expression takes, and gives no say in what a
// missing member is.
type exprCompiler struct {
	*compiler
	source string
	offset int      // of source in the text at the compiler's path
	scope  []string // names of let variables, in the order of their slots
	nodes  int      // parts compiled so far
}

// expression compiles an expression that stands at offset in the text at the
// compiler's path. Its result must not be missing.
func (c *compiler) expression(source string, offset, length int) compiled {
	op, pointer := c.operation(source, offset), c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		v, err := op(f)
		if err != nil {
			return Undefined, &Error{Pointer: pointer, Offset: offset, Length: length, Err: err}
		}
		return v, nil
	}}
}

// operation compiles an expression to something whose errors have no place yet.
func (c *compiler) operation(source string, offset int) operation {
	e := &exprCompiler{compiler: c, source: source, offset: offset}
	op, err := e.parse()
	if err != nil {
		return func(*frame) (Value, error) { return Undefined, err }
	}
	return op
}

// parse reports what it cannot read and returns it as an error, too.
func (e *exprCompiler) parse() (operation, error) {
	if strings.TrimSpace(e.source) == "" {
		return nil, e.problem(0, len(e.source), "bad-expression", "the expression is empty", "write a variable between the braces, as in ${connectionInput.apiKey}")
	}
	if len(e.source) > maxSource {
		return nil, e.problem(0, len(e.source), "bad-expression", fmt.Sprintf("the expression is longer than %d bytes", maxSource), "")
	}
	tree, err := parser.ParseWithConfig(e.source, &conf.Config{MaxNodes: maxNodes, Disabled: exprBuiltins})
	if err != nil {
		return nil, e.syntaxProblem(err)
	}
	before := len(e.problems)
	op := e.need(tree.Node)
	for _, p := range e.problems[before:] {
		if p.Code == "bad-expression" || p.Code == "unknown-function" {
			return nil, errors.New(p.Message)
		}
	}
	e.keep(e.source, tree.Node)
	return op, nil
}

// exprBuiltins switches every function of expr off: those of this package take
// their place, with bounds.
var exprBuiltins = func() map[string]bool {
	m := make(map[string]bool, len(builtin.Builtins))
	for _, b := range builtin.Builtins {
		m[b.Name] = true
	}
	return m
}()

// problem reports a problem at a byte range of the expression.
func (e *exprCompiler) problem(from, length int, code, message, hint string) error {
	e.problems = append(e.problems, Problem{
		Code: code, Pointer: e.pointer(), Offset: e.offset + from, Length: length, Message: message, Hint: hint,
	})
	return errors.New(message)
}

// problemAt reports a problem with the part of the expression that node is.
func (e *exprCompiler) problemAt(node ast.Node, code, message, hint string) operation {
	from, length := e.span(node)
	err := e.problem(from, length, code, message, hint)
	return func(*frame) (Value, error) { return Undefined, err }
}

// span returns the byte range of node in the source; expr counts code points.
func (e *exprCompiler) span(node ast.Node) (from, length int) {
	loc := node.Location()
	if p, ok := node.(*ast.PointerNode); ok && p.Name != "" {
		loc.To = loc.From + 1 + len(p.Name)
	}
	from, to := e.byteOffset(loc.From), e.byteOffset(max(loc.To, loc.From+1))
	return from, to - from
}

func (e *exprCompiler) byteOffset(runes int) int {
	for i := range e.source {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(e.source)
}

// syntaxProblem reports what the parser could not read, in our words.
func (e *exprCompiler) syntaxProblem(err error) error {
	var at *file.Error
	if !errors.As(err, &at) {
		return e.problem(0, len(e.source), "bad-expression", "the expression cannot be read", "")
	}
	from, to := e.byteOffset(at.From), e.byteOffset(at.To)
	if from == len(e.source) { // it ends too early: the last character is shown
		_, size := utf8.DecodeLastRuneInString(e.source)
		from -= size
	}
	_, size := utf8.DecodeRuneInString(e.source[from:])
	message, hint := syntaxMessage(at.Message, e.source)
	return e.problem(from, max(to-from, size), "bad-expression", message, hint)
}

func syntaxMessage(m, source string) (message, hint string) {
	token, isToken := strings.CutPrefix(m, "unexpected token ")
	switch {
	case token == "EOF", m == "unexpected end of expression":
		return "the expression ends too early", "a bracket or an operand is missing"
	case isToken:
		if _, text, ok := strings.Cut(token, "("); ok {
			token = strings.Trim(strings.TrimSuffix(text, ")"), `"`)
		}
		hint := ""
		switch {
		case token == "=":
			hint = "write == to compare"
		case token == ":" && !strings.Contains(source, "?"):
			hint = "to join texts with a colon, write user + ':' + password"
		}
		return fmt.Sprintf("unexpected %q in the expression", token), hint
	case strings.Contains(m, "coalesce"):
		return "?? cannot be mixed with other operators", "put brackets around it, as in (a ?? b) + c"
	case strings.Contains(m, "expected at least"):
		return "a predicate is missing", "write what to do with each item, as in map(list, .name) or filter(list, # > 1)"
	case strings.Contains(m, "literal not terminated"):
		return "a text in the expression has no closing quote", ""
	case strings.Contains(m, "maximum allowed nodes"):
		return fmt.Sprintf("the expression has more than %d parts", maxNodes), ""
	default:
		return "the expression cannot be read: " + m, ""
	}
}

// need compiles node to an operation whose result is there: a missing or null
// value is an error that names it.
func (e *exprCompiler) need(node ast.Node) operation {
	if m, ok := node.(*ast.MemberNode); ok {
		if steps := e.pathSteps(m); steps != nil {
			e.nodes++
			return e.needPath(m, steps)
		}
	}
	op := e.compile(node)
	if e.alwaysThere(node) {
		return op
	}
	path, ok := pathOf(node)
	if !ok {
		path = strings.TrimSpace(e.source)
	}
	return func(f *frame) (Value, error) {
		v, err := op(f)
		if err == nil && v.kind <= KindNull {
			err = &MissingError{Path: path, Null: v.kind == KindNull}
		}
		return v, err
	}
}

// needPath is what need compiles a variable with its members to.
func (e *exprCompiler) needPath(node ast.Node, steps []Step) operation {
	path, _ := pathOf(node)
	return func(f *frame) (Value, error) {
		v, err := findMember(&f.vars, steps)
		if err == nil && v.kind <= KindNull {
			err = &MissingError{Path: path, Null: v.kind == KindNull}
		}
		return v, err
	}
}

// alwaysThere tells whether the result of node is never missing.
func (e *exprCompiler) alwaysThere(node ast.Node) bool {
	switch n := node.(type) {
	case *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.BytesNode, *ast.UnaryNode, *ast.ArrayNode, *ast.MapNode, *ast.SliceNode:
		return true
	case *ast.BinaryNode:
		return n.Operator != "??"
	case *ast.CallNode:
		name, ok := n.Callee.(*ast.IdentifierNode)
		return ok && name.Value != jsonDecodeFunc.Name
	}
	return false
}

// compile compiles node; the result may be missing.
func (e *exprCompiler) compile(node ast.Node) operation {
	e.nodes++
	switch n := node.(type) {
	case *ast.NilNode:
		return literal(Null)
	case *ast.BoolNode:
		return literal(Bool(n.Value))
	case *ast.IntegerNode:
		return literal(Number(float64(n.Value)))
	case *ast.FloatNode:
		return literal(Number(n.Value))
	case *ast.StringNode:
		return literal(String(n.Value))
	case *ast.BytesNode:
		return literal(Bytes(n.Value))
	case *ast.IdentifierNode:
		return e.identifier(n)
	case *ast.ChainNode:
		return e.compile(n.Node)
	case *ast.MemberNode:
		return e.member(n)
	case *ast.SliceNode:
		return e.slice(n)
	case *ast.UnaryNode:
		return e.unary(n)
	case *ast.BinaryNode:
		return e.binary(n)
	case *ast.ConditionalNode:
		return e.conditional(n)
	case *ast.ArrayNode:
		return e.array(n)
	case *ast.MapNode:
		return e.object(n)
	case *ast.CallNode:
		return e.call(n)
	case *ast.BuiltinNode:
		return e.predicate(n)
	case *ast.PointerNode:
		return e.loopVariable(n)
	case *ast.VariableDeclaratorNode:
		return e.let(n)
	case *ast.SequenceNode:
		return e.sequence(n)
	default:
		return e.problemAt(node, "bad-expression", "this form of expression is not part of the language", "")
	}
}

func literal(v Value) operation { return func(*frame) (Value, error) { return v, nil } }

// pathOf returns the text of a variable, a loop variable or a call with its
// members, as in a.b[0].
func pathOf(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		return n.Value, true
	case *ast.PointerNode:
		return "#" + n.Name, true
	case *ast.BuiltinNode:
		return n.Name + "(…)", true
	case *ast.CallNode:
		name, ok := pathOf(n.Callee)
		return name + "(…)", ok
	case *ast.ChainNode:
		return pathOf(n.Node)
	case *ast.MemberNode:
		path, ok := pathOf(n.Node)
		if !ok {
			return "", false
		}
		switch p := n.Property.(type) {
		case *ast.StringNode:
			return path + "." + p.Value, true
		case *ast.IntegerNode:
			return fmt.Sprintf("%s[%d]", path, p.Value), true
		}
		return path + "[…]", true
	}
	return "", false
}
