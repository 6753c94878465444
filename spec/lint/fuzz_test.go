package lint_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// FuzzLoad holds what a user may rely on whatever the text of a spec is: it is
// read and checked to the end, and all that is said has a place in the text.
func FuzzLoad(f *testing.F) {
	for _, text := range specTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, _ := spec.LoadText("spec.yml", text)
		_, diagnostics := lint.Run(c, lint.Options{})
		if !c.Source().Readable() && len(diagnostics) == 0 {
			t.Error("the text cannot be read, and nobody says why")
		}
		for _, d := range diagnostics {
			checkPlace(t, text, d)
		}
	})
}

// checkPlace reports a diagnostic without a message or a place in the text.
func checkPlace(t *testing.T, text []byte, d spec.Diagnostic) {
	t.Helper()
	if d.Code == "" || d.Message == "" || d.File != "spec.yml" || d.Line < 1 || d.Column < 1 {
		t.Fatalf("no code, message or place: %+v", d)
	}
	if d.EndLine != 0 && (d.EndLine < d.Line || d.EndLine == d.Line && d.EndColumn < d.Column) {
		t.Errorf("it ends before it starts: %+v", d)
	}
	lines := textLines(strings.TrimPrefix(string(text), "\ufeff"))
	if d.Line > len(lines) {
		t.Fatalf("line %d of %d: %+v", d.Line, len(lines), d)
	}
	if width := utf8.RuneCountInString(lines[d.Line-1]); d.Column > width+1 {
		t.Errorf("column %d of a line with %d: %+v", d.Column, width, d)
	}
}

// textLines cuts a text at each of the ends that a line can have.
func textLines(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
}

// specTexts returns the texts of all files in testdata/specs.
func specTexts(t testing.TB) [][]byte {
	t.Helper()
	var texts [][]byte
	files := os.DirFS("../../testdata/specs")
	err := fs.WalkDir(files, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml") {
			return err
		}
		data, err := fs.ReadFile(files, name)
		texts = append(texts, data)
		return err
	})
	if err != nil || len(texts) < 150 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	return texts
}
