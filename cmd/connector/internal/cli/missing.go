package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A missingError says what a credential lacks, and each way to give it.
type missingError struct{ message, hint string }

func (e *missingError) Error() string { return e.message }

// complete adds defaults, asks for what is missing where somebody can answer,
// and says what a credential lacks.
func (t *tester) complete(ctx context.Context, s auth.Subject, v auth.Values) (auth.Values, error) {
	complete, problems, err := s.Complete(v)
	if err != nil || len(problems) == 0 {
		return complete, err
	}
	asks := func(p auth.ValueProblem) bool { return p.Missing && !p.Parameter && !strings.Contains(p.Name, ".") }
	for _, p := range problems {
		if !t.asks() || !asks(p) {
			return v, t.missing(s, problems)
		}
	}
	var secrets []string
	for _, in := range s.Methods.Secrets() {
		if !in.Parameter {
			secrets = append(secrets, in.Name)
		}
	}
	v.Inputs, err = t.prompt(ctx, s, form.New(s.Option.Value.Get("inputSchema"), secrets...), v.Inputs, false)
	if err != nil && !errors.Is(err, io.EOF) {
		return v, err
	}
	complete, problems, err = s.Complete(v)
	if err != nil || len(problems) == 0 {
		return complete, err
	}
	return v, t.missing(s, problems)
}

// prompt asks for the values of a form that are not given. The questions name
// the connector: the answers are for it alone.
func (t *tester) prompt(ctx context.Context, s auth.Subject, f *form.Form, given formula.Value, needed bool) (formula.Value, error) {
	o := t.promptOptions()
	o.For, o.Needed = s.Connector.Name(), needed
	values, err := form.Prompt(ctx, t.asker(), t.Stderr, f, given, o)
	var invalid *form.InvalidError
	if errors.As(err, &invalid) { // which the caller says better
		return given, nil
	}
	return values, err
}

// asks tells whether somebody can be asked.
func (t *tester) asks() bool { return t.someone() && t.format == "text" }

// missing says what a credential lacks.
func (t *tester) missing(s auth.Subject, problems []auth.ValueProblem) error {
	var absent, wrong, hints []string
	for _, p := range problems {
		switch {
		case p.Missing:
			absent = append(absent, p.Name)
		case p.Name == "":
			wrong = append(wrong, "the inputs: "+p.Message)
		default:
			wrong = append(wrong, p.Name+" "+p.Message)
		}
	}
	if len(absent) > 0 {
		verb := " are required"
		if len(absent) == 1 {
			verb = " is required"
		}
		wrong = append([]string{formula.JoinWords(absent, "and") + verb}, wrong...)
	}
	for _, parameter := range []bool{false, true} {
		if hint := t.ways(s, problems, parameter); hint != "" {
			hints = append(hints, hint)
		}
	}
	return &missingError{"no usable credential: " + strings.Join(wrong, "; "), strings.Join(hints, "; ")}
}

// ways says how the inputs, or the parameters, among problems can be given.
func (t *tester) ways(s auth.Subject, problems []auth.ValueProblem, parameter bool) string {
	c := collector{kind: "INPUT", key: s.Connector.Key()}
	side, flag, file := "inputSchema", "--input", "--input-file"
	if parameter {
		c.kind, side, flag, file = "PARAM", "parametersSchema", "--param", "--params-file"
	}
	var variables, flags []string
	for _, p := range problems {
		if p.Parameter != parameter || p.Name == "" {
			continue
		}
		name, _, _ := strings.Cut(p.Name, ".")
		variable := c.variable(name)
		if t.many && c.key != "" { // the others would get a variable that names none
			variable = c.namedVariable(name)
		}
		if slices.Contains(variables, variable) {
			continue
		}
		variables = append(variables, variable)
		if !t.many && !spec.IsSensitive(s.Option.Value.Get(side).Get("properties").Get(name)) {
			flags = append(flags, fmt.Sprintf("%s %s=…", flag, name))
		}
	}
	if len(variables) == 0 {
		return ""
	}
	them := "it"
	if len(variables) > 1 {
		them = "them"
	}
	hint := fmt.Sprintf("set %s, or write %s into a file for %s", formula.JoinWords(variables, "and"), them, file)
	if len(flags) > 0 {
		hint += ", or give what is no secret by " + strings.Join(flags, " ")
	}
	if !parameter && t.Ask == nil && !t.connects {
		hint += ", or run this with --live on a terminal to be asked"
	}
	return hint
}

// howToGive says how an option's credential is given.
func (t *tester) howToGive(s auth.Subject) string {
	_, problems, err := s.Complete(auth.Values{})
	if err != nil {
		return err.Error()
	}
	if len(problems) == 0 {
		return "--live tests it, since it asks for nothing"
	}
	if ways := t.ways(s, problems, false); ways != "" {
		return ways
	}
	return t.ways(s, problems, true)
}
