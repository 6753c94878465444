package auth

import (
	"context"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/auth/token"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// An oauth2Run is one use of an OAuth 2 configuration: a login, a refresh, or a
// revocation.
type oauth2Run struct {
	*life
	config    formula.Value // of getOAuthConfig, without its endpoints
	endpoints map[string]formula.Address
	metadata  *token.Metadata // nil without an issuer
	issuer    string
	redirect  string
	grant     string
	client    token.Client
	server    token.Server
	scopes    []string // that are asked for
	dpop      *sign.DPoP
	key       string // of dpop, in PEM
}

// openOAuth2 evaluates the configuration and discovers what the issuer says.
// Key is that of the credential, "" for a new one.
func (l *life) openOAuth2(ctx context.Context, state, key string) (*oauth2Run, error) {
	redirect, err := l.redirectURI()
	if err != nil {
		return nil, err
	}
	config, err := l.oauthConfig(ctx, redirect, state)
	if err != nil {
		return nil, err
	}
	r := &oauth2Run{life: l, config: config.Value, endpoints: config.Endpoints, redirect: redirect, key: key}
	if r.grant = r.text("grantType"); r.grant == "" {
		r.grant = "authorization_code"
	}
	for word, urn := range grantTypes {
		if r.grant == urn {
			r.grant = word
		}
	}
	if err := r.discover(ctx); err != nil {
		return nil, err
	}
	if err := r.bind(); err != nil {
		return nil, err
	}
	r.scopes = l.asked(config)
	if err := r.identify(); err != nil {
		return nil, err
	}
	r.warn()
	return r, nil
}

// text returns a field of the configuration as text.
func (r *oauth2Run) text(name string) string { return textOf(r.config.Get(name)) }

// textOf returns a scalar as text; "" for what is missing.
func textOf(v formula.Value) string {
	switch v.Kind() {
	case formula.KindString:
		return v.Text()
	case formula.KindNumber, formula.KindBool:
		return v.String()
	}
	return ""
}

func (r *oauth2Run) flag(name string) bool { return r.config.Get(name).Truthy() }

// asked returns the scopes that are asked for: those of the configuration, of
// the optional ones those that were chosen.
func (l *life) asked(config *method.OAuthConfig) []string {
	var asked []string
	list, ok := config.Value.Get("scopes").AsList()
	if !ok && !config.Value.Get("scopes").IsMissing() {
		list = []formula.Value{config.Value.Get("scopes")}
	}
	for _, item := range list {
		value := textOf(item)
		if item.IsObject() {
			value = textOf(item.Get("value"))
			if item.Get("optional").Truthy() && !slices.Contains(l.values.Scopes, value) {
				continue
			}
		}
		if value != "" && !slices.Contains(asked, value) {
			asked = append(asked, value)
		}
	}
	return asked
}

// scopeText returns the scopes as one parameter; "" if none are asked for.
func (r *oauth2Run) scopeText() string { return strings.Join(r.scopes, r.separator()) }

func (r *oauth2Run) separator() string {
	if s := r.config.Get("scopeSeparator"); !s.IsMissing() {
		return textOf(s)
	}
	return " "
}

// warn notes what the configuration allows and should not.
func (r *oauth2Run) warn() {
	if r.grant == "password" {
		r.result.warn("the password grant shows the user's password to this program (RFC 9700 2.4): use it for servers that have nothing else")
	}
	if r.client.Auth == token.AuthBoth {
		r.result.warn("the client authenticates twice, by header and body, which RFC 6749 2.3 forbids: most servers want one of them")
	}
	if r.grant == "authorization_code" && r.pkce() == "plain" {
		r.result.warn("PKCE with the method plain protects from little: S256 is for every server that knows it")
	}
}

// pkce returns the method of PKCE.
func (r *oauth2Run) pkce() string {
	switch method := r.text("pkce"); {
	case method != "":
		return method
	case r.flag("skipPkce"):
		return "none"
	}
	return "S256"
}

// listOf returns the items of a list, a single value as a list of it, and
// nothing for nothing.
func listOf(v formula.Value) []formula.Value {
	if list, ok := v.AsList(); ok {
		return list
	}
	if v.IsMissing() {
		return nil
	}
	return []formula.Value{v}
}

// params returns more parameters of a request, in their order.
func (r *oauth2Run) params(field string) token.Params {
	var list token.Params
	v := r.config.Get(field)
	for i, name := range v.Keys() {
		_, item := v.At(i)
		for _, value := range listOf(item) {
			if !value.IsMissing() {
				list = append(list, token.Param{Name: name, Value: textOf(value)})
			}
		}
	}
	return list
}
