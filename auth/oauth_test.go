package auth_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
)

// TestParameters sends what a spec adds to the requests of a login, each where
// it belongs.
func TestParameters(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	seen := map[string][]string{}
	p.token = func(w http.ResponseWriter, req *http.Request) {
		if asked, ok := p.codes[req.PostForm.Get("code")]; ok {
			seen["authorize resource"] = asked["resource"]
			seen["authorize scope"] = asked["scope"]
			seen["authorize client_key"] = asked["client_key"]
		}
		grant := req.PostForm.Get("grant_type")
		seen[grant+" audience"] = req.PostForm["audience"]
		seen[grant+" resource"] = req.PostForm["resource"]
		seen[grant+" X-Version"] = req.Header["X-Version"]
		answer(w, http.StatusOK, p.tokens(true))
	}
	s := subjectOf(t, strings.Replace(oauthSpec(`      extra: {resource: ['https://a.example', 'https://b.example'], prompt: consent}
      tokenParams: {audience: 'https://api.acme.example', resource: 'https://a.example'}
      refreshParams: {audience: again}
      tokenHeaders: {X-Version: '2'}
      parameterNames: {client_id: client_key}
      scopeSeparator: ','
`), "[read, write]", "[read, {value: write, title: Write}, {value: admin, title: Everything, optional: true}, {value: extra, optional: true}]", 1))
	v := providerValues(t, s)
	v.Scopes = []string{"extra"}
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"authorize resource":           {"https://a.example", "https://b.example"},
		"authorize scope":              {"read,write,extra"},
		"authorize client_key":         {providerClient},
		"authorization_code audience":  {"https://api.acme.example"},
		"authorization_code resource":  {"https://a.example"},
		"authorization_code X-Version": {"2"},
		"refresh_token audience":       {"again"},
		"refresh_token resource":       nil,
		"refresh_token X-Version":      {"2"},
	}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("parameters (-want +got)\n%s", diff)
	}
}

// TestTokenByMethod exchanges the code by a request of the spec's own, in two
// steps, and refreshes by another.
func TestTokenByMethod(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, now := p.world(t)
	p.token = func(w http.ResponseWriter, req *http.Request) {
		var sent map[string]string
		if json.NewDecoder(req.Body).Decode(&sent) != nil || req.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		switch {
		case sent["code"] != "" && sent["verifier"] != "" && sent["redirect"] == "http://127.0.0.1:47920/callback":
			answer(w, http.StatusOK, map[string]any{"ticket": "ticket-0123456789"})
		case sent["ticket"] == "ticket-0123456789", sent["renew"] == "renewal-0123456789":
			tokens := p.tokens(false)
			answer(w, http.StatusOK, map[string]any{"data": map[string]any{"token": tokens["access_token"], "renewal": "renewal-0123456789", "ttl": 600}})
		default:
			w.WriteHeader(http.StatusBadRequest)
		}
	}
	text := oauthSpec(`  getTokenData:
    implementationType: rest-api-mapping
    mapping:
      steps:
        - name: ticket
          method: post
          path: https://login.acme.example/token
          requestMapping: {data: {code: '${queryParameters.code}', verifier: '${codeVerifier}', redirect: '${redirectUri}'}}
        - name: token
          method: post
          path: https://login.acme.example/token
          requestMapping: {data: {ticket: '${steps.ticket.response.data.ticket}'}}
      responseMapping:
        access_token: ${steps.token.response.data.data.token}
        renewal: ${steps.token.response.data.data.renewal}
        expires_in: ${steps.token.response.data.data.ttl}
  refreshCredentials:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: https://login.acme.example/token
      requestMapping: {data: {renew: '${credentials.renewal}'}}
      responseMapping: {access_token: '${response.data.data.token}', expires_in: '${response.data.data.ttl}'}
`)
	s := subjectOf(t, text)
	v := providerValues(t, s)
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	if got := c.Credential().Expiry; !got.Equal(clock.Add(600 * time.Second)) {
		t.Errorf("expires at %v", got)
	}
	now.move(550 * time.Second)
	if status, err := get(c, "/me"); err != nil || status != http.StatusOK || p.made != 2 {
		t.Errorf("%d, %v, %d tokens", status, err, p.made)
	}
	if got := c.Credential(); got.Values.Get("renewal").Text() == "" || !got.Expiry.Equal(now.Now().Add(600*time.Second)) {
		t.Errorf("after the refresh: %v, %v", got.Values.Keys(), got.Expiry)
	}
	recordAndReplay(t, s, v, world)
}

// TestRedirects says where a login comes back to.
func TestRedirects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ redirect, want, problem string }{
		{"", "http://127.0.0.1:47920/callback", ""},
		{"  redirect: {host: localhost, port: 8080, path: /oauth/back}\n", "http://localhost:8080/oauth/back", ""},
		{"  redirect: {host: '[::1]', port: 0}\n", "http://[::1]:0/callback", ""},
		{"  redirect: {uri: 'https://${connectorParameters.clientId}.tools.example/back'}\n", "https://app-1.tools.example/back", ""},
		{"  redirect: {uri: '${connectorParameters.clientId}'}\n", "", "redirect.uri"},
	} {
		s := subjectOf(t, oauthSpec(test.redirect))
		got, err := s.RedirectURI(providerValues(t, s))
		if got != test.want || (err == nil) != (test.problem == "") || err != nil && !strings.Contains(err.Error(), test.problem) {
			t.Errorf("%q: %q, %v", test.redirect, got, err)
		}
	}
}
