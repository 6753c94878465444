package lint

import (
	"fmt"
	"slices"

	"github.com/connector-spec/connector/spec"
)

var repeatedScope = Rule{
	Code:     "repeated-scope",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachScope(func(o *spec.Option, pointer, scope string, earlier []string) {
			if slices.Contains(earlier, scope) {
				d := p.Report(o, pointer, spec.AtValue(), fmt.Sprintf("the scope %q is asked for twice", scope), "remove one of them")
				d.Fix = p.Connector.RemoveItemFix(*d)
			}
		})
	},
}
