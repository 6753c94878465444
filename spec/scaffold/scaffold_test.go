package scaffold_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/scaffold"
)

// TestTemplates makes a connector of every template, with the defaults of its
// questions, and validates it.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, template := range scaffold.Templates() {
		t.Run(template.Name, func(t *testing.T) {
			t.Parallel()
			load(t, template, map[string]string{"name": "Acme: # 'Tools'"})
			load(t, template, map[string]string{"name": "Größe", "key": "sizes", "baseUri": "https://api.example.com/v1/", "description": "A: b # c"})
		})
	}
}

// TestAsked wants nobody to be asked where metadata is when the endpoints are
// there, nor for the endpoints when it is said.
func TestAsked(t *testing.T) {
	t.Parallel()
	for given, not := range map[string]string{"tokenUri": "issuer", "issuer": "tokenUri"} {
		open := scaffold.Find("oauth2").Asked(map[string]string{given: "https://login.example.com"})
		if slices.ContainsFunc(open, func(q scaffold.Question) bool { return q.Key == not }) {
			t.Errorf("with %s it is asked for %s", given, not)
		}
	}
}

func load(t *testing.T, template scaffold.Template, answers map[string]string) {
	t.Helper()
	files, err := template.Files(answers)
	if err != nil {
		t.Fatal(err)
	}
	fsys, err := scaffold.FS(files)
	if err != nil {
		t.Fatal(err)
	}
	text, err := fs.ReadFile(fsys, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	readme, err := fs.ReadFile(fsys, "README.md")
	if err != nil {
		t.Fatal(err)
	}
	c, diagnostics, err := spec.Load(fsys, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	diagnostics = append(diagnostics, spec.Validate(c)...)
	_, more := authtype.Resolve(c)
	for _, d := range append(diagnostics, more...) {
		t.Errorf("%d: %s: %s\n%s", d.Line, d.Code, d.Message, text)
	}
	if c.Name() != answers["name"] {
		t.Errorf("name %q, want %q", c.Name(), answers["name"])
	}
	if strings.Contains(string(readme), "<no value>") {
		t.Error("the README lacks a value")
	}
}
