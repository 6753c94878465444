package lint_test

import (
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// FuzzFix holds what a user may rely on when certain fixes are applied to a
// spec, whatever its text is: that comes to an end, after which nothing is left
// to fix, and what could be read can be read as before.
func FuzzFix(f *testing.F) {
	for _, text := range specTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		const rounds = 40
		original, _ := spec.LoadText("spec.yml", text)
		for round := 0; ; round++ {
			c, _ := spec.LoadText("spec.yml", text)
			if original.Source().Readable() && !c.Source().Readable() {
				t.Fatalf("it cannot be read any more:\n%s", text)
			}
			_, diagnostics := lint.Run(c, lint.Options{})
			var fixes []*spec.Fix
			for _, d := range diagnostics {
				if d.Fix != nil {
					fixes = append(fixes, d.Fix)
				}
			}
			if len(fixes) == 0 {
				return
			}
			if round == rounds {
				t.Fatalf("after %d rounds there is something to fix: %+v in\n%q", rounds, fixes[0], text)
			}
			before := string(text)
			if text, _ = spec.Mend(text, fixes); string(text) == before {
				t.Fatalf("nothing changes: %+v in\n%q", fixes[0], text)
			}
		}
	})
}
