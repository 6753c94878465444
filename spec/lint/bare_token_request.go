package lint

import (
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var bareTokenRequest = Rule{
	Code:     "bare-token-request",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if o.Option.Type() != "oauth2" || !o.Option.Value.Has("refreshCredentials") {
				continue
			}
			config, _ := OAuth(o.Option)
			requests, pointers := Requests(o.Option, "refreshCredentials")
			for i, request := range requests {
				path := request.Get("path")
				if path.IsMissing() || !path.Equal(config.Get("tokenUri")) && !path.Equal(config.Get("refreshUri")) {
					continue
				}
				if saysGrant("", path) || saysGrant("", request.Get("requestMapping")) {
					break
				}
				p.Report(o.Option, pointers[i]+"/path", spec.AtValue(), "this asks the token endpoint for a token and gives it neither a grant type nor a refresh token",
					`remove "refreshCredentials": without it the token is refreshed with grant_type=refresh_token, as RFC 6749 section 6 says`)
				break
			}
		}
	},
}

// saysGrant tells whether a part of a request names a grant, or gives one of
// the credentials, in any of its fields or values.
func saysGrant(key string, v formula.Value) bool {
	if earns(key) {
		return true
	}
	if text, ok := v.AsString(); ok {
		return earns(text)
	}
	for i := range v.Len() {
		member, item := v.At(i)
		if !v.IsObject() {
			member = ""
		}
		if saysGrant(member, item) {
			return true
		}
	}
	return false
}

// earns tells whether a text speaks of a grant or of one of the credentials. An
// address such as /oauth/token does not.
func earns(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "grant") || strings.Contains(text, "refresh") || strings.Contains(text, "credentials.") || strings.Contains(text, "authdata.")
}
