// Command fosite is an authorization server on ory/fosite, the engine of Ory
// Hydra, for tests. It prints its address when it listens, on 127.0.0.1 at the
// port of $PORT, or at any that is free.
//
//	/oauth2/auth        a page with Allow and Deny
//	/oauth2/token       codes, refresh tokens, client credentials, passwords
//	/oauth2/revoke      RFC 7009
//	/oauth2/introspect  RFC 7662
//	/api                a protected resource
package main

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"
	"golang.org/x/crypto/bcrypt"
)

// page asks a person who is logged in already.
const page = `<!DOCTYPE html><title>Authorize</title>
<form method="post"><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve() error {
	listener, err := net.Listen("tcp", "127.0.0.1:"+cmp.Or(os.Getenv("PORT"), "0"))
	if err != nil {
		return err
	}
	s, err := newServer("http://" + listener.Addr().String())
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/oauth2/auth", s.authorize)
	mux.HandleFunc("/oauth2/token", s.token)
	mux.HandleFunc("/oauth2/revoke", s.revoke)
	mux.HandleFunc("/oauth2/introspect", s.introspect)
	mux.HandleFunc("/api", s.api)
	fmt.Println(s.issuer)
	return http.Serve(listener, mux)
}

// A server is the engine with its pages.
type server struct {
	fosite.OAuth2Provider
	issuer string
}

func newServer(issuer string) (*server, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	store := storage.NewMemoryStore()
	store.Users["peter"] = storage.MemoryUserRelation{Username: "peter", Password: "pässword &+"}
	for _, c := range []struct{ id, secret, method string }{
		{"public", "", "none"},
		{"basic", "b s3c/+:%", "client_secret_basic"},
		{"post", "p-secret", "client_secret_post"},
	} {
		if store.Clients[c.id], err = client(c.id, c.secret, c.method); err != nil {
			return nil, err
		}
	}
	config := &fosite.Config{
		AccessTokenLifespan:        30 * time.Second,
		EnforcePKCE:                true,
		GlobalSecret:               []byte("32 bytes that only this test has"),
		IDTokenIssuer:              issuer,
		RefreshTokenScopes:         []string{"offline"},
		SendDebugMessagesToClients: true,
	}
	return &server{compose.ComposeAllEnabled(config, store, key), issuer}, nil
}

// client is a client that may do everything; without a secret it is public.
func client(id, secret, method string) (fosite.Client, error) {
	c := &fosite.DefaultClient{
		ID:            id,
		Public:        secret == "",
		RedirectURIs:  []string{"http://127.0.0.1/callback"},
		ResponseTypes: []string{"code"},
		GrantTypes:    []string{"authorization_code", "refresh_token", "client_credentials", "password"},
		Scopes:        []string{"openid", "offline", "api"},
	}
	if secret != "" {
		hash, err := bcrypt.GenerateFromPassword([]byte(secret), bcrypt.MinCost)
		if err != nil {
			return nil, err
		}
		c.Secret = hash
	}
	return &fosite.DefaultOpenIDConnectClient{DefaultClient: c, TokenEndpointAuthMethod: method}, nil
}

func (s *server) session(subject string) *openid.DefaultSession {
	return &openid.DefaultSession{
		Claims:  &jwt.IDTokenClaims{Issuer: s.issuer, Subject: subject},
		Headers: &jwt.Headers{},
		Subject: subject,
	}
}

func (s *server) authorize(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	request, err := s.NewAuthorizeRequest(ctx, r)
	if err != nil {
		s.WriteAuthorizeError(ctx, w, request, err)
		return
	}
	switch r.FormValue("decision") {
	case "":
		fmt.Fprint(w, page)
		return
	case "deny":
		s.WriteAuthorizeError(ctx, w, request, fosite.ErrAccessDenied)
		return
	}
	grantAll(request)
	session := s.session("peter")
	session.Claims.AuthTime, session.Claims.RequestedAt = time.Now(), request.GetRequestedAt()
	response, err := s.NewAuthorizeResponse(ctx, request, session)
	if err != nil {
		s.WriteAuthorizeError(ctx, w, request, err)
		return
	}
	s.WriteAuthorizeResponse(ctx, w, request, response)
}

func (s *server) token(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	request, err := s.NewAccessRequest(ctx, r, s.session(""))
	if err != nil {
		s.WriteAccessError(ctx, w, request, err)
		return
	}
	if request.GetGrantTypes().ExactOne("client_credentials") || request.GetGrantTypes().ExactOne("password") {
		grantAll(request)
	}
	response, err := s.NewAccessResponse(ctx, request)
	if err != nil {
		s.WriteAccessError(ctx, w, request, err)
		return
	}
	s.WriteAccessResponse(ctx, w, request, response)
}

func grantAll(request fosite.Requester) {
	for _, scope := range request.GetRequestedScopes() {
		request.GrantScope(scope)
	}
}

func (s *server) revoke(w http.ResponseWriter, r *http.Request) {
	s.WriteRevocationResponse(r.Context(), w, s.NewRevocationRequest(r.Context(), r))
}

func (s *server) introspect(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	response, err := s.NewIntrospectionRequest(ctx, r, s.session(""))
	if err != nil {
		s.WriteIntrospectionError(ctx, w, err)
		return
	}
	s.WriteIntrospectionResponse(ctx, w, response)
}

func (s *server) api(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, request, err := s.IntrospectToken(r.Context(), fosite.AccessTokenFromRequest(r), fosite.AccessToken, s.session(""))
	if err != nil {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintln(w, `{"error":"invalid_token"}`)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"name": cmp.Or(request.GetSession().GetSubject(), request.GetSession().GetUsername()), "client": request.GetClient().GetID()})
}
