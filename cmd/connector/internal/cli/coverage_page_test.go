package cli_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// coverageRows are those that docs/coverage.md must have.
func coverageRows() []string {
	var rows []string
	for _, part := range []struct {
		letter string
		last   int
	}{{"M", 9}, {"K", 14}, {"Z", 15}, {"C", 8}} {
		for i := range part.last {
			rows = append(rows, fmt.Sprint(part.letter, i+1))
		}
	}
	return rows
}

var (
	coverageRow     = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \| .+? \| (.+) \| (.+) \|$`)
	coverageLink    = regexp.MustCompile(`\[[^\]]+\]\(([^)#]+)\)`)
	coverageCode    = regexp.MustCompile("`([^`]+)`")
	coverageCommand = regexp.MustCompile("^`(connector [^`]+)`(?: \\(exit (\\d)\\))?$")
)

// TestCoveragePage wants each row of docs/coverage.md to name something, each
// file to be there and to hold what is quoted behind its link, and each test.
func TestCoveragePage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(repository, "docs", "coverage.md"))
	if err != nil {
		t.Fatal(err)
	}
	tests, rows := testNames(t), map[string]bool{}
	for _, m := range coverageRow.FindAllStringSubmatch(string(page), -1) {
		row, where := m[1], m[2]
		if rows[row] {
			t.Errorf("%s stands there twice", row)
		}
		rows[row] = true
		shown := 0
		for part := range strings.SplitSeq(where, "; ") {
			shown += checkCoverage(t, row, part, tests)
		}
		if shown == 0 {
			t.Errorf("%s names nothing that shows it", row)
		}
	}
	for _, row := range coverageRows() {
		if !rows[row] {
			t.Errorf("row %s is missing", row)
		}
	}
}

// checkCoverage checks a part of a cell: files with quotations, or tests. It
// returns how many files and tests there are.
func checkCoverage(t *testing.T, row, part string, tests map[string]bool) (shown int) {
	t.Helper()
	var text strings.Builder
	for _, link := range coverageLink.FindAllStringSubmatch(part, -1) {
		file := filepath.Join(repository, "docs", filepath.FromSlash(link[1]))
		info, err := os.Stat(file)
		if err != nil {
			t.Errorf("%s: there is no %s", row, link[1])
			continue
		}
		shown++
		if !info.IsDir() {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(data)
		}
	}
	for _, code := range coverageCode.FindAllStringSubmatch(part, -1) {
		switch name := code[1]; {
		case strings.HasPrefix(name, "Test"):
			if shown++; !tests[name] {
				t.Errorf("%s: there is no test %s", row, name)
			}
		case text.Len() > 0 && !strings.Contains(text.String(), name):
			t.Errorf("%s: %q is not in the file before it", row, name)
		}
	}
	return shown
}

// TestCoverageCommands runs the commands of docs/coverage.md in a copy of what
// they read, after those that the page begins with, and wants each row to have one
// and each to end with the code that is said. No address is reached but those of
// servers on loopback.
func TestCoverageCommands(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here")
	}
	root, err := filepath.Abs(filepath.FromSlash(repository))
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "coverage.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("examples", os.DirFS(filepath.Join(root, "examples"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS("testdata/specs", os.DirFS(filepath.Join(root, "testdata", "specs"))); err != nil {
		t.Fatal(err)
	}
	r := &reader{addresses: map[string]string{}, exports: []string{"export HTTPS_PROXY=http://127.0.0.1:1"}}
	for _, b := range fencedBlocks(string(page)) {
		if b.language != "sh" {
			continue
		}
		for line := range strings.Lines(b.text) {
			r.command(t, strings.TrimSpace(line), "")
		}
	}
	ran := map[string]bool{}
	for _, m := range coverageRow.FindAllStringSubmatch(string(page), -1) {
		for text := range strings.SplitSeq(m[3], "<br>") {
			command := coverageCommand.FindStringSubmatch(text)
			if command == nil {
				t.Errorf("%s: %q is no command", m[1], text)
				continue
			}
			if ran[text] {
				continue
			}
			ran[text] = true
			if out, code := r.shell(t, command[1]); fmt.Sprint(code) != cmp.Or(command[2], "0") {
				t.Errorf("%s: %s: exit %d\n%s", m[1], text, code, out)
			}
		}
	}
	if len(ran) < 40 {
		t.Errorf("only %d commands were run", len(ran))
	}
}
