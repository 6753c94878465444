package spec_test

import (
	"bytes"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// sameValue tells whether two values are the same to the last: the order of
// keys and the sign of zero included.
func sameValue(v, w formula.Value) bool {
	if v.Kind() != w.Kind() || v.Len() != w.Len() || !slices.Equal(v.Keys(), w.Keys()) {
		return false
	}
	if v.Kind() == formula.KindNumber {
		n, _ := v.AsNumber()
		m, _ := w.AsNumber()
		return math.Float64bits(n) == math.Float64bits(m)
	}
	for i := range v.Len() {
		_, a := v.At(i)
		_, b := w.At(i)
		if !sameValue(a, b) {
			return false
		}
	}
	return v.Len() > 0 || v.Equal(w)
}

// checkOrdinary holds the two ways to read a file against each other, and
// tells whether the fast one read it.
func checkOrdinary(t *testing.T, data []byte) bool {
	t.Helper()
	v, ok := spec.ReadOrdinary(data)
	if !ok {
		return false
	}
	want, list := spec.ParseAny("f.yml", data)
	if len(list) > 0 {
		t.Errorf("%q was read without a word, but there is %v", data, list)
	}
	if !sameValue(v, want.Value()) {
		t.Errorf("%q was read as %v, want %v", data, v, want.Value())
	}
	return true
}

// checkOrdinaryPlaces compares what two Sources of a file say about a value
// and all below it.
func checkOrdinaryPlaces(t *testing.T, got, want *spec.Source, pointer string, v formula.Value, left *int) {
	t.Helper()
	if *left--; *left < 0 {
		return
	}
	for _, p := range []string{pointer, pointer + "/", pointer + "/0", pointer + "/no/no", pointer + "no", pointer + "/~", pointer + "/~1"} {
		if got.Has(p) != want.Has(p) {
			t.Errorf("a value at %q: %v, want %v", p, got.Has(p), want.Has(p))
		}
	}
	for _, at := range []spec.At{spec.AtValue(), spec.AtKey(), spec.AtText(2, 3)} {
		for _, p := range []string{pointer, pointer + "/no"} {
			d, w := got.Diagnose("x", spec.Error, p, at, "m", ""), want.Diagnose("x", spec.Error, p, at, "m", "")
			if d != w {
				t.Errorf("%q stands at %v, want %v", p, d, w)
			}
		}
	}
	text, style, ok := got.Scalar(pointer)
	if wantText, wantStyle, wantOK := want.Scalar(pointer); text != wantText || style != wantStyle || ok != wantOK {
		t.Errorf("%q is written as %q, %v, want %q, %v", pointer, text, style, wantText, wantStyle)
	}
	for i := range v.Len() {
		key, child := v.At(i)
		if v.Kind() == formula.KindList {
			key = strconv.Itoa(i)
		}
		checkOrdinaryPlaces(t, got, want, pointer+"/"+escapeToken(key), child, left)
	}
}

// projectSpecs returns all YAML files of the repository, those in scripts
// included.
func projectSpecs(t testing.TB) [][]byte {
	t.Helper()
	var texts [][]byte
	for _, root := range []string{"../testdata", "../examples"} {
		err := filepath.WalkDir(root, func(name string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".txtar") {
				return err
			}
			data, err := os.ReadFile(name)
			if strings.HasSuffix(name, ".txtar") {
				texts = append(texts, archived(data)...)
			} else {
				texts = append(texts, data)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return append(texts, []byte(sample), []byte(ordinaryKinds))
}

// archived returns the YAML files of a script.
func archived(script []byte) [][]byte {
	var files [][]byte
	for _, part := range strings.Split("\n"+string(script), "\n-- ")[1:] {
		name, text, _ := strings.Cut(part, " --\n")
		if strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml") {
			files = append(files, []byte(text+"\n"))
		}
	}
	return files
}

// ordinaryKinds has everything that is read without the YAML library.
const ordinaryKinds = `# A comment.

a key: value with 'quotes' and #signs # and a comment
"quoted key": 'it''s'
empty:
nothing: ~
yes: [true, False, null, NULL, yes, n, on, 1, -2, 3.5, 1.2.3, "1", 'x', é, 😀, a b, ]
no: {a: b, "c d": 'e', f: , g: [ ], h: { } } # after brackets
over lines: [a,
  b, # why
  {c: d,
e: f}
 ]
escapes: "a\tb\\ \"c\" \u00e9\x41\U0001f600 \n"
escapes/in~keys: {'a/b~c': 1}
text: one two
  three

  four
literal: | # why
  a

    b
   c # no comment

folded: >-
  a
  b

  c
    d
  e
kept: |+
  a

deep: |2
    a
  b
after: x
list:
- a
- b: c
  d:
  - e
  - - f
    - g
  -
    h: i
  - |
    j
indented:
    - a
    -

    - b
mapping:
   a: https://example.com/a?b=c#d
   b: Bearer ${credentials.token} $${x
   c: -----BEGIN KEY-----
   d: [2.8.13, 2024-01-01, 0e0e0e0e-0000-4000-8000-000000000000, -1.5, -2, 3 apples]
   e: ../up
   f:
     plain below
`

// notOrdinary is a choice of what is left to the YAML library.
var notOrdinary = []string{
	"", "# c\n", "a", "a: 1\na: 2\n", "{a: 1, a: 2}\n", "<<: {a: 1}\n", "a: &x 1\n", "a: !!str 1\n", "? a\n", "a:\tb\n", "a: b\r\n",
	"---\na: 1\n", "a: 1\n---\nb: 1\n", "a: [\n--- b\n]\n", "\ufeffa: 1\n", "a: \u202eb\n", "a: \xff\n", "%YAML 1.2\n", "a: 017\n", "a: 1_000\n",
	"a: 0x1\n", "a: .5\n", "a: +1\n", "a: .inf\n", "a: 9007199254740993\n", "a: ${b: c}\n", "a: ${b #c}\n", "${a: 1\n", "a:\n  b: 1\n c: 2\n",
	"a: b\n  c: d\n", "a: 'b\n", "a: \"\\q\"\n", "a: [b\n", "a: b c: d\n", "a: - b\n", "a: 1\n- b\n", "- a\nb: 1\n", "a: |x\n", "a: [b: c]\n", "a: {b: c]\n",
	nested(spec.MaxDepth + 1), strings.Repeat("- ", spec.MaxDepth+1) + "a\n", strings.Repeat("- ", spec.MaxDepth) + "a: 1\n", strings.Repeat("k", 1100) + ": 1\n", "a: \"b\"c\n", "a: 'b' #c\n  d\n", "a: \"b\": c\n", "a: 0o17\n", "a: -0\n", "a: |\n     \n  b\n", "a: 'b': c\n",
	"a: b\n  c:\n", "[a: b]\n", "[a:\n b]\n",
}

func TestOrdinaryFilesAreReadAlike(t *testing.T) {
	t.Parallel()
	texts, read := projectSpecs(t), 0
	for _, data := range texts {
		if !checkOrdinary(t, data) {
			continue
		}
		read++
		got, list := spec.Parse("f.yml", data)
		want, _ := spec.ParseAny("f.yml", data)
		left := 1000
		if checkOrdinaryPlaces(t, got, want, "", want.Value(), &left); len(list) > 0 || !got.Readable() {
			t.Errorf("%q: %v", data, list)
		}
	}
	if read < len(texts)*3/4 {
		t.Errorf("only %d of %d files were read without the YAML library", read, len(texts))
	}
}

func TestWhatIsOrdinary(t *testing.T) {
	t.Parallel()
	examples, err := filepath.Glob("../examples/*/*.yml")
	if err != nil || len(examples) == 0 {
		t.Fatal(examples, err)
	}
	for _, name := range examples {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if hasAnchor := bytes.Contains(data, []byte(": &")); checkOrdinary(t, data) == hasAnchor {
			t.Errorf("%s: declined is %v; anchors are what is not ordinary of examples", name, !hasAnchor)
		}
	}
	if !checkOrdinary(t, []byte(ordinaryKinds)) {
		t.Error("what is ordinary was declined")
	}
	for _, text := range notOrdinary {
		if checkOrdinary(t, []byte(text)) {
			t.Errorf("%q was not declined", text)
		}
	}
}

func TestPlacesOfOrdinaryFilesAtOnce(t *testing.T) {
	t.Parallel()
	source, _ := spec.Parse("f.yml", []byte(sample))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			d := source.Diagnose("x", spec.Error, "/auth/test/mapping/path", spec.AtValue(), "m", "")
			if d.Line != 73 || d.Column != 13 {
				t.Errorf("it stands at %d:%d", d.Line, d.Column)
			}
		})
	}
	group.Wait()
}

// Changes of a few bytes make files of all kinds, most of them nearly right.
func TestChangedFilesAreReadAlike(t *testing.T) {
	t.Parallel()
	texts, read, count := projectSpecs(t), 0, 40000
	if testing.Short() {
		count = 4000
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range count {
		data := texts[r.IntN(len(texts))]
		for range 1 + r.IntN(3) {
			data = changed(r, data, texts)
		}
		if len(data) < 20000 && checkOrdinary(t, data) {
			read++
		}
		if t.Failed() {
			return
		}
	}
	if read < count/10 {
		t.Errorf("only %d of %d files were read without the YAML library", read, count)
	}
}

// changed returns data with one change.
func changed(r *rand.Rand, data []byte, texts [][]byte) []byte {
	const bytes = " \n:-#'\"[]{},|>?&*!%@`~<.+0123456789eEx_$\\/abnNtTyé\t\r\x00\x7f"
	if len(data) == 0 {
		return []byte{bytes[r.IntN(len(bytes))]}
	}
	data = slices.Clone(data)
	at := r.IntN(len(data))
	end := min(at+1+r.IntN(4), len(data))
	some := []byte{bytes[r.IntN(len(bytes))]}
	if r.IntN(3) == 0 {
		some = append(some, []string{" ", "\n", ": ", " #", "- ", "\n\n", "\n  "}[r.IntN(7)]...)
	}
	switch r.IntN(8) {
	case 0:
		return slices.Delete(data, at, end)
	case 1:
		return slices.Insert(data, at, some...)
	case 2:
		return slices.Replace(data, at, end, some...)
	case 3: // cut off
		return data[:at]
	case 4: // indent a line otherwise
		start := lineStart(data, at)
		if r.IntN(2) == 0 && data[start] == ' ' {
			return slices.Delete(data, start, start+1)
		}
		return slices.Insert(data, start, slices.Repeat([]byte(" "), 1+r.IntN(3))...)
	case 5: // a line twice
		start := lineStart(data, at)
		return slices.Insert(data, start, data[start:lineStart(data, end)]...)
	case 6: // without a line
		start := lineStart(data, at)
		return slices.Delete(data, start, max(start, lineStart(data, min(at+40, len(data)))))
	default: // a piece of another file
		other := texts[r.IntN(len(texts))]
		from := lineStart(other, r.IntN(len(other)+1))
		return slices.Insert(data, lineStart(data, at), other[from:lineStart(other, min(from+200, len(other)))]...)
	}
}

func lineStart(data []byte, at int) int {
	for at > 0 && data[at-1] != '\n' {
		at--
	}
	return at
}

func FuzzFastYAML(f *testing.F) {
	for _, c := range hostile {
		f.Add([]byte(c.in))
	}
	for _, data := range projectSpecs(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 || !checkOrdinary(t, data) {
			return
		}
		got, list := spec.Parse("f.yml", data)
		want, _ := spec.ParseAny("f.yml", data)
		left := 20
		if checkOrdinaryPlaces(t, got, want, "", want.Value(), &left); len(list) > 0 || !got.Readable() {
			t.Errorf("%v", list)
		}
	})
}
