package auth

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// oauthMethods are the methods that run within a login.
var oauthMethods = []string{"getOAuthConfig", "getTokenData", "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse"}

// endpointOf are the fields of an OAuth configuration that say where the
// requests of a step go.
var endpointOf = map[string]string{
	discoverStep: "issuer", pushStep: "parUri", authorizeStep: "authorizeUri", deviceStep: "deviceAuthorizationUri",
	tokenStep: "tokenUri", refreshStep: "refreshUri", revokeStep: "revokeUri", requestStep: "requestTokenUri", accessStep: "tokenUri",
}

// stepKind is the kind of phases that no method of the spec is.
const stepKind = "standard request"

// login plans the login of an option that has one.
func (p *planner) login(ctx context.Context) {
	if t := p.Option.Type(); t != "oauth2" && t != "oauth1" {
		return
	}
	p.redactor.Add("run.verifier", throwAwayVerifier)
	p.redactor.Add("run.codeChallenge", oauth2.S256ChallengeFromVerifier(throwAwayVerifier))
	p.life.put(&Credential{Values: p.values.Inputs})
	p.follow(p.life.login(ctx))
}

// refresh plans how the tokens are refreshed where the standard says it.
func (p *planner) refresh(ctx context.Context) {
	refreshable := p.life.credential() != nil && !p.life.credential().Values.Get("refresh_token").IsMissing()
	if p.Option.Type() != "oauth2" || !refreshable || p.Methods.Has(refreshMethod) {
		return
	}
	p.quiet = []string{"getOAuthConfig", discoverStep}
	p.follow(p.life.refreshOAuth2(ctx))
}

// revoke plans how the tokens are taken back where the standard says it.
func (p *planner) revoke(ctx context.Context) {
	if p.Option.Type() != "oauth2" && p.Option.Type() != "oauth1" || p.Methods.Has(disconnectMethod) {
		return
	}
	p.quiet = []string{"getOAuthConfig", discoverStep}
	if err := p.life.disconnect(ctx); err != ErrNoRevocation {
		p.follow(err)
	}
}

// follow notes why the rest of a login is not known.
func (p *planner) follow(err error) {
	if err != nil && len(p.phases) > 0 {
		p.phases[len(p.phases)-1].Note = "what follows depends on real values: " + p.shown(err.Error())
	}
}

// beginStep begins the phase of a step of the login.
func (p *planner) beginStep(name string) {
	if slices.Contains(p.quiet, name) {
		p.hidden = true
		return
	}
	p.hidden = false
	if slices.Contains(oauthMethods, name) {
		kind := p.Option.Value.Get(name).Get("type").Text()
		p.begin(name, formula.Pointer(name), kind)
		switch {
		case name == "getOAuthConfig":
			p.configParts()
		case kind == spec.KindMapping:
			p.extractedParts(name)
		}
		return
	}
	at := formula.Pointer("getOAuthConfig", "mapping", endpointOf[name])
	p.begin(name, p.firstOf(at, "/getOAuthConfig/mapping/tokenUri", "/getOAuthConfig/mapping/issuer", "/getOAuthConfig"), stepKind)
}

// configParts shows what the OAuth configuration gives.
func (p *planner) configParts() {
	phase := &p.phases[len(p.phases)-1]
	redirect, err := p.life.redirectURI()
	if err != nil {
		return
	}
	config, err := p.life.evaluateOAuth(context.Background(), redirect, "{{run.state}}")
	if err != nil {
		return // the step says it
	}
	const at = "/getOAuthConfig/mapping"
	for _, name := range slices.Sorted(maps.Keys(config.Endpoints)) {
		phase.Parts = append(phase.Parts, Part{"gives " + name, p.shown(config.Endpoints[name].URL), p.first(at+formula.Pointer(name), "/getOAuthConfig")})
	}
	for i, name := range config.Value.Keys() {
		_, v := config.Value.At(i)
		phase.Parts = append(phase.Parts, p.result("gives "+name, v, p.firstOf(at+formula.Pointer(name), "/getOAuthConfig")))
	}
}

// extractedParts shows what a mapping makes of the answer to a token request.
func (p *planner) extractedParts(name string) {
	vars := p.life.variables(append(withCredentials(p.life.credential().Values),
		formula.Member{Key: "tokenResponse", Value: p.readBy(name, "tokenResponse")},
		formula.Member{Key: "queryParameters", Value: p.readBy(name, "queryParameters")},
		formula.Member{Key: "codeVerifier", Value: p.standIn("run.verifier")},
		formula.Member{Key: "redirectUri", Value: p.standIn("redirectUri")})...)
	result, err := p.Methods.Run(context.Background(), name, method.Call{Variables: vars, Run: p.life.run})
	p.finish(result, err)
}

// paramFields are the fields of an OAuth configuration that parameters come
// from.
var paramFields = map[string]string{
	"client_id": "clientId", "client_secret": "clientSecret", "scope": "scopes", "code_challenge": "pkce", "code_challenge_method": "pkce",
	"client_assertion": "clientAssertion", "assertion": "assertion", "grant_type": "grantType", "oauth_consumer_key": "consumerKey",
	"dpop_jkt": "dpop",
}

// paramPlace returns where the spec says a parameter of a step.
func (p *planner) paramPlace(name string) Place {
	const at = "/getOAuthConfig/mapping"
	places := []string{}
	for _, owner := range []string{"extra", "tokenParams", "refreshParams"} {
		places = append(places, at+formula.Pointer(owner, name))
	}
	if name == "redirect_uri" {
		places = append(places, "/redirect")
	}
	if field, ok := paramFields[name]; ok {
		places = append(places, at+formula.Pointer(field))
	}
	return p.first(places...)
}

// describeStep writes down a request of a login.
func (p *planner) describeStep(req *http.Request) (PlannedRequest, error) {
	const at = "/getOAuthConfig/mapping"
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return PlannedRequest{}, err
		}
	}
	bare := *req.URL
	bare.RawQuery = ""
	endpoint := p.first(at+formula.Pointer(endpointOf[p.current]), at+"/tokenUri", at+"/issuer")
	r := PlannedRequest{Method: req.Method, URL: p.shown(bare.String())}
	r.Parts = append(r.Parts, Part{"method", req.Method, p.first(at + "/tokenMethod")}, Part{"path", p.shown(req.URL.Path), endpoint})
	r.Parts = append(r.Parts, p.paramParts("query ", req.URL.RawQuery)...)
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		part := Part{Name: "header " + name, Text: p.shown(strings.Join(req.Header[name], ", "))}
		if i := slices.IndexFunc(p.lookup(at+"/tokenHeaders").Keys(), func(key string) bool { return strings.EqualFold(key, name) }); i >= 0 {
			part.Place = p.place(at + formula.Pointer("tokenHeaders", p.lookup(at + "/tokenHeaders").Keys()[i]))
		} else if name == "Authorization" {
			part.Place = p.first(at+"/clientSecret", at+"/consumerSecret")
		}
		r.Parts = append(r.Parts, part)
	}
	switch {
	case strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		r.Parts = append(r.Parts, p.paramParts("body ", string(body))...)
	case len(body) > 0:
		r.Parts = append(r.Parts, Part{"body", p.shown(string(body)), p.first(at + "/tokenFormat")})
	}
	return r, nil
}

// paramParts shows the parameters of a query or a form.
func (p *planner) paramParts(prefix, encoded string) []Part {
	var parts []Part
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil || pair == "" {
			continue
		}
		value, _ = url.QueryUnescape(value)
		parts = append(parts, Part{prefix + plain, p.shown(value), p.paramPlace(plain)})
	}
	return parts
}

// answerStep gives the answer to a request of a login, with a stand-in for each
// thing that is needed of it; nil if the request is none of a login.
func (p *planner) answerStep(req *http.Request) *http.Response {
	text := func(name string) string { return p.standIn(name).Text() }
	respond := func(contentType, body string, header ...string) *http.Response {
		h := http.Header{"Content-Type": {contentType}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		status := http.StatusOK
		if h.Get("Location") != "" {
			status = http.StatusFound
		}
		return &http.Response{
			StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h, Request: req,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}
	}
	object := func(members map[string]any) *http.Response {
		body, err := json.Marshal(members)
		if err != nil {
			return respond("application/json", "{}")
		}
		return respond("application/json", string(body))
	}
	switch p.current {
	case discoverStep:
		return object(p.metadata(req))
	case pushStep:
		return object(map[string]any{"request_uri": text("response.request_uri"), "expires_in": 60})
	case authorizeStep:
		return respond("text/html", "", "Location", p.callback(req))
	case deviceStep:
		return object(map[string]any{
			"device_code": text("response.device_code"), "user_code": text("response.user_code"),
			"verification_uri": "https://" + text("response.verification_uri") + ".example", "expires_in": 600, "interval": 1,
		})
	case tokenStep, refreshStep:
		return object(p.tokens())
	case requestStep, accessStep:
		of := map[string]string{requestStep: "request", accessStep: "credentials"}[p.current]
		return respond("application/x-www-form-urlencoded", url.Values{
			"oauth_token": {text(of + ".oauth_token")}, "oauth_token_secret": {text(of + ".oauth_token_secret")}, "oauth_callback_confirmed": {"true"},
		}.Encode())
	case revokeStep:
		return object(map[string]any{})
	}
	return nil
}

// metadata is what an issuer says of itself; where its endpoints are is not
// known.
func (p *planner) metadata(req *http.Request) map[string]any {
	origin := req.URL.Scheme + "://" + req.URL.Host
	m := map[string]any{"code_challenge_methods_supported": []string{"S256"}}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "revocation_endpoint", "device_authorization_endpoint", "pushed_authorization_request_endpoint"} {
		m[name] = origin + "/" + p.standIn("discovered."+name).Text()
	}
	redirect, err := p.life.redirectURI()
	if err != nil {
		return m
	}
	if config, err := p.life.evaluateOAuth(context.Background(), redirect, ""); err == nil {
		m["issuer"] = config.Endpoints["issuer"].URL
	}
	return m
}

// callback is where the user comes back.
func (p *planner) callback(req *http.Request) string {
	q := req.URL.Query()
	back, err := p.life.redirectURI()
	if err != nil {
		return ""
	}
	list := url.Values{
		"code": {p.standIn("callback.code").Text()}, "state": {"{{run.state}}"}, "oauth_verifier": {p.standIn("callback.oauth_verifier").Text()},
		"oauth_token": {q.Get("oauth_token")},
	}
	if config, err := p.life.evaluateOAuth(context.Background(), back, ""); err == nil && config.Endpoints["issuer"].URL != "" {
		list.Set("iss", config.Endpoints["issuer"].URL)
	}
	for _, name := range oauthMethods {
		read := p.readBy(name, "queryParameters")
		for i, key := range read.Keys() {
			if _, v := read.At(i); !list.Has(key) {
				list.Set(key, v.Text())
			}
		}
	}
	return back + "?" + list.Encode()
}

// tokens is the answer of a token endpoint.
func (p *planner) tokens() map[string]any {
	answer := map[string]any{
		"access_token": p.standIn("credentials.access_token").Text(), "refresh_token": p.standIn("credentials.refresh_token").Text(), "token_type": "Bearer",
	}
	if p.lookup("/getOAuthConfig/mapping/noRefreshToken").Truthy() || p.lookup("/getOAuthConfig/mapping/grantType").Text() == "client_credentials" {
		delete(answer, "refresh_token")
	}
	for _, name := range oauthMethods {
		read := p.readBy(name, "tokenResponse")
		for i, key := range read.Keys() {
			if _, v := read.At(i); answer[key] == nil {
				answer[key] = v.ToAny()
			}
		}
	}
	shape := p.lookup("/getOAuthConfig/mapping/tokenResponse")
	placed := formula.Object()
	for _, field := range []string{"accessToken", "refreshToken"} {
		if l, err := formula.ParseLocator(shape.Get(field).Text()); err == nil && shape.Has(field) {
			name := map[string]string{"accessToken": "access_token", "refreshToken": "refresh_token"}[field]
			if v, err := l.Set(placed, p.standIn("credentials."+name)); err == nil {
				placed = v
			}
		}
	}
	for i, key := range placed.Keys() {
		_, v := placed.At(i)
		answer[key] = v.ToAny()
	}
	return answer
}

// readBy is read for a method other than the one whose request is planned.
func (p *planner) readBy(name string, prefix ...string) formula.Value {
	pointer := p.pointer
	p.pointer = formula.Pointer(name)
	defer func() { p.pointer = pointer }()
	return p.read(name, prefix...)
}
