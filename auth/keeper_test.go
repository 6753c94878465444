package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
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
	w.Browser = login.To(browserOf(w.Network))
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
