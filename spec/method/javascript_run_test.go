package method

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method/script"
)

// scriptedSet compiles a connector whose scripts, inline or in files, run.
func scriptedSet(t *testing.T, files fstest.MapFS) *Set {
	t.Helper()
	connector, problems, err := spec.Load(files, "spec.yml")
	if err != nil || connector == nil || connector.Option(spec.DefaultOption) == nil {
		t.Fatalf("load: %v, %v", problems, err)
	}
	o := connector.Option(spec.DefaultOption)
	set, _ := Compile(o)
	for _, name := range []string{"makeApiClient", "test", "getTokenData", "refreshCredentials"} {
		pointer := formula.Pointer(name, "code")
		c := &compilation{option: o, method: name, pointer: pointer, set: set, body: o.Value.Get(name).Get("code")}
		if c.body.IsUndefined() {
			continue
		}
		at := scriptPlace{}
		if strings.HasSuffix(o.FileOf(pointer), ".ts") {
			at.Language = script.TypeScript
		}
		for _, u := range c.checkScript(at, scriptArguments(name)).URLs {
			c.literalOrigin(u.Text)
		}
		set.methods[name] = newScripted(c, at)
	}
	return set
}

// inline is a connector with one script in the spec.
func inline(method, code string) fstest.MapFS {
	return fstest.MapFS{"spec.yml": {Data: []byte("type: oauth2\n" + method + ":\n  type: javascript\n  code: |\n    " + strings.ReplaceAll(code, "\n", "\n    ") + "\n")}}
}

// baseClient is an API client that does no more than to join paths to a base.
type baseClient struct{ base string }

func (c baseClient) Do(req *http.Request) (*http.Response, error) {
	if !req.URL.IsAbs() {
		u, err := url.Parse(c.base + req.URL.String())
		if err != nil {
			return nil, err
		}
		req.URL = u
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if resp != nil {
		resp.Request = &http.Request{Method: req.Method, URL: req.URL}
	}
	return resp, err
}

// echo answers what it is asked, or the status that the path says.
func echo(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		status := 0
		if _, err := fmt.Sscanf(r.URL.Path, "/status/%d", &status); err == nil {
			w.WriteHeader(status)
			fmt.Fprint(w, `{"message":"no"}`)
			return
		}
		body, _ := io.ReadAll(r.Body)
		user, password, _ := r.BasicAuth()
		fmt.Fprintf(w, `{"request":%q,"type":%q,"x":%q,"auth":%q,"body":%q}`, r.Method+" "+r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("X-A"), user+":"+password, body)
	}))
	t.Cleanup(server.Close)
	return server
}

func runScripted(t *testing.T, set *Set, method string, variables string, base string) (Result, error) {
	t.Helper()
	v, err := formula.ParseJSON([]byte(variables))
	if err != nil {
		t.Fatal(err)
	}
	m := set.methods[method].(*scripted)
	return m.run(t.Context(), Call{
		Variables: v, Client: baseClient{base},
		Run:     formula.Run{Now: func() time.Time { return time.Unix(1, 0) }},
		Scripts: Scripts{Engine: script.InProcess{}, Fetch: baseClient{}},
	})
}

func TestScriptRequests(t *testing.T) {
	t.Parallel()
	server := echo(t)
	cases := []struct{ name, expression, want string }{
		{"get", "await apiClient.get('/me', { a: [1, 'b c'], n: null })", `{"request":"GET /me?a=1&a=b+c","type":"","x":"","auth":":","body":""}`},
		{"path without a slash", "(await apiClient.get('items:find?b=1', { a: true })).request", `"GET /items:find?b=1&a=true"`},
		{"options", "await externalApiClient.post('/me', { b: [1] }, { headers: { 'X-A': 5 }, query: { q: 1 }, auth: { username: 'u', password: 'p' } })", `{"request":"POST /me?q=1","type":"application/json","x":"5","auth":"u:p","body":"{\"b\":[1]}"}`},
		{"a form", "await apiClient.put('/me', { a: 'b c' }, { headers: { 'content-type': 'application/x-www-form-urlencoded' } })", `{"request":"PUT /me","type":"application/x-www-form-urlencoded","x":"","auth":":","body":"a=b+c"}`},
		{"a base of the moment", "(await apiClient.get('/me', {}, { baseUri: credentials.base + '/v2/' })).request", `"GET /v2/me"`},
		{"a full response", "await apiClient.get('/me', {}, { returnFullResponse: true }).then((r) => [r.status, r.headers['content-type'], r.data.request])", `[200,"application/json","GET /me"]`},
		{"bytes", "(await apiClient.get('/me', {}, { responseType: 'arraybuffer' })).toString().slice(0, 10)", `"{\"request\""`},
		{"fetch", "await fetch(credentials.base + '/x?y', { method: 'PATCH', body: 'text', headers: { 'x-a': 'b' } }).then((r) => r.json())", `{"request":"PATCH /x?y","type":"text/plain;charset=UTF-8","x":"b","auth":":","body":"text"}`},
		{"fetch of an error", "await fetch(credentials.base + '/status/503').then(async (r) => [r.status, r.statusText, await r.text()])", `[503,"Service Unavailable","{\"message\":\"no\"}"]`},
		{"an error that is caught", "await apiClient.get('/status/429').catch((e) => [e.key, e.status, e.data.data.message])", `["rate_limit_exceeded",429,"no"]`},
		{"arguments in both spellings", "[credentials.base === authData.base, connectionInput.a, connectionParameters.a, apiClient === externalApiClient]", `[true,1,1,true]`},
	}
	for _, c := range cases {
		set := scriptedSet(t, inline("test", "export default async ({ apiClient, externalApiClient, credentials, authData, connectionInput, connectionParameters }) => ("+c.expression+")"))
		r, err := runScripted(t, set, "test", fmt.Sprintf(`{"credentials":{"base":%[1]q},"authData":{"base":%[1]q},"connectionInput":{"a":1},"connectionParameters":{"a":1}}`, server.URL), server.URL)
		if diff := cmp.Diff(c.want, string(r.Value.AppendJSON(nil))); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", c.name, err, diff)
		}
	}
}

func TestScriptErrors(t *testing.T) {
	t.Parallel()
	server := echo(t)
	cases := []struct{ name, code, want, hint, key string }{
		{"thrown", "export default () => {\n  throw new Error('bad')\n}", "spec.yml:6:17 bad", "", ""},
		{"an answer", "export default async ({ apiClient }) => {\n  await apiClient.get('/status/401')\n  return true\n}", `GET ` + server.URL + `/status/401 answered 401 Unauthorized: "no"`, "", KeyExpired},
		{"fetch that is not allowed", "export default () => fetch('https://a.example')", "spec.yml:5:26 requests cannot be sent here", "", ""},
		{"syntax", "export default () => true\nimport './gone.js'", `spec.yml:6:12 the file "gone.js" is not there`, "a file is named relative to the one that imports it; endings .ts, .js and .json may be left out", ""},
		{"returns nothing", "export default () => {}", "spec.yml:5:5 the test returned nothing, which counts as failed", `end it with "return true"`, ""},
		{"returns no", "export default () => 0", "spec.yml:5:5 the test returned 0, which counts as failed", "", ""},
	}
	for _, c := range cases {
		set := scriptedSet(t, inline("test", c.code))
		m := set.methods["test"].(*scripted)
		_, err := m.run(t.Context(), Call{Variables: formula.Object(), Client: baseClient{server.URL}, Scripts: Scripts{Engine: script.InProcess{}, Files: fstest.MapFS{}}})
		var e *script.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v", c.name, err)
			continue
		}
		got := e.Message
		if c.key == "" {
			got = fmt.Sprintf("%s:%d:%d %s", e.File, e.Line, e.Column, e.Message)
		}
		if diff := cmp.Diff(c.want, got); diff != "" || e.Hint != c.hint {
			t.Errorf("%s: hint %q (-want +got):\n%s", c.name, e.Hint, diff)
		}
		var status *StatusError
		if c.key != "" && (!errors.As(err, &status) || status.Key != c.key || e.Key != c.key) {
			t.Errorf("%s: %v is no *StatusError with key %s", c.name, err, c.key)
		}
	}
}

func TestScriptFiles(t *testing.T) {
	t.Parallel()
	files := fstest.MapFS{
		"spec.yml":                 {Data: []byte("auth:\n  type: oauth2\n  makeApiClient: {implementationType: javascript}\n  test: {implementationType: javascript}\n")},
		"auth/make-api-client.ts":  {Data: []byte("import { base } from '../lib/base'\nexport default ({ credentials }: { credentials: any }) => ({ baseUri: base, headers: { A: credentials.token }, responseHandlers: [{ match: { $eval: { $var: 'response.statusCode' }, is: 404 }, error: { message: 'gone', key: 'connection_is_defunct' } }] })")},
		"auth/test.js":             {Data: []byte("const { fail } = require('../lib/fail')\nmodule.exports = async () => fail()")},
		"lib/base.ts":              {Data: []byte("export const base: string = 'https://api.example.com/v1'")},
		"lib/fail.js":              {Data: []byte("exports.fail = () => {\n  throw new Error('far away')\n}")},
		"auth/get-oauth-config.js": {Data: []byte("export default () => ({})")},
	}
	set := scriptedSet(t, files)
	scripts := Scripts{Engine: script.InProcess{}, Files: files}
	vars, _ := formula.ParseJSON([]byte(`{"credentials":{"token":"t"}}`))
	config, err := set.ClientBy(t.Context(), Call{Variables: vars, Scripts: scripts})
	if err != nil {
		t.Fatal(err)
	}
	if config.Base != (formula.Address{URL: "https://api.example.com/v1", Literal: true}) || !cmp.Equal(config.Headers, []Field{{"A", "t"}}) {
		t.Errorf("base %v, headers %q", config.Base, config.Headers)
	}
	imports, err := set.Imports(files)
	if diff := cmp.Diff(Imports{[]string{"lib/base.ts", "lib/fail.js"}, []string{"https://api.example.com"}}, imports); err != nil || diff != "" {
		t.Errorf("imports: %v (-want +got):\n%s", err, diff)
	}
	resp := &http.Response{StatusCode: 404, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: &http.Request{Method: "GET", URL: &url.URL{Scheme: "https", Host: "api.example.com"}}}
	var status *StatusError
	if err := config.Judge(resp); !errors.As(err, &status) || status.Key != KeyDefunct || status.Detail != "gone" {
		t.Errorf("the handler of the script says %v", err)
	}
	_, err = set.methods["test"].(*scripted).run(t.Context(), Call{Variables: vars, Scripts: scripts})
	var e *script.Error
	if !errors.As(err, &e) || e.Error() != "far away (lib/fail.js:2:13)" || len(e.Stack) != 2 || e.Stack[1].File != "auth/test.js" {
		t.Errorf("got %v, stack %v", err, e)
	}
}

// TestScriptsOfGenerationOne tells that a test of the first generation need not
// return anything.
func TestScriptsOfGenerationOne(t *testing.T) {
	t.Parallel()
	set := scriptedSet(t, fstest.MapFS{
		"spec.yml":     {Data: []byte("name: Old\n")},
		"auth/ui.yml":  {Data: []byte("schema: {type: object, properties: {key: {type: string, isSensitive: true}}}\n")},
		"auth/test.ts": {Data: []byte("export default async function testAuth({ connectionParameters }): Promise<void> {\n  if (!connectionParameters.key) throw new Error('no key')\n}")},
	})
	if r, err := runScripted(t, set, "test", `{"connectionParameters":{"key":"k"}}`, ""); err != nil || !r.Value.Truthy() {
		t.Errorf("got %v, %v", r.Value, err)
	}
	if _, err := runScripted(t, set, "test", `{"connectionParameters":{}}`, ""); err == nil || err.Error() != "no key (auth/test.ts:2:44)" {
		t.Errorf("got %v", err)
	}
}

func TestScriptClients(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, code, want string }{
		{"an object", "export default () => ({ baseUri: 'https://api.example.com', query: { k: ['a', 'b'] }, auth: { username: 'u' }, timeout: 5 })", "https://api.example.com true [{k a} {k b}] {u } 5s"},
		{"wrapped", "export default () => ({ args: { baseUri: 'https://api.example.com' } })", "https://api.example.com true [] <nil> 0s"},
		{"of the SDK", "import { RestApiClient } from '@integration-app/connector-sdk'\nexport default () => new RestApiClient({ baseUri: 'https://api.example.com', onError: () => {} })", "https://api.example.com true [] <nil> 0s"},
		{"a host of the user", "export default ({ credentials }) => ({ baseUri: credentials.uri })", "https://acme.example false [] <nil> 0s"},
		{"a part of a host of the user", "export default ({ credentials }) => ({ baseUri: `https://${credentials.shop}.example` })", "https://acme.example false [] <nil> 0s"},
		{"no base", "export default () => ({ baseUrl: 'https://api.example.com' })", `the API client has no base address (spec.yml:5:5)`},
		{"nothing", "export default () => {}", `makeApiClient gives nothing; an API client is an object (spec.yml:5:5)`},
		{"no URL", "export default () => ({ baseUri: 'api.example.com' })", `the base address is no URL that begins with https:// (spec.yml:5:5)`},
		{"an odd header", "export default () => ({ baseUri: 'https://api.example.com', headers: { A: { b: 1 } } })", `header "A": text is wanted, not an object (spec.yml:5:5)`},
	}
	for _, c := range cases {
		set := scriptedSet(t, inline("makeApiClient", c.code))
		vars, _ := formula.ParseJSON([]byte(`{"credentials":{"uri":"https://acme.example","shop":"acme"}}`))
		config, err := set.ClientBy(t.Context(), Call{Variables: vars, Scripts: Scripts{Engine: script.InProcess{}}})
		got := fmt.Sprint(err)
		if err == nil {
			basic := "<nil>"
			if config.Basic != nil {
				basic = fmt.Sprint(*config.Basic)
			}
			got = fmt.Sprint(config.Base.URL, " ", config.Base.Literal, " ", config.Query, " ", basic, " ", config.Timeout)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestScriptsWithoutAnEngine(t *testing.T) {
	t.Parallel()
	set := scriptedSet(t, inline("test", "export default () => true"))
	if _, err := set.Run(t.Context(), "test", Call{Variables: formula.Object()}); !errors.As(err, new(*UnsupportedError)) {
		t.Errorf("got %v", err)
	}
	if !set.Scripted("test") || set.Scripted("makeApiClient") {
		t.Error("which methods are scripts is not known")
	}
	_, err := set.methods["test"].(*scripted).run(t.Context(), Call{Variables: formula.Object(), Scripts: Scripts{Engine: ended{}}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the end of the context", err)
	}
}

// ended is an engine whose context has ended.
type ended struct{}

func (ended) Run(context.Context, *script.Program, script.Call) (script.Result, error) {
	return script.Result{}, context.Canceled
}
