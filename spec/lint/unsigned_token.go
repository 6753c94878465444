package lint

import (
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// unsignedToken is an error: a token that nobody signs proves nothing (RFC 8725
// 3.2), so none is made, here as in the function jwt.
var unsignedToken = Rule{
	Code:     "unsigned-token",
	Severity: spec.Error,
	check: func(p *Pass) {
		for _, o := range p.Options {
			oauth, pointer := OAuth(o.Option)
			p.algorithm(o.Option, oauth.Get("clientAssertion"), pointer+"/clientAssertion")
			p.algorithm(o.Option, oauth.Get("assertion"), pointer+"/assertion")
			if client, pointer := Client(o.Option); client.Has("sign") {
				p.algorithm(o.Option, client.Get("sign"), pointer+"/sign")
			}
		}
	},
}

func (p *Pass) algorithm(o *spec.Option, v formula.Value, pointer string) {
	if strings.EqualFold(v.Get("alg").Text(), "none") {
		p.Report(o, pointer+"/alg", spec.AtValue(), `a token with the algorithm "none" is not signed, so anyone can make one`,
			"name the algorithm that the API documents, such as RS256, ES256 or HS256")
	}
}
