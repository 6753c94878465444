package auth_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/testdata/leaks"
	"github.com/connector-spec/connector/testdata/peers"
)

// A sniffer makes what a server gives a client a canary: tokens, codes and the
// like, by their names.
type sniffer struct {
	next     http.RoundTripper
	canaries *leaks.Canaries
}

// givenNames are the members of answers, and parameters of callbacks, that are
// secrets.
var givenNames = []string{
	"access_token", "refresh_token", "id_token", "device_code", "code", "request_uri",
	"oauth_token", "oauth_token_secret", "oauth_verifier", "state",
}

// RoundTrip sends a request on and looks at its answer.
func (s *sniffer) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := s.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	var object map[string]any
	_ = json.Unmarshal(body, &object)
	form, _ := url.ParseQuery(string(body))
	for _, name := range givenNames {
		text, _ := object[name].(string)
		s.given(name, text)
		s.given(name, form.Get(name))
	}
	return resp, nil
}

func (s *sniffer) given(name, text string) {
	if i := strings.LastIndexByte(text, '.'); i > 0 && strings.HasPrefix(text, "eyJ") {
		s.canaries.AddPart(name, text, text[i+1:])
	} else if i := strings.LastIndexByte(text, ':'); name == "request_uri" {
		s.canaries.AddPart(name, text, text[i+1:])
	} else {
		s.canaries.Add(name, text)
	}
}

// back notes what comes back from a login, and adds what a server could say
// there.
func (s *sniffer) back(browser login.Browser) login.Browser {
	return func(ctx context.Context, visit login.Visit) (string, error) {
		callback, err := browser(ctx, visit)
		if err != nil {
			return "", err
		}
		u, err := url.Parse(callback)
		if err != nil {
			return "", err
		}
		for _, name := range givenNames {
			s.given(name, u.Query().Get(name))
		}
		asked, err := url.Parse(visit.URL)
		if err != nil {
			return "", err
		}
		return callback + "&echo=" + url.QueryEscape(asked.Query().Get("state")+" "+u.Query().Get("code")), nil
	}
}

// peerWays are those in which the servers of others are made to echo.
func peerWays() []leaks.Way {
	named := map[string]leaks.Encoding{}
	for _, e := range leaks.Encodings() {
		named[e.Name] = e
	}
	var ways []leaks.Way
	for _, way := range []struct {
		place    leaks.Place
		encoding string
		at       int
	}{
		{leaks.InBody, "text", 0},
		{leaks.InBody, "JSON, each character", 0},
		{leaks.InChunks, "base64url", 0},
		{leaks.InHeaders, "form", 0},
		{leaks.InStatus, "text", 0},
		{leaks.InError, "hex", 1},
		{leaks.InError, "text", 2},
		{leaks.InCode, "text", 2},
		{leaks.InPage, "HTML, each character", 2},
		{leaks.InMessage, "text", 3},
		{leaks.InNames, "Basic", 3},
		{leaks.InMove, "text", 3},
		{leaks.InText, "URL twice", 4},
	} {
		ways = append(ways, leaks.Way{Encoding: named[way.encoding], Place: way.place, At: way.at})
	}
	return ways
}

// checkPeer runs a connector against a server in each of the ways.
func checkPeer(t *testing.T, text string, parameters map[string]string) {
	t.Helper()
	var tally leakTally
	for _, way := range peerWays() {
		canaries := &leaks.Canaries{}
		b := formula.NewObject(len(parameters))
		for name, value := range parameters {
			if value != "" {
				b.Set(name, formula.String(value))
			}
			if name != "clientId" {
				canaries.Add(name, value)
			}
		}
		s := subjectOf(t, text)
		v, problems, err := s.Complete(auth.Values{Parameters: b.Value()})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		l := &leakCheck{t: t, canaries: canaries, name: way.String(), spec: text}
		tally.add(l.runs(s, v, func() (auth.World, *leaks.Echo) {
			world := peerWorld(peers.Person{CallbackPrefix: "http://127.0.0.1:47920/callback"})
			sniffed := &sniffer{world.Network, canaries}
			echo := &leaks.Echo{
				Next: sniffed, Canaries: canaries, Way: way,
				Silent: func(req *http.Request) bool { return strings.Contains(req.URL.Path, "well-known") },
			}
			world.Network, world.Browser = echo, sniffed.back(world.Browser)
			return world, echo
		}))
	}
	t.Logf("%+v", tally)
	if tally.passed < 4 || tally.recorded < 4 {
		t.Errorf("of %d runs %d passed and %d were recorded", tally.runs, tally.passed, tally.recorded)
	}
}

// TestNoLeaksWithPeers has the servers of others send back what they are sent.
func TestNoLeaksWithPeers(t *testing.T) {
	t.Parallel()
	plain := peers.OIDC(t, peers.OIDCOptions{})
	nonces := peers.OIDC(t, peers.OIDCOptions{DPoPNonce: true})
	fosite := peers.Fosite(t)
	assertion := "      clientAuthLocation: private_key_jwt\n      clientAssertion: {key: {$var: connectorParameters.privateKey}, alg: ES256}\n" + codeScopes
	bearer := "      grantType: jwt_bearer\n      assertion: {key: {$var: connectorParameters.privateKey}, alg: RS256, claims: {sub: bob}}\n      scopes: [openid]\n"
	for _, test := range []struct {
		name, client, secret string
		server               *peers.Server
		config               string
	}{
		{"public", peers.PublicClient, "", plain, codeScopes},
		{"headers", peers.BasicClient, peers.BasicSecret, plain, codeScopes},
		{"body", peers.PostClient, peers.PostSecret, plain, "      clientAuthLocation: body\n" + codeScopes},
		{"client_secret_jwt", peers.SecretJWTClient, peers.SecretJWTSecret, plain, "      clientAuthLocation: client_secret_jwt\n" + codeScopes},
		{"private_key_jwt", peers.ES256Client, "", plain, assertion},
		{"PAR", peers.PARClient, peers.PARSecret, plain, "      par: true\n" + codeScopes},
		{"DPoP", peers.DPoPClient, "", nonces, "      dpop: true\n" + codeScopes},
		{"device", peers.DeviceClient, "", plain, "      grantType: device_code\n      scopes: [openid, offline_access, 'api:read']\n"},
		{"JWT bearer", peers.ServiceClient, peers.ServiceSecret, plain, bearer},
		{"fosite", peers.FositeBasicClient, peers.FositeBasicSecret, fosite, "      scopes: [offline, api]\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := peerSpec(test.server.URL, test.config)
			if test.server == fosite {
				text = fositeSpec(test.server.URL, test.config)
			}
			text = strings.Replace(text, "responseMapping: {", "responseMapping: {all: {$var: response.data}, ", 1)
			text = strings.Replace(text, "${test.sub}", "${test.sub} ${jsonEncode(test.all)}", 1)
			checkPeer(t, text, map[string]string{"clientId": test.client, "clientSecret": test.secret, "privateKey": test.server.Keys[test.client]})
		})
	}
}

// TestNoLeaksWithOAuth1Peer does the same with a server of OAuth 1.
func TestNoLeaksWithOAuth1Peer(t *testing.T) {
	t.Parallel()
	server := peers.OAuth1(t)
	for _, m := range []struct{ consumer, method, place string }{
		{peers.HMAC1Consumer, "HMAC-SHA1", "header"},
		{peers.HMAC256Consumer, "HMAC-SHA256", "query"},
		{peers.PlainConsumer, "PLAINTEXT", "header"},
		{peers.RSAConsumer, "RSA-SHA256", "header"},
	} {
		t.Run(m.method, func(t *testing.T) {
			t.Parallel()
			text := oauth1PeerSpec(server.URL, m.consumer, m.method, m.place, "{method: get, path: '/api?b=2', responseMapping: {all: {$var: response.data}}}") +
				"  connectionLabel: ${jsonEncode(test.all)}\n"
			checkPeer(t, text, map[string]string{"consumerSecret": peers.ConsumerSecret, "privateKey": server.Keys[m.consumer]})
		})
	}
}
