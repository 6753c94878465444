// Package sign makes the signatures of requests: AWS Signature Version 4,
// OAuth 1, HMAC, a JSON Web Token for each request, WSSE, HTTP Digest and DPoP.
//
//	signer := &sign.SigV4{
//		Service: "s3", Region: "us-east-1",
//		AccessKeyID: id, SecretAccessKey: key,
//		World: sign.World{Now: time.Now, Rand: rand.Reader},
//	}
//	err := signer.Sign(&sign.Request{Method: "GET", URL: u, Header: header})
//
// A signer is a struct of what it needs; it opens no connection, and no error
// of it holds a secret.
package sign

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// A Request is a request as it is sent, but for its signature. A signer may
// change the header, the query and the body; the host, the path and the method
// stay.
type Request struct {
	Method string
	URL    *url.URL    // absolute; RawPath and RawQuery are what is sent
	Header http.Header // by canonical name; without Host, which is the URL's
	Body   []byte      // nil for none
}

// A Signer signs requests. It is safe for concurrent use.
type Signer interface {
	// Sign puts the signature into the request. A request that is sent again
	// is signed anew.
	Sign(r *Request) error
}

// A Learner is a signer that servers tell what to sign with: a challenge, or a
// nonce.
type Learner interface {
	Signer
	// Learn looks at the answer to a signed request, whose body it leaves
	// unread, and tells whether to sign the request anew and send it once
	// more.
	Learn(r *Request, resp *http.Response) (again bool)
}

// A World is the clock and the randomness that go into signatures.
type World struct {
	Now  func() time.Time
	Rand io.Reader
}

// A JWS gives the signature of data (RFC 7515) by an algorithm of RFC 7518
// 3.1. The key is a secret for HS256 and the like, else a private key in PEM.
// No error of it holds the key.
type JWS func(alg, key string, data []byte) ([]byte, error)

// hidden prints a signer without what it signs with.
func hidden(s fmt.State, name string) { _, _ = io.WriteString(s, name+" "+secret.Mask) }
