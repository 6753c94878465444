package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// TestInputsUnderConditions holds inputs against schemas that ask for some of
// them under a condition only.
func TestInputsUnderConditions(t *testing.T) {
	const rest = `{"type": "object", "properties": {"api": {"enum": ["User", "REST"]}}, "required": ["api"],
		"if": {"properties": {"api": {"const": "REST"}}},
		"then": {"properties": {"appId": {"type": "string", "pattern": "^[0-9]+$"}, "region": {"type": "string", "default": "eu"}}, "required": ["appId"]},
		"else": {"properties": {"appId": false}}}`
	const closed = `{"properties": {"a": {"type": "string"}}, "additionalProperties": false,
		"allOf": [{"if": {"required": ["a"]}, "then": {"$ref": "#/$defs/b"}}], "$defs": {"b": {"properties": {"b": {"type": "number", "default": 7}}}},
		"dependentSchemas": {"a": {"properties": {"c": {"type": "string", "default": "d"}}}}}`
	for _, c := range []struct {
		name, schema, inputs, want string
		problems                   []spec.InputProblem
	}{
		{"not asked", rest, `{"api": "User"}`, `{"api": "User"}`, nil},
		{"asked and given", rest, `{"api": "REST", "appId": "12"}`, `{"api": "REST", "appId": "12", "region": "eu"}`, nil},
		{"asked and missing", rest, `{"api": "REST"}`, `{"api": "REST", "region": "eu"}`, []spec.InputProblem{{Name: "appId", Missing: true, Message: "is required"}}},
		{"asked and wrong", rest, `{"api": "REST", "appId": "x", "region": "us"}`, `{"api": "REST", "appId": "x", "region": "us"}`, []spec.InputProblem{{Name: "appId", Message: "does not match the pattern ^[0-9]+$"}}},
		{"closed, with what conditions ask for", closed, `{"a": "x"}`, `{"a": "x", "c": "d", "b": 7}`, nil},
		{"closed, with something else", closed, `{"e": 1}`, `{"e": 1}`, []spec.InputProblem{{Message: "has a field that nobody asks for"}}},
		{"closed, and the condition does not hold", closed, `{"b": 1, "c": "x"}`, `{"b": 1, "c": "x"}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			schema, want := parseJSON(t, c.schema), parseJSON(t, c.want)
			inputs := spec.WithDefaults(schema, parseJSON(t, c.inputs))
			if !inputs.Equal(want) {
				t.Errorf("with defaults: %v, want %v", inputs, want)
			}
			problems, err := spec.CheckInputs(schema, inputs)
			if diff := cmp.Diff(c.problems, problems); err != nil || diff != "" {
				t.Errorf("problems (-want +got), %v:\n%s", err, diff)
			}
		})
	}
}

// TestAllAsked says what a schema asks for, all conditions taken together.
func TestAllAsked(t *testing.T) {
	for schema, want := range map[string]string{
		`{"properties": {"a": {"type": "string"}}}`: `{"a": {"type": "string"}}`,
		`{"oneOf": [{"properties": {"k": {"const": "a", "title": "K"}}}, {"properties": {"k": {"enum": ["b", "c"]}, "x": {"type": "string", "default": ""}}}]}`:         `{"k": {"enum": ["a", "b", "c"], "title": "K"}, "x": {"type": "string"}}`,
		`{"then": {"properties": {"x": {"type": "string", "minLength": 1}}}, "else": {"properties": {"x": {"type": "number", "writeOnly": true, "description": "D"}}}}`: `{"x": {"type": ["string", "number"], "description": "D", "isSensitive": true}}`,
		`{"properties": {"x": {"type": "string"}}, "allOf": [{"then": {"properties": {"x": {"format": "password"}}}}]}`:                                                 `{"x": {"type": "string", "isSensitive": true}}`,
		`{"properties": {"x": {}}, "else": {"properties": {"y": false}}}`:                                                                                               `{"x": {}}`,
	} {
		if got := spec.AllAsked(parseJSON(t, schema)).Get("properties"); !got.Equal(parseJSON(t, want)) {
			t.Errorf("%s asks for %v, want %s", schema, got, want)
		}
	}
}

func parseJSON(t *testing.T, text string) formula.Value {
	t.Helper()
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}
