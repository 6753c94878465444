package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

var constantLabel = Rule{
	Code:     "constant-label",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			label, ok := o.Option.Value.Get("connectionLabel").AsString()
			if !ok || strings.Contains(label, "${") && p.Connector.Dialect() == formula.DialectConnector {
				continue
			}
			hint := p.labelHint(o.Option) + ", or remove it: without it the connector's name is taken"
			root, member, _ := strings.Cut(label, ".")
			meant := member != "" && slices.Contains(authtype.Variables("connectionLabel"), root) && !strings.ContainsAny(member, " /:,")
			if meant {
				hint = fmt.Sprintf("did you mean %s?", p.variable(label))
			}
			d := p.Report(o.Option, "/connectionLabel", spec.AtValue(), fmt.Sprintf("every connection is called %q", label), hint)
			if members, _ := testMembers(o.Option); meant && root == "test" && slices.Contains(members, member) {
				d.Fix = p.variableFix(*d, label)
			}
		}
	},
}
