package method_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/method"
)

// errNotSent ends a run whose request was seen.
var errNotSent = errors.New("not sent")

// A catcher keeps the body of the request that it is asked to send.
type catcher struct{ body []byte }

func (c *catcher) Do(req *http.Request) (*http.Response, error) {
	c.body, _ = io.ReadAll(req.Body)
	return nil, errNotSent
}

// graphQLBody returns what the test of a connector sends if its requestMapping
// is that JSON; "" if it is refused.
func graphQLBody(t testing.TB, requestMapping string, variables formula.Value) (query string, sent map[string]any) {
	t.Helper()
	c, _ := spec.LoadText("spec.yml", []byte(`{"name": "Acme", "auth": {"type": "bearer", "baseUri": "https://api.acme.example",
		"ui": {"schema": {"type": "object", "properties": {"text": {"type": "string"}, "none": {"type": "string"}}, "required": ["text"]}}, "test": {
		"implementationType": "graphql-api-mapping", "mapping": {"path": "/graphql", "operationType": "query", "requestMapping": `+requestMapping+`}}}}`))
	options, _ := authtype.Resolve(c)
	if len(options) != 1 {
		return "", nil
	}
	set, problems := method.Compile(options[0])
	for _, p := range problems {
		if p.Severity == spec.Error {
			return "", nil
		}
	}
	caught := &catcher{}
	if _, err := set.Run(t.Context(), "test", method.Call{Variables: variables, Client: caught}); !errors.Is(err, errNotSent) {
		return "", nil
	}
	var body struct {
		Query     string
		Variables map[string]any
	}
	if err := json.Unmarshal(caught.body, &body); err != nil {
		t.Fatalf("the body is no JSON: %v: %s", err, caught.body)
	}
	return body.Query, body.Variables
}

func TestGraphQLQueries(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, mapping, query, variables string }{
		{"a field", `[{"field": "me"}]`, `query { me }`, `null`},
		{"fields below", `[{"field": "me", "subFields": [{"field": "id"}, {"field": "team", "subFields": [{"field": "id"}]}]}]`, `query { me { id team { id } } }`, `null`},
		{"an alias and a fragment", `[{"field": "a:user", "subFields": [{"field": "...on Admin", "subFields": [{"field": "since"}]}]}]`, `query { a: user { ... on Admin { since } } }`, `null`},
		{"literals", `[{"field": "f", "args": {"t": "x", "n": 1.50, "b": true, "z": null, "l": [1, "a"], "o": {"k": {"m": []}}}}]`, `query { f(t: "x", n: 1.5, b: true, z: null, l: [1, "a"], o: {k: {m: []}}) }`, `null`},
		{"text with quotes, lines and controls", `[{"field": "f", "args": {"t": "a\"b\\c\nd\te\u0001\u2028é😀"}}]`, `query { f(t: "a\"b\\c\nd\te\u0001\u2028é😀") }`, `null`},
		{"a formula, and one that is missing", `[{"field": "f", "args": {"a": {"$var": "connectionInput.text"}, "b": {"$var": "connectionInput.none"}}}]`, `query { f(a: "the \"text\"") }`, `null`},
		{"all arguments missing", `[{"field": "f", "args": {"b": {"$var": "connectionInput.none"}}}]`, `query { f }`, `null`},
		{"a variable", `[{"field": "f", "args": {"a": {"$var": "connectionInput.text"}}, "argTypes": {"a": "ID!"}}]`, `query ($a: ID!) { f(a: $a) }`, `{"a":"the \"text\""}`},
		{"variables of one name", `[{"field": "f", "args": {"a": 1}, "argTypes": {"a": "Int"}}, {"field": "g", "args": {"a": 2}, "argTypes": {"a": "[Int!]"}}]`, `query ($a: Int, $a2: [Int!]) { f(a: $a) g(a: $a2) }`, `{"a":1,"a2":2}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			inputs := formula.Object(formula.Member{Key: "text", Value: formula.String(`the "text"`)})
			query, sent := graphQLBody(t, test.mapping, formula.Object(formula.Member{Key: "connectionInput", Value: inputs}))
			variables, err := json.Marshal(sent)
			if err != nil || query != test.query || string(variables) != test.variables {
				t.Errorf("%s %s, want %s %s", query, variables, test.query, test.variables)
			}
		})
	}
}

// lexeme matches one token of GraphQL (October 2021, section 2.1), or a blank.
var lexeme = regexp.MustCompile(`^(?:\.\.\.|[!$&():=@\[\]{}|]|[_A-Za-z][_0-9A-Za-z]*|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|"(?:[^"\\\x00-\x1f\x7f]|\\["\\/bfnrt]|\\u[0-9A-Fa-f]{4})*"|[ ,])`)

// tokens reads a document, and returns it with TEXT for each text.
func tokens(t testing.TB, document string) string {
	t.Helper()
	var open []byte
	var b strings.Builder
	for rest := document; rest != ""; {
		token := lexeme.FindString(rest)
		if token == "" {
			t.Fatalf("no token of GraphQL begins with %q in %q", rest, document)
		}
		rest = rest[len(token):]
		switch token[0] {
		case '"':
			var text string
			if err := json.Unmarshal([]byte(token), &text); err != nil {
				t.Fatalf("%s: %v", token, err)
			}
			token = "TEXT"
		case '(', '[', '{':
			open = append(open, token[0])
		case ')', ']', '}':
			if len(open) == 0 || open[len(open)-1] != map[byte]byte{')': '(', ']': '[', '}': '{'}[token[0]] {
				t.Fatalf("%q is not balanced", document)
			}
			open = open[:len(open)-1]
		}
		b.WriteString(token)
	}
	if len(open) > 0 {
		t.Fatalf("%q is not balanced", document)
	}
	return b.String()
}

// FuzzGraphQL wants every query to be one, whatever is mapped, and a value to
// change nothing of it but itself.
func FuzzGraphQL(f *testing.F) {
	f.Add(`[{"field": "me", "args": {"a": {"$var": "connectionInput.text"}, "l": [{"k": "x"}, 1e-7]}, "subFields": [{"field": "id"}]}]`, `"}) { x } #`)
	f.Add(`[{"field": "a: b", "args": {"a": "${connectionInput.text}"}, "argTypes": {"a": "ID!"}}, {"field": "... on T", "subFields": [{"field": "c"}]}]`, "\\\n\"\u2028")
	f.Add(`[{"field": "f", "args": {"$var": "connectionInput"}}, {"field": "x(a:1)", "args": {"a}": 1}}]`, "\x00")
	f.Fuzz(func(t *testing.T, mapping, value string) {
		with := func(text string) (string, map[string]any) {
			inputs := formula.Object(formula.Member{Key: "text", Value: formula.String(text)})
			return graphQLBody(t, mapping, formula.Object(formula.Member{Key: "connectionInput", Value: inputs}))
		}
		query, _ := with(value)
		harmless, _ := with("x")
		if query == "" || harmless == "" {
			return
		}
		structure := tokens(t, query)
		if want := tokens(t, harmless); onlyReads(mapping) && structure != want {
			t.Errorf("%q makes %q of %q", value, structure, want)
		}
	})
}

// onlyReads tells whether a mapping has no formula but such as take a value as
// it is: others may give another structure for another value.
func onlyReads(mapping string) bool {
	without := strings.NewReplacer(`{"$var": "connectionInput.text"}`, "", `"${connectionInput.text}"`, "").Replace(mapping)
	return !strings.Contains(without, "$")
}
