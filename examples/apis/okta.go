package apis

import (
	"net/http"
	"strings"
	"time"
)

// A service app of the organization acme.okta.com with its key, and an API token
// of an administrator.
const (
	oktaClient = "0oaloopback1example5d7"
	oktaKeyID  = "loopback-key-1"
	oktaToken  = "00loopbackTkn_Qx7Lw2Zr8Vb5Nn1Kd9Fy4Mc6Hs0J"
)

// okta is "Implement OAuth for Okta with a service app", the API tokens of the
// core API, and the requests of the example,
// https://developer.okta.com/docs/guides/implement-oauth-for-okta-serviceapp/main/.
type okta struct{ *authorizationServer }

func newOkta() http.Handler {
	return &okta{&authorizationServer{
		clients: []oauthClient{{
			id: oktaClient, where: byKey, grants: []string{"client_credentials"},
			key: &jwtVerifier{
				alg: "RS256", header: map[string]string{"kid": oktaKeyID},
				claims:  map[string]string{"iss": oktaClient, "sub": oktaClient, "aud": "https://acme.okta.com/oauth2/v1/token"},
				longest: time.Hour, once: true,
			},
		}},
		scopes: []string{"okta.orgs.read", "okta.users.read"}, lifetime: time.Hour,
		more: func() object { return object{"token_type": "Bearer"} },
	}}
}

func (o *okta) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/oauth2/v1/token" {
		o.token(w, r)
		return
	}
	g := o.bearer(r, "Bearer")
	may := func(scope string) bool { return g == nil || g.has(scope) } // an API token has no scopes
	switch path := strings.TrimPrefix(r.URL.Path, "/api/v1"); {
	case g == nil && r.Header.Get("Authorization") != "SSWS "+oktaToken:
		oktaError(w, http.StatusUnauthorized, "E0000011", "Invalid token provided")
	case r.Method == http.MethodGet && path == "/org" && may("okta.orgs.read"):
		answer(w, http.StatusOK, object{"id": "00oloopback1example5d7", "subdomain": "acme", "companyName": "Acme", "status": "ACTIVE"})
	case r.Method == http.MethodGet && path == "/users" && may("okta.users.read"):
		answer(w, http.StatusOK, []object{
			{"id": "00uloopback1", "status": "ACTIVE", "profile": object{"login": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace"}},
			{"id": "00uloopback2", "status": "ACTIVE", "profile": object{"login": "charles@example.com", "firstName": "Charles", "lastName": "Babbage"}},
		})
	case path == "/org" || path == "/users":
		oktaError(w, http.StatusForbidden, "E0000006", "You do not have permission to perform the requested action")
	default:
		oktaError(w, http.StatusNotFound, "E0000022", "The endpoint does not support the provided HTTP method")
	}
}

func oktaError(w http.ResponseWriter, status int, code, summary string) {
	answer(w, status, object{"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oaeloopback1", "errorCauses": []object{}})
}
