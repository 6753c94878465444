package method_test

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/method"
	"github.com/connector-spec/connector/spec/method/script"
)

// oauthOf writes a connector of OAuth 2 with a mapping for its configuration.
func oauthOf(mapping string) string {
	return "type: oauth2\ninputSchema: {type: object, properties: {v: {type: string}, w: {type: string}}}\nbaseUri: https://api.example\n" +
		"getOAuthConfig:\n  type: mapping\n  mapping:\n" + indent(mapping, "    ")
}

// scriptedOAuth writes one whose configuration a script gives.
func scriptedOAuth(code string) string {
	return "type: oauth2\ninputSchema: {type: object, properties: {v: {type: string}}}\nbaseUri: https://api.example\n" +
		"getOAuthConfig:\n  type: javascript\n  code: |\n" + indent(code, "    ")
}

// inputsCall is a call with inputs and parameters, as JSON.
func inputsCall(t *testing.T, inputs, parameters string) method.Call {
	t.Helper()
	read := func(text string) formula.Value {
		v, err := formula.ParseJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	return method.Call{
		Variables: formula.Object(
			formula.Member{Key: "connectionInput", Value: read(inputs)},
			formula.Member{Key: "connectionParameters", Value: read(inputs)},
			formula.Member{Key: "connectorParameters", Value: read(parameters)},
		),
		Run:     formula.Run{Now: func() time.Time { return time.Unix(1_700_000_000, 0) }},
		Scripts: method.Scripts{Engine: script.InProcess{}},
	}
}

func TestOAuthEndpoints(t *testing.T) {
	t.Parallel()
	const rest = "\nclientId: abc\nscopes: [read]\n"
	type want struct {
		Endpoints map[string]formula.Address
		Value     string
	}
	only := func(field, url string, literal bool) want {
		return want{map[string]formula.Address{field: {URL: url, Literal: literal}}, `{"clientId":"abc","scopes":["read"]}`}
	}
	for _, c := range []struct {
		name, text, inputs string
		want               want
	}{
		{"literal", oauthOf("issuer: https://a.example" + rest), `{}`, only("issuer", "https://a.example", true)},
		{"literal with a query", oauthOf("issuer: https://a.example\nauthorizeUri: https://a.example/auth?type=web_server" + rest), `{}`, want{
			map[string]formula.Address{"issuer": {URL: "https://a.example", Literal: true}, "authorizeUri": {URL: "https://a.example/auth?type=web_server", Literal: true}},
			`{"clientId":"abc","scopes":["read"]}`,
		}},
		{"value in the path", oauthOf("issuer: https://a.example/${connectionInput.v}/x" + rest), `{"v": "../b"}`, only("issuer", "https://a.example/..%2Fb/x", true)},
		{"value in the host", oauthOf("issuer: https://${connectionInput.v}.a.example" + rest), `{"v": "acme"}`, only("issuer", "https://acme.a.example", false)},
		{"value alone", oauthOf("issuer: {$var: connectionInput.v}" + rest), `{"v": "https://acme.example/t?x=1"}`, only("issuer", "https://acme.example/t?x=1", false)},
		{"value that gives nothing", oauthOf("issuer: https://a.example\nrefreshUri: {$var: connectionInput.v}" + rest), `{}`, only("issuer", "https://a.example", true)},
		{"formula as a whole", oauthOf("$mergeObjects: [{clientId: abc, scopes: [read]}, {issuer: {$var: connectionInput.v}}]"), `{"v": "https://acme.example"}`, only("issuer", "https://acme.example", false)},
		{"script", scriptedOAuth("export default ({ connectionInput }) => ({ clientId: 'abc', scopes: ['read'], issuer: 'https://' + connectionInput.v })"), `{"v": "acme.example"}`, only("issuer", "https://acme.example", false)},
	} {
		config, err := compile(t, c.text).OAuth(t.Context(), inputsCall(t, c.inputs, `{}`))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(c.want, want{config.Endpoints, string(config.Value.AppendJSON(nil))}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// TestOAuthHosts tries values that would send a login elsewhere.
func TestOAuthHosts(t *testing.T) {
	t.Parallel()
	const rest = "\nissuer: https://a.example\nclientId: abc\nscopes: [read]\n"
	const part = "tokenUri: the value of connectionInput.v is part of the host, so it may hold only letters, digits, hyphens and dots: no scheme, port or path"
	for _, c := range []struct{ name, text, v, want string }{
		{"ends the host", oauthOf("tokenUri: https://${connectionInput.v}.a.example/token" + rest), "evil.test/", part},
		{"adds a user", oauthOf("tokenUri: https://${connectionInput.v}.a.example/token" + rest), "a@evil.test", part},
		{"adds a port", oauthOf("tokenUri: https://${connectionInput.v}.a.example/token" + rest), "evil.test:443", part},
		{"is no URL", oauthOf("tokenUri: ${connectionInput.v}" + rest), "acme", "tokenUri: the value of the URL is no URL that begins with https://"},
		{"names a user", oauthOf("tokenUri: ${connectionInput.v}" + rest), "https://u@acme.example", "tokenUri: the value of the URL is a URL with a user name, which is refused"},
		{"has another scheme", oauthOf("tokenUri: ${connectionInput.v}" + rest), "file:///etc/passwd", "tokenUri: the value of the URL is no URL that begins with https://"},
		{"is no text", oauthOf("$mergeObjects: [{clientId: abc, issuer: 'https://a.example'}, {tokenUri: {$var: connectionInput}}]"), "", "tokenUri: a URL is text, not an object"},
		{"of a formula has a fragment", oauthOf("$mergeObjects: [{clientId: abc, issuer: 'https://a.example'}, {tokenUri: {$var: connectionInput.v}}]"), "https://a.example/#x", "tokenUri: the address is a URL with a fragment, which no endpoint has"},
		{"of a script has a user", scriptedOAuth("export default ({ connectionInput }) => ({ tokenUri: connectionInput.v })"), "https://u:p@a.example", "tokenUri: the address is a URL with a user name, which is refused (spec.yml:7:5)"},
		{"a script gives nothing", scriptedOAuth("export default () => {}"), "", "getOAuthConfig gives nothing; an OAuth configuration is an object (spec.yml:7:5)"},
	} {
		config, err := compile(t, c.text).OAuth(t.Context(), inputsCall(t, formula.Object(formula.Member{Key: "v", Value: formula.String(c.v)}).String(), `{}`))
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: %+v, %v; want %s", c.name, config, err, c.want)
		}
	}
}

func TestOAuthMissing(t *testing.T) {
	t.Parallel()
	set := compile(t, head+clientOf("baseUri: https://api.example"))
	if _, err := set.OAuth(t.Context(), method.Call{}); err == nil || err.Error() != "the option has no getOAuthConfig" {
		t.Errorf("without a configuration: %v", err)
	}
}

// TestOAuthWhole holds the configuration as one object, as a plan shows it,
// against what the author wrote.
func TestOAuthWhole(t *testing.T) {
	t.Parallel()
	set := compile(t, oauthOf("clientId: abc\ntokenUri: ${connectionInput.v}\nscopes: [read]\nissuer: https://a.example\nrefreshUri: {$var: connectionInput.w}"))
	r, err := set.Run(t.Context(), "getOAuthConfig", inputsCall(t, `{"v": "{{input.v}}"}`, `{}`))
	const want = `{"clientId":"abc","tokenUri":"{{input.v}}","scopes":["read"],"issuer":"https://a.example"}`
	if got := string(r.Value.AppendJSON(nil)); err != nil || got != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
}

func TestRedirectAndEnabled(t *testing.T) {
	t.Parallel()
	const schema = "parametersSchema: {type: object, properties: {clientId: {type: string}, port: {type: number}}}\n"
	for _, c := range []struct {
		name, text, parameters string
		redirect               string
		enabled                bool
	}{
		{"neither", "", `{}`, "undefined", true},
		{"a port of a parameter", "redirect: {host: localhost, port: {$var: connectorParameters.port}}\n", `{"port": 8080}`, `{"host":"localhost","port":8080}`, true},
		{"off", "enabled: false\n", `{}`, "undefined", false},
		{"a parameter that is there", "enabled: {$var: connectorParameters.clientId}\n", `{"clientId": "a"}`, "undefined", true},
		{"a parameter that is not there", "enabled: {$var: connectorParameters.clientId}\n", `{}`, "undefined", false},
		{"an expression that needs what is not there", "enabled: ${connectorParameters.clientId}\n", `{}`, "undefined", false},
	} {
		connector, _ := spec.LoadText("spec.yml", []byte(schema+c.text+oauthOf("clientId: abc\nissuer: https://a.example\nscopes: [read]")))
		set, _ := method.Compile(connector.Option(spec.DefaultOption))
		call := inputsCall(t, `{}`, c.parameters)
		redirect, err := set.Redirect(call.Variables, call.Run)
		enabled, failed := set.Enabled(call.Variables, call.Run)
		if err != nil || failed != nil || redirect.String() != c.redirect || enabled != c.enabled {
			t.Errorf("%s: %v, %v, %v, %v; want %s, %v", c.name, redirect, err, enabled, failed, c.redirect, c.enabled)
		}
	}
}

// TestWorkspaceToken runs what the type membrane-token lowers to.
func TestWorkspaceToken(t *testing.T) {
	t.Parallel()
	connector, _ := spec.LoadText("spec.yml", []byte("dialect: membrane\ntype: membrane-token\nbaseUri: https://api.example\n"))
	options, problems := authtype.Resolve(connector)
	set, more := method.Compile(options[0])
	if len(problems)+len(more) > 0 {
		t.Fatal(problems, more)
	}
	for _, c := range []struct{ parameters, claims string }{
		{`{"workspaceKey": "k", "workspaceSecret": "s", "userId": "ann", "userFields": {"team": 1}}`, `{"iss":"k","sub":"ann","fields":{"team":1},"iat":1700000000,"exp":1700007200}`},
		{`{"workspaceKey": "k", "workspaceSecret": "s"}`, `{"iss":"k","sub":"connector","fields":{},"iat":1700000000,"exp":1700007200}`},
	} {
		call := inputsCall(t, `{}`, c.parameters)
		r, err := set.Run(t.Context(), "getCredentialsFromConnectionParameters", call)
		if err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(r.Value.Get("token").Text(), ".")
		mac := hmac.New(sha512.New, []byte("s"))
		mac.Write([]byte(parts[0] + "." + parts[1]))
		claims, _ := base64.RawURLEncoding.DecodeString(parts[1])
		if string(claims) != c.claims || parts[2] != base64.RawURLEncoding.EncodeToString(mac.Sum(nil)) {
			t.Errorf("%s: the token says %s, signed %s", c.parameters, claims, parts[2])
		}
		config, err := set.Client(call.Variables.With("credentials", r.Value), call.Run)
		want := []method.Field{{Name: "X-Membrane-Token", Value: r.Value.Get("token").Text()}, {Name: "X-Integration-App-Token", Value: r.Value.Get("token").Text()}}
		if diff := cmp.Diff(want, config.Headers); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}
