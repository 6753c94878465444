// Package auth is the life of a credential: obtain, apply, test, refresh,
// revoke.
//
// [Test] obtains a credential from what a user entered, makes the API client
// and sends the test request of the spec. [Record] does the same and makes a
// recording of it, [Replay] plays a recording, without a socket.
package auth
