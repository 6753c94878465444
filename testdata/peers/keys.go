package peers

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
)

// A jwk is a JSON Web Key (RFC 7517).
type jwk map[string]string

// newJWK makes a private key for an algorithm of JWS.
func newJWK(alg, id string) (jwk, error) {
	var key jwk
	var err error
	switch alg {
	case "ES256":
		key, err = newECKey()
	case "RS256":
		key, err = newRSAKey()
	case "EdDSA":
		key, err = newEd25519Key()
	default:
		err = fmt.Errorf("no key for the algorithm %q", alg)
	}
	if err != nil {
		return nil, err
	}
	key["alg"], key["kid"], key["use"] = alg, id, "sig"
	return key, nil
}

// public returns the key without what is private (RFC 7518, section 6).
func (k jwk) public() jwk {
	p := maps.Clone(k)
	for _, name := range []string{"d", "p", "q", "dp", "dq", "qi"} {
		delete(p, name)
	}
	return p
}

func newECKey() (jwk, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	d, err := key.Bytes()
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return nil, err
	}
	return jwk{"kty": "EC", "crv": "P-256", "d": base64url(d), "x": base64url(point[1:33]), "y": base64url(point[33:])}, nil
}

func newRSAKey() (jwk, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	number := func(n *big.Int) string { return base64url(n.Bytes()) }
	return jwk{
		"kty": "RSA",
		"n":   number(key.N),
		"e":   number(big.NewInt(int64(key.E))),
		"d":   number(key.D),
		"p":   number(key.Primes[0]),
		"q":   number(key.Primes[1]),
		"dp":  number(key.Precomputed.Dp),
		"dq":  number(key.Precomputed.Dq),
		"qi":  number(key.Precomputed.Qinv),
	}, nil
}

func newEd25519Key() (jwk, error) {
	public, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return jwk{"kty": "OKP", "crv": "Ed25519", "x": base64url(public), "d": base64url(key.Seed())}, nil
}

func base64url(data []byte) string { return base64.RawURLEncoding.EncodeToString(data) }

// newRSAPair makes an RSA key, as PKCS #8 and its public key as PKIX, in PEM.
func newRSAPair() (private, public string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	private, err = privatePEM(key)
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return private, block("PUBLIC KEY", der), err
}

func privatePEM(key any) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return block("PRIVATE KEY", der), err
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
