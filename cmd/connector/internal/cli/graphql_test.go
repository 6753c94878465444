package cli_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// queries is a connector whose operations ask for all that a query can have.
const queries = `key: peer
name: Peer
auth:
  type: bearer
  baseUri: https://graphql.example.com
  test:
    implementationType: graphql-api-mapping
    mapping: {path: /graphql, operationType: query, requestMapping: [{field: me, subFields: [{field: name}]}], responseMapping: {name: '${response.data.me.name}'}}
  connectionLabel: ${test.name}
operations:
  echo:
    inputSchema: {type: object, properties: {s: {type: string, examples: [hello]}}, required: [s]}
    type: graphql-api-mapping
    mapping: {path: /graphql, operationType: query, requestMapping: [{field: echo, args: {s: '${input.s}'}}], responseMapping: {$var: response.data.echo}}
  echoVariable:
    inputSchema: {type: object, properties: {s: {type: string, examples: [hello]}}, required: [s]}
    type: graphql-api-mapping
    mapping: {path: /graphql, operationType: query, requestMapping: [{field: echo, args: {s: '${input.s}'}, argTypes: {s: 'String!'}}], responseMapping: {$var: response.data.echo}}
  filter:
    type: graphql-api-mapping
    mapping:
      path: /graphql
      operationType: query
      requestMapping:
        - {field: filter, args: {filter: {text: "say \"hi\"\n", tags: [a, "}"], nested: {limit: -3, ratio: 1.5e-7, exact: true}, limit: null}}}
        - {field: 'other: filter'}
        - {field: users, args: {order: AGE, first: 2}, argTypes: {order: 'Order!'}, subFields: [{field: name}, {field: friends, args: {order: NAME}, argTypes: {order: Order}, subFields: [{field: name}]}]}
        - {field: node, args: {id: t}, subFields: [{field: id}, {field: '... on Team', subFields: [{field: title}]}]}
  partial:
    type: graphql-api-mapping
    mapping: {path: /graphql, operationType: query, requestMapping: [{field: boom}, {field: me, subFields: [{field: id}]}]}
  tolerant:
    type: graphql-api-mapping
    mapping:
      path: /graphql
      operationType: query
      requestMapping: [{field: boom}, {field: me, subFields: [{field: id}]}]
      responseMapping: {id: {$var: response.data.me.id}, problem: '${response.errors[0].message}'}
  wrong:
    type: graphql-api-mapping
    mapping: {path: /graphql, operationType: query, requestMapping: [{field: nobody}]}
  rename:
    inputSchema: {type: object, properties: {name: {type: string, examples: [Bob]}}, required: [name]}
    type: graphql-api-mapping
    mapping: {path: /graphql, operationType: mutation, requestMapping: [{field: rename, args: {name: '${input.name}'}, subFields: [{field: name}]}]}
`

// nasty is a text that would end a query, if it could.
const nasty = `"}) { me { id } } #` + "\n\t\\ ${x} \u2028 é 😀 \x7f"

// TestGraphQLPeer runs tests and operations against graphql-js, live and from
// the recordings made of that.
func TestGraphQLPeer(t *testing.T) {
	t.Parallel()
	address := peers.GraphQL(t)
	dir := writeTree(t, map[string]string{"peer.yml": queries})
	w := world{}.with("CONNECTOR_INPUT_TOKEN", peers.GraphQLToken)
	route := "https://graphql.example.com=" + address
	run := func(key string, more ...string) outcome {
		return w.run(append([]string{"operations", "run", key, dir, "--live", "--route", route}, more...)...)
	}
	input := filepath.Join(dir, "input.json")
	for _, key := range []string{"echo", "echoVariable"} {
		data, err := json.Marshal(map[string]string{"s": nasty})
		if err != nil {
			t.Fatal(err)
		}
		writeFiles(t, dir, map[string]string{"input.json": strings.ReplaceAll(string(data), "\x7f", `\u007f`)})
		var got string
		if o := run(key, "--input-file", input); json.Unmarshal([]byte(o.stdout), &got) != nil || got != nasty {
			t.Errorf("%s: %q, %v", key, got, o)
		}
	}
	run("filter").check(t, 0, `"filter": "{\"text\":\"say \\\"hi\\\"\\n\",\"tags\":[\"a\",\"}\"],\"nested\":{\"limit\":-3,\"ratio\":1.5e-7,\"exact\":true},\"limit\":null}"`,
		`"other": "\"nothing\""`, `"name": "AGE 2"`, `"name": "friend by NAME"`, `"title": "A-Team"`)
	run("partial").check(t, 1, `the query gives an error: POST https://graphql.example.com/graphql answered 200 OK: "boom (at boom)"`)
	run("tolerant").check(t, 0, `"id": "1"`, `"problem": "boom"`)
	run("wrong").check(t, 1, `Cannot query field \"nobody\" on type \"Query\"`)
	run("rename", "--input", "name=Bob").check(t, 0, `"name": "Bob"`)
	world{}.with("CONNECTOR_INPUT_TOKEN", "another-token").run("test", "--auth", dir, "--route", route).check(t, 1, "401 Unauthorized", "unauthenticated")

	w.run("test", "--record", "--auth", "--operations", "--route", route, dir).check(t, 1, "label: Alice", "operation rename  live", "FAIL Peer / operation partial", "FAIL Peer / operation wrong", "2 failed")
	world{}.run("test", dir).check(t, 0, "Peer  recorded", "operation rename  recorded", "operation wrong  no recording", "!FAIL", "6 passed, 2 skipped")
}

// graphQLAnswers is a server that answers every query with a text.
func graphQLAnswers(t *testing.T, status int, contentType, body string, sent *string) string {
	t.Helper()
	return serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		*sent = string(data)
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
}

// TestGraphQLAnswers wants what is no data to be told as such.
func TestGraphQLAnswers(t *testing.T) {
	t.Parallel()
	const isJSON = "application/json"
	for _, test := range []struct {
		name, operation, contentType, body string
		status, code                       int
		want                               []string
	}{
		{"data", "echo", isJSON, `{"data":{"echo":"hello"}}`, 200, 0, []string{`"hello"`}},
		{"the newer media type", "echo", "application/graphql-response+json; charset=utf-8", `{"data":{"echo":"hello"}}`, 200, 0, []string{`"hello"`}},
		{"no errors", "partial", isJSON, `{"data":{"boom":null},"errors":[]}`, 200, 0, []string{`"boom": null`}},
		{"errors beside data", "partial", isJSON, `{"data":{"boom":null},"errors":[{"message":"it broke","path":["users",0,"name"]},{"message":"more"}]}`, 200, 1, []string{`the query gives 2 errors, the first`, `"it broke (at users.0.name)"`}},
		{"errors that are read", "tolerant", isJSON, `{"data":{"me":{"id":"7"}},"errors":[{"message":"it broke"}]}`, 200, 0, []string{`"id": "7"`, `"problem": "it broke"`}},
		{"errors alone", "echo", isJSON, `{"errors":[{"message":"Syntax Error"}]}`, 200, 1, []string{`an error: POST https://graphql.example.com/graphql answered 200 OK: "Syntax Error"`}},
		{"an error status", "echo", isJSON, `{"errors":[{"message":"no such field"}]}`, 400, 1, []string{`answered 400 Bad Request: "no such field"`}},
		{"a page", "echo", "text/html", `<html>Log in</html>`, 200, 1, []string{`answered 200 with text/html, which is no GraphQL response`}},
		{"other JSON", "echo", isJSON, `{"ok":true}`, 200, 1, []string{`JSON that has neither data nor errors`}},
		{"a list", "echo", isJSON, `[1]`, 200, 1, []string{`which is no GraphQL response`}},
		{"a secret in an error", "echo", isJSON, `{"errors":[{"message":"bad token secret-of-the-run"}]}`, 200, 1, []string{`bad token [`, "!secret-of-the-run"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var sent string
			dir := writeTree(t, map[string]string{"peer.yml": queries})
			route := "https://graphql.example.com=" + graphQLAnswers(t, test.status, test.contentType, test.body, &sent)
			o := world{}.with("CONNECTOR_INPUT_TOKEN", "secret-of-the-run", "CONNECTOR_OPERATION_S", "hello").run("operations", "run", test.operation, dir, "--live", "--route", route)
			o.check(t, test.code, test.want...)
			if !strings.HasPrefix(sent, `{"query":"query { `) {
				t.Errorf("sent %s", sent)
			}
		})
	}
}
