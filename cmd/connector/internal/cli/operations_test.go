package cli_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// library is a connector with operations of all sorts, and a test that runs one.
const library = `key: library
name: Library
auth:
  type: bearer
  baseUri: https://library.example.com
  test:
    implementationType: operation-mapping
    mapping:
      operationKey: getReader
      inputMapping: {id: '${"m" + "e"}'}
      outputMapping: {name: '${output.name}'}
  connectionLabel: ${test.name}
operations:
  getReader:
    inputSchema:
      type: object
      properties: {id: {type: string, examples: [me]}, lang: {type: string, default: en}}
      required: [id]
    outputSchema: {type: object, properties: {name: {type: string}}, required: [name]}
    type: rest-api-mapping
    mapping: {method: get, path: '/readers/${input.id}', requestMapping: {query: {lang: '${input.lang}'}}, responseMapping: {name: {$var: response.data.name}}}
  lend:
    inputSchema: {type: object, properties: {pin: {type: string, isSensitive: true, examples: ['0000-example']}, book: {type: integer, default: 1}}, required: [pin]}
    type: rest-api-mapping
    mapping: {method: post, path: /loans, requestMapping: {data: {pin: '${input.pin}', book: '${input.book}'}}}
`

// aLibrary is the API of that connector.
type aLibrary struct {
	mu   sync.Mutex
	seen []string
	name string // JSON of the reader's name
}

func (l *aLibrary) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seen = append(l.seen, r.Method+" "+r.URL.String())
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.Header.Get("Authorization") != "Bearer token-of-the-library":
		w.WriteHeader(http.StatusUnauthorized)
	case r.Method == http.MethodPost:
		w.WriteHeader(http.StatusNoContent)
	default:
		fmt.Fprintf(w, `{"name": %s}`, l.name)
	}
}

func (l *aLibrary) requests() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := strings.Join(l.seen, ", ")
	l.seen = nil
	return seen
}

// TestOperationMapping runs a test that is an operation, live and recorded.
func TestOperationMapping(t *testing.T) {
	t.Parallel()
	l := &aLibrary{name: `"Ada"`}
	dir := writeTree(t, map[string]string{"library.yml": library})
	route := "https://library.example.com=" + serve(t, l)
	w := world{}.with("CONNECTOR_INPUT_TOKEN", "token-of-the-library")
	w.run("test", "--auth", "--record", "--route", route, dir).check(t, 0, "ok   Library  live", "label: Ada")
	if got := l.requests(); got != "GET /readers/me?lang=en" {
		t.Errorf("requests: %s", got)
	}
	world{}.run("test", "--auth", dir).check(t, 0, "ok   Library  recorded", "label: Ada")
	l.name = `null`
	w.run("test", "--auth", "--live", "--route", route, dir).check(t, 1, `"output.name" is null`)
	w.with("CONNECTOR_INPUT_TOKEN", "another-token-than-that").run("test", "--auth", "--live", "--route", route, dir).check(t, 1, "401 Unauthorized")
}

// TestOperationsThatChange are run for real only when that is said.
func TestOperationsThatChange(t *testing.T) {
	t.Parallel()
	l := &aLibrary{name: `"Ada"`}
	dir := writeTree(t, map[string]string{"library.yml": library})
	route := "https://library.example.com=" + serve(t, l)
	w := world{}.with("CONNECTOR_INPUT_TOKEN", "token-of-the-library")
	for _, test := range []struct {
		flags []string
		want  string
		posts bool
	}{
		{nil, "2 passed, 1 skipped", false},
		{[]string{"--live"}, "2 passed, 1 skipped", false},
		{[]string{"--operations"}, "1 passed, 1 skipped", false},
		{[]string{"--operations", "--live"}, "2 passed", true},
		{[]string{"--auth", "--operations", "--record"}, "3 passed", true},
	} {
		w.run(append([]string{"test", "--route", route, dir}, test.flags...)...).check(t, 0, test.want)
		if got := l.requests(); strings.Contains(got, "POST /loans") != test.posts {
			t.Errorf("%v: requests %s", test.flags, got)
		}
	}
	// A secret among what an operation takes is a placeholder.
	recording, err := os.ReadFile(filepath.Join(dir, "library.recordings", "default.operation-lend.yml"))
	if err != nil || strings.Contains(string(recording), "0000-example") || !strings.Contains(string(recording), `{"pin":"{{operation.pin}}","book":1}`) {
		t.Errorf("%v: %s", err, recording)
	}
	world{}.run("test", dir).check(t, 0, "operation lend  recorded", "3 passed")
}

// TestOperationOutput holds results against the schema and prints them.
func TestOperationOutput(t *testing.T) {
	t.Parallel()
	l := &aLibrary{name: `7`}
	dir := writeTree(t, map[string]string{"library.yml": library})
	route := "https://library.example.com=" + serve(t, l)
	w := world{}.with("CONNECTOR_INPUT_TOKEN", "token-of-the-library", "CONNECTOR_OPERATION_PIN", "1234-secret")
	o := w.run("operations", "run", "getReader", dir, "--route", route, "--input", "id=a/b")
	o.check(t, 1, "{\n  \"name\": 7\n}\n", "connector: run: what the operation gives does not meet its outputSchema: name must be text")
	if got := l.requests(); got != "GET /readers/a%2Fb?lang=en" {
		t.Errorf("requests: %s", got)
	}
	w.run("operations", "run", "lend", dir, "--route", route).check(t, 0, "null\n")
	w.run("operations", "run", "lend", dir, "--route", route, "--input", "pin=1234").check(t, 2, `"pin" is a secret, and command lines are public: give it by CONNECTOR_OPERATION_PIN or a file`)
	w.run("operations", "run", "lend", dir, "--route", "https://library.example.com=http://127.0.0.1:1").check(t, 3, "hint: without an answer")
}

// TestMust33OperationOutput holds that what an API answers cannot steer a
// terminal.
func TestMust33OperationOutput(t *testing.T) {
	t.Parallel()
	l := &aLibrary{name: `"a\u009b31mRED\u202eevil\u001b[0m"`}
	dir := writeTree(t, map[string]string{"library.yml": library})
	route := "https://library.example.com=" + serve(t, l)
	w := world{}.with("CONNECTOR_INPUT_TOKEN", "token-of-the-library", "CONNECTOR_OPERATION_PIN", "1234-secret")
	w.run("operations", "run", "getReader", dir, "--route", route, "--input", "id=me").check(t, 0, `"name": "a\u009b31mRED\u202eevil\u001b[0m"`)
}

// TestOperationAsks wants what is missing to be asked for.
func TestOperationAsks(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"library.yml": library})
	var asked []string
	w := world{ask: func(prompt string, secret bool) (string, error) {
		asked = append(asked, fmt.Sprint(prompt, secret))
		return map[bool]string{true: "token-of-the-library", false: "me"}[strings.Contains(prompt, "oken")], nil
	}}
	args := []string{"operations", "run", "getReader", dir, "--route", "https://library.example.com=" + serve(t, &aLibrary{name: `"Ada"`})}
	w.run(args...).check(t, 0, `"name": "Ada"`)
	if got, want := strings.Join(asked, "; "), "Library: id: false; Library: Token: true"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	w.run(append(args, "--no-input")...).check(t, 4, `operation "getReader" cannot run: id is required`)
}
