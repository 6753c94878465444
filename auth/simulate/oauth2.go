package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// A grant is a permission that waits to be exchanged for tokens.
type grant struct {
	params url.Values // of the authorization request
	used   bool
	polls  int
	key    string // thumbprint that the tokens are to be bound to (RFC 9449 10)
	family int
}

// standard gives parameters by their standard names.
func (c *Config) standard(v url.Values) url.Values {
	names := map[string]string{}
	renames := c.Value.Get("parameterNames")
	for i, name := range renames.Keys() {
		_, to := renames.At(i)
		names[to.Text()] = name
	}
	out := url.Values{}
	for name, values := range v {
		if standard := names[name]; standard != "" {
			name = standard
		}
		out[name] = append(out[name], values...)
	}
	return out
}

func (c *Config) text(name string) string { return scalar(c.Value.Get(name)) }

// grantType returns the grant by its word in a spec.
func (c *Config) grantType() string {
	if g := c.text("grantType"); g != "" {
		return g
	}
	return "authorization_code"
}

// scalar returns a scalar as text.
func scalar(v formula.Value) string {
	switch v.Kind() {
	case formula.KindString:
		return v.Text()
	case formula.KindNumber, formula.KindBool:
		return v.String()
	}
	return ""
}

// config evaluates the configuration; a reply says why it cannot be.
func (p *Provider) config() (*Config, *reply) {
	if p.facts.Config == nil {
		return nil, refuse(http.StatusNotFound, "not_found", "the spec has no OAuth configuration")
	}
	c, err := p.facts.Config()
	if err != nil {
		return nil, refuse(http.StatusInternalServerError, "server_error", "the OAuth configuration cannot be evaluated: %v", err)
	}
	return c, nil
}

// discover gives the metadata of the issuer (RFC 8414).
func (p *Provider) discover(r *request) *reply {
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	issuer := c.Endpoints["issuer"]
	b := formula.NewObject(12)
	b.Set("issuer", formula.String(issuer))
	for field, member := range metadataMembers {
		b.Set(member, formula.String(c.endpoint(field)))
	}
	texts := func(list ...string) formula.Value {
		items := make([]formula.Value, len(list))
		for i, s := range list {
			items[i] = formula.String(s)
		}
		return formula.List(items...)
	}
	b.Set("code_challenge_methods_supported", texts("S256", "plain"))
	b.Set("response_types_supported", texts("code"))
	b.Set("authorization_response_iss_parameter_supported", formula.Bool(true))
	return object(http.StatusOK, b.Value())
}

// metadataMembers are the members of metadata by the fields of a configuration.
var metadataMembers = map[string]string{
	"authorizeUri": "authorization_endpoint", "tokenUri": "token_endpoint", "revokeUri": "revocation_endpoint",
	"deviceAuthorizationUri": "device_authorization_endpoint", "parUri": "pushed_authorization_request_endpoint",
}

// endpoint returns an address, made up below the issuer where the configuration
// has none.
func (c *Config) endpoint(field string) string {
	if uri := c.Endpoints[field]; uri != "" || c.Endpoints["issuer"] == "" {
		return uri
	}
	return strings.TrimSuffix(c.Endpoints["issuer"], "/") + "/simulated/" + strings.TrimSuffix(field, "Uri")
}

// samePlace compares a URL with an endpoint, but for the query.
func samePlace(u *url.URL, endpoint string) bool {
	want, err := url.Parse(endpoint)
	return err == nil && strings.EqualFold(u.Host, want.Host) && u.Scheme == want.Scheme && strings.TrimSuffix(u.EscapedPath(), "/") == strings.TrimSuffix(want.EscapedPath(), "/")
}

// Browse is a user who agrees to everything: it is the browser of a login.
func (p *Provider) Browse(_ context.Context, address string) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the authorization URL is no URL")
	}
	if p.oauth1 != nil && u.Query().Has("oauth_token") {
		return p.approve(u)
	}
	c, failed := p.config()
	if failed != nil {
		return "", errors.New(failed.why)
	}
	if !samePlace(u, c.endpoint("authorizeUri")) {
		return "", fmt.Errorf("the user was sent to %s, which is not the authorization endpoint", u.Host+u.Path)
	}
	q := c.standard(u.Query())
	if uri := q.Get("request_uri"); uri != "" {
		pushed, ok := p.pushed[uri]
		if !ok || q.Get("client_id") != pushed.Get("client_id") {
			return "", p.refusal("the request_uri was not pushed by this client, or was used before (RFC 9126 4)")
		}
		delete(p.pushed, uri)
		q = pushed
	} else if c.Value.Get("par").Truthy() {
		return "", p.refusal("the authorization request was not pushed, and the configuration says par")
	}
	if err := c.checkAuthorization(q); err != nil {
		return "", p.refusal(err.Error())
	}
	p.families++
	code := "simcode" + p.random(16)
	p.codes[code] = &grant{params: q, key: q.Get("dpop_jkt"), family: p.families}
	return p.callback(c, q, code)
}

func (p *Provider) refusal(why string) error {
	p.refused = append(p.refused, why)
	return errors.New("the authorization server refuses the request: " + why)
}

// checkAuthorization holds an authorization request against RFC 6749 4.1.1 and
// RFC 7636 4.3.
func (c *Config) checkAuthorization(q url.Values) error {
	for name, values := range q {
		if len(values) > 1 {
			return fmt.Errorf("the parameter %s stands more than once (RFC 6749 3.1)", name)
		}
	}
	scopes := c.Scopes
	switch {
	case q.Get("response_type") != "code":
		return errors.New("response_type is not code")
	case q.Get("client_id") != c.text("clientId"):
		return errors.New("client_id is not that of the client")
	case q.Get("redirect_uri") != c.Redirect:
		return errors.New("redirect_uri is not the one that is registered")
	case q.Get("state") == "":
		return errors.New("there is no state (RFC 6749 10.12)")
	case q.Get("scope") != strings.Join(scopes, c.separator()):
		return errors.New("scope is not what the spec asks for")
	}
	challenge, method := q.Get("code_challenge"), q.Get("code_challenge_method")
	switch pkce := c.pkce(); {
	case pkce == "none" && challenge != "":
		return errors.New("there is a code_challenge, and the configuration says pkce: none")
	case pkce != "none" && (challenge == "" || method != pkce):
		return fmt.Errorf("there is no code_challenge with the method %s (RFC 7636 4.3)", pkce)
	}
	return nil
}

func (c *Config) separator() string {
	if s := c.Value.Get("scopeSeparator"); !s.IsMissing() {
		return scalar(s)
	}
	return " "
}

func (c *Config) pkce() string {
	switch m := c.text("pkce"); {
	case m != "":
		return m
	case c.Value.Get("skipPkce").Truthy():
		return "none"
	}
	return "S256"
}

// callback returns where the user comes back with a code.
func (p *Provider) callback(c *Config, q url.Values, code string) (string, error) {
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil {
		return "", errors.New("redirect_uri is no URL")
	}
	list := back.Query()
	list.Set("code", code)
	list.Set("state", q.Get("state"))
	if issuer := c.Endpoints["issuer"]; issuer != "" {
		list.Set("iss", issuer)
	}
	for _, l := range p.leaves(readQuery) {
		if name := l.first(); name != "" && !list.Has(name) {
			if v := p.valueOf(l, p.families); !v.IsMissing() {
				list.Set(name, scalar(v))
			}
		}
	}
	back.RawQuery = list.Encode()
	return back.String(), nil
}

// push takes an authorization request (RFC 9126 2).
func (p *Provider) push(r *request) *reply {
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	q, bad := p.authenticated(c, r, "form", http.MethodPost)
	if bad != nil {
		return bad
	}
	if q.Has("request_uri") {
		return refuse(http.StatusBadRequest, "invalid_request", "a pushed request names no request_uri (RFC 9126 2.1)")
	}
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		q.Del(name)
	}
	if err := c.checkAuthorization(q); err != nil {
		return refuse(http.StatusBadRequest, "invalid_request", "%v", err)
	}
	uri := "urn:ietf:params:oauth:request_uri:" + p.random(16)
	p.pushed[uri] = q
	return object(http.StatusCreated, formula.Object(
		formula.Member{Key: "request_uri", Value: formula.String(uri)},
		formula.Member{Key: "expires_in", Value: formula.Number(60)}))
}

// device begins a device login (RFC 8628 3.1).
func (p *Provider) device(r *request) *reply {
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	q, bad := p.authenticated(c, r, "form", http.MethodPost)
	if bad != nil {
		return bad
	}
	if q.Get("client_id") != c.text("clientId") && r.header.Get("Authorization") == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "client_id is not that of the client (RFC 8628 3.1)")
	}
	p.families++
	code := "simdevice" + p.random(16)
	p.devices[code] = &grant{params: q, family: p.families}
	return object(http.StatusOK, formula.Object(
		formula.Member{Key: "device_code", Value: formula.String(code)},
		formula.Member{Key: "user_code", Value: formula.String("WDJB-MJHT")},
		formula.Member{Key: "verification_uri", Value: formula.String("https://device.example/activate")},
		formula.Member{Key: "expires_in", Value: formula.Number(600)},
		formula.Member{Key: "interval", Value: formula.Number(5)}))
}

// revoke takes a token back (RFC 7009).
func (p *Provider) revoke(r *request) *reply {
	if p.facts.Option.Get("type").Text() == "oauth1" {
		return p.dance(StepRevoke, r)
	}
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	q, bad := p.authenticated(c, r, "form", http.MethodPost)
	if bad != nil {
		return bad
	}
	t := p.find(q.Get("token"))
	switch {
	case q.Get("token") == "":
		return refuse(http.StatusBadRequest, "invalid_request", "there is no token to revoke (RFC 7009 2.1)")
	case t != nil && t.Refresh:
		p.end(t.Family)
	case t != nil:
		t.Dead = true
	}
	return &reply{status: http.StatusOK}
}

// challenge is the S256 challenge of a verifier (RFC 7636 4.2).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// verified checks the verifier of a code (RFC 7636 4.6).
func (g *grant) verified(verifier string) bool {
	switch want := g.params.Get("code_challenge"); {
	case want == "":
		return verifier == ""
	case g.params.Get("code_challenge_method") == "S256":
		return challenge(verifier) == want
	default:
		return verifier == want
	}
}
