package spec_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// readVectors decodes a file of testdata/vectors/format, whose cases were made
// by running the format's own SDK.
func readVectors[T any](t testing.TB, name string) []T {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "vectors", "format", name))
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := json.Unmarshal(data, &cases); err != nil || len(cases) == 0 {
		t.Fatalf("%s: %d cases, %v", name, len(cases), err)
	}
	return cases
}

func TestMergeSchemas(t *testing.T) {
	type vector struct {
		Name     string
		Schemas  []formula.Value
		Expected formula.Value
	}
	for _, c := range readVectors[vector](t, "merge-schemas.json") {
		want := c.Expected
		if want.IsUndefined() {
			want = formula.Null
		}
		if got := spec.MergeSchemas(c.Schemas...); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", c.Name, got, want)
		}
	}
}

func TestEffectiveOption(t *testing.T) {
	type vector struct {
		Name      string
		Connector formula.Value
		OptionKey string
		Expected  formula.Value
	}
	for _, c := range readVectors[vector](t, "effective-option.json") {
		if got := spec.EffectiveOption(c.Connector, c.OptionKey); !got.Equal(c.Expected) {
			t.Errorf("%s:\n%v, want\n%v", c.Name, got, c.Expected)
		}
	}
}

func TestMissingRequired(t *testing.T) {
	type vector struct {
		Name          string
		Schema, Value formula.Value
		Expected      []string
	}
	for _, c := range readVectors[vector](t, "missing-required.json") {
		if got := spec.MissingRequired(c.Schema, c.Value); !slices.Equal(got, c.Expected) {
			t.Errorf("%s: %q, want %q", c.Name, got, c.Expected)
		}
	}
}
