package formula_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// addSeeds adds the examples and some vectors to a corpus.
func addSeeds(f *testing.F) {
	add := func(in, vars string) {
		if vars == "" {
			vars = "{}"
		}
		f.Add([]byte(in), []byte(vars))
	}
	for _, fn := range formula.Funcs() {
		for _, e := range fn.Examples {
			add(e.In, e.Vars)
		}
	}
	for _, fn := range formula.ExprFuncs() {
		for _, e := range fn.Examples {
			add(formula.String("${"+e.In+"}").String(), e.Vars)
		}
	}
	files, err := filepath.Glob(filepath.FromSlash("../testdata/vectors/formula/*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no vectors: %v", err)
	}
	for _, name := range files {
		for i, c := range readVectors[vector](f, "formula/"+filepath.Base(name)) {
			if i%40 == 0 {
				add(c.Formula.String(), c.Variables.String())
			}
		}
	}
	add(`"${let x = a.b; map(x, {# + x[0]}) ?? 'é'}"`, `{"a": {"b": [1, 2]}}`)
	add(`{"a": [{"$copy": "b"}, {"$copy": "b"}], "b": [{"$copy": "c"}], "c": 1}`, ``)
}

// FuzzCompile compiles anything: every problem has a place within the value,
// and the program evaluates.
func FuzzCompile(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, in, vars []byte) {
		v, err := formula.ParseJSON(in)
		if err != nil {
			v = formula.String(strings.ToValidUTF8(string(in), "?"))
		}
		for _, dialect := range []formula.Dialect{formula.DialectConnector, formula.DialectMembrane} {
			program, problems := formula.Compile(v, formula.Options{Dialect: dialect, Variables: []string{"a", "user"}})
			for _, p := range problems {
				checkProblem(t, v, p)
			}
			for _, r := range program.References() {
				if _, ok := find(v, r.Pointer); !ok {
					t.Errorf("a reference at %q, where there is nothing", r.Pointer)
				}
			}
			_, err := program.Eval(formula.Object(), formula.Run{})
			checkPlace(t, v, err)
		}
	})
}

// FuzzEval evaluates anything over anything, twice: the results are the same,
// and can be written.
func FuzzEval(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, in, text []byte) {
		v, err := formula.ParseJSON(in)
		if err != nil {
			return
		}
		vars, err := formula.ParseJSON(text)
		if err != nil {
			return
		}
		program, _ := formula.Compile(v, formula.Options{})
		got, err := program.Eval(vars, testRun())
		checkPlace(t, v, err)
		again, _ := formula.Compile(v, formula.Options{})
		if want := outcome(again.Eval(vars, testRun())); outcome(got, err) != want {
			t.Errorf("%s, and then %s", outcome(got, err), want)
		}
		if constant, ok := program.Constant(); ok && err == nil && !constant.Equal(got) {
			t.Errorf("the constant is %v and the result %v", constant, got)
		}
	})
}

// checkProblem tells whether a problem has all that it needs.
func checkProblem(t *testing.T, v formula.Value, p formula.Problem) {
	t.Helper()
	at, ok := find(v, p.Pointer)
	if !ok || p.Code == "" || p.Message == "" {
		t.Errorf("problem %+v of %v", p, v)
	}
	if s, isText := at.AsString(); p.Offset >= 0 && (!isText || p.Length < 0 || p.Offset+p.Length > len(s)) {
		t.Errorf("problem %+v is beyond the text %q", p, s)
	}
}

// checkPlace tells whether an error of an evaluation has a place.
func checkPlace(t *testing.T, v formula.Value, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var at *formula.Error
	if !errors.As(err, &at) || err.Error() == "" {
		t.Fatalf("error %v has no place", err)
	}
	if at.Offset < 0 {
		return
	}
	where, ok := find(v, at.Pointer)
	if text, isText := where.AsString(); !ok || !isText || at.Offset+at.Length > len(text) {
		t.Errorf("error %+v is beyond %v", at, where)
	}
}

// find returns what a JSON Pointer points to.
func find(v formula.Value, pointer string) (formula.Value, bool) {
	if pointer == "" {
		return v, true
	}
	for _, key := range strings.Split(pointer[1:], "/") {
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		if items, ok := v.AsList(); ok {
			i := 0
			for _, c := range key {
				i = i*10 + int(c-'0')
			}
			if i >= len(items) {
				return v, false
			}
			v = items[i]
			continue
		}
		if !v.Has(key) {
			return v, false
		}
		v = v.Get(key)
	}
	return v, true
}
