package peers

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A recipe says how a peer is installed.
type recipe struct {
	name    string
	files   string // the directory here that has its files; "" if there are none
	version string // what makes it another one beside its files
	install []string
	env     []string // set for install
}

// npm is the recipe of a peer whose packages package.json names.
func npm(name string) recipe {
	return recipe{
		name:    name,
		files:   name,
		install: []string{"npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent"},
	}
}

// installed returns the directory of a peer in the cache, and makes it if it is
// not there. Of several tests that want it at once, one does.
func installed(t testing.TB, r recipe) string {
	t.Helper()
	dir, err := r.ensure(t)
	if err != nil {
		t.Fatalf("install %s: %v", r.name, err)
	}
	return dir
}

// ensure makes the peer if it is not there.
func (r recipe) ensure(t testing.TB) (string, error) {
	files, err := r.source()
	if err != nil {
		return "", err
	}
	id, err := r.hash(files)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "connector-peers", r.name+"-"+id)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	start := time.Now()
	if err := r.build(t, files, dir); err != nil {
		return "", err
	}
	t.Logf("%s was installed in %s (%.1f s)", r.name, dir, time.Since(start).Seconds())
	return dir, nil
}

// source returns the files of a peer, nil if it has none.
func (r recipe) source() (fs.FS, error) {
	if r.files == "" {
		return nil, nil
	}
	dir, err := sources()
	return os.DirFS(filepath.Join(dir, r.files)), err
}

// build installs a peer beside dir and moves it there when it is complete, so
// what was left half done is never taken for it.
func (r recipe) build(t testing.TB, files fs.FS, dir string) error {
	work, err := os.MkdirTemp(filepath.Dir(dir), "new-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := copyFiles(work, files); err != nil {
		return err
	}
	cmd := exec.CommandContext(t.Context(), r.install[0], r.install[1:]...)
	cmd.Dir, cmd.Env = work, append(os.Environ(), r.env...)
	cmd.Env = append(cmd.Env, "GOBIN="+work)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", r.install, err, out)
	}
	err = os.Rename(work, dir)
	if _, exists := os.Stat(dir); exists == nil {
		return nil // somebody else may have been first
	}
	return err
}

// hash tells one version of a peer from another.
func (r recipe) hash(files fs.FS) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %q\n", r.version, r.install, r.env)
	err := walkFiles(files, func(name string, data []byte) error {
		_, err := fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil)[:6]), err
}

func copyFiles(dir string, files fs.FS) error {
	return walkFiles(files, func(name string, data []byte) error {
		target := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.WriteFile(target, data, 0o600)
	})
}

// walkFiles reads the files of a peer, but not what somebody installed among
// them.
func walkFiles(files fs.FS, visit func(name string, data []byte) error) error {
	if files == nil {
		return nil
	}
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		return visit(name, data)
	})
}
