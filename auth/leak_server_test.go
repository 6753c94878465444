package auth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/testdata/leaks"
)

// leakKey is the private key of all clients that have one.
var leakKey = sync.OnceValue(func() string { return formula.ThrowAwayKey("ES256") })

// A leakServer answers in memory as authorization server, as the login of a
// session and as the API, to whoever asks. What it gives is a canary.
type leakServer struct {
	*leakSpec
	mu         sync.Mutex
	challenged bool
	pushed     url.Values // the parameters of a login, if they were
}

// RoundTrip answers a request.
func (s *leakServer) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
	}
	resp := &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Request: req, ProtoMajor: 1, ProtoMinor: 1}
	body := ""
	switch path := req.URL.Path; {
	case path == "/authorize":
		resp.StatusCode, resp.Status = 302, "302 Found"
		resp.Header.Set("Location", s.callback(req.URL.Query()))
	case path == "/token":
		body = s.tokens(resp)
	case path == "/par":
		s.pushed, _ = url.ParseQuery(string(sent))
		resp.StatusCode = 201
		word := leaks.Word(s.r, 30)
		uri := "urn:ietf:params:oauth:request_uri:" + word
		s.canaries.AddPart("request_uri", uri, word)
		body = s.json(resp, members{"request_uri": uri, "expires_in": 60})
	case path == "/device":
		body = s.json(resp, members{
			"device_code": s.plain("device_code"), "user_code": "WDJB-MJHT", "verification_uri": "https://login.leak.example/activate",
			"expires_in": 600, "interval": 1,
		})
	case path == "/request" || path == "/access":
		resp.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		body = url.Values{
			"oauth_token": {s.plain("oauth_token")}, "oauth_token_secret": {s.canaries.Make(s.r, "oauth_token_secret")}, "oauth_callback_confirmed": {"true"},
		}.Encode()
	case strings.HasSuffix(path, "/login"):
		resp.Header.Set("Set-Cookie", "sid="+s.plain("cookie"))
		body = s.json(resp, members{"session": members{"token": s.plain("session"), "deep": s.canaries.Make(s.r, "deep")}})
	case !s.challenged && s.digest():
		s.challenged = true
		resp.StatusCode, resp.Status = 401, "401 Unauthorized"
		resp.Header.Set("WWW-Authenticate", `Digest realm="leak", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", qop="auth", algorithm=SHA-256`)
	default:
		body = s.json(resp, members{"name": "Ada", "id": 7, "list": []any{1, "two", nil}})
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

func (s *leakServer) plain(name string) string { return s.canaries.MakePlain(s.r, name) }

func (s *leakServer) json(resp *http.Response, m members) string {
	resp.Header.Set("Content-Type", "application/json")
	text, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// digest tells whether requests are signed by HTTP Digest.
func (s *leakServer) digest() bool {
	client, _ := s.auth["makeApiClient"].(members)
	config, _ := client["mapping"].(members)
	sign, _ := config["sign"].(members)
	return sign["type"] == "digest"
}

// callback is where the user comes back.
func (s *leakServer) callback(asked url.Values) string {
	back := url.Values{"tenant": {"t-1"}}
	if asked.Has("request_uri") {
		asked = s.pushed
	}
	to := asked.Get("redirect_uri")
	if token := asked.Get("oauth_token"); token != "" {
		to = "http://127.0.0.1:47920/callback"
		back.Set("oauth_token", token)
		back.Set("oauth_verifier", s.plain("oauth_verifier"))
	} else {
		back.Set("code", s.plain("code"))
		back.Set("state", asked.Get("state"))
	}
	return to + "?" + back.Encode()
}

// tokens is the answer to a token request.
func (s *leakServer) tokens(resp *http.Response) string {
	tokens := members{
		"access_token": s.plain("access_token"), "refresh_token": s.plain("refresh_token"),
		"expires_in": 3600, s.one("session_key", "webhookSecret", "id_ticket"): s.canaries.Make(s.r, "a member of the token answer"),
	}
	if s.answer.kind != "" {
		tokens["token_type"] = s.answer.kind
	}
	if !s.answer.form {
		tokens["account"] = members{"id": 7, "hook": "https://hooks.leak.example/T1", "password": s.plain("a member of a member")}
	}
	switch {
	case s.answer.nested:
		return s.json(resp, members{"data": tokens})
	case s.answer.form:
		form := url.Values{}
		for name, v := range tokens {
			form.Set(name, fmt.Sprint(v))
		}
		resp.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return form.Encode()
	}
	return s.json(resp, tokens)
}

// world is the world of a run against the server, through an echo.
func (s *leakSpec) world(way leaks.Way) (auth.World, *leaks.Echo) {
	echo := &leaks.Echo{Next: &leakServer{leakSpec: s}, Canaries: s.canaries, Way: way, Derived: s.isDerived, Compose: s.compose}
	w := worldOf(nil)
	w.Network, w.Browser = echo, login.To(browserOf(echo))
	w.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	w.Prompt = func(context.Context, auth.DevicePrompt) error { return nil }
	return w, echo
}
