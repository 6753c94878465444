package lint

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var weakPKCE = Rule{
	Code:     "weak-pkce",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			oauth, pointer := OAuth(o.Option)
			if o.Option.Type() != "oauth2" || !hasCode(oauth) {
				continue
			}
			const off, plain = "without PKCE, whoever gets hold of the code of a login can use it",
				`with "plain", whoever sees the request of a login can use its code`
			switch skip, _ := oauth.Get("skipPkce").AsBool(); {
			case skip:
				p.Report(o.Option, pointer+"/skipPkce", spec.AtKey(), off, "remove it; servers that do not know PKCE ignore it, as a rule")
			case oauth.Get("pkce").Text() == "none":
				p.Report(o.Option, pointer+"/pkce", spec.AtValue(), off, "remove it; servers that do not know PKCE ignore it, as a rule")
			case oauth.Get("pkce").Text() == "plain":
				p.Report(o.Option, pointer+"/pkce", spec.AtValue(), plain, "remove it: then it is S256")
			}
		}
	},
}

// hasCode tells whether an OAuth configuration is, or may be, that of a login
// with an authorization code.
func hasCode(oauth formula.Value) bool {
	grant := oauth.Get("grantType")
	return oauth.IsObject() && (grant.IsMissing() || grant.Text() == "authorization_code")
}
