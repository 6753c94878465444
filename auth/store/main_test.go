package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/store"
)

// childVariable makes the test binary do the work of another process.
const childVariable = "CONNECTOR_STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		os.Exit(child(job))
	}
	os.Exit(m.Run())
}

// child does what a test wants of another process, and says each step.
func child(job string) int {
	work, dir, _ := strings.Cut(job, "=")
	jobs := map[string]func(dir string) error{"change": changeForever, "count": count, "full": onFullDisk, "readonly": onReadOnlyDisk, "ring": withRing, "locked": withLockedRing}
	if err := jobs[work](dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// fakeRing is a keyring in memory.
type fakeRing struct {
	mu      sync.Mutex
	entries map[string]string
	err     error         // what every call gives
	hang    chan struct{} // what every call waits for, if there is one
}

func newRing() *fakeRing { return &fakeRing{entries: map[string]string{}} }

func (r *fakeRing) wait() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hang != nil {
		<-r.hang
	}
	return r.err
}

func (r *fakeRing) Get(service, user string) (string, error) {
	if err := r.wait(); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	text, ok := r.entries[service+" "+user]
	if !ok {
		return "", store.ErrNoEntry
	}
	return text, nil
}

func (r *fakeRing) Set(service, user, text string) error {
	if err := r.wait(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.entries[service+" "+user] = text
	return nil
}

func (r *fakeRing) Delete(service, user string) error {
	if err := r.wait(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.entries, service+" "+user)
	return nil
}

// A world is the environment of a store.
type world struct {
	store.Options
	env  map[string]string
	ring *fakeRing
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{env: map[string]string{}, ring: newRing()}
	w.Options = store.Options{
		Dir:     filepath.Join(t.TempDir(), "home"),
		Getenv:  func(name string) string { return w.env[name] },
		Keyring: w.ring,
		Now:     func() time.Time { return time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC) },
	}
	return w
}

// create makes a store whose key is in the keyring.
func (w *world) create(t testing.TB) *store.Store {
	t.Helper()
	s, _, err := store.Create(w.Options, store.Keyring, "")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// open opens the store as another process would.
func (w *world) open(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(w.Options)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// example is a connection with something in each field.
func example(name string) *store.Connection {
	return &store.Connection{
		Name: name, Connector: "github", Title: "GitHub", Option: "oauth", Environment: "cloud", Client: "ours",
		Label: "ada@example.com", Account: "d1g35t",
		Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Changed: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
		Untested: true, Spec: "/specs/github.yml", Digest: "sha256:abc", Hosts: []string{"https://api.github.com"},
		Routes: []string{"https://api.github.com=http://127.0.0.1:9000"}, Redirect: "http://127.0.0.1:47920/callback",
		OptionalScopes: []string{"repo"}, Expiry: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		Scopes: []string{"repo", "user"}, NeedsLogin: "it was refused",
		Inputs:     json.RawMessage(`{"apiKey":"canary-of-inputs"}`),
		Parameters: json.RawMessage(`{"clientSecret":"canary-of-parameters"}`),
		Credential: []byte(`{"access_token":"canary-of-credential"}`),
	}
}

// canaries are the secrets of what the tests keep.
var canaries = []string{"canary-of-inputs", "canary-of-parameters", "canary-of-credential", "canary-of-client", "canary-of-login"}

func add(t testing.TB, s *store.Store, name string) *store.Connection {
	t.Helper()
	c := example(name)
	if err := s.Add(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// want fails unless an error is of a type and says a text.
func want[E error](t testing.TB, err error, says string) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("the error is %T %v, want a %T", err, err, e)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("the error says %q, want %q in it", err, says)
	}
	return e
}

// read gives a connection, which must be there.
func read(t testing.TB, s *store.Store, name string) *store.Connection {
	t.Helper()
	c, err := s.Connection(context.Background(), name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// change overwrites a file.
func change(t testing.TB, file string, by func(text string) string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := by(string(data))
	if changed == string(data) {
		t.Fatalf("nothing of %s was changed", file)
	}
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
}
