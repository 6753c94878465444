package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"
)

// The limits of a request that its Config may only lower, and of redirects.
const (
	maxTime         = 60 * time.Second
	defaultMaxBytes = 10 << 20 // of an answer
	mostMaxBytes    = 64 << 20
	maxRedirects    = 5
)

// A Client sends requests. It is safe for concurrent use.
type Client struct{ session *session }

// Format writes where the client goes and nothing of what it carries.
func (c Client) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, c.session.current.Load().config.summary())
}

// New checks the config and makes a client that sends through rt, which is
// usually a [Transport]. A field that cannot be sent is a [*FieldError], a
// base that is no allowed origin an [*OriginError].
//
// A RoundTripper that answers from memory, and at once, may say so by a method
// Offline() bool: nobody then watches over how long it takes.
func New(config Config, rt http.RoundTripper) (*Client, error) {
	if rt == nil {
		return nil, errors.New("a client needs a transport")
	}
	first, err := newSender(config, rt)
	if err != nil {
		return nil, err
	}
	c := &Client{session: &session{}}
	c.session.current.Store(first)
	return c, nil
}

// Do sends a request and reads its answer to the end: the body of the
// response is in memory, decompressed, and needs no Close. The response's
// Request has the method, the joined URL and the headers of req, and nothing
// that the config added.
//
// A URL without a host is joined to the base as [Join] says; an absolute one
// is taken as it is. Its origin must be an allowed one.
//
// What the request says itself comes before what the config adds: its header
// of the same name, its query parameter and cookie of the same name, and its
// body field of the same name replace the config's. A header that is empty
// does not: a request cannot drop the credential by saying nothing. Basic
// replaces an Authorization header of the config, not of the request. The
// parameters of the query are the request's, then the base's, then the
// config's. Data is merged into JSON objects and forms; it becomes a JSON body
// where a POST, PUT or PATCH has none.
//
// A redirect is followed for GET and HEAD, within the origin, five times;
// else it is a [*RedirectError].
//
// A request whose answer is [Limited] is sent again, and one whose answer is
// [Transient], or that got none, if it may be sent twice; both after a pause,
// as often as Repeats says, and as long as the pauses fit into Timeout. After
// an [Expired] answer the credential is refreshed once, and the request is
// sent once more with the new one if it may be sent twice. The last answer is
// given whatever its verdict.
//
// Other errors are [*OriginError], [*FieldError], [*InsecureError],
// [*TimeoutError], [*SizeError], [*PrivateAddressError], [*NetworkError],
// [*RefreshError], [*SignError], and the error of the request's context. An error of the
// RoundTripper that is none of these is passed on only if it has a method
// NoSecrets().
func (c *Client) Do(req *http.Request) (*http.Response, error) { return c.do(req, false) }

func (c *Client) do(req *http.Request, stream bool) (*http.Response, error) {
	body, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	first := c.session.current.Load()
	resp, verdict, err := first.send(req, body, stream)
	if err != nil || verdict.Outcome != Expired {
		return resp, err
	}
	fresh, err := c.session.renew(req.Context(), first)
	if err != nil {
		return nil, &RefreshError{Status: resp.StatusCode, Err: err}
	}
	if fresh == nil || !first.repeatable(req) {
		return resp, nil
	}
	resp, verdict, err = fresh.send(req, body, stream)
	if err == nil && verdict.Outcome == Expired {
		fresh.spent.Store(true)
		if fresh.config.Unhelpful != nil {
			fresh.config.Unhelpful()
		}
	}
	return resp, err
}

// A session is the credential of a client as it changes.
type session struct {
	current    atomic.Pointer[sender]
	refreshing sync.Mutex
	// failed is how often a refresh has failed, and failure how it did the last
	// time, which refreshing guards.
	failed  atomic.Int64
	failure error
}

// renew gives what to send with after the credential of old was refused; nil
// if there is nothing new. Requests that were refused together refresh once,
// and share how that went. A credential whose refresh helped nobody is not
// refreshed again, unless the refresh failed for a reason that passes.
func (s *session) renew(ctx context.Context, old *sender) (*sender, error) {
	failed := s.failed.Load()
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	if current := s.current.Load(); current != old {
		return current, nil
	}
	if old.config.Refresh == nil || old.spent.Load() {
		return nil, nil
	}
	if s.failed.Load() != failed {
		return nil, s.failure
	}
	config, err := old.config.Refresh(ctx)
	var fresh *sender
	if err == nil {
		fresh, err = newSender(config, old.rt)
	}
	if err != nil {
		old.spent.Store(!mayPass(err))
		s.failure = err
		s.failed.Add(1)
		return nil, err
	}
	s.current.Store(fresh)
	return fresh, nil
}

// mayPass says whether a refresh that failed may succeed later.
func mayPass(err error) bool {
	var timeout *TimeoutError
	var network *NetworkError
	var transient interface{ Transient() bool }
	return errors.As(err, &network) || errors.As(err, &timeout) || errors.As(err, &transient) && transient.Transient()
}

// A sender sends requests with one credential.
type sender struct {
	config Config
	base   *url.URL // nil without a base
	rt     http.RoundTripper
	// offline says that rt answers from memory: nothing is to be waited for.
	offline bool
	spent   atomic.Bool // a refresh did not help, or failed
}

func newSender(config Config, rt http.RoundTripper) (*sender, error) {
	if config.Timeout <= 0 || config.Timeout > maxTime {
		config.Timeout = maxTime
	}
	if config.MaxResponseBytes <= 0 {
		config.MaxResponseBytes = defaultMaxBytes
	}
	config.MaxResponseBytes = min(config.MaxResponseBytes, mostMaxBytes)
	if config.UserAgent == "" {
		config.UserAgent = "connector"
	}
	if config.Wait == nil {
		config.Wait = Wait
	}
	if config.Jitter == nil {
		config.Jitter = rand.Float64
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	memory, ok := rt.(interface{ Offline() bool })
	c := &sender{config: config, rt: rt, offline: ok && memory.Offline()}
	if config.Base == "" {
		return c, nil
	}
	base := config.BaseURL
	if base == nil {
		var err error
		if base, err = url.Parse(config.Base); err != nil {
			return nil, &FieldError{Where: "url", Name: "base", Problem: "it is not a URL"}
		}
	}
	if _, err := c.allowed(base); err != nil {
		return nil, err
	}
	c.base = base
	return c, nil
}

// attempt sends a request once, and follows where it is led.
func (c *sender) attempt(ctx context.Context, req *http.Request, out outgoing, target *url.URL) (*http.Response, error) {
	for hop := 0; ; hop++ {
		resp, err := c.exchange(ctx, &out)
		if err != nil {
			return nil, c.explain(req.Context(), err)
		}
		next, err := c.redirect(&out, resp, hop)
		if err != nil {
			return nil, err
		}
		if next == nil {
			resp.Request = &http.Request{Method: out.method, URL: target, Header: req.Header}
			return resp, nil
		}
		out.url = next
	}
}

// errWholeTime is the cause of the end of a request's context when the whole
// request took too long.
var errWholeTime = errors.New("the request took too long")

// An outgoing is a request with all that the client adds.
type outgoing struct {
	method  string
	url     *url.URL
	header  http.Header
	body    []byte // nil for none
	headers []string
	clock   *clock // of an answer that is given while it comes; nil for one that is read first
}

// request gives a fresh http.Request, since a transport may keep the last. Its
// URL and headers are those of o: a transport does not change what it sends
// (http.RoundTripper).
func (o *outgoing) request(ctx context.Context) *http.Request {
	req := (&http.Request{
		Method: o.method, URL: o.url, Header: o.header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if o.body != nil {
		req.ContentLength = int64(len(o.body))
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(o.body)), nil }
		req.Body, _ = req.GetBody()
	}
	return req
}

// A failure is an error on the way, with what explain needs to word it.
type failure struct {
	origin Origin
	phase  Phase
	whole  bool // the limit of the whole request was reached
	err    error
}

func (f *failure) Error() string { return f.origin.String() }

// exchange sends one request, signed, and reads its answer.
func (c *sender) exchange(ctx context.Context, out *outgoing) (*http.Response, error) {
	return c.signed(out, func(out *outgoing) (*http.Response, error) { return c.roundTrip(ctx, out) })
}

// roundTrip sends a finished request and reads its answer.
func (c *sender) roundTrip(ctx context.Context, out *outgoing) (*http.Response, error) {
	origin, err := c.allowed(out.url)
	if err != nil {
		return nil, err
	}
	watch := &progress{}
	if !c.offline {
		ctx = watch.trace(ctx)
	}
	ctx = context.WithValue(ctx, sentKey{}, &sent{trusted: origin.Literal, headers: out.headers, tls: c.config.TLS})
	failed := func(err error) error {
		return &failure{origin: origin, phase: watch.phase(), whole: context.Cause(ctx) == errWholeTime, err: err}
	}
	resp, err := c.rt.RoundTrip(out.request(ctx))
	if err != nil {
		return nil, failed(err)
	}
	watch.set(Reading)
	if out.clock != nil && resp.Body != nil && resp.StatusCode/100 == 2 {
		return c.stream(resp, out.clock, failed)
	}
	if resp.Body != nil {
		defer func() { _ = resp.Body.Close() }()
	}
	body, err := readBody(resp, c.config.MaxResponseBytes)
	if errors.Is(err, errTooLarge) {
		return nil, &SizeError{Origin: origin.String(), Limit: c.config.MaxResponseBytes}
	}
	if err != nil {
		return nil, failed(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	return resp, nil
}

// sent is what a client tells the layers below it about a request.
type sent struct {
	trusted bool     // the host stands literally in the spec
	headers []string // see SpecHeaders
	tls     *TLS     // of the config
}

type sentKey struct{}

// SpecHeaders gives the names of the headers of a request, as a RoundTripper
// below a client sees it, that the config or the caller's request asked for,
// in canonical form, sorted; nil for a request that no client made.
// Recordings keep these. The list is not to be changed.
func SpecHeaders(req *http.Request) []string {
	if s, ok := req.Context().Value(sentKey{}).(*sent); ok {
		return s.headers
	}
	return nil
}

// Shown returns the identity that the client shows with a request that it sends;
// nil for none. It is for transports that open no connection.
func Shown(req *http.Request) *TLS {
	if s, ok := req.Context().Value(sentKey{}).(*sent); ok {
		return s.tls
	}
	return nil
}
