package auth_test

import (
	"testing"

	"github.com/connector-spec/connector/auth"
)

// BenchmarkReplay replays a token request and a test request, with connector
// and recording loaded.
func BenchmarkReplay(b *testing.B) {
	s := subjectOf(b, session)
	rec, err := auth.NewRecording(record(b, s))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if result, err := rec.Replay(b.Context(), s); err != nil || !result.OK {
			b.Fatal(err, result.Message)
		}
	}
}

// BenchmarkTest is the same over a network in memory, with real values.
func BenchmarkTest(b *testing.B) {
	s := subjectOf(b, session)
	v, w := complete(b, s), worldOf(shop)
	b.ReportAllocs()
	for b.Loop() {
		if result, err := auth.Test(b.Context(), s, v, w, random()); err != nil || !result.OK {
			b.Fatal(err, result.Message)
		}
	}
}
