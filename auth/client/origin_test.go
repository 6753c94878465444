package client_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/client"
)

func TestParseOrigin(t *testing.T) {
	tests := []struct{ in, want string }{
		{"https://h.example", "https://h.example"},
		{"HTTPS://H.Example.:443/path?q#f", "https://h.example"},
		{"https://h.example:8443", "https://h.example:8443"},
		{"https://h.example:08443", "https://h.example:8443"},
		{"http://localhost:9000", "http://localhost:9000"},
		{"http://LOCALHOST:80", "http://localhost"},
		{"http://127.0.0.1", "http://127.0.0.1"},
		{"http://127.8.9.1:1", "http://127.8.9.1:1"},
		{"http://[::1]:9000", "http://[::1]:9000"},
		{"http://[0:0:0:0:0:0:0:1]", "http://[::1]"},
		{"https://[2001:DB8::1]:443", "https://[2001:db8::1]"},
		{"https://1.2.3.4", "https://1.2.3.4"},
		{"https://under_score.example", "https://under_score.example"},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example"},
	}
	for _, tt := range tests {
		o, err := client.ParseOrigin(tt.in)
		if err != nil || o.String() != tt.want {
			t.Errorf("ParseOrigin(%s) = %v, %v, want %s", tt.in, o, err, tt.want)
		}
		if again, err := client.ParseOrigin(o.String()); err != nil || !again.Same(o) {
			t.Errorf("ParseOrigin(%s) is not %s again", o, tt.in)
		}
	}
	if (client.Origin{}).String() != "" {
		t.Error("the zero Origin is not empty")
	}
}

// Security rule 12: https only, http for loopback; rule 18: odd spellings of
// addresses do not pass.
func TestMust12And18OriginsRefused(t *testing.T) {
	insecure := []string{"http://h.example", "http://10.0.0.1", "ftp://h.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "ws://localhost", "http://[::2]"}
	for _, in := range insecure {
		var e *client.InsecureError
		if o, err := client.ParseOrigin(in); !errors.As(err, &e) {
			t.Errorf("ParseOrigin(%s) = %v, %v, want an InsecureError", in, o, err)
		}
	}
	odd := []string{
		"https://0x7f.1", "https://2130706433", "https://127.1", "https://0177.0.0.1", "https://0x7f000001", "https://127.0.0.1.1",
		"https://127.0.0.01", "https://1.2.3.256", "https://0x", "https://h.0x7f", "https://[fe80::1%25eth0]", "https://[::ffff:127.0.0.1%25x]",
		"https://１２７.0.0.1", "https://bücher.example", "https://ℯxample.com", "https://h.example%00", "https://h..example", "https://.example",
		"https://h example", "https://", "h.example", "/path", "https:h.example", "https://u@h.example", "https://u:p@h.example",
		"https://h.example:0", "https://h.example:99999", "https://h.example:x", "https://" + strings.Repeat("a", 300), "\x7f", "https://h\\evil", "https://a,b",
	}
	for _, in := range odd {
		var e *client.FieldError
		if o, err := client.ParseOrigin(in); !errors.As(err, &e) {
			t.Errorf("ParseOrigin(%s) = %v, %v, want a FieldError", in, o, err)
		}
	}
}

// Security rule 15: a credential goes to allowed origins only; to any other
// nothing is sent at all.
func TestMust15NothingGoesToOtherOrigins(t *testing.T) {
	config := client.Config{
		Base:    "https://api.example.com/v1",
		Header:  []client.Field{{Name: "X-Api-Key", Value: canary}},
		Query:   []client.Field{{Name: "k", Value: canary}},
		Origins: []client.Origin{origin(t, "https://api.example.com"), origin(t, "https://files.example.com:8443"), origin(t, "http://localhost:9000")},
	}
	allowed := []string{
		"/me", "https://api.example.com/v2", "https://API.example.com:443/", "https://api.example.com./x",
		"https://files.example.com:8443/x", "http://LOCALHOST:9000/",
	}
	for _, u := range allowed {
		rt := &memory{}
		if _, err := newClient(t, config, rt).Do(request(t, "GET", u, "")); err != nil || len(rt.seen) != 1 || !strings.Contains(rt.seen[0], canary) {
			t.Errorf("%s: %v, sent %q; want it sent with the credential", u, err, rt.seen)
		}
	}
	refused := []string{
		"https://evil.example/?k=" + canary, "https://api.example.com:8443/", "https://files.example.com/", "https://api.example.com.evil.example/",
		"https://example.com/", "http://localhost:9001/", "http://localhost/", "http://127.0.0.1:9000/", "https://localhost:9000/",
	}
	for _, u := range refused {
		rt := &memory{}
		_, err := newClient(t, config, rt).Do(request(t, "GET", u, ""))
		var e *client.OriginError
		if !errors.As(err, &e) || len(e.Allowed) != 3 || len(rt.seen) != 0 {
			t.Errorf("%s: %v, sent %q; want an OriginError and nothing sent", u, err, rt.seen)
		}
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error holds the query: %v", u, err)
		}
	}
	for _, u := range []string{"http://api.example.com/", "http://evil.example/"} {
		var e *client.InsecureError
		if _, err := newClient(t, config, &memory{}).Do(request(t, "GET", u, "")); !errors.As(err, &e) {
			t.Errorf("%s: %v, want an InsecureError", u, err)
		}
	}
	config.Origins = config.Origins[1:]
	var e *client.OriginError
	if _, err := client.New(config, &memory{}); !errors.As(err, &e) {
		t.Errorf("New with a base that is not allowed: %v, want an OriginError", err)
	}
}

// Security rule 14: only GET and HEAD follow a redirect, only within the
// origin, at most five times.
func TestMust14Redirects(t *testing.T) {
	tests := []struct {
		name, method, location string
		status                 int
		followed               bool
	}{
		{"same origin", "GET", "/other?x=1", 302, true},
		{"same origin, absolute", "HEAD", "https://H.example:443/other", 307, true},
		{"relative", "GET", "other", 301, true},
		{"another host", "GET", "https://evil.example/?k=" + canary, 302, false},
		{"another port", "GET", "https://h.example:8443/", 302, false},
		{"down to http", "GET", "http://h.example/", 301, false},
		{"another allowed origin", "GET", "https://second.example/", 307, false},
		{"user info", "GET", "https://u:p@h.example/", 302, false},
		{"another scheme", "GET", "file:///etc/passwd", 302, false},
		{"post", "POST", "/other", 302, false},
		{"post that keeps its body", "POST", "/other", 307, false},
		{"delete", "DELETE", "/other", 303, false},
		{"no URL", "GET", "https://h.example/%zz", 302, false},
		{"terminal control", "GET", "https://\x1b[31m.example/", 302, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := &memory{}
			rt.answer = func(*http.Request) (*http.Response, error) {
				if len(rt.seen) == 1 {
					return text(tt.status, "go there", "Location", tt.location), nil
				}
				return text(200, "there"), nil
			}
			c := newClient(t, client.Config{
				Base: "https://h.example", Header: []client.Field{{Name: "X-K", Value: canary}}, Query: []client.Field{{Name: "k", Value: canary}},
				Origins: []client.Origin{origin(t, "https://h.example"), origin(t, "https://second.example")},
			}, rt)
			resp, err := c.Do(request(t, tt.method, "/start", ""))
			if tt.followed {
				if err != nil || resp.StatusCode != 200 || len(rt.seen) != 2 || strings.Count(rt.seen[1], canary) != 2 || strings.Contains(rt.seen[1], "Referer") {
					t.Errorf("%v, sent %q; want it followed with the credential and without Referer", err, rt.seen)
				}
				return
			}
			var e *client.RedirectError
			if !errors.As(err, &e) || e.Status != tt.status || len(rt.seen) != 1 {
				t.Fatalf("%v, sent %q; want a RedirectError after one request", err, rt.seen)
			}
			if strings.ContainsAny(err.Error(), "\x1b?") || strings.Contains(err.Error(), canary) {
				t.Errorf("the error shows too much: %v", err)
			}
		})
	}
}

func TestMust14FiveRedirectsAtMost(t *testing.T) {
	rt := &memory{answer: func(*http.Request) (*http.Response, error) { return text(302, "", "Location", "/again"), nil }}
	_, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Do(request(t, "GET", "/", ""))
	var e *client.RedirectError
	if !errors.As(err, &e) || len(rt.seen) != 6 {
		t.Errorf("%v after %d requests, want a RedirectError after 6", err, len(rt.seen))
	}
}

func TestOtherAnswersAreNoRedirects(t *testing.T) {
	for _, resp := range []*http.Response{text(300, "", "Location", "https://evil.example"), text(304, ""), text(302, ""), text(201, "", "Location", "https://evil.example")} {
		rt := &memory{answer: func(*http.Request) (*http.Response, error) { return resp, nil }}
		if got, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Do(request(t, "GET", "/", "")); err != nil || got.StatusCode != resp.StatusCode {
			t.Errorf("%d: %v, want the answer as it is", resp.StatusCode, err)
		}
	}
}
