package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
)

var unusedParameter = Rule{
	Code:     "unused-parameter",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		isRoot := func(root string) bool { return root == "connectorParameters" || root == "" }
		p.unused("parametersSchema", isRoot, func(name string) (string, string) {
			return fmt.Sprintf("nothing reads the connector parameter %q", name),
				fmt.Sprintf("read it where it belongs, as {$var: connectorParameters.%s}, or remove it", name)
		})
	},
}
