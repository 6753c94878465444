package auth_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/testdata/leaks"
)

// TestNoLeaks plants canaries as every secret of every way to authenticate, has
// the servers send back what they were sent, in every place of an answer and in
// each encoding, and looks for them in all that comes out of a run.
func TestNoLeaks(t *testing.T) {
	t.Parallel()
	encodings := leaks.Encodings()
	every := 3
	if testing.Short() || raced {
		every = 10
	}
	for i, kind := range leakKinds {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			var tally leakTally
			for j, place := range leaks.Places() {
				for k, encoding := range encodings {
					if (i+j+k)%every > 0 {
						continue
					}
					r := rand.New(rand.NewPCG(uint64(i), uint64(j*100+k)))
					way := leaks.Way{Encoding: encoding, Place: place, At: 1 + r.IntN(5)}
					tally.add(checkLeaks(t, newLeakSpec(r, kind.make), way, kind.name))
				}
			}
			tally.check(t)
		})
	}
}

// A leakTally counts runs, so that a test in which nothing runs, or nothing is
// sent back, fails.
type leakTally struct{ runs, passed, recorded, planted int }

func (l *leakTally) add(m leakTally) {
	l.runs += m.runs
	l.passed += m.passed
	l.recorded += m.recorded
	l.planted += m.planted
}

// check wants most of the runs whose answers are fine to pass and be recorded.
func (l *leakTally) check(t *testing.T) {
	t.Helper()
	t.Logf("%d runs, %d passed, %d recorded, %d secrets sent back", l.runs, l.passed, l.recorded, l.planted)
	if l.runs < 5 || l.passed*6 < l.runs || l.recorded*10 < l.passed*9 || l.planted < l.runs {
		t.Errorf("too little was tested: %+v", *l)
	}
}

// checkLeaks runs a connector, live and as it is recorded and replayed, and
// looks for its secrets.
func checkLeaks(t *testing.T, s *leakSpec, way leaks.Way, name string) leakTally {
	t.Helper()
	subject := subjectOf(t, s.text(t))
	l := &leakCheck{t: t, canaries: s.canaries, name: fmt.Sprintf("%s, %v", name, way), spec: s.text(t)}
	return l.runs(subject, s.values(t, subject), func() (auth.World, *leaks.Echo) { return s.world(way) })
}

// runs tests, records and replays a subject, each in a world of its own.
func (l *leakCheck) runs(subject auth.Subject, values auth.Values, newWorld func() (auth.World, *leaks.Echo)) (tally leakTally) {
	l.t.Helper()
	subject.Trace = true
	world, echo := newWorld()
	result, err := auth.Test(l.t.Context(), subject, values, world, newRandom())
	l.result("test", result, err, world.Redactor)
	tally.planted = echo.Planted()

	world, echo = newWorld()
	recorded, rec, err := auth.Record(l.t.Context(), subject, values, world, newRandom(), "test")
	l.result("record", recorded, err, world.Redactor)
	if err != nil {
		l.t.Logf("%s: not recorded: %v", l.name, err)
	}
	tally.runs, tally.planted = 1, tally.planted+echo.Planted()
	if recorded != nil && recorded.OK {
		tally.passed = 1
	}
	if rec == nil {
		return tally
	}
	rec.Source = "loopback"
	if file := l.recording(rec, world.Redactor); file != nil {
		tally.recorded = 1
		l.replay(subject, file)
	}
	return tally
}

// A leakCheck looks for canaries in what comes out of one run.
type leakCheck struct {
	t        *testing.T
	canaries *leaks.Canaries
	name     string
	spec     string
	failed   bool
}

// search looks for canaries in a text.
func (l *leakCheck) search(where, text string) {
	l.t.Helper()
	for _, found := range l.canaries.Find(text) {
		l.t.Errorf("%s: %s holds %v", l.name, where, found)
		if !l.failed {
			l.t.Logf("the spec: %s", l.spec)
		}
		l.failed = true
	}
}

// result looks at a result: what is meant for people as it is, all of it as it
// is shown.
func (l *leakCheck) result(run string, r *auth.Result, err error, redactor *secret.Redactor) {
	l.t.Helper()
	if err != nil {
		l.search(run+": the error", err.Error())
	}
	if r == nil {
		return
	}
	l.search(run+": the message", r.Message)
	l.search(run+": the hint", r.Hint)
	l.search(run+": the note", r.Note)
	l.search(run+": warnings", strings.Join(r.Warnings, "\n"))
	l.search(run+": notes", strings.Join(r.Notes, "\n"))
	for _, s := range r.Steps {
		l.search(run+": step "+s.Name, s.Message+"\n"+s.URL)
	}
	l.search(run+": the label", redactor.Redact(r.Label))
	l.search(run+": what the test returned", redactor.Redact(string(r.Test.AppendJSON(nil))))
	l.search(run+": the result", redactor.Redact(fmt.Sprintf("%+v %#v", *r, r.Steps)))
	if r.Err != nil {
		l.search(run+": its error", redactor.Redact(r.Err.Error()))
	}
	for _, s := range r.Steps {
		for _, x := range s.Exchanges {
			revealed := x.Reveal()
			delete(revealed.Got.Header, "Set-Cookie") // which is hidden by its name
			l.search(run+": what came in "+s.Name, redactor.Redact(fmt.Sprintf("%s %q %s", revealed.URL, revealed.Got.Header, revealed.Got.Body)))
		}
	}
}

// recording returns a recording as a file, unless it is refused.
func (l *leakCheck) recording(rec *cassette.Recording, redactor *secret.Redactor) []byte {
	l.t.Helper()
	encoded, err := json.Marshal(rec)
	if err != nil {
		l.t.Error(err)
		return nil
	}
	file := spec.EncodeYAML(object(l.t, string(encoded)))
	if err := cassette.Verify(file, rec, redactor); err != nil {
		l.search("the refusal of the recording", err.Error())
		l.t.Logf("%s: %v", l.name, err)
		return nil
	}
	l.search("the recording", string(file))
	l.search("the recording as JSON", string(encoded))
	return encoded
}

// replay plays a recording.
func (l *leakCheck) replay(s auth.Subject, file []byte) {
	l.t.Helper()
	rec, err := cassette.Parse(file)
	if err != nil {
		l.t.Errorf("%s: %v", l.name, err)
		return
	}
	result, err := auth.Replay(l.t.Context(), s, rec)
	if err != nil || !result.OK {
		l.t.Errorf("%s: replay: %v, %+v", l.name, err, result)
		return
	}
	l.search("the replay", fmt.Sprintf("%+v %s", *result, result.Test.AppendJSON(nil)))
}
