package token

import (
	"encoding/json"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// Token gives the answer as a token of golang.org/x/oauth2. Its Extra gives the
// members of the whole answer.
func (a *Answer) Token() *oauth2.Token {
	t := &oauth2.Token{
		AccessToken:  a.AccessToken,
		TokenType:    a.TokenType,
		RefreshToken: a.RefreshToken,
		Expiry:       a.Expiry,
		ExpiresIn:    int64(a.Lifetime / time.Second),
	}
	var extra map[string]any
	_ = json.Unmarshal(a.Raw, &extra) // a number that no float64 holds is left out
	return t.WithExtra(extra)
}

// FromToken gives a token of golang.org/x/oauth2 as an answer. Of what Extra
// has, the scope and the ID token are kept: the rest has no names.
func FromToken(t *oauth2.Token) *Answer {
	a := &Answer{
		AccessToken:  t.AccessToken,
		RefreshToken: t.RefreshToken,
		TokenType:    t.Type(),
		Expiry:       t.Expiry,
		Lifetime:     time.Duration(min(t.ExpiresIn, int64(maxLifetime/time.Second))) * time.Second,
	}
	a.IDToken, _ = t.Extra("id_token").(string)
	a.Scopes, _ = scopesOf(t.Extra("scope"))
	members := Params{{"access_token", a.AccessToken}, {"token_type", a.TokenType}}
	for _, p := range (Params{{"refresh_token", a.RefreshToken}, {"id_token", a.IDToken}}) {
		if p.Value != "" {
			members = append(members, p)
		}
	}
	if a.Scopes != nil {
		members = append(members, Param{"scope", strings.Join(a.Scopes, " ")})
	}
	a.Raw = members.json()
	return a
}
