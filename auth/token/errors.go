package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// A Kind says how far a request came.
type Kind string

// The kinds of an [Error].
const (
	Unsent     Kind = "unsent"     // the request could not be made; nothing was sent
	Unanswered Kind = "unanswered" // no answer came, or not the whole of it
	Redirected Kind = "redirected" // the server redirects, which is not followed
	TooLarge   Kind = "too-large"  // the answer is longer than 1 MiB
	Failed     Kind = "failed"     // the server says that it failed; see Code and Status
	Unexpected Kind = "unexpected" // the server says that it succeeded, and the answer cannot be used
)

// An Error says why there is no answer. Code, Description and URI are the
// server's words (RFC 6749 5.2, or what stands there in its place) as they
// came; Error and [Error.Text] make them fit to print.
type Error struct {
	Kind        Kind
	Origin      string // of the endpoint
	Status      int    // of the answer, 0 for none
	Code        string // such as invalid_grant
	Description string
	URI         string
	RetryAfter  time.Duration // how long the server asks to wait, 0 if it does not
	Problem     string        // what is wrong in words of this package, with no secret
	// Err is the cause, for errors.Is and errors.As. Its own text may quote
	// what was sent.
	Err error
}

// Error gives one sentence of at most 1 KiB. A caller that knows secrets takes
// [Error.Text], lest the server sent them back.
func (e *Error) Error() string { return e.Text(func(text string) string { return text }) }

// Text gives the sentence of Error, after redact has seen each of the server's
// words whole. What is not printable ASCII is escaped then (RFC 6749 5.2), and
// what is long is cut.
func (e *Error) Text(redact func(string) string) string {
	show := func(text string, most int) string { return plain(redact(text), most) }
	server := show(e.Origin, maxOrigin)
	if server == "" {
		server = "the server"
	}
	what := show(e.Problem, maxProblem)
	switch {
	case e.Kind == Unsent:
		return fmt.Sprintf("the request to %s was not sent: %s", server, what)
	case e.Status == 0 && (strings.HasPrefix(what, server+": ") || strings.HasPrefix(what, server+" ")):
		return what // the transport names it
	case e.Status == 0:
		return server + ": " + what
	case e.Kind != Failed:
		return fmt.Sprintf("%s answered %d: %s", server, e.Status, what) + after(show(e.Description, maxDescription))
	}
	if e.Code != "" {
		what = "the error " + show(e.Code, maxCode)
	}
	return fmt.Sprintf("%s answered %d with %s", server, e.Status, what) + after(show(e.Description, maxDescription))
}

// after gives what follows in a sentence.
func after(text string) string {
	if text == "" {
		return ""
	}
	return ": " + text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// refusals are the codes that say that the grant or the client will not be
// accepted, however often it is sent: of RFC 6749 5.2, RFC 8628 3.5 and OpenID
// Connect Core 3.1.2.6, then those that servers use in their place.
var refusals = map[string]bool{
	"access_denied": true, "invalid_client": true, "invalid_grant": true,
	"unauthorized_client": true, "unsupported_grant_type": true, "invalid_token": true,
	"expired_token": true, "consent_required": true, "interaction_required": true, "login_required": true,
	// GitHub
	"bad_verification_code": true, "bad_refresh_token": true, "incorrect_client_credentials": true,
	// HubSpot
	"bad_auth_code": true, "bad_client_id": true, "bad_client_secret": true,
	// Slack
	"account_inactive": true, "code_already_used": true, "invalid_client_id": true,
	"invalid_refresh_token": true, "token_expired": true, "token_revoked": true,
	// Slack, Zoho
	"invalid_code": true,
}

// Refused says whether the server refuses the grant or the client for good: a
// login is needed, or another client. What may pass is no refusal.
func (e *Error) Refused() bool {
	return e.Kind == Failed && refusals[strings.ToLower(e.Code)] && !e.Transient()
}

// Transient says whether the same may succeed later: no answer came, or one
// that asks for patience. Whether a request may be sent again is not said; a
// code works once.
func (e *Error) Transient() bool {
	switch {
	case e.Kind == Unanswered:
		return !errors.Is(e.Err, context.Canceled)
	case e.Kind != Failed:
		return false
	case e.Status >= 500, e.Status == http.StatusTooManyRequests, e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooEarly:
		return true
	}
	switch strings.ToLower(e.Code) {
	case "temporarily_unavailable", "slow_down", "server_error", "ratelimited", "rate_limited", "rate_limit_exceeded":
		return true
	}
	return false
}

// unsent is the error of a request that could not be made.
func (e *Endpoint) unsent(err error) *Error {
	return &Error{Kind: Unsent, Origin: e.origin(), Problem: err.Error(), Err: err}
}

// unanswered is the error of a transport, which may say by a method Unsent that
// nothing was sent.
func unanswered(ctx context.Context, origin string, err error) *Error {
	var unsent interface {
		error
		Unsent()
	}
	if errors.As(err, &unsent) {
		return &Error{Kind: Unsent, Origin: origin, Problem: transportWords(err), Err: err}
	}
	if ctx.Err() != nil {
		cause := context.Cause(ctx)
		return &Error{Kind: Unanswered, Origin: origin, Problem: transportWords(cause), Err: errors.Join(ctx.Err(), cause)}
	}
	return &Error{Kind: Unanswered, Origin: origin, Problem: transportWords(err), Err: err}
}

// foreign finds what an error of net/http may quote: what was received, and
// the query of a URL.
var foreign = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?|\?\S*`)

// transportWords says why no answer came without quoting anything, unless the
// error is marked as one that holds no secrets: that of a replay.
func transportWords(err error) string {
	var harmless interface {
		error
		NoSecrets()
	}
	if errors.As(err, &harmless) {
		return plain(harmless.Error(), maxProblem)
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	words := foreign.ReplaceAllString(err.Error(), "...")
	if words = plain(words, maxProblem); words == "" {
		return "the exchange with the server failed"
	}
	return words
}

// redirected is the error of an answer that leads elsewhere. The origin of
// that place is told, and nothing else of it: it may carry a code.
func redirected(from *url.URL, resp *http.Response) *Error {
	to := "a place that it does not name"
	if u, err := url.Parse(resp.Header.Get("Location")); err == nil && resp.Header.Get("Location") != "" {
		to = plain(originOf(from.ResolveReference(u)), maxOrigin)
	}
	return &Error{
		Kind: Redirected, Origin: originOf(from), Status: resp.StatusCode,
		Problem: "it redirects to " + to + ", which was not followed: the request carries credentials for this server alone",
	}
}

// tooLarge is the error of an answer past the limit.
func tooLarge(status int) *Error {
	return &Error{Kind: TooLarge, Status: status, Problem: fmt.Sprintf("the answer is larger than %d bytes", maxAnswer)}
}

// retryAfter reads the header Retry-After (RFC 9110 10.2.3).
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(maxWait/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxWait)
}

// maxWait bounds what a server may ask for.
const maxWait = 24 * time.Hour

// How much of a text is shown, in characters.
const (
	maxOrigin      = 120
	maxCode        = 80
	maxDescription = 300
	maxProblem     = 480
)

// plain makes foreign text fit for a sentence: one line of printable ASCII and
// of at most most characters. It is cut between words, so that no half of a
// secret is left that nobody would recognise.
func plain(text string, most int) string {
	text = secret.PrintableLine(strings.Join(strings.Fields(text), " "))
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x7f:
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	if b.Len() <= most {
		return b.String()
	}
	cut := b.String()[:most-len(" ...")+1]
	return cut[:strings.LastIndexByte(cut, ' ')+1] + "..."
}
