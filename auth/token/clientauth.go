package token

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// authenticate adds what authenticates the client, as it is declared: one way,
// and never a second one beside it but for AuthBoth (RFC 6749 2.3).
func (e *Endpoint) authenticate(p Params, header http.Header) (Params, error) {
	method := e.Client.method()
	if err := e.checkAuthentication(method, p, header); err != nil {
		return nil, err
	}
	switch method {
	case AuthNone, AuthTLS:
		return e.addID(p)
	case AuthBasic:
		return p, e.Client.basic(header)
	case AuthBody:
		return e.addSecret(p)
	case AuthBoth:
		if err := e.Client.basic(header); err != nil {
			return nil, err
		}
		return e.addSecret(p)
	}
	return e.addAssertion(method, p)
}

// method is how the client authenticates.
func (c *Client) method() string {
	switch {
	case c.Auth != "":
		return c.Auth
	case c.Secret.IsZero():
		return AuthNone
	}
	return AuthBasic
}

// checkAuthentication refuses what is no method, a client that has no id where
// the method wants one, and a second authentication that the parameters or the
// header would be.
func (e *Endpoint) checkAuthentication(method string, p Params, header http.Header) error {
	switch method {
	case AuthNone:
		return nil
	case AuthBasic, AuthBody, AuthBoth, AuthKeyJWT, AuthSecretJWT, AuthTLS:
	default:
		return fmt.Errorf("the client authentication %s is none; there are %s, %s, %s, %s, %s, %s and %s", strconv.QuoteToASCII(method),
			AuthBasic, AuthBody, AuthNone, AuthBoth, AuthKeyJWT, AuthSecretJWT, AuthTLS)
	}
	if e.Client.ID == "" {
		return fmt.Errorf("the client has no id, which the client authentication %s wants", method)
	}
	if _, ok := header["Authorization"]; ok {
		return fmt.Errorf("the header Authorization is declared, and the client authentication %s besides: a client authenticates in one way; "+
			"declare the client authentication %s if the header is it", method, AuthNone)
	}
	for _, name := range []string{"client_secret", "client_assertion"} {
		if e.given(p, name) != nil {
			return fmt.Errorf("the parameter %s is declared, and the client authentication %s besides: a client authenticates in one way", name, method)
		}
	}
	return nil
}

// given finds a parameter by its standard or its other name.
func (e *Endpoint) given(p Params, standard string) *Param {
	for i := range p {
		if p[i].Name == standard || p[i].Name == e.name(standard) {
			return &p[i]
		}
	}
	return nil
}

// addID adds the client's id, where it has one.
func (e *Endpoint) addID(p Params) (Params, error) {
	given := e.given(p, "client_id")
	switch {
	case given == nil && e.Client.ID == "":
		return p, nil
	case given == nil:
		return p.with("client_id", e.Client.ID), nil
	case given.Value != e.Client.ID:
		return nil, errors.New("the parameter client_id is declared, and is another than the client's id")
	}
	return p, nil
}

// addSecret adds id and secret. An empty secret may be left out (RFC 6749
// 2.3.1).
func (e *Endpoint) addSecret(p Params) (Params, error) {
	p, err := e.addID(p)
	if err != nil || e.Client.Secret.IsZero() {
		return p, err
	}
	return p.with("client_secret", e.Client.Secret.Reveal()), nil
}

// with gives the parameters and one more; p stays as it is.
func (p Params) with(name, value string) Params {
	return append(p[:len(p):len(p)], Param{Name: name, Value: value})
}

// basic sets the header Authorization (RFC 6749 2.3.1, RFC 7617).
func (c *Client) basic(header http.Header) error {
	id, secret := url.QueryEscape(c.ID), url.QueryEscape(c.Secret.Reveal())
	if c.Raw {
		id, secret = c.ID, c.Secret.Reveal()
	}
	if strings.Contains(id, ":") {
		return errors.New("the client's id holds a colon, which ends it in raw Basic credentials; send them encoded (clientAuthEncoding rfc)")
	}
	header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret)))
	return nil
}
