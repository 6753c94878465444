package apis

import (
	"net/http"
	"strconv"
	"time"
)

// Asana's application, and the redirect URI that it registered.
const (
	asanaClient = "1204000000000001"
	asanaSecret = "a5aN4loopback/secret+7f2e: 9c1b"
	callback    = "http://127.0.0.1:47920/callback"
)

// asana is the login of "OAuth", https://developers.asana.com/docs/oauth, and
// the requests of the example.
type asana struct{ *authorizationServer }

func newAsana() http.Handler {
	return &asana{&authorizationServer{
		clients: []oauthClient{{
			id: asanaClient, secret: asanaSecret, where: inBody, redirects: []string{callback},
			grants: []string{"authorization_code", "refresh_token"},
		}},
		scopes:   []string{"users:read", "workspaces:read", "projects:read", "tasks:read", "tasks:write"},
		lifetime: time.Hour,
		more: func() object {
			return object{"data": object{"id": 1204000000000042, "gid": "1204000000000042", "name": "Ada Lovelace", "email": "ada@example.com"}}
		},
	}}
}

func (a *asana) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/-/oauth_authorize":
		a.authorize(w, r)
	case "/-/oauth_token":
		a.token(w, r)
	case "/-/oauth_revoke":
		a.deauthorize(w, r)
	case "/api/1.0/users/me":
		a.api(w, r, "users:read", func() any {
			return object{"gid": "1204000000000042", "resource_type": "user", "name": "Ada Lovelace", "email": "ada@example.com"}
		})
	case "/api/1.0/workspaces":
		a.api(w, r, "workspaces:read", func() any {
			return []object{{"gid": "1204000000000100", "resource_type": "workspace", "name": "Analytical Engines"}}
		})
	case "/api/1.0/projects":
		a.projects(w, r)
	default:
		asanaError(w, http.StatusNotFound, "No matching route for request")
	}
}

func asanaError(w http.ResponseWriter, status int, message string) {
	answer(w, status, object{"errors": []object{{"message": message}}})
}

// api answers who has a scope.
func (a *asana) api(w http.ResponseWriter, r *http.Request, scope string, data func() any) {
	switch g := a.bearer(r, "Bearer"); {
	case g == nil:
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://app.asana.com/api"`)
		asanaError(w, http.StatusUnauthorized, "Not Authorized")
	case !g.has(scope):
		asanaError(w, http.StatusForbidden, "Forbidden: the token lacks the scope "+scope)
	case r.Method != http.MethodGet:
		asanaError(w, http.StatusMethodNotAllowed, "Method not allowed")
	default:
		answer(w, http.StatusOK, object{"data": data()})
	}
}

// projects lists three projects in pages.
func (a *asana) projects(w http.ResponseWriter, r *http.Request) {
	names := []string{"Difference Engine", "Analytical Engine", "Notes"}
	query := r.URL.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	from := 0
	if query.Has("offset") && err == nil {
		from, err = strconv.Atoi(query.Get("offset"))
	}
	if query.Get("workspace") != "1204000000000100" || err != nil || limit < 1 || from < 0 || from >= len(names) {
		asanaError(w, http.StatusBadRequest, "workspace, limit or offset: not a recognized value")
		return
	}
	if g := a.bearer(r, "Bearer"); g == nil || !g.has("projects:read") {
		a.api(w, r, "projects:read", nil)
		return
	}
	to := min(from+limit, len(names))
	page := object{"data": []object{}, "next_page": nil}
	var list []object
	for i := from; i < to; i++ {
		list = append(list, object{"gid": strconv.Itoa(1204000000000200 + i), "resource_type": "project", "name": names[i]})
	}
	page["data"] = list
	if to < len(names) {
		page["next_page"] = object{"offset": strconv.Itoa(to)}
	}
	answer(w, http.StatusOK, page)
}

// deauthorize takes refresh tokens, and no access tokens.
func (a *asana) deauthorize(w http.ResponseWriter, r *http.Request) {
	if err := formPost(r); err != nil {
		answer(w, err.status, object{"error": err.code, "error_description": err.words})
		return
	}
	form := r.PostForm
	switch {
	case form.Get("client_id") != asanaClient || form.Get("client_secret") != asanaSecret:
		answer(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "client authentication failed"})
	case !a.revoke(form.Get("token"), false, true):
		answer(w, http.StatusBadRequest, object{"error": "invalid_request", "error_description": "a refresh token is wanted"})
	default:
		answer(w, http.StatusOK, object{})
	}
}
