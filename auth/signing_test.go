package auth_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
)

// signingSpec is a connector whose client signs with what the user entered.
func signingSpec(sign string) string {
	return `key: signed
name: Signed
auth:
  type: client-credentials
  ui:
    schema:
      type: object
      properties: {id: {type: string}, key: {type: string, isSensitive: true}, token: {type: string, isSensitive: true}, tokenSecret: {type: string, isSensitive: true}}
  makeApiClient:
    implementationType: mapping
    mapping:
      baseUri: https://api.signed.example/v1
      sign: ` + sign + `
  test:
    implementationType: rest-api-mapping
    mapping: {method: post, path: '/items?b=2&a=1', requestMapping: {data: {name: x}}, responseMapping: {ok: '${response.data.ok}'}}
`
}

func signatureOf(key, text string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// jwtOf reads a token and checks its HMAC.
func jwtOf(token, key string, size int) (claims map[string]any, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	m := hmac.New(sha256.New, []byte(key))
	if size == 512 {
		m = hmac.New(sha512.New, []byte(key))
	}
	m.Write([]byte(parts[0] + "." + parts[1]))
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(text, &claims) != nil {
		return nil, false
	}
	return claims, base64.RawURLEncoding.EncodeToString(m.Sum(nil)) == parts[2]
}

// TestSignatures has a server verify each kind of signature that a spec can ask
// for, live and as it is recorded: a replay signs the same bytes.
func TestSignatures(t *testing.T) {
	t.Parallel()
	const body = `{"name":"x"}`
	sum := sha256.Sum256([]byte(body))
	for _, test := range []struct {
		name, sign string
		check      func(h http.Header, query string) bool
	}{
		{
			"an HMAC over parts, a time and a nonce, in a header with a prefix",
			`{type: hmac, algorithm: sha256, key: '${credentials.key}', name: Authorization, prefix: 'Sig ', headers: {X-Time: '${timestamp}', X-Nonce: '${nonce}'}, stringToSign: "${request.method}\n${request.path}?${request.query}\n${request.headers['x-time']}\n${nonce}\n${hex(request.bodySha256)}"}`,
			func(h http.Header, query string) bool {
				text := fmt.Sprintf("POST\n/v1/items?%s\n%d\n%s\n%x", query, clock.Unix(), h.Get("X-Nonce"), sum)
				return len(h.Get("X-Nonce")) == 32 && h.Get("Authorization") == "Sig "+signatureOf("k-0123456789", text)
			},
		},
		{
			"an HMAC in the query, in Base64",
			`{type: hmac, algorithm: sha1, encoding: base64, key: '${credentials.key}', in: query, name: sig, stringToSign: '${request.body}'}`,
			func(_ http.Header, query string) bool {
				m := hmac.New(sha1.New, []byte("k-0123456789"))
				m.Write([]byte(body))
				want := base64.StdEncoding.EncodeToString(m.Sum(nil))
				return strings.HasPrefix(query, "b=2&a=1&sig=") && strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(query, "b=2&a=1&sig="), "%2B", "+"), "%2F", "/") == strings.ReplaceAll(want, "=", "%3D")
			},
		},
		{
			"a token for each request",
			`{type: jwt, alg: HS256, key: '${credentials.key}', kid: '${credentials.id}', claims: {iss: '${credentials.id}'}, lifetime: 60}`,
			func(h http.Header, _ string) bool {
				claims, ok := jwtOf(strings.TrimPrefix(h.Get("Authorization"), "Bearer "), "k-0123456789", 256)
				return ok && claims["iss"] == "id-1" && claims["exp"] == float64(clock.Unix()+60)
			},
		},
		{
			"WSSE",
			`{type: wsse, username: '${credentials.id}', password: '${credentials.key}'}`,
			func(h http.Header, _ string) bool {
				m := regexp.MustCompile(`Username="id-1", PasswordDigest="([^"]+)", Nonce="([^"]+)", Created="([^"]+)"`).FindStringSubmatch(h.Get("X-WSSE"))
				if m == nil {
					return false
				}
				nonce, _ := base64.StdEncoding.DecodeString(m[2])
				digest := sha1.Sum([]byte(string(nonce) + m[3] + "k-0123456789"))
				return base64.StdEncoding.EncodeToString(digest[:]) == m[1]
			},
		},
		{
			"OAuth 1 with tokens that the user has, as NetSuite wants it",
			`{type: oauth1, consumerKey: '${credentials.id}', consumerSecret: '${credentials.key}', token: '${credentials.token}', tokenSecret: '${credentials.tokenSecret}', signatureMethod: HMAC-SHA256, realm: '1234567_SB1'}`,
			func(h http.Header, _ string) bool {
				a := h.Get("Authorization")
				return strings.HasPrefix(a, `OAuth realm="1234567_SB1", `) && strings.Contains(a, `oauth_signature_method="HMAC-SHA256"`) && strings.Contains(a, `oauth_token="t-0123456789"`)
			},
		},
		{
			"AWS Signature Version 4",
			`{type: aws-sigv4, service: execute-api, region: eu-central-1, accessKeyId: '${credentials.id}', secretAccessKey: '${credentials.key}', sessionToken: '${credentials.token}'}`,
			func(h http.Header, _ string) bool {
				return strings.HasPrefix(h.Get("Authorization"), "AWS4-HMAC-SHA256 Credential=id-1/20261121/eu-central-1/execute-api/aws4_request, SignedHeaders=") &&
					h.Get("X-Amz-Date") == "20261121T120000Z" && h.Get("X-Amz-Security-Token") == "t-0123456789"
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := subjectOf(t, signingSpec(test.sign))
			v := given(t, s, "id", "id-1", "key", "k-0123456789", "token", "t-0123456789", "tokenSecret", "ts-0123456789")
			world := worldOf(func(req *http.Request, sent string) (int, string) {
				if sent != body || !test.check(req.Header, req.URL.RawQuery) {
					return 401, fmt.Sprintf(`{"message":"%s %v"}`, req.URL, strings.ReplaceAll(fmt.Sprint(req.Header), `"`, "'"))
				}
				return 200, `{"ok":true}`
			})
			c, result, err := auth.Connect(t.Context(), s, v, world)
			if err != nil || !result.OK {
				t.Fatalf("%v, %s", err, result.Message)
			}
			if result, err := c.Test(t.Context()); err != nil || !result.OK {
				t.Errorf("again: %v, %s", err, result.Message)
			}
			recordAndReplay(t, s, v, world)
		})
	}
}

// TestWorkspaceTokens signs the tokens of the platform that the format comes
// from, and makes a new one when the last is about to end.
func TestWorkspaceTokens(t *testing.T) {
	t.Parallel()
	for kind, headers := range map[string][]string{
		"integration-app-token": {"X-Integration-App-Token"},
		"membrane-token":        {"X-Membrane-Token", "X-Integration-App-Token"},
	} {
		s := subjectOf(t, `key: own
name: Own
auth:
  type: `+kind+`
  baseUri: https://own.example
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {ok: '${response.data.ok}'}}
`)
		v, problems, err := s.Complete(auth.Values{Parameters: object(t, `{"workspaceKey":"ws-1","workspaceSecret":"secret-of-ws-1","userId":"u-1","userFields":{"plan":"pro"}}`)})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		now := &ticking{at: clock}
		seen := map[string]bool{}
		world := worldOf(func(req *http.Request, _ string) (int, string) {
			for _, name := range headers {
				claims, ok := jwtOf(req.Header.Get(name), "secret-of-ws-1", 512)
				fields, _ := claims["fields"].(map[string]any)
				if !ok || claims["iss"] != "ws-1" || claims["sub"] != "u-1" || fields["plan"] != "pro" || claims["exp"].(float64) <= float64(now.Now().Unix()) {
					return 401, `{}`
				}
				seen[req.Header.Get(name)] = true
			}
			return 200, `{"ok":true}`
		})
		world.Now = now.Now
		c, result, err := auth.Connect(t.Context(), s, v, world)
		if err != nil || !result.OK {
			t.Fatalf("%s: %v, %+v", kind, err, result)
		}
		now.move(7190 * 1e9)
		if status, err := get(c, "/me"); err != nil || status != 200 || len(seen) != 2 {
			t.Errorf("%s: %d, %v, %d tokens", kind, status, err, len(seen))
		}
	}
}

// TestProxy uses the credentials of another connection, which refreshes itself.
func TestProxy(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: 3600e9}
	other, now, world := connect(t, p, "")
	s := subjectOf(t, `key: borrowed
name: Borrowed
auth:
  type: proxy
  proxyKey: acme
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: https://api.acme.example/v1, headers: {Authorization: 'Bearer ${credentials.access_token}'}}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
`)
	v, _, err := s.Complete(auth.Values{})
	if err != nil {
		t.Fatal(err)
	}
	if _, result, err := auth.Connect(t.Context(), s, v, world); err != nil || result.OK {
		t.Errorf("without another connection: %v, %+v", err, result)
	}
	world.Connections = connectionsOf(map[string]*auth.Connection{"acme": other})
	c, result, err := auth.Connect(t.Context(), s, v, world)
	if err != nil || !result.OK {
		t.Fatalf("%v, %+v", err, result)
	}
	now.move(2 * 3600e9)
	if status, err := get(c, "/me"); err != nil || status != 200 || p.made != 2 {
		t.Errorf("%d, %v, %d tokens", status, err, p.made)
	}
}
