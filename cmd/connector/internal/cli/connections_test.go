package cli_test

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// A household is a machine with a store, a connector and its grantor.
type household struct {
	*grantor
	world
	home, spec string
}

// newHousehold makes a store, by flags of store init, and connects names.
func newHousehold(t *testing.T, names ...string) *household {
	t.Helper()
	h := &household{grantor: newGrantor(t), home: t.TempDir()}
	h.spec = writeTree(t, map[string]string{"spec.yml": h.grantor.spec()})
	h.world = world{keyring: &memoryRing{}, random: rand.Reader, browser: opens}.with("CONNECTOR_HOME", filepath.Join(h.home, "store"))
	h.run("store", "init").check(t, 0)
	for _, name := range names {
		h.connect(t, name)
	}
	return h
}

func (h *household) connect(t *testing.T, name string) {
	t.Helper()
	w := h.with("CONNECTOR_PARAM_CLIENT_ID", "an-id", "CONNECTOR_PARAM_CLIENT_SECRET", "canary-client-secret", "CONNECTOR_INPUT_REGION", "eu", "CONNECTOR_INPUT_PIN", "canary-pin-1")
	w.run("connect", h.spec, "--name", name).check(t, 0)
}

// records lists the files of what is stored.
func (h *household) records(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.home, "store", kind, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	return files
}

// search wants no secret in the outcomes, nor in any file of the home.
func (h *household) search(t *testing.T, outcomes ...outcome) {
	t.Helper()
	r := secret.NewRedactor()
	for _, s := range h.canaries() {
		r.Add("canary", s)
	}
	for _, o := range outcomes {
		for _, m := range r.Find([]byte(o.stdout + o.stderr)) {
			t.Errorf("a secret was printed as %s: %v", m.Encoding, o)
		}
	}
	files := 0
	err := filepath.WalkDir(h.home, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		for _, m := range r.Find(data) {
			t.Errorf("%s holds a secret as %s at %d", name, m.Encoding, m.Start)
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files, %v", files, err)
	}
}

// TestMust28And29DamagedRecords wants what is done to files and keys to be said,
// nothing to be lost by it, and nothing to be in plain text anywhere.
func TestMust28And29DamagedRecords(t *testing.T) {
	t.Parallel()
	rewrite := func(change func([]byte) []byte) func(*testing.T, *household) {
		return func(t *testing.T, h *household) {
			file := h.records(t, "connections")[0]
			data, err := os.ReadFile(file)
			if err == nil {
				err = os.WriteFile(file, change(data), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name   string
		damage func(*testing.T, *household)
		code   int // of a command that needs the connection
		list   int // of a list
		want   string
	}{
		{"no keyring", func(_ *testing.T, h *household) { h.ring().err = errors.New("no such service") }, 4, 4, "the system has no keyring"},
		{"a locked keyring", func(_ *testing.T, h *household) { h.ring().err = errors.New("the collection is locked") }, 4, 4, "the keyring is locked or does not answer"},
		{"no key", func(_ *testing.T, h *household) { clear(h.ring().entries) }, 4, 4, "is not in the keyring; was the store copied from another machine"},
		{"another key", func(_ *testing.T, h *household) {
			for name := range h.ring().entries {
				h.ring().entries[name] = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
			}
		}, 4, 4, "the keyring holds another key"},
		{"no key at all", func(_ *testing.T, h *household) {
			for name := range h.ring().entries {
				h.ring().entries[name] = ""
			}
		}, 4, 4, "the key in the keyring cannot be used"},
		{"cut off", rewrite(func(b []byte) []byte { return b[:len(b)/2] }), 4, 3, "it is no JSON, or cut off"},
		{"empty", rewrite(func([]byte) []byte { return nil }), 4, 3, "it is no JSON, or cut off"},
		{"a byte of what is sealed", rewrite(func(b []byte) []byte {
			i := strings.LastIndexByte(string(b), '"') - 9
			b[i] ^= 'A' ^ 'B'
			return b
		}), 3, 3, "was damaged or changed by somebody else"},
		{"another connector", rewrite(func(b []byte) []byte { return []byte(strings.Replace(string(b), `"acme"`, `"evil"`, 1)) }), 3, 3, "was damaged or changed by somebody else"},
		{"a newer version", rewrite(func(b []byte) []byte {
			return []byte(strings.Replace(string(b), `"version": 1`, `"version": 99`, 1))
		}), 4, 3, "has format version 99, and this program knows up to version 1; use a newer connector"},
		{"open to others", func(t *testing.T, h *household) {
			if err := os.Chmod(h.records(t, "connections")[0], 0o644); err != nil {
				t.Fatal(err)
			}
		}, 4, 3, "is not used"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHousehold(t, "work")
			before := h.tokens()
			test.damage(t, h)
			for _, args := range [][]string{
				{"connections", "show", "work"},
				{"connections", "test", "work"},
				{"connections", "refresh", "work"},
				{"connections", "token", "work"},
				{"connections", "export", "work", "--to", anyRecipient},
				{"disconnect", "work", "--yes"},
			} {
				o := h.run(args...)
				o.check(t, test.code, test.want)
				h.search(t, o)
			}
			o := h.run("connections", "list")
			o.check(t, test.list, test.want)
			h.search(t, o)
			h.run("store", "status").check(t, test.list, test.want)
			if after := h.tokens(); strings.Join(after, " ") != strings.Join(before, " ") || h.revoked != nil {
				t.Errorf("the tokens were %q and are %q", before, after)
			}
			if len(h.records(t, "connections")) != 1 {
				t.Error("the record is gone")
			}
		})
	}
}

// anyRecipient is somebody to encrypt to, who decrypts with anyIdentity.
const (
	anyIdentity  = "AGE-SECRET-KEY-1FAADU7VTWZ674RJ287GVQGNPWTVM260YG7DDDGWYFALZXYH36CJSVWTZUP\n"
	anyRecipient = "age13g7f7uqn0mthmz3qq2zecsrxaxve3ef6algf59rqrxmp9fgje5eqttm5q7"
)

func (h *household) ring() *memoryRing { return h.keyring.(*memoryRing) }

// TestMust29SwappedRecords puts the file of one connection in the place of
// another: neither is taken for the other, and a third one stays usable.
func TestMust29SwappedRecords(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, "one", "two", "three")
	var files []string
	for _, file := range h.records(t, "connections") {
		if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), `"three"`) {
			files = append(files, file)
		}
	}
	a, b := files[0], files[1]
	for _, step := range [][2]string{{a, a + ".x"}, {b, a}, {a + ".x", b}} {
		if err := os.Rename(step[0], step[1]); err != nil {
			t.Fatal(err)
		}
	}
	o := h.run("connections", "list")
	o.check(t, 3, "three  Acme", "it is the file of another connection", "!one  ", "!two  ")
	h.run("connections", "list", "--format", "json").check(t, 3, `"unreadable": [`, `"name": "three"`)
	h.run("connections", "show", "one").check(t, 4, "it is the file of another connection")
	h.run("connections", "token", "three").check(t, 0, "canary-access-3")
	for _, file := range h.records(t, "connections") { // nor is one used under another name
		data, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte(strings.Replace(string(data), `"three"`, `"trois"`, 1)), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	h.run("connections", "token", "trois").check(t, 3, "was damaged or changed by somebody else", "!canary")
	h.run("connections", "export", "--all", "--to", anyRecipient).check(t, 3, "it is the file of another connection", "!BEGIN AGE")
	h.search(t, o)
}

// TestNoStoreDirectory is a store in a place where none can be.
func TestNoStoreDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w := world{keyring: &memoryRing{}, random: rand.Reader}.with("CONNECTOR_HOME", filepath.Join(file, "store"))
	w.run("store", "init").check(t, 3, "file")
	w.run("connections", "list").check(t, 3, "not a directory")

	h := newHousehold(t, "work")
	records := filepath.Join(h.home, "store", "connections")
	if err := os.Rename(records, records+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(records, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	o := h.run("connections", "list")
	o.check(t, 3, "connections")
	h.search(t, o, h.run("disconnect", "work", "--yes"), h.run("store", "status"))
	if h.revoked != nil {
		t.Error("something was revoked")
	}
}
