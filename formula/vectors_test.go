package formula_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	Formulas  []string
	Tags      []string
}

func TestVectors(t *testing.T) {
	var known []string
	for _, f := range formula.Funcs() {
		known = append(known, strings.TrimPrefix(f.Name, "$"))
	}
	files, err := os.ReadDir(filepath.FromSlash("../testdata/vectors/formula"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, f := range files {
		for _, c := range readVectors[vector](t, "formula/"+f.Name()) {
			if slices.ContainsFunc(c.Formulas, func(f string) bool { return !slices.Contains(known, f) }) {
				continue
			}
			ran++
			checkVector(t, c)
		}
	}
	t.Logf("%d vectors", ran)
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
