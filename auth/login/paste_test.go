package login_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/login"
)

// TestMust36PasteIsChecked wants what a person pastes to pass the same checks as
// what a browser brings, however much of the address it is.
func TestMust36PasteIsChecked(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string // with STATE
		want       string // the code, or a part of the error
	}{
		{"the whole address", "REDIRECT?code=the-code&state=STATE", "the-code"},
		{"in quotes", "  \"REDIRECT?code=the-code&state=STATE\"\r\n", "the-code"},
		{"in angles", "<REDIRECT?code=the-code&state=STATE>", "the-code"},
		{"over several lines", "REDIRECT?code=the-\n  code&sta\nte=STATE", "the-code"},
		{"its query", "?code=the-code&state=STATE", "the-code"},
		{"its parameters", "state=STATE&code=the-code", "the-code"},
		{"without its beginning", "127.0.0.1:47920/callback?code=the-code&state=STATE", "the-code"},
		{"code and state", "the-code#STATE", "the-code"},
		{"a code that looks like a parameter", "the+code/==#STATE", "the+code/=="},
		{"another state", "REDIRECT?code=the-code&state=other", "state of the callback is not the one of this login"},
		{"no state", "REDIRECT?code=the-code", "the callback has no state"},
		{"another state behind a code", "the-code#other", "state of the callback is not the one of this login"},
		{"a code alone", "the-code", "not the whole address"},
		{"a code with padding", "dGhlLWNvZGU==", "not the whole address"},
		{"parameters without a state", "code=the-code", "not the whole address"},
		{"half of code and state", "#STATE", "not the whole address"},
		{"another place", "https://evil.example/callback?code=the-code&state=STATE", "not at the redirect URI"},
		{"another port", "http://127.0.0.1:1/callback?code=the-code&state=STATE", "not at the redirect URI"},
		{"another issuer", "REDIRECT?code=the-code&state=STATE&iss=https://evil.example", "comes from the issuer https://evil.example"},
		{"a refusal", "REDIRECT?error=access_denied&state=STATE", "access was denied"},
		{"nothing", "  \n", "nothing was pasted"},
		{"too much", strings.Repeat("x", 100_000), "too long"},
		{"the address of the login", "https://login.example.com/authorize?client_id=id&state=STATE", "not at the redirect URI"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			const redirect = "http://127.0.0.1:47920/callback"
			round, err := login.NewRound(login.RoundOptions{
				AuthorizationEndpoint: "https://login.example.com/authorize", ClientID: "id", RedirectURI: redirect, Issuer: "https://login.example.com",
			})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer("REDIRECT", redirect, "STATE", round.State).Replace(test.text)
			got := ""
			callback, err := login.Pasted(text, redirect)
			if err == nil {
				var c login.Callback
				if c, err = round.Callback(callback); err == nil {
					got = c.Code
				}
			}
			if err != nil {
				got = err.Error()
				if strings.Contains(got, "the-code") || strings.Contains(got, round.State) {
					t.Errorf("the error holds a secret: %v", err)
				}
			}
			if !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			var state *login.StateError
			if errors.As(err, &state) {
				if _, err := round.Callback(redirect + "?code=the-code&state=" + round.State); err != nil {
					t.Errorf("the round did not go on: %v", err)
				}
			}
		})
	}
}
