package script

import (
	"slices"
	"strconv"

	"github.com/tdewolff/parse/v2/js"
)

// statuses notes where the status of a body is compared.
func (r *reader) statuses() {
	bodies, codes := make(map[*js.Var]bool), make(map[*js.Var]Span)
	r.walk(r.callable.body, func(n js.INode) bool {
		switch n := n.(type) {
		case *js.VarDecl:
			for i := range n.List {
				r.answer(&n.List[i], bodies, codes)
			}
		case *js.CallExpr: // apiClient.get(…).then(r => …)
			owner, name, _, ok := member(n.X)
			if ok && name == "then" && r.givesBody(owner) && len(n.Args.List) > 0 {
				if c := callableOf(n.Args.List[0].Value); c != nil && len(c.parameters.List) > 0 {
					if v, ok := c.parameters.List[0].Binding.(*js.Var); ok {
						bodies[resolve(v)] = true
					}
				}
			}
		case *js.BinaryExpr:
			if v, ok := inner(n.X).(*js.Var); ok && isAssignment(n.Op) {
				delete(bodies, resolve(v))
				delete(codes, resolve(v))
			}
		}
		return true
	})
	isBody := func(e js.IExpr) bool {
		if v, ok := inner(e).(*js.Var); ok {
			return bodies[resolve(v)]
		}
		return r.awaitsBody(e)
	}
	add := func(s Span) {
		if !slices.Contains(r.function.BodyStatus, s) {
			r.function.BodyStatus = append(r.function.BodyStatus, s)
		}
	}
	r.walk(r.callable.body, func(n js.INode) bool {
		b, ok := n.(*js.BinaryExpr)
		if !ok || !slices.Contains(comparisons, b.Op) {
			return true
		}
		for _, sides := range [][2]js.IExpr{{b.X, b.Y}, {b.Y, b.X}} {
			if !isStatusCode(sides[1]) {
				continue
			}
			if v, ok := inner(sides[0]).(*js.Var); ok {
				if s, ok := codes[resolve(v)]; ok {
					add(s)
				}
				continue
			}
			owner, name, data, ok := member(sides[0])
			if ok && slices.Contains(statusNames, name) && isBody(owner) {
				if s, ok := r.place(data); ok {
					add(s)
				}
			}
		}
		return true
	})
	slices.SortFunc(r.function.BodyStatus, func(a, b Span) int { return a.Offset - b.Offset })
}

var (
	comparisons = []js.TokenType{js.EqEqToken, js.EqEqEqToken, js.NotEqToken, js.NotEqEqToken, js.LtToken, js.LtEqToken, js.GtToken, js.GtEqToken}
	statusNames = []string{"status", "statusCode"}
	// requests are the methods of the API client, all with options as their
	// third argument.
	requests = []string{"get", "post", "put", "patch", "delete"}
)

// answer notes a variable that holds a body, or the status that a pattern
// takes of it.
func (r *reader) answer(e *js.BindingElement, bodies map[*js.Var]bool, codes map[*js.Var]Span) {
	if e.Default == nil || !r.awaitsBody(e.Default) {
		return
	}
	switch b := e.Binding.(type) {
	case *js.Var:
		bodies[resolve(b)] = true
	case *js.BindingObject:
		for _, item := range b.List {
			name, _ := nameOf(item.Key)
			v, ok := item.Value.Binding.(*js.Var)
			if span, placed := r.itemSpan(&item); ok && placed && slices.Contains(statusNames, name) {
				codes[resolve(v)] = span
			}
		}
	}
}

// awaitsBody tells whether an expression certainly is the body of an answer.
func (r *reader) awaitsBody(e js.IExpr) bool {
	u, ok := inner(e).(*js.UnaryExpr)
	return ok && u.Op == js.AwaitToken && r.givesBody(u.X)
}

// givesBody tells whether an expression is a call of the API client that gives
// the body: one without returnFullResponse.
func (r *reader) givesBody(e js.IExpr) bool {
	c, ok := inner(e).(*js.CallExpr)
	if !ok {
		return false
	}
	client, name, _, ok := member(c.X)
	if !ok || !slices.Contains(requests, name) || !r.isClient(client) {
		return false
	}
	if slices.ContainsFunc(c.Args.List, func(a js.Arg) bool { return a.Rest }) {
		return false
	}
	if len(c.Args.List) < 3 {
		return true
	}
	options, ok := inner(c.Args.List[2].Value).(*js.ObjectExpr)
	return ok && !slices.ContainsFunc(options.List, func(p js.Property) bool {
		name, ok := nameOf(p.Name)
		return p.Spread || !ok || name == "returnFullResponse"
	})
}

// isClient tells whether an expression is the API client.
func (r *reader) isClient(e js.IExpr) bool {
	if v, ok := inner(e).(*js.Var); ok {
		return r.clients[resolve(v)]
	}
	owner, name, _, ok := member(e)
	return ok && slices.Contains(clientNames, name) && r.isContext(owner)
}

// isStatusCode tells whether an expression is a number that HTTP has as a
// status.
func isStatusCode(e js.IExpr) bool {
	l, ok := inner(e).(*js.LiteralExpr)
	if !ok {
		return false
	}
	n, err := strconv.Atoi(string(l.Data))
	return err == nil && n >= 100 && n < 600
}
