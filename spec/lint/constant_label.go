package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var constantLabel = Rule{
	Code:     "constant-label",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			label, ok := o.Option.Value.Get("connectionLabel").AsString()
			if !ok || strings.Contains(label, "${") && p.Connector.Dialect() == formula.DialectConnector {
				continue
			}
			example := "${test.name}"
			if p.Connector.Dialect() == formula.DialectMembrane {
				example = "{$var: test.name}"
			}
			p.Report(o.Option, "/connectionLabel", spec.AtValue(), fmt.Sprintf("every connection is called %q", label),
				fmt.Sprintf("say whose it is, by something that the test gives, as in %s, or remove it: without it the connector's name is taken", example))
		}
	},
}
