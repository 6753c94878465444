package auth

import (
	"context"
	"errors"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/spec/method"
)

// disconnectMethod takes the permission away by the spec's own means.
const disconnectMethod = "disconnect"

// errNoRevocation says that nothing at the provider was asked to end the
// permission.
var errNoRevocation = errors.New("the spec has no disconnect method and no revokeUri: the permission itself stays until it ends, or is taken away at the provider")

// disconnect takes the permission away: by the method of the spec if it has
// one, else by revoking its tokens.
func (l *life) disconnect(ctx context.Context) error {
	if l.Methods.Has(disconnectMethod) {
		config, err := l.client(ctx)
		if err != nil {
			return err
		}
		return l.step(disconnectMethod, func(*Step) error {
			c, err := l.open(config)
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
	return errNoRevocation
}

// revokeOAuth2 revokes the refresh token, then the access token (RFC 7009). One
// that could not be revoked does not keep the other from it.
func (l *life) revokeOAuth2(ctx context.Context) error {
	r, err := l.openOAuth2(ctx, "", l.credential().Key)
	if err != nil {
		return err
	}
	e, err := r.at("revokeUri")
	if err != nil {
		return errNoRevocation
	}
	return l.step(revokeStep, func(*Step) error {
		var failures []error
		for _, hint := range []string{"refresh_token", "access_token"} {
			if text := textOf(l.credential().Values.Get(hint)); text != "" {
				failures = append(failures, e.Revoke(ctx, text, hint))
			}
		}
		return errors.Join(failures...)
	})
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
		return errNoRevocation
	}
	return l.step(revokeStep, func(*Step) error {
		dance := &login.Dance{Signer: *signer, Transport: &endpointTransport{life: l}}
		return dance.Revoke(ctx, address.URL)
	})
}
