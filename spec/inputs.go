package spec

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/connector-spec/connector/formula"
)

// An InputProblem says what is wrong with something that a user entered. The
// value itself is not in it, since it may be a secret.
type InputProblem struct {
	Name    string // of the input; "" for the inputs as a whole
	Missing bool   // it is required and not there
	Message string
}

// WithDefaults returns inputs with the defaults of the properties that they
// lack: those of the schema, then those of what it asks for under a condition
// that the inputs meet.
func WithDefaults(schema, inputs formula.Value) formula.Value {
	inputs = withOwnDefaults(schema, inputs)
	left := mostParts
	return withDefaultsAsked(schema, schema, inputs, &left)
}

// mostParts bounds how many parts of a schema are looked into for defaults:
// references make a small schema endless.
const mostParts = 1000

// withDefaultsAsked adds the defaults of what a part of a schema asks for by
// if, dependentSchemas and allOf. Which alternative of others is meant, nobody
// knows.
func withDefaultsAsked(root, part, inputs formula.Value, left *int) formula.Value {
	var asked []formula.Value
	if condition := part.Get("if"); !condition.IsUndefined() {
		branch := "else"
		if meets(root, condition, inputs) {
			branch = "then"
		}
		asked = append(asked, part.Get(branch))
	}
	dependent := part.Get("dependentSchemas")
	for i, name := range dependent.Keys() {
		if _, s := dependent.At(i); inputs.Has(name) {
			asked = append(asked, s)
		}
	}
	all, _ := part.Get("allOf").AsList()
	for _, s := range append(asked, all...) {
		if ref, ok := strings.CutPrefix(s.Get("$ref").Text(), "#"); ok {
			s = lookupPointer(root, ref)
		}
		if *left--; *left >= 0 && s.IsObject() {
			inputs = withDefaultsAsked(root, s, withOwnDefaults(s, inputs), left)
		}
	}
	return inputs
}

// meets tells whether inputs meet a condition of a schema.
func meets(root, condition, inputs formula.Value) bool {
	if b, ok := condition.AsBool(); ok {
		return b
	}
	for _, key := range []string{"$defs", "definitions"} {
		if defs := root.Get(key); condition.IsObject() && !defs.IsUndefined() {
			condition = condition.With(key, defs)
		}
	}
	problems, err := CheckInputs(condition, inputs)
	return err == nil && len(problems) == 0
}

func withOwnDefaults(schema, inputs formula.Value) formula.Value {
	b := inputs.Builder()
	properties := schema.Get("properties")
	for i, name := range properties.Keys() {
		_, p := properties.At(i)
		if d := p.Get("default"); !b.Has(name) && !d.IsUndefined() {
			b.Set(name, d)
		}
	}
	return b.Value()
}

// IsSensitive tells whether the schema of an input marks it as a secret.
func IsSensitive(schema formula.Value) bool {
	for _, name := range []string{"isSensitive", "writeOnly"} {
		if b, ok := schema.Get(name).AsBool(); ok && b {
			return true
		}
	}
	return schema.Get("format").Text() == "password"
}

// CheckInputs holds inputs against the schema that asks for them, with all of
// JSON Schema enforced; what it asks for under a condition may always be there,
// whatever it says of other inputs. An error says that the schema itself cannot be used.
func CheckInputs(schema, inputs formula.Value) ([]InputProblem, error) {
	if !schema.IsObject() {
		return nil, nil
	}
	schema = usablePatterns(AllAsked(schema))
	c := newSchemaCompiler()
	if err := c.AddResource("mem:///inputs.json", bytes.NewReader(schema.AppendJSON(nil))); err != nil {
		return nil, fmt.Errorf("the schema of inputs cannot be used: %w", err)
	}
	compiled, err := c.Compile("mem:///inputs.json")
	if err != nil {
		return nil, fmt.Errorf("the schema of inputs cannot be used: %w", schemaReason(err))
	}
	var e *jsonschema.ValidationError
	if !errors.As(compiled.Validate(inputs.ToAny()), &e) {
		return nil, nil
	}
	var list []InputProblem
	collectInputProblems(schema, inputs, e, &list)
	return list, nil
}

// schemaReason returns the innermost reason why a schema does not compile.
func schemaReason(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// usablePatterns removes the patterns that cannot be compiled, which
// [Validate] warns about.
func usablePatterns(v formula.Value) formula.Value {
	return withoutMembers(v, func(key string, item formula.Value) bool {
		pattern, ok := item.AsString()
		if !ok || key != "pattern" {
			return false
		}
		_, err := regexp.Compile(pattern)
		return err != nil
	})
}

// withoutMembers returns a value without the members, at any depth, that drop
// names.
func withoutMembers(v formula.Value, drop func(key string, item formula.Value) bool) formula.Value {
	if list, ok := v.AsList(); ok {
		items := make([]formula.Value, len(list))
		for i, item := range list {
			items[i] = withoutMembers(item, drop)
		}
		return formula.List(items...)
	}
	if !v.IsObject() {
		return v
	}
	b := formula.NewObject(v.Len())
	for i, key := range v.Keys() {
		if _, item := v.At(i); !drop(key, item) {
			b.Set(key, withoutMembers(item, drop))
		}
	}
	return b.Value()
}

func collectInputProblems(schema, inputs formula.Value, e *jsonschema.ValidationError, list *[]InputProblem) {
	for _, cause := range e.Causes {
		collectInputProblems(schema, inputs, cause, list)
	}
	if len(e.Causes) > 0 {
		return
	}
	pointer := unescapeFragment(e.InstanceLocation)
	_, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	location := unescapeFragment(fragment)
	keyword := lastToken(location)
	at := lookupPointer(schema, parentPointer(location))
	if keyword == "required" {
		owner := lookupPointer(inputs, pointer)
		for _, name := range textsOf(at.Get("required")) {
			if !owner.Has(name) {
				addInputProblem(list, InputProblem{Name: inputName(pointer + formula.Pointer(name)), Missing: true, Message: "is required"})
			}
		}
		return
	}
	addInputProblem(list, InputProblem{Name: inputName(pointer), Message: inputMessage(keyword, at)})
}

// addInputProblem adds a problem once: several parts of a schema may say it.
func addInputProblem(list *[]InputProblem, p InputProblem) {
	if !slices.Contains(*list, p) {
		*list = append(*list, p)
	}
}

// inputName writes a pointer as a person would: host, proxy.port.
func inputName(pointer string) string {
	return strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")
}

func inputMessage(keyword string, schema formula.Value) string {
	v := schema.Get(keyword)
	switch keyword {
	case "type":
		return "must be " + typeWords(schema)
	case "enum":
		return "must be " + formula.JoinWords(quoted(textsOf(v)), "or")
	case "const":
		return fmt.Sprintf("must be %v", v)
	case "pattern":
		return fmt.Sprintf("does not match the pattern %s", v.Text())
	case "minLength":
		return fmt.Sprintf("must have at least %v characters", v)
	case "maxLength":
		return fmt.Sprintf("must have at most %v characters", v)
	case "minimum":
		return fmt.Sprintf("must be at least %v", v)
	case "maximum":
		return fmt.Sprintf("must be at most %v", v)
	case "additionalProperties":
		return "has a field that nobody asks for"
	}
	return fmt.Sprintf("does not meet %q of its schema", keyword)
}
