package peers_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"
)

// claims are those of an assertion for a client.
func claims(client, audience string) map[string]any {
	now := time.Now().Unix()
	return map[string]any{"iss": client, "sub": client, "aud": audience, "jti": rand.Text(), "iat": now, "exp": now + 60}
}

func encode(t *testing.T, header, payload map[string]any) []byte {
	t.Helper()
	var parts [][]byte
	for _, part := range []map[string]any{header, payload} {
		text, err := json.Marshal(part)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, []byte(base64.RawURLEncoding.EncodeToString(text)))
	}
	return bytes.Join(parts, []byte("."))
}

// hs256 signs with a secret.
func hs256(t *testing.T, secret string, payload map[string]any) string {
	t.Helper()
	input := encode(t, map[string]any{"alg": "HS256"}, payload)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(input)
	return string(input) + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// sign signs with a JWK; of EC keys, the header is that of a DPoP proof too.
func sign(t *testing.T, text string, payload map[string]any) string {
	t.Helper()
	var key map[string]string
	if err := json.Unmarshal([]byte(text), &key); err != nil {
		t.Fatal(err)
	}
	header := map[string]any{"alg": key["alg"], "kid": key["kid"]}
	if _, proof := payload["htm"]; proof {
		header = map[string]any{"alg": "ES256", "typ": "dpop+jwt", "jwk": map[string]string{"kty": "EC", "crv": "P-256", "x": key["x"], "y": key["y"]}}
	}
	input := encode(t, header, payload)
	signature, err := signBytes(key, input)
	if err != nil {
		t.Fatal(err)
	}
	return string(input) + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func signBytes(key map[string]string, input []byte) ([]byte, error) {
	number := func(name string) *big.Int {
		data, _ := base64.RawURLEncoding.DecodeString(key[name])
		return new(big.Int).SetBytes(data)
	}
	sum := sha256.Sum256(input)
	switch key["alg"] {
	case "EdDSA":
		return ed25519.Sign(ed25519.NewKeyFromSeed(number("d").FillBytes(make([]byte, 32))), input), nil
	case "RS256":
		private := &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}, D: number("d"), Primes: []*big.Int{number("p"), number("q")}}
		private.Precompute()
		return rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, sum[:])
	}
	private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), number("d").FillBytes(make([]byte, 32)))
	if err != nil {
		return nil, err
	}
	r, s, err := ecdsa.Sign(rand.Reader, private, sum[:])
	if err != nil {
		return nil, err
	}
	return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...), nil
}
