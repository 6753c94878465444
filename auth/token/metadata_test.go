package token_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/token"
)

// A site serves documents by URL, and 404 where it has none.
type site struct {
	documents map[string]string

	mu   sync.Mutex
	seen []string
}

func (s *site) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, req.URL.String())
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	text, ok := s.documents[req.URL.String()]
	status := http.StatusOK
	if !ok {
		status, text = http.StatusNotFound, "<html>not here"
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: req}, nil
}

const minimal = `{"issuer":"https://login.example.com","token_endpoint":"https://login.example.com/token"}`

func TestDiscover(t *testing.T) {
	t.Parallel()
	s := &site{documents: map[string]string{"https://login.example.com/.well-known/oauth-authorization-server": `{
		"issuer": "https://login.example.com",
		"authorization_endpoint": "https://login.example.com/authorize?tenant=1",
		"token_endpoint": "https://token.example.net/token",
		"revocation_endpoint": "https://login.example.com/revoke",
		"introspection_endpoint": "https://login.example.com/introspect",
		"device_authorization_endpoint": "https://login.example.com/device",
		"pushed_authorization_request_endpoint": "https://login.example.com/par",
		"userinfo_endpoint": "https://login.example.com/me",
		"jwks_uri": "https://login.example.com/jwks",
		"mtls_endpoint_aliases": {"token_endpoint": "https://mtls.example.com/token", "x": 1, "y": "http://mtls.example.com"},
		"require_pushed_authorization_requests": true,
		"authorization_response_iss_parameter_supported": true,
		"code_challenge_methods_supported": ["S256", "plain"],
		"token_endpoint_auth_methods_supported": ["private_key_jwt"],
		"dpop_signing_alg_values_supported": ["ES256"],
		"grant_types_supported": "authorization_code",
		"scopes_supported": ["read", 7],
		"something_else": {"a": []}
	}`}}
	got, err := token.Discover(t.Context(), "https://login.example.com", s)
	if err != nil {
		t.Fatal(err)
	}
	want := &token.Metadata{
		Issuer:                             "https://login.example.com",
		AuthorizationEndpoint:              "https://login.example.com/authorize?tenant=1",
		TokenEndpoint:                      "https://token.example.net/token",
		RevocationEndpoint:                 "https://login.example.com/revoke",
		IntrospectionEndpoint:              "https://login.example.com/introspect",
		DeviceAuthorizationEndpoint:        "https://login.example.com/device",
		PushedAuthorizationRequestEndpoint: "https://login.example.com/par",
		UserinfoEndpoint:                   "https://login.example.com/me",
		JWKSURI:                            "https://login.example.com/jwks",
		MTLSEndpoints:                      map[string]string{"token_endpoint": "https://mtls.example.com/token"},
		RequirePushed:                      true,
		IssParameter:                       true,
		CodeChallengeMethods:               []string{"S256", "plain"},
		TokenAuthMethods:                   []string{"private_key_jwt"},
		DPoPAlgorithms:                     []string{"ES256"},
		Scopes:                             []string{"read"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
}

func TestDiscoverLooksInTheStandardsPlaces(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"https://login.example.com": {
			"https://login.example.com/.well-known/oauth-authorization-server",
			"https://login.example.com/.well-known/openid-configuration",
		},
		"https://login.example.com/": {
			"https://login.example.com/.well-known/oauth-authorization-server",
			"https://login.example.com/.well-known/openid-configuration",
		},
		"https://login.example.com/tenant%2F1/v2": {
			"https://login.example.com/.well-known/oauth-authorization-server/tenant%2F1/v2",
			"https://login.example.com/tenant%2F1/v2/.well-known/openid-configuration",
		},
		"http://127.0.0.1:9100/t/": {
			"http://127.0.0.1:9100/.well-known/oauth-authorization-server/t",
			"http://127.0.0.1:9100/t/.well-known/openid-configuration",
		},
	}
	for issuer, want := range tests {
		t.Run(issuer, func(t *testing.T) {
			t.Parallel()
			s := &site{}
			_, err := token.Discover(t.Context(), issuer, s)
			if got := tokenError(t, err); got.Status != http.StatusNotFound {
				t.Errorf("error = %v", err)
			}
			if diff := cmp.Diff(want, s.seen); diff != "" {
				t.Errorf("looked at (-want +got):\n%s", diff)
			}
			// The second place does as well as the first, whatever the first is.
			for _, first := range []string{"", "<html>", `{"issuer":"https://other.example"}`} {
				s := &site{documents: map[string]string{want[1]: `{"issuer":"` + issuer + `"}`}}
				if first != "" {
					s.documents[want[0]] = first
				}
				if m, err := token.Discover(t.Context(), issuer, s); err != nil || m.Issuer != issuer {
					t.Errorf("with %q in the first place: %v, %v", first, m, err)
				}
			}
		})
	}
}

func TestMust9TheIssuerIsTheOneThatWasAsked(t *testing.T) {
	t.Parallel()
	for _, got := range []string{
		"https://login.example.com/", "https://LOGIN.example.com", "https://login.example.com:443", "http://login.example.com",
		"https://evil.example", "", "https://login.example.com\u202e",
	} {
		document, err := json.Marshal(map[string]string{"issuer": got, "token_endpoint": "https://login.example.com/token"})
		if err != nil {
			t.Fatal(err)
		}
		s := &site{documents: map[string]string{"https://login.example.com/.well-known/oauth-authorization-server": string(document)}}
		m, err := token.Discover(t.Context(), "https://login.example.com", s)
		e := tokenError(t, err)
		if m != nil || e.Kind != token.Unexpected || !strings.Contains(e.Error(), "the metadata is of the issuer") {
			t.Errorf("issuer %q: %v, %v", got, m, err)
		}
	}
}

func TestMust9EndpointsAreSecure(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ issuer, endpoint, want string }{
		"http":                       {"https://login.example.com", "http://login.example.com/token", "it is not https"},
		"loopback of another server": {"https://login.example.com", "http://127.0.0.1:9100/token", "it leads to this machine"},
		"its TLS too":                {"https://login.example.com", "https://localhost/token", "it leads to this machine"},
		"user info":                  {"https://login.example.com", "https://me:pw@login.example.com/token", "it holds a user or a password"},
		"javascript":                 {"https://login.example.com", "javascript:alert(1)", "it is not an absolute URL"},
		"relative":                   {"https://login.example.com", "/token", "it is not an absolute URL"},
		"loopback of this machine":   {"http://localhost:9100", "http://127.0.0.1:9100/token", ""},
		"another origin":             {"https://login.example.com", "https://token.example.net/token", ""},
	}
	members := []string{
		"authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint",
		"device_authorization_endpoint", "pushed_authorization_request_endpoint", "userinfo_endpoint", "jwks_uri",
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, member := range members {
				document, err := json.Marshal(map[string]string{"issuer": test.issuer, member: test.endpoint})
				if err != nil {
					t.Fatal(err)
				}
				s := &site{documents: map[string]string{test.issuer + "/.well-known/openid-configuration": string(document)}}
				_, err = token.Discover(t.Context(), test.issuer, s)
				if test.want == "" {
					if err != nil {
						t.Errorf("%s: %v", member, err)
					}
					continue
				}
				if err == nil || !strings.Contains(err.Error(), "the metadata has a "+member+" that cannot be used: "+test.want) {
					t.Errorf("%s: %v", member, err)
				}
			}
		})
	}
}

func TestDiscoverRefusesIssuers(t *testing.T) {
	t.Parallel()
	for _, issuer := range []string{
		"", "login.example.com", "http://login.example.com", "https://login.example.com?x=1", "https://login.example.com?",
		"https://login.example.com#x", "https://me@login.example.com", "mailto:me@example.com",
	} {
		s := &site{}
		_, err := token.Discover(t.Context(), issuer, s)
		if got := tokenError(t, err); got.Kind != token.Unsent || len(s.seen) != 0 {
			t.Errorf("issuer %q: %v, after %v", issuer, err, s.seen)
		}
	}
}

func TestMust16MetadataIsBounded(t *testing.T) {
	t.Parallel()
	const place = "https://login.example.com/.well-known/oauth-authorization-server"
	fits := minimal + strings.Repeat(" ", 1<<20-len(minimal))
	if _, err := token.Discover(t.Context(), "https://login.example.com", &site{documents: map[string]string{place: fits}}); err != nil {
		t.Errorf("1 MiB: %v", err)
	}
	_, err := token.Discover(t.Context(), "https://login.example.com", &site{documents: map[string]string{place: fits + " "}})
	if got := tokenError(t, err); got.Kind != token.TooLarge {
		t.Errorf("1 MiB and a byte: %v", err)
	}
}

func TestDiscoverStopsWhereNobodyAnswers(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := &site{}
	_, err := token.Discover(ctx, "https://login.example.com", s)
	if !errors.Is(err, context.Canceled) || len(s.seen) != 1 {
		t.Errorf("error = %v after %v", err, s.seen)
	}
}

func TestDiscovererKeepsWhatItRead(t *testing.T) {
	t.Parallel()
	const a, b = "https://a.example", "https://b.example"
	documents := map[string]string{
		a + "/.well-known/oauth-authorization-server": `{"issuer":"` + a + `"}`,
	}
	s := &site{documents: documents}
	d := &token.Discoverer{Transport: s}
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if m, err := d.Discover(t.Context(), a); err != nil || m.Issuer != a {
				t.Errorf("Discover = %v, %v", m, err)
			}
		})
	}
	group.Wait()
	if len(s.seen) != 1 {
		t.Errorf("%d requests, want 1", len(s.seen))
	}
	// A failure is not kept, and no issuer stands for another.
	if m, err := d.Discover(t.Context(), b); err == nil {
		t.Errorf("Discover = %v", m)
	}
	maps.Copy(documents, map[string]string{b + "/.well-known/oauth-authorization-server": `{"issuer":"` + b + `"}`})
	if m, err := d.Discover(t.Context(), b); err != nil || m.Issuer != b {
		t.Errorf("Discover = %v, %v", m, err)
	}
}

func FuzzDiscover(f *testing.F) {
	f.Add(minimal)
	f.Add(`{"issuer":"https://login.example.com","mtls_endpoint_aliases":{"token_endpoint":"https://x"},"scopes_supported":[1]}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, document string) {
		s := &site{documents: map[string]string{"https://login.example.com/.well-known/oauth-authorization-server": document}}
		m, err := token.Discover(t.Context(), "https://login.example.com", s)
		if err != nil {
			if text := err.Error(); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
				t.Errorf("an error that cannot be printed: %q", text)
			}
			return
		}
		for _, endpoint := range []string{m.TokenEndpoint, m.AuthorizationEndpoint, m.JWKSURI, m.MTLSEndpoints["token_endpoint"]} {
			if endpoint != "" && !strings.HasPrefix(strings.ToLower(endpoint), "https://") {
				t.Errorf("an endpoint that is not secure: %q", endpoint)
			}
		}
		if m.Issuer != "https://login.example.com" {
			t.Errorf("issuer = %q", m.Issuer)
		}
	})
}
