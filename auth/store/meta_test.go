package store_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/auth/store"
)

// TestMust29NoWayToPlainText wants a store that was made to encrypt to be refused
// where its file says that its records are to become plain text: no change of
// the key comes to that.
func TestMust29NoWayToPlainText(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.create(t)
	file := filepath.Join(w.Dir, "store.json")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var meta map[string]any
	if err := json.Unmarshal(data, &meta); err != nil {
		t.Fatal(err)
	}
	meta["next"] = map[string]any{"place": store.None}
	if data, err = json.Marshal(meta); err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(w.Options)
	want[*store.TamperedError](t, err, "does not describe a store")
}
