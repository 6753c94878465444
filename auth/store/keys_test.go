package store_test

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/connector-spec/connector/auth/store"
)

// someKey gives a key as text.
func someKey(t testing.TB) string {
	t.Helper()
	k, err := store.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k.Text().Reveal()
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	raw := bytes.Repeat([]byte{0xfb, 0xff}, 16)
	id := ""
	for _, text := range []string{
		base64.StdEncoding.EncodeToString(raw), base64.URLEncoding.EncodeToString(raw),
		base64.RawStdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
		" " + base64.StdEncoding.EncodeToString(raw) + "\r\n",
	} {
		k, err := store.ParseKey(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if k.Text().Reveal() != base64.StdEncoding.EncodeToString(raw) || len(k.ID()) != 8 || id != "" && k.ID() != id {
			t.Errorf("%q is %s", text, k.ID())
		}
		id = k.ID()
	}
	for text, says := range map[string]string{
		"": "empty", " \n": "empty", "====": "empty",
		base64.StdEncoding.EncodeToString(raw[:31]):                  "31 bytes",
		base64.StdEncoding.EncodeToString(append(raw, 1)):            "33 bytes",
		base64.StdEncoding.EncodeToString(make([]byte, 32)):          "zero",
		"a-secret-that-is-no-base64!":                                "no base64",
		strings.Repeat("ab", 32):                                     "48 bytes", // hexadecimal
		base64.StdEncoding.EncodeToString(raw)[:20] + "\u00e9" + "a": "no base64",
	} {
		k, err := store.ParseKey(text)
		if err == nil || !strings.Contains(err.Error(), says) || !k.IsZero() {
			t.Errorf("%q: %v, want %q", text, err, says)
		} else if len(text) > 8 && strings.Contains(err.Error(), text[:8]) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	if _, err := store.NewKey(strings.NewReader("too short")); err == nil {
		t.Error("a key is made of too little")
	}
}

func TestEnvironmentKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, created, err := store.Create(w.Options, store.Environment, "")
	if err != nil {
		t.Fatal(err)
	}
	add := s.Add(t.Context(), example("work"))
	if add != nil {
		t.Fatal("the store that was made cannot be used at once:", add)
	}
	_, err = w.open(t).Connection(t.Context(), "work")
	if e := want[*store.KeyError](t, err, "CONNECTOR_KEY"); e.Problem != store.KeyMissing {
		t.Errorf("%+v", e)
	}
	for value, problem := range map[string]store.KeyProblem{"x": store.KeyInvalid, someKey(t): store.KeyWrong} {
		w.env[store.KeyVariable] = value
		s := w.open(t)
		for _, err := range []error{s.Check(t.Context()), s.Add(t.Context(), example("new")), s.Status(t.Context()).KeyErr} {
			if e := want[*store.KeyError](t, err, "CONNECTOR_KEY"); e.Problem != problem || e.ID != created.ID || strings.Contains(err.Error(), value) && len(value) > 1 {
				t.Errorf("%s: %v", problem, err)
			}
		}
		list, problems := s.Connections(t.Context())
		if len(list) != 0 || len(problems) != 1 {
			t.Errorf("with the wrong key: %d, %v", len(list), problems)
		}
	}
	w.env[store.KeyVariable] = created.Key.Reveal()
	read(t, w.open(t), "work")

	other := newWorld(t) // a key that is there is used
	other.env[store.KeyVariable] = created.Key.Reveal()
	_, again, err := store.Create(other.Options, store.Environment, "")
	if err != nil || !again.Existing || again.ID != created.ID || !again.Key.IsZero() {
		t.Errorf("%+v, %v", again, err)
	}
	_, err = store.EnvironmentKey(func(string) string { return "" })
	want[*store.KeyError](t, err, "there is no key in CONNECTOR_KEY")
	if k, err := store.EnvironmentKey(other.Getenv); err != nil || k.ID() != created.ID {
		t.Errorf("%v, %v", k.ID(), err)
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	file := filepath.Join(t.TempDir(), "keys", "key")
	s, created, err := store.Create(w.Options, store.File, file)
	if err != nil || created.File != file {
		t.Fatal(err, created)
	}
	add(t, s, "work")
	key, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	other := newWorld(t)
	_, again, err := store.Create(other.Options, store.File, file)
	if err != nil || !again.Existing || again.ID != created.ID {
		t.Errorf("a second store with the same file: %+v, %v", again, err)
	}
	for text, problem := range map[string]store.KeyProblem{
		"": store.KeyInvalid, "# nothing\n": store.KeyInvalid, "canary-that-is-no-key": store.KeyInvalid, someKey(t) + "\n": store.KeyWrong,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := w.open(t).Connection(t.Context(), "work")
		if e := want[*store.KeyError](t, err, file); e.Problem != problem || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := os.WriteFile(file, append([]byte(someKey(t)+"\n"), key...), 0o600); err != nil {
		t.Fatal(err)
	}
	read(t, w.open(t), "work") // the second line of keys
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	_, err = w.open(t).Connection(t.Context(), "work")
	if e := want[*store.KeyError](t, err, "put the file back"); e.Problem != store.KeyMissing {
		t.Errorf("%+v", e)
	}
	if _, _, err := store.Create(newWorld(t).Options, store.File, ""); err == nil {
		t.Error("a key is put into no file")
	}
}

// TestKeyrings wants the ways in which keyrings fail to be told apart, and
// nothing to be made where there is none.
func TestKeyrings(t *testing.T) {
	t.Parallel()
	for text, problem := range map[string]store.KeyProblem{
		`exec: "dbus-launch": executable file not found in $PATH`:                        store.KeyNoService,
		"The name org.freedesktop.secrets was not provided by any .service files":        store.KeyNoService,
		"failed to unlock correct collection '/org/freedesktop/secrets/aliases/default'": store.KeyLocked,
		"Cannot create an item in a locked collection":                                   store.KeyLocked,
		"prompt dismissed": store.KeyLocked,
		"exit status 36":   store.KeyLocked,
	} {
		w := newWorld(t)
		w.ring.err = errors.New(text)
		_, _, err := store.Create(w.Options, store.Keyring, "")
		if e := want[*store.KeyError](t, err, ""); e.Problem != problem || e.Place != store.Keyring {
			t.Errorf("%s is %s: %v", text, e.Problem, err)
		}
		_, err = store.Open(w.Options)
		want[*store.NotMadeError](t, err, "")
		w.ring.err = nil
		s := w.create(t)
		add(t, s, "work")
		w.ring.err = fmt.Errorf("call: %w", errors.New(text))
		s = w.open(t)
		if e := want[*store.KeyError](t, s.Check(t.Context()), ""); e.Problem != problem {
			t.Errorf("%s is %s", text, e.Problem)
		}
		w.ring.err = nil
		read(t, s, "work") // the same store, when the keyring is back
	}
	w := newWorld(t)
	s := w.create(t)
	add(t, s, "work")
	clear(w.ring.entries)
	read(t, s, "work") // it has the key already
	_, err := w.open(t).Connection(t.Context(), "work")
	if e := want[*store.KeyError](t, err, "not in the keyring"); e.Problem != store.KeyMissing {
		t.Errorf("%+v", e)
	}
}

// TestKeyringThatHangs wants nobody to wait longer than three seconds, however
// many records there are.
func TestKeyringThatHangs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	for i := range 5 {
		add(t, s, fmt.Sprint("work", i))
	}
	synctest.Test(t, func(t *testing.T) {
		w.ring.hang = make(chan struct{})
		defer close(w.ring.hang)
		begin := time.Now()
		list, problems := w.open(t).Connections(t.Context())
		if len(list) != 0 || len(problems) != 1 {
			t.Fatalf("the list is %d, %v", len(list), problems)
		}
		if e := want[*store.KeyError](t, problems[0], "unlock it"); e.Problem != store.KeyLocked {
			t.Errorf("%+v", e)
		}
		if waited := time.Since(begin); waited != 3*time.Second {
			t.Errorf("waited %v", waited)
		}
	})
}
