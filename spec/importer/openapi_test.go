package importer_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/importer"
)

// load reads what was made as a spec, and wants nothing wrong with it.
func load(t *testing.T, im *importer.Imported) *spec.Connector {
	t.Helper()
	text := spec.EncodeYAML(im.Spec)
	c, diagnostics, err := spec.Load(fstest.MapFS{"spec.yml": {Data: text}}, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	diagnostics = append(diagnostics, spec.Validate(c)...)
	_, more := authtype.Resolve(c)
	for _, d := range append(diagnostics, more...) {
		t.Errorf("%d: %s: %s\n%s", d.Line, d.Code, d.Message, text)
	}
	return c
}

// TestCorpus makes a connector of each description of a public directory: every
// scheme is an option or is in a note.
func TestCorpus(t *testing.T) {
	t.Parallel()
	shared := os.Getenv("CONNECTOR_SHARED")
	if shared == "" {
		shared = "../../../shared"
	}
	names, _ := filepath.Glob(filepath.Join(shared, "corpora", "openapi", "*.json"))
	if len(names) == 0 {
		t.Skip("CONNECTOR_SHARED names no directory with corpora/openapi")
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			im, err := importer.OpenAPI(filepath.Base(name), data, importer.Answers{})
			if err != nil {
				t.Fatal(err)
			}
			c := load(t, im)
			doc, err := formula.ParseJSON(data)
			if err != nil {
				t.Fatal(err)
			}
			notes := strings.Join(im.Notes, "\n")
			for _, side := range []formula.Value{doc.Get("components").Get("securitySchemes"), doc.Get("securityDefinitions")} {
				for _, scheme := range side.Keys() {
					if len(c.Options()) <= 1 && side.Len() == 1 || strings.Contains(strings.ToLower(notes), strings.ToLower(`"`+scheme+`"`)) || strings.Contains(strings.ToLower(string(spec.EncodeYAML(im.Spec))), strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(scheme))) {
						continue
					}
					t.Errorf("the scheme %q is neither an option nor in a note: %s\n%s", scheme, notes, spec.EncodeYAML(im.Spec))
				}
			}
		})
	}
}

// TestOpenAPI takes over what each kind of description says.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, doc string
		want      []string // lines of the spec
		notes     []string // parts of notes; none wanted means none there
	}{
		{
			"a key, and the best of the paths", `
openapi: 3.1.0
info: {title: 'Acme API', description: 'Does **things**. And more.'}
externalDocs: {url: 'https://docs.acme.example'}
servers: [{url: 'https://api.acme.example/v1/'}]
components: {securitySchemes: {ApiKeyAuth: {type: apiKey, in: query, name: api_key}}}
paths:
  /status: {get: {security: []}}
  /users: {get: {}}
  /users/{id}: {get: {}}
  /v1/users/me: {get: {}}
  /search: {get: {parameters: [{name: q, in: query, required: true}]}}
`,
			[]string{"key: acme-api", "description: Does things.", "apiDocsUri: https://docs.acme.example", "baseUri: https://api.acme.example/v1", "type: api-key", "in: query", "name: api_key", "path: /v1/users/me"},
			[]string{"the test is GET /v1/users/me"},
		},
		{
			"variables of the server", `
openapi: 3.0.0
info: {title: Acme}
servers: [{url: '{scheme}://{tenant}.acme.example/{region}', variables: {tenant: {default: demo}, region: {enum: [eu, us], default: eu}}}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths: {}
`,
			[]string{"baseUri: https://${connectionInput.tenant}.acme.example/${connectionInput.region}", "default: demo", "default: eu", "type: bearer"},
			[]string{"replace the path of the test"},
		},
		{
			"flows of OAuth 2", `
openapi: 3.0.0
info: {title: Acme}
servers: [{url: 'https://api.acme.example'}]
components:
  securitySchemes:
    oauth:
      type: oauth2
      flows:
        authorizationCode: {authorizationUrl: /authorize, tokenUrl: 'https://login.acme.example/token', scopes: {'read:all': Read everything}}
        clientCredentials: {tokenUrl: 'https://login.acme.example/token', scopes: {}}
        password: {tokenUrl: 'https://login.acme.example/token', scopes: {}}
paths: {/me: {get: {}}}
`,
			[]string{"authorizeUri: https://api.acme.example/authorize", "tokenUri: https://login.acme.example/token", "value: read:all", "title: Read everything", "oauthApplication:", "title: Oauth, without a user", "grantType: client_credentials", "selectable: false", "clientId:"},
			[]string{"lets a password be exchanged", "the test is"},
		},
		{
			"only the implicit grant, in version 2", `
swagger: '2.0'
info: {title: Acme}
host: api.acme.example
basePath: /v2
securityDefinitions:
  petstore_auth: {type: oauth2, flow: implicit, authorizationUrl: 'http://login.acme.example/dialog', scopes: {}}
  key: {type: apiKey, in: header, name: Authorization}
paths: {/me: {get: {}}}
`,
			[]string{"baseUri: https://api.acme.example/v2", "authorizeUri: https://login.acme.example/dialog", "tokenUri: https://login.example.com/token", "name: Authorization"},
			[]string{"the implicit grant only", "is http", "no tokenUrl", "goes into the header Authorization", "the test is"},
		},
		{
			"keys that are wanted together", `
openapi: 3.0.0
info: {title: Datadog}
servers: [{url: 'https://api.datadoghq.example'}]
security: [{apiKeyAuth: [], appKeyAuth: []}]
components:
  securitySchemes:
    apiKeyAuth: {type: apiKey, in: header, name: DD-API-KEY}
    appKeyAuth: {type: apiKey, in: header, name: DD-APPLICATION-KEY}
paths: {/api/v1/validate: {get: {}}}
`,
			[]string{"type: client-credentials", "DD-API-KEY: ${connectionInput.apiKeyAuth}", "DD-APPLICATION-KEY: ${connectionInput.appKeyAuth}", "path: /api/v1/validate"},
			[]string{"the test is"},
		},
		{
			"what has no type of ours, and what has", `
openapi: 3.0.0
info: {title: Acme}
servers: [{url: /v1}]
components:
  securitySchemes:
    a: {type: http, scheme: negotiate}
    b: {type: http, scheme: digest}
    c: {type: mutualTLS}
    d: {type: openIdConnect, openIdConnectUrl: 'https://login.acme.example/.well-known/openid-configuration'}
    e: {type: openIdConnect, openIdConnectUrl: 'https://login.acme.example/elsewhere'}
    f: {$ref: '#/components/securitySchemes/b'}
    g: {type: strange}
paths: {/me: {get: {}}}
`,
			[]string{"baseUri: https://api.example.com", "type: digest", "certificate:", "issuer: https://login.acme.example"},
			[]string{`"a" is of the HTTP scheme "negotiate"`, "no server with a whole URL", `"e" has no openIdConnectUrl`, `"f" says the same`, `"g" is of type "strange"`, "the test is"},
		},
		{
			"nothing", `{"openapi":"3.0.0","info":{},"paths":{}}`,
			[]string{"name: Imported API", "type: none"},
			[]string{"no security scheme", "no server", "replace the path"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			im, err := importer.OpenAPI("openapi.yaml", []byte(test.doc), importer.Answers{})
			if err != nil {
				t.Fatal(err)
			}
			load(t, im)
			text := string(spec.EncodeYAML(im.Spec))
			for _, line := range test.want {
				if !strings.Contains(text, line) {
					t.Errorf("%q is not in\n%s", line, text)
				}
			}
			for _, note := range test.notes {
				if !strings.Contains(strings.Join(im.Notes, "\n"), note) {
					t.Errorf("no note says %q: %q", note, im.Notes)
				}
			}
			if len(im.Notes) != len(test.notes) {
				t.Errorf("the notes are %q", im.Notes)
			}
		})
	}
}

// TestAnswers take the place of what the description says.
func TestAnswers(t *testing.T) {
	t.Parallel()
	im, err := importer.OpenAPI("x", []byte(`{"openapi":"3.0.0","info":{"title":"Acme"},"servers":[{"url":"https://{x}.example"}],"components":{"securitySchemes":{"k":{"type":"http","scheme":"basic"}}}}`),
		importer.Answers{Key: "k", Name: "N", BaseURI: "https://api.n.example/"})
	if err != nil {
		t.Fatal(err)
	}
	c := load(t, im)
	if c.Key() != "k" || c.Name() != "N" || !strings.Contains(string(spec.EncodeYAML(im.Spec)), "baseUri: https://api.n.example\n") {
		t.Errorf("%s", spec.EncodeYAML(im.Spec))
	}
}

// TestRefused are no descriptions.
func TestRefused(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		"{":            "api.json:1:",
		"a: [":         "api.json:1:",
		"[]":           "no OpenAPI document",
		`{"info": {}}`: "neither openapi nor swagger",
		"":             "",
	} {
		if _, err := importer.OpenAPI("api.json", []byte(doc), importer.Answers{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", doc, err)
		}
	}
}

// FuzzOpenAPI makes a valid spec, or none, of whatever it is given.
func FuzzOpenAPI(f *testing.F) {
	f.Add(`{"openapi":"3.0.0","servers":[{"url":"https://{a}.b/{c"}],"security":[{"x":[],"y":[]}],"components":{"securitySchemes":{"x":{"type":"apiKey","in":"header","name":"X"},"y":{"type":"apiKey","in":"cookie","name":"Y"}}}}`)
	f.Add("swagger: 2\nhost: a b\nsecurityDefinitions: {' ': {type: oauth2, flow: accessCode, authorizationUrl: x, tokenUrl: '/${a}', scopes: {a: 1}}}\npaths: {/me: {get: {}}}\n")
	f.Fuzz(func(t *testing.T, doc string) {
		im, err := importer.OpenAPI("openapi.yaml", []byte(doc), importer.Answers{})
		if err != nil {
			return
		}
		text := spec.EncodeYAML(im.Spec)
		if len(text) > spec.MaxFileSize/2 {
			return
		}
		c, diagnostics, err := spec.Load(fstest.MapFS{"spec.yml": {Data: text}}, "spec.yml")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range append(diagnostics, spec.Validate(c)...) {
			if d.Severity == spec.Error {
				t.Errorf("%d: %s: %s\n%s", d.Line, d.Code, d.Message, text)
			}
		}
	})
}
