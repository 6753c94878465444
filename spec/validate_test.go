package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
)

func TestValidateBoundsProblems(t *testing.T) {
	var b strings.Builder
	b.WriteString("auth:\n  type: none\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "  field%d: 1\n", i)
	}
	c, diagnostics := spec.LoadText("spec.yml", []byte(b.String()))
	if len(diagnostics) > 0 {
		t.Fatal(diagnostics)
	}
	list := spec.Validate(c)
	if len(list) != spec.MaxDiagnostics+1 {
		t.Errorf("%d diagnostics, want %d and one that says there are more", len(list), spec.MaxDiagnostics)
	}
	if !slices.ContainsFunc(list, func(d spec.Diagnostic) bool { return d.Code == "too-many-problems" }) {
		t.Error("nothing says that there are more")
	}
}
