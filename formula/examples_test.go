package formula_test

import (
	"testing"
	"time"

	"github.com/connector-spec/connector/formula"
)

// bytes is randomness that a test knows: 0, 1, 2 and so on.
type countingReader struct{ next byte }

func (r *countingReader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = r.next
		r.next++
	}
	return len(b), nil
}

// testRun returns a run at a fixed time with known randomness.
func testRun() formula.Run {
	return formula.Run{
		Now:  func() time.Time { return time.Date(2024, 1, 31, 10, 20, 30, 123_000_000, time.UTC) },
		Rand: &countingReader{},
	}
}

func TestExamplesOfFormulas(t *testing.T) {
	for _, f := range formula.Funcs() {
		t.Run(f.Name, func(t *testing.T) {
			if f.Summary == "" || f.Args == "" || len(f.Examples) == 0 {
				t.Error("a formula needs a summary, arguments and an example")
			}
			for _, e := range f.Examples {
				checkExample(t, e, parse(t, e.In), formula.DialectConnector)
				if !f.Addition {
					checkExample(t, e, parse(t, e.In), formula.DialectMembrane)
				}
			}
		})
	}
}

func TestExamplesOfExpressions(t *testing.T) {
	for _, f := range formula.ExprFuncs() {
		t.Run(f.Name, func(t *testing.T) {
			if f.Summary == "" || len(f.Examples) == 0 {
				t.Error("a function needs a summary and an example")
			}
			for _, e := range f.Examples {
				in := formula.Object(formula.Member{Key: "$expr", Value: formula.String(e.In)})
				checkExample(t, e, in, formula.DialectConnector)
			}
		})
	}
}

func checkExample(t *testing.T, e formula.Example, in formula.Value, dialect formula.Dialect) {
	t.Helper()
	vars := formula.Object()
	if e.Vars != "" {
		vars = parse(t, e.Vars)
	}
	program, problems := formula.Compile(in, formula.Options{Dialect: dialect, Variables: append(vars.Keys(), "nothing", "region", "x", "flag")})
	if len(problems) > 0 && e.Note == "" {
		t.Errorf("%v has problems, and no note says why: %v", in, problems)
	}
	got, err := program.Eval(vars, testRun())
	if err != nil {
		t.Errorf("%v: %v", in, err)
	}
	if want := parse(t, e.Want); !got.Equal(want) {
		t.Errorf("%v is %v, want %v", in, got, want)
	}
}

func TestOperatorsHaveNames(t *testing.T) {
	if got := len(formula.Operators()); got != 12 {
		t.Errorf("%d operators of $eval, want 12", got)
	}
	if got := len(formula.FilterOperators()); got != 16 {
		t.Errorf("%d operators of filters, want 16", got)
	}
	for _, o := range append(append(formula.Operators(), formula.FilterOperators()...), formula.ExprOperators()...) {
		if o.Name == "" || o.Summary == "" {
			t.Errorf("operator %q: %q", o.Name, o.Summary)
		}
	}
}
