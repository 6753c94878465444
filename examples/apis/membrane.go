package apis

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// A workspace.
const (
	membraneKey    = "0af10000-0000-4000-8000-0000000ace01"
	membraneSecret = "l00pback0workspace/secret+0001=with-signs"
)

// membrane is the API of a workspace, https://docs.getmembrane.com: whoever comes
// with a token that it signed (RFC 7519, HS512) is a user of it.
func membrane(w http.ResponseWriter, r *http.Request) {
	user, why := membraneUser(r, time.Now())
	switch {
	case user == "":
		answer(w, http.StatusUnauthorized, object{"type": "access_denied", "key": "token_invalid", "message": why})
	case r.Method == http.MethodGet && r.URL.Path == "/self":
		answer(w, http.StatusOK, object{"id": user, "name": "User " + user, "workspaceId": membraneKey})
	case r.Method == http.MethodGet && r.URL.Path == "/connections":
		answer(w, http.StatusOK, object{"items": []object{{"id": "c-1", "name": "My CRM", "disconnected": false}}})
	default:
		answer(w, http.StatusNotFound, object{"type": "not_found", "message": "There is no such resource."})
	}
}

// membraneUser tells who a request comes from; else why it comes from nobody. Both
// headers may stand there, and then say the same.
func membraneUser(r *http.Request, now time.Time) (user, why string) {
	token, former := r.Header.Get("X-Membrane-Token"), r.Header.Get("X-Integration-App-Token")
	if token == "" {
		token = former
	}
	parts := strings.Split(token, ".")
	if token == "" || former != "" && former != token || len(parts) != 3 {
		return "", "Authentication token is missing."
	}
	var header struct{ Alg string }
	var claims struct {
		Iss, Sub string
		Iat, Exp int64
	}
	for i, into := range []any{&header, &claims} {
		data, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(data, into) != nil {
			return "", "Authentication token cannot be read."
		}
	}
	mac := hmac.New(sha512.New, []byte(membraneSecret))
	mac.Write([]byte(parts[0] + "." + parts[1]))
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	switch {
	case header.Alg != "HS512" || err != nil || claims.Iss != membraneKey || !hmac.Equal(signature, mac.Sum(nil)):
		return "", "Authentication token is not signed by a workspace."
	case claims.Sub == "" || claims.Exp <= now.Unix() || claims.Exp > claims.Iat+2*60*60:
		return "", "Authentication token has ended."
	}
	return claims.Sub, ""
}
