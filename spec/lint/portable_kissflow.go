package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
)

var kissflowConnector = []lack{
	{field: "environments", instead: "enter the values of one environment as environment variables there", ignored: true},
}

var kissflowAuth = []lack{
	{field: "redirect", instead: "Kissflow shows the redirect URL that is to be registered", ignored: true},
	{field: "allowedOrigins", instead: "nothing limits where credentials go there", ignored: true},
	{field: "disconnect", instead: "nothing is run when a connection is deleted there", ignored: true},
}

var kissflowOAuth = []lack{
	{field: "pkce", instead: "remove it, if the server takes logins without PKCE"},
	{field: "revokeUri", instead: "nothing is revoked there", ignored: true},
}

// kissflowKinds are the ways to authenticate that Kissflow has. A token in the
// Authorization header is an API key there.
var kissflowKinds = map[string]bool{"basic": true, "api-key": true, "bearer": true, "oauth2": true}

// portableToKissflow reports what Kissflow's connector builder cannot carry.
func portableToKissflow(p *Pass) {
	p.lackingMeta(kissflowConnector)
	for _, c := range p.Options {
		o := c.Option
		kind, ok := p.hasKind(c, kissflowKinds, "basic authentication, an API key and OAuth 2 with an authorization code")
		p.lackingIn(kissflowAuth, o, "", o.Value)
		if !ok {
			continue
		}
		if kind.name == "oauth2" {
			oauth, pointer := OAuth(o)
			if p.hasGrant(o, "authorization_code") {
				p.lackingIn(platformOAuth, o, pointer, oauth)
				p.lackingIn(kissflowOAuth, o, pointer, oauth)
			}
			p.knowsClientAuth(o)
			continue
		}
		p.kissflowInputs(c, kind.name)
	}
}

// kissflowInputs reports inputs beside those that a kind has there.
func (p *Pass) kissflowInputs(c Checked, kind string) {
	most, has := 2, "a key, and a domain where there is one"
	if kind == "basic" {
		has = "a user name and a password"
	}
	n := 0
	for name := range eachInput(c.Option) {
		if n++; n == most+1 {
			p.Report(c.Option, inputPointer(name), spec.AtKey(), fmt.Sprintf("Kissflow asks for %s, and %q is one input more", has, name),
				"ask for it in the forms of the actions, or make it a connector parameter")
		}
	}
}
