package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/store"
)

// TestRotate changes the key from each place to each other.
func TestRotate(t *testing.T) {
	t.Parallel()
	places := []store.KeyPlace{store.Keyring, store.File, store.Environment}
	for _, from := range append(places, store.None) {
		for _, to := range places {
			t.Run(string(from+" to "+to), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				keyFile := filepath.Join(t.TempDir(), "key")
				s, created, err := store.Create(w.Options, from, keyFile)
				if err != nil {
					t.Fatal(err)
				}
				w.env[store.KeyVariable] = created.Key.Reveal()
				c := keepAll(t, s)
				if to == store.Environment {
					_, err := s.Rotate(t.Context(), to, "")
					want[*store.NewKeyError](t, err, store.NewKeyVariable)
					w.env[store.NewKeyVariable] = someKey(t)
				}
				done, err := w.open(t).Rotate(t.Context(), to, keyFile)
				if err != nil {
					t.Fatal(err)
				}
				if done.Place != to || done.OldPlace != from || done.OldID != created.ID || done.ID == created.ID || done.Records != 3 || done.Resumed || done.Left != nil {
					t.Errorf("done is %+v", done)
				}
				if done.Existing != (to == store.Environment) || (done.File != "") != (to == store.File) {
					t.Errorf("done is %+v", done)
				}
				if to == store.Environment {
					w.env[store.KeyVariable], w.env[store.NewKeyVariable] = w.env[store.NewKeyVariable], ""
				}
				if n := len(w.ring.entries); n > 1 || (n == 1) != (to == store.Keyring) {
					t.Errorf("the keyring has %d entries", n)
				}
				for _, s := range []*store.Store{s, w.open(t)} { // also who had the old key
					if diff := cmp.Diff(c, read(t, s, "work")); diff != "" {
						t.Errorf("the connection changed:\n%s", diff)
					}
					l, err := s.Lock(t.Context(), c.ID)
					if err != nil {
						t.Fatal(err)
					}
					if err := l.Save(t.Context(), c); err != nil {
						t.Error(err)
					}
					l.Release()
				}
				st := w.open(t).Status(t.Context())
				if st.KeyID != done.ID || st.Rotating || len(st.Problems) > 0 || st.Connections+st.Clients+st.Logins != 3 || st.Plain {
					t.Errorf("the status is %+v", st)
				}
				again, err := w.open(t).Rotate(t.Context(), store.File, filepath.Join(t.TempDir(), "key"))
				if err != nil || again.OldID != done.ID {
					t.Errorf("again: %+v, %v", again, err)
				}
			})
		}
	}
}

// TestRotateGoesOn stops a change of the key at a record that cannot be read, and
// wants all others to be readable, and the change to be finished later.
func TestRotateGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	first, second := add(t, s, "a"), add(t, s, "b")
	file := filepath.Join(w.Dir, "connections", first.ID+".json")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	change(t, file, func(text string) string { return text[:100] })
	_, err = s.Rotate(t.Context(), store.Keyring, "")
	want[*store.TamperedError](t, err, "both keys are needed")
	st := w.open(t).Status(t.Context())
	if !st.Rotating || len(w.ring.entries) != 2 || len(st.Problems) != 1 {
		t.Errorf("the status is %+v, with %d keys", st, len(w.ring.entries))
	}
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	read(t, w.open(t), "a")
	read(t, w.open(t), "b")
	add(t, w.open(t), "c") // with the next key
	done, err := w.open(t).Rotate(t.Context(), store.File, filepath.Join(t.TempDir(), "not-used"))
	if err != nil || !done.Resumed || done.Place != store.Keyring || done.Records != 1 {
		t.Fatalf("resumed: %+v, %v", done, err)
	}
	for _, name := range []string{"a", "b", "c"} {
		read(t, w.open(t), name)
	}
	if len(w.ring.entries) != 1 || second.ID == "" {
		t.Errorf("the keyring has %d keys", len(w.ring.entries))
	}
}

// TestRotateWithLostKey wants a change to be given up if its key is lost before
// anything was sealed with it, and never otherwise.
func TestRotateWithLostKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "a")
	file := filepath.Join(w.Dir, "connections", c.ID+".json")
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	change(t, file, func(text string) string { return text[:100] })
	w.env[store.NewKeyVariable] = someKey(t)
	if _, err := s.Rotate(t.Context(), store.Environment, ""); err == nil {
		t.Fatal("the change is finished")
	}
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	kept := w.env[store.NewKeyVariable]
	w.env[store.NewKeyVariable] = ""
	add(t, w.open(t), "b") // the last key serves meanwhile
	w.env[store.NewKeyVariable] = kept
	l, err := w.open(t).Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Save(t.Context(), c); err != nil { // with the next key
		t.Fatal(err)
	}
	l.Release()
	w.env[store.NewKeyVariable] = ""
	_, err = w.open(t).Rotate(t.Context(), store.Keyring, "")
	if e := want[*store.KeyError](t, err, "CONNECTOR_KEY"); e.Problem != store.KeyMissing {
		t.Errorf("%+v", e)
	}
	if err := os.WriteFile(file, good, 0o600); err != nil {
		t.Fatal(err)
	}
	done, err := w.open(t).Rotate(t.Context(), store.Keyring, "")
	if err != nil || done.Resumed || done.Place != store.Keyring {
		t.Fatalf("%+v, %v", done, err)
	}
	read(t, w.open(t), "a")
	read(t, w.open(t), "b")
}

func TestRotateWaitsForConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	l, err := w.open(t).Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := s.Rotate(t.Context(), store.Keyring, "")
		done <- err
	}()
	for !w.open(t).Status(t.Context()).Rotating {
		select {
		case err := <-done:
			t.Fatal("it did not wait:", err)
		default:
		}
	}
	c.Label = "changed meanwhile"
	if err := l.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	l.Release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := read(t, w.open(t), "work"); got.Label != c.Label {
		t.Errorf("the label is %q", got.Label)
	}
}

func TestRotateNeedsItsKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	add(t, s, "work")
	w.ring.err = errors.New("locked")
	_, err := w.open(t).Rotate(t.Context(), store.File, filepath.Join(t.TempDir(), "key"))
	want[*store.KeyError](t, err, "unlock")
	w.ring.err = nil
	dir := filepath.Join(t.TempDir(), "key")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err = w.open(t).Rotate(t.Context(), store.File, dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a directory as key file: %v", err)
	}
	if st := w.open(t).Status(t.Context()); st.Rotating || st.KeyErr != nil {
		t.Errorf("the status is %+v", st)
	}
}
