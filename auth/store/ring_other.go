//go:build !linux

package store

// hasRing tells whether there may be a keyring to ask.
func hasRing(func(string) string) bool { return true }
