package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// valueOptions are the flags by which inputs and parameters are given.
type valueOptions struct {
	inputs, params         []string
	inputFile, paramsFile  string
	environment            string
	inputSource, paramsSrc *spec.Source
}

func (v *valueOptions) flags(f *pflag.FlagSet) {
	f.StringArrayVar(&v.inputs, "input", nil, "give an input that is not secret: `name=value`")
	f.StringVar(&v.inputFile, "input-file", "", "read inputs from a YAML or JSON `file`; - is standard input")
	f.StringArrayVar(&v.params, "param", nil, "give a connector parameter that is not secret: `name=value`")
	f.StringVar(&v.paramsFile, "params-file", "", "read connector parameters from a YAML or JSON `file`")
	f.StringVar(&v.environment, "environment", "", "take connector parameters from this `environment` of the spec")
}

// read reads the files.
func (v *valueOptions) read(g *global) (err error) {
	if v.inputSource, err = readValues(g, v.inputFile, "--input-file"); err == nil {
		v.paramsSrc, err = readValues(g, v.paramsFile, "--params-file")
	}
	return err
}

// readValues reads a file of values; nil if there is none.
func readValues(g *global, file, flag string) (*spec.Source, error) {
	if file == "" {
		return nil, nil
	}
	var data []byte
	var err error
	if file == "-" {
		data, err = io.ReadAll(io.LimitReader(g.Stdin, spec.MaxFileSize+1))
	} else {
		data, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	s, diagnostics := spec.Parse(file, data)
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return nil, fmt.Errorf("%s: %s:%d:%d: %s", flag, file, d.Line, d.Column, d.Message)
		}
	}
	if !s.Value().IsObject() {
		return nil, fmt.Errorf("%s: %s holds %s; names with their values are wanted", flag, file, s.Value().Kind())
	}
	return s, nil
}

// unnamed tells whether values were given that name no connector.
func (v *valueOptions) unnamed(g *global) bool {
	if len(v.inputs) > 0 || len(v.params) > 0 || v.inputSource != nil && !nested(v.inputSource.Value()) {
		return true
	}
	return slices.ContainsFunc(g.Environ(), func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		rest, ok := strings.CutPrefix(name, "CONNECTOR_INPUT_")
		return ok && !strings.Contains(rest, "__")
	})
}

// nested tells whether a file of values has one entry for each connector.
func nested(v formula.Value) bool {
	for i := range v.Len() {
		if _, item := v.At(i); !item.IsObject() {
			return false
		}
	}
	return v.Len() > 0
}

// of collects the values for an option from all that was given, and tells
// whether any of them is an input. Flags come before files, files before
// variables.
func (v *valueOptions) of(g *global, s auth.Subject) (auth.Values, bool, error) {
	c := collector{global: g, key: s.Connector.Key(), schema: s.Option.Value.Get("inputSchema"), kind: "INPUT"}
	inputs, err := c.collect(v.inputs, "--input", v.inputSource)
	if err != nil {
		return auth.Values{}, false, err
	}
	c.schema, c.kind = s.Option.Value.Get("parametersSchema"), "PARAM"
	params, err := c.collect(v.params, "--param", v.paramsSrc)
	if err != nil {
		return auth.Values{}, false, err
	}
	if v.environment != "" {
		set := s.Connector.Meta.Get("environments").Get(v.environment)
		if !set.IsObject() {
			return auth.Values{}, false, usagef("%s has no environment %q", s.Connector.Name(), v.environment)
		}
		for i, name := range set.Keys() {
			if _, item := set.At(i); !params.Has(name) {
				params = params.With(name, item)
			}
		}
	}
	return auth.Values{Inputs: inputs, Parameters: params}, inputs.Len() > 0, nil
}

// A collector collects the inputs, or the parameters, of one option.
type collector struct {
	*global
	key    string
	schema formula.Value
	kind   string // INPUT or PARAM
}

func (c *collector) collect(flags []string, flag string, file *spec.Source) (formula.Value, error) {
	b := formula.NewObject(4)
	if err := c.fromFlags(b, flags, flag); err != nil {
		return formula.Undefined, err
	}
	if file != nil {
		if err := c.fromFile(b, file); err != nil {
			return formula.Undefined, err
		}
	}
	return b.Value(), c.fromVariables(b)
}

func (c *collector) fromFlags(b *formula.ObjectBuilder, flags []string, flag string) error {
	properties := c.schema.Get("properties")
	for _, f := range flags {
		name, text, ok := strings.Cut(f, "=")
		if !ok {
			return usagef("%s takes name=value", flag)
		}
		if !properties.Has(name) {
			hint := ""
			if near := formula.Nearest(name, properties.Keys()); near != "" {
				hint = fmt.Sprintf("; did you mean %q?", near)
			}
			return usagef("%s: nothing is called %q%s", flag, name, hint)
		}
		if spec.IsSensitive(properties.Get(name)) {
			return usagef("%s: %q is a secret, and command lines are public: give it by %s or a file", flag, name, c.variable(name))
		}
		v, err := convert(properties.Get(name), text)
		if err != nil {
			return usagef("%s: %q %w", flag, name, err)
		}
		b.Set(name, v)
	}
	return nil
}

func (c *collector) fromFile(b *formula.ObjectBuilder, file *spec.Source) error {
	pointer, values := "", file.Value()
	if nested(values) && !c.schema.Get("properties").Has(values.Keys()[0]) {
		pointer, values = formula.Pointer(c.key), values.Get(c.key)
	}
	for i, name := range values.Keys() {
		_, v := values.At(i)
		if b.Has(name) {
			continue
		}
		property := c.schema.Get("properties").Get(name)
		if text, _, ok := file.Scalar(pointer + formula.Pointer(name)); ok && property.Get("type").Text() == "string" && !v.IsMissing() {
			v = formula.String(text) // 0123 is meant as it stands
		}
		v, err := c.resolve(v)
		if err != nil {
			return fmt.Errorf("%s: %q: %w", file.Name(), name, err)
		}
		if c.schema.Get("properties").Has(name) {
			b.Set(name, v)
		}
	}
	return nil
}

// resolve replaces ${env:NAME} and ${file:PATH} by what they name.
func (c *collector) resolve(v formula.Value) (formula.Value, error) {
	s := v.Text()
	inner, ok := strings.CutPrefix(s, "${")
	inner, closed := strings.CutSuffix(inner, "}")
	if !ok || !closed {
		return v, nil
	}
	if name, ok := strings.CutPrefix(inner, "env:"); ok {
		value := c.Getenv(name)
		if value == "" {
			return v, credentialError{fmt.Errorf("the environment variable %s is not set", name)}
		}
		return formula.String(value), nil
	}
	if path, ok := strings.CutPrefix(inner, "file:"); ok {
		data, err := os.ReadFile(path)
		if err != nil {
			return v, err
		}
		return formula.String(strings.TrimRight(string(data), "\r\n")), nil
	}
	return v, nil
}

func (c *collector) fromVariables(b *formula.ObjectBuilder) error {
	properties := c.schema.Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		if b.Has(name) {
			continue
		}
		for _, variable := range []string{c.namedVariable(name), c.variable(name)} {
			text := c.Getenv(variable)
			if variable == "" || text == "" {
				continue
			}
			v, err := convert(property, text)
			if err != nil {
				return fmt.Errorf("%s %w", variable, err)
			}
			b.Set(name, v)
			break
		}
	}
	return nil
}

// variable returns the environment variable that gives a value.
func (c *collector) variable(name string) string {
	return "CONNECTOR_" + c.kind + "_" + upperSnake(name)
}

// namedVariable returns the one that names the connector, too; "" if that has
// no key.
func (c *collector) namedVariable(name string) string {
	if c.key == "" {
		return ""
	}
	return "CONNECTOR_" + c.kind + "_" + upperSnake(c.key) + "__" + upperSnake(name)
}

// upperSnake writes a name in upper snake case: apiKey and api-key are
// API_KEY, clientID is CLIENT_ID.
func upperSnake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			before := runes[i-1]
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(before) || unicode.IsDigit(before) || unicode.IsUpper(before) && nextLower {
				b.WriteByte('_')
			}
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = '_'
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}

// convert reads a text as the type of a property: what is not a string is
// JSON.
func convert(property formula.Value, text string) (formula.Value, error) {
	switch property.Get("type").Text() {
	case "number", "integer", "boolean", "array", "object":
		v, err := formula.ParseJSON([]byte(text))
		if err != nil {
			return formula.Undefined, fmt.Errorf("must be %s, written as JSON", property.Get("type").Text())
		}
		return v, nil
	}
	return formula.String(text), nil
}

// complete adds defaults, asks for what is missing where somebody can answer,
// and says what a credential lacks.
func (t *tester) complete(s auth.Subject, v auth.Values) (_ auth.Values, missing, failure error) {
	for {
		complete, problems, err := s.Complete(v)
		if err != nil {
			return v, nil, err
		}
		if len(problems) == 0 {
			return complete, nil, nil
		}
		asked, err := t.ask(s, &v, problems)
		if err != nil {
			return v, err, nil
		}
		if !asked {
			return v, missingError(s, problems), nil
		}
	}
}

// ask asks for the missing inputs on a terminal.
func (t *tester) ask(s auth.Subject, v *auth.Values, problems []auth.ValueProblem) (bool, error) {
	if t.Ask == nil || t.noInput || t.format != "text" {
		return false, nil
	}
	asked := false
	for _, p := range problems {
		if !p.Missing || p.Parameter || strings.Contains(p.Name, ".") {
			return false, nil
		}
		property := s.Option.Value.Get("inputSchema").Get("properties").Get(p.Name)
		text, err := t.Ask(promptOf(p.Name, property), spec.IsSensitive(property))
		if err != nil {
			return false, err
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

func promptOf(name string, property formula.Value) string {
	title := property.Get("title").Text()
	if title == "" {
		title = name
	}
	return title + ": "
}

// missingError says what a credential lacks and each way to give it.
func missingError(s auth.Subject, problems []auth.ValueProblem) error {
	var b strings.Builder
	b.WriteString("no usable credential:")
	for _, p := range problems {
		name := p.Name
		if name == "" {
			name = "the inputs"
		}
		fmt.Fprintf(&b, " %s %s;", name, p.Message)
		if p.Name == "" {
			continue
		}
		side, kind, flag, file := "inputSchema", "INPUT", "--input", "--input-file"
		if p.Parameter {
			side, kind, flag, file = "parametersSchema", "PARAM", "--param", "--params-file"
		}
		c := collector{kind: kind}
		ways := []string{"set " + c.variable(p.Name), "write it in " + file}
		if property := s.Option.Value.Get(side).Get("properties").Get(p.Name); !spec.IsSensitive(property) {
			ways = append(ways, fmt.Sprintf("give %s %s=…", flag, p.Name))
		}
		fmt.Fprintf(&b, " %s;", strings.Join(ways, ", or "))
	}
	return errors.New(strings.TrimSuffix(b.String(), ";"))
}

// howToGive names the variables and the flag by which an option's credential
// is given.
func howToGive(s auth.Subject) string {
	c := collector{kind: "INPUT"}
	var names []string
	for _, name := range s.Option.Value.Get("inputSchema").Get("properties").Keys() {
		names = append(names, c.variable(name))
	}
	if len(names) == 0 {
		return "--live tests it, since it asks for nothing"
	}
	return "set " + strings.Join(names, ", ") + " or use --input-file"
}
