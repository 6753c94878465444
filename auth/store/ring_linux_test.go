package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/store"
)

// systemOptions are those of a store with the keyring of the system.
func systemOptions(dir string) store.Options {
	return store.Options{Dir: filepath.Join(dir, "home"), Getenv: os.Getenv}
}

// TestSystemKeyring keeps keys in a real keyring, and then finds it locked.
func TestSystemKeyring(t *testing.T) {
	t.Parallel()
	if os.Getenv("CONNECTOR_PEERS") == "" {
		t.Skip("set CONNECTOR_PEERS=1 for tests with servers of others")
	}
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	dir := t.TempDir()
	for _, step := range []struct{ job, daemon string }{
		{"ring", "echo -n phrase | gnome-keyring-daemon --unlock --components=secrets"},
		{"locked", "gnome-keyring-daemon --start --components=secrets"},
	} {
		cmd := exec.Command("dbus-run-session", "--", "sh", "-c", step.daemon+` >/dev/null && exec "$0"`, os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+step.job+"="+dir, "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_RUNTIME_DIR="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", step.job, err, out)
		}
	}
}

// withRing does with the keyring of the system what is done with one.
func withRing(dir string) error {
	ctx := context.Background()
	s, _, err := store.Create(systemOptions(dir), store.Keyring, "")
	if err != nil {
		return err
	}
	if err := s.Add(ctx, example("work")); err != nil {
		return err
	}
	done, err := s.Rotate(ctx, store.Keyring, "")
	if err != nil || done.Left != nil {
		return errors.Join(err, done.Left)
	}
	s, err = store.Open(systemOptions(dir))
	if err != nil {
		return err
	}
	_, err = s.Connection(ctx, "work")
	return err
}

// withLockedRing wants a keyring that nobody unlocks to be told as such, soon.
func withLockedRing(dir string) error {
	begin := time.Now()
	s, err := store.Open(systemOptions(dir))
	if err != nil {
		return err
	}
	err = s.Check(context.Background())
	var e *store.KeyError
	if !errors.As(err, &e) || e.Problem != store.KeyLocked || time.Since(begin) > 10*time.Second {
		return fmt.Errorf("after %v: %w", time.Since(begin), err)
	}
	return nil
}

// TestNoKeyring wants a machine without one to be told as such, and no process
// to be started there.
func TestNoKeyring(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(fmt.Sprintf("/run/user/%d/bus", os.Getuid())); err == nil {
		t.Skip("this machine has a session")
	}
	_, _, err := store.Create(store.Options{Dir: filepath.Join(t.TempDir(), "home")}, store.Keyring, "")
	if e := want[*store.KeyError](t, err, "the system has no keyring"); e.Problem != store.KeyNoService {
		t.Errorf("%+v", e)
	}
}
