package method

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method/script"
)

// check compiles the script as a method of a connector and writes what it
// says: place, code, message and hint, with the severity of what is no error.
func check(t *testing.T, method, spec3, source string, at scriptPlace) string {
	t.Helper()
	text := spec3 + "\n"
	if method != "" {
		text += method + ":\n  type: javascript\n  code: |\n    " + strings.ReplaceAll(source, "\n", "\n    ") + "\n"
	}
	connector, problems := spec.LoadText("spec.yml", []byte(text))
	if connector == nil || connector.Option(spec.DefaultOption) == nil {
		t.Fatalf("load %q: %v", text, problems)
	}
	c := &compilation{option: connector.Option(spec.DefaultOption), method: method, pointer: formula.Pointer(method, "code")}
	c.body = c.option.Value.Get(method).Get("code")
	c.checkScript(at, scriptArguments(method))
	var list []string
	for _, d := range c.diagnostics {
		line := fmt.Sprintf("%d:%d %s: %s (%s)", d.Line, d.Column, d.Code, d.Message, d.Hint)
		if d.Severity != spec.Error {
			line = d.Severity.String() + " " + line
		}
		list = append(list, line)
	}
	return strings.Join(list, "\n")
}

func TestCheckScript(t *testing.T) {
	t.Parallel()
	cases := []struct{ name, method, source, want string }{
		{"good", "test", "export default async function test({ apiClient, externalApiClient, credentials, connectionInput, connectionParameters, connectorParameters }) {\n  return apiClient.get('/me')\n}", ""},
		{"good imports", "test", "import axios from 'axios'\nimport { X } from '@integration-app/connector-sdk'\nimport './a.js'\nexport default () => axios + X", ""},
		{"made elsewhere", "test", "import f from './f.js'\nexport default f", ""},
		{"exported in another way", "test", "Object.assign(module.exports, x)", ""},
		{"syntax", "test", "// é漢\nexport default ({ a }) => {\n  foo(é }\n}", `7:13 script-syntax: unexpected "}", expected ")" ()`},
		{"misspelt keyword", "test", "export default () => {\n  retunr true\n}", `6:14 script-syntax: unexpected "true", expected ";" (did you mean "return"?)`},
		{"keyword without a fault", "test", "export default () => {\n  throw }\n}", `6:13 script-syntax: unexpected "}" ()`},
		{"nothing exported", "test", "async function test({ apiClient }) {}", `5:5 no-default-export: the script exports no function that can be called (write "export default async function test({ apiClient }) { … }")`},
		{"nothing at all", "makeApiClient", "", `4:9 no-default-export: the script exports no function that can be called (write "export default async function makeApiClient({ credentials }) { … }")`},
		{"misspelt export", "test", "x = 1\nexports.tset = () => 1", `6:5 no-default-export: the script exports no function that can be called (export "tset" by default, or as "test")`},
		{"no function", "test", "export default { test() {} }", `5:5 no-default-export: what the script exports as "default" is no function (write "export default async function test({ apiClient }) { … }")`},
		{"misspelt argument", "makeApiClient", "export default ({ credential }) => ({})", `5:23 unknown-argument: "credential" is not among the arguments of makeApiClient (did you mean "credentials"?)`},
		{"argument of another method", "makeApiClient", "export default (ctx) => {\n  return ctx.redirectUri\n}", `6:18 unknown-argument: "redirectUri" is not among the arguments of makeApiClient (there are connectorParameters, connectionInput, connectionParameters, connection, credentials and authData)`},
		{"argument with a default", "getTokenData", "export default ({ verbose = true }) => 1", `warning 5:23 unknown-argument: "verbose" is not among the arguments of getTokenData (there are connectorParameters, connectionInput, connectionParameters, connection, redirectUri, queryParameters and codeVerifier)`},
		{"two parameters", "refreshCredentials", "export default ({ credentials }, client) => 1", `5:38 several-parameters: the function has 2 parameters, and is called with one object (take what it needs from the first one, as in ({ credentials, connectionInput }))`},
		{"returns nothing", "test", "export default async ({ apiClient }) => {\n  await apiClient.get('/me')\n}", `5:5 test-returns-nothing: the test returns nothing, which counts as failed (end it with "return true")`},
		{"throws and returns nothing", "test", "module.exports = async ({ apiClient }) => {\n  if (!await apiClient.get('/me')) throw new Error('no')\n}", `5:5 test-returns-nothing: the test returns nothing, which counts as failed (throwing is enough to fail; to pass, end it with "return true")`},
		{"always throws", "test", "export default () => { throw new Error('no') }", ""},
		{"disconnect returns nothing", "disconnect", "export default () => {}", ""},
		{"status of a body", "test", "export default async ({ apiClient }) => {\n  const response = await apiClient.get('/me')\n  return response.status === 200\n}", `warning 7:23 body-has-no-status: the status of an answer's body is compared, and a body has none (the API client gives the body and throws on an error; pass { returnFullResponse: true } as the third argument to get the status)`},
		{"import outside", "test", "import a from '../a'\nexport default () => a", `5:19 import-outside: "../a" is outside the connector (a file that is imported is named relative to the script, as in "./help.js", and stays in the connector)`},
		{"absolute imports", "test", "const a = require('/etc/a'), b = require('https://a.example/b'), c = require('C:\\\\x')\nexport default () => a", ""},
		{"unknown module", "test", "import fs from 'node:fs'\nimport a from 'axois'\nexport default () => a + fs", "5:20 unknown-module: there is no module \"node:fs\" (there are \"axios\", \"@integration-app/connector-sdk\", \"@integration-app/sdk/errors\", \"crypto\" and \"node:crypto\" and the files of the connector)\n6:19 unknown-module: there is no module \"axois\" (did you mean \"axios\"?)"},
	}
	for _, c := range cases {
		got := check(t, c.method, "type: oauth2", c.source, scriptPlace{})
		if c.name == "absolute imports" {
			if strings.Count(got, "import-outside") != 3 || strings.Count(got, "\n") != 2 {
				t.Errorf("%s: %s", c.name, got)
			}
			continue
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestCheckScriptPlace(t *testing.T) {
	t.Parallel()
	const source = "import a from '../a'\nimport b from '../../b'\nexport default (): any => a + b"
	got := check(t, "test", "type: oauth2", source, scriptPlace{script.TypeScript, "auth"})
	if !strings.HasPrefix(got, `6:19 import-outside: "../../b"`) || strings.Contains(got, "\n") {
		t.Errorf("imports of a script in auth: %s", got)
	}
}
