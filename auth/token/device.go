package token

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// The times of RFC 8628.
const (
	deviceInterval = 5 * time.Second // where the server does not say (3.2)
	deviceSlower   = 5 * time.Second // what slow_down adds (3.5)
	deviceLifetime = 10 * time.Minute
	maxInterval    = time.Minute // how far failures lengthen the interval
)

// How long a text to be shown may be, in characters.
const (
	maxUserCode = 64
	maxShownURI = 2048
)

const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"

// A DeviceCode is a device authorization that a person has to confirm (RFC 8628
// 3.2). It prints as a secret; what the person is to see is fit to be shown: the
// user code is printable ASCII, the URIs are http or https.
type DeviceCode struct {
	DeviceCode              string // what is polled with
	UserCode                string
	VerificationURI         string
	VerificationURIComplete string // with the user code in it; may be empty
	Expiry                  time.Time
	Interval                time.Duration // between two polls
}

// Format hides the codes.
func (d DeviceCode) Format(s fmt.State, _ rune) {
	_, _ = io.WriteString(s, "device code "+secret.Mask)
}

// MarshalText hides the codes.
func (d DeviceCode) MarshalText() ([]byte, error) { return []byte("device code " + secret.Mask), nil }

// AuthorizeDevice begins a login on another device (RFC 8628 3.1); the endpoint
// is the device authorization endpoint, and p has the scope. Every error is an
// [*Error].
func (e *Endpoint) AuthorizeDevice(ctx context.Context, p Params) (*DeviceCode, error) {
	r, answer, err := e.ask(ctx, p)
	if err != nil {
		return nil, err
	}
	unusable := func(problem string) (*DeviceCode, error) { return nil, r.unusable(problem) }
	d := &DeviceCode{
		DeviceCode: member(answer, "device_code"),
		UserCode:   member(answer, "user_code"),
		Interval:   deviceInterval,
	}
	switch {
	case d.DeviceCode == "":
		return unusable("the answer has no device_code")
	case d.UserCode == "" || plain(d.UserCode, maxUserCode) != d.UserCode:
		return unusable("the answer has no user_code of at most 64 printable characters")
	}
	if d.VerificationURI = shownURI(answer, "verification_uri", "verification_url"); d.VerificationURI == "" {
		return unusable("the answer has no verification_uri that is http or https")
	}
	d.VerificationURIComplete = shownURI(answer, "verification_uri_complete", "verification_url_complete")
	if seconds := secondsOf(answer["interval"]); seconds > 0 {
		d.Interval = seconds
	}
	var known bool
	if d.Expiry, known = Expiry(answer["expires_in"], nil, false, r.at); !known {
		d.Expiry = r.at.Add(deviceLifetime)
	}
	return d, nil
}

// shownURI gives the first of the members that is a URI to show: absolute, http
// or https, and all of printable ASCII; "" for none.
func shownURI(answer map[string]any, names ...string) string {
	for _, name := range names {
		text := member(answer, name)
		u, err := url.Parse(text)
		if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
			plain(text, maxShownURI) == text {
			return text
		}
	}
	return ""
}

// PollDevice waits until the person has confirmed, and gives the tokens (RFC
// 8628 3.4 and 3.5); the endpoint is the token endpoint. It asks once in the
// interval, more seldom when the server says so, and ever more seldom while the
// server fails or does not answer in time. It ends with any other error, and when
// the code expires. Wait lets time pass; nil waits. More are further parameters
// of the token request. Every error but those of wait is an [*Error].
func (e *Endpoint) PollDevice(ctx context.Context, d *DeviceCode, wait func(context.Context, time.Duration) error, more ...Param) (*Answer, error) {
	if wait == nil {
		wait = sleep
	}
	p := append(Params{{"grant_type", grantDevice}, {"device_code", d.DeviceCode}}, more...)
	interval := d.Interval
	if interval <= 0 {
		interval = deviceInterval
	}
	pause := interval
	for {
		if !e.now().Add(pause).Before(d.Expiry) {
			return nil, e.expired()
		}
		if err := wait(ctx, pause); err != nil {
			return nil, err
		}
		answer, err := e.Request(ctx, p)
		var failed *Error
		if err == nil || !errors.As(err, &failed) || ctx.Err() != nil {
			return answer, err
		}
		switch {
		case failed.Code == "authorization_pending":
		case failed.Code == "slow_down":
			interval += deviceSlower
		case overloaded(failed):
			interval = max(interval, min(2*interval, maxInterval))
		default:
			return nil, err
		}
		pause = max(interval, failed.RetryAfter)
	}
}

// overloaded says of an error whether asking more seldom may help: no answer in
// time, 5xx, or 429. An answer with a reason of its own is none.
func overloaded(e *Error) bool {
	switch e.Kind {
	case Unanswered:
		var timeout interface{ Timeout() bool }
		return errors.As(e.Err, &timeout) && timeout.Timeout()
	case Failed:
		return e.Status >= 500 || e.Status == http.StatusTooManyRequests
	}
	return false
}

// expired is the error of a device code that nobody confirmed in time.
func (e *Endpoint) expired() *Error {
	out := e.unsent(errors.New("the code expired before the login was confirmed; start a new login"))
	out.Kind, out.Code = Failed, "expired_token"
	return out
}

// sleep lets time pass.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// secondsOf reads a count of seconds, of at most a day; 0 for anything else.
func secondsOf(value any) time.Duration {
	seconds, ok := numberOf(value)
	if !ok || seconds <= 0 {
		return 0
	}
	return time.Duration(min(seconds, maxWait.Seconds()) * float64(time.Second))
}
