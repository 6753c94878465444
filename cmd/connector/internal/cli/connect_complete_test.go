package cli_test

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// laterHome is a household without a browser, whose client and inputs are in the
// environment.
func laterHome(t *testing.T) *household {
	t.Helper()
	h := newHousehold(t)
	h.browser = nil
	h.world = h.with("CONNECTOR_PARAM_CLIENT_ID", "an-id", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret", "CONNECTOR_INPUT_REGION", "eu", "CONNECTOR_INPUT_PIN", "canary-pin-1")
	return h
}

// address returns the address that an outcome says to open.
func (o outcome) address(t *testing.T) string {
	t.Helper()
	for line := range strings.Lines(o.stderr) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "http") {
			return line
		}
	}
	t.Fatalf("no address: %v", o)
	return ""
}

// begin begins a login and returns the address at which its browser ends.
func (h *household) begin(t *testing.T, args ...string) string {
	t.Helper()
	o := h.run(append([]string{"connect", "--no-browser", h.spec}, args...)...)
	o.check(t, 4, "connector connect --complete -", "within an hour", "the credential goes to")
	callback, _ := follow(t.Context(), o.address(t)) // where nobody listens
	if !strings.Contains(callback, "code=") {
		t.Fatalf("the login ended at %s", callback)
	}
	return callback
}

// TestComplete begins a login here, and finishes it with what a browser
// elsewhere ended at: once, and with its own answer.
func TestComplete(t *testing.T) {
	t.Parallel()
	h := laterHome(t)
	first, second := h.begin(t, "--name", "first"), h.begin(t, "--name", "second", "--no-test")
	if logins := h.records(t, "logins"); len(logins) != 2 {
		t.Errorf("kept: %q", logins)
	}
	forged, err := url.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	q := forged.Query()
	q.Set("state", "of-somebody-else")
	forged.RawQuery = q.Encode()
	refused := h.run("connect", "--complete", forged.String())
	refused.check(t, 4, "no login that was begun here is finished by this address", "begin it with connector connect --no-browser")
	w := h.world
	w.stdin = "'" + second + "'\n"
	done := w.run("connect", "--complete", "-")
	done.check(t, 0, `Connected "second"`)
	again := w.run("connect", "--complete", "-")
	again.check(t, 4, "it was finished already")
	other := h.run("connect", "--complete", first)
	other.check(t, 0, `Connected "first"`)
	used := h.run("request", "GET", "/me", "--connection", "first")
	used.check(t, 0)
	h.search(t, refused, done, again, other, used)
	if left, _ := filepath.Glob(filepath.Join(h.home, "store", "logins", "*.json")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestCompleteAfterAChange begins anew where the connector is another one by
// then.
func TestCompleteAfterAChange(t *testing.T) {
	t.Parallel()
	h := laterHome(t)
	callback := h.begin(t, "--name", "work")
	file := filepath.Join(h.spec, "spec.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "  disconnect: {implementationType: rest-api-mapping, mapping: {method: delete, path: /other}}\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	h.run("connect", "--complete", callback).check(t, 1, "has changed since the login was begun", "begin it anew")
}

// TestCompleteOfAWaitingLogin hands the address to the connect that waits for
// it.
func TestCompleteOfAWaitingLogin(t *testing.T) {
	t.Parallel()
	h := laterHome(t)
	waits := h.world
	waits.browser = func(ctx context.Context, address string) error {
		callback, err := authorized(ctx, address)
		if err != nil {
			return err
		}
		h.run("connect", "--complete", callback).check(t, 0, "handed to the login that waits at http://127.0.0.1:")
		return nil
	}
	waits.run("connect", h.spec, "--name", "work").check(t, 0, `Connected "work"`)
}

// TestCompleteFlags are what is no address, and what does not go with one.
func TestCompleteFlags(t *testing.T) {
	t.Parallel()
	h := laterHome(t)
	h.run("connect", "--complete", "abc").check(t, 2, "--complete: this is not the whole address")
	h.run("connect", "--complete", "?code=a&state=b").check(t, 2, "--complete takes the whole address")
	h.run("connect", "--complete", "http://127.0.0.1:1/callback?code=a&state=b", "--name", "x").check(t, 2, "give nothing else of it")
	h.run("connect", h.spec).check(t, 4, "--no-browser begins the login, for connect --complete to finish")
}

// authorized opens an address and returns where it leads, without going there.
func authorized(ctx context.Context, address string) (callback string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Location"), resp.Body.Close()
}
