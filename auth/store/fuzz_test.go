package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

// FuzzRecord puts anything in the place of a record, and wants it to be refused
// unless it says what was kept.
func FuzzRecord(f *testing.F) {
	w := newWorld(f)
	s := w.create(f)
	c := add(f, s, "work")
	file := filepath.Join(w.Dir, "connections", c.ID+".json")
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add(bytes.Replace(good, []byte(`"key"`), []byte(`"kez"`), 1))
	f.Add(bytes.Replace(good, []byte(`"work"`), []byte(`"play"`), 1))
	f.Add([]byte(`{"version":1,"kind":"connection","id":"` + c.ID + `","name":"work","connector":"x","revision":1,"fields":{"details":{},"inputs":{},"credential":""}}`))
	f.Add([]byte(`{"version":9}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		list, problems := s.Connections(t.Context())
		if len(list)+len(problems) != 1 {
			t.Fatalf("there are %d connections and %v", len(list), problems)
		}
		for _, got := range list {
			if diff := cmp.Diff(c, got); diff != "" {
				t.Errorf("something else is read:\n%s", diff)
			}
		}
		for _, err := range problems {
			if text := err.Error(); strings.Contains(text, "canary") || secret.PrintableLine(text) != text {
				t.Errorf("the error is %q", text)
			}
		}
	})
}

// FuzzPlainRecord does the same where nothing is sealed: what is read must be
// kept as it is when it is written again.
func FuzzPlainRecord(f *testing.F) {
	w := newWorld(f)
	s, _, err := store.Create(w.Options, store.None, "")
	if err != nil {
		f.Fatal(err)
	}
	c := add(f, s, "work")
	file := filepath.Join(w.Dir, "connections", c.ID+".json")
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("2026"), []byte("9999"), 1))
	f.Add(bytes.Replace(good, []byte(`"apiKey"`), []byte(`"<\u0000é"`), 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := s.Lock(t.Context(), c.ID)
		if err != nil {
			return
		}
		defer l.Release()
		read := l.Connection()
		if err := l.Save(t.Context(), read); err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := s.Connection(t.Context(), read.Name)
		sameTime := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
		raw := cmp.Transformer("json", func(c *store.Connection) store.Connection {
			d := *c
			d.Inputs, d.Parameters = nil, nil // their escapes may change
			return d
		})
		if diff := cmp.Diff(read, again, raw, sameTime); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// FuzzStoreFile puts anything in the place of store.json.
func FuzzStoreFile(f *testing.F) {
	w := newWorld(f)
	s := w.create(f)
	add(f, s, "work")
	file := filepath.Join(w.Dir, "store.json")
	good, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("keyring"), []byte("none"), 1))
	f.Add(bytes.Replace(good, []byte(`"place": "keyring"`), []byte(`"place": "file", "file": "/x"`), 1))
	f.Add([]byte(`{"version":1,"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","key":{"place":"none"},"next":{"place":"environment","id":"x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := store.Open(w.Options)
		if err != nil {
			if text := err.Error(); secret.PrintableLine(text) != text {
				t.Errorf("the error is %q", text)
			}
			return
		}
		if s.Plain() {
			return
		}
		if _, err := s.Connection(t.Context(), "work"); err != nil && secret.PrintableLine(err.Error()) != err.Error() {
			t.Errorf("the error is %q", err)
		}
	})
}

// FuzzUnseal wants nothing but the text of a seal to be opened.
func FuzzUnseal(f *testing.F) {
	key := parsedKey(f, someKey(f))
	c := example("work")
	text, err := store.Seal(key, c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add(text[:50])
	f.Add("connector-sealed-1." + key.ID() + ".")
	f.Add("connector-sealed-99999999999999999999.a.b")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := store.Unseal(key, text)
		if err == nil && !cmp.Equal(c, got) {
			t.Errorf("%q is opened", text)
		}
		if err != nil && secret.PrintableLine(err.Error()) != err.Error() {
			t.Errorf("the error is %q", err)
		}
	})
}

// FuzzParseKey wants a key that is read to be written as one that reads the same,
// and an error to show nothing.
func FuzzParseKey(f *testing.F) {
	for _, text := range []string{"", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", "__8_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE", "AAAA"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := store.ParseKey(text)
		if err != nil {
			if trimmed := strings.TrimSpace(text); len(trimmed) > 12 && strings.Contains(err.Error(), trimmed) {
				t.Errorf("%q is shown: %v", text, err)
			}
			return
		}
		again, err := store.ParseKey(k.Text().Reveal())
		if err != nil || again.ID() != k.ID() {
			t.Errorf("%q: %v", text, err)
		}
	})
}
