package auth

import (
	"context"
	"errors"
	"strconv"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/spec/method"
)

// disconnectMethod takes the permission away by the spec's own means.
const disconnectMethod = "disconnect"

// ErrNoRevocation says that nothing at the provider was asked to end the
// permission.
var ErrNoRevocation = errors.New("the spec has no disconnect method and no revokeUri: the permission itself stays until it ends, or is taken away at the provider")

// disconnect takes the permission away: by the method of the spec if it has
// one, else by revoking its tokens.
func (l *life) disconnect(ctx context.Context) error {
	if l.Methods.Has(disconnectMethod) {
		config, err := l.client(ctx)
		if err != nil {
			return err
		}
		return l.step(disconnectMethod, func() error {
			c, err := l.open(ctx, config)
			if err != nil {
				return err
			}
			vars := l.variables(withCredentials(l.credential().Values)...)
			_, err = l.Methods.Run(ctx, disconnectMethod, l.call(method.Call{Variables: vars, Client: c}))
			return err
		})
	}
	switch l.Option.Type() {
	case "oauth2":
		return l.revokeOAuth2(ctx)
	case "oauth1":
		return l.revokeOAuth1(ctx)
	}
	return ErrNoRevocation
}

// revokeOAuth2 revokes the refresh token, then the access token (RFC 7009). One
// that could not be revoked does not keep the other from it; an access token
// that the server does not revoke by itself (RFC 7009 2.1), or that ended with its
// refresh token, is no failure where that was revoked.
func (l *life) revokeOAuth2(ctx context.Context) error {
	r, err := l.openOAuth2(ctx, "", l.credential().Key)
	if err != nil {
		return err
	}
	e, err := r.at("revokeUri")
	if err != nil {
		return ErrNoRevocation
	}
	return l.step(revokeStep, func() error {
		var failures []error
		revoked := false
		for _, hint := range []string{"refresh_token", "access_token"} {
			text := textOf(l.credential().Values.Get(hint))
			if text == "" {
				continue
			}
			err := e.Revoke(ctx, text, hint)
			var refused *token.Error
			if revoked && errors.As(err, &refused) && refused.Kind == token.Failed && !refused.Transient() {
				l.result.Notes = append(l.result.Notes, besides(refused))
				continue
			}
			revoked = revoked || err == nil
			failures = append(failures, err)
		}
		return errors.Join(failures...)
	})
}

// besides says what a refusal to revoke the access token means behind the
// revocation of its refresh token.
func besides(refused *token.Error) string {
	if refused.Code == "invalid_token" { // for which RFC 7009 2.2 has a success
		return "the access token ended with the refresh token: the server does not know it any more, and so says " + strconv.Itoa(refused.Status)
	}
	return "the refresh token was revoked, and the server does not revoke the access token by itself: it ends by its own"
}

// revokeOAuth1 revokes the token by a signed request.
func (l *life) revokeOAuth1(ctx context.Context) error {
	if err := l.learnEndpoints(ctx); err != nil {
		return err
	}
	signer, err := l.signOAuth1()
	if err != nil {
		return err
	}
	address, ok := l.oauth1.Endpoints["revokeUri"]
	if !ok {
		return ErrNoRevocation
	}
	return l.step(revokeStep, func() error {
		dance := &login.Dance{Signer: *signer, Transport: &endpointTransport{life: l}, Redact: l.redact()}
		return dance.Revoke(ctx, address.URL)
	})
}
