package lint

import (
	"github.com/connector-spec/connector/spec"
)

var nothingEnabled = Rule{
	Code:     "nothing-enabled",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if enabled, ok := o.Option.Value.Get("enabled").AsBool(); !ok || enabled {
				return
			}
		}
		auth := p.Connector.Auth
		switch keys := auth.Get("options").Len(); {
		case auth.Len() == 0:
		case len(p.Options) > 0 && auth.Has("enabled"):
			p.ReportAuth("/enabled", spec.AtValue(), "nobody can connect: every way to authenticate is disabled", "remove \"enabled: false\" from one of them, or make it a formula")
		case len(p.Options) > 0:
			p.Report(p.Options[0].Option, "/enabled", spec.AtValue(), "nobody can connect: every way to authenticate is disabled", "remove \"enabled: false\" from one of them, or make it a formula")
		case auth.Has("selectable") && keys == 0:
			p.ReportAuth("/selectable", spec.AtValue(), "nobody can connect: the only way to authenticate cannot be chosen", "remove \"selectable: false\", or add options")
		case keys > 0:
			p.ReportAuth("/options", spec.AtKey(), "nobody can connect: none of the options can be chosen", "remove \"selectable: false\" from one of them")
		}
	},
}
