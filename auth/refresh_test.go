package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// tired is a connector whose sessions end. It is refreshed by the method that
// the name after it says, or by logging in again.
const tired = `key: tired
name: Tired
auth:
  type: client-credentials
  baseUri: https://tired.example.com
  ui:
    schema:
      type: object
      properties: {password: {type: string, isSensitive: true}}
      required: [password]
  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /login
      requestMapping: {data: {password: {$var: connectionInput.password}}}
      responseMapping: {session: {$var: response.data.session}, renewal: {$var: response.data.renewal}}
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Session: {$var: credentials.session}}
  test:
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: /me
      responseMapping: {name: {$var: response.data.name}}
  connectionLabel: ${test.name}
`

// renewed is tired with a way to refresh.
var renewed = strings.Replace(tired, "  makeApiClient:", `  refreshCredentials:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /renew
      requestMapping: {data: {renewal: {$var: credentials.renewal}}}
      responseMapping: {session: {$var: response.data.session}}
  makeApiClient:`, 1)

// handled is renewed with a handler, for an API that says all by 200.
var handled = strings.Replace(renewed, "{$var: credentials.session}}\n", `{$var: credentials.session}}
      responseHandlers:
        - match: {$eval: {$var: response.data.fault}, is: SESSION_ENDED}
          isSuccess: false
          error: {key: access_token_expired, message: {$var: response.data.text}}
`, 1)

// A tiredAPI is a loopback server that counts: it gives sessions, of which only
// those of a number it accepts are good.
type tiredAPI struct {
	good    int // the session that is accepted, from 1
	refusal http.HandlerFunc
	renew   http.HandlerFunc // instead of a new session, if there is one

	mu       sync.Mutex
	sessions int
	seen     []string
}

func sessionNumber(n int) string { return fmt.Sprintf("session-%d-0123456789abcdef", n) }

const renewal = "renewal-0123456789abcdef"

func (a *tiredAPI) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	a.seen = append(a.seen, req.Method+" "+req.URL.Path)
	var sent struct{ Password, Renewal string }
	_ = json.Unmarshal(body, &sent)
	w.Header().Set("Content-Type", "application/json")
	switch {
	case req.URL.Path == "/renew" && a.renew != nil:
		a.renew(w, req)
	case req.URL.Path == "/login" && sent.Password == password, req.URL.Path == "/renew" && sent.Renewal == renewal:
		a.sessions++
		_ = json.NewEncoder(w).Encode(map[string]string{"session": sessionNumber(a.sessions), "renewal": renewal})
	case req.URL.Path == "/me" && req.Header.Get("X-Session") == sessionNumber(a.good):
		_, _ = io.WriteString(w, `{"name":"Ada"}`)
	case req.URL.Path == "/me":
		a.refusal(w, req)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func says(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// loopback gives a world in which the connector's API is a server of this
// machine, and the pauses of the run.
func loopback(t testing.TB, api http.Handler) (auth.World, *[]time.Duration) {
	t.Helper()
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	route, err := client.ParseRoute("https://tired.example.com="+server.URL, false)
	if err != nil {
		t.Fatal(err)
	}
	network := client.NewTransport(client.TransportOptions{Routes: []client.Route{route}})
	t.Cleanup(network.CloseIdleConnections)
	var pauses []time.Duration
	return auth.World{
		Network: network, Now: func() time.Time { return clock }, Redactor: secret.NewRedactor(),
		Wait: func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil },
	}, &pauses
}

func withPassword(t testing.TB, s auth.Subject) auth.Values {
	t.Helper()
	v, problems, err := s.Complete(auth.Values{Inputs: formula.Object(formula.Member{Key: "password", Value: formula.String(password)})})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// stepsOf writes the steps of a result.
func stepsOf(r *auth.Result) []string {
	var list []string
	for _, s := range r.Steps {
		mark := "ok"
		if !s.OK {
			mark = "failed"
		}
		list = append(list, strings.Join(strings.Fields(fmt.Sprint(s.Name, " ", s.Method, " ", s.Status, " ", mark)), " "))
	}
	return list
}

const obtained, refreshed, made = "getCredentialsFromConnectionParameters POST 200 ok", "refreshCredentials POST 200 ok", "makeApiClient 0 ok"

// TestMust22Refresh refuses a credential and wants one refresh, one repeat and
// no request more, live and from the recording that is made of it.
func TestMust22Refresh(t *testing.T) {
	t.Parallel()
	unauthorized := says(401, `{"message":"expired"}`)
	fault := says(200, `{"fault":"SESSION_ENDED","text":"log in again"}`)
	tests := []struct {
		name, spec string
		api        *tiredAPI
		message    string // "" for a success
		seen       []string
		steps      []string
		pauses     []time.Duration
	}{
		{
			"by refreshCredentials", renewed, &tiredAPI{good: 2, refusal: unauthorized}, "",
			[]string{"POST /login", "GET /me", "POST /renew", "GET /me"},
			[]string{obtained, made, refreshed, made, "test GET 200 ok"},
			nil,
		},
		{
			"by logging in again", tired, &tiredAPI{good: 2, refusal: unauthorized}, "",
			[]string{"POST /login", "GET /me", "POST /login", "GET /me"},
			[]string{obtained, made, obtained, made, "test GET 200 ok"},
			nil,
		},
		{
			"after a 200 that a handler takes for an end", handled, &tiredAPI{good: 2, refusal: fault}, "",
			[]string{"POST /login", "GET /me", "POST /renew", "GET /me"},
			[]string{obtained, made, refreshed, made, "test GET 200 ok"},
			nil,
		},
		{
			"not at all without need", renewed, &tiredAPI{good: 1}, "",
			[]string{"POST /login", "GET /me"},
			[]string{obtained, made, "test GET 200 ok"},
			nil,
		},
		{
			"once, though the new one is refused too", renewed, &tiredAPI{good: 9, refusal: unauthorized}, `test: GET https://tired.example.com/me answered 401 Unauthorized: "expired"`,
			[]string{"POST /login", "GET /me", "POST /renew", "GET /me"},
			[]string{obtained, made, refreshed, made, "test GET 401 failed"},
			nil,
		},
		{
			"once, though a handler refuses the new one too", handled, &tiredAPI{good: 9, refusal: fault}, `answered 200 OK, which its responseHandlers take for an error (access_token_expired): "log in again"`,
			[]string{"POST /login", "GET /me", "POST /renew", "GET /me"},
			[]string{obtained, made, refreshed, made, "test GET 200 failed"},
			nil,
		},
		{
			"and the refresh is refused", renewed, &tiredAPI{good: 2, refusal: unauthorized, renew: says(400, `{"error":"invalid_grant"}`)},
			`test: the API answered 401 and does not accept the credential, and refreshing that failed: POST https://tired.example.com/renew answered 400 Bad Request: "invalid_grant"`,
			[]string{"POST /login", "GET /me", "POST /renew"},
			[]string{obtained, made, "refreshCredentials POST 400 failed", "test GET 401 failed"},
			nil,
		},
		{
			"and the refresh gives nothing", renewed, &tiredAPI{good: 2, refusal: unauthorized, renew: says(200, `{}`)}, "refreshing that failed: the answer has no value for credentials.session",
			[]string{"POST /login", "GET /me", "POST /renew"},
			[]string{obtained, made, "refreshCredentials POST 200 failed", "test GET 401 failed"},
			nil,
		},
		{
			"but not for a POST", strings.Replace(renewed, "method: get", "method: post", 1), &tiredAPI{good: 2, refusal: unauthorized}, `answered 401 Unauthorized: "expired"`,
			[]string{"POST /login", "POST /me", "POST /renew"},
			[]string{obtained, made, refreshed, made, "test POST 401 failed"},
			nil,
		},
		{
			"not where the credential is what the user entered", strings.Replace(loginless(tired), "credentials.session", "connectionInput.password", 1), &tiredAPI{good: 2, refusal: unauthorized}, `answered 401 Unauthorized: "expired"`,
			[]string{"GET /me"},
			[]string{made, "test GET 401 failed"},
			nil,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, test.spec)
			w, pauses := loopback(t, test.api)
			result, rec, err := auth.Record(t.Context(), s, withPassword(t, s), w, random(), "test")
			if err != nil {
				t.Fatal(err)
			}
			if result.OK != (test.message == "") || !strings.Contains(result.Message, test.message) || (result.Hint == "") != result.OK {
				t.Errorf("ok %t, message %q, hint %q, want %q", result.OK, result.Message, result.Hint, test.message)
			}
			if diff := cmp.Diff(test.seen, test.api.seen); diff != "" {
				t.Errorf("the server saw (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.steps, stepsOf(result)); diff != "" {
				t.Errorf("steps (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.pauses, *pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
			if result.OK {
				replays(t, s, w, rec, result)
			}
		})
	}
}

// loginless is a spec without the method that logs in.
func loginless(text string) string {
	before, rest, _ := strings.Cut(text, "  getCredentialsFromConnectionParameters:")
	_, after, _ := strings.Cut(rest, "  makeApiClient:")
	return before + "  makeApiClient:" + after
}

// replays writes a recording, reads it and plays it twice; it wants the same
// steps, and no time to pass.
func replays(t *testing.T, s auth.Subject, w auth.World, rec *cassette.Recording, result *auth.Result) {
	t.Helper()
	rec.Source = "loopback"
	data, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	if err := cassette.Verify(data, rec, w.Redactor); err != nil {
		t.Fatal(err)
	}
	for _, hidden := range []string{password, sessionNumber(1), sessionNumber(2), renewal} {
		if strings.Contains(string(data), hidden) {
			t.Errorf("the recording holds %q", hidden)
		}
	}
	parsed, err := cassette.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		start := time.Now()
		replayed, err := auth.Replay(t.Context(), s, parsed)
		if err != nil || !replayed.OK || replayed.Label != result.Label || replayed.Note != "" {
			t.Fatalf("replay: %v, %+v", err, replayed)
		}
		if diff := cmp.Diff(stepsOf(result), stepsOf(replayed)); diff != "" {
			t.Errorf("steps of the replay (-live +replayed):\n%s", diff)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("the replay waited: it took %v", took)
		}
	}
}

// TestRepeatCarriesTheNewCredential wants a recording to tell the old
// credential from the new.
func TestRepeatCarriesTheNewCredential(t *testing.T) {
	t.Parallel()
	text := strings.Replace(renewed, "headers: {X-Session:", "headers: {X-Kept: {$var: credentials.renewal}, X-Session:", 1)
	s := subjectOf(t, text)
	w, _ := loopback(t, &tiredAPI{good: 2, refusal: says(401, "{}")})
	_, rec, err := auth.Record(t.Context(), s, withPassword(t, s), w, random(), "test")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, step := range rec.Steps {
		for _, x := range step.Exchanges {
			got = append(got, strings.TrimSpace(step.Name+" "+x.Request.Headers["X-Session"]+x.Request.Body+" "+x.Request.Headers["X-Kept"]))
		}
	}
	want := []string{
		`getCredentialsFromConnectionParameters {"password":"{{input.password}}"}`,
		"test {{credentials.session}} {{credentials.renewal}}", "test {{refreshed.session}} {{credentials.renewal}}",
		`refreshCredentials {"renewal":"{{credentials.renewal}}"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("recorded (-want +got):\n%s", diff)
	}
	// A spec that does not use the new one plays it no more.
	rec.Source = "loopback"
	stale := subjectOf(t, strings.Replace(text, "{session: {$var: response.data.session}}", "{other: {$var: response.data.session}}", 1))
	result, err := auth.Replay(t.Context(), stale, rec)
	if err != nil || result.OK || !strings.Contains(result.Message, "GET https://tired.example.com/me is not in the recording") {
		t.Errorf("%v, %+v", err, result)
	}
}

// Security rule 13: a login is not redirected, not even by a GET.
func TestMust13LoginIsNotRedirected(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, strings.Replace(strings.Replace(tired, "method: post", "method: get", 1), "requestMapping: {data:", "requestMapping: {query:", 1))
	var seen []string
	w, _ := loopback(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		seen = append(seen, req.URL.Path)
		http.Redirect(w, req, "/elsewhere?"+req.URL.RawQuery, http.StatusFound)
	}))
	result, err := auth.Test(t.Context(), s, withPassword(t, s), w, random())
	var redirect *client.RedirectError
	if err != nil || !errors.As(result.Err, &redirect) || len(seen) != 1 || strings.Contains(result.Message, "pass") {
		t.Errorf("%v, %v after %q", err, result.Err, seen)
	}
}

// TestSessionInAHeader logs in where the answer has its session in a header,
// which a recording keeps because the spec reads it.
func TestSessionInAHeader(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, strings.Replace(tired, "{session: {$var: response.data.session}, renewal: {$var: response.data.renewal}}", `{session: '${response.headers["x-session"]}'}`, 1))
	w, _ := loopback(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Other", "not read")
		if req.URL.Path == "/login" {
			w.Header().Set("X-Session", sessionNumber(1))
		} else if req.Header.Get("X-Session") != sessionNumber(1) {
			w.WriteHeader(401)
		}
		_, _ = io.WriteString(w, `{"name":"Ada"}`)
	}))
	result, rec, err := auth.Record(t.Context(), s, withPassword(t, s), w, random(), "test")
	if err != nil || rec == nil {
		t.Fatal(err, result.Message)
	}
	want := map[string]string{"Content-Type": "application/json", "X-Session": "{{credentials.session}}"}
	if diff := cmp.Diff(want, rec.Steps[0].Exchanges[0].Response.Headers); diff != "" {
		t.Errorf("recorded headers (-want +got):\n%s", diff)
	}
	replays(t, s, w, rec, result)
}

// TestErrorsAreTyped wants who runs a life to see what an API said.
func TestErrorsAreTyped(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, handled)
	w, _ := loopback(t, &tiredAPI{good: 9, refusal: says(429, `{"message":"slow down"}`, "Retry-After", "90")})
	result, err := auth.Test(t.Context(), s, withPassword(t, s), w, random())
	if err != nil {
		t.Fatal(err)
	}
	var status *method.StatusError
	if !errors.As(result.Err, &status) || status.Key != method.KeyRateLimit || status.RetryAfter != 90*time.Second || status.Status != 429 || status.Detail != "slow down" {
		t.Errorf("%#v", result.Err)
	}
	w, _ = loopback(t, &tiredAPI{good: 2, refusal: says(401, "{}"), renew: says(400, "{}")})
	if result, err = auth.Test(t.Context(), s, withPassword(t, s), w, random()); err != nil {
		t.Fatal(err)
	}
	var refresh *client.RefreshError
	if !errors.As(result.Err, &refresh) || refresh.Status != 401 || !errors.As(refresh.Err, &status) || status.Status != 400 {
		t.Errorf("%#v", result.Err)
	}
}
