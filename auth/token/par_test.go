package token_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

// A memoryServer answers requests one after another from its list, without a
// socket, the last of them for ever, and keeps what it was sent.
type memoryServer struct {
	answers []memoryAnswer

	mu   sync.Mutex
	n    int
	sent []url.Values // the forms; with the URL as "url", and the header Authorization
	at   []time.Time
}

// A memoryAnswer is what a server says; Err, where there is one, is the
// transport's instead.
type memoryAnswer struct {
	Status int
	Header http.Header
	Body   string
	Err    error
}

func (s *memoryServer) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	form.Set("url", req.Method+" "+req.URL.String())
	if header := req.Header.Get("Authorization"); header != "" {
		form.Set("Authorization", header)
	}
	s.sent, s.at = append(s.sent, form), append(s.at, time.Now())
	a := s.answers[min(s.n, len(s.answers)-1)]
	s.n++
	if a.Err != nil {
		return nil, a.Err
	}
	header := a.Header
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}}
	}
	return &http.Response{
		StatusCode: a.Status, Header: header, Body: io.NopCloser(strings.NewReader(a.Body)), Request: req,
		ProtoMajor: 1, ProtoMinor: 1, ContentLength: int64(len(a.Body)),
	}, nil
}

// endpointOf gives an endpoint of a public client at a server with these
// answers.
func endpointOf(answers ...memoryAnswer) (*token.Endpoint, *memoryServer) {
	s := &memoryServer{answers: answers}
	return &token.Endpoint{
		URL:    "https://login.example.com/endpoint",
		Client: token.Client{ID: "client"},
		Server: token.Server{Transport: s},
	}, s
}

// says is an answer without a header of interest.
func says(status int, body string) memoryAnswer { return memoryAnswer{Status: status, Body: body} }

// tokenError gives the error of this package, and fails the test if err is
// another.
func tokenError(t *testing.T, err error) *token.Error {
	t.Helper()
	var e *token.Error
	if !errors.As(err, &e) {
		t.Fatalf("error = %v (%T), want a *token.Error", err, err)
	}
	return e
}

func TestPush(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, status := range []int{http.StatusCreated, http.StatusOK} {
		e, server := endpointOf(says(status, `{"request_uri":"urn:ietf:params:oauth:request_uri:abc","expires_in":60}`))
		e.Client = token.Client{ID: "client", Secret: secret.New("s3cret")}
		e.Server.Now = func() time.Time { return now }
		requestURI, expiry, err := e.Push(t.Context(), token.Params{
			{Name: "response_type", Value: "code"},
			{Name: "client_id", Value: "client"},
			{Name: "state", Value: "s"},
		})
		if err != nil || requestURI != "urn:ietf:params:oauth:request_uri:abc" || !expiry.Equal(now.Add(time.Minute)) {
			t.Errorf("Push = %q, %v, %v", requestURI, expiry, err)
		}
		want := []url.Values{{
			"url": {"POST https://login.example.com/endpoint"}, "Authorization": {"Basic Y2xpZW50OnMzY3JldA=="},
			"response_type": {"code"}, "client_id": {"client"}, "state": {"s"},
		}}
		if diff := cmp.Diff(want, server.sent); diff != "" {
			t.Errorf("sent (-want +got):\n%s", diff)
		}
	}
}

func TestPushSendsTheClientIDOnce(t *testing.T) {
	t.Parallel()
	for _, auth := range []string{token.AuthNone, token.AuthBody} {
		e, server := endpointOf(says(http.StatusCreated, `{"request_uri":"urn:x"}`))
		e.Client = token.Client{ID: "client", Secret: secret.New("s3cret"), Auth: auth}
		_, expiry, err := e.Push(t.Context(), token.Params{{Name: "client_id", Value: "client"}})
		if err != nil || !expiry.IsZero() {
			t.Errorf("%s: expiry = %v, error = %v", auth, expiry, err)
		}
		if got := server.sent[0]["client_id"]; len(got) != 1 {
			t.Errorf("%s: client_id = %q", auth, got)
		}
	}
}

func TestPushRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		answer memoryAnswer
		want   token.Error
	}{
		"an error": {
			says(http.StatusBadRequest, `{"error":"invalid_request","error_description":"redirect_uri did not match"}`),
			token.Error{Kind: token.Failed, Status: 400, Code: "invalid_request", Description: "redirect_uri did not match"},
		},
		"no request_uri": {
			says(http.StatusCreated, `{"expires_in":60}`),
			token.Error{Kind: token.Unexpected, Status: 201, Problem: "the answer has no request_uri of printable characters"},
		},
		"a request_uri with a line break": {
			says(http.StatusCreated, `{"request_uri":"urn:\n"}`),
			token.Error{Kind: token.Unexpected, Status: 201, Problem: "the answer has no request_uri of printable characters"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, _ := endpointOf(test.answer)
			_, _, err := e.Push(t.Context(), nil)
			checkAnswerError(t, test.want, err)
		})
	}
}

// checkAnswerError compares what an error of an answer says; of a failure the
// problem is not compared.
func checkAnswerError(t *testing.T, want token.Error, err error) {
	t.Helper()
	got := *tokenError(t, err)
	want.Origin = "https://login.example.com"
	if got.Kind == token.Failed {
		got.Problem, want.Problem = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}

func TestMust13EndpointsFollowNoRedirect(t *testing.T) {
	t.Parallel()
	calls := map[string]func(context.Context, *token.Endpoint) error{
		"device": func(ctx context.Context, e *token.Endpoint) error {
			_, err := e.AuthorizeDevice(ctx, nil)
			return err
		},
		"poll": func(ctx context.Context, e *token.Endpoint) error {
			_, err := e.PollDevice(ctx, &token.DeviceCode{DeviceCode: "d", Expiry: time.Now().Add(time.Hour)}, atOnce)
			return err
		},
		"push": func(ctx context.Context, e *token.Endpoint) error {
			_, _, err := e.Push(ctx, nil)
			return err
		},
		"revoke": func(ctx context.Context, e *token.Endpoint) error { return e.Revoke(ctx, "t", "") },
		"introspect": func(ctx context.Context, e *token.Endpoint) error {
			_, err := e.Introspect(ctx, "t", "")
			return err
		},
		"discovery": func(ctx context.Context, e *token.Endpoint) error {
			_, err := token.Discover(ctx, "https://login.example.com", e.Server.Transport)
			return err
		},
		"keys": func(ctx context.Context, e *token.Endpoint) error {
			_, err := e.Server.VerifyIDToken(ctx, idToken(t, signingKeys(t).rsa, nil), issuer, "client", "", "https://login.example.com/jwks")
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, server := endpointOf(memoryAnswer{Status: 307, Header: http.Header{"Location": {"https://evil.example/token?x=secret"}}})
			got := tokenError(t, call(t.Context(), e))
			if got.Kind != token.Redirected || !strings.Contains(got.Error(), "https://evil.example, which was not followed") {
				t.Errorf("error = %v", got)
			}
			for _, sent := range server.sent {
				if strings.Contains(sent.Get("url"), "evil") {
					t.Error("the redirect was followed")
				}
			}
		})
	}
}

// atOnce does not wait.
func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }
