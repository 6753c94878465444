package cli_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/connector-spec/connector/spec/lint"
)

// TestPages holds what validate says about the examples of each code's page:
// of the bad connector that code and nothing else, as the page shows it, and of
// the good one nothing. -update rewrites the outputs.
func TestPages(t *testing.T) {
	dir, err := filepath.Abs(filepath.FromSlash(repository + "/spec/lint/pages"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range lint.Codes() {
		t.Run(code, func(t *testing.T) {
			name := filepath.Join(dir, code+".txtar")
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p := lint.ParsePage(code, data)
			o := validatePage(t, p.Bad, p.Flags)
			if o.stderr != "" || o.stdout == "" {
				t.Fatalf("nothing is said: %v", o)
			}
			if code == "too-many-problems" { // it comes after all those
				o.stdout = o.stdout[strings.LastIndex(o.stdout, "spec.yml:"):]
			}
			for _, m := range saidCode.FindAllStringSubmatch(o.stdout, -1) {
				if m[1] != code {
					t.Errorf("it says %s", m[1])
				}
			}
			if *update && p.Output != o.stdout {
				writePage(t, name, data, o.stdout)
			} else if p.Output != o.stdout {
				t.Errorf("-update keeps the new text\n--- want\n%s\n--- got\n%s", p.Output, o.stdout)
			}
			if o := validatePage(t, p.Good, p.Flags); o.code != 0 || o.stdout != "" || o.stderr != "" {
				t.Errorf("the good one: %v", o)
			}
		})
	}
}

// saidCode matches the code of a diagnostic.
var saidCode = regexp.MustCompile(`(?m)^\S.*: (?:error|warning|info): .* \[([a-z0-9-]+)\]$`)

// validatePage validates a connector of those files.
func validatePage(t *testing.T, files []lint.File, flags string) outcome {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, f := range files {
		writeFile(t, f.Name, string(f.Data))
	}
	args := append([]string{"validate", "--strict", "--color", "never", "--quiet"}, strings.Fields(flags)...)
	return world{}.run(args...)
}

// writePage puts an output into a page, before the good files.
func writePage(t *testing.T, name string, data []byte, output string) {
	t.Helper()
	archive := txtar.Parse(data)
	archive.Files = slices.DeleteFunc(archive.Files, func(f txtar.File) bool { return f.Name == "output" })
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return strings.HasPrefix(f.Name, "good/") })
	if i < 0 {
		i = len(archive.Files)
	}
	archive.Files = slices.Insert(archive.Files, i, txtar.File{Name: "output", Data: []byte(output)})
	if formatted := txtar.Format(archive); !bytes.Equal(formatted, data) {
		if err := os.WriteFile(name, formatted, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
