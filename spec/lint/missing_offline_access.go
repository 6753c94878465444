package lint

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var missingOfflineAccess = Rule{
	Code:     "missing-offline-access",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			config, pointer := OAuth(o.Option)
			if !config.IsObject() || o.Option.Type() != "oauth2" || !isCodeGrant(config) || config.Has("noRefreshToken") || o.Option.Value.Has("refreshCredentials") {
				continue
			}
			if provider := findOffline(config.Get("authorizeUri").Text()); provider != nil && !provider.isAsked(config) {
				p.Report(o.Option, pointer+"/authorizeUri", spec.AtValue(),
					fmt.Sprintf("%s gives no refresh token unless it is asked for one, so the connection ends with the first access token", provider.name), provider.hint())
			}
		}
	},
}

// An offline is a provider that gives a refresh token only on demand: by a
// scope, or by a parameter of the authorization request.
type offline struct {
	name, host, path string // a host that begins with "." stands for all below it
	scopes           []string
	parameter, value string
	// consent says that a user who has agreed before gets no refresh token,
	// unless asked again.
	consent bool
	// onlyNarrowed says that all scopes, that one included, are given where
	// none is asked for.
	onlyNarrowed bool
}

// offlines lists the providers, as their documentation describes them.
var offlines = []offline{
	{name: "Google", host: "accounts.google.com", parameter: "access_type", value: "offline", consent: true},
	{name: "Microsoft", host: "login.microsoftonline.com", path: "/v2.0/", scopes: []string{"offline_access"}},
	{name: "Atlassian", host: "auth.atlassian.com", scopes: []string{"offline_access"}},
	{name: "Xero", host: "login.xero.com", scopes: []string{"offline_access"}},
	{name: "Okta", host: ".okta.com", scopes: []string{"offline_access"}},
	{name: "Auth0", host: ".auth0.com", scopes: []string{"offline_access"}},
	{name: "X", host: "x.com", scopes: []string{"offline.access"}},
	{name: "X", host: "twitter.com", path: "/oauth2/", scopes: []string{"offline.access"}},
	{name: "Typeform", host: "api.typeform.com", scopes: []string{"offline"}},
	{name: "Salesforce", host: ".salesforce.com", scopes: []string{"refresh_token", "offline_access"}, onlyNarrowed: true},
	{name: "Dropbox", host: "www.dropbox.com", parameter: "token_access_type", value: "offline"},
	{name: "Reddit", host: "www.reddit.com", parameter: "duration", value: "permanent"},
	{name: "Zoho", host: "accounts.zoho.", parameter: "access_type", value: "offline", consent: true},
}

// findOffline returns the provider of an authorization endpoint; nil if it is
// none of them.
func findOffline(endpoint string) *offline {
	rest, ok := strings.CutPrefix(endpoint, "https://")
	if !ok {
		return nil
	}
	end := strings.IndexAny(rest+"/", "/?#")
	host, path := strings.ToLower(rest[:end]), rest[end:]
	for i := range offlines {
		provider := &offlines[i]
		matches := host == provider.host
		switch {
		case strings.HasPrefix(provider.host, "."):
			matches = strings.HasSuffix(host, provider.host)
		case strings.HasSuffix(provider.host, "."):
			matches = strings.HasPrefix(host, provider.host)
		}
		if matches && strings.Contains(path, provider.path) {
			return provider
		}
	}
	return nil
}

// isAsked tells whether a configuration asks for a refresh token, or may do so
// in a formula.
func (provider *offline) isAsked(config formula.Value) bool {
	if provider.parameter != "" {
		extra := config.Get("extra")
		_, query, _ := strings.Cut(config.Get("authorizeUri").Text(), "?")
		values, err := url.ParseQuery(query)
		given := extra.Get(provider.parameter)
		isText := given.Kind() == formula.KindString && !strings.Contains(given.Text(), "${")
		return err != nil || values.Get(provider.parameter) == provider.value || given.Text() == provider.value ||
			!given.IsMissing() && !isText || !extra.IsMissing() && (!extra.IsObject() || formula.LooksLikeFormula(extra))
	}
	scopes := config.Get("scopes")
	list, ok := scopes.AsList()
	if !ok {
		return !scopes.IsMissing() || provider.onlyNarrowed
	}
	if len(list) == 0 && provider.onlyNarrowed {
		return true
	}
	return slices.ContainsFunc(list, func(item formula.Value) bool {
		value := scopeValue(item)
		return value == "" || strings.Contains(value, "${") || slices.ContainsFunc(strings.FieldsFunc(value, isScopeSeparator), func(s string) bool {
			return slices.Contains(provider.scopes, s)
		})
	})
}

func (provider *offline) hint() string {
	switch {
	case provider.consent:
		return fmt.Sprintf("add {%s: %s, prompt: consent} to extra; without the prompt only the first login of a user gives one. noRefreshToken: true says that none is wanted", provider.parameter, provider.value)
	case provider.parameter != "":
		return fmt.Sprintf("add {%s: %s} to extra; noRefreshToken: true says that none is wanted", provider.parameter, provider.value)
	}
	return fmt.Sprintf("add %q to scopes; noRefreshToken: true says that none is wanted", provider.scopes[0])
}
