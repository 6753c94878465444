// Package form asks a person for the values of a schema.
//
// A [Form] is the model: which fields apply to the values so far, what is said
// about them, and what a typed text means. [Prompt] asks for them on a terminal;
// a page may show the same fields.
//
//	f := form.New(schema)
//	values, err := form.Prompt(ctx, terminal, os.Stderr, f, given, form.PromptOptions{})
//
// All words of a [Field] are safe to show: what could steer a terminal or
// deceive a reader is escaped in them.
package form

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Kind says how a value is asked for.
type Kind int

// The kinds of fields.
const (
	Text       Kind = iota // one line of text
	Lines                  // text of several lines, such as a key in PEM
	Number                 // a number
	Integer                // a whole number
	Boolean                // yes or no
	OneOf                  // one of the choices
	Several                // a list of any of the choices
	Structured             // another list or object, written as JSON
)

// A Field is a value that is asked for.
type Field struct {
	Name        string // of the value; all others but Default are for showing
	Title       string // never empty
	Description string
	HelpURI     string // an http or https URL; "" if there is none
	Example     string
	Kind        Kind
	Secret      bool // never shown as it is typed, nor again
	Required    bool
	// Default is the value that holds if none is given; undefined if none does.
	Default formula.Value
	Choices []Choice // of OneOf and Several
	// Custom tells that other values than the choices may be given.
	Custom bool
	Format string // of the text, as JSON Schema names it: uri, email, date …

	items formula.Value // the schema of an item of a list
}

// A Choice is one of the values of a field, or of an answer.
type Choice struct {
	// Key is a text that [Form.Read] knows the choice by, for the value of an
	// option in a page; choices of other origin need none.
	Key                string
	Value              formula.Value
	Title, Description string
}

// A Problem says what is wrong with the value of a field; the value itself is
// not in it.
type Problem struct {
	Name    string // of the field; "" for the values as a whole
	Missing bool   // it is required and not there
	Message string // goes on after the name: "is required", "must be a number"
}

// A Form is the fields that a schema of an object asks for. It is safe for use
// by many at once.
type Form struct {
	schema  formula.Value // with all that it asks for under conditions
	own     formula.Value // without
	secrets []string
}

// New returns the form of a schema, such as the inputSchema of an option.
// Secrets names the properties that are secrets though the schema does not say
// so.
func New(schema formula.Value, secrets ...string) *Form {
	asked := spec.AllAsked(schema)
	return &Form{schema: asked, own: withoutAdded(asked), secrets: secrets}
}

// withoutAdded returns a schema without the properties that spec.AllAsked added
// to those of its own.
func withoutAdded(asked formula.Value) formula.Value {
	properties := asked.Get("properties")
	bare := properties
	for _, branch := range formula.Branches(asked) {
		for _, name := range branch.Schema.Get("properties").Keys() {
			if bare.Has(name) {
				bare = bare.Without(name)
			}
		}
	}
	if bare.Len() == properties.Len() {
		return asked
	}
	added := spec.AllAsked(asked.With("properties", bare)).Get("properties")
	own := formula.NewObject(properties.Len())
	for i, name := range properties.Keys() {
		if _, s := properties.At(i); bare.Has(name) || !s.Equal(added.Get(name)) {
			own.Set(name, s)
		}
	}
	return asked.With("properties", own.Value())
}

// Fields returns the fields that apply to values, those of the schema itself
// first, with the words that then hold. A condition that reads a required value
// which is not there yet asks for nothing.
func (f *Form) Fields(values formula.Value) []Field {
	p := newPlan(f, values)
	var list []Field
	for _, name := range p.names {
		if e := p.entries[name]; e.wanted() {
			list = append(list, f.field(name, e.schema, e.required))
		}
	}
	return list
}

// All returns every field that applies to some values; whether a field is
// required is what the schema itself says.
func (f *Form) All() []Field {
	properties := f.schema.Get("properties")
	list := make([]Field, 0, properties.Len())
	for i, name := range properties.Keys() {
		_, s := properties.At(i)
		e := entry{schema: resolve(f.schema, s), required: slices.Contains(texts(f.schema.Get("required")), name)}
		if e.wanted() {
			list = append(list, f.field(name, e.schema, e.required))
		}
	}
	return list
}

// Check holds values, with the defaults for what they lack, against the schema.
func (f *Form) Check(values formula.Value) []Problem {
	values = f.Defaults(values)
	found, err := spec.CheckInputs(f.schema, values)
	if err != nil {
		return []Problem{{Message: err.Error()}}
	}
	if len(found) == 0 {
		return nil
	}
	if chosen := f.chosen(f.schema, values, 0); !chosen.Equal(f.schema) { // not what each alternative says
		if less, err := spec.CheckInputs(chosen, values); err == nil && len(less) > 0 {
			found = less
		}
	}
	properties := f.schema.Get("properties")
	var list []Problem
	for _, p := range found {
		problem := Problem{Name: p.Name, Missing: p.Missing, Message: p.Message}
		if !properties.Has(p.Name) {
			problem = within(properties.Keys(), p)
		}
		if !p.Missing && properties.Has(p.Name) {
			problem = f.unlisted(resolve(f.schema, properties.Get(p.Name)), values.Get(p.Name), problem)
		}
		if !slices.Contains(list, problem) {
			list = append(list, problem)
		}
	}
	slices.SortStableFunc(list, func(a, b Problem) int { return f.place(a.Name) - f.place(b.Name) })
	return list
}

// chosen returns a schema with those alternatives left that the values chose.
func (f *Form) chosen(s, values formula.Value, depth int) formula.Value {
	if depth > 2 || !s.IsObject() {
		return s
	}
	all, _ := s.Get("allOf").AsList()
	all = slices.Clone(all)
	for i, part := range all {
		all[i] = f.chosen(resolve(f.schema, part), values, depth+1)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		items, _ := s.Get(key).AsList()
		var left []formula.Value
		for _, item := range items {
			if holds, chosen := f.holds(item, values); holds && chosen {
				left = append(left, f.chosen(resolve(f.schema, item), values, depth+1))
			}
		}
		if len(left) == 1 {
			s, all = s.Without(key), append(all, left[0])
		}
	}
	if len(all) > 0 {
		s = s.With("allOf", formula.List(all...))
	}
	return s
}

// checkField says what is wrong with the value of one field, whatever becomes
// of the others; nil if nothing is.
func (f *Form) checkField(values formula.Value, name string, v formula.Value) *Problem {
	e := newPlan(f, values).entries[name]
	if e == nil {
		return nil
	}
	schema := formula.Object(formula.Member{Key: "properties", Value: f.schema.Get("properties").With(name, e.schema)})
	for _, key := range []string{"$defs", "definitions"} {
		if defs := f.schema.Get(key); !defs.IsUndefined() {
			schema = schema.With(key, defs)
		}
	}
	found, _ := spec.CheckInputs(schema, formula.Object(formula.Member{Key: name, Value: v}))
	if len(found) == 0 {
		return nil
	}
	problem := Problem{Name: name, Message: found[0].Message}
	if found[0].Name != name {
		problem = within([]string{name}, found[0])
	}
	problem = f.unlisted(e.schema, v, problem)
	return &problem
}

// unlisted returns a problem with a value, in better words if the value is none
// of the choices.
func (f *Form) unlisted(s, v formula.Value, p Problem) Problem {
	choices := f.choices(s, true)
	if len(choices) == 0 || slices.ContainsFunc(choices, func(c Choice) bool { return c.Value.Equal(v) }) {
		return p
	}
	p.Message = mustBe(choices, func(c Choice) string { return c.Key })
	return p
}

// within returns a problem inside the value of a field as one of the field.
func within(names []string, p spec.InputProblem) Problem {
	owner := ""
	for _, name := range names {
		if strings.HasPrefix(p.Name, name+".") && len(name) > len(owner) {
			owner = name
		}
	}
	if owner == "" {
		return Problem{Name: p.Name, Missing: p.Missing, Message: p.Message}
	}
	return Problem{Name: owner, Message: p.Name[len(owner)+1:] + " " + p.Message}
}

// place returns where among the fields a name stands; the last place for what
// is none.
func (f *Form) place(name string) int {
	names := f.schema.Get("properties").Keys()
	if i := slices.Index(names, name); i >= 0 {
		return i
	}
	return len(names)
}

// Defaults returns values with the defaults that hold for what they lack.
func (f *Form) Defaults(values formula.Value) formula.Value {
	if !values.IsObject() {
		values = formula.Object()
	}
	return spec.WithDefaults(f.schema, values)
}
