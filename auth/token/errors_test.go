// Most of it is a table of answers that are errors, longer than a file of code is.

package token_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

const (
	jsonType = "application/json"
	htmlType = "text/html; charset=utf-8"
	formType = "application/x-www-form-urlencoded"
)

func TestReadAnswerThatIsAnError(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		kind   string
		body   string
		want   token.Error
		text   string
	}{
		// errors by their status
		{
			"RFC 6749 5.2", 400, jsonType, `{"error":"invalid_grant","error_description":"the code has expired","error_uri":"https://example.com/help"}`,
			token.Error{Kind: token.Failed, Status: 400, Code: "invalid_grant", Description: "the code has expired", URI: "https://example.com/help"},
			"the server answered 400 with the error invalid_grant: the code has expired",
		},
		{
			"an error without a description", 401, jsonType, `{"error":"invalid_client"}`,
			token.Error{Kind: token.Failed, Status: 401, Code: "invalid_client"},
			"the server answered 401 with the error invalid_client",
		},
		{
			"Microsoft: lines and numbers", 400, jsonType, `{"error":"invalid_grant","error_description":"AADSTS70008: expired.\r\nTrace ID: 1","error_codes":[70008],"correlation_id":"2"}`,
			token.Error{Kind: token.Failed, Status: 400, Code: "invalid_grant", Description: "AADSTS70008: expired.\r\nTrace ID: 1"},
			"the server answered 400 with the error invalid_grant: AADSTS70008: expired. Trace ID: 1",
		},
		{
			"an error as a form", 400, formType, `error=invalid_request&error_description=no+code`,
			token.Error{Kind: token.Failed, Status: 400, Code: "invalid_request", Description: "no code"},
			"the server answered 400 with the error invalid_request: no code",
		},
		{
			"Meta: an error that is an object", 400, jsonType, `{"error":{"message":"Invalid verification code format.","type":"OAuthException","code":100,"fbtrace_id":"A"}}`,
			token.Error{Kind: token.Failed, Status: 400, Code: "OAuthException", Description: "Invalid verification code format."},
			"the server answered 400 with the error OAuthException: Invalid verification code format.",
		},
		{
			"Google: code, message and status", 401, jsonType, `{"error":{"code":401,"message":"Request had invalid credentials.","status":"UNAUTHENTICATED"}}`,
			token.Error{Kind: token.Failed, Status: 401, Code: "UNAUTHENTICATED", Description: "Request had invalid credentials."},
			"the server answered 401 with the error UNAUTHENTICATED: Request had invalid credentials.",
		},
		{
			"Instagram: error_type, code and error_message", 400, jsonType, `{"error_type":"OAuthException","code":400,"error_message":"Matching code was not found"}`,
			token.Error{Kind: token.Failed, Status: 400, Code: "OAuthException", Description: "Matching code was not found"},
			"the server answered 400 with the error OAuthException: Matching code was not found",
		},
		{
			"Okta: errorCode and errorSummary", 401, jsonType, `{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorLink":"E0000011","errorCauses":[]}`,
			token.Error{Kind: token.Failed, Status: 401, Code: "E0000011", Description: "Invalid token provided"},
			"the server answered 401 with the error E0000011: Invalid token provided",
		},
		{
			"HubSpot: a status that is a code", 400, jsonType, `{"status":"BAD_AUTH_CODE","message":"missing or unknown auth code","correlationId":"c"}`,
			token.Error{Kind: token.Failed, Status: 400, Code: "BAD_AUTH_CODE", Description: "missing or unknown auth code"},
			"the server answered 400 with the error BAD_AUTH_CODE: missing or unknown auth code",
		},
		{
			"Twitter: a list of errors", 403, jsonType, `{"errors":[{"code":99,"message":"Unable to verify your credentials","label":"authenticity_token_error"}]}`,
			token.Error{Kind: token.Failed, Status: 403, Code: "99", Description: "Unable to verify your credentials"},
			"the server answered 403 with the error 99: Unable to verify your credentials",
		},
		{
			"a list of texts", 400, jsonType, `{"errors":["Unknown user","Unknown key"]}`,
			token.Error{Kind: token.Failed, Status: 400, Description: "Unknown user", Problem: "an object with the members errors"},
			"the server answered 400 with an object with the members errors: Unknown user",
		},
		{
			"Salesforce: a list at the top", 400, jsonType, `[{"errorCode":"INVALID_SESSION_ID","message":"Session expired or invalid"}]`,
			token.Error{Kind: token.Failed, Status: 400, Code: "INVALID_SESSION_ID", Description: "Session expired or invalid"},
			"the server answered 400 with the error INVALID_SESSION_ID: Session expired or invalid",
		},
		{
			"Reddit: an error that is a number", 401, jsonType, `{"message":"Unauthorized","error":401}`,
			token.Error{Kind: token.Failed, Status: 401, Code: "401", Description: "Unauthorized"},
			"the server answered 401 with the error 401: Unauthorized",
		},
		{
			"Spring: a reason phrase", 500, jsonType, `{"timestamp":"2026-01-02T03:04:05Z","status":500,"error":"Internal Server Error","path":"/oauth/token"}`,
			token.Error{Kind: token.Failed, Status: 500, Description: "Internal Server Error", Problem: "an object with the members error, path, status, timestamp"},
			"the server answered 500 with an object with the members error, path, status, timestamp: Internal Server Error",
		},
		{
			"Apigee: a fault", 401, jsonType, `{"fault":{"faultstring":"Invalid client id","detail":{"errorcode":"oauth.v2.InvalidClientIdentifier"}}}`,
			token.Error{Kind: token.Failed, Status: 401, Description: "Invalid client id", Problem: "an object with the members fault"},
			"the server answered 401 with an object with the members fault: Invalid client id",
		},
		{
			"RFC 9457: a problem", 403, "application/problem+json", `{"type":"https://example.com/p","title":"Forbidden","status":403,"detail":"No such client."}`,
			token.Error{Kind: token.Failed, Status: 403, Code: "403", Description: "No such client."},
			"the server answered 403 with the error 403: No such client.",
		},
		{
			"an HTML page", 502, htmlType, "<!DOCTYPE html><html><head><title>\n502 Bad&nbsp;Gateway \x1b]0;x\x07</title></head><body>at 10.0.0.1</body></html>",
			token.Error{Kind: token.Failed, Status: 502, Problem: "an HTML page", Description: "\n502 Bad\u00a0Gateway \x1b]0;x\x07"},
			`the server answered 502 with an HTML page: 502 Bad Gateway \x1b]0;x\x07`,
		},
		{
			"XML", 500, "text/xml", `<?xml version="1.0"?><fault>planted</fault>`,
			token.Error{Kind: token.Failed, Status: 500, Problem: "XML"},
			"the server answered 500 with XML",
		},
		{
			"an empty body", 403, "", " \n",
			token.Error{Kind: token.Failed, Status: 403, Problem: "an empty body"},
			"the server answered 403 with an empty body",
		},
		{
			"a text, which is not shown", 401, "text/plain", "Bad credentials: planted",
			token.Error{Kind: token.Failed, Status: 401, Problem: "a text"},
			"the server answered 401 with a text",
		},
		{
			"a JSON text, which is not shown", 401, jsonType, `"planted"`,
			token.Error{Kind: token.Failed, Status: 401, Problem: "a text"},
			"the server answered 401 with a text",
		},
		{
			"a token with a status of failure", 500, jsonType, `{"access_token":"planted","token_type":"bearer"}`,
			token.Error{Kind: token.Failed, Status: 500, Problem: "an object with the members access_token, token_type"},
			"the server answered 500 with an object with the members access_token, token_type",
		},

		// errors of a success
		{
			"GitHub: an error in a 200", 200, jsonType, `{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired.","error_uri":"https://docs.github.com/x"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "bad_verification_code", Description: "The code passed is incorrect or expired.", URI: "https://docs.github.com/x"},
			"the server answered 200 with the error bad_verification_code: The code passed is incorrect or expired.",
		},
		{
			"GitHub: the same as a form", 200, formType, `error=bad_verification_code&error_description=The+code+passed+is+incorrect`,
			token.Error{Kind: token.Failed, Status: 200, Code: "bad_verification_code", Description: "The code passed is incorrect"},
			"the server answered 200 with the error bad_verification_code: The code passed is incorrect",
		},
		{
			"Zoho: an error in a 200", 200, jsonType, `{"error":"invalid_code"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "invalid_code"},
			"the server answered 200 with the error invalid_code",
		},
		{
			"Slack: ok is false", 200, jsonType, `{"ok":false,"error":"invalid_refresh_token"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "invalid_refresh_token"},
			"the server answered 200 with the error invalid_refresh_token",
		},
		{
			"ok is false and no more is said", 200, jsonType, `{"ok":false,"access_token":"planted"}`,
			token.Error{Kind: token.Failed, Status: 200, Problem: "an error"},
			"the server answered 200 with an error",
		},
		{
			"Marketo: success is false", 200, jsonType, `{"requestId":"1","success":false,"errors":[{"code":"602","message":"Access token expired"}]}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "602", Description: "Access token expired"},
			"the server answered 200 with the error 602: Access token expired",
		},
		{
			"success is false and no list", 200, jsonType, `{"success":false,"message":"Unknown user."}`,
			token.Error{Kind: token.Failed, Status: 200, Description: "Unknown user.", Problem: "an error"},
			"the server answered 200 with an error: Unknown user.",
		},
		{
			"Apigee: a fault in a 200", 200, jsonType, `{"fault":{"faultstring":"Quota exceeded"}}`,
			token.Error{Kind: token.Failed, Status: 200, Description: "Quota exceeded", Problem: "an error"},
			"the server answered 200 with an error: Quota exceeded",
		},
		{
			"WeChat: errcode and errmsg", 200, "text/plain", `{"errcode":40029,"errmsg":"invalid code"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "40029", Description: "invalid code"},
			"the server answered 200 with the error 40029: invalid code",
		},
		{
			"Feishu: code and message", 200, jsonType, `{"code":40001,"message":"token expired"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "40001", Description: "token expired"},
			"the server answered 200 with the error 40001: token expired",
		},
		{
			"TikTok: an error in the data", 200, jsonType, `{"data":{"captcha":"","description":"Authorization code expired","error_code":10007},"message":"error"}`,
			token.Error{Kind: token.Failed, Status: 200, Code: "10007", Description: "Authorization code expired"},
			"the server answered 200 with the error 10007: Authorization code expired",
		},
		{
			"JSend: status is error", 200, jsonType, `{"status":"error","message":"Unknown user."}`,
			token.Error{Kind: token.Failed, Status: 200, Description: "Unknown user.", Problem: "an error"},
			"the server answered 200 with an error: Unknown user.",
		},
		{
			"an error that is true", 200, jsonType, `{"error":true,"message":"Unknown user.","access_token":"planted"}`,
			token.Error{Kind: token.Failed, Status: 200, Description: "Unknown user.", Problem: "an error"},
			"the server answered 200 with an error: Unknown user.",
		},
		{
			"an error in prose", 200, jsonType, `{"error":"The user is unknown"}`,
			token.Error{Kind: token.Failed, Status: 200, Description: "The user is unknown", Problem: "an error"},
			"the server answered 200 with an error: The user is unknown",
		},

		// successes that cannot be used
		{
			"no token", 200, jsonType, `{"code":0,"message":"ok","data":{"token":"planted"},"planted_1":1}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer has no access_token; it has the members code, data, message and 1 more; tokenResponse.accessToken can say where the token is"},
			"the server answered 200: the answer has no access_token; it has the members code, data, message and 1 more; tokenResponse.accessToken can say where the token is",
		},
		{
			"a code that means success", 200, jsonType, `{"code":200,"message":"Success","data":{"token":"planted"}}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer has no access_token; it has the members code, data, message; tokenResponse.accessToken can say where the token is"},
			"the server answered 200: the answer has no access_token; it has the members code, data, message; tokenResponse.accessToken can say where the token is",
		},
		{
			"an empty object", 200, jsonType, `{}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer has no access_token; it has no members; tokenResponse.accessToken can say where the token is"},
			"the server answered 200: the answer has no access_token; it has no members; tokenResponse.accessToken can say where the token is",
		},
		{
			"a token that is null", 200, jsonType, `{"access_token":null}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer has no access_token; it has the members access_token; tokenResponse.accessToken can say where the token is"},
			"the server answered 200: the answer has no access_token; it has the members access_token; tokenResponse.accessToken can say where the token is",
		},
		{
			"an empty token", 200, jsonType, `{"access_token":" "}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the access_token is empty"},
			"the server answered 200: the access_token is empty",
		},
		{
			"a token that is an object", 200, jsonType, `{"access_token":{"token":"planted"}}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the access_token is an object, not a text"},
			"the server answered 200: the access_token is an object, not a text",
		},
		{
			"a token with a line break", 200, jsonType, `{"access_token":"a\r\nplanted: b"}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the access_token holds a line break or another control character, which no header can carry"},
			"the server answered 200: the access_token holds a line break or another control character, which no header can carry",
		},
		{
			"a list", 200, jsonType, `["planted"]`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer is a list, not an object with an access_token"},
			"the server answered 200: the answer is a list, not an object with an access_token",
		},
		{
			"a text that is the token", 200, "text/plain", "planted1==",
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer is a text, not an object with an access_token"},
			"the server answered 200: the answer is a text, not an object with an access_token",
		},
		{
			"a token that a form takes for a name", 200, formType, "planted1==",
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer has no access_token; it has members whose names are not shown; tokenResponse.accessToken can say where the token is"},
			"the server answered 200: the answer has no access_token; it has members whose names are not shown; tokenResponse.accessToken can say where the token is",
		},
		{
			"no body", 204, "", "",
			token.Error{Kind: token.Unexpected, Status: 204, Problem: "the answer is an empty body, not an object with an access_token"},
			"the server answered 204: the answer is an empty body, not an object with an access_token",
		},
		{
			"a login page", 200, htmlType, "<html><title>Sign in</title>planted",
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer is an HTML page, not an object with an access_token", Description: "Sign in"},
			"the server answered 200: the answer is an HTML page, not an object with an access_token: Sign in",
		},
		{
			"JSON that is cut", 200, jsonType, `{"access_token":"planted`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer is JSON that ends too early, not an object with an access_token"},
			"the server answered 200: the answer is JSON that ends too early, not an object with an access_token",
		},
		{
			"two objects", 200, jsonType, `{"access_token":"planted"}{}`,
			token.Error{Kind: token.Unexpected, Status: 200, Problem: "the answer is not the JSON that it looks like, not an object with an access_token"},
			"the server answered 200: the answer is not the JSON that it looks like, not an object with an access_token",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, err := token.ReadAnswer(tt.status, http.Header{"Content-Type": {tt.kind}}, []byte(tt.body), token.Shape{}, now)
			var got *token.Error
			if answer != nil || !errors.As(err, &got) {
				t.Fatalf("answer %v and error %v, want an *Error", answer, err)
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("the error (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.text, got.Error()); diff != "" {
				t.Errorf("its text (-want +got):\n%s", diff)
			}
			if strings.Contains(got.Error(), "planted") {
				t.Errorf("the error shows a token: %s", got)
			}
		})
	}
}

func TestErrorsOfDeclaredPlaces(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		shape      token.Shape
		want       string
	}{
		{"nothing is there", `{"access_token":"planted"}`, token.Shape{AccessToken: at("data", "token")}, "tokenResponse.accessToken finds nothing in the answer; it has the members access_token"},
		{"a list is there", `{"data":["planted"]}`, token.Shape{AccessToken: at("data")}, "what tokenResponse.accessToken finds is a list, not a text"},
		{"an empty text is there", `{"data":""}`, token.Shape{AccessToken: at("data")}, "what tokenResponse.accessToken finds is empty"},
		{"a page is no token", `<html>planted</html>`, token.Shape{AccessToken: whole}, "the answer is an HTML page, not an object with an access_token"},
		{"prose is no token", `planted and more`, token.Shape{AccessToken: whole}, "the answer is a text, not an object with an access_token"},
	} {
		_, err := token.ReadAnswer(200, nil, []byte(tt.body), tt.shape, now)
		if diff := cmp.Diff("the server answered 200: "+tt.want, fmt.Sprint(err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestErrorsAreRefusalsOrPass(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		status  int
		code    string
		refused bool
		passes  bool
	}{
		{400, "invalid_grant", true, false},
		{401, "invalid_client", true, false},
		{400, "unauthorized_client", true, false},
		{403, "access_denied", true, false},
		{200, "bad_refresh_token", true, false},
		{400, "BAD_REFRESH_TOKEN", true, false},
		{200, "invalid_code", true, false},
		{400, "expired_token", true, false},
		{400, "invalid_request", false, false},
		{400, "authorization_pending", false, false},
		{401, "", false, false},
		{400, "slow_down", false, true},
		{400, "temporarily_unavailable", false, true},
		{429, "", false, true},
		{429, "invalid_grant", false, true},
		{500, "", false, true},
		{503, "invalid_grant", false, true},
		{408, "", false, true},
	} {
		e := &token.Error{Kind: token.Failed, Status: tt.status, Code: tt.code}
		if e.Refused() != tt.refused || e.Transient() != tt.passes {
			t.Errorf("%d %s: refused %v, passes %v, want %v, %v", tt.status, tt.code, e.Refused(), e.Transient(), tt.refused, tt.passes)
		}
	}
	for _, kind := range []token.Kind{token.Unsent, token.Redirected, token.TooLarge, token.Unexpected} {
		e := &token.Error{Kind: kind, Status: 500, Code: "invalid_grant"}
		if e.Refused() || e.Transient() {
			t.Errorf("%s: refused %v, passes %v, want neither", kind, e.Refused(), e.Transient())
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]time.Duration{
		"":                              0,
		"120":                           2 * time.Minute,
		" 0 ":                           0,
		"Fri, 02 Jan 2026 03:05:05 GMT": time.Minute,
		"Fri, 02 Jan 2026 03:03:05 GMT": 0,
		"99999999999999999999":          0,
		"9999999999999":                 24 * time.Hour,
		"-1":                            0,
		"soon":                          0,
	} {
		_, err := token.ReadAnswer(503, http.Header{"Retry-After": {value}}, nil, token.Shape{}, now)
		var e *token.Error
		if !errors.As(err, &e) || e.RetryAfter != want {
			t.Errorf("%q: %v, want %v", value, e.RetryAfter, want)
		}
	}
}

func TestMust26ErrorsArePrintable(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ description, want string }{
		{"a\x1b[31mb\x07", `a\x1b[31mb\x07`},
		{"a\u0000b\u007fc", `a\x00b\x7fc`},
		{"a\r\n\tb", "a b"},
		{"\u202eevil\u2066", `\u202eevil\u2066`},
		{"ungültig \U0001f512", `ung\u00fcltig \U0001f512`},
		{"csi \u009b2J", `csi \x9b2J`},
		{strings.Repeat("word ", 100), strings.Repeat("word ", 59) + "..."},
		{"start " + strings.Repeat("k", 400), "start ..."},
		{strings.Repeat("k", 301), "..."},
		{strings.Repeat("k", 300), strings.Repeat("k", 300)},
		{strings.Repeat("\x1b", 100), "..."},
	} {
		e := &token.Error{Kind: token.Failed, Origin: "https://a.example", Status: 400, Code: "x\x1b\u00fc", Description: tt.description}
		if diff := cmp.Diff(`https://a.example answered 400 with the error x\x1b\u00fc: `+tt.want, e.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.description, diff)
		}
	}
	long := &token.Error{
		Kind: token.Failed, Status: 400, Origin: "https://" + strings.Repeat("ü", 5000), Code: strings.Repeat("\x1b", 5000), Description: strings.Repeat("\u202e ", 5000),
	}
	if text := long.Error(); len(text) > 1024 || secret.PrintableLine(text) != text {
		t.Errorf("an error of %d bytes: %s", len(text), text)
	}
}

func TestErrorTextIsRedactedBeforeItIsCut(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("sé cret ", 60)
	e := &token.Error{Kind: token.Failed, Status: 400, Code: "bad", Description: "no key " + key + "is known"}
	got := e.Text(func(text string) string { return strings.ReplaceAll(text, key, "[secret] ") })
	if want := "the server answered 400 with the error bad: no key [secret] is known"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
