package archtest_test

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// rooms lists each package with the packages of ours that it may import; a
// star stands for all below. What is not listed here does not exist: a new
// package, or a new arrow, is a change of this table, made on purpose.
var rooms = map[string][]string{
	"formula/jsonata":    {},
	"schemas":            {},
	"auth/secret":        {},
	"spec/method/script": {},

	"formula":                         {"formula/jsonata"},
	"spec":                            {"schemas", "formula"},
	"spec/authtype":                   {"spec", "formula"},
	"spec/method":                     {"spec", "formula", "spec/authtype", "spec/method/script"},
	"spec/lint":                       {"spec", "spec/authtype", "spec/method", "formula", "auth/secret", "auth/cassette"},
	"spec/importer":                   {"spec", "spec/authtype", "formula"},
	"spec/scaffold":                   {"spec", "spec/authtype", "formula"},
	"auth/sign":                       {"auth/secret"},
	"auth/token":                      {"auth/sign", "auth/secret"},
	"auth/login":                      {"auth/sign", "auth/secret"},
	"auth/client":                     {"auth/sign", "auth/secret"},
	"auth/cassette":                   {"formula", "auth/sign", "auth/secret"},
	"auth/store":                      {"auth/secret"},
	"auth/simulate":                   {"spec", "spec/authtype", "formula", "auth/sign"},
	"auth":                            {"spec", "spec/*", "formula", "auth/*"},
	"examples/apis":                   {},
	"testdata/leaks":                  {}, // canaries, and servers that send them back
	"testdata/peers":                  {}, // servers of others, started by tests
	"cmd/connector":                   {"cmd/connector/internal/cli"},
	"cmd/connector/internal/archtest": {},
	"cmd/connector/internal/report":   {"spec", "auth", "auth/secret"},
	"cmd/connector/internal/form":     {"spec", "formula", "auth/secret"},
	"cmd/connector/internal/terminal": {"auth/secret"},
	"cmd/connector/internal/formpage": {"cmd/connector/internal/form", "formula", "auth/secret"},
	"cmd/connector/internal/cli":      {"*"},
	"cmd/connector/internal/docgen":   {"*"},
	"cmd/connector/internal/release":  {"cmd/connector/internal/cli"},
	"examples/apis/logo":              {}, // draws the logo of an example
	"examples/apis/serve":             {"examples/apis"},
	"spec/method/script/testdata/*":   {"spec/method/script"}, // programs that tests start
	"testdata/bench/*":                {"*"},                  // programs that measure
}

// modules lists the modules of others with the packages that may import them;
// nobody else may.
var modules = map[string][]string{
	"gopkg.in/yaml.v3":                      {"spec"},
	"github.com/santhosh-tekuri/jsonschema": {"spec"},
	"github.com/expr-lang/expr":             {"formula"},
	"modernc.org/quickjs":                   {"spec/method/script"},
	"github.com/evanw/esbuild":              {"spec/method/script"},
	"github.com/tdewolff/parse":             {"spec/method/script"},
	"github.com/spf13/cobra":                {"cmd/connector/internal/cli", "cmd/connector/internal/release"},
	"github.com/spf13/pflag":                {"cmd/connector/internal/cli"},
	"golang.org/x/term":                     {"cmd/connector/internal/cli"},
	"golang.org/x/sys":                      {tests},
	"github.com/mattn/go-runewidth":         {"cmd/connector/internal/report", "cmd/connector/internal/form", "cmd/connector/internal/terminal"},
	"github.com/zalando/go-keyring":         {"auth/store"},
	"github.com/gofrs/flock":                {"auth/store"},
	"filippo.io/age":                        {"auth/store"},
	"golang.org/x/tools":                    {"spec/scaffold"},
	"github.com/icholy/digest":              {"auth/sign"},
	"github.com/go-jose/go-jose":            {"auth/token"},
	"golang.org/x/oauth2":                   {"auth", "auth/token", "auth/login"},
	"github.com/google/go-cmp":              {tests},
	"github.com/rogpeppe/go-internal":       {"spec/lint", tests},
}

// onlyTests are packages of ours that nothing but tests and what is named here
// may import.
var onlyTests = map[string][]string{
	"examples/apis":  {"examples/apis/serve"},
	"testdata/leaks": {},
	"testdata/peers": {},
}

// standard lists packages of the standard library that not everybody may
// import, with those who may.
var standard = map[string][]string{
	"os/exec":           {"cmd/connector/internal/cli", "cmd/connector/internal/release", "spec/method/script", "testdata/bench/*", "testdata/peers", tests},
	"net/http/httptest": {tests},
	"testing":           {"testdata/peers", tests},
	"unsafe":            {},
	"plugin":            {},
	"log":               {tests},
}

// tests stands for the test files of all packages.
const tests = "(tests)"

// module is the path of our module.
const module = "github.com/connector-spec/connector"

func TestImports(t *testing.T) {
	t.Parallel()
	problems, err := check(os.DirFS("../../../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// check compares the imports of all Go files of a tree with the tables.
func check(fsys fs.FS) ([]string, error) {
	var problems []string
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || !belongs(fsys, path.Dir(name)):
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		found, err := checkFile(name, data)
		problems = append(problems, found...)
		return err
	})
	slices.Sort(problems)
	return problems, err
}

// belongs tells whether a directory is part of our module, and not of one of
// its own, such as a benchmark against others.
func belongs(fsys fs.FS, dir string) bool {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, err := fs.Stat(fsys, path.Join(dir, "go.mod")); err == nil {
			return false
		}
	}
	return true
}

// checkFile compares the imports of one file with the tables.
func checkFile(name string, data []byte) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, bytes.NewReader(data), parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	from, test := path.Dir(name), strings.HasSuffix(name, "_test.go")
	var problems []string
	if roomOf(from) == "" {
		problems = append(problems, fmt.Sprintf("%s: the package %s is not in the table", name, from))
	}
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if reason := refuse(from, to, test); reason != "" {
			problems = append(problems, fmt.Sprintf("%s imports %s: %s", name, to, reason))
		}
	}
	return problems, nil
}

// refuse says why a package, or one of its tests, may not import another; ""
// if it may.
func refuse(from, to string, test bool) string {
	if to == module || strings.HasPrefix(to, module+"/") {
		return refuseOurs(from, strings.TrimPrefix(strings.TrimPrefix(to, module), "/"), test)
	}
	first, _, _ := strings.Cut(to, "/")
	if !strings.Contains(first, ".") {
		if owners, ok := standard[to]; ok && !isOwner(owners, from, test) {
			return "only " + strings.Join(owners, ", ") + " may"
		}
		return ""
	}
	for known, owners := range modules {
		if to != known && !strings.HasPrefix(to, known+"/") {
			continue
		}
		if !isOwner(owners, from, test) {
			return "only " + strings.Join(owners, ", ") + " may"
		}
		return ""
	}
	return "the module is not in the table"
}

func refuseOurs(from, to string, test bool) string {
	if owners, ok := onlyTests[to]; ok && !test && !slices.Contains(owners, from) {
		return "only tests may"
	}
	if from == to && test || test && onlyTests[to] != nil {
		return ""
	}
	allowed := rooms[roomOf(from)]
	if slices.ContainsFunc(allowed, func(a string) bool { return covers(a, to) }) {
		return ""
	}
	return fmt.Sprintf("%s may import %q only", from, allowed)
}

// roomOf returns the entry of the table that a package falls under.
func roomOf(name string) string {
	if _, ok := rooms[name]; ok {
		return name
	}
	for room := range rooms {
		if covers(room, name) {
			return room
		}
	}
	return ""
}

// covers tells whether an entry of a table, which may end in a star, means a
// package.
func covers(entry, name string) bool {
	prefix, star := strings.CutSuffix(entry, "*")
	return entry == name || star && strings.HasPrefix(name, prefix)
}

func isOwner(owners []string, from string, test bool) bool {
	return slices.ContainsFunc(owners, func(o string) bool { return covers(o, from) }) || test && slices.Contains(owners, tests)
}

// TestTableIsFollowed breaks each kind of rule and wants it to be told.
func TestTableIsFollowed(t *testing.T) {
	t.Parallel()
	cases := []struct {
		file, imports, want string
	}{
		{"formula/a.go", module + "/spec", "formula may import"},
		{"formula/a_test.go", module + "/spec", "formula may import"},
		{"auth/client/a.go", module + "/auth", "auth/client may import"},
		{"auth/client/a.go", module + "/formula", "auth/client may import"},
		{"spec/a.go", module + "/spec/lint", "spec may import"},
		{"cmd/connector/internal/report/a.go", module + "/cmd/connector/internal/cli", "report may import"},
		{"cmd/connector/internal/cli/a.go", module + "/examples/apis", "only tests may"},
		{"cmd/connector/internal/cli/a_test.go", module + "/examples/apis", ""},
		{"auth/a_test.go", module + "/examples/apis", ""},
		{"auth/a_test.go", module + "/auth", ""},
		{"auth/a.go", module + "/auth/cassette", ""},
		{"util/a.go", "fmt", "the package util is not in the table"},
		{"formula/a.go", "gopkg.in/yaml.v3", "only spec may"},
		{"spec/a.go", "gopkg.in/yaml.v3", ""},
		{"spec/lint/a.go", "github.com/santhosh-tekuri/jsonschema/v5", "only spec may"},
		{"auth/a.go", "github.com/expr-lang/expr/vm", "only formula may"},
		{"auth/client/a.go", "golang.org/x/oauth2", "only auth, auth/token, auth/login may"},
		{"cmd/connector/internal/report/a.go", "github.com/spf13/cobra", "only cmd/connector/internal/cli, cmd/connector/internal/release may"},
		{"spec/a.go", "github.com/google/go-cmp/cmp", "only (tests) may"},
		{"spec/a_test.go", "github.com/google/go-cmp/cmp", ""},
		{"spec/a.go", "github.com/sirupsen/logrus", "the module is not in the table"},
		{"spec/a.go", "os/exec", "may"},
		{"formula/a.go", "unsafe", "may"},
		{"testdata/other/a.go", "github.com/sirupsen/logrus", ""},
	}
	for _, c := range cases {
		fsys := fstest.MapFS{
			c.file:                  {Data: []byte("package a\n\nimport _ " + strconv.Quote(c.imports) + "\n")},
			"testdata/other/go.mod": {Data: []byte("module other\n")},
		}
		problems, err := check(fsys)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == "" && len(problems) > 0 || c.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], c.want)) {
			t.Errorf("%s imports %s: %q, want %q", c.file, c.imports, problems, c.want)
		}
	}
}

// TestTablesAreAcyclic wants the arrows between packages to go one way.
func TestTablesAreAcyclic(t *testing.T) {
	t.Parallel()
	var visit func(from string, above []string)
	visit = func(from string, above []string) {
		if slices.Contains(above, from) {
			t.Errorf("a circle: %s", strings.Join(append(above, from), " -> "))
			return
		}
		for _, to := range rooms[from] {
			if !strings.Contains(to, "*") {
				visit(to, append(slices.Clone(above), from))
			}
		}
	}
	for from := range rooms {
		visit(from, nil)
	}
}

// TestTablesAreCurrent wants modules of go.mod that nobody owns to be told.
func TestTablesAreCurrent(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.FromSlash("../../../../go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		name, _, ok := strings.Cut(strings.TrimSpace(strings.TrimPrefix(line, "require ")), " v")
		if !ok || strings.Contains(line, "// indirect") {
			continue
		}
		if !slices.ContainsFunc(mapKeys(modules), func(m string) bool { return name == m || strings.HasPrefix(name, m+"/") }) {
			t.Errorf("go.mod requires %s, which is not in the table", name)
		}
	}
}

func mapKeys(m map[string][]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}
