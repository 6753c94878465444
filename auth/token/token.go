// Package token sends OAuth 2 requests to the endpoints of an authorization
// server and reads their answers: tolerant where servers differ, strict where
// it protects.
//
//	endpoint := &token.Endpoint{
//		URL:    "https://login.example.com/token",
//		Client: token.Client{ID: id, Secret: secret.New(key), Auth: token.AuthBasic},
//		Server: token.Server{Transport: transport},
//	}
//	answer, err := endpoint.Request(ctx, token.Params{{Name: "grant_type", Value: "client_credentials"}})
//
// Client authentication is declared and never guessed, no redirect is followed,
// an answer has at most 1 MiB, and an error holds what the server said in
// printable form and no secret.
package token

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
)

// A Server is how the endpoints of an authorization server are reached. The
// zero values of Now and Rand are the system's.
type Server struct {
	// Transport sends requests; as any RoundTripper it follows no redirect.
	Transport http.RoundTripper
	Now       func() time.Time
	Rand      io.Reader
	// JWS signs client assertions; nil if there are none.
	JWS sign.JWS
	// DPoP signs requests to the token endpoint (RFC 9449); nil for none.
	DPoP *sign.DPoP
}

// A Param is one parameter of a request. Parameters keep their order; a name
// may stand more than once (RFC 8707 resource).
type Param struct{ Name, Value string }

// Format hides the value.
func (p Param) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, p.Name+"="+secret.Mask) }

// MarshalText hides the value.
func (p Param) MarshalText() ([]byte, error) { return []byte(p.Name + "=" + secret.Mask), nil }

// Params are the parameters of a request.
type Params []Param

// How a client authenticates (clientAuthLocation of a spec).
const (
	AuthBasic     = "headers"           // HTTP Basic (RFC 6749 2.3.1)
	AuthBody      = "body"              // client_id and client_secret as parameters
	AuthNone      = "none"              // a public client: client_id alone
	AuthBoth      = "both"              // Basic and parameters, which no RFC allows
	AuthKeyJWT    = "private_key_jwt"   // RFC 7523 with a private key
	AuthSecretJWT = "client_secret_jwt" // RFC 7523 with the client's secret
	AuthTLS       = "tls"               // a certificate (RFC 8705): client_id alone
)

// A Client is a registered client and how it authenticates.
type Client struct {
	ID     string
	Secret secret.Secret
	// Auth is one of the constants above; "" is AuthBasic for a client with a
	// secret and AuthNone for one without.
	Auth string
	// Raw sends id and secret in HTTP Basic as they are, where RFC 6749 2.3.1
	// form-encodes them first.
	Raw bool
	// Assertion is what AuthKeyJWT and AuthSecretJWT sign.
	Assertion Assertion
}

// An Assertion is a token that this side signs (RFC 7523).
type Assertion struct {
	// Key is a private key in PEM or as a JWK, or a shared secret. For
	// AuthSecretJWT the empty Key is the client's secret.
	Key secret.Secret
	// Alg is an algorithm of RFC 7518 3.1; "" is HS256 for a shared secret, and
	// what fits the key otherwise.
	Alg, KeyID string
	// Audience is "" for the URL of the token endpoint, or for the issuer where
	// one is known.
	Audience string
	Lifetime time.Duration  // 0 is five minutes
	Header   map[string]any // more members of the header; they replace typ and kid
	Claims   map[string]any // more claims; they replace those that are made, and nil leaves one out
}

// An Endpoint is one endpoint of an authorization server, and how requests to
// it are written.
type Endpoint struct {
	URL    string // absolute
	Issuer string // of the server, where it is known
	Client Client
	Server Server
	Method string            // "" is POST; GET sends parameters in the query
	Format string            // form (which "" is too), json or query
	Header http.Header       // more headers; Authorization only where Auth is AuthNone
	Rename map[string]string // other names of parameters, by the standard's
	Shape  Shape
}

// String tells where the endpoint is, and nothing of what is sent there.
func (e Endpoint) String() string { return "endpoint " + e.origin() }

// GoString tells the same.
func (e Endpoint) GoString() string { return e.String() }

// MarshalText tells the same.
func (e Endpoint) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// A Shape says where an unusual token answer keeps things. Each field finds
// its value in the whole answer, as encoding/json with UseNumber reads it, and
// a form as an object of texts; nil is the standard's place, or the standard's
// name in camel case.
type Shape struct {
	AccessToken, RefreshToken, ExpiresIn, ExpiresAt, Scope, TokenType func(answer any) any
	Milliseconds                                                      bool          // ExpiresIn, or a numeric ExpiresAt, counts them
	Lifetime                                                          time.Duration // where the server does not say; 0 is unknown
}
