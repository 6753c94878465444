package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unusedPathParameter = Rule{
	Code:     "unused-path-parameter",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for at, r := range eachRequest(o.Option) {
				path := r.Get("path").Text()
				parameters := r.Get("requestMapping").Get("pathParameters")
				for _, name := range parameters.Keys() {
					if strings.Contains(path, "${") || strings.Contains(path, "{"+name+"}") || strings.HasPrefix(name, "$") {
						continue
					}
					p.Report(o.Option, at+formula.Pointer("requestMapping", "pathParameters", name), spec.AtKey(), fmt.Sprintf("the path has no {%s}", name),
						fmt.Sprintf("write {%s} where it belongs in the path, or remove it here; what follows a \"?\" goes into query", name))
				}
			}
		}
	},
}
