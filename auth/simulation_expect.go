package auth

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// config evaluates the OAuth configuration with the values that the provider
// knows.
func (m *simulation) config() (*simulate.Config, error) {
	l := m.twin(m.values, nil, m.seed)
	redirect, err := l.redirectURI()
	if err != nil {
		return nil, err
	}
	config, err := l.evaluateOAuth(context.Background(), redirect, "")
	if err != nil {
		return nil, err
	}
	c := &simulate.Config{Value: config.Value, Endpoints: map[string]string{}, Redirect: redirect, Scopes: l.asked(config)}
	for field, address := range config.Endpoints {
		c.Endpoints[field] = address.URL
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.values.Inputs
	if m.latest != nil {
		known = m.latest.Values
	}
	c.Username, c.Password, c.RefreshToken = textOf(known.Get("username")), textOf(known.Get("password")), textOf(known.Get("refresh_token"))
	return c, nil
}

// twin is a run beside the real one, by which the provider finds out what is
// sent with a credential.
func (m *simulation) twin(v Values, network http.RoundTripper, seed [32]byte) *life {
	s := m.Subject
	s.Trace, s.Course = false, Plain
	l := newLife(s, v, network, m.now(), seed)
	l.wait, l.connections = atOnce, m.connection
	l.network = network
	return l
}

// signer gives what signs with a credential.
func (m *simulation) signer(credential any, w sign.World) (sign.Signer, formula.Value, error) {
	c, ok := credential.(*Credential)
	if !ok {
		return nil, formula.Undefined, nil
	}
	l := m.twin(m.values, m.answers(), m.seed)
	l.put(c)
	config, err := l.client(context.Background())
	if err != nil {
		return nil, formula.Undefined, err
	}
	l.run.Now, l.signRand = w.Now, w.Rand
	s, err := l.signerOf(config)
	return s, config.Sign, err
}

// answers is a provider that takes every request.
func (m *simulation) answers() *simulate.Provider {
	p := simulate.New(m.facts(), &seeded{seed: m.seed, purpose: "answers"})
	p.Free, p.Fixed = true, m.provider.Fixed
	return p
}

// An observed network notes the requests of one step.
type observed struct {
	*simulate.Provider
	step, now string
	sent      []*simulate.Sent
}

// Step says which step runs.
func (w *observed) Step(name string) {
	w.now = name
	w.Provider.Step(name)
}

// RoundTrip notes the request and answers it.
func (w *observed) RoundTrip(req *http.Request) (*http.Response, error) {
	s := &simulate.Sent{Method: req.Method, URL: req.URL, Header: req.Header.Clone()}
	if shown := client.Shown(req); shown != nil {
		s.Peer = shown.Certificate != ""
	}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		s.Body, req.Body = body, io.NopCloser(bytes.NewReader(body))
	}
	if w.now == w.step {
		w.sent = append(w.sent, s)
	}
	return w.Provider.RoundTrip(req)
}

// expect gives the requests of a step with what in them proves something.
func (m *simulation) expect(step string, credential any) []simulate.Expected {
	c, _ := credential.(*Credential)
	other := m.seed
	other[0] ^= 1
	sent := m.sends(step, m.values, c, m.seed)
	again := m.sends(step, m.values, c, other)
	broken, brokenCredential := m.broken(c)
	if c != nil {
		brokenCredential = m.remade(broken, brokenCredential)
	}
	return simulate.Compare(sent, again, m.sends(step, broken, brokenCredential, m.seed))
}

// sends gives the requests of a step.
func (m *simulation) sends(step string, v Values, c *Credential, seed [32]byte) []*simulate.Sent {
	ctx := context.Background()
	w := &observed{Provider: m.answers(), step: step}
	l := m.twin(v, inMemory{w}, seed)
	l.begin = w.Step
	if c == nil {
		c = &Credential{Values: v.Inputs, Obtained: l.run.Now()}
	}
	l.put(c)
	switch step {
	case credentialsMethod:
		_ = l.step(step, func() error { return l.ask(ctx, step, l.variables(), "") })
	case refreshMethod:
		_ = l.step(step, func() error { return l.ask(ctx, step, l.variables(withCredentials(c.Values)...), "") })
	case disconnectMethod:
		_ = l.disconnect(ctx)
	default:
		config, err := l.client(ctx)
		if err != nil {
			break
		}
		if step == operationStep {
			_ = l.operate(ctx, config)
		} else {
			_, _ = l.check(ctx, config)
		}
	}
	return w.sent
}

// broken gives values and a credential whose secrets are wrong.
func (m *simulation) broken(c *Credential) (Values, *Credential) {
	var secrets []string
	v := m.values
	for _, in := range m.Methods.Secrets() {
		side := &v.Inputs
		if in.Parameter {
			side = &v.Parameters
		}
		text := textOf(side.Get(in.Name))
		if text == "" {
			continue
		}
		secrets = append(secrets, text)
		*side = side.With(in.Name, formula.String(wrong(text)))
	}
	if c == nil {
		return v, nil
	}
	secrets = append(secrets, m.given(c)...)
	fresh := *c
	fresh.Values = replaced(c.Values, secrets)
	if m.Option.Value.Get(credentialsMethod).Get("type").Text() == spec.KindMapping {
		l := m.twin(v, nil, m.seed)
		result, err := m.Methods.Run(context.Background(), credentialsMethod, l.call(method.Call{Variables: l.variables()}))
		if err == nil && result.Value.IsObject() {
			for i, name := range result.Value.Keys() {
				_, item := result.Value.At(i)
				fresh.Values = fresh.Values.With(name, item)
			}
		}
	}
	return v, &fresh
}

// given lists the texts that the provider gave away; what is borrowed has others
// besides tokens.
func (m *simulation) given(c *Credential) []string {
	list := m.provider.Given()
	if m.Option.Type() == "proxy" && c != nil {
		list = append(list, textsOf(secretMembers(c.Values))...)
	}
	return list
}

// replaced returns a value with wrong secrets in its texts.
func replaced(v formula.Value, secrets []string) formula.Value {
	pairs := make([]string, 0, 2*len(secrets))
	for _, s := range secrets {
		pairs = append(pairs, s, wrong(s))
	}
	return exchanged(v, pairs...)
}

// exchanged returns a value with other texts in its texts: each first of two
// becomes the second.
func exchanged(v formula.Value, pairs ...string) formula.Value {
	switch v.Kind() {
	case formula.KindString:
		text := v.Text()
		for i := 0; i+1 < len(pairs); i += 2 {
			text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
		}
		return formula.String(text)
	case formula.KindObject:
		b := formula.NewObject(v.Len())
		for i, name := range v.Keys() {
			_, item := v.At(i)
			b.Set(name, exchanged(item, pairs...))
		}
		return b.Value()
	case formula.KindList:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			items[i] = exchanged(item, pairs...)
		}
		return formula.List(items...)
	}
	return v
}

// wrong returns a text of the same make that is another: of a private key
// another key of its kind, of a certificate the same.
func wrong(text string) string {
	if strings.Contains(text, "-----BEGIN") {
		return simulate.OtherKey(text)
	}
	b := []byte(text)
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case c == 'a' || c == 'A' || c == '0':
			b[i]++
			return string(b)
		case 'b' <= c && c <= 'z' || 'B' <= c && c <= 'Z' || '1' <= c && c <= '9':
			b[i]--
			return string(b)
		}
	}
	return text + "x"
}
