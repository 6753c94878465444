// Package apis has loopback servers that behave as the documentation of the
// examples' APIs says, as far as a test request goes: they check the
// credential and the headers that each API insists on. The recordings of the
// examples were made against them.
package apis

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// An API is one server with the origin it stands for and credentials that it
// accepts, by the names of the example's inputs.
type API struct {
	Example string
	Origin  string
	Inputs  map[string]map[string]string // by option
	Handler http.Handler
}

// All returns the servers, one for each example.
func All() []API {
	return []API{
		{
			Example: "openweather", Origin: "https://api.openweathermap.org",
			Inputs:  map[string]map[string]string{"default": {"apiKey": openWeatherKey}},
			Handler: http.HandlerFunc(openWeather),
		},
		{
			Example: "github", Origin: "https://api.github.com",
			Inputs:  map[string]map[string]string{"default": {"token": gitHubToken}},
			Handler: http.HandlerFunc(gitHub),
		},
		{
			Example: "linear", Origin: "https://api.linear.app",
			Inputs:  map[string]map[string]string{"default": {"apiKey": linearKey}},
			Handler: http.HandlerFunc(linear),
		},
		{
			Example: "kintone", Origin: "https://example.kintone.com",
			Inputs: map[string]map[string]string{
				"password": {"subdomain": "example", "appId": "7", "login": kintoneLogin, "password": kintonePassword},
				"token":    {"subdomain": "example", "appId": "7", "apiKey": kintoneToken},
			},
			Handler: http.HandlerFunc(kintone),
		},
	}
}

// Credentials that the servers accept. They open nothing else.
const (
	openWeatherKey  = "0f5e8d2c1b4a69788796a5b4c3d2e1f0"
	linearKey       = "lin_api_LOOPBACK4f7Xq2Lw8Zr1Tn6Vb3Kc9Md5"
	gitHubToken     = "github_pat_11LOOPBACK0example7Jq2Xw9Zr4"
	kintoneLogin    = "sato"
	kintonePassword = "correct horse: battery/staple"
	kintoneToken    = "kT5dQ8mW2nR7xY4vB9cZ1aL6pE3hJ0gU"
)

type object = map[string]any

// answer writes a JSON answer.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}

// openWeather is "Current weather data", https://openweathermap.org/current.
func openWeather(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("appid") != openWeatherKey {
		answer(w, http.StatusUnauthorized, object{
			"cod": 401, "message": "Invalid API key. Please see https://openweathermap.org/faq#error401 for more info.",
		})
		return
	}
	if r.URL.Path != "/data/2.5/weather" {
		answer(w, http.StatusNotFound, object{"cod": "404", "message": "Internal error"})
		return
	}
	if r.URL.Query().Get("q") == "" {
		answer(w, http.StatusBadRequest, object{"cod": "400", "message": "Nothing to geocode"})
		return
	}
	temperature := 285.61
	if r.URL.Query().Get("units") == "metric" {
		temperature = 12.46
	}
	answer(w, http.StatusOK, object{
		"coord":   object{"lon": -0.1257, "lat": 51.5085},
		"weather": []object{{"id": 803, "main": "Clouds", "description": "broken clouds"}},
		"main":    object{"temp": temperature, "pressure": 1012, "humidity": 81},
		"dt":      1763730000, "id": 2643743, "name": "London", "cod": 200,
	})
}

// gitHub is "Get the authenticated user", https://docs.github.com/rest/users.
func gitHub(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-GitHub-Media-Type", "github.v3; format=json")
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case r.Header.Get("User-Agent") == "":
		answer(w, http.StatusForbidden, object{"message": "Request forbidden by administrative rules."})
	case !ok:
		answer(w, http.StatusUnauthorized, object{"message": "Requires authentication", "documentation_url": "https://docs.github.com/rest", "status": "401"})
	case token != gitHubToken:
		answer(w, http.StatusUnauthorized, object{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"})
	case r.URL.Path == "/user/repos":
		answer(w, http.StatusOK, []object{
			{"id": 1296269, "full_name": "octocat/Hello-World", "private": false},
			{"id": 1296270, "full_name": "octocat/secret-plans", "private": true},
		})
	case r.URL.Path != "/user":
		answer(w, http.StatusNotFound, object{"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"})
	default:
		answer(w, http.StatusOK, object{
			"login": "octocat", "id": 583231, "type": "User", "name": "The Octocat", "company": "@github",
			"url": "https://api.github.com/users/octocat", "created_at": "2011-01-25T18:44:36Z",
		})
	}
}

// kintone is the authentication of "Kintone REST API" and "User API",
// https://kintone.dev/en/docs/common/authentication/.
func kintone(w http.ResponseWriter, r *http.Request) {
	password := base64.StdEncoding.EncodeToString([]byte(kintoneLogin + ":" + kintonePassword))
	byPassword := r.Header.Get("X-Cybozu-Authorization") == password
	// Several tokens of one header are separated by commas.
	byToken := slices.Contains(strings.Split(r.Header.Get("X-Cybozu-API-Token"), ","), kintoneToken)
	switch {
	case r.Host != "example.kintone.com":
		answer(w, http.StatusNotFound, object{"code": "CB_NO02", "id": "loopback", "message": "No such site."})
	case !byPassword && r.Header.Get("X-Cybozu-API-Token") != "" && !byToken:
		answer(w, http.StatusUnauthorized, object{"code": "GAIA_IA02", "id": "loopback", "message": "The specified API token does not match the API token generated via an app."})
	case !byPassword && !byToken:
		answer(w, http.StatusUnauthorized, object{"code": "CB_WA01", "id": "loopback", "message": "Password authentication failed. Login name or password is incorrect."})
	case r.URL.Path == "/k/v1/app.json" && r.URL.Query().Get("id") == "7":
		answer(w, http.StatusOK, object{"appId": "7", "code": "", "name": "Orders", "description": "", "spaceId": nil})
	case r.URL.Path == "/v1/users.json" && byPassword:
		answer(w, http.StatusOK, object{"users": []object{{"id": "1", "code": "sato", "name": "Noboru Sato", "valid": true}}})
	default:
		answer(w, http.StatusForbidden, object{"code": "GAIA_NO01", "id": "loopback", "message": "Using this API token, you cannot run the specified API."})
	}
}
