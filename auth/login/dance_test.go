package login_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/sign"
)

// A provider is an OAuth 1 server that takes PLAINTEXT, whose signature is the
// two secrets, and remembers what it was sent.
type provider struct {
	*httptest.Server
	answer http.HandlerFunc // what each request is answered with

	mu   sync.Mutex
	seen []url.Values // the parameters of each request, with its path as "path"
}

func newProvider(t *testing.T, answer http.HandlerFunc) *provider {
	t.Helper()
	p := &provider{answer: answer}
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	got := url.Values{"path": {r.Method + " " + r.URL.Path}}
	header, _ := strings.CutPrefix(r.Header.Get("Authorization"), "OAuth ")
	for part := range strings.SplitSeq(header, ", ") {
		name, value, _ := strings.Cut(part, "=")
		value, _ = url.PathUnescape(strings.Trim(value, `"`))
		got.Add(name, value)
	}
	_ = r.ParseForm()
	for name, values := range r.Form {
		got[name] = append(got[name], values...)
	}
	for _, name := range []string{"", "oauth_nonce", "oauth_timestamp", "oauth_version"} {
		got.Del(name)
	}
	p.mu.Lock()
	p.seen = append(p.seen, got)
	p.mu.Unlock()
	p.answer(w, r)
}

// dance is one with this provider.
func (p *provider) dance() *login.Dance {
	return &login.Dance{
		Signer:          sign.OAuth1{ConsumerKey: "key", ConsumerSecret: "consumer-secret", Method: "PLAINTEXT"},
		RequestTokenURI: p.URL + "/request", AuthorizeURI: p.URL + "/authorize?lang=en", TokenURI: p.URL + "/access",
		Callback:  redirect,
		Scopes:    []string{"read", "write"},
		Extra:     []login.Param{{Name: "expiration", Value: "never"}},
		Transport: http.DefaultTransport,
	}
}

// says answers every request with a text.
func says(status int, contentType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

const (
	formType  = "application/x-www-form-urlencoded"
	temporary = "oauth_token=temp-token&oauth_token_secret=temp-secret&oauth_callback_confirmed=true"
)

func TestDance(t *testing.T) {
	t.Parallel()
	for _, location := range []string{"header", "query", "body"} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			p := newProvider(t, func(w http.ResponseWriter, r *http.Request) {
				text := temporary
				if r.URL.Path == "/access" {
					text = "oauth_token=token&oauth_token_secret=a%2Bb&user_id=7\n"
				}
				says(http.StatusOK, "text/html", text)(w, r) // as some label it
			})
			d := p.dance()
			d.Signer.Location = location
			temp, err := d.RequestToken(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(p.URL+"/authorize?lang=en&oauth_token=temp-token&scope=read%2Cwrite&expiration=never", temp.AuthorizeURL()); diff != "" {
				t.Errorf("AuthorizeURL (-want +got):\n%s", diff)
			}
			verifier, err := temp.Accept(redirect + "?oauth_token=temp-token&oauth_verifier=v+1")
			if err != nil {
				t.Fatal(err)
			}
			credential, err := d.AccessToken(t.Context(), temp, verifier)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(url.Values{"oauth_token": {"token"}, "oauth_token_secret": {"a+b"}, "user_id": {"7"}}, credential); diff != "" {
				t.Errorf("credential (-want +got):\n%s", diff)
			}
			d.Signer.Token, d.Signer.TokenSecret = "token", "a+b"
			if err := d.Revoke(t.Context(), p.URL+"/revoke?all=1"); err != nil {
				t.Fatal(err)
			}
			want := []url.Values{
				{
					"path": {"POST /request"}, "oauth_consumer_key": {"key"}, "oauth_signature_method": {"PLAINTEXT"},
					"oauth_signature": {"consumer-secret&"}, "oauth_callback": {redirect},
				},
				{
					"path": {"POST /access"}, "oauth_consumer_key": {"key"}, "oauth_signature_method": {"PLAINTEXT"},
					"oauth_signature": {"consumer-secret&temp-secret"}, "oauth_token": {"temp-token"}, "oauth_verifier": {"v 1"},
				},
				{
					"path": {"POST /revoke"}, "oauth_consumer_key": {"key"}, "oauth_signature_method": {"PLAINTEXT"},
					"oauth_signature": {"consumer-secret&a%2Bb"}, "oauth_token": {"token"}, "all": {"1"},
				},
			}
			if diff := cmp.Diff(want, p.seen); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRequestTokenIgnoresTheTemplatesToken(t *testing.T) {
	t.Parallel()
	p := newProvider(t, says(http.StatusOK, formType, temporary))
	d := p.dance()
	d.Signer.Token, d.Signer.TokenSecret, d.Signer.Verifier = "old", "old-secret", "old-verifier"
	if _, err := d.RequestToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := p.seen[0]; got.Has("oauth_token") || got.Has("oauth_verifier") || got.Get("oauth_signature") != "consumer-secret&" {
		t.Errorf("sent %v", got)
	}
}

func TestServersOfTheFirstVersion(t *testing.T) {
	t.Parallel()
	p := newProvider(t, says(http.StatusOK, formType, "oauth_token=temp-token&oauth_token_secret="))
	d := p.dance()
	temp, err := d.RequestToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(temp.Notes) != 1 {
		t.Errorf("notes = %q, want one about oauth_callback_confirmed", temp.Notes)
	}
	if got := queryOf(t, temp.AuthorizeURL()).Get("oauth_callback"); got != redirect {
		t.Errorf("oauth_callback = %q, want it in the authorize URL", got)
	}
	if verifier, err := temp.Accept(redirect + "?oauth_token=temp-token"); err != nil || verifier != "" {
		t.Errorf("Accept = %q, %v; want no verifier and no error", verifier, err)
	}
}

func TestRequestTokenRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"a problem": {
			says(http.StatusUnauthorized, formType, "oauth_problem=timestamp_refused&oauth_problem_advice=check+the+clock%0A%1b[31m"),
			`the server refused the temporary credential with status 401 and the problem timestamp_refused: check the clock\n\x1b[31m`,
		},
		"a problem in an answer of success": {
			says(http.StatusOK, formType, "oauth_problem=consumer_key_rejected"),
			"the server refused the temporary credential with status 200 and the problem consumer_key_rejected",
		},
		"a problem by other names": {
			says(http.StatusUnauthorized, formType, "error=invalid_client&description=unknown+consumer"),
			"the server refused the temporary credential with status 401 and the problem invalid_client: unknown consumer",
		},
		"a problem with a parameter": {
			says(http.StatusBadRequest, formType, "oauth_problem=parameter_rejected&oauth_parameters_rejected=oauth_callback%3Dhttps%253A%252F%252Fh%26oauth_nonce%3Dx"),
			"the server refused the temporary credential with status 400 and the problem parameter_rejected: oauth_callback, oauth_nonce",
		},
		"a text": {
			says(http.StatusUnauthorized, "text/plain", "Failed to validate oauth signature and token"),
			"the server refused the temporary credential with status 401: Failed to validate oauth signature and token",
		},
		"a text with the secret in it": {
			says(http.StatusUnauthorized, "text/plain", "expected consumer-secret%26 as the signature"),
			"the server refused the temporary credential with status 401: expected [secret]%26 as the signature",
		},
		"a page": {
			says(http.StatusInternalServerError, "text/html", "<html>oh"),
			"the server refused the temporary credential with status 500: the answer is no credential, but 8 bytes of something else",
		},
		"a text without end": {
			says(http.StatusBadRequest, "text/plain", strings.Repeat("no ", 1000)),
			"the server refused the temporary credential with status 400: the answer is no credential, but 3000 bytes of something else",
		},
		"nothing": {
			says(http.StatusOK, formType, ""),
			"the server refused the temporary credential with status 200: the answer is empty",
		},
		"no secret": {
			says(http.StatusOK, formType, "oauth_token=temp-token"),
			"the server refused the temporary credential with status 200: the answer has oauth_token, and a credential needs oauth_token and oauth_token_secret",
		},
		"a credential in a refusal": {
			says(http.StatusForbidden, formType, "{oauth_token_secret: temp-secret}"),
			"the server refused the temporary credential with status 403: the answer is no credential, but 33 bytes of something else",
		},
		"two tokens": {
			says(http.StatusOK, formType, temporary+"&oauth_token=other"),
			"the answer for the temporary credential has oauth_token more than once",
		},
		"a redirect URI that is not confirmed": {
			says(http.StatusOK, formType, "oauth_token=t&oauth_token_secret=s&oauth_callback_confirmed=false"),
			"the server refused the redirect URI: oauth_callback_confirmed is not true; register the URI with the server",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newProvider(t, test.answer).dance().RequestToken(t.Context())
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMust13DanceFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	other := newProvider(t, says(http.StatusOK, formType, temporary))
	p := newProvider(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/request?secret=1", http.StatusTemporaryRedirect)
	})
	_, err := p.dance().RequestToken(t.Context())
	want := p.URL + " answered 307 and redirects to " + other.URL + ", which was not followed: correct the URI for the temporary credential"
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	if len(other.seen) != 0 {
		t.Errorf("the redirect was followed: %v", other.seen)
	}
}

func TestMust16DanceAnswersAreBounded(t *testing.T) {
	t.Parallel()
	p := newProvider(t, says(http.StatusOK, formType, temporary+"&x="+strings.Repeat("x", 1<<20)))
	_, err := p.dance().RequestToken(t.Context())
	if diff := cmp.Diff("the answer of "+p.URL+" is larger than 1048576 bytes", fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestDanceRefusesWhatItIsGiven(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(*login.Dance)
		want   string
	}{
		"http to another machine": {
			func(d *login.Dance) { d.RequestTokenURI = "http://example.com/request" },
			"the URI for the temporary credential (http://example.com) must be https; http is accepted for localhost and loopback addresses only",
		},
		"no authorize URI":   {func(d *login.Dance) { d.AuthorizeURI = "" }, "the authorize URI is missing"},
		"no redirect URI":    {func(d *login.Dance) { d.Callback = "" }, "the redirect URI is missing"},
		"a token in extra":   {func(d *login.Dance) { d.Extra = []login.Param{{Name: "oauth_Token"}} }, `the extra parameter "oauth_Token" cannot be set: the login itself sets it or leaves it out`},
		"scopes and a scope": {func(d *login.Dance) { d.Extra = []login.Param{{Name: "scope"}} }, `the extra parameter "scope" cannot be set: the login itself sets it or leaves it out`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newProvider(t, says(http.StatusOK, formType, temporary)).dance()
			test.change(d)
			temp, err := d.RequestToken(t.Context())
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" || temp != nil {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOutOfBand(t *testing.T) {
	t.Parallel()
	p := newProvider(t, says(http.StatusOK, formType, temporary))
	d := p.dance()
	d.Callback = "oob"
	temp, err := d.RequestToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got := p.seen[0].Get("oauth_callback"); got != "oob" {
		t.Errorf("oauth_callback = %q, want oob", got)
	}
	if _, err := temp.Accept("123456"); err == nil {
		t.Error("a callback was accepted where there is none")
	}
	if _, err := d.AccessToken(t.Context(), temp, "123456"); err != nil {
		t.Error(err)
	}
}

func TestDanceHidesItsSecrets(t *testing.T) {
	t.Parallel()
	d := newProvider(t, says(http.StatusOK, formType, temporary)).dance()
	temp, err := d.RequestToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{d, temp} {
		data, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprintf("%v %+v %#v %s", value, value, value, value) + string(data)
		for _, secret := range []string{"consumer-secret", "temp-token", "temp-secret"} {
			if strings.Contains(text, secret) {
				t.Errorf("%T prints %q", value, secret)
			}
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestDanceErrorsOfTheNetwork(t *testing.T) {
	t.Parallel()
	d := newProvider(t, nil).dance()
	d.RequestTokenURI = "https://api.example.com/request"
	d.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Post", URL: "https://x/?oauth_signature=secret", Err: errors.New(`malformed HTTP response "oauth_token_secret=s\x1b"`)}
	})
	_, err := d.RequestToken(t.Context())
	if diff := cmp.Diff("https://api.example.com: malformed HTTP response ...", fmt.Sprint(err)); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
	for _, words := range []string{"https://api.example.com: there is no host of this name", "https://api.example.com took too long"} {
		d.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New(words) })
		if _, err := d.RequestToken(t.Context()); !strings.HasSuffix(err.Error(), words) || strings.Count(err.Error(), "api.example.com") != 1 {
			t.Errorf("error = %v, want the origin once", err)
		}
	}

	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	d.Transport = http.DefaultTransport
	if _, err := d.RequestToken(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error = %v, want the deadline's", err)
	}
}

func TestDanceSignsWithHMAC(t *testing.T) {
	t.Parallel()
	p := newProvider(t, says(http.StatusOK, formType, temporary))
	d := p.dance()
	d.Signer.Method = ""
	d.Signer.World = sign.World{Now: func() time.Time { return time.Unix(137131200, 0) }, Rand: strings.NewReader(strings.Repeat("r", 64))}
	if _, err := d.RequestToken(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := p.seen[0]
	if got.Get("oauth_signature_method") != "HMAC-SHA1" || len(got.Get("oauth_signature")) != 28 {
		t.Errorf("sent %v", got)
	}
}
