package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var twoAuthorizations = Rule{
	Code:     "two-authorizations",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			client, pointer := Client(o.Option)
			headers := client.Get("headers")
			for _, name := range headers.Keys() {
				if !strings.EqualFold(name, "Authorization") || !client.Get("auth").IsObject() {
					continue
				}
				p.Report(o.Option, pointer+formula.Pointer("headers", name), spec.AtKey(), fmt.Sprintf("%q is overwritten: the user name and password of \"auth\" make the same header", name),
					`remove one of them: "auth" is HTTP Basic, the header is for a token`)
			}
		}
	},
}
