package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/store"
)

// TestMust27KeysComeFromTheirPlaceOnly looks for the key in every file but the
// one it was put into, and in every value that the store gives.
func TestMust27KeysComeFromTheirPlaceOnly(t *testing.T) {
	t.Parallel()
	for _, place := range []store.KeyPlace{store.Keyring, store.File, store.Environment} {
		w := newWorld(t)
		keyFile := filepath.Join(t.TempDir(), "key")
		s, created, err := store.Create(w.Options, place, keyFile)
		if err != nil {
			t.Fatal(err)
		}
		var text string
		switch place {
		case store.Keyring:
			for _, text = range w.ring.entries {
			}
			if len(w.ring.entries) != 1 {
				t.Errorf("the keyring has %d entries", len(w.ring.entries))
			}
		case store.File:
			text = lastLine(t, keyFile)
		case store.Environment:
			text = created.Key.Reveal()
			w.env[store.KeyVariable] = text
		}
		key, err := store.ParseKey(text)
		if err != nil {
			t.Fatalf("%s: %v", place, err)
		}
		if key.ID() != created.ID {
			t.Errorf("%s has the key %s, want %s", place, key.ID(), created.ID)
		}
		keepAll(t, s)
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		wantNowhere(t, w.Dir, []string{string(raw), text, hex.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw)})
		if _, err := os.Stat(keyFile); (err == nil) != (place == store.File) {
			t.Errorf("%s: the key file: %v", place, err)
		}
	}
}

func lastLine(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return lines[len(lines)-1]
}

// keepAll keeps one of each kind.
func keepAll(t *testing.T, s *store.Store) *store.Connection {
	t.Helper()
	c := add(t, s, "work")
	if err := s.AddClient(t.Context(), &store.Client{Name: "ours", Parameters: json.RawMessage(`{"a":"canary-of-client"}`)}); err != nil {
		t.Fatal(err)
	}
	if err := s.KeepLogin(t.Context(), &store.Login{Data: []byte("canary-of-login")}); err != nil {
		t.Fatal(err)
	}
	return c
}

// wantNowhere searches all files and their names.
func wantNowhere(t *testing.T, dir string, texts []string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		for _, text := range texts {
			if bytes.Contains(data, []byte(text)) || strings.Contains(path, text) {
				t.Errorf("%s has %q", path, text)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("looked into %d files: %v", files, err)
	}
}

// TestMust29NothingIsPlainText searches the whole store for each secret in the
// encodings in which it may stand there, after each kind of write.
func TestMust29NothingIsPlainText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := keepAll(t, s)
	var texts []string
	for _, canary := range append(canaries, "ada@example.com", "/specs/github.yml", "https://api.github.com") {
		texts = append(texts, canary, hex.EncodeToString([]byte(canary)))
		for i := range 3 { // base64 has three forms of a text in a text
			encoded := base64.StdEncoding.EncodeToString([]byte("abc"[:i] + canary))
			texts = append(texts, encoded[4:len(encoded)-4])
		}
	}
	wantNowhere(t, w.Dir, texts)
	l, err := s.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Save(t.Context(), l.Connection()); err != nil {
		t.Fatal(err)
	}
	l.Release()
	if err := s.Rename(t.Context(), "work", "play"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Rotate(t.Context(), store.File, filepath.Join(t.TempDir(), "key")); err != nil {
		t.Fatal(err)
	}
	wantNowhere(t, w.Dir, texts)
}

// TestMust29PlainTextOnlyOnPurpose wants a store of plain text to be made by its
// name only, to say what it is, and an encrypted one to take nothing plain.
func TestMust29PlainTextOnlyOnPurpose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s, _, err := store.Create(w.Options, store.None, "")
	if err != nil {
		t.Fatal(err)
	}
	c := add(t, s, "work")
	file := filepath.Join(w.Dir, "connections", c.ID+".json")
	plain, err := os.ReadFile(file)
	if err != nil || !bytes.Contains(plain, []byte("canary-of-inputs")) || !s.Plain() || !s.Status(t.Context()).Plain {
		t.Errorf("the store of plain text: plain %v, %v, %s", s.Plain(), err, plain)
	}
	if _, _, err := store.Create(w.Options, "elsewhere", ""); err == nil {
		t.Error("a place that nobody knows is taken")
	}

	encrypted := newWorld(t)
	s = encrypted.create(t)
	if err := os.WriteFile(filepath.Join(encrypted.Dir, "connections", c.ID+".json"), plain, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = s.Connection(t.Context(), "work")
	want[*store.TamperedError](t, err, "it is plain text")
	encrypted.ring.err = os.ErrDeadlineExceeded // no key: nothing is written, least of all as it is
	err = encrypted.open(t).Add(t.Context(), example("new"))
	want[*store.KeyError](t, err, "keyring")
	if list, _ := filepath.Glob(filepath.Join(encrypted.Dir, "connections", "*")); len(list) != 1 {
		t.Errorf("without a key there are %v", list)
	}
	if _, err := s.Rotate(t.Context(), store.None, ""); err == nil {
		t.Error("a store becomes plain text")
	}
}

// TestMust29RecordsCannotBeSwapped changes each part of a record, and puts parts
// of others in its place.
func TestMust29RecordsCannotBeSwapped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	a, b := add(t, s, "work"), add(t, s, "play")
	dir := filepath.Join(w.Dir, "connections")
	fileA, fileB := filepath.Join(dir, a.ID+".json"), filepath.Join(dir, b.ID+".json")
	good, err := os.ReadFile(fileA)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(fileB)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Lock(t.Context(), b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Save(t.Context(), l.Connection()); err != nil {
		t.Fatal(err)
	}
	l.Release()
	later, err := os.ReadFile(fileB)
	if err != nil {
		t.Fatal(err)
	}
	field := func(data []byte, name string) string {
		return string(regexp.MustCompile(`"` + name + `": "[^"]*"`).Find(data))
	}
	replace := func(name string, from []byte) func(string) string {
		return func(text string) string {
			return strings.Replace(text, field([]byte(text), name), field(from, name), 1)
		}
	}
	for what, by := range map[string]func(string) string{
		"connector":             func(text string) string { return strings.Replace(text, `"github"`, `"evil"`, 1) },
		"name":                  func(text string) string { return strings.Replace(text, `"work"`, `"wcrk"`, 1) },
		"revision":              func(text string) string { return strings.Replace(text, `"revision": 1`, `"revision": 2`, 1) },
		"id":                    replace("id", other),
		"kind":                  func(text string) string { return strings.Replace(text, `"connection"`, `"client"`, 1) },
		"key":                   replace("key", []byte(`"key": "00000000"`)),
		"credential of another": replace("credential", other),
		"details of another":    replace("details", other),
		"inputs of another":     replace("inputs", other),
		"inputs as credential": func(text string) string {
			return strings.Replace(text, field(good, "credential"), strings.Replace(field(good, "inputs"), "inputs", "credential", 1), 1)
		},
		"file of another":         func(string) string { return string(other) },
		"cut":                     func(text string) string { return text[:len(text)/2] },
		"empty":                   func(string) string { return "" },
		"no credential":           func(text string) string { return strings.Replace(text, field(good, "credential"), `"x": ""`, 1) },
		"a field more":            func(text string) string { return strings.Replace(text, `"kind"`, `"extra": 1, "kind"`, 1) },
		"something after it":      func(text string) string { return text + "{}" },
		"a bit of the credential": func(text string) string { return flip(text, field(good, "credential")) },
		"the end of the credential": func(text string) string {
			f := field(good, "credential")
			return strings.Replace(text, f, f[:len(f)-21]+`"`, 1)
		},
		"a credential in plain text": func(text string) string {
			return strings.Replace(text, field(good, "credential"), `"credential": {}`, 1)
		},
		"no version": func(text string) string { return strings.Replace(text, `"version": 1`, `"version": 0`, 1) },
	} {
		change(t, fileA, by)
		name := "work"
		if what == "name" {
			name = "wcrk"
		}
		_, err := w.open(t).Connection(t.Context(), name)
		if err == nil {
			t.Errorf("%s: the record is read", what)
			continue
		}
		if !strings.Contains(err.Error(), "damaged or changed") || !strings.Contains(err.Error(), a.ID) {
			t.Errorf("%s: %v", what, err)
		}
		list, problems := w.open(t).Connections(t.Context())
		if len(list) != 1 || list[0].Name != "play" || len(problems) != 1 {
			t.Errorf("%s: the others are %d, %v", what, len(list), problems)
		}
		if st := w.open(t).Status(t.Context()); len(st.Problems) != 1 {
			t.Errorf("%s: the problems are %v", what, st.Problems)
		}
		if err := os.WriteFile(fileA, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Fields of an earlier state do not fit into a later one.
	change(t, fileB, replace("credential", other))
	_, err = s.Connection(t.Context(), "play")
	want[*store.TamperedError](t, err, "its field credential")
	if err := os.WriteFile(fileB, later, 0o600); err != nil {
		t.Fatal(err)
	}
	// Nor does a record that was removed fit in the place of its successor.
	l, err = s.Lock(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.Release()
	a2 := add(t, s, "work")
	successor := filepath.Join(dir, a2.ID+".json")
	change(t, successor, func(string) string { return strings.ReplaceAll(string(good), a.ID, a2.ID) })
	_, err = s.Connection(t.Context(), "work")
	want[*store.TamperedError](t, err, "is not the one that was sealed for it")
	// Nor do records of another store with the same key.
	change(t, filepath.Join(w.Dir, "store.json"), func(text string) string {
		return regexp.MustCompile(`"id": "[a-z2-7]{26}"`).ReplaceAllString(text, `"id": "`+strings.Repeat("a", 26)+`"`)
	})
	for user, text := range w.ring.entries {
		w.ring.entries["connector "+strings.Repeat("a", 26)+user[strings.Index(user, "/"):]] = text
	}
	_, err = w.open(t).Connection(t.Context(), "play")
	want[*store.TamperedError](t, err, "is not the one that was sealed for it")
}

// flip changes one character in the middle of a part of a text.
func flip(text, part string) string {
	b := []byte(part)
	i := len(b) / 2
	if b[i] == 'A' {
		b[i] = 'B'
	} else {
		b[i] = 'A'
	}
	return strings.Replace(text, part, string(b), 1)
}

// TestMust29SealsAreRandom wants nothing to be sealed the same way twice.
func TestMust29SealsAreRandom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	seen := map[string]bool{}
	for range 20 {
		data, err := os.ReadFile(filepath.Join(w.Dir, "connections", c.ID+".json"))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`": "([A-Za-z0-9+/=]{40,})"`).FindAllSubmatch(data, -1) {
			if nonce := string(m[1][:16]); seen[nonce] {
				t.Fatal("a nonce is used twice")
			} else {
				seen[nonce] = true
			}
		}
		l, err := s.Lock(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Save(t.Context(), l.Connection()); err != nil {
			t.Fatal(err)
		}
		l.Release()
	}
	if len(seen) != 60 {
		t.Errorf("%d fields were looked at, want 60", len(seen))
	}
}

// TestNewer wants files of newer versions to be refused.
func TestNewer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	raise := func(text string) string {
		return strings.Replace(text, `"version": 1`, `"version": 2, "unknown": 3`, 1)
	}
	change(t, filepath.Join(w.Dir, "connections", c.ID+".json"), raise)
	_, err := s.Connection(t.Context(), "work")
	want[*store.NewerError](t, err, "use a newer connector")
	change(t, filepath.Join(w.Dir, "store.json"), raise)
	_, err = store.Open(w.Options)
	if e := want[*store.NewerError](t, err, "version 2"); e.Known != 1 {
		t.Errorf("%+v", e)
	}
}
