package cli_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestApis wants the loopback servers to insist on what their APIs insist on.
func TestApis(t *testing.T) {
	t.Parallel()
	token := apiOf(t, "kintone").Options["token"].Inputs["apiKey"]
	gitHub := apiOf(t, "github").Options["default"].Inputs["token"]
	linear := apiOf(t, "linear").Options["default"].Inputs["apiKey"]
	key := apiOf(t, "openweather").Options["default"].Inputs["apiKey"]
	shop := apiOf(t, "shopify").Options["token"].Inputs["apiKey"]
	desk := apiOf(t, "zendesk").Options["token"].Inputs["password"]
	stripe := apiOf(t, "stripe").Options["default"].Inputs["username"]
	tests := []struct {
		example, path string
		header        []string
		status        int
		want          string
	}{
		{"github", "/user", nil, 401, "Requires authentication"},
		{"github", "/user", []string{"Authorization", gitHub}, 401, "Requires authentication"},
		{"github", "/user", []string{"Authorization", "Bearer other"}, 401, "Bad credentials"},
		{"github", "/user", []string{"Authorization", "Bearer " + gitHub}, 200, `"login":"octocat"`},
		{"github", "/user", []string{"Authorization", "Bearer " + gitHub, "User-Agent", ""}, 403, "administrative rules"},
		{"github", "/user/repos", []string{"Authorization", "Bearer " + gitHub}, 200, `"full_name":"octocat/Hello-World"`},
		{"linear", "/graphql", nil, 401, "Authentication required"},
		{"linear", "/graphql", []string{"Authorization", "Bearer " + linear}, 401, "Authentication required"},
		{"linear", "/graphql", []string{"Authorization", linear}, 400, "POST body missing"},
		{"linear", "/rest", []string{"Authorization", linear}, 404, "Not found"},
		{"github", "/nobody", []string{"Authorization", "Bearer " + gitHub}, 404, "Not Found"},
		{"openweather", "/data/2.5/weather?q=London", nil, 401, "Invalid API key"},
		{"openweather", "/data/2.5/weather?q=London", []string{"X-Api-Key", key}, 401, "Invalid API key"},
		{"openweather", "/data/2.5/weather?appid=" + key, nil, 400, "Nothing to geocode"},
		{"openweather", "/data/2.5/weather?q=London&appid=" + key, nil, 200, `"temp":285.61`},
		{"openweather", "/data/3/weather?q=London&appid=" + key, nil, 404, "Internal error"},
		{"kintone", "/k/v1/app.json?id=7", nil, 401, "CB_WA01"},
		{"kintone", "/k/v1/app.json?id=7", []string{"X-Cybozu-Authorization", "Basic c2F0bzp3cm9uZw=="}, 401, "CB_WA01"},
		{"kintone", "/k/v1/app.json?id=7", []string{"X-Cybozu-API-Token", "other"}, 401, "GAIA_IA02"},
		{"kintone", "/k/v1/app.json?id=7", []string{"X-Cybozu-API-Token", "other," + token}, 200, `"name":"Orders"`},
		{"kintone", "/k/v1/app.json?id=8", []string{"X-Cybozu-API-Token", token}, 403, "GAIA_NO01"},
		{"kintone", "/v1/users.json", []string{"X-Cybozu-API-Token", token}, 403, "GAIA_NO01"},
		{"google", "/drive/v3/about?fields=user", nil, 401, "UNAUTHENTICATED"},
		{"slack", "/api/auth.test", nil, 200, `{"error":"not_authed","ok":false}`},
		{"slack", "/api/auth.test", []string{"Authorization", "Bearer other"}, 200, `{"error":"invalid_auth","ok":false}`},
		{"hubspot", "/account-info/v3/details", []string{"Authorization", "Bearer other"}, 401, "INVALID_AUTHENTICATION"},
		{"notion", "/v1/users/me", []string{"Authorization", "Bearer other", "Notion-Version", "2025-09-03"}, 401, "API token is invalid."},
		{"shopify", "/admin/api/2025-10/graphql.json", []string{"Authorization", "Bearer " + shop}, 401, "Invalid API key or access token"},
		{"shopify", "/admin/api/2025-10/graphql.json", []string{"X-Shopify-Access-Token", shop}, 400, "Required parameter missing"},
		{"zendesk", "/api/v2/users/me.json", nil, 200, `"name":"Anonymous user"`},
		{"zendesk", "/api/v2/users/me.json", []string{"Authorization", basicOf("ada@example.com", desk)}, 401, "Couldn't authenticate you"},
		{"zendesk", "/api/v2/users/me.json", []string{"Authorization", basicOf("ada@example.com/token", desk)}, 200, `"name":"Ada Lovelace"`},
		{"stripe", "/v1/balance", []string{"Authorization", "Bearer " + stripe}, 401, "You did not provide an API key"},
		{"stripe", "/v1/balance", []string{"Authorization", basicOf(stripe, "x")}, 401, "You did not provide an API key"},
		{"stripe", "/v1/balance", []string{"Authorization", basicOf(stripe, "")}, 200, `"currency":"gbp"`},
		{"stripe", "/v1/balance", []string{"Authorization", basicOf(stripe, ""), "Stripe-Version", "7"}, 400, "Invalid Stripe API version"},
	}
	for _, test := range tests {
		api := apiOf(t, test.example)
		req, err := http.NewRequestWithContext(t.Context(), "GET", serve(t, api.Handler)+test.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = strings.TrimPrefix(api.Origin, "https://")
		for i := 0; i+1 < len(test.header); i += 2 {
			req.Header.Set(test.header[i], test.header[i+1])
		}
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != test.status || !strings.Contains(string(body), test.want) {
			t.Errorf("%s %s %q: %d %s, want %d with %s", test.example, test.path, test.header, resp.StatusCode, body, test.status, test.want)
		}
	}
}

// TestKintoneUserAPI tests the option that has a choice of APIs with the other.
func TestKintoneUserAPI(t *testing.T) {
	t.Parallel()
	api := apiOf(t, "kintone")
	w := world{}.with("CONNECTOR_INPUT_PASSWORD", api.Options["password"].Inputs["password"])
	args := []string{
		"test", "--auth", "--live", "--no-input", "--option", "password", "--route", api.Origin + "=" + serve(t, api.Handler),
		"--input", "subdomain=example", "--input", "login=sato", copyExample(t, "kintone"),
	}
	w.run(append(args, "--input", "apiType=user")...).check(t, 0, "GET https://example.kintone.com/v1/users.json", "label: example: Noboru Sato")
	w.run(append(args, "--input", "apiType=rest")...).check(t, 4, "appId is required")
	w.run(append(args, "--input", "apiType=soap")...).check(t, 4, `apiType must be "rest" or "user"`)
}
