package script

import (
	"slices"

	"github.com/tdewolff/parse/v2/js"
)

// A callable is a function of the tree.
type callable struct {
	parameters *js.Params
	body       *js.BlockStmt
	generator  bool
}

func callableOf(n js.INode) *callable {
	switch f := n.(type) {
	case *js.FuncDecl:
		return &callable{&f.Params, &f.Body, f.Generator}
	case *js.ArrowFunc:
		return &callable{&f.Params, &f.Body, false}
	case *js.MethodDecl:
		if !f.Get && !f.Set {
			return &callable{&f.Params, &f.Body, f.Generator}
		}
	}
	return nil
}

// function says what is known of a function; nil if the value is none.
func (t *tree) function(value js.IExpr) *Function {
	c := callableOf(value)
	if c == nil {
		return nil
	}
	f := &Function{Parameters: len(c.parameters.List), Open: c.parameters.Rest != nil}
	if f.Open {
		f.Parameters++
	}
	if len(c.parameters.List) > 1 {
		f.Second = t.bindingSpan(c.parameters.List[1].Binding)
	}
	r := &reader{tree: t, function: f, callable: c, clients: make(map[*js.Var]bool)}
	if len(c.parameters.List) > 0 {
		r.parameter(c.parameters.List[0].Binding)
	}
	t.ends(c, f)
	r.statuses()
	slices.SortStableFunc(f.Reads, func(a, b Read) int { return a.Offset - b.Offset })
	return f
}

// bindingSpan returns where a parameter stands: its name, or the first name in
// it.
func (t *tree) bindingSpan(b js.IBinding) Span {
	switch b := b.(type) {
	case *js.Var:
		span, _ := t.place(b.Data)
		return span
	case *js.BindingObject:
		for _, item := range b.List {
			if span, ok := t.itemSpan(&item); ok {
				return span
			}
		}
		if b.Rest != nil {
			return t.bindingSpan(b.Rest)
		}
	case *js.BindingArray:
		for _, item := range b.List {
			if span := t.bindingSpan(item.Binding); span != (Span{}) {
				return span
			}
		}
	}
	return Span{}
}

// itemSpan returns where a property of a pattern is named.
func (t *tree) itemSpan(item *js.BindingObjectItem) (Span, bool) {
	if item.Key != nil && item.Key.Computed == nil {
		if span, ok := t.place(item.Key.Literal.Data); ok {
			return span, true
		}
	}
	if v, ok := item.Value.Binding.(*js.Var); ok { // a short one: name and variable are one
		return t.place(v.Data)
	}
	return Span{}, false
}

// A reader finds out what a function takes of its parameter.
type reader struct {
	*tree
	function *Function
	callable *callable
	context  *js.Var          // the parameter, if it is a plain name
	clients  map[*js.Var]bool // variables that hold the API client
}

// clientNames are the names of the API client among the arguments.
var clientNames = []string{"apiClient", "externalApiClient"}

func (r *reader) parameter(b js.IBinding) {
	switch b := b.(type) {
	case *js.BindingObject:
		r.pattern(b)
	case *js.Var:
		r.context = resolve(b)
		r.uses()
	default:
		r.function.Open = true
	}
}

// pattern notes the properties that a pattern takes.
func (r *reader) pattern(b *js.BindingObject) {
	r.function.Open = r.function.Open || b.Rest != nil
	for _, item := range b.List {
		name, ok := nameOf(item.Key)
		if !ok {
			r.function.Open = true
			continue
		}
		if v, ok := item.Value.Binding.(*js.Var); ok && slices.Contains(clientNames, name) {
			r.clients[resolve(v)] = true
		}
		if span, ok := r.itemSpan(&item); ok {
			r.function.Reads = append(r.function.Reads, Read{span, name, item.Value.Default != nil})
		}
	}
}

// uses notes what the function reads of its parameter by its name.
func (r *reader) uses() {
	written := make(map[string]bool)
	visit := func(n js.INode) bool {
		switch n := n.(type) {
		case *js.DotExpr, *js.IndexExpr:
			owner, name, data, ok := member(n.(js.IExpr))
			if !ok || !r.isContext(owner) {
				return true
			}
			if span, ok := r.place(data); ok {
				r.function.Reads = append(r.function.Reads, Read{span, name, false})
			}
			return false
		case *js.BinaryExpr:
			if owner, name, _, ok := member(n.X); ok && n.Op == js.EqToken && r.isContext(owner) {
				written[name] = true
			}
		case *js.BindingElement:
			if b, ok := n.Binding.(*js.BindingObject); ok && n.Default != nil && r.isContext(n.Default) {
				r.pattern(b)
				return false
			}
		case *js.PropertyName:
			return n.Computed != nil
		case *js.Var:
			r.function.Open = r.function.Open || r.isContext(n)
		}
		return true
	}
	r.walk(r.callable.body, visit)
	for i := range r.callable.parameters.List {
		if d := r.callable.parameters.List[i].Default; d != nil {
			r.walk(d, visit)
		}
	}
	r.function.Reads = slices.DeleteFunc(r.function.Reads, func(read Read) bool { return written[read.Name] })
}

func (r *reader) isContext(e js.IExpr) bool {
	v, ok := inner(e).(*js.Var)
	return ok && r.context != nil && resolve(v) == r.context
}

// ends notes how a function ends, without those within it.
func (t *tree) ends(c *callable, f *Function) {
	f.Returns = c.generator
	for _, s := range c.body.List {
		t.walk(s, func(n js.INode) bool {
			switch n := n.(type) {
			case *js.FuncDecl, *js.ArrowFunc, *js.MethodDecl, *js.ClassDecl:
				return false
			case *js.ReturnStmt:
				f.Returns = f.Returns || n.Value != nil && !t.isNothing(n.Value)
			case *js.ThrowStmt:
				f.Throws = true
			}
			return true
		})
	}
	if n := len(c.body.List); n > 0 {
		_, throws := c.body.List[n-1].(*js.ThrowStmt)
		f.OnlyThrows = throws && !f.Returns
	}
}

// isNothing tells whether an expression is undefined.
func (t *tree) isNothing(e js.IExpr) bool {
	u, ok := inner(e).(*js.UnaryExpr)
	return ok && u.Op == js.VoidToken || t.isGlobal(e, "undefined")
}
