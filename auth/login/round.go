package login

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth/secret"
)

// How the code is bound to this round (RFC 7636).
const (
	S256  = "S256"
	Plain = "plain" // the verifier itself is in the authorization request: warn about it
	None  = "none"
)

// RoundOptions say what is asked for, and of whom.
type RoundOptions struct {
	// AuthorizationEndpoint is https, or http to this machine. Its own query is
	// kept, but for parameters that the round sets itself.
	AuthorizationEndpoint string
	ClientID              string
	// RedirectURI is sent as it is written here, in both requests.
	RedirectURI string
	Scopes      []string
	Separator   string // between scopes; "" is a blank
	PKCE        string // S256, which "" is too, Plain or None

	// Extra are more parameters, such as prompt, audience or resource. What the
	// round sets itself, and what would replace it (request, request_uri),
	// cannot be among them.
	Extra []Param
	// Rename gives other names to parameters that the round sets, by their
	// standard names.
	Rename map[string]string
	// CodeParam is the name of the code in the callback; "" is code.
	CodeParam string

	// Issuer is the server's, where it is known. A callback that names another
	// is refused (RFC 9207), and with IssRequired one that names none.
	Issuer      string
	IssRequired bool

	// State, Verifier and Nonce are made from Rand where they are empty, each
	// of 256 bits. Who gives them has to give as much.
	State, Verifier, Nonce string
	Rand                   io.Reader // nil is the system's

	// Redact takes secrets out of a server's words that an error shows, beside
	// those of the round; nil knows none.
	Redact func(string) string
}

// A Round is one authorization request and its answer (RFC 6749 4.1.1 and
// 4.1.2), made by [NewRound]. It is safe for concurrent use. Its fields are to
// be read only.
type Round struct {
	// RedirectURI is what the token request must say too, byte for byte.
	RedirectURI string
	State       string
	Verifier    string // empty without PKCE
	// Nonce is in the request if openid is among the scopes, and else empty; an
	// ID token has to repeat it.
	Nonce string

	endpoint *url.URL
	redirect *url.URL
	params   []Param
	clientID Param
	code     string
	issuer   string
	issues   bool // the issuer names itself in every answer
	redact   func(string) string
	used     atomic.Bool
}

// Format hides the round's secrets.
func (r *Round) Format(s fmt.State, _ rune) { hidden(s, "login round") }

// MarshalText hides the round's secrets.
func (r *Round) MarshalText() ([]byte, error) { return []byte("login round " + secret.Mask), nil }

// Format hides the secrets that were given.
func (o RoundOptions) Format(s fmt.State, _ rune) { hidden(s, "login options") }

// MarshalText hides the secrets that were given.
func (o RoundOptions) MarshalText() ([]byte, error) {
	return []byte("login options " + secret.Mask), nil
}

// reserved are the parameters that are the round's own or would replace or
// betray them.
var reserved = []string{
	"response_type", "client_id", "redirect_uri", "state", "code_challenge", "code_challenge_method", "nonce",
	"request", "request_uri", "code_verifier", "client_secret", "client_assertion",
}

// NewRound makes a round.
func NewRound(o RoundOptions) (*Round, error) {
	endpoint, err := checkURL("the authorization endpoint", o.AuthorizationEndpoint)
	if err != nil {
		return nil, err
	}
	redirect, err := checkRedirect(o.RedirectURI)
	if err != nil {
		return nil, err
	}
	if o.ClientID == "" {
		return nil, errors.New("the client id is missing")
	}
	if o.IssRequired && o.Issuer == "" {
		return nil, errors.New("the issuer is missing, which every callback has to name")
	}
	r := &Round{
		RedirectURI: o.RedirectURI, State: o.State,
		endpoint: endpoint, redirect: redirect, issuer: o.Issuer, issues: o.IssRequired, code: o.CodeParam, redact: o.Redact,
	}
	if r.code == "" {
		r.code = "code"
	}
	if err := r.makeSecrets(&o); err != nil {
		return nil, err
	}
	if err := r.setParams(&o); err != nil {
		return nil, err
	}
	return r, nil
}

// checkRedirect reads a redirect URI: absolute and without a fragment (RFC 6749
// 3.1.2). Its scheme may be an app's own (RFC 8252 7.1).
func checkRedirect(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, errors.New("the redirect URI is missing")
	case err != nil || u.Scheme == "" || u.User != nil:
		return nil, errors.New("the redirect URI must be an absolute URI, such as http://127.0.0.1:47920/callback")
	case strings.Contains(text, "#"):
		return nil, errors.New("the redirect URI must not have a fragment")
	}
	return u, nil
}

// makeSecrets makes what is to be unguessable and was not given.
func (r *Round) makeSecrets(o *RoundOptions) (err error) {
	if r.State == "" {
		if r.State, err = unguessable(o.Rand); err != nil {
			return err
		}
	}
	switch o.PKCE {
	case "", S256, Plain:
		if r.Verifier = o.Verifier; r.Verifier == "" {
			if r.Verifier, err = unguessable(o.Rand); err != nil {
				return err
			}
		}
		if !validVerifier(r.Verifier) {
			return errors.New("the PKCE verifier must have 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 4.1)")
		}
	case None:
	default:
		return fmt.Errorf("unknown PKCE method %q: S256, plain or none was expected", o.PKCE)
	}
	if !o.openID() {
		return nil
	}
	if r.Nonce = o.Nonce; r.Nonce == "" {
		r.Nonce, err = unguessable(o.Rand)
	}
	return err
}

// unguessable gives 256 random bits as 43 characters of base64url.
func unguessable(random io.Reader) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	var b [32]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b[:]), nil
}

func validVerifier(text string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	return 43 <= len(text) && len(text) <= 128 && strings.Trim(text, alphabet) == ""
}

func (o *RoundOptions) separator() string {
	if o.Separator == "" {
		return " "
	}
	return o.Separator
}

// openID says whether an ID token is asked for (OpenID Connect Core 3.1.2.1).
func (o *RoundOptions) openID() bool {
	for _, p := range o.Extra {
		if p.Name == "scope" && slices.Contains(strings.Split(p.Value, o.separator()), "openid") {
			return true
		}
	}
	return slices.Contains(o.Scopes, "openid")
}

// setParams makes the parameters of the authorization request.
func (r *Round) setParams(o *RoundOptions) error {
	for from, to := range o.Rename {
		if to == "" {
			return fmt.Errorf("the parameter %q cannot be renamed to nothing", from)
		}
	}
	set := func(name, value string) {
		if other, ok := o.Rename[name]; ok {
			name = other
		}
		r.params = append(r.params, Param{name, value})
	}
	set("response_type", "code")
	set("client_id", o.ClientID)
	r.clientID = r.params[1]
	set("redirect_uri", o.RedirectURI)
	if len(o.Scopes) > 0 {
		set("scope", strings.Join(o.Scopes, o.separator()))
	}
	set("state", r.State)
	switch o.PKCE {
	case "", S256:
		set("code_challenge", oauth2.S256ChallengeFromVerifier(r.Verifier))
		set("code_challenge_method", S256)
	case Plain:
		set("code_challenge", r.Verifier)
		set("code_challenge_method", Plain)
	}
	if r.Nonce != "" {
		set("nonce", r.Nonce)
	}
	return r.addExtra(o)
}

// addExtra checks that nothing from outside stands in for what the round sets,
// neither a parameter nor the endpoint's own query, and adds the parameters.
func (r *Round) addExtra(o *RoundOptions) error {
	own := r.params
	for i, p := range own {
		if has(own[:i], p.Name) {
			return fmt.Errorf("two parameters of the authorization request would be named %q", p.Name)
		}
	}
	for part := range strings.SplitSeq(r.endpoint.RawQuery, "&") {
		if name := queryName(part); isReserved(name) && !has(own, name) {
			return fmt.Errorf("the authorization endpoint's query must not set %q", name)
		}
	}
	for _, p := range o.Extra {
		switch {
		case p.Name == "":
			return errors.New("an extra parameter has no name")
		case isReserved(p.Name) || has(own, p.Name):
			return fmt.Errorf("the extra parameter %q cannot be set: the login itself sets it or leaves it out", p.Name)
		}
	}
	r.params = slices.Concat(own, o.Extra)
	return nil
}

// isReserved compares without case, as some servers do.
func isReserved(name string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool { return strings.EqualFold(r, name) })
}

// Params gives the parameters of the authorization request in their order. They
// may be pushed to the server beforehand (RFC 9126); see [Round.PushedURL].
func (r *Round) Params() []Param { return slices.Clone(r.params) }

// URL gives the URL that the user is sent to. It holds the state: it is for a
// browser, and not for a log.
func (r *Round) URL() string { return r.withParams(r.params) }

// PushedURL is [Round.URL] for a request that was pushed, and that the server
// named requestURI (RFC 9126 4).
func (r *Round) PushedURL(requestURI string) string {
	return r.withParams([]Param{r.clientID, {"request_uri", requestURI}})
}

func (r *Round) withParams(list []Param) string {
	u := *r.endpoint
	u.RawQuery = replaceQuery(u.RawQuery, list)
	return u.String()
}
