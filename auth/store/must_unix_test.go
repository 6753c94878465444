//go:build !windows

package store_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/connector-spec/connector/auth/store"
)

// TestMust28Modes wants all files to be their owner's alone, whatever the umask.
// It does not run beside others, since the umask is one for all.
func TestMust28Modes(t *testing.T) { //nolint:paralleltest // the umask is one for the process
	for _, umask := range []int{0, 0o022, 0o077, 0o277} {
		func() {
			old := syscall.Umask(umask)
			defer syscall.Umask(old)
			w := newWorld(t)
			w.Dir = filepath.Join(w.Dir, "a", "b")
			keyFile := filepath.Join(filepath.Dir(w.Dir), "keys", "key")
			s, _, err := store.Create(w.Options, store.File, keyFile)
			if err != nil {
				t.Fatal(err)
			}
			c := keepAll(t, s)
			l, err := s.Lock(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Save(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			l.Release()
			err = filepath.WalkDir(filepath.Dir(filepath.Dir(w.Dir)), func(path string, d fs.DirEntry, err error) error {
				if err != nil {
					return err
				}
				info, err := d.Info()
				if wanted := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; err == nil && info.Mode().Perm() != wanted {
					t.Errorf("umask %03o: %s has mode %04o, want %04o", umask, path, info.Mode().Perm(), wanted)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}()
	}
}

// TestMust28FilesOfOthersAreRefused wants no file to be used that others can
// read, or that is no file at all.
func TestMust28FilesOfOthersAreRefused(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		spoil func(t *testing.T, dir, record, key string) error
		says  string
	}{
		"record of the group": {func(_ *testing.T, _, record, _ string) error { return os.Chmod(record, 0o640) }, "chmod 600"},
		"record of all":       {func(_ *testing.T, _, record, _ string) error { return os.Chmod(record, 0o604) }, "mode 0604"},
		"key of all":          {func(_ *testing.T, _, _, key string) error { return os.Chmod(key, 0o644) }, "the group or others"},
		"directory":           {func(_ *testing.T, dir, _, _ string) error { return os.Chmod(dir, 0o770) }, "chmod 700"},
		"records":             {func(_ *testing.T, _, record, _ string) error { return os.Chmod(filepath.Dir(record), 0o755) }, "chmod 700"},
		"store.json":          {func(_ *testing.T, dir, _, _ string) error { return os.Chmod(filepath.Join(dir, "store.json"), 0o644) }, "chmod 600"},
		"link": {func(_ *testing.T, dir, record, _ string) error {
			if err := os.Rename(record, filepath.Join(dir, "moved")); err != nil {
				return err
			}
			return os.Symlink(filepath.Join(dir, "moved"), record)
		}, "symbolic link"},
		"pipe": {func(_ *testing.T, _, record, _ string) error {
			if err := os.Remove(record); err != nil {
				return err
			}
			return syscall.Mkfifo(record, 0o600)
		}, "no regular file"},
		"somebody else's": {func(t *testing.T, _, record, _ string) error {
			t.Helper()
			if os.Geteuid() != 0 {
				t.Skip("only the superuser can give files away")
			}
			return os.Chown(record, 65534, 65534)
		}, "belongs to the user 65534"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			key := filepath.Join(t.TempDir(), "key")
			s, _, err := store.Create(w.Options, store.File, key)
			if err != nil {
				t.Fatal(err)
			}
			conn := add(t, s, "work")
			if err := c.spoil(t, w.Dir, filepath.Join(w.Dir, "connections", conn.ID+".json"), key); err != nil {
				t.Fatal(err)
			}
			s, err = store.Open(w.Options)
			if err == nil {
				_, err = s.Connection(t.Context(), "work")
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "is not used") {
				t.Errorf("the error is %v, want %q", err, c.says)
			}
		})
	}
}

// TestMust28NothingIsFollowed puts links to a file of its owner where a store
// writes, and wants that file to stay as it is.
func TestMust28NothingIsFollowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	precious := filepath.Join(t.TempDir(), "precious")
	if err := os.WriteFile(precious, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(w.Dir, "connections", c.ID+".json")
	if err := os.Symlink(precious, record+".connector-new"); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lock(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if err := l.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(precious)
	if info, lerr := os.Lstat(record); err != nil || lerr != nil || string(data) != "precious" || !info.Mode().IsRegular() {
		t.Errorf("the file is %q now, %v, %v", data, err, lerr)
	}
}

// TestMust28WritesAreWhole reads a record as fast as it can while it is written,
// and wants either state each time, from the first byte to the last.
func TestMust28WritesAreWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := w.create(t)
	c := add(t, s, "work")
	done := make(chan error, 1)
	go func() {
		done <- func() error {
			l, err := s.Lock(t.Context(), c.ID)
			if err != nil {
				return err
			}
			defer l.Release()
			for i := range 100 {
				c := l.Connection()
				c.Credential = []byte(strings.Repeat("x", i*500))
				if err := l.Save(t.Context(), c); err != nil {
					return err
				}
			}
			return nil
		}()
	}()
	other := w.open(t)
	for {
		if _, err := other.Connection(t.Context(), "work"); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
	}
}
