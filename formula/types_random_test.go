package formula_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// A mixer makes formulas, variables and schemas out of those of the vectors.
type mixer struct {
	*rand.Rand
	formulas, variables []formula.Value
}

// expressions are put into mixed formulas beside those of the vectors, which
// have none.
var expressions = []string{
	`input.owner.email`, `connectionInput.domain ?? "none"`, `input.tags[0]`, `contacts[-1].tags`, `map(contacts, .id)`, `filter(input.tags, # != "a")`,
	`input.amount > 1 ? input.owner : contacts`, `let o = input.owner; [o, o.email ?? nil]`, `len(input.tags) * 2`, `"x" + connectionInput.domain`, `{"a": input.tags, "b": contacts[0]}`,
	`reduce(nums, #acc + #, 0)`, `find(contacts, .id == 2)`, `values(input)`, `keys(input)`, `sortBy(nums, #)[0:2]`, `split("a,b", ",")[input.amount ?? 0]`,
	`string(nums[0])`, `input.active and not (nums == [])`, `input["owner"]["na" + "me"]`, `any(contacts, .id in nums)`, `fromBase64("/w==")`, `jsonDecode("[1]")[0]`, `-nums[0] + 1`, `item`, `index`, `parent.input`,
	`list(input.owner)`, `list(input.tags ?? input)[0]`, `map(list(contacts), list(.tags))`,
}

// part returns a formula of the vectors, or a piece of one.
func (m *mixer) part() formula.Value {
	v := m.formulas[m.IntN(len(m.formulas))]
	for v.Len() > 0 && m.IntN(3) == 0 {
		_, v = v.At(m.IntN(v.Len()))
	}
	if m.IntN(8) == 0 {
		e := expressions[m.IntN(len(expressions))]
		return formula.String([]string{"${" + e + "}", "a${" + e + "}b"}[m.IntN(2)])
	}
	return v
}

// mix replaces parts of v.
func (m *mixer) mix(v formula.Value, depth int) formula.Value {
	if depth > 0 && m.IntN(5) == 0 {
		return m.part()
	}
	switch v.Kind() {
	case formula.KindList:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			items[i] = m.mix(item, depth+1)
		}
		return formula.List(items...)
	case formula.KindObject:
		b := formula.NewObject(v.Len())
		for i, key := range v.Keys() {
			_, item := v.At(i)
			b.Set(key, m.mix(item, depth+1))
		}
		return b.Value()
	case formula.KindString:
		if strings.HasPrefix(v.Text(), "$.") && m.IntN(3) == 0 {
			return formula.String("$.input" + strings.TrimLeft(v.Text()[1:], "0123456789"))
		}
	}
	return v
}

// loosen makes a schema of v say less: members may be missing, values be of
// another type, or one of a list.
func (m *mixer) loosen(v formula.Value) formula.Value {
	s := schemaOf(v)
	switch m.IntN(8) {
	case 0:
		return formula.Object()
	case 1:
		return formula.Object(formula.Member{Key: "enum", Value: formula.List(formula.String("other"), v, formula.Number(0), formula.Null)})
	case 2:
		return formula.Object(formula.Member{Key: "oneOf", Value: formula.List(schemaOf(m.part()), s)})
	case 3:
		return s.With("type", formula.List(s.Get("type"), formula.String("null"), formula.String("array")))
	}
	if v.IsObject() {
		properties, required := formula.NewObject(v.Len()), []formula.Value{}
		for i, key := range v.Keys() {
			_, item := v.At(i)
			if m.IntN(10) > 0 {
				properties.Set(key, m.loosen(item))
			}
			if m.IntN(2) == 0 {
				required = append(required, formula.String(key))
			}
		}
		s = s.With("properties", properties.Value()).With("required", formula.List(required...)).Without("additionalProperties")
	}
	if v.Kind() == formula.KindList && m.IntN(2) == 0 {
		s = s.Without("items")
	}
	return s
}

// thin leaves out members of v that its schema does not require.
func (m *mixer) thin(v, schema formula.Value) formula.Value {
	required, _ := schema.Get("required").AsList()
	for _, key := range v.Keys() {
		needed := !schema.Has("required")
		for _, name := range required {
			needed = needed || name.Text() == key
		}
		if !needed && m.IntN(3) == 0 {
			v = v.Without(key)
		} else if schema.Get("properties").Has(key) {
			v = v.With(key, m.thin(v.Get(key), schema.Get("properties").Get(key)))
		}
	}
	return v
}

// TestTypesOfMixtures mixes the vectors with each other and with expressions,
// and their variables with schemas that say less and less: every result is of
// the type.
func TestTypesOfMixtures(t *testing.T) {
	m := &mixer{Rand: rand.New(rand.NewPCG(7, 7))}
	files, err := os.ReadDir(filepath.FromSlash("../testdata/vectors/formula"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		for _, c := range readVectors[vector](t, "formula/"+file.Name()) {
			if strings.Contains(c.Formula.String()+c.Variables.String(), "$copy") {
				continue
			}
			m.formulas = append(m.formulas, c.Formula)
			if c.Variables.IsObject() {
				m.variables = append(m.variables, c.Variables)
			}
		}
	}
	results := 0
	for range mixtures {
		in, vars := m.mix(m.part(), 0), m.variables[m.IntN(len(m.variables))]
		schema := m.loosen(vars)
		vars = m.thin(vars, schema)
		program, problems := formula.Compile(in, formula.Options{Schema: schema})
		for _, p := range problems {
			checkProblem(t, in, p)
		}
		got, err := program.Eval(vars, testRun())
		if err != nil {
			continue
		}
		results++
		if err := admits(program.Type(), got); err != nil {
			t.Fatalf("%v over %v, of %v, gives %v, which is not of the type %v: %v", in, vars, schema, got, program.Type(), err)
		}
	}
	if results < mixtures/2 {
		t.Errorf("%d of %d mixtures have a result", results, mixtures)
	}
}

const mixtures = 20_000
