package login

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// ErrUsed says that a round, or a temporary credential, has had its answer
// already: each takes one.
var ErrUsed = errors.New("this login has had its answer already: a second one is not accepted; start a new login")

// A StateError says that an answer does not belong to this round, by its state
// (RFC 6749 10.12) or its oauth_token (RFC 5849 2.2). The round goes on: any web
// page can bring such an answer about.
type StateError struct {
	Parameter string // state or oauth_token
	Missing   bool
}

func (e *StateError) Error() string {
	if e.Missing {
		return fmt.Sprintf("the callback has no %s, so it does not belong to this login: its code was not used", e.Parameter)
	}
	return fmt.Sprintf("the %s of the callback is not the one of this login: its code was not used", e.Parameter)
}

// An IssuerError says that an answer does not come from the server that was
// asked (RFC 9207). The round is over.
type IssuerError struct {
	Want string
	Got  string // printable; empty if the answer names none, which it had to
}

func (e *IssuerError) Error() string {
	if e.Got == "" {
		return fmt.Sprintf("the callback does not name its issuer, which %s always does: its code was not used", e.Want)
	}
	return fmt.Sprintf("the callback comes from the issuer %s and not from %s: its code was not used", e.Got, e.Want)
}

// A DeniedError says that the server, or the user, gave no permission (RFC 6749
// 4.1.2.1; for OAuth 1 the code is access_denied, or an oauth_problem). All
// texts are the server's, printable and not cut.
type DeniedError struct {
	Code, Description string
	URI               string // http or https, else empty
}

func (e *DeniedError) Error() string {
	text := "the server answered " + e.Code
	if e.Code == "access_denied" {
		text = "access was denied"
	}
	if e.Description != "" {
		text += ": " + e.Description
	}
	if e.URI != "" {
		text += " (see " + e.URI + ")"
	}
	return text
}

// denied makes a DeniedError of what a server wrote, which may hold the round's
// secrets, and others that redact knows.
func denied(code, description, uri string, redact func(string) string, secrets ...string) *DeniedError {
	e := &DeniedError{Code: shown(code, redact, secrets), Description: shown(description, redact, secrets)}
	if u, err := url.Parse(uri); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		e.URI = shown(uri, redact, secrets)
	}
	return e
}

// shown gives a server's text in printable form and without secrets: those that
// redact takes out, if it is not nil, and those that were made on the way, which
// nobody else may know.
func shown(text string, redact func(string) string, secrets []string) string {
	if redact != nil { // before the text is made printable, since a secret may not be
		text = redact(text)
	}
	r := secret.NewRedactor()
	for _, s := range secrets {
		r.Add("", s)
	}
	return secret.PrintableLine(r.Redact(text))
}

// names lists the names of what came, in printable form.
func names(values url.Values) string {
	if len(values) == 0 {
		return "nothing"
	}
	list := make([]string, 0, len(values))
	for name := range values {
		list = append(list, secret.PrintableLine(name))
	}
	slices.Sort(list)
	const most = 20
	if len(list) > most {
		list = append(list[:most], "...")
	}
	return strings.Join(list, ", ")
}
