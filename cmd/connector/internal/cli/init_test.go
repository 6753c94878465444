package cli_test

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec/scaffold"
)

// TestInit begins a connector of every template: it validates strictly, and its
// test passes from the recording that it comes with, and simulated.
func TestInit(t *testing.T) {
	t.Parallel()
	for _, template := range scaffold.Templates() {
		t.Run(template.Name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "acme")
			args := []string{"init", dir, "--template", template.Name, "--name", "Acme"}
			for _, q := range template.Questions {
				if q.Key == "scopes" {
					args = append(args, "--set", "scopes=profile.read records.read")
				}
			}
			world{}.run(args...).check(t, 0, "wrote ", "recordings/")
			world{}.run("validate", "--strict", dir).check(t, 0, "no problems")
			world{}.run("test", "--auth", "--replay", dir).check(t, 0, "!skip", "!failed")
			world{}.run("test", "--auth", "--simulate", dir).check(t, 0, "!skip", "!failed")
		})
	}
}

// TestInitFrom makes a connector of each description of a public directory.
func TestInitFrom(t *testing.T) {
	t.Parallel()
	names, _ := filepath.Glob(filepath.Join(sharedDir(t), "corpora", "openapi", "*.json"))
	if len(names) < 20 {
		t.Fatalf("there are %d descriptions", len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "imported")
			world{}.run("init", dir, "--from", name).check(t, 0, "wrote ")
			world{}.run("validate", dir).check(t, 0)
			world{}.run("test", "--auth", "--replay", dir).check(t, 0, "!skip", "!failed")
		})
	}
}

// TestInitWritesAllOrNothing takes away what was written when the rest cannot
// be.
func TestInitWritesAllOrNothing(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "acme")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "recordings"), []byte("a file in the way"), 0o644); err != nil {
		t.Fatal(err)
	}
	world{}.run("init", dir, "--template", "bearer").check(t, 3, "recordings")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestInitAsks asks on a terminal for what is not given, and again for what is
// no answer.
func TestInitAsks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "acme")
	answers := []string{"5", "Acme Tools", "api.acme.example", "https://api.acme.example", "2", "token", "", "/users/me", "a b", ""}
	var asked []string
	w := world{terminal: true, ask: func(prompt string, _ bool) (string, error) {
		asked = append(asked, prompt)
		if len(answers) == 0 {
			return "", io.EOF
		}
		answer := answers[0]
		answers = answers[1:]
		return answer, nil
	}}
	w.run("init", dir).check(t, 0, "wrote ", "it must be a whole address", "it must be names with dots between them")
	text, err := os.ReadFile(filepath.Join(dir, "spec.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"name: Acme Tools", "baseUri: https://api.acme.example", "in: query", "name: token", "path: /users/me", "$var: response.data.email"} {
		if !strings.Contains(string(text), line) {
			t.Errorf("%q is not in\n%s", line, text)
		}
	}
	if len(answers) > 0 {
		t.Errorf("asked %q, and not for %q", asked, answers)
	}
	for _, want := range []string{"Where the key goes [header]: ", "What stands before the key (optional): "} {
		if !slices.Contains(asked, want) {
			t.Errorf("asked %q, want %q among it", asked, want)
		}
	}
	answers = []string{"", "", "", "", ""}
	plain := filepath.Join(t.TempDir(), "plain")
	w.run("init", plain, "--template", "api-key", "--name", "Plain", "--base-uri", "https://api.plain.example").check(t, 0, "wrote ")
	if text, err := os.ReadFile(filepath.Join(plain, "spec.yml")); err != nil || !strings.Contains(string(text), "in: header") {
		t.Errorf("an empty answer is not the default: %v\n%s", err, text)
	}
}

// sharedDir is where corpora and vectors lie that are not part of the project.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("CONNECTOR_SHARED")
	if dir == "" {
		dir = "../../../../../shared"
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skip("CONNECTOR_SHARED names no directory of corpora")
	}
	return dir
}
