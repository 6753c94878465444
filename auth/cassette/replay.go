package cassette

import (
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/secret"
)

// A Prepared is a recording made ready to be played. It does not change, and
// serves any number of replays at once.
type Prepared struct{ steps []playedStep }

// playedStep is a step made ready to be answered from.
type playedStep struct {
	name      string
	exchanges []playedExchange
}

type playedExchange struct {
	request Request
	pointer string // of the request in the file
	status  int
	header  http.Header
	body    []byte
}

// Prepare checks a recording and makes it ready.
func Prepare(rec *Recording) (*Prepared, error) {
	if err := rec.Check(); err != nil {
		return nil, err
	}
	p := &Prepared{make([]playedStep, len(rec.Steps))}
	for i, step := range rec.Steps {
		played := playedStep{name: step.Name, exchanges: make([]playedExchange, len(step.Exchanges))}
		for j := range step.Exchanges {
			x := &step.Exchanges[j]
			body, err := decodeBody(x.Response.Body, x.Response.BodyEncoding)
			if err != nil {
				return nil, err
			}
			played.exchanges[j] = playedExchange{
				request: canonical(x.Request), pointer: fmt.Sprintf("/steps/%d/exchanges/%d/request", i, j),
				status: x.Response.Status, header: headerOf(x.Response.Headers), body: body,
			}
		}
		p.steps[i] = played
	}
	return p, nil
}

// canonical brings a request that a program made up into stored form.
func canonical(r Request) Request {
	r.URL = shown(r.URL)
	headers := make(map[string]string, len(r.Headers))
	for name, value := range r.Headers {
		headers[canonicalName(name)] = value
	}
	r.Headers = headers
	return r
}

// A Replayer answers requests from a recording, without a socket. Within a
// step the requests must come in the recorded order and be the recorded ones
// to the byte: method, URL, the headers that the spec produces, Accept,
// Content-Type, and body. It is safe for concurrent use.
type Replayer struct {
	opts  Options
	steps []playedStep

	mu      sync.Mutex
	current int // -1 for a step that was not recorded
	name    string
	next    []int // by step, the exchange to be asked for
}

// NewReplayer checks a recording and makes a replayer of it.
func NewReplayer(rec *Recording, opts Options) (*Replayer, error) {
	p, err := Prepare(rec)
	if err != nil {
		return nil, err
	}
	return p.Replayer(opts), nil
}

// Replayer makes a replayer of the recording.
func (p *Prepared) Replayer(opts Options) *Replayer {
	r := &Replayer{opts: opts, steps: p.steps, next: make([]int, len(p.steps)), current: -1}
	if len(p.steps) > 0 {
		r.current, r.name = 0, p.steps[0].name
	}
	return r
}

// Step begins the step name, or goes on with it. Without it the first step is
// played.
func (p *Replayer) Step(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current, p.name = -1, name
	for i := range p.steps {
		if p.steps[i].name == name {
			p.current = i
		}
	}
}

// RoundTrip gives the recorded answer, or a [*MissError].
func (p *Replayer) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	x, err := p.take(req, body)
	if err != nil {
		return nil, err
	}
	return answer(req, x.status, x.header.Clone(), x.body), nil
}

// Offline says that it answers from memory.
func (p *Replayer) Offline() bool { return true }

// take gives the next exchange if it is the one asked for.
func (p *Replayer) take(req *http.Request, body []byte) (*playedExchange, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current >= 0 {
		exchanges, next := p.steps[p.current].exchanges, p.next[p.current]
		if next < len(exchanges) && p.opts.isPlainly(&exchanges[next].request, req, body) {
			p.next[p.current]++
			return &exchanges[next], nil
		}
	}
	made := p.opts.requestOf(req, body)
	sent := &made
	if p.current < 0 {
		return nil, p.miss(sent, fmt.Sprintf("the recording has no step %q", p.name))
	}
	exchanges, next := p.steps[p.current].exchanges, p.next[p.current]
	if next == len(exchanges) {
		return nil, p.miss(sent, fmt.Sprintf("the recorded step %q has no further request", p.name))
	}
	if x := &exchanges[next]; equal(&x.request, sent) {
		p.next[p.current]++
		return x, nil
	}
	return nil, p.miss(sent, "it is not the request that was recorded")
}

// miss explains a request that is not the recorded one. The caller holds mu.
func (p *Replayer) miss(sent *Request, reason string) error {
	hide := p.opts.hide()
	e := &MissError{Step: p.name, Method: sent.Method, URL: cut(hide(sent.URL)), Reason: reason}
	for i := range p.steps {
		for j := range p.steps[i].exchanges {
			x := &p.steps[i].exchanges[j]
			differs := differences(&x.request, sent, hide)
			expected := i == p.current && j == p.next[i]
			if e.Closest == nil || distance(differs) < distance(e.Differs) || expected && distance(differs) == distance(e.Differs) {
				e.Closest, e.Differs, e.Pointer = &x.request, differs, x.pointer
			}
		}
	}
	if e.Closest != nil && len(e.Differs) == 0 {
		e.Reason += "; the same request is recorded elsewhere: the order has changed"
	}
	return e
}

// distance says how far apart two requests are: another host, path or method
// makes another request of it.
func distance(differs []Difference) int {
	sum := 0
	for _, d := range differs {
		switch d.Field {
		case "method", "host", "path":
			sum += 10
		default:
			sum++
		}
	}
	return sum
}

// hide gives what is applied to values before they are shown.
func (o *Options) hide() func(string) string {
	if o.Redactor == nil {
		return func(text string) string { return text }
	}
	return o.Redactor.Placehold
}

// Unused lists the exchanges that were not asked for, in recorded order.
func (p *Replayer) Unused() []Unused {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Unused
	for i := range p.steps {
		for j := p.next[i]; j < len(p.steps[i].exchanges); j++ {
			x := &p.steps[i].exchanges[j]
			list = append(list, Unused{Step: p.steps[i].name, Method: x.request.Method, URL: masked(x.request.URL), Pointer: x.pointer})
		}
	}
	return list
}

// An Unused is a recorded exchange that nobody asked for.
type Unused struct {
	Step, Method, URL string
	Pointer           string // to its request in the recording's file
}

// A MissError says that a request is not the recorded one. What it quotes is
// in placeholder form.
type MissError struct {
	Step    string
	Method  string
	URL     string
	Closest *Request     // the recorded request most like it; nil if there is none
	Pointer string       // to that in the recording's file, as RFC 6901 has it
	Differs []Difference // where the two differ
	Reason  string
}

func (e *MissError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s is not in the recording: %s", e.Method, e.URL, e.Reason)
	for i, d := range e.Differs {
		if i == 0 {
			b.WriteString("; the closest differs in ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(d.String())
	}
	return secret.PrintableLine(b.String())
}

// NoSecrets marks the error as one that may be shown as it is.
func (e *MissError) NoSecrets() {}
