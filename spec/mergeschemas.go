package spec

import (
	"slices"

	"github.com/connector-spec/connector/formula"
)

// schemaTypes are the types of data schemas in the order that merged schemas
// list them.
var schemaTypes = []string{"null", "boolean", "number", "integer", "string", "array", "object"}

// MergeSchemas merges data schemas as the format does: schemas of one type are
// merged, those of several types become alternatives. Null where nothing says
// a type.
func MergeSchemas(schemas ...formula.Value) formula.Value {
	byType := make(map[string]formula.Value)
	for _, s := range schemas {
		splitSchema(s, byType)
	}
	if n, ok := byType["number"]; ok {
		if i, both := byType["integer"]; both {
			byType["number"] = mergeSameType("number", i, n).With("type", formula.String("number"))
			delete(byType, "integer")
		}
	}
	if len(byType) == 0 && slices.ContainsFunc(schemas, isUntyped) {
		return formula.Object()
	}
	return joinTypes(byType)
}

// isUntyped tells whether a schema allows anything.
func isUntyped(s formula.Value) bool {
	return s.IsObject() && !s.Has("type") && !s.Has("anyOf")
}

// splitSchema adds the alternatives that a schema allows to those of each type.
func splitSchema(s formula.Value, byType map[string]formula.Value) {
	if !s.IsObject() {
		return
	}
	if any, ok := s.Get("anyOf").AsList(); ok {
		for _, alternative := range any {
			splitSchema(alternative, byType)
		}
		return
	}
	types, isList := s.Get("type").AsList()
	if !isList {
		t := s.Get("type")
		if t.IsUndefined() && s.Has("properties") {
			t = formula.String("object")
		}
		types = []formula.Value{t}
	}
	for _, t := range types {
		name := t.Text()
		if !slices.Contains(schemaTypes, name) {
			continue
		}
		one := s.With("type", t)
		if old, ok := byType[name]; ok {
			one = mergeSameType(name, old, one)
		}
		byType[name] = one
	}
}

// mergeSameType merges two schemas of one type: the later one wins, but
// properties and items are merged and what either requires is required.
func mergeSameType(name string, old, s formula.Value) formula.Value {
	b := old.Builder()
	for i, key := range s.Keys() {
		_, v := s.At(i)
		switch {
		case name == "object" && key == "properties":
			v = mergeProperties(old.Get(key), v)
		case name == "object" && key == "required":
			v = uniteLists(old.Get(key), v)
		case name == "array" && key == "items" && old.Has(key):
			v = MergeSchemas(old.Get(key), v)
		}
		b.Set(key, v)
	}
	return b.Value()
}

func mergeProperties(old, properties formula.Value) formula.Value {
	if !old.IsObject() || !properties.IsObject() {
		return properties
	}
	b := old.Builder()
	for i, key := range properties.Keys() {
		_, v := properties.At(i)
		if b.Has(key) && !v.IsMissing() && !old.Get(key).IsMissing() {
			v = MergeSchemas(old.Get(key), v)
		}
		b.Set(key, v)
	}
	return b.Value()
}

func uniteLists(a, b formula.Value) formula.Value {
	list, _ := a.AsList()
	list = slices.Clone(list)
	more, ok := b.AsList()
	if !ok {
		return b
	}
	for _, v := range more {
		if !slices.ContainsFunc(list, v.Equal) {
			list = append(list, v)
		}
	}
	return formula.List(list...)
}

// joinTypes makes one schema of the schemas of each type: those that say
// nothing but their type share one, and come first.
func joinTypes(byType map[string]formula.Value) formula.Value {
	var bare, alternatives []formula.Value
	for _, name := range schemaTypes {
		s, ok := byType[name]
		switch {
		case !ok:
		case s.Len() == 1:
			bare = append(bare, formula.String(name))
		default:
			alternatives = append(alternatives, s)
		}
	}
	if len(bare) > 0 {
		types := formula.List(bare...)
		if len(bare) == 1 {
			types = bare[0]
		}
		alternatives = slices.Insert(alternatives, 0, formula.Object(formula.Member{Key: "type", Value: types}))
	}
	switch len(alternatives) {
	case 0:
		return formula.Null
	case 1:
		return alternatives[0]
	}
	return formula.Object(formula.Member{Key: "anyOf", Value: formula.List(alternatives...)})
}

// MissingRequired returns the locators, without their start, of the values
// that a schema requires and value lacks. Null and empty text are there; what
// an object that is itself missing and not required would need is not missed.
func MissingRequired(schema, value formula.Value) []string {
	return missingIn(schema, value, "", nil)
}

func missingIn(schema, value formula.Value, prefix string, found []string) []string {
	required, _ := schema.Get("required").AsList()
	properties := schema.Get("properties")
	for i, key := range properties.Keys() {
		_, property := properties.At(i)
		isRequired := slices.ContainsFunc(required, formula.String(key).Equal)
		v := value.Get(key)
		name := formula.JoinLocator(prefix, key)
		if prefix == "" {
			name = formula.JoinLocator("$", key)[2:]
		}
		if isRequired && v.IsUndefined() {
			found = append(found, name)
		}
		if isRequired || !v.IsUndefined() {
			found = missingIn(property, v, name, found)
		}
	}
	return found
}
