package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/token"
)

func TestPrivateKeyPEM(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	for want, key := range map[string]signingKey{
		"RS256": keys.rsa, "ES256": keys.p256, "ES384": keys.p384, "ES512": keys.p521, "EdDSA": keys.ed25519,
	} {
		jwk, err := (jose.JSONWebKey{Key: key.private, KeyID: "k"}).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		text, err := token.PrivateKeyPEM("\n " + string(jwk))
		if err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		block, rest := pem.Decode([]byte(text))
		if block == nil || len(rest) > 0 || block.Type != "PRIVATE KEY" {
			t.Errorf("%s: the text is no single block of PEM", want)
			continue
		}
		got, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil || !key.private.(interface{ Equal(crypto.PrivateKey) bool }).Equal(got) {
			t.Errorf("%s: another key came out, or none: %v", want, err)
		}
		if alg := token.FitAlgorithm(text); alg != want {
			t.Errorf("FitAlgorithm = %q, want %q", alg, want)
		}
		if again, err := token.PrivateKeyPEM(text); err != nil || again != text {
			t.Errorf("%s: PEM did not stay as it is: %v", want, err)
		}
	}
}

func TestPrivateKeyPEMRefusesWithoutTheKey(t *testing.T) {
	t.Parallel()
	const d = "c2VjcmV0LXNjYWxhci1vZi10aGUta2V5LWhlcmUtMzI"
	tests := map[string]struct{ jwk, want string }{
		"a public key": {
			`{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}`,
			"the JWK is a public key, and a private one, with the member d, was expected",
		},
		"a shared secret":  {`{"kty":"oct","k":"` + d + `"}`, "the JWK is a shared secret (kty oct), and a private key was expected"},
		"another curve":    {`{"kty":"OKP","crv":"X25519","x":"AA","d":"` + d + `"}`, "the JWK is of a kind that cannot sign here: kty RSA, EC, or OKP with the curve Ed25519 was expected"},
		"no kty":           {`{"d":"` + d + `"}`, "the JWK cannot be read: a JSON object with kty and the members of RFC 7518 6 was expected"},
		"a broken member":  {`{"kty":"EC","crv":"P-256","x":"!","y":"!","d":"` + d + `"}`, "the JWK cannot be read: a JSON object with kty and the members of RFC 7518 6 was expected"},
		"broken JSON":      {`{"kty":"EC","d":"` + d, "the JWK cannot be read: a JSON object with kty and the members of RFC 7518 6 was expected"},
		"an unknown curve": {`{"kty":"EC","crv":"` + d + `","x":"AA","y":"AA","d":"AA"}`, "the JWK cannot be read: a JSON object with kty and the members of RFC 7518 6 was expected"},
		"without end":      {`{"kty":"` + strings.Repeat("x", 64<<10) + `"}`, "the JWK is larger than 64 KiB"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := token.PrivateKeyPEM(test.jwk)
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" || got != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFitAlgorithmReadsEveryForm(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	ec := keys.p256.private.(*ecdsa.PrivateKey)
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := x509.MarshalPKCS1PrivateKey(keys.rsa.private.(*rsa.PrivateKey))
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	public, err := x509.MarshalPKIXPublicKey(ec.Public())
	if err != nil {
		t.Fatal(err)
	}
	written := block("PRIVATE KEY", pkcs8)
	tests := map[string]struct{ text, want string }{
		"PKCS #8":                 {written, "ES256"},
		"SEC 1":                   {block("EC PRIVATE KEY", sec1), "ES256"},
		"PKCS #1":                 {block("RSA PRIVATE KEY", pkcs1), "RS256"},
		"PKCS #1 under PKCS #8":   {block("PRIVATE KEY", pkcs1), "RS256"},
		"parameters before it":    {block("EC PARAMETERS", []byte{6, 8}) + block("EC PRIVATE KEY", sec1), "ES256"},
		"blanks for line breaks":  {strings.ReplaceAll(written, "\n", " "), "ES256"},
		"no line breaks":          {strings.ReplaceAll(written, "\n", ""), "ES256"},
		"escapes for line breaks": {strings.ReplaceAll(written, "\n", `\n`), "ES256"},
		"a public key":            {block("PUBLIC KEY", public), ""},
		"a text":                  {"a shared secret", ""},
		"base64 that is no key":   {block("PRIVATE KEY", []byte("no key")), ""},
		"damaged":                 {"-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----", ""},
		"without an end":          {"-----BEGIN PRIVATE KEY-----\n" + base64.StdEncoding.EncodeToString(pkcs8), ""},
		"nothing":                 {"", ""},
	}
	for name, test := range tests {
		if got := token.FitAlgorithm(test.text); got != test.want {
			t.Errorf("%s: FitAlgorithm = %q, want %q", name, got, test.want)
		}
	}
}

// jsonOf decodes JSON for a comparison.
func jsonOf(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
