package auth_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// TestStream wants the credential to be refreshed where the API does not accept
// it any more.
func TestStream(t *testing.T) {
	t.Parallel()
	p := &provider{}
	c, _, _ := connect(t, p, "")
	p.mu.Lock()
	p.access = nil // no token is accepted any more
	p.mu.Unlock()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Stream(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), "Ada") || err != nil || p.made != 2 {
		t.Errorf("%d %q, %v; %d tokens", resp.StatusCode, body, err, p.made)
	}
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
}

// streamedSpec sends its key in many ways, and takes short answers only.
const streamedSpec = `name: Acme
auth:
  type: client-credentials
  ui: {schema: {type: object, properties: {key: {type: string, title: Key, isSensitive: true}, team: {type: string, title: Team}}}}
  makeApiClient:
    implementationType: mapping
    mapping:
      baseUri: https://api.acme.example
      headers: {X-Key: 'Key ${connectionInput.key}', X-Team: {$var: connectionInput.team}, Accept: text/plain}
      query: {k: {$var: connectionInput.key}, v: '2'}
      cookies: {session: {$var: connectionInput.key}}
      maxResponseBytes: 4
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`

// TestCarriers names where the credential goes out, and nothing else; the limit
// of the spec does not hold for an answer that is read while it comes.
func TestCarriers(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, streamedSpec)
	for _, key := range []string{"a-key-0123456789", "k7"} {
		v, problems, err := s.Complete(auth.Values{Inputs: object(t, `{"key": "`+key+`", "team": "blue"}`)})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		network := answering(func(*http.Request) string { return strings.Repeat("x", 100) })
		c, err := auth.Open(s, v, auth.World{Network: network, Redactor: secret.NewRedactor()}, &auth.Credential{Values: v.Inputs})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Carriers(t.Context())
		if diff := cmp.Diff(auth.Carriers{Headers: []string{"X-Key", "Cookie"}, Query: []string{"k"}}, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got)\n%s", err, diff)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/all", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Stream(req)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(resp.Body); len(body) != 100 || err != nil {
			t.Errorf("%d bytes, %v", len(body), err)
		}
		_ = resp.Body.Close()
	}
}

// answering is a network that answers every request.
type answering func(*http.Request) string

func (a answering) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(a(req))), Request: req, ContentLength: -1}, nil
}
