package auth

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"
)

// TestFaults runs the option's life as [Test] does, and if that passes tests
// those faults that need nothing of the server: a wrong credential, each secret
// wrong by itself, an access token that is not accepted any more, and a grant
// that is not. Each has a step in the result, as [SimulateFaults] has them. The
// server sees failed attempts; some lock accounts after a few.
func TestFaults(ctx context.Context, s Subject, v Values, w World, random io.Reader) (*Result, error) {
	w, err := w.complete()
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, err
	}
	s.learn(w.Redactor, v)
	l := liveOver(s, v, w, seed, nil)
	r := l.perform(ctx)
	if !r.OK || s.Operation != "" {
		return r, nil
	}
	s.Course = Plain
	f := &liveFaults{world: w, seed: seed, good: l, breaker: breaker{Subject: s, values: v, credential: l.credential()}}
	f.given = givenTo(f.credential, v)
	if s.Methods.Scripted(credentialsMethod) {
		r.Notes = append(r.Notes, "no wrong credential was tested, since nobody knows what the script makes of secrets")
		return r, nil
	}
	f.disprove(ctx, r, f.try)
	if r.OK {
		f.run(ctx, r)
	}
	return r, nil
}

// givenTo lists the secrets that a server gave to a credential.
func givenTo(c *Credential, v Values) []string {
	entered := textsOf(v.Inputs)
	return slices.DeleteFunc(textsOf(secretMembers(c.Values)), func(text string) bool { return slices.Contains(entered, text) })
}

// liveFaults are the faults of a run against a real server.
type liveFaults struct {
	breaker
	world World
	seed  [32]byte
	good  *life // that passed
}

// life begins a run, with a credential or without one.
func (f *liveFaults) life(v Values, c *Credential) *life {
	f.learn(f.world.Redactor, v)
	for _, p := range f.parts() {
		f.world.Redactor.Add("wrong "+p.name, p.wrong)
	}
	l := liveOver(f.Subject, v, f.world, f.seed, nil)
	l.holder, l.oauth1, l.proof.key = newHolder(c, nil), f.good.oauth1, f.good.proof.key
	return l
}

func (f *liveFaults) try(parts ...part) *life {
	v, c := f.without(parts...)
	l := f.life(v, c)
	l.frozen = true
	return l
}

// run runs the faults.
func (f *liveFaults) run(ctx context.Context, r *Result) {
	if !f.Interactive() {
		for _, p := range f.parts() {
			kind, name, _ := strings.Cut(p.name, " ")
			if entered := kind == "input" || kind == "parameter"; entered && f.reads(kind, name) {
				v, _ := f.without(p)
				f.judge(ctx, r, "wrong "+p.name, f.life(v, nil), isExplained, wantsLogin, isUnsent)
			}
		}
	}
	access, refresh := f.tokens()
	if len(access) == 0 {
		return
	}
	v, c := f.without(access...)
	l := f.life(v, c)
	want := []outcome{isExplained, wantsLogin}
	if l.renewal() != nil && (len(refresh) > 0 || !f.Interactive()) {
		want = []outcome{isRefreshed}
	}
	f.judge(ctx, r, "access token that is not accepted any more", l, want...)
	if len(refresh) == 0 {
		return
	}
	if fresh := l.credential(); l.result.OK {
		f.credential = fresh // its refresh token may have rotated
		f.given = givenTo(fresh, f.values)
		access, refresh = f.tokens()
	}
	v, c = f.without(append(access, refresh...)...)
	f.judge(ctx, r, "grant that is not accepted any more", f.life(v, c), wantsLogin, isExplained)
}

// tokens lists the secrets that the server gave, those for refreshing apart.
func (f *liveFaults) tokens() (access, refresh []part) {
	for _, p := range f.parts() {
		name, ok := strings.CutSuffix(p.name, " of the credential")
		switch {
		case !ok || strings.HasPrefix(name, "id_token"):
		case strings.Contains(strings.ToLower(name), "refresh"):
			refresh = append(refresh, p)
		default:
			access = append(access, p)
		}
	}
	return access, refresh
}

// judge runs a life and adds how it came out.
func (f *liveFaults) judge(ctx context.Context, r *Result, name string, l *life, want ...outcome) {
	began, before := time.Now(), l.credential()
	x := &faulty{fault: &fault{name: name, at: atTest}, holder: l.holder, begun: before}
	got := l.perform(ctx)
	x.came = x.outcome(got, nil)
	if got.OK && before == nil {
		x.came = isUnsent
	}
	var failure *FaultError
	if !slices.Contains(want, x.came) {
		failure = x.unwanted(got, want)
	} else if !got.OK && got.Hint == "" {
		failure = &FaultError{name, "nothing is said of what to do about this: " + got.Message, ""}
	}
	r.fault(name, x.came, failure, time.Since(began))
}
