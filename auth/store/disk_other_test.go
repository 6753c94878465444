//go:build !linux

package store_test

import "errors"

var errOnlyLinux = errors.New("this is done on Linux only")

func onFullDisk(string) error     { return errOnlyLinux }
func withRing(string) error       { return errOnlyLinux }
func withLockedRing(string) error { return errOnlyLinux }
func onReadOnlyDisk(string) error { return errOnlyLinux }
