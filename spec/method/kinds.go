package method

import (
	"context"
	"fmt"
	"net/http"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Kind is one implementation type.
type Kind struct {
	Name    string
	Summary string
	// body is the field that holds the body of a method.
	body string
	// compile compiles the body of a method and reports what is wrong with it.
	// A kind without it is known and does not run.
	compile func(c *compilation) runner
}

// kinds lists the implementation types.
var kinds = []Kind{
	{spec.KindMapping, "data in which formulas are evaluated", "mapping", compileMapping},
	{spec.KindREST, "a request, or several in a row", "mapping", compileREST},
	{spec.KindGraphQL, "a GraphQL query or mutation", "mapping", compileGraphQL},
	{spec.KindOperation, "an operation of the connector", "mapping", compileOperationCall},
	{spec.KindJavaScript, "a script", "code", compileScript},
	{spec.KindNotSupported, "a method that the connector does not have", "", nil},
}

func findKind(name string) *Kind {
	for i := range kinds {
		if kinds[i].Name == name {
			return &kinds[i]
		}
	}
	return nil
}

// A runner is the compiled body of a method.
type runner interface {
	run(ctx context.Context, call Call) (Result, error)
}

// A Client sends requests: their URLs may be relative to its base.
type Client interface {
	Do(*http.Request) (*http.Response, error)
}

// A Call is what a method gets from the run it is part of.
type Call struct {
	Variables formula.Value
	Run       formula.Run
	Client    Client  // for methods that send requests
	Scripts   Scripts // for methods that are scripts
}

// A Result is what a method gives.
type Result struct {
	Value formula.Value
	// Mapped tells that the value comes from a mapping, and is not the whole
	// answer of a request.
	Mapped bool
	// Response is the last answer of a method that sends requests.
	Response *Response
}

// An UnsupportedError says that a method is of a kind that does not run here.
type UnsupportedError struct{ Method, Kind string }

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("method %q is implemented as %q, which this version does not run", e.Method, e.Kind)
}
