package token

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	maxIDToken = 256 << 10 // bytes
	maxKeySet  = 512 << 10 // bytes of a JWK set
	minRSA     = 2048      // bits (RFC 7518 3.3)
	leeway     = 60 * time.Second
)

// idTokenAlgorithms are those whose key is public. None and the HMACs are not
// among them: a server's public key must never do as a shared secret.
var idTokenAlgorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// VerifyIDToken checks an ID token (OpenID Connect Core 3.1.3.7) and gives its
// claims, whose numbers are json.Numbers. The signature is checked with the keys
// at jwksURI, which are read anew once if none has the token's kid. The issuer
// and the audience must be the issuer and the client; nonce must be the one of
// the authorization request, and is not looked at where that is empty. Clocks may
// differ by a minute. No error holds more of the token than its issuer, its times,
// its kid and its alg.
func (s *Server) VerifyIDToken(ctx context.Context, raw, issuer, clientID, nonce, jwksURI string) (map[string]any, error) {
	if issuer == "" || clientID == "" {
		return nil, errors.New("an ID token can only be checked for a known issuer and client")
	}
	token, err := parseIDToken(raw)
	if err != nil {
		return nil, err
	}
	address, err := checkEndpoint(jwksURI, true)
	if err != nil {
		return nil, fmt.Errorf("the address of the server's keys (jwks_uri) cannot be used: %w", err)
	}
	payload, err := s.verifySignature(ctx, token, address)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(payload))
	decoder.UseNumber()
	var claims map[string]any
	if err := decoder.Decode(&claims); err != nil || claims == nil {
		return nil, errors.New("the ID token holds no JSON object")
	}
	now := time.Now()
	if s.Now != nil {
		now = s.Now()
	}
	if err := checkClaims(claims, issuer, clientID, nonce, now); err != nil {
		return nil, err
	}
	return claims, nil
}

// parseIDToken reads a token whose algorithm may be used, and checks nothing
// else.
func parseIDToken(raw string) (*jose.JSONWebSignature, error) {
	if len(raw) > maxIDToken {
		return nil, fmt.Errorf("the ID token is larger than %d bytes", maxIDToken)
	}
	token, err := jose.ParseSignedCompact(raw, idTokenAlgorithms)
	var other *jose.ErrUnexpectedSignatureAlgorithm
	switch {
	case errors.As(err, &other):
		return nil, fmt.Errorf("the ID token is signed with the algorithm %q, which is not accepted: RS, PS or ES with 256, 384 or 512, or EdDSA was expected",
			plain(string(other.Got), maxCode))
	case err != nil || len(token.Signatures) != 1:
		return nil, errors.New("the ID token is no signed JSON Web Token")
	}
	if _, ok := token.Signatures[0].Header.ExtraHeaders["crit"]; ok {
		return nil, errors.New("the ID token has critical header parameters, of which none is known here")
	}
	return token, nil
}

// verifySignature gives what a known key of the server signed.
func (s *Server) verifySignature(ctx context.Context, token *jose.JSONWebSignature, address *url.URL) ([]byte, error) {
	header := token.Signatures[0].Header
	for range 2 { // a key that was changed a moment ago may come with the second
		keys, err := s.keySet(ctx, address)
		if err != nil {
			return nil, err
		}
		keys = slices.DeleteFunc(keys, func(k jose.JSONWebKey) bool { return !fits(&k, &header) })
		for _, key := range keys {
			if payload, err := token.Verify(key.Key); err == nil {
				return payload, nil
			}
		}
		if len(keys) > 0 {
			return nil, errors.New("the signature of the ID token is wrong")
		}
	}
	return nil, fmt.Errorf("%s has no key for the ID token (kid %q, alg %s)", originOf(address), plain(header.KeyID, maxCode), plain(header.Algorithm, maxCode))
}

// keySet reads a JWK set (RFC 7517 5) and passes over the keys in it that
// cannot be used.
func (s *Server) keySet(ctx context.Context, address *url.URL) ([]jose.JSONWebKey, error) {
	r, failed := fetch(ctx, s.Transport, address, maxKeySet)
	if failed != nil {
		return nil, failed
	}
	if r.status != http.StatusOK {
		return nil, &Error{Kind: Failed, Origin: r.origin, Status: r.status, Problem: "no keys (jwks_uri)"}
	}
	var set struct{ Keys []json.RawMessage }
	if err := json.Unmarshal(r.body, &set); err != nil {
		return nil, r.unusable("the keys (jwks_uri) are no JWK set")
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if err := key.UnmarshalJSON(raw); err == nil {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// fits says whether a key may check a signature: it is public, meant for that,
// and of the kind that the algorithm wants.
func fits(key *jose.JSONWebKey, header *jose.Header) bool {
	if key.Use != "" && key.Use != "sig" || key.Algorithm != "" && key.Algorithm != header.Algorithm ||
		header.KeyID != "" && key.KeyID != header.KeyID {
		return false
	}
	kind := header.Algorithm[:2]
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		return (kind == "RS" || kind == "PS") && k.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return kind == "ES"
	case ed25519.PublicKey:
		return kind == "Ed"
	}
	return false
}

// checkClaims checks what the signature vouches for.
func checkClaims(claims map[string]any, issuer, clientID, nonce string, now time.Time) error {
	if got := member(claims, "iss"); got != issuer {
		return fmt.Errorf("the ID token is of the issuer %q and not of %q", plain(got, maxOrigin), plain(issuer, maxOrigin))
	}
	audience := listOf(claims, "aud")
	if one := member(claims, "aud"); one != "" {
		audience = []string{one}
	}
	azp, hasAZP := claims["azp"]
	switch {
	case !slices.Contains(audience, clientID):
		return errors.New("the ID token is not for this client (aud)")
	case len(audience) > 1 && !hasAZP:
		return errors.New("the ID token is for several, and does not say for whom it was made (azp)")
	case hasAZP && azp != clientID:
		return errors.New("the ID token was made for another client (azp)")
	}
	if err := checkTimes(claims, now); err != nil {
		return err
	}
	if nonce != "" && subtle.ConstantTimeCompare([]byte(member(claims, "nonce")), []byte(nonce)) != 1 {
		return errors.New("the ID token is not of this login (nonce)")
	}
	return nil
}

// checkTimes checks when the token was made and until when it is good.
func checkTimes(claims map[string]any, now time.Time) error {
	expiry, ok := numericDate(claims["exp"])
	if !ok {
		return errors.New("the ID token does not say when it expires (exp)")
	}
	if !now.Before(expiry.Add(leeway)) {
		return fmt.Errorf("the ID token expired at %s (exp); the clock here says %s", stamp(expiry), stamp(now))
	}
	for _, name := range []string{"iat", "nbf"} {
		at, ok := numericDate(claims[name])
		switch {
		case ok && at.After(now.Add(leeway)):
			return fmt.Errorf("the ID token is of the future: %s is %s, and the clock here says %s", name, stamp(at), stamp(now))
		case !ok && (name == "iat" || claims[name] != nil):
			return fmt.Errorf("the ID token does not say when it was made (%s)", name)
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// numericDate reads seconds since 1970 (RFC 7519 2), up to the year 9999.
func numericDate(value any) (time.Time, bool) {
	seconds, ok := numberOf(value)
	if !ok || seconds < 0 || seconds > 253402300799 {
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)), true
}
