package auth

import (
	"context"
	"errors"

	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
)

// grantTypes are the values of grant_type for the words of a spec.
var grantTypes = map[string]string{
	"device_code": "urn:ietf:params:oauth:grant-type:device_code",
	"jwt_bearer":  "urn:ietf:params:oauth:grant-type:jwt-bearer",
}

// Interactive tells whether a login of the option needs its user: a browser, or
// another device.
func (s Subject) Interactive() bool {
	switch s.Option.Type() {
	case "oauth1":
		return true
	case "oauth2":
		switch grant := s.Option.Value.Get("getOAuthConfig").Get("mapping").Get("grantType"); grant.Text() {
		case "", "authorization_code", "device_code", grantTypes["device_code"]:
			return true
		}
	}
	return false
}

// ByDevice tells whether a login of the option is one by a code on another
// device, and KnowsDevice whether it can be, as far as the spec writes it out; see
// [World.Device].
func (s Subject) ByDevice() bool {
	grant := s.Option.Value.Get("getOAuthConfig").Get("mapping").Get("grantType").Text()
	return s.Option.Type() == "oauth2" && (grant == "device_code" || grant == grantTypes["device_code"])
}

// KnowsDevice tells whether the spec has an endpoint for a login by device.
func (s Subject) KnowsDevice() bool {
	return s.Option.Type() == "oauth2" && s.Option.Value.Get("getOAuthConfig").Get("mapping").Has("deviceAuthorizationUri")
}

// loginOAuth2 obtains tokens by the grant that the configuration says.
func (l *life) loginOAuth2(ctx context.Context) error {
	state, err := l.fresh("state")
	if err != nil {
		return err
	}
	r, err := l.openOAuth2(ctx, state, "")
	if err != nil {
		return err
	}
	switch {
	case r.grant == "device_code", r.grant == "authorization_code" && r.device:
		return r.byDevice(ctx)
	case r.grant == "authorization_code":
		return r.byCode(ctx, state)
	}
	return r.byGrant(ctx)
}

// byGrant obtains tokens by one request that needs nobody.
func (r *oauth2Run) byGrant(ctx context.Context) error {
	p, err := r.grantParams()
	if err != nil {
		return err
	}
	return r.exchange(ctx, func(ctx context.Context) (*token.Answer, error) {
		e, err := r.tokenEndpoint("tokenUri")
		if err != nil {
			return nil, err
		}
		return e.Request(ctx, p)
	}, formula.Object())
}

// grantParams returns the parameters of a token request that needs nobody.
func (r *oauth2Run) grantParams() (token.Params, error) {
	grant := r.grant
	if named, ok := grantTypes[grant]; ok {
		grant = named
	}
	p := token.Params{{Name: "grant_type", Value: grant}}
	switch r.grant {
	case "jwt_bearer":
		assertion, err := r.bearerAssertion()
		if err != nil {
			return nil, err
		}
		p = append(p, token.Param{Name: "assertion", Value: assertion})
	case "password":
		for _, name := range []string{"username", "password"} {
			if v := r.life.credential().Values.Get(name); !v.IsMissing() && !r.config.Get("tokenParams").Has(name) {
				p = append(p, token.Param{Name: name, Value: textOf(v)})
			}
		}
	case "refresh_token":
		if v := r.life.credential().Values.Get("refresh_token"); !v.IsMissing() && !r.config.Get("tokenParams").Has("refresh_token") {
			p = append(p, token.Param{Name: "refresh_token", Value: textOf(v)})
		}
	}
	if scope := r.scopeText(); scope != "" {
		p = append(p, token.Param{Name: "scope", Value: scope})
	}
	return append(p, r.params("tokenParams")...), nil
}

// bearerAssertion makes the assertion of the grant jwt_bearer (RFC 7523 2.1).
func (r *oauth2Run) bearerAssertion() (string, error) {
	v := r.config.Get("assertion")
	if made := textOf(v.Get("value")); made != "" {
		return made, nil
	}
	e, err := r.at("tokenUri")
	if err != nil {
		return "", err
	}
	a := r.assertion(v)
	if a.Claims == nil {
		a.Claims = map[string]any{}
	}
	if _, said := a.Claims["sub"]; !said {
		a.Claims["sub"] = nil // whose token it is, is the author's to say
	}
	return e.Assert(a, r.client.ID, "")
}

// byDevice lets the user agree on another device (RFC 8628).
func (r *oauth2Run) byDevice(ctx context.Context) error {
	var code *token.DeviceCode
	err := r.step(deviceStep, func() error {
		e, err := r.at("deviceAuthorizationUri")
		if err != nil {
			return err
		}
		p := r.params("extra")
		if scope := r.scopeText(); scope != "" {
			p = append(p, token.Param{Name: "scope", Value: scope})
		}
		if code, err = e.AuthorizeDevice(ctx, p); err != nil {
			return err
		}
		r.learnText("device.code", code.DeviceCode)
		if r.prompt == nil {
			return errors.New("the login needs its user, and there is nobody to show the code to")
		}
		return r.prompt(ctx, DevicePrompt{code.UserCode, code.VerificationURI, code.VerificationURIComplete, code.Expiry})
	})
	if err != nil {
		return err
	}
	return r.exchange(ctx, func(ctx context.Context) (*token.Answer, error) {
		e, err := r.tokenEndpoint("tokenUri")
		if err != nil {
			return nil, err
		}
		wait := r.poll
		if wait == nil {
			wait = r.wait
		}
		return e.PollDevice(ctx, code, wait, r.params("tokenParams")...)
	}, formula.Object())
}
