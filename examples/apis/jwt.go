package apis

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	_ "embed" // the keys of the examples
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"sync"
	"time"
)

// A private key of clients with its certificate, and another key, which no
// server knows. They open nothing else.
var (
	//go:embed keys/client.pem
	clientKey string
	//go:embed keys/client.crt
	clientCertificate string
	//go:embed keys/other.pem
	otherKey string
)

// certificateDER is what stands between the lines of a certificate in PEM.
func certificateDER() []byte {
	block, _ := pem.Decode([]byte(clientCertificate))
	return block.Bytes
}

// publicKey is that of the certificate.
func publicKey() *rsa.PublicKey {
	certificate, err := x509.ParseCertificate(certificateDER())
	if err != nil {
		panic(err) // it is a part of the program
	}
	return certificate.PublicKey.(*rsa.PublicKey)
}

// A jwtVerifier checks JSON Web Tokens (RFC 7519) that the private key signed.
type jwtVerifier struct {
	alg    string            // RS256 or PS256
	header map[string]string // what else their header has to say
	claims map[string]string // what they have to claim
	// longest is how long a token may live; once is whether its id is good for
	// one use.
	longest time.Duration
	once    bool

	mu   sync.Mutex
	used map[string]bool
}

// verify says what is wrong with a token; nil if nothing is.
func (v *jwtVerifier) verify(text string) error {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return errors.New("it is no token")
	}
	var header map[string]string
	var claims struct {
		Issued  int64  `json:"iat"`
		Expires int64  `json:"exp"`
		ID      string `json:"jti"`
	}
	var all map[string]any
	if readPart(parts[0], &header) != nil || readPart(parts[1], &claims) != nil || readPart(parts[1], &all) != nil {
		return errors.New("it cannot be read")
	}
	if header["alg"] != v.alg {
		return errors.New("its algorithm is another one")
	}
	for name, value := range v.header {
		if header[name] != value {
			return errors.New("its key is not registered: " + name)
		}
	}
	if !v.signed(parts[0]+"."+parts[1], parts[2]) {
		return errors.New("its signature is invalid")
	}
	for name, value := range v.claims {
		if all[name] != value {
			return errors.New("it claims another " + name)
		}
	}
	const skew = time.Minute
	now, issued, expires := time.Now(), time.Unix(claims.Issued, 0), time.Unix(claims.Expires, 0)
	if issued.After(now.Add(skew)) || expires.Before(now) || expires.Sub(issued) > v.longest {
		return errors.New("it is not valid now, or for too long")
	}
	return v.use(claims.ID)
}

// use takes an id, where each is good for one use.
func (v *jwtVerifier) use(id string) error {
	if !v.once {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.used == nil {
		v.used = map[string]bool{}
	}
	if id == "" || v.used[id] {
		return errors.New("it was used before, or has no jti")
	}
	v.used[id] = true
	return nil
}

// signed checks a signature by RSASSA-PKCS1-v1_5 or RSASSA-PSS (RFC 7518 3.3,
// 3.5).
func (v *jwtVerifier) signed(text, signature string) bool {
	sent, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(text))
	if v.alg == "PS256" {
		options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
		return rsa.VerifyPSS(publicKey(), crypto.SHA256, sum[:], sent, options) == nil
	}
	return rsa.VerifyPKCS1v15(publicKey(), crypto.SHA256, sum[:], sent) == nil
}

// readPart reads a part of a token.
func readPart(part string, v any) error {
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// asserted checks the assertion with which a client authenticates (RFC 7523
// 2.2). It stands alone: there is no secret beside it.
func (v *jwtVerifier) asserted(form url.Values) error {
	switch {
	case form.Has("client_secret"):
		return errors.New("the client authenticates twice")
	case form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		return errors.New("client_assertion_type is another one")
	}
	return v.verify(form.Get("client_assertion"))
}
