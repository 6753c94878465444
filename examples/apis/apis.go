// Package apis has loopback servers that behave as the documentation of the
// examples' APIs says, as far as logins, test requests and operations go: they
// check credentials, signatures and the headers that each API insists on. The
// recordings of the examples were made against them. They share nothing with
// the library, so that both can be wrong in their own ways only.
package apis

import (
	"encoding/json"
	"net/http"
	"strings"
)

// An API is one server with the origins it stands for, and what it accepts by
// the names of the example's inputs and connector parameters. A server keeps
// what it gave out: each API of [All] begins anew.
type API struct {
	Example string
	Origin  string // of the API
	Login   string // the origin of its logins, if that is another one
	// Options are the ways to authenticate.
	Options map[string]Option
	Handler http.Handler
}

// An Option is one way to authenticate.
type Option struct {
	Inputs     map[string]string
	Parameters map[string]string
	Secrets    []string // the names among them that the server checks
	Browser    bool     // a user logs in
}

// Origins are those that the server stands for.
func (a API) Origins() []string {
	if a.Login == "" {
		return []string{a.Origin}
	}
	return []string{a.Login, a.Origin}
}

// values are inputs, or parameters.
type values = map[string]string

// All returns the servers, one for each example.
func All() []API {
	return []API{
		{
			Example: "openweather", Origin: "https://api.openweathermap.org",
			Options: map[string]Option{"default": {Inputs: values{"apiKey": openWeatherKey}, Secrets: []string{"apiKey"}}},
			Handler: http.HandlerFunc(openWeather),
		},
		{
			Example: "github", Origin: "https://api.github.com",
			Options: map[string]Option{"default": {Inputs: values{"token": gitHubToken}, Secrets: []string{"token"}}},
			Handler: http.HandlerFunc(gitHub),
		},
		{
			Example: "linear", Origin: "https://api.linear.app",
			Options: map[string]Option{"default": {Inputs: values{"apiKey": linearKey}, Secrets: []string{"apiKey"}}},
			Handler: http.HandlerFunc(linear),
		},
		{
			Example: "jira", Origin: "https://example.atlassian.net",
			Options: map[string]Option{"default": {
				Inputs: values{"site": "example", "username": jiraEmail, "password": jiraToken}, Secrets: []string{"username", "password"},
			}},
			Handler: http.HandlerFunc(jira),
		},
		{
			Example: "deepl", Origin: "https://api-free.deepl.com",
			Options: map[string]Option{"default": {Inputs: values{"token": deepLKey}, Secrets: []string{"token"}}},
			Handler: http.HandlerFunc(deepL),
		},
		{
			Example: "uptimerobot", Origin: "https://api.uptimerobot.com",
			Options: map[string]Option{"default": {Inputs: values{"apiKey": uptimeRobotKey}, Secrets: []string{"apiKey"}}},
			Handler: http.HandlerFunc(uptimeRobot),
		},
		{
			Example: "kintone", Origin: "https://example.kintone.com",
			Options: map[string]Option{
				"password": {Inputs: values{"subdomain": "example", "appId": "7", "login": kintoneLogin, "password": kintonePassword}, Secrets: []string{"login", "password"}},
				"token":    {Inputs: values{"subdomain": "example", "appId": "7", "apiKey": kintoneToken}, Secrets: []string{"apiKey"}},
				"oauth": {
					Inputs:     values{"subdomain": "example", "appId": "7"},
					Parameters: values{"clientId": kintoneClient, "clientSecret": kintoneSecret}, Secrets: []string{"clientSecret"}, Browser: true,
				},
			},
			Handler: newKintone(),
		},
		{
			Example: "asana", Origin: "https://app.asana.com",
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": asanaClient, "clientSecret": asanaSecret}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newAsana(),
		},
		{
			Example: "trello", Origin: "https://api.trello.com", Login: "https://trello.com",
			Options: map[string]Option{"default": {
				Parameters: values{"consumerKey": trelloKey, "consumerSecret": trelloSecret}, Secrets: []string{"consumerKey", "consumerSecret"}, Browser: true,
			}},
			Handler: newTrello(),
		},
		{
			Example: "s3", Origin: "https://s3." + s3Region + ".amazonaws.com",
			Options: map[string]Option{"default": {
				Inputs: values{"accessKeyId": s3AccessKey, "secretAccessKey": s3SecretKey}, Secrets: []string{"accessKeyId", "secretAccessKey"},
			}},
			Handler: newS3(),
		},
		{
			Example: "dropbox", Origin: "https://api.dropboxapi.com", Login: "https://www.dropbox.com",
			Options: map[string]Option{
				"secret": {Parameters: values{"appKey": dropboxKey, "appSecret": dropboxSecret}, Secrets: []string{"appSecret"}, Browser: true},
				"public": {Parameters: values{"appKey": dropboxPublicKey}, Browser: true},
			},
			Handler: newDropbox(),
		},
		{
			Example: "salesforce", Origin: "https://example.my.salesforce.com",
			Options: map[string]Option{"default": {
				Inputs:     values{"domain": "example"},
				Parameters: values{"clientId": salesforceClient, "clientSecret": salesforceSecret}, Secrets: []string{"clientId", "clientSecret"},
			}},
			Handler: newSalesforce(),
		},
	}
}

// Credentials that the servers accept. They open nothing else.
const (
	openWeatherKey = "0f5e8d2c1b4a69788796a5b4c3d2e1f0"
	linearKey      = "lin_api_LOOPBACK4f7Xq2Lw8Zr1Tn6Vb3Kc9Md5"
	gitHubToken    = "github_pat_11LOOPBACK0example7Jq2Xw9Zr4"
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
