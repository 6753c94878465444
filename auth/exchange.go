package auth

import (
	"bytes"
	"io"
	"net/http"
	"sync"
)

// MaxTraced is how much of a body an [Exchange] keeps.
const MaxTraced = 64 << 10

// An Exchange is a request of a run with its answer, kept where the subject
// says so by Trace. It holds what was sent, secrets included, and prints as
// nothing of it: only [Exchange.Reveal] gives it, to whom hides them.
type Exchange struct{ kept *keptExchange }

// A Message is one side of an exchange.
type Message struct {
	Header http.Header
	Body   []byte // the first MaxTraced bytes
	More   bool   // there was more than that
}

// Revealed is what an exchange was. A Status of 0 says that there was no
// answer.
type Revealed struct {
	Method, URL string // with the query
	Status      int
	Sent, Got   Message
}

// keptExchange is behind a pointer, so that package fmt prints an address.
type keptExchange struct {
	Revealed
	sent, got limitedBuffer
}

// Reveal gives the exchange as it passed.
func (x Exchange) Reveal() Revealed {
	if x.kept == nil {
		return Revealed{}
	}
	r := x.kept.Revealed
	r.Sent.Body, r.Sent.More = x.kept.sent.result()
	r.Got.Body, r.Got.More = x.kept.got.result()
	return r
}

// A trace keeps the exchanges of one step. Requests may be sent at once.
type trace struct {
	mu   sync.Mutex
	kept []Exchange
}

// exchanges returns what was kept; nothing if there is no trace.
func (t *trace) exchanges() []Exchange {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept
}

// roundTrip sends a request on and keeps it, and its answer as it is read.
func (t *trace) roundTrip(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	x := &keptExchange{Revealed: Revealed{Method: req.Method, URL: req.URL.String(), Sent: Message{Header: req.Header.Clone()}}}
	t.mu.Lock()
	t.kept = append(t.kept, Exchange{x})
	t.mu.Unlock()
	if req.Body != nil && req.Body != http.NoBody {
		sent := req.Clone(req.Context())
		sent.Body = tee{req.Body, &x.sent}
		req = sent
	}
	resp, err := next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x.Status, x.Got.Header = resp.StatusCode, resp.Header.Clone()
	if resp.Body != nil && resp.Body != http.NoBody {
		resp.Body = tee{resp.Body, &x.got}
	}
	return resp, nil
}

// A tee keeps what is read of a body.
type tee struct {
	io.ReadCloser
	kept *limitedBuffer
}

// Read reads on.
func (t tee) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	t.kept.write(p[:n])
	return n, err
}

// A limitedBuffer keeps the first MaxTraced bytes of what it is given.
type limitedBuffer struct {
	mu   sync.Mutex
	b    bytes.Buffer
	more bool
}

func (l *limitedBuffer) write(p []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	room := MaxTraced - l.b.Len()
	l.more = l.more || len(p) > room
	l.b.Write(p[:min(room, len(p))])
}

func (l *limitedBuffer) result() ([]byte, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Bytes(), l.more
}
