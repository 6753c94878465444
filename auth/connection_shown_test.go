package auth_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/sign"
	tokens "github.com/connector-spec/connector/auth/token"
)

// TestKnownSecrets has servers send secrets back, that a connection was opened
// with or took from another process: no message may have them.
func TestKnownSecrets(t *testing.T) {
	t.Parallel()
	t.Run("of the stored credential", func(t *testing.T) {
		t.Parallel()
		p := &provider{lifetime: time.Hour}
		k := connectKept(t, p, "", &memory{}, func(w *auth.World) {
			intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
				if strings.HasSuffix(req.URL.Path, "/echo") { // of what is sent, and of what is not
					return respond(req, http.StatusForbidden, `{"message":"`+req.Header.Get("Authorization")+` of `+p.refresh+` may not"}`), nil
				}
				return next.RoundTrip(req)
			})
		})
		k.s = subjectOf(t, strings.Replace(oauthSpec(""), "path: /me", "path: /echo", 1))
		c := k.open(t, k.v)
		for _, when := range []string{"as it was opened", "as another process refreshed it"} {
			result, err := c.Test(t.Context())
			if err != nil || !strings.Contains(result.Message, "may not") || strings.Contains(result.Message, "0123456789abcdef") {
				t.Errorf("%s: %v, %q", when, err, result.Message)
			}
			k.now.move(30 * time.Minute)
			if err := k.Refresh(t.Context()); err != nil {
				t.Fatal(err)
			}
			k.now.move(45 * time.Minute) // the first has ended
		}
	})
	t.Run("of a refusal", func(t *testing.T) {
		t.Parallel()
		store := &memory{}
		k := connectKept(t, &provider{lifetime: time.Hour}, "", store, nil)
		k.now.move(2 * time.Hour)
		k.p.token = func(w http.ResponseWriter, req *http.Request) {
			answer(w, 400, map[string]any{"error": "invalid_grant", "error_description": req.PostForm.Get("refresh_token") + " is revoked"})
		}
		_, err := get(k, "/me")
		var ended *auth.LoginError
		var refused *tokens.Error
		if !errors.As(err, &ended) || !errors.As(err, &refused) {
			t.Fatalf("got %v", err)
		}
		secret := refreshTokenOf(k.Credential())
		for where, text := range map[string]string{
			"error": err.Error(), "reason": ended.Reason, "description": refused.Description,
			"credential": k.Credential().NeedsLogin, "record": keptBy(t, store).NeedsLogin,
		} {
			if strings.Contains(text, secret) || !strings.Contains(text, "is revoked") {
				t.Errorf("the %s is %q", where, text)
			}
		}
	})
}

// TestBodyIsClosed fails a request before it is sent (net/http's RoundTripper
// wants its body closed even so), and opens a connection of nothing.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	c, now, world := connect(t, p, "")
	now.move(2 * time.Hour)
	p.token = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	body := &closing{Reader: strings.NewReader("x")}
	req, err := http.NewRequest(http.MethodPost, "/me", body)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RoundTrip(req); err == nil || !body.closed {
		t.Errorf("got %v, body closed: %v", err, body.closed)
	}
	s := subjectOf(t, oauthSpec(""))
	if _, err := auth.Open(s, providerValues(t, s), world, nil); err == nil {
		t.Error("a connection of no credential was opened")
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

// TestTokenType has servers spell Bearer as they like.
func TestTokenType(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	p.token = func(w http.ResponseWriter, _ *http.Request) {
		made := p.tokens(true)
		made["token_type"] = "BearerToken"
		answer(w, 200, made)
	}
	c, _, _ := connect(t, p, "")
	made, err := c.TokenSource(t.Context()).Token()
	if err != nil {
		t.Fatal(err)
	}
	req := &http.Request{Header: http.Header{}}
	made.SetAuthHeader(req)
	if got, want := req.Header.Get("Authorization"), "Bearer "+made.AccessToken; got != want {
		t.Errorf("x/oauth2 sends %q, want %q", got, want)
	}
}

// TestUnboundToken asks for a bound token and gets another, which is sent as
// what it is.
func TestUnboundToken(t *testing.T) {
	t.Parallel()
	var sent []string
	k := connectKept(t, &provider{lifetime: time.Hour}, "      dpop: true\n", nil, func(w *auth.World) {
		intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if strings.HasSuffix(req.URL.Path, "/me") {
				sent = append(sent, req.Header.Get("Authorization")+req.Header.Get("DPoP"))
			}
			return next.RoundTrip(req)
		})
	})
	if diff := cmp.Diff([]string{"Bearer access-1-0123456789abcdef"}, sent); diff != "" || k.Credential().Key != "" {
		t.Errorf("has a key: %v; sent (-want +got)\n%s", k.Credential().Key != "", diff)
	}
}

// bind has the provider of a world bind its tokens to keys. Its answers, of the
// API and of the authorization server, may be changed.
func bind(p *provider, w *auth.World, change func(*http.Request, *http.Response)) {
	p.token = func(w http.ResponseWriter, req *http.Request) {
		p.exchange(bound{w}, req)
	}
	intercept(w, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		sent := req.Clone(req.Context())
		if access, ok := strings.CutPrefix(req.Header.Get("Authorization"), "DPoP "); ok && req.Header.Get("DPoP") != "" {
			sent.Header.Set("Authorization", "Bearer "+access)
		}
		resp, err := next.RoundTrip(sent)
		if err == nil && change != nil {
			change(req, resp)
		}
		return resp, err
	})
}

// A bound writes DPoP where a provider writes bearer.
type bound struct{ http.ResponseWriter }

func (b bound) Write(text []byte) (int, error) {
	_, err := io.WriteString(b.ResponseWriter, strings.Replace(string(text), `"bearer"`, `"DPoP"`, 1))
	return len(text), err
}

// TestNonceIsNoRepeat has servers bring a nonce with each answer. A request that
// is refused for another reason is not sent again.
func TestNonceIsNoRepeat(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, now := p.world(t)
	nonces := 0
	var paid []string
	bind(p, &world, func(req *http.Request, resp *http.Response) {
		nonces++
		resp.Header.Set("DPoP-Nonce", fmt.Sprint("nonce-", nonces))
		if strings.HasSuffix(req.URL.Path, "/pay") {
			paid = append(paid, req.Method)
			resp.StatusCode = http.StatusBadRequest
		}
	})
	s := subjectOf(t, oauthSpec("      dpop: true\n"))
	c, result, err := auth.Connect(t.Context(), s, providerValues(t, s), world)
	if err != nil || !result.OK || c.Credential().Key == "" {
		t.Fatal(err, result)
	}
	req, err := http.NewRequest(http.MethodPost, "/pay", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := c.Do(req); err != nil || resp.StatusCode != http.StatusBadRequest || len(paid) != 1 {
		t.Errorf("got %v, %v; sent %d times, want once", resp, err, len(paid))
	}
	now.move(2 * time.Hour)
	p.mu.Lock()
	p.refresh = ""
	p.mu.Unlock()
	before := len(p.seen())
	var ended *auth.LoginError
	if err := c.Refresh(t.Context()); !errors.As(err, &ended) {
		t.Errorf("got %v, want a LoginError", err)
	}
	if diff := cmp.Diff([]string{"token refresh_token"}, p.seen()[before:]); diff != "" {
		t.Errorf("requests (-want +got)\n%s", diff)
	}
}

// TestSeedTellsNothing looks for the state, the verifier and the key of a login
// in what the seed of its recording gives.
func TestSeedTellsNothing(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	var sent []string
	bind(p, &world, func(req *http.Request, _ *http.Response) {
		if q := req.URL.Query(); q.Has("state") {
			sent = []string{q.Get("state"), q.Get("code_challenge"), q.Get("dpop_jkt")}
		}
	})
	s := subjectOf(t, oauthSpec("      dpop: true\n"))
	result, recording, err := auth.Record(t.Context(), s, providerValues(t, s), world, newRandom(), "test")
	if err != nil || !result.OK || len(sent) != 3 || slices.Contains(sent, "") {
		t.Fatal(err, result, sent)
	}
	seed, err := hex.DecodeString(recording.Seed)
	if err != nil {
		t.Fatal(err)
	}
	text := base64.RawURLEncoding.EncodeToString
	for _, purpose := range []string{"", "signatures", "throw-away signatures"} {
		of := [32]byte(seed)
		if purpose != "" {
			of = sha256.Sum256(append(slices.Clone(seed), purpose...))
		}
		drawn := make([]byte, 4096)
		_, _ = io.ReadFull(rand.NewChaCha8(of), drawn)
		for i := 0; i+32 <= len(drawn); i += 8 {
			block := drawn[i : i+32]
			made := []string{text(block), challengeOf(text(block))}
			if key, err := sign.NewDPoPKey(strings.NewReader(string(block))); err == nil {
				proof, err := sign.NewDPoP(key, sign.World{})
				if err != nil {
					t.Fatal(err)
				}
				made = append(made, proof.Thumbprint())
			}
			for _, m := range made {
				if slices.Contains(sent, m) {
					t.Errorf("the seed gives %s of the login, which sent %q", m, sent)
				}
			}
		}
	}
}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TestValuesAreHidden encodes what holds secrets in the ways of packages that
// know nothing of them.
func TestValuesAreHidden(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, oauthSpec(""))
	v := providerValues(t, s)
	for _, held := range []any{v, &v, struct{ V auth.Values }{v}, map[string]auth.Values{"v": v}} {
		encoded, err := json.Marshal(held)
		for _, text := range []string{string(encoded), fmt.Sprintf("%v %+v %#v", held, held, held)} {
			if err != nil || strings.Contains(text, "s3cret") {
				t.Errorf("%T: %v, %s", held, err, text)
			}
		}
	}
}

// TestOrderOfCredentials makes credentials of one answer several times: their
// members have one order.
func TestOrderOfCredentials(t *testing.T) {
	t.Parallel()
	want := []string{"data", "token_type", "access_token", "refresh_token"}
	for range 8 {
		p := &provider{lifetime: time.Hour}
		p.token = func(w http.ResponseWriter, _ *http.Request) {
			made := p.tokens(true)
			answer(w, 200, map[string]any{"data": map[string]any{"a": made["access_token"], "r": made["refresh_token"]}, "token_type": "Bearer"})
		}
		c, _, _ := connect(t, p, "      tokenResponse: {accessToken: data.a, refreshToken: data.r}\n")
		if diff := cmp.Diff(want, c.Credential().Values.Keys()); diff != "" {
			t.Fatalf("members (-want +got)\n%s", diff)
		}
	}
}
