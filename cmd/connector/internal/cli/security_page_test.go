package cli_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// testNames lists the test functions and examples of the repository.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w*)\(`)
	names := map[string]bool{}
	err := filepath.WalkDir(repository, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return filepath.SkipDir
		}
		if !d.IsDir() && bytes.HasSuffix([]byte(path), []byte("_test.go")) {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			for _, m := range declared.FindAllSubmatch(text, -1) {
				names[string(m[1])] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestSecurityPage wants each test that docs/security.md names to be there, each
// rule of a login to have one of its number, and each test of a rule to be named.
func TestSecurityPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := testNames(t)
	said := map[string]bool{}
	for _, m := range regexp.MustCompile("`((?:Test|Example)\\w+)`").FindAllSubmatch(page, -1) {
		name := string(m[1])
		if said[name] = true; !names[name] {
			t.Errorf("there is no test %s", name)
		}
	}
	for rule := 1; rule <= 36; rule++ {
		if 26 < rule && rule < 33 { // of what is kept
			continue
		}
		if !regexp.MustCompile(fmt.Sprintf(`(?m)^\| %d \|.*TestMust(\d+And)?%d[A-Z]`, rule, rule)).Match(page) {
			t.Errorf("rule %d has no test of its number", rule)
		}
	}
	for name := range names {
		if regexp.MustCompile(`^TestMust\d+`).MatchString(name) && !said[name] {
			t.Errorf("docs/security.md does not name %s", name)
		}
	}
}
