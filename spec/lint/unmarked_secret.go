package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unmarkedSecret = Rule{
	Code:     "unmarked-secret",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, s := range o.Methods.Secrets() {
				if s.Marked {
					continue
				}
				field := "inputSchema"
				if s.Parameter {
					field = "parametersSchema"
				}
				d := p.Report(o.Option, formula.Pointer(field, "properties", s.Name), spec.AtKey(),
					fmt.Sprintf("%q goes into %s, so it is a secret, but it is not marked as one", s.Name, s.Where),
					`add "isSensitive: true": then nobody sees it typed, and it never reaches a log`)
				if strings.HasSuffix(d.Pointer, formula.Pointer("properties", s.Name)) { // and not what it comes from
					d.Fix = p.Connector.InsertFix(*d, "isSensitive", "true")
				}
			}
		}
	},
}
