package cassette

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/secret"
)

// A Tape is a RoundTripper that keeps what passes through it, with all its
// secrets, in memory and nowhere else. It is safe for concurrent use; requests
// are in the order in which they were begun.
type Tape struct {
	next http.RoundTripper
	opts Options

	mu    sync.Mutex
	step  string
	taken []*taken
}

// taken is one exchange as it really was.
type taken struct {
	step    string
	request Request
	status  int
	header  http.Header
	body    []byte
	problem string // why it cannot be recorded
	lost    bool   // there was no whole answer
}

// NewTape makes a tape over next.
func NewTape(next http.RoundTripper, opts Options) *Tape {
	return &Tape{next: next, opts: opts, step: firstStep}
}

// firstStep is the step of requests before any call of Step.
const firstStep = "run"

// Step begins the step name; what follows belongs to it.
func (t *Tape) Step(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.step = name
}

// RoundTrip sends a request on and keeps both sides.
func (t *Tape) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	x := &taken{request: t.opts.requestOf(req, body), problem: "no answer came", lost: true}
	t.mu.Lock()
	x.step = t.step
	t.taken = append(t.taken, x)
	t.mu.Unlock()

	out := *req
	if body != nil {
		out.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := t.next.RoundTrip(&out)
	if err != nil {
		return nil, err
	}
	header, kept, problem := resp.Header.Clone(), []byte(nil), ""
	if resp.Body != nil {
		kept, problem = keepBody(resp)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x.status, x.header, x.body, x.problem, x.lost = resp.StatusCode, header, kept, problem, problem == brokeOff
	return resp, nil
}

const brokeOff = "the answer broke off"

// keepBody reads the body of an answer, decompressed, and leaves the response
// such that its reader gets all of it. It says why it could not.
func keepBody(resp *http.Response) (kept []byte, problem string) {
	raw, err := io.ReadAll(io.LimitReader(resp.Body, MaxBodyBytes+1))
	whole := io.MultiReader(bytes.NewReader(raw), &rest{resp.Body, err})
	resp.Body = &readCloser{whole, resp.Body}
	switch {
	case err != nil:
		return nil, brokeOff
	case len(raw) > MaxBodyBytes:
		return nil, "the answer is too large for a recording"
	case !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") || len(raw) == 0:
		return raw, ""
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err == nil {
		kept, err = io.ReadAll(io.LimitReader(z, MaxBodyBytes+1))
	}
	switch {
	case err != nil:
		return nil, "the compression of the answer is broken"
	case len(kept) > MaxBodyBytes:
		return nil, "the answer is too large for a recording"
	}
	return kept, ""
}

// rest is what follows the part of a body that was read: the error that ended
// it, or more of it.
type rest struct {
	r   io.Reader
	err error
}

func (r *rest) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return r.r.Read(p)
}

type readCloser struct {
	io.Reader
	io.Closer
}

// A RecordError says that a run cannot be recorded, and at which exchange.
type RecordError struct {
	Step     string
	Exchange int // in the step, from 1; 0 for the step or run as a whole
	Problem  string
	Differs  []Difference // in placeholder form
}

func (e *RecordError) Error() string {
	var b strings.Builder
	b.WriteString("the run cannot be recorded: ")
	if e.Step != "" {
		fmt.Fprintf(&b, "step %q", e.Step)
		if e.Exchange > 0 {
			fmt.Fprintf(&b, ", request %d", e.Exchange)
		}
		b.WriteString(": ")
	}
	b.WriteString(e.Problem)
	for _, d := range e.Differs {
		b.WriteString("; " + d.Field)
	}
	return secret.PrintableLine(b.String())
}

// NoSecrets marks the error as one that may be shown as it is.
func (e *RecordError) NoSecrets() {}

// Shadow gives the transport for the second run. The redactor must know every
// secret of the first run by the name of its placeholder. What merely looks
// like a secret in an answer becomes {{response.KIND}}, the same text always
// the same placeholder. It is an error if an exchange had no whole answer.
// A request without one that was sent again at once is left out, since a replay
// is answered the first time. What passes through the tape afterwards is not in
// the shadow.
func (t *Tape) Shadow(r *secret.Redactor) (*Shadow, error) {
	if r == nil {
		return nil, errors.New("a recording needs a redactor")
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &Shadow{opts: t.opts, redactor: r, step: firstStep}
	c := t.cleaner(r)
	count := map[string]int{}
	for i, x := range t.taken {
		if x.lost && i+1 < len(t.taken) && t.taken[i+1].step == x.step && equal(&t.taken[i+1].request, &x.request) {
			continue
		}
		count[x.step]++
		if x.problem == "" && !x.request.isText() {
			x.problem = "its address or a header is no text in UTF-8, which a file could not hold"
		}
		if x.problem != "" {
			return nil, &RecordError{Step: x.step, Exchange: count[x.step], Problem: x.problem}
		}
		clean, err := c.response(x)
		if err != nil {
			return nil, &RecordError{Step: x.step, Exchange: count[x.step], Problem: err.Error()}
		}
		s.expected = append(s.expected, expected{step: x.step, number: count[x.step], real: x.request, answer: clean})
	}
	return s, nil
}

// Outline gives what is on the tape so far for a comparison: of each request its
// method and its URL without a query, and the answers, clean as in a recording.
// The Status of a request without a whole answer is 0.
func (t *Tape) Outline(r *secret.Redactor) ([]Step, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.cleaner(r)
	var steps []Step
	for _, x := range t.taken {
		i := slices.IndexFunc(steps, func(s Step) bool { return s.Name == x.step })
		if i < 0 {
			i = len(steps)
			steps = append(steps, Step{Name: x.step})
		}
		address, _, _ := strings.Cut(x.request.URL, "?")
		kept := Exchange{Request: Request{Method: x.request.Method, URL: c.text(address)}}
		if x.problem == "" {
			var err error
			if kept.Response, err = c.response(x); err != nil {
				return nil, err
			}
		}
		steps[i].Exchanges = append(steps[i].Exchanges, kept)
	}
	return steps, nil
}

// cleaner makes a cleaner for the tape.
func (t *Tape) cleaner(r *secret.Redactor) *cleaner {
	return &cleaner{redactor: r, answers: t.opts.Answers, names: map[string]string{}, kinds: map[string]int{}}
}
