package auth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// session is a connector that logs in for a token and sends it.
const session = `key: shop
name: Shop
version: 1.2.0
auth:
  type: client-credentials
  baseUri: https://${connectionInput.shop}.example.com
  ui:
    schema:
      type: object
      properties:
        shop: {type: string, pattern: '^[a-z]+$'}
        login: {type: string, default: admin}
        password: {type: string, isSensitive: true}
        page: {type: integer, default: 1}
      required: [shop, password]
  parametersSchema:
    type: object
    properties: {appSecret: {type: string, isSensitive: true}}
    required: [appSecret]
  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /login
      requestMapping:
        headers: {X-App: {$var: connectorParameters.appSecret}}
        data: {user: {$var: connectionInput.login}, password: {$var: connectionInput.password}}
      responseMapping: {token: {$var: response.data.auth.token}}
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Session: {$var: credentials.token}}
  test:
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: /me
      requestMapping: {query: {page: {$var: connectionInput.page}}}
      responseMapping: {name: {$var: response.data.name}}
  connectionLabel: ${connectionInput.shop} of ${test.name}
`

// What the session is given, and what its server answers.
const (
	password  = `pass/"word+1&2`
	appSecret = "app secret 77 =="
	token     = "tok-0123456789abcdef"
)

// subjectOf returns the first option of a spec.
func subjectOf(t testing.TB, text string) auth.Subject {
	t.Helper()
	c, _ := spec.LoadText("spec.yml", []byte(text))
	checked, diagnostics := lint.Run(c, lint.Options{})
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			t.Fatal(d)
		}
	}
	return auth.Subject{Connector: c, Option: checked[0].Option, Methods: checked[0].Methods}
}

// object reads an object of JSON.
func object(t testing.TB, text string) formula.Value {
	t.Helper()
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// complete returns the values of a session, completed.
func complete(t testing.TB, s auth.Subject) auth.Values {
	t.Helper()
	encode := func(text string) string { b, _ := json.Marshal(text); return string(b) }
	v, problems, err := s.Complete(auth.Values{
		Inputs:     object(t, `{"shop":"acme","password":`+encode(password)+`}`),
		Parameters: object(t, `{"appSecret":`+encode(appSecret)+`}`),
	})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// A network answers requests in memory, in order.
type network func(req *http.Request, body string) (status int, answer string)

func (n network) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	status, answer := n(req, string(body))
	if status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return &http.Response{
		StatusCode: status, Status: fmt.Sprint(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: req, ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// shop is the server of a session.
func shop(req *http.Request, body string) (int, string) {
	switch {
	case req.URL.String() == "https://acme.example.com/login":
		var sent map[string]string
		if json.Unmarshal([]byte(body), &sent) != nil || sent["password"] != password || req.Header.Get("X-App") != appSecret {
			return 401, `{"message":"wrong password ` + strings.ReplaceAll(sent["password"], `"`, `\"`) + `"}`
		}
		return 200, `{"auth":{"token":"` + token + `"}}`
	case req.URL.String() == "https://acme.example.com/me?page=1" && req.Header.Get("X-Session") == token:
		return 200, `{"name":"Ada"}`
	}
	return 404, `{}`
}

var clock = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func worldOf(n network) auth.World {
	return auth.World{Network: n, Now: func() time.Time { return clock }, Redactor: secret.NewRedactor()}
}

// random is the randomness of a test.
func random() io.Reader { return bytes.NewReader(bytes.Repeat([]byte{1}, 64)) }

// record makes a recording of a session.
func record(t testing.TB, s auth.Subject) *cassette.Recording {
	t.Helper()
	result, rec, err := auth.Record(t.Context(), s, complete(t, s), worldOf(shop), random(), "test")
	if err != nil || rec == nil {
		t.Fatal(err, result.Message)
	}
	rec.Source = "loopback"
	return rec
}
