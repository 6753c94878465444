package script

import (
	"slices"

	"github.com/tdewolff/parse/v2/js"
)

// fill says what the tree holds.
func (t *tree) fill(s *Script, marks []mark) {
	e := &exports{tree: t, script: s, marks: marks, known: make(map[js.INode]bool)}
	for _, stmt := range t.root.List {
		switch stmt := stmt.(type) {
		case *js.ExportStmt:
			e.module(stmt)
		case *js.ExprStmt:
			e.assignment(stmt.Value)
		}
	}
	e.others()
	t.literals(s)
}

// exports collects what a script exports.
type exports struct {
	*tree
	script *Script
	marks  []mark
	known  map[js.INode]bool // uses of module and exports that are understood
}

// add notes an export. A later one of the name replaces an earlier one.
func (e *exports) add(name string, value js.IExpr, callable bool) {
	x := Export{Name: name, Span: e.span(name), Callable: callable}
	if value != nil {
		value = e.follow(value)
		x.Callable = !isNoFunction(value)
		x.Function = e.function(value)
	}
	if name == "default" {
		if e.script.Default == nil || x.Callable {
			e.script.Default = &x
		}
		return
	}
	if i := slices.IndexFunc(e.script.Named, func(n Export) bool { return n.Name == name }); i >= 0 {
		e.script.Named[i] = x
		return
	}
	e.script.Named = append(e.script.Named, x)
}

// span returns where the source exports a name.
func (e *exports) span(name string) Span {
	for _, n := range []string{name, "default", ""} {
		for i := len(e.marks) - 1; i >= 0; i-- {
			if e.marks[i].name == n {
				return e.marks[i].Span
			}
		}
	}
	return Span{}
}

// module notes what an export statement exports.
func (e *exports) module(s *js.ExportStmt) {
	if s.Default {
		e.add("default", s.Decl, true)
		return
	}
	switch d := s.Decl.(type) {
	case *js.FuncDecl:
		e.add(string(d.Name.Data), d, true)
	case *js.ClassDecl:
		e.add(string(d.Name.Data), d, false)
	case *js.VarDecl:
		for _, b := range d.List {
			if v, ok := b.Binding.(*js.Var); ok {
				e.add(string(v.Data), b.Default, false)
			} else {
				e.script.Dynamic = true
			}
		}
	}
	for _, a := range s.List {
		name, local := exportName(a.Binding), a.Name
		switch {
		case name == "*" && local == nil:
			e.script.Dynamic = true // export * from: all but default
		case name == "":
		case s.Module != nil:
			e.add(name, nil, true)
		default:
			if local == nil {
				local = a.Binding
			}
			e.add(name, e.global(string(local)), true)
		}
	}
}

func exportName(data []byte) string {
	if len(data) > 0 && (data[0] == '"' || data[0] == '\'') {
		return unquote(data)
	}
	return string(data)
}

// global returns the variable of the script's outermost scope that has a name;
// nil if it has none.
func (e *exports) global(name string) js.IExpr {
	for _, v := range e.root.Declared {
		if string(v.Name()) == name {
			return v
		}
	}
	return nil
}

// assignment notes what a statement exports by module.exports and exports.
func (e *exports) assignment(value js.IExpr) {
	if c, ok := inner(value).(*js.CommaExpr); ok {
		for _, item := range c.List {
			e.assignment(item)
		}
		return
	}
	a, ok := inner(value).(*js.BinaryExpr)
	if !ok || a.Op != js.EqToken {
		return
	}
	if e.isGlobal(a.X, "exports") {
		e.known[a.X] = true // exports nothing: exports is only a name for module.exports
		return
	}
	owner, name, _, ok := member(a.X)
	if !ok {
		return
	}
	e.assignment(a.Y) // exports.default = exports.test = …
	last := e.follow(a.Y)
	switch {
	case e.isGlobal(owner, "module") && name == "exports":
		e.known[a.X] = true
		e.object(a.Y, last)
	case e.isExports(owner):
		e.known[a.X] = true
		if u, ok := last.(*js.UnaryExpr); ok && u.Op == js.VoidToken {
			return // what compilers write at the top
		}
		e.add(name, a.Y, true)
	}
}

// isExports tells whether an expression is the object of the exports.
func (e *exports) isExports(x js.IExpr) bool {
	if e.isGlobal(x, "exports") {
		return true
	}
	owner, name, _, ok := member(x)
	return ok && name == "exports" && e.isGlobal(owner, "module")
}

// object notes what module.exports is: a function, or an object of functions.
func (e *exports) object(value, last js.IExpr) {
	o, ok := last.(*js.ObjectExpr)
	if !ok {
		e.add("default", value, true)
		return
	}
	for _, p := range o.List {
		name, ok := nameOf(p.Name)
		if m, isMethod := p.Value.(*js.MethodDecl); isMethod {
			name, ok = nameOf(&m.Name.PropertyName)
		}
		if p.Spread || !ok {
			e.script.Dynamic = true
			continue
		}
		e.add(name, p.Value, true)
	}
}

// others looks for uses of module and exports that are not understood.
func (e *exports) others() {
	e.walk(e.root, func(n js.INode) bool {
		if e.known[n] || e.script.Dynamic {
			return false
		}
		if c, ok := n.(*js.CallExpr); ok && e.definesMark(c) {
			return false
		}
		if v, ok := n.(*js.Var); ok && (e.isGlobal(v, "module") || e.isGlobal(v, "exports")) {
			e.script.Dynamic = true
		}
		return true
	})
}

// definesMark tells whether a call is the Object.defineProperty(exports,
// "__esModule", …) of compilers.
func (e *exports) definesMark(c *js.CallExpr) bool {
	owner, name, _, ok := member(c.X)
	if !ok || name != "defineProperty" || !e.isGlobal(owner, "Object") || len(c.Args.List) < 2 {
		return false
	}
	l, ok := c.Args.List[1].Value.(*js.LiteralExpr)
	return ok && l.TokenType == js.StringToken && unquote(l.Data) == "__esModule"
}

// follow returns what an expression is, through variables and assignments, as
// far as that is certain.
func (t *tree) follow(e js.IExpr) js.IExpr {
	for range 20 {
		switch x := inner(e).(type) {
		case *js.BinaryExpr:
			if x.Op != js.EqToken {
				return x
			}
			e = x.Y
		case *js.CommaExpr:
			e = x.List[len(x.List)-1]
		case *js.Var:
			value := t.declared[resolve(x)]
			if value == nil {
				return x
			}
			e = value
		default:
			return x
		}
	}
	return e
}

// isNoFunction tells whether a value can certainly not be called.
func isNoFunction(e js.IExpr) bool {
	switch x := e.(type) {
	case *js.LiteralExpr:
		return x.TokenType != js.ImportToken
	case *js.TemplateExpr:
		return x.Tag == nil
	case *js.UnaryExpr:
		return x.Op != js.AwaitToken
	case *js.ObjectExpr, *js.ArrayExpr, *js.ClassDecl:
		return true
	}
	return false
}
