package apis

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// What the account example.zendesk.com accepts: an agent with an API token, and
// an OAuth client.
const (
	zendeskEmail  = "ada@example.com"
	zendeskToken  = "6wiIBWbGkBMo1mRDMuVwkw1EPsNkeUj95PIz2akv"
	zendeskClient = "loopback_connector"
	zendeskSecret = "d0ca7c2e/loopback+zendesk 0001"
)

// zendesk is "Security and authentication" and the requests of the example,
// https://developer.zendesk.com/api-reference/introduction/security-and-auth/.
// A refresh ends both tokens that were there before.
type zendesk struct{ *authorizationServer }

func newZendesk() http.Handler {
	return &zendesk{&authorizationServer{
		clients: []oauthClient{{
			id: zendeskClient, secret: zendeskSecret, where: inBody, redirects: []string{callback},
			grants: []string{"authorization_code", "refresh_token"},
		}},
		scopes:  []string{"read", "write", "tickets:read", "tickets:write", "users:read"},
		rotates: true,
		lasting: func(form url.Values) (time.Duration, *oauthError) {
			access, err := strconv.Atoi(form.Get("expires_in"))
			if err != nil || access < 300 || access > 172800 {
				return 0, &oauthError{http.StatusBadRequest, "invalid_request", "expires_in is not between 300 and 172800"}
			}
			refresh, err := strconv.Atoi(form.Get("refresh_token_expires_in"))
			if err != nil || refresh < 604800 || refresh > 7776000 {
				return 0, &oauthError{http.StatusBadRequest, "invalid_request", "refresh_token_expires_in is not between 604800 and 7776000"}
			}
			return time.Duration(access) * time.Second, nil
		},
		more: func() object { return object{"refresh_token_expires_in": 7776000} },
	}}
}

func (z *zendesk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != "example.zendesk.com":
		answer(w, http.StatusNotFound, object{"error": object{"title": "No help desk at this address", "message": "There is no help desk configured at this address."}})
	case r.URL.Path == "/oauth/authorizations/new":
		z.authorize(w, r)
	case r.URL.Path == "/oauth/tokens":
		z.token(w, r)
	case r.Header.Get("Authorization") == "" && r.URL.Path == "/api/v2/users/me.json":
		// Who does not say who he is is a user, too.
		answer(w, http.StatusOK, object{"user": object{"id": nil, "name": "Anonymous user", "email": "invalid@example.com", "role": "end-user"}})
	default:
		z.api(w, r)
	}
}

// api answers the requests of the example.
func (z *zendesk) api(w http.ResponseWriter, r *http.Request) {
	user, password, basic := r.BasicAuth()
	agent := basic && user == zendeskEmail+"/token" && password == zendeskToken
	g := z.bearer(r, "Bearer")
	may := func(scope string) bool { return agent || g.has("read") || g.has(scope) }
	switch {
	case !agent && g == nil && r.Header.Get("Authorization") != "" && !basic:
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		answer(w, http.StatusUnauthorized, object{
			"error":             "invalid_token",
			"error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
		})
	case !agent && g == nil:
		answer(w, http.StatusUnauthorized, object{"error": "Couldn't authenticate you"})
	case r.Method == http.MethodDelete && r.URL.Path == "/api/v2/oauth/tokens/current.json" && g != nil:
		z.mu.Lock()
		g.ended = true
		z.mu.Unlock()
		w.WriteHeader(http.StatusNoContent)
	case r.Method != http.MethodGet:
		answer(w, http.StatusNotFound, object{"error": "InvalidEndpoint", "description": "Not found"})
	case r.URL.Path == "/api/v2/users/me.json" && may("users:read"):
		answer(w, http.StatusOK, object{"user": object{"id": 35436, "name": "Ada Lovelace", "email": zendeskEmail, "role": "agent"}})
	case r.URL.Path == "/api/v2/tickets.json" && may("tickets:read"):
		answer(w, http.StatusOK, object{"meta": object{"has_more": false}, "tickets": []object{
			{"id": 35, "subject": "The engine does not start", "status": "open"},
			{"id": 36, "subject": "A card is punched twice", "status": "solved"},
		}})
	case r.URL.Path == "/api/v2/users/me.json", r.URL.Path == "/api/v2/tickets.json":
		answer(w, http.StatusForbidden, object{"error": "Forbidden", "description": "You are missing the following required scopes: read"})
	default:
		answer(w, http.StatusNotFound, object{"error": "InvalidEndpoint", "description": "Not found"})
	}
}
