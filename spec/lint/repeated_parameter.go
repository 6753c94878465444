package lint

import (
	"strconv"

	"github.com/connector-spec/connector/spec"
)

var repeatedParameter = Rule{
	Code:     "repeated-parameter",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.loginParameters(func(o *spec.Option, q parameter) {
			if q.inURL && !q.isImplicit() {
				p.Report(o, q.pointer, q.at, strconv.Quote(q.name)+" is set by the login, so the request would have it twice", "remove it")
			}
		})
	},
}
