package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/spec"
)

var secretInLabel = Rule{
	Code:     "secret-in-label",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, r := range o.Methods.Reads() {
				label := r.Method == "connectionLabel"
				if !label && (r.Method != "test" || !strings.Contains(r.Pointer, "/responseMapping")) {
					continue
				}
				name := secretName(o.Option, r.Path)
				switch {
				case name == "":
				case label:
					p.Report(o.Option, r.Pointer, variableAt(o.Option, r.Pointer, name), fmt.Sprintf("%q is a secret, and a label is shown in lists and logs", name),
						p.labelHint(o.Option))
				default:
					p.Report(o.Option, r.Pointer, variableAt(o.Option, r.Pointer, name), fmt.Sprintf("%q is a secret, and what a test gives is shown", name),
						"leave it out; a test gives what says whose connection it is")
				}
			}
		}
	},
}
