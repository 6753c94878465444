package spec_test

import (
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// checkVerdicts holds the walker against the JSON Schema library on one value,
// and both against the faults that are made of the library's error.
func checkVerdicts(t *testing.T, definition string, v formula.Value) bool {
	t.Helper()
	walker := spec.WalkerAccepts(definition, v)
	library, faults := spec.LibraryAccepts(definition, v)
	if walker != library || library != (faults == 0) {
		t.Errorf("definition %q: walker %v, library %v with %d faults on\n%s", definition, walker, library, faults, v.AppendJSON(nil))
		return false
	}
	return true
}

// specValues returns the documents of testdata/specs and of the examples, by
// file.
func specValues(t testing.TB) map[string]formula.Value {
	t.Helper()
	values := make(map[string]formula.Value)
	for _, root := range []string{"../testdata/specs", "../examples"} {
		err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml") {
				return err
			}
			data, err := os.ReadFile(filepath.Join(root, name))
			if err != nil {
				return err
			}
			if s, _ := spec.Parse(name, data); s.Readable() {
				values[root+"/"+name] = s.Value()
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(values) < 150 {
		t.Fatalf("only %d documents", len(values))
	}
	return values
}

func TestWalkerAgreesOnSpecs(t *testing.T) {
	for name, v := range specValues(t) {
		for _, definition := range spec.Definitions {
			if !checkVerdicts(t, definition, v) {
				t.Error(name)
			}
		}
	}
}

// TestWalkerAgreesOnMutants makes documents that are wrong, or right in an
// unusual way, of those that are right.
func TestWalkerAgreesOnMutants(t *testing.T) {
	const workers = 4
	count := 20_000
	if testing.Short() {
		count = 2_000
	}
	var seeds []formula.Value
	for name, v := range specValues(t) {
		if !strings.Contains(name, "/invalid/") {
			seeds = append(seeds, v)
		}
	}
	fields := spec.SchemaKeys()
	for w := range workers {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(7, uint64(w)))
			m := mutator{r, fields, seeds}
			accepted := 0
			for range count / workers {
				definition := ""
				v := seeds[r.IntN(len(seeds))]
				if r.IntN(4) == 0 { // a part of it as a file of its own
					definition = spec.Definitions[r.IntN(len(spec.Definitions))]
					v = m.part(v)
				}
				for range 1 + r.IntN(3) {
					v = m.mutate(v)
				}
				if !checkVerdicts(t, definition, v) {
					return
				}
				if spec.WalkerAccepts(definition, v) {
					accepted++
				}
			}
			if n := count / workers; accepted < n/20 || accepted > n*19/20 {
				t.Errorf("%d of %d mutants are right: there is little to compare", accepted, n)
			}
		})
	}
}

// A mutator changes values at random.
type mutator struct {
	r      *rand.Rand
	fields []string
	seeds  []formula.Value
}

// mutate returns v with a change at one place.
func (m mutator) mutate(v formula.Value) formula.Value {
	list, isList := v.AsList()
	n := max(v.Len(), len(list))
	if n == 0 || m.r.IntN(6) == 0 {
		return m.change(v)
	}
	i := m.r.IntN(n)
	if isList {
		items := append([]formula.Value{}, list...)
		items[i] = m.mutate(items[i])
		return formula.List(items...)
	}
	key, item := v.At(i)
	switch m.r.IntN(10) {
	case 0:
		return v.Without(key)
	case 1:
		return v.Without(key).With(m.field(key), item)
	case 2:
		return v.With(m.field(key), m.part(m.seeds[m.r.IntN(len(m.seeds))]))
	}
	return v.With(key, m.mutate(item))
}

// field returns the name of another field, or a misspelling of one.
func (m mutator) field(key string) string {
	switch m.r.IntN(6) {
	case 0:
		return key + "s"
	case 1:
		return "x-" + key
	case 2:
		return "$" + key
	}
	return m.fields[m.r.IntN(len(m.fields))]
}

// change returns another value in place of v.
func (m mutator) change(v formula.Value) formula.Value {
	switch m.r.IntN(12) {
	case 0:
		return formula.Null
	case 1:
		return formula.Bool(m.r.IntN(2) == 0)
	case 2:
		return formula.Number([]float64{0, 1, -1, 1.5, 65536, 1e300}[m.r.IntN(6)])
	case 3:
		return formula.String([]string{"", "a", "${credentials.key}", "$${a}", "default", "mapping", "rest-api-mapping", "oauth2", "urn:a:b", "é", "a/b"}[m.r.IntN(11)])
	case 4:
		return formula.List(v)
	case 5:
		return formula.List()
	case 6:
		return formula.Object()
	case 7:
		return formula.Object(formula.Member{Key: "$var", Value: formula.String("a.b")})
	case 8:
		return formula.Object(formula.Member{Key: m.field("a"), Value: v})
	}
	return m.part(m.seeds[m.r.IntN(len(m.seeds))])
}

// part returns a part of v.
func (m mutator) part(v formula.Value) formula.Value {
	for m.r.IntN(4) != 0 {
		list, isList := v.AsList()
		n := max(v.Len(), len(list))
		switch {
		case n == 0:
			return v
		case isList:
			v = list[m.r.IntN(n)]
		default:
			_, v = v.At(m.r.IntN(n))
		}
	}
	return v
}
