//go:build !windows

package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

const (
	noFollow = syscall.O_NOFOLLOW
	noWait   = syscall.O_NONBLOCK // a pipe in the place of a file does not stop us
)

// isLink tells whether a file was not opened because it is a link.
func isLink(err error) bool { return errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.EMLINK) }

// isFull tells whether there is no room to write.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// isReadOnly tells whether the disk is mounted for reading only.
func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }

// checkOwner refuses a file of somebody else, or one with any of the bits.
func checkOwner(file string, info fs.FileInfo, bits fs.FileMode, byRoot bool) error {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		uid := int(stat.Uid)
		if uid != os.Geteuid() && !(byRoot && uid == 0) {
			return &ModeError{
				File:   file,
				Reason: fmt.Sprintf("it belongs to the user %d, and this program runs as %d", uid, os.Geteuid()),
				Hint:   "run it as its owner",
			}
		}
	}
	mode := info.Mode().Perm()
	if mode&bits == 0 {
		return nil
	}
	what, hint := "the group or others may read or change it", "chmod 600 "
	if info.IsDir() {
		hint = "chmod 700 "
	}
	return &ModeError{
		File:   file,
		Reason: fmt.Sprintf("%s (mode %04o)", what, mode),
		Hint:   "look whether somebody did, and " + hint + shown(file),
	}
}

// replace puts a file in the place of another in one step.
func replace(from, to string) error { return os.Rename(from, to) }

// syncDir waits until the names in a directory are on the disk. Some file
// systems cannot, and need not.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return &WriteError{File: dir, Err: err}
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return &WriteError{File: dir, Err: err}
	}
	return nil
}
