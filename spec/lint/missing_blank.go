package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var missingBlank = Rule{
	Code:     "missing-blank",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			eachHeaders(o.Option, func(pointer string, headers formula.Value) {
				for i, name := range headers.Keys() {
					if !strings.EqualFold(name, "Authorization") {
						continue
					}
					_, v := headers.At(i)
					if scheme := joinsScheme(v); scheme != "" {
						d := p.Report(o.Option, pointer+formula.Pointer(name), spec.AtValue(), fmt.Sprintf("there is no blank between %q and what follows", scheme),
							fmt.Sprintf("write %q with a blank behind it", scheme+" "))
						at := *d
						if !v.Get("$concat").IsMissing() {
							at.Pointer += "/$concat/0"
						}
						if d.Fix = p.Connector.TextFix(at, []spec.TextPart{{Length: len(scheme), New: scheme + " "}}); d.Fix != nil {
							d.Fix.Title = fmt.Sprintf("put a blank behind %q", scheme)
						}
					}
				}
			})
		}
	},
}

// authorizationSchemes are words that an Authorization header begins with, and
// behind which there is a blank.
var authorizationSchemes = []string{"basic", "bearer", "digest", "token", "bot", "apikey", "api-key", "oauth", "ssws", "key", "zoho-oauthtoken"}

// joinsScheme returns the scheme that a header's value joins with a formula;
// "" if it does not.
func joinsScheme(v formula.Value) string {
	parts := authorizationParts(v)
	first, _ := parts[0].AsString()
	scheme, _, found := strings.Cut(first, "${")
	if !found && len(parts) < 2 || len(parts) > 1 && !found && strings.HasPrefix(parts[1].Text(), " ") {
		return ""
	}
	if slices.Contains(authorizationSchemes, strings.ToLower(scheme)) {
		return scheme
	}
	return ""
}
