package cli_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/examples/apis"
)

// TestExampleLedgerRefusesStrangers shows the bank a certificate of another
// authority, and a certificate with a key that is not its own.
func TestExampleLedgerRefusesStrangers(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"certificate", "token"} {
		o := optionOf(t, "ledger", key)
		flags, _ := o.routes(t)
		dir := copyExample(t, "ledger")
		own := o.Inputs
		certificate, private := apis.Strangers()
		o.Inputs = map[string]string{"certificate": certificate, "privateKey": private}
		world{}.run(o.args(t, dir, flags, "--live")...).check(t, 3, "TLS alert: certificate required")
		o.Inputs = map[string]string{"certificate": own["certificate"], "privateKey": private}
		world{}.run(o.args(t, dir, flags, "--live")...).check(t, 1, "it is not the key of the certificate")
	}
}

// TestExampleSessions refreshes sessions, lets them be ended elsewhere, and ends
// them: an API that says so in a 200 is heard.
func TestExampleSessions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ example, session, end, body string }{
		{"veeva-vault", "sessionId", "DELETE https://example.veevavault.com/api/v24.3/session", ""},
		{"angel-one", "jwtToken", "POST https://apiconnect.angelone.in/rest/secure/angelbroking/user/v1/logout", `{"clientcode":"L1234567"}`},
	} {
		t.Run(test.example, func(t *testing.T) {
			t.Parallel()
			o := optionOf(t, test.example, "default")
			s := o.subject(t, filepath.Join(repository, "examples", test.example))
			c, w := o.connected(t, s, o.values(t, s))
			session := func() string { return c.Credential().Values.Get(test.session).Text() }
			first := session()
			if err := c.Refresh(t.Context()); err != nil || session() == first || session() == "" {
				t.Errorf("a refresh gives no other session: %v", err)
			}
			method, address, _ := strings.Cut(test.end, " ")
			req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			second := session()
			req.Header.Set("Authorization", second)
			if test.body != "" {
				for _, name := range []string{"X-UserType", "X-SourceID", "X-ClientLocalIP", "X-ClientPublicIP", "X-MACAddress"} {
					req.Header.Set(name, "any")
				}
				req.Header.Set("X-PrivateKey", o.Inputs["apiKey"])
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("Authorization", "Bearer "+second)
			}
			resp, err := w.Network.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			result, err := c.Test(t.Context())
			switch refreshed := session() != second; {
			case err != nil:
				t.Fatal(err)
			case test.example == "veeva-vault" && (!result.OK || !refreshed):
				t.Errorf("a session that ended elsewhere is not logged in again: %+v", result)
			case test.example == "angel-one" && result.OK: // its refresh token ended with it
				t.Error("a session that ended elsewhere is good still")
			}
			c, _ = o.connected(t, s, o.values(t, s))
			if result, err := c.Disconnect(t.Context()); err != nil || !result.OK {
				t.Errorf("disconnect: %v, %+v", err, result)
			}
		})
	}
}

// TestApisRefuseMore wants the servers of logins, signatures and codes to insist
// on what their APIs insist on.
func TestApisRefuseMore(t *testing.T) {
	t.Parallel()
	veeva := optionOf(t, "veeva-vault", "default").Inputs
	login := url.Values{"username": {veeva["username"]}, "password": {veeva["password"]}}.Encode()
	client := optionOf(t, "github", "device").Parameters["clientId"]
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	jsonForm := http.Header{"Content-Type": form["Content-Type"], "Accept": {"application/json"}}
	unsigned := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"ada"}`)) + "."
	tests := []struct {
		example, method, address string
		header                   http.Header
		body                     string
		status                   int
		want                     string
	}{
		{"veeva-vault", "POST", "https://example.veevavault.com/api/v24.3/auth", form, login, 200, `"sessionId":"`},
		{"veeva-vault", "POST", "https://example.veevavault.com/api/v24.3/auth", http.Header{"Content-Type": {"application/json"}}, `{"username":"a"}`, 200, "PARAMETER_REQUIRED"},
		{"veeva-vault", "POST", "https://example.veevavault.com/api/v1/auth", form, login, 200, "INVALID_API_VERSION"},
		{"veeva-vault", "GET", "https://example.veevavault.com/api/v24.3/objects/users/me", http.Header{"Authorization": {"Bearer x"}}, "", 200, "INVALID_SESSION_ID"},
		{"veeva-vault", "GET", "https://other.veevavault.com/api/v24.3/objects/users/me", nil, "", 404, "no such vault"},
		{"mongodb-atlas", "GET", "https://cloud.mongodb.com/api/atlas/v2/orgs", nil, "", 401, "not authorized"},
		{"mongodb-atlas", "GET", "https://cloud.mongodb.com/api/atlas/v2/orgs", http.Header{"Authorization": {`Digest username="loopbaqk", nonce="made-up", nc=00000001`}}, "", 401, "not authorized"},
		{"mongodb-atlas", "GET", "https://cloud.mongodb.com/api/atlas/v2/orgs", http.Header{"Authorization": {"Basic bG9vcGJhcWs6eA=="}}, "", 401, "not authorized"},
		{"membrane", "GET", "https://api.integration.app/self", nil, "", 401, "is missing"},
		{"membrane", "GET", "https://api.integration.app/self", http.Header{"X-Membrane-Token": {unsigned}}, "", 401, "not signed"},
		{"angel-one", "POST", "https://apiconnect.angelone.in/rest/auth/angelbroking/user/v1/loginByPassword", nil, "{}", 400, "X-UserType"},
		{"github", "POST", "https://github.com/login/device/code", form, "client_id=" + client, 200, "device_code="},
		{"github", "POST", "https://github.com/login/device/code", jsonForm, "client_id=" + client, 200, `"device_code":"`},
		{"github", "POST", "https://github.com/login/device/code", jsonForm, "client_id=other", 404, "Not Found"},
		{"github", "POST", "https://github.com/login/device", form, "user_code=WRONG", 422, "not known"},
		{"github", "POST", "https://github.com/login/oauth/access_token", jsonForm, "client_id=" + client + "&grant_type=device_code&device_code=x", 200, "unsupported_grant_type"},
		{"github", "POST", "https://github.com/login/oauth/access_token", form, "client_id=" + client + "&grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x", 200, "error=incorrect_device_code"},
		{"jira-service-management", "GET", "https://example.atlassian.net/rest/servicedeskapi/servicedesk", nil, "", 401, "must be authenticated"},
	}
	for _, test := range tests {
		resp, body := sendTo(t, apiOf(t, test.example), test.method, test.address, test.header, test.body)
		if resp.StatusCode != test.status || !strings.Contains(body, test.want) {
			t.Errorf("%s %s %q: %d %s, want %d with %s", test.method, test.address, test.body, resp.StatusCode, body, test.status, test.want)
		}
	}
}
