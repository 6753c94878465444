package login_test

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/login"
)

// A recorder is a ResponseWriter in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }
func (r *recorder) WriteHeader(status int)      { r.status = status }

// checkPage wants what every page must be: its headers, and that it can do
// nothing.
func checkPage(t testing.TB, header http.Header, body string) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Content-Type": "text/html; charset=utf-8",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	policy := header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q has no %s", policy, want)
		}
	}
	_, style, _ := strings.Cut(body, "<style>")
	style, _, ok := strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	if !ok || !strings.Contains(policy, "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("the policy %q does not let the page have its style", policy)
	}
	for _, want := range []string{`<html lang="en">`, `name="viewport"`, "<title>", "<h1>", "<main>"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page has no %s: %s", want, body)
		}
	}
	if tags := regexp.MustCompile(`(?i)<(script|img|iframe|form|svg|object|link|base)\b|<[^>]*\son\w+=`).FindString(body); tags != "" {
		t.Errorf("the page has %q: %s", tags, body)
	}
}

// TestMust4Page wants the page after a login to hold nothing of the answer, and
// its headers to keep it so.
func TestMust4Page(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	resp, body := w.do(t, "GET", w.good()+"&session_state=marker-of-session&token=marker-of-token", nil, "")
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	checkPage(t, resp.Header, body)
	for _, marker := range []string{"the-code", w.round.State, "marker-of", w.round.Verifier, "login.example.com"} {
		if strings.Contains(body, marker) {
			t.Errorf("the page holds %q: %s", marker, body)
		}
	}
	if !strings.Contains(body, "go back to the terminal") {
		t.Errorf("the page does not send the user back: %s", body)
	}
	for _, path := range []string{"/", "/callback?code=c", "/callback?code=c&state=other"} {
		other := await(t, login.ListenerOptions{}, nil)
		resp, body := other.do(t, "GET", other.origin+path, nil, "")
		checkPage(t, resp.Header, body)
	}
}

// TestMust4ErrorIsEscaped wants a server's words to be shown as text, and the
// secrets among them not at all.
func TestMust4ErrorIsEscaped(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	words := `<script>alert(1)</script><img src=x onerror=alert(2)>"'` + "\x1b]8;;http://evil\x07\u202e " + w.round.State + " </blockquote> ${7*7} {{7*7}} " + strings.Repeat("long ", 500)
	query := url.Values{"error": {"access_denied<b>\x1b[2J"}, "error_description": {words}, "state": {w.round.State}, "error_uri": {"javascript:alert(3)"}}
	resp, body := w.do(t, "GET", w.RedirectURI()+"?"+query.Encode(), nil, "")
	if resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	checkPage(t, resp.Header, body)
	for _, bad := range []string{"<script>alert", "<img", "<b>", "\x1b", "\u202e", w.round.State, "javascript:"} {
		if strings.Contains(body, bad) {
			t.Errorf("the page holds %q: %s", bad, body)
		}
	}
	for _, good := range []string{"The login did not succeed", "&lt;script&gt;alert(1)", "The server says", "…"} {
		if !strings.Contains(body, good) {
			t.Errorf("the page has no %q: %s", good, body)
		}
	}
	if len(body) > 8<<10 {
		t.Errorf("the page has %d bytes", len(body))
	}
	if err := <-w.came; err != nil {
		t.Error(err)
	}
	w = await(t, login.ListenerOptions{}, nil)
	if _, body := w.get(t, w.RedirectURI()+"?error=bad%1b%5b2J"+w.round.State+"&state="+w.round.State); strings.Contains(body, "\x1b") || strings.Contains(body, w.round.State) || !strings.Contains(body, "bad") {
		t.Errorf("the code alone: %s", body)
	}
}

// TestPageLeadsOn wants the page to lead to an address of ours, as a link and by
// itself, and nowhere that is no web address.
func TestPageLeadsOn(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	w.Lead(`http://127.0.0.1:1/x?a=1&b="><script>`)
	resp, body := w.do(t, "GET", w.good(), nil, "")
	checkPage(t, resp.Header, body)
	if strings.Count(body, "http://127.0.0.1:1/x?a=1&amp;b=") != 2 || !strings.Contains(body, `http-equiv="refresh"`) {
		t.Errorf("the page leads nowhere: %s", body)
	}
}

// TestOAuth1Page is the page of a refusal in OAuth 1.
func TestOAuth1Page(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"denied=token-of-the-dance": "access_denied",
		"oauth_token=token-of-the-dance&oauth_problem=user_refused&oauth_problem_advice=No,+thanks": "No, thanks (user_refused)",
		"oauth_token=token-of-the-dance&oauth_verifier=denied":                                      "access_denied",
	} {
		l, err := login.Listen(login.ListenerOptions{RedirectURI: freeURI})
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		came, ready := make(chan error, 1), make(chan struct{})
		go func() {
			_, err := l.Wait(t.Context(), login.Visit{URL: "https://login.example.com/authorize"}, func() { close(ready) })
			came <- err
		}()
		<-ready
		w := &waiter{Listener: l}
		if status, body := w.get(t, l.RedirectURI()+"?"+query); status != 200 || !strings.Contains(body, want) || strings.Contains(body, "token-of") {
			t.Errorf("%s: want %q: %d %s", query, want, status, body)
		}
		if err := <-came; err != nil {
			t.Error(err)
		}
	}
}

// FuzzListener sends what anybody may send. A request gets a page that can do
// nothing; nothing but a GET of the redirect URI with the state ends the wait.
func FuzzListener(f *testing.F) {
	f.Add("GET /callback?code=c&state=the-state-of-this-fuzz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
	f.Add("GET /callback?code=c&state=other HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n")
	f.Add("GET /callback?error=%3Cscript%3E&error_description=%1b%e2%80%ae&state=the-state-of-this-fuzz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: null\r\n\r\n")
	f.Add("POST /callback HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 37\r\n\r\ncode=c&state=the-state-of-this-fuzz")
	f.Add("GET http://127.0.0.1:PORT/callback?state=the-state-of-this-fuzz;a HTTP/1.1\r\nHost: evil.example\r\n\r\n")
	f.Add("HEAD * HTTP/1.0\r\n\r\n")
	f.Fuzz(func(t *testing.T, raw string) {
		l, err := login.Listen(login.ListenerOptions{RedirectURI: freeURI})
		if err != nil {
			t.Skip(err)
		}
		defer l.Close()
		u, err := url.Parse(l.RedirectURI())
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(raw, "PORT", u.Port()))))
		if err != nil {
			return
		}
		const state = "the-state-of-this-fuzz"
		round, err := login.NewRound(login.RoundOptions{
			AuthorizationEndpoint: "https://login.example.com/authorize", ClientID: "id", RedirectURI: l.RedirectURI(), State: state,
		})
		if err != nil {
			t.Fatal(err)
		}
		waits := make(chan struct{})
		came := make(chan string, 1)
		go func() {
			callback, _ := l.Wait(t.Context(), login.Visit{URL: round.URL(), Check: round.Check}, func() { close(waits) })
			came <- callback
		}()
		<-waits
		w := newRecorder()
		login.Handler(l).ServeHTTP(w, req)
		checkPage(t, w.header, w.body.String())
		if w.status != 200 {
			select {
			case callback := <-came:
				t.Fatalf("%d, and it waits no longer: %q", w.status, callback)
			default:
			}
			return
		}
		callback := <-came
		if req.Method != http.MethodGet || !strings.EqualFold(req.Host, u.Host) || round.Check(callback) != nil {
			t.Fatalf("%s for %s was taken: %q", req.Method, req.Host, callback)
		}
		if strings.Contains(w.body.String(), state) {
			t.Fatalf("the page holds the state: %s", w.body.String())
		}
	})
}
