package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
)

var placeholderCredential = Rule{
	Code:     "placeholder-credential",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for i, o := range p.Options {
			report := func(pointer, text, hint string) {
				p.Report(o.Option, pointer, spec.AtValue(), fmt.Sprintf("%q is sent as it is, and looks as if something else was to stand there", text), hint)
			}
			for _, c := range p.digest().credentials[i] {
				if isUnfilled(c.text) && (c.nothingElse || c.name != "") {
					report(c.pointer, c.text, c.instead)
				}
			}
			oauth, pointer := OAuth(o.Option)
			for _, field := range []string{"clientId", "consumerKey"} {
				if text, ok := literal(oauth.Get(field)); ok && isUnfilled(text) {
					report(pointer+"/"+field, text, fmt.Sprintf("write {$var: connectorParameters.%s}, which whoever runs the connector gives", field))
				}
			}
		}
	},
}
