package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// body compares the shapes of two answers, if both are JSON.
func (c *comparison) body(recorded, now *cassette.Response) {
	if recorded.BodyEncoding != "" || now.BodyEncoding != "" {
		return
	}
	a, errA := formula.ParseJSON([]byte(recorded.Body))
	b, errB := formula.ParseJSON([]byte(now.Body))
	switch {
	case errA != nil && errB != nil:
	case errA != nil || errB != nil:
		reader := ""
		if errB != nil {
			reader = c.step
		}
		c.note("body", jsonOrNot(errA), jsonOrNot(errB), reader)
	default:
		c.shape(a, b, nil)
	}
}

func jsonOrNot(err error) string {
	if err == nil {
		return "JSON"
	}
	return "no JSON"
}

// anyItem stands for any item of a list in a path.
const anyItem = "*"

// shape compares two values at a path. What is null, or a list without items,
// may be anything.
func (c *comparison) shape(recorded, now formula.Value, path []string) {
	a, b := kindName(recorded), kindName(now)
	switch {
	case a != b:
		reader := ""
		if a != "null" { // what was null was of use to nobody
			reader = c.readerOf(path)
		}
		c.note(fieldOf(path), a, b, reader)
	case a == "object":
		names := slices.Concat(recorded.Keys(), now.Keys())
		for i, name := range names {
			if slices.Index(names, name) == i {
				c.shape(recorded.Get(name), now.Get(name), append(slices.Clip(path), name))
			}
		}
	case a == "array":
		if x, y := itemOf(recorded), itemOf(now); !x.IsUndefined() && !y.IsUndefined() {
			c.shape(x, y, append(slices.Clip(path), anyItem))
		}
	}
}

// kindName is what a value is, in words.
func kindName(v formula.Value) string {
	if v.IsUndefined() {
		return "nothing"
	}
	return v.Kind().String()
}

// itemOf gives one value with what any item of a list has; undefined if there
// is none.
func itemOf(list formula.Value) formula.Value {
	merged := formula.Undefined
	for i := range list.Len() {
		_, item := list.At(i)
		merged = mergeShapes(merged, item)
	}
	return merged
}

func mergeShapes(a, b formula.Value) formula.Value {
	if !a.IsObject() || !b.IsObject() {
		if a.IsMissing() {
			return b
		}
		return a
	}
	for i, name := range b.Keys() {
		_, v := b.At(i)
		a = a.With(name, mergeShapes(a.Get(name), v))
	}
	return a
}

func fieldOf(path []string) string {
	if len(path) == 0 {
		return "body"
	}
	var b strings.Builder
	for _, name := range path {
		b.WriteString("/" + formula.Pointer(name)[1:])
	}
	return fmt.Sprintf("body %q", b.String())
}

// tokenFields are those of a token answer that are read without a formula
// (RFC 6749 5.1).
var tokenFields = []string{"access_token", "token_type", "expires_in", "refresh_token"}

// readerOf returns what reads a path of the answer to the current step; "" if
// nothing does. What is read of a credential or of the test's result may come
// from any answer that made it.
func (c *comparison) readerOf(path []string) string {
	if len(path) == 0 {
		return c.step
	}
	if (c.step == tokenStep || c.step == refreshStep) && len(path) == 1 && slices.Contains(tokenFields, path[0]) {
		return "OAuth 2"
	}
	for _, r := range c.subject.Methods.Reads() {
		if read := c.readOf(r); len(read) > 0 && along(path, read) {
			return r.Method
		}
	}
	return ""
}

// credentialRoots are the variables that hold what a server gave.
var credentialRoots = []string{"credentials", "authData", "tokenResponse"}

// readOf returns which part of an answer to the current step a formula reads;
// nothing if it reads no answer, or another. What a step gives without a mapping
// is its answer.
func (c *comparison) readOf(r method.Read) []formula.Step {
	steps := r.Path.Steps()
	if len(steps) == 0 {
		return nil
	}
	root, read := steps[0].Property, steps[1:]
	mapped := c.subject.Option.Value.Get(c.step).Get("mapping").Has("responseMapping")
	switch {
	case root == "response" && (r.Method == c.step || r.Method == "makeApiClient") && len(read) > 0 && read[0].Property == "data":
		return read[1:]
	case root == "test" && c.step == "test" && !mapped, slices.Contains(credentialRoots, root) && c.step != "test" && c.step != operationStep && !mapped:
		return read
	}
	return nil
}

// along tells whether one of two paths leads to the other.
func along(path []string, read []formula.Step) bool {
	for i := range min(len(path), len(read)) {
		if path[i] != read[i].Property && !(path[i] == anyItem && read[i].IsIndex) {
			return false
		}
	}
	return true
}
