package formpage

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
)

// ServeOptions say what [Serve] serves.
type ServeOptions struct {
	Page Page
	// Check, if there is one, looks for problems that the forms do not see
	// themselves, in answers that they accept. It is called by several requests
	// at once.
	Check func(Answers) []form.Problem
	// Rand is where addresses and tokens come from; crypto/rand if nil.
	Rand io.Reader
	// Patience is how long a request may take to arrive; 10 s if 0.
	Patience time.Duration
}

// A Server serves the page to one visitor, until it is closed. Its methods may
// be called by several goroutines at once.
type Server struct {
	page  *Page
	check func(Answers) []form.Problem
	words *pages

	http   *http.Server
	host   string // of 127.0.0.1:PORT
	base   string // the path that all pages lie below, with a slash at its end
	entry  string // the path that makes its first visitor the one
	cookie string // what that visitor then has
	token  string // what a form of ours has

	served  chan error    // what the listener ended with
	closed  chan struct{} // closed, once by closing, so that who waits for news does not hold up the end
	closing sync.Once

	mu      sync.Mutex
	now     status
	changed chan struct{} // closed when now changes
	taken   bool          // somebody came to entry
	answers *Answers      // posted, and not yet taken by [Server.Answers]
	draft   *draft        // what the form was filled with
	tabs    tabs
	shown   chan struct{} // closed, once by last, when all tabs have the last page
	last    sync.Once
}

// tabs are those that show the page, as far as the server knows.
type tabs struct {
	asking int            // wait for news
	owed   map[string]int // by their queries: were told that there is another page, and have not fetched it
	done   bool           // the one has the last page that was led to the login, if one was
}

// A phase is what the page shows.
type phase string

const (
	asking  phase = "form"
	working phase = "progress"
	leaving phase = "login" // to the provider
	ended   phase = "done"
)

// A status is what the browser is told. It is never changed, but replaced.
type status struct {
	version int
	phase   phase
	login   string // where the user logs in
	sender  string // the query of the tab that sent the answers
	led     bool   // that was led there by itself
	steps   []step
	outcome Outcome
}

// back is the query of a tab that comes back from the login; "" before one was
// begun.
func (n *status) back() string {
	if n.sender == "" {
		return ""
	}
	return n.sender + "-back"
}

type step struct {
	name    string
	state   State
	message string
}

// Serve starts to listen on a free port of 127.0.0.1. The page lives until
// [Server.Close], or until ctx ends.
func Serve(ctx context.Context, o ServeOptions) (*Server, error) {
	if len(o.Page.Options) == 0 {
		return nil, errors.New("a form needs an option")
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Patience == 0 {
		o.Patience = 10 * time.Second
	}
	s := &Server{
		page: &o.Page, check: o.Check,
		served: make(chan error, 1), closed: make(chan struct{}), changed: make(chan struct{}), shown: make(chan struct{}),
		now: status{phase: asking}, tabs: tabs{owed: map[string]int{}},
	}
	s.draft = newDraft(s.page)
	var err error
	if s.words, err = newPages(); err != nil {
		return nil, err
	}
	for _, name := range []*string{&s.base, &s.entry, &s.cookie, &s.token} {
		if *name, err = unguessable(o.Rand); err != nil {
			return nil, fmt.Errorf("make the address of the page: %w", err)
		}
	}
	s.base, s.entry = "/"+s.base+"/", "/"+s.entry
	return s, s.listen(ctx, o.Patience)
}

// unguessable returns 256 random bits as text.
func unguessable(random io.Reader) (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func (s *Server) listen(ctx context.Context, patience time.Duration) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("open a port for the page: %w", err)
	}
	s.host = listener.Addr().String()
	s.http = &http.Server{
		Handler:        s.handler(),
		ReadTimeout:    patience,
		WriteTimeout:   3 * patience,
		IdleTimeout:    time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // it would go past the redactor
		BaseContext:    func(net.Listener) context.Context { return ctx },
	}
	go func() { s.served <- s.http.Serve(listener) }()
	context.AfterFunc(ctx, func() { _ = s.http.Close() })
	return nil
}

// URL is the address to open. It is good for one visitor.
func (s *Server) URL() string { return "http://" + s.host + s.entry }

// Back is the address of the page for who visited URL before; it opens nothing
// to others. After each [Server.Answers] it is another one, to which the login
// leads back: by a link or by a refresh, since the browser does not show who it
// is after a redirect from elsewhere.
func (s *Server) Back() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	address := "http://" + s.host + s.base
	if query := s.now.back(); query != "" {
		address += "?" + query
	}
	return address
}

// Answers waits until the user sent answers that the forms and the check
// accept. The page then shows progress. After [Server.Retry] it waits anew.
func (s *Server) Answers(ctx context.Context) (Answers, error) {
	for {
		s.mu.Lock()
		posted, changed := s.answers, s.changed
		s.answers = nil
		s.mu.Unlock()
		if posted != nil {
			return *posted, nil
		}
		select {
		case <-changed:
		case err := <-s.served:
			s.served <- err
			return Answers{}, fmt.Errorf("serve the page: %w", err)
		case <-ctx.Done():
			return Answers{}, context.Cause(ctx)
		}
	}
}

// Login leads the user to the provider: by a link, and the tab that sent the
// answers by itself, once. An address that is neither https nor http is not shown.
func (s *Server) Login(address string) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return
	}
	s.update(func(n *status) { n.phase, n.login, n.led = leaving, address, false })
}

// Step says how far a step is. A name that was not there yet is a step of its
// own, behind the others. With the first step after [Server.Login] that is not
// waiting or running the page shows progress again.
func (s *Server) Step(name string, state State, message string) {
	one := step{secret.PrintableLine(name), state, secret.Printable(message)}
	s.update(func(n *status) {
		steps := append([]step(nil), n.steps...)
		at := len(steps)
		for i := range steps {
			if steps[i].name == one.name {
				at = i
			}
		}
		n.steps = append(steps[:at:at], append([]step{one}, steps[min(at+1, len(steps)):]...)...)
		if n.phase == leaving && state != Waiting && state != Running {
			n.phase, n.login = working, ""
		}
	})
}

// Done shows how it ended. Nothing is shown after it.
func (s *Server) Done(o Outcome) {
	o.Label, o.Message, o.Hint = secret.PrintableLine(o.Label), secret.Printable(o.Message), secret.Printable(o.Hint)
	s.update(func(n *status) { n.phase, n.login, n.outcome = ended, "", o })
}

// Retry leads the user back to the form, with the problems of what was
// answered. It has what was typed, but for secrets, which are kept and not
// shown; a secret with a problem has to be typed anew.
func (s *Server) Retry(problems []form.Problem) {
	s.mu.Lock()
	s.draft = s.draft.blamed(problems, true)
	s.mu.Unlock()
	s.update(func(n *status) { n.phase, n.login, n.steps = asking, "", nil })
}

// update replaces the status and wakes who waits for a change.
func (s *Server) update(change func(*status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.phase == ended {
		return
	}
	change(&s.now)
	s.now.version++
	s.wake()
}

// wake tells who waits that something changed; s.mu is held.
func (s *Server) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// count changes what is known of the tabs.
func (s *Server) count(change func(*tabs)) {
	s.mu.Lock()
	change(&s.tabs)
	maps.DeleteFunc(s.tabs.owed, func(_ string, n int) bool { return n <= 0 })
	all := s.tabs.done && s.tabs.asking == 0 && len(s.tabs.owed) == 0
	s.mu.Unlock()
	if all {
		s.last.Do(func() { close(s.shown) })
	}
}

// Close ends the page. After [Server.Done] it waits until the browser has the
// last page in all of its tabs, if it has any, but no longer than the patience
// of the server.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	waits := s.taken && s.now.phase == ended
	s.mu.Unlock()
	if waits {
		select {
		case <-s.shown:
		case err := <-s.served:
			s.served <- err
		case <-time.After(s.http.ReadTimeout):
		case <-ctx.Done():
		}
	}
	s.closing.Do(func() { close(s.closed) })
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}
