package token

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/connector-spec/connector/auth/sign"
)

// maxKey bounds the text of a key, in bytes.
const maxKey = 64 << 10

// PrivateKeyPEM gives a private key as PEM. A JWK (RFC 7517) with an RSA, EC or
// Ed25519 key becomes PKCS #8; any other text is taken for PEM and stays as it
// is. No error holds a part of the key.
func PrivateKeyPEM(text string) (string, error) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return text, nil
	}
	if len(text) > maxKey {
		return "", errors.New("the JWK is larger than 64 KiB")
	}
	var key jose.JSONWebKey
	if err := key.UnmarshalJSON([]byte(text)); err != nil {
		if errors.Is(err, jose.ErrUnsupportedKeyType) {
			return "", errors.New("the JWK is of a kind that cannot sign here: kty RSA, EC, or OKP with the curve Ed25519 was expected")
		}
		return "", errors.New("the JWK cannot be read: a JSON object with kty and the members of RFC 7518 6 was expected")
	}
	switch key.Key.(type) {
	case *rsa.PrivateKey, *ecdsa.PrivateKey, ed25519.PrivateKey:
	case []byte:
		return "", errors.New("the JWK is a shared secret (kty oct), and a private key was expected")
	default:
		return "", errors.New("the JWK is a public key, and a private one, with the member d, was expected")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key.Key)
	if err != nil {
		return "", errors.New("the JWK holds a key that cannot be used")
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), nil
}

// FitAlgorithm gives the algorithm (RFC 7518 3.1) that fits a private key in
// PEM, whose line breaks may have been lost: RS256, ES256, ES384, ES512 or
// EdDSA; "" if it is no such key.
func FitAlgorithm(key string) string {
	parsed, err := sign.PrivateKey(key)
	if err != nil {
		return ""
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return string(jose.RS256)
	case ed25519.PrivateKey:
		return string(jose.EdDSA)
	case *ecdsa.PrivateKey:
		switch key.Curve {
		case elliptic.P256():
			return string(jose.ES256)
		case elliptic.P384():
			return string(jose.ES384)
		case elliptic.P521():
			return string(jose.ES512)
		}
	}
	return ""
}
