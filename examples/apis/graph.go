package apis

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// An app registration with a certificate and a secret. Its organization has the
// domain analytical.example.
const (
	graphClient = "0f4c7a2e-100b-4acc-9d3e-5b6a7c8d9e0f"
	graphSecret = "lpb8Q~loopback.secret_of-the~example0001"
	graphTenant = "analytical.example"
	graphScope  = "https://graph.microsoft.com/.default"
)

// graph is "OAuth 2.0 client credentials flow", by a certificate, and "OAuth 2.0
// authorization code flow" of the Microsoft identity platform, with the requests
// of the example, https://learn.microsoft.com/entra/identity-platform/.
type graph struct {
	app, login *authorizationServer
}

func newGraph() http.Handler {
	thumbprint := sha256.Sum256(certificateDER())
	return &graph{
		app: &authorizationServer{
			clients: []oauthClient{{
				id: graphClient, where: byKey, grants: []string{"client_credentials"},
				key: &jwtVerifier{
					alg: "PS256", header: map[string]string{"x5t#S256": base64.RawURLEncoding.EncodeToString(thumbprint[:])},
					claims:  map[string]string{"iss": graphClient, "sub": graphClient, "aud": graphTokens(graphTenant)},
					longest: 10 * time.Minute, once: true,
				},
			}},
			scopes: []string{graphScope}, lifetime: time.Hour - time.Second, refuse: graphRefuse,
			more: func() object { return object{"token_type": "Bearer", "ext_expires_in": 3599} },
		},
		login: &authorizationServer{
			clients: []oauthClient{{
				id: graphClient, secret: graphSecret, where: inBody, redirects: []string{localCallback},
				grants: []string{"authorization_code", "refresh_token"},
			}},
			scopes: []string{"User.Read", "User.ReadBasic.All", "offline_access"}, lifetime: time.Hour, refuse: graphRefuse,
			offline: func(request url.Values) bool {
				return slices.Contains(strings.Fields(request.Get("scope")), "offline_access")
			},
			// offline_access is not among what it says that it granted.
			more: func() object { return object{"token_type": "Bearer", "scope": "User.Read User.ReadBasic.All"} },
		},
	}
}

func graphTokens(tenant string) string {
	return "https://login.microsoftonline.com/" + tenant + "/oauth2/v2.0/token"
}

// graphRefuse says no as the identity platform does.
func graphRefuse(w http.ResponseWriter, err *oauthError) {
	codes := map[string]int{"invalid_client": 700027, "invalid_grant": 70000, "invalid_scope": 70011}
	answer(w, err.status, object{
		"error": err.code, "error_description": "AADSTS: " + err.words + ".", "error_codes": []int{codes[err.code]},
		"timestamp": "2025-11-21 13:00:00Z", "trace_id": "00000000-0000-0000-0000-000000000001", "correlation_id": "00000000-0000-0000-0000-000000000002",
	})
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Host == "login.microsoftonline.com" {
		switch r.URL.Path {
		case "/organizations/oauth2/v2.0/authorize":
			g.login.authorize(w, r)
		case "/organizations/oauth2/v2.0/token":
			g.login.token(w, r)
		case "/" + graphTenant + "/oauth2/v2.0/token":
			if r.FormValue("scope") != graphScope {
				graphRefuse(w, &oauthError{http.StatusBadRequest, "invalid_scope", "the scope must end in /.default"})
				return
			}
			g.app.token(w, r)
		default:
			graphRefuse(w, &oauthError{http.StatusBadRequest, "invalid_request", "no such tenant"})
		}
		return
	}
	g.api(w, r)
}

// api answers who logged in about themselves, the app about its organization,
// and both about its users.
func (g *graph) api(w http.ResponseWriter, r *http.Request) {
	app, user := g.app.bearer(r, "Bearer") != nil, g.login.bearer(r, "Bearer") != nil
	switch path := r.URL.Path; {
	case !app && !user:
		graphError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty or not valid.")
	case r.Method != http.MethodGet:
		graphError(w, http.StatusMethodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
	case path == "/v1.0/me" && user:
		answer(w, http.StatusOK, object{"displayName": "Ada Lovelace", "userPrincipalName": "ada@analytical.example"})
	case path == "/v1.0/me":
		graphError(w, http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
	case path == "/v1.0/organization" && app:
		answer(w, http.StatusOK, object{"value": []object{{"id": "5b1c7e0a-0000-4000-8000-000000000001", "displayName": "Analytical Engines"}}})
	case path == "/v1.0/users":
		users := []object{
			{"displayName": "Ada Lovelace", "userPrincipalName": "ada@analytical.example"},
			{"displayName": "Charles Babbage", "userPrincipalName": "charles@analytical.example"},
		}
		if query := r.URL.Query(); query.Get("$orderby") != "displayName" || query.Get("$top") == "" {
			slices.Reverse(users) // what it does not know, it passes over
		}
		answer(w, http.StatusOK, object{"value": users})
	default:
		graphError(w, http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	}
}

func graphError(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, object{"error": object{
		"code": code, "message": message,
		"innerError": object{"date": "2025-11-21T13:00:00", "request-id": "00000000-0000-0000-0000-000000000003"},
	}})
}
