package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
	"github.com/connector-spec/connector/spec/method/script"
)

// A Subject is one option of a connector, ready to run.
type Subject struct {
	Connector *spec.Connector
	Option    *spec.Option
	Methods   *method.Set
	// Operation is the key of the operation that is run in place of the test;
	// "" for the test.
	Operation string
	// Course is what the run does after its test; an operation has none.
	Course Course
	// Engine runs the methods that are scripts; nil if they do not run here.
	// Files is the file system that the connector was loaded from, for what they
	// import; nil if they can import no files.
	Engine script.Engine
	Files  fs.FS
	// Trace keeps the exchanges of each step in the result.
	Trace bool
	// Untested leaves the test out: what comes of the credential is not known.
	Untested bool
}

// Values are what a run is given: what the user entered, the parameters of the
// connector, and the input of the operation, all objects by name.
type Values struct {
	Inputs, Parameters, Input formula.Value
	// Scopes are those of the spec's optional scopes that are asked for.
	Scopes []string
}

// Format writes the names of the values and nothing of what they are, since
// some are secrets, and v does not know which.
func (v Values) Format(f fmt.State, _ rune) {
	fmt.Fprintf(f, "inputs %q, parameters %q, input %q", v.Inputs.Keys(), v.Parameters.Keys(), v.Input.Keys())
}

// MarshalText writes the same.
func (v Values) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%v", v), nil }

// A World is what a run takes from outside.
type World struct {
	// Network sends requests; auth/client.NewTransport makes one that is safe
	// for hosts that come from data.
	Network http.RoundTripper
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Redactor learns every secret of the run; nil for who shows nothing.
	Redactor *secret.Redactor
	// Timeout bounds each request, and each script to twice as long; 0 leaves
	// their own bounds.
	Timeout time.Duration
	// Browser sends the user to a URL and gives the URL at which the user came
	// back; nil if there is no user: then no login takes one. Redirect is where
	// that is, "" for what the spec says; see [Subject.RedirectURI].
	Browser  login.Browser
	Redirect string
	// Prompt shows the user of a device login the code and where to enter it,
	// and returns at once; nil if there is no user.
	Prompt func(context.Context, DevicePrompt) error
	// Device makes a login by a code on another device of one that would need a
	// browser here, if the server has an endpoint for it.
	Device bool
	// Keeper keeps the credential of a connection where other processes find
	// it; nil if it lives in this process alone.
	Keeper Keeper
	// Connections gives the connection of another connector by its key, for an
	// option of type proxy, by; nil if there are none. What is borrowed goes to
	// the origins of its owner and to no other.
	Connections func(ctx context.Context, key string, by Subject) (*Connection, error)
	// Wait lets time pass before a request is repeated, as where an API limits
	// requests; nil waits.
	Wait func(context.Context, time.Duration) error
	// Poll lets time pass before the server is asked again whether the user of a
	// device login has agreed, which ends with its error; nil is Wait.
	Poll func(context.Context, time.Duration) error
	// Log takes a line that a script logs, without the secrets that the run
	// knows; nil drops it.
	Log func(method, level, line string)

	// Begin is told each step that begins; nil if nobody wants to know.
	Begin func(step string)

	// minted tells a simulation what credential there is now; nil outside one.
	minted func(*Credential)
}

// complete returns the world with all that it was left to choose.
func (w World) complete() (World, error) {
	if w.Network == nil {
		return w, errors.New("a run needs a network")
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Redactor == nil {
		w.Redactor = secret.NewRedactor()
	}
	return w, nil
}

// OptionKey returns the key of the option; "" without one.
func (s Subject) OptionKey() string {
	if s.Option == nil {
		return ""
	}
	return s.Option.Key
}

// Check says why the subject cannot run in this version; nil if it can.
func (s Subject) Check() error {
	methods := []string{credentialsMethod, "getOAuthConfig", "getTokenData", "getCredentialsFromAccessTokenResponse", "makeApiClient"}
	if s.Operation == "" && !s.Untested {
		methods = append(methods, "test")
	}
	for _, name := range methods {
		if err := s.Methods.Supported(name); err != nil {
			return err
		}
	}
	if s.Operation != "" {
		return s.Methods.OperationSupported(s.Operation)
	}
	if !s.Methods.Has("test") && !s.Untested {
		return fmt.Errorf("the option has no test")
	}
	return nil
}

// Complete returns values with the defaults of their schemas and in the order
// of these, and what is wrong with them: inputs first, then parameters.
func (s Subject) Complete(v Values) (Values, []ValueProblem, error) {
	if !v.Inputs.IsObject() {
		v.Inputs = formula.Object()
	}
	if !v.Parameters.IsObject() {
		v.Parameters = formula.Object()
	}
	inputs, parameters := s.Option.Value.Get("inputSchema"), s.Option.Value.Get("parametersSchema")
	v.Inputs = inOrder(inputs, spec.WithDefaults(inputs, v.Inputs))
	v.Parameters = inOrder(parameters, spec.WithDefaults(parameters, v.Parameters))
	var problems []ValueProblem
	for _, side := range []struct {
		schema, value formula.Value
		parameter     bool
	}{{inputs, v.Inputs, false}, {parameters, v.Parameters, true}} {
		found, err := spec.CheckInputs(side.schema, side.value)
		if err != nil {
			return v, nil, err
		}
		names := side.schema.Get("properties").Keys()
		slices.SortStableFunc(found, func(a, b spec.InputProblem) int {
			return cmp.Or(cmp.Compare(rank(names, a.Name), rank(names, b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Message, b.Message))
		})
		for _, p := range slices.Compact(found) {
			problems = append(problems, ValueProblem{p, side.parameter})
		}
	}
	return v, problems, nil
}

// rank returns the place of the input that a problem is in among names.
func rank(names []string, input string) int {
	name, _, _ := strings.Cut(input, ".")
	if i := slices.Index(names, name); i >= 0 {
		return i
	}
	return len(names)
}

// inOrder returns values in the order in which a schema asks for them, so that
// a recording does not depend on how they were given.
func inOrder(schema, values formula.Value) formula.Value {
	b := formula.NewObject(values.Len())
	for _, names := range [][]string{schema.Get("properties").Keys(), values.Keys()} {
		for _, name := range names {
			if values.Has(name) && !b.Has(name) {
				b.Set(name, values.Get(name))
			}
		}
	}
	return b.Value()
}

// A ValueProblem says what is wrong with an input, or with a parameter of the
// connector.
type ValueProblem struct {
	spec.InputProblem
	Parameter bool
}

// learn tells the redactor the secrets among the values, by the names of their
// placeholders.
func (s Subject) learn(r *secret.Redactor, v Values) {
	s.learnThese(r, v, s.Methods.Secrets())
	for _, name := range s.sensitiveInput() {
		addSecret(r, operationPrefix+name, v.Input.Get(name))
	}
}

func (s Subject) learnThese(r *secret.Redactor, v Values, inputs []method.SecretInput) {
	for _, in := range inputs {
		side, prefix := v.Inputs, "input."
		if in.Parameter {
			side, prefix = v.Parameters, "parameter."
		}
		addSecret(r, prefix+in.Name, side.Get(in.Name))
	}
}

// replaced lists what a recording has placeholders for: the secrets among the
// values, and what merely looks like one, such as the id of a key.
func (s Subject) replaced(v Values) []method.SecretInput {
	list := slices.Clip(s.Methods.Secrets())
	for _, parameter := range []bool{false, true} {
		side := v.Inputs
		if parameter {
			side = v.Parameters
		}
		for i, name := range side.Keys() {
			_, x := side.At(i)
			in := method.SecretInput{Name: name, Parameter: parameter}
			known := slices.ContainsFunc(list, func(s method.SecretInput) bool { return s.Name == name && s.Parameter == parameter })
			if !known && len(secret.Lookalikes(x.Text())) > 0 {
				list = append(list, in)
			}
		}
	}
	return list
}

// derived returns those of the credentials that a method without a request made
// of secrets: they are secrets, too, in whatever form.
func (s Subject) derived(credentials formula.Value) formula.Value {
	secrets := s.Methods.Secrets()
	b := formula.NewObject(1)
	for i, name := range credentials.Keys() {
		_, v := credentials.At(i)
		at := formula.Pointer(credentialsMethod, "mapping", name)
		for _, r := range s.Methods.Reads() {
			here := r.Pointer == at || strings.HasPrefix(r.Pointer, at+"/")
			if here && slices.ContainsFunc(secrets, func(in method.SecretInput) bool { return readsInput(r.Path, in) }) {
				b.Set(name, v)
			}
		}
	}
	return b.Value()
}

// readsInput tells whether a path leads to an input or parameter, or to all.
func readsInput(path formula.Locator, in method.SecretInput) bool {
	steps := path.Steps()
	if len(steps) == 0 {
		return false
	}
	switch root := steps[0].Property; {
	case in.Parameter && root != "connectorParameters":
		return false
	case !in.Parameter && root != "connectionInput" && root != "connectionParameters":
		return false
	}
	return len(steps) == 1 || steps[1].Property == in.Name
}

// addSecret adds the texts of a value.
func addSecret(r *secret.Redactor, name string, v formula.Value) {
	switch v.Kind() {
	case formula.KindString:
		r.Add(name, v.Text())
	case formula.KindNumber:
		r.Add(name, v.String())
	case formula.KindList, formula.KindObject:
		for i := range v.Len() {
			key, item := v.At(i)
			if key == "" {
				key = fmt.Sprint(i)
			}
			addSecret(r, name+"."+key, item)
		}
	}
}

// placeholders returns values with the secrets replaced by their placeholders.
func (s Subject) placeholders(v Values) Values {
	for _, in := range s.replaced(v) {
		side, prefix := &v.Inputs, "input."
		if in.Parameter {
			side, prefix = &v.Parameters, "parameter."
		}
		if x := side.Get(in.Name); !x.IsMissing() {
			*side = side.With(in.Name, placeholder(prefix+in.Name, x))
		}
	}
	for _, name := range s.sensitiveInput() {
		if x := v.Input.Get(name); !x.IsMissing() {
			v.Input = v.Input.With(name, placeholder(operationPrefix+name, x))
		}
	}
	return v
}

func placeholder(name string, v formula.Value) formula.Value {
	switch v.Kind() {
	case formula.KindList:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			items[i] = placeholder(fmt.Sprintf("%s.%d", name, i), item)
		}
		return formula.List(items...)
	case formula.KindObject:
		b := formula.NewObject(v.Len())
		for i, key := range v.Keys() {
			_, item := v.At(i)
			b.Set(key, placeholder(name+"."+key, item))
		}
		return b.Value()
	default:
		return formula.String("{{" + name + "}}")
	}
}
