package cli_test

import (
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
