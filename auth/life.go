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
	seed      [32]byte
	spreading sync.Mutex // guards jitter: requests may be sent at once
	jitter    *rand.Rand // nil before the first repeat
	learned   func(name string, credentials formula.Value)
	redactor  *secret.Redactor // of a run with real values
	log       func(method, level, line string)

	holder      *holder // of the credential
	redirect    string  // where a login comes back to; "" for what the spec says
	prompt      func(context.Context, DevicePrompt) error
	connections func(context.Context, string) (*Connection, error)

	base      client.Origin   // of the API; the zero Origin before it is known
	endpoints []client.Origin // of the authorization server
	now       string          // the step that runs, "" for none
	refreshes int
	proof     proof
	oauth1    *method.OAuthConfig // of a connection of OAuth 1; nil before it is known
	obtaining bool                // there is no whole credential yet

	imports func() (method.Imports, error) // of the scripts

	result *Result
}

// newLife starts a run over a transport. Seed is that of its randomness.
func newLife(s Subject, v Values, transport http.RoundTripper, now time.Time, seed [32]byte) *life {
	return &life{
		Subject: s, values: v,
		run:       formula.Run{Now: func() time.Time { return now }, Rand: randomOf(seed, "")},
		seed:      seed,
		signRand:  randomOf(seed, "signatures"),
		transport: &meter{next: transport},
		begin:     func(string) {},
		learned:   func(string, formula.Value) {},
		imports:   sync.OnceValues(func() (method.Imports, error) { return s.Methods.Imports(s.Files) }),
		result:    &Result{Connector: s.Connector.Name(), Option: s.Option.Key},
		holder:    newHolder(nil, nil),
	}
}

// randomOf returns the randomness of a purpose that a seed gives.
func randomOf(seed [32]byte, purpose string) io.Reader {
	if purpose != "" {
		seed = sha256.Sum256(append(seed[:], purpose...))
	}
	return &lockedReader{r: rand.NewChaCha8(seed)}
}

// A lockedReader lets many read, since requests may be signed at once.
type lockedReader struct {
	mu sync.Mutex
	r  io.Reader
}

func (l *lockedReader) Read(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.r.Read(p)
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
	answer, err := l.check(ctx, config)
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
	b := formula.NewObject(8)
	b.Set("connectorParameters", l.values.Parameters)
	b.Set("connectionInput", l.values.Inputs)
	b.Set("connectionParameters", l.values.Inputs)
	for _, m := range more {
		b.Set(m.Key, m.Value)
	}
	return b.Value()
}

func withCredentials(credentials formula.Value) []formula.Member {
	return []formula.Member{{Key: "credentials", Value: credentials}, {Key: "authData", Value: credentials}}
}

// step runs one step and notes how it went. A step within another interrupts
// that one.
func (l *life) step(name string, work func(step *Step) error) error {
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
	err := work(&s)
	s.Duration = time.Since(start)
	s.OK = err == nil
	s.Method, s.URL, s.Status = l.transport.method, l.transport.url, l.transport.status
	if err != nil {
		s.Message = l.message(err)
		l.result.fail(name, s.Message, err)
		if l.result.Hint == "" {
			l.result.Hint = answerHint(s.Status)
		}
	}
	l.result.Steps = append(l.result.Steps, s)
	return err
}

// maxDetail bounds what is shown of a server's own words, in characters.
const maxDetail = 200

// message returns what an error says. The words of a server are redacted
// before they are cut: a redactor finds whole secrets only.
func (l *life) message(err error) string {
	redact := func(text string) string { return text }
	if l.redactor != nil {
		redact = l.redactor.Redact
	}
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
	err := l.step("makeApiClient", func(*Step) (err error) {
		config, err = l.Methods.ClientBy(ctx, l.call(method.Call{Variables: l.variables(withCredentials(l.credential().Values)...)}))
		return err
	})
	return config, err
}

// check sends the test request and looks at what it gives.
func (l *life) check(ctx context.Context, config *method.ClientConfig) (formula.Value, error) {
	answer := formula.Undefined
	err := l.step("test", func(s *Step) error {
		c, err := l.open(config)
		if err != nil {
			return err
		}
		vars := l.variables(withCredentials(l.credential().Values)...)
		result, err := l.Methods.Run(ctx, "test", l.call(method.Call{Variables: vars, Client: c}))
		if err != nil {
			return err
		}
		answer = result.Value
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
	vars := l.variables(append(withCredentials(l.credential().Values), formula.Member{Key: "test", Value: answer})...)
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

// A meter notes the last request of a step.
type meter struct {
	next        http.RoundTripper
	method, url string
	status      int
}

func (m *meter) reset() { m.method, m.url, m.status = "", "", 0 }

// RoundTrip sends the request on.
func (m *meter) RoundTrip(req *http.Request) (*http.Response, error) {
	u := *req.URL
	u.RawQuery, u.Fragment, u.User = "", "", nil
	m.method, m.url, m.status = req.Method, u.String(), 0
	resp, err := m.next.RoundTrip(req)
	if err == nil {
		m.status = resp.StatusCode
	}
	return resp, err
}
