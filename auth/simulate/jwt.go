package simulate

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
)

// verifyJWT verifies a token that was signed with a key, a secret or a private
// key in PEM, and gives its claims and header. An error continues a sentence.
func verifyJWT(text, key string) (claims, header map[string]any, err error) {
	part := strings.Split(text, ".")
	if len(part) != 3 {
		return nil, nil, errors.New("is no JSON Web Token")
	}
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil || decodePart(part[0], &header) != nil || decodePart(part[1], &claims) != nil {
		return nil, nil, errors.New("is no JSON Web Token")
	}
	alg, _ := header["alg"].(string)
	data := []byte(part[0] + "." + part[1])
	if strings.HasPrefix(alg, "HS") {
		want, err := formula.SignJWS(alg, key, data, nil)
		if err != nil || !bytes.Equal(want, signature) {
			return nil, nil, errors.New("is not signed with the right secret")
		}
		return claims, header, nil
	}
	signer, err := sign.PrivateKey(key)
	if err != nil || !verifies(alg, signer.Public(), data, signature) {
		return nil, nil, errors.New("is not signed with the right key")
	}
	return claims, header, nil
}

func decodePart(text string, to *map[string]any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, to)
}

// verifies checks a signature by an algorithm of RFC 7518 3.1.
func verifies(alg string, key crypto.PublicKey, data, signature []byte) bool {
	if alg == "EdDSA" {
		k, ok := key.(ed25519.PublicKey)
		return ok && ed25519.Verify(k, data, signature)
	}
	if len(alg) != 5 {
		return false
	}
	hash, sum := crypto.SHA256, func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }
	switch alg[2:] {
	case "384":
		hash, sum = crypto.SHA384, func(b []byte) []byte { s := sha512.Sum384(b); return s[:] }
	case "512":
		hash, sum = crypto.SHA512, func(b []byte) []byte { s := sha512.Sum512(b); return s[:] }
	}
	switch k := key.(type) {
	case *rsa.PublicKey:
		if alg[:2] == "PS" {
			return rsa.VerifyPSS(k, hash, sum(data), signature, nil) == nil
		}
		return alg[:2] == "RS" && rsa.VerifyPKCS1v15(k, hash, sum(data), signature) == nil
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		return alg[:2] == "ES" && half == (k.Curve.Params().BitSize+7)/8 &&
			ecdsa.Verify(k, sum(data), new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:]))
	}
	return false
}

// A dpopProof is what a proof of possession says (RFC 9449 4.2).
type dpopProof struct {
	claims     map[string]any
	thumbprint string
}

// readProof verifies a proof by the key that it names.
func readProof(text string) (*dpopProof, error) {
	part := strings.Split(text, ".")
	var header, claims map[string]any
	if len(part) != 3 || decodePart(part[0], &header) != nil || decodePart(part[1], &claims) != nil {
		return nil, errors.New("the header DPoP is no JSON Web Token")
	}
	jwk, _ := header["jwk"].(map[string]any)
	coordinate := func(name string) []byte {
		text, _ := jwk[name].(string)
		b, _ := base64.RawURLEncoding.DecodeString(text)
		return b
	}
	x, y := coordinate("x"), coordinate("y")
	signature, err := base64.RawURLEncoding.DecodeString(part[2])
	if err != nil || header["typ"] != "dpop+jwt" || header["alg"] != "ES256" || jwk["crv"] != "P-256" || jwk["d"] != nil || len(x) != 32 || len(y) != 32 {
		return nil, errors.New("the header DPoP is no proof with a public key on P-256 (RFC 9449 4.2)")
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err != nil || !verifies("ES256", key, []byte(part[0]+"."+part[1]), signature) {
		return nil, errors.New("the proof in the header DPoP is not signed with the key that it names")
	}
	canonical, err := json.Marshal(map[string]any{"crv": "P-256", "kty": "EC", "x": jwk["x"], "y": jwk["y"]})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(canonical)
	return &dpopProof{claims, base64.RawURLEncoding.EncodeToString(sum[:])}, nil
}

// proofKey returns the thumbprint of the key that a request proves to have; ""
// for none.
func proofKey(r *request) string {
	if proof, err := readProof(r.header.Get("DPoP")); err == nil {
		return proof.thumbprint
	}
	return ""
}

// proof checks the proof of a request where the configuration says dpop, or the
// access token is bound to a key. It asks once for a nonce (RFC 9449 8).
func (p *Provider) proof(c *Config, r *request, access string) *reply {
	text := r.header.Get("DPoP")
	if text == "" && (c == nil || !c.Value.Get("dpop").Truthy()) && access == "" {
		return nil
	}
	status := http.StatusBadRequest
	if access != "" {
		status = http.StatusUnauthorized
	}
	bad := func(why string) *reply { return refuse(status, "invalid_dpop_proof", "%s", why) }
	proof, err := readProof(text)
	if err != nil {
		return bad(err.Error())
	}
	here := *r.url
	here.RawQuery, here.Fragment = "", ""
	id, _ := proof.claims["jti"].(string)
	at, _ := proof.claims["iat"].(float64)
	now := float64(p.facts.Now().Unix())
	switch {
	case proof.claims["htm"] != r.method:
		return bad("the proof is for another method (htm, RFC 9449 4.3)")
	case proof.claims["htu"] != here.String():
		return bad("the proof is for another address (htu, RFC 9449 4.3)")
	case id == "" || p.proofs[id]:
		return bad("the proof was used before (jti, RFC 9449 4.3)")
	case at < now-300 || at > now+300:
		return bad("the proof was made at another time (iat, RFC 9449 4.3)")
	}
	p.proofs[id] = true
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		if proof.claims["ath"] != base64.RawURLEncoding.EncodeToString(sum[:]) {
			return bad("the proof names another access token (ath, RFC 9449 4.3)")
		}
		if t := p.find(access); t == nil || t.Key != proof.thumbprint {
			return bad("the access token is bound to another key")
		}
	}
	if p.nonce == "" {
		p.nonce = "simnonce" + p.random(8)
	}
	if proof.claims["nonce"] != p.nonce {
		a := refuse(status, "use_dpop_nonce", "the server wants its nonce in the proof")
		a.why = ""
		a.header = http.Header{"Dpop-Nonce": {p.nonce}, "Www-Authenticate": {`DPoP error="use_dpop_nonce"`}}
		return a
	}
	return nil
}

// signedToken makes a JSON Web Token with a key that everybody knows.
func signedToken(now time.Time, claims map[string]any) string {
	claims["iat"], claims["exp"] = now.Unix(), now.Add(Lifetime).Unix()
	jws := func(alg, key string, data []byte) ([]byte, error) { return formula.SignJWS(alg, key, data, nil) }
	text, err := sign.Token(jws, "RS256", formula.ThrowAwayKey("RS256"), nil, claims)
	if err != nil {
		return ""
	}
	return text
}
