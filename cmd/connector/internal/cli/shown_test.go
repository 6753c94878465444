package cli_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
	"github.com/connector-spec/connector/spec"
)

// shownSpec has a short secret, which nothing but its place can hide.
var shownSpec = strings.NewReplacer(
	"required: [apiKey]", "  pin: {type: string, isSensitive: true}\n      required: [apiKey, pin]",
	"method: get\n      path: /me\n", "method: post\n      path: /me\n      requestMapping: {data: {note: {$var: credentials.pin}, plain: 1}}\n",
	"{name: {$var: response.data.name}}", "{$var: response.data}",
	"connectionLabel: ${test.name}", "connectionLabel: Shown",
	"headers: {", "headers: {Accept-Encoding: gzip, ",
).Replace(badSpec)

// TestShownExchanges wants what --verbose shows of an exchange to be readable,
// bounded, and without secrets, known or not.
func TestShownExchanges(t *testing.T) {
	t.Parallel()
	const unknown = "hunter2" // of the server, that nobody knows
	tests := []struct {
		name, kind, body string
		want             []string
	}{
		{"JSON", "application/json", `{"name":"Ada","pin":"77-4","echo":"pin 77-4, key ` + badKey[:6] + `","session_key":"hunter2","nested":{"auth":["hunter2",7]},"code":"E_NO","code2":200,"token_type":"bearer"}`, []string{
			`"name": "Ada"`, `"pin": "[secret]"`, `pin [secret], key`, `"session_key": "[secret]"`, `"auth": [`, `"code": "E_NO"`, `"token_type": "bearer"`, "!hunter2",
		}},
		{"a secret with signs", "application/json", `{"a":` + quoted("x="+badKey+"&y") + `,"b":` + quoted(badKey) + `}`, []string{`"a": "x=[secret]&y"`, `"b": "[secret]"`}},
		{"a form", "application/x-www-form-urlencoded", "access_token=hunter2&name=Ada%20L", []string{"< access_token=[secret]", "< name=Ada%20L", "!hunter2"}},
		{"XML", "text/xml", "<r><a>Ada</a><SessionKey x='1'>hunter2</SessionKey></r>", []string{"<a>Ada</a><SessionKey x='1'>[secret]</SessionKey>", "!hunter2"}},
		{"a short secret in a text", "text/plain", "your pin is 77-4.", []string{"your pin is [secret]", "!77-4"}},
		{"bytes", "application/octet-stream", "\xff\xfe\x00", []string{"< (3 bytes that are no text)"}},
		{"too much", "text/plain", strings.Repeat("x", 70000), []string{"< (a body of more than 65536 bytes)", "!" + strings.Repeat("x", 9000)}},
		{"much", "text/plain", strings.Repeat("x", 60000), []string{"< (cut)", "!" + strings.Repeat("x", 9000)}},
		{"a long list", "application/json", "[" + strings.Repeat("1234567,", 999) + "1]", []string{`"… 950 more"`}},
		{"a deep one", "application/json", strings.Repeat(`{"a":`, 90) + "1" + strings.Repeat("}", 90), []string{`"…": "1 more"`}},
		{"controls", "text/plain", "a\x1b[31m\u202eb", []string{`a\x1b[31m\u202eb`, "!\x1b", "!\u202e"}},
		{"nothing", "", "", []string{"< 200 OK"}},
	}
	for _, test := range tests {
		for _, zipped := range []bool{false, true} {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				route := "https://api.example.com=" + serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Set-Cookie", "sid="+unknown)
					w.Header().Set("Location", "/next?ticket="+unknown)
					w.Header().Set("X-Pin", "77-4")
					w.Header().Set("Content-Type", test.kind)
					body := []byte(test.body)
					if zipped && len(body) > 0 {
						var b bytes.Buffer
						z := gzip.NewWriter(&b)
						_, _ = z.Write(body)
						_ = z.Close()
						body = b.Bytes()
						w.Header().Set("Content-Encoding", "gzip")
					}
					_, _ = w.Write(body)
				}))
				dir := writeTree(t, map[string]string{"spec.yml": shownSpec})
				w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "CONNECTOR_INPUT_PIN", "77-4")
				o := w.run("test", "--live", "--verbose", "--route", route, dir)
				want := append([]string{"> POST https://api.example.com/me?key=[secret]\n", "> X-Api-Key: [secret]\n", `"note": "[secret]"`, `"plain": 1`, "< Location: /next\n", "< Set-Cookie: [secret]\n", "< X-Pin: [secret]\n"}, test.want...)
				for i, text := range want {
					if strings.Contains(text, "bytes that are no text") && zipped {
						want[i] = "bytes that are no text"
					}
				}
				o.check(t, o.code, want...)
				checkNoLeak(t, o, badKey, "ticket=")
			})
		}
	}
}

// quoted returns a text as JSON.
func quoted(text string) string { return string(formula.String(text).AppendJSON(nil)) }

// TestShownReturn wants what a test returned to be shown, without secrets.
func TestShownReturn(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"spec.yml": shownSpec})
	run := func(body string, args ...string) outcome {
		route := "https://api.example.com=" + serve(t, answer(200, "application/json", body))
		w := world{}.with("CONNECTOR_INPUT_API_KEY", badKey, "CONNECTOR_INPUT_PIN", "77-4")
		return w.run(append([]string{"test", "--live", "--route", route, dir}, args...)...)
	}
	var result struct {
		Tests []struct {
			Test    map[string]any
			TestCut bool
		}
	}
	o := run(`{"id":7,"pin":"77-4","long":"`+strings.Repeat("é", 3000)+`","api_key":"hunter2"}`, "--format", "json")
	if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || len(result.Tests) != 1 {
		t.Fatal(err, o)
	}
	got := result.Tests[0]
	if long, _ := got.Test["long"].(string); got.Test["id"] != 7.0 || got.Test["pin"] != "[secret]" || got.Test["api_key"] != "[secret]" || long != strings.Repeat("é", 2000)+"…" || !got.TestCut {
		t.Errorf("%+v", got)
	}
	run(`{"id":7}`).check(t, 0, "     returned: {\"id\":7}\n")
	run(`{"id":"`+strings.Repeat("x", 500)+`"}`).check(t, 0, strings.Repeat("x", 153)+"…\n", "!"+strings.Repeat("x", 154))
	run(`false`).check(t, 1, "returned: false")
}

// TestResultsMeetSchemas holds what the program prints for others against the
// schemas that it prints, in which no field may be missing.
func TestResultsMeetSchemas(t *testing.T) {
	t.Parallel()
	github, api := copyExample(t, "github"), apiOf(t, "github")
	route := "--route=" + api.Origin + "=" + serve(t, api.Handler)
	token := []string{"CONNECTOR_INPUT_TOKEN", api.Options["default"].Inputs["token"]}
	broken := writeTree(t, map[string]string{"spec.yml": strings.Replace(badSpec, "method: get", "method: gte", 1)})
	unrecorded := writeTree(t, map[string]string{"spec.yml": badSpec})
	long := serve(t, answer(200, "application/json", `{"name":"`+strings.Repeat("x", 3000)+`"}`))
	differing := copyExample(t, "github")
	recorded := filepath.Join(differing, "recordings", "default.yml")
	text, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, differing, map[string]string{"recordings/default.yml": strings.Replace(string(text), "583231", "true", 1)})
	tests := []struct {
		name   string
		schema []byte
		world  world
		args   []string
	}{
		{"recorded", schemas.TestResult(), world{}, []string{"test", github}},
		{"the exchanges", schemas.TestResult(), world{}, []string{"test", "--verbose", github}},
		{"live", schemas.TestResult(), world{}.with(token...), []string{"test", "--auth", "--live", "--verbose", route, github}},
		{"recording", schemas.TestResult(), world{}.with(token...), []string{"test", "--auth", "--record", route, copyExample(t, "github")}},
		{"refused", schemas.TestResult(), world{}.with("CONNECTOR_INPUT_TOKEN", "another-token"), []string{"test", "--auth", "--live", route, github}},
		{"missing", schemas.TestResult(), world{}, []string{"test", "--auth", "--live", github}},
		{"skipped", schemas.TestResult(), world{}, []string{"test", "--replay", unrecorded}},
		{"a broken spec", schemas.TestResult(), world{}, []string{"test", broken}},
		{"simulated", schemas.TestResult(), world{}, []string{"test", "--simulate", "--verbose", github}},
		{"refreshed", schemas.TestResult(), world{}, []string{"test", "--auth", "--simulate", "--refresh", repository + "/examples/dropbox"}},
		{"a long answer", schemas.TestResult(), world{}.with("CONNECTOR_INPUT_API_KEY", badKey), []string{"test", "--live", "--route=https://api.example.com=" + long, unrecorded}},
		{"faults", schemas.TestResult(), world{}, []string{"test", "--simulate", "--faults", github}},
		{"drifted", schemas.TestResult(), world{}.with(token...), []string{"test", "--auth", "--compare", route, differing}},
		{"compared", schemas.TestResult(), world{}.with(token...), []string{"test", "--auth", "--compare", route, github}},
		{"all examples", schemas.TestResult(), world{}, []string{"test", "--verbose", repository + "/examples"}},
		{"fine", schemas.Diagnostics(), world{}, []string{"validate", github}},
		{"one error", schemas.Diagnostics(), world{}, []string{"validate", broken}},
		{"every diagnostic", schemas.Diagnostics(), world{}, []string{"validate", repository + "/testdata/specs"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := test.world.run(append(test.args, "--format", "json")...)
			result, err := formula.ParseJSON([]byte(o.stdout))
			if err != nil {
				t.Fatal(err, o)
			}
			schema, err := formula.ParseJSON(test.schema)
			if err != nil {
				t.Fatal(err)
			}
			for name, schema := range map[string]formula.Value{"the schema": schema, "the schema without other fields": closed(schema)} {
				if problems, err := spec.CheckInputs(schema, result); err != nil || len(problems) > 0 {
					t.Errorf("%s: %v %v in %s", name, err, problems, o.stdout)
				}
			}
			if problems, err := spec.CheckInputs(schema, result.With("ok", formula.String("yes"))); err != nil || len(problems) == 0 {
				t.Errorf("the schema takes whatever it is given: %v", err)
			}
		})
	}
}

// closed returns a schema that allows no fields but those that it names.
func closed(v formula.Value) formula.Value {
	switch v.Kind() {
	case formula.KindObject:
		b := formula.NewObject(v.Len() + 1)
		for i, key := range v.Keys() {
			_, item := v.At(i)
			b.Set(key, closed(item))
		}
		if v.Get("type").Text() == "object" && v.Has("properties") {
			b.Set("additionalProperties", formula.Bool(false))
		}
		return b.Value()
	case formula.KindList:
		items := make([]formula.Value, v.Len())
		for i := range items {
			_, item := v.At(i)
			items[i] = closed(item)
		}
		return formula.List(items...)
	}
	return v
}
