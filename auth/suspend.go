package auth

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
)

// A Begun is a login that was begun and whose user has not come back: all that
// it takes to finish it later, or in another process. It holds secrets, and
// prints as nothing of them.
type Begun struct {
	// URL is where the user is to go, and Redirect where the user comes back.
	URL, Redirect string
	// At is when it was begun.
	At time.Time

	seed      [32]byte
	key       string // that the tokens are to be bound to, in PEM
	exchanges []begunExchange
}

// A begunExchange is an answer that the login got before its user was asked.
type begunExchange struct {
	Method string      `json:"method"`
	URL    string      `json:"url"` // without its query
	Status int         `json:"status"`
	Header http.Header `json:"header,omitempty"`
	Body   []byte      `json:"body,omitempty"`
}

// Format hides the login.
func (b Begun) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "login "+secret.Mask) }

// MarshalText hides the login.
func (b Begun) MarshalText() ([]byte, error) { return []byte("login " + secret.Mask), nil }

// begunVersion is the version of what Encode gives.
const begunVersion = 1

type encodedBegun struct {
	Version   int             `json:"version"`
	URL       string          `json:"url"`
	Redirect  string          `json:"redirect"`
	At        time.Time       `json:"at"`
	Seed      string          `json:"seed"`
	Key       string          `json:"key,omitempty"`
	Exchanges []begunExchange `json:"exchanges,omitempty"`
}

// Encode gives the login as JSON, with its secrets, for a store that encrypts
// it.
func (b *Begun) Encode() ([]byte, error) {
	return json.Marshal(encodedBegun{begunVersion, b.URL, b.Redirect, b.At, hex.EncodeToString(b.seed[:]), b.key, b.exchanges})
}

// DecodeBegun reads what Encode gave. No error holds a part of it.
func DecodeBegun(data []byte) (*Begun, error) {
	var e encodedBegun
	if err := json.Unmarshal(data, &e); err != nil {
		return nil, errors.New("the stored login cannot be read: it is no JSON of a login")
	}
	if e.Version != begunVersion {
		return nil, fmt.Errorf("the stored login has version %d, and this program knows version %d", e.Version, begunVersion)
	}
	b := &Begun{URL: e.URL, Redirect: e.Redirect, At: e.At, key: e.Key, exchanges: e.Exchanges}
	if n, err := hex.Decode(b.seed[:], []byte(e.Seed)); err != nil || n != len(b.seed) {
		return nil, errors.New("the stored login cannot be read: its seed is none")
	}
	return b, nil
}

// errBegun ends a run where its user is needed.
var errBegun = errors.New("the login waits for its user")

// Begin runs a login up to where its user goes to a URL, for [Finish] to go on
// with where the user came back. A login that asks for nobody, or that failed
// before, has no Begun, and a result that says why. The world's Browser is not
// used.
func Begin(ctx context.Context, s Subject, v Values, w World) (*Begun, *Result, error) {
	begun := &Begun{}
	if w.Now == nil {
		w.Now = time.Now
	}
	begun.At = w.Now().UTC()
	seed, err := newSeed(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	begun.seed = seed
	w.Network = &begunNetwork{next: w.Network, login: begun}
	w.Browser = func(_ context.Context, visit login.Visit) (string, error) {
		begun.URL = visit.URL
		return "", errBegun
	}
	c, err := newConnection(s, v, w, nil)
	if err != nil {
		return nil, nil, err
	}
	l := c.lifeOf(begun.seed)
	l.drawn = begun.random
	result := l.perform(ctx)
	if begun.URL == "" {
		if result.OK {
			return nil, result, errors.New("the login asks nobody for consent, so that there is nothing to finish later")
		}
		return nil, result, nil
	}
	begun.key = l.proof.key
	begun.Redirect, err = l.redirectURI()
	return begun, result, err
}

// Finish goes on with a login where its user came back, and is [Connect] from
// there on. The subject, the values and the world are those of Begin. An answer
// that belongs to another login is a [*login.StateError] in the result, and
// this one can still be finished.
func Finish(ctx context.Context, s Subject, v Values, w World, begun *Begun, callback string) (*Connection, *Result, error) {
	network := &begunNetwork{next: w.Network, kept: begun.exchanges}
	w.Network = network
	w.Redirect = begun.Redirect
	w.Browser = func(context.Context, login.Visit) (string, error) { return callback, nil }
	c, err := newConnection(s, v, w, nil)
	if err != nil {
		return nil, nil, err
	}
	l := c.lifeOf(begun.seed)
	l.drawn, l.begunKey = begun.random, begun.key
	connection, result, err := c.connect(ctx, l)
	if network.changed != nil {
		return nil, nil, network.changed
	}
	return connection, result, err
}

// random is what a text of the login is drawn from, by its name: the same in
// both halves of it.
func (b *Begun) random(name string) io.Reader { return &seeded{seed: b.seed, purpose: "login " + name} }

// A begunNetwork keeps the answers of a login before its user was asked, or
// gives them again.
type begunNetwork struct {
	next    http.RoundTripper
	login   *Begun          // to keep them in; nil for who gives them
	kept    []begunExchange // to give again
	changed error           // why those do not fit
}

// maxBegunBody bounds an answer that is kept, in bytes.
const maxBegunBody = 1 << 20

// RoundTrip sends the request, or answers it as it was answered before.
func (n *begunNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	bare := *req.URL
	bare.RawQuery, bare.Fragment, bare.User = "", "", nil
	if len(n.kept) > 0 {
		x := n.kept[0]
		n.kept = n.kept[1:]
		if x.Method != req.Method || x.URL != bare.String() {
			n.changed = fmt.Errorf("the login was begun with %s %s, and would now begin with %s %s: the connector has changed, so begin anew",
				x.Method, x.URL, req.Method, bare.String())
			return nil, n.changed
		}
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return x.response(req), nil
	}
	resp, err := n.next.RoundTrip(req)
	if err != nil || n.login == nil {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBegunBody+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxBegunBody {
		return nil, fmt.Errorf("the answer is larger than %d bytes", maxBegunBody)
	}
	x := begunExchange{req.Method, bare.String(), resp.StatusCode, resp.Header.Clone(), body}
	n.login.exchanges = append(n.login.exchanges, x)
	return x.response(req), nil
}

// response makes an answer of one that was kept.
func (x begunExchange) response(req *http.Request) *http.Response {
	return &http.Response{
		StatusCode: x.Status, Status: fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: x.Header.Clone(),
		Body: io.NopCloser(bytes.NewReader(x.Body)), ContentLength: int64(len(x.Body)), Request: req,
	}
}

// Fits tells whether an address at which somebody came back is an answer to the
// login, by its state (RFC 6749 10.12) or its token (RFC 5849 2.2). It uses
// nothing up, and says nothing about what the answer is.
func (b *Begun) Fits(callback string) bool {
	u, err := url.Parse(callback)
	if err != nil {
		return false
	}
	got := u.Query()
	if sent, err := url.Parse(b.URL); err == nil && sent.Query().Has("oauth_token") {
		return equalTexts(sent.Query().Get("oauth_token"), cmp.Or(got.Get("oauth_token"), got.Get("denied")))
	}
	state, err := randomText(b.random("state"))
	return err == nil && equalTexts(state, got.Get("state"))
}

// equalTexts compares in a time that depends on the lengths only. Nothing equals
// the empty text.
func equalTexts(want, got string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(want), []byte(got)) == 1
}
