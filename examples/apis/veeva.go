package apis

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
)

// A user of the vault example.veevavault.com.
const (
	veevaUser     = "ada@example.com"
	veevaPassword = "l00pback & vault=pass+word"
)

// veevaAPI is the version of the API that the vault has.
const veevaAPI = "/api/v24.3"

// veeva is "Authentication" and the requests of the example of the Vault REST
// API, https://developer.veevavault.com/api/24.3/. It answers 200 to whatever it
// understands, and says in the body whether that was a success.
type veeva struct {
	mu       sync.Mutex
	sessions map[string]bool
}

func newVeeva() http.Handler { return &veeva{sessions: map[string]bool{}} }

func veevaFailure(w http.ResponseWriter, kind, message string) {
	answer(w, http.StatusOK, object{
		"responseStatus": "FAILURE", "responseMessage": message, "errors": []object{{"type": kind, "message": message}},
	})
}

func (v *veeva) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, veevaAPI)
	switch {
	case r.Host != "example.veevavault.com":
		http.Error(w, "There is no such vault.", http.StatusNotFound)
	case !ok:
		veevaFailure(w, "INVALID_API_VERSION", "The version of the API is not supported.")
	case path == "/auth":
		v.login(w, r)
	default:
		v.api(w, r, path)
	}
}

// login is "User Name and Password": a form alone is understood.
func (v *veeva) login(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		veevaFailure(w, "METHOD_NOT_SUPPORTED", "The method is not supported.")
	case formPost(r) != nil || !r.PostForm.Has("username"):
		veevaFailure(w, "PARAMETER_REQUIRED", "Missing required parameter [username]")
	case r.PostForm.Get("username") != veevaUser || r.PostForm.Get("password") != veevaPassword:
		veevaFailure(w, "USERNAME_OR_PASSWORD_INCORRECT", "Authentication failed for user: "+r.PostForm.Get("username"))
	default:
		session := strings.ToUpper(rand.Text() + rand.Text())
		v.mu.Lock()
		defer v.mu.Unlock()
		v.sessions[session] = true
		answer(w, http.StatusOK, object{
			"responseStatus": "SUCCESS", "sessionId": session, "userId": 12021, "vaultId": 1776,
			"vaultIds": []object{{"id": 1776, "name": "Submissions", "url": "https://example.veevavault.com/api"}},
		})
	}
}

func (v *veeva) api(w http.ResponseWriter, r *http.Request, path string) {
	session := r.Header.Get("Authorization")
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.sessions[session] {
		veevaFailure(w, "INVALID_SESSION_ID", "Invalid or expired session ID.")
		return
	}
	switch {
	case r.Method == http.MethodDelete && path == "/session":
		delete(v.sessions, session)
		answer(w, http.StatusOK, object{"responseStatus": "SUCCESS"})
	case r.Method == http.MethodGet && path == "/objects/users/me":
		answer(w, http.StatusOK, object{"responseStatus": "SUCCESS", "users": []object{{"user": object{
			"id": 12021, "user_name__v": veevaUser, "user_first_name__v": "Ada", "user_last_name__v": "Lovelace",
		}}}})
	case r.Method == http.MethodPost && path == "/query" && formPost(r) == nil && strings.HasPrefix(r.PostForm.Get("q"), "SELECT "):
		answer(w, http.StatusOK, object{
			"responseStatus":  "SUCCESS",
			"responseDetails": object{"pagesize": 1000, "pageoffset": 0, "size": 2, "total": 2},
			"data":            []object{{"id": 101, "name__v": "Protocol"}, {"id": 102, "name__v": "Clinical overview"}},
		})
	case path == "/query":
		veevaFailure(w, "INVALID_DATA", "The query is not valid.")
	default:
		veevaFailure(w, "MALFORMED_URL", "The resource does not exist.")
	}
}
