package login_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/testdata/peers"
)

// TestDanceWithOAuthlib dances with a server whose every check is another's.
func TestDanceWithOAuthlib(t *testing.T) {
	t.Parallel()
	server := peers.OAuth1(t)
	everywhere := []string{"header", "query", "body"}
	for consumer, in := range map[string]struct {
		method    string
		locations []string
	}{
		peers.HMAC1Consumer:   {"", everywhere},
		peers.HMAC256Consumer: {"HMAC-SHA256", everywhere},
		peers.HMAC512Consumer: {"HMAC-SHA512", everywhere},
		peers.RSAConsumer:     {"RSA-SHA256", everywhere},
		// oauthlib decodes parameters of a query and of a body twice, which
		// spoils a secret with a percent sign.
		peers.PlainConsumer: {"PLAINTEXT", []string{"header"}},
	} {
		for _, location := range in.locations {
			t.Run(consumer+" in the "+location, func(t *testing.T) {
				d := &login.Dance{
					Signer: sign.OAuth1{
						ConsumerKey: consumer, ConsumerSecret: peers.ConsumerSecret, PrivateKey: server.Keys[consumer],
						Method: in.method, Location: location,
					},
					RequestTokenURI: server.URL + "/request_token", AuthorizeURI: server.URL + "/authorize", TokenURI: server.URL + "/access_token",
					Callback:  "http://127.0.0.1:47920/callback?with=query",
					Transport: http.DefaultTransport,
				}
				temporary, err := d.RequestToken(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				callback, err := peers.Person{CallbackPrefix: d.Callback}.Login(t.Context(), temporary.AuthorizeURL())
				if err != nil {
					t.Fatal(err)
				}
				verifier, err := temporary.Accept(callback)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := d.AccessToken(t.Context(), temporary, verifier+"x"); err == nil {
					t.Error("a wrong verifier was accepted")
				}
				credential, err := d.AccessToken(t.Context(), temporary, verifier)
				if err != nil {
					t.Fatal(err)
				}
				d.Signer.Token, d.Signer.TokenSecret = credential.Get("oauth_token"), credential.Get("oauth_token_secret")
				if err := d.Revoke(t.Context(), server.URL+"/api"); err != nil { // any resource takes a signed POST
					t.Error(err)
				}
			})
		}
	}
}

// TestRoundWithOIDCProvider logs in to a certified provider.
func TestRoundWithOIDCProvider(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	round := func(change func(*login.RoundOptions)) *login.Round {
		o := login.RoundOptions{
			AuthorizationEndpoint: op.URL + "/auth", ClientID: peers.PublicClient, RedirectURI: redirect,
			Scopes: []string{"openid", "offline_access"}, Extra: []login.Param{{Name: "prompt", Value: "consent"}},
			Issuer: op.URL, IssRequired: true,
		}
		change(&o)
		r, err := login.NewRound(o)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	person := peers.Person{}
	for name, test := range map[string]struct {
		browser func(context.Context, string) (string, error)
		change  func(*login.RoundOptions)
		check   func(*testing.T, login.Callback, error)
	}{
		"allowed": {
			person.Login, func(*login.RoundOptions) {},
			func(t *testing.T, c login.Callback, err error) {
				if err != nil || c.Code == "" || c.Query.Get("iss") != op.URL {
					t.Errorf("callback = %v, %v", c.Query, err)
				}
			},
		},
		"denied": {
			person.Deny, func(*login.RoundOptions) {},
			func(t *testing.T, _ login.Callback, err error) {
				if got := asError[*login.DeniedError](t, err); got.Code != "access_denied" {
					t.Errorf("error = %v", got)
				}
			},
		},
		"without PKCE, which it wants": {
			person.Login, func(o *login.RoundOptions) { o.PKCE = login.None },
			func(t *testing.T, _ login.Callback, err error) {
				if got := asError[*login.DeniedError](t, err); got.Code != "invalid_request" || got.Description == "" {
					t.Errorf("error = %v", got)
				}
			},
		},
		"another issuer than was asked": {
			person.Login, func(o *login.RoundOptions) { o.Issuer = "https://login.example.com" },
			func(t *testing.T, _ login.Callback, err error) { asError[*login.IssuerError](t, err) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := round(test.change)
			address, err := test.browser(t.Context(), r.URL())
			if err != nil {
				t.Fatal(err)
			}
			callback, err := r.Callback(address)
			test.check(t, callback, err)
		})
	}
}
