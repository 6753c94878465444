package token_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

func TestMust24Revoke(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		hint   string
		answer memoryAnswer
		want   url.Values
	}{
		"a refresh token": {
			"refresh_token",
			memoryAnswer{Status: http.StatusOK},
			url.Values{"token": {"t1"}, "token_type_hint": {"refresh_token"}},
		},
		"without a hint": {
			"", memoryAnswer{Status: http.StatusNoContent}, url.Values{"token": {"t1"}},
		},
		"an answer with a body": {
			"access_token", says(http.StatusOK, `{}`), url.Values{"token": {"t1"}, "token_type_hint": {"access_token"}},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := endpointOf(test.answer)
			e.Client.Secret = secret.New("s3cret")
			if err := e.Revoke(t.Context(), "t1", test.hint); err != nil {
				t.Error(err)
			}
			test.want.Set("url", "POST https://login.example.com/endpoint")
			test.want.Set("Authorization", "Basic Y2xpZW50OnMzY3JldA==")
			if diff := cmp.Diff([]url.Values{test.want}, server.sent); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMust24RevokeReportsFailure(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer    memoryAnswer
		want      token.Error
		transient bool
	}{
		"a type that the server cannot revoke": {
			says(http.StatusBadRequest, `{"error":"unsupported_token_type"}`),
			token.Error{Kind: token.Failed, Status: 400, Code: "unsupported_token_type"},
			false,
		},
		"an unknown client": {
			says(http.StatusUnauthorized, `{"error":"invalid_client","error_description":"who?"}`),
			token.Error{Kind: token.Failed, Status: 401, Code: "invalid_client", Description: "who?"},
			false,
		},
		"a server that is busy": {
			memoryAnswer{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"30"}}},
			token.Error{Kind: token.Failed, Status: 503, RetryAfter: 30 * time.Second},
			true,
		},
		"an error in an answer of success": {
			says(http.StatusOK, `{"error":"invalid_request"}`),
			token.Error{Kind: token.Failed, Status: 200, Code: "invalid_request"},
			false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := endpointOf(test.answer)
			err := e.Revoke(t.Context(), "t1", "")
			checkAnswerError(t, test.want, err)
			if got := tokenError(t, err).Transient(); got != test.transient {
				t.Errorf("Transient = %v, want %v", got, test.transient)
			}
		})
	}
}

func TestIntrospect(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		body string
		want token.Introspection
	}{
		"active": {
			`{"active":true,"scope":"read write","client_id":"c","username":"u","token_type":"Bearer","sub":"s","exp":1767323045}`,
			token.Introspection{
				Active: true, Scopes: []string{"read", "write"}, ClientID: "c", Username: "u", TokenType: "Bearer", Subject: "s",
				Expiry: time.Unix(1767323045, 0),
			},
		},
		"not active": {`{"active":false}`, token.Introspection{}},
		"members of other types": {
			`{"active":true,"sub":7,"exp":"never","scope":[]}`, token.Introspection{Active: true},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := endpointOf(says(http.StatusOK, test.body))
			got, err := e.Introspect(t.Context(), "t1", "access_token")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(token.Introspection{}, "Raw")); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(jsonOf(t, []byte(test.body)), jsonOf(t, got.Raw)); diff != "" {
				t.Errorf("Raw (-want +got):\n%s", diff)
			}
			if server.sent[0].Get("token") != "t1" || server.sent[0].Get("token_type_hint") != "access_token" {
				t.Errorf("sent %v", server.sent[0])
			}
		})
	}
}

func TestIntrospectRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"no active": `{"sub":"s"}`, "a text": `{"active":"true"}`, "a list": `[]`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := endpointOf(says(http.StatusOK, body))
			_, err := e.Introspect(t.Context(), "t1", "")
			if got := tokenError(t, err); got.Kind != token.Unexpected || got.Origin != "https://login.example.com" {
				t.Errorf("error = %v", err)
			}
		})
	}
}
