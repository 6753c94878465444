package token

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
)

// typeAssertion is the client_assertion_type of RFC 7523 2.2.
const typeAssertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// assertionLife is the lifetime of an assertion that declares none.
const assertionLife = 5 * time.Minute

// addAssertion adds an assertion of the client about itself (RFC 7523 2.2).
func (e *Endpoint) addAssertion(method string, p Params) (Params, error) {
	p, err := e.addID(p) // some servers want it (RFC 7521 4.2 allows it)
	if err != nil {
		return nil, err
	}
	a := e.Client.Assertion
	shared := strings.HasPrefix(a.Alg, "HS")
	switch {
	case method == AuthKeyJWT && (shared || a.Alg == "" && a.isShared()):
		return nil, fmt.Errorf("the assertion of the client would be signed with a shared secret: the client authentication is %s then", AuthSecretJWT)
	case method == AuthSecretJWT && a.Alg != "" && !shared:
		return nil, fmt.Errorf("the algorithm %s is for a private key: the client authentication is %s then", plain(a.Alg, maxCode), AuthKeyJWT)
	case method == AuthSecretJWT && a.Key.IsZero():
		a.Key = e.Client.Secret
	}
	if method == AuthSecretJWT && a.Alg == "" {
		a.Alg = "HS256"
	}
	text, err := e.Assert(a, e.Client.ID, e.Client.ID)
	if err != nil {
		return nil, err
	}
	return p.with("client_assertion_type", typeAssertion).with("client_assertion", text), nil
}

// Assert signs an assertion of issuer about subject (RFC 7523 3), for a client
// or as a grant: for the server of this endpoint unless it names another
// audience, for one use, and by the algorithm that fits the key unless it
// names one. A declared claim that is nil is left out.
func (e *Endpoint) Assert(a Assertion, issuer, subject string) (string, error) {
	switch {
	case e.Server.JWS == nil:
		return "", errors.New("nothing is there to sign an assertion with")
	case a.Key.IsZero():
		return "", errors.New("the assertion has no key to be signed with")
	case a.Lifetime < 0:
		return "", fmt.Errorf("the lifetime of an assertion is positive, not %s", a.Lifetime)
	}
	alg, keyID, key, err := a.signing()
	if err != nil {
		return "", err
	}
	claims, err := e.claims(a, issuer, subject)
	if err != nil {
		return "", err
	}
	header := map[string]any{}
	if keyID != "" {
		header["kid"] = keyID
	}
	text, err := sign.Token(e.Server.JWS, alg, key, declared(header, a.Header), claims)
	if err != nil {
		return "", fmt.Errorf("the assertion cannot be signed: %w", err)
	}
	return text, nil
}

// isShared says of a key without an algorithm whether it is a secret that both
// sides know: whatever does not look like a private key.
func (a *Assertion) isShared() bool {
	key := a.Key.Reveal()
	return !strings.Contains(key, "-----") && !strings.HasPrefix(strings.TrimSpace(key), "{")
}

// signing gives what the assertion is signed with: what is declared, else what
// the JWK says, else what fits the key. The key is a secret or PEM.
func (a *Assertion) signing() (alg, keyID, key string, err error) {
	alg, keyID, key = a.Alg, a.KeyID, a.Key.Reveal()
	if strings.HasPrefix(alg, "HS") || alg == "" && a.isShared() {
		return first(alg, "HS256"), keyID, key, nil
	}
	if strings.HasPrefix(strings.TrimSpace(key), "{") {
		var jwk struct{ Alg, Kid string }
		_ = json.Unmarshal([]byte(key), &jwk) // PrivateKeyPEM says what is wrong
		alg, keyID = first(alg, jwk.Alg), first(keyID, jwk.Kid)
	}
	key, err = PrivateKeyPEM(key)
	if err == nil && alg == "" {
		if alg = FitAlgorithm(key); alg == "" {
			err = errors.New("the key of the assertion is no private key that can be read: RSA, EC or Ed25519 in PEM or as a JWK was expected")
		}
	}
	return alg, keyID, key, err
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// claims are those of an assertion (RFC 7523 3).
func (e *Endpoint) claims(a Assertion, issuer, subject string) (map[string]any, error) {
	id := make([]byte, 16)
	if _, err := io.ReadFull(e.rand(), id); err != nil {
		return nil, fmt.Errorf("make the id of an assertion: %w", err)
	}
	lifetime, now := a.Lifetime, e.now()
	if lifetime == 0 {
		lifetime = assertionLife
	}
	return declared(map[string]any{
		"iss": issuer,
		"sub": subject,
		"aud": first(a.Audience, first(e.Issuer, e.URL)),
		"jti": base64.RawURLEncoding.EncodeToString(id),
		"iat": now.Unix(),
		"exp": now.Add(lifetime).Unix(),
	}, a.Claims), nil
}

// declared puts what was declared over what is made. Nil takes a member away.
func declared(made, more map[string]any) map[string]any {
	for name, value := range more {
		if made[name] = value; value == nil {
			delete(made, name)
		}
	}
	return made
}
