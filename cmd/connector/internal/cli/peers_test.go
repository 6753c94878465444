package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// machine is a connector of an authorization server at a public address, whose
// tokens are a client's own.
const machine = `key: machine
name: Machine
auth:
  type: oauth2
  baseUri: https://login.acme.example
  parametersSchema:
    type: object
    properties: {clientId: {type: string}, clientSecret: {type: string, isSensitive: true}}
    required: [clientId, clientSecret]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      issuer: https://login.acme.example
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      grantType: client_credentials
      scopes: ['api:read']
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /.well-known/openid-configuration, responseMapping: {issuer: '${response.data.issuer}'}}
  connectionLabel: ${test.issuer}
`

// TestClientCredentialsOfAPeer runs the grant by the program, against a server
// that takes itself for a public one, records it, and plays it without a
// network. A wrong secret says what to check.
func TestClientCredentialsOfAPeer(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{Issuer: "https://login.acme.example"})
	dir := writeTree(t, map[string]string{"machine.yml": machine})
	route := "https://login.acme.example=" + server.URL
	w := world{}.with("CONNECTOR_PARAM_CLIENT_ID", peers.CCClient, "CONNECTOR_PARAM_CLIENT_SECRET", peers.CCSecret)
	w.run("test", "--auth", dir, "--route", route).check(t, 0, "ok   Machine  live", "✓ discover  GET https://login.acme.example", "✓ token  POST https://login.acme.example/token  200", "label: https://login.acme.example", "!"+peers.CCSecret)
	w.run("test", "--auth", "--record", dir, "--route", route).check(t, 0, "recorded in")
	text, err := os.ReadFile(filepath.Join(dir, "machine.recordings", "default.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"{{parameter.clientSecret}}", "{{credentials.access_token}}"} {
		if !strings.Contains(string(text), want) && !strings.Contains(string(text), "Basic ") {
			t.Errorf("the recording has no %s", want)
		}
	}
	if strings.Contains(string(text), peers.CCSecret) {
		t.Error("the recording holds the secret")
	}
	world{}.run("test", "--auth", dir).check(t, 0, "ok   Machine  recorded", "✓ token  POST https://login.acme.example/token  200")
	world{}.with("CONNECTOR_PARAM_CLIENT_ID", peers.CCClient, "CONNECTOR_PARAM_CLIENT_SECRET", "cc-secret-2").run("test", "--auth", "--live", dir, "--route", route).
		check(t, 1, "✗ token  POST https://login.acme.example/token  401", "invalid_client", "hint: check clientId and clientSecret, and that clientAuthLocation")
	world{}.run("test", "--auth", "--live", "--no-input", dir, "--route", route).check(t, 4, "CONNECTOR_PARAM_CLIENT_ID")
}
