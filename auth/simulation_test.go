package auth_test

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/spec/method/script"
)

// A tally is what came out of many simulations.
type tally struct {
	passed  int
	skipped []string
	failed  []string
}

// simulateAll simulates each option of the connectors of a tree that has a test.
func (c *tally) simulateAll(t *testing.T, dir string) {
	t.Helper()
	eachSubject(t, dir, func(name string, s auth.Subject) { c.simulate(t, name, s) })
}

// eachSubject visits the options of the connectors of a tree that have a test.
func eachSubject(t *testing.T, dir string, visit func(name string, s auth.Subject)) {
	t.Helper()
	files, _, err := spec.Find(os.DirFS(dir), ".", filepath.Base(dir))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		fsys, err := fs.Sub(os.DirFS(dir), path.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		connector, _, err := spec.Load(fsys, path.Base(file))
		if err != nil {
			t.Fatal(err)
		}
		options, diagnostics := lint.Run(connector, lint.Options{})
		for _, d := range diagnostics {
			if d.Severity == spec.Error {
				t.Fatalf("%s: %v", file, d)
			}
		}
		for _, o := range options {
			s := auth.Subject{Connector: connector, Option: o.Option, Methods: o.Methods, Engine: script.InProcess{}, Files: fsys}
			if !o.Methods.Has("test") {
				continue
			}
			visit(file+" "+s.OptionKey(), s)
		}
	}
}

func (c *tally) simulate(t *testing.T, name string, s auth.Subject) {
	t.Helper()
	r, err := auth.Simulate(t.Context(), s, auth.SimulateOptions{})
	switch {
	case err != nil:
		t.Errorf("%s: %v", name, err)
	case r.Skipped != "":
		c.skipped = append(c.skipped, name+": "+r.Skipped)
	case !r.OK:
		var steps []string
		for _, step := range r.Steps {
			steps = append(steps, fmt.Sprintf("%s %s %s %d", step.Name, step.Method, step.URL, step.Status))
		}
		c.failed = append(c.failed, name+": "+r.Message+"\n    "+strings.Join(steps, "\n    "))
	default:
		c.passed++
	}
}

// TestSimulateEverySpec simulates whatever the repository has a spec of: each
// passes, or is skipped for a reason.
func TestSimulateEverySpec(t *testing.T) {
	t.Parallel()
	var c tally
	c.simulateAll(t, filepath.FromSlash("../examples"))
	c.simulateAll(t, filepath.FromSlash("../testdata/specs/valid"))
	t.Logf("%d passed, %d skipped:\n%s", c.passed, len(c.skipped), strings.Join(c.skipped, "\n"))
	proofless := 0
	for _, f := range c.failed {
		if strings.Contains(f, "proves nothing") { // as the spec has it: a key in the body of a GET, scripts that send nothing
			proofless++
			continue
		}
		t.Error(f)
	}
	if proofless > 3 || len(c.skipped) > 4 || c.passed < 100 {
		t.Errorf("%d prove nothing, %d are skipped", proofless, len(c.skipped))
	}
}

// TestSimulateGeneratedSpecs simulates what the generator of specs writes.
func TestSimulateGeneratedSpecs(t *testing.T) {
	t.Parallel()
	var c tally
	dir := t.TempDir()
	out, err := exec.CommandContext(t.Context(), "go", "run", "../testdata/bench/validate/gen", "300", "7", dir).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	c.simulateAll(t, dir)
	t.Logf("%d passed", c.passed)
	if len(c.failed)+len(c.skipped) > 0 || c.passed < 300 {
		t.Errorf("%d passed, failed:\n%s\nskipped:\n%s", c.passed, strings.Join(c.failed[:min(5, len(c.failed))], "\n"), strings.Join(c.skipped, "\n"))
	}
}

// TestSimulationsRefuseImpostors tests each spec with wrong secrets in place of
// right ones: no simulated API takes them, but those that ask for none.
func TestSimulationsRefuseImpostors(t *testing.T) {
	t.Parallel()
	refused := 0
	var open []string
	for _, dir := range []string{"../examples", "../testdata/specs/valid"} {
		eachSubject(t, filepath.FromSlash(dir), func(name string, s auth.Subject) {
			good, wrong, isOpen := auth.Impostor(t.Context(), s)
			switch {
			case !good.OK:
			case isOpen:
				open = append(open, name)
			case wrong == nil || wrong.OK:
				t.Errorf("%s: a wrong secret passes: %+v", name, wrong)
			default:
				refused++
			}
		})
	}
	t.Logf("%d refuse; open:\n%s", refused, strings.Join(open, "\n"))
}

// steps lists the steps of a result in one line, those that failed with !.
func steps(r *auth.Result) string {
	var names []string
	for _, s := range r.Steps {
		name := s.Name
		if name == "wrong credential" { // of the check that follows a life
			continue
		}
		if !s.OK {
			name += "!"
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// simulated simulates the base option of a spec.
func simulated(t *testing.T, text string) *auth.Result {
	t.Helper()
	s := subjectOf(t, text)
	s.Engine = script.InProcess{}
	r, err := auth.Simulate(t.Context(), s, auth.SimulateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// keySpec is a connector whose user enters a key. Login is what makes a
// credential of it, client what goes into requests, and test the mapping of the
// test.
func keySpec(login, client, test string) string {
	return `key: acme
name: Acme
auth:
  type: client-credentials
  baseUri: https://api.acme.example
  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}}, required: [key]}}
` + login + `  makeApiClient: {implementationType: mapping, mapping: ` + client + `}
  test: {implementationType: rest-api-mapping, mapping: ` + test + `}
`
}

// TestSimulateRunsTheWholeLife shows which steps a simulation takes.
func TestSimulateRunsTheWholeLife(t *testing.T) {
	t.Parallel()
	session := `  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping: {method: post, path: /login, requestMapping: {data: {key: '${connectionInput.key}'}}, responseMapping: {session: '${response.data.token}', expires_in: 600}}
  disconnect: {implementationType: rest-api-mapping, mapping: {method: delete, path: /session}}
`
	for name, test := range map[string]struct{ spec, want string }{
		"code": {
			oauthSpec(""), "getOAuthConfig authorize token makeApiClient test getOAuthConfig refresh makeApiClient test getOAuthConfig",
		},
		"code, pushed, with revocation": {
			oauthSpec("      par: true\n      parUri: https://login.acme.example/par\n      revokeUri: https://login.acme.example/revoke\n"),
			"getOAuthConfig pushAuthorization authorize token makeApiClient test getOAuthConfig refresh makeApiClient test getOAuthConfig revoke",
		},
		"no refresh token": {
			oauthSpec("      noRefreshToken: true\n"), "getOAuthConfig authorize token makeApiClient test getOAuthConfig",
		},
		"client credentials": {
			oauthSpec("      grantType: client_credentials\n"), "getOAuthConfig token makeApiClient test getOAuthConfig token makeApiClient test getOAuthConfig",
		},
		"device": {
			oauthSpec("      grantType: device_code\n      deviceAuthorizationUri: https://login.acme.example/device\n"),
			"getOAuthConfig deviceAuthorization token makeApiClient test getOAuthConfig refresh makeApiClient test getOAuthConfig",
		},
		"issuer and proofs": {
			oauthSpec("      issuer: https://login.acme.example\n      dpop: true\n"),
			"getOAuthConfig discover authorize token makeApiClient test getOAuthConfig refresh makeApiClient test getOAuthConfig revoke",
		},
		"key": {
			keySpec("", "{headers: {X-Key: '${credentials.key}'}}", "{method: get, path: /me}"), "makeApiClient test",
		},
		"session": {
			keySpec(session, "{headers: {X-Session: '${credentials.session}'}}", "{method: get, path: /me}"),
			"getCredentialsFromConnectionParameters makeApiClient test getCredentialsFromConnectionParameters makeApiClient test makeApiClient disconnect",
		},
	} {
		r := simulated(t, test.spec)
		if got := steps(r); !r.OK || got != test.want {
			t.Errorf("%s: %v %s\n got %s\nwant %s", name, r.OK, r.Message, got, test.want)
		}
		if len(r.Notes) == 0 || !strings.Contains(r.Notes[len(r.Notes)-1], "made from the spec") {
			t.Errorf("%s: the notes do not say what is not known: %q", name, r.Notes)
		}
	}
}

// TestSimulateAnswersWhatIsAskedFor has tests that say yes to few answers.
func TestSimulateAnswersWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	client := "{headers: {X-Key: '${credentials.key}'}}"
	handled := `{headers: {X-Key: '${credentials.key}'}, responseHandlers: [{match: {$eval: {$var: response.data.code}, is: 0}, isSuccess: true}, {isSuccess: false}]}`
	for _, test := range []struct{ client, test string }{
		{client, `{method: get, path: /me, responseMapping: '${response.data.status == "live"}'}`},
		{client, `{method: get, path: /me, responseMapping: '${response.data.code == 17 && response.data.user.kind == "bot"}'}`},
		{client, `{method: get, path: /me, responseMapping: {n: '${len(response.data.people) > 0}', first: '${response.data.people[0].name}'}}`},
		{client, `{method: get, path: /me, responseMapping: {ids: {$iterate: {source: {$var: response.data}, item: {$var: item.id}}}}}`},
		{client, `{method: get, path: /me, responseMapping: {$jsonata: 'response.data.user.(first & " " & last)'}}`},
		{client, `{method: get, path: /me.xml, requestMapping: {headers: {Accept: application/xml}}, responseMapping: {id: '${response.data["user"]["@id"]}'}}`},
		{client, `{method: get, path: /me, responseMapping: '${response.data.quota - response.data.used > 3}'}`},
		{handled, `{method: get, path: /me, responseMapping: {id: '${response.data.id}'}}`},
		{client, `{method: get, path: /me, responseMapping: {name: '${find(response.data.accounts, .type == "company" and .ok)["name"]}'}}`},
		{client, `{method: get, path: /me, responseMapping: {id: '${find(response.data, .is_default).id}'}}`},
		{client, `{method: get, path: /me, responseMapping: {id: '${filter(response.data.sites ?? [], #.kind == "jira" && len(.scopes) > 0)[0].id}'}}`},
		{client, `{method: get, path: /me, responseMapping: {tag: '${find(response.data.tags, # == "wanted")}'}}`},
	} {
		if r := simulated(t, keySpec("", test.client, test.test)); !r.OK {
			t.Errorf("%s: %s", test.test, r.Message)
		}
	}
}

// TestSimulateAnswersHaveWhatIsRead looks at what tests make of their answers.
func TestSimulateAnswersHaveWhatIsRead(t *testing.T) {
	t.Parallel()
	for mapping, want := range map[string]string{
		"{serials: {$iterate: {source: {$var: response.data}, item: {$var: item.serial.email}}}}":            `{"serials":["ada@example.com"]}`,
		"{$jsonata: 'response.data.owner.email'}":                                                            `"ada@example.com"`,
		`{xml: '${response.text startsWith "<?xml"}', mail: '${response.data["user"]["@email"]}'}`:           `{"xml":true,"mail":"ada@example.com"}`,
		"{email: '${find(response.data.people, .name != \")\").email}'}":                                     `{"email":"ada@example.com"}`,
		"{a: '${response.data.Country}', b: '${response.data.itemCount}', c: '${response.data.discount}'}":   `{"a":"en","b":1,"c":"simulated discount"}`,
		"{first: '${response.data.people[1].first_name}', rate: '${response.headers[\"x-account-email\"]}'}": `{"first":"Ada","rate":"ada@example.com"}`,
	} {
		test := `{method: get, path: /me, requestMapping: {headers: {Accept: ACCEPT}}, responseMapping: ` + mapping + `}`
		accept := "application/json"
		if strings.Contains(mapping, "xml") {
			accept = "application/xml"
		}
		r := simulated(t, keySpec("", "{headers: {X-Key: '${credentials.key}'}}", strings.Replace(test, "ACCEPT", accept, 1)))
		if got := r.Test.String(); !r.OK || got != want {
			t.Errorf("%s gives %s, want %s: %s", mapping, got, want, r.Message)
		}
	}
}

// TestSimulateFindsMistakes has specs that are wrong in themselves.
func TestSimulateFindsMistakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ spec, want string }{
		"token request without the code": {
			strings.Replace(oauthSpec(""), "  test:", "  getTokenData: {implementationType: rest-api-mapping, mapping: {method: post, path: 'https://login.acme.example/token'}}\n  test:", 1),
			"the code of the login is not in the request",
		},
		"refresh that sends the access token": {
			strings.Replace(oauthSpec(""), "  test:", `  refreshCredentials:
    implementationType: rest-api-mapping
    mapping: {method: post, path: 'https://login.acme.example/token', requestMapping: {data: {token: fixed}}, responseMapping: {expires_in: '${response.data.expires_in}'}}
  test:`, 1),
			"has expired",
		},
		"answer that no test accepts": {
			keySpec("", "{headers: {X-Key: '${credentials.key}'}}", `{method: get, path: /me, responseMapping: '${response.data.a == 1 && response.data.a == 2}'}`),
			"which means no",
		},
		"handlers that take all for errors": {
			keySpec("", "{headers: {X-Key: '${credentials.key}'}, responseHandlers: [{isSuccess: false}]}", "{method: get, path: /me}"),
			"responseHandlers take for an error",
		},
	} {
		r := simulated(t, test.spec)
		if r.OK || !strings.Contains(r.Message, test.want) {
			t.Errorf("%s: %v %q, %s", name, r.OK, r.Message, steps(r))
		}
	}
}

// TestSimulateSaysWhatItCannotKnow skips what nothing can be made up for.
func TestSimulateSaysWhatItCannotKnow(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ spec, want string }{
		"a pattern": {
			strings.Replace(keySpec("", "{headers: {X-Key: '${credentials.key}'}}", "{method: get, path: /me}"), "isSensitive: true", "isSensitive: true, pattern: '^(?!x)y+$'", 1),
			`"key" cannot be made up`,
		},
		"a script": {
			strings.Replace(keySpec("", "{headers: {X-Key: '${credentials.key}'}}", "{method: get, path: /me}"), "{implementationType: rest-api-mapping, mapping: {method: get, path: /me}}",
				`{implementationType: javascript, code: 'export default async ({apiClient}) => { const r = await apiClient.get("/me"); if (r.planet.moons.length !== 79) throw new Error("no Jupiter"); return r }'}`, 1),
			"record the test instead",
		},
	} {
		r := simulated(t, test.spec)
		if r.OK || !strings.Contains(r.Skipped, test.want) {
			t.Errorf("%s: %v skipped %q, %s", name, r.OK, r.Skipped, r.Message)
		}
	}
}

// TestSimulateIsRepeatable gives the same twice.
func TestSimulateIsRepeatable(t *testing.T) {
	t.Parallel()
	first, second := simulated(t, oauthSpec("")), simulated(t, oauthSpec(""))
	if first.Label != second.Label || steps(first) != steps(second) || first.Label != "Ada Lovelace" {
		t.Errorf("%q %s, then %q %s", first.Label, steps(first), second.Label, steps(second))
	}
}

// TestSimulationsVerifySignatures signs in each way: the right key is accepted,
// another one is not.
func TestSimulationsVerifySignatures(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{
		"{type: aws-sigv4, service: s3, region: eu-west-1, accessKeyId: id, secretAccessKey: '${credentials.key}'}",
		"{type: aws-sigv4, service: execute-api, region: eu-west-1, accessKeyId: id, secretAccessKey: '${credentials.key}', sessionToken: session}",
		"{type: oauth1, consumerKey: app, consumerSecret: '${credentials.key}', token: t, tokenSecret: s}",
		"{type: oauth1, consumerKey: app, consumerSecret: c, token: t, tokenSecret: '${credentials.key}', signatureMethod: HMAC-SHA256, signatureLocation: query}",
		"{type: oauth1, consumerKey: app, privateKey: '${credentials.key}', token: t, tokenSecret: s, signatureMethod: RSA-SHA256}",
		"{type: jwt, alg: HS256, key: '${credentials.key}', claims: {iss: app}}",
		"{type: jwt, alg: ES256, key: '${credentials.key}', kid: one, claims: {iss: app}, in: query, name: jwt}",
		"{type: jwt, alg: PS256, key: '${credentials.key}', name: X-Token, claims: {iss: app}, lifetime: 60}",
		"{type: digest, username: ada, password: '${credentials.key}'}",
		"{type: wsse, username: ada, password: '${credentials.key}'}",
		"{type: wsse, username: ada, password: '${credentials.key}', nonce: hex, digest: hex}",
		`{type: hmac, algorithm: sha256, key: '${credentials.key}', stringToSign: '${request.method + request.path + nonce + string(timestamp)}', headers: {X-Nonce: '${nonce}', X-Time: '${timestamp}'}, in: header, name: X-Signature}`,
		`{type: hmac, algorithm: sha1, key: '${credentials.key}', stringToSign: '${request.query}', encoding: base64, in: query, name: signature}`,
	} {
		s := subjectOf(t, keySpec("", "{sign: "+sign+"}", "{method: get, path: /me, requestMapping: {query: {a: 'b c'}}}"))
		good, wrong, open := auth.Impostor(t.Context(), s)
		switch {
		case !good.OK:
			t.Errorf("%s: %s %s", sign, good.Skipped, good.Message)
		case open || wrong == nil || wrong.OK:
			t.Errorf("%s: another key is accepted (open %v)", sign, open)
		}
	}
}

// TestSimulationsVerifyPlaces puts a key into each place of a request.
func TestSimulationsVerifyPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ client, test string }{
		{"{headers: {Authorization: 'Bearer ${credentials.key}'}}", "{method: get, path: /me}"},
		{"{headers: {X-Key: '${hex(hmac(\"sha256\", credentials.key, \"x\"))}'}}", "{method: get, path: /me}"},
		{"{query: {key: '${credentials.key}'}}", "{method: get, path: /me}"},
		{"{cookies: {key: '${credentials.key}'}}", "{method: get, path: /me}"},
		{"{data: {key: '${credentials.key}'}}", "{method: post, path: /me, requestMapping: {data: {a: b}}}"},
		{"{data: {key: '${credentials.key}'}}", "{method: post, path: /me, requestMapping: {contentType: form, data: {a: b}}}"},
		{"{auth: {username: '${credentials.key}', password: ''}}", "{method: get, path: /me}"},
		{"{baseUri: 'https://api.acme.example/bot${credentials.key}'}", "{method: get, path: /me}"},
		{"{}", "{method: get, path: /me, requestMapping: {headers: {X-Key: '${credentials.key}'}}}"},
	} {
		s := subjectOf(t, keySpec("", test.client, test.test))
		if good, wrong, open := auth.Impostor(t.Context(), s); !good.OK || open || wrong == nil || wrong.OK {
			t.Errorf("%s, %s: open %v, right %s, wrong %+v", test.client, test.test, open, good.Message, wrong)
		}
	}
}
