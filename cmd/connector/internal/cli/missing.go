package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A missingError says what a credential lacks, and each way to give it.
type missingError struct{ message, hint string }

func (e *missingError) Error() string { return e.message }

// complete adds defaults, asks for what is missing where somebody can answer,
// and says what a credential lacks.
func (t *tester) complete(s auth.Subject, v auth.Values) (auth.Values, error) {
	for {
		complete, problems, err := s.Complete(v)
		if err != nil || len(problems) == 0 {
			return complete, err
		}
		asked, err := t.ask(s, &v, problems)
		if err != nil {
			return v, err
		}
		if !asked {
			return v, t.missing(s, problems)
		}
	}
}

// ask asks for the missing inputs on a terminal.
func (t *tester) ask(s auth.Subject, v *auth.Values, problems []auth.ValueProblem) (bool, error) {
	if !t.asks() {
		return false, nil
	}
	asked := false
	for _, p := range problems {
		if !p.Missing || p.Parameter || strings.Contains(p.Name, ".") {
			return false, nil
		}
		property := s.Option.Value.Get("inputSchema").Get("properties").Get(p.Name)
		text, err := t.Ask(promptOf(s, p.Name, property), spec.IsSensitive(property))
		if err != nil {
			return false, fmt.Errorf("ask for %s: %w", p.Name, err)
		}
		if text == "" {
			return false, nil
		}
		value, err := convert(property, text)
		if err != nil {
			return false, fmt.Errorf("%s %w", p.Name, err)
		}
		v.Inputs = v.Inputs.With(p.Name, value)
		asked = true
	}
	return asked, nil
}

// asks tells whether somebody can be asked.
func (t *tester) asks() bool { return t.Ask != nil && !t.noInput && t.format == "text" }

// promptOf names the connector, too: the answer is a credential for it alone.
func promptOf(s auth.Subject, name string, property formula.Value) string {
	title := property.Get("title").Text()
	if title == "" {
		title = name
	}
	return secret.PrintableLine(fmt.Sprintf("%s: %s: ", s.Connector.Name(), title))
}

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
	if !parameter && t.Ask == nil {
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
