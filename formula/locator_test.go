package formula_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/google/go-cmp/cmp"
)

// readVectors decodes a file of testdata/vectors, whose cases were made by
// running the format's own SDK.
func readVectors[T any](t testing.TB, name string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "vectors", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s has no cases", name)
	}
	return cases
}

func TestLocatorSteps(t *testing.T) {
	type step struct {
		Property *string  `json:"property"`
		Index    *float64 `json:"index"`
	}
	type vector struct {
		Name     string
		Locator  formula.Value
		Expected []step
		Error    bool
	}
	for _, c := range readVectors[vector](t, "format/locator-steps.json") {
		text, ok := c.Locator.AsString()
		l, err := formula.ParseLocator(text)
		if failed := err != nil || !ok; failed != c.Error {
			t.Errorf("%s: error %v, want %v", c.Name, err, c.Error)
			continue
		}
		if c.Error {
			continue
		}
		var got []formula.Step
		for _, s := range c.Expected {
			switch {
			case s.Property != nil:
				got = append(got, formula.Step{Property: *s.Property})
			case s.Index != nil:
				got = append(got, formula.Step{Index: *s.Index, IsIndex: true})
			default: // JSON has no infinity
				got = append(got, formula.Step{Index: math.Inf(1), IsIndex: true})
			}
		}
		if diff := cmp.Diff(got, l.Steps(), cmp.Transformer("nil", func(s []formula.Step) []formula.Step { return append([]formula.Step{}, s...) })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.Name, diff)
		}
	}
}

func TestLocatorNormalize(t *testing.T) {
	type vector struct {
		Name, Locator, Expected string
		Error                   bool
	}
	for _, c := range readVectors[vector](t, "format/locator-normalize.json") {
		l, err := formula.ParseLocator(c.Locator)
		if (err != nil) != c.Error {
			t.Errorf("%s: error %v, want %v", c.Name, err, c.Error)
		}
		if err == nil && l.String() != c.Expected {
			t.Errorf("%s: %s, want %s", c.Name, l, c.Expected)
		}
	}
}

func TestJoinLocator(t *testing.T) {
	type vector struct {
		Name               string
		Object             string
		Property, Expected string
	}
	for _, c := range readVectors[vector](t, "format/locator-make.json") {
		if got := formula.JoinLocator(c.Object, c.Property); got != c.Expected {
			t.Errorf("%s: %s, want %s", c.Name, got, c.Expected)
		}
	}
}

func TestLocatorSet(t *testing.T) {
	type vector struct {
		Name           string
		Data, Value    formula.Value
		Locator        string
		ValueUndefined bool
		Expected       formula.Value
	}
	for _, c := range readVectors[vector](t, "format/set-value.json") {
		l, err := formula.ParseLocator(c.Locator)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if c.ValueUndefined {
			c.Value = formula.Undefined
		}
		got, err := l.Set(c.Data, c.Value)
		if err != nil || !got.Equal(c.Expected) {
			t.Errorf("%s: %v, %v, want %v", c.Name, got, err, c.Expected)
		}
	}
}

func TestLocatorSetFarIndex(t *testing.T) {
	for _, text := range []string{"a[1e9]", "a[Infinity]", "a[0.5]"} {
		l, err := formula.ParseLocator(text)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := l.Set(formula.Object(), formula.Null); err == nil {
			t.Errorf("%s: set to %d items, want an error", text, v.Get("a").Len())
		}
	}
}

func FuzzParseLocator(f *testing.F) {
	for _, s := range []string{"$", "a.b[0]", `a\.b`, "$[ 0x1 ]", "a[1]b", "a.", `a\`, "[0]", "$.$a", "a[Infinity]", "a[1e400]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := formula.ParseLocator(s)
		if err != nil {
			return
		}
		again, err := formula.ParseLocator(l.String())
		if err != nil || !cmp.Equal(l.Steps(), again.Steps()) {
			t.Errorf("%q is %q, which reads as %q, %v", s, l, again, err)
		}
	})
}
