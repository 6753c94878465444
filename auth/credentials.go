package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// credentialsMethod obtains a credential that needs nobody's consent.
const credentialsMethod = "getCredentialsFromConnectionParameters"

// login obtains what an auth type gives beyond the method that makes a
// credential of what the user entered.
func (l *life) login(ctx context.Context) error {
	switch l.Option.Type() {
	case "oauth2":
		return l.loginOAuth2(ctx)
	case "oauth1":
		return l.loginOAuth1(ctx)
	case "proxy":
		return l.loginProxy(ctx)
	}
	return nil
}

// obtain obtains the credential: what the user entered, with what the method
// makes of it over it, and what a login gives over that.
func (l *life) obtain(ctx context.Context) error {
	l.obtaining = true
	l.put(&Credential{Values: l.values.Inputs, Obtained: l.clock()})
	if l.Methods.Has(credentialsMethod) {
		err := l.step(credentialsMethod, func() error {
			return l.ask(ctx, credentialsMethod, l.variables(), l.called())
		})
		if err != nil {
			return err
		}
	}
	if err := l.login(ctx); err != nil {
		return err
	}
	l.obtaining = false
	return nil
}

// have makes sure that there is a credential: the one that the run began with,
// refreshed if it is due, or a new one.
func (l *life) have(ctx context.Context) error {
	c := l.credential()
	if c == nil {
		return l.obtain(ctx)
	}
	for range 2 { // another process may have kept one that is due itself
		if !c.Due(l.clock(), l.spread()) {
			return nil
		}
		if l.renewal() == nil {
			return l.endOf(c)
		}
		err := l.renew(ctx, c)
		var lost *KeepError
		switch {
		case err == nil:
		case c.Expired(l.clock()), errors.As(err, &lost) && lost.New:
			return err
		default:
			l.result.forgive() // what there is lasts a little longer
			return nil
		}
		c = l.credential()
	}
	return nil
}

// endOf says that a credential has ended that nothing obtains anew; nil while it
// lasts.
func (l *life) endOf(c *Credential) error {
	if !c.Expired(l.clock()) {
		return nil
	}
	return &LoginError{Reason: "the credential has ended, and the login gave nothing to obtain another one with"}
}

// credential returns the credential as it is; nil before there is one.
func (l *life) credential() *Credential { return l.holder.current.Load() }

// put puts a credential in place of the last.
func (l *life) put(c *Credential) {
	l.holder.current.Store(c)
	if l.minted != nil {
		l.minted(c)
	}
}

// ask runs a method that gives credentials, and puts them over those that are
// there. What is secret in them is learnt under a name. An expires_in or
// expires_at among them is when they end.
func (l *life) ask(ctx context.Context, name string, variables formula.Value, called string) error {
	result, err := l.Methods.Run(ctx, name, l.call(method.Call{Variables: variables, Client: &bareClient{l}}))
	if err != nil {
		return unanswered(result, err)
	}
	if result.Value.IsMissing() {
		if err := l.lacks(name, result, formula.Undefined); err != nil {
			return err
		}
		return &VerdictError{"the method gives no credential: what it reads is not there" + kindOf(result.Response)}
	}
	if !result.Value.IsObject() {
		return fmt.Errorf("the method gives %s; credentials are an object", result.Value.Kind())
	}
	fresh := *l.credential()
	if name == credentialsMethod {
		fresh.Values = l.values.Inputs
	}
	b := fresh.Values.Builder()
	overlay(b, result.Value)
	fresh.Values, fresh.Pending = b.Value(), false
	if err := l.lacks(name, result, fresh.Values); err != nil {
		return err
	}
	expiry, said := token.Expiry(result.Value.Get("expires_in").ToAny(), result.Value.Get("expires_at").ToAny(), false, l.clock())
	if whole := name == credentialsMethod || name == refreshMethod; whole || said {
		fresh.Obtained, fresh.Expiry = l.clock(), l.ending(expiry)
	}
	l.put(&fresh)
	switch {
	case result.Response != nil || l.Methods.Scripted(name):
		l.learned(called, result.Value)
	case l.redactor != nil: // finding these takes longer than replaying them
		l.learned(called, l.derived(result.Value))
	}
	return nil
}

// throwAwayVerifier is the PKCE verifier of runs with placeholders, which could
// be none itself (RFC 7636 4.1).
const throwAwayVerifier = "throw-away-verifier-of-a-run-with-placeholders"

// fresh returns a new random text of the run, of 256 bits: a state, a nonce or
// a verifier. A run with placeholders gets a placeholder.
func (l *life) fresh(name string) (string, error) {
	switch {
	case l.run.ThrowAway && name == "verifier":
		return throwAwayVerifier, nil
	case l.run.ThrowAway:
		return "{{run." + name + "}}", nil
	}
	random := l.signRand
	if l.drawn != nil {
		random = l.drawn(name)
	}
	text, err := randomText(random)
	if err == nil {
		l.learnText("run."+name, text)
	}
	return text, err
}
