package login_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/login"
)

// freeURI is a redirect URI at a port that is free.
const freeURI = "http://127.0.0.1:0/callback"

// A waiter is a listener that waits for the answer to a round.
type waiter struct {
	*login.Listener
	round  *login.Round
	origin string // scheme, host and port
	cancel context.CancelCauseFunc
	came   chan error // with what Wait gave
	got    string
}

// await listens and waits. Change may make another round of it, and another
// visit.
func await(t *testing.T, o login.ListenerOptions, change func(*login.RoundOptions)) *waiter {
	t.Helper()
	if o.RedirectURI == "" {
		o.RedirectURI = freeURI
	}
	l, err := login.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	options := login.RoundOptions{
		AuthorizationEndpoint: "https://login.example.com/authorize", ClientID: "id", RedirectURI: l.RedirectURI(),
		Issuer: "https://login.example.com",
	}
	if change != nil {
		change(&options)
	}
	round, err := login.NewRound(options)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(l.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	w := &waiter{Listener: l, round: round, origin: u.Scheme + "://" + u.Host, cancel: cancel, came: make(chan error, 1)}
	ready := make(chan struct{})
	go func() {
		var err error
		w.got, err = l.Wait(ctx, login.Visit{URL: round.URL(), Check: round.Check}, func() { close(ready) })
		w.came <- err
	}()
	<-ready
	return w
}

// good is the callback that is waited for.
func (w *waiter) good() string { return w.RedirectURI() + "?code=the-code&state=" + w.round.State }

// get opens an address, as a browser does.
func (w *waiter) get(t *testing.T, address string) (status int, body string) {
	t.Helper()
	resp, body := w.do(t, http.MethodGet, address, nil, "")
	return resp.StatusCode, body
}

// do sends a request; a header Host is the request's.
func (w *waiter) do(t *testing.T, method, address string, header map[string]string, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	req.Host = header["Host"]
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// goesOn wants the login to wait still, and to take its answer.
func (w *waiter) goesOn(t *testing.T) {
	t.Helper()
	select {
	case err := <-w.came:
		t.Fatalf("it waits no longer: %q, %v", w.got, err)
	default:
	}
	if status, body := w.get(t, w.good()); status != http.StatusOK {
		t.Fatalf("the answer got %d %s", status, body)
	}
	if err := <-w.came; err != nil || w.got != w.good() {
		t.Fatalf("it gave %q, %v; want %q", w.got, err, w.good())
	}
	if c, err := w.round.Callback(w.got); err != nil || c.Code != "the-code" {
		t.Fatalf("the round took %v, %v", c, err)
	}
}

// TestMust1ListensOnLoopbackOnly wants a listener that nothing but this machine
// can reach, and none for a redirect URI of another host.
func TestMust1ListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			w := await(t, login.ListenerOptions{RedirectURI: "http://" + host + ":0/callback"}, nil)
			_, port, err := net.SplitHostPort(strings.TrimPrefix(w.origin, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			addresses, err := net.InterfaceAddrs()
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range addresses {
				ip, _, err := net.ParseCIDR(a.String())
				if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
					continue
				}
				if c, err := net.DialTimeout("tcp", net.JoinHostPort(ip.String(), port), time.Second); err == nil {
					_ = c.Close()
					t.Errorf("it can be reached at %s", ip)
				}
			}
			if host == "localhost" {
				for _, ip := range []string{"127.0.0.1", "::1"} {
					c, err := net.Dial("tcp", net.JoinHostPort(ip, port))
					if err != nil {
						t.Errorf("localhost is not %s: %v", ip, err)
						continue
					}
					_ = c.Close()
				}
			}
			w.goesOn(t)
		})
	}
	for _, uri := range []string{
		"http://0.0.0.0:0/callback", "http://[::]:0/callback", "http://192.168.1.1:0/callback", "http://example.com:0/callback",
		"https://127.0.0.1:0/callback", "http://:0/callback", "http://127.0.0.1.example.com:0/callback", "http://localhost.example.com:0/callback",
		"http://user@127.0.0.1:0/callback", "com.example:/callback", "127.0.0.1:0", "",
	} {
		if l, err := login.Listen(login.ListenerOptions{RedirectURI: uri}); err == nil {
			_ = l.Close()
			t.Errorf("%q was listened at", uri)
		}
		if login.Served(uri) {
			t.Errorf("Served(%q)", uri)
		}
	}
}

// TestMust1SocketsAreBoundToLoopback looks at what the system says that is bound.
func TestMust1SocketsAreBoundToLoopback(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/net/tcp"); err != nil {
		t.Log("this system has no /proc/net/tcp: TestMust1ListensOnLoopbackOnly has to do")
		return
	}
	w := await(t, login.ListenerOptions{RedirectURI: "http://localhost:0/callback"}, nil)
	u, err := url.Parse(w.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	var port int
	if _, err := fmt.Sscan(u.Port(), &port); err != nil {
		t.Fatal(err)
	}
	loopback := map[string]bool{"0100007F": true, "00000000000000000000000001000000": true}
	found := 0
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			if len(f) < 4 || f[3] != "0A" { // LISTEN
				continue
			}
			address, at, _ := strings.Cut(f[1], ":")
			if at == fmt.Sprintf("%04X", port) {
				found++
				if !loopback[address] {
					t.Errorf("%s: bound to %s", file, address)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no socket was found")
	}
}

// TestMust2OneAnswer wants one answer to be taken of many at once, and the
// listener to be closed then.
func TestMust2OneAnswer(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	const many = 20
	connections := make([]net.Conn, many)
	for i := range connections { // before the first is answered
		c, err := net.Dial("tcp", strings.TrimPrefix(w.origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		connections[i] = c
	}
	statuses := make(chan string, many)
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", strings.TrimPrefix(w.good(), w.origin), strings.TrimPrefix(w.origin, "http://"))
	for _, c := range connections {
		go func() {
			_, _ = io.WriteString(c, request)
			head, _ := io.ReadAll(c)
			status, _, _ := strings.Cut(strings.TrimPrefix(string(head), "HTTP/1.1 "), " ")
			statuses <- status
		}()
	}
	if err := <-w.came; err != nil || w.got != w.good() {
		t.Fatalf("%q, %v", w.got, err)
	}
	good := 0
	for range many {
		switch status := <-statuses; status {
		case "200":
			good++
		case "400", "": // a page that says so, or nobody there any more
		default:
			t.Errorf("a status %q", status)
		}
	}
	if good != 1 {
		t.Errorf("%d answers were taken", good)
	}
	if c, err := net.Dial("tcp", strings.TrimPrefix(w.origin, "http://")); err == nil {
		_ = c.Close()
		t.Error("it listens still")
	}
	if _, err := w.Wait(t.Context(), login.Visit{}, nil); !errors.Is(err, login.ErrUsed) {
		t.Errorf("it waits once more: %v", err)
	}
}

// TestMust2EndsWithItsContext is a deadline, and a Ctrl-C.
func TestMust2EndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	over := errors.New("the time is over")
	w.cancel(over)
	if err := <-w.came; !errors.Is(err, over) || w.got != "" {
		t.Errorf("%q, %v; want the cause", w.got, err)
	}
	if status, body := w.get(t, w.good()); status != 400 || !strings.Contains(body, "No login is waiting") {
		t.Errorf("too late: %d %s", status, body)
	}

	closed := await(t, login.ListenerOptions{}, nil)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed.came; !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestMust2OtherRequests wants nothing but the callback to be an answer.
func TestMust2OtherRequests(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path string
		status             int
	}{
		{"another path", "GET", "/", 404},
		{"an icon", "GET", "/favicon.ico", 404},
		{"a path below", "GET", "/callback/?code=the-code&state=STATE", 404},
		{"another case", "GET", "/Callback?code=the-code&state=STATE", 404},
		{"an escaped path", "GET", "/%63allback?code=the-code&state=STATE", 404},
		{"dots", "GET", "/x/../callback?code=the-code&state=STATE", 404},
		{"HEAD", "HEAD", "/callback?code=the-code&state=STATE", 405},
		{"POST", "POST", "/callback?code=the-code&state=STATE", 405},
		{"OPTIONS", "OPTIONS", "/callback?code=the-code&state=STATE", 405},
		{"PUT", "PUT", "/callback?code=the-code&state=STATE", 405},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := await(t, login.ListenerOptions{}, nil)
			resp, body := w.do(t, test.method, w.origin+strings.ReplaceAll(test.path, "STATE", w.round.State), nil, "")
			if resp.StatusCode != test.status {
				t.Errorf("status %d, want %d: %s", resp.StatusCode, test.status, body)
			}
			if test.status == 405 && resp.Header.Get("Allow") != "GET" {
				t.Errorf("Allow: %q", resp.Header.Get("Allow"))
			}
			w.goesOn(t)
		})
	}
}

// TestMust2HeadsAreBounded wants a request line, or headers, of more than 8 KiB
// to be refused, and a callback that is nearly as long to be taken.
func TestMust2HeadsAreBounded(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	for _, head := range []string{
		"GET /callback?code=" + strings.Repeat("c", 9<<10) + "&state=" + w.round.State + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /callback?code=c&state=" + w.round.State + " HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("c", 9<<10) + "\r\n\r\n",
	} {
		c, err := net.Dial("tcp", strings.TrimPrefix(w.origin, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, head)
		answer, _ := io.ReadAll(c)
		_ = c.Close()
		if !strings.HasPrefix(string(answer), "HTTP/1.1 431 ") {
			t.Errorf("a long head got %q", answer)
		}
	}
	long := w.RedirectURI() + "?code=" + strings.Repeat("c", 6<<10) + "&state=" + w.round.State
	if status, _ := w.get(t, long); status != 200 {
		t.Errorf("a long code got %d", status)
	}
	if err := <-w.came; err != nil || w.got != long {
		t.Error(err)
	}
}

// TestMust2SlowHeadsEnd wants connections on which nothing comes to be closed,
// however many there are, so that the answer gets through.
func TestMust2SlowHeadsEnd(t *testing.T) {
	t.Parallel()
	l, err := login.Listen(login.Impatient(login.ListenerOptions{RedirectURI: freeURI}, 100*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	u, err := url.Parse(l.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	var slow []net.Conn
	for i := range 70 {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if i%2 == 0 {
			_, _ = io.WriteString(c, "GET /callback HTTP/1.1\r\nHost: ")
		}
		slow = append(slow, c)
	}
	came, ready := make(chan error, 1), make(chan struct{})
	go func() {
		_, err := l.Wait(t.Context(), login.Visit{}, func() { close(ready) })
		came <- err
	}()
	<-ready
	w := &waiter{Listener: l}
	begun := time.Now()
	if status, _ := w.get(t, l.RedirectURI()+"?code=c"); status != 200 {
		t.Errorf("the answer got %d", status)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("the answer got through after %v", took)
	}
	if err := <-came; err != nil {
		t.Error(err)
	}
	for _, c := range slow[:2] {
		if _, err := io.ReadAll(c); err != nil && !errors.Is(err, io.EOF) && !strings.Contains(err.Error(), "reset") {
			t.Errorf("a slow connection: %v", err)
		}
	}
}

// TestMust3ForeignHost wants a request by another name to be refused: a page
// whose name suddenly means this machine sends such.
func TestMust3ForeignHost(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	u, err := url.Parse(w.RedirectURI())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{
		"evil.example", "evil.example:" + u.Port(), "localhost:" + u.Port(), "[::1]:" + u.Port(), "127.0.0.1", "127.0.0.1:80", "127.0.0.2:" + u.Port(),
		u.Host + ".evil.example", "evil.example@" + u.Host, "127.1:" + u.Port(), "2130706433:" + u.Port(), u.Host + "/x",
	} {
		c, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(c, "GET /callback?code=the-code&state=%s HTTP/1.1\r\nHost: %s\r\n\r\n", w.round.State, host)
		answer, _ := io.ReadAll(c)
		_ = c.Close()
		if status, _, _ := strings.Cut(string(answer), "\r\n"); !strings.HasPrefix(status, "HTTP/1.1 421") && !strings.HasPrefix(status, "HTTP/1.1 400") {
			t.Errorf("Host %q got %q", host, status)
		}
	}
	w.goesOn(t)
}

// TestMust3ForeignOrigin wants a request of a foreign page to be refused.
func TestMust3ForeignOrigin(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	for _, origin := range []string{"https://evil.example", "null", "https://login.example.com", "http://127.0.0.1:1", strings.Replace(w.origin, "http:", "https:", 1)} {
		if resp, body := w.do(t, "GET", w.good(), map[string]string{"Origin": origin}, ""); resp.StatusCode != 403 {
			t.Errorf("Origin %q got %d %s", origin, resp.StatusCode, body)
		}
	}
	w.goesOn(t)
}

// TestMust3FormPost wants an answer that a server posts to be taken from that
// server, where it was asked to, and from nobody else.
func TestMust3FormPost(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	posted := func(t *testing.T) *waiter {
		return await(t, login.ListenerOptions{}, func(o *login.RoundOptions) {
			o.Extra = []login.Param{{Name: "response_mode", Value: "form_post"}}
		})
	}
	tests := []struct {
		name   string
		header map[string]string
		body   string // with STATE; the answer's if empty
		status int
	}{
		{"by the server", map[string]string{"Origin": "https://login.example.com", "Content-Type": form}, "", 200},
		{"by a browser that names none", map[string]string{"Content-Type": form + "; charset=utf-8"}, "", 200},
		{"by another server", map[string]string{"Origin": "https://evil.example", "Content-Type": form}, "", 403},
		{"by nobody", map[string]string{"Origin": "null", "Content-Type": form}, "", 403},
		{"by http", map[string]string{"Origin": "http://login.example.com", "Content-Type": form}, "", 403},
		{"as JSON", map[string]string{"Origin": "https://login.example.com", "Content-Type": "application/json"}, "", 400},
		{"as text", map[string]string{"Origin": "https://login.example.com", "Content-Type": "text/plain"}, "", 400},
		{"too long", map[string]string{"Content-Type": form}, "state=STATE&code=" + strings.Repeat("c", 64<<10), 400},
		{"with another state", map[string]string{"Content-Type": form}, "code=the-code&state=other", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := posted(t)
			body := "code=the-code&state=" + w.round.State
			if test.body != "" {
				body = strings.ReplaceAll(test.body, "STATE", w.round.State)
			}
			resp, page := w.do(t, "POST", w.RedirectURI()+"?code=other&state=other", test.header, body)
			if resp.StatusCode != test.status {
				t.Fatalf("status %d, want %d: %s", resp.StatusCode, test.status, page)
			}
			if test.status != 200 {
				w.goesOn(t)
				return
			}
			if err := <-w.came; err != nil || w.got != w.good() {
				t.Errorf("%q, %v; want %q", w.got, err, w.good())
			}
		})
	}
}

// endless is a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

// TestMust2BodiesAreBounded wants no more of a form to be read than an answer can
// have.
func TestMust2BodiesAreBounded(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, func(o *login.RoundOptions) {
		o.Extra = []login.Param{{Name: "response_mode", Value: "form_post"}}
	})
	body := &endless{}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.RedirectURI(), body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r := newRecorder()
	login.Handler(w.Listener).ServeHTTP(r, req)
	if r.status != http.StatusBadRequest || body.read > 256<<10 {
		t.Errorf("status %d after %d bytes", r.status, body.read)
	}
	w.goesOn(t)
}

// TestMust6StraysDoNotEndTheWait wants answers without the state, or with
// another, to get a page that says so, while the login waits on.
func TestMust6StraysDoNotEndTheWait(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	for _, query := range []string{"", "?", "?code=evil", "?code=evil&state=", "?code=evil&state=other", "?error=access_denied", "?code=evil&state=STATE&state=other", "?state=STATEx"} {
		status, body := w.get(t, w.RedirectURI()+strings.ReplaceAll(query, "STATE", w.round.State))
		if status != 400 || !strings.Contains(body, "does not belong to the login") || strings.Contains(body, "evil") {
			t.Errorf("%q got %d %s", query, status, body)
		}
	}
	w.goesOn(t)
}

// TestMust6StraysAreCounted wants them to end the wait when there are too many.
func TestMust6StraysAreCounted(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{MaxStrays: 7}, nil)
	for range 7 {
		w.get(t, w.RedirectURI()+"?state=other")
	}
	var strays *login.StraysError
	if err := <-w.came; !errors.As(err, &strays) || strays.Count != 7 {
		t.Errorf("%v, want 7 strays", err)
	}
	if status, _ := w.get(t, w.good()); status == 200 {
		t.Error("the answer was taken after the end")
	}
}

// TestMust6SecondCallback wants a second answer to be refused by the round, too,
// in whatever way it came.
func TestMust6SecondCallback(t *testing.T) {
	t.Parallel()
	w := await(t, login.ListenerOptions{}, nil)
	w.goesOn(t)
	if _, err := w.round.Callback(w.good()); !errors.Is(err, login.ErrUsed) {
		t.Errorf("a second callback: %v", err)
	}
	// A request that is on its way when the first is taken.
	req, err := http.NewRequestWithContext(t.Context(), "GET", w.good(), nil)
	if err != nil {
		t.Fatal(err)
	}
	recorder := newRecorder()
	login.Handler(w.Listener).ServeHTTP(recorder, req)
	if recorder.status != 400 || !strings.Contains(recorder.body.String(), "has had its answer") {
		t.Errorf("%d %s", recorder.status, recorder.body.String())
	}
}

// TestBusyPort wants the address to be said, and the port to be free again after
// a close.
func TestBusyPort(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]"} {
		first, err := login.Listen(login.ListenerOptions{RedirectURI: "http://" + host + ":0/callback"})
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(first.RedirectURI())
		if err != nil {
			t.Fatal(err)
		}
		_, err = login.Listen(login.ListenerOptions{RedirectURI: first.RedirectURI()})
		var busy *login.BusyError
		if !errors.As(err, &busy) || !strings.HasSuffix(busy.Address, ":"+u.Port()) || !strings.Contains(err.Error(), busy.Address) {
			t.Errorf("%s: %v", host, err)
		}
		_ = first.Close()
		again, err := login.Listen(login.ListenerOptions{RedirectURI: first.RedirectURI()})
		if err != nil {
			t.Errorf("%s: after a close: %v", host, err)
			continue
		}
		_ = again.Close()
	}
	// Somebody who has only half of localhost could be who a browser asks.
	half, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer half.Close()
	_, port, err := net.SplitHostPort(half.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var busy *login.BusyError
	if _, err = login.Listen(login.ListenerOptions{RedirectURI: "http://localhost:" + port + "/callback"}); !errors.As(err, &busy) || busy.Address != half.Addr().String() {
		t.Errorf("half of localhost is taken: %v", err)
	}
}
