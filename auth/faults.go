package auth

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
)

// SimulateFaults runs the option's life as [Simulate] does, and then once more
// for each fault of a table: wrong secrets, ended tokens, errors and silence of
// the provider, odd answers, clocks that are wrong. Each has a step in the
// result, which says in its message how it came out: retried, refreshed, a new
// login asked for, or an error that says what to do. The result fails where that
// is not as it should be, where a secret got into what is shown, and where
// something that was kept is lost.
func SimulateFaults(ctx context.Context, s Subject, o SimulateOptions) (*Result, error) {
	m, skipped := newSimulation(s, o)
	if skipped != "" {
		return skippedResult(s, skipped), nil
	}
	r, err := m.settle(ctx)
	if err != nil {
		return nil, err
	}
	m.prove(ctx, r)
	if r.OK && m.Operation == "" && m.Course == Plain {
		if err := m.faults(ctx, r); err != nil {
			return nil, err
		}
	}
	r.Notes = append(r.Notes, unknowable)
	return r, nil
}

// A moment is a part of the life of a credential.
type moment string

// The moments in which something may fail.
const (
	atLogin   moment = "login"
	atTest    moment = "test"
	atRefresh moment = "refresh"
)

// stepsAt are the steps whose requests are made at a moment.
var stepsAt = map[moment][]string{
	atLogin:   {tokenStep, "getTokenData", credentialsMethod, requestStep, accessStep},
	atTest:    {"test"},
	atRefresh: {refreshStep, refreshMethod, credentialsMethod, tokenStep},
}

// An outcome is how a run with a fault ended.
type outcome string

// The outcomes of runs.
const (
	isPassed    outcome = "passed"
	isRetried   outcome = "retried and passed"
	isRefreshed outcome = "refreshed and passed"
	wantsLogin  outcome = "asks to log in again"
	isExplained outcome = "says what is wrong and what to do"
	isUnsent    outcome = "makes no difference, since no request of the life has it"
)

// A fault is something that goes wrong.
type fault struct {
	name string
	at   moment
	// answer replaces the answer to a request at the moment; nil for none. Times
	// is to how many requests, 0 to all.
	times  int
	answer answerer
	// prepare is called before the moment, and tells whether the fault can be;
	// nil for nothing.
	prepare func(context.Context, *faulty) bool
	wrong   []part        // of the values
	skew    time.Duration // of this machine's clock against the server's
	want    func(*faulty) []outcome
	// blame says what is the mistake if the outcome is another, and what mends it;
	// "" for what the run says.
	blame, mend string
	check       func(*faulty) *FaultError // more of a run that ended as it should; nil for nothing
	lasts       bool                      // afterwards the connection need not work as before
	again       bool                      // it goes on afterwards, and the connection works all the same
}

// An answerer makes a wrong answer. Good gives the right one, with all that it
// has an effect on. A nil answer without an error stands for the right one.
type answerer func(x *faulty, req *http.Request, good func() *http.Response) (*http.Response, error)

// A FaultError says that a fault came out otherwise than it should.
type FaultError struct {
	Fault  string
	Reason string
	Mend   string // what to do
}

func (e *FaultError) Error() string { return e.Reason }

// faults runs the life with each fault and adds how it went to a result.
func (m *simulation) faults(ctx context.Context, r *Result) error {
	first := m.start(ctx)
	if !first.result.OK {
		return nil
	}
	list := slices.Concat(wrongValues(m.breaker(first.credential())), faultTable)
	for i := range list {
		x := &faulty{simulation: m, fault: &list[i], renewable: m.refreshable(first), last: first.result}
		began := time.Now()
		err, applies := x.run(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if applies {
			r.fault(x.name, x.came, err, time.Since(began))
		}
	}
	return nil
}

// fault adds a step for a fault.
func (r *Result) fault(name string, came outcome, err *FaultError, took time.Duration) {
	s := Step{Name: "fault: " + name, OK: err == nil, Message: string(came), Duration: took}
	if err != nil {
		s.Message = err.Reason
		if r.OK {
			r.OK = false
			r.fail(s.Name, err.Reason, err)
		}
	}
	r.Steps = append(r.Steps, s)
}

// wrongValues are the faults that somebody entered something wrong.
func wrongValues(b *breaker) []fault {
	var list []fault
	for _, p := range b.parts() {
		kind, name, _ := strings.Cut(p.name, " ")
		if (kind == "input" || kind == "parameter") && b.reads(kind, name) {
			list = append(list, fault{name: "wrong " + p.name, at: atLogin, wrong: []part{p}, want: always(isExplained, wantsLogin, isUnsent), lasts: true})
		}
	}
	return list
}

// reads tells whether a formula reads an input or a parameter.
func (b *breaker) reads(kind, name string) bool {
	for _, r := range b.Methods.Reads() {
		root, read := r.Path.Names()
		parameter := root == "connectorParameters"
		if (read == name || read == "") && (parameter == (kind == "parameter") || root == "credentials") {
			return true
		}
	}
	return false
}

// A faulty is a run with a fault.
type faulty struct {
	*simulation
	*fault
	renewable bool    // the credential can be made anew
	last      *Result // of the run without a fault

	hits      int // wrong answers
	rights    int // right answers after them
	keeper    *memoryKeeper
	holder    *holder
	redacted  *secret.Redactor
	begun     *Credential // as the moment began
	came      outcome
	remembers any // of an answerer
}

// run runs the life with the fault. It tells whether the fault can be in it.
func (x *faulty) run(ctx context.Context) (*FaultError, bool) {
	x.keeper = &memoryKeeper{}
	x.holder = newHolder(nil, x.keeper)
	x.reset()
	x.provider.Reset()
	defer func() { x.provider.Faults = nil }()
	values := x.values
	if len(x.wrong) > 0 {
		b := breaker{Subject: x.Subject, values: x.values, credential: &Credential{Values: formula.Object()}}
		values, _ = b.without(x.wrong...)
	}
	l := x.life(values)
	if x.at == atLogin {
		x.inject()
	}
	r := l.perform(ctx)
	var err error
	if x.at != atLogin {
		if !r.OK || x.at == atRefresh && !x.renewable {
			return nil, false
		}
		x.keeper.kept = l.credential()
		if x.prepare != nil && !x.prepare(ctx, x) {
			return nil, false
		}
		if x.at == atRefresh {
			x.provider.Expire() // what comes of the refresh is needed
		}
		l = x.life(values)
		x.begun = l.credential()
		x.inject()
		r, err = x.moment(ctx, l)
	} else if r.OK && len(x.wrong) > 0 && x.renewable {
		r, err = x.moment(ctx, l) // a secret may be for refreshing alone
	}
	if x.answer != nil && x.hits == 0 {
		return nil, false
	}
	if !x.again {
		x.provider.Faults = nil
	}
	x.came = x.outcome(r, err)
	return x.judge(ctx, r), true
}

// reset puts the clock to where it begins.
func (m *simulation) reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock, m.latest = m.options.Now.UTC().Truncate(time.Second), nil
}

// life begins a run of the connection.
func (x *faulty) life(v Values) *life {
	if x.redacted == nil {
		x.redacted = secret.NewRedactor()
	}
	w := x.world()
	w.Network = dated{w.Network, x.now}
	w.Redactor = x.redacted
	w.Now = func() time.Time { return x.now().Add(x.skew) }
	w.minted = func(c *Credential) { x.know(x.mended(c)) }
	x.learn(w.Redactor, v)
	x.provider.Begin()
	l := liveOver(x.Subject, v, w, x.seed, nil)
	l.holder = x.holder
	return l
}

// mended gives a credential with right values in place of wrong ones, as the
// provider knows it.
func (x *faulty) mended(c *Credential) *Credential {
	if len(x.wrong) == 0 {
		return c
	}
	fresh := *c
	for _, p := range x.wrong {
		fresh.Values = exchanged(fresh.Values, p.wrong, p.text)
	}
	_, again := (&breaker{Subject: x.Subject, values: x.values, credential: &fresh}).without()
	return again
}

// moment does what is done at the moment.
func (x *faulty) moment(ctx context.Context, l *life) (*Result, error) {
	if x.at != atTest {
		if err := l.renew(ctx, l.credential()); err != nil {
			l.result.OK = false
			return l.failed(err), err
		}
	}
	return l.perform(ctx), nil
}

// inject makes the provider answer wrongly at the moment.
func (x *faulty) inject() {
	if x.answer == nil {
		return
	}
	answer := func(req *http.Request, good func() *http.Response) (*http.Response, error) {
		if x.times > 0 && x.hits >= x.times {
			x.rights++
			return nil, nil //nolint:nilnil // the right answer, as simulate.Fault has it
		}
		x.hits++
		return x.answer(x, req, good)
	}
	for _, step := range stepsAt[x.at] {
		x.provider.Faults = append(x.provider.Faults, &simulate.Fault{Step: step, Answer: answer})
	}
}

// A dated is a network whose servers say what time it is.
type dated struct {
	next http.RoundTripper
	now  func() time.Time
}

// RoundTrip adds the time to the answer.
func (d dated) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := d.next.RoundTrip(req)
	if err == nil {
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
		resp.Header.Set("Date", d.now().UTC().Format(http.TimeFormat))
	}
	return resp, err
}

// A memoryKeeper keeps a credential in memory.
type memoryKeeper struct {
	mu   sync.Mutex
	kept *Credential
}

// Lock gives what is kept.
func (k *memoryKeeper) Lock(context.Context) (*Credential, func(), error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.kept, func() {}, nil
}

// Save keeps a credential.
func (k *memoryKeeper) Save(_ context.Context, c *Credential) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.kept = c
	return nil
}

func always(list ...outcome) func(*faulty) []outcome {
	return func(*faulty) []outcome { return list }
}

func wordsOf(list []outcome) string {
	words := make([]string, len(list))
	for i, o := range list {
		words[i] = string(o)
	}
	return strings.Join(words, " or ")
}

// unwanted says that a fault came out otherwise than it should.
func (x *faulty) unwanted(r *Result, want []outcome) *FaultError {
	e := &FaultError{Fault: x.name, Mend: x.mend}
	switch {
	case x.blame != "":
		e.Reason = x.blame
		if !r.OK {
			e.Reason += ": " + r.Message
		}
	case r.OK && !slices.Contains(want, isPassed):
		e.Reason = "the test passes all the same: what was answered is taken for a success"
		e.Mend = "look at responseHandlers of makeApiClient and at the mapping of the test: only an answer of the API in its usual form may pass"
	case r.OK:
		e.Reason = fmt.Sprintf("the run %s, and should have ended so: %s", x.came, wordsOf(want))
	default:
		e.Reason = fmt.Sprintf("the run should have ended so: %s; it failed: %s", wordsOf(want), r.Message)
	}
	if e.Mend == "" {
		e.Mend = r.Hint
	}
	return e
}
