package formula_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// schemaOf returns a schema of v: every member is required, there are no
// others, and nothing is said about the values themselves.
func schemaOf(v formula.Value) formula.Value {
	object := func(kind string, more ...formula.Member) formula.Value {
		return formula.Object(append([]formula.Member{{Key: "type", Value: formula.String(kind)}}, more...)...)
	}
	switch v.Kind() {
	case formula.KindList:
		var kinds []formula.Value
		for i := range v.Len() {
			_, item := v.At(i)
			kinds = append(kinds, schemaOf(item))
		}
		if kinds == nil {
			return object("array", formula.Member{Key: "items", Value: formula.Bool(false)})
		}
		return object("array", formula.Member{Key: "items", Value: formula.Object(formula.Member{Key: "anyOf", Value: formula.List(kinds...)})})
	case formula.KindObject:
		properties := formula.NewObject(v.Len())
		var required []formula.Value
		for i, key := range v.Keys() {
			_, item := v.At(i)
			properties.Set(key, schemaOf(item))
			required = append(required, formula.String(key))
		}
		return object("object", formula.Member{Key: "properties", Value: properties.Value()},
			formula.Member{Key: "required", Value: formula.List(required...)}, formula.Member{Key: "additionalProperties", Value: formula.Bool(false)})
	case formula.KindBool:
		return object("boolean")
	case formula.KindNumber:
		return object("number")
	case formula.KindString:
		return object("string")
	default:
		return object("null")
	}
}

// admits tells whether a value is as a schema says: one that [formula.Program]
// made, so that this is all of JSON Schema that there is in it.
func admits(s, v formula.Value) error {
	if v.IsUndefined() {
		if s.Get("mayBeUndefined").Truthy() {
			return nil
		}
		return fmt.Errorf("it is undefined")
	}
	for _, key := range s.Keys() {
		word := s.Get(key)
		ok := true
		switch key {
		case "type":
			kind := v.Kind().String()
			if kind == "bytes" {
				kind = "string"
			}
			ok = word.Text() == kind
			if list, isList := word.AsList(); isList {
				ok = slices.ContainsFunc(list, func(name formula.Value) bool { return name.Text() == kind })
			}
		case "const":
			ok = word.Equal(v)
		case "enum":
			list, _ := word.AsList()
			ok = slices.ContainsFunc(list, v.Equal)
		case "anyOf":
			list, _ := word.AsList()
			ok = slices.ContainsFunc(list, func(one formula.Value) bool { return admits(one, v) == nil })
		case "not":
			ok = false
		case "required":
			for i := range word.Len() {
				_, name := word.At(i)
				ok = ok && (!v.IsObject() || v.Has(name.Text()))
			}
		}
		if !ok {
			return fmt.Errorf("%v is not %s: %v", v, key, word)
		}
	}
	return admitsParts(s, v)
}

// admitsParts does so for the members of an object and the items of a list.
func admitsParts(s, v formula.Value) error {
	for i := range v.Len() {
		key, item := v.At(i)
		if item.IsUndefined() {
			continue // not there, for JSON
		}
		part := s.Get("items")
		if v.IsObject() {
			part = s.Get("properties").Get(key)
			if part.IsUndefined() {
				part = s.Get("additionalProperties")
			}
		}
		if part.Kind() == formula.KindBool && !part.Truthy() {
			return fmt.Errorf("there is a member %q", key)
		}
		if err := admits(part, item); err != nil {
			return fmt.Errorf("%s%d: %w", key, i, err)
		}
	}
	return nil
}

// openCodes are what is said of vectors whatever their variables are: some of
// them try out a formula that is written wrongly, or that does not do what one
// might think.
var openCodes = map[string]string{
	"empty-step":          "a step without a name",
	"ignored-key":         "nobody reads it",
	"bad-argument":        "an argument of another shape, which has no result or an odd one",
	"bad-jsonata":         "an expression that cannot be read",
	"bad-locator":         "a locator that is none",
	"bad-operator":        "an operator that does not exist",
	"formula-not-first":   "a formula that is plain data, since it is not the first key",
	"unknown-formula":     "a key that looks like a formula, and is none",
	"unknown-variable":    "$iterate has three variables, which no schema changes",
	"case-always-matches": "a filter written as false, 0, empty text or data",
	"null-default":        "a default written as null",
	"unreachable-case":    "a case behind one that has no filter",
	"unreachable-value":   "a value behind one that is never missing",
}

// TestTypesOfVectors compiles every vector with a schema that is open, and with
// one of its own variables: the result is of the type that was inferred.
func TestTypesOfVectors(t *testing.T) {
	files, err := os.ReadDir(filepath.FromSlash("../testdata/vectors/formula"))
	if err != nil {
		t.Fatal(err)
	}
	ran, defined, narrow := 0, 0, 0
	for _, file := range files {
		for _, c := range readVectors[vector](t, "formula/"+file.Name()) {
			if c.Error {
				continue
			}
			ran++
			for _, schema := range []formula.Value{formula.Undefined, formula.Object()} {
				for _, p := range checkType(t, c, schema) {
					if openCodes[p.Code] == "" || len(c.Tags) > 0 && slices.Contains(c.Tags, "realistic") {
						t.Errorf("%s: %v has the problem %+v with an open schema", c.Name, c.Formula, p)
					}
				}
			}
			checkType(t, c, schemaOf(c.Variables))
			program, _ := formula.Compile(c.Formula, formula.Options{Dialect: formula.DialectMembrane, Schema: schemaOf(c.Variables)})
			if !c.Expected.IsUndefined() {
				defined++
				if program.Type().Has("type") || program.Type().Has("const") || program.Type().Has("enum") {
					narrow++
				}
			}
		}
	}
	if ran < 3300 || narrow*10 < defined*8 {
		t.Errorf("%d vectors, of which %d have a result, for %d of which a type is known", ran, defined, narrow)
	}
	t.Logf("%d vectors, of which %d have a result, for %d of which a type is known", ran, defined, narrow)
}

// checkType compiles a vector and tells whether its result is of the type that
// is inferred from a schema.
func checkType(t *testing.T, c vector, schema formula.Value) []formula.Problem {
	t.Helper()
	program, problems := formula.Compile(c.Formula, formula.Options{Dialect: formula.DialectMembrane, Schema: schema})
	if err := admits(program.Type(), c.Expected); err != nil {
		t.Errorf("%s: %v over %v gives %v, which is not of the type %v: %v", c.Name, c.Formula, c.Variables, c.Expected, program.Type(), err)
	}
	for _, p := range problems {
		checkProblem(t, c.Formula, p)
	}
	return problems
}

// FuzzTypes infers the types of anything: a result is of the type, and what is
// no schema does no harm.
func FuzzTypes(f *testing.F) {
	addSeeds(f)
	for _, source := range []string{
		`a.b[0] + "x" ?? c`, `map(filter(l, .n > 1), {"k": .n})[0].k`, `sum(l, .n) / len(l)`, `reduce(l, #acc + #.n, 0)`, `a ? l[-1] : {"x": [a, nil ?? 1]}`,
		`find(l, .n == 2)?.n ?? values(o)`, `let x = l; sortBy(x, .n)[1:2]`, `1..3`, `"k" in o and 1 in [1, 2]`, `fromBase64(s)`, `now("unix")`, `jsonDecode(s).a`, `list(l)[0].n`, `map(list(o), list(.k))`,
	} {
		f.Add([]byte(formula.String("${"+source+"}").String()), []byte(`{"a": true, "l": [{"n": 1}, {"n": 2}], "o": {"k": null}, "s": "e30=", "c": "c"}`))
	}
	f.Fuzz(func(t *testing.T, in, text []byte) {
		v, err := formula.ParseJSON(in)
		if err != nil {
			return
		}
		vars, err := formula.ParseJSON(text)
		if err != nil {
			return
		}
		for _, schema := range []formula.Value{formula.Undefined, schemaOf(vars), vars, v} {
			program, problems := formula.Compile(v, formula.Options{Schema: schema})
			for _, p := range problems {
				checkProblem(t, v, p)
			}
			typ := program.Type()
			if schema.Equal(vars) || schema.Equal(v) || schema.IsUndefined() && strings.Contains(vars.String()+v.String(), "$copy") {
				continue // the variables are not as the schema says
			}
			got, err := program.Eval(vars, testRun())
			if err != nil {
				continue
			}
			if err := admits(typ, got); err != nil {
				t.Errorf("the result %v is not of the type %v: %v", got, typ, err)
			}
		}
	})
}
