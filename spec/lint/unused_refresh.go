package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unusedRefresh = Rule{
	Code:     "unused-refresh",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			config, pointer := OAuth(o.Option)
			if b, ok := config.Get("noRefreshToken").AsBool(); !ok || !b || o.Option.Type() != "oauth2" {
				continue
			}
			hint := `remove "noRefreshToken" if the API gives refresh tokens, else remove this`
			for _, field := range []string{"refreshUri", "refreshParams"} {
				if config.Has(field) {
					p.Report(o.Option, pointer+formula.Pointer(field), spec.AtKey(), fmt.Sprintf("%q is never used: noRefreshToken says that there is nothing to refresh with", field), hint)
				}
			}
			const method = "getCredentialsFromRefreshTokenResponse"
			if o.Option.Value.Has(method) && !o.Option.Value.Has("refreshCredentials") {
				p.Report(o.Option, formula.Pointer(method), spec.AtKey(), fmt.Sprintf("%q never runs: noRefreshToken says that there is nothing to refresh with", method), hint)
			}
		}
	},
}
