package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// tokenInQuery speaks of access tokens of OAuth 2, for which there is a header
// (RFC 6750 2.3), and of other credentials if the connector itself shows that
// the API takes them in a header.
var tokenInQuery = Rule{
	Code:     "token-in-query",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, r := range o.Methods.Reads() {
				if !p.inQuery(o, r) {
					continue
				}
				name := secretName(o.Option, r.Path)
				switch {
				case name == "":
				case o.Option.Type() == "oauth2" && isTokenName(name):
					p.Report(o.Option, r.Pointer, variableAt(o.Option, r.Pointer, name), "an access token in the query is kept in logs and histories",
						`send it in a header: "Authorization: Bearer ${credentials.access_token}"`)
				case p.inHeader(name) != "":
					p.Report(o.Option, r.Pointer, variableAt(o.Option, r.Pointer, name), fmt.Sprintf("%q goes into the query, which is kept in logs, and elsewhere into the header %q", name, p.inHeader(name)),
						"send it in that header here too")
				}
			}
		}
	},
}

// inQuery tells whether a formula stands in the query of requests.
func (p *Pass) inQuery(o Checked, r method.Read) bool {
	switch {
	case r.Method == "getOAuthConfig" || r.Method == "getTokenData":
		return false
	case strings.HasPrefix(r.Pointer, "/makeApiClient/mapping/query/"), strings.Contains(r.Pointer, "/requestMapping/query/"):
		return true
	case strings.HasSuffix(r.Pointer, "/path"):
		steps := r.Path.Steps()
		return isInQuery(lookup(o.Option.Value, r.Pointer).Text(), steps[len(steps)-1].Property)
	}
	return false
}

// inHeader returns the header that some option sends a credential of that name
// in; "" if none does.
func (p *Pass) inHeader(name string) string {
	for _, o := range p.Options {
		for _, r := range o.Methods.Reads() {
			_, header, ok := strings.Cut(r.Pointer, "/headers/")
			if ok && secretName(o.Option, r.Path) == name {
				header, _, _ = strings.Cut(header, "/")
				return header
			}
		}
	}
	return ""
}
