package store_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

// writeGolden makes the files of the newest version; those of older ones stay as
// they were written.
var writeGolden = flag.Bool("write-golden", false, "make the golden files of the version that is written")

// goldenKey opens the golden files. It is 32 bytes that everybody knows.
const goldenKey = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="

// goldenPhrase opens the golden export.
const goldenPhrase = "golden"

// goldenTime is when the golden files were written.
var goldenTime = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// goldenConnections are what the golden files hold.
func goldenConnections() []*store.Connection {
	return []*store.Connection{example("Straße 1"), {
		Name: "work", Connector: "openweather", Created: goldenTime, Changed: goldenTime,
		Inputs: json.RawMessage(`{"apiKey":"canary-of-inputs","text":"é\u003c\n"}`),
	}}
}

// golden gives a world whose store is a copy of golden files.
func golden(t *testing.T, name string) *world {
	t.Helper()
	w := newWorld(t)
	w.env[store.KeyVariable] = goldenKey
	if err := os.CopyFS(w.Dir, os.DirFS(filepath.Join("testdata", name))); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(w.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chmod(path, map[bool]os.FileMode{true: 0o700, false: 0o600}[d.IsDir()])
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestGolden reads files of every version that was ever written.
func TestGolden(t *testing.T) {
	t.Parallel()
	if *writeGolden {
		makeGolden(t)
	}
	for _, name := range []string{"v1/encrypted", "v1/plain"} {
		w := golden(t, name)
		s := w.open(t)
		list, problems := s.Connections(t.Context())
		for _, c := range list {
			if c.ID == "" {
				t.Errorf("%s: %q has no id", name, c.Name)
			}
			c.ID = ""
		}
		if diff := cmp.Diff(goldenConnections(), list); diff != "" || len(problems) > 0 {
			t.Errorf("%s: %v\n%s", name, problems, diff)
		}
		client, err := s.Client(t.Context(), "ours")
		if err != nil || string(client.Parameters) != `{"clientSecret":"canary-of-client"}` || client.Connector != "github" || !client.Changed.Equal(goldenTime) {
			t.Errorf("%s: the client is %v", name, err)
		}
		logins, problems := s.Logins(t.Context())
		if len(logins) != 1 || len(problems) > 0 || string(logins[0].Data) != "canary-of-login" || !logins[0].Created.Equal(goldenTime) {
			t.Errorf("%s: there are %d logins, %v", name, len(logins), problems)
		}
		if st := s.Status(t.Context()); st.Version != 1 || len(st.Problems) > 0 || st.KeyErr != nil {
			t.Errorf("%s: the status is %+v", name, st)
		}
		done, err := s.Rotate(t.Context(), store.Keyring, "")
		if err != nil || done.Records != 4 {
			t.Errorf("%s: %+v, %v", name, done, err)
		}
	}
}

// TestGoldenTexts opens the texts of every version that was ever written.
func TestGoldenTexts(t *testing.T) {
	t.Parallel()
	sealed, err := store.OpenSealed(filepath.Join("testdata", "v1", "sealed.txt"), parsedKey(t, goldenKey))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(goldenConnections()[0], sealed.Connection()); diff != "" {
		t.Error(diff)
	}
	f, err := os.Open(filepath.Join("testdata", "v1", "export.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	phrase, err := store.PassphraseIdentity(secret.New(goldenPhrase))
	if err != nil {
		t.Fatal(err)
	}
	list, err := store.Import(f, phrase)
	if diff := cmp.Diff(goldenConnections(), list); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	// Any age program opens an export.
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := age.NewScryptIdentity(goldenPhrase); err != nil || !strings.HasPrefix(string(text), "-----BEGIN AGE ENCRYPTED FILE-----\n") {
		t.Errorf("the export begins with %q, %v", text[:40], err)
	}
}

func makeGolden(t *testing.T) {
	t.Helper()
	for name, place := range map[string]store.KeyPlace{"encrypted": store.Environment, "plain": store.None} {
		w := newWorld(t)
		w.Dir = filepath.Join("testdata", "v1", name)
		w.env[store.KeyVariable] = goldenKey
		s, _, err := store.Create(w.Options, place, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range goldenConnections() {
			if err := s.Add(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		c := &store.Client{Name: "ours", Connector: "github", Parameters: json.RawMessage(`{"clientSecret":"canary-of-client"}`)}
		if err := s.AddClient(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := s.KeepLogin(t.Context(), &store.Login{Data: []byte("canary-of-login")}); err != nil {
			t.Fatal(err)
		}
	}
	text, err := store.Seal(parsedKey(t, goldenKey), goldenConnections()[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("testdata", "v1", "sealed.txt"), []byte(text+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	phrase, err := store.PassphraseRecipient(secret.New(goldenPhrase))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join("testdata", "v1", "export.age"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := store.Export(f, goldenConnections(), phrase); err != nil {
		t.Fatal(err)
	}
}
