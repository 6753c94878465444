package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/formula"
)

// plain is a connector without a credential, with a place for more fields of
// auth, and one for those of the test.
const plain = `key: plain
name: Plain
version: 2.0.1
auth:
  type: client-credentials
  baseUri: https://api.example.com
  makeApiClient: {implementationType: mapping, mapping: {headers: {X-Key: '${connectionInput.key}'}}}
  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}, site: {type: string}}}}
MORE  test:
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: PATH
`

func plainWith(more, path string) string {
	return strings.NewReplacer("MORE", more, "PATH", path).Replace(plain)
}

// inputs completes values of inputs alone.
func inputs(t testing.TB, s auth.Subject, text string) auth.Values {
	t.Helper()
	v, problems, err := s.Complete(auth.Values{Inputs: object(t, text)})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// TestOrigins wants a credential to go to the origins that the author named,
// and to no other, whatever a user or an answer says.
func TestOrigins(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, more, path, site string
		host                   string // that the request reaches; "" for none
		want                   string // what is said where it reaches none
	}{
		{"the base", "", "/me", "", "api.example.com", ""},
		{"another origin that the author wrote", "", "https://other.example.com/me", "", "other.example.com", ""},
		{"an allowed origin", "  allowedOrigins: ['https://evil.example']\n", "'https://${connectionInput.site}/x'", "evil.example", "evil.example", ""},
		{"a host that the user wrote", "", "'https://${connectionInput.site}/x'", "evil.example", "", "https://evil.example is not an allowed origin"},
		{"a host beside an allowed one", "  allowedOrigins: ['https://good.example']\n", "'https://${connectionInput.site}/x'", "evil.example", "", "is not an allowed origin"},
		{"a URL that the user wrote", "", "'${connectionInput.site}'", "https://evil.example/x", "", "is no path"},
		{"a path that climbs", "", "'/a/${connectionInput.site}'", "../..", "", "path"},
	}
	for _, test := range tests {
		s := subjectOf(t, plainWith(test.more, test.path))
		reached := ""
		n := network(func(req *http.Request, _ string) (int, string) {
			reached = req.URL.Host
			return 200, "{}"
		})
		result, err := auth.Test(t.Context(), s, inputs(t, s, `{"key":"the-secret-key","site":"`+test.site+`"}`), worldOf(n), random())
		if err != nil {
			t.Fatal(err)
		}
		if reached != test.host || result.OK != (test.host != "") {
			t.Errorf("%s: reached %q, want %q: %s", test.name, reached, test.host, result.Message)
		}
		if test.host == "" && !strings.Contains(result.Message, test.want) {
			t.Errorf("%s: %s", test.name, result.Message)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, more, want, note string }{
		{"without one, name and version", "", "Plain 2.0.1", ""},
		{"of a formula", "  connectionLabel: 'at ${connectionInput.site}'\n", "at here", ""},
		{"of a formula that gives nothing", "  connectionLabel: {$jsonata: nothing}\n", "Plain 2.0.1", ""},
		{"of a formula that fails", "  connectionLabel: '${test.a.b.c + 1}'\n", "", "the label could not be made: "},
		{"of a formula that gives no text", "  connectionLabel: {$var: test}\n", "", "the label could not be made: "},
	}
	for _, test := range tests {
		s := subjectOf(t, plainWith(test.more, "/me"))
		n := network(func(*http.Request, string) (int, string) { return 200, `{"a": {"b": {"c": {}}}}` })
		result, err := auth.Test(t.Context(), s, inputs(t, s, `{"key":"the-secret-key","site":"here"}`), worldOf(n), random())
		if err != nil || !result.OK {
			t.Fatal(test.name, err, result.Message)
		}
		if result.Label != test.want || !strings.HasPrefix(result.Note, test.note) || test.note == "" && result.Note != "" {
			t.Errorf("%s: label %q, note %q", test.name, result.Label, result.Note)
		}
	}
}

// TestStructuredSecrets records with secrets that are lists, objects and
// numbers.
func TestStructuredSecrets(t *testing.T) {
	t.Parallel()
	const spec = `key: many
name: Many
auth:
  type: client-credentials
  baseUri: https://api.example.com
  ui:
    schema:
      type: object
      properties:
        keys: {type: array, items: {type: string}, isSensitive: true}
        account: {type: object, properties: {id: {type: string}, pin: {type: integer}}, isSensitive: true}
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Keys: '${connectionInput.keys[1]}', X-Pin: {$var: connectionInput.account.pin}}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me}
`
	s := subjectOf(t, spec)
	w := worldOf(func(req *http.Request, _ string) (int, string) {
		return 200, `{"sent":"` + req.Header.Get("X-Keys") + `","pin":` + req.Header.Get("X-Pin") + `}`
	})
	v := inputs(t, s, `{"keys":["first-secret","second-secret"],"account":{"id":"account-secret","pin":73917391}}`)
	result, rec, err := auth.Record(t.Context(), s, v, w, random(), "test")
	if err != nil || rec == nil {
		t.Fatal(err, result.Message)
	}
	rec.Source = "loopback"
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{"first-secret", "second-secret", "account-secret", "73917391"} {
		if strings.Contains(string(data), hidden) {
			t.Errorf("the recording holds %s: %s", hidden, data)
		}
	}
	for _, shown := range []string{`"{{input.keys.0}}"`, `"{{input.keys.1}}"`, `"{{input.account.id}}"`, `"{{input.account.pin}}"`} {
		if !strings.Contains(string(data), shown) {
			t.Errorf("the recording has no %s: %s", shown, data)
		}
	}
	if err := cassette.Verify(data, rec, w.Redactor); err != nil {
		t.Error(err)
	}
	if result, err := auth.Replay(t.Context(), s, rec); err != nil || !result.OK {
		t.Error(err, result)
	}
}

// TestDerivedSecrets wants the redactor to know what a method makes of a
// secret, and not to take for a secret what it makes of something else.
func TestDerivedSecrets(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, plainWith(`  getCredentialsFromConnectionParameters:
    implementationType: mapping
    mapping:
      derived: {deep: ['${hex(sha256(connectionInput.key))}']}
      public: '${connectionInput.site}-and-more'
`, "/me"))
	w := worldOf(func(*http.Request, string) (int, string) { return 200, "{}" })
	if _, err := auth.Test(t.Context(), s, inputs(t, s, `{"key":"the-secret-key","site":"here"}`), w, random()); err != nil {
		t.Fatal(err)
	}
	program, problems := formula.Compile(formula.String(`${hex(sha256("the-secret-key"))}`), formula.Options{})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	digest, err := program.Eval(formula.Object(), formula.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if got := w.Redactor.Redact(digest.Text() + " here-and-more"); got != "[secret] here-and-more" {
		t.Errorf("redacted: %q", got)
	}
}
