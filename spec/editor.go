package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
)

// EditorSchema returns the JSON Schema of specs for editors: the one that specs
// are validated against, and in each object the fields that people write from
// habit. An editor marks these and says what is meant, and suggests none.
func EditorSchema() []byte {
	schema := withHabits(schemaDocument(""))
	var b bytes.Buffer
	if err := json.Indent(&b, schema.AppendJSON(nil), "", "  "); err != nil {
		panic(err) // it was JSON before
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// withHabits adds the fields of habit to the objects of a schema that take no
// others than they list.
func withHabits(v formula.Value) formula.Value {
	if list, ok := v.AsList(); ok {
		items := make([]formula.Value, len(list))
		for i, item := range list {
			items[i] = withHabits(item)
		}
		return formula.List(items...)
	}
	if !v.IsObject() {
		return v
	}
	b := formula.NewObject(v.Len())
	for i, key := range v.Keys() {
		_, item := v.At(i)
		item = withHabits(item)
		if closed, ok := v.Get("additionalProperties").AsBool(); key == "properties" && ok && !closed {
			item = addHabits(item)
		}
		b.Set(key, item)
	}
	return b.Value()
}

func addHabits(properties formula.Value) formula.Value {
	known := properties.Keys()
	var names []string
	for name := range fieldHabits {
		names = append(names, name)
	}
	slices.Sort(names)
	b := properties.Builder()
	for _, name := range names {
		meant := slices.IndexFunc(fieldHabits[name], func(to string) bool { return slices.Contains(known, to) })
		if properties.Has(name) || meant < 0 {
			continue
		}
		message := fmt.Sprintf("unknown field %q; did you mean %q?", name, fieldHabits[name][meant])
		b.Set(name, formula.Object(
			formula.Member{Key: "deprecationMessage", Value: formula.String(message)},
			formula.Member{Key: "doNotSuggest", Value: formula.Bool(true)},
			formula.Member{Key: "not", Value: formula.Object()},
		))
	}
	return b.Value()
}
