package lint

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// noRefresh speaks of OAuth alone: a login with what the user entered is made
// again when its result has expired.
var noRefresh = Rule{
	Code:     "no-refresh",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if o.Option.Type() != "oauth2" || !o.Option.Value.Has("getTokenData") || o.Option.Value.Has("refreshCredentials") {
				continue
			}
			config, pointer := OAuth(o.Option)
			if !config.IsObject() || formula.LooksLikeFormula(config) || hasOneOf(config, "tokenUri", "refreshUri", "issuer") {
				continue
			}
			if flag, _ := config.Get("noRefreshToken").AsBool(); flag {
				continue // the spec says so
			}
			p.Report(o.Option, pointer, spec.AtKey(), "the token expires, and nothing renews it: the standard refresh needs a token endpoint",
				"add refreshCredentials, the request that renews it, or tokenUri; if the server gives no refresh token, say noRefreshToken: true")
		}
	},
}

func hasOneOf(v formula.Value, names ...string) bool {
	for _, name := range names {
		if v.Has(name) {
			return true
		}
	}
	return false
}
