package apis

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// What GitHub accepts: a personal access token, and an OAuth app for logins by
// device.
const (
	gitHubToken  = "github_pat_11LOOPBACK0example7Jq2Xw9Zr4"
	gitHubClient = "Iv1.loopback0github01"
)

// gitHub is "Get the authenticated user", https://docs.github.com/rest/users, and
// the "Device flow" of
// https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps.
type gitHub struct {
	mu     sync.Mutex
	codes  map[string]*gitHubCode // by what the program shows
	tokens map[string]bool
}

// A gitHubCode is a login that waits for its user.
type gitHubCode struct {
	user            string // what the user enters
	scopes          []string
	asked, approved bool
}

func newGitHub() http.Handler {
	return &gitHub{codes: map[string]*gitHubCode{}, tokens: map[string]bool{gitHubToken: true}}
}

func (g *gitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.Host != "github.com":
		g.api(w, r)
	case r.URL.Path == "/login/device/code":
		g.begin(w, r)
	case r.URL.Path == "/login/device":
		g.page(w, r)
	case r.URL.Path == "/login/oauth/access_token":
		g.token(w, r)
	default:
		http.Error(w, "Not Found", http.StatusNotFound)
	}
}

// gitHubAnswer is a form where nobody asked for JSON, and 200 whatever it says.
func gitHubAnswer(w http.ResponseWriter, r *http.Request, form object) {
	if r.Header.Get("Accept") == "application/json" {
		answer(w, http.StatusOK, form)
		return
	}
	values := url.Values{}
	for name, value := range form {
		values.Set(name, fmt.Sprint(value))
	}
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	_, _ = w.Write([]byte(values.Encode()))
}

func gitHubError(w http.ResponseWriter, r *http.Request, code, words string) {
	gitHubAnswer(w, r, object{"error": code, "error_description": words, "error_uri": "https://docs.github.com/developers/apps/authorizing-oauth-apps"})
}

// begin gives a code, which is for one client and its scopes.
func (g *gitHub) begin(w http.ResponseWriter, r *http.Request) {
	if formPost(r) != nil || r.PostForm.Get("client_id") != gitHubClient {
		answer(w, http.StatusNotFound, object{"error": "Not Found"})
		return
	}
	code := strings.ToLower(rand.Text())
	user := fmt.Sprintf("WDJB-%04d", len(g.codes)+1)
	g.codes[code] = &gitHubCode{user: user, scopes: strings.Fields(r.PostForm.Get("scope"))}
	gitHubAnswer(w, r, object{
		"device_code": code, "user_code": user, "verification_uri": "https://github.com/login/device", "expires_in": 899, "interval": 5,
	})
}

// page is where the user enters the code.
func (g *gitHub) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.Method != http.MethodPost {
		fmt.Fprint(w, `<form method="post"><input name="user_code"><button>Continue</button></form>`)
		return
	}
	for _, c := range g.codes {
		if c.user == r.PostFormValue("user_code") {
			c.approved = true
			fmt.Fprint(w, "<p>Congratulations, you're all set!</p>")
			return
		}
	}
	http.Error(w, "The code is not known.", http.StatusUnprocessableEntity)
}

// token is polled. The first time nobody is that fast.
func (g *gitHub) token(w http.ResponseWriter, r *http.Request) {
	if formPost(r) != nil {
		http.Error(w, "Not Found", http.StatusNotFound)
		return
	}
	code := g.codes[r.PostForm.Get("device_code")]
	switch {
	case r.PostForm.Get("client_id") != gitHubClient:
		gitHubError(w, r, "incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.")
	case r.PostForm.Get("grant_type") != "urn:ietf:params:oauth:grant-type:device_code":
		gitHubError(w, r, "unsupported_grant_type", "The grant type is not supported.")
	case code == nil:
		gitHubError(w, r, "incorrect_device_code", "The device_code provided is not valid.")
	case !code.asked || !code.approved:
		code.asked = true
		gitHubError(w, r, "authorization_pending", "The authorization request is still pending.")
	default:
		delete(g.codes, r.PostForm.Get("device_code"))
		token := "gho_" + rand.Text()
		g.tokens[token] = true
		slices.Sort(code.scopes)
		gitHubAnswer(w, r, object{"access_token": token, "token_type": "bearer", "scope": strings.Join(code.scopes, ",")})
	}
}

func (g *gitHub) api(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-GitHub-Media-Type", "github.v3; format=json")
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	refuse := func(status int, message string) {
		answer(w, status, object{"message": message, "documentation_url": "https://docs.github.com/rest", "status": fmt.Sprint(status)})
	}
	switch {
	case r.Header.Get("User-Agent") == "":
		answer(w, http.StatusForbidden, object{"message": "Request forbidden by administrative rules."})
	case !ok:
		refuse(http.StatusUnauthorized, "Requires authentication")
	case !g.tokens[token]:
		refuse(http.StatusUnauthorized, "Bad credentials")
	case r.URL.Path == "/user/repos":
		answer(w, http.StatusOK, []object{
			{"id": 1296269, "full_name": "octocat/Hello-World", "private": false},
			{"id": 1296270, "full_name": "octocat/secret-plans", "private": true},
		})
	case r.URL.Path != "/user":
		refuse(http.StatusNotFound, "Not Found")
	default:
		answer(w, http.StatusOK, object{
			"login": "octocat", "id": 583231, "type": "User", "name": "The Octocat", "company": "@github",
			"url": "https://api.github.com/users/octocat", "created_at": "2011-01-25T18:44:36Z",
		})
	}
}
