package auth

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

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
	err = r.step(authorizeStep, func() error {
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
		Rename: renames(r.config.Get("parameterNames")), State: state, Redact: r.redact(),
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
	err := r.step(pushStep, func() error {
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

// exchangeByMethod exchanges the code by the spec's own method.
func (r *oauth2Run) exchangeByMethod(ctx context.Context, round *login.Round, query formula.Value) error {
	var answer *token.Answer
	err := r.step("getTokenData", func() error {
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
