package token_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/token"
)

func TestVerifyIDToken(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	all := jwks(t, nil, keys.p256, keys.p384, keys.p521, keys.ed25519, keys.rsa)
	for _, key := range []signingKey{keys.rsa, keys.pss, keys.p256, keys.p384, keys.p521, keys.ed25519} {
		for _, kid := range []string{key.kid, ""} { // with no kid each key that fits is tried
			key := key
			key.kid = kid
			claims, err := verify(t, idToken(t, key, func(c map[string]any) { c["big"] = json.Number("12345678901234567890") }), all)
			if err != nil {
				t.Errorf("%s, kid %q: %v", key.alg, kid, err)
				continue
			}
			want := map[string]any{
				"iss": issuer, "aud": "client", "sub": "user", "nonce": "nonce-1",
				"iat": json.Number("1800000000"), "exp": json.Number("1800000300"), "big": json.Number("12345678901234567890"),
			}
			if diff := cmp.Diff(want, claims); diff != "" {
				t.Errorf("%s claims (-want +got):\n%s", key.alg, diff)
			}
		}
	}
}

func TestMust10IDTokenClaims(t *testing.T) {
	t.Parallel()
	set := func(name string, value any) func(map[string]any) {
		return func(c map[string]any) { c[name] = value }
	}
	without := func(name string) func(map[string]any) { return func(c map[string]any) { delete(c, name) } }
	both := func(more map[string]any) func(map[string]any) {
		return func(c map[string]any) { maps.Copy(c, more) }
	}
	at := func(d time.Duration) int64 { return idNow.Add(d).Unix() }
	tests := map[string]struct {
		change func(map[string]any)
		want   string // "" where the token is good
	}{
		"several audiences and the client's azp": {both(map[string]any{"aud": []string{"other", "client"}, "azp": "client"}), ""},
		"a list of one":                          {set("aud", []string{"client"}), ""},
		"expired within the leeway":              {set("exp", at(-59*time.Second)), ""},
		"made in the future within the leeway":   {set("iat", at(59*time.Second)), ""},
		"a fraction of a second":                 {set("exp", 1_800_000_300.5), ""},
		"another issuer":                         {set("iss", issuer+"/"), `the ID token is of the issuer "https://login.example.com/" and not of "https://login.example.com"`},
		"no issuer":                              {without("iss"), `the ID token is of the issuer "" and not of "https://login.example.com"`},
		"wrong aud":                              {set("aud", "other"), "the ID token is not for this client (aud)"},
		"no aud":                                 {without("aud"), "the ID token is not for this client (aud)"},
		"aud of another type":                    {set("aud", map[string]any{"client": true}), "the ID token is not for this client (aud)"},
		"several audiences and no azp":           {set("aud", []string{"client", "other"}), "the ID token is for several, and does not say for whom it was made (azp)"},
		"wrong azp":                              {set("azp", "other"), "the ID token was made for another client (azp)"},
		"wrong azp of several":                   {both(map[string]any{"aud": []string{"other", "client"}, "azp": "other"}), "the ID token was made for another client (azp)"},
		"expired":                                {set("exp", at(-60*time.Second)), "the ID token expired at 2027-01-15T07:59:00Z (exp); the clock here says 2027-01-15T08:00:00Z"},
		"no exp":                                 {without("exp"), "the ID token does not say when it expires (exp)"},
		"exp of another type":                    {set("exp", "tomorrow"), "the ID token does not say when it expires (exp)"},
		"made in the future":                     {set("iat", at(61*time.Second)), "the ID token is of the future: iat is 2027-01-15T08:01:01Z, and the clock here says 2027-01-15T08:00:00Z"},
		"no iat":                                 {without("iat"), "the ID token does not say when it was made (iat)"},
		"not yet good":                           {set("nbf", at(61*time.Second)), "the ID token is of the future: nbf is 2027-01-15T08:01:01Z, and the clock here says 2027-01-15T08:00:00Z"},
		"nbf of another type":                    {set("nbf", "x"), "the ID token does not say when it was made (nbf)"},
		"wrong nonce":                            {set("nonce", "nonce-2"), "the ID token is not of this login (nonce)"},
		"no nonce":                               {without("nonce"), "the ID token is not of this login (nonce)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key := signingKeys(t).p256
			claims, err := verify(t, idToken(t, key, test.change), jwks(t, nil, key))
			if test.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" || claims != nil {
				t.Errorf("error (-want +got):\n%s\nclaims = %v", diff, claims)
			}
		})
	}
}

func TestMust10IDTokenIsNotForged(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	der, err := x509.MarshalPKIXPublicKey(keys.rsa.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	publicPEM := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	hs := func(secret []byte) func(string) []byte {
		return func(data string) []byte {
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(data))
			return mac.Sum(nil)
		}
	}
	nothing := func(string) []byte { return nil }
	honest := idToken(t, keys.rsa, nil)
	parts := strings.Split(honest, ".")
	other := strings.Split(idToken(t, keys.rsa, func(c map[string]any) { c["sub"] = "admin" }), ".")
	mallory, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	stranger := signingKey{jose.ES256, "p256", mallory}
	all := jwks(t, nil, keys.rsa, keys.p256)
	const notAccepted = " is not accepted: RS, PS or ES with 256, 384 or 512, or EdDSA was expected"
	notAlg := func(alg string) string {
		return `the ID token is signed with the algorithm "` + alg + `", which` + notAccepted
	}
	tests := map[string]struct{ raw, set, want string }{
		"none":                            {forged(t, map[string]any{"alg": "none", "kid": "rsa"}, nothing), all, notAlg("none")},
		"None":                            {forged(t, map[string]any{"alg": "None"}, nothing), all, notAlg("None")},
		"no alg":                          {forged(t, map[string]any{"kid": "rsa"}, nothing), all, notAlg("")},
		"HS256 with the public key's PEM": {forged(t, map[string]any{"alg": "HS256", "kid": "rsa"}, hs(publicPEM)), all, notAlg("HS256")},
		"HS256 with the public key's DER": {forged(t, map[string]any{"alg": "HS256", "kid": "rsa"}, hs(der)), all, notAlg("HS256")},
		"HS256 with a shared secret in the set": {
			forged(t, map[string]any{"alg": "HS256", "kid": "oct"}, hs([]byte(strings.Repeat("k", 32)))),
			`{"keys":[{"kty":"oct","kid":"oct","k":"` + base64.RawURLEncoding.EncodeToString([]byte(strings.Repeat("k", 32))) + `"}]}`, notAlg("HS256"),
		},
		"another's payload":            {parts[0] + "." + other[1] + "." + parts[2], all, "the signature of the ID token is wrong"},
		"no signature":                 {parts[0] + "." + parts[1] + ".", all, "the signature of the ID token is wrong"},
		"a key of somebody else":       {idToken(t, stranger, nil), all, "the signature of the ID token is wrong"},
		"somebody's key in the header": {withJWK(t, stranger), all, "the signature of the ID token is wrong"},
		"an unknown kid":               {idToken(t, signingKey{jose.ES256, "new", mallory}, nil), all, `https://login.example.com has no key for the ID token (kid "new", alg ES256)`},
		"an algorithm of another kind": {idToken(t, signingKey{jose.ES256, "rsa", mallory}, nil), all, `https://login.example.com has no key for the ID token (kid "rsa", alg ES256)`},
		"a short RSA key":              {idToken(t, keys.small, nil), jwks(t, nil, keys.small), `https://login.example.com has no key for the ID token (kid "small", alg RS256)`},
		"a key for encryption":         {honest, jwks(t, func(k *jose.JSONWebKey) { k.Use = "enc" }, keys.rsa), `https://login.example.com has no key for the ID token (kid "rsa", alg RS256)`},
		"a key of another algorithm":   {honest, jwks(t, func(k *jose.JSONWebKey) { k.Algorithm = "PS256" }, keys.rsa), `https://login.example.com has no key for the ID token (kid "rsa", alg RS256)`},
		"critical header parameters": {
			forged(t, map[string]any{"alg": "RS256", "kid": "rsa", "crit": []string{"x"}, "x": 1}, nothing), all,
			"the ID token has critical header parameters, of which none is known here",
		},
		"two parts":     {parts[0] + "." + parts[1], all, "the ID token is no signed JSON Web Token"},
		"JSON":          {`{"payload":"x"}`, all, "the ID token is no signed JSON Web Token"},
		"without end":   {strings.Repeat("x", 256<<10+1), all, "the ID token is larger than 262144 bytes"},
		"no keys":       {honest, `{"keys":[]}`, `https://login.example.com has no key for the ID token (kid "rsa", alg RS256)`},
		"broken keys":   {honest, `{"keys":[1,{},{"kty":"RSA","kid":"rsa","n":"!"},{"kty":"EC","kid":"rsa","crv":"P-999"}]}`, `https://login.example.com has no key for the ID token (kid "rsa", alg RS256)`},
		"no set":        {honest, `[]`, "https://login.example.com answered 200: the keys (jwks_uri) are no JWK set"},
		"too many keys": {honest, `{"keys":[],"x":"` + strings.Repeat("x", 512<<10) + `"}`, "https://login.example.com answered 200: the answer is larger than 524288 bytes"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claims, err := verify(t, test.raw, test.set)
			if diff := cmp.Diff(test.want, fmt.Sprint(err)); diff != "" || claims != nil {
				t.Errorf("error (-want +got):\n%s\nclaims = %v", diff, claims)
			}
		})
	}
}

func TestIDTokenKeysAreReadAgainForAnUnknownKid(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	server := &memoryServer{answers: []memoryAnswer{says(200, jwks(t, nil, keys.rsa)), says(200, jwks(t, nil, keys.rsa, keys.p256))}}
	s := &token.Server{Transport: server, Now: func() time.Time { return idNow }}
	if _, err := s.VerifyIDToken(t.Context(), idToken(t, keys.p256, nil), issuer, "client", "nonce-1", jwksURI); err != nil {
		t.Error(err)
	}
	if len(server.sent) != 2 {
		t.Errorf("%d requests, want 2", len(server.sent))
	}
	// A wrong signature by a known key is not worth a second request.
	server = &memoryServer{answers: []memoryAnswer{says(200, jwks(t, nil, keys.rsa))}}
	s.Transport = server
	raw := idToken(t, keys.rsa, nil)
	if _, err := s.VerifyIDToken(t.Context(), raw[:len(raw)-8]+"AAAAAAAA", issuer, "client", "nonce-1", jwksURI); err == nil || len(server.sent) != 1 {
		t.Errorf("error = %v after %d requests", err, len(server.sent))
	}
}

func TestIDTokenIsCheckedForSomebody(t *testing.T) {
	t.Parallel()
	keys := signingKeys(t)
	s := &token.Server{
		Transport: &site{documents: map[string]string{jwksURI: jwks(t, nil, keys.p256)}},
		Now:       func() time.Time { return idNow },
	}
	tests := map[string]struct {
		change                      func(map[string]any)
		issuer, client, nonce, keys string
		ok                          bool
	}{
		"no nonce to compare": {nil, issuer, "client", "", jwksURI, true},
		"no issuer":           {func(c map[string]any) { c["iss"] = "" }, "", "client", "nonce-1", jwksURI, false},
		"no client":           {func(c map[string]any) { c["aud"] = []string{""} }, issuer, "", "nonce-1", jwksURI, false},
		"keys by http":        {nil, issuer, "client", "nonce-1", "http://login.example.com/jwks", false},
		"no keys":             {nil, issuer, "client", "nonce-1", "", false},
	}
	for name, test := range tests {
		_, err := s.VerifyIDToken(t.Context(), idToken(t, keys.p256, test.change), test.issuer, test.client, test.nonce, test.keys)
		if (err == nil) != test.ok {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func FuzzVerifyIDToken(f *testing.F) {
	set, err := makeSigningKeys()
	if err != nil {
		f.Fatal(err)
	}
	public, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: set.p256.private.Public(), KeyID: "p256"}}})
	if err != nil {
		f.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: set.p256.private}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	for _, payload := range []string{`{"iss":"x"}`, `[]`, `{"exp":1e400}`} {
		signed, err := signer.Sign([]byte(payload))
		if err != nil {
			f.Fatal(err)
		}
		text, err := signed.CompactSerialize()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	s := &token.Server{Transport: &site{documents: map[string]string{jwksURI: string(public)}}, Now: func() time.Time { return idNow }}
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := s.VerifyIDToken(t.Context(), raw, issuer, "client", "nonce-1", jwksURI)
		if err == nil || claims != nil {
			t.Fatalf("accepted %q", raw) // nobody signed claims that would do
		}
		if text := err.Error(); strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
			t.Errorf("an error that cannot be printed: %q", text)
		}
	})
}
