package lint

import (
	"github.com/connector-spec/connector/spec"
)

var passwordGrant = Rule{
	Code:     "password-grant",
	Severity: spec.Warning,
	check: func(p *Pass) {
		const message = "the password grant makes users give their password to another program than the one it is for"
		const hint = "let users log in at the provider, with the grant authorization_code, or ask for a key or token"
		for _, o := range p.Options {
			if oauth, pointer := OAuth(o.Option); oauth.Get("grantType").Text() == "password" {
				p.Report(o.Option, pointer+"/grantType", spec.AtValue(), message, hint)
			}
			requests, pointers := Requests(o.Option, "getCredentialsFromConnectionParameters")
			for i, r := range requests {
				if r.Get("requestMapping").Get("data").Get("grant_type").Text() == "password" {
					p.Report(o.Option, pointers[i]+"/requestMapping/data/grant_type", spec.AtValue(), message, hint)
				}
			}
		}
	},
}
