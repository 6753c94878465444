package token_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

func basic(text string) string {
	return "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(text)) + "\n"
}

// The ways a client authenticates, as they are sent.
func TestMust19ClientAuthenticationIsTheDeclaredOne(t *testing.T) {
	t.Parallel()
	odd := token.Client{ID: "i:d é", Secret: secret.New("s+c%&:*~")}
	with := func(c token.Client, auth string, raw bool) token.Client { c.Auth, c.Raw = auth, raw; return c }
	usual := token.Client{ID: "id", Secret: secret.New("s+c")}
	for _, tt := range []struct {
		name   string
		client token.Client
		header string
		body   string
	}{
		{"a client with a secret", usual, basic("id:s%2Bc"), "grant_type=client_credentials"},
		{"a client without a secret", token.Client{ID: "id"}, "", "grant_type=client_credentials&client_id=id"},
		{"no client", token.Client{}, "", "grant_type=client_credentials"},
		{"RFC 6749 2.3.1: Basic is form-encoded", with(odd, "headers", false), basic("i%3Ad+%C3%A9:s%2Bc%25%26%3A%2A~"), "grant_type=client_credentials"},
		{"raw Basic", with(usual, "headers", true), basic("id:s+c"), "grant_type=client_credentials"},
		{"Basic without a secret", token.Client{ID: "id", Auth: "headers"}, basic("id:"), "grant_type=client_credentials"},
		{"parameters", with(odd, "body", false), "", "grant_type=client_credentials&client_id=i%3Ad+%C3%A9&client_secret=s%2Bc%25%26%3A%2A~"},
		{"parameters without a secret", token.Client{ID: "id", Auth: "body"}, "", "grant_type=client_credentials&client_id=id"},
		{"none", with(usual, "none", false), "", "grant_type=client_credentials&client_id=id"},
		{"a certificate", with(usual, "tls", false), "", "grant_type=client_credentials&client_id=id"},
		{"both", with(usual, "both", false), basic("id:s%2Bc"), "grant_type=client_credentials&client_id=id&client_secret=s%2Bc"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			e := token.Endpoint{URL: "https://a.example/token", Client: tt.client, Server: token.Server{Transport: w}}
			if _, err := e.Request(t.Context(), grant); err != nil {
				t.Fatal(err)
			}
			want := "POST https://a.example/token\n" + tt.header +
				"Accept: application/json\nContent-Type: application/x-www-form-urlencoded\nUser-Agent: connector\n" + tt.body
			if diff := cmp.Diff(want, w.sent); diff != "" {
				t.Errorf("the request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestClientAuthenticationTakesOtherNamesAndFormats(t *testing.T) {
	t.Parallel()
	w := &wire{}
	e := token.Endpoint{
		URL: "https://a.example/token", Method: "GET", Server: token.Server{Transport: w},
		Client: token.Client{ID: "id", Secret: secret.New("s"), Auth: token.AuthBody},
		Rename: map[string]string{"client_id": "appid", "client_secret": "secret", "grant_type": "grantType"},
	}
	const sent = "\nAccept: application/json\n"
	for _, tt := range []struct {
		p    token.Params
		want string
	}{
		{grant, "GET https://a.example/token?grantType=client_credentials&appid=id&secret=s"},
		{token.Params{{Name: "client_id", Value: "id"}}, "GET https://a.example/token?appid=id&secret=s"},
		{token.Params{{Name: "appid", Value: "id"}}, "GET https://a.example/token?appid=id&secret=s"},
	} {
		if _, err := e.Request(t.Context(), tt.p); err != nil {
			t.Fatal(err)
		}
		if line, _, _ := strings.Cut(w.sent, sent); line != tt.want {
			t.Errorf("got %s, want %s", line, tt.want)
		}
	}
}

func TestMust20NeverTwoAuthentications(t *testing.T) {
	t.Parallel()
	const noMethod = `the client authentication "bearer" is none; there are headers, body, none, both, private_key_jwt, client_secret_jwt and tls`
	otherHeader := func(method string) string {
		return "the header Authorization is declared, and the client authentication " + method + " besides: a client authenticates in one way; declare the client authentication none if the header is it"
	}
	otherParam := func(name, method string) string {
		return "the parameter " + name + " is declared, and the client authentication " + method + " besides: a client authenticates in one way"
	}
	const otherID = "the parameter client_id is declared, and is another than the client's id"
	authorization := http.Header{"authorization": {"Bearer planted"}}
	clientSecret := token.Params{{Name: "client_secret", Value: "planted"}}
	renamed := token.Params{{Name: "key", Value: "planted"}}
	assertion := token.Params{{Name: "client_assertion", Value: "planted"}}
	id := token.Params{{Name: "client_id", Value: "planted"}}
	for _, tt := range []struct {
		auth   string
		header http.Header
		p      token.Params
		want   string
	}{
		{"headers", authorization, nil, otherHeader("headers")},
		{"", authorization, nil, otherHeader("headers")},
		{"body", authorization, nil, otherHeader("body")},
		{"both", authorization, nil, otherHeader("both")},
		{"tls", authorization, nil, otherHeader("tls")},
		{"client_secret_jwt", authorization, nil, otherHeader("client_secret_jwt")},
		{"headers", nil, clientSecret, otherParam("client_secret", "headers")},
		{"headers", nil, renamed, otherParam("client_secret", "headers")},
		{"body", nil, clientSecret, otherParam("client_secret", "body")},
		{"headers", nil, assertion, otherParam("client_assertion", "headers")},
		{"private_key_jwt", nil, assertion, otherParam("client_assertion", "private_key_jwt")},
		{"body", nil, id, otherID},
		{"tls", nil, id, otherID},
		{"client_secret_jwt", nil, id, otherID},
		{"none", nil, id, otherID},
		{"bearer", nil, nil, noMethod},
	} {
		w := &wire{}
		e := token.Endpoint{
			URL: "https://a.example/token", Header: tt.header, Rename: map[string]string{"client_secret": "key"},
			Client: token.Client{ID: "id", Secret: secret.New("planted"), Auth: tt.auth}, Server: token.Server{Transport: w, JWS: testJWS},
		}
		_, err := e.Request(t.Context(), tt.p)
		if diff := cmp.Diff("the request to https://a.example was not sent: "+tt.want, fmt.Sprint(err)); diff != "" || w.sent != "" {
			t.Errorf("%s: sent %q, the error (-want +got):\n%s", tt.auth, w.sent, diff)
		}
	}
}

func TestBothIsSaidEachTime(t *testing.T) {
	t.Parallel()
	e := token.Endpoint{URL: "https://a.example/token", Client: token.Client{ID: "id", Auth: token.AuthBoth}, Server: token.Server{Transport: &wire{}}}
	got, err := e.Request(t.Context(), grant)
	want := []string{"the client authenticated in two ways at once, as declared; no server should want that (RFC 6749 2.3)"}
	if err != nil || !cmp.Equal(got.Notes, want) {
		t.Errorf("%v and notes %q, want %q", err, got.Notes, want)
	}
}

func TestClientsThatCannotAuthenticate(t *testing.T) {
	t.Parallel()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	private := secret.New(pemOf(t, key))
	for _, tt := range []struct {
		name   string
		client token.Client
		want   string
	}{
		{"no id", token.Client{Auth: "headers"}, "the client has no id, which the client authentication headers wants"},
		{"a raw id with a colon", token.Client{ID: "i:d", Auth: "headers", Raw: true}, "the client's id holds a colon, which ends it in raw Basic credentials; send them encoded (clientAuthEncoding rfc)"},
		{"no key", token.Client{ID: "id", Auth: "private_key_jwt", Assertion: token.Assertion{Alg: "RS256"}}, "the assertion has no key to be signed with"},
		{"no secret", token.Client{ID: "id", Auth: "client_secret_jwt"}, "the assertion has no key to be signed with"},
		{
			"a secret for a key",
			token.Client{ID: "id", Auth: "private_key_jwt", Assertion: token.Assertion{Key: secret.New("planted")}},
			"the assertion of the client would be signed with a shared secret: the client authentication is client_secret_jwt then",
		},
		{
			"an algorithm for a secret",
			token.Client{ID: "id", Auth: "private_key_jwt", Assertion: token.Assertion{Key: private, Alg: "HS256"}},
			"the assertion of the client would be signed with a shared secret: the client authentication is client_secret_jwt then",
		},
		{
			"an algorithm for a key",
			token.Client{ID: "id", Secret: secret.New("planted"), Auth: "client_secret_jwt", Assertion: token.Assertion{Alg: "ES256"}},
			"the algorithm ES256 is for a private key: the client authentication is private_key_jwt then",
		},
		{
			"a key that is none",
			token.Client{ID: "id", Auth: "private_key_jwt", Assertion: token.Assertion{Key: secret.New("-----BEGIN planted")}},
			"the key of the assertion is no private key that can be read: RSA, EC or Ed25519 in PEM or as a JWK was expected",
		},
		{
			"a lifetime that is past",
			token.Client{ID: "id", Auth: "private_key_jwt", Assertion: token.Assertion{Key: private, Lifetime: -time.Second}},
			"the lifetime of an assertion is positive, not -1s",
		},
	} {
		e := token.Endpoint{URL: "https://a.example/token", Client: tt.client, Server: token.Server{Transport: &wire{}, JWS: testJWS}}
		_, err := e.Request(t.Context(), grant)
		if diff := cmp.Diff("the request to https://a.example was not sent: "+tt.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
