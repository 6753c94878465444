package auth

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// operationStep is the name of the step in which an operation runs.
const operationStep = "run"

// operationPrefix begins the placeholders of secrets in an operation's input.
const operationPrefix = "operation."

// CompleteInput returns the input of the subject's operation with the defaults
// of its schema and in its order, and what is wrong with it.
func (s Subject) CompleteInput(input formula.Value) (formula.Value, []spec.InputProblem, error) {
	if !input.IsObject() {
		input = formula.Object()
	}
	schema := s.operation().InputSchema()
	input = inOrder(schema, spec.WithDefaults(schema, input))
	problems, err := spec.CheckInputs(schema, input)
	names := schema.Get("properties").Keys()
	slices.SortStableFunc(problems, func(a, b spec.InputProblem) int {
		return cmp.Or(cmp.Compare(rank(names, a.Name), rank(names, b.Name)), cmp.Compare(a.Message, b.Message))
	})
	return input, slices.Compact(problems), err
}

// ExampleInput returns an input made of the defaults and the first examples of
// the schema of the subject's operation.
func (s Subject) ExampleInput() formula.Value {
	b := formula.NewObject(4)
	properties := s.operation().InputSchema().Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		if examples, ok := property.Get("examples").AsList(); ok && len(examples) > 0 && !property.Has("default") {
			b.Set(name, examples[0])
		}
	}
	return b.Value()
}

// operation returns the operation of the subject; an empty one if it has none.
func (s Subject) operation() *spec.Operation {
	if o := s.Connector.Operation(s.Operation); o != nil {
		return o
	}
	return &spec.Operation{}
}

// sensitiveInput lists the secrets among the operation's input.
func (s Subject) sensitiveInput() []string {
	if s.Operation == "" {
		return nil
	}
	var names []string
	properties := s.operation().InputSchema().Get("properties")
	for i, name := range properties.Keys() {
		if _, property := properties.At(i); spec.IsSensitive(property) {
			names = append(names, name)
		}
	}
	return names
}

// operate runs the operation and holds what it gives against its schema.
func (l *life) operate(ctx context.Context, config *method.ClientConfig) error {
	return l.step(operationStep, func() error {
		c, err := l.open(ctx, config)
		if err != nil {
			return err
		}
		vars := l.variables(append(withCredentials(l.credential().Values), formula.Member{Key: "input", Value: l.values.Input})...)
		result, err := l.Methods.RunOperation(ctx, l.Operation, l.call(method.Call{Variables: vars, Client: c}))
		if err != nil {
			return err
		}
		l.result.Value = result.Value
		return l.checkOutput(result.Value)
	})
}

// checkOutput holds what an operation gave against its outputSchema.
func (l *life) checkOutput(v formula.Value) error {
	problems, err := spec.CheckInputs(l.operation().OutputSchema(), v)
	if err != nil || len(problems) == 0 {
		return err
	}
	p := problems[0]
	if p.Name == "" {
		return &VerdictError{"what the operation gives " + p.Message + ", as its outputSchema says"}
	}
	return &VerdictError{fmt.Sprintf("what the operation gives does not meet its outputSchema: %s %s", p.Name, p.Message)}
}
