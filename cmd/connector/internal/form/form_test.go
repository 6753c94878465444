package form_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func parse(t testing.TB, text string) formula.Value {
	t.Helper()
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

// Schemas that several tests use.
const (
	// rest asks for the app id with one of two APIs only, and has other words then.
	rest = `{"type": "object", "properties": {
			"api": {"type": "string", "title": "API type", "oneOf": [{"const": "User", "title": "User API"}, {"const": "REST", "title": "REST API", "description": "For apps."}]},
			"token": {"type": "string", "title": "Token", "description": "Of the user.", "isSensitive": true}},
		"required": ["api", "token"],
		"if": {"properties": {"api": {"const": "REST"}}},
		"then": {"properties": {"appId": {"type": "string", "title": "App ID", "pattern": "^[0-9]+$"}, "token": {"description": "Of the app.", "helpUri": "https://help.example/app"}}, "required": ["appId"]},
		"else": {"properties": {"appId": false, "region": {"enum": ["eu", "us"], "default": "eu"}}}}`
	// branches says the same by alternatives.
	branches = `{"type": "object", "oneOf": [
			{"properties": {"kind": {"const": "key"}, "key": {"type": "string", "isSensitive": true}}, "required": ["kind", "key"]},
			{"properties": {"kind": {"const": "basic"}, "user": {"type": "string"}, "password": {"type": "string", "format": "password"}}, "required": ["kind", "user"]}]}`
	// either wants one of two, whichever.
	either = `{"type": "object", "properties": {"token": {"type": "string"}, "user": {"type": "string"}},
		"anyOf": [{"required": ["token"]}, {"required": ["user"]}]}`
	dependent = `{"type": "object", "properties": {"proxy": {"type": "string"}, "user": {"type": "string"}, "password": {"type": "string", "isSensitive": true}},
		"dependentRequired": {"user": ["password"]},
		"dependentSchemas": {"proxy": {"properties": {"port": {"type": "integer", "default": 8080}, "mode": {"$ref": "#/$defs/mode"}}, "required": ["mode"]}},
		"$defs": {"mode": {"title": "Mode", "enum": ["a", "b"]}}}`
)

// TestFields says which fields apply to values: a star marks what is required,
// a question mark what has a default.
func TestFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema, values, want string }{
		{"nothing is asked", `{"type": "object"}`, `{}`, ""},
		{"no schema", `null`, `{}`, ""},
		{"in order", `{"properties": {"b": {}, "a": {"default": 1}, "c": {}}, "required": ["c"]}`, `{}`, "b a? c*"},
		{"a condition on what is not answered yet", rest, `{}`, "api* token*"},
		{"then", rest, `{"api": "REST"}`, "api* token* appId*"},
		{"else", rest, `{"api": "User"}`, "api* token* region?"},
		{"a condition on an optional value", `{"properties": {"a": {"type": "string"}}, "if": {"properties": {"a": {"const": "x"}}}, "then": {"required": ["b"], "properties": {"b": {}}}}`, `{}`, "a b*"},
		{"a condition on a default", `{"properties": {"a": {"default": "y"}}, "required": ["a"], "if": {"properties": {"a": {"const": "x"}}}, "then": {"properties": {"b": {}}}, "else": {"properties": {"c": {}}}}`, `{}`, "a*? c"},
		{"a condition within a condition", `{"properties": {"a": {}}, "if": {"required": ["a"]}, "then": {"properties": {"b": {}}, "required": ["b"], "if": {"properties": {"b": {"const": 1}}}, "then": {"properties": {"c": {}}}}}`, `{"a": 1}`, "a b*"},
		{"a condition within a condition, answered", `{"properties": {"a": {}}, "if": {"required": ["a"]}, "then": {"properties": {"b": {}}, "required": ["b"], "if": {"properties": {"b": {"const": 1}}}, "then": {"properties": {"c": {}}}}}`, `{"a": 1, "b": 1}`, "a b* c"},
		{"not", `{"properties": {"a": {}}, "required": ["a"], "if": {"not": {"properties": {"a": {"const": 1}}}}, "then": {"properties": {"b": {}}}}`, `{}`, "a*"},
		{"alternatives before the answer", branches, `{}`, "kind*"},
		{"an alternative", branches, `{"kind": "key"}`, "kind* key*"},
		{"another alternative", branches, `{"kind": "basic"}`, "kind* user* password"},
		{"alternatives that nothing tells apart", either, `{}`, "token user"},
		{"dependentRequired", dependent, `{"user": "u"}`, "proxy user password*"},
		{"dependentSchemas and references", dependent, `{"proxy": "p"}`, "proxy user password port? mode*"},
		{"a field of its own that a condition only describes", `{"properties": {"a": {}, "b": {"type": "string", "default": "x"}}, "if": {"required": ["a"]}, "then": {"properties": {"b": {"title": "B"}}}}`, `{}`, "a b?"},
		{"required and nowhere described", `{"properties": {"a": {}}, "required": ["b"]}`, `{}`, "a b*"},
		{"required where a condition describes it", `{"properties": {"a": {}}, "required": ["b"], "if": {"required": ["a"]}, "then": {"properties": {"b": {"title": "B"}}}}`, `{}`, "a b*"},
		{"implied and read-only", `{"properties": {"a": {"isImplied": true}, "b": {"readOnly": true, "default": 1}, "c": {"readOnly": true}}, "required": ["b", "c"]}`, `{}`, "c*"},
		{"references without end", `{"properties": {"a": {"$ref": "#/properties/a"}}, "allOf": [{"$ref": "#"}], "then": {"$ref": "#/then"}, "if": true}`, `{}`, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			schema := parse(t, c.schema)
			for _, s := range []formula.Value{schema, spec.AllAsked(schema)} { // as an option has it, too
				if got := names(form.New(s).Fields(parse(t, c.values))); got != c.want {
					t.Errorf("fields %q, want %q", got, c.want)
				}
			}
		})
	}
}

func names(fields []form.Field) string {
	var list []string
	for _, f := range fields {
		name := f.Name
		if f.Required {
			name += "*"
		}
		if !f.Default.IsUndefined() {
			name += "?"
		}
		list = append(list, name)
	}
	return strings.Join(list, " ")
}

// TestAll lists what any values are asked for.
func TestAll(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{rest: "api* token* appId region", branches: "kind key user password", dependent: "proxy user password port mode"} {
		if got := names(form.New(parse(t, schema)).All()); got != want {
			t.Errorf("all fields %q, want %q", got, want)
		}
	}
}

// TestField says what becomes of the schema of a property.
func TestField(t *testing.T) {
	t.Parallel()
	choice := func(key string, v formula.Value, title string) form.Choice {
		return form.Choice{Key: key, Value: v, Title: title}
	}
	a, b := choice("a", formula.String("a"), "a"), choice("b", formula.String("b"), "b")
	one, two := choice("1", formula.Number(1), "1"), choice("2", formula.Number(2), "2")
	for property, want := range map[string]form.Field{
		`{}`: {Title: "p"},
		`{"title": "The\n title", "description": "One.\r\n\r\nTwo. ", "helpUri": "https://a.example/x?y#z", "examples": ["e"], "format": "email", "type": ["null", "string", "number"]}`: {
			Title: "The title", Description: "One.\n\nTwo.", HelpURI: "https://a.example/x?y#z", Example: "e", Format: "email",
		},
		`{"title": "\u001b[31mred\u202e\u0007", "description": "a\u001b]0;x\u0007\tb", "placeholder": "\u009b", "helpUri": "javascript://a.example/%0aalert(1)"}`: {
			Title: `\x1b[31mred\u202e\x07`, Description: "a\\x1b]0;x\\x07\tb", Example: `\x9b`,
		},
		`{"helpUri": "http://a.example/\u202e\u001b"}`:                                      {Title: "p"},
		`{"type": "number", "placeholder": "1.5", "examples": [2]}`:                         {Title: "p", Kind: form.Number, Example: "1.5"},
		`{"type": "integer", "examples": [2]}`:                                              {Title: "p", Kind: form.Integer, Example: "2"},
		`{"type": "boolean", "default": false}`:                                             {Title: "p", Kind: form.Boolean, Default: formula.Bool(false)},
		`{"type": "string", "isSensitive": true}`:                                           {Title: "p", Secret: true},
		`{"type": "string", "format": "password"}`:                                          {Title: "p", Secret: true, Format: "password"},
		`{"type": "string", "format": "multiline"}`:                                         {Title: "p", Kind: form.Lines, Format: "multiline"},
		`{"type": "string", "x-multiline": true}`:                                           {Title: "p", Kind: form.Lines},
		`{"type": "string", "examples": ["-----BEGIN PRIVATE KEY-----"]}`:                   {Title: "p", Kind: form.Lines, Example: "-----BEGIN PRIVATE KEY-----"},
		`{"type": "string", "pattern": "^-----BEGIN "}`:                                     {Title: "p", Kind: form.Lines},
		`{"type": "object"}`:                                                                {Title: "p", Kind: form.Structured},
		`{"properties": {"a": {"properties": {"b": {"writeOnly": true}}}}}`:                 {Title: "p", Kind: form.Structured, Secret: true},
		`{"type": "array"}`:                                                                 {Title: "p", Kind: form.Structured},
		`{"items": {"isSensitive": true}}`:                                                  {Title: "p", Kind: form.Structured, Secret: true},
		`{"enum": ["a", "b", "a"], "default": "b"}`:                                         {Title: "p", Kind: form.OneOf, Choices: []form.Choice{a, b}, Default: formula.String("b")},
		`{"type": "integer", "enum": [1, 2]}`:                                               {Title: "p", Kind: form.OneOf, Choices: []form.Choice{one, two}},
		`{"enum": ["1", 1, null, true, ""]}`:                                                {Title: "p", Kind: form.OneOf, Choices: []form.Choice{choice(`"1"`, formula.String("1"), "1"), one, choice("true", formula.Bool(true), "true"), choice("", formula.String(""), `""`)}},
		`{"const": "a"}`:                                                                    {Title: "p", Kind: form.OneOf, Choices: []form.Choice{a}},
		`{"oneOf": [{"const": 1, "title": "One", "description": "First."}, {"enum": [2]}]}`: {Title: "p", Kind: form.OneOf, Choices: []form.Choice{{Key: "1", Value: formula.Number(1), Title: "One", Description: "First."}, two}},
		`{"oneOf": [{"const": "b", "title": "Bee"}, {"const": "c"}], "enum": ["a", "b"], "allowCustom": true}`: {Title: "p", Kind: form.OneOf, Custom: true, Choices: []form.Choice{a, choice("b", formula.String("b"), "Bee")}},
		`{"oneOf": [{"const": "a"}, {"type": "number"}]}`:                                                      {Title: "p"},
		`{"type": "array", "items": {"enum": ["a", "b"]}}`:                                                     {Title: "p", Kind: form.Several, Choices: []form.Choice{a, b}},
		`{"type": "array", "items": {"oneOf": [{"const": "a", "title": "A"}]}}`:                                {Title: "p", Kind: form.Several, Choices: []form.Choice{choice("a", formula.String("a"), "A")}},
		`{"allOf": [{"$ref": "#/$defs/secret"}], "title": "Own"}`:                                              {Title: "Own", Secret: true},
		`{"$ref": "#/$defs/secret"}`:                                                                           {Title: "Secret", Secret: true},
	} {
		f := form.New(parse(t, `{"properties": {"p": `+property+`}, "$defs": {"secret": {"isSensitive": true, "title": "Secret"}}}`))
		want.Name = "p"
		fields := f.Fields(formula.Undefined)
		if len(fields) != 1 {
			t.Errorf("%s: %d fields", property, len(fields))
			continue
		}
		if diff := cmp.Diff(fmt.Sprintf("%+v", shownField(want)), fmt.Sprintf("%+v", shownField(fields[0]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", property, diff)
		}
		if got := f.All()[0]; got.Title != fields[0].Title || got.Kind != fields[0].Kind || got.Secret != fields[0].Secret {
			t.Errorf("%s: All has %+v", property, got)
		}
	}
}

// shownField returns what a package outside sees of a field.
func shownField(f form.Field) string {
	return fmt.Sprintf("%q %q %q %q %q kind %d secret %t required %t default %v choices %+v custom %t format %q",
		f.Name, f.Title, f.Description, f.HelpURI, f.Example, f.Kind, f.Secret, f.Required, f.Default, f.Choices, f.Custom, f.Format)
}

// TestWordsUnderConditions wants the words and choices that hold for the values.
func TestWordsUnderConditions(t *testing.T) {
	t.Parallel()
	field := func(schema, values, name string) form.Field {
		fields := form.New(parse(t, schema)).Fields(parse(t, values))
		return fields[slices.IndexFunc(fields, func(f form.Field) bool { return f.Name == name })]
	}
	for values, want := range map[string]string{`{}`: "Of the user.", `{"api": "User"}`: "Of the user.", `{"api": "REST"}`: "Of the app."} {
		if got := field(rest, values, "token"); got.Description != want || !got.Secret || got.Title != "Token" {
			t.Errorf("%s: %+v", values, got)
		}
	}
	if got := field(rest, `{"api": "REST"}`, "api"); len(got.Choices) != 2 {
		t.Errorf("what was chosen can no longer be chosen otherwise: %+v", got)
	}
	if got := field(branches, `{"kind": "key"}`, "kind"); len(got.Choices) != 2 {
		t.Errorf("the alternative that was chosen hides the others: %+v", got)
	}
	const narrowed = `{"properties": {"api": {"enum": ["x", "y"]}, "region": {"enum": ["eu", "us", "jp"]}}, "if": {"required": ["api"], "properties": {"api": {"const": "x"}}}, "then": {"properties": {"region": {"enum": ["us", "eu", "cn"], "isSensitive": true}}}}`
	if got := field(narrowed, `{"api": "x"}`, "region"); len(got.Choices) != 2 || !got.Secret {
		t.Errorf("choices that both have: %+v", got)
	}
	if got := form.New(parse(t, `{"properties": {"user": {}, "key": {}}}`), "key").Fields(formula.Undefined); got[0].Secret || !got[1].Secret {
		t.Errorf("a secret that the caller names: %+v", got)
	}
	if got := field(`{"properties": {"p": {"const": 3}}, "required": ["p"]}`, `{}`, "p"); !got.Default.Equal(formula.Number(3)) {
		t.Errorf("the only value that a required field may have is no default: %+v", got)
	}
}

// TestRead reads what people type.
func TestRead(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"
	quote := func(s string) string { return string(formula.String(s).AppendJSON(nil)) }
	for _, c := range []struct{ property, text, want string }{
		{`{"type": "string"}`, " a b \n", `"a b"`},
		{`{"type": "string"}`, "", `""`},
		{`{"type": "string"}`, "a\nb", "! must be one line"},
		{`{"type": "string"}`, "a\x1bb", "! must have no control characters"},
		{`{"type": "string"}`, "a\u0085b", "! must have no control characters"},
		{`{"type": "string"}`, "\xff", "! must be text in UTF-8"},
		{`{"type": "string"}`, "-----BEGIN PRIVATE KEY-----\r\nMIIB\r\n-----END PRIVATE KEY-----  ", quote(pem)},
		{`{"type": "string", "isSensitive": true}`, "\n" + pem + "\n\n", quote(pem)},
		{`{"type": "string", "isSensitive": true}`, " a b \r\n", `" a b "`},
		{`{"type": "string", "isSensitive": true}`, "{\n  \"key\": 1\n}\n", quote("{\n  \"key\": 1\n}")},
		{`{"type": "string", "format": "multiline"}`, "\n a\r\n\tb\r\rc\n", quote(" a\n\tb\n\nc")},
		{`{"type": "number"}`, " -1.5e3 ", `-1500`},
		{`{"type": "number"}`, "1,5", "! must be a number"},
		{`{"type": "number"}`, "NaN", "! must be a number"},
		{`{"type": "number"}`, `"1"`, "! must be a number"},
		{`{"type": "integer"}`, "42", `42`},
		{`{"type": "integer"}`, "4.2", "! must be a whole number"},
		{`{"type": "integer"}`, "", "! must be a whole number"},
		{`{"type": "boolean"}`, "Yes", `true`},
		{`{"type": "boolean"}`, " off", `false`},
		{`{"type": "boolean"}`, "1", "! must be yes or no"},
		{`{"enum": [10, 20.5]}`, "20.5", `20.5`},
		{`{"enum": [10, 20]}`, "1", `! must be "10" or "20"`},
		{`{"enum": ["a", "A"]}`, "A", `"A"`},
		{`{"enum": ["Eu", "Us"]}`, "eu ", `"Eu"`},
		{`{"enum": ["ab", "AB"]}`, "aB", `! must be "ab" or "AB"`},
		{`{"enum": [" a", ""]}`, "a", `" a"`},
		{`{"enum": [" a", ""]}`, "", `""`},
		{`{"enum": ["1", 1]}`, "1", `1`},
		{`{"enum": ["1", 1]}`, `"1"`, `"1"`},
		{`{"enum": ["a"], "allowCustom": true}`, "other", `"other"`},
		{`{"oneOf": [{"const": 1, "title": "One"}, {"const": {"x": 1}, "title": "Two"}]}`, "two", `{"x":1}`},
		{`{"oneOf": [{"const": 1, "title": "One"}, {"const": {"x": 1}, "title": "Two"}]}`, `{"x":1}`, `{"x":1}`},
		{`{"type": "array", "items": {"enum": ["a", "b", "c, d", 4]}}`, "b, A,,b", `["b","a"]`},
		{`{"type": "array", "items": {"enum": ["a", "b", "c, d", 4]}}`, "c, d\r\n4\n", `["c, d",4]`},
		{`{"type": "array", "items": {"enum": ["a", "b", "c, d", 4]}}`, "", `[]`},
		{`{"type": "array", "items": {"enum": ["", "b"]}}`, " \n", `[]`},
		{`{"type": "array", "items": {"enum": ["a", "b"]}}`, "a, x", `! has a part that must be "a" or "b"`},
		{`{"type": "array", "items": {"type": "string"}}`, "a, b\nc", `["a","b","c"]`},
		{`{"type": "array", "items": {"type": "string"}}`, `["a, b"]`, `["a, b"]`},
		{`{"type": "array", "items": {"type": "string"}}`, `["a`, "! must be a list, written as JSON"},
		{`{"type": "array", "items": {"type": "number"}}`, "1, 2", "! must be a list, written as JSON"},
		{`{"type": "array", "items": {"type": "number"}}`, "[1, 2]", `[1,2]`},
		{`{"type": "object"}`, "{\"a\":\r\n 1}", `{"a":1}`},
		{`{"type": "object"}`, "a", "! must be an object, written as JSON"},
	} {
		f := form.New(parse(t, `{"properties": {"p": `+c.property+`}}`))
		v, err := f.Read(f.All()[0], c.text)
		got := string(v.AppendJSON(nil))
		if err != nil {
			got = "! " + err.Error()
		}
		if got != c.want {
			t.Errorf("%s reads %q as %s, want %s", c.property, c.text, got, c.want)
		}
	}
}

// TestReadsKeys wants each choice to be known by its key, whatever its value.
func TestReadsKeys(t *testing.T) {
	t.Parallel()
	for _, property := range []string{`{"enum": [1, "1", true, "true", {"a": 1}, "{\"a\":1}", " x ", "x", "a\tb", "\"1\""]}`, `{"oneOf": [{"const": "a", "title": "b"}, {"const": "b", "title": "a"}]}`} {
		f := form.New(parse(t, `{"properties": {"p": `+property+`}}`))
		field := f.All()[0]
		for _, c := range field.Choices {
			if v, err := f.Read(field, c.Key); err != nil || !v.Equal(c.Value) {
				t.Errorf("%q is read as %v, %v; want %v", c.Key, v, err, c.Value)
			}
		}
	}
}

// TestCheck places problems at fields.
func TestCheck(t *testing.T) {
	t.Parallel()
	const nested = `{"type": "object", "properties": {"proxy": {"type": "object", "properties": {"port": {"type": "integer"}}, "required": ["port"]}, "dotted.name": {"type": "string"}, "b": {"type": "string"}, "a": {"type": "string", "minLength": 2}}, "required": ["a", "b"], "additionalProperties": false}`
	for _, c := range []struct {
		schema, values string
		want           []form.Problem
	}{
		{rest, `{"api": "User", "token": "x"}`, nil},
		{rest, `{"api": "REST", "token": "x", "region": "eu"}`, []form.Problem{{"appId", true, "is required"}}},
		{rest, `{"api": "REST", "token": "x", "appId": "y"}`, []form.Problem{{"appId", false, "does not match the pattern ^[0-9]+$"}}},
		{dependent, `{"proxy": "p", "mode": "a"}`, nil},
		{branches, `{"kind": "basic"}`, []form.Problem{{"user", true, "is required"}}},
		{branches, `{"kind": "none"}`, []form.Problem{{"kind", false, `must be "key" or "basic"`}, {"key", true, "is required"}, {"user", true, "is required"}}},
		{nested, `{"a": "x", "proxy": {}}`, []form.Problem{{"proxy", false, "port is required"}, {"b", true, "is required"}, {"a", false, "must have at least 2 characters"}}},
		{nested, `{"a": "xx", "b": "", "dotted.name": 1}`, []form.Problem{{"dotted.name", false, "must be text"}}},
		{nested, `{"a": "xx", "b": "", "c": 1}`, []form.Problem{{"", false, "has a field that nobody asks for"}}},
		{`{"type": "nonsense"}`, `{}`, []form.Problem{{"", false, "the schema of inputs cannot be used: "}}},
	} {
		got := form.New(parse(t, c.schema)).Check(parse(t, c.values))
		for i := range got {
			got[i].Message, _, _ = strings.Cut(got[i].Message, "used: ")
			if strings.HasSuffix(got[i].Message, "cannot be ") {
				got[i].Message += "used: "
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.values, diff)
		}
	}
}
