package token_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth/token"
)

func TestTokenOfOAuth2(t *testing.T) {
	t.Parallel()
	a, err := token.ReadAnswer(200, nil, []byte(
		`{"access_token":"a","refresh_token":"r","id_token":"i","token_type":"bearer","expires_in":"3600","scope":"x y","instance_url":"https://i.example","team":{"id":7}}`),
		token.Shape{}, now)
	if err != nil {
		t.Fatal(err)
	}
	got := a.Token()
	want := []any{"a", "r", "Bearer", in(time.Hour), int64(3600), "https://i.example", map[string]any{"id": 7.}, nil}
	have := []any{got.AccessToken, got.RefreshToken, got.TokenType, got.Expiry, got.ExpiresIn, got.Extra("instance_url"), got.Extra("team"), got.Extra("none")}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Errorf("the token (-want +got):\n%s", diff)
	}

	back := token.FromToken(got)
	a.Raw = json.RawMessage(`{"access_token":"a","token_type":"Bearer","refresh_token":"r","id_token":"i","scope":"x y"}`)
	if diff := cmp.Diff(a, back); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
}

func TestFromTokenThatSaysLittle(t *testing.T) {
	t.Parallel()
	got := token.FromToken(&oauth2.Token{AccessToken: "a"})
	want := &token.Answer{AccessToken: "a", TokenType: "Bearer", Raw: json.RawMessage(`{"access_token":"a","token_type":"Bearer"}`)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the answer (-want +got):\n%s", diff)
	}
	if valid := got.Token().Valid(); !valid {
		t.Error("the token without an expiry is not valid")
	}
}
