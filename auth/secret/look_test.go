package secret_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
)

func TestLookalikesFindsTokens(t *testing.T) {
	// The tokens are made up, and put together here so that no scanner of
	// repositories takes them for real ones.
	body := func(n int) string { return strings.Repeat("aB3dE5gH7jK9", 20)[:n] }
	hex := func(n int) string { return strings.Repeat("0a1b2c3d4e5f6789", 8)[:n] }
	tests := []struct {
		kind, token string
	}{
		{"github-token", "ghp_" + body(36)},
		{"github-token", "github_pat_" + body(60)},
		{"gitlab-token", "glpat-" + body(20)},
		{"slack-token", "xoxb-" + "123456789012-" + body(24)},
		{"stripe-key", "sk_live_" + body(24)},
		{"aws-access-key", "AKIA" + "ABCDEFGHIJKLMNOP"},
		{"google-api-key", "AIza" + body(35)},
		{"google-token", "ya29." + body(40)},
		{"npm-token", "npm_" + body(36)},
		{"sendgrid-key", "SG." + body(22) + "." + body(43)},
		{"twilio-key", "SK" + hex(32)},
		{"shopify-token", "shpat_" + hex(32)},
		{"openai-key", "sk-proj-" + body(40)},
		{"jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLXRleHQ"},
		{"private-key", "-----BEGIN RSA PRIVATE KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----"},
		{"hex", hex(32)},
		{"hex", strings.ToUpper(hex(64))},
		{"token", "q8Zr2Lx9Vt4Bn7Kw3Hs6Jd1P"},
		{"token", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzz9QW2tuvL"},
		{"token", "3k9x7w2q8z5v1n6m4b0c2l7j9h3g5f8d"},
	}
	around := [][2]string{{"", ""}, {`{"value":"`, `"}`}, {"x: ", "\n"}, {"https://h.example/?x=", "&y=1"}, {`{"v":"line\n`, `\n"}`}}
	for _, tt := range tests {
		for _, a := range around {
			text := a[0] + tt.token + a[1]
			want := []secret.Match{{Name: tt.kind, Start: len(a[0]), End: len(a[0]) + len(tt.token)}}
			if diff := cmp.Diff(want, secret.Lookalikes(text)); diff != "" {
				t.Errorf("Lookalikes(%q) (-want +got):\n%s", text, diff)
			}
		}
	}
}

func TestLookalikesFindsCredentialsByPlace(t *testing.T) {
	tests := []struct{ text, kind, value string }{
		{`{"access_token":"abc123","x":1}`, "access-token", "abc123"},
		{`{ "clientSecret" : "Xy-1234" }`, "client-secret", "Xy-1234"},
		{`{"body":"{\"password\":\"hunter22\"}"}`, "password", "hunter22"},
		{"Authorization: Basic dXNlcjpwYXNzd29yZA==", "basic-credential", "dXNlcjpwYXNzd29yZA=="},
		{"authorization: bearer abcdefgh12345678", "bearer-token", "abcdefgh12345678"},
		{"see https://bob:hunter2@h.example/x", "url-password", "hunter2"},
	}
	for _, tt := range tests {
		found := secret.Lookalikes(tt.text)
		if len(found) != 1 || found[0].Name != tt.kind || tt.text[found[0].Start:found[0].End] != tt.value {
			t.Errorf("Lookalikes(%q) = %+v, want %s at %q", tt.text, found, tt.kind, tt.value)
		}
	}
}

func TestLookalikesLeavesTheOrdinary(t *testing.T) {
	tests := []struct{ name, text string }{
		{"github user", `{"login":"octocat","id":583231,"node_id":"MDQ6VXNlcjU4MzIzMQ==","avatar_url":"https://avatars.githubusercontent.com/u/583231?v=4","gravatar_id":"","url":"https://api.github.com/users/octocat","followers_url":"https://api.github.com/users/octocat/followers","subscriptions_url":"https://api.github.com/users/octocat/subscriptions","events_url":"https://api.github.com/users/octocat/events{/privacy}","created_at":"2011-01-25T18:44:36Z"}`},
		{"node ids", "MDEwOlJlcG9zaXRvcnkxMjk2MjY5 R_kgDOGq0qMQ PR_kwDOABcD5M5XyZ12Abcdefgh_1234567890 C_kwDOHrbKUdoAKDIzYzA0M2FhYzE2MTZlZGQyYzQ3YjA5ODE1MDRjNWVlNjk5NDM"},
		{"times", "2024-01-15T10:30:00.123456789+00:00 Mon, 02 Jan 2006 15:04:05 GMT 1705314600123 20240115T103000Z"},
		{"mail", "first.last+tag2024@mail.example.com, no-reply-1234567890@notifications.example.co.uk"},
		{"sentence", "The quick brown fox jumps over 13 lazy dogs; internationalization-and-localization2 of 2024's Antidisestablishmentarianism."},
		{"identifiers", "getCredentialsFromAccessTokenResponse2 X-GitHub-Media-Type2 MAX_RESPONSE_HEADER_BYTES_2024 application/vnd.github.v3+json getOAuth2AccessTokenFromV2Api"},
		{"urls", "https://a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6.cloudfront.example.net/v2/users/1234567890/orders/2024-01-15/items?page=2&per_page=100"},
		{"uuids", "550e8400-e29b-41d4-a716-446655440000 6BA7B810-9DAD-11D1-80B4-00C04FD430C8 urn:uuid:550e8400-e29b-41d4-a716-446655440000"},
		{"numbers", "12345678901234567890123456789012345678901234567890 3.14159265358979323846264338327950288 -1e308"},
		{"placeholders", "Bearer {{credentials.access_token}} %7B%7Binput.apiKey%7D%7D https://u:{{input.password}}@h/ [secret]"},
		{"placeholder fields", `{"access_token":"{{credentials.access_token}}","password":"[secret]"}`},
		{"basic of placeholders", "Basic e3tpbnB1dC51c2VyfX06e3tpbnB1dC5wYXNzd29yZH19"},
		{"messages about fields", `{"errors":{"password":"is too short","token":"required","secret":null}}`},
		{"token facts", `{"token_type":"bearer","expires_in":3600,"scope":"read:user repo admin:org_hook","token_url":"https://h/token"}`},
		{"weather", `{"coord":{"lon":10.99,"lat":44.34},"weather":[{"id":501,"main":"Rain","icon":"10d"}],"dt":1661870592,"sys":{"type":2,"id":2075663,"country":"IT"}}`},
		{"kintone", `{"apps":[{"appId":"1","code":"","name":"My Test App","createdAt":"2014-06-02T05:14:05.000Z","creator":{"code":"user1","name":"user1"},"spaceId":null}]}`},
		{"object ids", "507f1f77bcf86cd799439011 5f4dcc3b5aa765d61d8327de cus_NffrFeUfNV2Hib acct_1032D82eZvKYlo"},
		{"base64 of text", "VGhpcyBpcyBhIHBsYWluIHNlbnRlbmNlIHdpdGggbm90aGluZyBzZWNyZXQ="},
		{"headers", "Content-Type: text/html; charset=utf-8\nLink: <https://api.example.com/items?page=2>; rel=\"next\""},
		{"html", "<!DOCTYPE html><html lang=\"en\"><head><title>502 Bad Gateway</title></head><body bgcolor=\"#ffffff\">nginx/1.25.3</body></html>"},
		{"digest name", "sha256 SHA-512 hs256 AES-256-GCM ECDHE-RSA-AES128-GCM-SHA256"},
		{"basic words", "Basic authentication, bearer tokens, basic english"},
		{"camel with slash", "Accounts/Payments2/InvoicesByCustomer3/LineItems4"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, m := range secret.Lookalikes(tt.text) {
				t.Errorf("%s: %q", m.Name, tt.text[m.Start:m.End])
			}
		})
	}
}

func TestLookalikesReadsThroughBase64(t *testing.T) {
	if got := secret.Lookalikes("eyJ0b2tlbiI6Imdob19hQjNkRTVnSDdqSzlhQjNkRTVnSDdqSzlhQjNkRTVnSDdqSzkifQ"); len(got) != 1 {
		t.Errorf("Lookalikes = %v, want the base64 of a token reported", got)
	}
}
