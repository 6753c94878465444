package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// coverageRows are those that docs/coverage.md must have.
func coverageRows() []string {
	rows := []string{"C1", "C2", "C3", "C6"}
	for _, part := range []struct {
		letter      string
		first, last int
	}{{"Z", 3, 13}, {"K", 2, 11}, {"M", 2, 6}} {
		for i := part.first; i <= part.last; i++ {
			rows = append(rows, fmt.Sprint(part.letter, i))
		}
	}
	return rows
}

var (
	coverageRow  = regexp.MustCompile(`(?m)^\| ([A-Z]\d+) \| .+ \| (.+) \|$`)
	coverageLink = regexp.MustCompile(`\[[^\]]+\]\(([^)#]+)\)`)
	coverageCode = regexp.MustCompile("`([^`]+)`")
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
