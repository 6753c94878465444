package formula_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// A vector is a case of testdata/vectors/formula.
type vector struct {
	Name      string
	Formula   formula.Value
	Variables formula.Value
	Expected  formula.Value
	Undefined formula.Value `json:"expectedUndefined"`
	Error     bool
	Tags      []string
}

// TestVectors runs every vector: none is excepted, not even those that depend
// on quirks of JavaScript.
func TestVectors(t *testing.T) {
	files, err := os.ReadDir(filepath.FromSlash("../testdata/vectors/formula"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, f := range files {
		for _, c := range readVectors[vector](t, "formula/"+f.Name()) {
			ran++
			checkVector(t, c)
		}
	}
	if ran < 3435 {
		t.Errorf("%d vectors, want at least 3435", ran)
	}
}

func checkVector(t *testing.T, c vector) {
	t.Helper()
	program, _ := formula.Compile(c.Formula, formula.Options{Dialect: formula.DialectMembrane})
	got, err := program.Eval(c.Variables, formula.Run{})
	want := c.Expected // undefined where the vector has expectedUndefined
	if (err != nil) != c.Error || err == nil && !got.Equal(want) {
		t.Errorf("%s %v: %v gives %v, %v; want %v, error %v", c.Name, c.Tags, c.Formula, got, err, want, c.Error)
	}
}
