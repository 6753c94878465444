package auth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
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
	l.signRand = rand.Reader // a recording holds the seed
	l.clock = func() time.Time { return w.Now().UTC().Truncate(time.Second) }
	if tape == nil { // who records repeats the run at the time at which it began
		l.run.Now = l.clock
	}
	l.redirect, l.prompt, l.device, l.connections = w.Redirect, w.Prompt, w.Device, w.Connections
	l.network = w.Network
	l.timeout, l.redactor, l.wait, l.poll, l.log = w.Timeout, w.Redactor, w.Wait, w.Poll, w.Log
	l.learned = func(name string, credentials formula.Value) { addSecret(w.Redactor, name, credentials) }
	l.minted = w.minted
	switch begun := w.Begin; {
	case tape != nil && begun != nil:
		l.begin = func(step string) { tape.Step(step); begun(step) }
	case tape != nil:
		l.begin = tape.Step
	case begun != nil:
		l.begin = begun
	}
	return l
}

// Record runs as [Test] does and, if the test passes, makes a recording of it.
// No request made with a real secret is in it: the run is repeated with
// placeholders against what was answered, and those requests are recorded. The
// caller says where the answers came from, in Source.
func Record(ctx context.Context, s Subject, v Values, w World, random io.Reader, tool string) (*Result, *cassette.Recording, error) {
	return RecordOver(ctx, s, v, w, random, tool, nil)
}

// RecordOver records as [Record] does, over a recording that was made before:
// its clock and seed are kept if the run can be repeated with them, so that the
// new recording differs from it where something changed and nowhere else.
func RecordOver(ctx context.Context, s Subject, v Values, w World, random io.Reader, tool string, previous *cassette.Recording) (*Result, *cassette.Recording, error) {
	w, err := w.complete()
	if err != nil {
		return nil, nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, nil, err
	}
	s.learn(w.Redactor, v)
	s.learnThese(w.Redactor, v, s.replaced(v))
	tape := cassette.NewTape(&browserNetwork{w.Browser, w.Network}, s.tapeOptions())
	begun := w.Now().UTC().Truncate(time.Second)
	live := liveOver(s, v, w, seed, tape)
	result := live.perform(ctx)
	if !result.OK {
		return result, nil, nil
	}
	s.Trace = false // the run that is shown is the real one
	var rec *cassette.Recording
	if previous != nil {
		if p, err := NewRecording(previous); err == nil {
			rec, _ = s.recordingOf(ctx, tape, v, w, p.now, p.seed)
		}
	}
	if rec == nil {
		if rec, err = s.recordingOf(ctx, tape, v, w, begun, seed); err != nil {
			return result, nil, err
		}
	}
	rec.Tool = tool
	return result, rec, nil
}

// recordingOf makes the recording of a tape, with the clock and the randomness
// of a run with placeholders.
func (s Subject) recordingOf(ctx context.Context, tape *cassette.Tape, v Values, w World, now time.Time, seed [32]byte) (*cassette.Recording, error) {
	masked := s.placeholders(v)
	redirect := w.Redirect
	if said, err := s.RedirectURI(v); err != nil || said == redirect {
		redirect = ""
	}
	rec, repeated, err := s.repeat(ctx, tape, w, func(network http.RoundTripper) *life {
		l := masquerade(newLife(s, masked, network, now, seed))
		l.redirect = redirect
		return l
	})
	if err != nil {
		return nil, err
	}
	rec.Redirect = redirect
	rec.Option, rec.Scenario = s.Option.Key, string(s.Course)
	rec.Spec, rec.RecordedAt, rec.Seed = s.digest(), now.Format(time.RFC3339), hex.EncodeToString(seed[:])
	rec.Inputs, rec.Parameters = masked.Inputs.AppendJSON(nil), masked.Parameters.AppendJSON(nil)
	if s.Operation != "" {
		rec.Operation, rec.Input = s.Operation, masked.Input.AppendJSON(nil)
	}
	rec.Outcome = cassette.Outcome{OK: true, Label: w.Redactor.Placehold(repeated.Label)}
	return rec, nil
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
		var differs *cassette.RecordError
		if !repeated.OK && !errors.As(repeated.Err, &differs) { // why the rest was not asked for
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
	l.signRand = &seeded{seed: l.seed, purpose: "throw-away signatures"}
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
