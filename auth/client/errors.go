package client

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// No error of this package holds a query, a header value, a body or any other
// text that a credential could stand in.

// An OriginError says that a request was for an origin that the credential
// may not go to. Nothing was sent.
type OriginError struct {
	Origin  string   // where the request would have gone
	Allowed []string // where it may go
}

func (e *OriginError) Error() string {
	if len(e.Allowed) == 0 {
		return fmt.Sprintf("%s is not an allowed origin, and no other is: nothing was sent", e.Origin)
	}
	return fmt.Sprintf("%s is not an allowed origin (allowed: %s): nothing was sent; add it to allowedOrigins if the credential may go there",
		e.Origin, strings.Join(e.Allowed, ", "))
}

// An InsecureError says that a URL is not https, nor http to this machine.
type InsecureError struct{ Origin string }

func (e *InsecureError) Error() string {
	return fmt.Sprintf("%s is not https (http is accepted for localhost and loopback addresses only)", e.Origin)
}

// A RedirectError says that the server redirected and that the redirect was
// not followed. Only a GET or HEAD is redirected, only to the same origin, and
// at most five times. To is an origin too, never the whole address.
type RedirectError struct {
	Status   int
	From, To string
	Reason   string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s answered %d and redirects to %s, which was not followed: %s", e.From, e.Status, e.To, e.Reason)
}

// A FieldError says that a part of a request cannot be sent, and nothing was.
// Where is url, path, query, header, cookie, basic, data or tls; Name is the
// field's name. The value is never in it.
type FieldError struct {
	Where, Name string
	Problem     string
}

func (e *FieldError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("the %s cannot be used: %s", e.Where, e.Problem)
	}
	return fmt.Sprintf("%s %s cannot be used: %s", e.Where, strconv.QuoteToASCII(e.Name), e.Problem)
}

// NoSecrets marks the error as one that may be shown as it is.
func (e *FieldError) NoSecrets() {}

// Unsent marks the error as one of a request that was not sent.
func (e *FieldError) Unsent() {}

// A SizeError says that an answer was longer than the limit, counted after
// decompression.
type SizeError struct {
	Origin string
	Limit  int64 // bytes
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("the answer of %s is larger than %d bytes", e.Origin, e.Limit)
}

// A Phase is the part of an exchange that took too long.
type Phase string

// The phases, in their order.
const (
	Connecting Phase = "connecting"
	Handshake  Phase = "the TLS handshake"
	Sending    Phase = "sending the request"
	Waiting    Phase = "waiting for the answer"
	Reading    Phase = "reading the answer"
)

// A TimeoutError says that a phase took too long: the phase's own limit, or
// the limit of the whole request, was After.
type TimeoutError struct {
	Origin string
	Phase  Phase
	After  time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("%s took too long: %s was not done after %v", e.Origin, e.Phase, e.After)
}

// Timeout is true; it makes the error a net.Error's kin.
func (e *TimeoutError) Timeout() bool { return true }

// A PrivateAddressError says that a host from data leads to an address inside
// this machine's or its operator's network.
type PrivateAddressError struct {
	Host string // what was asked for, empty if unknown
	Addr string // what it leads to
	Kind string // loopback, private, link-local, ...
}

func (e *PrivateAddressError) Error() string {
	return fmt.Sprintf("%s leads to %s, a %s address: a host that comes from data must be public (--allow-private lifts this)", e.Host, e.Addr, e.Kind)
}

// A NetworkError says that no answer came, for a reason other than time.
// Kind is dns, refused, tls, closed, protocol, proxy or other. Mend says what to
// do, where that is known better than by the kind. Err, where present, is known
// to hold nothing but addresses and names.
type NetworkError struct {
	Origin string
	Kind   string
	Reason string
	Mend   string
	Err    error
}

func (e *NetworkError) Error() string { return fmt.Sprintf("%s: %s", e.Origin, e.Reason) }

// Unwrap gives the cause.
func (e *NetworkError) Unwrap() error { return e.Err }

// A RefreshError says that the API did not accept the credential any more, and
// that no new one could be obtained.
type RefreshError struct {
	Status int // of the answer that refused the credential
	Err    error
}

func (e *RefreshError) Error() string {
	return fmt.Sprintf("the API answered %d and does not accept the credential, and refreshing that failed: %v", e.Status, e.Err)
}

// Unwrap gives why there is no new credential.
func (e *RefreshError) Unwrap() error { return e.Err }
