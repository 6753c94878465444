//go:build !unix

package main

// noCoreDumps does nothing where there are none that a process decides about.
func noCoreDumps() {}
