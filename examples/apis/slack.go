package apis

import (
	"net/http"
	"strings"
	"time"
)

// Slack's app, and where its logins come back to: Slack takes https alone.
const (
	slackClient   = "2141029472.691202649728"
	slackSecret   = "e1b9e11dfcd19c1982d5de12921e17e8"
	slackRedirect = "https://integrator.example.com/slack/callback"
)

// slack is "Installing with OAuth" for user tokens, and the requests of the
// example, https://docs.slack.dev/authentication/installing-with-oauth. Whatever
// went wrong, its status is 200.
type slack struct{ *authorizationServer }

func newSlack() http.Handler {
	return &slack{&authorizationServer{
		clients: []oauthClient{{
			id: slackClient, secret: slackSecret, where: inHeader, redirects: []string{slackRedirect}, grants: []string{"authorization_code"},
		}},
		scopes: []string{"channels:read", "users:read", "chat:write"},
		asking: "user_scope", separator: ",",
		lifetime: 24 * time.Hour, silent: true,
		shape: func(g *grant, tokens object) object {
			return object{
				"ok": true, "app_id": "A0KRD7HC3", "team": object{"id": "T9TK3CUKW", "name": "Analytical Engines"},
				"enterprise": nil, "is_enterprise_install": false,
				"authed_user": object{
					"id": "U061F7AUR", "access_token": tokens["access_token"], "token_type": "user", "scope": strings.Join(g.scopes, ","),
				},
			}
		},
		refuse: func(w http.ResponseWriter, err *oauthError) {
			code := map[string]string{"invalid_client": "bad_client_secret", "invalid_grant": "invalid_code", "unsupported_grant_type": "invalid_grant_type"}[err.code]
			if code == "" {
				code = "invalid_arguments"
			}
			slackError(w, code)
		},
	}}
}

func slackError(w http.ResponseWriter, code string) {
	answer(w, http.StatusOK, object{"ok": false, "error": code})
}

func (s *slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/oauth/v2/authorize" && r.URL.Query().Get("user_scope") == "":
		http.Error(w, "no_user_scopes: the request asks for nothing.", http.StatusBadRequest)
	case r.URL.Path == "/oauth/v2/authorize":
		s.authorize(w, r)
	case r.URL.Path == "/api/oauth.v2.access":
		s.token(w, r)
	case !strings.HasPrefix(r.URL.Path, "/api/"):
		http.NotFound(w, r)
	case r.Header.Get("Authorization") == "":
		slackError(w, "not_authed")
	case s.bearer(r, "Bearer") == nil:
		slackError(w, s.unaccepted(r))
	default:
		s.api(w, r, s.bearer(r, "Bearer"))
	}
}

// unaccepted says why a token is not accepted.
func (s *slack) unaccepted(r *http.Request) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.access[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]; t != nil && t.ended {
		return "token_revoked"
	}
	return "invalid_auth"
}

// api answers the methods of the example.
func (s *slack) api(w http.ResponseWriter, r *http.Request, g *grant) {
	method := strings.TrimPrefix(r.URL.Path, "/api/")
	scope := map[string]string{"conversations.list": "channels:read"}[method]
	switch {
	case scope != "" && !g.has(scope):
		answer(w, http.StatusOK, object{"ok": false, "error": "missing_scope", "needed": scope, "provided": strings.Join(g.scopes, ",")})
	case method == "auth.test":
		answer(w, http.StatusOK, object{
			"ok": true, "url": "https://analytical-engines.slack.com/", "team": "Analytical Engines", "user": "ada", "team_id": "T9TK3CUKW", "user_id": "U061F7AUR",
		})
	case method == "auth.revoke":
		s.mu.Lock()
		g.ended = true
		s.mu.Unlock()
		answer(w, http.StatusOK, object{"ok": true, "revoked": true})
	case method == "conversations.list":
		answer(w, http.StatusOK, object{"ok": true, "response_metadata": object{"next_cursor": ""}, "channels": []object{
			{"id": "C012AB3CD", "name": "general", "is_channel": true, "num_members": 4},
			{"id": "C061EG9T2", "name": "engines", "is_channel": true, "num_members": 3},
		}})
	default:
		slackError(w, "unknown_method")
	}
}
