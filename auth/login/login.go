// Package login is one interactive round: PKCE, state, the authorization
// request, the listener that its user comes back to or what they paste, what the
// callback must be, and the OAuth 1 dance.
//
//	round, err := login.NewRound(login.RoundOptions{
//		AuthorizationEndpoint: "https://login.example.com/authorize",
//		ClientID:              id,
//		RedirectURI:           "http://127.0.0.1:47920/callback",
//		Scopes:                []string{"read", "write"},
//	})
//	address, err := browse(ctx, round.URL()) // a Browser, such as one made of a Listener
//	callback, err := round.Callback(address)
//	// exchange callback.Code with round.RedirectURI and round.Verifier
//
// A round asks for a code and for nothing else (there is no implicit grant),
// accepts one answer, and accepts it only at its redirect URI, with its state,
// and from its issuer. What a server wrote is in an error in printable form;
// no error holds a code, a verifier, a state or a token, nor the whole address
// at which the user came back. An error is not cut, so that who shows it can
// redact it first.
package login

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A Visit is what a browser is for: the user goes to a URL and comes back to the
// redirect URI.
type Visit struct {
	// URL is where the user is sent. It holds the state: it is for a browser, and
	// not for a log.
	URL string
	// Check says whether an address at which somebody came back is an answer to
	// this visit, and uses nothing up. While it gives an error, such as a
	// [*StateError], the right answer may still come: anybody can call a
	// listener. Nil accepts all.
	Check func(callback string) error
}

// Format hides the visit's state.
func (v Visit) Format(s fmt.State, _ rune) { hidden(s, "visit") }

// A Browser sends the user on a visit and gives the URL at which the user came
// back, whole: with its scheme, its host and its query.
type Browser func(ctx context.Context, visit Visit) (callback string, err error)

// To makes a Browser of a function that needs nothing but the URL.
func To(browse func(ctx context.Context, url string) (callback string, err error)) Browser {
	return func(ctx context.Context, visit Visit) (string, error) { return browse(ctx, visit.URL) }
}

// A Param is one parameter of an authorization request.
type Param struct{ Name, Value string }

// checkURL reads the URL of a server that the user or a credential goes to:
// https, or http to this machine.
func checkURL(name, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, fmt.Errorf("%s is missing", name)
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return nil, fmt.Errorf("%s must be an absolute URL, such as https://login.example.com/authorize", name)
	case u.User != nil:
		return nil, fmt.Errorf("%s must not have a user or password", name)
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, fmt.Errorf("%s (%s) must be https; http is accepted for localhost and loopback addresses only", name, origin(u))
	}
	return u, nil
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// origin is as much of a URL as an error may say.
func origin(u *url.URL) string { return secret.PrintableLine(u.Scheme + "://" + u.Host) }

// appendQuery adds parameters to a query, in their order. A blank is %20: every
// server reads that, and not all read +.
func appendQuery(query string, list []Param) string {
	var b strings.Builder
	b.WriteString(query)
	for _, p := range list {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escape(p.Name) + "=" + escape(p.Value))
	}
	return b.String()
}

func escape(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// replaceQuery is [appendQuery], but parameters that the query has already are
// dropped from it: none may be sent twice (RFC 6749 3.1).
func replaceQuery(query string, list []Param) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !has(list, queryName(part)) {
			kept = append(kept, part)
		}
	}
	return appendQuery(strings.Join(kept, "&"), list)
}

// queryName gives the name in one part of a query.
func queryName(part string) string {
	name, _, _ := strings.Cut(part, "=")
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}

func has(list []Param, name string) bool {
	for _, p := range list {
		if p.Name == name {
			return true
		}
	}
	return false
}

// hidden prints what holds secrets.
func hidden(s fmt.State, name string) { _, _ = io.WriteString(s, name+" "+secret.Mask) }
