package spec

import (
	"maps"
	"slices"

	"github.com/connector-spec/connector/formula"
)

// AllAsked returns the schema of an object whose properties are all that it
// asks for: also what stands only in then, else, allOf, anyOf, oneOf or
// dependentSchemas, behind the others. Those keywords stay and say when a value
// is wanted.
func AllAsked(schema formula.Value) formula.Value {
	asked, _ := askUnder(schema)
	return asked
}

// askUnder does what AllAsked does, and returns where in the schema the
// properties that it added stand, by their names.
func askUnder(schema formula.Value) (_ formula.Value, added map[string]string) {
	own := schema.Get("properties")
	all := own
	if !own.IsObject() {
		all = formula.Object()
	}
	for _, branch := range formula.Branches(schema) {
		declared := branch.Schema.Get("properties")
		for i, name := range declared.Keys() {
			_, s := declared.At(i)
			switch old := all.Get(name); {
			case !s.IsObject():
			case added[name] != "":
				all = all.With(name, bothAsked(old, s))
			case !all.Has(name):
				if added == nil {
					added = make(map[string]string)
				}
				added[name] = branch.Pointer + formula.Pointer("properties", name)
				all = all.With(name, s.Without("default")) // which holds under the condition, too
			case old.IsObject() && IsSensitive(s) && !IsSensitive(old):
				all = all.With(name, old.With("isSensitive", formula.Bool(true)))
			}
		}
	}
	if added == nil && all.Equal(own) || all.Len() == 0 {
		return schema, nil
	}
	return schema.With("properties", all), added
}

// bothAsked returns what two schemas of an input say that is asked for under
// one condition or the other: words are those of the first, and what a value
// must be is what either allows.
func bothAsked(a, s formula.Value) formula.Value {
	b := formula.NewObject(a.Len())
	for i, key := range a.Keys() {
		_, v := a.At(i)
		switch key {
		case "type":
			if s.Has(key) {
				b.Set(key, oneOrList(uniteLists(formula.List(listOf(v)...), formula.List(listOf(s.Get(key))...))))
			}
		case "const", "enum":
			if s.Has("const") || s.Has("enum") {
				b.Set("enum", uniteLists(formula.List(choicesOf(a)...), formula.List(choicesOf(s)...)))
			}
		default:
			if slices.Contains(wordsOfInputs, key) || s.Get(key).Equal(v) {
				b.Set(key, v)
			}
		}
	}
	for _, key := range wordsOfInputs {
		if s.Has(key) && !b.Has(key) {
			b.Set(key, s.Get(key))
		}
	}
	if IsSensitive(a) || IsSensitive(s) {
		b.Set("isSensitive", formula.Bool(true))
	}
	return b.Value()
}

// wordsOfInputs are the keywords that tell people about an input.
var wordsOfInputs = []string{"title", "description", "helpUri", "placeholder", "examples"}

// choicesOf returns the values that const or enum allow.
func choicesOf(s formula.Value) []formula.Value {
	if s.Has("const") {
		return []formula.Value{s.Get("const")}
	}
	return listOf(s.Get("enum"))
}

// oneOrList returns the only item of a list, else the list.
func oneOrList(list formula.Value) formula.Value {
	if list.Len() == 1 {
		_, item := list.At(0)
		return item
	}
	return list
}

// askAll makes the schemas of an option name all that they ask for, and notes
// where it is written.
func (o *Option) askAll() {
	base, own := o.connector.Auth, o.connector.Auth.Get("options").Get(o.Key)
	for _, field := range []string{"inputSchema", "parametersSchema"} {
		asked := AllAsked(o.Value.Get(field))
		if asked.IsMissing() {
			continue
		}
		o.Value = o.Value.With(field, asked)
		for _, written := range []formula.Value{base, own} { // the last one counts
			_, places := askUnder(schemaIn(written, field))
			for _, name := range slices.Sorted(maps.Keys(places)) {
				o.Derive(formula.Pointer(field, "properties", name), "/"+field+places[name])
			}
		}
	}
}

// withoutAsked returns a schema whose branches do not ask for some inputs.
func withoutAsked(schema formula.Value, names []string) formula.Value {
	for i, key := range schema.Keys() {
		_, part := schema.At(i)
		switch key {
		case "then", "else":
			schema = schema.With(key, withoutProperties(part, names))
		case "allOf", "anyOf", "oneOf":
			list, _ := part.AsList()
			items := make([]formula.Value, len(list))
			for j, item := range list {
				items[j] = withoutProperties(item, names)
			}
			schema = schema.With(key, formula.List(items...))
		case "dependentSchemas":
			for j, name := range part.Keys() {
				_, item := part.At(j)
				part = part.With(name, withoutProperties(item, names))
			}
			schema = schema.With(key, part)
		}
	}
	return schema
}

func withoutProperties(branch formula.Value, names []string) formula.Value {
	if !branch.IsObject() {
		return branch
	}
	properties := branch.Get("properties")
	for _, name := range names {
		if properties.Has(name) {
			properties = properties.Without(name)
			branch = branch.With("properties", properties)
		}
	}
	return withoutAsked(branch, names)
}

// schemaIn returns the inputSchema or the parametersSchema that an owner writes.
func schemaIn(owner formula.Value, field string) formula.Value {
	if field == "inputSchema" {
		return inputsOf(owner)
	}
	return owner.Get(field)
}
