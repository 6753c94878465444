package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/spec"
)

var doubledPath = Rule{
	Code:     "doubled-path",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachClientPath(func(o *spec.Option, pointer, path, base string) {
			_, own, _ := strings.Cut(base, "://")
			slash := strings.IndexByte(own, '/')
			if slash < 0 {
				return
			}
			own = own[slash:] // such as /v1
			if rest, ok := pathBehind("/"+strings.TrimLeft(path, "/"), own); ok {
				p.Report(o, pointer, spec.AtText(strings.Index(path, own[1:]), len(own)-1),
					fmt.Sprintf("the base address ends with %q already, so the request goes to %s", own, strings.TrimRight(base+own+"/"+rest, "/")), fmt.Sprintf("write %q", "/"+rest))
			}
		})
	},
}
