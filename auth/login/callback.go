package login

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// maxCallback bounds a callback, in bytes.
const maxCallback = 64 << 10

// A Callback is the answer to an authorization request. It prints as a secret.
type Callback struct {
	Code string
	// Query is all that came with it.
	Query url.Values
}

// Format hides the code.
func (c Callback) Format(s fmt.State, _ rune) { hidden(s, "callback") }

// MarshalText hides the code.
func (c Callback) MarshalText() ([]byte, error) { return []byte("callback " + secret.Mask), nil }

// Callback reads the URL at which the user came back. The URL must be at the
// redirect URI and have the round's state; it is a [*StateError] otherwise, and
// the round goes on. With the state the round ends, whatever else the answer is:
// an [*IssuerError], a [*DeniedError], or a code. After that every answer is
// [ErrUsed].
func (r *Round) Callback(callback string) (Callback, error) {
	query, fragment, err := r.read(callback)
	if err != nil {
		return Callback{}, err
	}
	if !r.used.CompareAndSwap(false, true) {
		return Callback{}, ErrUsed
	}
	if err := r.checkIssuer(query); err != nil {
		return Callback{}, err
	}
	if code := query.Get("error"); code != "" {
		return Callback{}, denied(code, query.Get("error_description"), query.Get("error_uri"), r.redact, r.State, r.Verifier)
	}
	code := query.Get(r.code)
	if code == "" {
		return Callback{}, fmt.Errorf("the callback has no %s (it has %s%s)", r.code, names(query), fragment)
	}
	return Callback{Code: code, Query: query}, nil
}

// Check says whether a URL is an answer to this round, as [Round.Callback] does,
// and uses nothing up. What the answer says is not looked at.
func (r *Round) Check(callback string) error {
	_, _, err := r.read(callback)
	return err
}

// read gives the query of an answer to the round, and words about its fragment.
func (r *Round) read(callback string) (query url.Values, fragment string, err error) {
	if query, fragment, err = readCallback(callback, r.redirect); err != nil {
		return nil, "", err
	}
	if err := once(query, "state", "iss", "error", r.code); err != nil {
		return nil, "", err
	}
	if !equal(query.Get("state"), r.State) {
		return nil, "", &StateError{Parameter: "state", Missing: query.Get("state") == ""}
	}
	return query, fragment, nil
}

// checkIssuer is RFC 9207 2.4. The issuer is compared also where the server did
// not announce that it names itself.
func (r *Round) checkIssuer(query url.Values) error {
	got := query.Get("iss")
	if got == "" && !r.issues || r.issuer == "" || got == r.issuer {
		return nil
	}
	return &IssuerError{Want: r.issuer, Got: shown(got, r.redact, []string{r.State, r.Verifier})}
}

// readCallback gives the query of a callback at the redirect URI, and words
// about its fragment.
func readCallback(callback string, redirect *url.URL) (query url.Values, fragment string, err error) {
	if len(callback) > maxCallback {
		return nil, "", fmt.Errorf("the callback is longer than %d bytes", maxCallback)
	}
	u, err := url.Parse(callback)
	if err != nil || u.Scheme == "" {
		return nil, "", errors.New("the callback is not a whole URL: it begins with " + redirect.Scheme + ": and ends with the query")
	}
	if !samePlace(u, redirect) {
		return nil, "", fmt.Errorf("the callback is not at the redirect URI %s", secret.PrintableLine(redirect.Redacted()))
	}
	// A semicolon is a character like any other, and not the separator that
	// ParseQuery fears.
	query, err = url.ParseQuery(strings.ReplaceAll(u.RawQuery, ";", "%3B"))
	if err != nil {
		return nil, "", errors.New("the callback has a query that cannot be read")
	}
	if u.Fragment != "" {
		fragment = ", and a part after #, where nothing was asked for"
	}
	return query, fragment, nil
}

// samePlace compares scheme, host, port and path.
func samePlace(u, redirect *url.URL) bool {
	path := func(u *url.URL) string {
		if p := u.EscapedPath(); p != "" || u.Opaque != "" {
			return p
		}
		return "/"
	}
	return u.User == nil &&
		u.Scheme == redirect.Scheme && u.Opaque == redirect.Opaque &&
		strings.EqualFold(u.Hostname(), redirect.Hostname()) && port(u) == port(redirect) &&
		path(u) == path(redirect)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "http":
		return "80"
	case u.Scheme == "https":
		return "443"
	}
	return ""
}

// once refuses parameters that stand in a query more than once: which one counts
// is for an attacker to choose (RFC 6749 3.1).
func once(query url.Values, names ...string) error {
	for _, name := range names {
		if len(query[name]) > 1 {
			return fmt.Errorf("the callback has the parameter %s more than once", name)
		}
	}
	return nil
}

// equal compares in a time that depends on the lengths only. Nothing equals the
// empty text.
func equal(got, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}
