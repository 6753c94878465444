package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
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

// byCode sends the user to the authorization endpoint and exchanges the code
// that comes back (RFC 6749 4.1, RFC 7636).
func (r *oauth2Run) byCode(ctx context.Context, state string) error {
	round, err := r.round(state)
	if err != nil {
		return err
	}
	authorize, err := r.authorizationURL(ctx, round)
	if err != nil {
		return err
	}
	var back login.Callback
	err = r.step(authorizeStep, func(*Step) error {
		callback, err := r.browse(ctx, authorize, round.Check)
		if err != nil {
			return err
		}
		if back, err = round.Callback(callback); err != nil {
			return err
		}
		r.learnText("callback.code", back.Code)
		return nil
	})
	if err != nil {
		return err
	}
	query := queryOf(back.Query)
	if r.Methods.Has("getTokenData") {
		return r.exchangeByMethod(ctx, round, query)
	}
	return r.exchange(ctx, func(ctx context.Context) (*token.Answer, error) {
		e, err := r.tokenEndpoint("tokenUri")
		if err != nil {
			return nil, err
		}
		p := token.Params{{Name: "grant_type", Value: "authorization_code"}, {Name: "code", Value: back.Code}, {Name: "redirect_uri", Value: r.redirect}}
		if round.Verifier != "" {
			p = append(p, token.Param{Name: "code_verifier", Value: round.Verifier})
		}
		answer, err := e.Request(ctx, append(p, r.params("tokenParams")...))
		if err != nil || answer.IDToken == "" {
			return answer, err
		}
		r.learnAnswer(formula.Object(formula.Member{Key: "access_token", Value: formula.String(answer.AccessToken)}), answer)
		return answer, r.checkIDToken(ctx, answer.IDToken, round.Nonce)
	}, query)
}

// round begins an authorization request.
func (r *oauth2Run) round(state string) (*login.Round, error) {
	address, ok := r.endpoints["authorizeUri"]
	if !ok {
		return nil, fmt.Errorf("the configuration has no authorizeUri%s", r.undiscovered())
	}
	o := login.RoundOptions{
		AuthorizationEndpoint: address.URL, ClientID: r.client.ID, RedirectURI: r.redirect,
		Scopes: r.scopes, Separator: r.separator(), PKCE: r.pkce(), Issuer: r.issuer,
		Rename: renames(r.config.Get("parameterNames")), State: state,
	}
	for _, p := range r.params("extra") {
		o.Extra = append(o.Extra, login.Param(p))
	}
	if r.metadata != nil {
		o.IssRequired = r.metadata.IssParameter
		if methods := r.metadata.CodeChallengeMethods; o.PKCE == "S256" && !slices.Contains(methods, "S256") {
			r.result.warn("the server's metadata does not say that it knows PKCE with S256: it is used all the same; pkce: none turns it off")
		}
	}
	var err error
	if o.PKCE != "none" {
		if o.Verifier, err = r.fresh("verifier"); err != nil {
			return nil, err
		}
	}
	if slices.Contains(r.scopes, "openid") {
		if o.Nonce, err = r.fresh("nonce"); err != nil {
			return nil, err
		}
	}
	if r.dpop != nil {
		o.Extra = append(o.Extra, login.Param{Name: "dpop_jkt", Value: r.dpop.Thumbprint()})
	}
	return login.NewRound(o)
}

// authorizationURL returns where the user goes, after the request was pushed if
// it is to be (RFC 9126).
func (r *oauth2Run) authorizationURL(ctx context.Context, round *login.Round) (string, error) {
	required := r.metadata != nil && r.metadata.RequirePushed
	if !r.flag("par") && !required {
		return round.URL(), nil
	}
	var pushed string
	err := r.step(pushStep, func(*Step) error {
		e, err := r.at("parUri")
		if err != nil {
			return err
		}
		var p token.Params
		for _, param := range round.Params() {
			p = append(p, token.Param(param))
		}
		if pushed, _, err = e.Push(ctx, p); err == nil {
			r.learnText("pushed.request_uri", pushed)
		}
		return err
	})
	return round.PushedURL(pushed), err
}

// byDevice lets the user agree on another device (RFC 8628).
func (r *oauth2Run) byDevice(ctx context.Context) error {
	var code *token.DeviceCode
	err := r.step(deviceStep, func(*Step) error {
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
		return e.PollDevice(ctx, code, r.wait, r.params("tokenParams")...)
	}, formula.Object())
}

// exchange runs the token request of a login and makes credentials of its
// answer.
func (r *oauth2Run) exchange(ctx context.Context, ask func(context.Context) (*token.Answer, error), query formula.Value) error {
	var answer *token.Answer
	err := r.step(tokenStep, func(*Step) (err error) {
		if answer, err = ask(ctx); err != nil {
			return err
		}
		return r.accept(answer)
	})
	if err != nil {
		return err
	}
	return r.extract(ctx, "getCredentialsFromAccessTokenResponse", answer, query)
}

// exchangeByMethod exchanges the code by the spec's own method.
func (r *oauth2Run) exchangeByMethod(ctx context.Context, round *login.Round, query formula.Value) error {
	var answer *token.Answer
	err := r.step("getTokenData", func(*Step) error {
		vars := r.variables(
			formula.Member{Key: "redirectUri", Value: formula.String(r.redirect)},
			formula.Member{Key: "codeVerifier", Value: formula.String(round.Verifier)},
			formula.Member{Key: "queryParameters", Value: query},
		)
		result, err := r.Methods.Run(ctx, "getTokenData", r.call(method.Call{Variables: vars, Client: &bareClient{r.life}}))
		if err != nil {
			return err
		}
		if !result.Value.IsObject() {
			return fmt.Errorf("the method gives %s; a token answer is an object", formula.KindWords(result.Value))
		}
		header := http.Header{"Content-Type": {"application/json"}}
		if answer, err = token.ReadAnswer(http.StatusOK, header, result.Value.AppendJSON(nil), r.shape(), r.clock()); err != nil {
			return err
		}
		return r.accept(answer)
	})
	if err != nil {
		return err
	}
	return r.extract(ctx, "getCredentialsFromAccessTokenResponse", answer, query)
}

// accept puts the answer to a token request over the credentials.
func (r *oauth2Run) accept(answer *token.Answer) error {
	raw, err := formula.ParseJSON(answer.Raw)
	if err != nil {
		return err
	}
	last := r.life.credential()
	b := last.Values.Builder()
	overlay(b, raw)
	b.Set("access_token", formula.String(answer.AccessToken))
	if answer.RefreshToken != "" {
		b.Set("refresh_token", formula.String(answer.RefreshToken))
	}
	fresh := *last
	fresh.Values, fresh.Obtained, fresh.Pending = b.Value(), r.clock(), false
	fresh.Expiry = r.ending(answer.Expiry)
	fresh.Asked, fresh.Key = r.scopes, ""
	if answer.TokenType == "DPoP" {
		fresh.Key = r.key
	}
	if answer.Scopes != nil || last.Scopes == nil {
		fresh.Scopes = answer.Scopes
	}
	r.learnAnswer(fresh.Values, answer)
	r.put(&fresh)
	r.result.Notes = append(r.result.Notes, answer.Notes...)
	if missing := fresh.Missing(); len(missing) > 0 {
		r.result.warn("the server granted fewer scopes than were asked for: " + formula.JoinWords(missing, "and") + " missing")
	}
	return nil
}

// overlay puts the members of an answer over a credential. An answer that says no
// refresh token, in whatever way, leaves the last one.
func overlay(b *formula.ObjectBuilder, answer formula.Value) {
	for i, name := range answer.Keys() {
		_, v := answer.At(i)
		if name == "refresh_token" && (v.IsMissing() || v.Text() == "" && v.Kind() == formula.KindString) {
			continue
		}
		b.Set(name, v)
	}
}

// ending returns when a credential ends; the zero time, which is unknown, if that
// is past already: then a clock is wrong, or a unit.
func (l *life) ending(expiry time.Time) time.Time {
	if !expiry.IsZero() && !expiry.After(l.clock()) {
		l.result.Notes = append(l.result.Notes, "by the answer the credential has ended already, so its end is taken for unknown: compare this machine's clock, and the unit of the lifetime")
		return time.Time{}
	}
	return expiry
}

// extract adds what a method makes of the answer to a token request.
func (r *oauth2Run) extract(ctx context.Context, name string, answer *token.Answer, query formula.Value) error {
	if !r.Methods.Has(name) {
		return nil
	}
	raw, err := formula.ParseJSON(answer.Raw)
	if err != nil {
		return err
	}
	return r.step(name, func(*Step) error {
		vars := r.variables(append(withCredentials(r.life.credential().Values),
			formula.Member{Key: "tokenResponse", Value: raw},
			formula.Member{Key: "queryParameters", Value: query})...)
		return r.ask(ctx, name, vars, "extracted")
	})
}

// queryOf returns the parameters of a callback as an object of texts.
func queryOf(query url.Values) formula.Value {
	b := formula.NewObject(len(query))
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Set(name, formula.String(query.Get(name)))
	}
	return b.Value()
}

// learnAnswer learns the secrets of a token answer.
func (r *oauth2Run) learnAnswer(values formula.Value, answer *token.Answer) {
	raw, _ := formula.ParseJSON(answer.Raw)
	secrets := secretMembers(raw).Builder()
	for _, name := range []string{"access_token", "refresh_token"} {
		if v := values.Get(name); !v.IsMissing() {
			secrets.Set(name, v)
		}
	}
	r.learned(r.called(), secrets.Value())
}

// credentialWords are in the names of what may be secret in a token answer.
var credentialWords = []string{
	"token", "secret", "key", "password", "code", "ticket", "session", "cookie", "assertion", "signature", "jwt", "credential", "handle", "auth", "sid", "hash",
}

// openNames are members of token answers that have such a word and are no
// secrets.
var openNames = []string{"token_type", "issued_token_type", "tokentype", "auth_time", "code", "key_id", "kid", "author", "authority", "country_code"}

// secretMembers returns what of a token answer may be a secret: texts under
// names that say so, and texts that look like one.
func secretMembers(v formula.Value) formula.Value {
	b := formula.NewObject(v.Len())
	for i := range v.Len() {
		name, item := v.At(i)
		if name == "" {
			name = strconv.Itoa(i)
		}
		switch item.Kind() {
		case formula.KindObject, formula.KindList:
			if below := secretMembers(item); below.Len() > 0 {
				b.Set(name, below)
			}
		case formula.KindString:
			if isCredentialName(name) || len(secret.Lookalikes(item.Text())) > 0 {
				b.Set(name, item)
			}
		case formula.KindNumber:
			if isCredentialName(name) {
				b.Set(name, item)
			}
		}
	}
	return b.Value()
}

func isCredentialName(name string) bool {
	name = strings.ToLower(name)
	return !slices.Contains(openNames, name) && !strings.Contains(name, "expires") &&
		slices.ContainsFunc(credentialWords, func(w string) bool { return strings.Contains(name, w) })
}

// checkIDToken checks the ID token of a login by an issuer whose keys are known
// (OpenID Connect Core 3.1.3.7). Any other is left alone: nothing here uses what
// it claims. A run with placeholders has none to check.
func (r *oauth2Run) checkIDToken(ctx context.Context, raw, nonce string) error {
	if r.metadata == nil || r.metadata.JWKSURI == "" || nonce == "" || r.run.ThrowAway {
		return nil
	}
	// The keys are no part of the run: a replay has no token to check with them.
	keys := r.server
	keys.Transport = &endpointTransport{life: r.life, unrecorded: true}
	_, err := keys.VerifyIDToken(ctx, raw, r.issuer, r.client.ID, nonce, r.metadata.JWKSURI)
	return err
}
