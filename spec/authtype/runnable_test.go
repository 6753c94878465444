package authtype_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

var update = flag.Bool("update", false, "rewrite what the tests compare with")

// TestRunnable holds the runnable form of the specs in testdata/specs/runnable
// against the .want beside each: every option after inheritance and lowering,
// as JSON in the order of the spec, and what is said on the way.
func TestRunnable(t *testing.T) {
	files, err := filepath.Glob(filepath.FromSlash("../../testdata/specs/runnable/*.yml"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d specs, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := runnable(t, filepath.Base(file), data)
			wantFile := strings.TrimSuffix(file, ".yml") + ".want"
			if *update {
				if err := os.WriteFile(wantFile, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("-update keeps the new form\n--- want\n%s\n--- got\n%s", want, got)
			}
		})
	}
}

// runnable describes the options of a spec in their runnable form.
func runnable(t *testing.T, name string, data []byte) []byte {
	t.Helper()
	c, diagnostics := spec.LoadText(name, data)
	for _, d := range append(diagnostics, spec.Validate(c)...) {
		t.Errorf("not valid: %v", d)
	}
	options, problems := authtype.Resolve(c)
	var b bytes.Buffer
	for _, o := range options {
		fmt.Fprintf(&b, "--- %s\n", o.Key)
		if err := json.Indent(&b, o.Value.AppendJSON(nil), "", "  "); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	for _, d := range problems {
		fmt.Fprintf(&b, "--- %s: %v\n", d.Severity, d)
	}
	return b.Bytes()
}
