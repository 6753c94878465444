package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// unmarked has one warning in its eighth line.
const unmarked = `name: Acme
auth:
  type: client-credentials
  ui:
    schema:
      type: object
      properties:
        key: {type: string, title: Key}
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: https://api.acme.example, headers: {X-Api-Key: {$var: credentials.key}}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`

func TestPolicy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, policy, want string }{
		{"none", "", "warning unmarked-secret"},
		{"off", "rules: {unmarked-secret: off}", ""},
		{"off in quotes", "rules: {unmarked-secret: 'off'}", ""},
		{"lowered", "rules: {unmarked-secret: info}", "info unmarked-secret"},
		{"raised", "rules: {unmarked-secret: error}", "error unmarked-secret"},
		{"as it is", "rules: {unmarked-secret: warning}", "warning unmarked-secret"},
		{"of another code", "rules: {null-default: off}", "warning unmarked-secret"},
	} {
		policy, problems := lint.ParsePolicy("c.yml", []byte(c.policy))
		connector, _ := spec.LoadText("spec.yml", []byte(unmarked))
		_, diagnostics := lint.Run(connector, lint.Options{Policy: policy})
		var said []string
		for _, d := range append(problems, diagnostics...) {
			said = append(said, d.Severity.String()+" "+d.Code)
		}
		if got := strings.Join(said, "\n"); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestPolicyPlatform wants the platform of the policy to be the one that the
// rules are for, unless the caller names another.
func TestPolicyPlatform(t *testing.T) {
	t.Parallel()
	run := func(policy, platform string) string {
		p, problems := lint.ParsePolicy("c.yml", []byte(policy))
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		connector, _ := spec.LoadText("spec.yml", []byte(unmarked))
		_, diagnostics := lint.Run(connector, lint.Options{For: platform, Policy: p})
		var b strings.Builder
		for _, d := range diagnostics {
			b.WriteString(d.String() + "\n")
		}
		return b.String()
	}
	none, kissflow, zoho := run("", ""), run("", "kissflow"), run("", "zoho")
	if none == kissflow || kissflow == zoho {
		t.Fatal("the platforms say the same")
	}
	if diff := cmp.Diff(zoho, run("for: zoho", "")); diff != "" {
		t.Errorf("for: zoho (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(kissflow, run("for: zoho", "kissflow")); diff != "" {
		t.Errorf("the caller's (-want +got):\n%s", diff)
	}
}

// TestErrorsStay wants nothing to make an error less: not a policy that was made
// in code either.
func TestErrorsStay(t *testing.T) {
	t.Parallel()
	connector, _ := spec.LoadText("spec.yml", []byte("name: Acme\nauth: {type: nne}\n"))
	_, diagnostics := lint.Run(connector, lint.Options{Policy: (*lint.Policy)(nil).Without("unknown-value")})
	if len(diagnostics) != 1 || diagnostics[0].Severity != spec.Error {
		t.Errorf("%v", diagnostics)
	}
}

// TestMildest wants every code that a pair has as a warning or an info to be
// one that can be switched off: its page shows it so.
func TestMildest(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/specs/invalid/*.want")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pairs: %v", err)
	}
	mild := regexp.MustCompile(`(?m)^\S.*: (?:warning|info): .* \[([a-z0-9-]+)\]$`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mild.FindAllStringSubmatch(string(data), -1) {
			if why := lint.RefuseDisable(m[1]); why != "" {
				t.Errorf("%s: %s", filepath.Base(name), why)
			}
		}
	}
}
