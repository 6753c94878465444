package cli_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/examples/apis"
)

const (
	testVerifier = "verifier-of-a-test-that-is-long-enough-for-PKCE"
	testRedirect = "http://127.0.0.1:47920/callback"
)

// challengeOf is the challenge of a verifier (RFC 7636 4.2).
func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// sendTo sends a request for an address of an API to its server.
func sendTo(t testing.TB, api apis.API, verb, address string, header http.Header, body string) (*http.Response, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	host := u.Host
	server, err := url.Parse(serve(t, api.Handler))
	if err != nil {
		t.Fatal(err)
	}
	u.Scheme, u.Host = server.Scheme, server.Host
	req, err := http.NewRequestWithContext(t.Context(), verb, u.String(), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host, req.Header = host, header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// A codeFlow is a login by code, step by step; what a test changes of it is
// wrong.
type codeFlow struct {
	apis.API
	query, form url.Values
	header      http.Header
	verb        string
}

func asanaFlow(t testing.TB) *codeFlow {
	o := optionOf(t, "asana", "default")
	id, key := o.Parameters["clientId"], o.Parameters["clientSecret"]
	return &codeFlow{
		API: o.API, verb: http.MethodPost, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		query: url.Values{
			"response_type": {"code"}, "client_id": {id}, "redirect_uri": {testRedirect}, "state": {"a-state-of-this-test"},
			"scope": {"users:read"}, "code_challenge": {challengeOf(testVerifier)}, "code_challenge_method": {"S256"},
		},
		form: url.Values{
			"grant_type": {"authorization_code"}, "redirect_uri": {testRedirect}, "code_verifier": {testVerifier},
			"client_id": {id}, "client_secret": {key},
		},
	}
}

// run logs in and says what came of it.
func (f *codeFlow) run(t testing.TB) string {
	t.Helper()
	resp, page := sendTo(t, f.API, http.MethodGet, "https://app.asana.com/-/oauth_authorize?"+f.query.Encode(), nil, "")
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.StatusCode != http.StatusFound {
		return fmt.Sprintf("page %d %s", resp.StatusCode, strings.TrimSpace(page))
	}
	if code := back.Query().Get("error"); code != "" || back.Query().Get("state") != f.query.Get("state") {
		return "callback " + code
	}
	if !f.form.Has("code") {
		f.form.Set("code", back.Query().Get("code"))
	}
	resp, answer := sendTo(t, f.API, f.verb, "https://app.asana.com/-/oauth_token", f.header, f.form.Encode())
	return fmt.Sprintf("token %d %s", resp.StatusCode, answer)
}

// TestApisRefuseLogins wants the servers to insist on what OAuth 2 insists on.
func TestApisRefuseLogins(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(f *codeFlow)
		want   string
	}{
		{"as it should be", func(*codeFlow) {}, `token 200 {"access_token":"`},
		{"an unknown client", func(f *codeFlow) { f.query.Set("client_id", "other") }, "page 400 There is no such application."},
		{"an unregistered redirect URI", func(f *codeFlow) { f.query.Set("redirect_uri", testRedirect+"/") }, "page 400 The redirect URI is not registered."},
		{"no state", func(f *codeFlow) { f.query.Del("state") }, "callback invalid_request"},
		{"a parameter twice", func(f *codeFlow) { f.query.Add("scope", "users:read") }, "callback invalid_request"},
		{"another response type", func(f *codeFlow) { f.query.Set("response_type", "token") }, "callback unsupported_response_type"},
		{"an unknown scope", func(f *codeFlow) { f.query.Set("scope", "users:read everything") }, "callback invalid_scope"},
		{"a plain challenge", func(f *codeFlow) { f.query.Set("code_challenge_method", "plain") }, "callback invalid_request"},
		{"another verifier", func(f *codeFlow) { f.form.Set("code_verifier", "x"+testVerifier) }, `token 400 {"error":"invalid_grant"`},
		{"no verifier", func(f *codeFlow) { f.form.Del("code_verifier") }, `token 400 {"error":"invalid_grant"`},
		{"a verifier without a challenge", func(f *codeFlow) { f.query.Del("code_challenge") }, `token 400 {"error":"invalid_grant"`},
		{"another redirect URI", func(f *codeFlow) { f.form.Set("redirect_uri", testRedirect+"/") }, `token 400 {"error":"invalid_grant"`},
		{"another code", func(f *codeFlow) { f.form.Set("code", "other") }, `token 400 {"error":"invalid_grant"`},
		{"a wrong secret", func(f *codeFlow) { f.form.Set("client_secret", "other") }, `token 401 {"error":"invalid_client"`},
		{"no secret", func(f *codeFlow) { f.form.Del("client_secret") }, `token 401 {"error":"invalid_client"`},
		{"the secret in the header", func(f *codeFlow) {
			req := http.Request{Header: f.header}
			req.SetBasicAuth(url.QueryEscape(f.form.Get("client_id")), url.QueryEscape(f.form.Get("client_secret")))
			f.form.Del("client_secret")
		}, `token 401 {"error":"invalid_client"`},
		{"the secret in both", func(f *codeFlow) { f.header.Set("Authorization", "Basic YTpi") }, `token 400 {"error":"invalid_request"`},
		{"another grant", func(f *codeFlow) { f.form.Set("grant_type", "password") }, `token 400 {"error":"unsupported_grant_type"`},
		{"an unknown refresh token", func(f *codeFlow) {
			f.form.Set("grant_type", "refresh_token")
			f.form.Set("refresh_token", "other")
		}, `token 400 {"error":"invalid_grant"`},
		{"a field twice", func(f *codeFlow) { f.form.Add("grant_type", "authorization_code") }, `token 400 {"error":"invalid_request"`},
		{"JSON", func(f *codeFlow) { f.header.Set("Content-Type", "application/json") }, `token 400 {"error":"invalid_request"`},
		{"GET", func(f *codeFlow) { f.verb = http.MethodGet }, `token 400 {"error":"invalid_request"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := asanaFlow(t)
			test.change(f)
			if got := f.run(t); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestApisEndStolenCodes wants a code that comes twice to end what it gave.
func TestApisEndStolenCodes(t *testing.T) {
	t.Parallel()
	f := asanaFlow(t)
	first := f.run(t)
	_, token, _ := strings.Cut(first, `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	me := func() int {
		resp, _ := sendTo(t, f.API, http.MethodGet, "https://app.asana.com/api/1.0/users/me", http.Header{"Authorization": {"Bearer " + token}}, "")
		return resp.StatusCode
	}
	before := me()
	if second := f.run(t); !strings.Contains(second, "the code was used before") {
		t.Errorf("a used code: %s", second)
	}
	if after := me(); before != http.StatusOK || after != http.StatusUnauthorized {
		t.Errorf("the token got %d, and %d after its code was used again; want 200 and 401", before, after)
	}
}

// TestApisPublicClients wants a client without a secret to have PKCE, and a
// refresh token to be asked for.
func TestApisPublicClients(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "dropbox", "public")
	query := url.Values{"response_type": {"code"}, "client_id": {o.Parameters["appKey"]}, "redirect_uri": {testRedirect}, "state": {"a-state-of-this-test"}}
	resp, _ := sendTo(t, o.API, http.MethodGet, "https://www.dropbox.com/oauth2/authorize?"+query.Encode(), nil, "")
	if location := resp.Header.Get("Location"); !strings.Contains(location, "error=invalid_request") {
		t.Errorf("without a challenge: %s", location)
	}
	query.Set("code_challenge", challengeOf(testVerifier))
	query.Set("code_challenge_method", "S256")
	resp, _ = sendTo(t, o.API, http.MethodGet, "https://www.dropbox.com/oauth2/authorize?"+query.Encode(), nil, "")
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "redirect_uri": {testRedirect}, "code_verifier": {testVerifier},
		"client_id": {o.Parameters["appKey"]}, "code": {back.Query().Get("code")},
	}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if resp, answer := sendTo(t, o.API, http.MethodPost, "https://api.dropboxapi.com/oauth2/token", header, form.Encode()); resp.StatusCode != http.StatusOK || strings.Contains(answer, "refresh_token") {
		t.Errorf("without token_access_type=offline: %d %s", resp.StatusCode, answer)
	}
}

// TestApisVerifyOAuth1 wants Trello's signatures to be checked.
func TestApisVerifyOAuth1(t *testing.T) {
	t.Parallel()
	const address = "https://trello.com/1/OAuthGetRequestToken?a=1&a-b=x%20y"
	tests := []struct {
		name   string
		signer func(s *sign.OAuth1)
		sent   string // in place of what is signed
		want   string
	}{
		{"as it should be", func(*sign.OAuth1) {}, address, "200 oauth_callback_confirmed=true&oauth_token="},
		{"another secret", func(s *sign.OAuth1) { s.ConsumerSecret = "other" }, address, "401 invalid signature"},
		{"another key", func(s *sign.OAuth1) { s.ConsumerKey = "other" }, address, "401 invalid key"},
		{"an unknown token", func(s *sign.OAuth1) { s.Token = "other" }, address, "401 invalid token"},
		{"another method", func(s *sign.OAuth1) { s.Method = "HMAC-SHA256" }, address, "401 signature method"},
		{"an old time", func(s *sign.OAuth1) { s.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, address, "401 timestamp refused"},
		{"another query", func(*sign.OAuth1) {}, address + "&b=1", "401 invalid signature"},
		{"another path", func(*sign.OAuth1) {}, strings.Replace(address, "Request", "Access", 1), "401 invalid signature"},
		{"another callback", func(s *sign.OAuth1) { s.Callback = "https://other.example" }, address, "400 invalid callback"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := optionOf(t, "trello", "default")
			signer := &sign.OAuth1{
				ConsumerKey: o.Parameters["consumerKey"], ConsumerSecret: o.Parameters["consumerSecret"], Callback: testRedirect,
				World: sign.World{Now: time.Now, Rand: rand.Reader},
			}
			test.signer(signer)
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			r := &sign.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
			if err := signer.Sign(r); err != nil {
				t.Fatal(err)
			}
			resp, text := sendTo(t, o.API, r.Method, test.sent, r.Header, "")
			if got := fmt.Sprintf("%d %s", resp.StatusCode, text); !strings.HasPrefix(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if resp, text := sendTo(t, o.API, r.Method, test.sent, r.Header, ""); resp.StatusCode < 400 {
				t.Errorf("the same request once more: %d %s", resp.StatusCode, text)
			}
		})
	}
}

// TestApisRefuseVerifiers wants a temporary token of Trello to be good for one
// thing, and once.
func TestApisRefuseVerifiers(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "trello", "default")
	signer := &sign.OAuth1{
		ConsumerKey: o.Parameters["consumerKey"], ConsumerSecret: o.Parameters["consumerSecret"], Callback: testRedirect,
		World: sign.World{Now: time.Now, Rand: rand.Reader},
	}
	send := func(verb, address string) (int, url.Values) {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		r := &sign.Request{Method: verb, URL: u, Header: http.Header{}}
		if err := signer.Sign(r); err != nil {
			t.Fatal(err)
		}
		resp, text := sendTo(t, o.API, verb, address, r.Header, "")
		values, _ := url.ParseQuery(text)
		return resp.StatusCode, values
	}
	_, temporary := send(http.MethodPost, "https://trello.com/1/OAuthGetRequestToken")
	signer.Callback, signer.Token, signer.TokenSecret = "", temporary.Get("oauth_token"), temporary.Get("oauth_token_secret")
	authorize := "https://trello.com/1/OAuthAuthorizeToken?name=test&expiration=1hour&oauth_token=" + signer.Token
	if resp, _ := sendTo(t, o.API, http.MethodGet, authorize+"&scope=read,everything", nil, ""); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("an unknown scope: %d", resp.StatusCode)
	}
	resp, _ := sendTo(t, o.API, http.MethodGet, authorize+"&scope=read", nil, "")
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	const access = "https://trello.com/1/OAuthGetAccessToken"
	for _, step := range []struct {
		name, verifier, verb, address string
		status                        int
	}{
		{"the API with a temporary token", "", http.MethodGet, "https://api.trello.com/1/members/me", 401},
		{"no verifier", "", http.MethodPost, access, 401},
		{"another verifier", "other", http.MethodPost, access, 401},
		{"the verifier", back.Query().Get("oauth_verifier"), http.MethodPost, access, 200},
		{"the verifier again", back.Query().Get("oauth_verifier"), http.MethodPost, access, 401},
	} {
		signer.Verifier = step.verifier
		if status, _ := send(step.verb, step.address); status != step.status {
			t.Errorf("%s: %d, want %d", step.name, status, step.status)
		}
	}
}

// TestApisRevokeRefreshTokens wants Asana to take refresh tokens back, and no
// access tokens.
func TestApisRevokeRefreshTokens(t *testing.T) {
	t.Parallel()
	f := asanaFlow(t)
	var tokens map[string]any
	_, answer, _ := strings.Cut(f.run(t), "token 200 ")
	if err := json.Unmarshal([]byte(answer), &tokens); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		token  any
		secret string
		status int
	}{
		{tokens["access_token"], f.form.Get("client_secret"), 400},
		{tokens["refresh_token"], "other", 401},
		{tokens["refresh_token"], f.form.Get("client_secret"), 200},
	} {
		form := url.Values{"client_id": f.form["client_id"], "client_secret": {step.secret}, "token": {fmt.Sprint(step.token)}}
		if resp, text := sendTo(t, f.API, http.MethodPost, "https://app.asana.com/-/oauth_revoke", f.header, form.Encode()); resp.StatusCode != step.status {
			t.Errorf("%d %s, want %d", resp.StatusCode, text, step.status)
		}
	}
}

// TestApisVerifySigV4 wants the signatures of S3 to be checked.
func TestApisVerifySigV4(t *testing.T) {
	t.Parallel()
	const address = "https://s3.us-east-1.amazonaws.com/reports/a%20b%26c?x-id=1&x=2&empty"
	tests := []struct {
		name   string
		signer func(s *sign.SigV4)
		change func(r *sign.Request)
		want   string
	}{
		{"as it should be", nil, nil, "200"},
		{"another secret", func(s *sign.SigV4) { s.SecretAccessKey = "other" }, nil, "403 SignatureDoesNotMatch"},
		{"another key", func(s *sign.SigV4) { s.AccessKeyID = "OTHER" }, nil, "403 InvalidAccessKeyId"},
		{"another region", func(s *sign.SigV4) { s.Region = "eu-central-1" }, nil, "400 AuthorizationHeaderMalformed"},
		{"an old time", func(s *sign.SigV4) { s.Now = func() time.Time { return time.Now().Add(-time.Hour) } }, nil, "403 RequestTimeTooSkewed"},
		{"another body", nil, func(r *sign.Request) { r.Body = []byte("other") }, "400 XAmzContentSHA256Mismatch"},
		{"another query", nil, func(r *sign.Request) { r.URL.RawQuery += "&y=1" }, "403 SignatureDoesNotMatch"},
		{"another path", nil, func(r *sign.Request) { r.URL.Path, r.URL.RawPath = r.URL.Path+"x", "" }, "403 SignatureDoesNotMatch"},
		{"a header of AWS that is not signed", nil, func(r *sign.Request) { r.Header.Set("X-Amz-Acl", "public-read") }, "403 AccessDenied"},
		{"a header that is signed", nil, func(r *sign.Request) { r.Header.Set("Content-Type", "text/html") }, "403 SignatureDoesNotMatch"},
		{"no signature", nil, func(r *sign.Request) { r.Header.Del("Authorization") }, "403 AccessDenied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := optionOf(t, "s3", "default")
			signer := &sign.SigV4{
				Service: "s3", Region: "us-east-1", AccessKeyID: o.Inputs["accessKeyId"], SecretAccessKey: o.Inputs["secretAccessKey"],
				World: sign.World{Now: time.Now, Rand: rand.Reader},
			}
			if test.signer != nil {
				test.signer(signer)
			}
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			r := &sign.Request{Method: http.MethodPut, URL: u, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("text")}
			if err := signer.Sign(r); err != nil {
				t.Fatal(err)
			}
			if test.change != nil {
				test.change(r)
			}
			resp, text := sendTo(t, o.API, r.Method, r.URL.String(), r.Header, string(r.Body))
			status, code, _ := strings.Cut(test.want, " ")
			if fmt.Sprint(resp.StatusCode) != status || !strings.Contains(text, code) {
				t.Errorf("got %d %s, want %s", resp.StatusCode, text, test.want)
			}
		})
	}
}
