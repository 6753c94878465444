package token_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/testdata/peers"
)

// discovered gives a certified provider and what it says about itself.
func discovered(t *testing.T) *token.Metadata {
	t.Helper()
	op := peers.OIDC(t, peers.OIDCOptions{})
	m, err := token.Discover(t.Context(), op.URL, http.DefaultTransport)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// peerEndpoint is an endpoint of a client of that provider.
func peerEndpoint(address, client, clientSecret string) *token.Endpoint {
	return &token.Endpoint{
		URL: address, Client: token.Client{ID: client, Secret: secret.New(clientSecret)},
		Server: token.Server{Transport: http.DefaultTransport},
	}
}

func TestMust25DeviceFlowWithOIDCProvider(t *testing.T) {
	t.Parallel()
	m := discovered(t)
	device := peerEndpoint(m.DeviceAuthorizationEndpoint, peers.DeviceClient, "")
	tokens := peerEndpoint(m.TokenEndpoint, peers.DeviceClient, "")
	scope := token.Params{{Name: "scope", Value: "openid offline_access api:read"}, {Name: "prompt", Value: "consent"}}

	code, err := device.AuthorizeDevice(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if code.UserCode == "" || code.VerificationURIComplete == "" || time.Until(code.Expiry) < time.Minute {
		t.Errorf("user code %q, complete URI %q, until %v", code.UserCode, code.VerificationURIComplete, code.Expiry)
	}
	code.Interval = 100 * time.Millisecond // it does not mind
	polled := make(chan struct {
		answer *token.Answer
		err    error
	}, 1)
	go func() {
		answer, err := tokens.PollDevice(t.Context(), code, nil)
		polled <- struct {
			answer *token.Answer
			err    error
		}{answer, err}
	}()
	if err := (peers.Person{}).ApproveDevice(t.Context(), code.VerificationURIComplete); err != nil {
		t.Fatal(err)
	}
	if got := <-polled; got.err != nil || got.answer.AccessToken == "" || got.answer.RefreshToken == "" {
		t.Errorf("polled = %v, %v", got.answer, got.err)
	}

	code, err = device.AuthorizeDevice(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	if err := (peers.Person{}).DenyDevice(t.Context(), code.VerificationURIComplete); err != nil {
		t.Fatal(err)
	}
	code.Interval = 100 * time.Millisecond
	if _, err := tokens.PollDevice(t.Context(), code, nil); tokenError(t, err).Code != "access_denied" {
		t.Errorf("a login that was denied: %v", err)
	}
}

// TestEndpointsWithOIDCProvider pushes a request, logs in, checks the ID token,
// and asks for and revokes what came.
func TestEndpointsWithOIDCProvider(t *testing.T) {
	t.Parallel()
	m := discovered(t)
	const redirectURI, state, nonce = "http://127.0.0.1:47920/callback", "state-of-this-login", "nonce-of-this-login"
	verifier := oauth2.GenerateVerifier()
	client := func(address string) *token.Endpoint { return peerEndpoint(address, peers.PARClient, peers.PARSecret) }

	requestURI, expiry, err := client(m.PushedAuthorizationRequestEndpoint).Push(t.Context(), token.Params{
		{Name: "response_type", Value: "code"},
		{Name: "client_id", Value: peers.PARClient},
		{Name: "redirect_uri", Value: redirectURI},
		{Name: "scope", Value: "openid offline_access api:read"},
		{Name: "prompt", Value: "consent"},
		{Name: "state", Value: state},
		{Name: "nonce", Value: nonce},
		{Name: "code_challenge", Value: oauth2.S256ChallengeFromVerifier(verifier)},
		{Name: "code_challenge_method", Value: "S256"},
	})
	if err != nil || !expiry.After(time.Now()) {
		t.Fatalf("Push: until %v, %v", expiry, err)
	}
	address := m.AuthorizationEndpoint + "?" + url.Values{"client_id": {peers.PARClient}, "request_uri": {requestURI}}.Encode()
	callback, err := peers.Person{CallbackPrefix: redirectURI}.Login(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(callback)
	if err != nil || u.Query().Get("state") != state || u.Query().Get("iss") != m.Issuer || !m.IssParameter {
		t.Fatalf("callback at %v", u.Query())
	}
	answer, err := client(m.TokenEndpoint).Request(t.Context(), token.Params{
		{Name: "grant_type", Value: "authorization_code"},
		{Name: "code", Value: u.Query().Get("code")},
		{Name: "redirect_uri", Value: redirectURI},
		{Name: "code_verifier", Value: verifier},
	})
	if err != nil {
		t.Fatal(err)
	}

	server := &token.Server{Transport: http.DefaultTransport}
	claims, err := server.VerifyIDToken(t.Context(), answer.IDToken, m.Issuer, peers.PARClient, nonce, m.JWKSURI)
	if err != nil || claims["sub"] != "alice" {
		t.Errorf("ID token: %v, %v", claims["sub"], err)
	}
	if _, err := server.VerifyIDToken(t.Context(), answer.IDToken, m.Issuer, peers.PARClient, "another", m.JWKSURI); err == nil {
		t.Error("an ID token of another login was accepted")
	}

	introspect, revoke := client(m.IntrospectionEndpoint), client(m.RevocationEndpoint)
	about, err := introspect.Introspect(t.Context(), answer.AccessToken, "access_token")
	if err != nil || !about.Active || about.ClientID != peers.PARClient || about.Expiry.IsZero() {
		t.Errorf("Introspect = %+v, %v", about, err)
	}
	if err := revoke.Revoke(t.Context(), answer.RefreshToken, "refresh_token"); err != nil {
		t.Error(err)
	}
	if err := revoke.Revoke(t.Context(), "unknown", ""); err != nil {
		t.Errorf("a token that the server does not know: %v", err)
	}
	if about, err := introspect.Introspect(t.Context(), answer.RefreshToken, ""); err != nil || about.Active {
		t.Errorf("after its revocation: %+v, %v", about, err)
	}
	err = peerEndpoint(m.RevocationEndpoint, peers.PARClient, "wrong").Revoke(t.Context(), answer.AccessToken, "")
	if got := tokenError(t, err); got.Code != "invalid_client" {
		t.Errorf("with a wrong secret: %v", err)
	}
}
