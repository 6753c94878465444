package sign_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// A publishedDPoP is the example of RFC 9449.
type publishedDPoP struct {
	JWK         dpopJWK
	JKT         string
	Proof       string `json:"token_request_proof"`
	Claims      dpopClaims
	AccessToken string `json:"access_token"`
	ATH         string
}

type dpopJWK struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	X   string `json:"x"`
	Y   string `json:"y"`
}

// thumbprint is that of RFC 7638.
func (k dpopJWK) thumbprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, `{"crv":%q,"kty":%q,"x":%q,"y":%q}`, k.Crv, k.Kty, k.X, k.Y))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

type dpopClaims struct {
	JTI   string `json:"jti"`
	HTM   string `json:"htm"`
	HTU   string `json:"htu"`
	IAT   int64  `json:"iat"`
	ATH   string `json:"ath,omitempty"`
	Nonce string `json:"nonce,omitempty"`
}

// readProof verifies a proof as a server does (RFC 9449 4.3).
func readProof(proof string) (key dpopJWK, claims dpopClaims, err error) {
	parts := strings.Split(proof, ".")
	if len(parts) != 3 {
		return key, claims, errors.New("not three parts")
	}
	var decoded [3][]byte
	for i, part := range parts {
		if decoded[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			return key, claims, err
		}
	}
	var header struct {
		Typ, Alg string
		JWK      map[string]string
	}
	if err := json.Unmarshal(decoded[0], &header); err != nil {
		return key, claims, err
	}
	key = dpopJWK{header.JWK["kty"], header.JWK["crv"], header.JWK["x"], header.JWK["y"]}
	if header.Typ != "dpop+jwt" || header.Alg != "ES256" || key.Crv != "P-256" || len(header.JWK) != 4 {
		return key, claims, fmt.Errorf("header %s", decoded[0])
	}
	x, errX := base64.RawURLEncoding.DecodeString(key.X)
	y, errY := base64.RawURLEncoding.DecodeString(key.Y)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
	if err := errors.Join(errX, errY, err); err != nil {
		return key, claims, err
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	r, s := new(big.Int).SetBytes(decoded[2][:32]), new(big.Int).SetBytes(decoded[2][32:])
	if len(decoded[2]) != 64 || !ecdsa.Verify(public, sum[:], r, s) {
		return key, claims, errors.New("the signature is wrong")
	}
	return key, claims, json.Unmarshal(decoded[1], &claims)
}

func newDPoP(t testing.TB, w sign.World) *sign.DPoP {
	t.Helper()
	pem, err := sign.NewDPoPKey(mathrand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	d, err := sign.NewDPoP(pem, w)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// signedProof signs and verifies.
func signedProof(t testing.TB, d *sign.DPoP, r *sign.Request) dpopClaims {
	t.Helper()
	if err := d.Sign(r); err != nil {
		t.Fatal(err)
	}
	_, claims, err := readProof(r.Header.Get("DPoP"))
	if err != nil {
		t.Fatalf("the proof is refused: %v", err)
	}
	return claims
}

// TestDPoPPublished shows that the tests verify as the RFC does, and that own
// proofs say the same of the same things.
func TestDPoPPublished(t *testing.T) {
	t.Parallel()
	want := published[publishedDPoP](t, "dpop")
	key, claims, err := readProof(want.Proof)
	if err != nil {
		t.Fatalf("the published proof is refused: %v", err)
	}
	if diff := cmp.Diff(want.Claims, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.JWK, key); diff != "" {
		t.Errorf("key (-want +got):\n%s", diff)
	}
	if got := key.thumbprint(); got != want.JKT {
		t.Errorf("thumbprint %s, want %s", got, want.JKT)
	}

	d := newDPoP(t, testWorld(1))
	r := request(t, "POST", want.Claims.HTU)
	r.Header.Set("Authorization", "DPoP "+want.AccessToken)
	got := signedProof(t, d, r)
	wantOwn := dpopClaims{JTI: got.JTI, HTM: "POST", HTU: want.Claims.HTU, IAT: noon.Unix(), ATH: want.ATH}
	if diff := cmp.Diff(wantOwn, got); diff != "" {
		t.Errorf("own claims (-want +got):\n%s", diff)
	}
	own, _, _ := readProof(r.Header.Get("DPoP"))
	if own.thumbprint() != d.Thumbprint() {
		t.Errorf("Thumbprint() = %s, the key of the proof has %s", d.Thumbprint(), own.thumbprint())
	}
}

func TestDPoPAddress(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, want string }{
		{"query and fragment are left out", "https://api.example.com/a?b=c#d", "https://api.example.com/a"},
		{"an empty path is /", "https://api.example.com", "https://api.example.com/"},
		{"the path stays as it is sent", "https://api.example.com/a%2fb/../c%20d/", "https://api.example.com/a%2fb/../c%20d/"},
		{"scheme and host are in lower case", "HTTPS://API.Example.com/A", "https://api.example.com/A"},
		{"a default port is left out", "https://api.example.com:443/a", "https://api.example.com/a"},
		{"another port stays", "https://api.example.com:80/a", "https://api.example.com:80/a"},
		{"an IPv6 address keeps its brackets", "http://[::1]:80/a", "http://[::1]/a"},
		{"an IPv6 address with a port", "http://[::1]:8080/a", "http://[::1]:8080/a"},
		{"user info is left out", "https://user:password@api.example.com/a", "https://api.example.com/a"},
	}
	d := newDPoP(t, testWorld(1))
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := signedProof(t, d, request(t, "GET", tt.url)).HTU; got != tt.want {
				t.Errorf("htu %s, want %s", got, tt.want)
			}
		})
	}
}

func TestDPoPAuthorization(t *testing.T) {
	t.Parallel()
	ath := func(token string) string {
		sum := sha256.Sum256([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:])
	}
	tests := []struct{ name, given, want, ath string }{
		{"none", "", "", ""},
		{"a bound token goes as DPoP", "Bearer abc", "DPoP abc", ath("abc")},
		{"in any case", "bearer  abc", "DPoP abc", ath("abc")},
		{"DPoP stays", "DPoP abc", "DPoP abc", ath("abc")},
		{"another scheme stays", "Basic YTpi", "Basic YTpi", ""},
		{"a scheme without a token stays", "Bearer", "Bearer", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, "GET", "https://api.example.com/")
			r.Header.Set("Authorization", tt.given)
			claims := signedProof(t, newDPoP(t, testWorld(1)), r)
			if diff := cmp.Diff([2]string{tt.want, tt.ath}, [2]string{r.Header.Get("Authorization"), claims.ATH}); diff != "" {
				t.Errorf("Authorization and ath (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDPoPReplays(t *testing.T) {
	t.Parallel()
	proofs := func() (all []string) {
		d := newDPoP(t, testWorld(7))
		for range 2 {
			r := request(t, "GET", "https://api.example.com/")
			signedProof(t, d, r)
			all = append(all, r.Header.Get("DPoP"))
		}
		return all
	}
	first, second := proofs(), proofs()
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same world makes other proofs (-first +second):\n%s", diff)
	}
	_, a, _ := readProof(first[0])
	_, b, _ := readProof(first[1])
	if a.JTI == b.JTI || len(a.JTI) < 16 {
		t.Errorf("jti %q, then %q; want 96 bits, new for each request", a.JTI, b.JTI)
	}
}

func TestDPoPLearns(t *testing.T) {
	t.Parallel()
	const here = "https://api.example.com/a"
	tests := []struct {
		name   string
		before string // the nonce that is known when the request is signed
		status int
		reason string // in WWW-Authenticate
		nonce  string // in the answer
		again  bool
		after  string
	}{
		{"a first nonce", "", 401, `DPoP error="use_dpop_nonce"`, "n1", true, "n1"},
		{"a newer nonce", "n1", 401, `DPoP algs="ES256", error="use_dpop_nonce"`, "n2", true, "n2"},
		{"the nonce that was used", "n1", 401, `DPoP error="use_dpop_nonce"`, "n1", false, "n1"},
		{"a first nonce with another refusal", "", 401, `DPoP error="invalid_token"`, "n1", false, "n1"},
		{"a first nonce with an error of the request", "", 400, "", "n1", false, "n1"},
		{"a nonce with a success is for the next request", "n1", 200, "", "n2", false, "n2"},
		{"an answer without a nonce", "n1", 401, `DPoP error="use_dpop_nonce"`, "", false, "n1"},
		{"what is no nonce is not kept", "n1", 401, `DPoP error="use_dpop_nonce"`, `n"2`, false, "n1"},
		{"a nonce that is too long is not kept", "n1", 401, `DPoP error="use_dpop_nonce"`, strings.Repeat("n", 5000), false, "n1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := newDPoP(t, testWorld(1))
			d.Learn(request(t, "GET", here), answer(200, "DPoP-Nonce", tt.before))
			r := request(t, "GET", here)
			if got := signedProof(t, d, r).Nonce; got != tt.before {
				t.Fatalf("nonce %q in the proof, want %q", got, tt.before)
			}
			if again := d.Learn(r, answer(tt.status, "DPoP-Nonce", tt.nonce, "WWW-Authenticate", tt.reason)); again != tt.again {
				t.Errorf("again = %v, want %v", again, tt.again)
			}
			if got := signedProof(t, d, r).Nonce; got != tt.after {
				t.Errorf("nonce %q in the next proof, want %q", got, tt.after)
			}
		})
	}
}

// TestDPoPTwoRequestsLearnOneNonce is about two requests that were sent before
// either was answered.
func TestDPoPTwoRequestsLearnOneNonce(t *testing.T) {
	t.Parallel()
	d := newDPoP(t, testWorld(1))
	a, b := request(t, "GET", "https://api.example.com/a"), request(t, "GET", "https://api.example.com/b")
	signedProof(t, d, a)
	signedProof(t, d, b)
	for _, r := range []*sign.Request{a, b} {
		if !d.Learn(r, answer(401, "DPoP-Nonce", "n1", "WWW-Authenticate", `DPoP error="use_dpop_nonce"`)) {
			t.Errorf("the request to %s is not sent again, though its proof had no nonce", r.URL)
		}
	}
}

func TestDPoPNonceBelongsToOrigin(t *testing.T) {
	t.Parallel()
	d := newDPoP(t, testWorld(1))
	d.Learn(request(t, "POST", "https://login.example.com/token"), answer(400, "DPoP-Nonce", "n1"))
	tests := []struct{ url, want string }{
		{"https://login.example.com/other", "n1"},
		{"https://LOGIN.example.com:443/token?a=b", "n1"},
		{"https://login.example.com:8443/token", ""},
		{"http://login.example.com/token", ""},
		{"https://api.example.com/token", ""},
	}
	for _, tt := range tests {
		if got := signedProof(t, d, request(t, "GET", tt.url)).Nonce; got != tt.want {
			t.Errorf("%s: nonce %q, want %q", tt.url, got, tt.want)
		}
	}
}

// TestDPoPWithServer is the whole round with a server that wants a nonce.
func TestDPoPWithServer(t *testing.T) {
	t.Parallel()
	var d *sign.DPoP
	var jti sync.Map
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("DPoP-Nonce", "the-nonce")
		key, claims, err := readProof(r.Header.Get("DPoP"))
		_, replayed := jti.LoadOrStore(claims.JTI, true)
		switch {
		case err != nil, replayed, key.thumbprint() != d.Thumbprint(), claims.HTM != r.Method,
			claims.HTU != "http://"+r.Host+r.URL.EscapedPath(), r.Header.Get("Authorization") != "DPoP token":
			w.WriteHeader(http.StatusForbidden)
		case claims.Nonce != "the-nonce":
			w.Header().Set("WWW-Authenticate", `DPoP error="use_dpop_nonce"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	d = newDPoP(t, liveWorld())

	call := func() [2]int {
		r := request(t, "PUT", server.URL+"/a%20b?c=d")
		r.Header.Set("Authorization", "Bearer token")
		status, requests, err := send(d, server.Client(), r)
		if err != nil {
			t.Error(err)
		}
		return [2]int{status, requests}
	}
	got := [][2]int{call(), call()}
	if diff := cmp.Diff([][2]int{{200, 2}, {200, 1}}, got); diff != "" {
		t.Errorf("status and number of requests (-want +got):\n%s", diff)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if got := call(); got != [2]int{200, 1} {
				t.Errorf("status and number of requests %v, want 200 after 1", got)
			}
		})
	}
	wg.Wait()
}

func TestNewDPoPKey(t *testing.T) {
	t.Parallel()
	one, err := sign.NewDPoPKey(mathrand.NewChaCha8([32]byte{3}))
	if err != nil {
		t.Fatal(err)
	}
	same, _ := sign.NewDPoPKey(mathrand.NewChaCha8([32]byte{3}))
	other, _ := sign.NewDPoPKey(mathrand.NewChaCha8([32]byte{4}))
	if one != same || one == other {
		t.Error("a reader decides the key, and other bytes make another one")
	}
	if !strings.HasPrefix(one, "-----BEGIN PRIVATE KEY-----\n") {
		t.Error("the key is not PKCS #8 in PEM")
	}
	// Zeros are no scalar, nor is a number beyond the order.
	bad := append(make([]byte, 32), bytes.Repeat([]byte{0xff}, 32)...)
	skipped, err := sign.NewDPoPKey(io.MultiReader(bytes.NewReader(bad), mathrand.NewChaCha8([32]byte{3})))
	if err != nil || skipped != one {
		t.Errorf("bytes that are no scalar are not skipped (error %v)", err)
	}
}

func TestDPoPErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		do   func() error
		want string
	}{
		{"randomness ends", func() error {
			_, err := sign.NewDPoPKey(strings.NewReader("short"))
			return err
		}, "make a DPoP key: unexpected EOF"},
		{"randomness is none", func() error {
			_, err := sign.NewDPoPKey(zeros{})
			return err
		}, "make a DPoP key: the randomness is none"},
		{"no key", func() error {
			_, err := sign.NewDPoP("", testWorld(1))
			return err
		}, "the DPoP key: the private key is empty"},
		{"a key on another curve", func() error {
			_, err := sign.NewDPoP(privatePEM(t, ecKey(t, elliptic.P384())), testWorld(1))
			return err
		}, "the DPoP key is of another kind than an elliptic curve key on P-256, which ES256 wants"},
		{"no randomness to sign with", func() error {
			return newDPoP(t, worldWith(nil)).Sign(request(t, "GET", "https://api.example.com/"))
		}, "make a DPoP proof: EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.do(); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

// FuzzDPoPLearn gives any nonce for any request: the next proof is one, and
// has the nonce as it came or not at all.
func FuzzDPoPLearn(f *testing.F) {
	f.Add("n1", "a.e30.c", 401)
	f.Add("n\"1", "", 400)
	f.Add(" \x00é", "a.b.c", 200)
	d := newDPoP(f, sign.World{Now: func() time.Time { return noon }, Rand: zeros{}})
	f.Fuzz(func(t *testing.T, nonce, proof string, status int) {
		r := request(t, "GET", "https://api.example.com/")
		d.Learn(r, answer(200, "DPoP-Nonce", "before"))
		r.Header.Set("DPoP", proof)
		d.Learn(r, answer(status, "DPoP-Nonce", nonce))
		if got := signedProof(t, d, r).Nonce; got != nonce && got != "before" {
			t.Errorf("nonce %q came out as %q", nonce, got)
		}
	})
}

func BenchmarkDPoP(b *testing.B) {
	d := newDPoP(b, liveWorld())
	r := request(b, "GET", "https://api.example.com/items?page=2")
	r.Header.Set("Authorization", "DPoP "+strings.Repeat("t", 800))
	for b.Loop() {
		if err := d.Sign(r); err != nil {
			b.Fatal(err)
		}
	}
}
