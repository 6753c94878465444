package spec_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func TestInsertFix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"at the end of an object in lines", "a:\n  b: 1\n  c: 2\nd: 3\n", "a:\n  b: 1\n  c: 2\n  x: true\nd: 3\n"},
		{"behind a comment", "a:\n  b: 1 # one\n# about d\nd: 3\n", "a:\n  b: 1 # one\n  x: true\n# about d\nd: 3\n"},
		{"at the end of a file without a line break", "a:\n  b: 1", "a:\n  b: 1\n  x: true"},
		{"with the line breaks of the file", "a:\r\n  b: 1\r\n  c: 2", "a:\r\n  b: 1\r\n  c: 2\r\n  x: true"},
		{"above what is no single line", "a:\n  b: |\n    one\n\nd: 3\n", "a:\n  x: true\n  b: |\n    one\n\nd: 3\n"},
		{"below the last single line", "a:\n  b: 1\n  c:\n    - 1\n", "a:\n  b: 1\n  x: true\n  c:\n    - 1\n"},
		{"below a text of several lines", "a:\n  b: 'one\n    two'\nd: 3\n", "a:\n  b: 'one\n    two'\n  x: true\nd: 3\n"},
		{"in a list", "a:\n  - b: 1\n    c: 2\n", "a:\n  - b: 1\n    c: 2\n    x: true\n"},
		{"in braces", "a: {b: 1, c: é} # yes\n", "a: {b: 1, c: é, x: true} # yes\n"},
		{"in braces over lines", "a: {\n  b: 1,\n  c: 2, # two\n}\n", "a: {\n  b: 1,\n  c: 2, x: true, # two\n}\n"},
		{"in empty braces", "a: { }\n", "a: {x: true }\n"},
		{"in JSON", `{"a": {"b": "c"}}`, `{"a": {"b": "c", "x": true}}`},
		{"in an empty object of JSON", `{"a": {}}`, `{"a": {"x": true}}`},
		{"after a byte order mark", "\ufeffa: {b: 1}\n", "\ufeffa: {b: 1, x: true}\n"},
		{"nothing where it is", "a: {x: false}\n", ""},
		{"nothing where the value is empty", "a:\n", ""},
		{"nothing where the last value is empty", "a: {b: 1, c}\n", ""},
		{"nothing in what is used twice", "a: &a\n  b: 1\nc: *a\n", ""},
		{"nothing through an alias", "c: &a {b: 1}\na: *a\n", ""},
		{"nothing in a list", "a: [1]\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source, _ := spec.Parse("f.yml", []byte(c.in))
			if got := mend(c.in, source.InsertFix("/a", "x", "true"), source.InsertFix("/a/0", "x", "true")); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// mend returns a text with the first fix that there is, "" if there is none.
func mend(text string, fixes ...*spec.Fix) string {
	for _, fix := range fixes {
		if fix != nil {
			mended, _ := spec.Mend([]byte(text), []*spec.Fix{fix})
			return string(mended)
		}
	}
	return ""
}

// TestInsertFixAnywhere adds a field to every object of every valid spec: the
// value has that field then, and nothing else is another.
func TestInsertFixAnywhere(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/specs/valid/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no specs: %v", err)
	}
	inserted, left := 0, 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source, _ := spec.Parse(name, data)
		eachObject("", source.Value(), func(pointer string) {
			fix := source.InsertFix(pointer, "added", "true")
			if fix == nil {
				left++
				return
			}
			inserted++
			mended, _ := spec.Mend(data, []*spec.Fix{fix})
			got, diagnostics := spec.Parse(name, mended)
			added, _, _ := got.Scalar(pointer + "/added")
			if added != "true" || len(diagnostics) > 0 {
				t.Fatalf("%s: at %s: %v\n%s", name, pointer, diagnostics, mended)
			}
			without := removed(got.Value(), pointer)
			if !without.Equal(source.Value()) {
				t.Errorf("%s: at %s:\n%s", name, pointer, cmp.Diff(source.Value().String(), without.String()))
			}
		})
	}
	if inserted < 200 || left > inserted/5 {
		t.Errorf("%d inserted, %d not", inserted, left)
	}
}

func eachObject(pointer string, v formula.Value, visit func(pointer string)) {
	if v.IsObject() {
		visit(pointer)
	}
	for i := range v.Len() {
		key, item := v.At(i)
		if !v.IsObject() {
			key = string(rune('0' + i%10))
			if i > 9 {
				return
			}
		}
		eachObject(pointer+formula.Pointer(key), item, visit)
	}
}

// removed returns a value without the field that was added at a pointer.
func removed(v formula.Value, pointer string) formula.Value {
	if pointer == "" {
		return v.Without("added")
	}
	token, rest, _ := strings.Cut(pointer[1:], "/")
	token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	if rest != "" {
		rest = "/" + rest
	}
	if list, ok := v.AsList(); ok {
		items := append([]formula.Value(nil), list...)
		i := int(token[0] - '0')
		items[i] = removed(items[i], rest)
		return formula.List(items...)
	}
	return v.With(token, removed(v.Get(token), rest))
}

func TestRenameFix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"a plain key", "o: {ü: 1, a: 2}", "o: {ü: 1, b: 2}"},
		{"a key in quotes", "o: {\"a\": 2}", "o: {\"b\": 2}"},
		{"a key in single quotes", "o:\n  'a': 2\n", "o:\n  'b': 2\n"},
		{"nothing where the name is taken", "o: {a: 1, b: 2}", ""},
		{"nothing in what is used twice", "o: &o {a: 1}\np: *o", ""},
		{"nothing where it is not", "o: {c: 1}", ""},
	} {
		source, _ := spec.Parse("f.yml", []byte(c.in))
		if got := mend(c.in, source.RenameFix("/o/a", "b")); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestReplaceFix(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a: OAUTH2 # x":   "a: oauth2 # x",
		"a: \"OAUTH2\"":   "a: \"oauth2\"",
		"{a: 'OAUTH2'}":   "{a: 'oauth2'}",
		"a: |\n  OAUTH2":  "",
		"a: [OAUTH2]":     "",
		"a: &a OAUTH2":    "",
		"b: OAUTH2":       "",
		"a: 'OA\n  UTH2'": "",
	} {
		source, _ := spec.Parse("f.yml", []byte(in))
		if got := mend(in, source.ReplaceFix("/a", "oauth2")); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestMend(t *testing.T) {
	t.Parallel()
	fix := func(start, end int, text string) *spec.Fix {
		return &spec.Fix{Edits: []spec.Edit{{Start: start, End: end, New: text}}}
	}
	for _, c := range []struct {
		name    string
		fixes   []*spec.Fix
		want    string
		applied []bool
	}{
		{"in any order", []*spec.Fix{fix(4, 5, "E"), fix(0, 2, "AB")}, "ABcdEf", []bool{true, true}},
		{"side by side", []*spec.Fix{fix(0, 2, "1"), fix(2, 4, "2")}, "12ef", []bool{true, true}},
		{"not what overlaps", []*spec.Fix{fix(0, 3, "1"), fix(2, 4, "2"), fix(5, 6, "F")}, "1deF", []bool{true, false, true}},
		{"not two at one place", []*spec.Fix{fix(2, 2, "1"), fix(2, 2, "2")}, "ab1cdef", []bool{true, false}},
		{"not one within another", []*spec.Fix{fix(3, 4, "2"), fix(2, 6, "1")}, "abc2ef", []bool{true, false}},
		{"not half of one", []*spec.Fix{fix(2, 3, "C"), {Edits: []spec.Edit{{Start: 0, End: 1, New: "A"}, {Start: 2, End: 3, New: "x"}}}}, "abCdef", []bool{true, false}},
		{"not past the end, and not nothing", []*spec.Fix{fix(5, 7, "x"), nil}, "abcdef", []bool{false, false}},
	} {
		got, applied := spec.Mend([]byte("abcdef"), c.fixes)
		if string(got) != c.want || !cmp.Equal(applied, c.applied) {
			t.Errorf("%s: %q %v, want %q %v", c.name, got, applied, c.want, c.applied)
		}
	}
}
