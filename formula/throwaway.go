package formula

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
)

// ThrowAwayKey returns a private key, in PEM, for an algorithm of
// [JWSAlgorithms] that takes one; "" for any other. Everybody knows it: it
// signs where the real key is not there, since a recording holds a placeholder
// in its place, and what it signs is never sent anywhere. It is always the
// same, so that what it signs is, too.
func ThrowAwayKey(alg string) string {
	switch alg {
	case "ES256", "ES384", "ES512", "EdDSA":
		return throwAwayKeys()[alg]
	case "RS256", "RS384", "RS512", "PS256", "PS384", "PS512":
		return throwAwayKeys()["RSA"]
	}
	return ""
}

// isStandIn tells whether a text that stands for a private key is none.
func isStandIn(key string) bool {
	if strings.TrimSpace(key) == "" {
		return false
	}
	_, err := parsePrivateKey(key)
	return err != nil
}

// What the keys are made of. It is public on purpose: these are no secrets, and
// nothing may trust what they sign.
const (
	throwAwayText = "This key is public. It signs what is never sent. Trust nothing that it has signed."
	throwAwayP    = "f6fc8bdfea5c9b5c8c2ee7b68da5640b17fc33c3e7a4eaecfda0d0f6a73146dd24059321c29eb8ac0c77010525ca1a7dc99db590224452452d417ba63324b95d" +
		"5fc8a8253b9f6121f1f24f114ace8acfd8dc236519232c9fa6020f8b70fd30a377b69ba57af9f3337deeac9dbb0ee8115d0e03cd56651b2a065266faef281c6f"
	throwAwayQ = "df8a62263e09315a5739eb506b04be62d142688f5af55ff0662bcc5d1e8f394e165d62ebcb4dfe1addbe8e9fb8bcff3aee3f35ab7f828b2af24b03dbbf7fa2e6" +
		"2a69b5985b214c10348f41960ac3d45dad997282b7a97147c013349b7627b751e235b6384e957034dde39dcde1c78f31dc085b4558db9af68a5c2ae8723c4d05"
)

// throwAwayKeys makes the keys when the first is asked for.
var throwAwayKeys = sync.OnceValue(func() map[string]string {
	keys := map[string]string{
		"RSA":   pemOfKey(throwAwayRSA(), nil),
		"EdDSA": pemOfKey(ed25519.NewKeyFromSeed([]byte(throwAwayText[:ed25519.SeedSize])), nil),
	}
	for alg, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		number := make([]byte, (curve.Params().BitSize+7)/8)
		copy(number[1:], throwAwayText) // the first byte stays 0, so that the number is less than the order
		key, err := ecdsa.ParseRawPrivateKey(curve, number)
		keys[alg] = pemOfKey(key, err)
	}
	return keys
})

func throwAwayRSA() *rsa.PrivateKey {
	p, _ := new(big.Int).SetString(throwAwayP, 16)
	q, _ := new(big.Int).SetString(throwAwayQ, 16)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key
}

// pemOfKey writes a key as PKCS #8.
func pemOfKey(key any, err error) string {
	if err == nil {
		var der []byte
		if der, err = x509.MarshalPKCS8PrivateKey(key); err == nil {
			return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
		}
	}
	panic("a throw-away key: " + err.Error()) // the keys are fixed: every run would see it
}
