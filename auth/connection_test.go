package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
)

// connect logs in to the provider.
func connect(t testing.TB, p *provider, config string) (*auth.Connection, *ticking, auth.World) {
	t.Helper()
	world, now := p.world(t)
	s := subjectOf(t, oauthSpec(config))
	c, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || !result.OK {
		t.Fatalf("connect: %v, %+v", err, result)
	}
	if result.Label != "Ada" {
		t.Errorf("label %q, want Ada", result.Label)
	}
	return c, now, world
}

func get(c http.RoundTripper, path string) (int, error) {
	req, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return 0, err
	}
	resp, err := c.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, nil
}

// TestOneRefresh has 100 goroutines share one connection whose token is about
// to end, and then one whose token the API refuses: each time one refresh does
// for all.
func TestOneRefresh(t *testing.T) {
	t.Parallel()
	for name, lifetime := range map[string]time.Duration{"before the end": time.Hour, "after a refusal": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &provider{lifetime: lifetime}
			c, now, _ := connect(t, p, "")
			before := len(p.seen())
			if lifetime > 0 {
				now.move(lifetime - 30*time.Second)
			} else {
				p.mu.Lock()
				p.access = nil
				p.mu.Unlock()
			}
			var group sync.WaitGroup
			for range 100 {
				group.Go(func() {
					if status, err := get(c, "/me"); err != nil || status != http.StatusOK {
						t.Errorf("got %d, %v", status, err)
					}
				})
			}
			group.Wait()
			refreshes := 0
			for _, r := range p.seen()[before:] {
				if r == "token refresh_token" {
					refreshes++
				}
			}
			if refreshes != 1 || p.reused {
				t.Errorf("%d refreshes, reuse %v; want one", refreshes, p.reused)
			}
		})
	}
}

// TestMust21Refresh refreshes early and not too early, keeps the old refresh
// token where there is no new one, tells a refusal from a failure that passes,
// and never lets go of what it has.
func TestMust21Refresh(t *testing.T) {
	t.Parallel()
	t.Run("a minute before the end", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		c, now, _ := connect(t, p, "")
		for _, step := range []struct {
			move time.Duration
			made int
		}{{58 * time.Minute, 1}, {61 * time.Second, 2}, {time.Second, 2}} {
			now.move(step.move)
			if _, err := get(c, "/me"); err != nil || p.made != step.made {
				t.Errorf("after %v: %d tokens were made, want %d (%v)", step.move, p.made, step.made, err)
			}
		}
	})
	t.Run("never in the first half of a short life", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: 10 * time.Second}
		c, now, _ := connect(t, p, "")
		now.move(4 * time.Second)
		_, err := get(c, "/me")
		if err != nil || p.made != 1 {
			t.Errorf("%d tokens were made after 4 of 10 seconds, want 1 (%v)", p.made, err)
		}
		now.move(2 * time.Second)
		if _, err := get(c, "/me"); err != nil || p.made != 2 {
			t.Errorf("%d tokens were made after 6 of 10 seconds, want 2 (%v)", p.made, err)
		}
	})
	t.Run("without a new refresh token", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		c, _, _ := connect(t, p, "")
		old := c.Credential().Values.Get("refresh_token").Text()
		p.token = func(w http.ResponseWriter, _ *http.Request) {
			answer(w, 200, map[string]any{"access_token": "another-0123456789", "token_type": "Bearer"})
		}
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := c.Credential().Values; got.Get("refresh_token").Text() != old || got.Get("access_token").Text() != "another-0123456789" {
			t.Errorf("the credential is %v", got.Keys())
		}
	})
	t.Run("a failure that passes changes nothing", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		c, now, _ := connect(t, p, "")
		now.move(time.Hour - 30*time.Second)
		p.token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
		if status, err := get(c, "/me"); err != nil || status != 200 {
			t.Errorf("while the token lives: %d, %v", status, err)
		}
		now.move(time.Minute)
		var ended *auth.LoginError
		if _, err := get(c, "/me"); err == nil || errors.As(err, &ended) {
			t.Errorf("after its end: %v", err)
		}
		p.mu.Lock()
		p.token = nil
		p.mu.Unlock()
		if status, err := get(c, "/me"); err != nil || status != 200 {
			t.Errorf("when the server is well again: %d, %v", status, err)
		}
	})
	t.Run("a refusal asks for a login and keeps the record", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		c, now, _ := connect(t, p, "")
		now.move(2 * time.Hour)
		p.mu.Lock()
		p.refresh = ""
		p.mu.Unlock()
		var ended *auth.LoginError
		if _, err := get(c, "/me"); !errors.As(err, &ended) {
			t.Fatalf("got %v, want a LoginError", err)
		}
		before := len(p.seen())
		if _, err := get(c, "/me"); !errors.As(err, &ended) || len(p.seen()) != before {
			t.Errorf("the refused token was sent again: %v, %q", err, p.seen()[before:])
		}
		if got := c.Credential(); got.NeedsLogin == "" || got.Values.Get("refresh_token").IsMissing() {
			t.Errorf("the record is %v, needs login: %q", got.Values.Keys(), got.NeedsLogin)
		}
	})
	t.Run("the caller that gives up does not end the refresh", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		c, now, _ := connect(t, p, "")
		now.move(2 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		p.mu.Lock()
		p.token = func(w http.ResponseWriter, req *http.Request) {
			cancel()
			time.Sleep(20 * time.Millisecond)
			p.exchange(w, req)
		}
		p.mu.Unlock()
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "/me", nil)
		_, _ = c.Do(req)
		if status, err := get(c, "/me"); err != nil || status != 200 || p.made != 2 {
			t.Errorf("got %d, %v after %d tokens", status, err, p.made)
		}
	})
}

// A memory keeps a credential as a store does, in its encoded form.
type memory struct {
	lock  sync.Mutex
	mu    sync.Mutex
	kept  []byte
	saves []string
	fail  error
}

func (m *memory) Lock(context.Context) (*auth.Credential, func(), error) {
	m.lock.Lock()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.kept == nil {
		return nil, m.lock.Unlock, nil
	}
	c, err := auth.DecodeCredential(m.kept)
	return c, m.lock.Unlock, err
}

func (m *memory) Save(_ context.Context, c *auth.Credential) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	data, err := c.Encode()
	word := "kept"
	if c.Pending {
		word = "pending"
	}
	if c.NeedsLogin != "" {
		word = "needs login"
	}
	m.kept, m.saves = data, append(m.saves, word)
	return err
}

// TestMust21TwoProcesses has two connections of one record, as two processes
// do, use a token that has ended: one refreshes, the other takes what it finds.
func TestMust21TwoProcesses(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, now := p.world(t)
	store := &memory{}
	world.Keeper = store
	s := subjectOf(t, oauthSpec(""))
	v := providerValues(t, s)
	first, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	kept, release, err := store.Lock(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	release()
	second, err := auth.Open(s, v, world, kept)
	if err != nil {
		t.Fatal(err)
	}
	now.move(2 * time.Hour)
	var group sync.WaitGroup
	for _, c := range []*auth.Connection{first, second, first, second} {
		group.Go(func() {
			if status, err := get(c, "/me"); err != nil || status != 200 {
				t.Errorf("got %d, %v", status, err)
			}
		})
	}
	group.Wait()
	if p.made != 2 || p.reused {
		t.Errorf("%d tokens were made, reuse: %v; want 2", p.made, p.reused)
	}
	if diff := cmp.Diff([]string{"kept", "pending", "kept"}, store.saves); diff != "" {
		t.Errorf("what was kept (-want +got)\n%s", diff)
	}
	store.fail = errors.New("the disk is full")
	now.move(2 * time.Hour)
	var lost *auth.KeepError
	if _, err := get(first, "/me"); !errors.As(err, &lost) {
		t.Errorf("got %v, want a KeepError", err)
	}
	if p.made != 2 {
		t.Errorf("a refresh was begun that nobody could keep")
	}
}

// TestUnknownOutcome loses the answer to a refresh. The token is tried once
// more, and its refusal says why.
func TestUnknownOutcome(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	c, now, _ := connect(t, p, "")
	now.move(2 * time.Hour)
	p.mu.Lock()
	p.token = func(w http.ResponseWriter, req *http.Request) {
		p.used = append(p.used, req.PostForm.Get("refresh_token"))
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}
	p.mu.Unlock()
	if _, err := get(c, "/me"); err == nil {
		t.Fatal("the lost answer was no error")
	}
	if !c.Credential().Pending || c.Credential().NeedsLogin != "" {
		t.Errorf("the credential is not pending: %q", c.Credential().NeedsLogin)
	}
	p.mu.Lock()
	p.token = nil
	p.mu.Unlock()
	_, err := get(c, "/me")
	var ended *auth.LoginError
	if !errors.As(err, &ended) || !strings.Contains(ended.Reason, "outcome of the last refresh is unknown") {
		t.Errorf("got %v", err)
	}
}

// TestMust24Disconnect revokes the refresh token, then the access token.
func TestMust24Disconnect(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	c, _, _ := connect(t, p, "      revokeUri: https://login.acme.example/revoke\n")
	result, err := c.Disconnect(t.Context())
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	want := []string{c.Credential().Values.Get("refresh_token").Text(), c.Credential().Values.Get("access_token").Text()}
	if diff := cmp.Diff(want, p.revoked); diff != "" {
		t.Errorf("revoked (-want +got)\n%s", diff)
	}
}

// TestMust15DiscoveredHosts wants the report to name the hosts that an issuer
// named, also the one that gets the credential when it is revoked.
func TestMust15DiscoveredHosts(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	intercept(&world, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		switch {
		case strings.HasSuffix(req.URL.Path, "/.well-known/openid-configuration"):
			return respond(req, 200, `{"issuer":"https://login.acme.example","token_endpoint":"https://tokens.acme.example/token","revocation_endpoint":"https://revoke.acme.example/revoke","jwks_uri":"https://keys.acme.example/jwks","code_challenge_methods_supported":["S256"]}`), nil
		case req.URL.Host == "tokens.acme.example":
			there := req.Clone(req.Context())
			there.URL.Host, there.Host = "login.acme.example", "login.acme.example"
			return next.RoundTrip(there)
		}
		return next.RoundTrip(req)
	})
	s := subjectOf(t, strings.Replace(oauthSpec(""), "tokenUri: https://login.acme.example/token", "issuer: https://login.acme.example", 1))
	_, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	want := []string{"https://api.acme.example", "https://login.acme.example", "https://revoke.acme.example", "https://tokens.acme.example"}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(result.Hosts))); diff != "" {
		t.Errorf("hosts (-want +got)\n%s", diff)
	}
}

// TestDisconnectBoth wants an access token that ended with its refresh token to
// be no failure, and what the server said of it to be explained.
func TestDisconnectBoth(t *testing.T) {
	t.Parallel()
	for code, note := range map[string]string{
		"invalid_token":          "the access token ended with the refresh token",
		"unsupported_token_type": "does not revoke the access token by itself",
	} {
		p := &provider{lifetime: time.Hour, refuses: code}
		c, _, _ := connect(t, p, "      revokeUri: https://login.acme.example/revoke\n")
		result, err := c.Disconnect(t.Context())
		if err != nil || !result.OK || len(p.revoked) != 1 {
			t.Errorf("%s: %v, %+v, revoked %q", code, err, result, p.revoked)
			continue
		}
		if len(result.Notes) != 1 || !strings.Contains(result.Notes[0], note) {
			t.Errorf("%s: the notes are %q", code, result.Notes)
		}
	}
}

// TestNoTokenType wants a missing type to be noted where it says how the token is
// sent, and not where the spec says so.
func TestNoTokenType(t *testing.T) {
	t.Parallel()
	const placed = "  makeApiClient: {implementationType: mapping, mapping: {headers: {Authorization: 'Bearer ${credentials.access_token}'}}}\n"
	const elsewhere = "  makeApiClient: {implementationType: mapping, mapping: {headers: {X-Site: 'a', Authorization: 'Bearer ${credentials.id}'}}}\n"
	for _, test := range []struct {
		name, client string
		noted        bool
	}{{"by baseUri alone", "", true}, {"by the spec", placed, false}, {"another credential by the spec", elsewhere, true}} {
		p := &provider{lifetime: time.Hour}
		p.token = func(w http.ResponseWriter, _ *http.Request) {
			p.access = map[string]time.Time{"another-0123456789": p.now().Add(time.Hour)}
			answer(w, 200, map[string]any{"access_token": "another-0123456789", "id": "another-0123456789"})
		}
		world, _ := p.world(t)
		s := subjectOf(t, oauthSpec(test.client))
		_, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
		if err != nil || !result.OK {
			t.Errorf("%s: %v, %+v", test.name, err, result)
			continue
		}
		if noted := strings.Contains(strings.Join(result.Notes, "\n"), "no token_type"); noted != test.noted {
			t.Errorf("%s: the notes are %q", test.name, result.Notes)
		}
	}
}

// TestTokenSource gives x/oauth2 a token that is fresh.
func TestTokenSource(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	c, now, _ := connect(t, p, "")
	source := c.TokenSource(t.Context())
	first, err := source.Token()
	if err != nil {
		t.Fatal(err)
	}
	now.move(2 * time.Hour)
	second, err := source.Token()
	if err != nil || first.AccessToken == second.AccessToken || !second.Expiry.Equal(now.Now().Add(time.Hour)) {
		t.Errorf("got %v, %v after %v", second, err, first)
	}
}

// TestMust23Scopes compares what was granted with what was asked for.
func TestMust23Scopes(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour, granted: "read"}
	world, _ := p.world(t)
	s := subjectOf(t, oauthSpec(""))
	c, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	if diff := cmp.Diff([]string{"write"}, c.Credential().Missing()); diff != "" {
		t.Errorf("missing (-want +got)\n%s", diff)
	}
	if len(result.Warnings) != 1 || !strings.Contains(result.Warnings[0], "write") {
		t.Errorf("warnings: %q", result.Warnings)
	}
}
