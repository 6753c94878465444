package cli_test

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names returns the names of an object, sorted.
func names(t *testing.T, v any) []string {
	t.Helper()
	object, ok := v.(map[string]any)
	if !ok {
		t.Fatalf("%v is no object", v)
	}
	return slices.Sorted(maps.Keys(object))
}

// TestTestResult wants the JSON result to have the fields that programs rely
// on, however a test ends. They may become more, never fewer.
func TestTestResult(t *testing.T) {
	t.Parallel()
	github := copyExample(t, "github")
	api := apiOf(t, "github")
	route := api.Origin + "=" + serve(t, api.Handler)
	unrecorded := writeTree(t, map[string]string{"spec.yml": badSpec})
	always := []string{"connector", "file", "label", "message", "mode", "ok", "option", "skipped", "steps"}
	tests := []struct {
		name    string
		world   world
		args    []string
		code    int
		run     bool // the ok of the run
		test    map[string]any
		more    []string
		request bool // the last step has one
	}{
		{"recorded", world{}, []string{github}, 0, true, map[string]any{"ok": true, "mode": "recorded", "skipped": "", "label": "octocat", "message": ""}, []string{"test"}, true},
		{
			"live", world{}.with("CONNECTOR_INPUT_TOKEN", api.Options["default"].Inputs["token"]),
			[]string{"--live", "--route", route, github},
			0, true,
			map[string]any{"ok": true, "mode": "live", "label": "octocat"},
			[]string{"test"},
			true,
		},
		{
			"refused", world{}.with("CONNECTOR_INPUT_TOKEN", "another-token"),
			[]string{"--live", "--route", route, github},
			1, false,
			map[string]any{"ok": false, "mode": "live", "label": ""},
			[]string{"hint"},
			true,
		},
		{"missing", world{}, []string{"--live", github}, 4, false, map[string]any{"ok": false, "skipped": "", "message": "no usable credential: token is required"}, []string{"hint"}, false},
		{"skipped", world{}, []string{"--replay", unrecorded}, 4, true, map[string]any{"ok": false, "skipped": "it has no recording"}, nil, false},
	}
	for _, test := range tests {
		o := test.world.run(append([]string{"test", "--auth", "--format", "json", "--option", "default"}, test.args...)...)
		var result struct {
			Version int              `json:"version"`
			OK      bool             `json:"ok"`
			Tests   []map[string]any `json:"tests"`
		}
		if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || o.code != test.code || result.Version != 1 || result.OK != test.run || len(result.Tests) != 1 {
			t.Errorf("%s: %v, %v", test.name, err, o)
			continue
		}
		got := result.Tests[0]
		want := slices.Sorted(slices.Values(append(slices.Clone(always), test.more...)))
		if diff := cmp.Diff(want, names(t, got)); diff != "" {
			t.Errorf("%s: fields (-want +got):\n%s", test.name, diff)
		}
		for name, value := range test.test {
			if got[name] != value {
				t.Errorf("%s: %s is %v, want %v", test.name, name, got[name], value)
			}
		}
		steps, ok := got["steps"].([]any)
		if !ok || len(steps) > 0 != test.request {
			t.Errorf("%s: steps %v", test.name, got["steps"])
		}
		if test.request && len(steps) > 0 {
			last := steps[len(steps)-1]
			if diff := cmp.Diff([]string{"message", "ms", "name", "ok", "request", "status"}, names(t, last)); diff != "" {
				t.Errorf("%s: fields of a step (-want +got):\n%s", test.name, diff)
			}
			if diff := cmp.Diff([]string{"method", "url"}, names(t, last.(map[string]any)["request"])); diff != "" {
				t.Errorf("%s: fields of a request (-want +got):\n%s", test.name, diff)
			}
		}
	}
}

// TestValidateResult does the same for validate.
func TestValidateResult(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"spec.yml": strings.Replace(badSpec, "method: get", "method: gte", 1)})
	o := world{}.run("validate", "--format", "json", dir)
	var result map[string]any
	if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || o.code != 1 {
		t.Fatalf("%v, %v", err, o)
	}
	if diff := cmp.Diff([]string{"connectors", "diagnostics", "ok", "summary", "version"}, names(t, result)); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"errors", "warnings"}, names(t, result["summary"])); diff != "" {
		t.Errorf("fields of the summary (-want +got):\n%s", diff)
	}
	list, _ := result["diagnostics"].([]any)
	i := slices.IndexFunc(list, func(d any) bool { return d.(map[string]any)["code"] == "bad-method" })
	if i < 0 {
		t.Fatalf("diagnostics %v", result["diagnostics"])
	}
	d, _ := list[i].(map[string]any)
	for _, name := range []string{"code", "severity", "file", "line", "column", "pointer", "message", "hint"} {
		if d[name] == nil {
			t.Errorf("a diagnostic has no %s: %v", name, d)
		}
	}
	if d["severity"] != "error" || d["file"] != filepath.ToSlash(filepath.Join(dir, "spec.yml")) {
		t.Errorf("diagnostic %v", d)
	}
}
