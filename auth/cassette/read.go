package cassette

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/connector-spec/connector/formula"
)

// Parse reads a recording from JSON, as [Read] does.
func Parse(data []byte) (*Recording, error) {
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the recording is larger than %d bytes", MaxBytes)
	}
	v, err := formula.ParseJSON(data)
	if err != nil {
		return nil, fmt.Errorf("read the recording: %w", err)
	}
	return Read(v)
}

// Read reads a recording from the value of its file and checks it. Unknown
// fields are errors. The error is a [*VersionError] or a [*FormatError].
func Read(v formula.Value) (*Recording, error) {
	if n, ok := v.Get("version").AsNumber(); v.IsObject() && (!v.Has("version") || ok && n != Version) {
		return nil, &VersionError{int(n)} // its fields may be unknown here
	}
	r := reader{}
	rec := r.recording(v)
	if r.wrong != nil {
		return nil, r.wrong
	}
	if err := rec.Check(); err != nil {
		return nil, err
	}
	return rec, nil
}

// A reader reads the parts of a recording; path is where in it the reader is,
// and wrong the first that is not as it should be.
type reader struct {
	path  []string
	wrong *FormatError
}

func (r *reader) fail(problem string) {
	if r.wrong == nil {
		pointer := formula.Pointer(r.path...)
		if pointer == "" {
			pointer = "/"
		}
		r.wrong = &FormatError{pointer, problem}
	}
}

// members calls take with the members of an object, at their place. Take tells
// whether there is such a field.
func (r *reader) members(v formula.Value, take func(name string, v formula.Value) bool) {
	if !v.IsObject() {
		if !v.IsMissing() {
			r.fail("it must be an object")
		}
		return
	}
	for i := range v.Len() {
		name, item := v.At(i)
		r.path = append(r.path, name)
		if !take(name, item) {
			r.fail("a recording has no such field")
		}
		r.path = r.path[:len(r.path)-1]
	}
}

// items calls take with the items of a list, at their place.
func (r *reader) items(v formula.Value, take func(v formula.Value)) {
	list, ok := v.AsList()
	if !ok && !v.IsMissing() {
		r.fail("it must be a list")
	}
	for i, item := range list {
		r.path = append(r.path, strconv.Itoa(i))
		take(item)
		r.path = r.path[:len(r.path)-1]
	}
}

func (r *reader) text(to *string, v formula.Value) bool {
	if _, ok := v.AsString(); !ok && !v.IsMissing() {
		r.fail("it must be text")
	}
	*to = v.Text()
	return true
}

func (r *reader) integer(to *int, v formula.Value) bool {
	n, ok := v.AsNumber()
	if !ok && !v.IsMissing() || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		r.fail("it must be a whole number")
		return true
	}
	*to = int(n)
	return true
}

func (r *reader) raw(to *json.RawMessage, v formula.Value) bool {
	if !v.IsObject() && !v.IsMissing() {
		r.fail("it must be an object")
	}
	*to = v.AppendJSON(nil)
	return true
}

func (r *reader) recording(v formula.Value) *Recording {
	rec := &Recording{}
	if !v.IsObject() {
		r.fail("a recording is an object")
	}
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "version":
			return r.integer(&rec.Version, v)
		case "source":
			return r.text(&rec.Source, v)
		case "tool":
			return r.text(&rec.Tool, v)
		case "spec":
			return r.text(&rec.Spec, v)
		case "option":
			return r.text(&rec.Option, v)
		case "scenario":
			return r.text(&rec.Scenario, v)
		case "recordedAt":
			return r.text(&rec.RecordedAt, v)
		case "seed":
			return r.text(&rec.Seed, v)
		case "inputs":
			return r.raw(&rec.Inputs, v)
		case "parameters":
			return r.raw(&rec.Parameters, v)
		case "redirect":
			return r.text(&rec.Redirect, v)
		case "operation":
			return r.text(&rec.Operation, v)
		case "input":
			return r.raw(&rec.Input, v)
		case "steps":
			rec.Steps = make([]Step, 0, v.Len())
			r.items(v, func(v formula.Value) { rec.Steps = append(rec.Steps, r.step(v)) })
			return true
		case "outcome":
			r.outcome(&rec.Outcome, v)
			return true
		}
		return false
	})
	return rec
}

func (r *reader) outcome(o *Outcome, v formula.Value) {
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "ok":
			ok, is := v.AsBool()
			if !is && !v.IsMissing() {
				r.fail("it must be true or false")
			}
			o.OK = ok
			return true
		case "label":
			return r.text(&o.Label, v)
		}
		return false
	})
}

func (r *reader) step(v formula.Value) Step {
	step := Step{Exchanges: []Exchange{}}
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "name":
			return r.text(&step.Name, v)
		case "exchanges":
			step.Exchanges = make([]Exchange, 0, v.Len())
			r.items(v, func(v formula.Value) { step.Exchanges = append(step.Exchanges, r.exchange(v)) })
			return true
		}
		return false
	})
	return step
}

func (r *reader) exchange(v formula.Value) (x Exchange) {
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "request":
			r.request(&x.Request, v)
			return true
		case "response":
			r.response(&x.Response, v)
			return true
		}
		return false
	})
	return x
}

func (r *reader) request(to *Request, v formula.Value) {
	var f requestFile
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "method":
			return r.text(&f.Method, v)
		case "url":
			return r.text(&f.URL, v)
		case "query":
			return r.fields(&f.Query, v)
		case "headers":
			return r.texts(&f.Headers, v)
		case "form":
			return r.fields(&f.Form, v)
		case "body":
			return r.text(&f.Body, v)
		case "bodyEncoding":
			return r.text(&f.BodyEncoding, v)
		}
		return false
	})
	var wrong *FormatError
	if *to, wrong = f.request(); wrong != nil && r.wrong == nil {
		r.wrong = &FormatError{formula.Pointer(r.path...) + wrong.Pointer, wrong.Problem}
	}
}

func (r *reader) response(to *Response, v formula.Value) {
	r.members(v, func(name string, v formula.Value) bool {
		switch name {
		case "status":
			return r.integer(&to.Status, v)
		case "headers":
			return r.texts(&to.Headers, v)
		case "body":
			return r.text(&to.Body, v)
		case "bodyEncoding":
			return r.text(&to.BodyEncoding, v)
		}
		return false
	})
}

// fields reads names with texts, in their order.
func (r *reader) fields(to *fields, v formula.Value) bool {
	if !v.IsMissing() {
		*to = make(fields, 0, v.Len())
	}
	r.members(v, func(name string, v formula.Value) bool {
		f := field{name: name}
		r.text(&f.value, v)
		*to = append(*to, f)
		return true
	})
	return true
}

// texts reads names with texts, in no order.
func (r *reader) texts(to *map[string]string, v formula.Value) bool {
	if v.Len() > 0 {
		*to = make(map[string]string, v.Len())
	}
	r.members(v, func(name string, v formula.Value) bool {
		var text string
		r.text(&text, v)
		(*to)[name] = text
		return true
	})
	return true
}
