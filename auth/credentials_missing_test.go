package auth_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// always200 is a connector of an API that answers 200 to everything.
func always200(mapping, client string) string {
	return `key: vault
name: Vault
auth:
  type: client-credentials
  baseUri: https://vault.example
  ui:
    schema:
      type: object
      properties: {password: {type: string, isSensitive: true}}
      required: [password]
  getCredentialsFromConnectionParameters: &login
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /login
      requestMapping: {data: {password: {$var: connectionInput.password}}}
      responseMapping: ` + mapping + `
  refreshCredentials: *login
  makeApiClient: {implementationType: mapping, mapping: {headers: ` + client + `}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`
}

// TestRefusalInSuccess wants a login that is refused with 200 to fail at its step,
// in the words of the server, whatever the mapping misses, and without secrets.
func TestRefusalInSuccess(t *testing.T) {
	t.Parallel()
	const given = "s3cret-password-0123"
	const refusal = `{"status":"FAILURE","errors":[{"type":"DENIED","message":"No entry for ` + given + `."}]}`
	const session = `{$var: response.data.session}`
	for _, tt := range []struct{ name, mapping, client, answer, want string }{
		{"its only member", "{session: " + session + ", expires_in: 1200}", "{A: '${credentials.session}'}", refusal, `the answer has no value for credentials.session: the server says "No entry for `},
		{"one of several", "{session: " + session + ", status: {$var: response.data.status}}", "{A: '${credentials.session}'}", refusal, `the answer has no value for credentials.session: the server says "No entry for `},
		{"by the older name", "{session: " + session + ", status: {$var: response.data.status}}", "{A: '${authData.session.id}'}", refusal, `the answer has no value for credentials.session: the server says "No entry for `},
		{"within a text", "{session: 'Bearer ${response.data.session}'}", "{A: '${credentials.session}'}", refusal, `the answer has no credential: "response.data.session" has no value: the server says "No entry for `},
		{"no words", "{session: " + session + "}", "{A: '${credentials.session}'}", `{}`, `the answer has no value for credentials.session`},
	} {
		s := subjectOf(t, always200(tt.mapping, tt.client))
		v, _, err := s.Complete(auth.Values{Inputs: object(t, `{"password":"`+given+`"}`)})
		if err != nil {
			t.Fatal(err)
		}
		world := auth.World{Network: network(func(*http.Request, string) (int, string) { return 200, tt.answer }), Redactor: secret.NewRedactor()}
		_, r, err := auth.Connect(t.Context(), s, v, world)
		var none *auth.NoCredentialError
		if err != nil || r.OK || !errors.As(r.Err, &none) || !strings.HasPrefix(r.Message, "getCredentialsFromConnectionParameters: "+tt.want) || !strings.HasPrefix(r.Hint, "check what was entered") {
			t.Errorf("%s: %v, %+v", tt.name, err, r)
		}
		if strings.Contains(r.Message, given) || len(r.Steps) != 1 || r.Steps[0].OK {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

// TestOptionalMembers wants a login to pass whose answer leaves away what the API
// client can do without.
func TestOptionalMembers(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, always200("{session: {$var: response.data.session}, region: {$var: response.data.region}, renewal: {$var: response.data.renewal}}",
		`{A: '${credentials.session}', B: {$firstNotEmpty: [{$var: credentials.region}, eu]}}`))
	v, _, err := s.Complete(auth.Values{Inputs: object(t, `{"password":"s3cret-password-0123"}`)})
	if err != nil {
		t.Fatal(err)
	}
	_, r, err := auth.Connect(t.Context(), s, v, auth.World{Network: network(func(req *http.Request, _ string) (int, string) {
		if req.URL.Path == "/me" && req.Header.Get("B") != "eu" {
			return 400, `{}`
		}
		return 200, `{"session":"session-0123456789","message":"welcome"}`
	})})
	if err != nil || !r.OK {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestRefreshRefusedInSuccess wants a refresh that is refused with 200 to fail,
// and not to take the last session for a new one.
func TestRefreshRefusedInSuccess(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, always200("{session: {$var: response.data.session}, expires_in: 1200}", "{A: '${credentials.session}'}"))
	v, _, err := s.Complete(auth.Values{Inputs: object(t, `{"password":"s3cret-password-0123"}`)})
	if err != nil {
		t.Fatal(err)
	}
	now, refuses := clock, false
	c, r, err := auth.Connect(t.Context(), s, v, auth.World{Now: func() time.Time { return now }, Network: network(func(*http.Request, string) (int, string) {
		if refuses {
			return 200, `{"status":"FAILURE","errors":[{"message":"The password has ended."}]}`
		}
		return 200, `{"session":"session-0123456789"}`
	})})
	if err != nil || !r.OK {
		t.Fatalf("%v, %+v", err, r)
	}
	before := c.Credential()
	now, refuses = now.Add(10*time.Minute), true
	err = c.Refresh(t.Context())
	var none *auth.NoCredentialError
	if !errors.As(err, &none) || !strings.Contains(err.Error(), "The password has ended.") {
		t.Errorf("%v, want why the refresh was refused", err)
	}
	if after := c.Credential(); !after.Expiry.Equal(before.Expiry) || after.NeedsLogin != "" || after.Pending {
		t.Errorf("the credential became %+v of %+v", after, before)
	}
}
