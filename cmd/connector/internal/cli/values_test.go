package cli_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// typedSpec asks for values of every type and sends them.
const typedSpec = `key: my-typed
name: Typed
environments: {staging: {region: eu-west}}
parametersSchema:
  type: object
  properties: {region: {type: string, default: us}, clientSecret: {type: string, isSensitive: true}}
auth:
  type: client-credentials
  baseUri: https://api.example.com
  ui:
    schema:
      type: object
      properties:
        clientID: {type: string}
        page-size: {type: integer}
        ratio: {type: number}
        debug: {type: boolean}
        keys: {type: array, items: {type: string}, isSensitive: true}
        proxy: {type: object, properties: {port: {type: integer}, user: {type: string}}}
  makeApiClient:
    implementationType: mapping
    mapping: {headers: {X-Key: '${connectionInput.keys[0] ?? "none"}'}}
  test:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: /echo
      requestMapping: {data: {in: {$var: connectionInput}, region: {$var: connectorParameters.region}}}
      responseMapping: {name: {$var: response.data.name}}
  connectionLabel: ${test.name}
`

// TestTypedValues gives values of every type in every way and looks at what
// arrives.
func TestTypedValues(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		variables []string
		files     map[string]string
		args      []string
		code      int
		want      string // that the server gets, or that is said
	}{
		{
			"variables", []string{
				"CONNECTOR_INPUT_CLIENT_ID", "0123", "CONNECTOR_INPUT_PAGE_SIZE", "50", "CONNECTOR_INPUT_RATIO", "0.5",
				"CONNECTOR_INPUT_DEBUG", "true", "CONNECTOR_INPUT_KEYS", `["a-first-key"]`, "CONNECTOR_INPUT_PROXY", `{"port":80}`,
			}, nil, nil, 0, `{"in":{"clientID":"0123","page-size":50,"ratio":0.5,"debug":true,"keys":["a-first-key"],"proxy":{"port":80}},"region":"us"}`,
		},
		{"a variable that names the connector wins", []string{"CONNECTOR_INPUT_MY_TYPED__CLIENT_ID", "mine", "CONNECTOR_INPUT_CLIENT_ID", "any"}, nil, nil, 0, `{"in":{"clientID":"mine"},"region":"us"}`},
		{"flags", nil, nil, []string{"--input", "clientID=a=b", "--input", "page-size=7", "--param", "region=ap"}, 0, `{"in":{"clientID":"a=b","page-size":7},"region":"ap"}`},
		{
			"a file with names in it",
			[]string{"PORT", "8080", "KEY", "key-of-a-variable"},
			map[string]string{"in.yml": "keys: ['${env:KEY}', '${file:KEYFILE}', plain]\nproxy: {port: '${env:PORT}', user: '${not a name}'}\npage-size: ${env:PORT}\n", "key.txt": "key-of-a-file\r\n\n"},
			[]string{"--input-file", "in.yml"},
			0,
			`{"in":{"page-size":8080,"keys":["key-of-a-variable","key-of-a-file","plain"],"proxy":{"port":8080,"user":"${not a name}"}},"region":"us"}`,
		},
		{
			"an object is an input, and no connector", nil,
			map[string]string{"in.yml": "proxy: {port: 1}\n"},
			[]string{"--input-file", "in.yml"},
			0, `{"in":{"proxy":{"port":1}},"region":"us"}`,
		},
		{"an environment", nil, nil, []string{"--environment", "staging"}, 0, `{"in":{},"region":"eu-west"}`},
		{"a parameter wins over the environment", nil, nil, []string{"--environment", "staging", "--param", "region=own"}, 0, `{"in":{},"region":"own"}`},
		{"a parameters file", nil, map[string]string{"p.json": `{"region": "file", "clientSecret": "hush-hush"}`}, []string{"--params-file", "p.json"}, 0, `{"in":{},"region":"file"}`},
		{"no environment", nil, nil, []string{"--environment", "live"}, 2, `Typed has no environment "live"; it has "staging"`},
		{"a number that is none", []string{"CONNECTOR_INPUT_PAGE_SIZE", "many"}, nil, nil, 4, "CONNECTOR_INPUT_PAGE_SIZE: must be a whole number"},
		{"a flag that is no number", nil, nil, []string{"--input", "page-size=many"}, 2, `--input: "page-size" must be a whole number`},
		{"a secret parameter as a flag", nil, nil, []string{"--param", "clientSecret=hush-hush"}, 2, `--param: "clientSecret" is a secret, and command lines are public: give it by CONNECTOR_PARAM_CLIENT_SECRET or a file`},
		{"an empty file", nil, map[string]string{"in.yml": ""}, []string{"--input-file", "in.yml"}, 3, "--input-file: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body := make([]byte, r.ContentLength)
				_, _ = r.Body.Read(body)
				got = string(body)
				answer(200, "application/json", `{"name":"echo"}`)(w, r)
			}))
			dir := writeTree(t, map[string]string{"spec.yml": typedSpec})
			files := map[string]string{}
			place := t.TempDir()
			for name, text := range test.files {
				files[name] = strings.ReplaceAll(text, "KEYFILE", filepath.ToSlash(filepath.Join(place, "key.txt")))
			}
			writeFiles(t, place, files)
			args := []string{"test", "--auth", "--live", "--route", "https://api.example.com=" + address, dir}
			for _, arg := range test.args {
				if files[arg] != "" || arg == "in.yml" {
					arg = filepath.Join(place, arg)
				}
				args = append(args, arg)
			}
			o := world{}.with(test.variables...).run(args...)
			if test.code != 0 {
				o.check(t, test.code, test.want, "!hush-hush")
				return
			}
			o.check(t, 0, "label: echo")
			if got != test.want {
				t.Errorf("the server got %s, want %s", got, test.want)
			}
		})
	}
}

// TestProgress wants a person to see how far the work is where there is much
// of it, and nobody else.
func TestProgress(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 201 {
		files[fmt.Sprintf("c%03d/spec.yml", i)] = "key: c\nname: C\nauth: {type: none, baseUri: https://a.example}\n"
	}
	dir := writeTree(t, files)
	w := world{terminal: true, clock: ticking()}
	w.run("validate", dir).check(t, 0, "\rvalidating 1 of 201\x1b[K", "\rvalidating 201 of 201\x1b[K", " 201 connectors: no problems")
	for name, o := range map[string]outcome{
		"in a pipe": world{clock: ticking()}.run("validate", dir),
		"--quiet":   world{terminal: true, clock: ticking()}.run("validate", "--quiet", dir),
	} {
		if o.stderr != "" {
			t.Errorf("%s: %q", name, o.stderr)
		}
	}
}

// ticking is a clock on which each look takes a second.
func ticking() func() time.Time {
	now := time.Unix(0, 0)
	return func() time.Time {
		now = now.Add(time.Second)
		return now
	}
}
