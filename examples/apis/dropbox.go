package apis

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Two of Dropbox's applications: one with a secret, and one that has none.
const (
	dropboxKey       = "loopbackapp0001"
	dropboxSecret    = "l00pback/s3cret+0001"
	dropboxPublicKey = "loopbackapp0002"
)

// dropbox is the login of the "OAuth Guide" and the requests of the example,
// https://www.dropbox.com/developers/documentation/http/documentation.
type dropbox struct{ *authorizationServer }

func newDropbox() http.Handler {
	grants := []string{"authorization_code", "refresh_token"}
	return &dropbox{&authorizationServer{
		clients: []oauthClient{
			{id: dropboxKey, secret: dropboxSecret, where: inBody, redirects: []string{callback}, grants: grants},
			{id: dropboxPublicKey, where: notAtAll, redirects: []string{callback}, grants: grants},
		},
		scopes:   []string{"account_info.read", "files.metadata.read", "files.content.read"},
		lifetime: 4 * time.Hour,
		offline:  func(request url.Values) bool { return request.Get("token_access_type") == "offline" },
		more:     func() object { return object{"uid": "12345", "account_id": "dbid:loopback-0001"} },
	}}
}

func (d *dropbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case "www.dropbox.com/oauth2/authorize":
		d.authorize(w, r)
	case "api.dropboxapi.com/oauth2/token":
		d.token(w, r)
	case "api.dropboxapi.com/2/users/get_current_account":
		d.call(w, r, "account_info.read", false, func(object) any {
			return object{
				"account_id": "dbid:loopback-0001", "email": "ada@example.com", "email_verified": true,
				"name": object{"display_name": "Ada Lovelace", "familiar_name": "Ada"},
			}
		})
	case "api.dropboxapi.com/2/auth/token/revoke":
		d.call(w, r, "", false, func(object) any {
			d.bearer(r, "Bearer").ended = true
			return nil
		})
	case "api.dropboxapi.com/2/files/list_folder":
		d.call(w, r, "files.metadata.read", true, func(argument object) any {
			entries := []object{{".tag": "folder", "name": "Notes"}, {".tag": "file", "name": "Bernoulli.txt", "size": 1842}}
			if argument["path"] != "" {
				entries = []object{}
			}
			return object{"entries": entries, "cursor": "c-1", "has_more": false}
		})
	default:
		http.Error(w, "Unknown API function", http.StatusNotFound)
	}
}

func dropboxError(w http.ResponseWriter, status int, tag string) {
	answer(w, status, object{"error_summary": tag + "/..", "error": object{".tag": tag}})
}

// call answers a call of a function: a POST, whose argument is JSON. One
// without an argument has no body and names no type of it.
func (d *dropbox) call(w http.ResponseWriter, r *http.Request, scope string, argument bool, result func(argument object) any) {
	g := d.bearer(r, "Bearer")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<16))
	var given object
	kind := r.Header.Get("Content-Type")
	switch {
	case r.Method != http.MethodPost || err != nil:
		http.Error(w, "Error in call: POST is wanted", http.StatusBadRequest)
	case g == nil:
		dropboxError(w, http.StatusUnauthorized, "invalid_access_token")
	case scope != "" && !g.has(scope):
		dropboxError(w, http.StatusUnauthorized, "missing_scope")
	case argument && (kind != "application/json" || json.Unmarshal(body, &given) != nil):
		http.Error(w, "Error in call: the body is no JSON", http.StatusBadRequest)
	case !argument && (kind != "" || len(body) > 0):
		http.Error(w, "Error in call: a body is not wanted", http.StatusBadRequest)
	default:
		answer(w, http.StatusOK, result(given))
	}
}
