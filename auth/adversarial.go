package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// impostorStep is the name of the step that tests a wrong credential.
const impostorStep = "wrong credential"

// A ProofError says that a test passes whatever the credential is, so that its
// passing proves nothing.
type ProofError struct {
	Reason string
	Mend   string // what to do
}

func (e *ProofError) Error() string { return e.Reason }

// NoSecrets marks the error as one that may be shown as it is.
func (e *ProofError) NoSecrets() {}

// prove tests wrong credentials after a run that passed: the result fails if
// one of them passes, too.
func (m *simulation) prove(ctx context.Context, r *Result) {
	if !r.OK || m.Operation != "" || m.Course != Plain {
		return
	}
	l := m.start(ctx)
	if !l.result.OK {
		return
	}
	b := m.breaker(l.credential())
	if len(b.parts()) == 0 {
		r.Notes = append(r.Notes, "no wrong credential was tested, since nothing in this one is secret")
		return
	}
	b.disprove(ctx, r, func(parts ...part) *life {
		if len(parts) == len(b.parts()) {
			v, c := m.broken(b.credential)
			return m.trial(v, m.remade(v, c))
		}
		return m.trial(b.without(parts...))
	})
}

// trial is a run over the provider as it is, with values and a credential that
// may be wrong and are not made anew.
func (m *simulation) trial(v Values, c *Credential) *life {
	w := m.world()
	w.minted = nil
	m.provider.Begin()
	m.learn(m.redactor, v)
	l := liveOver(m.Subject, v, w, m.seed, nil)
	l.frozen, l.holder = true, newHolder(c, nil)
	return l
}

// remade gives a credential over which a script made what it makes of wrong
// values; m.broken does it for other methods.
func (m *simulation) remade(v Values, c *Credential) *Credential {
	if !m.Methods.Scripted(credentialsMethod) {
		return c
	}
	l := m.twin(v, inMemory{m.answers()}, m.seed)
	l.put(&Credential{Values: v.Inputs, Obtained: l.run.Now()})
	err := l.step(credentialsMethod, func() error {
		return l.ask(context.Background(), credentialsMethod, l.variables(), "")
	})
	if err != nil {
		return c
	}
	made := *l.credential()
	made.Key = c.Key
	return &made
}

// breaker returns what breaks a credential of the simulation.
func (m *simulation) breaker(c *Credential) *breaker {
	return &breaker{Subject: m.Subject, values: m.values, credential: c, given: m.given(c)}
}

// A breaker makes wrong credentials of a right one.
type breaker struct {
	Subject
	values     Values
	credential *Credential
	given      []string // texts that the server gave away
}

// A part is a secret of a credential, with what it is not.
type part struct{ name, text, wrong string }

// parts lists the secrets that a wrong credential may be wrong in: those that
// were entered, and those that the server gave.
func (b *breaker) parts() []part {
	var list []part
	for _, in := range b.Methods.Secrets() {
		side, prefix := b.values.Inputs, "input "
		if in.Parameter {
			side, prefix = b.values.Parameters, "parameter "
		}
		text := textOf(side.Get(in.Name))
		if other := wrong(text); text != "" && other != text {
			list = append(list, part{prefix + in.Name, text, other})
		}
	}
	for i, name := range b.credential.Values.Keys() {
		_, v := b.credential.Values.At(i)
		for _, text := range textsOf(v) {
			isPart := func(p part) bool { return p.text == text }
			if slices.Contains(b.given, text) && !slices.ContainsFunc(list, isPart) {
				list = append(list, part{name + " of the credential", text, wrong(text)})
			}
		}
	}
	return list
}

// without returns the values and the credential with other secrets in place of
// parts.
func (b *breaker) without(parts ...part) (Values, *Credential) {
	var pairs []string
	for _, p := range parts {
		pairs = append(pairs, p.text, p.wrong)
	}
	v, c := b.values, *b.credential
	v.Inputs, v.Parameters = exchanged(v.Inputs, pairs...), exchanged(v.Parameters, pairs...)
	c.Values = exchanged(c.Values, pairs...)
	if b.Methods.Has(credentialsMethod) && !b.requests(credentialsMethod) && !b.Methods.Scripted(credentialsMethod) {
		l := newLife(b.Subject, v, nil, c.Obtained, [32]byte{})
		result, err := b.Methods.Run(context.Background(), credentialsMethod, l.call(method.Call{Variables: l.variables()}))
		if err == nil && result.Value.IsObject() {
			c.Values = over(c.Values, result.Value)
		}
	}
	return v, &c
}

// over returns an object with the members of another over its own.
func over(v, top formula.Value) formula.Value {
	for i, name := range top.Keys() {
		_, item := top.At(i)
		v = v.With(name, item)
	}
	return v
}

// disprove tests wrong credentials: first one in which all is wrong, then one
// for each part that makeApiClient puts somewhere. Try makes the run of a
// credential that is wrong in parts.
func (b *breaker) disprove(ctx context.Context, r *Result, try func(...part) *life) {
	all := b.parts()
	placed, err := b.placed(ctx, try())
	if err != nil {
		return
	}
	l := try(all...)
	wrongly, err := b.placed(ctx, l)
	taken := l.passes(ctx)
	step := Step{Name: impostorStep, OK: !taken}
	if s := testStep(l.result); s != nil {
		step.Method, step.URL, step.Status, step.Duration, step.Exchanges = s.Method, s.URL, s.Status, s.Duration, s.Exchanges
	}
	var failure *ProofError
	if taken {
		failure = proofless(step, placed, placed != nil && err == nil && len(differing(placed, wrongly)) > 0)
	}
	for _, p := range all {
		if failure != nil || len(all) == 1 {
			break
		}
		l := try(p)
		other, err := b.placed(ctx, l)
		if err != nil {
			continue
		}
		if places := differing(placed, other); len(places) > 0 && l.passes(ctx) {
			failure = halfProof(step, p, places)
		}
	}
	if step.OK = failure == nil; !step.OK {
		step.Message = failure.Reason
		r.OK = false
		r.fail(impostorStep, failure.Reason, failure)
	}
	r.Steps = append(r.Steps, step)
}

// passes runs the test of a life and tells whether it passes.
func (l *life) passes(ctx context.Context) bool { return l.perform(ctx).OK }

// testStep returns the step of a result that sent the test's request; nil if
// none did.
func testStep(r *Result) *Step {
	for i := range r.Steps {
		if r.Steps[i].Name == "test" {
			return &r.Steps[i]
		}
	}
	return nil
}

// placed returns what the client of a run puts into requests, by its place in
// words.
func (b *breaker) placed(ctx context.Context, l *life) (map[string]string, error) {
	if b.requests("makeApiClient") || b.Methods.Scripted("makeApiClient") {
		return nil, errors.New("makeApiClient sends requests")
	}
	if err := l.learnEndpoints(ctx); err != nil {
		return nil, err
	}
	c, err := l.Methods.ClientBy(ctx, l.call(method.Call{Variables: l.variables(withCredentials(l.credential().Values)...)}))
	if err != nil {
		return nil, err
	}
	places := map[string]string{"the base address": c.Base.URL}
	for _, list := range []struct {
		kind   string
		fields []method.Field
	}{{"header", c.Headers}, {"query parameter", c.Query}, {"cookie", c.Cookies}} {
		for _, f := range list.fields {
			places[fmt.Sprintf("%s %q", list.kind, f.Name)] = f.Value
		}
	}
	for i, name := range c.Data.Keys() {
		_, v := c.Data.At(i)
		places[fmt.Sprintf("body field %q", name)] = v.String()
	}
	if c.Basic != nil {
		places["basic"] = c.Basic.Username + ":" + c.Basic.Password
	}
	if !c.Sign.IsMissing() {
		places["the signature"] = c.Sign.String()
	}
	return places, nil
}

// differing lists the places in which two clients differ.
func differing(a, b map[string]string) []string {
	var list []string
	for place, text := range a {
		if b[place] != text {
			list = append(list, place)
		}
	}
	slices.Sort(list)
	return list
}

// requests tells whether a method sends requests by itself.
func (b *breaker) requests(name string) bool {
	return b.Option.Value.Get(name).Get("type").Text() != "mapping" && b.Methods.Has(name)
}

// proofless says that a test passes with a wrong credential.
func proofless(s Step, placed map[string]string, puts bool) *ProofError {
	sends := fmt.Sprintf("%s %s", s.Method, s.URL)
	switch {
	case s.Method == "":
		return &ProofError{
			"the test passes with a wrong credential, since it sends no request: it proves nothing",
			"let the test send a request that only who has the credential may send, such as one for the own user",
		}
	case s.Status >= 400:
		return &ProofError{
			fmt.Sprintf("the test passes with a wrong credential: the API refuses %s with %d, and that is taken for a success", sends, s.Status),
			fmt.Sprintf("the mistake is in responseHandlers of makeApiClient, or in the test: leave %d to be an error", s.Status),
		}
	case puts:
		return &ProofError{
			fmt.Sprintf("the test passes with a wrong credential: %s does not carry what makeApiClient puts into requests, so that it proves nothing", sends),
			"the test sends something else in that place, or has no place for it, such as a GET for a body: remove what it sets there, or test with a request that carries it",
		}
	}
	return &ProofError{
		fmt.Sprintf("the test passes with a wrong credential: nothing in %s depends on it, so that it proves nothing", sends),
		"put the credential into the headers, the query or the like of makeApiClient, as the API wants it",
	}
}

// halfProof says that a test passes though one part of the credential is wrong.
func halfProof(s Step, p part, places []string) *ProofError {
	return &ProofError{
		fmt.Sprintf("the test passes with a wrong %s: %s %s does not carry it, though makeApiClient puts it into %s", p.name, s.Method, s.URL, strings.Join(places, " and ")),
		"remove what the test sets in its place, or test with a request that carries it",
	}
}
