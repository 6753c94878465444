package method_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec/method"
)

// planted is a credential that no message may hold.
const planted = `Canary/7f"3a+é&Zq`

// fuzzed is a connector whose handlers and second request read all of an
// answer, and the credential.
const fuzzed = head + `makeApiClient:
  type: mapping
  mapping:
    baseUri: https://api.example.com
    headers: {X-Key: '${credentials.apiKey}'}
    responseHandlers:
      - match: {$eval: {$var: response.data.kind}, is: expired}
        isSuccess: false
        error: {key: access_token_expired, message: {$var: response.data.why}, data: {all: {$var: response}, key: {$var: credentials.apiKey}}}
      - match: '${response.headers["x-fuzz"] == credentials.apiKey}'
        isSuccess: '${response.data.fine}'
        data: {$jsonata: response.data.**.x}
      - match: {$eval: {$var: 'response.data[0]'}, contains: {$var: response.text}}
        isSuccess: true
        data: '${response.data.a.b + credentials.apiKey}'
      - match: '${response.data.n > 3}'
        isSuccess: false
        error: {key: '${response.data.key}', message: 'no: ${response.data.m}'}
test:
  type: rest-api-mapping
  mapping:
    steps:
      - {name: one, method: get, path: '/a/${credentials.apiKey}'}
      - name: two
        method: post
        path: '/${steps.one.response.data.id ?? "x"}/{p}'
        requestMapping:
          pathParameters: {p: {$firstNotEmpty: [{$var: steps.one.response.data.p}, {$var: credentials.apiKey}]}}
          query: {q: {$var: steps.one.response.data.q}}
          headers: {X-H: {$var: steps.one.response.data.h}, X-K: '${base64(credentials.apiKey)}'}
          contentType: '${steps.one.response.data.type ?? "json"}'
          data: {$mergeObjects: [{$var: steps.one.response.data.body}, {key: {$var: credentials.apiKey}}]}
    responseMapping: {v: {$var: response.data}, t: '${response.text ?? ""}'}
`

// FuzzAnswers lets handlers and mappings loose on answers of a server that may
// say anything, and wants them to end without a panic, with errors that do not
// hold the credential but in the path of a request, which is shown, and redacted
// by whoever shows it.
func FuzzAnswers(f *testing.F) {
	seeds := []answer{
		{200, nil, `{"kind":"expired","why":"idle"}`},
		{200, nil, `{"id":"7","p":"..","q":[1,2],"h":"x\r\ny","type":"multipart","body":{"f":{"content":"x"}}}`},
		{200, nil, `{"type":"xml","body":{"a":{"@b":1,"#text":"c"}}}`},
		{200, nil, `{"id":"%zz?#","type":"form","body":{"a":[[1]]}}`},
		{500, nil, `{"n":4,"key":"rate_limit_exceeded","m":"x"}`},
		{401, nil, `[["a"]]`},
	}
	for _, s := range seeds {
		f.Add(s.status, "application/json", "3", s.body)
	}
	f.Add(200, "text/xml; charset=utf-16", "Sat, 21 Nov 2026 12:01:30 GMT", "<a><b c='d'>e</b></a>")
	f.Add(200, "application/soap+xml; charset=windows-1252", "", "<a:b xmlns:a='x'><c/><c>\x80</c></a:b>")
	f.Add(429, "multipart/form-data; boundary=x", "99999999999999999999", "\xfe\xff\x00<")
	set := compile(f, fuzzed)
	f.Fuzz(func(t *testing.T, status int, contentType, retryAfter, body string) {
		if strings.Contains(body+contentType+retryAfter, "Canary") {
			return // a server that knows the credential may say it
		}
		s := &server{answers: []answer{{status, []string{"Content-Type", contentType, "Retry-After", retryAfter, "X-Fuzz", contentType}, body}}}
		result, err := run(t, set, s, planted)
		again := &server{answers: s.answers}
		second, secondErr := run(t, set, again, planted)
		if fmt.Sprint(err) != fmt.Sprint(secondErr) || !result.Value.Equal(second.Value) || fmt.Sprint(s.bodies) != fmt.Sprint(again.bodies) {
			t.Errorf("the second run differs: %v, %v", err, secondErr)
		}
		if err == nil {
			return
		}
		var failure *method.StatusError
		if errors.As(err, &failure) {
			if failure.RetryAfter < 0 || strings.Contains(failure.Detail, "Canary") {
				t.Errorf("retry after %v, detail %q", failure.RetryAfter, failure.Detail)
			}
		}
		for wrapped := err; wrapped != nil; wrapped = errors.Unwrap(wrapped) {
			for _, text := range []string{fmt.Sprintf("%v", wrapped), fmt.Sprintf("%+v", wrapped), fmt.Sprintf("%q", wrapped)} {
				for _, req := range s.sent {
					text = strings.ReplaceAll(text, req.URL.EscapedPath(), "PATH")
					text = strings.ReplaceAll(text, req.URL.Path, "PATH")
				}
				if strings.Contains(text, "Canary") || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte(planted))) {
					t.Fatalf("the credential is in the error %s", text)
				}
			}
		}
		if text := fmt.Sprintf("%v %+v", s.config, *s.config); strings.Contains(text, "Canary") {
			t.Errorf("the credential is in the client: %s", text)
		}
	})
}
