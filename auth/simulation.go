package auth

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// SimulateOptions say how a simulation runs. The zero value is useful.
type SimulateOptions struct {
	// Now is when it begins; the zero time is one that is always the same. Its
	// clock moves by itself where something is waited for.
	Now time.Time
	// Seed is that of its values and tokens; the same seed gives the same run.
	Seed string
	// Redactor learns what is secret in the run; nil for who shows nothing of it.
	Redactor *secret.Redactor
	// Log takes a line that a script logs; nil drops it.
	Log func(method, level, line string)
}

// unknowable is what no simulation knows.
const unknowable = "the provider was made from the spec: whether its endpoints exist, its scopes have these names and its answers these members is not tested"

// Simulate runs the option's life, or its operation, against a provider that is
// made from the spec, with values that are made up. It opens no socket and needs
// no account. The life is whole: a login, the test, a forced refresh and a second
// test where there is a refresh, and the end of the connection where the spec has
// one.
//
// A result with Skipped says why there is no simulation. A result that is OK says
// that the spec is right in itself, and nothing about the real provider.
func Simulate(ctx context.Context, s Subject, o SimulateOptions) (*Result, error) {
	m, skipped := newSimulation(s, o)
	if skipped != "" {
		return skippedResult(s, skipped), nil
	}
	r, err := m.settle(ctx)
	if err != nil {
		return nil, err
	}
	m.prove(ctx, r)
	r.Notes = append(r.Notes, unknowable)
	return r, nil
}

func skippedResult(s Subject, why string) *Result {
	return &Result{Connector: s.Connector.Name(), Option: s.OptionKey(), Skipped: why}
}

// A simulation is an option with a provider that is made from it. What is made
// up is its user and what the provider knows; runs of it may have other values.
type simulation struct {
	Subject
	options  SimulateOptions
	values   Values // that the provider knows
	provider *simulate.Provider
	redactor *secret.Redactor
	seed     [32]byte

	mu     sync.Mutex
	clock  time.Time
	latest *Credential // that the provider was told of
}

// newSimulation makes up values and a provider; skipped says why there is none.
func newSimulation(s Subject, o SimulateOptions) (m *simulation, skipped string) {
	if err := s.Check(); err != nil {
		return nil, err.Error()
	}
	if o.Now.IsZero() {
		o.Now = epoch
	}
	m = &simulation{Subject: s, options: o, redactor: o.Redactor}
	if m.redactor == nil {
		m.redactor = secret.NewRedactor()
	}
	m.seed = sha256.Sum256([]byte("simulation of " + s.Connector.Key() + "/" + s.OptionKey() + "/" + s.Operation + "/" + o.Seed))
	m.clock = o.Now.UTC().Truncate(time.Second)
	uses := s.uses()
	var err error
	if m.values.Inputs, err = simulate.Values(s.Option.Value.Get("inputSchema"), uses.inputs, string(m.seed[:8])); err == nil {
		m.values.Parameters, err = simulate.Values(s.Option.Value.Get("parametersSchema"), uses.parameters, string(m.seed[8:16]))
	}
	if err != nil {
		return nil, "no values can be made up for it: " + err.Error()
	}
	values, problems, err := s.Complete(m.values)
	switch {
	case err != nil:
		return nil, err.Error()
	case len(problems) > 0:
		return nil, fmt.Sprintf("no values can be made up for it: %q %s: give it a default or an example in the schema", problems[0].Name, problems[0].Message)
	}
	m.values = values
	if s.Operation != "" {
		input, err := simulate.Values(s.operation().InputSchema(), nil, "input")
		if err != nil {
			return nil, "no input can be made up for the operation: " + err.Error()
		}
		example := s.ExampleInput()
		for i, name := range example.Keys() {
			_, v := example.At(i)
			input = input.With(name, v)
		}
		var problem string
		if m.values.Input, problem, err = completeInput(s, input); err != nil || problem != "" {
			return nil, "no input can be made up for the operation: " + problem
		}
	}
	m.provider = simulate.New(m.facts(), &seeded{seed: m.seed, purpose: "provider"})
	return m, ""
}

// completeInput completes the input of an operation; problem is the first that
// there is.
func completeInput(s Subject, input formula.Value) (formula.Value, string, error) {
	input, problems, err := s.CompleteInput(input)
	if err != nil {
		return input, err.Error(), err
	}
	if len(problems) > 0 {
		return input, fmt.Sprintf("%q %s: give it a default or an example in inputSchema", problems[0].Name, problems[0].Message), nil
	}
	return input, "", nil
}

// now is the clock of the simulation, for both sides.
func (m *simulation) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.clock
}

// pass lets time pass.
func (m *simulation) pass(ctx context.Context, d time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.clock = m.clock.Add(d)
	return ctx.Err()
}

// facts are what the provider is made from.
func (m *simulation) facts() simulate.Facts {
	f := simulate.Facts{Option: m.Option.Value, Now: m.now, Expect: m.expect, Signer: m.signer}
	if m.Methods.Has("getOAuthConfig") {
		f.Config = m.config
	}
	if m.Operation != "" {
		f.Operation = spec.OperationPointer(m.Operation)
	}
	if test := m.Option.Value.Get("test"); test.Get("type").Text() == spec.KindOperation {
		f.TestOperation = spec.OperationPointer(test.Get("mapping").Get("operationKey").Text())
	}
	for _, r := range m.Methods.Reads() {
		f.Reads = append(f.Reads, simulate.Read(r))
	}
	return f
}

// world is what a run of the simulation takes from outside.
func (m *simulation) world() World {
	return World{
		Network: inMemory{m.provider}, Now: m.now, Redactor: m.redactor, Wait: m.pass, Log: m.options.Log,
		Browser:     login.To(m.provider.Browse),
		Prompt:      func(context.Context, DevicePrompt) error { return nil },
		Connections: m.connection,
		Begin:       m.provider.Step,
		minted:      m.know,
	}
}

// know tells the provider of a credential that was made of what it gave. Runs
// with broken values must not tell it.
func (m *simulation) know(c *Credential) {
	m.mu.Lock()
	m.latest = c
	m.mu.Unlock()
	m.provider.Know(c, append(textsOf(c.Values), c.Key))
}

// connection makes a connection of the connector whose credentials the option
// uses.
func (m *simulation) connection(_ context.Context, key string, _ Subject) (*Connection, error) {
	w, err := World{Network: inMemory{m.provider}, Now: m.now}.complete()
	if err != nil {
		return nil, err
	}
	c := &Credential{Values: m.provider.Credentials(), Obtained: m.now()}
	lender, option := m.Subject, *m.Option
	option.Key = "of " + key
	lender.Option = &option
	return &Connection{anywhere: true, subject: lender, values: m.values, world: w, holder: newHolder(c, nil)}, nil
}

// textsOf lists the texts in a value.
func textsOf(v formula.Value) []string {
	if text := textOf(v); text != "" {
		return []string{text}
	}
	var list []string
	for i := range v.Len() {
		_, item := v.At(i)
		list = append(list, textsOf(item)...)
	}
	return list
}

// An inMemory is the network of a simulation. It shows the provider the
// certificate of a client, which is else part of a handshake.
type inMemory struct{ next http.RoundTripper }

// RoundTrip hands the request to the provider.
func (n inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	if shown := client.Shown(req); shown != nil {
		// Who has not the key of a certificate does not get through a handshake.
		if pair, err := tls.X509KeyPair([]byte(shown.Certificate), []byte(shown.Key)); err == nil {
			req = req.WithContext(req.Context())
			req.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{pair.Leaf}}
		}
	}
	return n.next.RoundTrip(req)
}

// run runs the whole life once, from nothing.
func (m *simulation) run(ctx context.Context) *Result {
	l := m.start(ctx)
	switch r := l.result; {
	case !r.OK || m.Operation != "" || m.Course != Plain:
	case m.renewed(ctx, l):
		m.ended(ctx, l)
	}
	return l.result
}

// start obtains a credential from a provider that knows of nothing, and tests
// it.
func (m *simulation) start(ctx context.Context) *life {
	m.mu.Lock()
	m.clock, m.latest = m.options.Now.UTC().Truncate(time.Second), nil
	m.mu.Unlock()
	m.provider.Reset()
	m.learn(m.redactor, m.values)
	l := liveOver(m.Subject, m.values, m.world(), m.seed, nil)
	l.perform(ctx)
	return l
}

// renewed lets the credential of a run end, refreshes it, and tests it once more.
// It tells whether that went well, or there is no refresh.
func (m *simulation) renewed(ctx context.Context, l *life) bool {
	if !m.refreshable(l) {
		return true
	}
	r := l.result
	r.OK = false
	m.provider.Begin()
	err := m.pass(ctx, simulate.Lifetime)
	if err == nil {
		m.provider.Expire()
		err = l.renew(ctx, l.credential())
	}
	if err != nil {
		l.failed(err)
		if m.Methods.Has(refreshMethod) {
			r.Hint = "compare what refreshCredentials sends with what the login gave: the refresh token of the credential is {$var: credentials.refresh_token}"
		}
		return false
	}
	m.provider.Begin()
	if !l.perform(ctx).OK {
		r.Hint = "the test passed before the refresh and is refused after it: the refresh must give the access token of the answer, as in access_token: {$var: response.data.access_token}"
	}
	return r.OK
}

// ended takes the permission away, where the spec has it.
func (m *simulation) ended(ctx context.Context, l *life) {
	m.provider.Begin()
	if err := l.disconnect(ctx); err != nil && !errors.Is(err, ErrNoRevocation) {
		l.result.OK = false
		l.failed(err)
	}
}

// impostor tests a credential whose secrets are wrong, made of a good one. A
// provider that takes it asks for no proof.
func (m *simulation) impostor(ctx context.Context, c *Credential) *Result {
	values, broken := m.broken(c)
	w := m.world()
	w.minted = nil
	l := liveOver(m.Subject, values, w, m.seed, nil)
	l.holder = newHolder(broken, nil)
	m.provider.Begin()
	return l.perform(ctx)
}

// refreshable tells whether the credential of a run can be refreshed.
func (m *simulation) refreshable(l *life) bool {
	switch {
	case l.renewal() == nil || m.Option.Type() == "proxy":
		return false
	case m.Methods.Has(refreshMethod) || m.Option.Type() != "oauth2":
		return true
	}
	grant := m.Option.Value.Get("getOAuthConfig").Get("mapping").Get("grantType").Text()
	alone := !slices.Contains([]string{"", "authorization_code", "device_code"}, grant)
	return alone || !l.credential().Values.Get("refresh_token").IsMissing()
}
