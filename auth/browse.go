package auth

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/connector-spec/connector/auth/login"
)

// A DevicePrompt is what the user of a device login is shown (RFC 8628 3.3):
// the code, and where to enter it. CompleteURI, if it is not empty, has the
// code in it; the user is to compare both.
type DevicePrompt struct {
	UserCode, URI, CompleteURI string
	Expiry                     time.Time
}

// errNoBrowser is why a login that needs its user does not begin.
var errNoBrowser = errors.New("the login needs its user, and there is no browser to send anybody to")

// errNoReturn is why a login ends that its server kept: before it knows where to
// send the user back to, it shows what is wrong on a page of its own.
var errNoReturn = errors.New("the login did not come back: the server kept the user on a page of its own")

// A strayError is why a user did not come back from a login, in the words of the
// browser.
type strayError struct{ error }

// Unwrap gives the error of the browser.
func (e *strayError) Unwrap() error { return e.error }

// browsing marks a request that the user's browser makes, with what checks the
// answer.
type browsing struct{}

// A browserNetwork sends the requests of a browser to the browser, lets a loan be
// lent, and sends all others on. So who records or replays a run sees a login as one exchange: the
// authorization URL, and a redirect to the callback.
type browserNetwork struct {
	browser login.Browser
	next    http.RoundTripper
}

// RoundTrip sends the user to the URL of the request and answers with where the
// user came back.
func (n *browserNetwork) RoundTrip(req *http.Request) (*http.Response, error) {
	if lend, ok := req.Context().Value(lendingKey{}).(lending); ok {
		return lend.answer(req)
	}
	check, ok := req.Context().Value(browsing{}).(func(string) error)
	if !ok {
		return n.next.RoundTrip(req)
	}
	if n.browser == nil {
		return nil, errNoBrowser
	}
	callback, err := n.browser(req.Context(), login.Visit{URL: req.URL.String(), Check: check})
	if err != nil {
		return nil, &strayError{err}
	}
	return &http.Response{
		StatusCode: http.StatusFound, Status: "302 Found", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Location": {callback}}, Body: http.NoBody, Request: req,
	}, nil
}

// browse sends the user to a URL and returns where the user came back, which
// check is to accept.
func (l *life) browse(ctx context.Context, address string, check func(callback string) error) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the authorization URL is no URL")
	}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, browsing{}, check), http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return "", errors.New("the authorization URL is no URL")
	}
	resp, err := l.transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	_ = resp.Body.Close()
	back := resp.Header.Get("Location")
	if back == "" {
		return "", errNoReturn
	}
	return back, nil
}

// randomText returns 256 random bits as text for URLs.
func randomText(r io.Reader) (string, error) {
	if r == nil {
		r = rand.Reader
	}
	b := make([]byte, 32)
	if _, err := io.ReadFull(r, b); err != nil {
		return "", fmt.Errorf("randomness: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
