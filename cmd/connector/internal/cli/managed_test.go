package cli_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
	"github.com/connector-spec/connector/spec"
)

// answers is a person at a terminal who answers each prompt that holds a text,
// and leaves the others as they are. What was asked is noted.
type answers struct {
	mu     sync.Mutex // a login asks for what is pasted beside all others
	texts  map[string]string
	asked  []string
	hidden []string // prompts whose answers were not shown
}

func (a *answers) ask(prompt string, secret bool) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, prompt)
	if secret {
		a.hidden = append(a.hidden, prompt)
	}
	for part, text := range a.texts {
		if strings.Contains(prompt, part) {
			return text, nil
		}
	}
	return "", nil
}

// at returns the world with a person at its terminal.
func (w world) at(a *answers) world {
	w.ask, w.terminal = a.ask, true
	return w
}

// TestMust24DisconnectIsReported wants a connection to be deleted whatever the
// provider says, and what it says to be shown.
func TestMust24DisconnectIsReported(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	h.revokes = http.StatusServiceUnavailable
	o := h.run("disconnect", "work")
	o.check(t, 1, "FAIL revoke  POST "+h.url+"/revoke  503", "not revoked: ", "the grantor says no", `ok   delete  "work" is no longer stored here`)
	h.search(t, o)
	h.run("connections", "list").check(t, 0, "there are no connections")

	h.revokes = 0
	h.connect(t, "other")
	broken := h.world
	broken.network = failingNetwork{}
	o = broken.run("disconnect", "other", "--format", "json")
	o.check(t, 3, `"ok": false`, `"revoked": false`, `"deleted": true`)
	h.search(t, o)
	h.run("connections", "list").check(t, 0, "there are no connections")
}

// failingNetwork reaches nobody.
type failingNetwork struct{}

func (failingNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, errors.New("the network is unreachable")
}

// TestMust24WhatWasRefreshedMeanwhile wants the tokens that another process
// obtained during a disconnect to be revoked, too.
func TestMust24WhatWasRefreshedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	h.onRevoke = func() { h.run("connections", "refresh", "work").check(t, 0, "refreshed") }
	h.run("disconnect", "work").check(t, 0, "ok   delete")
	want := []string{"canary-refresh-1", "canary-access-1", "canary-refresh-2", "canary-access-2"}
	if !slices.Equal(h.revoked, want) || len(h.tokens()) > 0 {
		t.Errorf("%q were revoked, want %q", h.revoked, want)
	}
}

// TestDisconnectIsConfirmed wants a person to be asked, and nobody else.
func TestDisconnectIsConfirmed(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	no := &answers{texts: map[string]string{"work": "n"}}
	h.at(no).run("disconnect", "work").check(t, 1, "nothing is changed", "!revoke")
	if len(no.asked) != 1 || !strings.Contains(no.asked[0], `Delete the connection "work" (Acme, Ada) here, and revoke it`) || h.revoked != nil {
		t.Errorf("asked %q, revoked %q", no.asked, h.revoked)
	}
	h.at(no).run("disconnect", "work", "--no-input", "--format", "json").check(t, 0, `"revoked": true`)
	h.connect(t, "again")
	h.at(no).run("disconnect", "again", "--yes").check(t, 0, "ok   revoke")
	h.connect(t, "third")
	h.at(&answers{texts: map[string]string{"third": "y"}}).run("disconnect", "third").check(t, 0, "ok   revoke")
	if len(no.asked) != 1 {
		t.Errorf("asked %q", no.asked)
	}
}

// TestDisconnectWithoutRevocation is of a connector that has no way to revoke:
// that is said, and no failure.
func TestDisconnectWithoutRevocation(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	text := strings.ReplaceAll(h.grantor.spec(), "      revokeUri: "+h.url+"/revoke\n", "")
	writeFiles(t, h.spec, map[string]string{"spec.yml": text})
	h.connect(t, "work")
	h.run("disconnect", "work").check(t, 0, "not revoked: the spec has no disconnect method and no revokeUri", "ok   delete", "!FAIL")
}

// TestDisconnectAfterAChange wants nothing to be sent to hosts that nobody
// agreed to, and the record to stay.
func TestDisconnectAfterAChange(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	other := newGrantor(t)
	text := strings.ReplaceAll(h.grantor.spec(), h.url+"/revoke", other.url+"/revoke")
	writeFiles(t, h.spec, map[string]string{"spec.yml": text})
	h.run("disconnect", "work").check(t, 1, other.url, "is not sent by what was not agreed to", "--local deletes the connection without asking the provider")
	h.run("connections", "list").check(t, 0, "work")
	h.run("disconnect", "work", "--yes").check(t, 0, "ok   revoke  POST "+other.url)
	if h.revoked != nil || len(other.revoked) != 2 {
		t.Errorf("%q, %q", h.revoked, other.revoked)
	}
}

// TestEdit wants everything to be asked for again: what is secret without a word
// of what it was, the rest with it.
func TestEdit(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	person := &answers{texts: map[string]string{"PIN": "canary-pin-2", "Client secret": "canary-other-secret"}}
	o := h.at(person).run("connections", "edit", "work", "--no-browser=false")
	o.check(t, 0, `Connected "work"`)
	person.mu.Lock()
	asked := strings.Join(person.asked, "\n")
	for _, part := range []string{"Client ID [an-id]", "Client secret", "Region", "PIN"} {
		if !strings.Contains(asked, part) {
			t.Errorf("%q was not asked in:\n%s", part, asked)
		}
	}
	hidden := slices.DeleteFunc(person.hidden, func(prompt string) bool { return strings.Contains(prompt, "paste") })
	person.mu.Unlock()
	if len(hidden) != 2 || strings.Contains(asked, "canary") {
		t.Errorf("hidden are %q of\n%s", hidden, asked)
	}
	h.search(t, o)
	if got := h.sentBasic[len(h.sentBasic)-1]; got != "canary-other-secret" {
		t.Errorf("the login was with %s", got)
	}
	h.run("connections", "test", "work").check(t, 0, "1 passed")
	h.run("connections", "list").check(t, 0, "work  Acme")

	// A failure changes nothing.
	person.texts["Client secret"] = "canary-wrong-secret"
	before, _ := os.ReadFile(h.records(t, "connections")[0])
	o = h.at(person).run("connections", "edit", "work")
	o.check(t, 1, "the grantor says no", "!canary-wrong-secret")
	if after, _ := os.ReadFile(h.records(t, "connections")[0]); string(after) != string(before) {
		t.Error("the record was changed")
	}
	h.run("connections", "test", "work").check(t, 0, "1 passed")
}

// TestEditWithoutATerminal keeps what is not secret, and wants secrets anew.
func TestEditWithoutATerminal(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	h.run("connections", "edit", "work").check(t, 4, "clientSecret", "pin", "CONNECTOR_INPUT_PIN", "!region is")
	anew := h.with("CONNECTOR_INPUT_PIN", "canary-pin-2", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-other-secret")
	anew.run("connections", "edit", "work", "--input", "region=us").check(t, 0, `Connected "work"`)
	anew.run("connections", "edit", "work", "--input", "pin=x").check(t, 2, `"pin" is a secret`)
	anew.run("connections", "edit", "nobody").check(t, 4, `there is no connection "nobody"`)
	h.run("connections", "test", "work").check(t, 0, "1 passed")
}

// TestClientPrompts wants a client to be asked for by its connector, and its
// secret to be shown nowhere.
func TestClientPrompts(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	person := &answers{texts: map[string]string{"Client ID": "an-id", "Client secret": "canary-client-secret"}}
	o := h.at(person).run("clients", "add", h.spec)
	o.check(t, 0, `the client "acme" is stored`)
	if len(person.hidden) != 1 || !strings.Contains(person.hidden[0], "Client secret") {
		t.Errorf("hidden are %q", person.hidden)
	}
	h.search(t, o)
	w := h.with("CONNECTOR_INPUT_REGION", "eu", "CONNECTOR_INPUT_PIN", "canary-pin-1")
	w.run("connect", h.spec, "--name", "work", "--client", "acme").check(t, 0, `Connected "work"`)
	h.run("clients", "list").check(t, 0, "clientId, clientSecret  work\n")
	h.run("clients", "remove", "acme").check(t, 1, `client "acme" is kept: the connection "work" uses it; --force removes it all the same`)

	// Who changes the client changes it for the connections.
	person = &answers{texts: map[string]string{"Client secret": "canary-other-secret"}}
	o = h.at(person).run("clients", "edit", "acme", h.spec)
	o.check(t, 0, `the client "acme" is changed`, `"work" uses it: connector connections test work tells whether it still works`)
	if asked := strings.Join(person.asked, "\n"); !strings.Contains(asked, "Client ID [an-id]") || strings.Contains(asked, "canary") {
		t.Errorf("asked\n%s", asked)
	}
	h.run("connections", "refresh", "work").check(t, 0, "refreshed")
	if got := h.sentBasic[len(h.sentBasic)-1]; got != "canary-other-secret" {
		t.Errorf("the refresh was with %s", got)
	}
	h.search(t, o)

	no := &answers{}
	h.at(no).run("clients", "remove", "acme", "--force").check(t, 1, "nothing is changed")
	h.run("clients", "remove", "acme", "--force").check(t, 0, "warning: the connection \"work\" uses it", `the client "acme" is removed`)
	h.run("connections", "test", "work").check(t, 4, `there is no client "acme"`)
}

// TestTokenOnATerminal warns whoever sees a token.
func TestTokenOnATerminal(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	w := h.world
	w.terminal = true
	w.run("connections", "token", "work").check(t, 0, "warning: this shows a secret on your screen", "canary-access-1\n")
	o := h.run("connections", "token", "work", "--verbose")
	if o.stdout != "canary-access-1\n" || o.stderr != "" {
		t.Errorf("%v", o)
	}
}

// TestNoToken wants connections without an access token to be said.
func TestNoToken(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	writeFiles(t, h.spec, map[string]string{"key/spec.yml": "key: keyed\nname: Keyed\nauth:\n  type: api-key\n  credential: {in: header, name: X-Api-Key}\n  baseUri: " + h.url + "\n  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}\n"})
	w := h.with("CONNECTOR_INPUT_API_KEY", "canary-key")
	w.run("connect", filepath.Join(h.spec, "key"), "--name", "keyed", "--force", "--no-test").check(t, 0, `Connected "keyed"`)
	o := h.run("connections", "token", "keyed")
	o.check(t, 1, `connection "keyed" has no access token`, "!canary-key")
	if o.stdout != "" {
		t.Errorf("%v", o)
	}
	h.run("connections", "refresh", "keyed").check(t, 1, "nothing obtains the credential anew")
	h.run("connections", "list").check(t, 0, "Keyed", "ok, untested")
	h.run("disconnect", "keyed").check(t, 0, "not revoked", "ok   delete")
}

// TestPlainStore wants a store that is not encrypted to say so each time.
func TestPlainStore(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	h.world = h.with("CONNECTOR_HOME", filepath.Join(h.home, "plain"))
	w := h.with("CONNECTOR_PARAM_CLIENT_ID", "an-id", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret", "CONNECTOR_INPUT_REGION", "eu", "CONNECTOR_INPUT_PIN", "canary-pin-1")
	w.run("connect", h.spec, "--name", "work", "--insecure-storage").check(t, 0, "warning: the store is not encrypted")
	for _, args := range []string{"connections list", "connections token work", "clients list", "store status"} {
		h.run(strings.Fields(args)...).check(t, 0, "warning: the store is not encrypted")
	}
	h.run("store", "status", "--format", "json").check(t, 0, `"encrypted": false`, `"place": "none"`)
	h.run("store", "rotate-key").check(t, 2, "the store is plain text: say where its key is to be")
	h.run("store", "rotate-key", "--keyring").check(t, 0, "1 record encrypted with the key", "!in place of")
	o := h.run("connections", "list")
	o.check(t, 0, "work", "!not encrypted")
	h.search(t, o)
}

// TestStoredResultsMeetSchemas holds what is printed for programs against the
// schemas of it, in which no field may be missing.
func TestStoredResultsMeetSchemas(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work", "old", "broken")
	h.with("CONNECTOR_PARAM_CLIENT_ID", "an-id", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret").run("clients", "add", h.spec).check(t, 0)
	for _, file := range h.records(t, "connections") {
		data, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(data), `"broken"`) {
			err = os.WriteFile(file, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	h.connect(t, "last")
	h.run("connections", "refresh", "old").check(t, 1)
	tests := []struct {
		args   string
		code   int
		schema []byte
	}{
		{"connections list", 3, schemas.Connections()},
		{"connections show old", 0, schemas.Connections()},
		{"connections refresh last", 0, schemas.Connections()},
		{"connections test last", 0, schemas.TestResult()},
		{"connections test old", 4, schemas.TestResult()},
		{"connections token last", 0, schemas.Token()},
		{"clients list", 3, schemas.Clients()},
		{"clients show acme", 3, schemas.Clients()},
		{"store status", 3, schemas.StoreStatus()},
		{"disconnect last", 0, schemas.DisconnectResult()},
		{"disconnect old --local", 0, schemas.DisconnectResult()},
	}
	for _, test := range tests {
		o := h.run(append(strings.Fields(test.args), "--format", "json")...)
		result, err := formula.ParseJSON([]byte(o.stdout))
		if err != nil || o.code != test.code {
			t.Fatal(test.args, err, o)
		}
		schema, err := formula.ParseJSON(test.schema)
		if err != nil {
			t.Fatal(err)
		}
		for name, schema := range map[string]formula.Value{"the schema": schema, "the schema without other fields": closed(schema)} {
			if problems, err := spec.CheckInputs(schema, result); err != nil || len(problems) > 0 {
				t.Errorf("%s: %s: %v %v in %s", test.args, name, err, problems, o.stdout)
			}
		}
		if problems, err := spec.CheckInputs(schema, result.With("version", formula.String("1"))); err != nil || len(problems) == 0 {
			t.Errorf("%s: the schema takes whatever it is given: %v", test.args, err)
		}
	}
}

// TestUnanswered is Ctrl-D in the place of an answer: nothing is done.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	w := h.world
	w.terminal, w.ask = true, func(string, bool) (string, error) { return "", io.EOF }
	for _, args := range [][]string{{"clients", "add", h.spec}, {"disconnect", "work"}, {"connections", "edit", "work"}, {"connections", "export", "work"}} {
		w.run(args...).check(t, 4, "the question was left without an answer", "!EOF")
	}
	h.run("connections", "test", "work").check(t, 0, "1 passed")
	if h.revoked != nil {
		t.Errorf("%q were revoked", h.revoked)
	}
}

// TestPassphrases wants a new passphrase to be typed twice, and an old one once.
func TestPassphrases(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "work")
	differing := &answers{texts: map[string]string{"Passphrase": "one of them", "The same again": "another"}}
	o := h.at(differing).run("connections", "export", "work")
	o.check(t, 1, "the two passphrases differ: nothing is exported", "!one of them", "!BEGIN AGE")
	if len(differing.hidden) != 2 {
		t.Errorf("hidden are %q", differing.hidden)
	}
	h.at(&answers{}).run("connections", "export", "work").check(t, 4, "the passphrase is empty")
}
