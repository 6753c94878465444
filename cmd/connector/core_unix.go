//go:build unix

package main

import "syscall"

// noCoreDumps keeps the memory of this process, which holds secrets, out of the
// file that the system may write when a process crashes. What cannot be limited
// stays as it is.
func noCoreDumps() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) != nil {
		return
	}
	limit.Cur = 0
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &limit)
}
