package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
)

// TestMust7PKCE sends a challenge by S256 unless the spec says otherwise, and
// warns with every run of the weak method.
func TestMust7PKCE(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config, method string
		warns          bool
	}{
		{"", "S256", false},
		{"      pkce: plain\n", "plain", true},
		{"      pkce: none\n", "", false},
		{"      skipPkce: true\n", "", false},
	} {
		p := &provider{lifetime: time.Hour}
		world, _ := p.world(t)
		asked := map[string]string{}
		p.token = func(w http.ResponseWriter, req *http.Request) {
			q := p.codes[req.PostForm.Get("code")]
			asked["method"], asked["challenge"], asked["verifier"] = q.Get("code_challenge_method"), q.Get("code_challenge"), req.PostForm.Get("code_verifier")
			answer(w, http.StatusOK, p.tokens(true))
		}
		s := subjectOf(t, oauthSpec(test.config))
		_, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
		if err != nil || !result.OK {
			t.Fatalf("%q: %v, %+v", test.config, err, result)
		}
		if asked["method"] != test.method || (asked["verifier"] == "") != (test.method == "") || (asked["challenge"] == asked["verifier"]) != (test.method != "S256") {
			t.Errorf("%q: %v", test.config, asked)
		}
		if warned := len(result.Warnings) == 1 && strings.Contains(result.Warnings[0], "PKCE"); warned != test.warns {
			t.Errorf("%q: warnings %q", test.config, result.Warnings)
		}
	}
}

// TestMust20BothWarns sends two authentications where the spec says both, and
// warns with every run.
func TestMust20BothWarns(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	inBody := ""
	p.token = func(w http.ResponseWriter, req *http.Request) {
		inBody = req.PostForm.Get("client_secret")
		p.exchange(w, req)
	}
	s := subjectOf(t, oauthSpec("      clientAuthLocation: both\n"))
	for range 2 {
		_, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
		if err != nil || !result.OK || inBody != providerSecret {
			t.Fatalf("%v, %+v", err, result)
		}
		if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "twice") {
			t.Errorf("warnings %q", result.Warnings)
		}
	}
}

// TestMust18DiscoveredEndpoints has an issuer name endpoints within a private
// network: what an issuer says is data, and nothing is sent there.
func TestMust18DiscoveredEndpoints(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"https://169.254.169.254/token", "https://10.0.0.7/token"} {
		p := &provider{}
		world, _ := p.world(t)
		next := world.Network
		world.Network = roundTripper(func(req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "oauth-authorization-server") {
				n := network(func(*http.Request, string) (int, string) {
					return 200, `{"issuer":"https://login.acme.example","token_endpoint":"` + endpoint + `","authorization_endpoint":"https://login.acme.example/authorize"}`
				})
				return n.RoundTrip(req)
			}
			return next.RoundTrip(req)
		})
		text := strings.Replace(oauthSpec("      grantType: client_credentials\n"), "      authorizeUri: https://login.acme.example/authorize\n      tokenUri: https://login.acme.example/token\n", "      issuer: https://login.acme.example\n", 1)
		s := subjectOf(t, text)
		_, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
		var private *client.PrivateAddressError
		if err != nil || result.OK || !errors.As(result.Err, &private) {
			t.Errorf("%s: %v, %+v", endpoint, err, result)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }
