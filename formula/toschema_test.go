package formula_test

import (
	"testing"

	"github.com/connector-spec/connector/formula"
)

func TestToSchema(t *testing.T) {
	type vector struct {
		Name          string
		Schema, Value formula.Value
		Options       struct {
			NormalizeValues, AddDefaults, SkipUnknownFields, SkipReadOnlyFields, ValueHasFormulas bool
		}
		Expected formula.Value
	}
	for _, c := range readVectors[vector](t, "format/value-to-schema.json") {
		got := formula.ToSchema(c.Value, c.Schema, formula.ToSchemaOptions{
			Normalize: c.Options.NormalizeValues, AddDefaults: c.Options.AddDefaults,
			DropUnknown: c.Options.SkipUnknownFields, DropReadOnly: c.Options.SkipReadOnlyFields,
			HasFormulas: c.Options.ValueHasFormulas,
		})
		if !got.Equal(c.Expected) {
			t.Errorf("%s: %v, want %v", c.Name, got, c.Expected)
		}
	}
}

func TestToSchemaBeyondTheVectors(t *testing.T) {
	all := formula.ToSchemaOptions{Normalize: true, AddDefaults: true, DropUnknown: true, DropReadOnly: true, HasFormulas: true}
	for name, c := range map[string]struct {
		value, schema string
		options       formula.ToSchemaOptions
		want          string
	}{
		"nothing left of an object":       {`{"x": 1}`, `{"type": "object"}`, all, ``},
		"an empty object stays":           {`{}`, `{"type": "object"}`, all, `{}`},
		"nothing left of a list":          {`[{"x": 1}]`, `{"type": "array", "items": {"type": "object"}}`, all, ``},
		"other properties are allowed":    {`{"x": 1}`, `{"type": "object", "additionalProperties": {"type": "string"}}`, all, `{"x": 1}`},
		"a default for null":              {`{"a": null}`, `{"type": "object", "properties": {"a": {"default": 1}}}`, all, `{"a": 1}`},
		"no default for a read-only one":  {`{}`, `{"type": "object", "properties": {"a": {"default": 1, "readOnly": true}}}`, all, `{}`},
		"text becomes an object":          {`"ab"`, `{"type": "object", "properties": {"x": {"default": 1}}}`, formula.ToSchemaOptions{AddDefaults: true}, `{"0": "a", "1": "b", "x": 1}`},
		"a formula stays":                 {`{"$var": "x"}`, `{"type": "object", "properties": {"x": {"default": 1}}}`, all, `{"$var": "x"}`},
		"a formula is data without say":   {`{"$var": "x"}`, `{"type": "object"}`, formula.ToSchemaOptions{DropUnknown: true}, ``},
		"a fraction is no integer":        {`"5.5"`, `{"type": "integer"}`, all, `"5.5"`},
		"blanks around a number":          {`" 7 "`, `{"type": "number"}`, all, `7`},
		"several types change nothing":    {`"5"`, `{"type": ["number", "null"]}`, all, `"5"`},
		"a schema that is no object":      {`"5"`, `null`, all, `"5"`},
		"the value is not changed itself": {`{"a": "1"}`, `{"type": "object", "properties": {"a": {"type": "number"}}}`, formula.ToSchemaOptions{}, `{"a": "1"}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := formula.ToSchema(parse(t, c.value), parse(t, c.schema), c.options)
			if want := parse(t, c.want); !got.Equal(want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// parse reads JSON; no text is undefined.
func parse(t testing.TB, text string) formula.Value {
	t.Helper()
	if text == "" {
		return formula.Undefined
	}
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
