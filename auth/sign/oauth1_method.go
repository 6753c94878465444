package sign

import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	_ "crypto/sha1" // so that crypto.SHA1 is there
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// An oauth1Method is a signature method (RFC 5849 3.4). Hash is the body's
// too; none signs nothing.
type oauth1Method struct {
	name string
	hash crypto.Hash
	rsa  bool
}

// oauth1Methods lists the signature methods. Those with SHA-256 and SHA-512
// are not in the RFC; servers that know them agree on this.
var oauth1Methods = []oauth1Method{
	{name: "HMAC-SHA1", hash: crypto.SHA1},
	{name: "HMAC-SHA256", hash: crypto.SHA256},
	{name: "HMAC-SHA512", hash: crypto.SHA512},
	{name: "RSA-SHA1", hash: crypto.SHA1, rsa: true},
	{name: "RSA-SHA256", hash: crypto.SHA256, rsa: true},
	{name: "PLAINTEXT"},
}

// method gives the signature method, checked.
func (o *OAuth1) method() (oauth1Method, error) {
	var names []string
	for i, m := range oauth1Methods {
		if m.name == o.Method || o.Method == "" && i == 0 {
			return m, o.checkMethod(m)
		}
		names = append(names, m.name)
	}
	return oauth1Method{}, fmt.Errorf("oauth1: unknown signatureMethod %q; it is one of %s", o.Method, strings.Join(names, ", "))
}

func (o *OAuth1) checkMethod(m oauth1Method) error {
	switch {
	case m.rsa && o.PrivateKey == "":
		return fmt.Errorf("oauth1: privateKey is empty, and %s signs with it", m.name)
	case m.hash == 0 && o.BodyHash:
		return errors.New("oauth1: bodyHash needs a signatureMethod that signs, and PLAINTEXT does not")
	}
	return nil
}

// signature signs a base string. A secret may be empty (RFC 5849 3.4.2).
func (o *OAuth1) signature(m oauth1Method, base string) (string, error) {
	secrets := escape(o.ConsumerSecret) + "&" + escape(o.TokenSecret)
	if m.hash == 0 {
		return secrets, nil
	}
	if m.rsa {
		return o.signRSA(m, base)
	}
	mac := hmac.New(m.hash.New, []byte(secrets))
	mac.Write([]byte(base))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}

// signRSA signs a base string with PKCS #1 1.5 (RFC 5849 3.4.3).
func (o *OAuth1) signRSA(m oauth1Method, base string) (string, error) {
	signer, err := PrivateKey(o.PrivateKey)
	if err != nil {
		return "", fmt.Errorf("oauth1: privateKey: %w", err)
	}
	key, ok := signer.(*rsa.PrivateKey)
	if !ok {
		return "", fmt.Errorf("oauth1: privateKey is no RSA key, and %s wants one", m.name)
	}
	h := m.hash.New()
	h.Write([]byte(base))
	signature, err := rsa.SignPKCS1v15(nil, key, m.hash, h.Sum(nil))
	if err != nil {
		return "", fmt.Errorf("oauth1: sign with privateKey: %w", err)
	}
	return base64.StdEncoding.EncodeToString(signature), nil
}
