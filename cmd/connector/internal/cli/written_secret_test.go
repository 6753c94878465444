package cli_test

import (
	"strings"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

// TestWrittenSecretsAreNotShown wants a secret that an author has written into
// a spec, a method file or a script not to be in what validate says about it,
// in any format.
func TestWrittenSecretsAreNotShown(t *testing.T) {
	canaries := []string{"glpat-" + "Qw8eRt2yUi5oPz0xCv3b", "q7Xw2Lr9Tz4Kp8Vn3Bd6Hs1Jm5Fc", "ключ-от-всего-7741", "k3yInAnEnvironment"}
	t.Chdir(t.TempDir())
	writeFile(t, "c/spec.yml", `name: Example
description: Try it with `+canaries[0]+`.
parametersSchema: {type: object, properties: {clientSecret: {type: string, isSensitive: true}}, required: [clientSecret]}
environments: {production: {clientSecret: `+canaries[3]+`}}
auth:
  type: oauth2
  baseUri: https://api.example.com
  getOAuthConfig:
    implementationType: mapping
    mapping: {clientId: a, clientSecret: `+canaries[1]+`, tokenParams: {password: "`+canaries[2]+`"}, authorizeUri: https://example.com/a, tokenUri: https://example.com/t, scopes: [read]}
`)
	writeFile(t, "c/auth/make-api-client.map.yml", "baseUri: https://api.example.com\nheaders: {X-Api-Key: "+canaries[1]+"}\n")
	writeFile(t, "c/auth/test.js", "const token = '"+canaries[1]+"'\nexport default async () => true\n")
	for _, format := range report.DiagnosticFormats() {
		o := world{}.run("validate", "--strict", "--format", format, "--color", "always", "c")
		said := o.stdout + o.stderr
		if n := strings.Count(said, "secret-in-spec"); n < 6 {
			t.Errorf("%s: %d secrets are found, want 6: %v", format, n, o)
		}
		for _, canary := range canaries {
			if strings.Contains(said, canary) {
				t.Errorf("%s: %q is shown: %v", format, canary, o)
			}
		}
	}
}

// TestSecretsInWrongFieldsAreNotShown wants the value of a field whose name says
// secret not to be shown, whatever is said about its line.
func TestSecretsInWrongFieldsAreNotShown(t *testing.T) {
	canaries := []string{"9f2c7a1be84d03567fd1", "wJalrXUtnFEMI7MDENGbPxRfiCYzq", "hunter2hunter2", "two words of it", "71840936251847", "q7Xw2Lr9", "abc,d}ef"}
	t.Chdir(t.TempDir())
	writeFile(t, "spec.yml", `name: Example
auth:
  type: bearer
  clientSecret: `+canaries[0]+`
  secretAccessKey: "`+canaries[1]+`"
  password: `+canaries[2]+`
  "api_key": '`+canaries[3]+`'
  secret: `+canaries[4]+`
  nothing: {private_key: `+canaries[5]+`, accessToken: {$var: credentials.token}}
  passphrase: `+canaries[6]+` # of the key
  token:
    `+canaries[0]+`
  baseUri: ftp://example.com/?api_key=`+canaries[1]+`&a=b
  x-refreshToken: `+canaries[0]+`
  test: {implementationType: rest-api-mapping, mapping: {method: GETT, path: "/me?token=`+canaries[5]+`", qury: 1}}
`)
	for _, format := range report.DiagnosticFormats() {
		o := world{}.run("validate", "--strict", "--format", format, "--color", "never", "spec.yml")
		said := o.stdout + o.stderr
		if !strings.Contains(said, "clientSecret") || !strings.Contains(said, "passphrase") {
			t.Errorf("%s: little is said: %v", format, o)
		}
		for _, canary := range canaries {
			if strings.Contains(said, canary) {
				t.Errorf("%s: %q is shown: %v", format, canary, o)
			}
		}
	}
}
