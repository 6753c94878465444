package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Recording is a recording made ready to be replayed. It does not change, and
// serves any number of replays at once.
type Recording struct {
	*cassette.Recording
	tape   *cassette.Prepared
	now    time.Time
	seed   [32]byte
	values Values
	fits   atomic.Pointer[spec.Connector] // the last whose digest was the recorded one
}

// NewRecording makes a recording ready.
func NewRecording(rec *cassette.Recording) (*Recording, error) {
	r := &Recording{Recording: rec}
	var err error
	if r.now, err = time.Parse(time.RFC3339, rec.RecordedAt); err != nil {
		return nil, errors.New("the recording's recordedAt is no RFC 3339 time")
	}
	if r.seed, err = seedOf(rec.Seed); err != nil {
		return nil, err
	}
	if r.values, err = valuesOf(rec); err != nil {
		return nil, err
	}
	r.tape, err = cassette.Prepare(rec)
	return r, err
}

// Replay runs the option's life from a recording, as [Recording.Replay] does.
func Replay(ctx context.Context, s Subject, rec *cassette.Recording) (*Result, error) {
	r, err := NewRecording(rec)
	if err != nil {
		return nil, err
	}
	return r.Replay(ctx, s)
}

// Replay runs the option's life from the recording, with the recording's
// placeholders as values, its clock and its randomness: nothing comes from
// outside. It opens no socket.
func (r *Recording) Replay(ctx context.Context, s Subject) (*Result, error) {
	for _, part := range []struct{ name, is, want string }{
		{"option", r.Option, s.Option.Key}, {"operation", r.Operation, s.Operation}, {"scenario", r.Scenario, string(s.Course)},
	} {
		if part.is != "" && part.is != part.want {
			return nil, fmt.Errorf("the recording is of %s %q, and its file is named for another", part.name, part.is)
		}
	}
	replayer := r.tape.Replayer(cassette.Options{Headers: client.SpecHeaders})
	l := masquerade(newLife(s, r.values, replayer, r.now, r.seed))
	l.begin, l.wait, l.redirect = replayer.Step, atOnce, r.Redirect
	result := l.perform(ctx)
	if unused := replayer.Unused(); result.OK && len(unused) > 0 {
		result.OK = false
		err := &UnusedError{unused}
		result.fail(unused[0].Step, err.Error(), err)
		result.Hint = "if the spec was changed on purpose, make the recording anew with --record"
	}
	if result.OK && result.Label != r.Outcome.Label && r.Outcome.Label != "" {
		result.Note = fmt.Sprintf("the label was %q when it was recorded", r.Outcome.Label)
	}
	if result.OK && result.Note == "" && !r.isOf(s) {
		result.Note = "the spec has changed since the recording was made, and still sends the same"
	}
	return result, nil
}

// isOf tells whether the recording was made with this very spec.
func (r *Recording) isOf(s Subject) bool {
	if r.fits.Load() == s.Connector {
		return true
	}
	if r.Spec != s.digest() {
		return false
	}
	r.fits.Store(s.Connector)
	return true
}

// An UnusedError says that a replay passed without requests that are recorded.
type UnusedError struct{ Unused []cassette.Unused }

func (e *UnusedError) Error() string {
	first := e.Unused[0]
	text := fmt.Sprintf("the recording has %s %s, which the spec no longer sends", first.Method, first.URL)
	if more := len(e.Unused) - 1; more > 0 {
		text += fmt.Sprintf(", nor %d more", more)
	}
	return text
}

// NoSecrets marks the error as one that may be shown as it is.
func (e *UnusedError) NoSecrets() {}

// seedOf reads the seed of a recording; a shorter one, or none, is stretched.
func seedOf(text string) (seed [32]byte, err error) {
	b, err := hex.DecodeString(text)
	if err != nil {
		return seed, errors.New("the recording's seed is not hexadecimal")
	}
	if len(b) == len(seed) {
		return [32]byte(b), nil
	}
	return sha256.Sum256(b), nil
}

// valuesOf returns the values that a recording was made with.
func valuesOf(rec *cassette.Recording) (Values, error) {
	v := Values{Inputs: formula.Object(), Parameters: formula.Object(), Input: formula.Object()}
	for _, side := range []struct {
		from json.RawMessage
		to   *formula.Value
	}{{rec.Inputs, &v.Inputs}, {rec.Parameters, &v.Parameters}, {rec.Input, &v.Input}} {
		if len(side.from) == 0 {
			continue
		}
		parsed, err := formula.ParseJSON(side.from)
		if err != nil {
			return v, fmt.Errorf("the values of the recording cannot be read: %w", err)
		}
		*side.to = parsed
	}
	return v, nil
}
