package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/client"
)

// byStatus judges answers as HTTP does, with X-Wait in milliseconds.
func byStatus(resp *http.Response) client.Verdict {
	wait, _ := time.ParseDuration(resp.Header.Get("X-Wait"))
	switch {
	case resp.StatusCode == 401:
		return client.Verdict{Outcome: client.Expired}
	case resp.StatusCode == 429:
		return client.Verdict{Outcome: client.Limited, Wait: wait}
	case resp.StatusCode >= 500:
		return client.Verdict{Outcome: client.Transient, Wait: wait}
	}
	return client.Verdict{}
}

// An api is a loopback server that accepts one token at a time and counts.
type api struct {
	token              atomic.Value // that it accepts
	requests, refusals atomic.Int32
	mu                 sync.Mutex
	seen               []string // method, token and body of each request
}

func (a *api) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	a.requests.Add(1)
	a.mu.Lock()
	a.seen = append(a.seen, strings.TrimSpace(req.Method+" "+req.Header.Get("X-Token")+" "+string(body)))
	a.mu.Unlock()
	if req.Header.Get("X-Token") != a.token.Load() {
		a.refusals.Add(1)
		w.WriteHeader(401)
	}
}

// Security rule 22: one refresh and one repeat after a 401, and the repeat only
// for what can be sent twice.
func TestMust22OneRefreshAndOneRepeat(t *testing.T) {
	tests := []struct {
		name      string
		accepted  string // the token that the server accepts
		request   func() *http.Request
		declared  bool
		noRefresh bool
		status    int
		seen      []string
		refreshes int
		// again is what the server sees of a second request of the same client.
		again string
	}{
		{
			name: "a GET is repeated with the new credential", accepted: "new", request: func() *http.Request { return request(t, "GET", "/me", "") },
			status: 200, seen: []string{"GET old", "GET new"}, refreshes: 1, again: "GET new",
		},
		{
			name: "a PUT is repeated with its body", accepted: "new", request: func() *http.Request { return request(t, "PUT", "/me", "body") },
			status: 200, seen: []string{"PUT old body", "PUT new body"}, refreshes: 1, again: "PUT new body",
		},
		{
			name: "a POST is not repeated, and the next request has the new credential", accepted: "new", request: func() *http.Request { return request(t, "POST", "/me", "body") },
			status: 401, seen: []string{"POST old body"}, refreshes: 1, again: "POST new body",
		},
		{
			name: "a POST with an Idempotency-Key is repeated", accepted: "new", request: func() *http.Request { return request(t, "POST", "/me", "body", "Idempotency-Key", "7") },
			status: 200, seen: []string{"POST old body", "POST new body"}, refreshes: 1, again: "POST new body",
		},
		{
			name: "a POST that was declared repeatable is repeated", accepted: "new", declared: true, request: func() *http.Request { return request(t, "POST", "/me", "body") },
			status: 200, seen: []string{"POST old body", "POST new body"}, refreshes: 1, again: "POST new body",
		},
		{
			name: "a new credential that is refused is not refreshed", accepted: "other", request: func() *http.Request { return request(t, "GET", "/me", "") },
			status: 401, seen: []string{"GET old", "GET new"}, refreshes: 1, again: "GET new",
		},
		{
			name: "without a refresh there is no repeat", accepted: "new", noRefresh: true, request: func() *http.Request { return request(t, "GET", "/me", "") },
			status: 401, seen: []string{"GET old"}, again: "GET old",
		},
		{
			name: "a credential that is accepted is not refreshed", accepted: "old", request: func() *http.Request { return request(t, "GET", "/me", "") },
			status: 200, seen: []string{"GET old"}, again: "GET old",
		},
	}
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := &api{}
			server.token.Store(tt.accepted)
			s := httptest.NewServer(server)
			defer s.Close()
			refreshes := 0
			c := newClient(t, refreshing(t, s.URL, tt.noRefresh, tt.declared, &refreshes), rt)
			resp, err := c.Do(tt.request())
			if err != nil || resp.StatusCode != tt.status || refreshes != tt.refreshes {
				t.Fatalf("%v, %v after %d refreshes, want %d after %d", resp, err, refreshes, tt.status, tt.refreshes)
			}
			if diff := cmp.Diff(tt.seen, server.seen); diff != "" {
				t.Errorf("the server saw (-want +got):\n%s", diff)
			}
			if _, err := c.Do(tt.request()); err != nil || refreshes != tt.refreshes {
				t.Errorf("the next request: %v after %d refreshes", err, refreshes)
			}
			if diff := cmp.Diff(append(tt.seen, tt.again), server.seen); diff != "" {
				t.Errorf("after the next request the server saw (-want +got):\n%s", diff)
			}
		})
	}
}

// refreshing is a config with the token old, and new after a refresh.
func refreshing(t testing.TB, target string, never, declared bool, refreshes *int) client.Config {
	o := origin(t, target)
	o.Literal = true
	config := client.Config{
		Base: target, Origins: []client.Origin{o}, Judge: byStatus,
		Header:     []client.Field{{Name: "X-Token", Value: "old"}},
		Repeatable: func(*http.Request) bool { return declared },
	}
	if !never {
		config.Refresh = func(context.Context) (client.Config, error) {
			*refreshes++
			fresh := config
			fresh.Header = []client.Field{{Name: "X-Token", Value: "new"}}
			return fresh, nil
		}
	}
	return config
}

func TestRefreshThatFails(t *testing.T) {
	refreshes := 0
	config := refreshing(t, "https://h.example", false, false, &refreshes)
	reason := errors.New("the refresh token is refused")
	config.Refresh = func(context.Context) (client.Config, error) { refreshes++; return client.Config{}, reason }
	rt := &memory{answer: func(*http.Request) (*http.Response, error) { return text(401, canary), nil }}
	c := newClient(t, config, rt)
	resp, err := c.Do(request(t, "GET", "/", ""))
	var refresh *client.RefreshError
	if !errors.As(err, &refresh) || refresh.Status != 401 || !errors.Is(err, reason) || strings.Contains(err.Error(), canary) {
		t.Errorf("%v, %v, want a RefreshError", resp, err)
	}
	if resp, err := c.Do(request(t, "GET", "/", "")); err != nil || resp.StatusCode != 401 || refreshes != 1 || len(rt.seen) != 2 {
		t.Errorf("the next request: %v, %v after %d refreshes and %d requests", resp, err, refreshes, len(rt.seen))
	}
	// A new config that cannot be used is such a failure, too.
	config.Refresh = func(context.Context) (client.Config, error) {
		return client.Config{Base: "https://elsewhere.example"}, nil
	}
	var origin *client.OriginError
	if _, err := newClient(t, config, rt).Do(request(t, "GET", "/", "")); !errors.As(err, &refresh) || !errors.As(err, &origin) {
		t.Errorf("%v, want a RefreshError for the origin", err)
	}
}

// TestRequestsRefusedTogether sends many requests with the old credential at
// once and wants one refresh.
func TestRequestsRefusedTogether(t *testing.T) {
	const many = 20
	server := &api{}
	server.token.Store("new")
	all := make(chan struct{})
	var arrived atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("X-Token") == "old" { // until all are there
			if arrived.Add(1) == many {
				close(all)
			}
			<-all
		}
		server.ServeHTTP(w, req)
	}))
	defer s.Close()
	rt := client.NewTransport(client.TransportOptions{})
	defer rt.CloseIdleConnections()
	refreshes := 0
	c := newClient(t, refreshing(t, s.URL, false, false, &refreshes), rt)
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			if resp, err := c.Do(request(t, "GET", "/", "")); err != nil || resp.StatusCode != 200 {
				t.Errorf("%v, %v", resp, err)
			}
		})
	}
	wg.Wait()
	if refreshes != 1 || server.requests.Load() != 2*many || server.refusals.Load() != many {
		t.Errorf("%d refreshes, %d requests of which %d refused", refreshes, server.requests.Load(), server.refusals.Load())
	}
}

func TestRepeats(t *testing.T) {
	const ms = time.Millisecond
	limited, failed, ok := "429", "503", "200"
	tests := []struct {
		name    string
		method  string
		answers []string // statuses, with the wait after a slash; - for none; the last for ever
		status  int      // of the last answer; 0 for a NetworkError
		sent    int
		pauses  []time.Duration
	}{
		{"a limit that passes", "GET", []string{limited, ok}, 200, 2, []time.Duration{750 * ms}},
		{"a limit with a wait", "GET", []string{"429/7s", ok}, 200, 2, []time.Duration{7 * time.Second}},
		{"a limit of a POST: it was not looked at", "POST", []string{"429/1s", ok}, 200, 2, []time.Duration{time.Second}},
		{"a limit that stays", "GET", []string{limited}, 429, 3, []time.Duration{750 * ms, 1500 * ms}},
		{"a wait that does not fit into the time", "GET", []string{"429/61s", ok}, 429, 1, nil},
		{"waits that do not fit together", "GET", []string{"429/40s"}, 429, 2, []time.Duration{40 * time.Second}},
		{"a failure that passes", "GET", []string{failed, ok}, 200, 2, []time.Duration{150 * ms}},
		{"a failure with a wait", "GET", []string{"503/2s", ok}, 200, 2, []time.Duration{2 * time.Second}},
		{"a failure that stays", "DELETE", []string{failed}, 503, 3, []time.Duration{150 * ms, 300 * ms}},
		{"a failure of a POST: it may have done its work", "POST", []string{failed, ok}, 503, 1, nil},
		{"no answer, then one", "GET", []string{"-", ok}, 200, 2, []time.Duration{150 * ms}},
		{"never an answer", "GET", []string{"-"}, 0, 3, []time.Duration{150 * ms, 300 * ms}},
		{"no answer to a POST", "POST", []string{"-", ok}, 0, 1, nil},
		{"failures of several kinds", "GET", []string{failed, limited, ok}, 200, 3, []time.Duration{150 * ms, 1500 * ms}},
		{"another error", "GET", []string{"404", ok}, 404, 1, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rt := &memory{}
			rt.answer = func(*http.Request) (*http.Response, error) {
				what := tt.answers[min(len(rt.seen), len(tt.answers))-1]
				if what == "-" {
					return nil, io.ErrUnexpectedEOF
				}
				status, wait, _ := strings.Cut(what, "/")
				code := 0
				_, _ = fmt.Sscan(status, &code)
				return text(code, "", "X-Wait", wait), nil
			}
			var pauses []time.Duration
			c := newClient(t, client.Config{
				Base: "https://h.example", Judge: byStatus, Repeats: 2, Jitter: func() float64 { return 0.5 },
				Wait: func(_ context.Context, d time.Duration) error { pauses = append(pauses, d); return nil },
			}, rt)
			resp, err := c.Do(request(t, tt.method, "/", "body"))
			var network *client.NetworkError
			switch {
			case tt.status == 0 && !errors.As(err, &network):
				t.Errorf("%v, %v, want a NetworkError", resp, err)
			case tt.status != 0 && (err != nil || resp.StatusCode != tt.status):
				t.Errorf("%v, %v, want %d", resp, err, tt.status)
			}
			if len(rt.seen) != tt.sent {
				t.Errorf("%d requests, want %d", len(rt.seen), tt.sent)
			}
			for i, s := range rt.seen {
				if s != rt.seen[0] || !strings.HasSuffix(s, "\nbody") {
					t.Errorf("request %d is %q, the first %q", i, s, rt.seen[0])
				}
			}
			if diff := cmp.Diff(tt.pauses, pauses); diff != "" {
				t.Errorf("pauses (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWaits wants the time of a pause to pass, and a request that is given up
// to end at once.
func TestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &memory{}
		rt.answer = func(*http.Request) (*http.Response, error) {
			return text(map[bool]int{true: 429, false: 200}[len(rt.seen) == 1], "", "X-Wait", "50s"), nil
		}
		config := client.Config{Base: "https://h.example", Judge: byStatus, Repeats: 1}
		start := time.Now()
		if resp, err := newClient(t, config, rt).Do(request(t, "GET", "/", "")); err != nil || resp.StatusCode != 200 || time.Since(start) != 50*time.Second {
			t.Errorf("%v, %v after %v, want 200 after 50s", resp, err, time.Since(start))
		}
		rt.seen = nil
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start = time.Now()
		resp, err := newClient(t, config, rt).Do(request(t, "GET", "/", "").WithContext(ctx))
		if err != nil || resp.StatusCode != 429 || time.Since(start) != 0 {
			t.Errorf("a deadline that the pause does not fit into: %v, %v after %v, want 429 at once", resp, err, time.Since(start))
		}
		rt.seen = nil
		stop, cancelled := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancelled(errors.New("given up")) })
		start = time.Now()
		_, err = newClient(t, config, rt).Do(request(t, "GET", "/", "").WithContext(stop))
		if err == nil || err.Error() != "https://h.example: given up" || time.Since(start) != 5*time.Second {
			t.Errorf("given up: %v after %v", err, time.Since(start))
		}
	})
}

// TestRefreshesAreNotBoundByTheFirstRequest wants the repeat to have its own
// time.
func TestTheRepeatHasItsOwnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refreshes := 0
		config := refreshing(t, "https://h.example", false, false, &refreshes)
		config.Timeout = 10 * time.Second
		refresh := config.Refresh
		config.Refresh = func(ctx context.Context) (client.Config, error) {
			time.Sleep(30 * time.Second)
			if ctx.Err() != nil {
				t.Error("the refresh ended with the time of the request")
			}
			return refresh(ctx)
		}
		rt := &memory{answer: func(req *http.Request) (*http.Response, error) {
			time.Sleep(8 * time.Second)
			return text(map[bool]int{true: 401, false: 200}[req.Header.Get("X-Token") == "old"], ""), req.Context().Err()
		}}
		if resp, err := newClient(t, config, rt).Do(request(t, "GET", "/", "")); err != nil || resp.StatusCode != 200 {
			t.Errorf("%v, %v, want 200", resp, err)
		}
	})
}

// Security rule 13: a request that obtains a credential is never redirected.
func TestMust13CredentialRequestsAreNotRedirected(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, method := range []string{"GET", "POST"} {
			for _, to := range []string{"/next?k=" + canary, "https://evil.example/"} {
				rt := &memory{answer: func(*http.Request) (*http.Response, error) { return text(status, "", "Location", to), nil }}
				_, err := newClient(t, client.Config{Base: "https://h.example", NoRedirects: true}, rt).Do(request(t, method, "/token", "secret="+canary))
				var redirect *client.RedirectError
				if !errors.As(err, &redirect) || len(rt.seen) != 1 || strings.Contains(err.Error(), canary) {
					t.Errorf("%d of a %s to %s: %v after %d requests, want a RedirectError after 1", status, method, to, err, len(rt.seen))
				}
			}
		}
	}
}
