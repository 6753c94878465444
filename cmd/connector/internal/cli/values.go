package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/spec/method"
)

// valueOptions are the flags by which inputs and parameters are given.
type valueOptions struct {
	inputs, params         []string
	inputFile, paramsFile  string
	environment            string
	inputSource, paramsSrc *spec.Source
	// operation lists the names of inputs that go to an operation, and not to
	// the connection.
	operation []string
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
		data, err = readAtMost(file)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", flag, err)
	}
	s, diagnostics := spec.Parse(file, data)
	for _, d := range diagnostics {
		if d.Severity == spec.Error { // its message may quote a secret
			return nil, fmt.Errorf("%s: %s:%d:%d: the value here cannot be read as it stands [%s]; put it in quotes", flag, file, d.Line, d.Column, d.Code)
		}
	}
	if !s.Value().IsObject() {
		return nil, fmt.Errorf("%s: %s holds %s; names with their values are wanted", flag, file, s.Value().Kind())
	}
	return s, nil
}

// unnamed tells whether values were given that name no connector.
func (v *valueOptions) unnamed(g *global) bool {
	if len(v.inputs) > 0 || len(v.params) > 0 {
		return true
	}
	for _, file := range []*spec.Source{v.inputSource, v.paramsSrc} {
		if file != nil && !nested(file.Value()) {
			return true
		}
	}
	return slices.ContainsFunc(g.Environ(), func(s string) bool {
		name, value, _ := strings.Cut(s, "=")
		rest, input := strings.CutPrefix(name, "CONNECTOR_INPUT_")
		rest, param := strings.CutPrefix(rest, "CONNECTOR_PARAM_")
		return (input || param) && value != "" && !strings.Contains(rest, "__")
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
// whether a credential is among them: an input, or a parameter of an option that
// has no inputs, such as the secret of a client. Flags come before files, files before
// variables. Siblings are all options of the connector: what only another one
// asks for is left out, what none does is an error.
func (v *valueOptions) of(g *global, s auth.Subject, siblings []lint.Checked) (_ auth.Values, given, unnamed bool, err error) {
	c := collector{global: g, key: s.Connector.Key(), schema: s.Option.Value.Get("inputSchema"), kind: "INPUT"}
	c.known, c.skip = append(knownNames(siblings, "inputSchema"), v.operation...), v.operation
	inputs, err := c.collect(v.inputs, "--input", v.inputSource)
	if err != nil {
		return auth.Values{}, false, false, err
	}
	c.schema, c.kind, c.skip = s.Option.Value.Get("parametersSchema"), "PARAM", nil
	c.known = knownNames(siblings, "parametersSchema")
	params, err := c.collect(v.params, "--param", v.paramsSrc)
	if err != nil {
		return auth.Values{}, false, false, err
	}
	given = inputs.Len() > 0 || slices.ContainsFunc(s.Methods.Secrets(), func(in method.SecretInput) bool {
		return in.Parameter && params.Has(in.Name) && s.Option.Value.Get("inputSchema").Get("properties").Len() == 0
	})
	if v.environment != "" {
		set, err := environmentOf(s.Connector, v.environment)
		if err != nil {
			return auth.Values{}, false, false, err
		}
		params = over(params, set)
	}
	return auth.Values{Inputs: inputs, Parameters: params}, given, c.unnamed, nil
}

// A collector collects the inputs, or the parameters, of one option.
type collector struct {
	*global
	key    string
	schema formula.Value
	kind   string   // INPUT or PARAM
	known  []string // the names that any option of the connector asks for
	skip   []string // the names that are meant for something else

	unnamed bool // a value was found that names no connector
}

// knownNames returns the names that a schema of any option asks for.
func knownNames(options []lint.Checked, schema string) []string {
	var names []string
	for _, o := range options {
		for _, name := range o.Option.Value.Get(schema).Get("properties").Keys() {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// unknown says that nothing has a name, and what might have been meant.
func (c *collector) unknown(name string) string {
	if near := formula.Nearest(name, c.known); near != "" {
		return fmt.Sprintf("nothing is called %q; did you mean %q?", name, near)
	}
	return fmt.Sprintf("nothing is called %q%s", name, thereAre("there is", c.known))
}

// thereAre lists names behind a word; "" if there are none.
func thereAre(word string, names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	if len(names) == 0 {
		return ""
	}
	return "; " + word + " " + strings.Join(quoted, ", ")
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
		if !slices.Contains(c.known, name) {
			return usagef("%s: %s", flag, c.unknown(name))
		}
		if !properties.Has(name) || slices.Contains(c.skip, name) {
			continue
		}
		if spec.IsSensitive(properties.Get(name)) {
			return usagef("%s: %q is a secret, and command lines are public: give it by %s or a file", flag, name, c.variable(name))
		}
		v, err := convert(properties.Get(name), text)
		if err != nil {
			return usagef("%s: %q %s", flag, name, err)
		}
		b.Set(name, v)
		c.unnamed = true
	}
	return nil
}

func (c *collector) fromFile(b *formula.ObjectBuilder, file *spec.Source) error {
	pointer, values := "", file.Value()
	if nested(values) && !slices.Contains(c.known, values.Keys()[0]) {
		pointer, values = formula.Pointer(c.key), values.Get(c.key)
	} else {
		c.unnamed = c.unnamed || values.Len() > 0
	}
	properties := c.schema.Get("properties")
	for i, name := range values.Keys() {
		_, v := values.At(i)
		at := pointer + formula.Pointer(name)
		if !slices.Contains(c.known, name) {
			return usagef("%s", placed(file, at, c.unknown(name)))
		}
		if b.Has(name) || !properties.Has(name) || slices.Contains(c.skip, name) {
			continue
		}
		property := properties.Get(name)
		if text, _, ok := file.Scalar(at); ok && property.Get("type").Text() == "string" && !v.IsMissing() {
			v = formula.String(text) // 0123 is meant as it stands
		}
		v, err := c.resolve(property, v)
		if err != nil {
			return fmt.Errorf("%s: %w", placed(file, at, fmt.Sprintf("%q", name)), err)
		}
		b.Set(name, v)
	}
	return nil
}

// placed says where in a file of values something stands.
func placed(file *spec.Source, pointer, message string) string {
	d := file.Diagnose("", spec.Error, pointer, spec.AtKey(), "", "")
	return fmt.Sprintf("%s:%d:%d: %s", file.Name(), d.Line, d.Column, message)
}

// resolve replaces ${env:NAME} and ${file:PATH} by what they name, in lists and
// objects, too.
func (c *collector) resolve(property, v formula.Value) (formula.Value, error) {
	switch v.Kind() {
	case formula.KindString:
		return c.resolveText(property, v)
	case formula.KindList:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			item, err := c.resolve(property.Get("items"), item)
			if err != nil {
				return v, err
			}
			items[i] = item
		}
		return formula.List(items...), nil
	case formula.KindObject:
		b := formula.NewObject(v.Len())
		for i, key := range v.Keys() {
			_, item := v.At(i)
			item, err := c.resolve(property.Get("properties").Get(key), item)
			if err != nil {
				return v, err
			}
			b.Set(key, item)
		}
		return b.Value(), nil
	}
	return v, nil
}

func (c *collector) resolveText(property, v formula.Value) (formula.Value, error) {
	inner, ok := strings.CutPrefix(v.Text(), "${")
	inner, closed := strings.CutSuffix(inner, "}")
	if !ok || !closed {
		return v, nil
	}
	if name, ok := strings.CutPrefix(inner, "env:"); ok {
		text := c.Getenv(name)
		if text == "" {
			return v, credentialError{fmt.Errorf("the environment variable %s is not set", name)}
		}
		return convert(property, text)
	}
	if path, ok := strings.CutPrefix(inner, "file:"); ok {
		data, err := readAtMost(path)
		if err != nil {
			return v, err
		}
		return convert(property, strings.TrimRight(string(data), "\r\n"))
	}
	return v, nil
}

// readAtMost reads a file that is not larger than a spec may be.
func readAtMost(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, spec.MaxFileSize+1))
	if err == nil && len(data) > spec.MaxFileSize {
		err = fmt.Errorf("%s is larger than %d bytes", path, spec.MaxFileSize)
	}
	return data, err
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
				return fmt.Errorf("%s: %w", variable, err)
			}
			b.Set(name, v)
			c.unnamed = c.unnamed || variable == c.variable(name)
			break
		}
	}
	return nil
}

// variable returns the environment variable that gives a value.
func (c *collector) variable(name string) string {
	return "CONNECTOR_" + c.kind + "_" + lint.UpperSnake(name)
}

// namedVariable returns the one that names the connector, too; "" if that has
// no key.
func (c *collector) namedVariable(name string) string {
	if c.key == "" {
		return ""
	}
	return "CONNECTOR_" + c.kind + "_" + lint.UpperSnake(c.key) + "__" + lint.UpperSnake(name)
}

// written says how a value of a type is written as text; of a string, as it is.
var written = map[string]string{
	"number":  "a number",
	"integer": "a whole number",
	"boolean": "true or false",
	"array":   "a list, written as JSON",
	"object":  "an object, written as JSON",
}

// convert reads a text as the type of a property: what is not a string is
// JSON.
func convert(property formula.Value, text string) (formula.Value, error) {
	words, ok := written[property.Get("type").Text()]
	if !ok {
		return formula.String(text), nil
	}
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		return formula.Undefined, credentialError{errors.New("must be " + words)}
	}
	return v, nil
}
