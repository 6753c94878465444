package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var badHeader = Rule{
	Code:     "bad-header",
	Severity: spec.Error,
	check: func(p *Pass) {
		for _, o := range p.Options {
			eachHeaders(o.Option, func(pointer string, headers formula.Value) {
				for _, name := range headers.Keys() {
					if strings.HasPrefix(name, "$") {
						return // a formula gives the headers
					}
					if message, hint := refusedHeader(name); message != "" {
						p.Report(o.Option, pointer+formula.Pointer(name), spec.AtKey(), message, hint)
					}
				}
			})
		}
	},
}

// connectionHeaders belong to the connection and are set by the client.
var connectionHeaders = []string{
	"Connection", "Content-Length", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

// refusedHeader says why no request can have a header of that name; nothing if
// one can.
func refusedHeader(name string) (message, hint string) {
	isWrong := func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || strings.ContainsRune("!#$%&'*+-.^_`|~", r))
	}
	switch proper := strings.Trim(strings.Join(strings.FieldsFunc(name, isWrong), "-"), "-"); {
	case strings.ContainsFunc(name, isWrong) && len(proper) > 2:
		return fmt.Sprintf("a header cannot be called %q", name), fmt.Sprintf("a name has letters, digits and hyphens: did you mean %q?", proper)
	case strings.ContainsFunc(name, isWrong), name == "":
		return fmt.Sprintf("a header cannot be called %q", name), "a name has letters, digits and hyphens, such as X-Api-Key"
	case slices.ContainsFunc(connectionHeaders, func(h string) bool { return strings.EqualFold(h, name) }):
		return fmt.Sprintf("the header %q belongs to the connection and cannot be set", name), "remove it: the client sets it where it is needed"
	}
	return "", ""
}
