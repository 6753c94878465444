package formula_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// ecKey is a throw-away key of these tests.
const ecKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKifPCs0YI+GuDMRe
iY9ZHhwGiYkCliy1Dr0qLwt+e5mhRANCAARUNTlVbdOm3brKDU5Rdq18Gwac+ieh
1Njou5R+KQjj9nIclwNoZc0GvAFNnznKTuowVd45nGB2yeHE4TPBYnpa
-----END PRIVATE KEY-----
`

func pemOf(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func sign(t testing.TB, alg, key string) (string, error) {
	t.Helper()
	vars := formula.Object(formula.Member{Key: "key", Value: formula.String(key)}, formula.Member{Key: "alg", Value: formula.String(alg)})
	v, err := evalExpr(t, `jwt({"iss": "a"}, key, {"alg": alg, "header": {"kid": "k"}})`, vars.String())
	return v.Text(), err
}

func TestJWTSignatures(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, edKey, _ := ed25519.GenerateKey(rand.Reader)
	ec := map[string]*ecdsa.PrivateKey{}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		if ec[name], err = ecdsa.GenerateKey(curve, rand.Reader); err != nil {
			t.Fatal(err)
		}
	}
	hashes := map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}
	verify := func(alg string, key any, data, signature []byte) bool {
		h := hashes[strings.TrimLeft(alg, "RPES")]
		var digest []byte
		if h != 0 {
			hash := h.New()
			hash.Write(data)
			digest = hash.Sum(nil)
		}
		switch k := key.(type) {
		case *rsa.PrivateKey:
			if alg[0] == 'P' {
				return rsa.VerifyPSS(&k.PublicKey, h, digest, signature, &rsa.PSSOptions{SaltLength: h.Size()}) == nil
			}
			return rsa.VerifyPKCS1v15(&k.PublicKey, h, digest, signature) == nil
		case *ecdsa.PrivateKey:
			n := len(signature) / 2
			return ecdsa.Verify(&k.PublicKey, digest, new(big.Int).SetBytes(signature[:n]), new(big.Int).SetBytes(signature[n:]))
		case ed25519.PrivateKey:
			return ed25519.Verify(k.Public().(ed25519.PublicKey), data, signature)
		}
		return false
	}
	for alg, key := range map[string]any{
		"RS256": rsaKey, "RS384": rsaKey, "RS512": rsaKey, "PS256": rsaKey, "PS384": rsaKey, "PS512": rsaKey,
		"ES256": ec["ES256"], "ES384": ec["ES384"], "ES512": ec["ES512"], "EdDSA": edKey,
	} {
		token, err := sign(t, alg, pemOf(t, key))
		if err != nil {
			t.Errorf("%s: %v", alg, err)
			continue
		}
		data, encoded := token[:strings.LastIndexByte(token, '.')], token[strings.LastIndexByte(token, '.')+1:]
		signature, err := base64.RawURLEncoding.DecodeString(encoded)
		if err != nil || !verify(alg, key, []byte(data), signature) {
			t.Errorf("%s: the signature of %s does not hold: %v", alg, token, err)
		}
		header, _ := base64.RawURLEncoding.DecodeString(token[:strings.IndexByte(token, '.')])
		if want := `{"alg":"` + alg + `","typ":"JWT","kid":"k"}`; string(header) != want {
			t.Errorf("%s: header %s, want %s", alg, header, want)
		}
		if again, err := sign(t, alg, pemOf(t, key)); err != nil || again != token {
			t.Errorf("%s: the same run gives another token: %v", alg, err)
		}
	}
}

func TestJWTKeyForms(t *testing.T) {
	want, err := sign(t, "ES256", ecKey)
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(ecKey))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalECPrivateKey(key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	for name, form := range map[string]string{
		"escaped line breaks":  strings.ReplaceAll(ecKey, "\n", `\n`),
		"windows line breaks":  strings.ReplaceAll(ecKey, "\n", "\r\n"),
		"blanks":               strings.ReplaceAll(ecKey, "\n", " "),
		"one line":             strings.ReplaceAll(ecKey, "\n", ""),
		"only base64":          base64.StdEncoding.EncodeToString(block.Bytes),
		"text before":          "Key of the app:\n" + ecKey,
		"the form of SEC 1":    string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})),
		"parameters before it": "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + ecKey,
	} {
		if got, err := sign(t, "ES256", form); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, want)
		}
	}
}

func TestJWTErrors(t *testing.T) {
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	vars := formula.Object(
		formula.Member{Key: "ec", Value: formula.String(ecKey)},
		formula.Member{Key: "short", Value: formula.String(pemOf(t, short))},
	).String()
	for _, c := range []struct{ in, want string }{
		{`jwt("a", "k", {"alg": "HS256"})`, `jwt: the claims are an object, not text`},
		{`jwt({}, 1, {"alg": "HS256"})`, `jwt: the key: text or bytes are wanted, not a number; string() makes text of it`},
		{`jwt({}, "", {"alg": "HS256"})`, `jwt: the key is empty`},
		{`jwt({}, "k", "HS256")`, `jwt: the third argument is {alg, header}, not text`},
		{`jwt({}, "k", {})`, `jwt: an algorithm is wanted, as in {"alg": "RS256"}`},
		{`jwt({}, "k", {"alg": "HS256", "headers": {}})`, `jwt: unknown option "headers"; options are alg and header`},
		{`jwt({}, "k", {"alg": "none"})`, `jwt: a token without a signature is not made`},
		{`jwt({}, "k", {"alg": "HS257"})`, `jwt: unknown algorithm "HS257"; there are HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA`},
		{`jwt({}, "k", {"alg": "HS256", "header": {"alg": "none"}})`, `jwt: the header must not name another algorithm`},
		{`jwt({}, "k", {"alg": "HS256", "header": 1})`, `jwt: the header is an object, not a number`},
		{`jwt({}, "k", {"alg": "RS256"})`, `jwt: the key is not PEM, nor base64`},
		{`jwt({}, "AQID", {"alg": "RS256"})`, `jwt: there is no private key in the text that can be read`},
		{`jwt({}, ec, {"alg": "RS256"})`, `jwt: RS256 wants an RSA key, and the key is another one`},
		{`jwt({}, ec, {"alg": "ES384"})`, `jwt: ES384 wants a key on another curve than P-256`},
		{`jwt({}, ec, {"alg": "EdDSA"})`, `jwt: EdDSA wants an Ed25519 key, and the key is another one`},
		{`jwt({}, "-----BEGIN ENCRYPTED PRIVATE KEY----- AQID -----END ENCRYPTED PRIVATE KEY-----", {"alg": "ES256"})`, `jwt: the key is encrypted; it is wanted without a passphrase`},
		{`jwt({}, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\nAQID\n-----END RSA PRIVATE KEY-----", {"alg": "RS256"})`, `jwt: the key is encrypted; it is wanted without a passphrase`},
		{`jwt({}, "-----BEGIN PRIVATE KEY----- AQ", {"alg": "ES256"})`, `jwt: the key is not PEM, nor base64`},
		{`pem("-----BEGIN A----- AQID -----END B-----")`, `pem: the key is not PEM, nor base64`},
		{`pem("AQID", "a\nb")`, `pem: the label is capitals, digits and blanks, such as RSA PRIVATE KEY`},
		{`pem("")`, `pem: the key is not PEM, nor base64`},
	} {
		got, err := evalExpr(t, c.in, vars)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s is %v, %v\nwant %s", c.in, got, err, c.want)
		}
	}
	program, _ := formula.Compile(parse(t, `{"$expr": "jwt({}, short, {\"alg\": \"PS256\"})"}`), formula.Options{})
	if _, err := program.Eval(parse(t, vars), formula.Run{}); err == nil || err.Error() != "jwt: this run has no randomness" {
		t.Errorf("PS256 without randomness: %v", err)
	}
}
