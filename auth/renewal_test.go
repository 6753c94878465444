package auth_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
)

// TestExtractionFails fails the method that looks at the answer to a refresh: the
// new refresh token is the only good one all the same.
func TestExtractionFails(t *testing.T) {
	t.Parallel()
	const extract = `  getCredentialsFromRefreshTokenResponse:
    implementationType: rest-api-mapping
    mapping: {method: get, path: 'https://api.acme.example/v1/whoami', responseMapping: {who: {$var: response.data.name}}}
`
	for _, status := range []int{http.StatusNotFound, http.StatusUnauthorized} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			store := &memory{}
			k := connectKept(t, &provider{lifetime: time.Hour}, extract, store, func(w *auth.World) {
				intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
					if strings.HasSuffix(req.URL.Path, "/whoami") {
						return respond(req, status, "{}"), nil
					}
					return next.RoundTrip(req)
				})
			})
			k.now.move(2 * time.Hour)
			var ended *auth.LoginError
			if err := k.Refresh(t.Context()); err == nil || errors.As(err, &ended) {
				t.Errorf("got %v, want the failure of the method and no LoginError", err)
			}
			for where, c := range map[string]*auth.Credential{"in use": k.Credential(), "kept": keptBy(t, store)} {
				if refreshTokenOf(c) != k.p.refresh || c.NeedsLogin != "" || c.Pending {
					t.Errorf("%s: %s, needs login: %q, pending: %v; good is %s", where, refreshTokenOf(c), c.NeedsLogin, c.Pending, k.p.refresh)
				}
			}
			k.works(t, "with the new pair", 2)
		})
	}
}

// TestNoNewRefreshToken has a server say in several ways that there is none.
func TestNoNewRefreshToken(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]any{"null": nil, "empty": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &provider{lifetime: time.Hour}
			c, _, _ := connect(t, p, "")
			old := refreshTokenOf(c.Credential())
			p.token = func(w http.ResponseWriter, _ *http.Request) {
				answer(w, 200, map[string]any{"access_token": "another-0123456789", "token_type": "Bearer", "refresh_token": said})
			}
			for range 2 {
				if err := c.Refresh(t.Context()); err != nil || refreshTokenOf(c.Credential()) != old {
					t.Errorf("got %v, and %q in place of %q", err, refreshTokenOf(c.Credential()), old)
				}
			}
		})
	}
}

// TestNothingRefreshes uses a token without a refresh token until its end.
func TestNothingRefreshes(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: 100 * time.Second}
	p.token = func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, p.tokens(false)) }
	c, now, _ := connect(t, p, "")
	for _, d := range []time.Duration{51 * time.Second, 48 * time.Second} {
		now.move(d)
		if status, err := get(c, "/me"); err != nil || status != 200 {
			t.Errorf("%v later: %d, %v", d, status, err)
		}
		if reason := c.Credential().NeedsLogin; reason != "" {
			t.Errorf("%v later it needs a login, %s", d, reason)
		}
	}
	before := len(p.seen())
	now.move(2 * time.Second)
	var ended *auth.LoginError
	if _, err := get(c, "/me"); !errors.As(err, &ended) || len(p.seen()) != before {
		t.Errorf("after the end: %v, and requests %q; want a LoginError and none", err, p.seen()[before:])
	}
}

// TestWrongClient sends a wrong client secret once. That is no refusal of the
// grant.
func TestWrongClient(t *testing.T) {
	t.Parallel()
	store := &memory{}
	k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
	wrong, _, err := k.s.Complete(auth.Values{Parameters: object(t, `{"clientId":"`+providerClient+`","clientSecret":"wrong-secret-1"}`)})
	if err != nil {
		t.Fatal(err)
	}
	k.now.move(2 * time.Hour)
	var ended *auth.LoginError
	if _, err := get(k.open(t, wrong), "/me"); err == nil || errors.As(err, &ended) {
		t.Errorf("got %v, want a refusal of the client and no LoginError", err)
	}
	if got := keptBy(t, store); got.NeedsLogin != "" || got.Pending {
		t.Errorf("what is kept needs a login: %q, is pending: %v", got.NeedsLogin, got.Pending)
	}
	k.Connection = k.open(t, k.v)
	k.works(t, "with the right secret", 2)
}

// TestUnhelpfulRefresh has the API refuse every token for a while: one refresh
// tells that none helps.
func TestUnhelpfulRefresh(t *testing.T) {
	t.Parallel()
	var ill atomic.Bool
	k := connectKept(t, &provider{lifetime: time.Hour}, "", nil, func(w *auth.World) {
		intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if ill.Load() && req.URL.Host == "api.acme.example" {
				return respond(req, http.StatusUnauthorized, "{}"), nil
			}
			return next.RoundTrip(req)
		})
	})
	ill.Store(true)
	for range 10 {
		if status, err := get(k, "/me"); err != nil || status != http.StatusUnauthorized {
			t.Errorf("got %d, %v; want the 401 of the API", status, err)
		}
	}
	if k.p.made != 2 {
		t.Errorf("%d refreshes for 10 requests, want 1", k.p.made-1)
	}
	ill.Store(false)
	k.works(t, "when the API is well", 2)
	k.now.move(2 * time.Hour)
	k.works(t, "after the end", 3)
}

// TestDeadline has a caller give up while something is under way that does not
// end by itself, and wants the caller to return.
func TestDeadline(t *testing.T) {
	t.Parallel()
	soon := func(t *testing.T, work func() error) {
		t.Helper()
		done := make(chan error, 1)
		go func() { done <- work() }()
		select {
		case err := <-done:
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the end of the context", err)
			}
		case <-time.After(10 * time.Second):
			t.Error("the caller still waits")
		}
	}
	t.Run("an answer", func(t *testing.T) {
		t.Parallel()
		k := connectKept(t, &provider{lifetime: time.Hour}, "", nil, nil)
		k.now.move(2 * time.Hour)
		leave := make(chan struct{})
		k.p.token = func(w http.ResponseWriter, req *http.Request) { <-leave; k.p.exchange(w, req) }
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		soon(t, func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "/me", nil)
			if err == nil {
				_, err = k.Do(req)
			}
			return err
		})
		close(leave)
		k.works(t, "with the pair that nobody waited for", 2)
	})
	t.Run("the lock of another process", func(t *testing.T) {
		t.Parallel()
		held := &heldKeeper{}
		k := connectKept(t, &provider{lifetime: time.Hour}, "", held, nil)
		k.now.move(2 * time.Hour)
		free := make(chan struct{})
		held.until.Store(&free)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		var patient sync.WaitGroup
		soon(t, func() error {
			patient.Go(func() { k.works(t, "for who has more time", 2) })
			_, err := k.TokenSource(ctx).Token()
			return err
		})
		close(free)
		patient.Wait()
		k.works(t, "when the lock is free", 2)
	})
}

// A heldKeeper is locked by another process until a channel is closed.
type heldKeeper struct {
	memory
	until atomic.Pointer[chan struct{}]
}

func (h *heldKeeper) Lock(ctx context.Context) (*auth.Credential, func(), error) {
	if until := h.until.Load(); until != nil {
		select {
		case <-*until:
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
	return h.memory.Lock(ctx)
}

// TestRefusalByMethod refuses the method of a spec that refreshes, in words that
// have what it sent.
func TestRefusalByMethod(t *testing.T) {
	t.Parallel()
	world, _ := loopback(t, &tiredAPI{good: 1, renew: says(401, `{"message":"`+renewal+` is gone"}`)})
	s := subjectOf(t, renewed)
	c, result, err := auth.Connect(t.Context(), s, withPassword(t, s), world)
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	err = c.Refresh(t.Context())
	var ended *auth.LoginError
	if !errors.As(err, &ended) {
		t.Fatalf("got %v, want a LoginError", err)
	}
	for where, text := range map[string]string{"error": err.Error(), "reason": c.Credential().NeedsLogin} {
		if strings.Contains(text, renewal) || !strings.Contains(text, "is gone") {
			t.Errorf("the %s is %q", where, text)
		}
	}
}

// TestPending interrupts a refresh in many places. It is pending where the
// refresh token was sent and nobody knows whether it is used up.
func TestPending(t *testing.T) {
	t.Parallel()
	unsent := func(err error) func(http.RoundTripper, *http.Request) (*http.Response, error) {
		return func(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, err }
	}
	refused := func(status int, body string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
		return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
			return respond(req, status, body), nil
		}
	}
	lost := func(status int, body string) func(http.RoundTripper, *http.Request) (*http.Response, error) {
		return func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if _, err := next.RoundTrip(req); err != nil || status == 0 {
				return nil, errors.New("http2: stream error: stream ID 3; INTERNAL_ERROR")
			}
			return respond(req, status, body), nil
		}
	}
	const endpoint, metadata = "/token", "/.well-known/openid-configuration"
	tests := []struct {
		name, path string
		send       func(http.RoundTripper, *http.Request) (*http.Response, error)
		pending    bool
	}{
		{"no metadata", metadata, unsent(io.ErrUnexpectedEOF), false},
		{"no connection", endpoint, unsent(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), false},
		{"no name", endpoint, unsent(&net.DNSError{Err: "no such host", IsNotFound: true}), false},
		{"too many requests", endpoint, refused(429, `{"error":"slow_down"}`), false},
		{"not now", endpoint, refused(503, `{"error":"temporarily_unavailable"}`), false},
		{"a wrong client", endpoint, refused(401, `{"error":"invalid_client"}`), false},
		{"a connection that breaks", endpoint, lost(0, ""), true},
		{"a bad gateway", endpoint, lost(502, "bad gateway"), true},
		{"a slow gateway", endpoint, lost(504, ""), true},
		{"a page", endpoint, lost(200, "<html>"), true},
		{"a token of another type", endpoint, lost(200, `{"access_token":"a-123456","token_type":"mac"}`), true},
		{"an answer without an end", endpoint, lost(200, strings.Repeat("x", 2<<20)), true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var on atomic.Bool
			p := &provider{lifetime: time.Hour}
			world, now := p.world(t)
			intercept(&world, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				switch {
				case on.Load() && req.URL.Path == test.path:
					return test.send(next, req)
				case req.URL.Path == metadata:
					return respond(req, 200, `{"issuer":"https://login.acme.example","token_endpoint":"https://login.acme.example/token","code_challenge_methods_supported":["S256"]}`), nil
				}
				return next.RoundTrip(req)
			})
			s := subjectOf(t, strings.Replace(oauthSpec(""), "tokenUri: https://login.acme.example/token", "issuer: https://login.acme.example", 1))
			first, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
			if err != nil || !result.OK {
				t.Fatal(err, result)
			}
			c, err := auth.Open(s, providerValues(t, s), world, first.Credential()) // which knows no metadata
			if err != nil {
				t.Fatal(err)
			}
			now.move(2 * time.Hour)
			on.Store(true)
			if _, err := get(c, "/me"); err == nil || c.Credential().Pending != test.pending {
				t.Errorf("pending: %v, want %v (%v)", c.Credential().Pending, test.pending, err)
			}
			on.Store(false)
			_, err = get(c, "/me")
			if unknown := err != nil && strings.Contains(err.Error(), "outcome of the last refresh is unknown"); unknown != test.pending {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// TestPendingByMethod is TestPending for a refresh by a method of the spec: what
// was answered with success is used up, whether or not the method can read it.
func TestPendingByMethod(t *testing.T) {
	t.Parallel()
	const spec = `key: shop
name: Shop
auth:
  type: client-credentials
  baseUri: https://api.acme.example
  getCredentialsFromConnectionParameters: {implementationType: mapping, mapping: {access_token: first, refresh_token: r-1}}
  refreshCredentials:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /refresh
      requestMapping: {data: {token: {$var: credentials.refresh_token}}}
      responseMapping: {access_token: MAPPED, refresh_token: {$var: response.data.refresh}}
  makeApiClient: {implementationType: mapping, mapping: {headers: {Authorization: 'Bearer ${credentials.access_token}'}}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`
	for _, test := range []struct {
		name, mapped string
		status       int
		answer       string
		pending      bool
	}{
		{"nothing is read", "{$var: response.data.token}", 200, `{"acess":"a-2"}`, true},
		{"what is needed is not there", "'${response.data.token}'", 200, `{"refresh":"r-2"}`, true},
		{"broken JSON", "{$var: response.data.token}", 200, `{"token":"a-2`, true},
		{"an answer of failure", "{$var: response.data.token}", 500, `{}`, true},
		{"a refused client", "{$var: response.data.token}", 403, `{}`, false},
		{"too many requests", "{$var: response.data.token}", 429, `{}`, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, strings.Replace(spec, "MAPPED", test.mapped, 1))
			world := worldOf(func(req *http.Request, _ string) (int, string) {
				if req.URL.Path == "/refresh" {
					return test.status, test.answer
				}
				return 200, `{}`
			})
			world.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
			v, _, err := s.Complete(auth.Values{})
			if err != nil {
				t.Fatal(err)
			}
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || !result.OK {
				t.Fatal(err, result)
			}
			if err := c.Refresh(t.Context()); err == nil || c.Credential().Pending != test.pending {
				t.Errorf("pending: %v, want %v (%v)", c.Credential().Pending, test.pending, err)
			}
		})
	}
}

// TestEndInThePast has a server name an end that is past: a clock is wrong, and
// the token is used until it is refused.
func TestEndInThePast(t *testing.T) {
	t.Parallel()
	p := &provider{}
	p.token = func(w http.ResponseWriter, _ *http.Request) {
		made := p.tokens(true)
		made["expires_at"] = p.now().Add(-10 * time.Minute).Unix()
		answer(w, 200, made)
	}
	k := connectKept(t, p, "", nil, nil)
	for range 5 {
		k.works(t, "though its end is past", 1)
	}
}

// TestSpread has connections refresh within the ten seconds before the last
// minute, and not all in one moment.
func TestSpread(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		before      time.Duration
		least, most int
	}{{75 * time.Second, 0, 0}, {65 * time.Second, 1, 23}, {59 * time.Second, 24, 24}} {
		early := 0
		for range 24 {
			p := &provider{lifetime: time.Hour}
			c, now, _ := connect(t, p, "")
			now.move(time.Hour - test.before)
			if _, err := get(c, "/me"); err != nil {
				t.Fatal(err)
			}
			early += p.made - 1
		}
		if early < test.least || early > test.most {
			t.Errorf("%v before the end %d of 24 refreshed, want from %d to %d", test.before, early, test.least, test.most)
		}
	}
}
