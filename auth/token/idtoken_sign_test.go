package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/connector-spec/connector/auth/token"
)

const (
	issuer  = "https://login.example.com"
	jwksURI = issuer + "/jwks"
)

// idNow is the time at which ID tokens are checked.
var idNow = time.Unix(1_800_000_000, 0)

// A signingKey is one of a server.
type signingKey struct {
	alg     jose.SignatureAlgorithm
	kid     string
	private crypto.Signer
}

// signingKeySet holds a key of each kind.
type signingKeySet struct{ rsa, pss, p256, p384, p521, ed25519, small signingKey }

var makeSigningKeys = sync.OnceValues(func() (*signingKeySet, error) {
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		return nil, err
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	set := &signingKeySet{
		rsa: signingKey{jose.RS256, "rsa", large}, pss: signingKey{jose.PS512, "rsa", large},
		small: signingKey{jose.RS256, "small", small}, ed25519: signingKey{jose.EdDSA, "ed", ed},
		p256: signingKey{alg: jose.ES256, kid: "p256"}, p384: signingKey{alg: jose.ES384, kid: "p384"}, p521: signingKey{alg: jose.ES512, kid: "p521"},
	}
	for to, curve := range map[*signingKey]elliptic.Curve{&set.p256: elliptic.P256(), &set.p384: elliptic.P384(), &set.p521: elliptic.P521()} {
		if to.private, err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			return nil, err
		}
	}
	return set, nil
})

func signingKeys(t *testing.T) *signingKeySet {
	t.Helper()
	set, err := makeSigningKeys()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// goodClaims are those of an ID token without a fault.
func goodClaims() map[string]any {
	return map[string]any{
		"iss": issuer, "aud": "client", "sub": "user", "nonce": "nonce-1",
		"iat": idNow.Unix(), "exp": idNow.Add(5 * time.Minute).Unix(),
	}
}

// idToken signs goodClaims after a change.
func idToken(t *testing.T, key signingKey, change func(map[string]any)) string {
	t.Helper()
	claims := goodClaims()
	if change != nil {
		change(claims)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if key.kid != "" {
		options = options.WithHeader("kid", key.kid)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: key.alg, Key: key.private}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// forged writes a token with this header and signature over goodClaims.
func forged(t *testing.T, header map[string]any, sign func(data string) []byte) string {
	t.Helper()
	part := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	data := part(header) + "." + part(goodClaims())
	return data + "." + base64.RawURLEncoding.EncodeToString(sign(data))
}

// jwks writes the public halves of keys, as changed.
func jwks(t *testing.T, change func(*jose.JSONWebKey), keys ...signingKey) string {
	t.Helper()
	var set []json.RawMessage
	for _, key := range keys {
		jwk := jose.JSONWebKey{Key: key.private.Public(), KeyID: key.kid}
		if change != nil {
			change(&jwk)
		}
		data, err := jwk.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		set = append(set, data)
	}
	data, err := json.Marshal(map[string]any{"keys": set})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// verify checks a token as the client does, against a JWK set.
func verify(t *testing.T, raw, set string) (map[string]any, error) {
	t.Helper()
	s := &token.Server{
		Transport: &site{documents: map[string]string{jwksURI: set}},
		Now:       func() time.Time { return idNow },
	}
	return s.VerifyIDToken(t.Context(), raw, issuer, "client", "nonce-1", jwksURI)
}

// withJWK signs with a key that stands in the header.
func withJWK(t *testing.T, key signingKey) string {
	t.Helper()
	payload, err := json.Marshal(goodClaims())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: key.alg, Key: key.private}, &jose.SignerOptions{EmbedJWK: true})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}
