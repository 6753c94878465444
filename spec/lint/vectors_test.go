package lint_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// stricter lists documents that the format's own SDK takes and this program
// does not, with the code of the error and the reason.
var stricter = map[string][2]string{
	"spec-validation/ConnectorSpec/auth-testMapping":                    {"unknown-value", "the SDK reads it and never runs it: a mapping sends no request"},
	"spec-validation/ConnectorSpec/auth-uiUnknown":                      {"unknown-field", "an unknown field is a mistake, not to be dropped in silence"},
	"spec-validation/ConnectorSpec/auth-unknownField":                   {"unknown-field", "an unknown field is a mistake, not to be dropped in silence"},
	"spec-validation/ConnectorSpec/top-unknown":                         {"unknown-field", "an unknown field is a mistake, not to be dropped in silence"},
	"spec-validation/FunctionDefinition/extra":                          {"unknown-field", "an unknown field is a mistake, not to be dropped in silence"},
	"spec-validation/FunctionDefinition/js":                             {"no-default-export", "a script that exports nothing cannot be called"},
	"spec-validation/FunctionDefinition/restExtra":                      {"unknown-field", "a request has \"data\"; the SDK drops its \"body\" and sends none"},
	"spec-validation/FunctionDefinition/restMethodWeird":                {"bad-method", "HTTP has no method FETCH"},
	"spec-validation/ConnectorSpec/top-testTop":                         {"misplaced-field", "a spec without auth is flat, and a flat method says \"type\""},
	"spec-validation/WriteableConnectorFields/credentialsSchemaDropped": {"wrong-type", "a schema is no text; the SDK drops the field"},
	"spec-validation/ConnectorSpec/auth-oauth2Inline":                   {"missing-field", "an OAuth configuration without endpoints logs nobody in"},
	"spec-validation/FunctionDefinition/op":                             {"unknown-operation", "the operation that it runs is not there"},
	"spec-validation/ConnectorSpec/auth-newStyleInOld":                  {"missing-field", "an OAuth configuration without endpoints logs nobody in"},
	"spec-validation/ConnectorSpec/auth-optionEnabled":                  {"unknown-variable", "the formula reads a variable that there is not"},
}

// TestSpecValidation holds documents that the format's own SDK was asked about:
// what is invalid there is invalid here, and what is valid there is valid here
// unless [stricter] says why not.
func TestSpecValidation(t *testing.T) {
	type vector struct {
		Name     string
		Kind     string
		Document formula.Value
		Valid    bool
	}
	var vectors []vector
	data, err := os.ReadFile(filepath.FromSlash("../../testdata/vectors/format/spec-validation.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &vectors); err != nil || len(vectors) < 50 {
		t.Fatalf("%d vectors, %v", len(vectors), err)
	}
	used := make(map[string]bool)
	for _, v := range vectors {
		doc := v.Document
		if v.Kind == "FunctionDefinition" {
			doc = aroundMethod(doc)
		}
		code := firstError(t, doc)
		why, known := stricter[v.Name]
		used[v.Name] = true
		switch {
		case !v.Valid && code == "":
			t.Errorf("%s: valid here, invalid there", v.Name)
		case v.Valid && code != why[0]:
			t.Errorf("%s: error %q here, valid there; want error %q", v.Name, code, why[0])
		case !v.Valid && known:
			t.Errorf("%s is invalid there, too", v.Name)
		}
	}
	for name := range stricter {
		if !used[name] {
			t.Errorf("no vector is called %s", name)
		}
	}
}

// aroundMethod returns a flat spec with a method that can be of the kind that
// the document says.
func aroundMethod(method formula.Value) formula.Value {
	name := "getCredentialsFromConnectionParameters"
	switch method.Get("type").Text() {
	case spec.KindGraphQL, spec.KindOperation:
		name = "test"
	}
	client, _ := formula.ParseJSON([]byte(`{"type": "mapping", "mapping": {"baseUri": "https://api.example.com"}}`))
	return formula.Object(
		formula.Member{Key: "type", Value: formula.String("client-credentials")},
		formula.Member{Key: "makeApiClient", Value: client},
		formula.Member{Key: name, Value: method},
	)
}

// firstError returns the code of the first error of a spec, "" if it has none.
// The methods that it lacks stand in files beside it, as they do there.
func firstError(t *testing.T, doc formula.Value) string {
	t.Helper()
	files := fstest.MapFS{"spec.yml": {Data: doc.AppendJSON(nil)}}
	auth := doc.Get("auth")
	if !doc.Has("auth") {
		auth = doc
	}
	addMethods(files, "auth/", auth)
	for i, key := range auth.Get("options").Keys() {
		_, option := auth.Get("options").At(i)
		addMethods(files, "auth/"+key+"/", option)
	}
	c, _, err := spec.Load(files, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	_, diagnostics := lint.Run(c, lint.Options{})
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return d.Code
		}
	}
	return ""
}

// addMethods adds the files of the methods that an auth or option needs, or
// declares without a body.
func addMethods(files fstest.MapFS, dir string, auth formula.Value) {
	bodies := map[string]string{
		spec.KindMapping: "baseUri: https://api.example.com", spec.KindJavaScript: "export default () => true", spec.KindREST: "{path: /me, method: GET}",
	}
	kinds := map[string]string{}
	switch auth.Get("type").Text() {
	case "":
	case "oauth2":
		kinds["getOAuthConfig"] = spec.KindMapping
		fallthrough
	default:
		kinds["makeApiClient"] = spec.KindMapping
	}
	for _, name := range append(spec.MethodNames(), "oAuthConfig") {
		m := auth.Get(name)
		name = strings.Replace(name, "oAuthConfig", "getOAuthConfig", 1)
		switch kind := m.Get("implementationType").Text(); {
		case m.Has("mapping") || m.Has("code"):
			delete(kinds, name)
		case bodies[kind] != "":
			kinds[name] = kind
		}
	}
	for name, kind := range kinds {
		body := bodies[kind]
		if name == "getOAuthConfig" && kind == spec.KindMapping {
			body = "{clientId: a, authorizeUri: https://example.com/a, tokenUri: https://example.com/t}"
		}
		files[dir+strings.TrimPrefix(spec.BodyFile(name, kind), "auth/")] = &fstest.MapFile{Data: []byte(body)}
	}
}
