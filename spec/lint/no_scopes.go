package lint

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var noScopes = Rule{
	Code:     "no-scopes",
	Severity: spec.Info,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			config, _ := OAuth(o.Option)
			if !config.IsObject() || formula.LooksLikeFormula(config) || o.Option.Type() != "oauth2" || !isCodeGrant(config) || config.Has("scopes") || config.Get("extra").Has("scope") {
				continue
			}
			p.Report(o.Option, "/getOAuthConfig", spec.AtKey(), "the login asks for no scopes, so the provider decides what the token may do",
				"add scopes: what the connector needs and no more; scopes: [] says that the API has none")
		}
	},
}

// isCodeGrant tells whether the user logs in through a browser.
func isCodeGrant(config formula.Value) bool {
	grant := config.Get("grantType")
	return grant.IsMissing() || grant.Text() == "authorization_code"
}
