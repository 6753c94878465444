package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var changingTest = Rule{
	Code:     "changing-test",
	Severity: spec.Info,
	check: func(p *Pass) {
		for _, o := range p.Options {
			const hint = `test with a query, or with an operation that only reads`
			if m, pointer := Mapping(o.Option, "test", spec.KindGraphQL); m.Get("operationType").Text() == "mutation" {
				p.Report(o.Option, pointer+"/operationType", spec.AtValue(), "the test sends a mutation, which may change something in the account each time it runs", hint)
			}
			m, pointer := Mapping(o.Option, "test", spec.KindOperation)
			if changes(p.Connector.Operation(m.Get("operationKey").Text())) {
				p.Report(o.Option, pointer+"/operationKey", spec.AtValue(), fmt.Sprintf("the test runs %q, which may change something in the account each time it runs", m.Get("operationKey").Text()), hint)
			}
			requests, pointers := Requests(o.Option, "test")
			for i, r := range requests {
				verb := changingVerb(r)
				if verb == "" {
					continue
				}
				p.Report(o.Option, pointers[i]+"/method", spec.AtValue(), fmt.Sprintf("the test sends a %s, which may change something in the account each time it runs", verb),
					`test with a request that only reads, such as "method: get" with the path of the account or of a short list`)
			}
		}
	},
}

// changingVerb returns the method of a request that may change something; "" of
// one that only asks.
func changingVerb(r formula.Value) string {
	verb := strings.ToUpper(r.Get("method").Text())
	if verb == "GET" || verb == "HEAD" || verb == "OPTIONS" || verb == "POST" && isQuery(r) {
		return ""
	}
	return verb
}

// changes tells whether an operation sends what may change something; of a
// script nobody knows.
func changes(o *spec.Operation) bool {
	if o == nil || o.Kind() == spec.KindJavaScript {
		return false
	}
	m := o.Value.Get("mapping")
	steps, _ := m.Get("steps").AsList()
	return m.Get("operationType").Text() == "mutation" || changingVerb(m) != "" || slices.ContainsFunc(steps, func(r formula.Value) bool { return changingVerb(r) != "" })
}

// queryWords are words in the path of a POST by which it says that it only
// asks for something.
var queryWords = []string{
	"graphql", "query", "search", "rpc", "sql", "get", "list", "find", "read", "fetch", "lookup", "verify", "validate", "check", "test", "ping",
	"status", "info", "introspect", "whoami", "session", "login", "auth", "token", "count", "describe", "me",
}

// isQuery tells whether a POST is one of those that only ask: GraphQL,
// JSON-RPC, searches, and names such as get_current_account.
func isQuery(request formula.Value) bool {
	data := request.Get("requestMapping").Get("data")
	if data.Has("query") || data.Has("jsonrpc") || data.Has("statement") {
		return true
	}
	path, _, _ := strings.Cut(request.Get("path").Text(), "?")
	path = path[strings.LastIndexByte(strings.TrimRight(path, "/"), '/')+1:]
	return slices.ContainsFunc(words(path), func(w string) bool { return slices.Contains(queryWords, w) })
}

// words splits a name such as getCurrentAccount, get_current_account or
// auth.test into its words, in lower case.
func words(name string) []string {
	var b strings.Builder
	for i := range len(name) {
		c := name[i]
		if c >= 'A' && c <= 'Z' && i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			b.WriteByte(' ')
		}
		b.WriteByte(c)
	}
	return strings.FieldsFunc(strings.ToLower(b.String()), func(r rune) bool { return r < 'a' || r > 'z' })
}
