package client_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/connector-spec/connector/auth/client"
)

// secretive is a config with the canary in every place, for target.
func secretive(t testing.TB, target string) client.Config {
	o := origin(t, target)
	o.Literal = true
	return client.Config{
		Base: target + "/base?k=" + canary, Origins: []client.Origin{o},
		Header: []client.Field{{Name: "X-K", Value: canary}}, Query: []client.Field{{Name: "q", Value: canary}},
		Cookies: []client.Field{{Name: "c", Value: canary}}, Basic: &client.Basic{Username: canary, Password: canary},
		Data: map[string]any{"d": canary}, UserAgent: canary,
	}
}

// fails sends a request that must fail with an error of type E, in a text that
// holds no credential.
func fails[E error](t *testing.T, config client.Config, rt http.RoundTripper) E {
	t.Helper()
	resp, err := newClient(t, config, rt).Do(request(t, "POST", "/x?own="+canary, `{"b":"`+canary+`"}`, "Content-Type", "application/json", "X-Own", canary))
	e, ok := errors.AsType[E](err)
	if !ok {
		t.Fatalf("Do = %v, %v (%T), want %T", resp, err, err, e)
	}
	for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
		if s := fmt.Sprintf("%v %+v %#v", wrapped, wrapped, wrapped); strings.Contains(s, canary) {
			t.Errorf("a credential shows in the error: %s", s)
		}
	}
	return e
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Security rule 16: nothing waits for ever, and the error says for what.
func TestMust16Timeouts(t *testing.T) {
	hang := roundTrip(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, fmt.Errorf("%s: %w", req.URL, req.Context().Err())
	})
	trickle := roundTrip(func(req *http.Request) (*http.Response, error) {
		body := iotest.OneByteReader(readerFunc(func(p []byte) (int, error) {
			select {
			case <-req.Context().Done():
				return 0, req.Context().Err()
			case <-time.After(time.Second):
				return copy(p, "x"), nil
			}
		}))
		return &http.Response{StatusCode: 200, Body: io.NopCloser(body)}, nil
	})
	tests := []struct {
		name  string
		set   time.Duration
		rt    http.RoundTripper
		phase client.Phase
		after time.Duration
	}{
		{"no answer", 0, hang, client.Waiting, 60 * time.Second},
		{"no answer, own limit", 5 * time.Second, hang, client.Waiting, 5 * time.Second},
		{"a limit above the program's", time.Hour, hang, client.Waiting, 60 * time.Second},
		{"an endless body", 0, trickle, client.Reading, 60 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				config := secretive(t, "https://h.example")
				config.Timeout = tt.set
				start := time.Now()
				e := fails[*client.TimeoutError](t, config, tt.rt)
				if e.Phase != tt.phase || e.After != tt.after || time.Since(start) != tt.after || !e.Timeout() {
					t.Errorf("%+v after %v, want %s after %v", e, time.Since(start), tt.phase, tt.after)
				}
			})
		})
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestTheCallersContextEndsARequest(t *testing.T) {
	hang := roundTrip(func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := newClient(t, secretive(t, "https://h.example"), hang).Do(request(t, "GET", "/", "").WithContext(ctx))
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), canary) {
		t.Errorf("err = %v, want context.Canceled", err)
	}
}

func TestMust16PhasesOverSockets(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		if strings.HasPrefix(req.URL.Path, "/base/body") {
			w.WriteHeader(200)
			_ = http.NewResponseController(w).Flush()
		}
		<-req.Context().Done()
	}))
	defer slow.Close()
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	tests := []struct {
		base  string
		phase client.Phase
	}{
		{"https://" + silent.Addr().String(), client.Handshake},
		{slow.URL, client.Waiting},
	}
	for _, tt := range tests {
		config := secretive(t, tt.base)
		config.Timeout = 100 * time.Millisecond
		if e := fails[*client.TimeoutError](t, config, rt); e.Phase != tt.phase || e.After != config.Timeout {
			t.Errorf("%+v, want %s", e, tt.phase)
		}
	}
	config := secretive(t, slow.URL)
	config.Timeout, config.Base = 100*time.Millisecond, slow.URL+"/base/body"
	if e := fails[*client.TimeoutError](t, config, rt); e.Phase != client.Reading {
		t.Errorf("%+v, want %s", e, client.Reading)
	}
}

// Security rule 16: the size counts after decompression, and too much is an
// error rather than a cut body.
func TestMust16BodyLimits(t *testing.T) {
	zipped := func(n int) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.CopyN(z, readerFunc(func(p []byte) (int, error) { clear(p); return len(p), nil }), int64(n))
		_ = z.Close()
		return b.Bytes()
	}
	bomb := zipped(64 << 20)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch req.URL.Path {
		case "/exact":
			_, _ = w.Write(make([]byte, 1000))
		case "/more":
			_, _ = w.Write(make([]byte, 1001))
		case "/zipped":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped(500))
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/large":
			_, _ = w.Write(make([]byte, 20<<20))
		}
	}))
	defer server.Close()
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	o := origin(t, server.URL)
	o.Literal = true
	tests := []struct {
		path   string
		limit  int64
		header string // the spec's own Accept-Encoding
		size   int    // -1 for a SizeError
	}{
		{"/exact", 1000, "", 1000},
		{"/more", 1000, "", -1},
		{"/zipped", 1000, "", 500},
		{"/zipped", 1000, "gzip", 500},
		{"/zipped", 100, "gzip", -1},
		{"/bomb", 0, "", -1},
		{"/bomb", 0, "gzip", -1},
		{"/large", 0, "", -1},
	}
	for _, tt := range tests {
		c := newClient(t, client.Config{Base: server.URL, Origins: []client.Origin{o}, MaxResponseBytes: tt.limit}, rt)
		req := request(t, "GET", tt.path, "")
		if tt.header != "" {
			req.Header.Set("Accept-Encoding", tt.header)
		}
		resp, err := c.Do(req)
		var e *client.SizeError
		if tt.size < 0 {
			if !errors.As(err, &e) {
				t.Errorf("%s: %v, want a SizeError", tt.path, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		if len(body) != tt.size || resp.ContentLength != int64(tt.size) || resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: %d bytes, header %v, want %d", tt.path, len(body), resp.Header, tt.size)
		}
	}
}

func TestNetworkErrorsAreWordedWithoutSecrets(t *testing.T) {
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	raw := func(answer string) string { // a server that says the same to everyone
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					_, _ = conn.Read(make([]byte, 64<<10))
					_, _ = io.WriteString(conn, answer)
					_ = conn.Close()
				}()
			}
		}()
		return l.Addr().String()
	}
	gone := raw("")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := closed.Addr().String()
	_ = closed.Close()
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	defer secure.Close()
	secure.Config.ErrorLog = quiet()
	tests := []struct{ name, base, kind string }{
		{"nobody listens", "http://" + nobody, "refused"},
		{"closed at once", "http://" + gone, "closed"},
		{"not HTTP", "http://" + raw("SSH-2.0 "+canary+"\r\n"), "protocol"},
		{"bad header", "http://" + raw("HTTP/1.1 200 OK\r\n"+canary+"\r\n\r\n"), "protocol"},
		{"cut off", "http://" + raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"+canary), "closed"},
		{"broken compression", "http://" + raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 30\r\n\r\n"+canary+strings.Repeat("x", 30)), "protocol"},
		{"no TLS", "https://" + raw("HTTP/1.1 400 "+canary+"\r\n\r\n"), "tls"},
		{"unknown authority", secure.URL, "tls"},
		{"no such host", "https://nowhere.invalid", "dns"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if e := fails[*client.NetworkError](t, secretive(t, tt.base), rt); e.Kind != tt.kind || e.Origin != origin(t, tt.base).String() {
				t.Errorf("%+v, want kind %s", e, tt.kind)
			}
		})
	}
	t.Run("an error that quotes the request", func(t *testing.T) {
		quotes := roundTrip(func(req *http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("%s %s %v", req.Method, req.URL, req.Header)
		})
		if e := fails[*client.NetworkError](t, secretive(t, "https://h.example"), quotes); e.Kind != "other" {
			t.Errorf("%+v, want kind other", e)
		}
	})
}

type marked struct{ error }

func (marked) NoSecrets() {}

func TestErrorsMarkedHarmlessArePassedOn(t *testing.T) {
	e := marked{errors.New("not in the recording")}
	_, err := newClient(t, client.Config{Base: "https://h.example"}, roundTrip(func(*http.Request) (*http.Response, error) { return nil, e })).Do(request(t, "GET", "/", ""))
	if !errors.Is(err, e) {
		t.Errorf("err = %v, want %v", err, e)
	}
}
