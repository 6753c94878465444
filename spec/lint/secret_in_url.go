package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

var secretInURL = Rule{
	Code:     "secret-in-url",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, r := range o.Methods.Reads() {
				where, hint := placeInURL(r)
				if where == "" {
					continue
				}
				name := secretName(o.Option, r.Path)
				if name == "" || strings.HasSuffix(r.Pointer, "/path") && isInQuery(lookup(o.Option.Value, r.Pointer).Text(), name) {
					continue
				}
				p.Report(o.Option, r.Pointer, variableAt(o.Option, r.Pointer, name), fmt.Sprintf("%q is a secret and a part of %s, which logs and histories keep", name, where), hint)
			}
			oauth, pointer := OAuth(o.Option)
			for _, f := range []struct{ field, word string }{{"tokenFormat", "query"}, {"tokenMethod", "GET"}} {
				if oauth.Get(f.field).Text() == f.word {
					p.Report(o.Option, pointer+"/"+f.field, spec.AtValue(), "the code or the refresh token goes into the URL of the token request, which is kept in logs",
						"remove it, unless the server knows nothing else")
					break
				}
			}
		}
	},
}

// placeInURL says in words what URL a formula is a part of; "" if it is none.
func placeInURL(r method.Read) (where, hint string) {
	const header = "send it in a header, unless the API knows nothing else"
	switch rest := r.Pointer; {
	case strings.HasPrefix(rest, "/getOAuthConfig/mapping/authorizeUri"), strings.HasPrefix(rest, "/getOAuthConfig/mapping/extra"):
		return "the address that the browser is sent to", "remove it: the login sends the client id there, and no secret"
	case strings.HasPrefix(rest, "/getOAuthConfig/mapping/") && strings.Contains(rest, "Uri"):
		return "an endpoint's address", "remove it: the token request carries the client secret itself"
	case rest == "/baseUri", strings.HasPrefix(rest, "/baseUri/"), strings.HasPrefix(rest, "/makeApiClient/mapping/baseUri"):
		return "the base address", header
	case strings.HasSuffix(rest, "/path"), strings.Contains(rest, "/path/$"), strings.Contains(rest, "/requestMapping/pathParameters/"):
		return "the path of a request", header
	}
	return "", ""
}

// isInQuery tells whether a variable of that name stands in the query of a
// path.
func isInQuery(path, name string) bool {
	i := strings.Index(path, name)
	return i >= 0 && strings.Contains(path[:i], "?")
}
