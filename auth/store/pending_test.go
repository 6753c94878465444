package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/auth/store"
)

// TestKeysBesideKeysStay wants no file of the user to be taken for what is left
// of one that was being written: here it is the only key of the store.
func TestKeysBesideKeysStay(t *testing.T) {
	t.Parallel()
	w, dir := newWorld(t), t.TempDir()
	last, next := filepath.Join(dir, "store.key.new"), filepath.Join(dir, "store.key")
	s, _, err := store.Create(w.Options, store.File, last)
	if err != nil {
		t.Fatal(err)
	}
	add(t, s, "work")
	before, err := os.ReadFile(last)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.open(t).Rotate(t.Context(), store.File, next); err != nil {
		t.Fatal(err)
	}
	read(t, w.open(t), "work")
	if after, err := os.ReadFile(last); err != nil || string(after) != string(before) {
		t.Errorf("the last key is gone: %v", err)
	}
}
