package token_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/token"
)

// proofs makes a key that requests are proved with.
func proofs(t *testing.T) *sign.DPoP {
	t.Helper()
	key, err := sign.NewDPoPKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	d, err := sign.NewDPoP(key, sign.World{Now: time.Now, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// claimsOf reads the claims of a JWT.
func claimsOf(t testing.TB, jwt string) map[string]any {
	t.Helper()
	_, claims := readJWT(t, jwt)
	return claims
}

func TestDPoPNonceIsAskedForOnce(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		answers  []int // 400 brings a new nonce
		requests int
		ok       bool
	}{
		{"no nonce is wanted", []int{200}, 1, true},
		{"a nonce is wanted", []int{400, 200}, 2, true},
		{"another nonce is wanted again and again", []int{400, 400, 200}, 2, false},
	} {
		var seen []string
		r := serve(t, func(w http.ResponseWriter, req *http.Request) {
			seen = append(seen, req.Header.Get("DPoP"), req.FormValue("client_assertion"))
			w.Header().Set("DPoP-Nonce", fmt.Sprintf("n%d", len(seen)/2))
			status := tt.answers[len(seen)/2-1]
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[int]any{
				200: map[string]string{"access_token": "abc", "token_type": "DPoP"},
				400: map[string]string{"error": "use_dpop_nonce"},
			}[status])
		})
		e := r.endpoint()
		e.Client.Auth, e.Server.JWS, e.Server.DPoP = token.AuthSecretJWT, testJWS, proofs(t)
		_, err := e.Request(t.Context(), grant)
		if n := int(r.requests.Load()); n != tt.requests || (err == nil) != tt.ok {
			t.Errorf("%s: %d requests and %v, want %d", tt.name, n, err, tt.requests)
		}
		if len(seen) < 4 {
			continue
		}
		if nonce := claimsOf(t, seen[2])["nonce"]; nonce != "n1" {
			t.Errorf("%s: the second proof has the nonce %v, want n1", tt.name, nonce)
		}
		if claimsOf(t, seen[1])["jti"] == claimsOf(t, seen[3])["jti"] {
			t.Errorf("%s: the client's assertion was sent twice", tt.name)
		}
	}
}

func TestTokensAreBoundAsDeclared(t *testing.T) {
	t.Parallel()
	bearer, bound := serve(t, answer(200, goodAnswer)), serve(t, answer(200, `{"access_token":"abc","token_type":"DPoP"}`))
	e := bearer.endpoint()
	e.Server.DPoP = proofs(t)
	got, err := e.Request(t.Context(), grant)
	want := []string{"the request proved a DPoP key, and the access token is not bound to it: its token_type is Bearer"}
	if err != nil || !cmp.Equal(got.Notes, want) {
		t.Errorf("a token that is not bound: %v and notes %q, want %q", err, got.Notes, want)
	}
	_, err = bound.endpoint().Request(t.Context(), grant)
	said := bound.URL + " answered 200: the access token is bound to a key (token_type DPoP), and the request proved none: dpop is not declared"
	if err == nil || err.Error() != said {
		t.Errorf("a token that is bound: %v, want %s", err, said)
	}
	e = bearer.endpoint()
	e.Server.DPoP, e.Header = proofs(t), http.Header{"dpop": {"x"}}
	_, err = e.Request(t.Context(), grant)
	said = "the request to " + bearer.URL + " was not sent: the header DPoP is declared, and made for each request besides"
	if err == nil || err.Error() != said {
		t.Errorf("two proofs: %v, want %s", err, said)
	}
}
