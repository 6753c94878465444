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
	case l.Methods.Has(refreshMethod):
		if l.Methods.Supported(refreshMethod) != nil {
			return nil
		}
		return func(ctx context.Context) error {
			return l.step(refreshMethod, func(*Step) error {
				vars := l.variables(withCredentials(l.credential().Values)...)
				return l.ask(ctx, refreshMethod, vars, l.called())
			})
		}
	case l.Option.Type() == "oauth2":
		return l.refreshOAuth2
	case l.Option.Type() == "proxy":
		return l.refreshProxied
	case l.Option.Type() == "client-credentials" && l.Methods.Has(credentialsMethod) && l.Methods.Supported(credentialsMethod) == nil:
		mapped := l.Option.Value.Get(credentialsMethod).Get("type").Text() == spec.KindMapping
		if c := l.credential(); mapped && (c == nil || c.Expiry.IsZero()) {
			return nil
		}
		return func(ctx context.Context) error {
			return l.step(credentialsMethod, func(*Step) error {
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

// renew obtains the credential anew in place of old, unless somebody has.
func (l *life) renew(ctx context.Context, old *Credential) error {
	again := l.renewal()
	if again == nil {
		return errNoRefresh
	}
	return l.holder.renew(ctx, old, func(ctx context.Context, old *Credential) (*Credential, error) {
		l.refreshes++
		shared := l.holder
		l.holder = newHolder(old, nil)
		defer func() { l.holder = shared }()
		err := again(ctx)
		return l.credential(), err
	})
}

var errNoRefresh = errors.New("there is no way to obtain the credential anew: the spec has no refreshCredentials, and the server gave no refresh token")

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
		return l.configOf(made)
	}
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
	err = l.step(refreshStep, func(*Step) error {
		e, err := r.tokenEndpoint(field)
		if err != nil {
			return err
		}
		p := token.Params{{Name: "grant_type", Value: "refresh_token"}, {Name: "refresh_token", Value: refreshToken}}
		if answer, err = e.Request(ctx, append(p, r.params("refreshParams")...)); err != nil {
			return err
		}
		return r.accept(answer)
	})
	if err != nil {
		return err
	}
	return r.extract(ctx, "getCredentialsFromRefreshTokenResponse", answer, queryOf(nil))
}
