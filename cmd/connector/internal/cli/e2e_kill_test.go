package cli_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/store"
)

// A slowGrantor takes its time for a refresh: before it grants it, before it
// begins to answer, and in the midst of the answer.
type slowGrantor struct {
	*grantor
	refreshes atomic.Int32  // that were asked for
	answered  chan struct{} // told of each answer that is out

	counting    sync.Mutex
	changed     *sync.Cond // when there are fewer connections
	connections int
}

func newSlowGrantor(t *testing.T) *slowGrantor {
	t.Helper()
	s := &slowGrantor{grantor: &grantor{current: map[string]bool{}}, answered: make(chan struct{}, 1)}
	s.changed = sync.NewCond(&s.counting)
	server := httptest.NewUnstartedServer(s)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		s.counting.Lock()
		defer s.counting.Unlock()
		switch state {
		case http.StateNew:
			s.connections++
		case http.StateClosed:
			s.connections--
			s.changed.Broadcast()
		}
	}
	s.url = "http://" + server.Listener.Addr().String()
	server.Start()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s
}

// settle waits until all is done that was asked for by processes which have
// ended.
func (s *slowGrantor) settle(t *testing.T) {
	t.Helper()
	// When this is answered, the connections before it are counted.
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	s.counting.Lock()
	defer s.counting.Unlock()
	for s.connections > 0 {
		s.changed.Wait()
	}
}

// pause is each time that it takes.
const pause = 25 * time.Millisecond

func (s *slowGrantor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/token" || r.PostFormValue("grant_type") != "refresh_token" {
		s.grantor.ServeHTTP(w, r)
		return
	}
	s.refreshes.Add(1)
	time.Sleep(pause) // in which its client may be killed, as in those below
	answer := httptest.NewRecorder()
	s.grantor.ServeHTTP(answer, r)
	time.Sleep(pause)
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	body := answer.Body.Bytes()
	half := len(body) / 2
	_, _ = w.Write(body[:half])
	_ = http.NewResponseController(w).Flush()
	time.Sleep(pause)
	_, _ = w.Write(body[half:])
	_ = http.NewResponseController(w).Flush()
	select {
	case s.answered <- struct{}{}:
	default:
	}
}

// asked counts the refreshes that a step asks for.
func (s *slowGrantor) asked(t *testing.T, step func()) int {
	t.Helper()
	before := s.refreshes.Load()
	step()
	s.settle(t)
	return int(s.refreshes.Load() - before)
}

// killed counts what the moments were at which processes were killed.
type killed struct {
	unasked  int // nothing was asked for
	asked    int // the record says that something is, and the server granted nothing
	between  int // the server granted what is not kept
	answered int // of these, the whole answer was out
	kept     int
}

func (k *killed) add(o killed) {
	k.unasked += o.unasked
	k.asked += o.asked
	k.between += o.between
	k.answered += o.answered
	k.kept += o.kept
}

func (k *killed) String() string {
	return fmt.Sprintf("before the record said so %d, before the server heard of it %d, before the new tokens were kept %d (with the whole answer out %d), after that %d", k.unasked, k.asked, k.between, k.answered, k.kept)
}

// TestBuiltProgramIsKilled kills refreshes at 200 random moments: a third of them
// before the request most likely, a third anywhere, a third around the moment at
// which the whole answer is there and is written. The store is whole each time. Where nothing was granted, or the new
// tokens were kept, the next use works; where they were lost it is refused once,
// which is told as what it is, and nobody asks again.
func TestBuiltProgramIsKilled(t *testing.T) {
	t.Parallel()
	rounds := fewer(t, 200)
	const houses = 4 // at a time
	var mu sync.Mutex
	var all killed
	t.Cleanup(func() { // after the houses
		t.Logf("%d processes were killed: %v", rounds, &all)
		if enough := rounds / 40; all.unasked+all.asked < enough || all.between < enough || all.kept < enough {
			t.Errorf("the moments are not spread: %v", &all)
		}
	})
	for i := range houses {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			k := killRounds(t, rounds/houses)
			mu.Lock()
			defer mu.Unlock()
			all.add(k)
		})
	}
}

// killRounds kills in a store of its own.
func killRounds(t *testing.T, rounds int) (k killed) {
	t.Helper()
	r := newStored(t)
	s := newSlowGrantor(t)
	dir := writeTree(t, map[string]string{"spec.yml": s.spec()})
	named := r.with("CONNECTOR_PARAM_CLIENT_ID=an-id", "CONNECTOR_PARAM_CLIENT_SECRET=canary-client-secret", "CONNECTOR_INPUT_REGION=eu", "CONNECTOR_INPUT_PIN=canary-pin-1")
	login := func() { named.run("connect", "--name", "work", dir).check(t, 0, `Connected "work"`) }
	for _, secret := range []string{"canary-client-secret", "canary-pin-1", "canary-code", "canary-access-", "canary-refresh-"} {
		r.canaries.Add(secret, secret)
	}
	login()
	r.run("connections", "refresh", "work").check(t, 0)
	files := r.files()
	for range rounds {
		_, before, _ := s.history()
		generation := r.credential().Generation
		answered := r.kill(s)
		s.settle(t) // the server does what it was asked for, whoever waits
		c := r.credential()
		_, after, _ := s.history()
		switch granted := after > before; {
		case granted && c.Generation == generation:
			k.between++
			if answered {
				k.answered++
			}
			if !c.Pending {
				t.Error("a refresh that was granted is not noted as begun")
			}
			s.wantUnknown(t, r)
			login()
		case granted:
			k.kept++
			if c.Pending || c.NeedsLogin != "" {
				t.Errorf("what was kept is pending: %v, and needs a login: %q", c.Pending, c.NeedsLogin)
			}
			s.wantUsable(t, r, 0)
		case c.Pending:
			k.asked++
			s.wantUsable(t, r, 1)
		default:
			k.unasked++
			s.wantUsable(t, r, 1)
		}
		if now := r.files(); now > files+1 { // what one that was killed was writing
			t.Errorf("there were %d files, and are %d", files, now)
		}
	}
	r.run("connections", "refresh", "work").check(t, 0)
	if now := r.files(); now != files {
		t.Errorf("there were %d files, and are %d after a write", files, now)
	}
	return k
}

// wantUsable refreshes as often as told, and uses the connection.
func (s *slowGrantor) wantUsable(t *testing.T, r *room, refreshes int) {
	t.Helper()
	n := s.asked(t, func() {
		for range refreshes {
			r.run("connections", "refresh", "work").check(t, 0, "refreshed")
		}
		r.run("request", "GET", "/me", "--connection", "work").check(t, 0, "Ada")
	})
	if n != refreshes {
		t.Errorf("%d refreshes were asked for, want %d", n, refreshes)
	}
	if state := r.states()["work"]; state != "ok" {
		t.Errorf("the state is %q", state)
	}
}

// wantUnknown uses a connection whose new tokens are lost: it is tried once more,
// and then needs a login, which is said without asking anybody.
func (s *slowGrantor) wantUnknown(t *testing.T, r *room) {
	t.Helper()
	const said = "the outcome of the last refresh is unknown, and its token is not accepted any more"
	use := []string{"request", "GET", "/me", "--connection", "work"}
	if n := s.asked(t, func() {
		r.run(use...).check(t, 1, "a new login is needed: "+said, "hint: connector connect --name work logs in again")
	}); n != 1 {
		t.Errorf("it was tried %d times more, want 1", n)
	}
	if n := s.asked(t, func() {
		r.run(use...).check(t, 4, said, "connector connect --name work")
		r.run("connections", "refresh", "work").check(t, 4, said)
	}); n != 0 {
		t.Errorf("it was tried %d times after the server had said no", n)
	}
	if state := r.states()["work"]; !strings.HasPrefix(state, "needs-login: "+said) {
		t.Errorf("the state is %q", state)
	}
}

// kill begins a refresh and ends it at a random moment; it tells whether the
// whole answer was out.
func (r *room) kill(s *slowGrantor) (answered bool) {
	r.t.Helper()
	select {
	case <-s.answered:
	default:
	}
	cmd := r.command("connections", "refresh", "work")
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	moment := [...]time.Duration{pause, 4*pause + 20*time.Millisecond, 6 * time.Millisecond}
	kind := rand.IntN(len(moment))
	if kind == 2 {
		select {
		case <-s.answered:
		case <-time.After(10 * time.Second):
			r.t.Error("nobody asked for a refresh")
		}
	}
	time.Sleep(rand.N(moment[kind])) // the moment is what is tested
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	return kind == 2
}

// credential reads that of the connection work, and wants all files of the store
// to be whole.
func (r *room) credential() *auth.Credential {
	r.t.Helper()
	for _, file := range append(r.records("*"), filepath.Join(r.store(), "store.json")) {
		if data, err := os.ReadFile(file); err != nil || !json.Valid(data) {
			r.t.Errorf("%s has %d bytes that are not whole: %v", file, len(data), err)
		}
	}
	s, err := store.Open(store.Options{Dir: r.store(), Getenv: func(string) string { return "" }})
	if err != nil {
		r.t.Fatal(err)
	}
	if st := s.Status(r.t.Context()); len(st.Problems) > 0 || st.KeyErr != nil || st.Connections != 1 {
		r.t.Errorf("the store: %+v", st)
	}
	record, err := s.Connection(r.t.Context(), "work")
	if err != nil {
		r.t.Fatal(err)
	}
	c, err := auth.KeptCredential(record)
	if err != nil || c == nil {
		r.t.Fatalf("the credential: %v", err)
	}
	return c
}

// files counts those of the store.
func (r *room) files() int {
	r.t.Helper()
	n := 0
	err := filepath.WalkDir(r.store(), func(string, os.DirEntry, error) error { n++; return nil })
	if err != nil {
		r.t.Fatal(err)
	}
	return n
}
