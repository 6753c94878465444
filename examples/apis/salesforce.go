package apis

import (
	"net/http"
	"strings"
	"time"
)

// Salesforce's application, which may act for its execution user.
const (
	salesforceClient = "3MVG9loopback.Example_0001"
	salesforceSecret = "4F7loopback0secret=Salesforce&0001"
)

// salesforce is the "OAuth 2.0 Client Credentials Flow" and the requests of the
// example, for the domain example.my.salesforce.com. Its token answers do not
// say when a token ends: that is a setting of the organization.
type salesforce struct{ *authorizationServer }

func newSalesforce() http.Handler {
	return &salesforce{&authorizationServer{
		clients: []oauthClient{{
			id: salesforceClient, secret: salesforceSecret, where: inHeader, grants: []string{"client_credentials"},
		}},
		lifetime: 2 * time.Hour, silent: true,
		more: func() object {
			return object{
				"token_type": "Bearer", "scope": "api", "instance_url": "https://example.my.salesforce.com",
				"id": "https://example.my.salesforce.com/id/00Dxx0000001gPL/005xx000001Sw", "issued_at": "1763730000000",
			}
		},
	}}
}

func (s *salesforce) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	const api = "/services/data/v62.0"
	switch r.URL.Path {
	case "/services/oauth2/token":
		s.token(w, r)
		return
	case "/services/oauth2/revoke":
		if err := formPost(r); err != nil || !s.revoke(r.PostForm.Get("token"), true, false) {
			answer(w, http.StatusBadRequest, object{"error": "invalid_token", "error_description": "invalid token"})
			return
		}
		w.WriteHeader(http.StatusOK)
		return
	}
	if s.bearer(r, "OAuth") == nil && s.bearer(r, "Bearer") == nil {
		answer(w, http.StatusUnauthorized, []object{{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}})
		return
	}
	switch {
	case r.Method == http.MethodGet && r.URL.Path == api+"/chatter/users/me":
		answer(w, http.StatusOK, object{"id": "005xx000001Sw", "name": "Integration User", "email": "integration@example.com"})
	case r.Method == http.MethodGet && r.URL.Path == api+"/query" && strings.HasPrefix(r.URL.Query().Get("q"), "SELECT "):
		answer(w, http.StatusOK, object{"totalSize": 2, "done": true, "records": []object{
			{"attributes": object{"type": "Account"}, "Name": "Acme"},
			{"attributes": object{"type": "Account"}, "Name": "Babbage & Sons"},
		}})
	case r.Method == http.MethodGet && r.URL.Path == api+"/query":
		answer(w, http.StatusBadRequest, []object{{"message": "unexpected token", "errorCode": "MALFORMED_QUERY"}})
	default:
		answer(w, http.StatusNotFound, []object{{"message": "The requested resource does not exist", "errorCode": "NOT_FOUND"}})
	}
}
