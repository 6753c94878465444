package lint

import (
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var needlessRefresh = Rule{
	Code:     "needless-refresh",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			m, _ := Mapping(o.Option, "refreshCredentials", spec.KindREST)
			if !m.IsObject() || o.Option.Type() != "oauth2" {
				continue
			}
			if config, _ := OAuth(o.Option); repeatsRefresh(m, config) {
				p.Report(o.Option, "/refreshCredentials", spec.AtKey(), "this refreshes the token as it is refreshed anyway",
					"remove it: the token endpoint is asked with grant_type=refresh_token without it, and the client authenticates as at the login")
			}
		}
	},
}

// repeatsRefresh tells whether a request is the refresh of RFC 6749 section 6
// at the token endpoint and nothing more.
func repeatsRefresh(m, config formula.Value) bool {
	token := config.Get("refreshUri")
	if token.IsMissing() {
		token = config.Get("tokenUri")
	}
	request := m.Get("requestMapping")
	data := request.Get("data")
	if m.Has("steps") || !m.Get("path").Equal(token) || data.Get("grant_type").Text() != "refresh_token" || request.Has("query") {
		return false
	}
	if form := config.Get("tokenFormat").Text(); form == "json" && request.Get("contentType").Text() == "form" {
		return false // another format than that of the login
	} else if form != "json" && request.Get("contentType").Text() != "form" {
		return false
	}
	return only(data, "grant_type", "refresh_token", "client_id", "client_secret") &&
		only(m.Get("responseMapping"), "access_token", "refresh_token", "expires_in", "token_type", "scope")
}

// only tells whether all keys of an object are among some.
func only(v formula.Value, keys ...string) bool {
	for _, key := range v.Keys() {
		if !slices.Contains(keys, key) {
			return false
		}
	}
	return true
}
