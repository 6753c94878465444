package client

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/connector-spec/connector/auth/sign"
)

// A SignError says that a request could not be signed. It was not sent.
type SignError struct{ Err error }

func (e *SignError) Error() string { return "the request cannot be signed: " + e.Err.Error() }

// Unwrap gives why.
func (e *SignError) Unwrap() error { return e.Err }

// signed sends a request with its signature. A server that answers with what
// to sign with, a challenge or a nonce, gets the request once more.
func (c *sender) signed(out *outgoing, send func(*outgoing) (*http.Response, error)) (*http.Response, error) {
	signer := c.config.Sign
	if signer == nil {
		return send(out)
	}
	plain := *out
	plain.url = cloneURL(out.url)
	if o, err := originOf(out.url); err == nil { // the Host that is signed is the Host that is sent
		plain.url.Host = o.Host()
	}
	out = &plain
	for first := true; ; first = false {
		r := &sign.Request{Method: out.method, URL: cloneURL(out.url), Header: out.header.Clone(), Body: slices.Clone(out.body)}
		if err := signer.Sign(r); err != nil {
			return nil, &SignError{err}
		}
		for name, values := range r.Header {
			for _, value := range values {
				if err := checkHeader(name, value); err != nil {
					return nil, err
				}
			}
		}
		resp, err := send(out.with(r))
		learner, learns := signer.(sign.Learner)
		if err != nil || !learns || !learner.Learn(r, resp) || !first {
			return resp, err
		}
	}
}

// with returns the request as it was signed. The host stays what it was.
func (o *outgoing) with(r *sign.Request) *outgoing {
	made := *o
	u := *r.URL
	u.Scheme, u.Host, u.User = o.url.Scheme, o.url.Host, o.url.User
	made.url, made.header, made.body = &u, r.Header, r.Body
	for name := range r.Header {
		if o.header[name] == nil {
			made.headers = append(slices.Clip(made.headers), name)
		}
	}
	slices.Sort(made.headers)
	return &made
}

func cloneURL(u *url.URL) *url.URL {
	clone := *u
	return &clone
}
