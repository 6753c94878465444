package simulate_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
)

const (
	tokenURL  = "https://login.example/token"
	revokeURL = "https://login.example/revoke"
	redirect  = "http://127.0.0.1:47920/callback"
	verifier  = "0123456789012345678901234567890123456789012"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// A session is a client by hand of a provider.
type session struct {
	*simulate.Provider
	t   *testing.T
	now time.Time
}

// newSession makes a provider of a configuration in JSON.
func newSession(t *testing.T, config string) *session {
	t.Helper()
	v, err := formula.ParseJSON([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, now: start}
	scopes := []string{"read", "write"}
	s.Provider = simulate.New(simulate.Facts{
		Option: formula.Object(formula.Member{Key: "type", Value: formula.String("oauth2")}),
		Now:    func() time.Time { return s.now },
		Config: func() (*simulate.Config, error) {
			return &simulate.Config{
				Value: v, Redirect: redirect, Scopes: scopes,
				Endpoints: map[string]string{"authorizeUri": "https://login.example/authorize", "tokenUri": tokenURL, "revokeUri": revokeURL, "requestTokenUri": tokenURL},
				Username:  "ada", Password: "pass word",
			}, nil
		},
	}, rand.NewChaCha8([32]byte{1}))
	return s
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// authorize is an authorization request, changed.
func authorize(changes ...string) string {
	q := url.Values{
		"response_type": {"code"}, "client_id": {"app"}, "redirect_uri": {redirect}, "scope": {"read write"}, "state": {"st"},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
	}
	change(q, changes)
	return "https://login.example/authorize?" + q.Encode()
}

// change sets parameters, name after value; "" removes one.
func change(q url.Values, changes []string) {
	for i := 0; i+1 < len(changes); i += 2 {
		if q.Set(changes[i], changes[i+1]); changes[i+1] == "" {
			q.Del(changes[i])
		}
	}
}

// code logs in.
func (s *session) code() string {
	s.t.Helper()
	s.Step(simulate.StepAuthorize)
	back, err := s.Browse(s.t.Context(), authorize())
	if err != nil {
		s.t.Fatal(err)
	}
	u, err := url.Parse(back)
	if err != nil || u.Query().Get("state") != "st" {
		s.t.Fatalf("came back to %s, %v", back, err)
	}
	return u.Query().Get("code")
}

// send sends a form, and gives the status and the answer.
func (s *session) send(step, address string, q url.Values, prepare ...func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	s.Step(step)
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, address, strings.NewReader(q.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, p := range prepare {
		p(req)
	}
	resp, err := s.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	body, _ := io.ReadAll(resp.Body)
	_ = json.Unmarshal(body, &answer)
	return resp.StatusCode, answer
}

func basicAuth(id, secret string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(url.QueryEscape(id), url.QueryEscape(secret)) }
}

// exchange sends a token request for a code, changed.
func (s *session) exchange(code string, changes []string, prepare ...func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	q := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirect}, "code_verifier": {verifier}}
	change(q, changes)
	return s.send(simulate.StepToken, tokenURL, q, prepare...)
}

const inHeader = `{"clientId": "app", "clientSecret": "s:/+ecret"}`

func TestAuthorizationIsChecked(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][]string{
		"response_type":         {"response_type", "token"},
		"client_id":             {"client_id", "other"},
		"redirect_uri":          {"redirect_uri", redirect + "/"},
		"state":                 {"state", ""},
		"scope":                 {"scope", "read,write"},
		"code_challenge":        {"code_challenge", ""},
		"code_challenge_method": {"code_challenge_method", "plain"},
	} {
		s := newSession(t, inHeader)
		if back, err := s.Browse(t.Context(), authorize(changes...)); err == nil || !strings.Contains(err.Error(), strings.TrimSuffix(name, "_method")) {
			t.Errorf("%s: %s, %v", name, back, err)
		}
	}
	s := newSession(t, inHeader)
	if _, err := s.Browse(t.Context(), strings.Replace(authorize(), "/authorize", "/auth", 1)); err == nil {
		t.Error("another endpoint is accepted")
	}
}

func TestCodeIsGoodOnce(t *testing.T) {
	t.Parallel()
	client := basicAuth("app", "s:/+ecret")
	s := newSession(t, inHeader)
	code := s.code()
	status, answer := s.exchange(code, nil, client)
	if status != http.StatusOK || answer["access_token"] == "" || answer["expires_in"] != 3600.0 || answer["scope"] != "read write" {
		t.Fatalf("%d %v", status, answer)
	}
	if status, answer := s.exchange(code, nil, client); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
		t.Errorf("a used code: %d %v", status, answer)
	}
	if status, _ := s.refresh(answer["refresh_token"], client); status != http.StatusBadRequest {
		t.Errorf("what a code gave that was used twice still works: %d", status)
	}
	for name, changes := range map[string][]string{
		"redirect_uri":  {"redirect_uri", redirect + "?x=1"},
		"code_verifier": {"code_verifier", verifier + "x"},
		"no verifier":   {"code_verifier", ""},
		"code":          {"code", "guessed"},
	} {
		s := newSession(t, inHeader)
		if status, answer := s.exchange(s.code(), changes, client); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

// refresh sends a refresh request.
func (s *session) refresh(token any, prepare ...func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	text, _ := token.(string)
	return s.send(simulate.StepRefresh, tokenURL, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {text}}, prepare...)
}

func TestRefreshRotates(t *testing.T) {
	t.Parallel()
	client := basicAuth("app", "s:/+ecret")
	s := newSession(t, inHeader)
	_, first := s.exchange(s.code(), nil, client)
	status, second := s.refresh(first["refresh_token"], client)
	if status != http.StatusOK || second["refresh_token"] == first["refresh_token"] || second["access_token"] == first["access_token"] {
		t.Fatalf("%d %v after %v", status, second, first)
	}
	if status, answer := s.refresh(first["refresh_token"], client); status != http.StatusBadRequest || answer["error"] != "invalid_grant" {
		t.Errorf("a used refresh token: %d %v", status, answer)
	}
	if status, _ := s.refresh(second["refresh_token"], client); status != http.StatusBadRequest {
		t.Errorf("the family of a reused refresh token still works: %d", status)
	}
	if status, _ := s.refresh(second["access_token"], client); status != http.StatusBadRequest {
		t.Errorf("an access token refreshes: %d", status)
	}
}

func TestRevocationEndsTheFamily(t *testing.T) {
	t.Parallel()
	client := basicAuth("app", "s:/+ecret")
	s := newSession(t, inHeader)
	_, answer := s.exchange(s.code(), nil, client)
	token, _ := answer["refresh_token"].(string)
	if status, _ := s.send(simulate.StepRevoke, revokeURL, url.Values{"token": {token}}); status != http.StatusUnauthorized {
		t.Errorf("anybody revokes: %d", status)
	}
	if status, _ := s.send(simulate.StepRevoke, revokeURL, url.Values{"token": {token}}, client); status != http.StatusOK {
		t.Errorf("revoke: %d", status)
	}
	if status, _ := s.refresh(token, client); status != http.StatusBadRequest {
		t.Errorf("a revoked token refreshes: %d", status)
	}
	for _, tok := range s.Tokens() {
		if !tok.Dead {
			t.Errorf("%+v lives on", tok)
		}
	}
}

// TestClientAuthenticationIsEnforced sends each authentication where each is
// declared: the declared one alone is accepted.
func TestClientAuthenticationIsEnforced(t *testing.T) {
	t.Parallel()
	const secret = "s:/+ecret"
	ways := map[string]struct {
		changes []string
		prepare func(*http.Request)
	}{
		"headers": {nil, basicAuth("app", secret)},
		"raw":     {nil, func(r *http.Request) { r.SetBasicAuth("app", secret) }},
		"body":    {[]string{"client_id", "app", "client_secret", secret}, func(*http.Request) {}},
		"both":    {[]string{"client_id", "app", "client_secret", secret}, basicAuth("app", secret)},
		"none":    {[]string{"client_id", "app"}, func(*http.Request) {}},
		"wrong":   {nil, basicAuth("app", "wrong")},
	}
	for declared, config := range map[string]string{
		"headers": inHeader,
		"raw":     `{"clientId": "app", "clientSecret": "s:/+ecret", "clientAuthEncoding": "raw"}`,
		"body":    `{"clientId": "app", "clientSecret": "s:/+ecret", "clientAuthLocation": "body"}`,
		"both":    `{"clientId": "app", "clientSecret": "s:/+ecret", "clientAuthLocation": "both"}`,
		"none":    `{"clientId": "app"}`,
	} {
		for way, how := range ways {
			s := newSession(t, config)
			status, answer := s.exchange(s.code(), how.changes, how.prepare)
			if accepted := status == http.StatusOK; accepted != (way == declared) {
				t.Errorf("%s is declared, %s is sent: %d %v", declared, way, status, answer)
			}
		}
	}
}

func TestClientAssertionIsVerified(t *testing.T) {
	t.Parallel()
	jws := func(alg, key string, data []byte) ([]byte, error) { return formula.SignJWS(alg, key, data, nil) }
	make := func(key string, claims map[string]any) string {
		text, err := sign.Token(jws, "ES256", key, nil, claims)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	key := formula.ThrowAwayKey("ES256")
	encoded, err := json.Marshal(map[string]any{"clientId": "app", "clientAuthLocation": "private_key_jwt", "clientAssertion": map[string]any{"key": key, "alg": "ES256"}})
	if err != nil {
		t.Fatal(err)
	}
	claims := func(changes map[string]any) map[string]any {
		c := map[string]any{"iss": "app", "sub": "app", "aud": tokenURL, "jti": "1", "exp": start.Add(time.Minute).Unix()}
		for name, v := range changes {
			c[name] = v
		}
		return c
	}
	for name, test := range map[string]struct {
		text string
		fine bool
	}{
		"right":     {make(key, claims(nil)), true},
		"other key": {make(simulate.OtherKey(key), claims(nil)), false},
		"issuer":    {make(key, claims(map[string]any{"iss": "other"})), false},
		"audience":  {make(key, claims(map[string]any{"aud": "https://evil.example"})), false},
		"ended":     {make(key, claims(map[string]any{"exp": start.Unix()})), false},
		"no JWT":    {"x.y", false},
	} {
		s := newSession(t, string(encoded))
		params := []string{"client_id", "app", "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", test.text}
		if status, answer := s.exchange(s.code(), params); (status == http.StatusOK) != test.fine {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		if status, _ := s.exchange(s.code(), params); status == http.StatusOK {
			t.Errorf("%s: an assertion is good twice", name)
		}
	}
}

func TestDeclaredFormatIsEnforced(t *testing.T) {
	t.Parallel()
	asJSON := func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		r.Body = io.NopCloser(strings.NewReader(`{"grant_type":"password","username":"ada","password":"pass word"}`))
	}
	inQuery := func(r *http.Request) {
		r.URL.RawQuery = "grant_type=password&username=ada&password=pass+word"
		r.Body = http.NoBody
	}
	form := url.Values{"grant_type": {"password"}, "username": {"ada"}, "password": {"pass word"}}
	for declared, want := range map[string]int{"form": 0, "json": 1, "query": 2} {
		for i, prepare := range []func(*http.Request){func(*http.Request) {}, asJSON, inQuery} {
			s := newSession(t, `{"grantType": "password", "tokenFormat": "`+declared+`"}`)
			status, answer := s.send(simulate.StepToken, tokenURL, form, prepare)
			if (status == http.StatusOK) != (i == want) {
				t.Errorf("%s is declared, way %d is sent: %d %v", declared, i, status, answer)
			}
		}
	}
	s := newSession(t, `{"grantType": "password", "parameterNames": {"username": "user"}}`)
	form.Set("user", form.Get("username"))
	form.Del("username")
	if status, answer := s.send(simulate.StepToken, tokenURL, form); status != http.StatusOK {
		t.Errorf("a renamed parameter: %d %v", status, answer)
	}
	form.Set("password", "wrong")
	if status, _ := s.send(simulate.StepToken, tokenURL, form); status != http.StatusBadRequest {
		t.Errorf("a wrong password: %d", status)
	}
}

// TestAnswersHaveTheDeclaredShape puts tokens and lifetimes where tokenResponse
// says.
func TestAnswersHaveTheDeclaredShape(t *testing.T) {
	t.Parallel()
	s := newSession(t, `{"clientId": "app", "tokenResponse": {"accessToken": "data.token", "refreshToken": "data.again[0]", "expiresIn": "data.ttl", "expiresUnit": "milliseconds"}}`)
	status, answer := s.exchange(s.code(), []string{"client_id", "app"})
	data, _ := answer["data"].(map[string]any)
	again, _ := data["again"].([]any)
	if status != http.StatusOK || data["token"] == nil || data["ttl"] != 3600000.0 || len(again) != 1 || answer["access_token"] != nil || answer["refresh_token"] != nil {
		t.Errorf("%d %v", status, answer)
	}
}
