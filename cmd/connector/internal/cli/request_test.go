package cli_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// requestKey is the credential of the connection of these tests.
const requestKey = "a-key-0123456789abcdef"

// connected returns a world with a connection called "work" to a server that
// answers by handler, and a function that sends a request with it.
func connected(t *testing.T, w world, handler http.HandlerFunc) func(args ...string) outcome {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/me", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) })
	mux.HandleFunc("/", handler)
	dir := writeTree(t, map[string]string{"notes.yml": `key: notes
name: Notes
auth:
  type: api-key
  baseUri: https://notes.example.com/v1
  credential: {name: X-Api-Key}
  makeApiClient: {implementationType: mapping, mapping: {maxResponseBytes: 10}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`})
	route := "https://notes.example.com=" + serve(t, mux)
	w = w.with("CONNECTOR_HOME", filepath.Join(dir, "home"), "CONNECTOR_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwg=")
	quiet := w
	quiet.stdout = nil
	quiet.run("store", "init").check(t, 0)
	quiet.with("CONNECTOR_INPUT_API_KEY", requestKey).run("connect", "--name", "work", "--route", route, filepath.Join(dir, "notes.yml")).check(t, 0)
	return func(args ...string) outcome {
		return w.run(append([]string{"request", "--connection", "work"}, args...)...)
	}
}

// says answers with a body of a type.
func says(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// TestMust33RequestOutput wants answers to be shown so that they can be read, and
// cannot steer the terminal.
func TestMust33RequestOutput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ contentType, body, want string }{
		"JSON": {
			"application/json; charset=utf-8", `{"a":[1,-2.5e3,true,null],"b":{},"c":[],"d":"x\"y\\","e":{"f":"g"}}`,
			"{\n  K\"a\"0: [\n    W10,\n    W-2.5e30,\n    Wtrue0,\n    Wnull0\n  ],\n  K\"b\"0: {},\n  K\"c\"0: [],\n  K\"d\"0: T\"x\\\"y\\\\\"0,\n  K\"e\"0: {\n    K\"f\"0: T\"g\"0\n  }\n}\n",
		},
		"a kind of JSON": {"application/problem+json", ` "t" `, "T\"t\"0\n"},
		"JSON in lines":  {"application/x-ndjson", "{\"a\":1}\n{\"a\":2}\n", "{\n  K\"a\"0: W10\n}\n{\n  K\"a\"0: W20\n}\n"},
		"no JSON at all": {"application/json", "<html> a,b", "W<html>0\nWa0,\nWb0\n"},
		"cut off":        {"application/json", `{"a":"b`, "{\n  K\"a\"0: T\"b0\n"},
		"nothing":        {"application/json", "", ""},
		"controls":       {"application/json", "{\"a\":\"\x1b[31m\u009b\u202e\"}", "{\n  K\"a\"0: T\"\\u001b[31m\\u009b\\u202e\"0\n}\n"},
		"text":           {"text/plain", "one\r\ntwo\x1b[2J é", "one\ntwo\\x1b[2J é\n"},
		"a line":         {"text/plain", "one\n", "one\n"},
		"the credential": {"text/plain", "key " + requestKey, "key [secret]\n"},
		"as JSON":        {"application/json", `{"k":"` + requestKey + `"}`, "{\n  K\"k\"0: T\"[secret]\"0\n}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request := connected(t, world{terminal: true}, says(test.contentType, test.body))
			o := request("GET", "/x")
			o.check(t, 0)
			if diff := cmp.Diff(test.want, painted(o.stdout)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// painted writes the colours of JSON as letters.
func painted(text string) string {
	return strings.NewReplacer("\x1b[34m", "K", "\x1b[32m", "T", "\x1b[36m", "W", "\x1b[0m", "0").Replace(text)
}

// TestMust15RequestOrigins wants nothing to go to hosts that the spec does not
// name, and nothing to replace the credential.
func TestMust15RequestOrigins(t *testing.T) {
	t.Parallel()
	request := connected(t, world{}, func(_ http.ResponseWriter, req *http.Request) { t.Errorf("%s %s was sent", req.Method, req.URL) })
	foreign := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		t.Errorf("%s %s was sent to a foreign host", req.Method, req.URL)
	}))
	for _, target := range []string{
		"https://evil.example/x", foreign + "/x", "https://notes.example.com.evil.example/x", "https://notes.example.com:8443/x",
		"https://notes.example.com@evil.example/x", "//evil.example/x", "/\\evil.example/../x", "http://notes.example.com/x", "file:///etc/passwd",
	} {
		request("GET", target, "--route", "https://evil.example="+foreign).check(t, 2)
	}
	for _, header := range []string{"X-Api-Key: x", "x-api-key:", "Authorization: Bearer x", "Proxy-Authorization: x", "Cookie: a=b", "Host: evil.example", "A: b\r\nX-Api-Key: x"} {
		o := request("GET", "/x", "--header", header)
		o.check(t, 2)
		checkNoLeak(t, o, requestKey)
	}
}

// TestRequestInPipe wants answers to be as they are where nobody watches.
func TestRequestInPipe(t *testing.T) {
	t.Parallel()
	binary := "\x89PNG\r\n\x1a\n\x00\xff"
	for name, test := range map[string]struct{ contentType, body string }{
		"JSON":   {"application/json", "{\"a\":  1}"},
		"text":   {"text/plain", "one\r\n\x1b[2J"},
		"binary": {"image/png", binary},
		"large":  {"text/plain", strings.Repeat("0123456789", 300_000)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := connected(t, world{}, says(test.contentType, test.body))("GET", "/x")
			if o.check(t, 0); o.stdout != test.body || o.stderr != "" {
				t.Errorf("%d bytes, want %d; %s", len(o.stdout), len(test.body), o.stderr)
			}
		})
	}
	o := connected(t, world{}, says("application/json", `{"a":1}`))("GET", "/x", "--color", "always")
	o.check(t, 0, "{\n  \x1b[34m\"a\"\x1b[0m: \x1b[36m1\x1b[0m\n}\n")
}

// TestRequestBinary wants no bytes on a terminal that are no text, and all of
// them in a file.
func TestRequestBinary(t *testing.T) {
	t.Parallel()
	binary := "\x89PNG\r\n\x1a\n\x00\xff" + requestKey
	request := connected(t, world{terminal: true}, says("image/png", binary))
	o := request("GET", "/x")
	if o.check(t, 0, "connector: the answer is image/png, 32 bytes, and no text, so it is not shown; --output FILE saves it\n"); o.stdout != "" {
		t.Errorf("printed %q", o.stdout)
	}
	name := filepath.Join(t.TempDir(), "picture.png")
	for range 2 {
		request("GET", "/x", "--output", name).check(t, 0, "connector: 32 bytes are in "+name)
		if got, err := os.ReadFile(name); err != nil || string(got) != binary {
			t.Errorf("saved %q, %v", got, err)
		}
	}
	if info, err := os.Stat(name); err != nil {
		t.Error(err)
	} else if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	request("GET", "/x", "--output", filepath.Join(name, "x")).check(t, 3, "connector: --output ")
	request("GET", "/x", "--output", os.DevNull).check(t, 0)
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is a file now: %v", err)
	}
}

// TestRequestBreaksOff wants an answer that does not come to its end to be an
// error, and to leave no file.
func TestRequestBreaksOff(t *testing.T) {
	t.Parallel()
	request := connected(t, world{}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "the beginning")
	})
	o := request("GET", "/x")
	o.check(t, 3, "the beginning", "connector: the answer broke off: https://notes.example.com: the connection was closed before the answer was complete")
	dir := t.TempDir()
	request("GET", "/x", "--output", filepath.Join(dir, "file")).check(t, 3, "the answer broke off")
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// firstWrite tells of the first write.
type firstWrite struct {
	mu    sync.Mutex
	b     bytes.Buffer
	first chan string
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.b.Len() == 0 {
		f.first <- string(p)
	}
	return f.b.Write(p)
}

// TestRequestStreams wants what an API sends to be printed while it still sends.
func TestRequestStreams(t *testing.T) {
	t.Parallel()
	out := &firstWrite{first: make(chan string, 1)}
	request := connected(t, world{stdout: out}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: one\n\n")
		_ = http.NewResponseController(w).Flush()
		if got := <-out.first; got != "data: one\n\n" {
			t.Errorf("the first part: %q", got)
		}
		fmt.Fprint(w, "data: two\n\n")
	})
	request("GET", "/events", "--verbose").check(t, 0, "< (a body that comes bit by bit)")
	if got := out.b.String(); got != "data: one\n\ndata: two\n\n" {
		t.Errorf("got %q", got)
	}
}
