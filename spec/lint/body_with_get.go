package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/spec"
)

var bodyWithGet = Rule{
	Code:     "body-with-get",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for at, r := range eachRequest(o.Option) {
				verb := strings.ToUpper(r.Get("method").Text())
				if verb != "GET" && verb != "HEAD" || r.Get("requestMapping").Get("data").IsMissing() {
					continue
				}
				p.Report(o.Option, at+"/requestMapping/data", spec.AtKey(), fmt.Sprintf("a %s has a body, which servers ignore or refuse", verb),
					`send it by POST, or call it "query" if it holds parameters of the address`)
			}
		}
	},
}
