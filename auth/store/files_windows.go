package store

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Links are made by administrators there, and pipes are no files.
const (
	noFollow = 0
	noWait   = 0
)

// Errors of Windows that package syscall has no names for.
const (
	errSharing  = syscall.Errno(32)
	errProtect  = syscall.Errno(19)
	errHandle   = syscall.Errno(39)
	errDiskFull = syscall.Errno(112)
)

// isLink tells whether a file was not opened because it is a link.
func isLink(error) bool { return false }

// isFull tells whether there is no room to write.
func isFull(err error) bool { return errors.Is(err, errDiskFull) || errors.Is(err, errHandle) }

// isReadOnly tells whether the disk is mounted for reading only.
func isReadOnly(err error) bool { return errors.Is(err, errProtect) }

// checkOwner accepts every file: modes say nothing here, and what a file is for
// is inherited from its directory, which lies in the profile of its user.
func checkOwner(string, fs.FileInfo, fs.FileMode, bool) error { return nil }

// replace puts a file in the place of another in one step, as soon as nobody
// reads that one.
func replace(from, to string) error {
	for wait := time.Millisecond; ; wait *= 2 {
		err := os.Rename(from, to)
		busy := errors.Is(err, errSharing) || errors.Is(err, syscall.ERROR_ACCESS_DENIED)
		if !busy || wait > time.Second {
			return err
		}
		time.Sleep(wait)
	}
}

// syncDir does nothing: the file system keeps the order itself.
func syncDir(string) error { return nil }
