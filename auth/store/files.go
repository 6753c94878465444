package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxFile bounds what is read of a file, and written to one.
const maxFile = 1 << 20

// pending is added to the name of a file while it is written. Who writes holds
// the lock of the file, so one such name is enough, and what a killed process
// left is overwritten by the next. No user has a file of that name beside a key
// or a sealed connection.
const pending = ".connector-new"

// makeDir makes a directory for its owner alone, and those above it.
func makeDir(dir string) error {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := makeDir(parent); err != nil {
			return err
		}
	}
	err := os.Mkdir(dir, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return &WriteError{File: dir, Err: err}
	}
	if err := giveOwner(dir, 0o700); err != nil {
		return &WriteError{File: dir, Err: err}
	}
	return syncDir(parent)
}

// giveOwner adds the bits for the owner that a strict umask took away when a
// file was made. A umask adds none, so the file was nobody else's before.
func giveOwner(path string, mode fs.FileMode) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode().Perm()&mode == mode {
		return err
	}
	return os.Chmod(path, mode)
}

// checkDir refuses a directory that others may write to; if strict, one that
// others may do anything with, or a link.
func checkDir(dir string, strict bool) error {
	stat := os.Stat
	if strict {
		stat = os.Lstat
	}
	info, err := stat(dir)
	switch {
	case err != nil:
		return fmt.Errorf("read %s: %w", shown(dir), plainCause(err))
	case !info.IsDir():
		return &ModeError{File: dir, Reason: "it is no directory", Hint: "move it away"}
	}
	bits := fs.FileMode(0o022)
	if strict {
		bits = 0o077
	}
	return checkOwner(dir, info, bits, false)
}

// readPrivate reads a file that is its owner's alone. The superuser may be the
// owner where byRoot says so, as of a key that was put there for a service.
func readPrivate(file string, byRoot bool) ([]byte, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|noFollow|noWait, 0)
	switch {
	case isLink(err):
		return nil, &ModeError{File: file, Reason: "it is a symbolic link", Hint: "put the file itself there"}
	case errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", shown(file), plainCause(err))
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", shown(file), plainCause(err))
	case !info.Mode().IsRegular():
		return nil, &ModeError{File: file, Reason: "it is no regular file", Hint: "move it away"}
	}
	if err := checkOwner(file, info, 0o077, byRoot); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", shown(file), plainCause(err))
	case len(data) > maxFile:
		return nil, &TamperedError{File: file, Reason: "it is larger than anything this program writes"}
	}
	return data, nil
}

// writePrivate puts data in place of a file, for its owner alone, so that after
// a crash either is there, whole. What it reports as written is on the disk.
func writePrivate(file string, data []byte) error {
	if len(data) > maxFile {
		return &WriteError{File: file, Err: fmt.Errorf("%d bytes are more than the %d that a file of a store may have", len(data), maxFile)}
	}
	temp := file + pending
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &WriteError{File: file, Err: err}
	}
	err := writeNew(temp, data)
	if err == nil {
		err = replace(temp, file)
	}
	if err != nil {
		_ = os.Remove(temp) // the error says enough
		return &WriteError{File: file, Err: err}
	}
	return syncDir(filepath.Dir(file))
}

// writeNew makes a file and waits until its data is on the disk.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = giveOwner(file, 0o600)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// removePrivate removes a file for good, and what a killed process left of it.
func removePrivate(file string) error {
	_ = os.Remove(file + pending) // swept later, if it cannot be now
	if err := os.Remove(file); err != nil {
		return &WriteError{File: file, Err: err}
	}
	return syncDir(filepath.Dir(file))
}

// sweep removes what killed processes left of files that they were to make. The
// store is locked, so that nobody is making one now; a file that exists is
// changed under a lock of its own, and what is left of that is overwritten.
func sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return // nothing depends on it
	}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if filepath.Ext(name) != pending {
			continue
		}
		if _, err := os.Lstat(name[:len(name)-len(pending)]); errors.Is(err, fs.ErrNotExist) {
			_ = os.Remove(name)
		}
	}
}
