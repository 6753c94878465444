package cli_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// meanwhile logs a connection in again, and runs another command while its user
// is at the provider.
func (h *household) meanwhile(t *testing.T, args ...string) outcome {
	t.Helper()
	w := h.world
	w.browser = func(ctx context.Context, address string) error {
		h.run(args...).check(t, 0)
		return opens(ctx, address)
	}
	return w.run("connect", "--name", "work")
}

// TestConnectWhatIsRenamedMeanwhile wants a login to be kept whatever becomes of
// its connection while its user is away.
func TestConnectWhatIsRenamedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	h.meanwhile(t, "connections", "rename", "work", "office").check(t, 0, `Connected "office"`)
	h.run("connections", "test", "office").check(t, 0, "1 passed")
	h.run("connections", "list").check(t, 0, "!work")
}

// TestConnectWhatIsRemovedMeanwhile is that of a connection that is ended.
func TestConnectWhatIsRemovedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	h.meanwhile(t, "disconnect", "work", "--local").check(t, 0, `Connected "work"`)
	h.run("connections", "test", "work").check(t, 0, "1 passed")
}

// TestMust21InterruptedRefreshIsKept wants Ctrl-C to wait for a refresh that was
// sent: the answer to it is the only key to the account.
func TestMust21InterruptedRefreshIsKept(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	w := h.world
	w.clock = func() time.Time { return time.Now().Add(2 * time.Hour) }
	later := w
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	release := make(chan struct{})
	w.context = ctx
	w.network = roundTripper(func(r *http.Request) (*http.Response, error) {
		resp, err := http.DefaultTransport.RoundTrip(r)
		if strings.HasSuffix(r.URL.Path, "/token") {
			cancel()
			<-release
		}
		return resp, err
	})
	ended := make(chan outcome)
	go func() { ended <- w.run("request", "GET", "/me", "--connection", "work") }()
	<-ctx.Done()
	select {
	case o := <-ended:
		t.Errorf("it ended before the answer: %v", o)
		close(release)
	case <-time.After(200 * time.Millisecond):
		close(release)
		(<-ended).check(t, 130, "interrupted")
	}
	later.run("connections", "test", "work").check(t, 0, "1 passed")
	if h.grants != 2 {
		t.Errorf("%d pairs of tokens were given, want 2", h.grants)
	}
}

// TestCompleteKeepsTheRedirect wants a login that was begun with a redirect URI
// of its own to go there the next time, too.
func TestCompleteKeepsTheRedirect(t *testing.T) {
	t.Parallel()
	h := laterHome(t)
	const elsewhere = "https://app.example.com/back"
	o := h.run("connect", "--no-browser", "--redirect-uri", elsewhere, "--name", "work", h.spec)
	o.check(t, 4, "The browser ends at "+elsewhere)
	callback, err := authorized(t.Context(), o.address(t))
	if err != nil {
		t.Fatal(err)
	}
	h.run("connect", "--complete", callback).check(t, 0, `Connected "work"`)
	h.run("connections", "show", "work", "--format", "json").check(t, 0, `"redirectUri": "`+elsewhere+`"`)
}

// TestEditClientKeepsSecrets wants the secret of a client not to be dropped
// because nobody could be asked for it.
func TestEditClientKeepsSecrets(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.with("CONNECTOR_PARAM_CLIENT_ID", "an-id", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret").run("clients", "add", "--name", "ours").check(t, 0)
	h.run("clients", "edit", "ours", "--param", "clientId=another").check(t, 4, "clientSecret", "CONNECTOR_PARAM_CLIENT_SECRET")
	h.run("clients", "show", "ours").check(t, 0, "clientId, clientSecret")
	h.with("CONNECTOR_PARAM_CLIENT_SECRET", "canary-other-secret").run("clients", "edit", "ours", "--param", "clientId=another").check(t, 0, "is changed")
}

// TestConnectByAnotherOptionAsks wants what was entered for one option to go to
// the hosts of another only if the user says so.
func TestConnectByAnotherOptionAsks(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").run("connect", "--route", route, "--option", "key", "--name", "ada", spec).check(t, 0)
	other := strings.Replace(choosingSpec, "    login:\n", "    other:\n      type: api-key\n      baseUri: https://collector.example\n      credential: {name: X-Key, title: API key}\n    login:\n", 1)
	writeFiles(t, spec, map[string]string{"spec.yml": other})
	collector := "https://collector.example=" + serve(t, notes)
	args := []string{"connect", "--name", "ada", "--option", "other", "--route", collector}
	w.run(args...).check(t, 1, "the credential would also go to https://collector.example", "is not sent by what was not agreed to")
	w.run(append(args, "--yes")...).check(t, 0, `Connected "ada"`)
}

// TestStoredOptionIsGone wants a connection whose spec has lost its part of it
// to be no wrong command line.
func TestStoredOptionIsGone(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	withEnvironment := choosingSpec + "environments: {test: {base: a}}\nparametersSchema: {type: object, properties: {base: {type: string}}}\n"
	writeFiles(t, spec, map[string]string{"spec.yml": withEnvironment})
	w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").run("connect", "--route", route, "--option", "key", "--environment", "test", "--name", "ada", spec).check(t, 0)
	writeFiles(t, spec, map[string]string{"spec.yml": strings.Replace(withEnvironment, "{test:", "{other:", 1)})
	w.run("request", "GET", "/me", "--connection", "ada").check(t, 4, `no environment "test"`, "!--environment", "hint: connector connect --name ada")
	writeFiles(t, spec, map[string]string{"spec.yml": strings.Replace(withEnvironment, "    key:\n", "    token:\n", 1)})
	w.run("request", "GET", "/me", "--connection", "ada").check(t, 4, `no option "key"`, "!--option", "hint: connector connect --name ada")
}

// sealing returns the world with a key for sealed connections.
func (w world) sealing() world {
	return w.with("CONNECTOR_KEY", "cnVpbmVkIGNhdGhlZHJhbHMgYnkgbW9vbmxpZ2h0IDM=")
}

// TestExportOverAFile wants a file that is written over to be its owner's alone,
// as a new one is.
func TestExportOverAFile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	out := filepath.Join(writeTree(t, map[string]string{"out": "what was there"}), "out")
	h.sealing().run("connections", "export", "work", "--sealed", "--output", out).check(t, 1, "is there already; --force writes over it")
	h.sealing().run("connections", "export", "work", "--sealed", "--output", out, "--force").check(t, 0)
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	h.sealing().run("connections", "test", "--connection-file", out).check(t, 0, "1 passed")
}

// TestImportedRoutesAreSaid wants whoever imports a connection to be told where
// its requests are led to.
func TestImportedRoutesAreSaid(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	w = w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").sealing()
	w.run("connect", "--route", route, "--allow-private", "--option", "key", "--name", "ada", spec).check(t, 0)
	out := filepath.Join(t.TempDir(), "out")
	w.run("connections", "export", "ada", "--sealed", "--output", out).check(t, 0)
	w.run("connections", "import", out, "--name", "bob").check(t, 0,
		`"bob" is stored`, `warning: "bob" sends its requests by the route `+route, `warning: "bob" may reach private addresses`)
}

// TestSealedFileThatCannotBeChanged wants a connection in such a file to be used
// where nothing of it has to be kept, wherever its spec lies now.
func TestSealedFileThatCannotBeChanged(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	w = w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").sealing()
	w.run("connect", "--route", route, "--option", "key", "--name", "ada", spec).check(t, 0)
	out := filepath.Join(t.TempDir(), "out")
	w.run("connections", "export", "ada", "--sealed", "--output", out).check(t, 0)
	if err := os.Mkdir(out+".lock", 0o700); err != nil { // as good as a directory without permission, for the superuser, too
		t.Fatal(err)
	}
	moved := writeTree(t, map[string]string{"spec.yml": choosingSpec})
	w.run("request", "GET", "/me", "--connection-file", out, "--spec", moved).check(t, 0, `"Ada"`)
	writeFiles(t, moved, map[string]string{"spec.yml": strings.Replace(choosingSpec, "path: /me", "path: /us", 1)})
	w.run("request", "GET", "/me", "--connection-file", out, "--spec", moved).check(t, 1, "test was changed")
	w.run("request", "GET", "/me", "--connection-file", out, "--spec", moved, "--yes").check(t, 0, `"Ada"`, "warning: that you agree could not be kept: ")
}

// TestMust15RequestOfAnotherHost wants no spelling of a URL to lead elsewhere.
func TestMust15RequestOfAnotherHost(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").run("connect", "--route", route, "--option", "key", "--name", "ada", spec).check(t, 0)
	tests := []struct {
		target string
		code   int
		says   string
	}{
		{"//elsewhere.example/me", 2, "it must be a path or an absolute URL with a scheme"},
		{"https:///me", 2, "it needs a scheme and a host"},
		{"https://notes.example:8443/me", 2, "https://notes.example:8443 is not an allowed origin"},
		{"https://notes.example.elsewhere.example/me", 2, "is not an allowed origin"},
		{"https://notes.example@elsewhere.example/me", 2, "a URL with a user name or password is not taken"},
		{"https:elsewhere.example/me", 0, "> GET https://notes.example/https:elsewhere.example/me"},
		{`/\elsewhere.example/me`, 0, "> GET https://notes.example/%5Celsewhere.example/me"},
	}
	for _, test := range tests {
		w.run("request", "GET", test.target, "--connection", "ada", "--verbose").check(t, test.code, test.says)
	}
}
