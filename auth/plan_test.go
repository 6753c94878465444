package auth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// standIn matches the texts that stand for values while a plan is made.
var standIn = regexp.MustCompile(`p[0-9a-f]{20}`)

// TestExplainEverySpec plans all valid specs of the repository: each phase has
// a place, each request its parts, and no stand-in is left.
func TestExplainEverySpec(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.FromSlash("../testdata/specs/valid/*"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d specs, %v", len(files), err)
	}
	examples, _ := filepath.Glob(filepath.FromSlash("../examples/*/spec.yml"))
	phases, requests := 0, 0
	for _, file := range append(files, examples...) {
		dir, name := filepath.Split(file)
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			dir, name = file, "spec.yml"
		}
		c, _, err := spec.Load(os.DirFS(dir), name)
		if err != nil {
			continue // another kind of file
		}
		options, _ := lint.Run(c, lint.Options{})
		for _, o := range options {
			plan := auth.Explain(t.Context(), auth.Subject{Connector: c, Option: o.Option, Methods: o.Methods})
			for _, p := range plan.Phases {
				phases++
				if p.Place.Line < 1 || p.Place.File == "" || p.Kind == "" {
					t.Errorf("%s: %s has no place: %+v", file, p.Name, p)
				}
				for _, r := range p.Requests {
					requests++
					if r.Method == "" || r.URL == "" || len(r.Parts) < 2 {
						t.Errorf("%s: %s: %+v", file, p.Name, r)
					}
				}
				if left := standIn.FindString(fmt.Sprintf("%+v", p)); left != "" {
					t.Errorf("%s: %s shows %s: %+v", file, p.Name, left, p)
				}
			}
		}
	}
	if phases < 100 || requests < 50 {
		t.Errorf("only %d phases and %d requests", phases, requests)
	}
}
