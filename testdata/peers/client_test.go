package peers_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// callback is where the clients of these tests are sent back to. Nothing
// listens there: a Person does not open it.
const callback = "http://127.0.0.1:53682/callback"

// verifier is that of all codes, with its S256 challenge.
const verifier = "a-verifier-of-at-least-43-characters-for-tests"

func challenge() string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// An answer is one of a server.
type answer struct {
	status int
	header http.Header
	body   string
	fields map[string]any // if it is JSON
}

func (a answer) text(name string) string {
	text, _ := a.fields[name].(string)
	return text
}

func (a answer) want(t *testing.T, status int, parts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("%d, want %d: %s", a.status, status, a.body)
	}
	for _, part := range parts {
		if !strings.Contains(a.body, part) {
			t.Fatalf("no %s in %s", part, a.body)
		}
	}
	return a
}

func do(t *testing.T, req *http.Request, client http.Client) answer {
	t.Helper()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: string(data)}
	_ = json.Unmarshal(data, &a.fields)
	return a
}

func get(t *testing.T, address, authorization string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return do(t, req, http.Client{})
}

func post(t *testing.T, address, authorization string, form url.Values) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	return do(t, req, http.Client{})
}

// basic is a client's credentials as RFC 6749, section 2.3.1 has them.
func basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

func values(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

// request is an authorization request.
func request(client, scope string) url.Values {
	return values("client_id", client, "response_type", "code", "scope", scope, "state", "state-of-this-test", "prompt", "consent",
		"redirect_uri", callback, "code_challenge", challenge(), "code_challenge_method", "S256")
}

// login logs in and returns the parameters of the callback.
func login(t *testing.T, p peers.Person, address string) url.Values {
	t.Helper()
	got, err := p.Login(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return query(t, got)
}

func query(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(address, callback) {
		t.Fatalf("the callback is %q, %v", address, err)
	}
	return u.Query()
}

// code is the token request for a code.
func code(client string, q url.Values) url.Values {
	return values("grant_type", "authorization_code", "client_id", client, "code", q.Get("code"), "redirect_uri", callback, "code_verifier", verifier)
}

// escape is the encoding of OAuth 1 (RFC 5849, section 3.6), enough for here.
func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }
