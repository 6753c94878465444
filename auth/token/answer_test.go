// A table of answers of token endpoints, longer than a file of code is.

package token_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/token"
)

// now is when the answers of these tests come: 1767323045.
var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// in gives a time after now.
func in(d time.Duration) time.Time { return now.Add(d) }

// at finds a member of members, as a formula does.
func at(path ...string) func(any) any {
	return func(v any) any {
		for _, name := range path {
			o, _ := v.(map[string]any)
			v = o[name]
		}
		return v
	}
}

// always finds a value whatever the answer is.
func always(v any) func(any) any { return func(any) any { return v } }

func whole(v any) any { return v }

// The remarks that many answers earn.
var (
	noType     = []string{"the answer has no token_type; the token was taken for a Bearer token"}
	century    = 100 * 365 * 24 * time.Hour
	noLifetime = func(what string) []string { return []string{"expires_in " + what + "; the expiry is unknown"} }
)

// TestReadAnswer reads JSON objects that come with status 200. Raw is the body.
func TestReadAnswer(t *testing.T) {
	t.Parallel()
	hour := token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(time.Hour), Lifetime: time.Hour}
	ever := token.Answer{AccessToken: "abc", TokenType: "Bearer"}
	noted := func(a token.Answer, notes ...string) token.Answer { a.Notes = notes; return a }
	for _, tt := range []struct {
		name  string
		body  string
		shape token.Shape
		want  token.Answer
	}{
		// what the standard says
		{
			name: "RFC 6749 5.1", body: `{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"example","expires_in":3600,"refresh_token":"tGzv3JOkF0XG5Qx2TlKWIA","example_parameter":"example_value"}`,
			shape: token.Shape{TokenType: at("token_type")},
			want:  token.Answer{AccessToken: "2YotnFZFEjr1zCsicMWpAA", RefreshToken: "tGzv3JOkF0XG5Qx2TlKWIA", TokenType: "example", Expiry: in(time.Hour), Lifetime: time.Hour},
		},
		{
			name: "OpenID Connect Core 3.1.3.3", body: `{"access_token":"abc","token_type":"Bearer","expires_in":3600,"id_token":"a.b.c"}`,
			want: token.Answer{AccessToken: "abc", IDToken: "a.b.c", TokenType: "Bearer", Expiry: in(time.Hour), Lifetime: time.Hour},
		},
		{
			name: "RFC 9449 5: a bound token", body: `{"access_token":"abc","token_type":"DPoP","expires_in":3600}`,
			want: token.Answer{AccessToken: "abc", TokenType: "DPoP", Expiry: in(time.Hour), Lifetime: time.Hour},
		},
		{name: "members stay in the server's order", body: `{"z":1,"access_token":"abc","a":{"c":1,"b":[1.50,1e3]},"token_type":"bearer"}`, want: ever},

		// types of tokens
		{name: "QuickBooks, Zendesk: bearer in lower case", body: `{"access_token":"abc","token_type":"bearer","expires_in":3600}`, want: hour},
		{name: "BEARER in capitals", body: `{"access_token":"abc","token_type":"BEARER","expires_in":3600}`, want: hour},
		{name: "dpop in lower case", body: `{"access_token":"abc","token_type":"dpop"}`, want: token.Answer{AccessToken: "abc", TokenType: "DPoP"}},
		{
			name: "Apigee: BearerToken", body: `{"access_token":"abc","token_type":"BearerToken"}`,
			want: noted(ever, "the token_type is BearerToken, which was taken for Bearer"),
		},
		{
			name: "eBay: User Access Token", body: `{"access_token":"abc","token_type":"User Access Token","expires_in":7200}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(2 * time.Hour), Lifetime: 2 * time.Hour, Notes: []string{"the token_type is User Access Token, which was taken for Bearer"}},
		},
		{
			name: "Slack: bot", body: `{"ok":true,"access_token":"abc","token_type":"bot","scope":"commands,incoming-webhook","team":{"name":"T","id":"T9"},"enterprise":null}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"commands", "incoming-webhook"}, Notes: []string{"the token_type is bot, which was taken for Bearer"}},
		},
		{
			name: "Shopify: no token_type", body: `{"access_token":"abc","scope":"write_orders,read_customers"}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"write_orders", "read_customers"}, Notes: noType},
		},
		{name: "an empty token_type", body: `{"access_token":"abc","token_type":""}`, want: noted(ever, noType...)},
		{
			name: "a declared type that nobody knows", body: `{"access_token":"abc","token_type":"mac"}`, shape: token.Shape{TokenType: always("SSWS")},
			want: token.Answer{AccessToken: "abc", TokenType: "SSWS"},
		},
		{name: "a declared type in place of another", body: `{"access_token":"abc","token_type":"JWT"}`, shape: token.Shape{TokenType: always("bearer")}, want: ever},

		// tokens
		{
			name: "a token that is a number", body: `{"access_token":12345678901234567890,"token_type":"bearer"}`,
			want: token.Answer{AccessToken: "12345678901234567890", TokenType: "Bearer", Notes: []string{"the access_token is a number and was taken as text"}},
		},
		{
			name: "a number as the server wrote it", body: `{"access_token":1.50e3,"token_type":"bearer"}`,
			want: token.Answer{AccessToken: "1.50e3", TokenType: "Bearer", Notes: []string{"the access_token is a number and was taken as text"}},
		},
		{name: "a refresh token that is null", body: `{"access_token":"abc","token_type":"bearer","refresh_token":null}`, want: ever},
		{
			name: "a refresh token that is a number", body: `{"access_token":"abc","token_type":"bearer","refresh_token":17}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", RefreshToken: "17"},
		},
		{
			name: "a refresh token that is an object", body: `{"access_token":"abc","token_type":"bearer","refresh_token":{"value":"r"}}`,
			want: noted(ever, "the refresh_token is no text that can be sent, and was left out"),
		},
		{
			name: "a refresh token with a line break", body: `{"access_token":"abc","token_type":"bearer","refresh_token":"r\nr"}`,
			want: noted(ever, "the refresh_token is no text that can be sent, and was left out"),
		},
		{
			name: "names in camel case", body: `{"accessToken":"abc","refreshToken":"r","expiresIn":3600,"tokenType":"Bearer","idToken":"i"}`,
			want: token.Answer{AccessToken: "abc", RefreshToken: "r", IDToken: "i", TokenType: "Bearer", Expiry: in(time.Hour), Lifetime: time.Hour, Notes: []string{
				"the answer says accessToken for access_token", "the answer says refreshToken for refresh_token", "the answer says idToken for id_token",
				"the answer says tokenType for token_type", "the answer says expiresIn for expires_in",
			}},
		},
		{name: "the standard's name comes before camel case", body: `{"accessToken":"wrong","access_token":"abc","token_type":"bearer"}`, want: ever},

		// other places
		{
			name: "Slack: authed_user", body: `{"ok":true,"access_token":"","authed_user":{"id":"U1","access_token":"xoxp","scope":"chat:write","token_type":"user"}}`,
			shape: token.Shape{AccessToken: at("authed_user", "access_token"), Scope: at("authed_user", "scope"), TokenType: at("authed_user", "token_type")},
			want:  token.Answer{AccessToken: "xoxp", TokenType: "Bearer", Scopes: []string{"chat:write"}},
		},
		{
			name: "Setmore: data.token.access_token", body: `{"response":true,"data":{"token":{"access_token":"abc","expires_in":3600}}}`,
			shape: token.Shape{AccessToken: at("data", "token", "access_token"), ExpiresIn: at("data", "token", "expires_in")}, want: noted(hour, noType...),
		},
		{
			name: "N-able: tokens.access.token", body: `{"tokens":{"access":{"token":"abc","type":"Bearer","expirySeconds":3600},"refresh":{"token":"r"}}}`,
			shape: token.Shape{
				AccessToken: at("tokens", "access", "token"), RefreshToken: at("tokens", "refresh", "token"),
				ExpiresIn: at("tokens", "access", "expirySeconds"), TokenType: at("tokens", "access", "type"),
			},
			want: token.Answer{AccessToken: "abc", RefreshToken: "r", TokenType: "Bearer", Expiry: in(time.Hour), Lifetime: time.Hour},
		},
		{
			name: "a success that has a code and a message", body: `{"code":20000,"message":"done","data":{"token":"abc"}}`,
			shape: token.Shape{AccessToken: at("data", "token")}, want: noted(ever, noType...),
		},
		{name: "token alone", body: `{"token":"abc"}`, shape: token.Shape{AccessToken: at("token")}, want: noted(ever, noType...)},

		// lifetimes
		{name: "Salesforce: no lifetime", body: `{"access_token":"abc","instance_url":"https://x.my.salesforce.com","id":"https://login.salesforce.com/id/0/0","token_type":"Bearer","issued_at":"1767323045123","signature":"s"}`, want: ever},
		{name: "no lifetime but a declared one", body: `{"access_token":"abc","token_type":"bearer"}`, shape: token.Shape{Lifetime: time.Hour}, want: hour},
		{name: "the server's lifetime comes before the declared one", body: `{"access_token":"abc","token_type":"bearer","expires_in":3600}`, shape: token.Shape{Lifetime: time.Minute}, want: hour},
		{name: "Azure AD v1: lifetimes as text", body: `{"token_type":"Bearer","expires_in":"3600","ext_expires_in":"3600","expires_on":"1767326645","access_token":"abc"}`, want: hour},
		{name: "a text with blanks", body: `{"access_token":"abc","token_type":"bearer","expires_in":" 3600 "}`, want: hour},
		{
			name: "a lifetime with decimals", body: `{"access_token":"abc","token_type":"bearer","expires_in":3600.5}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(time.Hour + 500*time.Millisecond), Lifetime: time.Hour + 500*time.Millisecond},
		},
		{name: "a lifetime with an exponent", body: `{"access_token":"abc","token_type":"bearer","expires_in":3.6e3}`, want: hour},
		{name: "Fiserv: milliseconds", body: `{"access_token":"abc","token_type":"bearer","expires_in":3600000}`, shape: token.Shape{Milliseconds: true}, want: hour},
		{
			name: "Tableau: hours, minutes and seconds", body: `{"credentials":{"token":"abc","estimatedTimeToExpiration":"179:10:26.345"}}`,
			shape: token.Shape{AccessToken: at("credentials", "token"), ExpiresIn: at("credentials", "estimatedTimeToExpiration"), TokenType: always("Bearer")},
			want: token.Answer{
				AccessToken: "abc", TokenType: "Bearer", Expiry: in(179*time.Hour + 10*time.Minute + 26345*time.Millisecond),
				Lifetime: 179*time.Hour + 10*time.Minute + 26345*time.Millisecond,
			},
		},
		{name: "a lifetime never", body: `{"access_token":"abc","token_type":"bearer","expires_in":"never"}`, want: noted(ever, noLifetime("is no number")...)},
		{name: "a lifetime in words of strconv", body: `{"access_token":"abc","token_type":"bearer","expires_in":"infinity"}`, want: noted(ever, noLifetime("is no number")...)},
		{name: "a lifetime that is a list", body: `{"access_token":"abc","token_type":"bearer","expires_in":[3600]}`, want: noted(ever, noLifetime("is no number")...)},
		{name: "a lifetime that is true", body: `{"access_token":"abc","token_type":"bearer","expires_in":true}`, want: noted(ever, noLifetime("is no number")...)},
		{name: "a negative lifetime", body: `{"access_token":"abc","token_type":"bearer","expires_in":-1}`, want: noted(ever, noLifetime("is negative")...)},
		{name: "Mailchimp: 0 for never", body: `{"access_token":"abc","expires_in":0,"scope":null}`, want: noted(ever, noType...)},
		{name: "a lifetime that is null", body: `{"access_token":"abc","token_type":"bearer","expires_in":null}`, want: ever},
		{
			name: "a lifetime past all bounds", body: `{"access_token":"abc","token_type":"bearer","expires_in":1e999}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(century), Lifetime: century, Notes: []string{"the expiry is more than a hundred years away, and was put there"}},
		},
		{
			name: "the greatest 64-bit number", body: `{"access_token":"abc","token_type":"bearer","expires_in":9223372036854775807}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(century), Lifetime: century, Notes: []string{"the expiry is more than a hundred years away, and was put there"}},
		},

		// times
		{
			name: "Strava: both", body: `{"token_type":"Bearer","expires_at":1767400000,"expires_in":3600,"refresh_token":"r","access_token":"abc"}`,
			want: token.Answer{AccessToken: "abc", RefreshToken: "r", TokenType: "Bearer", Expiry: in(time.Hour), Lifetime: time.Hour},
		},
		{name: "expires_at in seconds", body: `{"access_token":"abc","token_type":"bearer","expires_at":1767326645}`, want: hour},
		{name: "expires_at in milliseconds", body: `{"access_token":"abc","token_type":"bearer","expires_at":1767326645000}`, want: hour},
		{name: "expires_at in microseconds", body: `{"access_token":"abc","token_type":"bearer","expires_at":1767326645000000}`, want: hour},
		{name: "expires_at in nanoseconds", body: `{"access_token":"abc","token_type":"bearer","expires_at":1767326645000000000}`, want: hour},
		{name: "expires_at as text", body: `{"access_token":"abc","token_type":"bearer","expires_at":"1767326645"}`, want: hour},
		{
			name: "Jamf: a date of RFC 3339", body: `{"token":"abc","expires":"2026-01-02T05:04:05.000+01:00"}`,
			shape: token.Shape{AccessToken: at("token"), ExpiresAt: at("expires"), TokenType: always("Bearer")}, want: hour,
		},
		{name: "a date without a zone", body: `{"access_token":"abc","token_type":"bearer","expires_at":"2026-01-02T04:04:05"}`, want: hour},
		{name: "a date with a short zone", body: `{"access_token":"abc","token_type":"bearer","expires_at":"2026-01-02T04:04:05+0000"}`, want: hour},
		{name: "a date with a blank", body: `{"access_token":"abc","token_type":"bearer","expires_at":"2026-01-02 04:04:05"}`, want: hour},
		{name: "a date of HTTP", body: `{"access_token":"abc","token_type":"bearer","expires_at":"Fri, 02 Jan 2026 04:04:05 GMT"}`, want: hour},
		{name: "expiresAt in camel case", body: `{"access_token":"abc","token_type":"bearer","expiresAt":1767326645000}`, want: noted(hour, "the answer says expiresAt for expires_at")},
		{name: "a date where a lifetime belongs", body: `{"access_token":"abc","token_type":"bearer","expires_in":"2026-01-02T04:04:05Z"}`, want: noted(hour, "expires_in is a date")},
		{
			name: "a time that is past", body: `{"access_token":"abc","token_type":"bearer","expires_at":1767319445}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Expiry: in(-time.Hour)},
		},
		{
			name: "a time where the lifetime is garbage", body: `{"access_token":"abc","token_type":"bearer","expires_in":"soon","expires_at":1767326645}`,
			want: noted(hour, "expires_in is no number; the expiry is unknown"),
		},
		{
			name: "a time that is garbage", body: `{"access_token":"abc","token_type":"bearer","expires_at":"tomorrow"}`,
			want: noted(ever, "expires_at is neither a number nor a date that is known; the expiry is unknown"),
		},

		{
			name: "a negative time", body: `{"access_token":"abc","token_type":"bearer","expires_at":-1}`,
			want: noted(ever, "expires_at is negative; the expiry is unknown"),
		},

		// scopes
		{
			name: "RFC 6749 3.3: scopes with blanks", body: `{"access_token":"abc","token_type":"bearer","scope":"read  write"}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"read", "write"}},
		},
		{
			name: "Twitch: scopes as a list", body: `{"access_token":"abc","token_type":"bearer","scope":["channel:read","chat read"]}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"channel:read", "chat read"}},
		},
		{
			name: "scopes with commas and blanks", body: `{"access_token":"abc","token_type":"bearer","scope":"a, b,c"}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"a", "b", "c"}},
		},
		{
			name: "GitHub: an application without scopes", body: `{"access_token":"abc","token_type":"bearer","scope":""}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{}},
		},
		{
			name: "scopes under their plural", body: `{"access_token":"abc","token_type":"bearer","scopes":["a"]}`,
			want: token.Answer{AccessToken: "abc", TokenType: "Bearer", Scopes: []string{"a"}, Notes: []string{"the answer says scopes for scope"}},
		},
		{name: "scopes that are an object", body: `{"access_token":"abc","token_type":"bearer","scope":{"a":true}}`, want: noted(ever, "the scope is an object, and was left out")},

		// members that tell no error
		{name: "an error that is null", body: `{"error":null,"errors":[],"access_token":"abc","token_type":"bearer"}`, want: ever},
		{name: "an error that is false", body: `{"error":false,"error_code":0,"success":true,"access_token":"abc","token_type":"bearer"}`, want: ever},
		{name: "an error that is empty", body: `{"error":"","error_description":"","access_token":"abc","token_type":"bearer"}`, want: ever},
		{name: "a code and a message beside a token", body: `{"code":7,"message":"welcome","access_token":"abc","token_type":"bearer"}`, want: ever},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.Raw = json.RawMessage(tt.body)
			header := http.Header{"Content-Type": {"application/json"}}
			got, err := token.ReadAnswer(200, header, []byte(tt.body), tt.shape, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("the answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadAnswerInAnyEncoding(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, kind, body string
		shape            token.Shape
		token, raw       string
	}{
		{name: "JSON with a byte order mark", kind: "application/json", body: "\xef\xbb\xbf" + `{"access_token":"abc"}`, token: "abc", raw: `{"access_token":"abc"}`},
		{name: "JSON with blanks", kind: "application/json; charset=utf-8", body: "\n{ \"access_token\" : \"a b\" }\r\n", token: "a b", raw: `{"access_token":"a b"}`},
		{name: "JSON as text/plain", kind: "text/plain", body: `{"access_token":"abc"}`, token: "abc", raw: `{"access_token":"abc"}`},
		{name: "JSON as text/html", kind: "text/html", body: `{"access_token":"abc"}`, token: "abc", raw: `{"access_token":"abc"}`},
		{name: "JSON as a form", kind: "application/x-www-form-urlencoded", body: `{"access_token":"a=b&c"}`, token: "a=b&c", raw: `{"access_token":"a=b&c"}`},
		{name: "JSON of a vendor", kind: "application/vnd.api+json", body: `{"access_token":"abc"}`, token: "abc", raw: `{"access_token":"abc"}`},
		{name: "JSON of no type", body: `{"access_token":"abc"}`, token: "abc", raw: `{"access_token":"abc"}`},
		{name: "JSON that is not UTF-8", kind: "application/json", body: "{\"access_token\":\"abc\",\"name\":\"\xe9\"}", token: "abc", raw: "{\"access_token\":\"abc\",\"name\":\"\ufffd\"}"},
		{
			name: "GitHub: a form", kind: "application/x-www-form-urlencoded; charset=utf-8", body: "access_token=gho%5F1&scope=repo%2Cgist&token_type=bearer",
			token: "gho_1", raw: `{"access_token":"gho_1","scope":"repo,gist","token_type":"bearer"}`,
		},
		{name: "Facebook of old: a form as text/plain", kind: "text/plain", body: "access_token=abc&expires=5183999", token: "abc", raw: `{"access_token":"abc","expires":"5183999"}`},
		{name: "a form as JSON", kind: "application/json", body: "token_type=bearer&access_token=abc", token: "abc", raw: `{"token_type":"bearer","access_token":"abc"}`},
		{name: "a form with a name that stands twice", kind: "application/x-www-form-urlencoded", body: "access_token=abc&x=1&x=2&&%zz=%zz", token: "abc", raw: `{"access_token":"abc","x":"1","%zz":"%zz"}`},
		{name: "Avanan: the token alone", kind: "text/plain", body: "abc.DEF-1==\n", shape: token.Shape{AccessToken: whole}, token: "abc.DEF-1==", raw: `{"answer":"abc.DEF-1=="}`},
		{name: "Jobdiva: the token as a JSON text", kind: "application/json", body: `"abc"`, shape: token.Shape{AccessToken: whole}, token: "abc", raw: `{"answer":"abc"}`},
		{
			name: "a list", kind: "application/json", body: `[{"token":"abc"}]`, token: "abc", raw: `{"answer":[{"token":"abc"}]}`,
			shape: token.Shape{AccessToken: func(v any) any { return at("token")(v.([]any)[0]) }},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := token.ReadAnswer(201, http.Header{"Content-Type": {tt.kind}}, []byte(tt.body), tt.shape, now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.token, tt.raw}, []string{got.AccessToken, string(got.Raw)}); diff != "" {
				t.Errorf("token and raw answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMust16AnswersAreBounded(t *testing.T) {
	t.Parallel()
	body := func(size int) []byte {
		const start, end = `{"access_token":"abc","padding":"`, `"}`
		return []byte(start + strings.Repeat("x", size-len(start)-len(end)) + end)
	}
	if _, err := token.ReadAnswer(200, nil, body(1<<20), token.Shape{}, now); err != nil {
		t.Errorf("an answer of 1 MiB: %v", err)
	}
	_, err := token.ReadAnswer(200, nil, body(1<<20+1), token.Shape{}, now)
	want := "the server answered 200: the answer is larger than 1048576 bytes"
	if err == nil || err.Error() != want {
		t.Errorf("a longer answer: %v, want %s", err, want)
	}
	remote := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(body(8 << 20)) })
	_, err = remote.endpoint().Request(t.Context(), grant)
	want = remote.URL + " answered 200: the answer is larger than 1048576 bytes"
	if err == nil || err.Error() != want {
		t.Errorf("a longer answer of a server: %v, want %s", err, want)
	}
}

func TestMust23TokenTypes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ body, want string }{
		{`{"access_token":"abc"}`, "Bearer the answer has no token_type; the token was taken for a Bearer token"},
		{`{"access_token":"abc","token_type":"beARER"}`, "Bearer "},
		{`{"access_token":"abc","token_type":"mac"}`, `the server answered 200: the token_type is "mac", and Bearer or DPoP was expected; tokenResponse.tokenType can say what it stands for`},
		{`{"access_token":"abc","token_type":"N_A"}`, `the server answered 200: the token_type is "N_A", and Bearer or DPoP was expected; tokenResponse.tokenType can say what it stands for`},
		{`{"access_token":"abc","token_type":"\u001b[2J"}`, `the server answered 200: the token_type is "\x1b[2J", and Bearer or DPoP was expected; tokenResponse.tokenType can say what it stands for`},
		{`{"access_token":"abc","token_type":["Bearer"]}`, `the server answered 200: the token_type is a list, not a text`},
	} {
		got, err := token.ReadAnswer(200, nil, []byte(tt.body), token.Shape{}, now)
		said := fmt.Sprint(err)
		if err == nil {
			said = got.TokenType + " " + strings.Join(got.Notes, "; ")
		}
		if diff := cmp.Diff(tt.want, said); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.body, diff)
		}
	}
}

func TestAnswersHideTheirTokens(t *testing.T) {
	t.Parallel()
	a := token.Answer{AccessToken: "planted", RefreshToken: "planted", IDToken: "planted", Raw: json.RawMessage(`{"access_token":"planted"}`)}
	text, err := json.Marshal(&a)
	if err != nil {
		t.Fatal(err)
	}
	p := token.Params{{Name: "code", Value: "planted"}}
	e := token.Endpoint{URL: "https://example.com/token?key=planted", Header: http.Header{"X-Key": {"planted"}}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		text = fmt.Appendf(text, format+format+format, &a, p, e)
	}
	if strings.Contains(string(text), "planted") {
		t.Errorf("a token was printed: %s", text)
	}
}
