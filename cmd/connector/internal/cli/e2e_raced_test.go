//go:build race

package cli_test

// raced says that the race detector is on, with which all that counts rounds
// counts fewer.
const raced = true
