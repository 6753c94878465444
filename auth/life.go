package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// A life is one run of an option's methods.
type life struct {
	Subject
	values    Values
	run       formula.Run
	transport *meter
	signRand  io.Reader         // for keys, states and nonces; see masquerade
	network   http.RoundTripper // below who records; nil in a run with placeholders
	begin     func(step string) // tells who records or replays
	timeout   time.Duration
	wait      func(context.Context, time.Duration) error // nil waits
	poll      func(context.Context, time.Duration) error // between the questions of a device login; nil is wait
	clock     func() time.Time                           // of signatures and lifetimes; formulas see the time of the run
	seed      [32]byte
	spreading sync.Mutex // guards jitter: requests may be sent at once
	jitter    *rand.Rand // nil before the first repeat
	learned   func(name string, credentials formula.Value)
	minted    func(*Credential) // of a simulation, told each credential; nil outside one
	redactor  *secret.Redactor  // of a run with real values
	log       func(method, level, line string)

	holder      *holder                     // of the credential
	redirect    string                      // where a login comes back to; "" for what the spec says
	drawn       func(name string) io.Reader // what texts are drawn from, of a login that is finished later; nil for signRand
	begunKey    string                      // that a login which is finished later bound its tokens to; "" for a new one
	prompt      func(context.Context, DevicePrompt) error
	device      bool // the login is one by device, though the spec's goes by code
	connections func(ctx context.Context, key string, by Subject) (*Connection, error)
	renewer     func(context.Context, *Credential) ([]Step, error) // of a connection; nil for a run of its own
	known       *discovered                                        // what issuers say of themselves

	base      client.Origin   // of the API; the zero Origin before it is known
	endpoints []client.Origin // of the authorization server, as the spec says them
	others    []client.Origin // of it, as its metadata say them
	now       string          // the step that runs, "" for none
	refreshes int
	proof     proof
	oauth1    *method.OAuthConfig // of a connection of OAuth 1; nil before it is known
	obtaining bool                // there is no whole credential yet
	frozen    bool                // the credential is used as it is and not made anew
	evidence  evidence

	importing sync.Once
	imported  method.Imports // of the scripts; see imports
	notRead   error

	scope   formula.Value // of scopeOf; see seen
	scopeOf *Credential

	result *Result
}

// newLife starts a run over a transport. Seed is that of its randomness.
func newLife(s Subject, v Values, transport http.RoundTripper, now time.Time, seed [32]byte) *life {
	clock := func() time.Time { return now }
	l := &life{
		Subject: s, values: v,
		run:       formula.Run{Now: clock, Rand: &seeded{seed: seed}},
		clock:     clock,
		seed:      seed,
		signRand:  &seeded{seed: seed, purpose: "signatures"},
		transport: newMeter(transport, s.Trace),
		begin:     func(string) {},
		learned:   func(string, formula.Value) {},
		result:    newResult(s),
		holder:    newHolder(nil, nil),
		known:     &discovered{},
	}
	l.transport.see = l.see
	return l
}

// imports returns what the scripts import.
func (l *life) imports() (method.Imports, error) {
	l.importing.Do(func() { l.imported, l.notRead = l.Methods.Imports(l.Files) })
	return l.imported, l.notRead
}

// A seeded is the randomness of a purpose that a seed gives. Many may read it,
// since requests may be signed at once. Most runs never do.
type seeded struct {
	mu      sync.Mutex
	seed    [32]byte
	purpose string
	r       io.Reader // nil before the first read
}

func (s *seeded) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.r == nil {
		seed := s.seed
		if s.purpose != "" {
			seed = sha256.Sum256(append(seed[:], s.purpose...))
		}
		s.r = rand.NewChaCha8(seed)
	}
	return s.r.Read(p)
}

// test runs the methods up to the test and its label.
func (l *life) test(ctx context.Context) *Result {
	r := l.result
	if err := l.have(ctx); err != nil {
		return l.failed(err)
	}
	config, err := l.client(ctx)
	if err != nil {
		return l.failed(err)
	}
	answer := formula.Undefined
	if l.Untested {
		_, err = l.configOf(ctx, config)
	} else {
		answer, err = l.check(ctx, config)
	}
	if err != nil {
		return l.failed(err)
	}
	r.OK = true
	r.Label, err = l.label(answer)
	if err != nil {
		r.Note = fmt.Sprintf("the label could not be made: %v", err)
	}
	return r
}

// failed returns the result of a run that ended with an error, which no step
// may have noted.
func (l *life) failed(err error) *Result {
	if l.result.Err == nil {
		l.result.fail("", l.message(err), err)
	}
	return l.result
}

// variables returns what formulas see, with more beside what they see
// everywhere.
func (l *life) variables(more ...formula.Member) formula.Value {
	b := formula.NewObject(3 + len(more))
	b.Set("connectorParameters", l.values.Parameters)
	b.Set("connectionInput", l.values.Inputs)
	b.Set("connectionParameters", l.values.Inputs)
	for _, m := range more {
		b.Set(m.Key, m.Value)
	}
	return b.Value()
}

// seen returns what formulas see that see the credential. It is made once for
// each.
func (l *life) seen() formula.Value {
	if c := l.credential(); l.scopeOf != c {
		l.scope, l.scopeOf = l.variables(withCredentials(c.Values)...), c
	}
	return l.scope
}

func withCredentials(credentials formula.Value) []formula.Member {
	return []formula.Member{{Key: "credentials", Value: credentials}, {Key: "authData", Value: credentials}}
}

// step runs one step and notes how it went. A step within another interrupts
// that one.
func (l *life) step(name string, work func() error) error {
	outer, meter := l.now, *l.transport
	l.now = name
	l.begin(name)
	l.transport.reset()
	defer func() {
		if l.now = outer; outer != "" {
			*l.transport = meter
			l.begin(outer)
		}
	}()
	s := Step{Name: name}
	start := time.Now()
	err := work()
	s.Duration = time.Since(start)
	s.OK = err == nil
	s.Method, s.URL, s.Status = l.transport.method, l.transport.url, l.transport.status
	s.Exchanges = l.transport.trace.exchanges()
	if err != nil {
		l.tell()
		l.redactError(err)
		s.Message = l.message(err)
		l.result.fail(name, s.Message, err)
		if l.result.Hint == "" {
			l.result.Hint = answerHint(s.Status)
		}
		if wrong := wrongClock(s.Status, l.transport.date, l.run.Now()); wrong != "" && !l.run.ThrowAway {
			if !strings.HasSuffix(l.result.Hint, clockHint) {
				l.result.Hint += "; " + clockHint + ", too"
			}
			l.result.Hint += ": it is " + wrong + " the server's"
		}
	}
	l.result.Steps = append(l.result.Steps, s)
	return err
}

// maxDetail bounds what is shown of a server's own words, in characters.
const maxDetail = 200

// redact returns what takes the secrets of the run out of a text.
func (l *life) redact() func(string) string {
	if l.redactor == nil {
		return func(text string) string { return text }
	}
	return l.redactor.Redact
}

// redactError takes the secrets of the run out of what a server said in an
// error, which is kept and shown by others.
func (l *life) redactError(err error) {
	var refused *token.Error
	if l.redactor != nil && errors.As(err, &refused) {
		refused.Code, refused.Description, refused.URI = l.redactor.Redact(refused.Code), l.redactor.Redact(refused.Description), l.redactor.Redact(refused.URI)
	}
}

// message returns what an error says. The words of a server are redacted
// before they are cut: a redactor finds whole secrets only.
func (l *life) message(err error) string {
	redact := l.redact()
	var status *method.StatusError
	var refused *token.Error
	switch {
	case errors.As(err, &refused):
		return strings.Replace(err.Error(), refused.Error(), refused.Text(redact), 1)
	case errors.As(err, &status) && status.Detail != "":
		shown := *status
		shown.Detail = cut(redact(shown.Detail), maxDetail)
		return strings.Replace(err.Error(), status.Error(), shown.Error(), 1)
	}
	return cut(redact(err.Error()), maxThrown)
}

// client makes the API client.
func (l *life) client(ctx context.Context) (*method.ClientConfig, error) {
	if err := l.learnEndpoints(ctx); err != nil {
		return nil, err
	}
	var config *method.ClientConfig
	err := l.step("makeApiClient", func() (err error) {
		config, err = l.Methods.ClientBy(ctx, l.call(method.Call{Variables: l.seen()}))
		return err
	})
	return config, err
}

// check sends the test request and looks at what it gives.
func (l *life) check(ctx context.Context, config *method.ClientConfig) (formula.Value, error) {
	answer := formula.Undefined
	err := l.step("test", func() error {
		c, err := l.open(ctx, config)
		if err != nil {
			return err
		}
		result, err := l.Methods.Run(ctx, "test", l.call(method.Call{Variables: l.seen(), Client: c}))
		if err != nil {
			return err
		}
		answer = result.Value
		l.result.Test = answer
		return verdict(result)
	})
	return answer, err
}

// A VerdictError says that a request was answered, and that the answer is no
// credential, or no proof of a working one.
type VerdictError struct{ Reason string }

func (e *VerdictError) Error() string { return e.Reason }

// verdict decides whether the answer of the test is a yes.
func verdict(r method.Result) error {
	page := r.Response != nil && r.Response.IsHTML()
	switch {
	case page:
		return &VerdictError{"the answer is an HTML page, not data: a login page, or an address that is not the API's"}
	case r.Mapped && r.Value.IsMissing():
		return &VerdictError{"the responseMapping of the test gives nothing: what it reads is not in the answer" + kindOf(r.Response)}
	case r.Mapped && !r.Value.Truthy():
		return &VerdictError{fmt.Sprintf("the responseMapping of the test gives %v, which means no", r.Value)}
	}
	return nil
}

// kindOf says what an answer is if it is no JSON.
func kindOf(r *method.Response) string {
	switch {
	case r == nil:
		return ""
	case r.Data.IsUndefined():
		return ", which is empty"
	case r.Data.Kind() == formula.KindString && r.ContentType != "":
		return fmt.Sprintf(", which is %s and not JSON", r.ContentType)
	}
	return ""
}

// label returns what the connection would be called.
func (l *life) label(answer formula.Value) (string, error) {
	vars := l.seen().With("test", answer)
	label, err := l.Methods.Label(vars, l.run)
	if label != "" || err != nil {
		return label, err
	}
	label = l.Connector.Name()
	if v := l.Connector.Meta.Get("version").Text(); v != "" {
		label += " " + v
	}
	if len(l.Connector.Options()) > 1 {
		label += " (" + l.Option.Title() + ")"
	}
	return label, nil
}

// A meter notes the last request of a step, and all of them if there is a trace.
type meter struct {
	next        http.RoundTripper
	method, url string
	status      int
	date        string                                     // that the server says; "" if it does not
	trace       *trace                                     // nil if nobody wants to see them
	see         func(*http.Request) (*http.Request, error) // learns from what is sent; nil for nothing
}

func newMeter(next http.RoundTripper, traced bool) *meter {
	m := &meter{next: next}
	if traced {
		m.trace = &trace{}
	}
	return m
}

func (m *meter) reset() {
	see := m.see
	*m = *newMeter(m.next, m.trace != nil)
	m.see = see
}

// Offline says whether the requests are answered from memory.
func (m *meter) Offline() bool {
	memory, ok := m.next.(interface{ Offline() bool })
	return ok && memory.Offline()
}

// RoundTrip sends the request on.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	u := *req.URL
	u.RawQuery, u.Fragment, u.User = "", "", nil
	m.method, m.url, m.status, m.date = req.Method, u.String(), 0, ""
	if m.see != nil {
		seen, err := m.see(req)
		if err != nil {
			return nil, err
		}
		req = seen
	}
	send := m.next.RoundTrip
	if m.trace != nil {
		send = func(req *http.Request) (*http.Response, error) { return m.trace.roundTrip(m.next, req) }
	}
	resp, err := send(req)
	if err == nil {
		m.status, m.date = resp.StatusCode, resp.Header.Get("Date")
	}
	return resp, err
}
