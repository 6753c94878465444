package formpage_test

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
)

// A visitor is a browser without script, which does what a test says and
// nothing else.
type visitor struct {
	t      testing.TB
	base   string // of the page
	query  string // that the page gave to who sent the answers
	origin string
	cookie *http.Cookie
}

// An answer is what a visitor got.
type answer struct {
	status int
	header http.Header
	body   string
}

// visit opens the address of a server as the first visitor.
func visit(t testing.TB, s *formpage.Server) *visitor {
	t.Helper()
	v := &visitor{t: t, base: s.Back(), origin: strings.TrimSuffix(rootOf(t, s.URL()), "/")}
	got := v.do(http.MethodGet, s.URL(), nil, nil)
	cookies := (&http.Response{Header: got.header}).Cookies()
	if got.status != http.StatusOK || len(cookies) != 1 {
		t.Fatalf("the first visit gives %d and cookies %v", got.status, cookies)
	}
	v.cookie = cookies[0]
	return v
}

func rootOf(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Scheme + "://" + u.Host + "/"
}

// do sends a request; change may make it another one.
func (v *visitor) do(method, address string, form url.Values, change func(*http.Request)) answer {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, address, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", v.origin)
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if v.cookie != nil {
		req.AddCookie(v.cookie)
	}
	if change != nil {
		change(req)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// page is what the page shows now.
func (v *visitor) page() string {
	v.t.Helper()
	got := v.do(http.MethodGet, v.base+v.query, nil, nil)
	if got.status != http.StatusOK {
		v.t.Fatalf("the page is answered with %d", got.status)
	}
	return got.body
}

var hiddenInput = regexp.MustCompile(`<input type="hidden" name="(\w+)" value="([^"]*)"`)

// filled is the form of the page with more values: pairs of a name and a text.
func (v *visitor) filled(pairs ...string) url.Values {
	v.t.Helper()
	form := url.Values{"do": {"connect"}}
	for _, m := range hiddenInput.FindAllStringSubmatch(v.page(), -1) {
		form.Add(m[1], html.UnescapeString(m[2]))
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// send posts the form and returns the page that then is shown.
func (v *visitor) send(form url.Values) string {
	v.t.Helper()
	got := v.do(http.MethodPost, v.base, form, nil)
	if got.status != http.StatusSeeOther {
		v.t.Fatalf("the form is answered with %d: %s", got.status, got.body)
	}
	at, query, _ := strings.Cut(got.header.Get("Location"), "?")
	if !strings.HasSuffix(v.base, at) || at == "" {
		v.t.Fatalf("the form leads to %s", at)
	}
	v.query = ""
	if query != "" {
		v.query = "?" + query
	}
	return v.page()
}

// has says of texts whether a page has them.
func has(t testing.TB, page string, want bool, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(page, text) != want {
			t.Errorf("the page has %q: %t, want %t", text, !want, want)
		}
	}
}
