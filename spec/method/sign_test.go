package method_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/formula"
)

// signedOf writes a connector whose client signs.
func signedOf(sign string) string {
	return head + clientOf("baseUri: https://api.example\nsign:\n"+indent(sign, "  "))
}

// facts are what an HMAC sees of a request.
func facts(t *testing.T) []formula.Member {
	t.Helper()
	v, err := formula.ParseJSON([]byte(`{"method": "POST", "host": "api.example", "path": "/a", "query": "b=1", "headers": {"accept": "x/y"}, "body": "{}"}`))
	if err != nil {
		t.Fatal(err)
	}
	return []formula.Member{
		{Key: "request", Value: v.With("bodySha256", formula.Bytes([]byte{0xab, 0xcd}))},
		{Key: "timestamp", Value: formula.Number(1_700_000_000)},
		{Key: "nonce", Value: formula.String("once")},
	}
}

const hmacHead = "type: hmac\nalgorithm: sha256\nname: X-Signature\n"

func TestHMAC(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, sign, want string }{
		{
			"the parts of a request", "key: {$var: credentials.apiKey}\nstringToSign: \"${request.method}|${request.host}|${request.path}|${request.query}|${request.headers.accept}|${request.body}|${hex(request.bodySha256)}|${timestamp}|${nonce}\"",
			`{"type":"hmac","algorithm":"sha256","name":"X-Signature","key":"k","stringToSign":"POST|api.example|/a|b=1|x/y|{}|abcd|1700000000|once"}`,
		},
		{
			"headers that are signed", "key: a\nstringToSign: ${request.headers[\"x-time\"]}|${request.headers.accept}\nheaders: {X-Time: \"${timestamp}\", Accept: text/plain}",
			`{"type":"hmac","algorithm":"sha256","name":"X-Signature","key":"a","stringToSign":"1700000000|text/plain","headers":{"X-Time":1700000000,"Accept":"text/plain"}}`,
		},
		{
			"a header of several values", "key: a\nstringToSign: ${request.headers[\"x-part\"]}\nheaders: {X-Part: [a, '${nonce}']}",
			`{"type":"hmac","algorithm":"sha256","name":"X-Signature","key":"a","stringToSign":"a, once","headers":{"X-Part":["a","once"]}}`,
		},
		{
			"the time of the request", "key: a\nstringToSign: ${now() + 0}",
			`{"type":"hmac","algorithm":"sha256","name":"X-Signature","key":"a","stringToSign":5}`,
		},
	} {
		config, err := compile(t, signedOf(hmacHead+c.sign)).Client(variables("k"), testRun())
		if err != nil || config.HMAC == nil || config.Sign.String() != `{"type":"hmac"}` {
			t.Errorf("%s: %v, %v", c.name, config, err)
			continue
		}
		for range 2 { // each request anew
			run := testRun()
			run.Now = func() time.Time { return time.Unix(5, 0) }
			v, err := config.HMAC(run, facts(t)...)
			if got := string(v.AppendJSON(nil)); err != nil || got != c.want {
				t.Errorf("%s:\n%s, %v\nwant %s", c.name, got, err, c.want)
			}
		}
	}
}

func TestHMACErrors(t *testing.T) {
	t.Parallel()
	config, err := compile(t, signedOf(hmacHead+"key: a\nstringToSign: a\nheaders: {X-Gone: '${request.headers.gone}'}")).Client(variables("k"), testRun())
	if err != nil {
		t.Fatal(err)
	}
	var missing *formula.MissingError
	if _, err := config.HMAC(testRun(), facts(t)...); !errors.As(err, &missing) {
		t.Errorf("a header that is not there: %v", err)
	}
}

// TestSign evaluates signatures that do not depend on a request.
func TestSign(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"none", head + clientOf("baseUri: https://api.example"), "undefined"},
		{"AWS without a session", signedOf("{type: aws-sigv4, service: s3, region: '${credentials.region}', accessKeyId: a, secretAccessKey: {$var: credentials.apiKey}, sessionToken: {$var: credentials.session}}"), `{"type":"aws-sigv4","service":"s3","region":"eu","accessKeyId":"a","secretAccessKey":"k"}`},
		{"within a formula that gives the client", head + clientOf("$mergeObjects: [{baseUri: https://api.example}, {sign: {type: wsse, username: u, password: {$var: credentials.apiKey}}}]"), `{"type":"wsse","username":"u","password":"k"}`},
		{"of a script", head + "makeApiClient:\n  type: javascript\n  code: |\n" + indent("export default ({ credentials }) => ({ baseUri: 'https://api.example', sign: { type: 'digest', username: 'u', password: credentials.apiKey } })", "    "), `{"type":"digest","username":"u","password":"k"}`},
	} {
		text := strings.Replace(c.text, "    region:", "    session: {type: string}\n    region:", 1)
		call := inputsCall(t, `{}`, `{}`)
		call.Variables = variables("k")
		config, err := compile(t, text).ClientBy(t.Context(), call)
		if err != nil || config.Sign.String() != c.want || config.HMAC != nil {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestSignWithoutMapping refuses an HMAC whose text somebody has made before
// there was a request.
func TestSignWithoutMapping(t *testing.T) {
	t.Parallel()
	const want = "sign: the text that an HMAC signs is made from each request, so it is no part of a result: write it as a mapping, makeApiClient: {…, sign: {type: hmac, …}}"
	const fixed = "{type: hmac, algorithm: sha256, key: a, name: X, stringToSign: a}"
	for name, text := range map[string]string{
		"formula that gives the client":    head + clientOf("$mergeObjects: [{baseUri: https://api.example}, {sign: "+fixed+"}]"),
		"formula that gives the signature": signedOf("$firstNotEmpty: [" + fixed + "]"),
		"script":                           head + "makeApiClient:\n  type: javascript\n  code: |\n" + indent("export default () => ({ baseUri: 'https://api.example', sign: { type: 'hmac', algorithm: 'sha256', key: 'a', name: 'X', stringToSign: 'a' } })", "    "),
	} {
		call := inputsCall(t, `{}`, `{}`)
		call.Variables = variables("k")
		_, err := compile(t, text).ClientBy(t.Context(), call)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", name, err, want)
		}
	}
}

// TestClientConfigIsSilent prints a config that signs.
func TestClientConfigIsSilent(t *testing.T) {
	t.Parallel()
	config, err := compile(t, signedOf("{type: wsse, username: u, password: {$var: credentials.apiKey}}")).Client(variables("top-secret"), testRun())
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %#v", config, config, *config); strings.Contains(got, "top-secret") {
		t.Error(got)
	}
}
