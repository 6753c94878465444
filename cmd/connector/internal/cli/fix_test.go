package cli_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// fixedLine matches what --fix says of one fix.
var fixedLine = regexp.MustCompile(`(?m)^fixed (\S+):(\d+): .* \[([a-z0-9-]+)\]$`)

// errorCode matches the code of an error.
var errorCode = regexp.MustCompile(`(?m)^\S.*: error: .* \[([a-z0-9-]+)\]$`)

// TestFix mends every invalid spec: there is no new error, a second time nothing
// is done, so nothing is left to be fixed, and lines of which nothing was said
// stay as they are. Opinions may be new: they are for specs without errors.
func TestFix(t *testing.T) {
	from, err := filepath.Abs(filepath.FromSlash(specs + "/invalid"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(from)
	inputs := pairInputs(t)
	mended := 0
	for _, name := range inputs {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Chdir(dir)
			path := copyInput(t, from, name)
			before := world{}.run("validate", "--color", "never", "--quiet", path)
			texts := readTexts(t)
			o := world{}.run("validate", "--color", "never", "--fix", path)
			said := fixedLine.FindAllStringSubmatch(o.stderr, -1)
			if len(said) == 0 {
				if o.stderr != "" || !strings.HasPrefix(o.stdout, before.stdout) {
					t.Errorf("nothing was to be fixed: %v", o)
				}
				return
			}
			mended++
			for _, m := range errorCode.FindAllStringSubmatch(o.stdout, -1) {
				if !strings.Contains(before.stdout, "["+m[1]+"]") {
					t.Errorf("%s is new:\n%s", m[1], o.stdout)
				}
			}
			if again := (world{}).run("validate", "--color", "never", "--fix", path); again.stderr != "" || again.stdout != o.stdout {
				t.Errorf("the second time: %v", again)
			}
			for file, text := range readTexts(t) {
				keepsLines(t, file, texts[file], text, said)
			}
		})
	}
	if mended < 15 {
		t.Errorf("only %d of %d were mended", mended, len(inputs))
	}
}

// copyInput copies an input into the working directory and returns its path.
func copyInput(t *testing.T, from, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(from, name+".yml"))
	if err == nil {
		writeFile(t, name+".yml", string(data))
		return name + ".yml"
	}
	if err := os.CopyFS(name, os.DirFS(filepath.Join(from, name))); err != nil {
		t.Fatal(err)
	}
	return name
}

// readTexts returns the files of the working directory.
func readTexts(t *testing.T) map[string]string {
	t.Helper()
	texts := make(map[string]string)
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		texts[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// keepsLines reports lines of a file that are not there any more, in their
// order, although nothing was fixed in them.
func keepsLines(t *testing.T, file, before, after string, said [][]string) {
	t.Helper()
	rest := strings.Split(after, "\n")
	for i, line := range strings.Split(before, "\n") {
		at := slices.Index(rest, line)
		if at >= 0 {
			rest = rest[at+1:]
			continue
		}
		if !slices.ContainsFunc(said, func(m []string) bool { return m[1] == file && m[2] == strconv.Itoa(i+1) }) {
			t.Errorf("%s: line %d is gone: %q\n%s", file, i+1, line, after)
		}
	}
}
