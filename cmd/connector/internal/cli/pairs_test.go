package cli_test

import (
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
)

const specs = repository + "/testdata/specs"

// TestInvalid holds what validate says about each input of testdata/specs/invalid
// against the .want beside it; -update rewrites those. A spec whose first line
// is "# flags: ..." is validated with them.
func TestInvalid(t *testing.T) {
	t.Chdir(filepath.FromSlash(specs + "/invalid"))
	inputs := pairInputs(t)
	wants, _ := filepath.Glob("*.want")
	for _, want := range wants {
		name := strings.TrimSuffix(want, ".want")
		if !slices.Contains(inputs, name) && generated[name] == nil {
			t.Errorf("%s has no input", want)
		}
	}
	for _, name := range inputs {
		t.Run(name, func(t *testing.T) {
			path := name
			if info, err := os.Stat(name); err != nil || !info.IsDir() {
				path += ".yml"
			}
			checkPair(t, name, path)
		})
	}
}

// TestInvalidGenerated is TestInvalid for inputs that no repository should
// hold: too large, or links.
func TestInvalidGenerated(t *testing.T) {
	wants, err := filepath.Abs(filepath.FromSlash(specs + "/invalid"))
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range generated {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			make(t, name)
			checkPair(t, filepath.Join(wants, name), name)
		})
	}
}

// generated makes inputs in the working directory.
var generated = map[string]func(t *testing.T, name string){
	"generated-file-too-large": func(t *testing.T, name string) {
		writeFile(t, name+"/spec.yml", "name: Example\ndescription: >-\n"+strings.Repeat("  one more line of many, which nobody reads\n", spec.MaxFileSize/42))
	},
	"generated-script-too-large": func(t *testing.T, name string) {
		writeFile(t, name+"/spec.yml", "name: Example\nauth: {type: none, baseUri: https://api.example.com}\n")
		writeFile(t, name+"/auth/test.js", strings.Repeat("// a library\n", spec.MaxScriptSize/12))
	},
	"generated-logo-too-heavy": func(t *testing.T, name string) {
		writeFile(t, name+"/spec.yml", "# flags: --for zoho\nkey: example\nname: Example\nlogoUri: logo.png\nauth: {type: bearer, baseUri: https://api.example.com, ui: {helpUri: https://example.com/tokens}, test: {implementationType: rest-api-mapping, mapping: {method: GET, path: /me}}}\n")
		var logo strings.Builder
		if err := png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
			t.Fatal(err)
		}
		writeFile(t, name+"/logo.png", logo.String()+strings.Repeat("x", 1_000_000-logo.Len()))
	},
	"generated-link-out": func(t *testing.T, name string) {
		writeFile(t, name+"/spec.yml", `name: Example
auth:
  type: none
  baseUri: https://api.example.com
  test: {implementationType: rest-api-mapping, filePath: shared/me.rest.yml}
`)
		writeFile(t, "outside/me.rest.yml", "method: GET\npath: /me\n")
		if err := os.Symlink("../outside", name+"/shared"); err != nil {
			t.Skip(err)
		}
	},
	"generated-link-in-auth": func(t *testing.T, name string) {
		writeFile(t, name+"/spec.yml", "name: Example\nauth: {type: none, baseUri: https://api.example.com}\n")
		writeFile(t, "outside/me.rest.yml", "method: GET\npath: /me\n")
		writeFile(t, name+"/auth/readme.txt", "")
		if err := os.Symlink("../../outside/me.rest.yml", name+"/auth/test.rest.yml"); err != nil {
			t.Skip(err)
		}
	},
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// pairInputs lists the inputs of the working directory by name: files without
// their .yml, and directories.
func pairInputs(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yml"); ok || e.IsDir() {
			names = append(names, name)
		}
	}
	if len(names) < 80 {
		t.Fatalf("only %d inputs", len(names))
	}
	return names
}

// checkPair validates the connector at path and compares with name + ".want".
func checkPair(t *testing.T, name, path string) {
	t.Helper()
	o := world{}.run(append([]string{"validate", "--color", "never", "--quiet", path}, pairFlags(t, path)...)...)
	if o.stderr != "" || o.stdout == "" || o.code > 1 {
		t.Fatalf("nothing is said: %v", o)
	}
	if *update {
		if err := os.WriteFile(name+".want", []byte(o.stdout), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name + ".want")
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != o.stdout {
		t.Errorf("-update keeps the new text\n--- want\n%s\n--- got\n%s", want, o.stdout)
	}
}

// pairFlags returns the flags that the first line of a spec asks for, as in
// "# flags: --for zoho".
func pairFlags(t *testing.T, path string) []string {
	t.Helper()
	for _, name := range []string{path, filepath.Join(path, "spec.yml")} {
		data, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		line, _, _ := strings.Cut(string(data), "\n")
		if flags, ok := strings.CutPrefix(line, "# flags: "); ok {
			return strings.Fields(flags)
		}
		return nil
	}
	return nil
}

// TestValid holds that nothing is said about what is right.
func TestValid(t *testing.T) {
	t.Chdir(filepath.FromSlash(specs + "/valid"))
	entries, err := os.ReadDir(".")
	if err != nil || len(entries) < 30 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	for _, e := range entries {
		if e.Type() == fs.ModeSymlink || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		args := append([]string{"validate", "--strict", "--color", "never", "--quiet", e.Name()}, pairFlags(t, e.Name())...)
		if o := (world{}).run(args...); o.code != 0 || o.stdout != "" || o.stderr != "" {
			t.Errorf("%s: %v", e.Name(), o)
		}
	}
	if o := (world{}).run("validate", "--strict", "--color", "never", "."); o.code != 0 {
		t.Errorf("the tree: %v", o)
	}
}
