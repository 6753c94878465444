package method

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec/method/script"
)

func TestScriptURLs(t *testing.T) {
	t.Parallel()
	cases := []struct {
		base, url, query, want string
		client                 bool
	}{
		{"https://a.example/v2?k=1", "/echo", ``, "https://a.example/v2/echo?k=1", false},
		{"https://a.example/v2/?k=1", "echo?b=2", `{"a":1}`, "https://a.example/v2/echo?k=1&b=2&a=1", false},
		{"https://a.example/v2/#top", "?b=2", ``, "https://a.example/v2?b=2", false},
		{"", "/echo#a", `{"a":1}`, "/echo?a=1", true},
		{"", "https://a.example/echo?b=2#a?c", `{"a":1}`, "https://a.example/echo?b=2&a=1", false},
		{"https://a.example/v2", "/go?to=https://b.example/", ``, "https://a.example/v2/go?to=https://b.example/", false},
		{"https://a.example", "/https://b.example/x", ``, "https://a.example/https://b.example/x", false},
		{"https://a.example", "items:find", ``, "https://a.example/items:find", false},
		{"https://a.example", "HTTPS://b.example/x", ``, "HTTPS://b.example/x", false},
		{"", "items?a", ``, "/items?a", true},
	}
	for _, c := range cases {
		got, err := requestURL(&script.Request{Client: c.client, Base: c.base, URL: c.url, Query: json.RawMessage(c.query)})
		if err != nil || got != c.want {
			t.Errorf("%q and %q: got %q, %v; want %q", c.base, c.url, got, err, c.want)
		}
	}
	if _, err := requestURL(&script.Request{URL: "/go?to=https://b.example"}); err == nil {
		t.Error("a path without a base is taken for a URL")
	}
}

// TestScriptAnswers tells what becomes of answers that are large, or that say
// more as text than as values.
func TestScriptAnswers(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch r.URL.Path {
		case "/large":
			_, _ = io.WriteString(w, `"`+strings.Repeat("x", mostAnswer)+`"`)
		case "/many":
			_, _ = io.WriteString(w, "["+strings.Repeat("[],", mostValues)+"[]]")
		case "/quoted":
			_, _ = fmt.Fprintf(w, `[%q]`, strings.Repeat(`\",[`, mostValues))
		case "/controls":
			w.Header().Set("Content-Type", "text/plain")
			_, _ = io.WriteString(w, strings.Repeat("\x01", 3<<20))
		default:
			_, _ = io.WriteString(w, " {\"b\": 1.0, \"a\": \"<&>\"}\n")
		}
	}))
	t.Cleanup(server.Close)
	const large = "the answer is larger than 10 MiB, which is what a script may have"
	cases := []struct {
		request script.Request
		want    string
	}{
		{script.Request{Client: true, URL: "/large"}, large},
		{script.Request{Client: true, URL: "/large", Binary: true}, large},
		{script.Request{Raw: true, URL: server.URL + "/large"}, large},
		{script.Request{Client: true, URL: "/many"}, "GET " + server.URL + "/many answered 200 with a body that has more than 500000 values, which is the most that is read"},
		{script.Request{Client: true, URL: "/quoted"}, "<nil>"},
		{script.Request{Client: true, URL: "/small"}, "<nil>"},
	}
	for _, c := range cases {
		c.request.Method = "GET"
		h := &scriptHost{call: Call{Client: baseClient{server.URL}}, scripts: Scripts{Fetch: baseClient{}}}
		answer, err := h.request(context.Background(), &c.request)
		if fmt.Sprint(err) != c.want {
			t.Errorf("%s: got %v, want %s", c.request.URL, err, c.want)
		}
		if want := `{"b": 1.0, "a": "<&>"}`; c.request.URL == "/small" && strings.TrimSpace(string(answer.Data)) != want {
			t.Errorf("got %s, want what was read, %s", answer.Data, want)
		}
	}
	set := scriptedSet(t, inline("test", "export default ({ apiClient }) => apiClient.get('/controls').catch((e) => e.message)"))
	r, err := runScripted(t, set, "test", `{}`, server.URL)
	if want := "the answer is larger than 16 MiB as JSON, which is what a script may have"; err != nil || r.Value.Text() != want {
		t.Errorf("got %.100s, %v; want %s", r.Value.Text(), err, want)
	}
}
