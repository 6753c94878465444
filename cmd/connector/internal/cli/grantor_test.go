package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// A grantor is a provider of OAuth 2 whose refresh tokens work once, and which
// revokes what it gave.
type grantor struct {
	url string

	mu        sync.Mutex
	logins    int
	grants    int             // pairs of tokens that were given
	current   map[string]bool // the tokens that are good
	revoked   []string
	refuses   bool   // it refuses to refresh
	revokes   int    // the status of revocations; 0 does them
	onRevoke  func() // what else happens then
	sentBasic []string
}

func newGrantor(t *testing.T) *grantor {
	t.Helper()
	g := &grantor{current: map[string]bool{}}
	g.url = serve(t, g)
	return g
}

func (g *grantor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/revoke" {
		g.mu.Lock()
		other := g.onRevoke
		g.onRevoke = nil
		g.mu.Unlock()
		if other != nil {
			other()
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	refuse := func(status int, code string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"error":%q,"error_description":"the grantor says no"}`, code)
	}
	switch r.URL.Path {
	case "/authorize":
		q := r.URL.Query()
		back := url.Values{"state": {q.Get("state")}, "code": {"canary-code"}}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	case "/token":
		_, secret, _ := r.BasicAuth()
		g.sentBasic = append(g.sentBasic, secret)
		switch refresh := r.PostFormValue("refresh_token"); {
		case secret != "canary-client-secret" && secret != "canary-other-secret":
			refuse(http.StatusUnauthorized, "invalid_client")
		case r.PostFormValue("grant_type") == "authorization_code":
			g.logins++
			g.grant(w)
		case g.refuses || !g.current[refresh]:
			refuse(http.StatusBadRequest, "invalid_grant")
		default:
			g.grant(w)
		}
	case "/revoke":
		if g.revokes != 0 {
			refuse(g.revokes, "server_error")
			return
		}
		token := r.PostFormValue("token")
		g.revoked = append(g.revoked, token)
		delete(g.current, token)
	default: // the API
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !g.current[token] {
			refuse(http.StatusUnauthorized, "invalid_token")
			return
		}
		_, _ = io.WriteString(w, `{"name":"Ada","id":7}`)
	}
}

// grant gives a new pair of tokens, which ends the last one.
func (g *grantor) grant(w io.Writer) {
	g.grants++
	access, refresh := fmt.Sprintf("canary-access-%d", g.grants), fmt.Sprintf("canary-refresh-%d", g.grants)
	clear(g.current)
	g.current[access], g.current[refresh] = true, true
	fmt.Fprintf(w, `{"access_token":%q,"refresh_token":%q,"token_type":"Bearer","expires_in":3600,"scope":"read"}`, access, refresh)
}

// tokens returns the tokens that are good.
func (g *grantor) tokens() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var list []string
	for token := range g.current {
		list = append(list, token)
	}
	slices.Sort(list)
	return list
}

// spec is the connector of the grantor.
func (g *grantor) spec() string {
	return `key: acme
name: Acme
parametersSchema:
  type: object
  properties:
    clientId: {type: string, title: Client ID}
    clientSecret: {type: string, title: Client secret, isSensitive: true}
  required: [clientId, clientSecret]
auth:
  type: oauth2
  baseUri: ` + g.url + `
  redirect: {port: 0}
  inputSchema:
    type: object
    properties:
      region: {type: string, title: Region, enum: [eu, us]}
      pin: {type: string, title: PIN, isSensitive: true}
    required: [region, pin]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      authorizeUri: ` + g.url + `/authorize
      tokenUri: ` + g.url + `/token
      revokeUri: ` + g.url + `/revoke
      scopes: [read]
  makeApiClient:
    implementationType: mapping
    mapping:
      baseUri: ` + g.url + `
      headers: {Authorization: 'Bearer ${authData.access_token}', X-Pin: '${connectionInput.pin}', X-Region: '${connectionInput.region}'}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}', id: '${response.data.id}'}}
  connectionLabel: ${test.name}
`
}

// canaries are the secrets of connections with a grantor, as tests enter them.
func (g *grantor) canaries() []string {
	list := []string{"canary-client-secret", "canary-other-secret", "canary-pin-1", "canary-pin-2", "canary-code"}
	for i := 1; i <= g.grants; i++ {
		list = append(list, fmt.Sprintf("canary-access-%d", i), fmt.Sprintf("canary-refresh-%d", i))
	}
	return list
}

// grantorScript begins a grantor, whose connector is acme/spec.yml: grantor.
// Its secrets are in variables, and BROWSER logs in.
func grantorScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: grantor")
	}
	g := &grantor{current: map[string]bool{}}
	server := httptest.NewServer(g)
	ts.Defer(server.Close)
	g.url = server.URL
	ts.Check(os.MkdirAll(ts.MkAbs("acme"), 0o755))
	ts.Check(os.WriteFile(filepath.Join(ts.MkAbs("acme"), "spec.yml"), []byte(g.spec()), 0o644))
	ts.Setenv("GRANTOR", g.url)
	ts.Setenv("BROWSER", "browser-for-me")
	ts.Setenv("CONNECTOR_PARAM_CLIENT_ID", "an-id")
	ts.Setenv("CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret")
	ts.Setenv("CONNECTOR_INPUT_REGION", "eu")
	ts.Setenv("CONNECTOR_INPUT_PIN", "canary-pin-1")
}
