package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/client"
)

const canary = "canary7Qx"

// memory is a transport that answers from a function and keeps what it saw.
type memory struct {
	answer func(*http.Request) (*http.Response, error)
	seen   []string // method, URL, sorted headers and body, one line each
}

func (m *memory) RoundTrip(req *http.Request) (*http.Response, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", req.Method, req.URL)
	_ = req.Header.Write(&b)
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		b.Write(body)
	}
	m.seen = append(m.seen, strings.ReplaceAll(b.String(), "\r", ""))
	if m.answer != nil {
		return m.answer(req)
	}
	return text(200, "ok"), nil
}

func text(status int, body string, header ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	for i := 0; i < len(header); i += 2 {
		resp.Header.Add(header[i], header[i+1])
	}
	return resp
}

func origin(t testing.TB, s string) client.Origin {
	t.Helper()
	o, err := client.ParseOrigin(s)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newClient(t testing.TB, config client.Config, rt http.RoundTripper) *client.Client {
	t.Helper()
	if config.Base != "" && config.Origins == nil {
		config.Origins = []client.Origin{origin(t, config.Base)}
	}
	c, err := client.New(config, rt)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func request(t testing.TB, method, target, body string, header ...string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		req.Body = nil
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return req
}

func TestJoin(t *testing.T) {
	tests := []struct{ base, ref, want string }{
		{"https://h/api/v1", "/me", "https://h/api/v1/me"},
		{"https://h/api/v1/", "/me", "https://h/api/v1/me"},
		{"https://h/api/v1", "me", "https://h/api/v1/me"},
		{"https://h/api/v1/", "me/", "https://h/api/v1/me/"},
		{"https://h", "/me", "https://h/me"},
		{"https://h", "me", "https://h/me"},
		{"https://h/api", "", "https://h/api"},
		{"https://h/api/", "", "https://h/api/"},
		{"https://h/api", "/", "https://h/api/"},
		{"https://h/api", "?x=1", "https://h/api?x=1"},
		{"https://h/api?v=2", "/me", "https://h/api/me?v=2"},
		{"https://h/api?v=2&w=3", "/me?x=1&v=9", "https://h/api/me?x=1&v=9&w=3"},
		{"https://h/a%2Fb", "/c%2Fd/%20e", "https://h/a%2Fb/c%2Fd/%20e"},
		{"https://h/api#frag", "/me#top", "https://h/api/me"},
		{"https://h/api", "https://other/x?y=1#f", "https://other/x?y=1"},
		{"https://h/api", "/q?text=a b\"é", "https://h/api/q?text=a%20b%22%C3%A9"},
		{"https://[::1]:8443/api", "/me", "https://[::1]:8443/api/me"},
	}
	for _, tt := range tests {
		base, err := url.Parse(tt.base)
		if err != nil {
			t.Fatal(err)
		}
		ref, err := url.Parse(tt.ref)
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.Join(base, ref)
		if err != nil || got.String() != tt.want {
			t.Errorf("Join(%s, %s) = %v, %v, want %s", tt.base, tt.ref, got, err, tt.want)
		}
	}
}

func TestJoinRefuses(t *testing.T) {
	base := &url.URL{Scheme: "https", Host: "h", Path: "/api"}
	for _, ref := range []string{"/../x", "..", "/a/%2e%2e/b", "/a/%2E./b", "/a%2f..%2fb", `/a/..\b`, "//evil.example/x", "mailto:x@y", "https://h/a/../b"} {
		u, err := url.Parse(ref)
		if err != nil {
			t.Fatal(err)
		}
		var field *client.FieldError
		if got, err := client.Join(base, u); !errors.As(err, &field) {
			t.Errorf("Join(%s) = %v, %v, want a FieldError", ref, got, err)
		}
	}
	if _, err := client.Join(nil, &url.URL{Path: "/me"}); err == nil {
		t.Error("Join without a base gives no error")
	}
}

func TestDoSends(t *testing.T) {
	full := client.Config{
		Base:    "https://h.example/v1?v=2",
		Header:  []client.Field{{Name: "X-Api-Key", Value: "key"}, {Name: "accept", Value: "application/json"}},
		Query:   []client.Field{{Name: "appid", Value: "a b&c"}, {Name: "lang", Value: "en"}},
		Cookies: []client.Field{{Name: "sid", Value: "s1"}, {Name: "own", Value: "config"}},
		Basic:   &client.Basic{Username: "user", Password: "päss"},
	}
	data := client.Config{Base: "https://h.example", Data: map[string]any{"key": "k<1>", "list": []any{"a", json.Number("1.50")}, "none": nil}}
	tests := []struct {
		name   string
		config client.Config
		req    *http.Request
		want   string
	}{
		{
			"everything that the config has", full, request(t, "GET", "/me?q=1", ""),
			"GET https://h.example/v1/me?q=1&v=2&appid=a%20b%26c&lang=en\nAccept: application/json\nAuthorization: Basic dXNlcjpww6Rzcw==\nCookie: sid=s1; own=config\nUser-Agent: connector\nX-Api-Key: key\n",
		},
		{
			"the request's own before the config's", full,
			request(t, "GET", "/me?lang=de", "", "X-API-Key", "mine", "Authorization", "Bearer t", "Cookie", "own=mine", "User-Agent", "me"),
			"GET https://h.example/v1/me?lang=de&v=2&appid=a%20b%26c\nAccept: application/json\nAuthorization: Bearer t\nCookie: own=mine; sid=s1\nUser-Agent: me\nX-Api-Key: mine\n",
		},
		{
			"an empty header drops no credential", full, request(t, "GET", "/me", "", "X-Api-Key", "", "Authorization", " "),
			"GET https://h.example/v1/me?v=2&appid=a%20b%26c&lang=en\nAccept: application/json\nAuthorization: Basic dXNlcjpww6Rzcw==\nCookie: sid=s1; own=config\nUser-Agent: connector\nX-Api-Key: key\n",
		},
		{
			"data into JSON", data, request(t, "POST", "/x", "{ \"own\": 1.0, \"key\": \"mine\" }\n", "Content-Type", "application/json; charset=utf-8"),
			"POST https://h.example/x\nContent-Type: application/json; charset=utf-8\nUser-Agent: connector\n{ \"own\": 1.0, \"key\": \"mine\",\"list\":[\"a\",1.50],\"none\":null}",
		},
		{
			"data into an empty object", data, request(t, "PUT", "/x", "{ }", "Content-Type", "application/vnd.api+json"),
			"PUT https://h.example/x\nContent-Type: application/vnd.api+json\nUser-Agent: connector\n{\"key\":\"k<1>\",\"list\":[\"a\",1.50],\"none\":null}",
		},
		{
			"data into a form", data, request(t, "POST", "/x", "own=1&none=x", "Content-Type", "application/x-www-form-urlencoded"),
			"POST https://h.example/x\nContent-Type: application/x-www-form-urlencoded\nUser-Agent: connector\nown=1&none=x&key=k%3C1%3E&list=a&list=1.50",
		},
		{
			"data into a multipart form", data, request(t, "POST", "/x", "--B\r\nContent-Disposition: form-data; name=\"list\"\r\n\r\nown\r\n--B--\r\n", "Content-Type", "multipart/form-data; boundary=B"),
			"POST https://h.example/x\nContent-Type: multipart/form-data; boundary=B\nUser-Agent: connector\n--B\nContent-Disposition: form-data; name=\"list\"\n\nown\n--B\nContent-Disposition: form-data; name=\"key\"\n\nk<1>\n--B--\n",
		},
		{
			"data alone", data, request(t, "POST", "/x", ""),
			"POST https://h.example/x\nContent-Type: application/json\nUser-Agent: connector\n{\"key\":\"k<1>\",\"list\":[\"a\",1.50],\"none\":null}",
		},
		{"no data without a body", data, request(t, "GET", "/x", ""), "GET https://h.example/x\nUser-Agent: connector\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := &memory{}
			resp, err := newClient(t, tt.config, rt).Do(tt.req)
			if err != nil {
				t.Fatal(err)
			}
			if body, _ := io.ReadAll(resp.Body); string(body) != "ok" || resp.ContentLength != 2 {
				t.Errorf("answer %q of %d bytes, want ok", body, resp.ContentLength)
			}
			if diff := cmp.Diff([]string{tt.want}, rt.seen); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpecHeaders(t *testing.T) {
	var got []string
	rt := &memory{answer: func(req *http.Request) (*http.Response, error) {
		got = client.SpecHeaders(req)
		return text(200, ""), nil
	}}
	c := newClient(t, client.Config{
		Base: "https://h.example", Header: []client.Field{{Name: "x-api-key", Value: "k"}},
		Basic: &client.Basic{Username: "u"}, Cookies: []client.Field{{Name: "a", Value: "b"}},
	}, rt)
	if _, err := c.Do(request(t, "GET", "/", "", "X-Own", "1")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Authorization", "Cookie", "X-Api-Key", "X-Own"}, got); diff != "" {
		t.Errorf("SpecHeaders (-want +got):\n%s", diff)
	}
	if got := client.SpecHeaders(request(t, "GET", "/", "")); got != nil {
		t.Errorf("SpecHeaders of a foreign request = %v, want nil", got)
	}
}

func TestResponseShowsNothingThatTheConfigAdded(t *testing.T) {
	c := newClient(t, client.Config{
		Base: "https://h.example/v1", Query: []client.Field{{Name: "k", Value: canary}},
		Header: []client.Field{{Name: "X-K", Value: canary}}, Basic: &client.Basic{Password: canary},
	}, &memory{})
	resp, err := c.Do(request(t, "GET", "/me?q=1", ""))
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(resp.Request.URL, resp.Request.Header); strings.Contains(s, canary) || resp.Request.URL.String() != "https://h.example/v1/me?q=1" {
		t.Errorf("the response's request is %s", s)
	}
}

// Security rule 17: names and values are checked before net/http does, and the
// error names the field but not the value.
func TestMust17FieldsAreChecked(t *testing.T) {
	base := "https://h.example"
	with := func(change func(*client.Config)) client.Config {
		c := client.Config{Base: base, Origins: []client.Origin{origin(t, base)}}
		change(&c)
		return c
	}
	header := func(name, value string) client.Config {
		return with(func(c *client.Config) { c.Header = []client.Field{{Name: name, Value: value}} })
	}
	tests := []struct {
		name   string
		config client.Config
		req    *http.Request
		want   client.FieldError // without Problem
	}{
		{"CR in a header", header("X-A", canary+"\r\nEvil: 1"), nil, client.FieldError{Where: "header", Name: "X-A"}},
		{"LF in a header", header("X-A", canary+"\n"), nil, client.FieldError{Where: "header", Name: "X-A"}},
		{"NUL in a header", header("X-A", canary+"\x00"), nil, client.FieldError{Where: "header", Name: "X-A"}},
		{"DEL in a header", header("X-A", canary+"\x7f"), nil, client.FieldError{Where: "header", Name: "X-A"}},
		{"header name with a blank", header("X A", canary), nil, client.FieldError{Where: "header", Name: "X A"}},
		{"header name that is not ASCII", header("X-é", canary), nil, client.FieldError{Where: "header", Name: "X-é"}},
		{"header name with a colon", header("X:", canary), nil, client.FieldError{Where: "header", Name: "X:"}},
		{"no header name", header("", canary), nil, client.FieldError{Where: "header"}},
		{"framing header", header("Content-Length", "1"), nil, client.FieldError{Where: "header", Name: "Content-Length"}},
		{"host header", header("host", "evil.example"), nil, client.FieldError{Where: "header", Name: "host"}},
		{"cookie value with a semicolon", with(func(c *client.Config) { c.Cookies = []client.Field{{Name: "a", Value: canary + "; b=c"}} }), nil, client.FieldError{Where: "cookie", Name: "a"}},
		{"cookie value with a line break", with(func(c *client.Config) { c.Cookies = []client.Field{{Name: "a", Value: canary + "\n"}} }), nil, client.FieldError{Where: "cookie", Name: "a"}},
		{"cookie name", with(func(c *client.Config) { c.Cookies = []client.Field{{Name: "a=b", Value: canary}} }), nil, client.FieldError{Where: "cookie", Name: "a=b"}},
		{"query without a name", with(func(c *client.Config) { c.Query = []client.Field{{Value: canary}} }), nil, client.FieldError{Where: "query"}},
		{"user name with a colon", with(func(c *client.Config) { c.Basic = &client.Basic{Username: canary + ":x"} }), nil, client.FieldError{Where: "basic", Name: "username"}},
		{"password with a line break", with(func(c *client.Config) { c.Basic = &client.Basic{Password: canary + "\n"} }), nil, client.FieldError{Where: "basic", Name: "password"}},
		{"data that is no JSON", with(func(c *client.Config) { c.Data = map[string]any{"f": func() {}} }), nil, client.FieldError{Where: "data", Name: "f"}},
		{"base with a password", with(func(c *client.Config) { c.Base = "https://u:" + canary + "@h.example" }), nil, client.FieldError{Where: "url", Name: "user info"}},
		{"unreadable base", with(func(c *client.Config) { c.Base = "https://h.example/%zz" + canary }), nil, client.FieldError{Where: "url", Name: "base"}},
		{"request header", with(func(*client.Config) {}), request(t, "GET", "/", "", "X-B", canary+"\r\n"), client.FieldError{Where: "header", Name: "X-B"}},
		{"request host header", with(func(*client.Config) {}), request(t, "GET", "/", "", "Host", canary), client.FieldError{Where: "header", Name: "Host"}},
		{"request method", with(func(*client.Config) {}), &http.Request{Method: "GET\r\n", URL: &url.URL{Path: "/"}}, client.FieldError{Where: "method", Name: "GET\r\n"}},
		{"request host", with(func(*client.Config) {}), &http.Request{URL: &url.URL{Path: "/"}, Host: canary}, client.FieldError{Where: "header", Name: "Host"}},
		{"data into XML", with(func(c *client.Config) { c.Data = map[string]any{"k": canary} }), request(t, "POST", "/", "<x/>", "Content-Type", "text/xml"), client.FieldError{Where: "data", Name: "Content-Type"}},
		{"data into what is no multipart", with(func(c *client.Config) { c.Data = map[string]any{"k": canary} }), request(t, "POST", "/", "x", "Content-Type", "multipart/form-data; boundary=B"), client.FieldError{Where: "data", Name: "body"}},
		{"data that would end its part", with(func(c *client.Config) { c.Data = map[string]any{"k": canary + "--B--"} }), request(t, "POST", "/", "--B--", "Content-Type", "multipart/form-data; boundary=B"), client.FieldError{Where: "data", Name: "body"}},
		{"data into a list", with(func(c *client.Config) { c.Data = map[string]any{"k": canary} }), request(t, "POST", "/", "[1]", "Content-Type", "application/json"), client.FieldError{Where: "data", Name: "body"}},
		{"no URL", with(func(*client.Config) {}), &http.Request{}, client.FieldError{Where: "url"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := &memory{}
			c, err := client.New(tt.config, rt)
			if tt.req != nil && err == nil {
				_, err = c.Do(tt.req)
			}
			var field *client.FieldError
			if !errors.As(err, &field) || field.Where != tt.want.Where || field.Name != tt.want.Name || field.Problem == "" {
				t.Fatalf("err = %v, want a FieldError %+v", err, tt.want)
			}
			if strings.Contains(err.Error(), canary) || len(rt.seen) > 0 {
				t.Errorf("err = %v, sent %d; want no value and nothing sent", err, len(rt.seen))
			}
		})
	}
}

// Security rule 30: printing a config shows no credential.
func TestMust30ConfigPrintsNoSecret(t *testing.T) {
	config := client.Config{
		Base: "https://h.example?k=" + canary, Header: []client.Field{{Name: "A", Value: canary}}, Query: []client.Field{{Name: "A", Value: canary}},
		Cookies: []client.Field{{Name: "A", Value: canary}}, Basic: &client.Basic{Username: canary, Password: canary},
		Data: map[string]any{"k": canary}, Origins: []client.Origin{origin(t, "https://h.example")},
	}
	c := newClient(t, config, &memory{})
	var logs strings.Builder
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("m", "config", config, "field", config.Header, "basic", config.Basic)
	j, err := json.Marshal([]any{config, config.Header, config.Basic})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{
		fmt.Sprintf("%v %+v %#v %s", config, config, config, config), fmt.Sprintf("%v %+v %#v %q", config.Header, config.Header, config.Header, config.Header),
		fmt.Sprintf("%v %+v %#v %x", config.Basic, config.Basic, *config.Basic, *config.Basic), fmt.Sprintf("%v %+v %#v %s", c, c, c, *c), string(j), logs.String(),
	} {
		if strings.Contains(s, canary) {
			t.Errorf("a credential shows in %s", s)
		}
	}
}
