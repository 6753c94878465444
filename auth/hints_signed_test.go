package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
)

// TestSignedHints is about what servers say of signed requests: the hint names
// what to look at.
func TestSignedHints(t *testing.T) {
	t.Parallel()
	s := subjectOf(t, `key: signed
name: Signed
auth:
  type: aws-sigv4
  service: execute-api
  region: us-east-1
  baseUri: https://api.acme.example
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`)
	v := given(t, s, "accessKeyId", "AKIDEXAMPLE0123", "secretAccessKey", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
	for _, test := range []struct {
		status     int
		said, want string
	}{
		{403, `{"message":"Credential should be scoped to a valid region. "}`, "check region"},
		{403, `{"message":"Credential should be scoped to correct service: 'execute-api'. "}`, "service in the spec"},
		{403, `{"message":"Signature expired: 20261121T120000Z is now earlier than 20261121T125500Z"}`, "clock right"},
		{403, `{"message":"Signature not yet current: 20261121T130000Z is still later than 20261121T120500Z"}`, "clock right"},
		{403, `{"message":"The request signature we calculated does not match the signature you provided."}`, "check that secretAccessKey is whole"},
		{403, `{"message":"The AWS Access Key Id you provided does not exist in our records."}`, "check accessKeyId"},
		{403, `{"message":"User is not authorized to perform: execute-api:Invoke"}`, "check its permissions"},
		{503, `{"message":"Signature expired"}`, "try again later"},
	} {
		answers := network(func(req *http.Request, _ string) (int, string) { return test.status, test.said })
		r, err := auth.Test(t.Context(), s, v, worldOf(answers), random())
		if err != nil || r.OK || !strings.Contains(r.Hint, test.want) {
			t.Errorf("%s: %v, %q; want a hint about %q", test.said, err, r.Hint, test.want)
		}
	}
}
