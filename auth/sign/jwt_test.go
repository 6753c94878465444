package sign_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// hs256 is a JWS of one algorithm.
func hs256(alg, key string, data []byte) ([]byte, error) {
	if alg != "HS256" {
		return nil, errors.New("unknown algorithm")
	}
	h := hmac.New(sha256.New, []byte(key))
	h.Write(data)
	return h.Sum(nil), nil
}

func ecKey(t testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func privatePEM(t testing.TB, key crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// readToken verifies an HS256 token and gives header and claims as JSON.
func readToken(t testing.TB, token, key string) (header, claims string) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("a token of %d parts: %s", len(parts), token)
	}
	want, _ := hs256("HS256", key, []byte(parts[0]+"."+parts[1]))
	if parts[2] != base64.RawURLEncoding.EncodeToString(want) {
		t.Fatal("the signature is wrong")
	}
	h, errH := base64.RawURLEncoding.DecodeString(parts[0])
	c, errC := base64.RawURLEncoding.DecodeString(parts[1])
	if err := errors.Join(errH, errC); err != nil {
		t.Fatal(err)
	}
	return string(h), string(c)
}

// TestPublishedToken shows that the tests sign as RFC 7515 A.1 does.
func TestPublishedToken(t *testing.T) {
	t.Parallel()
	want := published[struct {
		JWS string
		Key string `json:"key_b64url"`
	}](t, "hs256_jws")
	key, err := base64.RawURLEncoding.DecodeString(want.Key)
	if err != nil {
		t.Fatal(err)
	}
	_, claims := readToken(t, want.JWS, string(key))
	if !strings.Contains(claims, `"iss":"joe"`) {
		t.Errorf("claims %s", claims)
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	type members = map[string]any
	tests := []struct {
		name           string
		header, claims members
		want           [2]string
	}{
		{"the header is alg and typ", nil, members{"iss": "app"}, [2]string{`{"alg":"HS256","typ":"JWT"}`, `{"iss":"app"}`}},
		{"without claims", nil, nil, [2]string{`{"alg":"HS256","typ":"JWT"}`, `{}`}},
		{"more members, in alphabetical order", members{"zip": 1, "kid": "k"}, nil, [2]string{`{"alg":"HS256","kid":"k","typ":"JWT","zip":1}`, `{}`}},
		{"another typ", members{"typ": "secevent+jwt"}, nil, [2]string{`{"alg":"HS256","typ":"secevent+jwt"}`, `{}`}},
		{"the same alg", members{"alg": "HS256"}, nil, [2]string{`{"alg":"HS256","typ":"JWT"}`, `{}`}},
		{"numbers keep their text", nil, members{"n": json.Number("12345678901234567890")}, [2]string{`{"alg":"HS256","typ":"JWT"}`, `{"n":12345678901234567890}`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			token, err := sign.Token(hs256, "HS256", "key", tt.header, tt.claims)
			if err != nil {
				t.Fatal(err)
			}
			header, claims := readToken(t, token, "key")
			if diff := cmp.Diff(tt.want, [2]string{header, claims}); diff != "" {
				t.Errorf("header and claims (-want +got):\n%s", diff)
			}
		})
	}
}

func TestJWT(t *testing.T) {
	t.Parallel()
	type members = map[string]any
	const address = "https://api.example.com/a?b=%20c&d"
	tests := []struct {
		name   string
		jwt    sign.JWT
		read   func(*sign.Request) string // what stands before the token, or ""
		prefix string
		header string
		claims string
		query  string // of the request, without the token
	}{
		{
			"Authorization, five minutes",
			sign.JWT{Claims: members{"iss": "app"}},
			fromHeader("Authorization"), "", `{"alg":"HS256","typ":"JWT"}`, `{"exp":1779019500,"iat":1779019200,"iss":"app"}`, "b=%20c&d",
		},
		{
			"a prefix is followed by a blank",
			sign.JWT{Prefix: "Bearer", Lifetime: time.Minute},
			fromHeader("Authorization"), "Bearer ", `{"alg":"HS256","typ":"JWT"}`, `{"exp":1779019260,"iat":1779019200}`, "b=%20c&d",
		},
		{
			"unless it ends in =",
			sign.JWT{In: "header", Prefix: "token=", Name: "X-Auth", KeyID: "k1"},
			fromHeader("X-Auth"), "token=", `{"alg":"HS256","kid":"k1","typ":"JWT"}`, `{"exp":1779019500,"iat":1779019200}`, "b=%20c&d",
		},
		{
			"or in :",
			sign.JWT{Prefix: "JWT app:"},
			fromHeader("Authorization"), "JWT app:", `{"alg":"HS256","typ":"JWT"}`, `{"exp":1779019500,"iat":1779019200}`, "b=%20c&d",
		},
		{
			"or in a blank",
			sign.JWT{Prefix: "Bearer "},
			fromHeader("Authorization"), "Bearer ", `{"alg":"HS256","typ":"JWT"}`, `{"exp":1779019500,"iat":1779019200}`, "b=%20c&d",
		},
		{
			"claims of the spec win",
			sign.JWT{Claims: members{"iat": 1, "exp": json.Number("2")}, Header: members{"cty": "x"}, KeyID: "k1"},
			fromHeader("Authorization"), "", `{"alg":"HS256","cty":"x","kid":"k1","typ":"JWT"}`, `{"exp":2,"iat":1}`, "b=%20c&d",
		},
		{
			"a query parameter, the other ones as they were",
			sign.JWT{In: "query", Name: "jwt token", Prefix: "a+b:"},
			fromQuery("jwt token"), "a+b:", `{"alg":"HS256","typ":"JWT"}`, `{"exp":1779019500,"iat":1779019200}`, "b=%20c&d",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			j := tt.jwt
			j.JWS, j.Alg, j.Key, j.World = hs256, "HS256", "key", testWorld(1)
			r := request(t, "GET", address)
			// Signed twice, as a request is that is sent again.
			for range 2 {
				if err := j.Sign(r); err != nil {
					t.Fatal(err)
				}
			}
			token, ok := strings.CutPrefix(tt.read(r), tt.prefix)
			if !ok {
				t.Fatalf("%q does not begin with %q", tt.read(r), tt.prefix)
			}
			header, claims := readToken(t, token, "key")
			query, _, _ := strings.Cut(r.URL.RawQuery, "&jwt+token=")
			if diff := cmp.Diff([3]string{tt.header, tt.claims, tt.query}, [3]string{header, claims, query}); diff != "" {
				t.Errorf("header, claims and query (-want +got):\n%s", diff)
			}
		})
	}
}

func fromHeader(name string) func(*sign.Request) string {
	return func(r *sign.Request) string { return strings.Join(r.Header.Values(name), " and ") }
}

func fromQuery(name string) func(*sign.Request) string {
	return func(r *sign.Request) string { return strings.Join(r.URL.Query()[name], " and ") }
}

func TestJWTErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		jwt  sign.JWT
		want string
	}{
		{"an unknown place", sign.JWT{In: "body"}, `unknown place "body" for a signature; there are header and query`},
		{"a parameter without a name", sign.JWT{In: "query"}, "a signature needs the name of its header or query parameter"},
		{"a negative lifetime", sign.JWT{Lifetime: -time.Second}, "the lifetime of a token is positive, not -1s"},
		{"another algorithm in the header", sign.JWT{Header: map[string]any{"alg": "none"}}, "the header of a token must not name another algorithm than alg does"},
		{"what is no JSON in the header", sign.JWT{Header: map[string]any{"a": math.NaN()}}, "the header of a token cannot be written as JSON"},
		{"what is no JSON in the claims", sign.JWT{Claims: map[string]any{"a": json.Number("canary")}}, "the claims of a token cannot be written as JSON"},
		{"the error of the signature", sign.JWT{Alg: "HS1"}, "unknown algorithm"},
		{"a prefix of two lines", sign.JWT{Prefix: "canary\r\n"}, `header "Authorization" cannot be sent: its value holds a control character`},
		{"a name that is no header", sign.JWT{Name: "a b"}, `header "a b" cannot be sent: a name has letters, digits and hyphens`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			j := tt.jwt
			j.JWS, j.Key, j.World = hs256, "key", testWorld(1)
			if j.Alg == "" {
				j.Alg = "HS256"
			}
			if err := j.Sign(request(t, "GET", "https://api.example.com/")); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// TestJWTLeavesItsMaps is for concurrency: the maps of a signer are shared.
func TestJWTLeavesItsMaps(t *testing.T) {
	t.Parallel()
	header, claims := map[string]any{"cty": "x"}, map[string]any{"iss": "app"}
	j := &sign.JWT{JWS: hs256, Alg: "HS256", Key: "key", KeyID: "k1", Header: header, Claims: claims, World: testWorld(1)}
	if err := j.Sign(request(t, "GET", "https://api.example.com/")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]map[string]any{{"cty": "x"}, {"iss": "app"}}, []map[string]any{header, claims}); diff != "" {
		t.Errorf("maps (-want +got):\n%s", diff)
	}
}

func BenchmarkJWT(b *testing.B) {
	j := &sign.JWT{
		JWS: hs256, Alg: "HS256", Key: strings.Repeat("k", 64), KeyID: "k1",
		Claims: map[string]any{"iss": "app", "sub": "user", "aud": "https://api.example.com"}, Prefix: "Bearer", World: liveWorld(),
	}
	r := request(b, "GET", "https://api.example.com/items?page=2")
	for b.Loop() {
		if err := j.Sign(r); err != nil {
			b.Fatal(err)
		}
	}
}
