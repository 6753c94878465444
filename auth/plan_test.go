package auth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// standIn matches the texts that stand for values while a plan is made, also in
// capitals, and JSON that is encoded, which would hide them.
var standIn = regexp.MustCompile(`p[0-9a-f]{20}|P[0-9A-F]{20}|\beyJ[\w-]{8}`)

// TestExplainEverySpec plans all valid specs of the repository: each phase has
// a place, each request its parts, and no stand-in is left.
func TestExplainEverySpec(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.FromSlash("../testdata/specs/valid/*"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d specs, %v", len(files), err)
	}
	examples, _ := filepath.Glob(filepath.FromSlash("../examples/*/spec.yml"))
	phases, requests := 0, 0
	for _, file := range append(files, examples...) {
		dir, name := filepath.Split(file)
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			dir, name = file, "spec.yml"
		}
		c, _, err := spec.Load(os.DirFS(dir), name)
		if err != nil {
			continue // another kind of file
		}
		options, _ := lint.Run(c, lint.Options{})
		for _, o := range options {
			plan := auth.Explain(t.Context(), auth.Subject{Connector: c, Option: o.Option, Methods: o.Methods})
			for _, p := range plan.Phases {
				phases++
				if p.Place.Line < 1 || p.Place.File == "" || p.Kind == "" {
					t.Errorf("%s: %s has no place: %+v", file, p.Name, p)
				}
				for _, r := range p.Requests {
					requests++
					if r.Method == "" || r.URL == "" || len(r.Parts) < 2 {
						t.Errorf("%s: %s: %+v", file, p.Name, r)
					}
				}
				if left := standIn.FindString(fmt.Sprintf("%+v", p)); left != "" {
					t.Errorf("%s: %s shows %s: %+v", file, p.Name, left, p)
				}
			}
		}
	}
	if phases < 100 || requests < 50 {
		t.Errorf("only %d phases and %d requests", phases, requests)
	}
}

// TestExplainMadeOfValues wants what formulas and signatures make of values to
// keep their names.
func TestExplainMadeOfValues(t *testing.T) {
	t.Parallel()
	const text = "key: a\nname: A\nauth:\n  type: client-credentials\n  baseUri: https://api.acme.example\n  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}, account: {type: string}}}}\n" +
		"  makeApiClient:\n    implementationType: mapping\n    mapping:\n      headers: {X-Account: '${upper(credentials.account)}/${trim(credentials.account)}'}\n" +
		"      sign: {type: jwt, alg: HS256, key: '${credentials.key}', claims: {iss: '${upper(credentials.account)}'}}\n" +
		"  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}\n"
	shown := fmt.Sprintf("%+v", auth.Explain(t.Context(), subjectOf(t, text)))
	for _, want := range []string{
		"{{upper(input.account)}}/{{input.account}}",
		`Bearer base64url({"alg":"HS256","typ":"JWT"}).base64url({`, `"iss":"{{upper(input.account)}}"`, "}).{{signature}}",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("the plan lacks %s:\n%s", want, shown)
		}
	}
}

// TestExplainSignatures has a plan say what signs the requests of a client, and
// where the spec says so.
func TestExplainSignatures(t *testing.T) {
	t.Parallel()
	const test = "  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}\n"
	const client = "key: a\nname: A\nauth:\n  type: client-credentials\n  baseUri: https://api.acme.example\n  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}}}}\n  makeApiClient:\n    implementationType: mapping\n    mapping:\n      sign: "
	for _, c := range []struct {
		text, want string
		line       int
	}{
		{"key: a\nname: A\nauth:\n  type: aws-sigv4\n  service: s3\n  region: eu-west-1\n  baseUri: https://api.acme.example\n" + test, "AWS Signature Version 4, service s3, region eu-west-1", 4},
		{client + "{type: jwt, alg: ES256, key: '${credentials.key}', claims: {iss: a}}\n" + test, "a JSON Web Token, ES256", 10},
		{client + "{type: digest, username: a, password: '${credentials.key}'}\n" + test, "HTTP Digest", 10},
		{client + "{type: wsse, username: a, password: '${credentials.key}'}\n" + test, "WSSE UsernameToken", 10},
		{client + "{type: hmac, algorithm: sha256, key: '${credentials.key}', stringToSign: '${request.path}', name: X-Signature}\n" + test, "an HMAC over its parts", 10},
		{client + "{type: oauth1, consumerKey: c, consumerSecret: '${credentials.key}', signatureMethod: HMAC-SHA256, signatureLocation: query}\n" + test, "OAuth 1, HMAC-SHA256, in the query", 10},
		{strings.Replace(oauth1PeerSpec("https://api.acme.example", "c", "HMAC-SHA512", "header", "{method: get, path: /me}"), "key: peer", "key: a", 1), "OAuth 1, HMAC-SHA512, in the header", 17},
		{strings.Replace(client, "sign: ", "headers: {X-Key: '${credentials.key}'}", 1) + "\n" + test, "", 0},
	} {
		plan := auth.Explain(t.Context(), subjectOf(t, c.text))
		got, line := "", 0
		for _, p := range plan.Phases {
			for _, part := range p.Parts {
				if p.Name == "makeApiClient" && part.Name == "signs each request" {
					got, line = part.Text, part.Place.Line
				}
			}
		}
		if got != c.want || line != c.line {
			t.Errorf("it says %q of line %d, want %q of line %d\n%s", got, line, c.want, c.line, c.text)
		}
	}
}

// TestExplainOAuth has plans show the steps in the order in which they come, and
// tokens by their names.
func TestExplainOAuth(t *testing.T) {
	t.Parallel()
	const disconnect = "  disconnect: {implementationType: rest-api-mapping, mapping: {method: post, path: /gone}}\n  test:"
	for _, c := range []struct{ text, want string }{
		{peerSpec("https://api.acme.example", codeScopes), "getOAuthConfig discover authorize token makeApiClient test refresh revoke"},
		{strings.Replace(peerSpec("https://api.acme.example", codeScopes), "  test:", disconnect, 1), "getOAuthConfig discover authorize token makeApiClient test refresh disconnect"},
		{oauth1PeerSpec("https://api.acme.example", "c", "HMAC-SHA1", "header", "{method: get, path: /me}"), "getOAuthConfig requestToken authorize accessToken makeApiClient test"},
	} {
		var names []string
		shown := ""
		for _, p := range auth.Explain(t.Context(), subjectOf(t, c.text)).Phases {
			names = append(names, p.Name)
			shown += fmt.Sprintf("%s: %+v\n", p.Name, p.Requests)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
		if strings.Contains(shown, "{{response.oauth_token") {
			t.Errorf("a token of OAuth 1 has no name of its own:\n%s", shown)
		}
		if strings.Contains(c.text, "type: oauth1") {
			for step, want := range map[string]string{"authorize": "{{request.oauth_token}}", "accessToken": "{{request.oauth_token}}", "test": "{{credentials.oauth_token}}"} {
				_, rest, _ := strings.Cut("\n"+shown, "\n"+step+": ")
				if line, _, _ := strings.Cut(rest, "\n"); !strings.Contains(line, want) {
					t.Errorf("%s does not show %s: %s", step, want, line)
				}
			}
		}
	}
}
