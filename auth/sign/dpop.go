package sign

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// A DPoP proves with each request that the sender holds the key that an access
// token is bound to (RFC 9449). It knows the nonces of servers: the last one
// that each origin gave, so that an authorization server and an API have their
// own. Make one with [NewDPoP].
type DPoP struct {
	key        *ecdsa.PrivateKey
	header     string // of every proof, encoded
	thumbprint string
	world      World

	mu     sync.Mutex
	nonces map[string]string // by origin
}

// sizeP256 is the length of a coordinate, a scalar and a half of a signature
// on P-256, in bytes.
const sizeP256 = 32

// NewDPoPKey makes a key for [NewDPoP]: on P-256, as PKCS #8 in PEM. The same
// bytes from rand make the same key.
func NewDPoPKey(rand io.Reader) (string, error) {
	// A scalar that is 0 or not below the order is thrown away (FIPS 186-5
	// A.2.2), which happens once in 2^32 times; a reader that gives one again
	// and again is broken.
	for range 8 {
		scalar := make([]byte, sizeP256)
		if _, err := io.ReadFull(rand, scalar); err != nil {
			return "", fmt.Errorf("make a DPoP key: %w", err)
		}
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
		if err != nil {
			continue
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return "", errors.New("make a DPoP key: it cannot be encoded")
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
	}
	return "", errors.New("make a DPoP key: the randomness is none")
}

// NewDPoP reads a private key in PEM, which must be one on P-256.
func NewDPoP(pem string, w World) (*DPoP, error) {
	parsed, err := PrivateKey(pem)
	if err != nil {
		return nil, fmt.Errorf("the DPoP key: %w", err)
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("the DPoP key is of another kind than an elliptic curve key on P-256, which ES256 wants")
	}
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return nil, errors.New("the DPoP key is damaged")
	}
	// The members in alphabetical order, as a thumbprint wants them.
	jwk, err := json.Marshal(struct {
		Crv string `json:"crv"`
		Kty string `json:"kty"`
		X   string `json:"x"`
		Y   string `json:"y"`
	}{"P-256", "EC", base64url(point[1 : 1+sizeP256]), base64url(point[1+sizeP256:])})
	if err != nil {
		return nil, err
	}
	return &DPoP{
		key:        key,
		header:     base64url([]byte(`{"typ":"dpop+jwt","alg":"ES256","jwk":` + string(jwk) + `}`)),
		thumbprint: base64url(sum256(jwk)),
		world:      w,
		nonces:     map[string]string{},
	}, nil
}

// Thumbprint gives the thumbprint of the public key (RFC 7638), the dpop_jkt
// of an authorization request and the jkt of a token that is bound to the key.
func (d *DPoP) Thumbprint() string { return d.thumbprint }

// Format prints the name alone.
func (d *DPoP) Format(s fmt.State, _ rune) { hidden(s, "DPoP") }

// dpopClaims are the claims of a proof (RFC 9449 4.2).
type dpopClaims struct {
	ID     string `json:"jti"`
	Method string `json:"htm"`
	URI    string `json:"htu"`
	Issued int64  `json:"iat"`
	Token  string `json:"ath,omitempty"`
	Nonce  string `json:"nonce,omitempty"`
}

// Sign sets the header DPoP. Where the request has an Authorization of the
// scheme Bearer, that becomes DPoP (RFC 9449 7.1), and the proof names the
// token.
func (d *DPoP) Sign(r *Request) error {
	id := make([]byte, 16)
	if _, err := io.ReadFull(d.world.Rand, id); err != nil {
		return fmt.Errorf("make a DPoP proof: %w", err)
	}
	claims := dpopClaims{
		ID:     base64url(id),
		Method: r.Method,
		URI:    origin(r.URL) + requestPath(r.URL),
		Issued: d.world.Now().Unix(),
		Nonce:  d.nonce(r.URL),
	}
	if token, ok := boundToken(r.Header); ok {
		r.Header.Set("Authorization", "DPoP "+token)
		claims.Token = base64url(sum256([]byte(token)))
	}
	proof, err := d.proof(&claims)
	if err != nil {
		return err
	}
	r.Header.Set("DPoP", proof)
	return nil
}

// proof signs without randomness (RFC 6979), so that a recording replays.
func (d *DPoP) proof(claims *dpopClaims) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := d.header + "." + base64url(payload)
	der, err := d.key.Sign(nil, sum256([]byte(text)), crypto.SHA256)
	if err != nil {
		return "", errors.New("make a DPoP proof: the key cannot sign")
	}
	var numbers struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &numbers); err != nil {
		return "", errors.New("make a DPoP proof: the key cannot sign")
	}
	signature := make([]byte, 2*sizeP256) // RFC 7518 3.4
	numbers.R.FillBytes(signature[:sizeP256])
	numbers.S.FillBytes(signature[sizeP256:])
	return text + "." + base64url(signature), nil
}

// Learn keeps the nonce that an answer of any status brings (RFC 9449 8 and
// 9). The request is worth sending again if an API refused it for the want of
// this nonce. An authorization server says so in the body of its answer, which is
// for who reads it to see.
func (d *DPoP) Learn(r *Request, resp *http.Response) (again bool) {
	nonce := resp.Header.Get("DPoP-Nonce")
	if !validNonce(nonce) {
		return false
	}
	d.mu.Lock()
	d.nonces[origin(r.URL)] = nonce
	d.mu.Unlock()
	wanted := strings.Contains(strings.Join(resp.Header.Values("WWW-Authenticate"), ","), "use_dpop_nonce")
	return wanted && d.Lacks(r, resp)
}

// Lacks tells whether an answer brings a nonce that the proof of its request had
// not.
func (d *DPoP) Lacks(r *Request, resp *http.Response) bool {
	nonce := resp.Header.Get("DPoP-Nonce")
	return validNonce(nonce) && nonceOf(r.Header.Get("DPoP")) != nonce
}

func (d *DPoP) nonce(u *url.URL) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.nonces[origin(u)]
}

// maxNonce bounds the nonces that are kept, in bytes.
const maxNonce = 4096

// validNonce says whether nonce is one by RFC 9449 8.1: printable ASCII
// without blanks, quotes and backslashes.
func validNonce(nonce string) bool {
	for i := range len(nonce) {
		if c := nonce[i]; c <= ' ' || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return nonce != "" && len(nonce) <= maxNonce
}

// nonceOf gives the nonce in a proof of our own.
func nonceOf(proof string) string {
	_, rest, _ := strings.Cut(proof, ".")
	payload, _, _ := strings.Cut(rest, ".")
	b, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return ""
	}
	var claims dpopClaims
	if json.Unmarshal(b, &claims) != nil {
		return ""
	}
	return claims.Nonce
}

// boundToken gives the access token of an Authorization header.
func boundToken(h http.Header) (token string, ok bool) {
	scheme, token, _ := strings.Cut(h.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, token != "" && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "DPoP"))
}

// origin gives scheme, host and port of a URL in their one spelling: in lower
// case, which package url gives the scheme, and without a default port. Servers
// compare them so (RFC 9449 4.3).
func origin(u *url.URL) string {
	scheme, host, port := u.Scheme, strings.ToLower(u.Hostname()), u.Port()
	switch {
	case port != "" && (scheme != "https" || port != "443") && (scheme != "http" || port != "80"):
		host = net.JoinHostPort(host, port)
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	return scheme + "://" + host
}

// requestPath gives the path as it is sent.
func requestPath(u *url.URL) string {
	if path := u.EscapedPath(); path != "" {
		return path
	}
	return "/"
}

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func sum256(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
