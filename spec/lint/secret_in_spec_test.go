package lint_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// secretPlaces are specs in which CANARY is a secret that is written out.
var secretPlaces = map[string]string{
	"client secret": `
auth:
  type: oauth2
  baseUri: https://api.example.com
  getOAuthConfig:
    implementationType: mapping
    mapping: {clientId: a, clientSecret: CANARY, authorizeUri: https://example.com/a, tokenUri: https://example.com/t, scopes: [read]}`,
	"quoted, behind wide characters": `
auth:
  type: client-credentials
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: https://api.example.com, query: {name: 日本語}, headers: {X-Api-Key: "CANARY"}}`,
	"block of lines": `
auth:
  type: client-credentials
  makeApiClient:
    implementationType: mapping
    mapping:
      baseUri: https://api.example.com
      headers:
        Authorization: >-
          Bearer
          CANARY`,
	"two of a line": `
auth:
  type: client-credentials
  makeApiClient: {implementationType: mapping, mapping: {baseUri: https://api.example.com, cookies: {token: CANARY}, data: {password: CANARY}}}`,
	"default of an input": `
auth:
  type: api-key
  baseUri: https://api.example.com
  credential: {name: X-Api-Key}
  ui: {schema: {properties: {apiKey: {type: string, isSensitive: true, default: CANARY}}}}`,
	"environment": `
parametersSchema: {type: object, properties: {clientSecret: {type: string, isSensitive: true}}}
environments: {production: {clientSecret: CANARY}}
auth: {type: none, baseUri: https://api.example.com}`,
	"script": `
auth:
  type: bearer
  baseUri: https://api.example.com
  test:
    implementationType: javascript
    code: |
      const token = 'CANARY'
      export default async () => true`,
}

// canaries are secrets of several looks.
var canaries = map[string]string{
	"random": "q7Xw2Lr9Tz4Kp8Vn3Bd6Hs1Jm5Fc",
	"token":  "glpat-" + "Qw8eRt2yUi5oPz0xCv3b",
	"jwt":    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl",
}

func TestWrittenSecretsAreFoundAndHidden(t *testing.T) {
	t.Parallel()
	for place, text := range secretPlaces {
		for look, canary := range canaries {
			written := strings.ReplaceAll(text, "CANARY", canary)
			c, _ := spec.LoadText("spec.yml", []byte("name: Example"+written+"\n"))
			_, diagnostics := lint.Run(c, lint.Options{})
			found := 0
			for _, d := range diagnostics {
				if d.Code != "secret-in-spec" {
					continue
				}
				found++
				all, _ := json.Marshal(d)
				if shown := d.Text + string(all); strings.Contains(shown, canary) {
					t.Errorf("%s, %s: the secret is shown: %s", place, look, shown)
				}
				if line := c.Source().Line(d.Line); utf8.RuneCountInString(d.Text) != utf8.RuneCountInString(line) {
					t.Errorf("%s, %s: the line %q became %q, of another width", place, look, line, d.Text)
				}
			}
			if want := strings.Count(text, "CANARY"); found != want {
				t.Errorf("%s, %s: found %d times, want %d: %v", place, look, found, want, diagnostics)
			}
		}
	}
}

// TestPlaceholdersAreNoSecrets wants words that stand for a secret not to be
// taken for one, wherever they are.
func TestPlaceholdersAreNoSecrets(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"YOUR_API_KEY", "<client secret>", "xxxxxxxxxxxxxxxx", "changeme", "{{token}}", "${connection.name}", "AKIAIOSFODNN7EXAMPLE", "************", "''"} {
		for place, text := range secretPlaces {
			if place == "block of lines" && word == "''" {
				continue
			}
			c, _ := spec.LoadText("spec.yml", []byte("name: Example"+strings.ReplaceAll(text, "CANARY", strings.Trim(word, "'"))+"\n"))
			_, diagnostics := lint.Run(c, lint.Options{})
			for _, d := range diagnostics {
				if d.Code == "secret-in-spec" {
					t.Errorf("%s: %q is taken for a secret: %v", place, word, d)
				}
			}
		}
	}
}

// TestIdsOfKeysAreNoSecrets wants the public half of an AWS key to be found only
// where it is not said to be that.
func TestIdsOfKeysAreNoSecrets(t *testing.T) {
	t.Parallel()
	id := "AKIA" + "Q4TRFWEPLMZ7XYHN"
	for in, want := range map[string]int{
		"sign: {type: aws-sigv4, service: s3, region: eu, accessKeyId: " + id + ", secretAccessKey: '${credentials.secret}'}": 0,
		"headers: {X-Key: " + id + "}": 1,
	} {
		c, _ := spec.LoadText("spec.yml", []byte("name: Example\nauth:\n  type: client-credentials\n  makeApiClient:\n    implementationType: mapping\n    mapping:\n      baseUri: https://api.example.com\n      "+in+"\n"))
		_, diagnostics := lint.Run(c, lint.Options{})
		found := 0
		for _, d := range diagnostics {
			if d.Code == "secret-in-spec" {
				found++
			}
		}
		if found != want {
			t.Errorf("%s: found %d, want %d: %v", in, found, want, diagnostics)
		}
	}
}
