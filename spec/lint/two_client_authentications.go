package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var twoClientAuthentications = Rule{
	Code:     "two-client-authentications",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if oauth, pointer := OAuth(o.Option); oauth.IsObject() && o.Option.Type() == "oauth2" {
				p.clientAuthentications(o.Option, oauth, pointer)
			}
		}
	},
}

// clientAuthentications reports what makes a token request carry more than one
// client authentication, which RFC 6749 2.3 forbids.
func (p *Pass) clientAuthentications(o *spec.Option, oauth formula.Value, pointer string) {
	location := oauth.Get("clientAuthLocation").Text()
	if location == "both" {
		p.Report(o, pointer+"/clientAuthLocation", spec.AtValue(), "the client secret is sent twice, which RFC 6749 forbids and strict servers refuse",
			`say "headers" or "body", whichever the server documents`)
	}
	for _, flag := range []struct{ name, other string }{{"skipClientAuthInBody", "headers"}, {"skipClientAuthInHeader", "body"}} {
		if on, _ := oauth.Get(flag.name).AsBool(); on {
			p.Report(o, pointer+"/"+flag.name, spec.AtKey(), fmt.Sprintf("%q is the old way to keep the client secret from being sent twice", flag.name),
				fmt.Sprintf(`write "clientAuthLocation: %s" in its place`, flag.other))
		}
	}
	if location == "none" || oauth.Get("clientSecret").IsMissing() && (location == "" || location == "headers" || location == "body") {
		return // then what is sent by hand is the only one
	}
	for _, field := range []string{"tokenParams", "refreshParams"} {
		for _, name := range []string{"client_secret", "client_assertion"} {
			if oauth.Get(field).Has(name) {
				p.Report(o, pointer+formula.Pointer(field, name), spec.AtKey(), fmt.Sprintf("%q is sent beside the client authentication that is there already", name),
					`remove it; "clientAuthLocation: body" sends the client secret as a parameter`)
			}
		}
	}
	headers := oauth.Get("tokenHeaders")
	for _, name := range headers.Keys() {
		if strings.EqualFold(name, "Authorization") {
			p.Report(o, pointer+formula.Pointer("tokenHeaders", name), spec.AtKey(), fmt.Sprintf("%q is sent beside the client authentication that is there already", name),
				`remove it; "clientAuthLocation: headers", the default, sends id and secret in this header`)
		}
	}
}
