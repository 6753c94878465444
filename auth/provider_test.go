package auth_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
)

// A provider is an authorization server and its API, strict where a client can
// go wrong: PKCE, the redirect URI, one use of a code and of a refresh token.
type provider struct {
	lifetime time.Duration // of access tokens; 0 is not said
	now      func() time.Time
	token    http.HandlerFunc // answers token requests in its place, if it is set
	refuses  string           // the error of all revocations but the first one; "" for none
	granted  string           // scopes that it grants in place of those that are asked for

	mu       sync.Mutex
	codes    map[string]url.Values // the authorization requests, by code
	access   map[string]time.Time  // the ends of access tokens
	refresh  string                // the one refresh token that is good
	used     []string              // refresh tokens that were
	reused   bool                  // a used one was sent again: the family is revoked
	made     int
	requests []string
	revoked  []string
}

const (
	providerClient = "app-1"
	providerSecret = "s3cret of the app/+:%"
)

// oauthSpec is a connector of the provider. Config is more of getOAuthConfig.
func oauthSpec(config string) string {
	return `key: acme
name: Acme
auth:
  type: oauth2
  baseUri: https://api.acme.example/v1
  parametersSchema:
    type: object
    properties: {clientId: {type: string}, clientSecret: {type: string, isSensitive: true}}
    required: [clientId, clientSecret]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      authorizeUri: https://login.acme.example/authorize
      tokenUri: https://login.acme.example/token
      scopes: [read, write]
` + config + `  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
  connectionLabel: ${test.name}
`
}

func (p *provider) note(text string) { p.requests = append(p.requests, text) }

// ServeHTTP is the authorization server and the API.
func (p *provider) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = req.ParseForm()
	switch path := req.Host + req.URL.Path; path {
	case "login.acme.example/authorize":
		p.authorize(w, req)
	case "login.acme.example/token":
		p.note("token " + req.PostForm.Get("grant_type"))
		if p.token != nil {
			p.token(w, req)
			return
		}
		p.exchange(w, req)
	case "login.acme.example/revoke":
		p.note("revoke " + req.PostForm.Get("token_type_hint"))
		if p.refuses != "" && len(p.revoked) > 0 {
			answer(w, http.StatusBadRequest, map[string]any{"error": p.refuses})
			return
		}
		p.revoked = append(p.revoked, req.PostForm.Get("token"))
	case "api.acme.example/v1/me":
		p.note("me")
		end, ok := p.access[strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")]
		if !ok || p.lifetime > 0 && !p.now().Before(end) {
			answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
			return
		}
		answer(w, http.StatusOK, map[string]any{"name": "Ada"})
	default:
		http.NotFound(w, req)
	}
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (p *provider) authorize(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	code := fmt.Sprintf("code-%d-0123456789abcdef", len(p.codes)+1)
	if p.codes == nil {
		p.codes = map[string]url.Values{}
	}
	p.codes[code] = q
	p.note("authorize")
	back := q.Get("redirect_uri") + "?" + url.Values{"code": {code}, "state": {q.Get("state")}, "tenant": {"t-1"}}.Encode()
	http.Redirect(w, req, back, http.StatusFound)
}

func (p *provider) exchange(w http.ResponseWriter, req *http.Request) {
	id, key, ok := req.BasicAuth()
	wanted := url.QueryEscape(providerSecret)
	if !ok || id != providerClient || key != wanted {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client", "error_description": "who is " + id})
		return
	}
	form := req.PostForm
	switch form.Get("grant_type") {
	case "authorization_code":
		asked, ok := p.codes[form.Get("code")]
		delete(p.codes, form.Get("code"))
		sum := sha256.Sum256([]byte(form.Get("code_verifier")))
		if !ok || asked.Get("redirect_uri") != form.Get("redirect_uri") || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) {
			answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
	case "refresh_token":
		sent := form.Get("refresh_token")
		if slices.Contains(p.used, sent) {
			p.reused, p.refresh = true, ""
		}
		if sent != p.refresh || p.reused {
			answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
			return
		}
		p.used = append(p.used, sent)
	case "client_credentials":
	default:
		answer(w, http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
		return
	}
	answer(w, http.StatusOK, p.tokens(form.Get("grant_type") != "client_credentials"))
}

// tokens makes a pair of tokens.
func (p *provider) tokens(refreshable bool) map[string]any {
	p.made++
	access := fmt.Sprintf("access-%d-0123456789abcdef", p.made)
	if p.access == nil {
		p.access = map[string]time.Time{}
	}
	p.access[access] = p.now().Add(p.lifetime)
	tokens := map[string]any{"access_token": access, "token_type": "bearer"}
	if refreshable {
		p.refresh = fmt.Sprintf("refresh-%d-0123456789abcdef", p.made)
		tokens["refresh_token"] = p.refresh
	}
	if p.lifetime > 0 {
		tokens["expires_in"] = int(p.lifetime.Seconds())
	}
	if p.granted != "" {
		tokens["scope"] = p.granted
	}
	return tokens
}

// seen returns the requests so far.
func (p *provider) seen() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// A ticking clock is moved by hand.
type ticking struct {
	mu sync.Mutex
	at time.Time
}

func (c *ticking) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *ticking) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// world starts a provider and gives the world of its connector: its servers,
// and a browser whose user agrees to everything.
func (p *provider) world(t testing.TB) (auth.World, *ticking) {
	t.Helper()
	now := &ticking{at: clock}
	p.now = now.Now
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	var routes []client.Route
	for _, origin := range []string{"https://login.acme.example", "https://api.acme.example"} {
		route, err := client.ParseRoute(origin+"="+server.URL, false)
		if err != nil {
			t.Fatal(err)
		}
		routes = append(routes, route)
	}
	network := client.NewTransport(client.TransportOptions{Routes: routes})
	t.Cleanup(network.CloseIdleConnections)
	return auth.World{Network: network, Now: now.Now, Redactor: secret.NewRedactor(), Browser: login.To(browserOf(network))}, now
}

// browserOf follows one redirect to the callback.
func browserOf(network http.RoundTripper) func(context.Context, string) (string, error) {
	return func(ctx context.Context, address string) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", err
		}
		resp, err := network.RoundTrip(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		return resp.Header.Get("Location"), nil
	}
}

// providerValues are the parameters of the connector.
func providerValues(t testing.TB, s auth.Subject) auth.Values {
	t.Helper()
	v, problems, err := s.Complete(auth.Values{Parameters: object(t, `{"clientId":"`+providerClient+`","clientSecret":"`+providerSecret+`"}`)})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// newRandom is randomness of which no two runs get the same.
func newRandom() io.Reader { return rand.Reader }

// connectionsOf finds connections by the keys of their connectors.
func connectionsOf(list map[string]*auth.Connection) func(context.Context, string, auth.Subject) (*auth.Connection, error) {
	return func(_ context.Context, key string, _ auth.Subject) (*auth.Connection, error) {
		if c := list[key]; c != nil {
			return c, nil
		}
		return nil, fmt.Errorf("there is none")
	}
}
