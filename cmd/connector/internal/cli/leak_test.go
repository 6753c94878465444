package cli_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// planted are secrets by the names of inputs and parameters; each has
// something that the encodings of URLs, JSON, HTML and base64 change.
func planted(names ...string) map[string]string {
	values := make(map[string]string)
	for i, name := range names {
		values[name] = fmt.Sprintf(`Canary%d/%s+7f"&<é>=zQ\%dk~`, i, name, i*7919)
	}
	return values
}

// A leakCase is a connector with a secret in one kind of place.
type leakCase struct {
	name    string
	auth    string   // what stands under auth, but for baseUri and test
	secrets []string // inputs; of parameters with "param:" before them
}

var leakCases = []leakCase{
	{name: "api key in a header", auth: "type: api-key\ncredential: {name: X-Api-Key}", secrets: []string{"apiKey"}},
	{name: "api key in the query", auth: "type: api-key\ncredential: {in: query, name: k}", secrets: []string{"apiKey"}},
	{name: "api key in a cookie", auth: "type: api-key\ncredential: {in: cookie, name: c}", secrets: []string{"apiKey"}},
	{name: "api key in the body", auth: "type: api-key\ncredential: {in: body, name: k}", secrets: []string{"apiKey"}},
	{name: "bearer", auth: "type: bearer", secrets: []string{"token"}},
	{name: "basic", auth: "type: basic", secrets: []string{"password"}},
	{name: "basic with a parameter", secrets: []string{"param:clientSecret", "user"}, auth: `
type: client-credentials
parametersSchema: {type: object, properties: {clientSecret: {type: string, isSensitive: true}}}
ui: {schema: {type: object, properties: {user: {type: string, isSensitive: true}}}}
makeApiClient:
  implementationType: mapping
  mapping: {auth: {username: {$var: connectionInput.user}, password: {$var: connectorParameters.clientSecret}}}`},
	{name: "credentials by mapping", secrets: []string{"one", "two"}, auth: `
type: client-credentials
ui: {schema: {type: object, properties: {one: {type: string, isSensitive: true}, two: {type: string, format: password}}}}
getCredentialsFromConnectionParameters:
  implementationType: mapping
  mapping:
    both: '${connectionInput.one}:${connectionInput.two}'
    half: '${hex(sha256(connectionInput.one))}'
makeApiClient:
  implementationType: mapping
  mapping:
    headers: {X-Both: '${urlEncode(credentials.both)}', X-Half: '${credentials.half}'}
    query: {both: '${base64(credentials.both)}', half: '${credentials.half}'}`},
	{name: "derived headers", secrets: []string{"key"}, auth: `
type: client-credentials
ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}}}}
makeApiClient:
  implementationType: mapping
  mapping:
    headers:
      X-Plain: '${base64("user:" + credentials.key)}'
      X-Hex: '${hex(credentials.key)}'
      X-Mac: '${hex(hmac("sha256", credentials.key, "a message"))}'
      X-Json: '${urlEncode(jsonEncode({"k": credentials.key}))}'`},
	{name: "an input that nobody marked", secrets: []string{"apiToken"}, auth: `
type: client-credentials
ui: {schema: {type: object, properties: {apiToken: {type: string}}}}
makeApiClient:
  implementationType: mapping
  mapping: {query: {token: {$var: connectionInput.apiToken}}}`},
	{name: "a session", secrets: []string{"password"}, auth: `
type: client-credentials
ui:
  schema:
    type: object
    properties: {login: {type: string, default: sato}, password: {type: string, isSensitive: true}}
getCredentialsFromConnectionParameters:
  implementationType: rest-api-mapping
  mapping:
    method: post
    path: /login
    requestMapping: {data: {user: {$var: connectionInput.login}, password: {$var: connectionInput.password}}}
    responseMapping: {token: {$var: response.data.session.token}, more: {$var: response.data.session.more}}
makeApiClient:
  implementationType: mapping
  mapping: {headers: {X-Session: {$var: credentials.token}}, query: {t: {$var: credentials.more.deep}}}`},
}

// TestSecretAroundALookalike plants a secret that holds what looks like one.
func TestSecretAroundALookalike(t *testing.T) {
	t.Parallel()
	const key = "tenant-77/ghp_abcdefghijklmnopqrstuvwxyz0123456789/tail-of-it"
	dir := writeTree(t, map[string]string{"spec.yml": strings.Replace(badSpec, "{X-Api-Key: {$expr: urlEncode(credentials.apiKey)}}", "{X-Plain: '${credentials.apiKey}'}", 1)})
	const other = "ghp_9876543210zyxwvutsrqponmlkjihgfedcba" // that nobody knows
	route := "https://api.example.com=" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Greeting", "hello "+other)
		leakServer(200)(w, r)
	}))
	o := world{}.with("CONNECTOR_INPUT_API_KEY", key).run("test", "--live", "--verbose", "--route", route, dir)
	o.check(t, 0, "> X-Plain: [secret]\n", "< X-Greeting: hello [secret]\n", "!"+other, "!tenant-77", "!tail-of-it", "!ghp_")
}

// sessionSecrets are what the login of a session answers.
var sessionSecrets = []string{"SessionCanary-5d41402abc4b2a76b9719d911017c592", "DeepCanary/9+8=7&6%5"}

// spec writes the connector of a case.
func (c *leakCase) spec() string {
	text := "key: leak\nname: Leak\nauth:\n  baseUri: https://api.example.com\n"
	for line := range strings.Lines(strings.TrimPrefix(c.auth, "\n")) {
		text += "  " + strings.TrimRight(line, "\n") + "\n"
	}
	method, mapping := "get", ""
	if strings.Contains(c.auth, "in: body") {
		method, mapping = "post", "      requestMapping: {data: {a: 1}}\n"
	}
	return text + "  test:\n    implementationType: rest-api-mapping\n    mapping:\n      method: " + method + "\n      path: /me\n" + mapping +
		"      responseMapping: {name: {$var: response.data.name}}\n  connectionLabel: ${test.name}\n"
}

// leakServer answers with all that it was sent, so that whatever it was sent
// is in what the program has to print, with a status.
func leakServer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/login" && status == 200 {
			w.Header().Set("X-Auth-Token", sessionSecrets[0])
			w.Header().Set("Location", "/me?token="+sessionSecrets[0])
			w.Header().Set("Set-Cookie", "sid="+sessionSecrets[0])
			_ = json.NewEncoder(w).Encode(map[string]any{
				"session": map[string]any{"token": sessionSecrets[0], "more": map[string]any{"deep": sessionSecrets[1]}},
			})
			return
		}
		body, _ := io.ReadAll(r.Body)
		said := fmt.Sprint(r.URL.RawQuery, " ", r.URL.Query(), " ", r.Header, " ", string(body))
		for name, values := range r.Header {
			w.Header().Set("Echo-"+name, strings.Join(values, ", "))
		}
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"name": "hello " + said, "message": said, "sent": string(body)})
	}
}

// TestNoLeaks plants secrets of every kind and looks for them, in every
// encoding, in all that the program writes.
func TestNoLeaks(t *testing.T) {
	t.Parallel()
	ways := map[string][]string{
		"text": nil, "verbose": {"--verbose"}, "json": {"--format", "json", "--verbose"},
		"quiet": {"--quiet"}, "record": {"--record", "--verbose"}, "record as json": {"--record", "--format", "json"},
	}
	for _, c := range leakCases {
		for _, status := range []int{200, 401, 500} {
			t.Run(fmt.Sprintf("%s/%d", c.name, status), func(t *testing.T) {
				t.Parallel()
				route := "https://api.example.com=" + serve(t, leakServer(status))
				for way, args := range ways {
					dir := writeTree(t, map[string]string{"spec.yml": c.spec()})
					values := planted(c.secrets...)
					w := world{}
					redactor := secret.NewRedactor()
					search := slices.Clone(sessionSecrets)
					for name, value := range values {
						variable, kind := name, "INPUT_"
						if rest, ok := strings.CutPrefix(name, "param:"); ok {
							variable, kind = rest, "PARAM_"
						}
						w = w.with("CONNECTOR_"+kind+snake(variable), value)
						search = append(search, value)
					}
					if one := values["one"]; one != "" { // what a formula made of it
						search = append(search, fmt.Sprintf("%x", sha256.Sum256([]byte(one))))
					}
					if c.name == "basic" {
						w = w.with("CONNECTOR_INPUT_USERNAME", "user")
					}
					for i, s := range search {
						redactor.Add(fmt.Sprint("canary", i), s)
					}
					o := w.run(append([]string{"test", "--auth", "--live", "--route", route, dir}, args...)...)
					want := 0
					if status != 200 {
						want = 1
					}
					if o.code != want {
						t.Errorf("%s: exit code %d is wanted: %v", way, want, o)
					}
					checkNoLeak(t, o, search...)
					searchAll(t, redactor, way, o, dir)
					if rec := filepath.Join(dir, "recordings", "default.yml"); status == 200 && strings.HasPrefix(way, "record") {
						if _, err := os.Stat(rec); err != nil {
							t.Errorf("%s: %v", way, err)
						}
						world{}.run("test", "--auth", "--replay", dir).check(t, 0, "1 passed", "!note:")
					}
				}
			})
		}
	}
}

// TestUnmarkedSecretIsRecorded wants what looks like a secret, and nobody
// marked, to be a placeholder in what is written, as the marked ones are.
func TestUnmarkedSecretIsRecorded(t *testing.T) {
	t.Parallel()
	const found = "ghp_abcdefghijklmnopqrstuvwxyz0123456789"
	unmarked := func(use string) string {
		text := strings.Replace(badSpec, "isSensitive: true}\n", "isSensitive: true}\n        account: {type: string}\n", 1)
		return strings.Replace(text, "path: /me\n", use, 1)
	}
	for name, use := range map[string]string{"among the inputs": "path: /me\n", "in a request": "path: '/me/${connectionInput.account}'\n"} {
		dir := writeTree(t, map[string]string{"spec.yml": unmarked(use)})
		route := "https://api.example.com=" + serve(t, answer(200, "application/json", `{"name":"x"}`))
		w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "CONNECTOR_INPUT_ACCOUNT", found)
		w.run("test", "--record", "--route", route, dir).check(t, 0, "recorded in", "!"+found)
		data, err := os.ReadFile(filepath.Join(dir, "recordings", "default.yml"))
		if err != nil || strings.Contains(string(data), found) || !strings.Contains(string(data), "{{input.account}}") {
			t.Errorf("%s: %v, the recording is %s", name, err, data)
		}
		world{}.run("test", "--auth", "--replay", dir).check(t, 0, "1 passed")
	}
}

// TestRecordingSource wants a recording to say where its answers came from.
func TestRecordingSource(t *testing.T) {
	t.Parallel()
	here := serve(t, answer(200, "application/json", `{"name":"x"}`))
	tests := []struct {
		name    string
		base    string
		network http.RoundTripper
		args    []string
		want    string
	}{
		{"the API itself", "https://api.example.com", elsewhere{here}, nil, "live"},
		{"a server of this machine", here, nil, nil, "loopback"},
		{"a route to one", "https://api.example.com", nil, []string{"--route", "https://api.example.com=" + here}, "loopback"},
		{"a route for another origin", "https://api.example.com", elsewhere{here}, []string{"--route", "https://other.example.com=" + here}, "live"},
	}
	for _, test := range tests {
		dir := writeTree(t, map[string]string{"spec.yml": strings.Replace(badSpec, "https://api.example.com", test.base, 1)})
		w := world{network: test.network}.with("CONNECTOR_INPUT_API_KEY", badKey)
		w.run(append([]string{"test", "--record", dir}, test.args...)...).check(t, 0, "recorded in")
		data, err := os.ReadFile(filepath.Join(dir, "recordings", "default.yml"))
		if err != nil || !strings.Contains(string(data), "\nsource: "+test.want+"\n") {
			t.Errorf("%s: %v\n%s", test.name, err, data)
		}
	}
}

// elsewhere sends what is for any server to one address.
type elsewhere struct{ address string }

func (e elsewhere) RoundTrip(req *http.Request) (*http.Response, error) {
	here := req.Clone(req.Context())
	here.URL.Scheme, here.URL.Host = "http", strings.TrimPrefix(e.address, "http://")
	return http.DefaultTransport.RoundTrip(here)
}

// snake writes the name of an input as variables have it.
func snake(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// searchAll searches an outcome and all files of a directory by a redactor.
func searchAll(t *testing.T, r *secret.Redactor, way string, o outcome, dir string) {
	t.Helper()
	search := func(where string, data []byte) {
		for _, m := range r.Find(data) {
			t.Errorf("%s: %s holds %s as %s: %s", way, where, m.Name, m.Encoding, around(data, m.Start, m.End))
		}
	}
	search("stdout", []byte(o.stdout))
	search("stderr", []byte(o.stderr))
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		search(name, data)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func around(data []byte, from, to int) string {
	return fmt.Sprintf("%q", data[max(0, from-20):min(len(data), to+20)])
}
