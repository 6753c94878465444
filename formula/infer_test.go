package formula_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// checked is the schema of the tests.
const checked = `{
	"type": "object", "required": ["token", "region", "port", "user", "tags", "flags", "key", "on", "open"],
	"properties": {
		"token": {"type": "string"}, "region": {"type": "string", "enum": ["eu", "us"]}, "port": {"type": "integer"}, "on": {"type": "boolean"},
		"user": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "age": {"type": "number"}, "plan": {"enum": ["free", "paid"]}}, "additionalProperties": false},
		"tags": {"type": "array", "items": {"type": "string"}}, "flags": {"type": "array", "items": {"type": "boolean"}}, "key": {"type": ["string", "null"]},
		"maybe": {"type": "string"}, "active": {"type": "boolean"}, "host": {"type": "string", "default": "a.example"}, "data": {}, "open": {"type": "object"}
	}
}`

func check(t *testing.T, in string) (formula.Value, []string) {
	t.Helper()
	v := parse(t, in)
	program, problems := formula.Compile(v, formula.Options{Schema: parse(t, checked)})
	var lines []string
	for _, p := range problems {
		checkProblem(t, v, p)
		place := p.Pointer
		if at, _ := find(v, p.Pointer); p.Offset >= 0 {
			place += fmt.Sprintf(" %q", at.Text()[p.Offset:p.Offset+p.Length])
		}
		lines = append(lines, fmt.Sprintf("%s at %s: %s; %s", p.Code, place, p.Message, p.Hint))
		if p.Advice {
			lines[len(lines)-1] = "advice " + lines[len(lines)-1]
		}
	}
	return program.Type(), lines
}

// TestTypes infers the types of formulas and expressions.
func TestTypes(t *testing.T) {
	for in, want := range map[string]string{
		`{"$var": "token"}`:                                `{"type": "string"}`,
		`{"$var": "maybe"}`:                                `{"type": "string", "mayBeUndefined": true}`,
		`{"$var": "key"}`:                                  `{"type": ["string", "null"]}`,
		`{"$var": "host"}`:                                 `{"type": "string"}`,
		`{"$var": "region"}`:                               `{"enum": ["eu", "us"]}`,
		`{"$var": "data"}`:                                 `{"mayBeUndefined": true}`,
		`{"$var": "tags[0]"}`:                              `{"type": "string", "mayBeUndefined": true}`,
		`{"$var": "tags.length"}`:                          `{"type": "number"}`,
		`{"$plain": {"a": [1, 2]}}`:                        `{"type": "object", "properties": {"a": {"type": "array", "items": {"enum": [1, 2]}}}, "required": ["a"], "additionalProperties": false}`,
		`{"a": {"$var": "token"}, "b": {"$var": "maybe"}}`: `{"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}}, "required": ["a"], "additionalProperties": false}`,
		`[{"$var": "maybe"}, {"$var": "port"}]`:            `{"type": "array", "items": {"type": ["string", "number"]}}`,
		`{"$concat": ["a", {"$var": "token"}]}`:            `{"type": "string"}`,
		`{"$concat": [{"$var": "maybe"}]}`:                 `{"type": "string", "mayBeUndefined": true}`,
		`{"$map": {"value": {"$var": "region"}, "mapping": [{"from": "eu", "to": 1}, {"from": "us", "to": 2}]}}`:  `{"enum": [1, 2]}`,
		`{"$map": {"value": {"$var": "token"}, "mapping": [{"from": "eu", "to": 1}], "default": "x"}}`:            `{"enum": [1, "x"]}`,
		`{"$firstNotEmpty": [{"$var": "maybe"}, {"$var": "port"}]}`:                                               `{"type": ["string", "number"]}`,
		`{"$firstNotEmpty": [{"$var": "maybe"}]}`:                                                                 `{"type": "string", "mayBeUndefined": true}`,
		`{"$eval": {"$var": "token"}, "is": "x"}`:                                                                 `{"type": "boolean"}`,
		`{"$and": [{"$var": "maybe"}]}`:                                                                           `{"type": "boolean", "mayBeUndefined": true}`,
		`{"$iterate": {"source": {"$var": "tags"}, "item": {"t": {"$var": "item"}, "i": {"$var": "index"}}}}`:     `{"type": "array", "items": {"type": "object", "properties": {"t": {"type": "string"}, "i": {"type": "number"}}, "required": ["t", "i"], "additionalProperties": false}, "mayBeUndefined": true}`,
		`{"$mergeObjects": [{"a": 1, "b": 1}, {"b": {"$var": "maybe"}}]}`:                                         `{"type": "object", "properties": {"a": {"const": 1}, "b": {"anyOf": [{"const": 1}, {"type": "string"}]}}, "required": ["a", "b"], "additionalProperties": false}`,
		`{"$case": {"cases": [{"filter": {"$eval": {"$var": "token"}, "is": "x"}, "value": 1}], "default": "d"}}`: `{"enum": [1, "d"]}`,
		`{"$case": {"cases": [{"filter": {"$eval": {"$var": "token"}, "is": "x"}, "value": 1}]}}`:                 `{"const": 1, "mayBeUndefined": true}`,
		`{"$extractDate": {"$var": "token"}}`:                                                                     `{"type": "string", "mayBeUndefined": true}`,
		`{"$jsonata": "token"}`:                                                                                   `{"mayBeUndefined": true}`,
		`{"$dataSchemaRef": {}}`:                                                                                  `{"not": {}, "mayBeUndefined": true}`,
		`{"$tpl": {"template": "{a}", "values": {"a": {"$var": "maybe"}}}}`:                                       `{"type": "string"}`,
		`"Bearer ${token}"`:                `{"type": "string"}`,
		`"${port}"`:                        `{"type": "number"}`,
		`"${maybe ?? port}"`:               `{"type": ["string", "number"]}`,
		`"${hmac('sha256', token, 'x')}"`:  `{"type": "string", "contentEncoding": "base64"}`,
		`"${map(tags, len(#))}"`:           `{"type": "array", "items": {"type": "number"}}`,
		`"${filter(tags, # != 'a')[0:1]}"`: `{"type": "array", "items": {"type": "string"}}`,
		`"${let u = user; {\"n\": u.name, \"p\": u.plan ?? 'free'}}"`: `{"type": "object", "properties": {"n": {"type": "string"}, "p": {"enum": ["free", "paid"]}}, "required": ["n", "p"], "additionalProperties": false}`,
		`"${on ? token : port + 1}"`:                                  `{"type": ["string", "number"]}`,
		`"${now() + port}"`:                                           `{"type": "number"}`,
		`"${now('rfc3339')}"`:                                         `{"type": "string"}`,
		`"${jsonDecode(token).a ?? 1}"`:                               `{"type": ["string", "number", "boolean", "object", "array"]}`,
		`"${list(maybe)}"`:                                            `{"type": "array", "items": {"type": "string"}}`,
		`"${list(on ? tags : port)}"`:                                 `{"type": "array", "items": {"type": ["string", "number"]}}`,
		`"${map(list(user), .name)}"`:                                 `{"type": "array", "items": {"type": "string"}}`,
		`"${port in [1, 2] and token contains 'x'}"`:                  `{"type": "boolean"}`,
		`"${1..3}"`: `{"type": "array", "items": {"type": "number"}}`,
		`1`:         `{"const": 1}`,
		`{}`:        `{"type": "object", "additionalProperties": false}`,
	} {
		got, problems := check(t, in)
		if !got.Equal(parse(t, want)) || len(problems) > 0 {
			t.Errorf("%s is of the type %v, with the problems %q; want %s", in, got, problems, want)
		}
	}
}

// TestTypeProblems says what is reported about types, and how.
func TestTypeProblems(t *testing.T) {
	for in, want := range map[string]string{
		`{"$var": "tokn"}`:     `unknown-variable at /$var: unknown variable "tokn"; did you mean "token"?`,
		`{"$var": "user.nme"}`: `unknown-variable at /$var: unknown variable "user.nme"; did you mean "user.name"?`,
		`"é ${user.nme}"`:      `unknown-variable at  "nme": unknown variable "user.nme"; did you mean "user.name"?`,
		`"${user['nme']}"`:     `unknown-variable at  "'nme'": unknown variable "user.nme"; did you mean "user.name"?`,
		`{"$iterate": {"source": {"$var": "tags"}, "item": {"$var": "parent.user.nme"}}}`:            `unknown-variable at /$iterate/item/$var: unknown variable "parent.user.nme"; did you mean "parent.user.name"?`,
		`{"$formula": [{"$var": "user.nme"}]}`:                                                       `unknown-variable at /$formula/0/$var: unknown variable "user.nme"; did you mean "user.name"?`,
		`{"$case": [{"filter": [{"field": "user.nme", "operator": "is", "value": 1}], "value": 1}]}`: `unknown-variable at /$case/0/filter/0/field: unknown variable "user.nme"; did you mean "user.name"?`,
		`{"$var": "token.x"}`:                                     `no-member at /$var: "token" is text, which has no member "x"; read "token" alone, or correct its schema`,
		`{"$var": "port[0]"}`:                                     `no-member at /$var: "port" is a number, which has no items; read "port" alone, or correct its schema`,
		`{"$var": "tags.name"}`:                                   `no-member at /$var: "tags" is an array, which has no member "name"; name one of its items, as in tags[0].name, or go through them with $iterate`,
		`"${token.x}"`:                                            `no-member at  "x": "token" is text, which has no members; read "token" alone, or correct its schema`,
		`"${tags.length}"`:                                        `no-member at  "length": "tags" is an array, which has no member "length"; len() counts its items`,
		`"${token + port}"`:                                       `wrong-type at  "+": + takes two texts or two numbers, not text and a number; string() makes text of a number or boolean`,
		`"${hmac('sha256', token, tags)}"`:                        `wrong-type at  "tags": the third argument of hmac is text or bytes, not an array; join() makes text of a list, jsonEncode() of anything`,
		`"${port matches '1'}"`:                                   `wrong-type at  "port": the left side of matches is text, not a number; string() makes text of it`,
		`"a ${user} b"`:                                           `wrong-type at  "user": what stands in a text is a boolean, a number or text, not an object; jsonEncode() makes text of it`,
		`"a ${sha256(token)}"`:                                    `wrong-type at  "sha256": what stands in a text is a boolean, a number or text, not bytes; hex() or base64() makes text of them`,
		`"${token ? 1 : 2}"`:                                      `wrong-type at  "token": a condition is a boolean, not text; `,
		`"${port == 'x'}"`:                                        `never-equal at  "'x'": the value is never "x": it is a number, so == is always false; `,
		`"${region == 'ue'}"`:                                     `never-equal at  "'ue'": the value is never "ue": it is "eu" or "us", so == is always false; did you mean "eu"?`,
		`"${on == 'true'}"`:                                       `never-equal at  "'true'": the value is never "true": it is a boolean, so == is always false; write true without quotes`,
		`"${maybe}"`:                                              `advice maybe-missing at  "maybe": "maybe" may be missing, and then there is no value; add it to required in its schema, or give it a default, as in maybe ?? "…"`,
		`"${user.plan + 'x'}"`:                                    `advice maybe-missing at  "user.plan": "user.plan" may be missing, and then there is no value; add it to required in its schema, or give it a default, as in user.plan ?? "…"`,
		`{"$concat": ["Bearer ", {"$var": "maybe"}]}`:             `advice concat-drops-missing at /$concat/1/$var: "maybe" may be missing, and then the text is without it; add it to required in its schema, give it a default, or write "…${…}", which fails instead`,
		`{"$concat": ["x", {"$var": "user"}]}`:                    `wrong-type at /$concat/1: the item is an object, which gives the text [object Object]; name the member that is meant`,
		`{"$case": [{"filter": false, "value": 1}]}`:              `case-always-matches at /$case/0/filter: a filter that is written as false counts as none, so the case always matches; leave the filter out, or remove the case`,
		`{"$case": [{"filter": {"a": 1}, "value": 1}]}`:           `case-always-matches at /$case/0/filter: the filter is data, not a formula, so the case always matches; write {$eval: {$var: …}, is: …}`,
		`{"$case": [{"filter": {"$var": "active"}, "value": 1}]}`: `advice missing-filter at /$case/0/filter: the filter may be missing, and then the case matches; compare it, as in {$eval: {$var: …}, is: true}, or give it a default`,
		`{"$case": [{"filter": {"$and": [{"$var": "active"}]}, "value": 1}]}`:                 `advice missing-filter at /$case/0/filter: the filter may be missing, and then the case matches; compare it, as in {$eval: {$var: …}, is: true}, or give it a default`,
		`{"$case": [{"filter": {"$eval": {"$var": "region"}, "is": "ue"}, "value": 1}]}`:      `never-equal at /$case/0/filter/is: the value is never "ue": it is "eu" or "us"; did you mean "eu"?`,
		`{"$case": [{"filter": {"$eval": {"$var": "on"}, "is": "true"}, "value": 1}]}`:        `never-equal at /$case/0/filter/is: the value is never "true": it is a boolean; write true without quotes`,
		`{"$case": [{"filter": {"$eval": {"$var": "region"}, "oneOf": ["ap"]}, "value": 1}]}`: `never-equal at /$case/0/filter/oneOf: the value is never "ap": it is "eu" or "us"; `,
		`{"$case": [{"filter": {"$and": [{"$var": "on"}, false]}, "value": 1}]}`:              `case-never-matches at /$case/0/filter: the filter never holds, so the case never matches; remove the case, or test for what the schema allows`,
		`{"$case": [{"filter": {"$var": "user"}, "value": 1}]}`:                               `case-always-matches at /$case/0/filter: the filter always holds, so the case always matches; leave the filter out, or test for what the schema allows`,
		`{"$case": [{"value": 1}, {"filter": {"$var": "on"}, "value": 2}]}`:                   `advice unreachable-case at /$case/1: this case is never reached, since one before it always matches; put the case that always matches last, or remove this one`,
		`{"$case": {"cases": [{"value": 1}], "default": 2}}`:                                  `advice unreachable-case at /$case/default: the default is never reached, since a case always matches; remove it, or give the case a filter that does not always hold`,
		`{"$case": {"cases": [{"filter": {"$var": "on"}, "value": 1}], "default": null}}`:     `advice null-default at /$case/default: a default that is null counts as none, so there is no result; leave it out`,
		`{"$eval": {"$var": "on"}, "gt": 1}`:                                                  `wrong-type at /gt: gt compares numbers, and the value is a boolean, so the result is always false; `,
		`{"$eval": {"$var": "region"}, "oneOf": "eu"}`:                                        `wrong-type at /oneOf: oneOf compares with a list, and this is "eu"; write the values as a list, or use is`,
		`{"$var": "flags[0]"}`:                                                          `advice falsy-index at /$var: an index finds no item that is false; write flags.0, which finds every item`,
		`{"$firstNotEmpty": [{"$var": "token"}, "x"]}`:                                  `advice unreachable-value at /$firstNotEmpty/1: this is never looked at, since the value before it is never missing; empty text is a value, too; test it with $case and isNotEmpty`,
		`{"$iterate": {"source": {"$var": "flags"}, "item": {"$var": "item"}}}`:         `advice iterate-drops-falsy at /$iterate/item: $iterate leaves out what is false; put it into an object, as in {value: …}, or make text of it with $concat`,
		`{"$iterate": {"source": {"$var": "token"}, "item": 1}}`:                        `wrong-type at /$iterate/source: $iterate goes through a list, and this is text; `,
		`{"$mergeObjects": [{"$var": "token"}, {"a": 1}]}`:                              `wrong-type at /$mergeObjects/0: $mergeObjects merges objects, and this is text; it is left out`,
		`{"$domainFromEmail": {"$var": "port"}}`:                                        `wrong-type at /$domainFromEmail: an email address is text, and this is a number; `,
		`{"$map": {"value": {"$var": "region"}, "mapping": [{"from": "ue", "to": 1}]}}`: `never-equal at /$map/mapping/0/from: the value is never "ue": it is "eu" or "us"; did you mean "eu"?`,
	} {
		if _, got := check(t, in); strings.Join(got, "\n") != want {
			t.Errorf("%s:\n got %s\nwant %s", in, strings.Join(got, "\n     "), want)
		}
	}
}

// TestNoTypeProblems shows that what may be meant is not spoken about.
func TestNoTypeProblems(t *testing.T) {
	for _, in := range []string{
		`"${maybe ?? \"x\"}"`, `"${maybe == nil ? \"x\" : maybe}"`, `"${maybe != nil and maybe startsWith \"x\"}"`, `"${data.anything.there}"`, `"${open.x}"`,
		`"${user.age == 1}"`, `"${user.plan == nil}"`, `"${key ?? token}"`, `"${split(token, \"-\")[1]}"`, `"${tags[0]}"`, `"${host}"`, `"${find(tags, # == \"a\")}"`,
		`{"$var": "open.x.y"}`, `{"$var": "data[0]"}`, `{"$var": "tags[0]"}`, `{"$var": "$"}`, `{"$concat": [{"$var": "maybe"}]}`, `{"$concat": ["a", {"$var": "host"}]}`,
		`{"$eval": {"$var": "port"}, "is": "443"}`, `{"$eval": {"$var": "token"}, "is": 1}`, `{"$eval": {"$var": "maybe"}, "is": null}`, `{"$eval": {"$var": "on"}, "is": 1}`,
		`{"$case": {"cases": [{"filter": {"$eval": {"$var": "maybe"}, "isNotEmpty": true}, "value": "x ${maybe}"}], "default": "y"}}`,
		`{"$case": {"cases": [{"filter": {"$eval": {"$var": "maybe"}, "isEmpty": true}, "value": "y"}, {"value": {"$concat": ["x", {"$var": "maybe"}]}}]}}`,
		`{"$case": {"cases": [{"filter": true, "value": 1}]}}`, `{"$case": [{"filter": {"$var": "on"}, "value": 1}, {"value": 2}]}`,
		`{"$firstNotEmpty": [{"$var": "maybe"}, {"$var": "key"}, "x"]}`, `{"$iterate": {"source": {"$var": "tags"}, "item": {"$var": "item"}}}`,
		`{"$mergeObjects": [{"$var": "open"}, {"$var": "data"}]}`, `{"$map": {"value": {"$var": "port"}, "mapping": [{"from": "443", "to": 1}]}}`,
	} {
		if _, got := check(t, in); got != nil {
			t.Errorf("%s has problems: %q", in, got)
		}
	}
}

// TestSchemas reads schemas with words that say more or less than usual.
func TestSchemas(t *testing.T) {
	for schema, want := range map[string]string{
		`{}`: `{"mayBeUndefined": true}`,
		`{"properties": {"x": {"type": "integer"}}, "required": ["x"]}`:                                                                                                                                                        `{"type": "number"}`,
		`{"properties": {"x": {"enum": ["a"], "allowCustom": true}}, "required": ["x"]}`:                                                                                                                                       `{}`,
		`{"properties": {"x": {"type": "string", "enum": ["a", 1]}}, "required": ["x"]}`:                                                                                                                                       `{"const": "a"}`,
		`{"properties": {"x": {"anyOf": [{"type": "string"}, {"type": "null"}]}}, "required": ["x"]}`:                                                                                                                          `{"type": ["string", "null"]}`,
		`{"properties": {"x": {"oneOf": [{"const": 1}, {"const": 2}]}}, "required": ["x"]}`:                                                                                                                                    `{"enum": [1, 2]}`,
		`{"properties": {"x": {"$ref": "#/$defs/a~1b"}}, "required": ["x"], "$defs": {"a/b": {"type": "boolean"}}}`:                                                                                                            `{"type": "boolean"}`,
		`{"properties": {"x": {"$ref": "somewhere"}}, "required": ["x"]}`:                                                                                                                                                      `{}`,
		`{"properties": {"x": {"$ref": "#/properties/x"}}, "required": ["x"]}`:                                                                                                                                                 `{}`,
		`{"properties": {"x": {"type": "string", "nullable": true}}}`:                                                                                                                                                          `{"type": ["string", "null"], "mayBeUndefined": true}`,
		`{"properties": {"x": {"allOf": [{"type": ["string", "number"]}, {"type": "string"}]}}, "required": ["x"]}`:                                                                                                            `{"type": "string"}`,
		`{"additionalProperties": {"type": "string"}}`:                                                                                                                                                                         `{"type": "string", "mayBeUndefined": true}`,
		`{"type": "object", "additionalProperties": false}`:                                                                                                                                                                    `{"not": {}, "mayBeUndefined": true}`,
		`{"properties": {"x": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}}, "required": ["x"]}`:                                                                                                 `{"type": "array", "items": {"type": "array", "items": {"type": "number"}}}`,
		`{"properties": {"k": {}}, "if": {"properties": {"k": {"const": 1}}}, "then": {"properties": {"x": {"type": "string"}}, "required": ["x"]}}`:                                                                           `{"type": "string", "mayBeUndefined": true}`,
		`{"properties": {"k": {}}, "allOf": [{"if": {}, "then": {"properties": {"x": {"type": "string"}}}, "else": {"properties": {"x": false}}}]}`:                                                                            `{"type": "string", "mayBeUndefined": true}`,
		`{"properties": {"k": {}}, "oneOf": [{"properties": {"x": {"const": 1}}, "required": ["x"]}, {"properties": {"x": {"const": "b"}}, "required": ["x"]}]}`:                                                               `{"enum": [1, "b"]}`,
		`{"properties": {"k": {}}, "dependentSchemas": {"k": {"$ref": "#/$defs/k"}}, "$defs": {"k": {"properties": {"x": {"type": "boolean"}}}}}`:                                                                              `{"type": "boolean", "mayBeUndefined": true}`,
		`{"properties": {"k": {}}, "if": {}, "then": {"required": ["x"]}, "else": {"required": ["x"]}, "allOf": [{"properties": {"x": {"type": "number"}}}]}`:                                                                  `{"type": "number"}`,
		`{"properties": {"k": {"$ref": "#"}}, "required": ["x"], "allOf": [{"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}, {"$ref": "#"}, {"properties": {"x": {"type": "null"}}}]}`: `{}`,
		`{"properties": {"x": {"type": "strange"}}, "required": ["x"]}`:                                                                                                                                                        `{}`,
	} {
		program, _ := formula.Compile(parse(t, `{"$var": "x"}`), formula.Options{Schema: parse(t, schema)})
		if got := program.Type(); !got.Equal(parse(t, want)) {
			t.Errorf("x of %s is of the type %v, want %s", schema, got, want)
		}
	}
}
