package method

import (
	"errors"
	"strconv"

	"github.com/connector-spec/connector/formula"
)

// A handlerList is a compiled list of responseHandlers. Its formulas wait for
// an answer: evaluated when the client is made, none would match.
type handlerList struct {
	handlers []*handler
	// whole is set instead if a formula gives the list. It gives what the
	// handlers say about one answer.
	whole *formula.Program
}

// A handler is one rule about answers. A program is nil where the author wrote
// nothing.
type handler struct {
	match, isSuccess, data         *formula.Program
	message, key, details, failure *formula.Program
}

// handlers compiles responseHandlers at a pointer relative to the body.
func (c *compilation) handlers(at string, v formula.Value) *handlerList {
	list, ok := v.AsList()
	if !ok {
		return &handlerList{whole: c.formula(at, v, anyResponse)}
	}
	l := &handlerList{}
	for i, item := range list {
		pointer := at + formula.Pointer(strconv.Itoa(i))
		part := func(v formula.Value, path ...string) *formula.Program {
			if v.IsUndefined() {
				return nil
			}
			return c.formula(pointer+formula.Pointer(path...), v, anyResponse)
		}
		failure := item.Get("error")
		h := &handler{
			match: part(item.Get("match"), "match"), isSuccess: part(item.Get("isSuccess"), "isSuccess"),
			data: part(item.Get("data"), "data"),
		}
		if formula.LooksLikeFormula(failure) || !failure.IsObject() {
			h.failure = part(failure, "error")
		} else {
			h.message = part(failure.Get("message"), "error", "message")
			h.key = part(failure.Get("key"), "error", "key")
			h.details = part(failure.Get("data"), "error", "data")
			h.failure, _ = formula.Compile(formula.Object(), formula.Options{}) // there is one
		}
		l.handlers = append(l.handlers, h)
	}
	return l
}

// keepHandlers compiles the responseHandlers that stand in a formula which
// gives the whole client, and gives the formula with a number in the place of
// each. The number survives the evaluation, and says which handlers are meant.
// Handlers that a variable or a text of JSONata gives cannot be seen here:
// these are evaluated with the rest.
func (p *clientProgram) keepHandlers(c *compilation, at string, v formula.Value) formula.Value {
	switch {
	case v.IsObject():
		b := formula.NewObject(v.Len())
		for i, key := range v.Keys() {
			_, item := v.At(i)
			pointer := at + formula.Pointer(key)
			if _, isList := item.AsList(); key == "responseHandlers" && isList && !formula.LooksLikeFormula(v) {
				p.kept = append(p.kept, c.handlers(pointer, item))
				item = formula.Number(float64(len(p.kept) - 1))
			} else {
				item = p.keepHandlers(c, pointer, item)
			}
			b.Set(key, item)
		}
		return b.Value()
	case v.Len() > 0:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			items[i] = p.keepHandlers(c, at+formula.Pointer(strconv.Itoa(i)), item)
		}
		return formula.List(items...)
	}
	return v
}

// handlersOf gives the handlers of a client that was evaluated to v; nil if it
// has none.
func (p *clientProgram) handlersOf(v formula.Value) *handlerList {
	if p.handlers != nil {
		return p.handlers
	}
	there := v.Get("responseHandlers")
	if n, ok := there.AsNumber(); ok && n >= 0 && n < float64(len(p.kept)) {
		return p.kept[int(n)]
	}
	if list, ok := there.AsList(); ok { // evaluated by the formula that gave the client
		return constantHandlers(list)
	}
	return nil
}

// constantHandlers gives handlers that are no formulas any more.
func constantHandlers(list []formula.Value) *handlerList {
	l := &handlerList{}
	for _, item := range list {
		constant := func(v formula.Value) *formula.Program {
			if v.IsUndefined() {
				return nil
			}
			program, _ := formula.Compile(formula.Object(formula.Member{Key: "$plain", Value: v}), formula.Options{})
			return program
		}
		l.handlers = append(l.handlers, &handler{
			match: constant(item.Get("match")), isSuccess: constant(item.Get("isSuccess")),
			data: constant(item.Get("data")), failure: constant(item.Get("error")),
		})
	}
	return l
}

// A judge says what an answer means: by the handlers of a client, else by its
// status.
type judge struct {
	handlers  *handlerList
	variables formula.Value
	run       formula.Run
}

// judge returns an error for an answer that is no success. A handler may
// replace the data of one that is.
func (j *judge) judge(r *Response) error {
	if j.handlers == nil {
		return r.failure(j.run)
	}
	variables := j.variables.With("response", r.value())
	list := j.handlers.handlers
	if whole := j.handlers.whole; whole != nil {
		v, err := whole.Eval(variables, j.run)
		if err != nil {
			return handlerFailed(r, err)
		}
		items, _ := v.AsList()
		list = constantHandlers(items).handlers
	}
	eval := func(p *formula.Program) (formula.Value, error) {
		if p == nil {
			return formula.Undefined, nil
		}
		return p.Eval(variables, j.run)
	}
	for _, h := range list {
		if h.match != nil {
			// A rule that cannot be held against an answer, as where this is a
			// list and not an object, is not about it.
			if yes, err := h.match.Eval(variables, j.run); err != nil || !yes.Truthy() {
				continue
			}
		}
		return h.apply(r, j.run, eval)
	}
	return r.failure(j.run)
}

// apply does what a handler that matches says.
func (h *handler) apply(r *Response, run formula.Run, eval func(*formula.Program) (formula.Value, error)) error {
	success := formula.Bool(h.failure == nil)
	if h.isSuccess != nil {
		var err error
		if success, err = eval(h.isSuccess); err != nil {
			return handlerFailed(r, err)
		}
	}
	if success.Truthy() {
		if h.data == nil {
			return nil
		}
		data, err := eval(h.data)
		if err != nil {
			return handlerFailed(r, err)
		}
		r.json, r.Data = nil, data
		return nil
	}
	e := r.failed(run)
	e.Key, e.handled = "", true
	whole, err := eval(h.failure)
	if err != nil {
		return handlerFailed(r, err)
	}
	for _, part := range []struct {
		program *formula.Program
		name    string
		take    func(formula.Value)
	}{
		{h.message, "message", func(v formula.Value) {
			if s, err := text(v); err == nil && s != "" {
				e.Detail = s
			}
		}},
		{h.key, "key", func(v formula.Value) { e.Key = knownKey(v.Text()) }},
		{h.details, "data", func(v formula.Value) { e.data = v }},
	} {
		v := whole.Get(part.name)
		if part.program != nil {
			if v, err = eval(part.program); isMissing(err) {
				v, err = formula.Undefined, nil // a failure is told without it
			}
			if err != nil {
				return handlerFailed(r, err)
			}
		}
		if !v.IsMissing() {
			part.take(v)
		}
	}
	return e
}

// isMissing tells whether a formula failed because a value that it needs is
// not there.
func isMissing(err error) bool {
	var missing *formula.MissingError
	return errors.As(err, &missing)
}

// A HandlerError says that a response handler could not be evaluated for an
// answer.
type HandlerError struct {
	Method, URL string // the URL without its query
	Status      int
	Err         error
}

func (e *HandlerError) Error() string {
	return "the responseHandlers of the API client fail for the answer to " + e.Method + " " + e.URL + ": " + e.Err.Error()
}

// Unwrap gives the error of the formula.
func (e *HandlerError) Unwrap() error { return e.Err }

func handlerFailed(r *Response, err error) error {
	return &HandlerError{Method: r.request.Method, URL: r.url(), Status: r.Status, Err: err}
}
