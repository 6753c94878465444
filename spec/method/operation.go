package method

import (
	"context"
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// operationMethod is what an operation is called as a method, and what a script
// of one may export.
const operationMethod = "run"

// An operation is one that has been compiled.
type operation struct {
	*spec.Operation
	runner runner // nil for one that does not run
	result formula.Type
}

// compileOperations compiles the operations of the connector for an option.
func (s *Set) compileOperations(scope *authtype.Scope) []spec.Diagnostic {
	var diagnostics []spec.Diagnostic
	for _, o := range s.option.Connector().Operations() {
		compiled := &operation{Operation: o}
		s.operations = append(s.operations, compiled)
		c := &compilation{option: s.option, method: operationMethod, pointer: spec.OperationPointer(o.Key), set: s, scope: scope}
		kind := findKind(o.Kind())
		switch {
		case o.Value.Len() == 0: // only a name in a list
		case !o.Value.Has("mapping") && !o.Value.Has("code"):
			c.report("missing-body", spec.Error, "", spec.AtKey(), fmt.Sprintf("operation %q has no body", o.Key),
				fmt.Sprintf("give it a type and a mapping, or write its mapping into operations/%s.rest.yml", o.Key))
		case kind == nil || kind.compile == nil || !o.Value.Has(kind.body): // the schema says so
		default:
			c.body, c.pointer = o.Value.Get(kind.body), c.pointer+formula.Pointer(kind.body)
			c.more = []variable{{Key: "input", Type: authtype.ObjectOf(o.InputSchema())}}
			compiled.runner = kind.compile(c)
			compiled.result = c.result
			c.checkOutput(o.OutputSchema())
		}
		diagnostics = append(diagnostics, c.diagnostics...)
	}
	return diagnostics
}

// operation returns the operation of that key, nil if there is none.
func (s *Set) operation(key string) *operation {
	for _, o := range s.operations {
		if o.Key == key {
			return o
		}
	}
	return nil
}

// OperationSupported says why an operation does not run; nil if it does.
func (s *Set) OperationSupported(key string) error {
	switch o := s.operation(key); {
	case o == nil:
		return fmt.Errorf("there is no operation %q", key)
	case o.runner == nil && o.Kind() == "":
		return fmt.Errorf("operation %q has a name and nothing more", key)
	case o.runner == nil:
		return fmt.Errorf("operation %q is implemented as %q, which this version does not run", key, o.Kind())
	}
	return nil
}

// RunOperation runs an operation; its input is the variable of that name.
func (s *Set) RunOperation(ctx context.Context, key string, call Call) (Result, error) {
	if err := s.OperationSupported(key); err != nil {
		return Result{}, err
	}
	return s.operation(key).runner.run(ctx, call)
}

// Changes tells whether an operation may change something at the API: only
// requests that are safe (RFC 9110 9.2.1) and queries do not, and of a script
// nobody knows.
func (s *Set) Changes(key string) bool {
	o := s.operation(key)
	if o == nil || o.runner == nil {
		return false
	}
	switch r := o.runner.(type) {
	case *rest:
		return slices.ContainsFunc(r.requests, func(q *request) bool { return !slices.Contains([]string{"GET", "HEAD", "OPTIONS"}, q.verb) })
	case *graphql:
		return r.mutation
	}
	return true
}

// An operationCall is a compiled operation-mapping.
type operationCall struct {
	*operation
	input, output *formula.Program // nil where there is none
}

func compileOperationCall(c *compilation) runner {
	key := c.body.Get("operationKey").Text()
	o := c.set.operation(key)
	call := &operationCall{operation: o}
	given := formula.ObjectType()
	if m := c.body.Get("inputMapping"); !m.IsUndefined() {
		call.input = c.formula("/inputMapping", m)
		given = call.input.Result()
	}
	if o == nil {
		c.unknownOperation(key)
		return nil
	}
	c.checkInput(o.Operation, given)
	c.result = o.result
	if m := c.body.Get("outputMapping"); !m.IsUndefined() {
		call.output = c.formula("/outputMapping", m, variable{Key: "output", Type: outputType(o)})
		c.result = call.output.Result()
	}
	if o.runner == nil {
		return nil
	}
	return call
}

// outputType returns the type of what an operation gives: as it is known from
// its body, or else from its schema.
func outputType(o *operation) formula.Type {
	if o.result != (formula.Type{}) {
		return o.result
	}
	if schema := o.OutputSchema(); schema.IsObject() {
		return formula.TypeOf(schema)
	}
	return formula.Type{}
}

func (o *operationCall) run(ctx context.Context, call Call) (Result, error) {
	input := formula.Object()
	if o.input != nil {
		v, err := o.input.Eval(call.Variables, call.Run)
		if err != nil {
			return Result{}, err
		}
		if !v.IsMissing() {
			input = v
		}
	}
	input = spec.WithDefaults(o.InputSchema(), input)
	problems, err := spec.CheckInputs(o.InputSchema(), input)
	if err != nil {
		return Result{}, err
	}
	if len(problems) > 0 {
		return Result{}, fmt.Errorf("the input of operation %q: %s %s", o.Key, problems[0].Name, problems[0].Message)
	}
	vars := call.Variables
	call.Variables = vars.With("input", input)
	result, err := o.runner.run(ctx, call)
	if err != nil || o.output == nil {
		return result, err
	}
	result.Value, err = o.output.Eval(vars.With("output", result.Value), call.Run)
	result.Mapped = true
	return result, err
}

// unknownOperation reports that there is no operation of that key.
func (c *compilation) unknownOperation(key string) {
	var names []string
	for _, o := range c.set.operations {
		names = append(names, o.Key)
	}
	hint := fmt.Sprintf("write it into operations/%s.yml, or under operations in the spec", key)
	if near := formula.Nearest(key, names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if c.option.Connector().Alone() && len(names) == 0 {
		return // it may stand in a file
	}
	c.report("unknown-operation", spec.Error, "/operationKey", spec.AtValue(), fmt.Sprintf("there is no operation %q", key), hint)
}

// checkInput reports what an operation needs and is not given, and what it is
// given and does not take.
func (c *compilation) checkInput(o *spec.Operation, given formula.Type) {
	schema := o.InputSchema()
	if !given.CanBe(formula.KindObject) {
		c.report("wrong-type", spec.Error, "/inputMapping", spec.AtValue(), "the input of an operation is an object, and this is "+given.String(), "")
		return
	}
	properties := schema.Get("properties")
	required, _ := schema.Get("required").AsList()
	for _, name := range required {
		if properties.Get(name.Text()).Has("default") || given.Member(name.Text()).CanBe(allKinds...) {
			continue
		}
		hint := fmt.Sprintf("write %q into inputMapping", name.Text())
		if near := formula.Nearest(name.Text(), given.Members()); near != "" {
			hint = fmt.Sprintf("%q is given: did you mean %q?", near, name.Text())
		}
		at, place := "/inputMapping", spec.AtKey()
		if !c.body.Has("inputMapping") {
			at, place = "/operationKey", spec.AtValue()
		}
		c.report("missing-input", spec.Error, at, place, fmt.Sprintf("operation %q needs the input %q", o.Key, name.Text()), hint)
	}
	if !properties.IsObject() && schema.IsObject() || !schema.Get("additionalProperties").IsUndefined() {
		return
	}
	for _, name := range given.Members() {
		if properties.Has(name) {
			c.checkFits(formula.Pointer("inputMapping", name), properties.Get(name), given.Member(name), "wrong-input", "the operation takes")
			continue
		}
		hint := "it takes nothing"
		if names := properties.Keys(); len(names) > 0 {
			hint = "it takes " + formula.JoinWords(quoted(names), "and")
		}
		if near := formula.Nearest(name, properties.Keys()); near != "" {
			hint = fmt.Sprintf("did you mean %q?", near)
		}
		c.report("unknown-input", spec.Error, formula.Pointer("inputMapping", name), spec.AtKey(), fmt.Sprintf("operation %q does not take %q", o.Key, name), hint)
	}
}

// allKinds are the kinds that a value which is there can have.
var allKinds = []formula.Kind{
	formula.KindNull, formula.KindBool, formula.KindNumber, formula.KindString, formula.KindBytes, formula.KindList, formula.KindObject,
}

// checkOutput reports a responseMapping that cannot give what the schema of the
// output says.
func (c *compilation) checkOutput(schema formula.Value) {
	if !schema.IsObject() || !c.body.Has("responseMapping") || slices.ContainsFunc(c.diagnostics, func(d spec.Diagnostic) bool { return d.Severity == spec.Error }) {
		return
	}
	c.checkFits("/responseMapping", schema, c.result, "wrong-output", "outputSchema says")
}

// checkFits reports what is certainly not what a schema wants, at the nearest
// part of what is written.
func (c *compilation) checkFits(at string, schema formula.Value, t formula.Type, code, says string) {
	want := formula.TypeOf(schema)
	if !slices.ContainsFunc(allKinds, func(k formula.Kind) bool { return want.CanBe(k) && t.CanBe(k) }) && t.CanBe(allKinds...) && want.CanBe(allKinds...) {
		c.report(code, spec.Error, at, spec.AtValue(), fmt.Sprintf("%s %s, and this is %s", says, want, t), "change the mapping, or the schema")
		return
	}
	if !want.CanBe(formula.KindObject) || !t.CanBe(formula.KindObject) || want.CanBe(formula.KindList, formula.KindString) {
		return
	}
	properties := schema.Get("properties")
	for _, name := range t.Members() {
		if properties.Has(name) {
			c.checkFits(at+formula.Pointer(name), properties.Get(name), t.Member(name), code, says)
		}
	}
	required, _ := schema.Get("required").AsList()
	for _, name := range required {
		if len(t.Members()) > 0 && !t.Lists(name.Text()) && !t.Member(name.Text()).CanBe(allKinds...) {
			c.report(code, spec.Error, at, spec.AtKey(), fmt.Sprintf("%s that there is %q, and there is not", says, name.Text()), "add it to the mapping, or take it out of the schema")
		}
	}
}
