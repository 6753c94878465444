package auth_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// consentSpec is a connector whose hosts come from all the places that they can
// come from.
const consentSpec = `key: shop
name: Shop
auth:
  type: oauth2
  baseUri: https://${connectionInput.shop}.example.com
  allowedOrigins: ['https://files.example.com', 'https://${connectionInput.region}.example.com']
  ui: {schema: {type: object, properties: {shop: {type: string, title: Shop}, region: {type: string}}, required: [shop]}}
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: an-id
      authorizeUri: https://${connectionInput.shop}.example.com/authorize
      tokenUri: https://login.example.com/token
      scopes: [read]
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: 'https://status.example.com/me'}
operations:
  list: {title: List, type: rest-api-mapping, mapping: {method: get, path: /list}}
`

func consentOf(t *testing.T, text string) auth.Consent {
	t.Helper()
	s := subjectOf(t, text)
	v, _, err := s.Complete(auth.Values{Inputs: object(t, `{"shop":"ada","region":"eu"}`)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Consent(v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestMust15ConsentHosts wants the user to be told where a credential may go,
// before there is one.
func TestMust15ConsentHosts(t *testing.T) {
	t.Parallel()
	c := consentOf(t, consentSpec)
	want := []string{"https://status.example.com", "https://files.example.com", "https://eu.example.com", "https://ada.example.com", "https://login.example.com"}
	if diff := cmp.Diff(want, c.Hosts); diff != "" || c.Later {
		t.Errorf("later %t, hosts (-want +got)\n%s", c.Later, diff)
	}
	later := consentOf(t, strings.Replace(consentSpec, "https://${connectionInput.shop}.example.com\n  allowed", "${credentials.instance_url}\n  allowed", 1))
	if !later.Later {
		t.Errorf("an address that comes with the login is not said to: %q", later.Hosts)
	}
}

// TestMust15ConsentKnown wants what is known of the hosts before a login to be
// said, and no more than that to be left open.
func TestMust15ConsentKnown(t *testing.T) {
	t.Parallel()
	const client = "  makeApiClient: {implementationType: mapping, mapping: {headers: {X: '${credentials.access_token}'}, baseUri: %}}\n  test:"
	hosts := []string{"https://status.example.com", "https://files.example.com", "https://eu.example.com"}
	tests := []struct {
		name, old, changed string
		hosts              []string // behind those
		later              bool
		issuer             string
	}{
		{name: "a path by the credential", old: "baseUri: https://${connectionInput.shop}.example.com", changed: "baseUri: https://${connectionInput.shop}.example.com/${credentials.realm}", hosts: []string{"https://ada.example.com", "https://login.example.com"}},
		{name: "headers by the credential", old: "  test:", changed: strings.Replace(client, "%", "'https://api.example.com/v1'", 1), hosts: []string{"https://ada.example.com", "https://api.example.com", "https://login.example.com"}},
		{name: "a host by the credential", old: "  test:", changed: strings.Replace(client, "%", "'https://${credentials.site}.example.com/v1'", 1), hosts: []string{"https://ada.example.com", "https://login.example.com"}, later: true},
		{name: "an issuer", old: "tokenUri: https://login.example.com/token", changed: "issuer: https://id.example.com/a", hosts: []string{"https://ada.example.com", "https://id.example.com"}, issuer: "https://id.example.com/a"},
		{name: "a configuration that lacks a value", old: "clientId: an-id", changed: "clientId: 'app-${connectorParameters.id}'", hosts: []string{"https://ada.example.com", "https://login.example.com"}},
	}
	for _, test := range tests {
		text := strings.Replace(consentSpec, test.old, test.changed, 1)
		c := consentOf(t, "parametersSchema: {type: object, properties: {id: {type: string, title: ID}}, required: [id]}\n"+text)
		if diff := cmp.Diff(append(hosts[:3:3], test.hosts...), c.Hosts); diff != "" {
			t.Errorf("%s: hosts (-want +got)\n%s", test.name, diff)
		}
		if c.Later != test.later || c.Issuer != test.issuer {
			t.Errorf("%s: later %t, issuer %q", test.name, c.Later, c.Issuer)
		}
	}
}

// TestMust15ConsentSince wants the words of a spec to be free, and what sends the
// credential to be named where it changes.
func TestMust15ConsentSince(t *testing.T) {
	t.Parallel()
	before := consentOf(t, consentSpec)
	tests := []struct {
		name, old, changed string
		want               []string
	}{
		{"nothing", "", "", nil},
		{"words", "title: Shop}", "title: Your shop}", nil},
		{"the name", "name: Shop", "name: The Shop", nil},
		{"the base", "baseUri: https://${connectionInput.shop}.example.com", "baseUri: https://${connectionInput.shop}.example.org", []string{"the credential would also go to https://ada.example.org", "baseUri was changed", "makeApiClient was changed"}},
		{"an allowed origin", "'https://files.example.com'", "'https://other.example.com'", []string{"the credential would also go to https://other.example.com", "allowedOrigins was changed"}},
		{"a path of an endpoint", "/token", "/tokens", []string{"getOAuthConfig.tokenUri was changed"}},
		{"an endpoint", "      scopes", "      revokeUri: https://revoke.example.com\n      scopes", []string{"the credential would also go to https://revoke.example.com", "getOAuthConfig.revokeUri was added"}},
		{"scopes", "[read]", "[read, write]", []string{"getOAuthConfig.scopes was changed"}},
		{"no scopes", "      scopes: [read]\n", "", []string{"getOAuthConfig.scopes was removed"}},
		{"the test", "/me'", "/us'", []string{"test was changed"}},
		{"an operation", "path: /list", "path: /lists", []string{"operation list was changed"}},
		{"the redirect", "  test:\n", "  redirect: {uri: 'https://back.example.com/'}\n  test:\n", []string{"redirect was added"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(consentSpec, test.old, test.changed, 1)
			if text == consentSpec && test.old != "" {
				t.Fatal("nothing was changed")
			}
			got := consentOf(t, text).Since(before.Hosts, before.Digest())
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("changes (-want +got)\n%s", diff)
			}
		})
	}
	for _, digest := range []string{"", "2?a=b", "1?%zz", "sha256:00"} {
		if got := before.Since(before.Hosts, digest); len(got) != 1 || !strings.Contains(got[0], "not known") {
			t.Errorf("with the digest %q: %q", digest, got)
		}
	}
}

// TestConsentScripts wants the text of a script to count, and that of the files
// that it imports.
func TestConsentScripts(t *testing.T) {
	t.Parallel()
	consent := func(code, library string) auth.Consent {
		files := fstest.MapFS{
			"spec.yml": {Data: []byte(`key: scripted
name: Scripted
auth:
  type: client-credentials
  baseUri: https://api.example.com
  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}}, required: [key]}}
  makeApiClient: {implementationType: javascript, filePath: client.js}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`)},
			"client.js": {Data: []byte(code)},
			"lib.js":    {Data: []byte(library)},
		}
		c, _, err := spec.Load(files, "spec.yml")
		if err != nil {
			t.Fatal(err)
		}
		checked, diagnostics := lint.Run(c, lint.Options{Files: files})
		for _, d := range diagnostics {
			if d.Severity == spec.Error {
				t.Fatal(d)
			}
		}
		s := auth.Subject{Connector: c, Option: checked[0].Option, Methods: checked[0].Methods, Files: files}
		v, _, err := s.Complete(auth.Values{Inputs: object(t, `{"key":"k"}`)})
		if err != nil {
			t.Fatal(err)
		}
		consent, err := s.Consent(v)
		if err != nil {
			t.Fatal(err)
		}
		return consent
	}
	const code = "import { h } from './lib.js'\nexport default ({ credentials }) => ({ headers: h(credentials) })\n"
	const library = "export const h = (c) => ({ 'X-Key': c.key })\n"
	before := consent(code, library)
	tests := []struct {
		name, code, library string
		want                []string
	}{
		{"nothing", code, library, nil},
		{"the script", code + "// more\n", library, []string{"the script of makeApiClient was changed"}},
		{"what it imports", code, library + "// more\n", []string{"the file lib.js was changed"}},
		{"a host in what it imports", code, library + "export const u = 'https://elsewhere.example.com/x'\n", []string{"the credential would also go to https://elsewhere.example.com", "the file lib.js was changed"}},
	}
	for _, test := range tests {
		got := consent(test.code, test.library).Since(before.Hosts, before.Digest())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: changes (-want +got)\n%s", test.name, diff)
		}
	}
}
