package auth

import (
	"context"
	"fmt"
	"net/url"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// loginOAuth1 obtains a token by the three requests of RFC 5849 2. An API whose
// users enter a token that they have needs no login, and is of another type:
// client-credentials, with sign of type oauth1.
func (l *life) loginOAuth1(ctx context.Context) error {
	redirect, err := l.redirectURI()
	if err != nil {
		return err
	}
	state, err := l.fresh("state")
	if err != nil {
		return err
	}
	config, err := l.oauthConfig(ctx, redirect, state)
	if err != nil {
		return err
	}
	l.oauth1 = config
	dance, err := l.dance(config, redirect)
	if err != nil {
		return err
	}
	return l.dancing(ctx, dance)
}

// dancing runs the three steps.
func (l *life) dancing(ctx context.Context, dance *login.Dance) error {
	var temporary *login.Temporary
	err := l.step(requestStep, func() (err error) {
		if temporary, err = dance.RequestToken(ctx); err == nil {
			l.learnText("request.oauth_token", temporary.Token)
			l.learnText("request.oauth_token_secret", temporary.Secret)
			l.result.Notes = append(l.result.Notes, temporary.Notes...)
		}
		return err
	})
	if err != nil {
		return err
	}
	var verifier string
	err = l.step(authorizeStep, func() error {
		back, err := l.browse(ctx, temporary.AuthorizeURL(), temporary.Check)
		if err != nil {
			return err
		}
		if verifier, err = temporary.Accept(back); err != nil {
			return err
		}
		l.learnText("callback.oauth_verifier", verifier)
		return nil
	})
	if err != nil {
		return err
	}
	return l.step(accessStep, func() error {
		answer, err := dance.AccessToken(ctx, temporary, verifier)
		if err != nil {
			return err
		}
		return l.acceptOAuth1(answer, dance)
	})
}

// dance returns the login that a configuration describes.
func (l *life) dance(config *method.OAuthConfig, redirect string) (*login.Dance, error) {
	for _, field := range []string{"requestTokenUri", "authorizeUri", "tokenUri"} {
		if _, ok := config.Endpoints[field]; !ok {
			return nil, fmt.Errorf("the configuration has no %s: the formula of it gave nothing", field)
		}
	}
	d := &login.Dance{
		Signer:          *l.oauth1Signer(config.Value),
		RequestTokenURI: config.Endpoints["requestTokenUri"].URL,
		AuthorizeURI:    config.Endpoints["authorizeUri"].URL,
		TokenURI:        config.Endpoints["tokenUri"].URL,
		Callback:        redirect,
		Scopes:          l.asked(config),
		Transport:       &endpointTransport{life: l},
		Redact:          l.redact(),
	}
	if s := config.Value.Get("scopeSeparator"); !s.IsMissing() {
		d.Separator = textOf(s)
	}
	extra := config.Value.Get("extra")
	for i, name := range extra.Keys() {
		_, v := extra.At(i)
		for _, item := range listOf(v) {
			d.Extra = append(d.Extra, login.Param{Name: name, Value: textOf(item)})
		}
	}
	return d, nil
}

// acceptOAuth1 puts the answer to the access token request over the
// credentials.
func (l *life) acceptOAuth1(answer url.Values, dance *login.Dance) error {
	fresh := *l.credential()
	b := fresh.Values.Builder()
	got := queryOf(answer)
	for i, name := range got.Keys() {
		_, v := got.At(i)
		b.Set(name, v)
	}
	fresh.Values, fresh.Obtained, fresh.Asked = b.Value(), l.clock(), dance.Scopes
	l.learned(l.called(), formula.Object(
		formula.Member{Key: "oauth_token", Value: got.Get("oauth_token")},
		formula.Member{Key: "oauth_token_secret", Value: got.Get("oauth_token_secret")},
		formula.Member{Key: "oauth_session_handle", Value: got.Get("oauth_session_handle")},
	))
	l.put(&fresh)
	return nil
}

// signOAuth1 returns what signs the requests of a connection of OAuth 1, whose
// configuration is known.
func (l *life) signOAuth1() (*sign.OAuth1, error) {
	s := l.oauth1Signer(l.oauth1.Value)
	values := l.credential().Values
	s.Token, s.TokenSecret = textOf(values.Get("oauth_token")), textOf(values.Get("oauth_token_secret"))
	return s, nil
}
