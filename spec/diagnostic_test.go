package spec_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

func TestDiagnosticJSON(t *testing.T) {
	t.Parallel()
	d := spec.Diagnostic{
		Code: "unknown-field", Severity: spec.Warning, File: "a.yml", Line: 2, Column: 3, Pointer: "/a",
		Message: `unknown field "b"`, Fix: &spec.Fix{Title: "rename it", Edits: []spec.Edit{{Start: 1, End: 2, New: "c"}}}, Text: "  b: 1",
	}
	out, err := json.Marshal(d)
	want := `{"code":"unknown-field","severity":"warning","file":"a.yml","line":2,"column":3,"pointer":"/a","message":"unknown field \"b\"","fix":{"title":"rename it","edits":[{"start":1,"end":2,"new":"c"}]}}`
	if err != nil || string(out) != want {
		t.Errorf("%s, %v, want %s", out, err, want)
	}
	var back spec.Diagnostic
	if err := json.Unmarshal(out, &back); err != nil {
		t.Fatal(err)
	}
	if back.Text = d.Text; !cmp.Equal(d, back) {
		t.Errorf("(-want +got):\n%s", cmp.Diff(d, back))
	}
	if err := json.Unmarshal([]byte(`{"severity":"fatal"}`), &back); err == nil {
		t.Error("an unknown severity was read")
	}
	if got, want := d.String(), `a.yml:2:3: unknown field "b" [unknown-field]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSortDiagnosticsDoesNotDependOnTheOrderBefore(t *testing.T) {
	t.Parallel()
	want := []spec.Diagnostic{
		{File: "a.yml", Line: 1, Column: 2, Code: "b"},
		{File: "a.yml", Line: 1, Column: 2, Severity: spec.Warning, Code: "a"},
		{File: "a.yml", Line: 1, Column: 2, Severity: spec.Warning, Code: "a", Pointer: "/a"},
		{File: "a.yml", Line: 1, Column: 10, Code: "a"},
		{File: "a.yml", Line: 2, Column: 1, Code: "a", Message: "a"},
		{File: "a.yml", Line: 2, Column: 1, Code: "a", Message: "b"},
		{File: "b.yml", Line: 1, Column: 1, Code: "a"},
	}
	for seed := range uint64(50) {
		got := append([]spec.Diagnostic(nil), want...)
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		spec.SortDiagnostics(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}
