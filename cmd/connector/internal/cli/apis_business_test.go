package cli_test

import (
	"crypto/rand"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
)

// An assertion is what a client of Okta says about itself; what a test changes
// of it is wrong.
type assertion struct {
	alg, key       string
	header, claims map[string]any
	form           url.Values
}

// TestApisVerifyAssertions wants the assertions of Okta's clients to be checked.
func TestApisVerifyAssertions(t *testing.T) {
	t.Parallel()
	const tokens = "https://acme.okta.com/oauth2/v1/token"
	tests := []struct {
		name   string
		change func(a *assertion)
		want   string
	}{
		{"as it should be", func(*assertion) {}, `200 {"access_token":"`},
		{"another key", func(a *assertion) { a.key = optionOf(t, "okta", "service").Wrong["privateKey"] }, "401 signature is invalid"},
		{"another algorithm", func(a *assertion) { a.alg = "PS256" }, "401 algorithm is another one"},
		{"another key id", func(a *assertion) { a.header["kid"] = "other" }, "401 not registered: kid"},
		{"another audience", func(a *assertion) { a.claims["aud"] = "https://acme.okta.com" }, "401 another aud"},
		{"another subject", func(a *assertion) { a.claims["sub"] = "other" }, "401 another sub"},
		{"one that is over", func(a *assertion) { a.claims["exp"] = time.Now().Add(-time.Minute).Unix() }, "401 not valid now"},
		{"one for a day", func(a *assertion) { a.claims["exp"] = time.Now().Add(24 * time.Hour).Unix() }, "401 for too long"},
		{"no id", func(a *assertion) { delete(a.claims, "jti") }, "401 has no jti"},
		{"no type", func(a *assertion) { a.form.Del("client_assertion_type") }, "401 client_assertion_type"},
		{"a secret beside it", func(a *assertion) { a.form.Set("client_secret", "other") }, "401 authenticates twice"},
		{"an unknown scope", func(a *assertion) { a.form.Set("scope", "okta.apps.manage") }, "400 invalid_scope"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := optionOf(t, "okta", "service")
			id := o.Inputs["clientId"]
			a := &assertion{
				alg: "RS256", key: o.Inputs["privateKey"], header: map[string]any{"kid": o.Inputs["keyId"]},
				claims: map[string]any{
					"iss": id, "sub": id, "aud": tokens, "jti": "1", "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
				},
				form: url.Values{
					"grant_type": {"client_credentials"}, "scope": {"okta.orgs.read"}, "client_id": {id},
					"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
				},
			}
			test.change(a)
			jws := func(alg, key string, data []byte) ([]byte, error) {
				return formula.SignJWS(alg, key, data, rand.Reader)
			}
			text, err := sign.Token(jws, a.alg, a.key, a.header, a.claims)
			if err != nil {
				t.Fatal(err)
			}
			a.form.Set("client_assertion", text)
			header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			status, words, _ := strings.Cut(test.want, " ")
			resp, answer := sendTo(t, o.API, http.MethodPost, tokens, header, a.form.Encode())
			if fmt.Sprint(resp.StatusCode) != status || !strings.Contains(answer, words) {
				t.Errorf("got %d %s, want %s", resp.StatusCode, answer, test.want)
			}
			if resp, answer := sendTo(t, o.API, http.MethodPost, tokens, header, a.form.Encode()); resp.StatusCode < 400 {
				t.Errorf("the same assertion once more: %d %s", resp.StatusCode, answer)
			}
		})
	}
}

// TestApisVerifyTokenBased wants NetSuite's signatures to be checked.
func TestApisVerifyTokenBased(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		signer func(s *sign.OAuth1)
		status int
	}{
		{"as it should be", func(*sign.OAuth1) {}, 200},
		{"the older method", func(s *sign.OAuth1) { s.Method = "HMAC-SHA1" }, 401},
		{"no realm", func(s *sign.OAuth1) { s.Realm = "" }, 401},
		{"the realm as a host name", func(s *sign.OAuth1) { s.Realm = "1234567-sb1" }, 401},
		{"another secret", func(s *sign.OAuth1) { s.TokenSecret = "other" }, 401},
		{"another token", func(s *sign.OAuth1) { s.Token = "other" }, 401},
	}
	for _, test := range tests {
		o := optionOf(t, "netsuite", "default")
		signer := &sign.OAuth1{
			ConsumerKey: o.Inputs["consumerKey"], ConsumerSecret: o.Inputs["consumerSecret"], Token: o.Inputs["tokenId"],
			TokenSecret: o.Inputs["tokenSecret"], Method: "HMAC-SHA256", Realm: o.Inputs["account"],
			World: sign.World{Now: time.Now, Rand: rand.Reader},
		}
		test.signer(signer)
		u, err := url.Parse(o.Origin + "/services/rest/system/v1/serverTime")
		if err != nil {
			t.Fatal(err)
		}
		r := &sign.Request{Method: http.MethodGet, URL: u, Header: http.Header{}}
		if err := signer.Sign(r); err != nil {
			t.Fatal(err)
		}
		if resp, text := sendTo(t, o.API, r.Method, u.String(), r.Header, ""); resp.StatusCode != test.status {
			t.Errorf("%s: %d %s, want %d", test.name, resp.StatusCode, text, test.status)
		}
	}
}

// TestApisOfOrganizations wants the other servers for organizations to insist on
// what their APIs insist on.
func TestApisOfOrganizations(t *testing.T) {
	t.Parallel()
	keys := optionOf(t, "datadog", "default").Inputs
	token := optionOf(t, "okta", "token").Inputs["token"]
	both := map[string]string{"DD-API-KEY": keys["apiKey"], "DD-APPLICATION-KEY": keys["applicationKey"]}
	without := func(name string) map[string]string {
		header := maps.Clone(both)
		delete(header, name)
		return header
	}
	tests := []struct {
		example, verb, address string
		header                 map[string]string
		status                 int
		want                   string
	}{
		{"datadog", "GET", "https://api.us3.datadoghq.com/api/v2/validate_keys", both, 200, `"status":"ok"`},
		{"datadog", "GET", "https://api.datadoghq.com/api/v2/validate_keys", both, 401, "Unauthorized"},
		{"datadog", "GET", "https://api.us3.datadoghq.com/api/v2/validate_keys", without("DD-API-KEY"), 401, "Unauthorized"},
		{"datadog", "GET", "https://api.us3.datadoghq.com/api/v2/validate_keys", without("DD-APPLICATION-KEY"), 403, "Forbidden"},
		{"okta", "GET", "https://acme.okta.com/api/v1/org", map[string]string{"Authorization": "SSWS " + token}, 200, `"companyName":"Acme"`},
		{"okta", "GET", "https://acme.okta.com/api/v1/org", map[string]string{"Authorization": "Bearer " + token}, 401, "E0000011"},
		{"snowflake", "POST", "https://acme-analytics.snowflakecomputing.com/api/v2/statements", nil, 400, "Unsupported Accept header"},
		{"snowflake", "POST", "https://acme-analytics.snowflakecomputing.com/api/v2/statements", map[string]string{"Accept": "application/json"}, 401, "390101"},
		{"quickbooks", "GET", "https://quickbooks.api.intuit.com/v3/company/1/companyinfo/1", nil, 200, "<IntuitResponse"},
		{"quickbooks", "GET", "https://quickbooks.api.intuit.com/v3/company/1/companyinfo/1", map[string]string{"Accept": "application/json"}, 401, "errorCode=003200"},
		{"paypal", "GET", "https://api-m.paypal.com/v1/identity/oauth2/userinfo?schema=paypalv1.1", nil, 401, "invalid_token"},
		{"microsoft-graph", "GET", "https://graph.microsoft.com/v1.0/me", nil, 401, "InvalidAuthenticationToken"},
		{"microsoft-graph", "POST", "https://login.microsoftonline.com/other.example/oauth2/v2.0/token", nil, 400, "no such tenant"},
	}
	for _, test := range tests {
		header := http.Header{}
		for name, value := range test.header {
			header.Set(name, value)
		}
		resp, text := sendTo(t, apiOf(t, test.example), test.verb, test.address, header, "")
		if resp.StatusCode != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s %s: %d %s, want %d with %s", test.verb, test.address, resp.StatusCode, text, test.status, test.want)
		}
	}
}
