package auth

import (
	"context"
	"errors"
	"strconv"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/spec"
)

// refreshMethod obtains a credential anew.
const refreshMethod = "refreshCredentials"

// A renewal is a way to obtain a credential anew. It puts the new one in place
// of the last.
type renewal func(ctx context.Context) error

// renewal returns how the credential is obtained anew: by refreshCredentials,
// else by the standard refresh of OAuth 2, else as it was obtained if that
// needs nobody; nil if there is no way, or it would give the same again.
func (l *life) renewal() renewal {
	switch {
	case l.frozen:
		return nil
	case l.Methods.Has(refreshMethod):
		if l.Methods.Supported(refreshMethod) != nil {
			return nil
		}
		return l.refreshByMethod
	case l.Option.Type() == "oauth2":
		if c := l.credential(); c != nil && textOf(c.Values.Get("refresh_token")) == "" && l.Interactive() {
			return nil // nothing but a login gives another
		}
		return l.refreshOAuth2
	case l.Option.Type() == "proxy":
		return l.refreshProxied
	case l.Option.Type() == "client-credentials" && l.Methods.Has(credentialsMethod) && l.Methods.Supported(credentialsMethod) == nil:
		mapped := l.Option.Value.Get(credentialsMethod).Get("type").Text() == spec.KindMapping
		if c := l.credential(); mapped && (c == nil || c.Expiry.IsZero()) {
			return nil
		}
		return func(ctx context.Context) error {
			return l.step(credentialsMethod, func() error {
				return l.ask(ctx, credentialsMethod, l.variables(), l.called())
			})
		}
	}
	return nil
}

// called is the name under which the secrets of a refresh are known.
func (l *life) called() string {
	switch l.refreshes {
	case 0:
		return "credentials"
	case 1:
		return "refreshed"
	}
	return "refreshed" + strconv.Itoa(l.refreshes)
}

// renew obtains the credential anew in place of old, unless somebody has. The
// run of a connection leaves it to a run of its own, since it may go on when
// nobody waits for it any more.
func (l *life) renew(ctx context.Context, old *Credential) error {
	if l.renewer != nil {
		steps, err := l.renewer(ctx, old)
		l.result.Steps = append(l.result.Steps, steps...)
		return err
	}
	if l.renewal() == nil {
		return ErrNoRefresh
	}
	return l.holder.renew(ctx, old, l.obtainAnew)
}

// obtainAnew is what the holder of a credential calls to obtain another one.
func (l *life) obtainAnew(ctx context.Context, old *Credential) (*Credential, error) {
	l.refreshes++
	shared := l.holder
	l.holder = newHolder(old, nil)
	defer func() { l.holder = shared }()
	err := l.renewal()(ctx)
	return l.credential(), err
}

// ErrNoRefresh says that there is no way to refresh a credential.
var ErrNoRefresh = errors.New("nothing obtains the credential anew: the spec has no refreshCredentials, and a login gave no refresh token")

// refresher returns how a client obtains a new credential when the API does not
// accept the one in use any more; nil if there is no way to.
func (l *life) refresher(used *Credential) func(context.Context) (client.Config, error) {
	if l.renewal() == nil {
		return nil
	}
	return func(ctx context.Context) (client.Config, error) {
		if err := l.renew(ctx, used); err != nil {
			return client.Config{}, err
		}
		made, err := l.client(ctx)
		if err != nil {
			return client.Config{}, err
		}
		return l.configOf(ctx, made)
	}
}

// refreshByMethod obtains a credential by the spec's own means.
func (l *life) refreshByMethod(ctx context.Context) error {
	return l.step(refreshMethod, func() error {
		vars := l.variables(withCredentials(l.credential().Values)...)
		if err := l.ask(ctx, refreshMethod, vars, l.called()); err != nil {
			return &spentError{err, l.transport.status/100 == 2}
		}
		return nil
	})
}

// refreshOAuth2 obtains tokens by the refresh token (RFC 6749 6), or by the
// grant that gave them if that needs nobody.
func (l *life) refreshOAuth2(ctx context.Context) error {
	r, err := l.openOAuth2(ctx, "", l.credential().Key)
	if err != nil {
		return err
	}
	refreshToken := textOf(l.credential().Values.Get("refresh_token"))
	switch {
	case refreshToken != "":
	case r.grant == "authorization_code" || r.grant == "device_code":
		return &LoginError{Reason: "the server gave no refresh token"}
	default:
		return r.byGrant(ctx)
	}
	field := "refreshUri"
	if _, ok := r.endpoints[field]; !ok {
		field = "tokenUri"
	}
	var answer *token.Answer
	err = l.step(refreshStep, func() error {
		e, err := r.tokenEndpoint(field)
		if err != nil {
			return err
		}
		p := token.Params{{Name: "grant_type", Value: "refresh_token"}, {Name: "refresh_token", Value: refreshToken}}
		if answer, err = e.Request(ctx, append(p, r.params("refreshParams")...)); err != nil {
			return &spentError{error: err}
		}
		return r.accept(answer)
	})
	if err != nil {
		return err
	}
	return r.extract(ctx, "getCredentialsFromRefreshTokenResponse", answer, queryOf(nil))
}
