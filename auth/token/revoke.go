package token

import (
	"context"
	"encoding/json"
	"time"
)

// Revoke gives a token back (RFC 7009); the endpoint is the revocation
// endpoint. Hint is access_token, refresh_token or empty. A token that the
// server does not know is no error. Every error is an [*Error].
func (e *Endpoint) Revoke(ctx context.Context, tokenText, hint string) error {
	r, err := e.send(ctx, tokenParams(tokenText, hint))
	if err != nil {
		return err
	}
	if failed := r.failure(); failed != nil {
		return r.from(failed)
	}
	return nil
}

// An Introspection is what a server says about a token (RFC 7662 2.2). Of a
// token that is not active it says nothing else.
type Introspection struct {
	Active             bool
	Scopes             []string
	ClientID, Username string
	TokenType, Subject string
	Expiry             time.Time // zero: not said
	// Raw is the whole answer as one JSON object.
	Raw json.RawMessage
}

// Introspect asks what a token is good for (RFC 7662); the endpoint is the
// introspection endpoint. Hint is as for [Endpoint.Revoke]. Every error is an
// [*Error].
func (e *Endpoint) Introspect(ctx context.Context, tokenText, hint string) (*Introspection, error) {
	r, answer, err := e.ask(ctx, tokenParams(tokenText, hint))
	if err != nil {
		return nil, err
	}
	active, ok := answer["active"].(bool)
	if !ok {
		return nil, r.unusable("the answer does not say whether the token is active")
	}
	raw, err := json.Marshal(answer)
	if err != nil {
		return nil, r.unusable("the answer is no JSON object")
	}
	i := &Introspection{
		Active: active, Raw: raw,
		ClientID: member(answer, "client_id"), Username: member(answer, "username"),
		TokenType: member(answer, "token_type"), Subject: member(answer, "sub"),
	}
	i.Scopes, _ = scopesOf(answer["scope"])
	if at, ok := numericDate(answer["exp"]); ok {
		i.Expiry = at
	}
	return i, nil
}

func tokenParams(tokenText, hint string) Params {
	p := Params{{"token", tokenText}}
	if hint != "" {
		p = append(p, Param{"token_type_hint", hint})
	}
	return p
}
