package login_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/login"
)

const state = "state-of-this-login"

func TestCallback(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change   func(*login.RoundOptions)
		callback string
		want     login.Callback
	}{
		"a code": {
			nil, redirect + "?code=c1&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "state": {state}}},
		},
		"what else came is kept": {
			nil, redirect + "?realmId=9&realmId=10&code=a%2Fb%20c&state=" + state + "&x=1;y#_=_",
			login.Callback{Code: "a/b c", Query: url.Values{"realmId": {"9", "10"}, "code": {"a/b c"}, "state": {state}, "x": {"1;y"}}},
		},
		"a code by another name": {
			func(o *login.RoundOptions) { o.CodeParam = "spapi_oauth_code" }, redirect + "?spapi_oauth_code=c1&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"spapi_oauth_code": {"c1"}, "state": {state}}},
		},
		"the same host, port and path in another spelling": {
			func(o *login.RoundOptions) { o.RedirectURI = "https://App.example.com" }, "https://app.example.com:443/?code=c1&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "state": {state}}},
		},
		"an app's own scheme": {
			func(o *login.RoundOptions) { o.RedirectURI = "com.example.app:/cb" }, "com.example.app:/cb?code=c1&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "state": {state}}},
		},
		"an issuer that nobody expects": {
			nil, redirect + "?code=c1&iss=https%3A%2F%2Fa&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "iss": {"https://a"}, "state": {state}}},
		},
		"the issuer that was asked": {
			func(o *login.RoundOptions) { o.Issuer, o.IssRequired = "https://a", true }, redirect + "?code=c1&iss=https%3A%2F%2Fa&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "iss": {"https://a"}, "state": {state}}},
		},
		"no issuer, and none announced": {
			func(o *login.RoundOptions) { o.Issuer = "https://a" }, redirect + "?code=c1&state=" + state,
			login.Callback{Code: "c1", Query: url.Values{"code": {"c1"}, "state": {state}}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newRound(t, test.change).Callback(test.callback)
			if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
				t.Errorf("callback (-want +got):\n%s\nerror = %v", diff, err)
			}
		})
	}
}

func TestCallbackRefuses(t *testing.T) {
	t.Parallel()
	const elsewhere = "the callback is not at the redirect URI " + redirect
	tests := map[string]struct{ callback, want string }{
		"another host":           {"http://localhost:47920/callback?code=c1&state=" + state, elsewhere},
		"another port":           {"http://127.0.0.1:47921/callback?code=c1&state=" + state, elsewhere},
		"another path":           {"http://127.0.0.1:47920/callback/?code=c1&state=" + state, elsewhere},
		"another scheme":         {"https://127.0.0.1:47920/callback?code=c1&state=" + state, elsewhere},
		"user info":              {"http://a@127.0.0.1:47920/callback?code=c1&state=" + state, elsewhere},
		"a bare code":            {"c1", "the callback is not a whole URL: it begins with http: and ends with the query"},
		"nothing":                {"", "the callback is not a whole URL: it begins with http: and ends with the query"},
		"a control character":    {redirect + "?code=c1\x1b&state=" + state, "the callback is not a whole URL: it begins with http: and ends with the query"},
		"two codes":              {redirect + "?code=c1&code=c2&state=" + state, "the callback has the parameter code more than once"},
		"two states":             {redirect + "?code=c1&state=" + state + "&state=" + state, "the callback has the parameter state more than once"},
		"two issuers":            {redirect + "?code=c1&iss=a&iss=b&state=" + state, "the callback has the parameter iss more than once"},
		"a broken escape":        {redirect + "?code=%zz&state=" + state, "the callback has a query that cannot be read"},
		"no code":                {redirect + "?token_type=bearer&state=" + state, "the callback has no code (it has state, token_type)"},
		"an implicit grant":      {redirect + "?state=" + state + "#access_token=t1", "the callback has no code (it has state, and a part after #, where nothing was asked for)"},
		"a name with an escape":  {redirect + "?%1b[31m=1&state=" + state, `the callback has no code (it has \x1b[31m, state)`},
		"a callback without end": {redirect + "?code=" + strings.Repeat("c", 1<<16) + "&state=" + state, "the callback is longer than 65536 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newRound(t, nil).Callback(test.callback)
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if got.Code != "" {
				t.Error("a refused callback gave a code")
			}
		})
	}
}

func TestMust6WrongStateIsNotExchanged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		want  login.StateError
	}{
		"wrong":                       {"code=c1&state=state-of-that-login", login.StateError{Parameter: "state"}},
		"longer":                      {"code=c1&state=" + state + "x", login.StateError{Parameter: "state"}},
		"another case":                {"code=c1&state=" + strings.ToUpper(state), login.StateError{Parameter: "state"}},
		"missing":                     {"code=c1", login.StateError{Parameter: "state", Missing: true}},
		"empty":                       {"code=c1&state=", login.StateError{Parameter: "state", Missing: true}},
		"an error with a wrong state": {"error=access_denied&state=x", login.StateError{Parameter: "state"}},
		"an error without a state":    {"error=access_denied", login.StateError{Parameter: "state", Missing: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, nil)
			got, err := r.Callback(redirect + "?" + test.query)
			if diff := cmp.Diff(test.want, *asError[*login.StateError](t, err)); diff != "" || got.Code != "" {
				t.Errorf("error (-want +got):\n%s\ncode = %q", diff, got.Code)
			}
			// It does not end the round: else any web page could.
			if _, err := r.Callback(redirect + "?code=c1&state=" + state); err != nil {
				t.Errorf("the right callback after it: %v", err)
			}
		})
	}
}

func TestMust7StateIsUsedOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a code":         "code=c1",
		"a denial":       "error=access_denied",
		"a wrong iss":    "code=c1&iss=https%3A%2F%2Fother",
		"no code at all": "x=1",
	}
	for name, query := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, func(o *login.RoundOptions) { o.Issuer = "https://a" })
			_, _ = r.Callback(redirect + "?state=" + state + "&" + query)
			got, err := r.Callback(redirect + "?code=c2&state=" + state)
			if !errors.Is(err, login.ErrUsed) || got.Code != "" {
				t.Errorf("second callback = %q, %v; want ErrUsed", got.Code, err)
			}
		})
	}
}

func TestMust7StateIsUsedOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	r := newRound(t, nil)
	codes := make(chan string, 20)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if got, err := r.Callback(redirect + "?code=c1&state=" + state); err == nil {
				codes <- got.Code
			}
		})
	}
	group.Wait()
	if len(codes) != 1 {
		t.Errorf("%d callbacks were accepted, want 1", len(codes))
	}
}

func TestMust8IssIsComparedBeforeTheExchange(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		required bool
		query    string
		want     login.IssuerError
	}{
		"another issuer":                    {true, "code=c1&iss=https%3A%2F%2Fb", login.IssuerError{Want: "https://a", Got: "https://b"}},
		"another issuer, not announced":     {false, "code=c1&iss=https%3A%2F%2Fb", login.IssuerError{Want: "https://a", Got: "https://b"}},
		"a slash more":                      {false, "code=c1&iss=https%3A%2F%2Fa%2F", login.IssuerError{Want: "https://a", Got: "https://a/"}},
		"none where it is required":         {true, "code=c1", login.IssuerError{Want: "https://a"}},
		"an error from another issuer":      {false, "error=access_denied&iss=https%3A%2F%2Fb", login.IssuerError{Want: "https://a", Got: "https://b"}},
		"an issuer with control characters": {false, "code=c1&iss=%1b[2J", login.IssuerError{Want: "https://a", Got: `\x1b[2J`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRound(t, func(o *login.RoundOptions) { o.Issuer, o.IssRequired = "https://a", test.required })
			got, err := r.Callback(redirect + "?" + test.query + "&state=" + state)
			if diff := cmp.Diff(test.want, *asError[*login.IssuerError](t, err)); diff != "" || got.Code != "" {
				t.Errorf("error (-want +got):\n%s\ncode = %q", diff, got.Code)
			}
		})
	}
}

func TestMust11OnlyCodeIsAskedFor(t *testing.T) {
	t.Parallel()
	r := newRound(t, func(o *login.RoundOptions) { o.AuthorizationEndpoint += "?response_type=token" })
	if diff := cmp.Diff([]string{"code"}, queryOf(t, r.URL())["response_type"]); diff != "" {
		t.Errorf("response_type (-want +got):\n%s", diff)
	}
	// A token that comes nevertheless is not taken.
	for _, callback := range []string{
		redirect + "?access_token=t1&state=" + state,
		redirect + "?state=" + state + "#access_token=t1&state=" + state,
	} {
		if got, err := newRound(t, nil).Callback(callback); err == nil {
			t.Errorf("callback %s was accepted: %v", callback, got.Query)
		}
	}
}

func TestMust26DeniedIsPrintable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query string
		want  login.DeniedError
		text  string
	}{
		"denied": {
			"error=access_denied", login.DeniedError{Code: "access_denied"}, "access was denied",
		},
		"with words and a page": {
			"error=access_denied&error_description=End-User+aborted&error_uri=https%3A%2F%2Fexample.com%2Fe",
			login.DeniedError{Code: "access_denied", Description: "End-User aborted", URI: "https://example.com/e"},
			"access was denied: End-User aborted (see https://example.com/e)",
		},
		"escape sequences": {
			"error=x%1b[31m&error_description=a%0Ab%E2%80%AEc&error_uri=javascript:alert(1)",
			login.DeniedError{Code: `x\x1b[31m`, Description: `a\nb\u202ec`},
			`the server answered x\x1b[31m: a\nb\u202ec`,
		},
		"the state sent back": {
			"error=invalid_request&error_description=bad+state+" + state,
			login.DeniedError{Code: "invalid_request", Description: "bad state [secret]"},
			"the server answered invalid_request: bad state [secret]",
		},
		"an error wins over a code": {
			"code=c1&error=server_error", login.DeniedError{Code: "server_error"}, "the server answered server_error",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newRound(t, nil).Callback(redirect + "?" + test.query + "&state=" + state)
			got := asError[*login.DeniedError](t, err)
			if diff := cmp.Diff(test.want, *got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.text, got.Error()); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzCallback(f *testing.F) {
	for _, seed := range []string{
		redirect + "?code=c1&state=" + state, redirect + "?code=c1&code=c2&state=" + state, redirect + "?error=access_denied&state=" + state,
		redirect + "?code=c1&state=" + state + "&iss=https%3A%2F%2Fa", "http://127.0.0.1:47920/callback#code=c1&state=" + state,
		"http://127.0.0.1:47920@evil.example/callback?code=1&state=" + state, "HTTP://127.0.0.1:47920/callback?co%64e=c&state=" + state,
		redirect + "?oauth_token=t1&oauth_verifier=v1", redirect + "?denied=t1", "c1", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, callback string) {
		o := options()
		o.Issuer = "https://a"
		r, err := login.NewRound(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := r.Callback(callback)
		if err != nil {
			if got.Code != "" {
				t.Error("an error and a code")
			}
			if text := err.Error(); strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f }) || strings.Contains(text, state) {
				t.Errorf("an error that cannot be printed, or has the state: %q", text)
			}
			return
		}
		u, err := url.Parse(callback)
		if err != nil || u.Host != "127.0.0.1:47920" || u.Scheme != "http" || u.Path != "/callback" || u.User != nil {
			t.Errorf("accepted at %q", callback)
		}
		if got.Code == "" || len(got.Query["code"]) != 1 || len(got.Query["state"]) != 1 || got.Query.Get("state") != state {
			t.Errorf("accepted with %v", got.Query)
		}
		if iss := got.Query.Get("iss"); iss != "" && iss != "https://a" {
			t.Errorf("accepted from %q", iss)
		}
		if _, err := r.Callback(callback); !errors.Is(err, login.ErrUsed) {
			t.Errorf("accepted twice: %v", err)
		}
	})
}
