package auth_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/testdata/peers"
)

// later encodes a login and reads it again, as another process does.
func later(t *testing.T, begun *auth.Begun) *auth.Begun {
	t.Helper()
	data, err := begun.Encode()
	if err != nil {
		t.Fatal(err)
	}
	again, err := auth.DecodeBegun(data)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// TestFinish begins a login, and finishes it with what was kept of it: an answer
// that is not its own, and one that is too late, change nothing of that.
func TestFinish(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, now := p.world(t)
	browse := world.Browser
	s := subjectOf(t, oauthSpec(""))
	v := providerValues(t, s)
	world.Browser = nil
	begun, result, err := auth.Begin(t.Context(), s, v, world)
	if err != nil || begun == nil {
		t.Fatalf("%v, %+v", err, result)
	}
	if text := fmt.Sprintf("%v %+v %#v", begun, *begun, begun); strings.Contains(text, "state=") || !strings.Contains(text, secret.Mask) {
		t.Errorf("a login prints as %s", text)
	}
	callback, err := browse(t.Context(), login.Visit{URL: begun.URL})
	if err != nil {
		t.Fatal(err)
	}
	now.move(20 * time.Minute)
	forged, _ := url.Parse(callback)
	q := forged.Query()
	q.Set("state", "of-somebody-else")
	forged.RawQuery = q.Encode()
	if begun.Fits(forged.String()) || begun.Fits(begun.Redirect) || !later(t, begun).Fits(callback) {
		t.Error("the login does not know its own answer")
	}
	before := len(p.seen())
	c, result, err := auth.Finish(t.Context(), s, v, world, later(t, begun), forged.String())
	var state *login.StateError
	if err != nil || c != nil || !errors.As(result.Err, &state) || len(p.seen()) != before {
		t.Fatalf("a forged answer: %v, %+v, %q", err, result, p.seen()[before:])
	}
	c, result, err = auth.Finish(t.Context(), s, v, world, later(t, begun), callback)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	if c.Credential().Values.Get("refresh_token").Text() == "" {
		t.Error("there is no refresh token")
	}
	if err := c.Refresh(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestFinishOfAChangedConnector does not go on with another login than the one
// that was begun.
func TestFinishOfAChangedConnector(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	s := subjectOf(t, peerSpec(server.URL, "      par: true\n"+codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PARClient, "clientSecret": peers.PARSecret})
	begun, result, err := auth.Begin(t.Context(), s, v, peerWorld(peers.Person{}))
	if err != nil || begun == nil {
		t.Fatalf("%v, %+v", err, result)
	}
	changed := subjectOf(t, peerSpec(server.URL, "      parUri: "+server.URL+"/elsewhere\n      par: true\n"+codeScopes))
	c, _, err := auth.Finish(t.Context(), changed, v, peerWorld(peers.Person{}), later(t, begun), begun.Redirect+"?code=x&state=y")
	if c != nil || err == nil || !strings.Contains(err.Error(), "the connector has changed, so begin anew") {
		t.Errorf("%v", err)
	}
}

// TestBeginThatFails says why a login failed before its user was asked.
func TestBeginThatFails(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	s := subjectOf(t, peerSpec(server.URL, "      par: true\n"+codeScopes))
	v := parametersOf(t, s, map[string]string{"clientId": peers.PARClient, "clientSecret": "wrong-secret"})
	begun, result, err := auth.Begin(t.Context(), s, v, peerWorld(peers.Person{}))
	if err != nil || begun != nil || result.OK || !strings.Contains(result.Message, "invalid_client") {
		t.Errorf("%v, %+v, %v", begun, result, err)
	}
}

// TestDecodeBegun refuses what is no login, and shows none of it.
func TestDecodeBegun(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`canary-4711`:                                             "no JSON of a login",
		`{"version":2,"seed":"canary-4711"}`:                      "version 2",
		`{"version":1,"seed":"canary-4711"}`:                      "its seed is none",
		`{"version":1,"seed":"` + strings.Repeat("00", 31) + `"}`: "its seed is none",
	} {
		if _, err := auth.DecodeBegun([]byte(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestFinishAtServers begins and finishes logins that ask the server before
// their user: a pushed request bound to a key, and OAuth 1.
func TestFinishAtServers(t *testing.T) {
	t.Parallel()
	op, old := peers.OIDC(t, peers.OIDCOptions{DPoPNonce: true}), peers.OAuth1(t)
	person := peers.Person{CallbackPrefix: "http://127.0.0.1:47920/callback"}
	for name, test := range map[string]struct {
		spec       string
		parameters map[string]string
	}{
		"pushed": {peerSpec(op.URL, "      par: true\n"+codeScopes), map[string]string{"clientId": peers.PARClient, "clientSecret": peers.PARSecret}},
		"DPoP":   {peerSpec(op.URL, "      dpop: true\n"+codeScopes), map[string]string{"clientId": peers.DPoPClient}},
		"OAuth 1": {
			oauth1PeerSpec(old.URL, peers.HMAC1Consumer, "HMAC-SHA1", "header", "{method: get, path: /api, responseMapping: {ok: '${response.data.ok}'}}"),
			map[string]string{"consumerSecret": peers.ConsumerSecret},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, test.spec)
			v := parametersOf(t, s, test.parameters)
			world := peerWorld(person)
			world.Browser = nil
			begun, result, err := auth.Begin(t.Context(), s, v, world)
			if err != nil || begun == nil {
				t.Fatalf("%v, %+v", err, result)
			}
			callback, err := person.Login(t.Context(), begun.URL)
			if err != nil {
				t.Fatal(err)
			}
			if !begun.Fits(callback) || begun.Fits(begun.Redirect+"?oauth_token=other&state=other") {
				t.Error("the login does not know its own answer")
			}
			c, result, err := auth.Finish(t.Context(), s, v, peerWorld(person), later(t, begun), callback)
			if err != nil || !result.OK {
				t.Fatalf("%v, %+v", err, result)
			}
			if again, err := c.Test(t.Context()); err != nil || !again.OK {
				t.Errorf("%v, %+v", err, again)
			}
		})
	}
}
