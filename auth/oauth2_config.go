package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
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

// discoverable are the endpoints that a server's metadata has (RFC 8414 2), by
// the field of the configuration that comes before it; for a client that shows a
// certificate those that ask for one (RFC 8705 5).
func discoverable(m *token.Metadata, certificate bool) map[string]string {
	found := map[string]string{
		"authorizeUri": m.AuthorizationEndpoint, "tokenUri": m.TokenEndpoint, "revokeUri": m.RevocationEndpoint,
		"deviceAuthorizationUri": m.DeviceAuthorizationEndpoint, "parUri": m.PushedAuthorizationRequestEndpoint,
		"jwksUri": m.JWKSURI,
	}
	if !certificate {
		return found
	}
	for field, name := range map[string]string{
		"tokenUri": "token_endpoint", "revokeUri": "revocation_endpoint",
		"deviceAuthorizationUri": "device_authorization_endpoint", "parUri": "pushed_authorization_request_endpoint",
	} {
		if alias := m.MTLSEndpoints[name]; alias != "" {
			found[field] = alias
		}
	}
	return found
}

// A discovered keeps what issuers say of themselves, for all runs of a
// connection.
type discovered struct {
	mu       sync.Mutex
	metadata map[string]*token.Metadata
}

func (d *discovered) of(issuer string) *token.Metadata {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.metadata[issuer]
}

func (d *discovered) keep(issuer string, m *token.Metadata) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.metadata == nil {
		d.metadata = make(map[string]*token.Metadata)
	}
	d.metadata[issuer] = m
}

// discover asks the issuer for what the configuration does not say.
func (r *oauth2Run) discover(ctx context.Context) error {
	address, ok := r.endpoints["issuer"]
	if !ok {
		return nil
	}
	r.issuer = address.URL
	if r.metadata = r.known.of(r.issuer); r.metadata != nil {
		return r.takeEndpoints(address)
	}
	return r.step(discoverStep, func(*Step) error {
		m, err := token.Discover(ctx, r.issuer, &endpointTransport{life: r.life})
		if err != nil {
			return err
		}
		r.metadata = m
		r.known.keep(r.issuer, m)
		return r.takeEndpoints(address)
	})
}

// takeEndpoints takes the endpoints that the configuration does not say from the
// metadata of its issuer. What an issuer says is data: only an endpoint at its
// own origin is as trusted as that is, and none is an origin of the API.
func (r *oauth2Run) takeEndpoints(issuer formula.Address) error {
	own, err := client.ParseOrigin(issuer.URL)
	if err != nil {
		return err
	}
	r.endpoints = maps.Clone(r.endpoints)
	found := discoverable(r.metadata, r.text("clientAuthLocation") == token.AuthTLS)
	for _, field := range slices.Sorted(maps.Keys(found)) {
		uri := found[field]
		if _, said := r.endpoints[field]; said || uri == "" {
			continue
		}
		origin, err := client.ParseOrigin(uri)
		if err != nil {
			return fmt.Errorf("the %s that the issuer names: %w", field, err)
		}
		origin.Literal = issuer.Literal && origin.Same(own)
		r.others = append(r.others, origin)
		r.endpoints[field] = formula.Address{URL: uri, Literal: origin.Literal}
	}
	return nil
}

// bind makes the key that tokens are bound to, if they are.
func (r *oauth2Run) bind() (err error) {
	if !r.flag("dpop") {
		return nil
	}
	if r.key == "" {
		r.key = r.begunKey
	}
	if r.key == "" {
		if r.key, err = sign.NewDPoPKey(r.signRand); err != nil {
			return err
		}
		r.learnText("credentials.key", r.key)
	}
	r.dpop, err = r.prover(r.key)
	return err
}

// identify says who the client is.
func (r *oauth2Run) identify() error {
	r.client = token.Client{
		ID: r.text("clientId"), Secret: secret.New(r.text("clientSecret")),
		Auth: r.text("clientAuthLocation"), Raw: r.text("clientAuthEncoding") == "raw",
		Assertion: r.assertion(r.config.Get("clientAssertion")),
	}
	if r.client.Auth == "" {
		r.client.Auth = formerLocation(r.config)
	}
	if r.client.ID == "" && r.grant != "jwt_bearer" && r.grant != "password" {
		return errors.New("the configuration has no clientId: the formula of it gave nothing; is the connector parameter given?")
	}
	r.server = token.Server{Now: r.clock, Rand: r.signRand, JWS: r.jws, DPoP: r.dpop}
	transport := &endpointTransport{life: r.life}
	if t := r.config.Get("tls"); !t.IsMissing() {
		transport.tls = tlsOf(t)
	}
	r.server.Transport = transport
	return nil
}

// formerLocation reads the two flags that clientAuthLocation replaced.
func formerLocation(config formula.Value) string {
	if config.Get("skipClientAuthInHeader").Truthy() {
		return token.AuthBody
	}
	return ""
}

// assertion reads what an assertion is made of.
func (r *oauth2Run) assertion(v formula.Value) token.Assertion {
	a := token.Assertion{
		Key: secret.New(textOf(v.Get("key"))), Alg: textOf(v.Get("alg")), KeyID: textOf(v.Get("kid")),
		Audience: textOf(v.Get("audience")), Header: membersOf(v.Get("header")), Claims: membersOf(v.Get("claims")),
	}
	if n, ok := v.Get("lifetime").AsNumber(); ok {
		a.Lifetime = time.Duration(n * float64(time.Second))
	}
	if r.run.ThrowAway {
		a.Key, a.Alg = r.throwAway(a)
	}
	return a
}

// throwAway returns what a run with placeholders signs an assertion with.
func (r *oauth2Run) throwAway(a token.Assertion) (key secret.Secret, alg string) {
	shared := strings.HasPrefix(a.Alg, "HS") || a.Alg == "" && r.text("clientAuthLocation") == token.AuthSecretJWT
	switch {
	case shared && a.Alg == "":
		return a.Key, "HS256"
	case shared:
		return a.Key, a.Alg
	case a.Alg == "":
		a.Alg = "ES256"
	}
	return secret.New(r.signingKey(a.Alg, a.Key.Reveal())), a.Alg
}

// jws signs with what formulas sign with.
func (l *life) jws(alg, key string, data []byte) ([]byte, error) {
	return formula.SignJWS(alg, l.signingKey(alg, key), data, l.signRand)
}

// signingKey returns a private key for an algorithm: a throw-away one where the
// run has a placeholder.
func (l *life) signingKey(alg, key string) string {
	if l.run.ThrowAway && !strings.HasPrefix(alg, "HS") && !strings.Contains(key, "PRIVATE KEY") {
		return formula.ThrowAwayKey(alg)
	}
	return key
}

// membersOf returns an object as encoding/json has it, its numbers as they are
// written.
func membersOf(v formula.Value) map[string]any {
	if !v.IsObject() {
		return nil
	}
	var members map[string]any
	d := json.NewDecoder(strings.NewReader(string(v.AppendJSON(nil))))
	d.UseNumber()
	if d.Decode(&members) != nil {
		return nil
	}
	return members
}

func tlsOf(t formula.Value) *client.TLS {
	return &client.TLS{Certificate: t.Get("certificate").Text(), Key: t.Get("key").Text(), CA: t.Get("ca").Text()}
}

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

// at returns the token endpoint, or another one that is asked in the same way.
func (r *oauth2Run) at(field string) (*token.Endpoint, error) {
	address, ok := r.endpoints[field]
	if !ok {
		return nil, fmt.Errorf("the configuration has no %s%s", field, r.undiscovered())
	}
	e := &token.Endpoint{
		URL: address.URL, Issuer: r.issuer, Client: r.client, Server: r.server,
		Rename: renames(r.config.Get("parameterNames")),
	}
	return e, nil
}

func (r *oauth2Run) undiscovered() string {
	if r.issuer == "" {
		return ", and no issuer that says it"
	}
	return ", and the issuer does not say it"
}

// tokenEndpoint returns an endpoint that gives tokens.
func (r *oauth2Run) tokenEndpoint(field string) (*token.Endpoint, error) {
	e, err := r.at(field)
	if err != nil {
		return nil, err
	}
	e.Method, e.Format, e.Header, e.Shape = r.text("tokenMethod"), r.text("tokenFormat"), http.Header{}, r.shape()
	headers := r.config.Get("tokenHeaders")
	for i, name := range headers.Keys() {
		_, v := headers.At(i)
		for _, item := range listOf(v) {
			e.Header.Add(name, textOf(item))
		}
	}
	return e, nil
}

func renames(v formula.Value) map[string]string {
	names := make(map[string]string, v.Len())
	for i, name := range v.Keys() {
		_, to := v.At(i)
		names[name] = textOf(to)
	}
	return names
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

// shape returns where the answers of the token endpoint keep things.
func (r *oauth2Run) shape() token.Shape {
	v := r.config.Get("tokenResponse")
	s := token.Shape{
		AccessToken: finder(v.Get("accessToken")), RefreshToken: finder(v.Get("refreshToken")),
		ExpiresIn: finder(v.Get("expiresIn")), ExpiresAt: finder(v.Get("expiresAt")),
		Scope: finder(v.Get("scope")), TokenType: finder(v.Get("tokenType")),
		Milliseconds: v.Get("expiresUnit").Text() == "milliseconds",
	}
	if n, ok := r.config.Get("expiresIn").AsNumber(); ok && n > 0 {
		s.Lifetime = time.Duration(n * float64(time.Second))
	}
	return s
}

// finder returns what finds the value at a locator; nil without one.
func finder(v formula.Value) func(any) any {
	if v.IsMissing() {
		return nil
	}
	locator, err := formula.ParseLocator(v.Text())
	if err != nil {
		return func(any) any { return nil }
	}
	return func(answer any) any {
		text, err := json.Marshal(answer)
		if err != nil {
			return nil
		}
		parsed, err := formula.ParseJSON(text)
		if err != nil {
			return nil
		}
		found := locator.Find(parsed)
		if n, ok := found.AsNumber(); ok {
			return json.Number(formula.FormatNumber(n))
		}
		return found.ToAny()
	}
}
