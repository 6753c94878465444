package simulate

import (
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
)

// Lifetime is how long the tokens of a provider last where the spec says nothing
// else.
const Lifetime = time.Hour

// The names of grants as they are sent.
const (
	grantDevice = "urn:ietf:params:oauth:grant-type:device_code"
	grantJWT    = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// authenticated reads the parameters of a request to the authorization server in
// a format, and checks that the client authenticates as the spec declares.
func (p *Provider) authenticated(c *Config, r *request, format, method string) (url.Values, *reply) {
	q, why := r.params(format, method)
	if why != "" {
		return nil, refuse(http.StatusBadRequest, "invalid_request", "%s", why)
	}
	q = c.standard(q)
	if why := p.checkClient(c, r, q); why != "" {
		return nil, refuse(http.StatusUnauthorized, "invalid_client", "%s", why)
	}
	if bad := p.proof(c, r, ""); bad != nil {
		return nil, bad
	}
	return q, nil
}

// params reads the parameters of a request in the declared format.
func (r *request) params(format, method string) (q url.Values, why string) {
	if method == "" {
		method = http.MethodPost
	}
	if r.method != method {
		return nil, "the request is a " + r.method + ", and a " + method + " is declared"
	}
	media, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	var err error
	switch {
	case method == http.MethodGet || format == "query":
		if len(r.body) > 0 {
			return nil, "there is a body, and the parameters are declared to stand in the query"
		}
		q, err = url.ParseQuery(r.url.RawQuery)
	case format == "json":
		if media != "application/json" {
			return nil, "the body is no JSON, and the format json is declared"
		}
		q, err = jsonParams(r.body)
	default:
		if media != "application/x-www-form-urlencoded" {
			return nil, "the body is no form (RFC 6749 4.1.3)"
		}
		q, err = url.ParseQuery(string(r.body))
	}
	if err != nil {
		return nil, "the parameters cannot be read"
	}
	return q, ""
}

func jsonParams(body []byte) (url.Values, error) {
	var members map[string]any
	if err := json.Unmarshal(body, &members); err != nil {
		return nil, err
	}
	q := url.Values{}
	for name, v := range members {
		switch v := v.(type) {
		case string:
			q.Add(name, v)
		case []any:
			for _, item := range v {
				if text, ok := item.(string); ok {
					q.Add(name, text)
				}
			}
		default:
			text, _ := json.Marshal(v)
			q.Add(name, string(text))
		}
	}
	return q, nil
}

// clientAuth is how the client is declared to authenticate.
func (c *Config) clientAuth() string {
	switch declared := c.text("clientAuthLocation"); {
	case declared != "":
		return declared
	case c.Value.Get("skipClientAuthInHeader").Truthy():
		return "body"
	case c.text("clientSecret") == "":
		return "none"
	}
	return "headers"
}

// checkClient says why a request does not authenticate the client as it is
// declared (RFC 6749 2.3); "" if it does.
func (p *Provider) checkClient(c *Config, r *request, q url.Values) (why string) {
	id, secret := c.text("clientId"), c.text("clientSecret")
	how := c.clientAuth()
	header := strings.HasPrefix(r.header.Get("Authorization"), "Basic ")
	inBody := q.Has("client_secret") && !c.Value.Get("tokenParams").Has("client_secret") && !c.Value.Get("refreshParams").Has("client_secret")
	if header && how != "headers" && how != "both" && !c.declaresHeader("Authorization") {
		return "the client authenticates by the header Authorization, and " + how + " is declared"
	}
	if inBody && how != "body" && how != "both" {
		return "the client secret stands among the parameters, and " + how + " is declared"
	}
	switch how {
	case "headers", "both":
		gotID, gotSecret, ok := basic(r.header.Get("Authorization"), c.text("clientAuthEncoding") == "raw")
		if !ok || gotID != id || gotSecret != secret {
			return "the header Authorization has not the id and the secret of the client (RFC 6749 2.3.1)"
		}
		if how == "headers" {
			return ""
		}
		fallthrough
	case "body":
		if q.Get("client_id") != id || q.Get("client_secret") != secret {
			return "client_id and client_secret among the parameters are not those of the client (RFC 6749 2.3.1)"
		}
	case "private_key_jwt", "client_secret_jwt":
		return p.checkClientAssertion(c, r, q, how)
	case "tls":
		if !r.peer {
			return "the client showed no certificate (RFC 8705 2)"
		}
		fallthrough
	default:
		if id != "" && q.Get("client_id") != id {
			return "client_id is not that of the client (RFC 6749 3.2.1)"
		}
	}
	return ""
}

// declaresHeader tells whether the configuration sets a header itself.
func (c *Config) declaresHeader(name string) bool {
	return slices.ContainsFunc(c.Value.Get("tokenHeaders").Keys(), func(k string) bool { return strings.EqualFold(k, name) })
}

// basic reads Basic credentials, form-encoded or raw (RFC 6749 2.3.1, RFC 7617).
func basic(header string, raw bool) (id, secret string, ok bool) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(header, "Basic "))
	if err != nil || !strings.HasPrefix(header, "Basic ") {
		return "", "", false
	}
	id, secret, ok = strings.Cut(string(b), ":")
	if raw || !ok {
		return id, secret, ok
	}
	plainID, err := url.QueryUnescape(id)
	if err != nil {
		return "", "", false
	}
	plainSecret, err := url.QueryUnescape(secret)
	return plainID, plainSecret, err == nil
}

// checkClientAssertion verifies the assertion of a client about itself (RFC 7523
// 3).
func (p *Provider) checkClientAssertion(c *Config, r *request, q url.Values, how string) string {
	if q.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" {
		return "client_assertion_type is not that of a JWT (RFC 7523 2.2)"
	}
	a := c.Value.Get("clientAssertion")
	key := scalar(a.Get("key"))
	if how == "client_secret_jwt" && key == "" {
		key = c.text("clientSecret")
	}
	claims, why := p.assertion(q.Get("client_assertion"), key, a, c, r)
	id := c.text("clientId")
	switch {
	case why != "":
		return "the assertion of the client " + why
	case claims["iss"] != id && !a.Get("claims").Has("iss"), claims["sub"] != id && !a.Get("claims").Has("sub"):
		return "the assertion of the client is not by and about the client (RFC 7523 3)"
	}
	return ""
}

// assertion verifies a JWT of the client: its signature, audience, time and one
// use.
func (p *Provider) assertion(text, key string, declared formula.Value, c *Config, r *request) (claims map[string]any, why string) {
	claims, _, err := verifyJWT(text, key)
	if err != nil {
		return nil, err.Error()
	}
	audience := scalar(declared.Get("audience"))
	here := *r.url
	here.RawQuery = ""
	fits := []string{audience}
	if audience == "" {
		fits = []string{c.Endpoints["issuer"], r.url.String(), here.String(), c.endpoint("tokenUri")}
	}
	if aud, ok := claims["aud"].(string); !declared.Get("claims").Has("aud") && (!ok || aud == "" || !slices.Contains(fits, aud)) {
		return nil, "is not meant for this server (aud, RFC 7523 3)"
	}
	end, ok := claims["exp"].(float64)
	if !ok || p.facts.Now().Unix() >= int64(end) {
		return nil, "has ended, or never ends (exp, RFC 7523 3)"
	}
	if id, ok := claims["jti"].(string); ok && !declared.Get("claims").Has("jti") {
		if p.proofs[id] {
			return nil, "was used before (jti, RFC 7523 3)"
		}
		p.proofs[id] = true
	}
	return claims, ""
}

// token answers a token request.
func (p *Provider) token(r *request) *reply {
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	q, bad := p.authenticated(c, r, c.text("tokenFormat"), strings.ToUpper(c.text("tokenMethod")))
	if bad != nil {
		return bad
	}
	more := "tokenParams"
	if q.Get("grant_type") == "refresh_token" && p.step == StepRefresh {
		more = "refreshParams"
	}
	list := c.Value.Get(more)
	for i, name := range list.Keys() {
		if _, v := list.At(i); scalar(v) != "" && q.Get(name) != scalar(v) {
			return refuse(http.StatusBadRequest, "invalid_request", "the parameter %s is not what the spec declares", name)
		}
	}
	switch q.Get("grant_type") {
	case "authorization_code":
		return p.byCode(c, r, q)
	case "refresh_token":
		return p.byRefresh(c, r, q)
	case grantDevice:
		return p.byDevice(c, r, q)
	case grantJWT:
		a := c.Value.Get("assertion")
		if made := scalar(a.Get("value")); made != "" {
			if q.Get("assertion") != made {
				return refuse(http.StatusBadRequest, "invalid_grant", "the assertion is not the declared one")
			}
		} else if _, why := p.assertion(q.Get("assertion"), scalar(a.Get("key")), a, c, r); why != "" {
			return refuse(http.StatusBadRequest, "invalid_grant", "the assertion %s", why)
		}
	case "password":
		if q.Get("username") != c.Username || q.Get("password") != c.Password || c.Password == "" {
			return refuse(http.StatusBadRequest, "invalid_grant", "username and password are not those of the user (RFC 6749 4.3.2)")
		}
	case "":
		return refuse(http.StatusBadRequest, "invalid_request", "there is no grant_type")
	}
	p.families++
	return p.grantTokens(c, r, p.families, q.Get("scope"), c.grantType() == "password")
}

// byCode exchanges a code (RFC 6749 4.1.3).
func (p *Provider) byCode(c *Config, r *request, q url.Values) *reply {
	g := p.codes[q.Get("code")]
	switch {
	case g == nil:
		return refuse(http.StatusBadRequest, "invalid_grant", "the code was not given by this server")
	case g.used:
		p.end(g.family) // RFC 6749 4.1.2
		return refuse(http.StatusBadRequest, "invalid_grant", "the code was used before; what it gave is revoked (RFC 6749 4.1.2)")
	}
	g.used = true
	switch {
	case q.Get("redirect_uri") != g.params.Get("redirect_uri"):
		return refuse(http.StatusBadRequest, "invalid_grant", "redirect_uri is not that of the authorization request (RFC 6749 4.1.3)")
	case !g.verified(q.Get("code_verifier")):
		return refuse(http.StatusBadRequest, "invalid_grant", "code_verifier does not fit the code_challenge (RFC 7636 4.6)")
	case g.key != "" && g.key != proofKey(r):
		return refuse(http.StatusBadRequest, "invalid_dpop_proof", "the proof is made with another key than dpop_jkt names (RFC 9449 10)")
	}
	return p.grantTokens(c, r, g.family, g.params.Get("scope"), true)
}

// byDevice answers a poll: the user agrees before the second (RFC 8628 3.5).
func (p *Provider) byDevice(c *Config, r *request, q url.Values) *reply {
	g := p.devices[q.Get("device_code")]
	switch {
	case g == nil || g.used:
		return refuse(http.StatusBadRequest, "invalid_grant", "the device_code was not given by this server, or was used before")
	case g.polls == 0:
		g.polls++
		a := refuse(http.StatusBadRequest, "authorization_pending", "the user has not agreed yet")
		a.why = ""
		return a
	}
	g.used = true
	return p.grantTokens(c, r, g.family, g.params.Get("scope"), true)
}

// byRefresh refreshes: the token is good once, and who sends a used one ends the
// whole family (RFC 9700 4.14.2).
func (p *Provider) byRefresh(c *Config, r *request, q url.Values) *reply {
	t := p.find(q.Get("refresh_token"))
	switch {
	case t == nil && c.grantType() == "refresh_token" && c.RefreshToken != "" && q.Get("refresh_token") == c.RefreshToken:
		p.families++ // it was entered by the user
		return p.grantTokens(c, r, p.families, q.Get("scope"), false)
	case t == nil || !t.Refresh:
		return refuse(http.StatusBadRequest, "invalid_grant", "the refresh token was not given by this server")
	case t.Dead:
		p.end(t.Family)
		return refuse(http.StatusBadRequest, "invalid_grant", "the refresh token was used or revoked before; its family is revoked")
	case t.Key != "" && t.Key != proofKey(r):
		return refuse(http.StatusBadRequest, "invalid_dpop_proof", "the refresh token is bound to another key")
	}
	t.Dead = true
	return p.grantTokens(c, r, t.Family, t.Scope, true)
}

// grantTokens gives tokens in the shape that the configuration declares.
func (p *Provider) grantTokens(c *Config, r *request, family int, scope string, refresh bool) *reply {
	access := p.issue("access", false, family)
	access.Key, access.Scope = proofKey(r), scope
	shape := c.Value.Get("tokenResponse")
	answer := p.data(readToken)
	set := func(field, standard string, v formula.Value) {
		if at := shape.Get(field).Text(); at != "" {
			if l, err := formula.ParseLocator(at); err == nil {
				if with, err := l.Set(answer, v); err == nil {
					answer = with
				}
				return
			}
		}
		answer = answer.With(standard, v)
	}
	set("accessToken", "access_token", formula.String(access.Text))
	kind := "Bearer"
	if access.Key != "" {
		kind = "DPoP"
	}
	if !shape.Has("tokenType") || access.Key != "" {
		set("tokenType", "token_type", formula.String(kind))
	} else {
		set("tokenType", "token_type", formula.String("Bearer"))
	}
	p.setLifetime(c, access, set)
	if refresh && !c.Value.Get("noRefreshToken").Truthy() {
		t := p.issue("refresh", true, family)
		t.Key, t.Scope = access.Key, scope
		set("refreshToken", "refresh_token", formula.String(t.Text))
	}
	if scope != "" {
		set("scope", "scope", formula.String(strings.Join(strings.Split(scope, c.separator()), " ")))
	}
	return object(http.StatusOK, answer)
}

// setLifetime says how long an access token lasts, unless the configuration does.
func (p *Provider) setLifetime(c *Config, access *Token, set func(field, standard string, v formula.Value)) {
	life, now := Lifetime, p.facts.Now()
	if n, ok := c.Value.Get("expiresIn").AsNumber(); ok && n > 0 {
		access.End = now.Add(time.Duration(n * float64(time.Second)))
		return
	}
	access.End = now.Add(life)
	unit := float64(1)
	shape := c.Value.Get("tokenResponse")
	if shape.Get("expiresUnit").Text() == "milliseconds" {
		unit = 1000
	}
	if shape.Has("expiresAt") && !shape.Has("expiresIn") {
		set("expiresAt", "expires_at", formula.Number(float64(access.End.Unix())*unit))
		return
	}
	set("expiresIn", "expires_in", formula.Number(life.Seconds()*unit))
}
