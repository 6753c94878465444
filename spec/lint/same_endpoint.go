package lint

import (
	"github.com/connector-spec/connector/spec"
)

var sameEndpoint = Rule{
	Code:     "same-endpoint",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			config, pointer := OAuth(o.Option)
			token := config.Get("tokenUri").Text()
			if token == "" {
				continue
			}
			if config.Get("authorizeUri").Text() == token {
				p.Report(o.Option, pointer+"/tokenUri", spec.AtValue(), "the token endpoint is the page that users are sent to",
					"look up the other address: one is opened in a browser, the other answers with a token")
			}
			if config.Get("requestTokenUri").Text() == token {
				p.Report(o.Option, pointer+"/tokenUri", spec.AtValue(), "the access token is fetched where the login begins",
					"look up the other address: requestTokenUri gives a request token, tokenUri exchanges it for an access token")
			}
		}
	},
}
