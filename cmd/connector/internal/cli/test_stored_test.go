package cli_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sealedWorld is a world with a key, as of a machine in continuous integration.
func sealedWorld(t *testing.T) world {
	t.Helper()
	return world{}.with("CONNECTOR_HOME", filepath.Join(t.TempDir(), "home"), "CONNECTOR_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwg=")
}

// TestSealedVariable wants a connection in a variable to be like inputs in
// variables: for its own connector, where nothing is recorded.
func TestSealedVariable(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var keys []string
	route := "https://notes.example.com=" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, req.Header.Get("X-Api-Key"))
		_, _ = w.Write([]byte(`{"name":"Ada"}`))
	}))
	const notes = `name: Notes
auth:
  baseUri: https://notes.example.com
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
  options: {token: {type: bearer}, key: {type: api-key, credential: {name: X-Api-Key}}}
operations:
  count: {type: rest-api-mapping, mapping: {method: get, path: /notes}}
`
	dir := writeTree(t, map[string]string{"notes.yml": "key: notes\n" + notes, "other.yml": "key: other\n" + strings.ReplaceAll(notes, "Notes", "Other")})
	file := filepath.Join(dir, "notes.yml")
	w := sealedWorld(t)
	w.run("store", "init").check(t, 0)
	w.with("CONNECTOR_INPUT_API_KEY", requestKey).run("connect", "--name", "work", "--option", "key", "--route", route, file).check(t, 0)
	sealed := w.run("connections", "export", "--sealed", "work")
	sealed.check(t, 0)
	w = sealedWorld(t).with("CONNECTOR_CONNECTION", strings.TrimSpace(sealed.stdout))
	keys = nil

	o := w.run("test", "--auth", dir)
	o.check(t, 0, "ok   Notes / key  live", "skip Notes / token  no recording, and no credential given: ", "skip Other / key  no recording, and no credential given: ")
	checkNoLeak(t, o, requestKey)
	w.run("operations", "run", "count", file).check(t, 0, `"name": "Ada"`)
	w.run("request", "GET", "/me", "--spec", file).check(t, 0, `{"name":"Ada"}`)
	if got := strings.Join(keys, " "); got != strings.Repeat(" "+requestKey, 3)[1:] {
		t.Errorf("sent the keys %q", got)
	}
	w.run("test", "--auth", "--simulate", dir).check(t, 0)
	w.run("test", "--auth", "--replay", file).check(t, 4)

	w = w.with("CONNECTOR_CONNECTION", "connector-sealed-1.00000000.AAAA")
	w.run("test", "--auth", file).check(t, 4, "CONNECTOR_CONNECTION")
	w.run("operations", "run", "count", file, "--option", "token").check(t, 4, "CONNECTOR_CONNECTION")
	if len(keys) != 3 {
		t.Errorf("%d requests", len(keys))
	}
}

// TestSealedVariableRotates wants a test to begin with what the one before it
// made of the credential, though nothing can be kept, and the loss to be said.
func TestSealedVariableRotates(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	made, used, reused := 0, map[string]bool{}, false
	once := func(text string) bool { // each token is good for one use
		defer func() { used[text] = true }()
		return strings.HasSuffix(text, fmt.Sprintf("-%d-0123456789", made)) && !used[text]
	}
	route := "https://notes.example.com=" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		switch req.URL.Path {
		case "/renew":
			if !once(req.FormValue("refresh")) {
				reused = true
				http.Error(w, "{}", http.StatusBadRequest)
				return
			}
			fallthrough
		case "/session":
			made++
			fmt.Fprintf(w, `{"access":"access-%d-0123456789","renewal":"renewal-%d-0123456789"}`, made, made)
		default:
			if !once(req.Header.Get("Authorization")) {
				w.WriteHeader(http.StatusUnauthorized)
			}
			_, _ = w.Write([]byte("{}"))
		}
	}))
	dir := writeTree(t, map[string]string{"notes.yml": `key: notes
name: Notes
auth:
  type: client-credentials
  baseUri: https://notes.example.com
  ui: {schema: {type: object, properties: {key: {type: string, title: Key, isSensitive: true}}, required: [key]}}
  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /session
      requestMapping: {data: {key: {$var: connectionInput.key}}}
      responseMapping: &tokens {access_token: {$var: response.data.access}, refresh_token: {$var: response.data.renewal}}
  refreshCredentials:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /renew
      requestMapping: {contentType: form, data: {refresh: {$var: credentials.refresh_token}}}
      responseMapping: *tokens
  makeApiClient: {implementationType: mapping, mapping: {headers: {Authorization: 'Bearer ${credentials.access_token}'}}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
operations:
  count: {type: rest-api-mapping, mapping: {method: get, path: /notes}}
  sum: {type: rest-api-mapping, mapping: {method: get, path: /sum}}
`})
	file := filepath.Join(dir, "notes.yml")
	w := sealedWorld(t)
	w.run("store", "init").check(t, 0)
	w.with("CONNECTOR_INPUT_KEY", requestKey).run("connect", "--name", "work", "--route", route, file).check(t, 0)
	sealed := w.run("connections", "export", "--sealed", "work")
	sealed.check(t, 0)
	o := sealedWorld(t).with("CONNECTOR_CONNECTION", strings.TrimSpace(sealed.stdout)).run("test", file)
	o.check(t, 0, "3 passed", `warning: the refresh token of "work" was replaced, and CONNECTOR_CONNECTION cannot keep the new one`)
	if reused || made != 4 {
		t.Errorf("%d tokens were made, want 4; reused: %v", made, reused)
	}
}
