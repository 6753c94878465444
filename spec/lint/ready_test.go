package lint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// frozenSpec is a connector with all that is frozen.
const frozenSpec = `name: Acme
version: 1.2.0
stage: draft
auth:
  options:
    login:
      type: oauth2
      baseUri: https://api.acme.example
      parametersSchema: {type: object, properties: {clientId: {type: string, title: Client ID}}, required: [clientId]}
      ui:
        schema:
          type: object
          properties:
            shop: {type: string, title: Shop, pattern: '^[a-z]+$'}
            region: {type: string, title: Region, oneOf: [{const: eu, title: Europe}, {const: us, title: America}], default: eu}
            plan: {type: object, title: Plan, default: {title: free}}
          required: [shop]
          if: {properties: {region: {const: us}}, required: [region]}
          then: {properties: {state: {type: string, title: State}}, required: [state]}
      getOAuthConfig:
        implementationType: mapping
        mapping:
          clientId: {$var: connectorParameters.clientId}
          authorizeUri: https://acme.example/authorize
          tokenUri: https://acme.example/token
          scopes: [read, {value: write, title: Change notes, optional: true}]
      test: {implementationType: rest-api-mapping, mapping: {method: GET, path: '/me?shop=${connectionInput.shop}&in=${connectionInput.region}&of=${connectionInput.state ?? ""}'}}
    key:
      type: bearer
      baseUri: https://api.acme.example
      credential: {helpUri: https://acme.example/keys}
      test: {implementationType: rest-api-mapping, mapping: {method: GET, path: /me}}
`

// becomeReady returns the text of a connector that was made ready.
func becomeReady(t testing.TB, text string) string {
	t.Helper()
	c, diagnostics := spec.LoadText("acme.yml", []byte(text))
	checked, more := lint.Run(c, lint.Options{ErrorsOnly: true})
	for _, d := range append(diagnostics, more...) {
		if d.Severity == spec.Error {
			t.Fatal(d)
		}
	}
	before, after, err := c.Ready(lint.Freeze(c, checked))
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != text {
		t.Errorf("the text before is\n%s", before)
	}
	return string(after)
}

// changesOf returns what ready-changed says of a connector.
func changesOf(t testing.TB, text string) []string {
	t.Helper()
	c, _ := spec.LoadText("acme.yml", []byte(text))
	_, diagnostics := lint.Run(c, lint.Options{})
	var said []string
	for _, d := range diagnostics {
		switch {
		case d.Severity == spec.Error:
			t.Fatal(d)
		case d.Code == "ready-changed":
			said = append(said, d.Message)
		}
	}
	return said
}

// TestReadyChanged changes a connector that became ready, and wants exactly what
// connections rely on to be noticed.
func TestReadyChanged(t *testing.T) {
	t.Parallel()
	text := becomeReady(t, frozenSpec)
	if said := changesOf(t, text); len(said) > 0 {
		t.Fatalf("unchanged: %q", said)
	}
	const since = ` since version "1.2.0" became ready`
	for name, test := range map[string]struct {
		old, new string
		want     []string
	}{
		"a title":                      {"title: Shop", "title: Your shop", nil},
		"a title of a choice":          {"title: Europe", "title: Europa", nil},
		"a title of a scope":           {"title: Change notes", "title: Write notes", nil},
		"an order of scopes":           {"[read, {value: write, title: Change notes, optional: true}]", "[{value: write, optional: true}, read]", nil},
		"an order of inputs":           {"shop: {type: string, title: Shop, pattern: '^[a-z]+$'}", "shop: {pattern: '^[a-z]+$', title: Shop, type: string}", nil},
		"a parameter of the connector": {"title: Client ID}}", "title: Client ID}, more: {type: string, title: More}}", nil},
		"a new version":                {"version: 1.2.0\nstage", "version: 1.3.0\nstage", nil},
		"a version of other numbers":   {"version: 1.2.0\nstage", "version: 1.2.1-beta\nstage", nil},
		"a pattern":                    {"'^[a-z]+$'", "'^[a-z]{3}$'", []string{`input "shop" of option "login" has changed` + since}},
		"a choice":                     {"const: us, title", "const: usa, title", []string{`input "region" of option "login" has changed` + since}},
		"a default":                    {"default: eu", "default: us", []string{`input "region" of option "login" has changed` + since}},
		"a value called title":         {"{title: free}", "{title: paid}", []string{`input "plan" of option "login" has changed` + since}},
		"an input that is required": {"required: [shop]", "required: [shop, region]", []string{
			`input "region" of option "login" has changed` + since,
		}},
		"a condition": {"required: [state]}", "required: []}", []string{`what holds between the inputs of option "login" has changed` + since}},
		"a scope":     {"[read,", "[read, admin,", []string{`the scopes of option "login" have changed` + since}},
		"an optional scope": {"optional: true}", "optional: false}", []string{
			`the scopes of option "login" have changed` + since,
		}},
		"a type": {"type: bearer\n      baseUri: https://api.acme.example\n      credential: {helpUri: https://acme.example/keys}", "type: basic\n      baseUri: https://api.acme.example", []string{
			`the auth type of option "key" was "bearer" when version "1.2.0" became ready`,
			`input "username" of option "key" is new: version "1.2.0" was ready without it`,
			`input "password" of option "key" is new: version "1.2.0" was ready without it`,
			`input "token" of option "key" is gone: version "1.2.0" was ready with it`,
		}},
		"a key of an option": {"    key:\n      type: bearer\n      base", "    secret:\n      type: bearer\n      base", []string{
			`option "key" is gone: version "1.2.0" was ready with it`,
			`option "secret" is new: version "1.2.0" was ready without it`,
		}},
		"an older version": {"version: 1.2.0\nstage", "version: 1.1.9\nstage", []string{
			`the version goes back to "1.1.9": version "1.2.0" was ready before`,
		}},
		"no version":                 {"version: 1.2.0\nstage", "stage", []string{`the version "1.2.0", which was ready, is gone`}},
		"a draft again":              {"stage: ready", "stage: draft", []string{`the stage goes back: version "1.2.0" was ready`}},
		"no stage":                   {"stage: ready\n", "", []string{`the stage goes back: version "1.2.0" was ready`}},
		"a draft of the next":        {"version: 1.2.0\nstage: ready", "version: 2.0.0\nstage: draft", nil},
		"the same version otherwise": {"version: 1.2.0\nstage", "version: v1.2\nstage", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if strings.Count(text, test.old) != 1 {
				t.Fatalf("%q is %d times in\n%s", test.old, strings.Count(text, test.old), text)
			}
			said := changesOf(t, strings.Replace(text, test.old, test.new, 1))
			slices.Sort(said)
			slices.Sort(test.want)
			if diff := cmp.Diff(test.want, said); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestReadyAgain wants what was frozen to be frozen anew with a new version, and
// the first text to come out where nothing changed.
func TestReadyAgain(t *testing.T) {
	t.Parallel()
	first := becomeReady(t, frozenSpec)
	if again := becomeReady(t, first); again != first {
		t.Errorf("the second time: %s", cmp.Diff(first, again))
	}
	next := strings.NewReplacer("version: 1.2.0", "version: 1.3.0", "[read,", "[read, admin,").Replace(frozenSpec)
	want := becomeReady(t, next)
	got := becomeReady(t, strings.NewReplacer("version: 1.2.0\nstage", "version: 1.3.0\nstage", "[read,", "[read, admin,").Replace(first))
	if diff := cmp.Diff(want, got); diff != "" || want == first {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.Contains(want, "  version: \"1.3.0\"\n  options:\n    login:\n      type: oauth2\n      inputs:\n        shop: sha256:") {
		t.Errorf("what is written is not what people read:\n%s", want)
	}
}

// TestKeepsFromReady wants warnings about other things to keep nobody out.
func TestKeepsFromReady(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"missing-listing-field": true, "ready-changed": true, "listing-name": true, "not-portable": false, "missing-help-link": false} {
		if got := lint.KeepsFromReady(spec.Diagnostic{Code: code, Severity: spec.Warning}); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if !lint.KeepsFromReady(spec.Diagnostic{Code: "missing-help-link"}) || lint.KeepsFromReady(spec.Diagnostic{Code: "missing-listing-field", Severity: spec.Info}) {
		t.Error("an error keeps a connector from being ready, whatever it is, and what is worth knowing does not")
	}
}
