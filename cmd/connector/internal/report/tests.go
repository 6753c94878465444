package report

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/connector-spec/connector/auth"
)

// A Test is what came out of testing one option, or one operation with it.
// Nothing in it is secret: whoever fills it hides what is.
type Test struct {
	Connector string `json:"connector"`
	File      string `json:"file,omitempty"` // the spec, as the user would write it
	Option    string `json:"option"`
	Operation string `json:"operation,omitempty"`
	Scenario  string `json:"scenario,omitempty"` // what follows the test; empty for nothing
	Mode      string `json:"mode"`
	OK        bool   `json:"ok"`
	Skipped   string `json:"skipped"`
	Label     string `json:"label"`
	// Returned is what the test or the operation returned, as JSON; nil if it was
	// not reached.
	// Cut tells that it is more than that.
	Returned json.RawMessage `json:"test,omitempty"`
	Cut      bool            `json:"testCut,omitempty"`
	Steps    []Step          `json:"steps"`
	Message  string          `json:"message"`
	Hint     string          `json:"hint,omitempty"`
	Note     string          `json:"note,omitempty"`
	// Warnings say what the spec allows and should not; Notes, how answers of
	// the server differed from the standard.
	Warnings []string `json:"warnings,omitempty"`
	Notes    []string `json:"notes,omitempty"`

	// Drift is how reality differs from the recording that it was compared with.
	Drift []Drift `json:"drift,omitempty"`

	Duration time.Duration `json:"-"`
}

// A Drift is one field in which reality differs from a recording. Reader is what
// in the spec depends on it, and empty if nothing does.
type Drift struct {
	Step     string `json:"step"`
	Request  int    `json:"request,omitempty"` // in the step, from 1
	Field    string `json:"field"`
	Recorded string `json:"recorded"`
	Now      string `json:"now"`
	Reader   string `json:"reader,omitempty"`
	Text     string `json:"-"` // all of it in a sentence
}

// A Step is one part of a test.
type Step struct {
	Name    string   `json:"name"`
	OK      bool     `json:"ok"`
	Request *Request `json:"request,omitempty"`
	Status  int      `json:"status,omitempty"`
	Message string   `json:"message"`
	MS      float64  `json:"ms"`
	// Exchanges are all its requests with their answers, where they are wanted.
	Exchanges []Exchange `json:"exchanges,omitempty"`
}

// A Request is the last request of a step, its URL without the query.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

// An Exchange is a request and its answer; Status is 0 without one.
type Exchange struct {
	Method   string  `json:"method"`
	URL      string  `json:"url"`
	Status   int     `json:"status,omitempty"`
	Request  Message `json:"request"`
	Response Message `json:"response"`
}

// A Message is one side of an exchange. Note says what a body is that is not
// shown.
type Message struct {
	Headers []Header `json:"headers,omitempty"`
	Body    string   `json:"body,omitempty"`
	Note    string   `json:"note,omitempty"`
}

// A Header is one line of a message's head.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Fill takes over a result, but for what may be secret in it: what the test
// returned, and the exchanges.
func (t *Test) Fill(r *auth.Result) {
	t.OK, t.Label, t.Message, t.Hint, t.Note = r.OK, r.Label, r.Message, r.Hint, r.Note
	t.Warnings, t.Notes = r.Warnings, r.Notes
	for _, s := range r.Steps {
		step := Step{Name: s.Name, OK: s.OK, Status: s.Status, Message: s.Message, MS: float64(s.Duration.Microseconds()) / 1000}
		if s.URL != "" {
			step.Request = &Request{s.Method, s.URL}
		}
		t.Steps = append(t.Steps, step)
		t.Duration += s.Duration
	}
}

// timed tells whether the times of the test say something: those of a recorded
// one do not.
func (t *Test) timed() bool { return t.Mode != "recorded" }

// outcome returns what became of the test: passed, failed or skipped.
func (t *Test) outcome() string {
	switch {
	case t.OK:
		return passed
	case t.Skipped != "":
		return skipped
	}
	return failed
}

const (
	passed  = "passed"
	failed  = "failed"
	skipped = "skipped"
)

// name returns what is tested of a connector, as far as it must be said.
func (t *Test) name() string {
	name := ""
	if t.Option != "" && t.Option != "default" {
		name = t.Option
	}
	if t.Operation != "" {
		if name != "" {
			name += " / "
		}
		name += "operation " + t.Operation
	}
	if t.Scenario != "" {
		if name != "" {
			name += " / "
		}
		name += t.Scenario
	}
	return name
}

// remarks returns what is to be said about the test besides its steps, in its
// order.
func (t *Test) remarks() []remark {
	list := []remark{{"", t.Message}, {"hint", t.Hint}, {"label", t.Label}, {"returned", string(t.Returned)}, {"note", t.Note}}
	for _, text := range t.Notes {
		list = append(list, remark{"note", text})
	}
	for _, d := range t.Drift {
		list = append(list, remark{"drift", d.Text})
	}
	for _, text := range t.Warnings {
		list = append(list, remark{"warning", text})
	}
	kept := list[:0]
	for _, r := range list {
		if r.text != "" {
			kept = append(kept, r)
		}
	}
	return kept
}

// A remark is a text with a word that says what it is; the reason of a failure
// has none.
type remark struct{ kind, text string }

// A Tally counts tests.
type Tally struct {
	Passed  int `json:"passed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
}

func (c *Tally) add(t *Test) {
	switch t.outcome() {
	case passed:
		c.Passed++
	case skipped:
		c.Skipped++
	default:
		c.Failed++
	}
}

// String returns the tally as words for people.
func (c Tally) String() string {
	s := fmt.Sprintf("%d passed", c.Passed)
	if c.Failed > 0 {
		s += fmt.Sprintf(", %d failed", c.Failed)
	}
	if c.Skipped > 0 {
		s += fmt.Sprintf(", %d skipped", c.Skipped)
	}
	return s
}

// An End says how a run ended. Missing counts the tests that did not end since
// the user interrupted it.
type End struct{ Missing int }

// text returns what is to be said of it; "" for a run that came to its end.
func (e End) text() string {
	switch e.Missing {
	case 0:
		return ""
	case 1:
		return "interrupted before 1 test had ended"
	}
	return fmt.Sprintf("interrupted before %d tests had ended", e.Missing)
}

// Tests prints tests as they end.
type Tests interface {
	Write(Test) error
	// Close prints what stands at the end.
	Close(End) error
}

// TestOptions say how tests are printed.
type TestOptions struct {
	Color, Quiet bool
	Routes       []string
	Version      string // of the program
	Now          func() time.Time
}

// testFormats lists the formats of tests, the default first: one format, one
// file, one line here.
var testFormats = []struct {
	name string
	open func(io.Writer, TestOptions) Tests
}{
	{"text", openTextTests},
	{"json", openJSONTests},
	{"junit", openJUnitTests},
	{"html", openHTMLTests},
}

// TestFormats returns the names of the formats of tests, the default first.
func TestFormats() []string {
	names := make([]string, len(testFormats))
	for i, f := range testFormats {
		names[i] = f.name
	}
	return names
}

// NewTests returns what prints tests in a format, which must be one of
// [TestFormats].
func NewTests(format string, w io.Writer, o TestOptions) Tests {
	for _, f := range testFormats {
		if f.name == format {
			return f.open(w, o)
		}
	}
	panic("report: no format " + format)
}
