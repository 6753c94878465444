package jsonata

import "strings"

const (
	maxSource = 256 << 10 // bytes of an expression
	maxParse  = 1000      // nested expressions
)

// A parser reads an expression by the precedence of its operators.
type parser struct {
	lex   lexer
	tok   token // the next one
	depth int
}

// precedence says how strongly an operator binds what stands left of it.
var precedence = map[string]int{
	".": 75, "[": 80, "{": 70, "(": 80, "@": 80, "#": 80, "?": 20,
	"+": 50, "-": 50, "*": 60, "/": 60, "%": 60, "&": 50,
	"=": 40, "<": 40, ">": 40, "^": 40, "!=": 40, "<=": 40, ">=": 40, "~>": 40, "in": 40,
	"and": 30, "or": 25, ":=": 10,
}

const (
	bindNegate = 70
	bindFocus  = 80
)

// parse returns the resolved tree of an expression, and how large its regular
// expressions are.
func parse(src string) (tree *node, weight int, err error) {
	if len(src) > maxSource {
		return nil, 0, syntaxError(CodeExprTooLarge, 0, "")
	}
	p := parser{lex: lexer{src: src}}
	if tree, err = p.all(); err != nil {
		return nil, 0, err
	}
	tree, err = resolve(tree)
	return tree, p.lex.weight, err
}

func (p *parser) all() (*node, error) {
	if err := p.advance(false); err != nil {
		return nil, err
	}
	tree, err := p.expression(0)
	if err == nil && p.tok.kind != tokEnd {
		err = syntaxError("S0201", p.tok.pos, p.tok.describe())
	}
	return tree, err
}

func (p *parser) advance(afterOperand bool) (err error) {
	p.tok, err = p.lex.next(afterOperand)
	return err
}

func (p *parser) at(op string) bool { return p.tok.kind == tokOperator && p.tok.text == op }

// expect takes op from the source.
func (p *parser) expect(op string, afterOperand bool) error {
	if p.at(op) {
		return p.advance(afterOperand)
	}
	code := "S0202"
	if p.tok.kind == tokEnd {
		code = "S0203"
	}
	err := &Error{Code: code, Position: p.tok.pos, Token: p.tok.describe(), Value: op}
	err.Message = strings.ReplaceAll(messages[code], "{want}", `"`+op+`"`)
	err.complete()
	return err
}

// accept takes op from the source if it is next.
func (p *parser) accept(op string) (bool, error) {
	if !p.at(op) {
		return false, nil
	}
	return true, p.advance(false)
}

// expression reads operands and operators that bind more strongly than bind.
func (p *parser) expression(bind int) (*node, error) {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > maxParse {
		return nil, syntaxError(CodeExprTooLarge, p.tok.pos, "")
	}
	first := p.tok
	if err := p.advance(true); err != nil {
		return nil, err
	}
	left, err := p.operand(first)
	for err == nil && p.tok.kind == tokOperator && bind < precedence[p.tok.text] {
		op := p.tok
		if err = p.advance(false); err != nil {
			return nil, err
		}
		left, err = p.operator(op, left)
	}
	return left, err
}

// operand reads what begins with t.
func (p *parser) operand(t token) (*node, error) {
	n := &node{pos: t.pos, text: t.text}
	switch t.kind {
	case tokEnd:
		n.kind = kindEnd
	case tokName:
		n.kind = kindName
	case tokVariable:
		n.kind = kindVariable
	case tokString:
		n.kind, n.value = kindString, t.text
	case tokNumber:
		n.kind, n.value = kindNumber, t.value
	case tokValue:
		n.kind, n.value = kindValue, t.value
	case tokRegex:
		n.kind, n.regex = kindRegex, t.regex
	default:
		return p.prefix(n)
	}
	return n, nil
}

// prefix reads what begins with the operator n.
func (p *parser) prefix(n *node) (*node, error) {
	switch n.text {
	case "and", "or", "in": // names, where an operand is expected
		n.kind = kindName
		return n, nil
	case "*":
		n.kind = kindWildcard
		return n, nil
	case "**":
		n.kind = kindDescendant
		return n, nil
	case "%":
		n.kind = kindParent
		return n, nil
	case "-":
		n.kind = kindNegate
		var err error
		n.lhs, err = p.expression(bindNegate)
		return n, err
	case "(":
		return p.block(n)
	case "[":
		return p.array(n)
	case "{":
		n.kind = kindObject
		return n, p.pairs(n)
	case "|":
		return p.transform(n)
	}
	return nil, syntaxError("S0211", n.pos, n.text)
}

// operator reads what follows an operator that stands behind left.
func (p *parser) operator(op token, left *node) (*node, error) {
	n := &node{kind: kindBinary, pos: op.pos, text: op.text, lhs: left}
	var err error
	switch op.text {
	case "(":
		return p.call(n)
	case "[":
		return p.predicate(n)
	case "^":
		return n, p.orderBy(n)
	case "{":
		return n, p.pairs(n)
	case "?":
		return p.condition(n)
	case ":=":
		if left.kind != kindVariable {
			return nil, syntaxError("S0212", left.pos, left.text)
		}
		n.rhs, err = p.expression(precedence[":="] - 1)
	case "@", "#":
		n.rhs, err = p.expression(bindFocus)
		if err == nil && n.rhs.kind != kindVariable {
			return nil, syntaxError("S0214", n.rhs.pos, op.text)
		}
	default:
		n.rhs, err = p.expression(precedence[op.text])
	}
	return n, err
}

func (p *parser) block(n *node) (*node, error) {
	n.kind = kindBlock
	for !p.at(")") {
		item, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, item)
		if more, err := p.accept(";"); err != nil {
			return nil, err
		} else if !more {
			break
		}
	}
	return n, p.expect(")", true)
}

func (p *parser) array(n *node) (*node, error) {
	n.kind = kindArray
	if p.at("]") {
		return n, p.expect("]", true)
	}
	for {
		item, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		if p.at("..") {
			item = &node{kind: kindBinary, pos: p.tok.pos, text: "..", lhs: item}
			if err := p.advance(false); err != nil {
				return nil, err
			}
			if item.rhs, err = p.expression(0); err != nil {
				return nil, err
			}
		}
		n.list = append(n.list, item)
		if more, err := p.accept(","); err != nil {
			return nil, err
		} else if !more {
			return n, p.expect("]", true)
		}
	}
}

// pairs reads the keys and values of an object or a grouping.
func (p *parser) pairs(n *node) error {
	if p.at("}") {
		return p.expect("}", true)
	}
	for {
		key, err := p.expression(0)
		if err != nil {
			return err
		}
		if err := p.expect(":", false); err != nil {
			return err
		}
		value, err := p.expression(0)
		if err != nil {
			return err
		}
		n.pairs = append(n.pairs, [2]*node{key, value})
		if more, err := p.accept(","); err != nil {
			return err
		} else if !more {
			return p.expect("}", true)
		}
	}
}

func (p *parser) predicate(n *node) (*node, error) {
	if p.at("]") { // an empty one keeps arrays of one item
		step := n.lhs
		for step.kind == kindBinary && step.text == "[" {
			step = step.lhs
		}
		step.keepArray = true
		return n.lhs, p.expect("]", false)
	}
	var err error
	if n.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return n, p.expect("]", true)
}

func (p *parser) orderBy(n *node) error {
	if err := p.expect("(", false); err != nil {
		return err
	}
	for {
		var term sortTerm
		rising, err := p.accept("<")
		if err != nil {
			return err
		}
		if !rising {
			if term.descending, err = p.accept(">"); err != nil {
				return err
			}
		}
		if term.expr, err = p.expression(0); err != nil {
			return err
		}
		n.terms = append(n.terms, term)
		if more, err := p.accept(","); err != nil {
			return err
		} else if !more {
			return p.expect(")", false)
		}
	}
}

func (p *parser) condition(n *node) (*node, error) {
	n.kind = kindCondition
	then, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	n.list = []*node{n.lhs, then}
	n.lhs = nil
	if more, err := p.accept(":"); err != nil || !more {
		return n, err
	}
	otherwise, err := p.expression(0)
	n.list = append(n.list, otherwise)
	return n, err
}

func (p *parser) transform(n *node) (*node, error) {
	n.kind = kindTransform
	pattern, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if err := p.expect("|", false); err != nil {
		return nil, err
	}
	update, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	n.list = []*node{pattern, update}
	if more, err := p.accept(","); err != nil {
		return nil, err
	} else if more {
		remove, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		n.list = append(n.list, remove)
	}
	return n, p.expect("|", false)
}
