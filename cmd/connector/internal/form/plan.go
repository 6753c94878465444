package form

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// The bounds of looking into a schema: references make a small one endless.
const (
	deepest  = 8    // parts within each other
	maxParts = 1000 // parts of a schema
	maxRefs  = 20   // references and parts of one property
)

// A plan finds out what a schema asks for, given some values.
type plan struct {
	form    *Form
	values  formula.Value // with the defaults that were met so far
	names   []string
	entries map[string]*entry
	parts   int
}

// An entry is what a plan knows of one property.
type entry struct {
	schema            formula.Value
	required, refused bool
}

// wanted tells whether somebody is asked for the property.
func (e *entry) wanted() bool {
	implied := e.schema.Get("isImplied").Truthy() || e.schema.Get("readOnly").Truthy()
	return !e.refused && e.schema.IsObject() && !(implied && (!e.required || e.schema.Has("default")))
}

// newPlan plans the fields of a form for values.
func newPlan(f *Form, values formula.Value) *plan {
	p := &plan{form: f, values: values, entries: make(map[string]*entry)}
	if !values.IsObject() {
		p.values = formula.Object()
	}
	p.part(f.own, 0, true)
	for _, name := range p.names { // what is required, and declared elsewhere or not at all
		if e := p.entries[name]; !e.schema.IsObject() {
			e.schema = resolve(f.schema, f.schema.Get("properties").Get(name))
			if !e.schema.IsObject() {
				e.schema = formula.Object()
			}
		}
	}
	slices.SortStableFunc(p.names, func(a, b string) int { return f.place(a) - f.place(b) })
	return p
}

// part adds what a part of the schema asks for. Where it is not certain that
// the part holds, nothing of it is required.
func (p *plan) part(s formula.Value, depth int, certain bool) {
	p.parts++
	if s = resolve(p.form.schema, s); !s.IsObject() || depth > deepest || p.parts > maxParts {
		return
	}
	properties := s.Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		p.add(name, property)
	}
	if certain {
		p.require(s.Get("required"))
	}
	dependent := s.Get("dependentRequired")
	for i, name := range dependent.Keys() {
		if _, names := dependent.At(i); certain && p.values.Has(name) {
			p.require(names)
		}
	}
	if condition := s.Get("if"); !condition.IsUndefined() && !p.pending(condition, 0) {
		branch := "else"
		if p.meets(condition) {
			branch = "then"
		}
		p.part(s.Get(branch), depth+1, certain)
	}
	schemas := s.Get("dependentSchemas")
	for i, name := range schemas.Keys() {
		if _, part := schemas.At(i); p.values.Has(name) {
			p.part(part, depth+1, certain)
		}
	}
	all, _ := s.Get("allOf").AsList()
	for _, part := range all {
		p.part(part, depth+1, certain)
	}
	for _, key := range []string{"oneOf", "anyOf"} {
		p.alternatives(s.Get(key), depth+1, certain)
	}
}

// alternatives adds what alternatives ask for. One that says what a value is,
// as in {api: {const: REST}}, holds with that value; of others nobody knows.
func (p *plan) alternatives(list formula.Value, depth int, certain bool) {
	items, _ := list.AsList()
	var common []string // what each of them requires
	for i, item := range items {
		item = resolve(p.form.schema, item)
		required := texts(item.Get("required"))
		if i == 0 {
			common = required
		}
		common = slices.DeleteFunc(slices.Clone(common), func(name string) bool { return !slices.Contains(required, name) })
		properties := item.Get("properties")
		for j, name := range properties.Keys() {
			if _, property := properties.At(j); len(valuesOf(resolve(p.form.schema, property))) > 0 {
				p.add(name, p.form.schema.Get("properties").Get(name)) // with the values of all alternatives
			}
		}
		if holds, chosen := p.form.holds(item, p.values); holds {
			p.part(item, depth, certain && chosen)
		}
	}
	if certain {
		p.require(formula.List(textValues(common)...))
	}
}

// holds tells whether values are those that an alternative says that they are,
// and whether it says so of any.
func (f *Form) holds(item, values formula.Value) (holds, chosen bool) {
	properties := resolve(f.schema, item).Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		if list := valuesOf(resolve(f.schema, property)); len(list) > 0 {
			chosen = true
			if !slices.ContainsFunc(list, values.Get(name).Equal) {
				return false, true
			}
		}
	}
	return true, chosen
}

// add adds a property, or what a part of the schema says of one.
func (p *plan) add(name string, property formula.Value) {
	e := p.entry(name)
	if b, ok := property.AsBool(); ok {
		e.refused = e.refused || !b
	}
	property = resolve(p.form.schema, property)
	if !property.IsObject() {
		return
	}
	if e.schema.IsObject() {
		property = refine(e.schema, property)
	}
	e.schema = property
	if d := property.Get("default"); !d.IsUndefined() && !p.values.Has(name) {
		p.values = p.values.With(name, d)
	}
}

func (p *plan) require(names formula.Value) {
	for _, name := range texts(names) {
		p.entry(name).required = true
	}
}

func (p *plan) entry(name string) *entry {
	e := p.entries[name]
	if e == nil {
		e = &entry{}
		p.entries[name] = e
		p.names = append(p.names, name)
	}
	return e
}

// meets tells whether the values meet a condition.
func (p *plan) meets(condition formula.Value) bool {
	if b, ok := condition.AsBool(); ok {
		return b
	}
	for _, key := range []string{"$defs", "definitions"} {
		if defs := p.form.schema.Get(key); condition.IsObject() && !defs.IsUndefined() {
			condition = condition.With(key, defs)
		}
	}
	problems, err := spec.CheckInputs(condition, p.values)
	return err == nil && len(problems) == 0
}

// pending tells whether a condition reads a value that is required and not
// there yet: JSON Schema says that any condition on it holds, until it is.
func (p *plan) pending(condition formula.Value, depth int) bool {
	condition = resolve(p.form.schema, condition)
	p.parts++
	if !condition.IsObject() || depth > deepest || p.parts > maxParts {
		return false
	}
	for _, name := range append(condition.Get("properties").Keys(), texts(condition.Get("required"))...) {
		if e := p.entries[name]; e != nil && e.required && !p.values.Has(name) {
			return true
		}
	}
	for _, key := range []string{"allOf", "anyOf", "oneOf"} {
		list, _ := condition.Get(key).AsList()
		if slices.ContainsFunc(list, func(c formula.Value) bool { return p.pending(c, depth+1) }) {
			return true
		}
	}
	return p.pending(condition.Get("not"), depth+1)
}

// refine returns what two schemas say of one property, the second under a
// condition that holds: its words count, and choices are those that both have.
func refine(s, more formula.Value) formula.Value {
	for i, key := range more.Keys() {
		_, v := more.At(i)
		switch key {
		case "title", "description", "helpUri", "placeholder", "examples", "oneOf":
			s = s.With(key, v)
		case "enum":
			s = s.With(key, bothEnums(s.Get(key), v))
		case "const":
			if len(valuesOf(s)) == 0 && !s.Has("oneOf") {
				s = s.With(key, v)
			}
		case "isSensitive", "writeOnly":
			if v.Truthy() {
				s = s.With(key, v)
			}
		default:
			if !s.Has(key) || key == "format" && v.Text() == "password" {
				s = s.With(key, v)
			}
		}
	}
	return s
}

// bothEnums returns the values that two lists share; the second list if they
// share none.
func bothEnums(a, b formula.Value) formula.Value {
	had, _ := a.AsList()
	list, _ := b.AsList()
	var both []formula.Value
	for _, v := range list {
		if slices.ContainsFunc(had, v.Equal) {
			both = append(both, v)
		}
	}
	if len(both) == 0 {
		return b
	}
	return formula.List(both...)
}

// resolve follows the references of a schema within root, and takes in what its
// allOf says; members beside a reference count before those that it names.
func resolve(root, s formula.Value) formula.Value {
	left := maxRefs
	return resolveMost(root, s, &left)
}

func resolveMost(root, s formula.Value, left *int) formula.Value {
	if *left--; *left < 0 || !s.IsObject() {
		return s
	}
	if ref, ok := strings.CutPrefix(s.Get("$ref").Text(), "#"); ok {
		target := resolveMost(root, lookup(root, ref), left)
		s = s.Without("$ref")
		if target.IsObject() {
			s = over(target, s)
		}
	}
	if s.Has("properties") || s.Has("if") { // an object, whose parts hold under conditions
		return s
	}
	all, _ := s.Get("allOf").AsList()
	for _, part := range all {
		if part = resolveMost(root, part, left); part.IsObject() && !part.Has("properties") && !part.Has("required") && !part.Has("if") {
			s = over(part, s)
		}
	}
	return s
}

// over returns the members of an object over those of another.
func over(below, s formula.Value) formula.Value {
	for i, key := range s.Keys() {
		_, v := s.At(i)
		below = below.With(key, v)
	}
	return below
}

// lookup returns what a JSON Pointer names.
func lookup(root formula.Value, pointer string) formula.Value {
	unescape := strings.NewReplacer("~1", "/", "~0", "~")
	for _, token := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
		if pointer != "" {
			root = root.Get(unescape.Replace(token))
		}
	}
	return root
}

// valuesOf returns the values that const or enum leave.
func valuesOf(s formula.Value) []formula.Value {
	if s.Has("const") {
		return []formula.Value{s.Get("const")}
	}
	list, _ := s.Get("enum").AsList()
	return list
}

// texts returns the texts of a list.
func texts(list formula.Value) []string {
	items, _ := list.AsList()
	var names []string
	for _, item := range items {
		if name, ok := item.AsString(); ok {
			names = append(names, name)
		}
	}
	return names
}

func textValues(names []string) []formula.Value {
	list := make([]formula.Value, len(names))
	for i, name := range names {
		list[i] = formula.String(name)
	}
	return list
}
