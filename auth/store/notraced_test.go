//go:build !race

package store_test

// raced says that the race detector is on, with which a process starts slowly.
const raced = false
