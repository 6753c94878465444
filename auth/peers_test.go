package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/testdata/peers"
)

// peerSpec is a connector of an authorization server with metadata. Its client
// is given by parameters; more of getOAuthConfig comes behind.
func peerSpec(issuer, config string) string {
	return fmt.Sprintf(`key: peer
name: Peer
auth:
  type: oauth2
  baseUri: %s
  parametersSchema:
    type: object
    properties:
      clientId: {type: string}
      clientSecret: {type: string, isSensitive: true}
      privateKey: {type: string, isSensitive: true}
      subject: {type: string, isSensitive: true}
    required: [clientId]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      issuer: %s
%s  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {sub: '${response.data.sub}'}}
  connectionLabel: ${test.sub}
`, issuer, issuer, config)
}

const codeScopes = "      scopes: [openid, offline_access, 'api:read']\n      extra: {prompt: consent}\n"

// peerWorld is this machine, with a person at its browser.
func peerWorld(person peers.Person) auth.World {
	return auth.World{
		Network:  client.NewTransport(client.TransportOptions{}),
		Redactor: secret.NewRedactor(),
		Browser:  login.To(person.Login),
		Wait:     func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Prompt: func(ctx context.Context, p auth.DevicePrompt) error {
			return person.ApproveDevice(ctx, p.CompleteURI)
		},
	}
}

func parametersOf(t testing.TB, s auth.Subject, parameters map[string]string) auth.Values {
	t.Helper()
	b := formula.NewObject(len(parameters))
	for _, name := range []string{"clientId", "clientSecret", "privateKey", "subject", "consumerSecret"} {
		if parameters[name] != "" {
			b.Set(name, formula.String(parameters[name]))
		}
	}
	v, problems, err := s.Complete(auth.Values{Parameters: b.Value()})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// TestOIDCProvider logs in to oidc-provider with every client authentication
// and every grant that it knows, uses the token, refreshes it, records the
// whole and plays it again.
func TestOIDCProvider(t *testing.T) {
	t.Parallel()
	plain := peers.OIDC(t, peers.OIDCOptions{})
	nonces := peers.OIDC(t, peers.OIDCOptions{DPoPNonce: true})
	assertion := func(alg string) string {
		return "      clientAuthLocation: private_key_jwt\n      clientAssertion: {key: {$var: connectorParameters.privateKey}, alg: " + alg + "}\n" + codeScopes
	}
	tests := []struct {
		name, client, secret string
		server               *peers.Server
		config               string
		refreshes            bool
	}{
		{"public", peers.PublicClient, "", plain, codeScopes, true},
		{"headers", peers.BasicClient, peers.BasicSecret, plain, codeScopes, true},
		{"body", peers.PostClient, peers.PostSecret, plain, "      clientAuthLocation: body\n" + codeScopes, true},
		{"client_secret_jwt", peers.SecretJWTClient, peers.SecretJWTSecret, plain, "      clientAuthLocation: client_secret_jwt\n" + codeScopes, true},
		{"private_key_jwt ES256", peers.ES256Client, "", plain, assertion("ES256"), true},
		{"private_key_jwt RS256", peers.RS256Client, "", plain, assertion("RS256"), true},
		{"private_key_jwt EdDSA", peers.EdDSAClient, "", plain, assertion("EdDSA"), true},
		{"PAR", peers.PARClient, peers.PARSecret, plain, "      par: true\n" + codeScopes, true},
		{"DPoP", peers.DPoPClient, "", plain, "      dpop: true\n" + codeScopes, true},
		{"DPoP with a nonce", peers.DPoPClient, "", nonces, "      dpop: true\n" + codeScopes, true},
		{"device", peers.DeviceClient, "", plain, "      grantType: device_code\n      scopes: [openid, offline_access, 'api:read']\n", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, peerSpec(test.server.URL, test.config))
			v := parametersOf(t, s, map[string]string{"clientId": test.client, "clientSecret": test.secret, "privateKey": test.server.Keys[test.client]})
			world := peerWorld(peers.Person{CallbackPrefix: "http://127.0.0.1:47920/callback"})
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || !result.OK {
				t.Fatalf("%v, %+v", err, result)
			}
			if result.Label != "alice" {
				t.Errorf("label %q, want alice", result.Label)
			}
			first := c.Credential()
			if first.Expiry.IsZero() || len(first.Missing()) > 0 {
				t.Errorf("expiry %v, missing %q", first.Expiry, first.Missing())
			}
			for range 3 {
				if err := c.Refresh(t.Context()); err != nil {
					t.Fatalf("refresh: %v", err)
				}
				if status, err := get(c, "/me"); err != nil || status != http.StatusOK {
					t.Fatalf("after a refresh: %d, %v", status, err)
				}
			}
			if c.Credential().Values.Get("refresh_token").Equal(first.Values.Get("refresh_token")) && test.client != peers.BasicClient {
				t.Error("the refresh token did not rotate")
			}
			result, err = c.Disconnect(t.Context())
			if err != nil || !result.OK {
				t.Errorf("disconnect: %v, %+v", err, result)
			}
			var ended *auth.LoginError
			if err := c.Refresh(t.Context()); !errors.As(err, &ended) {
				t.Errorf("a revoked token was refreshed: %v", err)
			}
			if status, _ := get(c, "/me"); status == http.StatusOK {
				t.Error("a revoked token was accepted")
			}
			recordAndReplay(t, s, v, world)
		})
	}
}

// recordAndReplay records a run and plays it a month later. No secret of the run
// is in the recording.
func recordAndReplay(t *testing.T, s auth.Subject, v auth.Values, world auth.World) {
	t.Helper()
	world.Redactor = secret.NewRedactor()
	result, rec, err := auth.Record(t.Context(), s, v, world, newRandom(), "test")
	if err != nil || !result.OK {
		t.Errorf("record: %v, %+v", err, result)
		return
	}
	rec.Source = "loopback"
	data, err := json.Marshal(rec)
	if err == nil {
		err = cassette.Verify(data, rec, world.Redactor)
	}
	if err != nil {
		t.Errorf("the recording: %v\n%s", err, data)
		return
	}
	read, err := cassette.Parse(data)
	if err != nil {
		t.Error(err)
		return
	}
	monthLater(t, func(t *testing.T) {
		if again, err := auth.Replay(t.Context(), s, read); err != nil || !again.OK {
			t.Errorf("replay: %v, %+v\n%s", err, again, data)
		}
	})
}

// monthLater runs a test where the clock of the machine shows another time than
// that of any recording, and has moved by a month.
func monthLater(t *testing.T, test func(*testing.T)) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		time.Sleep(31 * 24 * time.Hour)
		if moved := time.Since(begun); moved < 30*24*time.Hour || time.Now().Year() > 2020 {
			t.Fatalf("the clock shows %v", time.Now())
		}
		test(t)
	})
}

// TestOIDCProviderWithoutAUser obtains tokens by grants that need nobody.
func TestOIDCProviderWithoutAUser(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{AccessTokenTTL: 2})
	userSpec := func(config string) string { return peerSpec(server.URL, config) }
	tests := []struct {
		name, client, secret, config string
		subject                      bool // the grant begins with the token of a user
		me                           bool // /me answers
	}{
		{"client credentials, headers", peers.CCClient, peers.CCSecret, "      grantType: client_credentials\n      scopes: ['api:read']\n", false, false},
		{"client credentials, body", peers.CCPostClient, peers.CCSecret, "      grantType: client_credentials\n      clientAuthLocation: body\n      scopes: ['api:read']\n", false, false},
		{"JWT bearer", peers.ServiceClient, peers.ServiceSecret, `      grantType: jwt_bearer
      assertion: {key: {$var: connectorParameters.privateKey}, alg: RS256, claims: {sub: bob}}
      scopes: [openid]
`, false, true},
		{"token exchange", peers.ExchangeClient, peers.ExchangeSecret, `      grantType: urn:ietf:params:oauth:grant-type:token-exchange
      tokenParams: {subject_token: {$var: connectorParameters.subject}, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token'}
      scopes: [openid]
`, true, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := userSpec(test.config)
			if !test.me { // the token of a client has no user
				text = strings.Replace(text, "path: /me, responseMapping: {sub: '${response.data.sub}'}", "path: /.well-known/openid-configuration, responseMapping: {sub: '${response.data.issuer}'}", 1)
			}
			s := subjectOf(t, text)
			parameters := map[string]string{"clientId": test.client, "clientSecret": test.secret, "privateKey": server.Keys[test.client]}
			if test.subject {
				parameters["subject"] = userToken(t, server)
			}
			v := parametersOf(t, s, parameters)
			world := peerWorld(peers.Person{})
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || !result.OK {
				t.Fatalf("%v, %+v", err, result)
			}
			first := c.Credential().Values.Get("access_token").Text()
			if test.subject {
				return // the token that it was made of has ended by then
			}
			time.Sleep(2100 * time.Millisecond)
			if _, err := get(c, "/me"); err != nil {
				t.Fatal(err)
			}
			if c.Credential().Values.Get("access_token").Text() == first {
				t.Error("the grant was not run again when its token ended")
			}
			recordAndReplay(t, s, v, world)
		})
	}
}

// userToken logs in a user and returns the access token.
func userToken(t *testing.T, server *peers.Server) string {
	t.Helper()
	s := subjectOf(t, peerSpec(server.URL, codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PublicClient})
	c, result, err := auth.Connect(t.Context(), s, v, peerWorld(peers.Person{}))
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	return c.Credential().Values.Get("access_token").Text()
}

// TestShortTokens uses tokens of four seconds for longer than they live: each is
// refreshed in time, and the API refuses none.
func TestShortTokens(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{AccessTokenTTL: 4})
	s := subjectOf(t, peerSpec(server.URL, codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PublicClient})
	world := peerWorld(peers.Person{})
	refused := &counting{next: world.Network}
	world.Network = refused
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	tokens := map[string]bool{}
	for begun := time.Now(); time.Since(begun) < 10*time.Second; time.Sleep(200 * time.Millisecond) {
		if status, err := get(c, "/me"); err != nil || status != http.StatusOK {
			t.Fatalf("after %v: %d, %v", time.Since(begun), status, err)
		}
		tokens[c.Credential().Values.Get("access_token").Text()] = true
	}
	if len(tokens) < 3 || refused.unauthorized() > 0 {
		t.Errorf("%d tokens were used, and the API refused %d requests", len(tokens), refused.unauthorized())
	}
}

// counting counts the answers 401.
type counting struct {
	next http.RoundTripper
	mu   sync.Mutex
	n    int
}

func (c *counting) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		c.mu.Lock()
		c.n++
		c.mu.Unlock()
	}
	return resp, err
}

func (c *counting) unauthorized() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

// TestReuseIsNeverCaused lets two connections of one record refresh against a
// server that revokes the whole family of a token that is used twice.
func TestReuseIsNeverCaused(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	s := subjectOf(t, peerSpec(server.URL, codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PublicClient})
	world := peerWorld(peers.Person{})
	store := &memory{}
	world.Keeper = store
	first, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	kept, err := auth.DecodeCredential(store.kept)
	if err != nil {
		t.Fatal(err)
	}
	second, err := auth.Open(s, v, world, kept)
	if err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		var group sync.WaitGroup
		for _, c := range []*auth.Connection{first, second, first, second} {
			group.Go(func() {
				if err := c.Refresh(t.Context()); err != nil {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		group.Wait()
	}
	// A token that was stolen, or restored from an old copy, ends the family.
	// That is survived: the record stays, and says that a login is needed.
	stale, err := auth.Open(s, v, peerWorld(peers.Person{}), kept)
	if err != nil {
		t.Fatal(err)
	}
	var ended *auth.LoginError
	if err := stale.Refresh(t.Context()); !errors.As(err, &ended) {
		t.Errorf("a used token was refreshed: %v", err)
	}
	if err := first.Refresh(t.Context()); !errors.As(err, &ended) || first.Credential().Values.Get("refresh_token").IsMissing() {
		t.Errorf("after the family was revoked: %v", err)
	}
}

// TestMust8Issuer changes the issuer on the way back from a real server: the
// code is not used.
func TestMust8Issuer(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	s := subjectOf(t, peerSpec(server.URL, codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PublicClient})
	for name, change := range map[string]func(url.Values){
		"another":  func(q url.Values) { q.Set("iss", "https://evil.example") },
		"none":     func(q url.Values) { q.Del("iss") },
		"a prefix": func(q url.Values) { q.Set("iss", server.URL+"/") },
	} {
		world := peerWorld(peers.Person{})
		world.Browser = func(ctx context.Context, visit login.Visit) (string, error) {
			back, err := peers.Person{}.Login(ctx, visit.URL)
			if err != nil {
				return "", err
			}
			u, err := url.Parse(back)
			if err != nil {
				return "", err
			}
			q := u.Query()
			change(q)
			u.RawQuery = q.Encode()
			return u.String(), nil
		}
		c, result, err := auth.Connect(t.Context(), s, v, world)
		if err != nil {
			t.Fatal(err)
		}
		var issuer *login.IssuerError
		asked := slices.ContainsFunc(result.Steps, func(s auth.Step) bool { return s.Name == "token" })
		if c != nil || !errors.As(result.Err, &issuer) || asked {
			t.Errorf("%s: %v, the token was asked for: %v", name, result.Err, asked)
		}
	}
}

// TestDenied lets the user press cancel.
func TestDenied(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	s := subjectOf(t, peerSpec(server.URL, codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PublicClient})
	world := peerWorld(peers.Person{})
	world.Browser = login.To(peers.Person{}.Deny)
	c, result, err := auth.Connect(t.Context(), s, v, world)
	var denied *login.DeniedError
	if err != nil || c != nil || !errors.As(result.Err, &denied) || denied.Code != "access_denied" || result.Hint == "" {
		t.Errorf("%v, %+v", err, result)
	}
}

// fositeSpec is a connector of fosite, which has no metadata.
func fositeSpec(at, config string) string {
	text := peerSpec(at, "      authorizeUri: "+at+"/oauth2/auth\n      tokenUri: "+at+"/oauth2/token\n      revokeUri: "+at+"/oauth2/revoke\n"+config)
	text = strings.Replace(text, "      issuer: "+at+"\n", "", 1)
	return strings.Replace(text, "path: /me, responseMapping: {sub: '${response.data.sub}'}", "path: /api, responseMapping: {sub: '${response.data.sub ?? \"peter\"}'}", 1)
}

// TestFosite logs in to a server that is strict about client authentication:
// what is declared works, and nothing else is tried.
func TestFosite(t *testing.T) {
	t.Parallel()
	server := peers.Fosite(t)
	const scopes = "      scopes: [offline, api]\n"
	tests := []struct {
		name, client, secret, config string
		code                         string // of the refusal; "" for success
	}{
		{"public", peers.FositePublicClient, "", scopes, ""},
		{"headers, form-encoded", peers.FositeBasicClient, peers.FositeBasicSecret, scopes, ""},
		{"headers, raw", peers.FositeBasicClient, peers.FositeBasicSecret, "      clientAuthEncoding: raw\n" + scopes, "invalid_request"},
		{"body", peers.FositePostClient, peers.FositePostSecret, "      clientAuthLocation: body\n" + scopes, ""},
		{"a client of headers in the body", peers.FositeBasicClient, peers.FositeBasicSecret, "      clientAuthLocation: body\n" + scopes, "invalid_client"},
		{"a client of the body in headers", peers.FositePostClient, peers.FositePostSecret, scopes, "invalid_client"},
		{"a wrong secret", peers.FositePostClient, "p-secret-2", "      clientAuthLocation: body\n" + scopes, "invalid_client"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, fositeSpec(server.URL, test.config))
			v := parametersOf(t, s, map[string]string{"clientId": test.client, "clientSecret": test.secret})
			c, result, err := auth.Connect(t.Context(), s, v, peerWorld(peers.Person{}))
			if err != nil {
				t.Fatal(err)
			}
			if test.code != "" {
				if result.OK || !strings.Contains(result.Message, test.code) || result.Hint == "" {
					t.Errorf("%+v", result)
				}
				return
			}
			if !result.OK {
				t.Fatalf("%+v", result)
			}
			if err := c.Refresh(t.Context()); err != nil {
				t.Errorf("refresh: %v", err)
			}
			if result, err := c.Disconnect(t.Context()); err != nil || !result.OK {
				t.Errorf("disconnect: %v, %+v", err, result)
			}
			var ended *auth.LoginError
			if err := c.Refresh(t.Context()); !errors.As(err, &ended) {
				t.Errorf("a revoked token was refreshed: %v", err)
			}
		})
	}
}

// oauth1PeerSpec is a connector of a server of OAuth 1, whose test is a request
// with that mapping.
func oauth1PeerSpec(at, consumer, method, place, test string) string {
	return fmt.Sprintf(`key: peer
name: Peer
auth:
  type: oauth1
  parametersSchema:
    type: object
    properties: {consumerSecret: {type: string, isSensitive: true}, privateKey: {type: string, isSensitive: true}}
  getOAuthConfig:
    implementationType: mapping
    mapping:
      consumerKey: %[1]s
      consumerSecret: {$var: connectorParameters.consumerSecret}
      privateKey: {$var: connectorParameters.privateKey}
      requestTokenUri: %[2]s/request_token
      authorizeUri: %[2]s/authorize
      tokenUri: %[2]s/access_token
      signatureMethod: %[3]s
      signatureLocation: %[4]s
  makeApiClient: {implementationType: mapping, mapping: {baseUri: %[2]s}}
  test:
    implementationType: rest-api-mapping
    mapping: %[5]s
`, consumer, at, method, place, test)
}

// TestOAuth1Provider logs in to oauthlib with every signature method and every
// place of the signature, and uses the token with GET, and POST with a form.
func TestOAuth1Provider(t *testing.T) {
	t.Parallel()
	server := peers.OAuth1(t)
	methods := []struct{ consumer, method string }{
		{peers.HMAC1Consumer, "HMAC-SHA1"},
		{peers.HMAC256Consumer, "HMAC-SHA256"},
		{peers.HMAC512Consumer, "HMAC-SHA512"},
		{peers.PlainConsumer, "PLAINTEXT"},
		{peers.RSAConsumer, "RSA-SHA1"},
		{peers.RSAConsumer, "RSA-SHA256"},
	}
	for _, m := range methods {
		places := []string{"header", "query", "body"}
		if m.method == "PLAINTEXT" { // of the others it decodes oauth_ parameters twice, which only PLAINTEXT does not survive
			places = places[:1]
		}
		for _, place := range places {
			t.Run(m.method+" in "+place, func(t *testing.T) {
				t.Parallel()
				verb, form := "get", ""
				if place == "body" {
					verb, form = "post", "requestMapping: {contentType: form, data: {'a b': 'ü&='}}, "
				}
				test := fmt.Sprintf("{method: %s, path: '/api?b=2&a=%%20x%%2B&a=1', %sresponseMapping: {ok: '${response.data.ok}'}}", verb, form)
				s := subjectOf(t, oauth1PeerSpec(server.URL, m.consumer, m.method, place, test))
				b := formula.NewObject(2)
				b.Set("consumerSecret", formula.String(peers.ConsumerSecret))
				if strings.HasPrefix(m.method, "RSA") {
					b.Set("privateKey", formula.String(server.Keys[m.consumer]))
				}
				v, problems, err := s.Complete(auth.Values{Parameters: b.Value()})
				if err != nil || len(problems) > 0 {
					t.Fatal(err, problems)
				}
				world := peerWorld(peers.Person{CallbackPrefix: "http://127.0.0.1:47920/callback"})
				c, result, err := auth.Connect(t.Context(), s, v, world)
				if err != nil || !result.OK {
					t.Fatalf("%v, %+v", err, result)
				}
				if place != "body" {
					if status, err := get(c, "/api?x=1"); err != nil || status != http.StatusOK {
						t.Errorf("%d, %v", status, err)
					}
				}
				recordAndReplay(t, s, v, world)
				wrong := v
				wrong.Parameters = wrong.Parameters.With("consumerSecret", formula.String("wrong-secret"))
				if strings.HasPrefix(m.method, "RSA") {
					return
				}
				if c, result, err := auth.Connect(t.Context(), s, wrong, world); err != nil || c != nil || result.OK || result.Hint == "" {
					t.Errorf("a wrong secret: %v, %+v", err, result)
				}
			})
		}
	}
}
