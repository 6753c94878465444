package auth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
	tokens "github.com/connector-spec/connector/auth/token"
)

// A kept is a connection of a provider that a keeper keeps.
type kept struct {
	*auth.Connection
	p     *provider
	now   *ticking
	world auth.World
	s     auth.Subject
	v     auth.Values
}

// connectKept logs in to the provider, in a world that change may change.
func connectKept(t testing.TB, p *provider, config string, keeper auth.Keeper, change func(*auth.World)) *kept {
	t.Helper()
	k := &kept{p: p, s: subjectOf(t, oauthSpec(config))}
	k.world, k.now = p.world(t)
	k.world.Keeper = keeper
	if change != nil {
		change(&k.world)
	}
	k.v = providerValues(t, k.s)
	k.connect(t)
	return k
}

// connect logs in, once more.
func (k *kept) connect(t testing.TB) {
	t.Helper()
	c, result, err := auth.Connect(t.Context(), k.s, k.v, k.world)
	if err != nil || !result.OK {
		t.Fatalf("connect: %v, %+v", err, result)
	}
	k.Connection = c
}

// open opens what the keeper keeps once more, as another process does.
func (k *kept) open(t testing.TB, v auth.Values) *auth.Connection {
	t.Helper()
	w := k.world
	w.Redactor = secret.NewRedactor()
	c, err := auth.Open(k.s, v, w, keptBy(t, k.world.Keeper))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// change changes the provider between requests.
func (k *kept) change(work func()) {
	k.p.mu.Lock()
	defer k.p.mu.Unlock()
	work()
}

// works wants a request to succeed, and so many pairs of tokens to be made so
// far, none with a token that was used.
func (k *kept) works(t *testing.T, when string, made int) {
	t.Helper()
	if status, err := get(k, "/me"); err != nil || status != http.StatusOK || k.p.made != made || k.p.reused {
		t.Errorf("%s: %d, %v, %d pairs of tokens, reused: %v; want 200 and %d pairs", when, status, err, k.p.made, k.p.reused, made)
	}
}

func keptBy(t testing.TB, keeper auth.Keeper) *auth.Credential {
	t.Helper()
	c, release, err := keeper.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	return c
}

func refreshTokenOf(c *auth.Credential) string { return c.Values.Get("refresh_token").Text() }

// A faulty keeper fails some of its saves, counted from 1.
type faulty struct {
	memory
	n     int
	fails func(n int) bool
}

var errDisk = errors.New("the disk is full")

func (f *faulty) Save(ctx context.Context, c *auth.Credential) error {
	if f.n++; f.fails(f.n) {
		return errDisk
	}
	return f.memory.Save(ctx, c)
}

// intercept puts a function before the network of a world.
func intercept(w *auth.World, send func(next http.RoundTripper, req *http.Request) (*http.Response, error)) {
	next := w.Network
	w.Network = roundTripper(func(req *http.Request) (*http.Response, error) { return send(next, req) })
	w.Browser = browserOf(w.Network)
}

// respond is an answer in JSON.
func respond(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)),
	}
}

// TestKeepFails fails a save of the three that a refresh takes with the login's,
// and wants the failure to be said once and to cost no login.
func TestKeepFails(t *testing.T) {
	t.Parallel()
	t.Run("of the new pair", func(t *testing.T) {
		t.Parallel()
		store := &faulty{fails: func(n int) bool { return n == 3 }}
		k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
		k.now.move(time.Hour - 30*time.Second)
		var lost *auth.KeepError
		if _, err := get(k, "/me"); !errors.As(err, &lost) || !lost.New || !errors.Is(err, errDisk) {
			t.Errorf("got %v, want a KeepError of a new credential", err)
		}
		k.works(t, "with the pair that was not kept", 2)
		k.now.move(time.Hour - 20*time.Second)
		k.works(t, "at the next refresh", 3)
		if got := refreshTokenOf(keptBy(t, store)); got != k.p.refresh {
			t.Errorf("%s is kept, and %s is good", got, k.p.refresh)
		}
	})
	t.Run("of what was there before", func(t *testing.T) {
		t.Parallel()
		store := &faulty{fails: func(n int) bool { return n == 3 }}
		k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
		k.now.move(2 * time.Hour)
		k.p.token = func(w http.ResponseWriter, _ *http.Request) {
			answer(w, http.StatusServiceUnavailable, map[string]any{"error": "temporarily_unavailable"})
		}
		err := k.Refresh(t.Context())
		var lost *auth.KeepError
		var failed *tokens.Error
		if !errors.As(err, &lost) || lost.New || !errors.As(err, &failed) {
			t.Errorf("got %v, want the failure of the server, and a KeepError of no new credential", err)
		}
		k.p.token = nil
		k.works(t, "when the server is well", 2)
	})
	t.Run("before anything is asked", func(t *testing.T) {
		t.Parallel()
		var full atomic.Bool
		k := connectKept(t, &provider{}, "", &faulty{fails: func(int) bool { return full.Load() }}, nil)
		k.change(func() { k.p.access = nil })
		full.Store(true)
		if _, err := get(k, "/me"); !errors.Is(err, errDisk) || k.p.made != 1 {
			t.Errorf("got %v after %d pairs, want the failure of the disk and 1", err, k.p.made)
		}
		full.Store(false)
		k.works(t, "when the disk is well", 2)
	})
}

// TestLoginOverOldRecord logs in where a record is kept that was refreshed often
// and needs a login. The API may refuse the first request with the new token, as
// one does that has not heard of it yet.
func TestLoginOverOldRecord(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]int{"accepted": 0, "refused at first": 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			loginOverOldRecord(t, first)
		})
	}
}

func loginOverOldRecord(t *testing.T, first int) {
	store := &memory{}
	var refusals atomic.Int32
	k := connectKept(t, &provider{lifetime: time.Hour}, "", store, func(w *auth.World) {
		intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/me") && refusals.Add(-1) >= 0 {
				return respond(req, http.StatusUnauthorized, "{}"), nil
			}
			return next.RoundTrip(req)
		})
	})
	for range 3 {
		if err := k.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	k.change(func() { k.p.refresh = "" })
	k.now.move(2 * time.Hour)
	var ended *auth.LoginError
	if _, err := get(k, "/me"); !errors.As(err, &ended) {
		t.Fatalf("got %v, want a LoginError", err)
	}
	old := k.Connection
	refusals.Store(int32(first))
	k.connect(t)
	if got := keptBy(t, store); got.NeedsLogin != "" || refreshTokenOf(got) != k.p.refresh {
		t.Errorf("%s is kept and needs a login for %q; good is %s", refreshTokenOf(got), got.NeedsLogin, k.p.refresh)
	}
	k.works(t, "after the login", 5+first)
	k.Connection = old
	k.works(t, "by the connection from before it", 5+first)
}

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

// TestKnownSecrets has servers send secrets back, that a connection was opened
// with or took from another process: no message may have them.
func TestKnownSecrets(t *testing.T) {
	t.Parallel()
	t.Run("of the stored credential", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		k := connectKept(t, p, "", &memory{}, func(w *auth.World) {
			intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/echo") { // of what is sent, and of what is not
					return respond(req, http.StatusForbidden, `{"message":"`+req.Header.Get("Authorization")+` of `+p.refresh+` may not"}`), nil
				}
				return next.RoundTrip(req)
			})
		})
		k.s = subjectOf(t, strings.Replace(oauthSpec(""), "path: /me", "path: /echo", 1))
		c := k.open(t, k.v)
		for _, when := range []string{"as it was opened", "as another process refreshed it"} {
			result, err := c.Test(t.Context())
			if err != nil || !strings.Contains(result.Message, "may not") || strings.Contains(result.Message, "0123456789abcdef") {
				t.Errorf("%s: %v, %q", when, err, result.Message)
			}
			k.now.move(30 * time.Minute)
			if err := k.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			k.now.move(45 * time.Minute) // the first has ended
		}
	})
	t.Run("of a refusal", func(t *testing.T) {
		t.Parallel()
		store := &memory{}
		k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
		k.now.move(2 * time.Hour)
		k.p.token = func(w http.ResponseWriter, req *http.Request) {
			answer(w, 400, map[string]any{"error": "invalid_grant", "error_description": req.PostForm.Get("refresh_token") + " is revoked"})
		}
		_, err := get(k, "/me")
		var ended *auth.LoginError
		var refused *tokens.Error
		if !errors.As(err, &ended) || !errors.As(err, &refused) {
			t.Fatalf("got %v", err)
		}
		secret := refreshTokenOf(k.Credential())
		for where, text := range map[string]string{
			"error": err.Error(), "reason": ended.Reason, "description": refused.Description,
			"credential": k.Credential().NeedsLogin, "record": keptBy(t, store).NeedsLogin,
		} {
			if strings.Contains(text, secret) || !strings.Contains(text, "is revoked") {
				t.Errorf("the %s is %q", where, text)
			}
		}
	})
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

// TestBodyIsClosed fails a request before it is sent (net/http's RoundTripper
// wants its body closed even so), and opens a connection of nothing.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	c, now, world := connect(t, p, "")
	now.move(2 * time.Hour)
	p.token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	body := &closing{Reader: strings.NewReader("x")}
	req, err := http.NewRequest(http.MethodPost, "/me", body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RoundTrip(req); err == nil || !body.closed {
		t.Errorf("got %v, body closed: %v", err, body.closed)
	}
	s := subjectOf(t, oauthSpec(""))
	if _, err := auth.Open(s, providerValues(t, s), world, nil); err == nil {
		t.Error("a connection of no credential was opened")
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

// TestTokenType has servers spell Bearer as they like.
func TestTokenType(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	p.token = func(w http.ResponseWriter, _ *http.Request) {
		made := p.tokens(true)
		made["token_type"] = "BearerToken"
		answer(w, 200, made)
	}
	c, _, _ := connect(t, p, "")
	made, err := c.TokenSource(t.Context()).Token()
	if err != nil {
		t.Fatal(err)
	}
	req := &http.Request{Header: http.Header{}}
	made.SetAuthHeader(req)
	if got, want := req.Header.Get("Authorization"), "Bearer "+made.AccessToken; got != want {
		t.Errorf("x/oauth2 sends %q, want %q", got, want)
	}
}

// TestUnboundToken asks for a bound token and gets another, which is sent as
// what it is.
func TestUnboundToken(t *testing.T) {
	t.Parallel()
	var sent []string
	k := connectKept(t, &provider{lifetime: time.Hour}, "      dpop: true\n", nil, func(w *auth.World) {
		intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/me") {
				sent = append(sent, req.Header.Get("Authorization")+req.Header.Get("DPoP"))
			}
			return next.RoundTrip(req)
		})
	})
	if diff := cmp.Diff([]string{"Bearer access-1-0123456789abcdef"}, sent); diff != "" || k.Credential().Key != "" {
		t.Errorf("has a key: %v; sent (-want +got)\n%s", k.Credential().Key != "", diff)
	}
}

// bind has the provider of a world bind its tokens to keys. Its answers, of the
// API and of the authorization server, may be changed.
func bind(p *provider, w *auth.World, change func(*http.Request, *http.Response)) {
	p.token = func(w http.ResponseWriter, req *http.Request) {
		p.exchange(bound{w}, req)
	}
	intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		sent := req.Clone(req.Context())
		if access, ok := strings.CutPrefix(req.Header.Get("Authorization"), "DPoP "); ok && req.Header.Get("DPoP") != "" {
			sent.Header.Set("Authorization", "Bearer "+access)
		}
		resp, err := next.RoundTrip(sent)
		if err == nil && change != nil {
			change(req, resp)
		}
		return resp, err
	})
}

// A bound writes DPoP where a provider writes bearer.
type bound struct{ http.ResponseWriter }

func (b bound) Write(text []byte) (int, error) {
	_, err := io.WriteString(b.ResponseWriter, strings.Replace(string(text), `"bearer"`, `"DPoP"`, 1))
	return len(text), err
}

// TestNonceIsNoRepeat has servers bring a nonce with each answer. A request that
// is refused for another reason is not sent again.
func TestNonceIsNoRepeat(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, now := p.world(t)
	nonces := 0
	var paid []string
	bind(p, &world, func(req *http.Request, resp *http.Response) {
		nonces++
		resp.Header.Set("DPoP-Nonce", fmt.Sprint("nonce-", nonces))
		if strings.HasSuffix(req.URL.Path, "/pay") {
			paid = append(paid, req.Method)
			resp.StatusCode = http.StatusBadRequest
		}
	})
	s := subjectOf(t, oauthSpec("      dpop: true\n"))
	c, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || !result.OK || c.Credential().Key == "" {
		t.Fatal(err, result)
	}
	req, err := http.NewRequest(http.MethodPost, "/pay", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := c.Do(req); err != nil || resp.StatusCode != http.StatusBadRequest || len(paid) != 1 {
		t.Errorf("got %v, %v; sent %d times, want once", resp, err, len(paid))
	}
	now.move(2 * time.Hour)
	p.mu.Lock()
	p.refresh = ""
	p.mu.Unlock()
	before := len(p.seen())
	var ended *auth.LoginError
	if err := c.Refresh(t.Context()); !errors.As(err, &ended) {
		t.Errorf("got %v, want a LoginError", err)
	}
	if diff := cmp.Diff([]string{"token refresh_token"}, p.seen()[before:]); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// TestConnectKeepsWhatWorks keeps nothing of a login whose test failed, unless
// its caller says so.
func TestConnectKeepsWhatWorks(t *testing.T) {
	t.Parallel()
	p := &provider{}
	world, _ := p.world(t)
	store := &memory{}
	world.Keeper = store
	intercept(&world, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if strings.HasSuffix(req.URL.Path, "/me") {
			return respond(req, http.StatusUnauthorized, "{}"), nil
		}
		return next.RoundTrip(req)
	})
	s := subjectOf(t, oauthSpec(""))
	c, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || result.OK || c == nil || len(store.saves) > 0 {
		t.Fatalf("got %v, %+v; saved %q", err, result, store.saves)
	}
	if err := c.Keep(t.Context()); err != nil || refreshTokenOf(keptBy(t, store)) != p.refresh {
		t.Errorf("got %v, and %s for %s", err, refreshTokenOf(keptBy(t, store)), p.refresh)
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

// TestKeepAndRefresh saves slowly while a refresh begins: what is kept last is
// what was obtained last.
func TestKeepAndRefresh(t *testing.T) {
	t.Parallel()
	store := &slowKeeper{saving: make(chan struct{}), leave: make(chan struct{})}
	k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
	store.slow.Store(true)
	var group sync.WaitGroup
	group.Go(func() { _ = k.Keep(t.Context()) })
	<-store.saving
	time.AfterFunc(50*time.Millisecond, func() { close(store.leave) })
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	group.Wait()
	if got := refreshTokenOf(keptBy(t, store)); got != k.p.refresh {
		t.Errorf("%s is kept, and %s is good", got, k.p.refresh)
	}
}

// A slowKeeper takes its time for one save, and says when it begins.
type slowKeeper struct {
	memory
	slow          atomic.Bool
	saving, leave chan struct{}
}

func (s *slowKeeper) Save(ctx context.Context, c *auth.Credential) error {
	if s.slow.CompareAndSwap(true, false) {
		close(s.saving)
		<-s.leave
	}
	return s.memory.Save(ctx, c)
}

// TestAnotherProcess does something to the record of a connection that is open
// here, and that has ended.
func TestAnotherProcess(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		work   func(t *testing.T, k *kept, store *memory)
		login  bool // is needed
		asked  int  // token requests of both after the login
		record bool // is there in the end
	}{
		{"has it refused", func(t *testing.T, k *kept, _ *memory) {
			k.change(func() { k.p.refresh = "" })
			if err := k.open(t, k.v).Refresh(t.Context()); err == nil {
				t.Fatal("a token that is not good was accepted")
			}
		}, true, 1, true},
		{"removes it", func(_ *testing.T, _ *kept, store *memory) { store.kept = nil }, true, 0, false},
		{"refreshes it long ago", func(t *testing.T, k *kept, _ *memory) {
			k.now.move(-2 * time.Hour)
			if err := k.open(t, k.v).Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			k.now.move(2 * time.Hour)
		}, false, 2, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := &memory{}
			k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
			before := len(k.p.seen())
			k.now.move(2 * time.Hour)
			test.work(t, k, store)
			c, err := k.Fresh(t.Context())
			var ended *auth.LoginError
			if errors.As(err, &ended) != test.login || err == nil && c.Expired(k.now.Now()) {
				t.Errorf("got %v, %v; a login is needed: %v", c, err, test.login)
			}
			if asked := len(k.p.seen()) - before; asked != test.asked {
				t.Errorf("%d requests, want %d", asked, test.asked)
			}
			if got := keptBy(t, store) != nil; got != test.record {
				t.Errorf("a record is there: %v, want %v", got, test.record)
			}
		})
	}
}

// TestSeedTellsNothing looks for the state, the verifier and the key of a login
// in what the seed of its recording gives.
func TestSeedTellsNothing(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	var sent []string
	bind(p, &world, func(req *http.Request, _ *http.Response) {
		if q := req.URL.Query(); q.Has("state") {
			sent = []string{q.Get("state"), q.Get("code_challenge"), q.Get("dpop_jkt")}
		}
	})
	s := subjectOf(t, oauthSpec("      dpop: true\n"))
	result, recording, err := auth.Record(t.Context(), s, providerValues(t, s), world, newRandom(), "test")
	if err != nil || !result.OK || len(sent) != 3 || slices.Contains(sent, "") {
		t.Fatal(err, result, sent)
	}
	seed, err := hex.DecodeString(recording.Seed)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	for _, purpose := range []string{"", "signatures", "throw-away signatures"} {
		of := [32]byte(seed)
		if purpose != "" {
			of = sha256.Sum256(append(slices.Clone(seed), purpose...))
		}
		drawn := make([]byte, 4096)
		_, _ = io.ReadFull(rand.NewChaCha8(of), drawn)
		for i := 0; i+32 <= len(drawn); i += 8 {
			block := drawn[i : i+32]
			made := []string{text(block), challengeOf(text(block))}
			if key, err := sign.NewDPoPKey(strings.NewReader(string(block))); err == nil {
				proof, err := sign.NewDPoP(key, sign.World{})
				if err != nil {
					t.Fatal(err)
				}
				made = append(made, proof.Thumbprint())
			}
			for _, m := range made {
				if slices.Contains(sent, m) {
					t.Errorf("the seed gives %s of the login, which sent %q", m, sent)
				}
			}
		}
	}
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestValuesAreHidden encodes what holds secrets in the ways of packages that
// know nothing of them.
func TestValuesAreHidden(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, oauthSpec(""))
	v := providerValues(t, s)
	for _, held := range []any{v, &v, struct{ V auth.Values }{v}, map[string]auth.Values{"v": v}} {
		encoded, err := json.Marshal(held)
		for _, text := range []string{string(encoded), fmt.Sprintf("%v %+v %#v", held, held, held)} {
			if err != nil || strings.Contains(text, "s3cret") {
				t.Errorf("%T: %v, %s", held, err, text)
			}
		}
	}
}

// TestOrderOfCredentials makes credentials of one answer several times: their
// members have one order.
func TestOrderOfCredentials(t *testing.T) {
	t.Parallel()
	want := []string{"data", "token_type", "access_token", "refresh_token"}
	for range 8 {
		p := &provider{lifetime: time.Hour}
		p.token = func(w http.ResponseWriter, _ *http.Request) {
			made := p.tokens(true)
			answer(w, 200, map[string]any{"data": map[string]any{"a": made["access_token"], "r": made["refresh_token"]}, "token_type": "Bearer"})
		}
		c, _, _ := connect(t, p, "      tokenResponse: {accessToken: data.a, refreshToken: data.r}\n")
		if diff := cmp.Diff(want, c.Credential().Values.Keys()); diff != "" {
			t.Fatalf("members (-want +got)\n%s", diff)
		}
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
