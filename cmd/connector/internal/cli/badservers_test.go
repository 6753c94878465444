package cli_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// badKey is the credential that bad servers must not lead anywhere else. It
// has something to escape in every encoding.
const badKey = `canary/"7f3a"+é&Zq9=`

// badSpec is a connector whose key goes into a header and the query.
const badSpec = `key: bad
name: Bad
auth:
  type: client-credentials
  baseUri: https://api.example.com
  ui:
    schema:
      type: object
      properties:
        apiKey: {type: string, title: Key, isSensitive: true}
      required: [apiKey]
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Api-Key: {$expr: urlEncode(credentials.apiKey)}}
      query: {key: '${credentials.apiKey}'}
  test:
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: /me
      responseMapping: {name: {$var: response.data.name}}
  connectionLabel: ${test.name}
`

// A canary is a server that nothing may arrive at.
type canary struct {
	url  string
	hits atomic.Int32
}

func newCanary(t testing.TB) *canary {
	c := &canary{}
	c.url = serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.hits.Add(1)
		_, _ = io.WriteString(w, `{"name":"stolen"}`)
	}))
	return c
}

func (c *canary) check(t *testing.T) {
	t.Helper()
	if n := c.hits.Load(); n > 0 {
		t.Errorf("%d requests reached the other server", n)
	}
}

// answer writes an answer of a content type.
func answer(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func redirect(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", strings.ReplaceAll(to, "KEY", url.QueryEscape(r.URL.Query().Get("key"))))
		w.WriteHeader(status)
	}
}

// cut ends the connection after a part of the answer.
func cut(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		c, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		_, _ = buffered.WriteString(part)
		_ = buffered.Flush()
		_ = c.Close()
	}
}

// hang writes the beginning of an answer and then waits for the client to go.
func hang(part string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if part != "" {
			_, _ = io.WriteString(w, part)
			_ = http.NewResponseController(w).Flush()
		}
		<-r.Context().Done()
	}
}

// flood sends many bytes, compressed to few if it is a bomb.
func flood(size int, bomb bool) http.HandlerFunc {
	block := bytes.Repeat([]byte(" "), 1<<16)
	return func(w http.ResponseWriter, _ *http.Request) {
		out := io.Writer(w)
		if bomb {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			out = z
		}
		for range size / len(block) {
			if _, err := out.Write(block); err != nil {
				return
			}
		}
	}
}

// echo answers with the key, as some servers do.
func echo(status int, write func(w http.ResponseWriter, key string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var b httptest.ResponseRecorder
		b.Body = new(bytes.Buffer)
		write(&b, r.URL.Query().Get("key"))
		for name, values := range b.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(status)
		_, _ = w.Write(b.Body.Bytes())
	}
}

func named(encode func(string) string) http.HandlerFunc {
	return echo(200, func(w http.ResponseWriter, key string) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"name": "you sent " + encode(key) + " to us"})
	})
}

// deceit is what a server may say to steer a terminal or deceive a reader.
const deceit = "\x1b[2Jgone \x1b]8;;http://x\x07link\x07 \u202elaer \u2066x\u2069"

const page = "<!doctype html><title>Sign in</title><form></form>"

func TestBadServers(t *testing.T) {
	t.Parallel()
	other := newCanary(t)
	elsewhere := strings.Replace(other.url, "127.0.0.1", "localhost", 1)
	const jsonType, html = "application/json", "text/html; charset=utf-8"
	tests := []struct {
		name    string
		handler http.Handler
		code    int
		want    []string
	}{
		{"hangs before its header", hang(""), 3, []string{"https://api.example.com took too long", "after 300ms"}},
		{"hangs in its body", hang(`{"name":`), 3, []string{"took too long: reading the answer was not done after 300ms"}},
		{"sends 20 MiB", flood(20<<20, false), 1, []string{"the answer of https://api.example.com is larger than 10485760 bytes"}},
		{"sends a gzip bomb", flood(20<<20, true), 1, []string{"the answer of https://api.example.com is larger than 10485760 bytes"}},
		{"redirects to another host (301)", redirect(301, elsewhere+"/?k=KEY"), 1, []string{"answered 301 and redirects to " + elsewhere + ", which was not followed", "hint: "}},
		{"redirects to another port (302)", redirect(302, other.url+"/me?k=KEY"), 1, []string{"answered 302 and redirects to " + other.url}},
		{"redirects to another host (307)", redirect(307, elsewhere), 1, []string{"answered 307 and redirects to " + elsewhere}},
		{"redirects to another host (308)", redirect(308, "https://evil.example/KEY"), 1, []string{"answered 308 and redirects to https://evil.example"}},
		{"redirects in a circle", redirect(302, "/me?again=KEY"), 1, []string{"it redirected five times already"}},
		{"redirects to nonsense", redirect(302, "http://[::1"), 1, []string{"an address that cannot be read"}},
		{"redirects to no scheme we know", redirect(302, "ftp://x/y"), 1, []string{"which was not followed"}},
		{"answers a page", answer(200, html, page), 1, []string{"the answer is an HTML page, not data"}},
		{"answers an error page", answer(500, html, page), 1, []string{"answered 500 Internal Server Error", "hint: the API has a problem", "Error\n     hint", "       < <!doctype html>"}},
		{"cuts the connection", cut(""), 3, []string{"the connection was closed before the answer was complete"}},
		{"cuts its header", cut("HTTP/1.1 200 OK\r\nContent-"), 3, []string{"test: https://api.example.com: the "}},
		{"cuts its body", cut("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), 3, []string{"the connection was closed before the answer was complete"}},
		{"speaks no HTTP", cut("SSH-2.0-OpenSSH_9.6\r\n"), 3, []string{"the answer is not HTTP"}},
		{"answers text that says it is JSON", answer(200, jsonType, "OK"), 1, []string{"answered 200 with a body that says it is JSON and is not"}},
		{"answers half of its JSON", answer(200, jsonType, `{"name":"x`), 1, []string{"says it is JSON and is not: it may be cut off"}},
		{"answers an error that says it is JSON", answer(502, jsonType, "bad gateway"), 1, []string{"answered 502"}},
		{"answers nothing", answer(200, jsonType, ""), 1, []string{"the responseMapping of the test gives nothing", "hint: "}},
		{"answers 204", answer(204, "", ""), 1, []string{"the responseMapping of the test gives nothing"}},
		{"answers plain text", answer(200, "text/plain", `name: x`), 1, []string{"which is text/plain and not JSON"}},
		{"answers other JSON", answer(200, jsonType, `{"title":"x"}`), 1, []string{"the responseMapping of the test gives nothing"}},
		{"answers 401", answer(401, jsonType, `{"error":"bad_key"}`), 1, []string{`answered 401 Unauthorized: "bad_key"`, "hint: the API does not accept the credential"}},
		{"answers 403", answer(403, jsonType, `{"error":{"message":"not you"}}`), 1, []string{`answered 403 Forbidden: "not you"`, "hint: the API knows the credential and does not allow this"}},
		{"answers 404", answer(404, jsonType, `{}`), 1, []string{"answered 404 Not Found", "hint: the address of the test is not one of the API"}},
		{"answers 429", answer(429, jsonType, `{"errors":[{"detail":"slow down"}]}`), 1, []string{`answered 429 Too Many Requests: "slow down"`, "hint: the API limits how often it is asked"}},
		{"answers 500", answer(500, jsonType, `{"message":"oops"}`), 1, []string{`answered 500 Internal Server Error: "oops"`, "hint: the API has a problem of its own"}},
		{"answers 599", answer(599, "", ""), 1, []string{"answered 599"}},
		{"echoes the key", named(func(k string) string { return k }), 0, []string{"label: you sent [secret] to us"}},
		{"echoes the key as base64", named(func(k string) string { return base64.StdEncoding.EncodeToString([]byte(k)) }), 0, []string{"label: you sent [secret] to us"}},
		{"echoes the key escaped for URLs", named(url.QueryEscape), 0, []string{"label: you sent [secret] to us"}},
		{"echoes the key escaped for JSON", named(func(k string) string { b, _ := json.Marshal(k); return strings.Trim(string(b), `"`) }), 0, []string{"label: you sent [secret] to us"}},
		{"echoes the key in a header", echo(200, func(w http.ResponseWriter, key string) {
			w.Header().Set("X-You-Sent", url.PathEscape(key))
			w.Header().Set("Set-Cookie", "session=abc")
			w.Header().Set("Content-Type", jsonType)
			_, _ = io.WriteString(w, `{"name":"you"}`)
		}), 0, []string{"label: you"}},
		{"echoes the key in an error", echo(401, func(w http.ResponseWriter, key string) {
			w.Header().Set("Content-Type", jsonType)
			_ = json.NewEncoder(w).Encode(map[string]string{"message": "no " + key + " here " + deceit})
		}), 1, []string{"no [secret] here", "gone", "!\x1b", "!\u202e", "!\u2066", "!\x07"}},
		{"deceives in a label", named(func(string) string { return deceit }), 0, []string{"label: you sent ", "!\x1b", "!\u202e", "!\u2066", "!\x07"}},
	}
	dir := writeTree(t, map[string]string{"spec.yml": badSpec})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			route := "https://api.example.com=" + serve(t, test.handler)
			w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey)
			timeout := "20s"
			if strings.HasPrefix(test.name, "hangs") {
				timeout = "300ms"
			}
			for _, format := range []string{"text", "json"} {
				o := w.run("test", "--auth", "--live", "--verbose", "--timeout", timeout, "--format", format, "--route", route, dir)
				checkNoLeak(t, o, badKey)
				if format == "text" && test.code > 0 && !strings.Contains(o.stdout, "hint: ") {
					t.Errorf("it does not say what to do: %v", o)
				}
				if format == "text" {
					o.check(t, test.code, test.want...)
				} else if o.code != test.code || !json.Valid([]byte(o.stdout)) {
					t.Errorf("as JSON: %v", o)
				}
			}
			other.check(t)
		})
	}
}

// TestCutMessages wants no part of a secret to be left where what a server says
// is cut short.
func TestCutMessages(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"spec.yml": badSpec})
	for before := 176; before < 204; before += 3 {
		route := "https://api.example.com=" + serve(t, echo(401, func(w http.ResponseWriter, key string) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]string{"message": strings.Repeat("x", before) + key + " and more"})
		}))
		for _, format := range []string{"text", "json"} {
			o := world{}.with("CONNECTOR_INPUT_API_KEY", badKey).run("test", "--live", "--format", format, "--route", route, dir)
			o.check(t, 1, "xxxxx", "!canary", "!xc")
		}
	}
}

// checkNoLeak looks for a secret in an outcome, in the encodings that a test
// can make without the redactor.
func checkNoLeak(t *testing.T, o outcome, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		for _, text := range encodings(s) {
			if strings.Contains(o.stdout, text) || strings.Contains(o.stderr, text) {
				t.Errorf("the secret is shown as %q: %v", text, o)
			}
		}
	}
}

// encodings returns ways to write a secret.
func encodings(s string) []string {
	j, _ := json.Marshal(s)
	list := []string{
		s, url.QueryEscape(s), url.PathEscape(s), strings.Trim(string(j), `"`), fmt.Sprintf("%x", s), fmt.Sprintf("%X", s),
		url.QueryEscape(url.QueryEscape(s)),
	}
	// In base64 of a longer text a part of the secret stands at one of three
	// offsets; the characters that it shares with its neighbours are left out.
	for offset := range 3 {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", offset) + s))
		from := (offset*8 + 5) / 6
		whole := (offset + len(s)) * 8 / 6
		list = append(list, text[from:whole], strings.NewReplacer("+", "-", "/", "_").Replace(text[from:whole]))
	}
	return list
}

func TestUntrustedCertificate(t *testing.T) {
	t.Parallel()
	arrived := atomic.Int32{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived.Add(1)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"secure"}`)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	ca := "-----BEGIN CERTIFICATE-----\n" + base64.StdEncoding.EncodeToString(s.Certificate().Raw) + "\n-----END CERTIFICATE-----\n"
	dir := writeTree(t, map[string]string{"spec.yml": badSpec, "ca.pem": ca, "empty.pem": "nothing"})
	w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey)
	args := []string{"test", "--auth", "--live", "--route", "https://api.example.com=" + s.URL, dir}
	o := w.run(args...)
	o.check(t, 3, "the certificate is signed by an authority that is not trusted here (--ca-file adds one)")
	if arrived.Load() > 0 {
		t.Error("a request went to a server that is not trusted")
	}
	w.run(append(args, "--ca-file", filepath.Join(dir, "ca.pem"))...).check(t, 0, "label: secure")
	w.run(append(args, "--ca-file", filepath.Join(dir, "empty.pem"))...).check(t, 2, "--ca-file", "empty.pem", "it holds no PEM certificate")
	w.run(append(args, "--ca-file", filepath.Join(dir, "none.pem"))...).check(t, 3, "--ca-file", "none.pem", "no such file")
}

// TestRefusedAddresses sends a credential to places that it must not go to.
func TestRefusedAddresses(t *testing.T) {
	t.Parallel()
	other := newCanary(t)
	address, port, _ := net.SplitHostPort(strings.TrimPrefix(other.url, "http://"))
	withBase := func(base string) string { return strings.Replace(badSpec, "https://api.example.com", base, 1) }
	withHost := func(base string) string {
		text := strings.Replace(withBase(base), "isSensitive: true}\n", "isSensitive: true}\n        host: {type: string}\n", 1)
		return strings.Replace(text, "required: [apiKey]", "required: [apiKey, host]", 1)
	}
	tests := []struct {
		name, spec, host string
		args             []string
		code             int
		want             []string
	}{
		{"http to another machine, written so", withBase("http://api.example.com"), "", nil, 1, []string{"[insecure-url]"}},
		{"http to another machine, from data", withHost("http://${connectionInput.host}"), "api.example.com", nil, 1, []string{"http://api.example.com is not https"}},
		{"a private address from data", withHost("http://${connectionInput.host}:" + port), address, nil, 1, []string{"a loopback address", "--allow-private"}},
		{"the metadata service from data", withHost("https://${connectionInput.host}"), "169.254.169.254", nil, 1, []string{"a link-local address", "--allow-private"}},
		{"a private address in another spelling", withHost("https://${connectionInput.host}"), "0x7f.1", nil, 1, []string{"FAIL"}},
		{"an IPv6 address that holds a private one", withHost("https://${connectionInput.host}"), "[::ffff:10.0.0.1]", nil, 1, []string{"FAIL"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := writeTree(t, map[string]string{"spec.yml": test.spec})
			w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "CONNECTOR_INPUT_HOST", test.host)
			o := w.run(append([]string{"test", "--auth", "--live", "--verbose", "--timeout", "2s", dir}, test.args...)...)
			checkNoLeak(t, o, badKey)
			o.check(t, test.code, test.want...)
			other.check(t)
		})
	}
	t.Run("allowed", func(t *testing.T) {
		t.Parallel()
		allowed := serve(t, answer(200, "application/json", `{"name":"inside"}`))
		address, port, _ := net.SplitHostPort(strings.TrimPrefix(allowed, "http://"))
		dir := writeTree(t, map[string]string{"spec.yml": withHost("http://${connectionInput.host}:" + port)})
		w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "CONNECTOR_INPUT_HOST", address)
		w.run("test", "--auth", "--live", "--allow-private", dir).check(t, 0, "label: inside")
	})
}

// TestInterrupt wants a run to end when the user interrupts it.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"spec.yml": badSpec})
	ctx, cancel := context.WithCancel(t.Context())
	address := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	}))
	w := world{context: ctx}.with("CONNECTOR_INPUT_API_KEY", badKey)
	w.run("test", "--auth", "--live", "--route", "https://api.example.com="+address, dir).check(t, 130, "interrupted")
}
