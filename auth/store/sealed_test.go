package store_test

import (
	"bytes"
	"context"
	"errors"
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

func parsedKey(t testing.TB, text string) store.Key {
	t.Helper()
	k, err := store.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSeal(t *testing.T) {
	t.Parallel()
	key := parsedKey(t, someKey(t))
	c := example("work")
	text, err := store.Seal(key, c)
	if err != nil || strings.ContainsAny(text, " \n") || !strings.HasPrefix(text, "connector-sealed-1."+key.ID()+".") {
		t.Fatalf("%q, %v", text, err)
	}
	got, err := store.Unseal(key, "\n "+text+"\n")
	if diff := cmp.Diff(c, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if again, err := store.Seal(key, c); err != nil || again == text {
		t.Error("the same is sealed the same way")
	}
	for what, test := range map[string]struct{ text, says string }{
		"empty":     {"", "begins with connector-sealed-1"},
		"other":     {"something", "begins with connector-sealed-1"},
		"cut":       {text[:len(text)-5], "cut off"},
		"flipped":   {flip(text, text[40:]), "not as it was sealed"},
		"doubled":   {text + "." + text, "cut off"},
		"no base64": {text + "!", "cut off"},
	} {
		_, err := store.Unseal(key, test.text)
		if e := want[*store.TamperedError](t, err, test.says); len(test.text) > 60 && strings.Contains(e.Error(), test.text[40:60]) {
			t.Errorf("%s: the error shows the text: %v", what, e)
		}
	}
	_, err = store.Unseal(key, strings.Replace(text, "-1.", "-2.", 1))
	want[*store.NewerError](t, err, "version 2")
	_, err = store.Unseal(parsedKey(t, someKey(t)), text)
	if e := want[*store.KeyError](t, err, "another key"); e.Problem != store.KeyWrong || e.ID != key.ID() {
		t.Errorf("%+v", e)
	}
	if _, err := store.Seal(store.Key{}, c); err == nil {
		t.Error("sealed without a key")
	}
	if _, err := store.Unseal(store.Key{}, text); err == nil {
		t.Error("opened without a key")
	}
}

func TestSealedFile(t *testing.T) {
	t.Parallel()
	key := parsedKey(t, someKey(t))
	text, err := store.Seal(key, example("work"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, link := filepath.Join(dir, "sealed"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte(text+"\n"), 0o644); err != nil { // as from a checkout
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	s, err := store.OpenSealed(link, key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := store.OpenSealed(file, key)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := other.Lock(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a file that is locked gives %v", err)
	}
	c := l.Connection()
	c.Credential = []byte("fresh")
	if err := l.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	l.Release()
	l, err = other.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if diff := cmp.Diff(c, l.Connection()); diff != "" {
		t.Errorf("what is read under the lock is old:\n%s", diff)
	}
	if got := other.Connection().Credential; string(got) == "fresh" {
		t.Error("Connection is not as it was opened")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if err := l.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.OpenSealed(file, key); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), file) {
		t.Errorf("a file that is gone: %v", err)
	}
}

func TestExport(t *testing.T) {
	t.Parallel()
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	recipient, err := store.ParseRecipient(x.Recipient().String() + "\n")
	if err != nil {
		t.Fatal(err)
	}
	phrase, err := store.PassphraseRecipient(secret.New("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	identities, err := store.ParseIdentities(strings.NewReader("# mine\n" + x.String() + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	right, err := store.PassphraseIdentity(secret.New("correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := store.PassphraseIdentity(secret.New("wrong horse"))
	if err != nil {
		t.Fatal(err)
	}
	list := []*store.Connection{example("a"), example("b")}
	list[0].ID = strings.Repeat("a", 26)
	for what, test := range map[string]struct {
		to    store.Recipient
		right []store.Identity
		wrong []store.Identity
	}{
		"recipient":  {recipient, identities, []store.Identity{wrong}},
		"passphrase": {phrase, []store.Identity{right}, []store.Identity{wrong}},
	} {
		var b bytes.Buffer
		if err := store.Export(&b, list, test.to); err != nil {
			t.Fatal(what, err)
		}
		text := b.String()
		if !strings.HasPrefix(text, "-----BEGIN AGE ENCRYPTED FILE-----") || strings.Contains(text, "canary") {
			t.Errorf("%s: the export is %q", what, text)
		}
		got, err := store.Import(strings.NewReader("\n"+text), test.right...)
		wanted := []*store.Connection{example("a"), example("b")}
		if diff := cmp.Diff(wanted, got); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", what, err, diff)
		}
		if _, err := store.Import(strings.NewReader(text), test.wrong...); !errors.Is(err, store.ErrNotOpened) {
			t.Errorf("%s with the wrong one: %v", what, err)
		}
		if what == "passphrase" { // each try costs a second
			continue
		}
		for _, bad := range []string{"", "hello", text[:len(text)/2], strings.Replace(text, "-----END", "!-----END", 1)} {
			_, err := store.Import(strings.NewReader(bad), test.right...)
			want[*store.TamperedError](t, err, "the text was damaged")
		}
	}
	for _, text := range []string{"", x.String(), x.Recipient().String() + "\n" + x.Recipient().String(), "age1x"} {
		if _, err := store.ParseRecipient(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the recipient %q: %v", text, err)
		}
	}
	if _, err := store.ParseIdentities(strings.NewReader(x.String()[:40])); err == nil || strings.Contains(err.Error(), x.String()[20:30]) {
		t.Errorf("half an identity: %v", err)
	}
	for _, empty := range []error{
		errOf(store.PassphraseRecipient(secret.Secret{})), errOf(store.PassphraseIdentity(secret.New(""))),
		store.Export(&bytes.Buffer{}, list), errOf(store.Import(strings.NewReader(""))),
	} {
		if empty == nil {
			t.Error("nothing opens or closes something")
		}
	}
}

func errOf[T any](_ T, err error) error { return err }

// TestImportRefuses wants what was encrypted well, and is no export, to be
// refused.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	identities, err := store.ParseIdentities(strings.NewReader(x.String()))
	if err != nil {
		t.Fatal(err)
	}
	for text, newer := range map[string]bool{
		`{}`: false, `{"version":1,"connections":[{}]}`: false, `{"version":2}`: true, `canary`: false,
		`{"version":1,"more":1}`: false, `{"version":1,"connections":[{"name":"a","connector":"b","inputs":"x"}]}`: false,
	} {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, x.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		_, err = store.Import(&b, identities...)
		if newer {
			want[*store.NewerError](t, err, "version 2")
		} else {
			want[*store.TamperedError](t, err, "")
		}
	}
}
