package lint_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A mutant is an example with one change.
type mutant struct {
	kind string
	name string // of the example
	text string
	what string // in words
	// lines are those of which one is the right place, and culprits the words
	// of which one must be in what is said or underlined there. A mutant
	// without lines is still correct: it must get no error.
	lines    []int
	culprits []string
}

// undiagnosed lists the mutants that nobody can tell, with the reason; the key
// is the kind, or the kind and what was changed.
var undiagnosed = map[string]string{
	"misspell-reference response.data":        "only the API knows what its answers hold",
	"wrong-reference response.data":           "the answer of a token endpoint may have any member",
	"misspell-reference test.":                "what a test gives is as the answer has it",
	"drop-needed auth/baseUri":                "where a mapping of makeApiClient stands beside it, that is where the address is missed",
	"misspell-reference credentials.jwtToken": "a script gives the credentials",
	"wrong-type: const":                       "any value may be a constant",
	"wrong-type: x5t#S256":                    "a member of a token's header may be anything",
}

// TestMutants changes the examples in one place each, as people do by mistake,
// and holds how many of the changes are said to be wrong at the right line with
// the right culprit: 97 of 100, and the rest is listed. Changes that leave a
// spec correct must give no error.
func TestMutants(t *testing.T) {
	var broken, sound []mutant
	for _, name := range exampleNames(t) {
		for _, m := range mutantsOf(t, name) {
			if len(m.lines) == 0 {
				sound = append(sound, m)
			} else {
				broken = append(broken, m)
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(broken), func(i, j int) { broken[i], broken[j] = broken[j], broken[i] })
	const wanted = 500
	if len(broken) < wanted {
		t.Fatalf("only %d mutants", len(broken))
	}
	broken = broken[:wanted]
	found := 0
	kinds := make(map[string][2]int)
	for _, m := range broken {
		problem := m.judge(t)
		count := kinds[m.kind]
		count[1]++
		if problem == "" {
			count[0]++
			found++
		} else if m.excuse() == "" {
			t.Errorf("%s: %s: %s: %s", m.name, m.kind, m.what, problem)
		} else {
			t.Logf("not told, since %s: %s: %s", m.excuse(), m.name, m.what)
		}
		kinds[m.kind] = count
	}
	for _, kind := range slices.Sorted(mapKeys(kinds)) {
		t.Logf("%-20s %3d of %3d", kind, kinds[kind][0], kinds[kind][1])
	}
	t.Logf("%d of %d mutants are told at the right line with the right culprit", found, wanted)
	if found*100 < wanted*97 {
		t.Errorf("%d of %d mutants are told, fewer than 97 of 100", found, wanted)
	}
	for _, m := range sound {
		for _, d := range m.diagnostics(t) {
			if d.Severity == spec.Error {
				t.Errorf("%s: %s: %s leaves the spec correct, and gets: %v", m.name, m.kind, m.what, d)
			}
		}
	}
	t.Logf("%d changes that leave a spec correct get no error", len(sound))
}

func mapKeys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// exampleNames lists the examples by their spec files.
func exampleNames(t *testing.T) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.FromSlash("../../examples/*/spec.yml"))
	if err != nil || len(names) < 3 {
		t.Fatalf("%d examples, %v", len(names), err)
	}
	return names
}

// diagnostics returns what is said about the mutant, with the example's other
// files beside it.
func (m *mutant) diagnostics(t *testing.T) []spec.Diagnostic {
	t.Helper()
	files := fstest.MapFS{}
	root := os.DirFS(filepath.Dir(m.name))
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		files[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	files["spec.yml"] = &fstest.MapFile{Data: []byte(m.text)}
	c, _, err := spec.Load(files, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, list := lint.Run(c, lint.Options{Files: files})
	return list
}

// judge says what is wrong with what is said about the mutant; "" if nothing.
func (m *mutant) judge(t *testing.T) string {
	t.Helper()
	list := m.diagnostics(t)
	for _, d := range list {
		if slices.Contains(m.lines, d.Line) && slices.ContainsFunc(m.culprits, func(c string) bool {
			return strings.Contains(d.Message, c) || strings.Contains(underlined(d), c)
		}) {
			return ""
		}
	}
	if len(list) == 0 {
		return "nothing is said"
	}
	return fmt.Sprintf("wanted %q at lines %v, got %v", m.culprits, m.lines, list)
}

// underlined returns what a diagnostic points at in its first line.
func underlined(d spec.Diagnostic) string {
	text := []rune(d.Text)
	end := len(text)
	if d.EndLine == d.Line {
		end = min(end, d.EndColumn-1)
	}
	start := min(d.Column-1, end)
	return string(text[start:end])
}

func (m *mutant) excuse() string {
	for key, reason := range undiagnosed {
		if key == m.kind || strings.HasPrefix(m.kind+" "+m.what, key) {
			return reason
		}
	}
	return ""
}

// A member is a member of an object of a spec, and where it stands.
type member struct {
	pointer, key string
	value        formula.Value
	parent       string // the key of the object that it is in
	line, column int    // of the key
	last         int    // line of its value
	valueAt      [2]int // line and column of the value
	valueEnd     [2]int
}

// free are objects whose keys are the author's own, by their key.
var free = []string{
	"properties", "headers", "query", "data", "responseMapping", "environments", "options", "parameterNames",
	"pathParameters", "values", "cookies", "extra", "tokenParams", "refreshParams", "tokenHeaders", "claims", "const", "default", "field",
}

// membersOf lists the members of a spec.
func membersOf(source *spec.Source) []member {
	var list []member
	var walk func(pointer, key string, v formula.Value)
	walk = func(pointer, key string, v formula.Value) {
		for i := range v.Len() {
			name, item := v.At(i)
			at := pointer + formula.Pointer(name)
			if !v.IsObject() {
				at = pointer + formula.Pointer(fmt.Sprint(i))
				walk(at, key, item)
				continue
			}
			k := source.Diagnose("", spec.Error, at, spec.AtKey(), "", "")
			w := source.Diagnose("", spec.Error, at, spec.AtValue(), "", "")
			list = append(list, member{
				at, name, item, key, k.Line, k.Column, w.EndLine,
				[2]int{w.Line, w.Column},
				[2]int{w.EndLine, w.EndColumn},
			})
			walk(at, name, item)
		}
	}
	walk("", "", source.Value())
	return list
}
