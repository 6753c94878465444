package login_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth/login"
)

const (
	redirect = "http://127.0.0.1:47920/callback"
	// The verifier and challenge of RFC 7636 appendix B.
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// options are those of a round whose every secret is given.
func options() login.RoundOptions {
	return login.RoundOptions{
		AuthorizationEndpoint: "https://login.example.com/authorize",
		ClientID:              "client 1",
		RedirectURI:           redirect,
		Scopes:                []string{"read", "write"},
		State:                 "state-of-this-login",
		Verifier:              verifier,
		Nonce:                 "nonce-of-this-login",
	}
}

func newRound(t *testing.T, change func(*login.RoundOptions)) *login.Round {
	t.Helper()
	o := options()
	if change != nil {
		change(&o)
	}
	r, err := login.NewRound(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRoundURL(t *testing.T) {
	t.Parallel()
	const query = "response_type=code&client_id=client%201&redirect_uri=http%3A%2F%2F127.0.0.1%3A47920%2Fcallback" +
		"&scope=read%20write&state=state-of-this-login"
	const pkce = "&code_challenge=" + challenge + "&code_challenge_method=S256"
	tests := map[string]struct {
		change func(*login.RoundOptions)
		want   string
	}{
		"parameters in their order": {
			func(*login.RoundOptions) {}, "https://login.example.com/authorize?" + query + pkce,
		},
		"plain sends the verifier": {
			func(o *login.RoundOptions) { o.PKCE = login.Plain },
			"https://login.example.com/authorize?" + query + "&code_challenge=" + verifier + "&code_challenge_method=plain",
		},
		"without PKCE": {
			func(o *login.RoundOptions) { o.PKCE = login.None }, "https://login.example.com/authorize?" + query,
		},
		"scopes by comma": {
			func(o *login.RoundOptions) { o.Separator = "," },
			"https://login.example.com/authorize?" + strings.ReplaceAll(query, "read%20write", "read%2Cwrite") + pkce,
		},
		"no scopes": {
			func(o *login.RoundOptions) { o.Scopes = nil },
			"https://login.example.com/authorize?" + strings.ReplaceAll(query, "&scope=read%20write", "") + pkce,
		},
		"a nonce where an ID token is asked for": {
			func(o *login.RoundOptions) { o.Scopes = []string{"openid"} },
			"https://login.example.com/authorize?" + strings.ReplaceAll(query, "read%20write", "openid") + pkce + "&nonce=nonce-of-this-login",
		},
		"a nonce where an extra scope asks for it": {
			func(o *login.RoundOptions) {
				o.Scopes, o.Extra = nil, []login.Param{{Name: "scope", Value: "email openid"}}
			},
			"https://login.example.com/authorize?" + strings.ReplaceAll(query, "&scope=read%20write", "") + pkce + "&nonce=nonce-of-this-login&scope=email%20openid",
		},
		"extra parameters come last and may repeat": {
			func(o *login.RoundOptions) {
				o.Extra = []login.Param{{Name: "resource", Value: "https://a/?x=1"}, {Name: "resource", Value: "https://b/"}, {Name: "prompt", Value: "login+consent"}}
			},
			"https://login.example.com/authorize?" + query + pkce + "&resource=https%3A%2F%2Fa%2F%3Fx%3D1&resource=https%3A%2F%2Fb%2F&prompt=login%2Bconsent",
		},
		"renamed parameters": {
			func(o *login.RoundOptions) {
				o.Rename = map[string]string{"client_id": "client_key", "scope": "user_scope"}
				o.Extra = []login.Param{{Name: "scope", Value: "bot"}}
			},
			"https://login.example.com/authorize?" +
				strings.NewReplacer("client_id", "client_key", "&scope", "&user_scope").Replace(query) + pkce + "&scope=bot",
		},
		"the endpoint's own query stays": {
			func(o *login.RoundOptions) {
				o.AuthorizationEndpoint = "https://login.example.com/authorize?tenant=a%20b&p=B2C_1"
			},
			"https://login.example.com/authorize?tenant=a%20b&p=B2C_1&" + query + pkce,
		},
		"a parameter that the endpoint has too is sent once": {
			func(o *login.RoundOptions) {
				o.AuthorizationEndpoint = "http://localhost:9100/authorize?response_type=token&tenant=1&client%5Fid=other"
			},
			"http://localhost:9100/authorize?tenant=1&" + query + pkce,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, newRound(t, test.change).URL()); diff != "" {
				t.Errorf("URL (-want +got):\n%s", diff)
			}
		})
	}
}

func TestParamsArePushed(t *testing.T) {
	t.Parallel()
	r := newRound(t, func(o *login.RoundOptions) {
		o.AuthorizationEndpoint += "?tenant=1"
		o.Rename = map[string]string{"client_id": "client_key"}
		o.Extra = []login.Param{{Name: "audience", Value: "https://api.example.com"}}
	})
	want := []login.Param{
		{Name: "response_type", Value: "code"},
		{Name: "client_key", Value: "client 1"},
		{Name: "redirect_uri", Value: redirect},
		{Name: "scope", Value: "read write"},
		{Name: "state", Value: "state-of-this-login"},
		{Name: "code_challenge", Value: challenge},
		{Name: "code_challenge_method", Value: "S256"},
		{Name: "audience", Value: "https://api.example.com"},
	}
	if diff := cmp.Diff(want, r.Params()); diff != "" {
		t.Errorf("Params (-want +got):\n%s", diff)
	}
	const pushed = "https://login.example.com/authorize?tenant=1&client_key=client%201&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Aabc"
	if diff := cmp.Diff(pushed, r.PushedURL("urn:ietf:params:oauth:request_uri:abc")); diff != "" {
		t.Errorf("PushedURL (-want +got):\n%s", diff)
	}
}

func TestNewRoundRefuses(t *testing.T) {
	t.Parallel()
	extra := func(name string) func(*login.RoundOptions) {
		return func(o *login.RoundOptions) { o.Extra = []login.Param{{Name: name, Value: "x"}} }
	}
	endpoint := func(text string) func(*login.RoundOptions) {
		return func(o *login.RoundOptions) { o.AuthorizationEndpoint = text }
	}
	redirectURI := func(text string) func(*login.RoundOptions) {
		return func(o *login.RoundOptions) { o.RedirectURI = text }
	}
	tests := map[string]struct {
		change func(*login.RoundOptions)
		want   string
	}{
		"no endpoint":                {endpoint(""), "the authorization endpoint is missing"},
		"http to another machine":    {endpoint("http://login.example.com/a?secret=1"), "the authorization endpoint (http://login.example.com) must be https; http is accepted for localhost and loopback addresses only"},
		"javascript":                 {endpoint("javascript:alert(1)"), "the authorization endpoint must be an absolute URL, such as https://login.example.com/authorize"},
		"user info":                  {endpoint("https://me:pw@login.example.com/"), "the authorization endpoint must not have a user or password"},
		"a request_uri in its query": {endpoint("https://login.example.com/?request_uri=x"), `the authorization endpoint's query must not set "request_uri"`},
		"no redirect":                {redirectURI(""), "the redirect URI is missing"},
		"a relative redirect":        {redirectURI("/callback"), "the redirect URI must be an absolute URI, such as http://127.0.0.1:47920/callback"},
		"a redirect with fragment":   {redirectURI(redirect + "#x"), "the redirect URI must not have a fragment"},
		"no client":                  {func(o *login.RoundOptions) { o.ClientID = "" }, "the client id is missing"},
		"no issuer to require":       {func(o *login.RoundOptions) { o.IssRequired = true }, "the issuer is missing, which every callback has to name"},
		"unknown PKCE":               {func(o *login.RoundOptions) { o.PKCE = "s256" }, `unknown PKCE method "s256": S256, plain or none was expected`},
		"a short verifier":           {func(o *login.RoundOptions) { o.Verifier = verifier[1:] }, "the PKCE verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 4.1)"},
		"a verifier with a blank":    {func(o *login.RoundOptions) { o.Verifier = verifier[1:] + " " }, "the PKCE verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 4.1)"},
		"an extra without a name":    {extra(""), "an extra parameter has no name"},
		"an extra scope besides":     {extra("scope"), `the extra parameter "scope" cannot be set: the login itself sets it or leaves it out`},
		"renamed to nothing":         {func(o *login.RoundOptions) { o.Rename = map[string]string{"state": ""} }, `the parameter "state" cannot be renamed to nothing`},
		"renamed onto another":       {func(o *login.RoundOptions) { o.Rename = map[string]string{"scope": "state"} }, `two parameters of the authorization request would be named "state"`},
		"an extra by the new name": {func(o *login.RoundOptions) {
			o.Rename = map[string]string{"client_id": "client_key"}
			extra("client_key")(o)
		}, `the extra parameter "client_key" cannot be set: the login itself sets it or leaves it out`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options()
			test.change(&o)
			r, err := login.NewRound(o)
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" || r != nil {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReservedParametersAreRefused(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method",
		"nonce", "request", "request_uri", "client_secret", "State", "REDIRECT_URI",
	} {
		o := options()
		o.Extra = []login.Param{{Name: name, Value: "x"}}
		if _, err := login.NewRound(o); err == nil {
			t.Errorf("the extra parameter %q was accepted", name)
		}
	}
}

func TestMust7StateAndVerifierAreUnguessable(t *testing.T) {
	t.Parallel()
	base64url := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`) // 256 bits
	seen := map[string]bool{}
	for range 50 {
		r := newRound(t, func(o *login.RoundOptions) {
			o.State, o.Verifier, o.Nonce, o.Scopes = "", "", "", []string{"openid"}
		})
		for _, text := range []string{r.State, r.Verifier, r.Nonce} {
			if !base64url.MatchString(text) || seen[text] {
				t.Fatalf("%q is not 256 new bits", text)
			}
			seen[text] = true
		}
		query := queryOf(t, r.URL())
		want := url.Values{
			"response_type": {"code"}, "client_id": {"client 1"}, "redirect_uri": {redirect}, "scope": {"openid"},
			"state": {r.State}, "nonce": {r.Nonce},
			"code_challenge": {oauth2.S256ChallengeFromVerifier(r.Verifier)}, "code_challenge_method": {"S256"},
		}
		if diff := cmp.Diff(want, query); diff != "" {
			t.Fatalf("query (-want +got):\n%s", diff)
		}
	}
}

func TestMust7StateComesFromRand(t *testing.T) {
	t.Parallel()
	change := func(o *login.RoundOptions) {
		o.State, o.Verifier, o.Rand = "", "", bytes.NewReader(bytes.Repeat([]byte{1}, 64))
	}
	a, b := newRound(t, change), newRound(t, change)
	if a.State != b.State || a.Verifier != b.Verifier {
		t.Error("two rounds of the same randomness differ")
	}
	o := options()
	change(&o)
	o.Rand = strings.NewReader("too little")
	if _, err := login.NewRound(o); err == nil {
		t.Error("a round was made of 10 random bytes")
	}
}

func TestPKCEVector(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "vectors", "signing", "oauth2", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		PKCE struct {
			Verifier  string `json:"verifier"`
			Challenge string `json:"challenge_S256"`
		} `json:"pkce"`
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	r := newRound(t, func(o *login.RoundOptions) { o.Verifier = vectors.PKCE.Verifier })
	if got := queryOf(t, r.URL()).Get("code_challenge"); got != vectors.PKCE.Challenge || got == "" {
		t.Errorf("challenge = %q, want %q", got, vectors.PKCE.Challenge)
	}
}

func TestMust5RedirectURIIsTheSame(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"http://127.0.0.1:47920/callback", "http://LOCALHOST:80/Call%62ack?x=1", "https://example.com", "com.example.app:/cb",
	} {
		r := newRound(t, func(o *login.RoundOptions) { o.RedirectURI = text })
		if got := queryOf(t, r.URL()).Get("redirect_uri"); got != text || r.RedirectURI != text {
			t.Errorf("redirect URI %q: the request says %q and the round %q", text, got, r.RedirectURI)
		}
	}
}

func TestRoundHidesItsSecrets(t *testing.T) {
	t.Parallel()
	r := newRound(t, nil)
	callback, err := r.Callback(redirect + "?code=the-code&state=" + r.State)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{r, callback, &callback, options()} {
		text := fmt.Sprintf("%v %+v %#v %s %q", value, value, value, value, value)
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"the-code", r.State, r.Verifier, "nonce-of-this-login"} {
			if strings.Contains(text+string(data), secret) {
				t.Errorf("%T prints %q", value, secret)
			}
		}
	}
}

func queryOf(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// asError gives err as a T, and fails the test if it is none.
func asError[T error](t *testing.T, err error) T {
	t.Helper()
	var want T
	if !errors.As(err, &want) {
		t.Fatalf("error = %v (%T), want a %T", err, err, want)
	}
	return want
}
