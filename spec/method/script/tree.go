package script

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/tdewolff/parse/v2"
	"github.com/tdewolff/parse/v2/js"
)

// A tree is the syntax tree of a plain script.
type tree struct {
	plain  *plainScript
	source string
	buffer []byte // that the tree's names and literals are parts of
	root   *js.AST

	declared map[*js.Var]js.IExpr // what functions and variables are, nil if that is not known
	imported map[string]bool      // names that are imported
}

func parseTree(plain *plainScript, source string) (*tree, error) {
	input := parse.NewInputString(plain.code)
	root, err := js.Parse(input, js.Options{})
	if err != nil {
		return nil, err
	}
	t := &tree{plain: plain, source: source, buffer: input.Bytes(), root: root, declared: make(map[*js.Var]js.IExpr), imported: make(map[string]bool)}
	t.declarations()
	return t, nil
}

// place returns where a name or literal of the tree stands in the source.
func (t *tree) place(data []byte) (Span, bool) {
	if len(data) == 0 || len(t.buffer) == 0 {
		return Span{}, false
	}
	// The tree has no places, but its names and literals are parts of what it
	// was made of.
	at := int(reflect.ValueOf(data).Pointer()) - int(reflect.ValueOf(t.buffer).Pointer())
	if at < 0 || at+len(data) > len(t.buffer) {
		return Span{}, false
	}
	from, exact := t.plain.marks.source(at)
	from = min(max(from, 0), len(t.source))
	if strings.HasPrefix(t.source[from:], string(data)) {
		return Span{from, len(data)}, true
	}
	if !exact {
		return Span{from, 0}, false
	}
	// It is written in another way, such as with other quotes.
	s := scanner{source: t.source, pos: from}
	token := s.next(true, false)
	return Span{token.start, token.end - token.start}, token.start == from
}

// declarations notes what is declared as what, and what is imported.
func (t *tree) declarations() {
	for _, s := range t.root.List {
		if i, ok := s.(*js.ImportStmt); ok {
			t.imported[string(i.Default)] = true
			for _, a := range i.List {
				t.imported[string(a.Binding)] = true
			}
		}
	}
	assigned := make(map[*js.Var]bool)
	t.walk(t.root, func(n js.INode) bool {
		switch n := n.(type) {
		case *js.FuncDecl:
			if n.Name != nil {
				t.declared[resolve(n.Name)] = n
			}
		case *js.ClassDecl:
			if n.Name != nil {
				t.declared[resolve(n.Name)] = n
			}
		case *js.VarDecl:
			for _, e := range n.List {
				if v, ok := e.Binding.(*js.Var); ok && e.Default != nil {
					t.declared[resolve(v)] = e.Default
				}
			}
		case *js.BinaryExpr:
			if v, ok := n.X.(*js.Var); ok && isAssignment(n.Op) {
				assigned[resolve(v)] = true
			}
		}
		return true
	})
	for v := range assigned {
		delete(t.declared, v)
	}
}

// isAssignment tells whether an operator changes what stands to its left.
func isAssignment(op js.TokenType) bool {
	return strings.HasSuffix(op.String(), "=") && !slices.Contains([]js.TokenType{
		js.EqEqToken, js.EqEqEqToken, js.NotEqToken, js.NotEqEqToken, js.LtEqToken, js.GtEqToken,
	}, op)
}

// resolve returns the variable that a use of it means.
func resolve(v *js.Var) *js.Var {
	for v.Link != nil {
		v = v.Link
	}
	return v
}

// walk visits n and what is below it, as long as visit says so.
func (t *tree) walk(n js.INode, visit func(js.INode) bool) { js.Walk(visitor(visit), n) }

type visitor func(js.INode) bool

func (v visitor) Enter(n js.INode) js.IVisitor {
	if value := reflect.ValueOf(n); value.Kind() != reflect.Pointer || value.IsNil() || !v(n) {
		return nil // the name of a member is no pointer
	}
	return v
}

func (v visitor) Exit(js.INode) {}

// inner returns an expression without brackets around it.
func inner(e js.IExpr) js.IExpr {
	for {
		g, ok := e.(*js.GroupExpr)
		if !ok {
			return e
		}
		e = g.X
	}
}

// nameOf returns the name of a property, if it is written out.
func nameOf(p *js.PropertyName) (string, bool) {
	if p == nil {
		return "", false
	}
	if p.Computed != nil {
		l, ok := inner(p.Computed).(*js.LiteralExpr)
		if !ok || l.TokenType != js.StringToken {
			return "", false
		}
		return unquote(l.Data), true
	}
	if p.Literal.TokenType == js.StringToken {
		return unquote(p.Literal.Data), true
	}
	return string(p.Literal.Data), true
}

// member returns the name of the member that an expression reads, what of, and
// the literal that names it.
func member(e js.IExpr) (owner js.IExpr, name string, data []byte, ok bool) {
	switch e := inner(e).(type) {
	case *js.DotExpr:
		if l, ok := e.Y.(js.LiteralExpr); ok {
			return e.X, string(l.Data), l.Data, true
		}
	case *js.IndexExpr:
		if l, ok := inner(e.Y).(*js.LiteralExpr); ok && l.TokenType == js.StringToken {
			return e.X, unquote(l.Data), l.Data, true
		}
	}
	return nil, "", nil, false
}

// isGlobal tells whether an expression is a name that the script does not
// declare.
func (t *tree) isGlobal(e js.IExpr, name string) bool {
	v, ok := inner(e).(*js.Var)
	if !ok {
		return false
	}
	v = resolve(v)
	return string(v.Data) == name && v.Decl == js.NoDecl && !t.imported[name]
}

// unquote decodes a string, or a template without substitutions.
func unquote(data []byte) string {
	if len(data) < 2 {
		return ""
	}
	return unescape(string(data[1 : len(data)-1]))
}

// unescape decodes the escapes of a string.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for text != "" {
		c := text[0]
		text = text[1:]
		if c != '\\' || text == "" {
			b.WriteByte(c)
			continue
		}
		c, text = text[0], text[1:]
		if i := strings.IndexByte("bfnrtv0", c); i >= 0 {
			b.WriteByte("\b\f\n\r\t\v\x00"[i])
			continue
		}
		switch digits := hexDigits(c, text); {
		case digits != "":
			n, _ := strconv.ParseUint(strings.Trim(digits, "{}"), 16, 32)
			b.WriteRune(rune(n))
			text = text[len(digits):]
		case c == '\n':
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hexDigits returns the digits of an escape after its letter, with braces.
func hexDigits(letter byte, text string) string {
	n := slices.Index([]byte{'x', 'u'}, letter)
	if n < 0 {
		return ""
	}
	if letter == 'u' && strings.HasPrefix(text, "{") {
		return text[:strings.IndexByte(text, '}')+1]
	}
	return text[:min(len(text), 2+2*n)]
}
