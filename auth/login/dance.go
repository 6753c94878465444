package login

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
)

// A Dance is the way of OAuth 1 to a credential (RFC 5849 2), in three steps:
//
//	temporary, err := dance.RequestToken(ctx)
//	callback, err := browse(ctx, temporary.AuthorizeURL()) // a Browser
//	verifier, err := temporary.Accept(callback)
//	credential, err := dance.AccessToken(ctx, temporary, verifier)
//
// Its requests are POSTs without a body of their own. No redirect is followed,
// and no error holds a secret of it.
type Dance struct {
	// Signer has the consumer's key and secret, and how requests are signed; its
	// World may be empty. Token, TokenSecret, Callback and Verifier are the
	// dance's to set; only Revoke wants the first two.
	Signer sign.OAuth1

	RequestTokenURI, AuthorizeURI, TokenURI string

	// Callback is the redirect URI, or oob where the user is shown the verifier
	// (RFC 5849 2.1), which then goes to AccessToken as it is.
	Callback  string
	Scopes    []string // the parameter scope of the authorize request
	Separator string   // between scopes; "" is a comma
	Extra     []Param  // more parameters of the authorize request

	Transport http.RoundTripper

	// Redact takes secrets out of a server's words that an error shows, beside
	// those of the dance; nil knows none.
	Redact func(string) string
}

// outOfBand is a redirect URI that is none.
const outOfBand = "oob"

// Format hides the dance's secrets.
func (d *Dance) Format(s fmt.State, _ rune) { hidden(s, "OAuth 1 dance") }

// MarshalText hides the dance's secrets.
func (d *Dance) MarshalText() ([]byte, error) { return []byte("OAuth 1 dance " + secret.Mask), nil }

// A Temporary is a temporary credential (RFC 5849 2.1) on its way through the
// authorization. It is safe for concurrent use and prints as a secret.
type Temporary struct {
	Token, Secret string
	// Notes are what is unusual about the answer, and does no harm.
	Notes []string

	authorize string
	callback  string
	confirmed bool
	redact    func(string) string
	used      atomic.Bool
}

// Format hides the credential.
func (t *Temporary) Format(s fmt.State, _ rune) { hidden(s, "temporary credential") }

// MarshalText hides the credential.
func (t *Temporary) MarshalText() ([]byte, error) {
	return []byte("temporary credential " + secret.Mask), nil
}

// reservedByDance are the parameters of an authorize request that are the
// dance's own.
var reservedByDance = []string{"oauth_token", "oauth_callback", "oauth_verifier", "oauth_consumer_key", "oauth_signature"}

// RequestToken obtains a temporary credential (RFC 5849 2.1).
func (d *Dance) RequestToken(ctx context.Context) (*Temporary, error) {
	authorize, err := checkURL("the authorize URI", d.AuthorizeURI)
	if err != nil {
		return nil, err
	}
	if d.Callback != outOfBand {
		if _, err := checkRedirect(d.Callback); err != nil {
			return nil, err
		}
	}
	signer := d.signer()
	signer.Token, signer.TokenSecret, signer.Callback = "", "", d.Callback
	answer, err := d.credential(ctx, &exchange{what: TemporaryStep, uri: d.RequestTokenURI, signer: signer})
	if err != nil {
		return nil, err
	}
	t := &Temporary{Token: answer.Get("oauth_token"), Secret: answer.Get("oauth_token_secret"), callback: d.Callback, redact: d.Redact}
	switch confirmed := answer.Get("oauth_callback_confirmed"); {
	case strings.EqualFold(confirmed, "true"):
		t.confirmed = true
	case confirmed == "":
		t.Notes = append(t.Notes, "the server did not confirm the redirect URI (oauth_callback_confirmed), as OAuth 1.0a wants it: it may be of the first version, which is open to session fixation")
	default:
		return nil, errors.New("the server refused the redirect URI: oauth_callback_confirmed is not true; register the URI with the server")
	}
	if err := t.setAuthorize(d, authorize); err != nil {
		return nil, err
	}
	return t, nil
}

// setAuthorize makes the URL that the user is sent to (RFC 5849 2.2).
func (t *Temporary) setAuthorize(d *Dance, authorize *url.URL) error {
	list := []Param{{"oauth_token", t.Token}}
	if !t.confirmed && d.Callback != outOfBand {
		list = append(list, Param{"oauth_callback", d.Callback}) // where OAuth 1.0 had it
	}
	if len(d.Scopes) > 0 {
		separator := d.Separator
		if separator == "" {
			separator = ","
		}
		list = append(list, Param{"scope", strings.Join(d.Scopes, separator)})
	}
	for _, p := range d.Extra {
		if has(list, p.Name) || slices.Contains(reservedByDance, strings.ToLower(p.Name)) {
			return fmt.Errorf("the extra parameter %q cannot be set: the login itself sets it or leaves it out", p.Name)
		}
	}
	u := *authorize
	u.RawQuery = replaceQuery(u.RawQuery, slices.Concat(list, d.Extra))
	t.authorize = u.String()
	return nil
}

// AuthorizeURL gives the URL that the user is sent to.
func (t *Temporary) AuthorizeURL() string { return t.authorize }

// Accept reads the URL at which the user came back. It must be at the redirect
// URI and name the token; it is a [*StateError] otherwise, and the dance goes
// on. With the token the dance takes no other answer ([ErrUsed]): it is a
// [*DeniedError] or gives the verifier, which is empty only where the server
// speaks the first version of OAuth 1.
func (t *Temporary) Accept(callback string) (verifier string, err error) {
	query, fragment, err := t.read(callback)
	if err != nil {
		return "", err
	}
	if !t.used.CompareAndSwap(false, true) {
		return "", ErrUsed
	}
	verifier = query.Get("oauth_verifier")
	switch problem := query.Get("oauth_problem"); {
	case problem != "":
		return "", denied(problem, query.Get("oauth_problem_advice"), "", t.redact, t.Token, t.Secret)
	case query.Has("denied"), verifier == "denied": // the latter is Jira's
		return "", denied("access_denied", "", "", nil)
	case verifier == "" && t.confirmed:
		return "", fmt.Errorf("the callback has no oauth_verifier (it has %s%s)", names(query), fragment)
	}
	return verifier, nil
}

// Check says whether a URL is an answer to this authorization, as
// [Temporary.Accept] does, and uses nothing up. What the answer says is not
// looked at.
func (t *Temporary) Check(callback string) error {
	_, _, err := t.read(callback)
	return err
}

// read gives the query of an answer that names the token, and words about its
// fragment.
func (t *Temporary) read(callback string) (query url.Values, fragment string, err error) {
	if t.callback == outOfBand {
		return nil, "", errors.New("without a redirect URI there is no callback: the verifier that the server shows is for AccessToken")
	}
	redirect, err := url.Parse(t.callback)
	if err != nil {
		return nil, "", err
	}
	if query, fragment, err = readCallback(callback, redirect); err != nil {
		return nil, "", err
	}
	if err := once(query, "oauth_token", "oauth_verifier", "oauth_problem", "denied"); err != nil {
		return nil, "", err
	}
	token := query.Get("oauth_token")
	if token == "" {
		token = query.Get("denied") // which some servers give the token
	}
	if !equal(token, t.Token) {
		return nil, "", &StateError{Parameter: "oauth_token", Missing: token == ""}
	}
	return query, fragment, nil
}

// AccessToken changes the temporary credential for one that lasts (RFC 5849
// 2.3). It gives all that the server answered: oauth_token, oauth_token_secret
// and what else there is.
func (d *Dance) AccessToken(ctx context.Context, t *Temporary, verifier string) (url.Values, error) {
	signer := d.signer()
	signer.Token, signer.TokenSecret, signer.Verifier = t.Token, t.Secret, verifier
	return d.credential(ctx, &exchange{what: "access token", uri: d.TokenURI, signer: signer})
}

// Revoke gives the Signer's token back by a signed POST to uri, for which no
// standard says more. Any answer of 2xx is success.
func (d *Dance) Revoke(ctx context.Context, uri string) error {
	_, _, err := d.send(ctx, &exchange{what: "revocation", uri: uri, signer: d.signer()})
	return err
}

// signer gives a signer of one request.
func (d *Dance) signer() *sign.OAuth1 {
	s := d.Signer
	s.Callback, s.Verifier = "", ""
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Rand == nil {
		s.Rand = rand.Reader
	}
	return &s
}
