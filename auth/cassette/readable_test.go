package cassette_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/cassette"
)

// written gives the request of a recording as it stands in a file.
func written(t testing.TB, r cassette.Request) map[string]any {
	t.Helper()
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return fields
}

// readBack reads a recording of one request from its file.
func readBack(t testing.TB, r cassette.Request) cassette.Request {
	t.Helper()
	rec := &cassette.Recording{Version: 1, Source: "live", Steps: []cassette.Step{{Name: "a", Exchanges: []cassette.Exchange{{Request: r, Response: cassette.Response{Status: 200}}}}}}
	again, err := cassette.Parse(fileOf(t, rec))
	if err != nil {
		t.Fatal(err)
	}
	return again.Steps[0].Exchanges[0].Request
}

// What is sent is written for people, and read back to the byte.
func TestRequestsAreReadable(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	const long = "https://h/a?"
	basic := func(pair string) string { return base64.StdEncoding.EncodeToString([]byte(pair)) }
	token := func(parts ...string) string {
		for i, p := range parts {
			parts[i] = base64.RawURLEncoding.EncodeToString([]byte(p))
		}
		return strings.Join(parts, ".")
	}
	jwt := token(`{"alg":"ES256"}`, `{"aud":"https://h/","jti":"1"}`, "\x00\xff\x10signature")
	wide := `{"query":"query { viewer { login } }","variables":{"first":10,"after":"{{input.cursor}}"},"operationName":null}`
	tests := []struct {
		name string
		r    cassette.Request
		want map[string]any // besides the method
	}{
		{"short address", cassette.Request{URL: "https://h/?a=1&b=x%20y"}, map[string]any{"url": "https://h/?a=1&b=x%20y"}},
		{"long address", cassette.Request{URL: "https://h/authorize?redirect_uri=http%3A%2F%2F127.0.0.1%3A47920%2Fcallback&scope=a%20b%2Bc&state={{run.state}}&empty="}, map[string]any{
			"url":   "https://h/authorize",
			"query": map[string]any{"redirect_uri": "http://127.0.0.1:47920/callback", "scope": "a b+c", "state": "{{run.state}}", "empty": ""},
		}},
		{"long address, other escapes", cassette.Request{URL: "https://h/authorize?redirect_uri=http%3a%2f%2f127.0.0.1%3a47920%2fcallback&scope=a%20b%20cccccccccccccccccccccc"}, map[string]any{
			"url": "https://h/authorize?redirect_uri=http%3a%2f%2f127.0.0.1%3a47920%2fcallback&scope=a%20b%20cccccccccccccccccccccc",
		}},
		{"long address, a name twice", cassette.Request{URL: long + "a=1&a=2&long=" + strings.Repeat("x", 100)}, map[string]any{"url": long + "a=1&a=2&long=" + strings.Repeat("x", 100)}},
		{"form", cassette.Request{Headers: map[string]string{"Content-Type": form + "; charset=utf-8"}, Body: "grant_type=password&user=a+b&secret={{input.secret}}-%26"}, map[string]any{
			"headers": map[string]any{"Content-Type": form + "; charset=utf-8"},
			"form":    map[string]any{"grant_type": "password", "user": "a b", "secret": "{{input.secret}}-&"},
		}},
		{"form with blanks as numbers", cassette.Request{Headers: map[string]string{"Content-Type": form}, Body: "a=b%20c"}, map[string]any{"headers": map[string]any{"Content-Type": form}, "body": "a=b%20c"}},
		{"form with a field twice", cassette.Request{Headers: map[string]string{"Content-Type": form}, Body: "a=1&a=2"}, map[string]any{"headers": map[string]any{"Content-Type": form}, "body": "a=1&a=2"}},
		{"form with a client assertion", cassette.Request{Headers: map[string]string{"Content-Type": form}, Body: "client_assertion=" + jwt}, map[string]any{
			"headers": map[string]any{"Content-Type": form},
			"form":    map[string]any{"client_assertion": `{{base64url({"alg":"ES256"})}}.{{base64url({"aud":"https://h/","jti":"1"})}}.` + token("\x00\xff\x10signature")},
		}},
		{"Basic", cassette.Request{Headers: map[string]string{"Authorization": "Basic " + basic("me:{{input.password}}")}}, map[string]any{"headers": map[string]any{"Authorization": "Basic {{base64(me:{{input.password}})}}"}}},
		{"Basic of escaped parts", cassette.Request{Headers: map[string]string{"Authorization": "Basic " + basic("me:%7B%7Binput.password%7D%7D")}}, map[string]any{"headers": map[string]any{"Authorization": "Basic {{base64(me:%7B%7Binput.password%7D%7D)}}"}}},
		{"Basic without padding", cassette.Request{Headers: map[string]string{"Authorization": "Basic " + strings.TrimRight(basic("you:{{input.password}}"), "=")}}, map[string]any{"headers": map[string]any{"Authorization": "Basic {{base64url(you:{{input.password}})}}"}}},
		{"Base64 of what ends like a placeholder", cassette.Request{Headers: map[string]string{"X-A": basic("{{input.a}}:)}}")}}, map[string]any{"headers": map[string]any{"X-A": basic("{{input.a}}:)}}")}}},
		{"Base64 of words", cassette.Request{Headers: map[string]string{"X-A": basic("some words without a secret")}}, map[string]any{"headers": map[string]any{"X-A": basic("some words without a secret")}}},
		{"DPoP", cassette.Request{Headers: map[string]string{"Dpop": jwt}}, map[string]any{"headers": map[string]any{"Dpop": `{{base64url({"alg":"ES256"})}}.{{base64url({"aud":"https://h/","jti":"1"})}}.` + token("\x00\xff\x10signature")}}},
		{"short JSON", cassette.Request{Body: `{"a":[1,2]}`}, map[string]any{"body": `{"a":[1,2]}`}},
		{"long JSON", cassette.Request{Body: wide}, map[string]any{"bodyEncoding": "json", "body": `{
  "query": "query { viewer { login } }",
  "variables": {
    "first": 10,
    "after": "{{input.cursor}}"
  },
  "operationName": null
}
`}},
		{"long JSON with blanks", cassette.Request{Body: strings.ReplaceAll(wide, `":`, `": `)}, map[string]any{"body": strings.ReplaceAll(wide, `":`, `": `)}},
		{"bytes", cassette.Request{Body: "AAE=", BodyEncoding: "base64"}, map[string]any{"body": "AAE=", "bodyEncoding": "base64"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Method = "POST"
			tt.want["method"] = "POST"
			if tt.r.URL == "" {
				tt.r.URL, tt.want["url"] = "https://h/", "https://h/"
			}
			if diff := cmp.Diff(tt.want, written(t, tt.r)); diff != "" {
				t.Errorf("written (-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(tt.r, readBack(t, tt.r)); diff != "" {
				t.Errorf("read back (-want +got)\n%s", diff)
			}
		})
	}
}

// A file may spell what was sent as one likes: a replay compares what it means.
func TestReadableFormsByHand(t *testing.T) {
	by := func(fields string) string {
		return `{"version":1,"source":"live","steps":[{"name":"a","exchanges":[{"request":` + fields + `,"response":{"status":200}}]}],"outcome":{"ok":true}}`
	}
	const header = `"headers":{"content-type":"application/x-www-form-urlencoded"}`
	tests := []struct{ name, file, url, body string }{
		{"escaped placeholders", by(`{"method":"POST","url":"https://h/?k=%7B%7Binput.k%7D%7D",` + header + `,"body":"k=%7B%7Binput.k%7D%7D"}`), "https://h/?k={{input.k}}", "k={{input.k}}"},
		{"fields", by(`{"method":"POST","url":"https://h/","query":{"a b":"ü&"},` + header + `,"form":{"a b":"ü&"}}`), "https://h/?a%20b=%C3%BC%26", "a+b=%C3%BC%26"},
		{"JSON", by(`{"method":"POST","url":"https://h/","body":"{ \"a\" : [ 1.0, 2 ] }","bodyEncoding":"json"}`), "https://h/", `{"a":[1.0,2]}`},
	}
	for _, tt := range tests {
		rec, err := cassette.Parse([]byte(tt.file))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if r := rec.Steps[0].Exchanges[0].Request; r.URL != tt.url || r.Body != tt.body || r.BodyEncoding != "" {
			t.Errorf("%s: read as %+v", tt.name, r)
		}
	}
}

// FuzzReadable writes any request as a tape would see it, and reads it back.
func FuzzReadable(f *testing.F) {
	f.Add("https://h/a?b=c%20d&e={{f}}&g=%7B%7Bh%7D%7D", "a=b+c&d={{base64(x)}}", "Basic bWU6e3tpbnB1dC5wYXNzd29yZH19", true)
	f.Add("https://h/?"+strings.Repeat("a", 120)+"=1", `{"a":"`+strings.Repeat("b", 120)+`"}`, "eyJhIjoxfQ.eyJhIjoxfQ.AA", false)
	f.Add("https://h/", "{{base64url({)}}", "{{base64(", false)
	f.Fuzz(func(t *testing.T, address, body, header string, form bool) {
		req, err := http.NewRequest("POST", address, strings.NewReader(body))
		if err != nil || req.URL.Host == "" || req.URL.Scheme != "https" {
			return
		}
		kind := "text/plain"
		if form {
			kind = "application/x-www-form-urlencoded"
		}
		names := []string{"Content-Type", "X-Any"}
		req.Header.Set("Content-Type", kind)
		req.Header.Set("X-Any", strings.ToValidUTF8(header, "?"))
		tape := cassette.NewTape(plain(200, `{}`), cassette.Options{Headers: func(*http.Request) []string { return names }})
		if _, err := tape.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		shadow, err := tape.Shadow(known())
		if err != nil {
			return // it is no text
		}
		req.Body = http.NoBody
		if body != "" {
			req.Body = readerOf(body)
		}
		if _, err := shadow.RoundTrip(req); err != nil {
			t.Fatal(err)
		}
		rec, err := shadow.Recording()
		if err != nil {
			return // it looks like a secret
		}
		r := rec.Steps[0].Exchanges[0].Request
		if diff := cmp.Diff(r, readBack(t, r)); diff != "" {
			t.Fatalf("%s\n(-sent +read)\n%s", fileOf(t, rec), diff)
		}
	})
}

type closer struct{ *bytes.Reader }

func (closer) Close() error { return nil }

func readerOf(text string) closer { return closer{bytes.NewReader([]byte(text))} }

// A replay that misses names the field of a form, shows what Base64 hid, and
// hides what may be a secret.
func TestMissesAreReadable(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	basic := func(pair string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair)) }
	recorded := func(body, auth string) *cassette.Recording {
		x := exchange("POST", "https://h/token", body, "Content-Type", form, "Authorization", auth)
		return &cassette.Recording{Version: 1, Source: "live", Steps: []cassette.Step{{Name: "token", Exchanges: []cassette.Exchange{x}}}}
	}
	good := basic("me:{{input.password}}")
	const planted = "hunter2-hunter2"
	tests := []struct{ name, body, auth, sent, sentAuth, want string }{
		{"field", "scope=a+b&x=1", good, "scope=a&x=1", good, `form "scope": recorded "a b", sent "a"`},
		{"order", "a=1&b=2", good, "b=2&a=1", good, `body: recorded "a=1&b=2", sent "b=2&a=1"`},
		{"Basic", "a=1", basic("you:{{input.password}}"), "a=1", good, `header "Authorization": recorded "Basic {{base64(you:{{input.password}})}}", sent "Basic {{base64(me:{{input.password}})}}"`},
		{"planted in the form", "k=" + planted, good, "k=" + url.QueryEscape("{{input.secret}}"), good, `form "k": recorded "[secret]", sent "{{input.secret}}"`},
		{"planted in Basic", "a=1", basic("me:" + planted), "a=1", good, `header "Authorization": recorded "[secret]", sent "Basic {{base64(me:{{input.password}})}}"`},
		{"planted in a field that is not sent", "client_secret=" + planted + "&a=1", good, "a=1", good, `form "client_secret": recorded "[secret]", sent nothing`},
		{"planted elsewhere", "a=ghp_" + strings.Repeat("aB3dE5gH7jK9", 3), good, "a=1", good, `form "a": recorded "[secret]", sent "1"`},
	}
	for _, tt := range tests {
		player, err := cassette.NewReplayer(recorded(tt.body, tt.auth), options)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = send(player, "POST", "https://h/token", tt.sent, "Content-Type", form, "Authorization", tt.sentAuth)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), planted) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

// Inspect finds what a hand has put into a recording.
func TestInspect(t *testing.T) {
	looks := "ghp_" + strings.Repeat("aB3dE5gH7jK9", 3)
	if err := record(t).Inspect(); err != nil {
		t.Fatal(err)
	}
	plant := map[string]func(*cassette.Recording){
		"/inputs/apiKey": func(r *cassette.Recording) { r.Inputs = json.RawMessage(`{"apiKey":"` + looks + `"}`) },
		"/outcome/label": func(r *cassette.Recording) { r.Outcome.Label = looks },
		"/steps/0/exchanges/0/request/url": func(r *cassette.Recording) {
			r.Steps[0].Exchanges[0].Request.URL = "https://h/?k=" + looks
		},
		"/steps/0/exchanges/0/request/query/k": func(r *cassette.Recording) {
			r.Steps[0].Exchanges[0].Request.URL = "https://h/?k=" + looks + "&long=" + strings.Repeat("x", 100)
		},
		"/steps/0/exchanges/0/request/form/pass":     func(r *cassette.Recording) { r.Steps[0].Exchanges[0].Request.Body = "user=me&pass=" + looks },
		"/steps/1/exchanges/0/request/headers/X-K":   func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Request.Headers["X-K"] = "Bearer " + looks },
		"/steps/1/exchanges/0/response/body":         func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Response.Body = `{"access_token":"undeclared1"}` },
		"/steps/1/exchanges/0/response/headers/Link": func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Response.Headers["Link"] = looks },
		"/steps/1/exchanges/0/request/body":          func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Request.Body = `{"a":"` + looks + `"}` },
		"/steps/1/exchanges/0/request/headers/X-Base64": func(r *cassette.Recording) {
			r.Steps[1].Exchanges[0].Request.Headers["X-Base64"] = "https://u:" + looks + "@h/"
		},
	}
	for pointer, change := range plant {
		rec := record(t)
		change(rec)
		err := rec.Inspect()
		if err == nil || !strings.Contains(err.Error(), pointer+" holds what looks like a secret") || strings.Contains(err.Error(), looks) {
			t.Errorf("%s: %v", pointer, err)
		}
	}
}

// SameAs looks past what differs in every run.
func TestSameAs(t *testing.T) {
	change := map[string]struct {
		by   func(*cassette.Recording)
		same bool
	}{
		"nothing":       {func(*cassette.Recording) {}, true},
		"when and what": {func(r *cassette.Recording) { r.RecordedAt, r.Seed, r.Tool = "2027-01-01T00:00:00Z", "00", "x" }, true},
		"names": {func(r *cassette.Recording) {
			for i := range r.Steps {
				x := &r.Steps[i].Exchanges[0].Response
				x.Body = strings.ReplaceAll(x.Body, "{{response.github-token}}", "{{response.other}}")
			}
		}, true},
		"blanks": {func(r *cassette.Recording) {
			var b bytes.Buffer
			_ = json.Compact(&b, []byte(r.Steps[0].Exchanges[0].Response.Body))
			r.Steps[0].Exchanges[0].Response.Body = b.String()
		}, true},
		"two names for one": {func(r *cassette.Recording) {
			x := &r.Steps[0].Exchanges[0].Response
			x.Body = strings.Replace(x.Body, "{{response.github-token}}", "{{response.other}}", 1)
		}, false},
		"a status": {func(r *cassette.Recording) { r.Steps[0].Exchanges[0].Response.Status = 201 }, false},
		"a value":  {func(r *cassette.Recording) { r.Steps[1].Exchanges[0].Request.URL += "?a=1" }, false},
		"the spec": {func(r *cassette.Recording) { r.Spec = "sha256:00" }, false},
		"a source": {func(r *cassette.Recording) { r.Source = "live" }, false},
	}
	for name, tt := range change {
		rec := record(t)
		tt.by(rec)
		if got := rec.SameAs(record(t)); got != tt.same {
			t.Errorf("%s: SameAs = %v, want %v", name, got, tt.same)
		}
	}
}
