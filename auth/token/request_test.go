package token_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

// grant is a request for a token.
var grant = token.Params{{Name: "grant_type", Value: "client_credentials"}}

const goodAnswer = `{"access_token":"abc","token_type":"bearer"}`

// A remote is an authorization server that counts its requests.
type remote struct {
	*httptest.Server
	requests atomic.Int32
}

func serve(t testing.TB, handle http.HandlerFunc) *remote {
	t.Helper()
	r := &remote{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.requests.Add(1)
		handle(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

// endpoint is the token endpoint for a client with a secret.
func (r *remote) endpoint() *token.Endpoint {
	return &token.Endpoint{
		URL:    r.URL + "/token",
		Client: token.Client{ID: "id", Secret: secret.New("planted")},
		Server: token.Server{Transport: r.Client().Transport},
	}
}

// answer answers every request with one body.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// A wire keeps the last request as it was sent, and gives a good answer.
type wire struct{ sent string }

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	w.sent = r.Method + " " + r.URL.String() + "\n"
	for _, name := range []string{"Authorization", "Accept", "Content-Type", "User-Agent", "X-More"} {
		for _, value := range r.Header[name] {
			w.sent += name + ": " + value + "\n"
		}
	}
	w.sent += string(body)
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(goodAnswer))}, nil
}

func TestRequestIsWrittenAsDeclared(t *testing.T) {
	t.Parallel()
	p := token.Params{{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: "a b&c=d+<é>"}, {Name: "resource", Value: "r1"}, {Name: "resource", Value: "r2"}}
	const form = "grant_type=authorization_code&code=a+b%26c%3Dd%2B%3C%C3%A9%3E&resource=r1&resource=r2&client_id=id"
	const usual = "Accept: application/json\nContent-Type: application/x-www-form-urlencoded\nUser-Agent: connector\n"
	for _, tt := range []struct {
		name     string
		endpoint token.Endpoint
		want     string
	}{
		{"a form", token.Endpoint{}, "POST https://a.example/token\n" + usual + form},
		{"the URL's own query stays", token.Endpoint{URL: "https://a.example/token?tenant=a%20b&x"}, "POST https://a.example/token?tenant=a%20b&x\n" + usual + form},
		{
			"JSON",
			token.Endpoint{Format: "json"},
			"POST https://a.example/token\nAccept: application/json\nContent-Type: application/json\nUser-Agent: connector\n" +
				`{"grant_type":"authorization_code","code":"a b&c=d+<é>","resource":["r1","r2"],"client_id":"id"}`,
		},
		{"a query", token.Endpoint{Format: "query"}, "POST https://a.example/token?" + form + "\nAccept: application/json\nUser-Agent: connector\n"},
		{
			"a query after the URL's own",
			token.Endpoint{URL: "https://a.example/token?x=1#f", Format: "query"},
			"POST https://a.example/token?x=1&" + form + "\nAccept: application/json\nUser-Agent: connector\n",
		},
		{"a GET", token.Endpoint{Method: "GET"}, "GET https://a.example/token?" + form + "\nAccept: application/json\nUser-Agent: connector\n"},
		{
			"other names",
			token.Endpoint{Rename: map[string]string{"client_id": "client_key", "code": "auth code", "unused": "x"}},
			"POST https://a.example/token\n" + usual + "grant_type=authorization_code&auth+code=a+b%26c%3Dd%2B%3C%C3%A9%3E&resource=r1&resource=r2&client_key=id",
		},
		{
			"more headers",
			token.Endpoint{Header: http.Header{"x-more": {"1", "2"}, "Accept": {"*/*"}, "content-type": {"text/x"}, "User-Agent": {"me"}, "Authorization": {"Bearer b"}}},
			"POST https://a.example/token\nAuthorization: Bearer b\nAccept: */*\nContent-Type: text/x\nUser-Agent: me\nX-More: 1\nX-More: 2\n" + form,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			tt.endpoint.Client = token.Client{ID: "id"}
			tt.endpoint.Server.Transport = w
			tt.endpoint.URL = either(tt.endpoint.URL, "https://a.example/token")
			if _, err := tt.endpoint.Request(t.Context(), p); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, w.sent); diff != "" {
				t.Errorf("the request (-want +got):\n%s", diff)
			}
		})
	}
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func TestRequestThatCannotBeMade(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		endpoint token.Endpoint
		want     string
	}{
		{"no URL", token.Endpoint{URL: " "}, "the request to the server was not sent: its URL is not absolute"},
		{"a relative URL", token.Endpoint{URL: "/token?planted"}, "the request to the server was not sent: its URL is not absolute"},
		{"a URL that is none", token.Endpoint{URL: "https://a.example/%planted"}, "the request to the server was not sent: its URL is not absolute"},
		{"http", token.Endpoint{URL: "http://a.example/token"}, "the request to http://a.example was not sent: its URL is not https (http is accepted for localhost and loopback addresses only)"},
		{"another scheme", token.Endpoint{URL: "ftp://localhost/token"}, "the request to ftp://localhost was not sent: its URL is not https (http is accepted for localhost and loopback addresses only)"},
		{"user info", token.Endpoint{URL: "https://id:planted@a.example/token"}, "the request to https://a.example was not sent: its URL holds a user or a password; declare how the client authenticates instead"},
		{"another method", token.Endpoint{Method: "PUT"}, `the request to https://a.example was not sent: its method is "PUT", not POST or GET`},
		{"another format", token.Endpoint{Format: "xml"}, `the request to https://a.example was not sent: its format is "xml", not form, json or query`},
		{"JSON in a GET", token.Endpoint{Method: "GET", Format: "json"}, "the request to https://a.example was not sent: its format is json, which a GET cannot send; it sends parameters in the query"},
		{"a header with a line break", token.Endpoint{Header: http.Header{"X-Key": {"planted\r\nX: y"}}}, `the request to https://a.example was not sent: the header "X-Key" cannot be sent: its value holds a line break or another control character`},
		{"a header with NUL", token.Endpoint{Header: http.Header{"X-Key": {"planted\x00"}}}, `the request to https://a.example was not sent: the header "X-Key" cannot be sent: its value holds a line break or another control character`},
		{"a header with a bad name", token.Endpoint{Header: http.Header{"X Key\x1b": {"planted"}}}, `the request to https://a.example was not sent: the header "X Key\x1b" has a name that cannot be sent`},
		{"a header without a name", token.Endpoint{Header: http.Header{"": {"planted"}}}, `the request to https://a.example was not sent: the header "" has a name that cannot be sent`},
		{"the connection's header", token.Endpoint{Header: http.Header{"content-length": {"1"}}}, `the request to https://a.example was not sent: the header "content-length" is the connection's own and cannot be declared`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := &wire{}
			tt.endpoint.Server.Transport = w
			tt.endpoint.URL = either(tt.endpoint.URL, "https://a.example/token")
			_, err := tt.endpoint.Request(t.Context(), grant)
			if diff := cmp.Diff(tt.want, fmt.Sprint(err)); diff != "" || w.sent != "" {
				t.Errorf("sent %q, the error (-want +got):\n%s", w.sent, diff)
			}
		})
	}
}

func TestRequestToThisMachineMayBeHTTP(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"localhost", "LOCALHOST:8080", "127.0.0.1:80", "127.1.2.3", "[::1]:80", "[::ffff:127.0.0.1]"} {
		e := token.Endpoint{URL: "http://" + host + "/token", Server: token.Server{Transport: &wire{}}}
		if _, err := e.Request(t.Context(), grant); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestMust13TokenRequestsFollowNoRedirect(t *testing.T) {
	t.Parallel()
	other := serve(t, answer(200, goodAnswer))
	for _, status := range []int{300, 301, 302, 303, 307, 308} {
		first := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/token?code=planted", status)
		})
		_, err := first.endpoint().Request(t.Context(), grant)
		want := fmt.Sprintf("%s answered %d: it redirects to %s, which was not followed: the request carries credentials for this server alone", first.URL, status, other.URL)
		if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
			t.Errorf("the error (-want +got):\n%s", diff)
		}
		if n := first.requests.Load(); n != 1 {
			t.Errorf("%d: the server saw %d requests, want 1", status, n)
		}
	}
	if n := other.requests.Load(); n != 0 {
		t.Errorf("the other server saw %d requests, want none", n)
	}
}

func TestRedirectsAreNamedByTheirOrigin(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"":                                 "a place that it does not name",
		"%":                                "a place that it does not name",
		"/login?code=planted":              "https://a.example",
		"//b.example/planted":              "https://b.example",
		"http://u:planted@B.example:8080/": "http://b.example:8080",
		"https://" + strings.Repeat("b", 500) + ".example": "...",
	} {
		e := token.Endpoint{URL: "https://a.example/token", Server: token.Server{Transport: tripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 302, Header: http.Header{"Location": {location}}, Body: http.NoBody}, nil
		})}}
		_, err := e.Request(t.Context(), grant)
		want = "https://a.example answered 302: it redirects to " + want + ", which was not followed: the request carries credentials for this server alone"
		if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", location, diff)
		}
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMust19OneRequestWithDeclaredAuthentication(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"POST", "GET"} {
		for _, status := range []int{200, 204, 400, 401, 403, 408, 425, 429, 500, 502, 503} {
			r := serve(t, answer(status, `{"error":"invalid_client"}`))
			e := r.endpoint()
			e.Method = method
			if _, err := e.Request(t.Context(), grant); err == nil {
				t.Errorf("%s %d: no error", method, status)
			}
			if n := r.requests.Load(); n != 1 {
				t.Errorf("%s %d: the server saw %d requests, want 1", method, status, n)
			}
		}
	}
}

// A transport sends a GET again by itself when a connection that it has used
// before breaks. The server may have taken the code by then.
func TestMust19ABrokenConnectionIsNoReasonToAskAgain(t *testing.T) {
	t.Parallel()
	for _, format := range []struct{ method, format string }{{"GET", ""}, {"POST", ""}, {"POST", "query"}} {
		var r *remote
		r = serve(t, func(w http.ResponseWriter, req *http.Request) {
			if r.requests.Load() == 1 {
				_, _ = io.WriteString(w, goodAnswer)
				return
			}
			conn, _, _ := w.(http.Hijacker).Hijack()
			_ = conn.Close()
		})
		e := r.endpoint()
		e.Method, e.Format = format.method, format.format
		_, first := e.Request(t.Context(), grant)
		_, second := e.Request(t.Context(), grant)
		var broken *token.Error
		if first != nil || !errors.As(second, &broken) || broken.Kind != token.Unanswered {
			t.Errorf("%v: %v and %v, want no error and an unanswered request", format, first, second)
		}
		if n := r.requests.Load(); n != 2 {
			t.Errorf("%v: the server saw %d requests, want 2", format, n)
		}
	}
}

func TestRequestWithoutAnswer(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user has gone")
	canceled, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	for _, tt := range []struct {
		name      string
		ctx       context.Context
		err       error
		want      string
		transient bool
	}{
		{"a refused connection", t.Context(), &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}, "dial tcp: connection refused", true},
		{"what was received", t.Context(), errors.New(`malformed HTTP response "{\"access_token\":\"planted\"}\x1b"`), "malformed HTTP response ...", true},
		{"what was received in part", t.Context(), errors.New(`malformed HTTP response "planted`), "malformed HTTP response ...", true},
		{"a query", t.Context(), &url.Error{Op: "Get", URL: "https://a.example/?code=planted", Err: io.ErrUnexpectedEOF}, "unexpected EOF", true},
		{"a query in words", t.Context(), errors.New("no recording of https://a.example/?code=planted was found"), "no recording of https://a.example/... was found", true},
		{"no words", t.Context(), errors.New(""), "the exchange with the server failed", true},
		{"an end of patience", canceled, context.Canceled, "the user has gone", false},
	} {
		e := token.Endpoint{URL: "https://a.example/token", Server: token.Server{Transport: tripper(func(*http.Request) (*http.Response, error) { return nil, tt.err })}}
		_, err := e.Request(tt.ctx, grant)
		var got *token.Error
		if !errors.As(err, &got) || got.Error() != "https://a.example: "+tt.want || got.Transient() != tt.transient || got.Refused() {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestRequestEndsWithItsContext(t *testing.T) {
	t.Parallel()
	r := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		<-req.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := r.endpoint().Request(ctx, grant)
	var e *token.Error
	if !errors.As(err, &e) || !errors.Is(err, context.DeadlineExceeded) || !e.Transient() {
		t.Errorf("got %v, want a deadline that was exceeded", err)
	}
}

func TestAnswerThatBreaksOff(t *testing.T) {
	t.Parallel()
	r := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, goodAnswer)
	})
	_, err := r.endpoint().Request(t.Context(), grant)
	if want := r.URL + ": unexpected EOF"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestErrorsNameTheEndpoint(t *testing.T) {
	t.Parallel()
	r := serve(t, answer(400, `{"error":"invalid_grant"}`))
	_, err := r.endpoint().Request(t.Context(), grant)
	if want := r.URL + " answered 400 with the error invalid_grant"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
