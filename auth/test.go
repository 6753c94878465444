package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
)

// Test runs the option's life against the real API: obtain, apply, test, or in
// place of the test the subject's operation. The values must be complete.
func Test(ctx context.Context, s Subject, v Values, w World, random io.Reader) (*Result, error) {
	w, err := w.complete()
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, err
	}
	s.learn(w.Redactor, v)
	return liveOver(s, v, w, seed, nil).perform(ctx), nil
}

func newSeed(random io.Reader) (seed [32]byte, err error) {
	if _, err = io.ReadFull(random, seed[:]); err != nil {
		err = fmt.Errorf("randomness: %w", err)
	}
	return seed, err
}

// liveOver starts a run with real values, by a tape if there is one.
func liveOver(s Subject, v Values, w World, seed [32]byte, tape *cassette.Tape) *life {
	var network http.RoundTripper = &browserNetwork{w.Browser, w.Network}
	if tape != nil {
		network = tape
	}
	l := newLife(s, v, network, w.Now().UTC().Truncate(time.Second), seed)
	l.run.Now = func() time.Time { return w.Now().UTC().Truncate(time.Second) }
	l.redirect, l.prompt, l.connections = w.Redirect, w.Prompt, w.Connections
	l.network = w.Network
	l.timeout, l.redactor, l.wait, l.log = w.Timeout, w.Redactor, w.Wait, w.Log
	l.learned = func(name string, credentials formula.Value) { addSecret(w.Redactor, name, credentials) }
	if tape != nil {
		l.begin = tape.Step
	}
	return l
}

// Record runs as [Test] does and, if the test passes, makes a recording of it.
// No request made with a real secret is in it: the run is repeated with
// placeholders against what was answered, and those requests are recorded. The
// caller says where the answers came from, in Source.
func Record(ctx context.Context, s Subject, v Values, w World, random io.Reader, tool string) (*Result, *cassette.Recording, error) {
	w, err := w.complete()
	if err != nil {
		return nil, nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, nil, err
	}
	s.learn(w.Redactor, v)
	tape := cassette.NewTape(&browserNetwork{w.Browser, w.Network}, s.tapeOptions())
	begun := w.Now().UTC().Truncate(time.Second)
	live := liveOver(s, v, w, seed, tape)
	result := live.perform(ctx)
	if !result.OK {
		return result, nil, nil
	}
	masked := s.placeholders(v)
	rec, repeated, err := s.repeat(ctx, tape, w, func(network http.RoundTripper) *life {
		return masquerade(newLife(s, masked, network, begun, seed))
	})
	if err != nil {
		return result, nil, err
	}
	rec.Tool, rec.Option = tool, s.Option.Key
	rec.Spec, rec.RecordedAt, rec.Seed = s.digest(), begun.Format(time.RFC3339), hex.EncodeToString(seed[:])
	rec.Inputs, rec.Parameters = masked.Inputs.AppendJSON(nil), masked.Parameters.AppendJSON(nil)
	if s.Operation != "" {
		rec.Operation, rec.Input = s.Operation, masked.Input.AppendJSON(nil)
	}
	rec.Outcome = cassette.Outcome{OK: true, Label: w.Redactor.Placehold(repeated.Label)}
	return result, rec, nil
}

// maxShadows bounds how often a run is repeated with placeholders.
const maxShadows = 4

// repeat runs a life again with placeholders until its answers hold nothing
// that the real run made of secrets, and gives the recording of the last run.
func (s Subject) repeat(ctx context.Context, tape *cassette.Tape, w World, start func(http.RoundTripper) *life) (*cassette.Recording, *Result, error) {
	learned := map[string]bool{}
	for range maxShadows {
		shadow, err := tape.Shadow(w.Redactor)
		if err != nil {
			return nil, nil, err
		}
		again := start(shadow)
		again.begin, again.wait = shadow.Step, atOnce
		repeated := again.perform(ctx)
		rec, err := shadow.Recording()
		if err == nil && !repeated.OK {
			err = fmt.Errorf("the run cannot be repeated with placeholders in place of secrets: %s", repeated.Message)
		}
		if err != nil {
			return nil, nil, err
		}
		known := len(learned)
		for _, value := range shadow.Derived() {
			learned[value] = true
			w.Redactor.Add("derived", value)
		}
		if len(learned) == known {
			return rec, repeated, nil
		}
	}
	return nil, nil, errors.New("the run cannot be recorded: each run with placeholders sends other values made of secrets")
}

// masquerade makes a run one whose values are placeholders: what it signs with
// is thrown away, and so are keys and nonces, which are others than those of the
// real run. What formulas draw is the same in both.
func masquerade(l *life) *life {
	l.run.ThrowAway = true
	l.signRand = randomOf(l.seed, "throw-away signatures")
	l.prompt = func(context.Context, DevicePrompt) error { return nil }
	return l
}

// atOnce waits for nothing: what was waited for is recorded.
func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// tapeOptions says what a recording keeps.
func (s Subject) tapeOptions() cassette.Options {
	o := cassette.Options{Headers: client.SpecHeaders}
	for _, r := range s.Methods.Reads() {
		steps := r.Path.Steps()
		for i := 1; i+1 < len(steps); i++ {
			if steps[i-1].Property == "response" && steps[i].Property == "headers" {
				o.Answers = append(o.Answers, steps[i+1].Property)
			}
		}
	}
	return o
}

// Replay runs the option's life from a recording, with the recording's
// placeholders as values and its clock. It opens no socket.
func Replay(ctx context.Context, s Subject, rec *cassette.Recording) (*Result, error) {
	now, err := time.Parse(time.RFC3339, rec.RecordedAt)
	if err != nil {
		return nil, fmt.Errorf("the recording's recordedAt is no RFC 3339 time")
	}
	seed, err := seedOf(rec.Seed)
	if err != nil {
		return nil, err
	}
	v, err := valuesOf(rec)
	if err != nil {
		return nil, err
	}
	replayer, err := cassette.NewReplayer(rec, cassette.Options{Headers: client.SpecHeaders})
	if err != nil {
		return nil, err
	}
	l := masquerade(newLife(s, v, replayer, now, seed))
	l.begin, l.wait = replayer.Step, atOnce
	result := l.perform(ctx)
	if unused := replayer.Unused(); result.OK && len(unused) > 0 {
		u := unused[0]
		result.OK = false
		err := fmt.Errorf("the recording has %s %s, which the spec no longer sends", u.Method, u.URL)
		result.fail(u.Step, err.Error(), err)
		result.Hint = "if the spec was changed on purpose, make the recording anew with --record"
	}
	if result.OK && result.Label != rec.Outcome.Label && rec.Outcome.Label != "" {
		result.Note = fmt.Sprintf("the label was %q when it was recorded", rec.Outcome.Label)
	}
	if result.OK && result.Note == "" && rec.Spec != s.digest() {
		result.Note = "the spec has changed since the recording was made, and still sends the same"
	}
	return result, nil
}

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
