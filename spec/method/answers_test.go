package method_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// head is the beginning of a connector whose client and test follow.
const head = `type: client-credentials
inputSchema:
  type: object
  properties:
    apiKey: {type: string, isSensitive: true}
    region: {type: string}
`

// clientOf writes a makeApiClient; of its mapping each line is given.
func clientOf(mapping string) string {
	return "makeApiClient:\n  type: mapping\n  mapping:\n" + indent(mapping, "    ")
}

// testOf writes a test that is one request.
func testOf(mapping string) string {
	return "test:\n  type: rest-api-mapping\n  mapping:\n" + indent(mapping, "    ")
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+by) + "\n"
}

// get is a test that gives what the API answers.
const get = "{method: get, path: /me}"

// compile compiles a connector that must be right.
func compile(t testing.TB, text string) *method.Set {
	t.Helper()
	connector, problems := spec.LoadText("spec.yml", []byte(text))
	if connector == nil || connector.Option(spec.DefaultOption) == nil {
		t.Fatalf("load %s: %v", text, problems)
	}
	set, found := method.Compile(connector.Option(spec.DefaultOption))
	for _, d := range append(problems, found...) {
		if d.Severity == spec.Error {
			t.Fatalf("%s\n%v", text, d)
		}
	}
	return set
}

// clock is the time of the runs.
var clock = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// zeros is the randomness of a test.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func testRun() formula.Run {
	return formula.Run{Now: func() time.Time { return clock }, Rand: zeros{}}
}

// variables are what methods see of a user who entered a key.
func variables(key string) formula.Value {
	input := formula.Object(formula.Member{Key: "apiKey", Value: formula.String(key)}, formula.Member{Key: "region", Value: formula.String("eu")})
	return formula.Object(
		formula.Member{Key: "connectionInput", Value: input}, formula.Member{Key: "credentials", Value: input},
		formula.Member{Key: "connectorParameters", Value: formula.Object()},
	)
}

// An answer is what a server of a test says.
type answer struct {
	status int
	header []string // names and values
	body   string
}

// A server answers the requests of a client in memory, the last answer for
// ever, and keeps what it is sent.
type server struct {
	config  *method.ClientConfig // nil for a client without judgment
	answers []answer
	sent    []*http.Request
	bodies  []string
}

func (s *server) Do(req *http.Request) (*http.Response, error) {
	body := []byte(nil)
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	a := s.answers[min(len(s.sent), len(s.answers)-1)]
	s.sent, s.bodies = append(s.sent, req), append(s.bodies, string(body))
	resp := &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: req}
	for i := 0; i < len(a.header); i += 2 {
		resp.Header.Add(a.header[i], a.header[i+1])
	}
	if s.config != nil {
		_ = s.config.Judge(resp)
	}
	return resp, nil
}

// run makes the client of a connector, and runs its test over a server.
func run(t testing.TB, set *method.Set, s *server, key string) (method.Result, error) {
	t.Helper()
	config, err := set.Client(variables(key), testRun())
	if err != nil {
		t.Fatal(err)
	}
	s.config = config
	return set.Run(t.Context(), "test", method.Call{Variables: variables(key), Run: testRun(), Client: s})
}

var jsonAnswer = []string{"Content-Type", "application/json"}

func TestResponseHandlers(t *testing.T) {
	t.Parallel()
	const soft = `
- match: {$eval: {$var: response.data.ok}, is: false}
  isSuccess: false
  error:
    key: access_token_expired
    message: 'session ended: ${response.data.why}'
    data: {code: {$var: response.data.code}, region: {$var: connectionInput.region}}
- match: {$eval: {$var: response.statusCode}, is: 404}
  isSuccess: true
  data: {found: false}
- match: ${response.headers["x-limit"] == "0"}
  isSuccess: false
  error: {key: rate_limit_exceeded}
`
	type failure struct {
		Status      int
		Key, Detail string
		Data        string
		RetryAfter  time.Duration
	}
	tests := []struct {
		name     string
		handlers string
		answer   answer
		want     string // JSON of the result
		failure  *failure
	}{
		{"a 200 that is an error", soft, answer{200, jsonAnswer, `{"ok":false,"why":"idle","code":7}`}, "", &failure{200, "access_token_expired", "session ended: idle", `{"code":7,"region":"eu"}`, 0}},
		{"a message that lacks what it reads", soft, answer{200, jsonAnswer, `{"ok":false,"message":"bye"}`}, "", &failure{200, "access_token_expired", "bye", `{"region":"eu"}`, 0}},
		{"a 404 that is a success", soft, answer{404, jsonAnswer, `{}`}, `{"found":false}`, nil},
		{"a limit told by a header", soft, answer{200, []string{"X-Limit", "0", "Retry-After", "9"}, `{}`}, "", &failure{200, "rate_limit_exceeded", "", "", 9 * time.Second}},
		{"no handler: a success", soft, answer{200, jsonAnswer, `{"ok":true}`}, `{"ok":true}`, nil},
		{"no handler: an error", soft, answer{401, jsonAnswer, `{"message":"no"}`}, "", &failure{401, "access_token_expired", "no", "", 0}},
		{"the first that matches", "- {match: true, isSuccess: true, data: first}\n- {match: true, isSuccess: true, data: second}", answer{500, nil, ""}, `"first"`, nil},
		{"no match is every answer", "- {isSuccess: true}", answer{500, jsonAnswer, `{"a":1}`}, `{"a":1}`, nil},
		{"an error without a key", "- {match: {$eval: {$var: response.statusCode}, is: 401}, isSuccess: false, error: {message: locked}}", answer{401, nil, ""}, "", &failure{401, "", "locked", "", 0}},
		{"without isSuccess an error is one", "- {match: true, error: {key: connection_is_defunct}}", answer{200, nil, ""}, "", &failure{200, "connection_is_defunct", "", "", 0}},
		{"a key that is none", "- {match: true, isSuccess: false, error: {key: '${response.data.key}'}}", answer{200, jsonAnswer, `{"key":"whatever"}`}, "", &failure{200, "", "", "", 0}},
		{"a key that is computed", "- {match: true, isSuccess: false, error: {key: '${response.data.key}'}}", answer{200, jsonAnswer, `{"key":"connection_is_defunct"}`}, "", &failure{200, "connection_is_defunct", "", "", 0}},
		{"an error that is a formula", "- {match: true, isSuccess: false, error: {$mergeObjects: [{key: connection_is_defunct}, {message: {$var: response.data.m}}]}}", answer{200, jsonAnswer, `{"m":"over"}`}, "", &failure{200, "connection_is_defunct", "over", "", 0}},
		{"a match that lacks what it reads does not match", "- {match: '${response.data.a.b == 1}', isSuccess: false}", answer{200, jsonAnswer, `{"x":1}`}, `{"x":1}`, nil},
		{"a match that cannot be held against a list does not match", "- {match: '${response.data.n > 3}', isSuccess: false}", answer{200, jsonAnswer, `[1]`}, `[1]`, nil},
		{"bodies that are no JSON", "- {match: {$eval: {$var: response.text}, contains: expired}, error: {key: access_token_expired}}", answer{200, []string{"Content-Type", "text/html"}, "<p>Session expired"}, "", &failure{200, "access_token_expired", "", "", 0}},
		{"a body that says it is JSON and is not, taken for a success", "- {match: true, isSuccess: true, data: fine}", answer{200, jsonAnswer, "OK"}, `"fine"`, nil},
		{"handlers of the whole client in args", "", answer{401, nil, ""}, "", &failure{401, "access_token_expired", "", "", 0}},
	}
	for _, tt := range tests {
		mapping := "baseUri: https://api.example.com\n"
		if tt.handlers != "" {
			mapping += "responseHandlers:\n" + indent(tt.handlers, "  ")
		}
		set := compile(t, head+clientOf(mapping)+testOf(get))
		s := &server{answers: []answer{tt.answer}}
		result, err := run(t, set, s, "k")
		if tt.failure == nil {
			if got := string(result.Value.AppendJSON(nil)); err != nil || got != tt.want {
				t.Errorf("%s: %s, %v, want %s", tt.name, got, err, tt.want)
			}
			continue
		}
		var status *method.StatusError
		if !errors.As(err, &status) {
			t.Errorf("%s: %v, %v, want a StatusError", tt.name, result.Value, err)
			continue
		}
		got := failure{status.Status, status.Key, status.Detail, "", status.RetryAfter}
		if !status.Data().IsUndefined() {
			got.Data = string(status.Data().AppendJSON(nil))
		}
		if diff := cmp.Diff(*tt.failure, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// TestHandlersOfAWholeFormula wants handlers to wait for an answer also where
// a formula gives the client.
func TestHandlersOfAWholeFormula(t *testing.T) {
	t.Parallel()
	set := compile(t, head+clientOf(`
$case:
  cases:
    - filter: {$eval: {$var: connectionInput.region}, is: us}
      value: {baseUri: https://us.example.com}
    - filter: {$eval: {$var: connectionInput.region}, is: eu}
      value:
        $mergeObjects:
          - {baseUri: https://eu.example.com}
          - responseHandlers:
              - match: {$eval: {$var: response.data.error}, is: gone}
                isSuccess: false
                error: {key: connection_is_defunct, message: {$var: response.data.why}, data: {$var: response.data}}
`)+testOf(get))
	s := &server{answers: []answer{{200, jsonAnswer, `{"error":"gone","why":"deleted"}`}}}
	_, err := run(t, set, s, "k")
	var status *method.StatusError
	if !errors.As(err, &status) || status.Key != "connection_is_defunct" || status.Detail != "deleted" || status.Data().Get("why").Text() != "deleted" {
		t.Errorf("%#v (%v), want connection_is_defunct", status, err)
	}
	s = &server{answers: []answer{{200, jsonAnswer, `{"error":"none"}`}}}
	if result, err := run(t, set, s, "k"); err != nil || result.Value.Get("error").Text() != "none" {
		t.Errorf("%v, %v, want the answer", result.Value, err)
	}
}

// TestHandlerErrors wants a handler that fails to be told, and not to be taken
// for an answer of the server.
func TestHandlerErrors(t *testing.T) {
	t.Parallel()
	for _, handler := range []string{
		"{match: true, isSuccess: true, data: '${response.data.missing}'}",
		"{match: true, isSuccess: '${response.data.missing}'}",
		"{match: true, isSuccess: false, error: {message: '${response.data[0].b}'}}",
	} {
		set := compile(t, head+clientOf("baseUri: https://api.example.com\nresponseHandlers: ["+handler+"]")+testOf(get))
		_, err := run(t, set, &server{answers: []answer{{200, jsonAnswer, `{"a":1}`}}}, "k")
		var failed *method.HandlerError
		if !errors.As(err, &failed) || failed.Status != 200 || !strings.Contains(err.Error(), "responseHandlers") {
			t.Errorf("%s: %v, want a HandlerError", handler, err)
		}
	}
}

// TestDefaults judges answers by their status alone.
func TestDefaults(t *testing.T) {
	t.Parallel()
	set := compile(t, head+clientOf("baseUri: https://api.example.com")+testOf(get))
	tests := []struct {
		status     int
		retryAfter string
		key        string // "-" for a success
		wait       time.Duration
		transient  bool
	}{
		{200, "", "-", 0, false},
		{201, "", "-", 0, false},
		{204, "", "-", 0, false},
		{299, "", "-", 0, false},
		{300, "", "", 0, false},
		{304, "", "", 0, false},
		{400, "", "", 0, false},
		{401, "", "access_token_expired", 0, false},
		{403, "", "", 0, false},
		{429, "", "rate_limit_exceeded", 0, false},
		{429, "30", "rate_limit_exceeded", 30 * time.Second, false},
		{429, " 30 ", "rate_limit_exceeded", 30 * time.Second, false},
		{429, "Sat, 21 Nov 2026 12:01:30 GMT", "rate_limit_exceeded", 90 * time.Second, false},
		{429, "Saturday, 21-Nov-26 12:01:30 GMT", "rate_limit_exceeded", 90 * time.Second, false},
		{429, "Sat, 21 Nov 2026 11:00:00 GMT", "rate_limit_exceeded", 0, false},
		{429, "Sat, 21 Nov 2099 11:00:00 GMT", "rate_limit_exceeded", 24 * time.Hour, false},
		{429, "99999999", "rate_limit_exceeded", 24 * time.Hour, false},
		{429, "99999999999999999999999", "rate_limit_exceeded", 24 * time.Hour, false},
		{429, "-5", "rate_limit_exceeded", 0, false},
		{429, "soon", "rate_limit_exceeded", 0, false},
		{500, "", "", 0, true},
		{501, "", "", 0, false},
		{502, "", "", 0, true},
		{503, "120", "", 2 * time.Minute, true},
		{504, "", "", 0, true},
	}
	for _, tt := range tests {
		header := []string{"X-A", "b"}
		if tt.retryAfter != "" {
			header = []string{"Retry-After", tt.retryAfter}
		}
		_, err := run(t, set, &server{answers: []answer{{tt.status, header, ""}}}, "k")
		var status *method.StatusError
		switch {
		case tt.key == "-" && err != nil:
			t.Errorf("%d: %v, want a success", tt.status, err)
		case tt.key == "-":
		case !errors.As(err, &status) || status.Key != tt.key || status.RetryAfter != tt.wait || status.Transient() != tt.transient || status.Status != tt.status:
			t.Errorf("%d %q: %v: key %q, retry after %v, want %q and %v", tt.status, tt.retryAfter, err, status.Key, status.RetryAfter, tt.key, tt.wait)
		}
	}
}

// TestAnswers reads bodies of all kinds.
func TestAnswers(t *testing.T) {
	t.Parallel()
	set := compile(t, head+clientOf("baseUri: https://api.example.com")+testOf("{method: get, path: /me, responseMapping: {d: {$var: response.data}, t: {$var: response.text}}}"))
	const soap = `<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE x [<!ENTITY e "expanded">]>
<!-- a comment -->
<s:Envelope xmlns:s="urn:s" id="7">
  <item k="1">a &lt; b</item><other/><item>two</item>
  <mixed>text <b>bold</b></mixed><![CDATA[<raw>]]>
</s:Envelope>`
	tests := []struct {
		name, contentType, body string
		data                    string // JSON, or bytes: and the bytes
		text                    string // "=" for the body
	}{
		{"JSON", "application/json", `{"a":[1]}`, `{"a":[1]}`, "="},
		{"JSON with a byte order mark", "application/problem+json", "\xef\xbb\xbf{}", `{}`, "{}"},
		{"JSON of another set", "application/json; charset=iso-8859-1", "{\"a\":\"\xe9\x80\"}", `{"a":"é€"}`, `{"a":"é€"}`},
		{"JSON in UTF-16", "application/json", "\xfe\xff\x00[\x00]", `[]`, "[]"},
		{"JSON that does not say so", "", `{"a":1}`, `{"a":1}`, "="},
		{"text", "text/plain", "hello", `"hello"`, "="},
		{"text of another set", "text/plain; charset=windows-1252", "caf\xe9 \x96", `"café –"`, "café –"},
		{"text in UTF-16", "text/csv; charset=utf-16le", "a\x00,\x00", `"a,"`, "a,"},
		{"nothing", "application/json", "", "", ""},
		{"blanks", "application/json", " \n", "", ""},
		{"bytes", "application/octet-stream", "abc", "bytes:abc", ""},
		{"an image", "image/png", "\x89PNG", "bytes:\x89PNG", ""},
		{"bytes that say they are text", "text/plain", "\xff\x00\xfe", "bytes:\xff\x00\xfe", ""},
		{"a set that is not known", "text/plain; charset=shift_jis", "\x83\x65", "bytes:\x83\x65", ""},
		{"XML", "text/xml; charset=utf-8", `<a><b>1</b><b>2</b><c x="y"/></a>`, `{"a":{"b":["1","2"],"c":{"@x":"y"}}}`, "="},
		{"XML with all there is", "application/soap+xml", soap, `{"s:Envelope":{"@xmlns:s":"urn:s","@id":"7","item":[{"@k":"1","#text":"a < b"},"two"],"other":"","mixed":{"b":"bold","#text":"text"},"#text":"<raw>"}}`, "="},
		{"XML that does not say so", "", `<?xml version="1.0"?><a>1</a>`, `{"a":"1"}`, "="},
		{"XML of another set", "application/xml; charset=iso-8859-1", "<a>\xe9</a>", `{"a":"é"}`, "<a>é</a>"},
		{"a page", "text/html", `<a>1</a>`, `"<a>1</a>"`, "="},
	}
	for _, tt := range tests {
		result, err := run(t, set, &server{answers: []answer{{200, []string{"Content-Type", tt.contentType}, tt.body}}}, "k")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		data, want := result.Value.Get("d"), tt.data
		got := string(data.AppendJSON(nil))
		if b, ok := data.AsBytes(); ok {
			got = "bytes:" + string(b)
		}
		if data.IsUndefined() {
			got = ""
		}
		if got != want {
			t.Errorf("%s: data %s, want %s", tt.name, got, want)
		}
		text := strings.Replace(tt.text, "=", tt.body, 1)
		if tt.text != "=" {
			text = tt.text
		}
		if got := result.Value.Get("t").Text(); got != text {
			t.Errorf("%s: text %q, want %q", tt.name, got, text)
		}
	}
	for _, bad := range []string{"<a>", "<a></b>", "</a>", "text", "<a/><b/>", "<a>&e;</a>", "<a/>tail", strings.Repeat("<a>", 200) + strings.Repeat("</a>", 200)} {
		_, err := run(t, set, &server{answers: []answer{{200, []string{"Content-Type", "text/xml"}, bad}}}, "k")
		if err == nil || !strings.Contains(err.Error(), "says it is XML and is not") {
			t.Errorf("%.40q is no XML: %v", bad, err)
		}
	}
}

// TestBodies encodes data as each content type says.
func TestBodies(t *testing.T) {
	t.Parallel()
	const edge = "00000000000000000000000000000000"
	part := func(header, content string) string {
		return "--" + edge + "\r\n" + header + "\r\n\r\n" + content + "\r\n"
	}
	tests := []struct {
		name, mapping     string // of the request
		contentType, body string
	}{
		{"JSON", `data: {a: 1, b: {$var: connectionInput.region}}`, "application/json", `{"a":1,"b":"eu"}`},
		{"a form", `{contentType: form, data: {a: [1, 2], b: 'x y&z'}}`, "application/x-www-form-urlencoded", "a=1&a=2&b=x+y%26z"},
		{"a form by its header", `{headers: {content-type: application/x-www-form-urlencoded}, data: {a: 1}}`, "application/x-www-form-urlencoded", "a=1"},
		{"text", `{contentType: text, data: 'hi ${connectionInput.region}'}`, "text/plain; charset=utf-8", "hi eu"},
		{"text with a header", `{headers: {Content-Type: text/csv}, data: 'a,b'}`, "text/csv", "a,b"},
		{"XML", `{contentType: xml, data: {order: {'@id': 7, item: [a, {'@n': 'q"', '#text': '<b>'}], note: null, empty: {}}}}`, "application/xml; charset=utf-8", `<?xml version="1.0" encoding="UTF-8"?><order id="7"><item>a</item><item n="q&#34;">&lt;b&gt;</item><note/><empty/></order>`},
		{"XML by its header", `{headers: {Content-Type: application/soap+xml}, data: {'s:E': {'@xmlns:s': 'urn:s', 's:B': 1}}}`, "application/soap+xml", `<?xml version="1.0" encoding="UTF-8"?><s:E xmlns:s="urn:s"><s:B>1</s:B></s:E>`},
		{"XML that the author wrote", `{contentType: xml, data: <a/>}`, "application/xml; charset=utf-8", `<a/>`},
		{"a multipart form", `{contentType: multipart, data: {a: 1, b: [x, 'y "z"'], none: null, f: "${fromBase64('/wAB')}", g: {content: 'a,b', filename: 'é".csv', contentType: text/csv}}}`, "multipart/form-data; boundary=" + edge, part(`Content-Disposition: form-data; name="a"`, "1") + part(`Content-Disposition: form-data; name="b"`, "x") + part(`Content-Disposition: form-data; name="b"`, `y "z"`) + part("Content-Disposition: form-data; name=\"f\"; filename=\"f\"\r\nContent-Type: application/octet-stream", "\xff\x00\x01") + part("Content-Disposition: form-data; name=\"g\"; filename=\"é\\\".csv\"\r\nContent-Type: text/csv", "a,b") + "--" + edge + "--\r\n"},
		{"bytes", `data: "${fromBase64('/wAB')}"`, "application/octet-stream", "\xff\x00\x01"},
		{"bytes with a header", `{headers: {Content-Type: image/png}, data: "${fromBase64('/wAB')}"}`, "image/png", "\xff\x00\x01"},
		{"a content type that is a formula", `{contentType: "${connectionInput.region == 'eu' ? 'form' : 'json'}", data: {a: 1}}`, "application/x-www-form-urlencoded", "a=1"},
		{"no data, no body", `{contentType: form, query: {a: 1}}`, "", ""},
	}
	for _, tt := range tests {
		mapping := tt.mapping
		if !strings.HasPrefix(mapping, "{") {
			mapping = "{" + mapping + "}"
		}
		set := compile(t, head+clientOf("baseUri: https://api.example.com")+testOf("method: post\npath: /x\nrequestMapping: "+mapping))
		s := &server{answers: []answer{{200, jsonAnswer, "{}"}}}
		if _, err := run(t, set, s, "k"); err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := s.sent[0].Header.Get("Content-Type"); got != tt.contentType || s.bodies[0] != tt.body {
			t.Errorf("%s: %s\n%q, want %s\n%q", tt.name, got, s.bodies[0], tt.contentType, tt.body)
		}
	}
}

func TestBodiesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, mapping, want string }{
		{"XML of two roots", `{contentType: xml, data: {a: 1, b: 2}}`, "one member, its root"},
		{"XML of a list", `{contentType: xml, data: {a: [1, 2]}}`, `one root, and "a" is a list`},
		{"XML of a list in a list", `{contentType: xml, data: {a: {b: [[1]]}}}`, `"b" is a list in a list`},
		{"XML with a bad name", `{contentType: xml, data: {'a b': 1}}`, `"a b" cannot be the name of an XML element`},
		{"XML with a name that writes a tag", `{contentType: xml, data: {a: {'x><y': 1}}}`, `cannot be the name of an XML element`},
		{"XML with a bad attribute", `{contentType: xml, data: {a: {'@x="': 1}}}`, `cannot be the name of an attribute`},
		{"a form of lists in lists", `{contentType: form, data: {a: [[1]]}}`, `form field "a": text is wanted`},
		{"multipart that is no object", `{contentType: multipart, data: [1]}`, "object of its parts"},
		{"a file without content", `{contentType: multipart, data: {f: {filename: x}}}`, `part "f": a file is {content, filename, contentType}`},
		{"a file with a line break in its type", `{contentType: multipart, data: {f: {content: x, contentType: "a\r\nb: c"}}}`, "control character"},
		{"a content type that nobody knows", `{headers: {Content-Type: application/x-protobuf}, data: {a: 1}}`, `cannot be sent as "application/x-protobuf"`},
	}
	for _, tt := range tests {
		set := compile(t, head+clientOf("baseUri: https://api.example.com")+testOf("method: post\npath: /x\nrequestMapping: "+tt.mapping))
		s := &server{answers: []answer{{200, jsonAnswer, "{}"}}}
		if _, err := run(t, set, s, "k"); err == nil || !strings.Contains(err.Error(), tt.want) || len(s.sent) > 0 {
			t.Errorf("%s: %v after %d requests, want %q", tt.name, err, len(s.sent), tt.want)
		}
	}
}
