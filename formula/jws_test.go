package formula_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// TestSignJWS holds the exported signature against that of jwt, over the same
// bytes and with the same randomness.
func TestSignJWS(t *testing.T) {
	for _, alg := range formula.JWSAlgorithms() {
		key := formula.ThrowAwayKey(alg)
		if strings.HasPrefix(alg, "HS") {
			key = "shared"
		}
		token, err := jwtOf(t, alg, key, formula.Run{Rand: rand.NewChaCha8([32]byte{})})
		if err != nil {
			t.Errorf("%s: %v", alg, err)
			continue
		}
		end := strings.LastIndexByte(token, '.')
		signature, err := formula.SignJWS(alg, key, []byte(token[:end]), rand.NewChaCha8([32]byte{}))
		if got := base64.RawURLEncoding.EncodeToString(signature); err != nil || got != token[end+1:] {
			t.Errorf("%s: SignJWS gives %s, %v; jwt has %s", alg, got, err, token[end+1:])
		}
	}
}

func TestSignJWSErrors(t *testing.T) {
	const private = "a-key-that-must-not-be-shown"
	for _, c := range []struct{ name, alg, key, want string }{
		{"unknown algorithm", "HS1", private, `unknown algorithm "HS1"; there are HS256, HS384, HS512, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and EdDSA`},
		{"no signature", "none", private, "a token without a signature is not made"},
		{"no key", "HS256", "", "the key is empty"},
		{"no PEM", "RS256", private, "the key is not PEM, nor base64"},
		{"another kind of key", "RS256", formula.ThrowAwayKey("ES256"), "RS256 wants an RSA key, and the key is another one"},
		{"another curve", "ES384", formula.ThrowAwayKey("ES256"), "ES384 wants a key on another curve than P-256"},
		{"no randomness", "PS256", formula.ThrowAwayKey("PS256"), "this run has no randomness"},
	} {
		if _, err := formula.SignJWS(c.alg, c.key, nil, nil); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// jwtOf evaluates a token.
func jwtOf(t *testing.T, alg, key string, run formula.Run) (string, error) {
	t.Helper()
	program, problems := formula.Compile(parse(t, `{"$expr": "jwt({\"iss\": \"a\"}, pem(key), {\"alg\": alg})"}`), formula.Options{})
	if strings.HasPrefix(alg, "HS") {
		program, problems = formula.Compile(parse(t, `{"$expr": "jwt({\"iss\": \"a\"}, key, {\"alg\": alg})"}`), formula.Options{})
	}
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	v, err := program.Eval(formula.Object(formula.Member{Key: "key", Value: formula.String(key)}, formula.Member{Key: "alg", Value: formula.String(alg)}), run)
	return v.Text(), err
}

// TestThrowAwayKeys signs in runs whose values are placeholders: the same
// token each time, as if the throw-away key had been given.
func TestThrowAwayKeys(t *testing.T) {
	run := func() formula.Run { return formula.Run{Rand: rand.NewChaCha8([32]byte{}), ThrowAway: true} }
	for _, alg := range formula.JWSAlgorithms() {
		key := formula.ThrowAwayKey(alg)
		block, _ := pem.Decode([]byte(key))
		if strings.HasPrefix(alg, "HS") {
			if key != "" {
				t.Errorf("%s has a throw-away key", alg)
			}
			continue
		}
		if block == nil {
			t.Errorf("%s: the throw-away key is no PEM", alg)
			continue
		}
		if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		want, err := jwtOf(t, alg, key, run())
		if err != nil {
			t.Errorf("%s: %v", alg, err)
		}
		for _, placeholder := range []string{"{{parameter.privateKey}}", "p0123456789abcdef0123"} {
			if got, err := jwtOf(t, alg, placeholder, run()); err != nil || got != want {
				t.Errorf("%s with %s: %s, %v; want %s", alg, placeholder, got, err, want)
			}
		}
		if _, err := jwtOf(t, alg, "{{parameter.privateKey}}", formula.Run{}); err == nil {
			t.Errorf("%s: a placeholder is a key in a run with true values", alg)
		}
	}
	if key := formula.ThrowAwayKey("none"); key != "" {
		t.Errorf("none has the throw-away key %s", key)
	}
}

// TestThrowAwayRuns keeps what is no stand-in: a true key, an empty one, and
// secrets that both sides know.
func TestThrowAwayRuns(t *testing.T) {
	run := formula.Run{ThrowAway: true}
	signed, err := jwtOf(t, "ES256", ecKey, formula.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := jwtOf(t, "ES256", ecKey, run); err != nil || got != signed {
		t.Errorf("a true key: %s, %v; want %s", got, err, signed)
	}
	if _, err := jwtOf(t, "ES256", " ", run); err == nil {
		t.Error("an empty key signs")
	}
	shared, err := jwtOf(t, "HS256", "{{parameter.secret}}", formula.Run{})
	if got, again := jwtOf(t, "HS256", "{{parameter.secret}}", run); err != nil || again != nil || got != shared {
		t.Errorf("a shared secret: %s, %v; want %s, %v", got, again, shared, err)
	}
}
