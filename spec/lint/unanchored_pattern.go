package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// unanchoredPattern speaks of the patterns of inputs that decide where the
// credential goes. A pattern of JSON Schema holds if it fits any part of a text.
var unanchoredPattern = Rule{
	Code:     "unanchored-pattern",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.decidedHosts(func(o *spec.Option, _ string, parts []urlPart) {
			variable, _, _ := decidesHost(parts)
			name, ok := inputName(o, variable)
			schema := inputOf(o, name)
			pattern := schema.Get("pattern").Text()
			if !ok || pattern == "" || schema.Has("enum") || strings.HasPrefix(pattern, "^") && strings.HasSuffix(pattern, "$") {
				return
			}
			p.Report(o, formula.Pointer("inputSchema", "properties", name, "pattern"), spec.AtValue(),
				fmt.Sprintf("any host of which a part fits this pattern is a value of %q, and the credential goes there", name),
				`begin the pattern with "^" and end it with "$"`)
		})
	},
}
