package formpage_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/formula"
)

// small is a page with one secret.
func small(t testing.TB) formpage.Page {
	t.Helper()
	return formpage.Page{Title: "Small", Options: []formpage.Option{{Key: "token", Form: schemaOf(t, `{"type": "object",
		"properties": {"host": {"type": "string", "title": "Host", "pattern": "^[a-z]+$"}, "key": {"type": "string", "title": "Key", "isSensitive": true, "minLength": 4}},
		"required": ["host", "key"]}`)}}}
}

func TestMust1FormListensOnLoopback(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	u, err := url.Parse(s.URL())
	if err != nil || u.Hostname() != "127.0.0.1" || u.Scheme != "http" {
		t.Fatalf("the page is at %s", s.URL())
	}
	// Linux takes all of 127.0.0.0/8 as itself, so that what listens everywhere
	// is found at another address of it.
	if c, err := net.DialTimeout("tcp", net.JoinHostPort("127.0.0.2", u.Port()), time.Second); err == nil {
		_ = c.Close()
		t.Error("it listens at 127.0.0.2 too")
	}
}

func TestOneVisitor(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	nobody := &visitor{t: t}
	if got := nobody.do(http.MethodHead, s.URL(), nil, nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("HEAD gives %d", got.status)
	}
	ahead := func(r *http.Request) { r.Header.Set("Sec-Purpose", "prefetch;prerender") }
	if got := nobody.do(http.MethodGet, s.URL(), nil, ahead); got.status != http.StatusServiceUnavailable {
		t.Errorf("a browser that fetches ahead gets %d", got.status)
	}
	v := visit(t, s)
	base, err := url.Parse(v.base)
	if err != nil {
		t.Fatal(err)
	}
	if c := v.cookie; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != base.Path || c.Domain != "" || len(c.Value) < 43 {
		t.Errorf("the cookie is %v", c)
	}
	has(t, v.page(), true, "Connect Small")
	if got := nobody.do(http.MethodGet, s.URL(), nil, nil); got.status != http.StatusForbidden || len(got.header["Set-Cookie"]) > 0 {
		t.Errorf("the second visitor gets %d and %v", got.status, got.header["Set-Cookie"])
	}
	for _, path := range []string{"", "state", "state?after=0"} {
		for _, cookie := range []string{"", "connector-form=", "connector-form=" + strings.Repeat("A", 43)} {
			got := nobody.do(http.MethodGet, v.base+path, nil, func(r *http.Request) { r.Header.Set("Cookie", cookie) })
			if got.status != http.StatusForbidden {
				t.Errorf("/%s with cookie %q gives %d", path, cookie, got.status)
			}
		}
	}
}

func TestMust3FormHost(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{t: t}
	for _, host := range []string{"localhost:" + u.Port(), "evil.example", "evil.example:" + u.Port(), "127.0.0.1", "127.0.0.1:1", "[::1]:" + u.Port()} {
		got := v.do(http.MethodGet, s.URL(), nil, func(r *http.Request) { r.Host = host })
		if got.status != http.StatusMisdirectedRequest || len(got.header["Set-Cookie"]) > 0 {
			t.Errorf("Host %s gives %d and %v", host, got.status, got.header["Set-Cookie"])
		}
	}
	visit(t, s) // none of them was the visitor
}

func TestMust4FormHeaders(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := visit(t, s)
	for name, got := range map[string]answer{
		"page":      v.do(http.MethodGet, v.base, nil, nil),
		"entry":     v.do(http.MethodGet, s.URL(), nil, nil),
		"state":     v.do(http.MethodGet, v.base+"state?after=-1", nil, nil),
		"fields":    v.do(http.MethodPost, v.base+"fields", v.filled(), nil),
		"post":      v.do(http.MethodPost, v.base, v.filled(), nil),
		"refused":   v.do(http.MethodPost, v.base, url.Values{}, nil),
		"elsewhere": v.do(http.MethodGet, v.base+"nothing", nil, nil),
		"host":      v.do(http.MethodGet, v.base, nil, func(r *http.Request) { r.Host = "evil.example" }),
	} {
		for header, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got.header.Get(header) != want {
				t.Errorf("%s (%d): %s is %q", name, got.status, header, got.header.Get(header))
			}
		}
		policy := got.header.Get("Content-Security-Policy")
		has(t, policy, true, "default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'")
		has(t, policy, false, "unsafe", "*", "http:", "https:")
		has(t, got.body, false, v.cookie.Value)
	}
}

func TestForgedPosts(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := visit(t, s)
	good := v.filled("input.host", "demo", "input.key", "a secret")
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	none := func(name string) func(*http.Request) { return func(r *http.Request) { r.Header.Del(name) } }
	with := func(name, value string) url.Values {
		form := url.Values{}
		for k, texts := range good {
			form[k] = texts
		}
		form.Set(name, value)
		return form
	}
	for _, path := range []string{"", "fields"} {
		for _, test := range []struct {
			name   string
			form   url.Values
			change func(*http.Request)
			want   int
		}{
			{"no token", with("token", ""), nil, http.StatusForbidden},
			{"another token", with("token", strings.Repeat("A", 43)), nil, http.StatusForbidden},
			{"no origin", good, none("Origin"), http.StatusForbidden},
			{"an origin that hides", good, header("Origin", "null"), http.StatusForbidden},
			{"a foreign origin", good, header("Origin", "https://evil.example"), http.StatusForbidden},
			{"another port", good, header("Origin", "http://127.0.0.1:1"), http.StatusForbidden},
			{"another name", good, header("Origin", strings.Replace(v.origin, "127.0.0.1", "localhost", 1)), http.StatusForbidden},
			{"another site", good, header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
			{"another port of this host", good, header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
			{"no cookie", good, none("Cookie"), http.StatusForbidden},
			{"another cookie", good, header("Cookie", "connector-form=x"), http.StatusForbidden},
			{"another host", good, func(r *http.Request) { r.Host = "evil.example" }, http.StatusMisdirectedRequest},
			{"text", good, header("Content-Type", "text/plain"), http.StatusUnsupportedMediaType},
			{"parts", good, header("Content-Type", "multipart/form-data; boundary=x"), http.StatusUnsupportedMediaType},
			{"too much", with("input.host", strings.Repeat("a", 2<<20)), nil, http.StatusRequestEntityTooLarge},
		} {
			if got := v.do(http.MethodPost, v.base+path, test.form, test.change); got.status != test.want {
				t.Errorf("%s to /%s: %d, want %d", test.name, path, got.status, test.want)
			}
		}
	}
	has(t, v.page(), true, "Connect Small") // nothing was accepted
	has(t, v.send(good), true, "Connecting Small")
}

func TestStateIsForThePage(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := visit(t, s)
	got := v.do(http.MethodGet, v.base+"state", nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") })
	if got.status != http.StatusForbidden {
		t.Errorf("a page of another port reads the state: %d", got.status)
	}
}

// TestSecretsStayHere wants what was typed to be kept, and to be in nothing that
// is sent to the browser.
func TestSecretsStayHere(t *testing.T) {
	t.Parallel()
	const typed = "marker-of-a-secret"
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := visit(t, s)
	clean := func(when, page string) {
		t.Helper()
		for _, text := range []string{typed, "marker", "bWFya2Vy"} {
			if strings.Contains(page, text) {
				t.Errorf("%s: the page has %q", when, text)
			}
		}
	}
	bad := v.filled("input.host", "NOT GOOD", "input.key", typed)
	clean("fields", v.do(http.MethodPost, v.base+"fields", bad, nil).body)
	has(t, v.page(), false, "There is a value") // the script's question is not kept

	page := v.send(bad)
	clean("a failed post", page)
	has(t, page, true, "NOT GOOD", "There is a value", "Host does not match the pattern")

	page = v.send(v.filled("input.host", "demo"))
	clean("progress", page)
	clean("state", v.do(http.MethodGet, v.base+"state?after=-1", nil, nil).body)
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := `token  {"host":"demo","key":"marker-of-a-secret"} {}`
	if got := summary(answers); got != want {
		t.Errorf("the answers are %s, want %s", got, want)
	}

	s.Retry([]form.Problem{{Message: "the server said no"}})
	page = v.page()
	clean("after a retry", page)
	has(t, page, true, "the server said no", `value="demo"`, "There is a value")

	has(t, v.send(v.filled("input.host", "demo")), true, "Connecting")
	s.Retry([]form.Problem{{Name: "key", Message: "was refused"}})
	has(t, v.page(), true, "Key was refused")
	has(t, v.page(), false, "There is a value")
	has(t, v.send(v.filled("input.host", "demo")), true, "Key is required")
}

func TestSecretIsForgotten(t *testing.T) {
	t.Parallel()
	page := small(t)
	page.Options[0].Form = schemaOf(t, `{"type": "object", "properties": {"host": {"type": "string"}, "key": {"type": "string", "isSensitive": true}}, "required": ["host"]}`)
	page.Options[0].Given = formula.Object(formula.Member{Key: "key", Value: formula.String("marker-of-a-secret")})
	s := serve(t, formpage.ServeOptions{Page: page})
	v := visit(t, s)
	has(t, v.page(), true, "There is a value")
	has(t, v.page(), false, "marker")
	forget := v.filled("input.host", "demo", "forget", "input.key")
	forget.Del("do")
	has(t, v.send(forget), false, "There is a value")
	v.send(v.filled("input.host", "demo"))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"host":"demo"} {}`; got != want {
		t.Errorf("the answers are %s, want %s", got, want)
	}
}

func TestAnswersAreNotPrinted(t *testing.T) {
	t.Parallel()
	const canary = "marker-of-a-secret"
	answers := formpage.Answers{
		Option: canary, Environment: canary, Scopes: []string{canary},
		Inputs: formula.String(canary), Parameters: formula.String(canary),
	}
	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&b, verb+"\n"+verb+"\n", answers, &answers)
	}
	text, err := json.Marshal(answers)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(text)
	slog.New(slog.NewTextHandler(&b, nil)).Info("answers", "a", answers)
	if strings.Contains(b.String(), canary) || strings.Contains(b.String(), fmt.Sprintf("%x", canary)) {
		t.Errorf("the answers are printed:\n%s", b.String())
	}
}

// TestSlowClients wants who does not finish a request to be let go, and to be in
// nobody's way.
func TestSlowClients(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t), Patience: 300 * time.Millisecond})
	v := visit(t, s)
	host := strings.TrimPrefix(v.origin, "http://")
	var slow []net.Conn
	for _, begun := range []string{
		"", "GET / HT", "GET / HTTP/1.1\r\nHost: " + host + "\r\nX-A: ",
		"POST " + strings.TrimPrefix(v.base, v.origin) + " HTTP/1.1\r\nHost: " + host + "\r\nOrigin: " + v.origin + "\r\nCookie: " + v.cookie.String() +
			"\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ntoken=",
	} {
		c, err := net.Dial("tcp", host)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		if _, err := io.WriteString(c, begun); err != nil {
			t.Fatal(err)
		}
		slow = append(slow, c)
	}
	has(t, v.page(), true, "Connect Small")
	for i, c := range slow {
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("slow client %d is kept: %v", i, err)
		}
	}
	big, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = big.Close() }()
	_, _ = io.WriteString(big, "GET / HTTP/1.1\r\nHost: "+host+"\r\nX-Big: "+strings.Repeat("a", 64<<10)+"\r\n\r\n")
	line, err := bufio.NewReader(big).ReadString('\n')
	if err != nil || !strings.Contains(line, "431") {
		t.Errorf("a header of 64 KiB is answered with %q, %v", line, err)
	}
}
