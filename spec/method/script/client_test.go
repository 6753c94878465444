package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

// exchange runs an expression against a host that gives one answer, and
// returns the requests that it sent, as JSON, and its value.
func exchange(t *testing.T, imports, expression string, answer func(*script.Request) (*script.Response, error)) (requests []string, value string, err error) {
	t.Helper()
	value, err = run(t, js(imports+"\nexport default async ({ apiClient, externalApiClient }) => ("+expression+")"), script.Call{Client: true, Host: script.Host{
		Request: func(_ context.Context, r *script.Request) (*script.Response, error) {
			data, _ := json.Marshal(r)
			requests = append(requests, string(data))
			return answer(r)
		},
	}})
	return requests, value, err
}

// ok answers every request with the same, as the host does for its kind.
func ok(r *script.Request) (*script.Response, error) {
	response := &script.Response{Status: 200, StatusText: "OK", URL: r.URL, Headers: [][2]string{{"content-type", "application/json"}, {"x-a", "b"}}}
	if r.Binary {
		response.Bytes = []byte(`{"id":1}`)
	} else {
		response.Data = json.RawMessage(`{"id":1}`)
	}
	return response, nil
}

func TestClientRequests(t *testing.T) {
	t.Parallel()
	const axios, sdk = "import axios from 'axios'", "import { RestApiClient } from '@integration-app/connector-sdk'"
	cases := []struct{ name, imports, expression, want, value string }{
		{"get", "", "await apiClient.get('/me')", `{"client":true,"method":"GET","url":"/me","headers":[],"query":{}}`, `{"id":1}`},
		{"get with a query", "", "await externalApiClient.get('/me', { a: 1, b: ['x', 'y'], c: undefined })", `{"client":true,"method":"GET","url":"/me","headers":[],"query":{"a":1,"b":["x","y"]}}`, `{"id":1}`},
		{"get with all options", "", "await apiClient.get('/me', { a: 1 }, { baseUri: 'https://b.example', headers: { 'X-B': 'c' }, query: { a: 2, d: 3 }, auth: { username: 'u', password: 'p' }, returnFullResponse: true })", `{"client":true,"method":"GET","url":"/me","base":"https://b.example","headers":[["X-B","c"]],"query":{"a":1,"d":3},"auth":{"username":"u","password":"p"}}`, `{"status":200,"headers":{"content-type":"application/json","x-a":"b"},"data":{"id":1}}`},
		{"post", "", "await apiClient.post('/me', { a: [1] })", `{"client":true,"method":"POST","url":"/me","headers":[],"query":{},"data":{"a":[1]}}`, `{"id":1}`},
		{"post of nothing", "", "await apiClient.post('/me')", `{"client":true,"method":"POST","url":"/me","headers":[],"query":{}}`, `{"id":1}`},
		{"put a text", "", "await apiClient.put('/me', 'text', { headers: { 'content-type': 'text/plain' } })", `{"client":true,"method":"PUT","url":"/me","headers":[["content-type","text/plain"]],"query":{},"data":"text"}`, `{"id":1}`},
		{"patch with a form", "", "await apiClient.patch('/me', new URLSearchParams({ a: 'b c' }))", `{"client":true,"method":"PATCH","url":"/me","headers":[["Content-Type","application/x-www-form-urlencoded"]],"query":{},"text":"a=b+c"}`, `{"id":1}`},
		{"delete with bytes", "", "await apiClient.delete('/me', Buffer.from('hi'))", `{"client":true,"method":"DELETE","url":"/me","headers":[],"query":{},"bytes":"aGk="}`, `{"id":1}`},
		{"bytes", "", "(await apiClient.get('/me', {}, { responseType: 'arraybuffer' })).length", `{"client":true,"binary":true,"method":"GET","url":"/me","headers":[],"query":{}}`, `8`},
		{"a stream", "", "await (async () => { let n = 0; for await (const part of await apiClient.get('/me', {}, { responseType: 'stream' })) n += part.length; return n })()", `{"client":true,"binary":true,"method":"GET","url":"/me","headers":[],"query":{}}`, `8`},
		{"an absolute URL", "", "await apiClient.get(new URL('https://a.example/x'))", `{"client":true,"method":"GET","url":"https://a.example/x","headers":[],"query":{}}`, `{"id":1}`},

		{"a client of its own", sdk, "await new RestApiClient({ baseUri: 'https://a.example/v1', headers: { A: 'b', C: 'd' }, query: { k: 'v' }, auth: { username: 'u', password: 'p' } }).post('/x', { y: 1 }, { headers: { a: 'z' } })", `{"method":"POST","url":"/x","base":"https://a.example/v1","headers":[["C","d"],["a","z"]],"query":{"k":"v"},"auth":{"username":"u","password":"p"},"data":{"y":1}}`, `{"id":1}`},
		{"a client with options of the moment", sdk, "await new RestApiClient({ baseUri: 'https://a.example', dynamicOptions: async ({ path, method }) => ({ headers: { Path: method + path } }), returnFullResponse: true }).get('/x').then((r) => r.status)", `{"method":"GET","url":"/x","base":"https://a.example","headers":[["Path","GET/x"]],"query":{}}`, `200`},

		{"fetch", "", "await fetch('https://a.example/x?y').then((r) => r.json())", `{"raw":true,"binary":true,"method":"GET","url":"https://a.example/x?y","headers":[]}`, `{"id":1}`},
		{"fetch that posts", "", "await fetch(new URL('https://a.example'), { method: 'post', headers: { Authorization: 'x' }, body: JSON.stringify({ a: 1 }) }).then((r) => [r.ok, r.status, r.headers.get('X-A'), r.url])", `{"raw":true,"binary":true,"method":"POST","url":"https://a.example/","headers":[["authorization","x"],["content-type","text/plain;charset=UTF-8"]],"bytes":"eyJhIjoxfQ=="}`, `[true,200,"b","https://a.example/"]`},
		{"fetch with a form", "", "await fetch('https://a.example', { method: 'POST', body: new URLSearchParams({ a: 'b' }) }).then((r) => r.text())", `{"raw":true,"binary":true,"method":"POST","url":"https://a.example/","headers":[["content-type","application/x-www-form-urlencoded;charset=UTF-8"]],"bytes":"YT1i"}`, `"{\"id\":1}"`},
		{"fetch of a request", "", "await fetch(new Request('https://a.example', { headers: [['A', 'b']] })).then((r) => r.arrayBuffer()).then((b) => b.byteLength)", `{"raw":true,"binary":true,"method":"GET","url":"https://a.example/","headers":[["a","b"]]}`, `8`},

		{"axios", axios, "await axios('https://a.example').then((r) => [r.status, r.statusText, r.headers['x-a'], r.data])", `{"raw":true,"binary":true,"method":"GET","url":"https://a.example/","headers":[["accept","application/json, text/plain, */*"]]}`, `[200,"OK","b",{"id":1}]`},
		{"axios.get with parameters", axios, "await axios.get('/x', { baseURL: 'https://a.example/v1/', params: { a: [1, 2], b: { c: 'd e' }, n: null } }).then((r) => r.data.id)", `{"raw":true,"binary":true,"method":"GET","url":"https://a.example/v1/x?a[]=1\u0026a[]=2\u0026b[c]=d+e","headers":[["accept","application/json, text/plain, */*"]]}`, `1`},
		{"axios.post", axios, "await axios.post('https://a.example/x', { a: 1 }, { auth: { username: 'u', password: 'é' } }).then((r) => r.data.id)", `{"raw":true,"binary":true,"method":"POST","url":"https://a.example/x","headers":[["accept","application/json, text/plain, */*"],["authorization","Basic dTrDqQ=="],["content-type","application/json"]],"text":"{\"a\":1}"}`, `1`},
		{"axios.post of a form", axios, "await axios.post('https://a.example/x', new URLSearchParams({ a: 'b' })).then((r) => r.data.id)", `{"raw":true,"binary":true,"method":"POST","url":"https://a.example/x","headers":[["accept","application/json, text/plain, */*"],["content-type","application/x-www-form-urlencoded;charset=utf-8"]],"text":"a=b"}`, `1`},
		{"axios with an object as a form", axios, "await axios({ method: 'post', url: 'https://a.example/x', data: { a: 'b' }, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } }).then((r) => r.data.id)", `{"raw":true,"binary":true,"method":"POST","url":"https://a.example/x","headers":[["accept","application/json, text/plain, */*"],["content-type","application/x-www-form-urlencoded"]],"text":"a=b"}`, `1`},
		{"axios.create", axios, "await axios.create({ baseURL: 'https://a.example', headers: { A: 'b' } }).put('x', 'text', { responseType: 'text' }).then((r) => r.data)", `{"raw":true,"binary":true,"method":"PUT","url":"https://a.example/x","headers":[["a","b"],["accept","application/json, text/plain, */*"],["content-type","application/x-www-form-urlencoded"]],"text":"text"}`, `"{\"id\":1}"`},
		{"axios.request for bytes", "const axios = require('axios')", "await axios.request({ url: 'https://a.example', responseType: 'arraybuffer' }).then((r) => r.data.length)", `{"raw":true,"binary":true,"method":"GET","url":"https://a.example/","headers":[["accept","application/json, text/plain, */*"]]}`, `8`},
	}
	for _, c := range cases {
		requests, value, err := exchange(t, c.imports, c.expression, ok)
		if c.imports == "const axios = require('axios')" { // CommonJS cannot export
			value, err = run(t, js("const axios = require('axios')\nmodule.exports = async () => ("+c.expression+")"), script.Call{Host: script.Host{
				Request: func(_ context.Context, r *script.Request) (*script.Response, error) {
					data, _ := json.Marshal(r)
					requests = []string{string(data)}
					return ok(r)
				},
			}})
		}
		if diff := cmp.Diff([]string{c.want}, requests); diff != "" {
			t.Errorf("%s: requests (-want +got):\n%s", c.name, diff)
		}
		if err != nil || value != c.value {
			t.Errorf("%s: got %s, %v; want %s", c.name, value, err, c.value)
		}
	}
}

func TestClientErrors(t *testing.T) {
	t.Parallel()
	const axios, sdk = "import axios from 'axios'", "import { RestApiClient } from '@integration-app/connector-sdk'"
	refused := errors.New("https://a.example is not an allowed origin")
	expired := &script.KeyedError{Key: "access_token_expired", Err: errors.New("GET /me answered 401")}
	refuse := func(*script.Request) (*script.Response, error) { return nil, refused }
	status := func(r *script.Request) (*script.Response, error) {
		response, _ := ok(r)
		response.Status = 401
		if r.Raw {
			return response, nil
		}
		return response, expired
	}
	cases := []struct {
		name, imports, expression string
		answer                    func(*script.Request) (*script.Response, error)
		value                     string
		err                       error // of the host, that the error wraps
		key                       string
	}{
		{"client, not caught", "", "await apiClient.get('/me')", status, "", expired, "access_token_expired"},
		{"client, caught", "", "await apiClient.get('/me').catch((e) => [e.name, e.message, e.key, e.status, e.data.data, e.response])", status, `["ConnectionError","GET /me answered 401","access_token_expired",401,{"id":1},{"status":401,"headers":{"content-type":"application/json","x-a":"b"},"data":{"id":1}}]`, nil, ""},
		{"client, refused", "", "await apiClient.get('/me')", refuse, "", refused, ""},
		{"client with a path that is none", "", "await apiClient.get(undefined).catch((e) => e.message)", ok, `"the path of a request is a text, not undefined"`, nil, ""},
		{"fetch does not throw", "", "await fetch('https://a.example').then((r) => [r.ok, r.status])", status, `[false,401]`, nil, ""},
		{"fetch, refused", "", "await fetch('https://a.example')", refuse, "", refused, ""},
		{"fetch of no URL", "", "await fetch('/me').catch((e) => e.message)", ok, `"\"/me\" is no URL"`, nil, ""},
		{"axios", axios, "await axios.get('https://a.example').catch((e) => [axios.isAxiosError(e), e.message, e.code, e.status, e.response.status, e.response.data, e.config.method])", status, `[true,"Request failed with status code 401","ERR_BAD_REQUEST",401,401,{"id":1},"get"]`, nil, ""},
		{"axios that takes any status", axios, "await axios.get('https://a.example', { validateStatus: () => true }).then((r) => r.status)", status, `401`, nil, ""},
		{"axios, refused", axios, "await axios.get('https://a.example').catch((e) => { e.note = [e.code, e.response ?? null]; throw e })", refuse, "", refused, ""},
		{"a client of its own", sdk, "await new RestApiClient({ baseUri: 'https://a.example', onError: (e) => { if (e.response.status === 401) throw Object.assign(new Error('mine'), { key: 'connection_is_defunct' }) } }).get('/x')", status, "", nil, "connection_is_defunct"},
	}
	for _, c := range cases {
		_, value, err := exchange(t, c.imports, c.expression, c.answer)
		if value != c.value && !(value == "undefined" && c.value == "") {
			t.Errorf("%s: got %s, %v; want %s", c.name, value, err, c.value)
		}
		var e *script.Error
		if fails := c.value == ""; fails != errors.As(err, &e) {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		if c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: error %v does not wrap the host's", c.name, err)
		}
		if e != nil && e.Key != c.key {
			t.Errorf("%s: key %q, want %q", c.name, e.Key, c.key)
		}
	}
}

// TestGenerationOne runs methods written as the first connectors were.
func TestGenerationOne(t *testing.T) {
	t.Parallel()
	source := script.Source{Language: script.TypeScript, Text: `import { RestApiClient } from '@integration-app/connector-sdk'
import { BadRequestError, ConnectionError, ConnectionErrorKey } from '@integration-app/sdk/errors'

export default function makeApiClient({ credentials }) {
  const options: any = {
    baseUri: 'https://api.example.com/v1',
    onError: (error) => {
      throw new ConnectionError({ message: 'expired', key: ConnectionErrorKey.ACCESS_TOKEN_EXPIRED })
    },
  }
  if (!credentials.token) throw new BadRequestError('a token is needed')
  options.headers = { Authorization: ` + "`Bearer ${credentials.token}`" + ` }
  return new RestApiClient(options)
}`}
	got, err := run(t, source, script.Call{Arguments: json.RawMessage(`{"credentials":{"token":"t"}}`)})
	if want := `{"baseUri":"https://api.example.com/v1","headers":{"Authorization":"Bearer t"}}`; err != nil || got != want {
		t.Errorf("got %s, %v; want %s", got, err, want)
	}
	_, err = run(t, source, script.Call{Arguments: json.RawMessage(`{"credentials":{}}`)})
	if got := place(err); got != ":11:37 a token is needed" {
		t.Errorf("got %s", got)
	}
}
