package lint_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec/lint"
)

// codePackages are the packages that make diagnostics or the problems that
// become some.
var codePackages = []string{"..", "../authtype", "../method", ".", "../../formula"}

// TestCodes holds the pages of codes against the sources and the pairs: a code
// that the sources use has a page, and one that has a page is used and has a
// pair.
func TestCodes(t *testing.T) {
	table := make(map[string]bool)
	var names []string
	for _, p := range lint.Pages() {
		names = append(names, p.Code)
		table[p.Code] = true
		if !strings.HasSuffix(p.Summary, ".") || len(p.Bad) == 0 || len(p.Good) == 0 || p.Output == "" {
			t.Errorf("the page of %s lacks a sentence, a bad connector, its output, or a good one", p.Code)
		}
	}
	for _, r := range lint.Rules() {
		if !table[r.Code] {
			t.Errorf("the rule %s has no page", r.Code)
		}
	}
	literals := sourceLiterals(t)
	inCodePlace := codeLiterals(literals, table)
	for _, code := range inCodePlace {
		if !table[code] {
			t.Errorf("the sources use the code %q, which has no page", code)
		}
	}
	paired := pairedCodes(t)
	for _, code := range names {
		if !slices.ContainsFunc(literals, func(l literal) bool { return l.text == code }) {
			t.Errorf("nothing in the sources says %q", code)
		}
		if paired[code] == 0 {
			t.Errorf("%q has no pair in testdata/specs/invalid", code)
		}
	}
	for code := range paired {
		if !table[code] {
			t.Errorf("a pair says %q, which has no page", code)
		}
	}
}

// A literal is a text in a source and what it is there: the argument of a
// function or a field of a struct.
type literal struct {
	text  string
	place string // such as "report 0" or "Code"; "" for any other
}

// codeLiterals returns the texts that stand in places where codes stand, by
// the evidence of the codes that the table has.
func codeLiterals(literals []literal, table map[string]bool) []string {
	places := make(map[string]bool)
	for _, l := range literals {
		if l.place != "" && table[l.text] {
			places[l.place] = true
		}
	}
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)
	var codes []string
	for _, l := range literals {
		if places[l.place] && kebab.MatchString(l.text) {
			codes = append(codes, l.text)
		}
	}
	return codes
}

// sourceLiterals returns the texts in the sources of the packages.
func sourceLiterals(t *testing.T) []literal {
	t.Helper()
	var found []literal
	add := func(e ast.Expr, place string) {
		if b, ok := e.(*ast.BasicLit); ok && b.Kind == token.STRING {
			if text, err := strconv.Unquote(b.Value); err == nil {
				found = append(found, literal{text, place})
			}
		}
	}
	for _, dir := range codePackages {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.CallExpr:
					for i, arg := range n.Args {
						add(arg, calleeName(n)+" "+strconv.Itoa(i))
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok {
						add(n.Value, key.Name)
					}
				case *ast.BasicLit:
					add(n, "")
				}
				return true
			})
		}
	}
	return found
}

func calleeName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return "?"
}

// pairedCodes counts the codes that the pairs of invalid specs say.
func pairedCodes(t *testing.T) map[string]int {
	t.Helper()
	files, err := filepath.Glob("../../testdata/specs/invalid/*.want")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pairs: %v", err)
	}
	said := regexp.MustCompile(`(?m)^\S.*: (?:error|warning|info): .* \[([a-z0-9-]+)\]$`)
	counts := make(map[string]int)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range said.FindAllStringSubmatch(string(data), -1) {
			counts[m[1]]++
		}
	}
	return counts
}
