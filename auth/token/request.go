package token

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
)

// maxAnswer bounds the body of an answer, after decompression.
const maxAnswer = 1 << 20

// Request sends a request to the token endpoint and reads the answer. It sends
// once, whatever comes of it, since a code and many a refresh token work once
// (RFC 6749 4.1.2): only a server that wants a DPoP nonce is asked a second
// time (RFC 9449 8). Every error is an [*Error].
func (e *Endpoint) Request(ctx context.Context, p Params) (*Answer, error) {
	r, err := e.send(ctx, p)
	if err != nil {
		return nil, err
	}
	answer, err := ReadAnswer(r.status, r.header, r.body, e.Shape, r.at)
	if err == nil {
		err = e.checkBinding(r, answer)
	}
	if err != nil {
		return nil, r.from(err)
	}
	if e.Client.Auth == AuthBoth {
		answer.note("the client authenticated in two ways at once, as declared; no server should want that (RFC 6749 2.3)")
	}
	return answer, nil
}

// checkBinding compares how the token is bound with what the request proved
// (RFC 9449 5).
func (e *Endpoint) checkBinding(r *reply, a *Answer) error {
	switch {
	case e.Server.DPoP == nil && a.TokenType == typeDPoP:
		return &Error{
			Kind: Unexpected, Status: r.status,
			Problem: "the access token is bound to a key (token_type DPoP), and the request proved none: dpop is not declared",
		}
	case e.Server.DPoP != nil && a.TokenType == typeBearer:
		a.note("the request proved a DPoP key, and the access token is not bound to it: its token_type is Bearer")
	}
	return nil
}

// A reply is what an endpoint answered: any status but a redirect, and the
// whole body.
type reply struct {
	origin string // of the endpoint
	status int
	header http.Header
	body   []byte
	at     time.Time // when it came
}

// from puts the endpoint's origin into an error about the reply.
func (r *reply) from(err error) error {
	var e *Error
	if errors.As(err, &e) && e.Origin == "" {
		e.Origin = r.origin
	}
	return err
}

// send sends the parameters and what authenticates the client, as all
// endpoints of an authorization server take them. Its errors are [*Error]s; a
// reply of any status but a redirect is no error.
func (e *Endpoint) send(ctx context.Context, p Params) (*reply, error) {
	r, again, err := e.sendOnce(ctx, p)
	if again {
		// The request is made anew, since an assertion is good for one.
		r, _, err = e.sendOnce(ctx, p)
	}
	return r, err
}

// sendOnce tells besides whether a DPoP nonce came that the request lacked.
func (e *Endpoint) sendOnce(ctx context.Context, p Params) (r *reply, again bool, err error) {
	signed, err := e.prepare(p)
	if err != nil {
		return nil, false, e.unsent(err)
	}
	origin := originOf(signed.URL)
	resp, err := e.Server.Transport.RoundTrip(outgoing(ctx, signed))
	if err != nil {
		return nil, false, unanswered(ctx, origin, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		return nil, false, redirected(signed.URL, resp)
	}
	if e.Server.DPoP != nil {
		e.Server.DPoP.Learn(signed, resp)
	}
	r = &reply{origin: origin, status: resp.StatusCode, header: resp.Header, at: e.now()}
	r.body, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, false, unanswered(ctx, origin, err)
	}
	if len(r.body) > maxAnswer {
		return nil, false, r.from(tooLarge(r.status))
	}
	return r, e.wantsNonce(signed, resp, r), nil
}

// wantsNonce tells whether a request was refused for the want of a DPoP nonce
// that the answer brings (RFC 9449 8).
func (e *Endpoint) wantsNonce(signed *sign.Request, resp *http.Response, r *reply) bool {
	if e.Server.DPoP == nil || r.status < http.StatusBadRequest || !e.Server.DPoP.Lacks(signed, resp) {
		return false
	}
	failed := r.failure()
	return failed != nil && failed.Code == "use_dpop_nonce"
}

// prepare makes the request as it is sent.
func (e *Endpoint) prepare(p Params) (*sign.Request, error) {
	if e.Server.Transport == nil {
		return nil, errors.New("there is no transport")
	}
	target, err := e.target()
	if err != nil {
		return nil, err
	}
	header, err := e.headers()
	if err != nil {
		return nil, err
	}
	p, err = e.authenticate(p, header)
	if err != nil {
		return nil, err
	}
	r := &sign.Request{Method: http.MethodPost, URL: target, Header: header}
	if err := e.write(r, e.renamed(p)); err != nil {
		return nil, err
	}
	if e.Server.DPoP != nil {
		if err := e.Server.DPoP.Sign(r); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// target is where the request goes: https, or http to this machine.
func (e *Endpoint) target() (*url.URL, error) {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Host == "":
		return nil, errors.New("its URL is not absolute") // the error would quote the query
	case u.User != nil:
		return nil, errors.New("its URL holds a user or a password; declare how the client authenticates instead")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return nil, errors.New("its URL is not https (http is accepted for localhost and loopback addresses only)")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// outgoing makes the request for the transport. Net/http sends a GET without
// a body a second time where a connection breaks, and must not: a body that
// turns out to be empty keeps it from that.
func outgoing(ctx context.Context, r *sign.Request) *http.Request {
	req := &http.Request{
		Method: r.Method, URL: r.URL, Host: r.URL.Host, Header: r.Header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		ContentLength: int64(len(r.Body)), Body: http.NoBody,
	}
	if len(r.Body) > 0 || r.Method == http.MethodGet {
		req.Body = io.NopCloser(bytes.NewReader(r.Body))
	}
	return req.WithContext(ctx)
}

func (e *Endpoint) now() time.Time {
	if e.Server.Now != nil {
		return e.Server.Now()
	}
	return time.Now()
}

func (e *Endpoint) rand() io.Reader {
	if e.Server.Rand != nil {
		return e.Server.Rand
	}
	return rand.Reader
}

// origin is where the endpoint is, "" if its URL does not say.
func (e *Endpoint) origin() string {
	u, err := url.Parse(e.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	return originOf(u)
}

// originOf gives scheme, host and port of a URL.
func originOf(u *url.URL) string {
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
