package formula_test

import (
	"sync"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// TestProgramsAreShared evaluates each example of the language in many
// goroutines at once; under -race it shows that a program does not change.
func TestProgramsAreShared(t *testing.T) {
	type job struct {
		program *formula.Program
		vars    formula.Value
	}
	var jobs []job
	add := func(in formula.Value, vars string) {
		if vars == "" {
			vars = "{}"
		}
		program, _ := formula.Compile(in, formula.Options{})
		jobs = append(jobs, job{program, parse(t, vars)})
	}
	for _, f := range formula.Funcs() {
		for _, e := range f.Examples {
			add(parse(t, e.In), e.Vars)
		}
	}
	for _, f := range formula.ExprFuncs() {
		for _, e := range f.Examples {
			add(formula.String("<${"+e.In+"}>"), e.Vars)
		}
	}
	want := make([]string, len(jobs))
	for i, j := range jobs {
		want[i] = outcome(j.program.Eval(j.vars, testRun()))
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				for i, j := range jobs {
					if got := outcome(j.program.Eval(j.vars, testRun())); got != want[i] {
						t.Errorf("%s, want %s", got, want[i])
					}
				}
			}
		})
	}
	wg.Wait()
}

// outcome is a result as text, to compare.
func outcome(v formula.Value, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return v.String()
}
