package apis

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
)

// What the site example.kintone.com accepts: a user, a token of an app, and an
// OAuth client.
const (
	kintoneLogin    = "sato"
	kintonePassword = "correct horse: battery/staple"
	kintoneToken    = "kT5dQ8mW2nR7xY4vB9cZ1aL6pE3hJ0gU"
	kintoneClient   = "l.1.loopback0kintone0client"
	kintoneSecret   = "l00pback:kintone/secret 0001"
)

// kintone is the authentication of "Kintone REST API" and "User API",
// https://kintone.dev/en/docs/common/authentication/.
type kintone struct{ *authorizationServer }

func newKintone() http.Handler {
	return &kintone{&authorizationServer{
		clients: []oauthClient{{
			id: kintoneClient, secret: kintoneSecret, where: inHeader, grants: []string{"authorization_code", "refresh_token"},
			redirects: []string{
				callback, "https://integrator.example.com/connection/oauth2callback", "https://eu.integrator.example.com/connection/oauth2callback",
			},
		}},
		scopes:   []string{"k:app_settings:read", "k:app_record:read"},
		lifetime: time.Hour,
	}}
}

func (k *kintone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != "example.kintone.com":
		kintoneError(w, http.StatusNotFound, "CB_NO02", "No such site.")
	case r.URL.Path == "/oauth2/authorization":
		k.authorize(w, r)
	case r.URL.Path == "/oauth2/token":
		k.token(w, r)
	default:
		k.api(w, r)
	}
}

func kintoneError(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, object{"code": code, "id": "loopback", "message": message})
}

func (k *kintone) api(w http.ResponseWriter, r *http.Request) {
	password := base64.StdEncoding.EncodeToString([]byte(kintoneLogin + ":" + kintonePassword))
	byPassword := r.Header.Get("X-Cybozu-Authorization") == password
	// Several tokens of one header are separated by commas.
	byToken := slices.Contains(strings.Split(r.Header.Get("X-Cybozu-API-Token"), ","), kintoneToken)
	granted := k.bearer(r, "Bearer")
	app := byPassword || byToken || granted != nil && granted.has("k:app_settings:read")
	switch {
	case !app && r.Header.Get("X-Cybozu-API-Token") != "":
		kintoneError(w, http.StatusUnauthorized, "GAIA_IA02", "The specified API token does not match the API token generated via an app.")
	case !app && r.Header.Get("Authorization") != "":
		kintoneError(w, http.StatusUnauthorized, "CB_OA01", "The access token is not valid, or lacks a scope.")
	case !app:
		kintoneError(w, http.StatusUnauthorized, "CB_WA01", "Password authentication failed. Login name or password is incorrect.")
	case r.URL.Path == "/k/v1/app.json" && r.URL.Query().Get("id") == "7":
		answer(w, http.StatusOK, object{"appId": "7", "code": "", "name": "Orders", "description": "", "spaceId": nil})
	case r.URL.Path == "/v1/users.json" && byPassword:
		answer(w, http.StatusOK, object{"users": []object{{"id": "1", "code": "sato", "name": "Noboru Sato", "valid": true}}})
	default:
		kintoneError(w, http.StatusForbidden, "GAIA_NO01", "Using this API token, you cannot run the specified API.")
	}
}
