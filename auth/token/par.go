package token

import (
	"context"
	"time"
)

// Push sends the parameters of an authorization request to the server before
// the user is sent there (RFC 9126); the endpoint is the pushed authorization
// request endpoint. It gives the request_uri that stands for them, and when that
// expires, which is the zero time if the server does not say. Every error is an
// [*Error].
func (e *Endpoint) Push(ctx context.Context, p Params) (requestURI string, expiry time.Time, err error) {
	r, answer, err := e.ask(ctx, p)
	if err != nil {
		return "", time.Time{}, err
	}
	requestURI = member(answer, "request_uri")
	if requestURI == "" || plain(requestURI, maxAnswer) != requestURI {
		return "", time.Time{}, r.unusable("the answer has no request_uri of printable characters")
	}
	expiry, _ = Expiry(answer["expires_in"], nil, false, r.at)
	return requestURI, expiry, nil
}

// ask sends a request whose answer is a JSON object.
func (e *Endpoint) ask(ctx context.Context, p Params) (*reply, map[string]any, error) {
	r, err := e.send(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	if failed := r.failure(); failed != nil {
		return nil, nil, r.from(failed)
	}
	answer, failed := r.object()
	if failed != nil {
		return nil, nil, r.from(failed)
	}
	return r, answer, nil
}

// unusable is the error of an answer that says it is a success.
func (r *reply) unusable(problem string) *Error {
	return &Error{Kind: Unexpected, Origin: r.origin, Status: r.status, Problem: problem}
}

// member gives a member that is a text, "" for any other.
func member(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}
