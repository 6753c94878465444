package cli_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// peerConnector is a connector of an authorization server with metadata; more of
// getOAuthConfig comes behind.
func peerConnector(issuer, config string) string {
	return `key: peer
name: Peer
auth:
  type: oauth2
  baseUri: ` + issuer + `
  redirect: {port: 0}
  parametersSchema:
    type: object
    properties:
      clientId: {type: string}
      clientSecret: {type: string, isSensitive: true}
      privateKey: {type: string, isSensitive: true}
    required: [clientId]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      issuer: ` + issuer + "\n" + config + `  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {sub: '${response.data.sub}'}}
  connectionLabel: ${test.sub}
`
}

const peerScopes = "      scopes: [openid, offline_access, 'api:read']\n      extra: {prompt: consent}\n"

// A machineOf is the variables of a process with a home of its own.
func machineOf(t *testing.T, variables ...string) []string {
	t.Helper()
	home := t.TempDir()
	variables = append(variables, "BROWSER=browser-for-me", "CONNECTOR_HOME="+filepath.Join(home, "store"), "TEST_KEYRING="+filepath.Join(home, "ring"))
	runProgram(t, variables, "store", "init").check(t, 0)
	return variables
}

// TestConnectAtPeers connects to servers of others by the program, by every
// grant and client authentication that they know: then it tests the connection,
// refreshes it, asks the API, and disconnects. No secret is printed or kept as
// plain text, and what was revoked is refused.
func TestConnectAtPeers(t *testing.T) {
	t.Parallel()
	plain := peers.OIDC(t, peers.OIDCOptions{})
	nonces := peers.OIDC(t, peers.OIDCOptions{DPoPNonce: true})
	key := func(alg string) string {
		return "      clientAuthLocation: private_key_jwt\n      clientAssertion: {key: {$var: connectorParameters.privateKey}, alg: " + alg + "}\n" + peerScopes
	}
	tests := []struct {
		name, client, secret string
		server               *peers.Server
		config               string
		variable             string
	}{
		{"code and PKCE", peers.PublicClient, "", plain, peerScopes, ""},
		{"secret in headers", peers.BasicClient, peers.BasicSecret, plain, peerScopes, ""},
		{"secret in the body", peers.PostClient, peers.PostSecret, plain, "      clientAuthLocation: body\n" + peerScopes, ""},
		{"client_secret_jwt", peers.SecretJWTClient, peers.SecretJWTSecret, plain, "      clientAuthLocation: client_secret_jwt\n" + peerScopes, ""},
		{"private_key_jwt ES256", peers.ES256Client, "", plain, key("ES256"), ""},
		{"private_key_jwt RS256", peers.RS256Client, "", plain, key("RS256"), ""},
		{"PAR", peers.PARClient, peers.PARSecret, plain, "      par: true\n" + peerScopes, "STANDIN_CALLBACK"},
		{"DPoP", peers.DPoPClient, "", plain, "      dpop: true\n" + peerScopes, ""},
		{"DPoP with a nonce", peers.DPoPClient, "", nonces, "      dpop: true\n" + peerScopes, ""},
		{"device", peers.DeviceClient, "", plain, "      grantType: device_code\n      scopes: [openid, offline_access, 'api:read']\n", "STANDIN_DEVICE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := writeTree(t, map[string]string{"spec.yml": peerConnector(test.server.URL, test.config)})
			args := []string{"connect", "--name", "work", "--login-timeout", "60s", dir}
			variables := machineOf(t, "CONNECTOR_PARAM_CLIENT_ID="+test.client)
			switch test.variable {
			case "STANDIN_CALLBACK": // the address of a pushed request does not say it
				port := freePort(t)
				args = append(args, "--redirect-port", port)
				variables = append(variables, "STANDIN_CALLBACK=http://127.0.0.1:"+port+"/callback")
			case "STANDIN_DEVICE":
				variables = append(variables, "STANDIN_DEVICE=1")
			}
			named := append(slices.Clip(variables), "CONNECTOR_PARAM_CLIENT_SECRET="+test.secret, "CONNECTOR_PARAM_PRIVATE_KEY="+test.server.Keys[test.client])
			runProgram(t, named, args...).check(t, 0, `Connected "work"`, "label   alice", "obtained anew by itself", "the credential goes to "+test.server.URL)
			issuer := test.server.URL
			if strings.HasPrefix(test.name, "DPoP") {
				issuer = ""
			}
			lives(t, variables, issuer)
		})
	}
}

// lives wants the connection work to be good for all that connections are for,
// until it is disconnected: then its token is refused. Issuer is empty where
// tokens are bound to a key, so that nobody sees them.
func lives(t *testing.T, variables []string, issuer string) {
	t.Helper()
	run := func(args ...string) outcome { return runProgram(t, variables, args...) }
	first := tokenOf(t, variables, issuer)
	run("connections", "test", "work").check(t, 0)
	run("connections", "refresh", "work").check(t, 0)
	second := tokenOf(t, variables, issuer)
	run("request", "GET", "/me", "--connection", "work").check(t, 0, `"alice"`)
	run("connect", "--name", "work", "--login-timeout", "60s").check(t, 0, `Connected "work"`, "!another account")
	third := tokenOf(t, variables, issuer)
	if issuer != "" && (first == second || second == third) {
		t.Error("a refresh, or another login, gave the same token")
	}
	run("disconnect", "work").check(t, 0)
	run("request", "GET", "/me", "--connection", "work").check(t, 4, `there is no connection "work"`)
	if issuer != "" && meOf(t, issuer, third) == http.StatusOK {
		t.Error("the token is accepted after it was disconnected")
	}
}

// meOf asks the server who a token is of, and returns the status.
func meOf(t *testing.T, issuer, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, issuer+"/me", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// tokenOf returns the access token of the connection work, which the server
// accepts; "" without an issuer.
func tokenOf(t *testing.T, variables []string, issuer string) string {
	t.Helper()
	if issuer == "" {
		return ""
	}
	o := runProgram(t, variables, "connections", "token", "work")
	o.check(t, 0)
	token := strings.TrimSpace(o.stdout)
	if status := meOf(t, issuer, token); status != http.StatusOK {
		t.Errorf("the token is answered by %d", status)
	}
	return token
}

// TestConnectDenied wants nothing to be kept of a login that the user, or the
// server, refuses.
func TestConnectDenied(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	dir := writeTree(t, map[string]string{"spec.yml": peerConnector(server.URL, peerScopes)})
	denied := machineOf(t, "CONNECTOR_PARAM_CLIENT_ID="+peers.PublicClient, "STANDIN_DENY=1")
	o := runProgram(t, denied, "connect", "--name", "work", "--login-timeout", "30s", dir)
	o.check(t, 1, "connector: not connected: authorize: access was denied", "!Connected")
	late := machineOf(t, "CONNECTOR_PARAM_CLIENT_ID=nobody")
	o = runProgram(t, late, "connect", "--name", "work", "--login-timeout", "1s", dir)
	o.check(t, 1, "nobody came back from the login within 1s", "hint: ")
	wrong := machineOf(t, "CONNECTOR_PARAM_CLIENT_ID="+peers.BasicClient, "CONNECTOR_PARAM_CLIENT_SECRET=another")
	o = runProgram(t, wrong, "connect", "--name", "work", "--login-timeout", "30s", dir)
	o.check(t, 1, "not connected: token: ", "invalid_client")
	for _, variables := range [][]string{denied, late, wrong} {
		o := runProgram(t, variables, "connections", "list", "--format", "json")
		var list struct{ Connections []any }
		if err := json.Unmarshal([]byte(o.stdout), &list); err != nil || len(list.Connections) != 0 {
			t.Errorf("%v: %v", err, o)
		}
	}
}

// TestConnectOAuth1AtPeer logs in with three legs, and uses what came of it.
func TestConnectOAuth1AtPeer(t *testing.T) {
	t.Parallel()
	server := peers.OAuth1(t)
	port := freePort(t)
	dir := writeTree(t, map[string]string{"spec.yml": `key: old
name: Old
auth:
  type: oauth1
  baseUri: ` + server.URL + `
  redirect: {port: ` + port + `}
  parametersSchema:
    type: object
    properties: {consumerKey: {type: string}, consumerSecret: {type: string, isSensitive: true}}
    required: [consumerKey, consumerSecret]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      consumerKey: {$var: connectorParameters.consumerKey}
      consumerSecret: {$var: connectorParameters.consumerSecret}
      requestTokenUri: ` + server.URL + `/request_token
      authorizeUri: ` + server.URL + `/authorize
      tokenUri: ` + server.URL + `/access_token
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /api}
`})
	variables := machineOf(t, "CONNECTOR_PARAM_CONSUMER_KEY="+peers.HMAC1Consumer, "CONNECTOR_PARAM_CONSUMER_SECRET="+peers.ConsumerSecret, "STANDIN_CALLBACK=http://127.0.0.1:"+port+"/callback")
	runProgram(t, variables, "connect", dir).check(t, 0, `Connected "Old"`)
	runProgram(t, variables, "request", "GET", "/api", "--connection", "old").check(t, 0)
	runProgram(t, append(variables, "STANDIN_DENY=1"), "connect", "--name", "other", dir).check(t, 1, "access was denied")
}
