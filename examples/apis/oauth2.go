package apis

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// An authorizationServer is OAuth 2 as the APIs of the examples have it in
// common (RFC 6749), with a user who agrees to everything. It is strict where a
// client can go wrong: redirect URIs are compared as text, a code is taken once
// and with its PKCE verifier (RFC 7636), a client authenticates in the one way
// that its API wants, and nobody gets a scope that there is not.
type authorizationServer struct {
	clients []oauthClient
	scopes  []string
	// asking and separator are how an authorization request asks for scopes;
	// "" is the parameter scope, and a blank.
	asking, separator string
	// lifetime is that of access tokens; silent does not tell it. Lasting reads
	// the one that a token request wishes for, where the API lets it.
	lifetime time.Duration
	silent   bool
	lasting  func(form url.Values) (time.Duration, *oauthError)
	// rotates has each refresh give a new refresh token and end the tokens
	// before it. Who comes with an old one loses the grant.
	rotates bool
	// offline tells whether an authorization request asks for a refresh token;
	// nil if all do.
	offline func(request url.Values) bool
	// callback is what the API adds to the callback.
	callback url.Values
	// more is what the API adds to token answers, and shape makes its own answer
	// of one; refuse says no in the words of the API. Nil is what RFC 6749 has.
	more   func() object
	shape  func(g *grant, tokens object) object
	refuse func(w http.ResponseWriter, err *oauthError)

	mu      sync.Mutex
	codes   map[string]*authorization
	refresh map[string]*grant
	spent   map[string]*grant // by refresh tokens that were rotated
	access  map[string]*accessToken
}

// An oauthClient is an application that is registered at the API.
type oauthClient struct {
	id, secret string // a public client has no secret
	where      clientAuth
	redirects  []string
	grants     []string     // that it may use
	key        *jwtVerifier // of one that authenticates by its key
}

// clientAuth is how a client authenticates at the token endpoint.
type clientAuth int

const (
	inBody clientAuth = iota
	inHeader
	notAtAll
	byKey
)

// A grant is what a user, or the client itself, allows.
type grant struct {
	client  *oauthClient
	request url.Values // of the authorization, nil if there was none
	scopes  []string
	offline bool
	ended   bool
}

// An authorization is a grant on its way, as a code.
type authorization struct {
	*grant
	redirect, challenge string
	used                bool
}

type accessToken struct {
	*grant
	end time.Time
	old bool // another one has taken its place
}

// An oauthError is how a server of OAuth 2 says no (RFC 6749 5.2).
type oauthError struct {
	status      int
	code, words string
}

func (s *authorizationServer) client(id string) *oauthClient {
	for i := range s.clients {
		if s.clients[i].id == id {
			return &s.clients[i]
		}
	}
	return nil
}

// authorize is the page on which the user agrees. Who is not sent by a client
// that is known, to a redirect URI that is, is not redirected at all (RFC 6749
// 4.1.2.1).
func (s *authorizationServer) authorize(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	client := s.client(query.Get("client_id"))
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, "GET is wanted", http.StatusMethodNotAllowed)
		return
	case client == nil:
		http.Error(w, "There is no such application.", http.StatusBadRequest)
		return
	case !slices.Contains(client.redirects, query.Get("redirect_uri")):
		http.Error(w, "The redirect URI is not registered.", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {query.Get("state")}}
	if code := s.refusal(client, query); code != "" {
		back.Set("error", code)
	} else {
		back.Set("code", s.code(client, query))
		maps.Copy(back, s.callback)
	}
	w.Header().Set("Location", query.Get("redirect_uri")+"?"+back.Encode())
	w.WriteHeader(http.StatusFound)
}

// refusal is what is wrong with an authorization request; "" if nothing is.
func (s *authorizationServer) refusal(client *oauthClient, query url.Values) string {
	for name, values := range query {
		if len(values) > 1 || name == "state" && len(values[0]) < 16 {
			return "invalid_request"
		}
	}
	switch {
	case query.Get("response_type") != "code":
		return "unsupported_response_type"
	case !slices.Contains(client.grants, "authorization_code"):
		return "unauthorized_client"
	case !query.Has("state"):
		return "invalid_request"
	case query.Get("code_challenge") == "" && client.where == notAtAll:
		return "invalid_request"
	case query.Has("code_challenge") && query.Get("code_challenge_method") != "S256":
		return "invalid_request"
	case !s.grantable(s.asked(query)):
		return "invalid_scope"
	}
	return ""
}

// asked are the scopes of an authorization request.
func (s *authorizationServer) asked(query url.Values) []string {
	text := query.Get(cmp.Or(s.asking, "scope"))
	if s.separator == "" || text == "" {
		return strings.Fields(text)
	}
	return strings.Split(text, s.separator)
}

// grantable tells whether there are all scopes.
func (s *authorizationServer) grantable(scopes []string) bool {
	for _, one := range scopes {
		if !slices.Contains(s.scopes, one) {
			return false
		}
	}
	return true
}

func (s *authorizationServer) code(client *oauthClient, query url.Values) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.codes == nil {
		s.codes = map[string]*authorization{}
	}
	code := rand.Text()
	s.codes[code] = &authorization{
		grant: &grant{
			client: client, request: query, scopes: s.asked(query),
			offline: s.offline == nil || s.offline(query),
		},
		redirect: query.Get("redirect_uri"), challenge: query.Get("code_challenge"),
	}
	return code
}

// token is the token endpoint.
func (s *authorizationServer) token(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	refuse := s.refuse
	if refuse == nil {
		refuse = func(w http.ResponseWriter, err *oauthError) {
			answer(w, err.status, object{"error": err.code, "error_description": err.words})
		}
	}
	if err := formPost(r); err != nil {
		refuse(w, err)
		return
	}
	lifetime := s.lifetime
	if s.lasting != nil {
		var err *oauthError
		if lifetime, err = s.lasting(r.PostForm); err != nil {
			refuse(w, err)
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	g, again, err := s.granted(r)
	if err != nil {
		refuse(w, err)
		return
	}
	answer(w, http.StatusOK, s.tokens(g, again, lifetime))
}

// formPost wants a form in the body, each field once, and nothing in the query.
func formPost(r *http.Request) *oauthError {
	wrong := &oauthError{http.StatusBadRequest, "invalid_request", "a form is wanted, with each field once, by POST"}
	if r.Method != http.MethodPost || r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.ParseForm() != nil {
		return wrong
	}
	for _, values := range r.PostForm {
		if len(values) != 1 {
			return wrong
		}
	}
	return nil
}

// granted gives the grant of a token request, and whether it was made before.
func (s *authorizationServer) granted(r *http.Request) (_ *grant, again bool, _ *oauthError) {
	client, err := s.authenticated(r)
	if err != nil {
		return nil, false, err
	}
	form, kind := r.PostForm, r.PostForm.Get("grant_type")
	if !slices.Contains(client.grants, kind) {
		return nil, false, &oauthError{http.StatusBadRequest, "unsupported_grant_type", "grant type not supported"}
	}
	switch kind {
	case "authorization_code":
		a := s.codes[form.Get("code")]
		if a == nil || a.client != client || a.redirect != form.Get("redirect_uri") || !proves(a.challenge, form.Get("code_verifier")) {
			return nil, false, &oauthError{http.StatusBadRequest, "invalid_grant", "the code is not valid"}
		}
		if a.used { // who has it twice may have stolen it (RFC 6749 4.1.2)
			a.ended = true
			return nil, false, &oauthError{http.StatusBadRequest, "invalid_grant", "the code was used before"}
		}
		a.used = true
		return a.grant, false, nil
	case "refresh_token":
		text := form.Get("refresh_token")
		if g := s.spent[text]; g != nil && g.client == client { // who has it twice may have stolen it (RFC 9700 4.14)
			g.ended = true
		}
		g := s.refresh[text]
		if g == nil || g.ended || g.client != client {
			return nil, false, &oauthError{http.StatusBadRequest, "invalid_grant", "the refresh token is not valid"}
		}
		if s.rotates {
			s.rotate(text, g)
		}
		return g, true, nil
	}
	scopes := strings.Fields(form.Get("scope"))
	if !s.grantable(scopes) {
		return nil, false, &oauthError{http.StatusBadRequest, "invalid_scope", "there is no such scope"}
	}
	return &grant{client: client, scopes: scopes}, false, nil
}

// rotate ends the tokens of a grant that others take the place of.
func (s *authorizationServer) rotate(refresh string, g *grant) {
	if s.spent == nil {
		s.spent = map[string]*grant{}
	}
	s.spent[refresh] = g
	delete(s.refresh, refresh)
	for _, t := range s.access {
		t.old = t.old || t.grant == g
	}
}

// proves compares a verifier with its challenge (RFC 7636 4.6).
func proves(challenge, verifier string) bool {
	if challenge == "" {
		return verifier == ""
	}
	sum := sha256.Sum256([]byte(verifier))
	return len(verifier) >= 43 && len(verifier) <= 128 && base64.RawURLEncoding.EncodeToString(sum[:]) == challenge
}

// authenticated tells which client sent a form, in the one way that it may
// (RFC 6749 2.3.1). In the header both halves are form-encoded.
func (s *authorizationServer) authenticated(r *http.Request) (*oauthClient, *oauthError) {
	id, key := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	way := inBody
	if !r.PostForm.Has("client_secret") {
		way = notAtAll
	}
	if user, password, ok := r.BasicAuth(); ok {
		if r.PostForm.Has("client_secret") {
			return nil, &oauthError{http.StatusBadRequest, "invalid_request", "the client authenticates twice"}
		}
		way = inHeader
		var errs [2]error
		id, errs[0] = url.QueryUnescape(user)
		key, errs[1] = url.QueryUnescape(password)
		if errs != [2]error{} {
			id = ""
		}
	} else if r.Header.Get("Authorization") != "" {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "the header is not of the scheme Basic"}
	}
	client := s.client(id)
	if client != nil && client.where == byKey {
		if err := client.key.asserted(r.PostForm); err != nil {
			return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "the assertion of the client is refused: " + err.Error()}
		}
		return client, nil
	}
	if client == nil || client.where != way || subtle.ConstantTimeCompare([]byte(key), []byte(client.secret)) == 0 {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "client authentication failed"}
	}
	return client, nil
}

// tokens makes the answer to a token request. A refresh token that is not rotated
// stays what it is, and is not told again.
func (s *authorizationServer) tokens(g *grant, again bool, lifetime time.Duration) object {
	if s.access == nil {
		s.access, s.refresh = map[string]*accessToken{}, map[string]*grant{}
	}
	access := rand.Text()
	s.access[access] = &accessToken{grant: g, end: time.Now().Add(lifetime)}
	tokens := object{"access_token": access, "token_type": "bearer"}
	if !s.silent {
		tokens["expires_in"] = int(lifetime.Seconds())
	}
	if len(g.scopes) > 0 {
		tokens["scope"] = strings.Join(g.scopes, " ")
	}
	if g.offline && (s.rotates || !again) {
		refresh := rand.Text()
		s.refresh[refresh] = g
		tokens["refresh_token"] = refresh
	}
	if s.more != nil {
		for name, value := range s.more() {
			tokens[name] = value
		}
	}
	if s.shape != nil {
		return s.shape(g, tokens)
	}
	return tokens
}

// bearer gives the grant that a request's access token stands for, which
// stands behind the word in the header; nil if it is none, or is over.
func (s *authorizationServer) bearer(r *http.Request, word string) *grant {
	text, ok := strings.CutPrefix(r.Header.Get("Authorization"), word+" ")
	if !ok {
		return nil
	}
	return s.holder(text)
}

// holder gives the grant that an access token stands for; nil if it is none, or
// is over.
func (s *authorizationServer) holder(text string) *grant {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.access[text]
	if t == nil || t.ended || t.old || time.Now().After(t.end) {
		return nil
	}
	return t.grant
}

// revoke ends the grant of a token of one kind or the other, and tells whether
// there was one that had not ended.
func (s *authorizationServer) revoke(text string, access, refresh bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.access[text]; access && t != nil && !t.ended {
		t.ended = true
		return true
	}
	if g := s.refresh[text]; refresh && g != nil && !g.ended {
		g.ended = true
		return true
	}
	return false
}

// has tells whether a grant has a scope.
func (g *grant) has(scope string) bool { return slices.Contains(g.scopes, scope) }
