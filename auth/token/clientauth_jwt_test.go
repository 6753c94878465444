package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

// testJWS signs with few algorithms, as sign.JWS says.
func testJWS(alg, key string, data []byte) ([]byte, error) {
	if alg == "HS256" {
		h := hmac.New(sha256.New, []byte(key))
		h.Write(data)
		return h.Sum(nil), nil
	}
	block, _ := pem.Decode([]byte(key))
	if block == nil {
		return nil, errors.New("the key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key cannot be read")
	}
	sum, long := sha256.Sum256(data), sha512.Sum384(data)
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		if alg == "PS256" {
			return rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	case ed25519.PrivateKey:
		return ed25519.Sign(key, data), nil
	case *ecdsa.PrivateKey:
		digest, size := sum[:], 32
		if alg == "ES384" {
			digest, size = long[:], 48
		}
		r, s, err := ecdsa.Sign(rand.Reader, key, digest)
		if err != nil {
			return nil, err
		}
		return append(fixed(r, size), fixed(s, size)...), nil
	}
	return nil, fmt.Errorf("no key for %s", alg)
}

func fixed(n *big.Int, size int) []byte { return n.FillBytes(make([]byte, size)) }

// readJWT reads a JWT without checking its signature.
func readJWT(t testing.TB, jwt string) (header, claims map[string]any) {
	t.Helper()
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", jwt)
	}
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

func pemOf(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// assertionOf sends a request and gives the assertion that was in it.
func assertionOf(t *testing.T, e token.Endpoint) (jwt string, form url.Values) {
	t.Helper()
	w := &wire{}
	e.Server.Transport, e.Server.JWS = w, testJWS
	e.Server.Now = func() time.Time { return now }
	if _, err := e.Request(t.Context(), grant); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(w.sent, "User-Agent: connector\n")
	form, err := url.ParseQuery(body)
	if err != nil || strings.Contains(w.sent, "Authorization") {
		t.Fatalf("%v in %s", err, w.sent)
	}
	return form.Get("client_assertion"), form
}

func TestAssertionsAreSignedWithTheKeyThatIsGiven(t *testing.T) {
	t.Parallel()
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p256, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p384, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	jwk, err := json.Marshal(jose.JSONWebKey{Key: rsaKey, KeyID: "k1", Algorithm: "PS256"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name      string
		auth      string
		key       string
		alg       string
		want      string
		wantKeyID any
		verify    any
	}{
		{"RSA", token.AuthKeyJWT, pemOf(t, rsaKey), "", "RS256", nil, &rsaKey.PublicKey},
		{"RSA with PSS", token.AuthKeyJWT, pemOf(t, rsaKey), "PS256", "PS256", nil, &rsaKey.PublicKey},
		{"P-256", token.AuthKeyJWT, pemOf(t, p256), "", "ES256", nil, &p256.PublicKey},
		{"P-384", token.AuthKeyJWT, pemOf(t, p384), "", "ES384", nil, &p384.PublicKey},
		{"Ed25519", token.AuthKeyJWT, pemOf(t, ed), "", "EdDSA", nil, ed.Public()},
		{"a JWK with its own algorithm and id", token.AuthKeyJWT, string(jwk), "", "PS256", "k1", &rsaKey.PublicKey},
		{"a JWK with another algorithm", token.AuthKeyJWT, string(jwk), "RS256", "RS256", "k1", &rsaKey.PublicKey},
		{"the client's secret", token.AuthSecretJWT, "", "", "HS256", nil, []byte("shared secret of the client with 32 bytes")},
		{"another secret", token.AuthSecretJWT, "another secret of the client with 32 bytes", "HS256", "HS256", nil, []byte("another secret of the client with 32 bytes")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jwt, form := assertionOf(t, token.Endpoint{URL: "https://a.example/token", Client: token.Client{
				ID: "id", Secret: secret.New("shared secret of the client with 32 bytes"), Auth: tt.auth,
				Assertion: token.Assertion{Key: secret.New(tt.key), Alg: tt.alg},
			}})
			header, _ := readJWT(t, jwt)
			if header["alg"] != tt.want || header["kid"] != tt.wantKeyID || header["typ"] != "JWT" {
				t.Errorf("the header is %v, want %s", header, tt.want)
			}
			object, err := jose.ParseSignedCompact(jwt, []jose.SignatureAlgorithm{jose.SignatureAlgorithm(tt.want)})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := object.Verify(tt.verify); err != nil {
				t.Error(err)
			}
			form.Del("client_assertion")
			want := "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_id=id&grant_type=client_credentials"
			if form.Encode() != want {
				t.Errorf("the parameters are %s, want %s", form.Encode(), want)
			}
		})
	}
}

func TestClaimsOfAssertions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		issuer    string
		assertion token.Assertion
		header    map[string]any
		claims    map[string]any
	}{
		{
			"RFC 7523 3: the token endpoint", "",
			token.Assertion{},
			map[string]any{"alg": "HS256", "typ": "JWT"},
			map[string]any{"iss": "id", "sub": "id", "aud": "https://a.example/token", "iat": 1767323045., "exp": 1767323345.},
		},
		{
			"an issuer that is known", "https://a.example",
			token.Assertion{},
			map[string]any{"alg": "HS256", "typ": "JWT"},
			map[string]any{"iss": "id", "sub": "id", "aud": "https://a.example", "iat": 1767323045., "exp": 1767323345.},
		},
		{
			"what is declared", "https://a.example",
			token.Assertion{
				Audience: "https://b.example", KeyID: "k1", Lifetime: time.Minute,
				Header: map[string]any{"x5t#S256": "t", "typ": "client-authentication+jwt"},
				Claims: map[string]any{"sub": "other", "iat": nil, "nbf": 1767323000, "aud": []string{"a", "b"}},
			},
			map[string]any{"alg": "HS256", "typ": "client-authentication+jwt", "kid": "k1", "x5t#S256": "t"},
			map[string]any{"iss": "id", "sub": "other", "aud": []any{"a", "b"}, "nbf": 1767323000., "exp": 1767323105.},
		},
	} {
		jwt, _ := assertionOf(t, token.Endpoint{URL: "https://a.example/token", Issuer: tt.issuer, Client: token.Client{
			ID: "id", Secret: secret.New("s"), Auth: token.AuthSecretJWT, Assertion: tt.assertion,
		}})
		header, claims := readJWT(t, jwt)
		if id, _ := claims["jti"].(string); len(id) < 22 {
			t.Errorf("%s: the jti %q has less than 128 bits", tt.name, id)
		}
		delete(claims, "jti")
		if diff := cmp.Diff([]any{tt.header, tt.claims}, []any{header, claims}); diff != "" {
			t.Errorf("%s: header and claims (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestAssertForAGrant(t *testing.T) {
	t.Parallel()
	e := token.Endpoint{URL: "https://a.example/token", Server: token.Server{JWS: testJWS, Now: func() time.Time { return now }}}
	jwt, err := e.Assert(token.Assertion{Key: secret.New("s"), Claims: map[string]any{"scope": "a"}}, "service", "user")
	if err != nil {
		t.Fatal(err)
	}
	_, claims := readJWT(t, jwt)
	if claims["iss"] != "service" || claims["sub"] != "user" || claims["scope"] != "a" {
		t.Errorf("the claims are %v", claims)
	}
}
