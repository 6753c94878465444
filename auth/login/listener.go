package login

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// The bounds of a listener, which every program and every web page on this
// machine can talk to.
const (
	requestTimeout = 20 * time.Second // for all of a request and its answer
	maxHead        = 8 << 10          // bytes of request line and headers
	maxOpen        = 32               // connections; browsers open some that they never use
	maxStrays      = 100
)

// ListenerOptions say where a listener listens.
type ListenerOptions struct {
	// RedirectURI is http at 127.0.0.1, [::1] or localhost; see [Served]. With
	// port 0 the listener takes any that is free, and [Listener.RedirectURI]
	// tells which.
	RedirectURI string
	// MaxStrays is how many callbacks may come that do not belong to the login,
	// before it ends; 0 is 100.
	MaxStrays int
	// Redact takes secrets out of a server's words that the page shows, beside
	// those of the answer; nil knows none.
	Redact func(string) string

	headerTimeout time.Duration // for the head of a request to arrive; 0 is 10 s
}

// A BusyError says that another program listens where the redirect URI is.
type BusyError struct {
	Address string // host:port
	err     error
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("another program listens on %s, where this login comes back to", e.Address)
}

// Unwrap gives the error of the system.
func (e *BusyError) Unwrap() error { return e.err }

// A StraysError says that so many callbacks came that did not belong to the
// login, that it does not wait any longer.
type StraysError struct{ Count int }

func (e *StraysError) Error() string {
	return fmt.Sprintf("%d callbacks came that do not belong to this login: none was used, and it waits no longer", e.Count)
}

// A Listener waits at a redirect URI of this machine for the user to come back
// (RFC 8252 7.3): at a loopback address alone, and for one answer. The page that
// it shows holds nothing of the answer but why a server refused.
type Listener struct {
	redirect *url.URL
	sockets  []net.Listener
	server   *http.Server
	ended    chan struct{} // closed when it takes no more connections
	end      func()
	redact   func(string) string

	mu     sync.Mutex
	wait   *wait // nil if nobody waits
	used   bool  // an answer was taken
	next   string
	strays int
	most   int
}

// A wait is one call of [Listener.Wait]. Its channels take one item without
// anybody there.
type wait struct {
	check    func(callback string) error
	poster   string // the origin of a server that posts its answer; "" if it redirects
	callback chan string
	failure  chan error
}

// Served tells whether [Listen] can serve a redirect URI. Another one leads to
// somebody else's page.
func Served(redirectURI string) bool {
	u, err := checkRedirect(redirectURI)
	return err == nil && u.Scheme == "http" && addresses(u) != nil
}

// addresses lists the addresses of the host of a redirect URI.
func addresses(u *url.URL) []string {
	switch strings.ToLower(u.Hostname()) {
	case "127.0.0.1":
		return []string{"127.0.0.1"}
	case "::1":
		return []string{"::1"}
	case "localhost": // of which a browser takes either
		return []string{"127.0.0.1", "::1"}
	}
	return nil
}

// Listen begins to listen. It is a [*BusyError] if the port is taken.
func Listen(o ListenerOptions) (*Listener, error) {
	if !Served(o.RedirectURI) {
		return nil, errors.New("a login comes back by itself to http://127.0.0.1, http://[::1] or http://localhost only")
	}
	u, err := url.Parse(o.RedirectURI)
	if err != nil {
		return nil, err
	}
	sockets, err := open(addresses(u), port(u))
	if err != nil {
		return nil, err
	}
	if n, err := strconv.Atoi(u.Port()); err == nil && n == 0 {
		u.Host = strings.TrimSuffix(u.Host, u.Port()) + strconv.Itoa(portOf(sockets[0]))
	}
	l := &Listener{redirect: u, sockets: sockets, ended: make(chan struct{}), redact: o.Redact, most: cmp.Or(max(o.MaxStrays, 0), maxStrays)}
	l.end = sync.OnceFunc(func() {
		close(l.ended)
		for _, s := range l.sockets {
			_ = s.Close()
		}
	})
	l.server = &http.Server{
		Handler: http.HandlerFunc(l.serve), ReadHeaderTimeout: cmp.Or(o.headerTimeout, 10*time.Second),
		ReadTimeout: requestTimeout, WriteTimeout: requestTimeout,
		MaxHeaderBytes: maxHead - 4<<10, // net/http reads as much more
	}
	l.server.SetKeepAlivesEnabled(false)
	slots := make(chan struct{}, maxOpen)
	for _, s := range sockets {
		go func() { _ = l.server.Serve(&bounded{s, slots, l.ended}) }()
	}
	return l, nil
}

// String says where it listens.
func (l *Listener) String() string { return "listener at " + l.RedirectURI() }

// RedirectURI gives the redirect URI, with the port on which it listens.
func (l *Listener) RedirectURI() string { return l.redirect.String() }

// Lead makes the page after the login lead on to an address of the program's
// own, in place of telling the user to go back.
func (l *Listener) Lead(address string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next = address
}

// Wait waits for the answer to a visit, for as long as the context lets it, and
// gives the URL at which the user came back, or that a server's form makes of it
// (response_mode=form_post). A callback that the visit's check refuses is
// answered with a page that says so and is forgotten, but too many are a
// [*StraysError]. After the answer the listener is closed; what is on its way to
// it still gets a page.
//
// Begin, if it is not nil, is called once it waits: from then on the user may be
// sent to the visit's URL.
func (l *Listener) Wait(ctx context.Context, visit Visit, begin func()) (callback string, err error) {
	w := &wait{check: visit.Check, poster: poster(visit.URL), callback: make(chan string, 1), failure: make(chan error, 1)}
	l.mu.Lock()
	busy, used := l.wait != nil, l.used
	if !busy && !used {
		l.wait = w
	}
	l.mu.Unlock()
	switch {
	case used:
		return "", ErrUsed
	case busy:
		return "", errors.New("somebody waits at this listener already")
	}
	defer func() {
		l.mu.Lock()
		l.wait = nil
		l.mu.Unlock()
	}()
	if begin != nil {
		begin()
	}
	select {
	case callback = <-w.callback:
		l.end()
	case err = <-w.failure:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-l.ended:
		err = net.ErrClosed
	}
	return callback, err
}

// Close ends the listener, and connections to it.
func (l *Listener) Close() error {
	l.end()
	return l.server.Close()
}

// poster gives the origin of a server that was asked to post its answer.
func poster(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("response_mode") != "form_post" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// open opens a socket at each address, all with the same port.
func open(hosts []string, port string) ([]net.Listener, error) {
	const tries = 10 // to find a free port that is free at each
	for try := 1; ; try++ {
		sockets, err := openOnce(hosts, port)
		if err == nil || strings.Trim(port, "0") != "" || try == tries {
			return sockets, err
		}
	}
}

func openOnce(hosts []string, port string) (sockets []net.Listener, err error) {
	for _, host := range hosts {
		address := net.JoinHostPort(host, port)
		s, err := net.Listen("tcp", address)
		if err != nil && len(sockets) > 0 && !errors.Is(err, syscall.EADDRINUSE) {
			continue // localhost is 127.0.0.1 where there is no IPv6
		}
		if err != nil {
			for _, s := range sockets {
				_ = s.Close()
			}
			if errors.Is(err, syscall.EADDRINUSE) {
				err = &BusyError{Address: address, err: err}
			}
			return nil, err
		}
		sockets = append(sockets, s)
		port = strconv.Itoa(portOf(s))
	}
	return sockets, nil
}

func portOf(s net.Listener) int {
	if a, ok := s.Addr().(*net.TCPAddr); ok {
		return a.Port
	}
	return 0
}

// A bounded listener has only so many connections open.
type bounded struct {
	net.Listener
	slots chan struct{}
	ended <-chan struct{}
}

// Accept takes a connection when there is a slot for it.
func (b *bounded) Accept() (net.Conn, error) {
	select {
	case b.slots <- struct{}{}:
	case <-b.ended:
		return nil, net.ErrClosed
	}
	c, err := b.Listener.Accept()
	if err != nil {
		<-b.slots
		return nil, err
	}
	return &slotted{c, sync.OnceFunc(func() { <-b.slots })}, nil
}

// A slotted connection gives its slot back when it is closed.
type slotted struct {
	net.Conn
	free func()
}

// Close closes the connection.
func (s *slotted) Close() error {
	defer s.free()
	return s.Conn.Close()
}
