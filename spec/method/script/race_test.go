//go:build race

package script_test

// raceDetector tells that the tests are built with the race detector, which
// takes memory of its own.
const raceDetector = true
