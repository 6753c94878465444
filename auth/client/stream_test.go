package client_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/connector-spec/connector/auth/client"
)

// aPipe answers with a body that its test writes.
func aPipe(status int, header ...string) (*memory, *io.PipeWriter) {
	r, w := io.Pipe()
	return &memory{answer: func(req *http.Request) (*http.Response, error) {
		resp := text(status, "", header...)
		resp.Body = r
		context.AfterFunc(req.Context(), func() { _ = r.CloseWithError(context.Cause(req.Context())) })
		return resp, nil
	}}, w
}

// finals judges every answer by its status, and counts how often it is asked.
func finals(asked *int) func(*http.Response) client.Verdict {
	return func(*http.Response) client.Verdict { *asked++; return client.Verdict{} }
}

// readSome reads the next part of a body.
func readSome(t testing.TB, r io.Reader) string {
	t.Helper()
	b := make([]byte, 64)
	n, err := r.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(b[:n])
}

// TestStream wants an answer to be given as soon as it begins, with no limit of
// its size or of the time that the whole of it takes.
func TestStream(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status string
		header []string
		set    func(*client.Config)
	}{
		"nobody judges":      {set: func(*client.Config) {}},
		"judged by status":   {set: func(c *client.Config) { c.Judge, c.ByStatus = finals(new(int)), true }},
		"it comes in events": {header: []string{"Content-Type", "text/event-stream; charset=utf-8"}, set: func(c *client.Config) { c.Judge = finals(new(int)) }},
		"it comes in lines":  {header: []string{"Content-Type", "application/x-ndjson"}, set: func(c *client.Config) { c.Judge = finals(new(int)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, w := aPipe(200, test.header...)
				config := client.Config{Base: "https://h.example", Timeout: 10 * time.Second, MaxResponseBytes: 4}
				test.set(&config)
				resp, err := newClient(t, config, rt).Stream(request(t, "GET", "/feed", ""))
				if err != nil {
					t.Fatal(err)
				}
				for _, part := range []string{"one\n", "two and more\n", "three\n"} {
					time.Sleep(9 * time.Second) // the reader is slow, and that is nobody's concern
					time.Sleep(9 * time.Second)
					go func() { time.Sleep(9 * time.Second); _, _ = io.WriteString(w, part) }()
					if got := readSome(t, resp.Body); got != part {
						t.Errorf("read %q, want %q", got, part)
					}
				}
				go func() { _ = w.Close() }()
				if rest, err := io.ReadAll(resp.Body); len(rest) > 0 || err != nil {
					t.Errorf("behind the end: %q, %v", rest, err)
				}
				if err := resp.Body.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestMust16StreamsMayNotPause wants an answer that comes while it is read, and
// has no limit of its size, to end where it stops to come.
func TestMust16StreamsMayNotPause(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(cancel func(), w *io.PipeWriter)
		want func(error) bool
	}{
		"it pauses for too long": {func(func(), *io.PipeWriter) {}, func(err error) bool {
			var timeout *client.TimeoutError
			return errors.As(err, &timeout) && timeout.Phase == client.Reading && timeout.After == 10*time.Second
		}},
		"the caller ends it": {func(cancel func(), _ *io.PipeWriter) { cancel() }, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"the connection breaks": {func(_ func(), w *io.PipeWriter) { _ = w.CloseWithError(io.ErrUnexpectedEOF) }, func(err error) bool {
			var network *client.NetworkError
			return errors.As(err, &network) && network.Kind == "closed"
		}},
		"the error quotes a secret": {func(_ func(), w *io.PipeWriter) { _ = w.CloseWithError(errors.New(canary)) }, func(err error) bool {
			return !strings.Contains(err.Error(), canary)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rt, w := aPipe(200)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				resp, err := newClient(t, client.Config{Base: "https://h.example", Timeout: 10 * time.Second}, rt).Stream(request(t, "GET", "/feed", "").WithContext(ctx))
				if err != nil {
					t.Fatal(err)
				}
				go func() { _, _ = io.WriteString(w, "one"); time.Sleep(time.Second); test.end(cancel, w) }()
				if got := readSome(t, resp.Body); got != "one" {
					t.Errorf("read %q", got)
				}
				if _, err := resp.Body.Read(make([]byte, 8)); err == nil || err == io.EOF || !test.want(err) {
					t.Errorf("the end: %v", err)
				}
				_ = resp.Body.Close()
			})
		})
	}
}

// TestStreamCloses wants the request to end with the body of its answer.
func TestStreamCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent context.Context
		rt := &memory{answer: func(req *http.Request) (*http.Response, error) { sent = req.Context(); return text(200, "x"), nil }}
		resp, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Stream(request(t, "GET", "/", ""))
		if err != nil || sent.Err() != nil {
			t.Fatalf("%v, and the request: %v", err, sent.Err())
		}
		if err := resp.Body.Close(); err != nil || sent.Err() == nil {
			t.Errorf("closed: %v, and the request: %v", err, sent.Err())
		}
	})
}

// TestStreamJudges wants a short answer to be judged by what is in it, and a
// long one not to be waited for.
func TestStreamJudges(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20) + "y"
	for name, test := range map[string]struct {
		body      string
		refreshes int
	}{"short": {"expired", 1}, "long": {long, 0}} {
		refreshes := 0
		body := test.body
		rt := &memory{answer: func(*http.Request) (*http.Response, error) {
			b := body
			if refreshes > 0 {
				b = "fresh"
			}
			return text(200, b), nil
		}}
		config := client.Config{Base: "https://h.example", Origins: []client.Origin{origin(t, "https://h.example")}}
		config.Judge = func(resp *http.Response) client.Verdict {
			b, _ := io.ReadAll(resp.Body)
			resp.Body = io.NopCloser(bytes.NewReader(b))
			if string(b) == "expired" {
				return client.Verdict{Outcome: client.Expired}
			}
			return client.Verdict{}
		}
		config.Refresh = func(context.Context) (client.Config, error) { refreshes++; return config, nil }
		resp, err := newClient(t, config, rt).Stream(request(t, "GET", "/", ""))
		if err != nil {
			t.Fatal(err)
		}
		want := test.body
		if test.refreshes > 0 {
			want = "fresh"
		}
		if got, err := io.ReadAll(resp.Body); string(got) != want || err != nil || refreshes != test.refreshes {
			t.Errorf("%s: %d bytes, %v, %d refreshes", name, len(got), err, refreshes)
		}
		_ = resp.Body.Close()
	}
}

// TestStreamErrors wants what is no success to be read and bounded as ever.
func TestStreamErrors(t *testing.T) {
	t.Parallel()
	rt := &memory{answer: func(*http.Request) (*http.Response, error) { return text(404, "not here"), nil }}
	resp, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Stream(request(t, "GET", "/", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := io.ReadAll(resp.Body); string(got) != "not here" || resp.ContentLength != 8 {
		t.Errorf("%q, length %d", got, resp.ContentLength)
	}
	var size *client.SizeError
	if _, err := newClient(t, client.Config{Base: "https://h.example", MaxResponseBytes: 7}, rt).Stream(request(t, "GET", "/", "")); !errors.As(err, &size) {
		t.Errorf("a large error: %v", err)
	}
	var foreign *client.OriginError
	if _, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Stream(request(t, "GET", "https://evil.example/", "")); !errors.As(err, &foreign) {
		t.Errorf("another host: %v", err)
	}
}

// TestStreamUnzips wants a compressed answer to come as plain text.
func TestStreamUnzips(t *testing.T) {
	t.Parallel()
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, strings.Repeat("text ", 100))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	read := func(body string) (string, *http.Response, error) {
		rt := &memory{answer: func(*http.Request) (*http.Response, error) {
			return text(200, body, "Content-Encoding", "gzip", "Content-Length", "9"), nil
		}}
		resp, err := newClient(t, client.Config{Base: "https://h.example"}, rt).Stream(request(t, "GET", "/", ""))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		got, err := io.ReadAll(resp.Body)
		return string(got), resp, err
	}
	if got, resp, err := read(zipped.String()); got != strings.Repeat("text ", 100) || err != nil || len(resp.Header) > 0 {
		t.Errorf("%q, %v, headers %v", got, err, resp.Header)
	}
	if got, _, err := read(""); got != "" || err != nil {
		t.Errorf("nothing: %q, %v", got, err)
	}
	var network *client.NetworkError
	if _, _, err := read("no gzip at all"); !errors.As(err, &network) || network.Kind != "protocol" {
		t.Errorf("broken: %v", err)
	}
}
