package lint

import "github.com/connector-spec/connector/spec"

var implicitGrant = Rule{
	Code:     "implicit-grant",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.loginParameters(func(o *spec.Option, q parameter) {
			if q.isImplicit() {
				p.Report(o, q.pointer, q.at, "a response type other than code brings tokens into the address bar, its history and logs",
					"remove it; the login asks for a code")
			}
		})
	},
}
