package method_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// TestErrorsInXML says what is shown of an answer that is an error in XML.
func TestErrorsInXML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"S3", `<?xml version="1.0"?><Error><Code>NoSuchBucket</Code><Message>The bucket does not exist</Message><BucketName>b</BucketName></Error>`, "NoSuchBucket: The bucket does not exist"},
		{"other services of AWS", `<ErrorResponse xmlns="x"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>The token is invalid.</Message></Error><RequestId>1</RequestId></ErrorResponse>`, "InvalidClientTokenId: The token is invalid."},
		{"EC2", `<Response><Errors><Error><Code>AuthFailure</Code><Message>Not valid</Message></Error></Errors></Response>`, "AuthFailure: Not valid"},
		{"SOAP 1.1", `<soap:Envelope xmlns:soap="s"><soap:Body><soap:Fault><faultcode>soap:Client</faultcode><faultstring xml:lang="en">Invalid login</faultstring></soap:Fault></soap:Body></soap:Envelope>`, "soap:Client: Invalid login"},
		{"SOAP 1.2", `<env:Envelope><env:Header/><env:Body><env:Fault><env:Code><env:Value>env:Sender</env:Value></env:Code><env:Reason><env:Text xml:lang="en">Wrong key</env:Text><env:Text xml:lang="de">Falsch</env:Text></env:Reason></env:Fault></env:Body></env:Envelope>`, "env:Sender: Wrong key"},
		{"a message", `<error><message> no access </message></error>`, "no access"},
		{"several errors", `<errors><error>first</error><error>second</error></errors>`, "first"},
		{"a text", `<response><error>no access</error></response>`, "no access"},
		{"a text with a code", `<response><error code="12">no access</error></response>`, "12: no access"},
		{"attributes", `<rsp stat="fail"><err code="100" msg="Invalid key"/></rsp>`, "100: Invalid key"},
		{"a code alone", `<error><code>E7</code></error>`, "E7"},
		{"several messages", `<result><message>one</message><message>two</message></result>`, "one"},
		{"nothing that says so", `<user><name>Ada</name></user>`, ""},
		{"deeply nested", strings.Repeat("<error>", 50) + "<message>x</message>" + strings.Repeat("</error>", 50), ""},
		{"JSON beside it", `{"error": {"code": 7, "message": "no"}}`, "no"},
		{"JSON: errors as a text", `{"errors": "[API] Invalid key"}`, "[API] Invalid key"},
		{"JSON: errors as an object", `{"errors": {"code": 7, "message": "no"}}`, "no"},
		{"JSON: errors as a list of texts", `{"errors": ["one", "two"]}`, "one"},
		{"JSON: an error and what it means", `{"error": "Forbidden", "description": "The key lacks a scope."}`, "Forbidden: The key lacks a scope."},
		{"JSON: an error and the same words", `{"error": "Forbidden", "detail": "Forbidden"}`, "Forbidden"},
		{"JSON: an empty error", `{"error": "", "msg": "no"}`, "no"},
		{"JSON: OAuth", `{"error": "invalid_token", "error_description": "It has ended."}`, "It has ended."},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			media := "application/xml"
			if strings.HasPrefix(c.body, "{") {
				media = "application/json"
			}
			resp := &http.Response{
				StatusCode: http.StatusForbidden, Header: http.Header{"Content-Type": {media}}, Body: io.NopCloser(strings.NewReader(c.body)),
				Request: httptest.NewRequest(http.MethodGet, "https://api.example.com/me", http.NoBody),
			}
			var status *method.StatusError
			if err := method.Judge(resp, formula.Run{}); !errors.As(err, &status) || status.Detail != c.want {
				t.Errorf("%v, want the detail %q", err, c.want)
			}
		})
	}
}
