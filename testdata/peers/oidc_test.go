package peers_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/peers"
)

func TestOIDCCode(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{AccessTokenTTL: 7})
	q := login(t, peers.Person{Name: "bob"}, op.URL+"/auth?"+request(peers.PublicClient, "openid offline_access").Encode())
	if q.Get("iss") != op.URL || q.Get("state") != "state-of-this-test" {
		t.Errorf("callback with %v", q)
	}
	first := post(t, op.URL+"/token", "", code(peers.PublicClient, q)).want(t, 200, `"expires_in":7`, `"id_token"`)
	get(t, op.URL+"/me", "Bearer "+first.text("access_token")).want(t, 200, `"sub":"bob"`)
	refresh := func(a answer) answer {
		return post(t, op.URL+"/token", "", values("grant_type", "refresh_token", "client_id", peers.PublicClient, "refresh_token", a.text("refresh_token")))
	}
	second := refresh(first).want(t, 200)
	refresh(first).want(t, 400, "invalid_grant")
	refresh(second).want(t, 400, "invalid_grant") // the family is gone
	get(t, op.URL+"/me", "Bearer "+second.text("access_token")).want(t, 401, "invalid_token")
}

func TestOIDCDenied(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	got, err := peers.Person{}.Deny(t.Context(), op.URL+"/auth?"+request(peers.PublicClient, "openid").Encode())
	if err != nil {
		t.Fatal(err)
	}
	if q := query(t, got); q.Get("error") != "access_denied" {
		t.Errorf("callback with %v", q)
	}
	wrong := request(peers.PublicClient, "openid")
	wrong.Set("redirect_uri", "http://localhost:53682/callback")
	if got, err := (peers.Person{}).Login(t.Context(), op.URL+"/auth?"+wrong.Encode()); err == nil || !strings.Contains(err.Error(), "redirect_uri") {
		t.Errorf("%q, %v", got, err)
	}
}

func TestOIDCClients(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	assertion := func(signature string) url.Values {
		return values("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", signature)
	}
	secretJWT := hs256(t, peers.SecretJWTSecret, claims(peers.SecretJWTClient, op.URL))
	for _, test := range []struct {
		client, authorization string
		form                  url.Values
	}{
		{peers.BasicClient, basic(peers.BasicClient, peers.BasicSecret), nil},
		{peers.PostClient, "", values("client_secret", peers.PostSecret)},
		{peers.SecretJWTClient, "", assertion(secretJWT)},
		{peers.ES256Client, "", assertion(sign(t, op.Keys[peers.ES256Client], claims(peers.ES256Client, op.URL)))},
		{peers.RS256Client, "", assertion(sign(t, op.Keys[peers.RS256Client], claims(peers.RS256Client, op.URL)))},
		{peers.EdDSAClient, "", assertion(sign(t, op.Keys[peers.EdDSAClient], claims(peers.EdDSAClient, op.URL+"/token")))},
	} {
		t.Run(test.client, func(t *testing.T) {
			t.Parallel()
			q := login(t, peers.Person{}, op.URL+"/auth?"+request(test.client, "api:read").Encode())
			form := code(test.client, q)
			post(t, op.URL+"/token", "", form).want(t, 401, "invalid_client")
			for name := range test.form {
				form.Set(name, test.form.Get(name))
			}
			post(t, op.URL+"/token", test.authorization, form).want(t, 200, "access_token")
		})
	}
	post(t, op.URL+"/token", basic(peers.CCClient, peers.CCSecret), values("grant_type", "client_credentials", "scope", "api:read")).want(t, 200, `"scope":"api:read"`)
	post(t, op.URL+"/token", "", values("grant_type", "client_credentials", "client_id", peers.CCPostClient, "client_secret", peers.CCSecret)).want(t, 200, "access_token")
}

func TestOIDCPushedRequest(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	client := basic(peers.PARClient, peers.PARSecret)
	q := login(t, peers.Person{}, op.URL+"/auth?"+request(peers.PARClient, "api:read").Encode())
	if q.Get("error") != "invalid_request" {
		t.Errorf("without a pushed request: %v", q)
	}
	pushed := post(t, op.URL+"/request", client, request(peers.PARClient, "api:read")).want(t, 201)
	address := op.URL + "/auth?" + values("client_id", peers.PARClient, "request_uri", pushed.text("request_uri")).Encode()
	q = login(t, peers.Person{CallbackPrefix: callback}, address)
	post(t, op.URL+"/token", client, code(peers.PARClient, q)).want(t, 200, "access_token")
}

func TestOIDCDPoP(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{DPoPNonce: true})
	form := code(peers.DPoPClient, login(t, peers.Person{}, op.URL+"/auth?"+request(peers.DPoPClient, "openid").Encode()))
	exchange := func(proof string) answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, op.URL+"/token", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("DPoP", proof)
		return do(t, req, http.Client{})
	}
	key := op.Keys[peers.ES256Client] // any will do
	proof := map[string]any{"jti": "1", "htm": "POST", "htu": op.URL + "/token", "iat": time.Now().Unix()}
	first := exchange(sign(t, key, proof)).want(t, 400, "use_dpop_nonce")
	proof["nonce"], proof["jti"] = first.header.Get("DPoP-Nonce"), "2"
	token := exchange(sign(t, key, proof)).want(t, 200, `"token_type":"DPoP"`).text("access_token")
	get(t, op.URL+"/me", "Bearer "+token).want(t, 401)
}

func TestOIDCDevice(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	for name, test := range map[string]struct {
		decide func(answer) error
		status int
		want   string
	}{
		"approved": {func(d answer) error {
			return peers.Person{}.ApproveDevice(t.Context(), d.text("verification_uri_complete"))
		}, 200, "access_token"},
		"typed": {func(d answer) error {
			return peers.Person{Fields: map[string]string{"user_code": d.text("user_code")}}.ApproveDevice(t.Context(), d.text("verification_uri"))
		}, 200, "access_token"},
		"denied": {func(d answer) error {
			return peers.Person{}.DenyDevice(t.Context(), d.text("verification_uri_complete"))
		}, 400, "access_denied"},
	} {
		t.Run(name, func(t *testing.T) {
			device := post(t, op.URL+"/device/auth", "", values("client_id", peers.DeviceClient, "scope", "api:read")).want(t, 200)
			poll := values("grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id", peers.DeviceClient, "device_code", device.text("device_code"))
			post(t, op.URL+"/token", "", poll).want(t, 400, "authorization_pending")
			if err := test.decide(device); err != nil {
				t.Fatal(err)
			}
			post(t, op.URL+"/token", "", poll).want(t, test.status, test.want)
		})
	}
}

func TestOIDCAssertionsAndExchange(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	assertion := claims(peers.ServiceClient, op.URL+"/token")
	assertion["sub"] = "carol"
	form := values("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", sign(t, op.Keys[peers.ServiceClient], assertion), "scope", "openid api:read")
	post(t, op.URL+"/token", basic(peers.ServiceClient, peers.ServiceSecret), form).want(t, 200)
	token := post(t, op.URL+"/service-token", "", form).want(t, 200, `"scope":"openid api:read"`).text("access_token")
	get(t, op.URL+"/me", "Bearer "+token).want(t, 200, "carol")
	form.Set("assertion", sign(t, op.Keys[peers.RS256Client], assertion))
	post(t, op.URL+"/service-token", "", form).want(t, 400, "invalid_grant")

	client := basic(peers.ExchangeClient, peers.ExchangeSecret)
	exchange := values("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token", token, "scope", "openid",
		"subject_token_type", "urn:ietf:params:oauth:token-type:access_token", "audience", "any", "resource", "https://api.example.com")
	other := post(t, op.URL+"/token", client, exchange).want(t, 200, `"issued_token_type"`, `"scope":"openid"`).text("access_token")
	get(t, op.URL+"/me", "Bearer "+other).want(t, 200, "carol")
	exchange.Set("scope", "api:write")
	post(t, op.URL+"/token", client, exchange).want(t, 400, "invalid_scope")
	exchange.Set("subject_token", "nothing")
	post(t, op.URL+"/token", client, exchange).want(t, 400, "invalid_request")

	post(t, op.URL+"/token/introspection", client, values("token", other)).want(t, 200, `"active":true`)
	post(t, op.URL+"/token/revocation", client, values("token", other)).want(t, 200)
	post(t, op.URL+"/token/introspection", client, values("token", other)).want(t, 200, `"active":false`)
}

func TestOIDCIssuer(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{Issuer: "https://login.example.com"})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, op.URL+"/.well-known/openid-configuration", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "login.example.com"
	req.Header.Set("X-Forwarded-Proto", "https")
	do(t, req, http.Client{}).want(t, 200, `"issuer":"https://login.example.com"`, `"token_endpoint":"https://login.example.com/token"`)
}
