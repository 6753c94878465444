// Package apis has loopback servers that behave as the documentation of the
// examples' APIs says, as far as logins, test requests and operations go: they
// check credentials, signatures and the headers that each API insists on. The
// recordings of the examples were made against them. They share nothing with
// the library, so that both can be wrong in their own ways only.
package apis

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
)

// An API is one server with the origins it stands for, and what it accepts by
// the names of the example's inputs and connector parameters. A server keeps
// what it gave out: each API of [All] begins anew.
type API struct {
	Example string
	Origin  string   // of the API
	Login   string   // the origin of its logins, if that is another one
	Others  []string // more origins, of its token endpoint or other parts
	// Options are the ways to authenticate.
	Options map[string]Option
	Handler http.Handler
	// TLS is that of a server that wants to be spoken to by TLS; nil if any.
	TLS *tls.Config
	// Lender is the example from whose connection, by its option default, this one
	// borrows.
	Lender string
}

// An Option is one way to authenticate.
type Option struct {
	Inputs     map[string]string
	Parameters map[string]string
	Secrets    []string // the names among them that the server checks
	// Wrong are other values for those of a form that is checked before.
	Wrong   map[string]string
	Browser bool // a user logs in
}

// Origins are those that the server stands for.
func (a API) Origins() []string {
	if a.Login == "" {
		return append([]string{a.Origin}, a.Others...)
	}
	return append([]string{a.Login, a.Origin}, a.Others...)
}

// values are inputs, or parameters.
type values = map[string]string

// All returns the servers, one for each example.
func All() []API {
	return append([]API{
		{
			Example: "openweather", Origin: "https://api.openweathermap.org",
			Options: map[string]Option{"default": {Inputs: values{"apiKey": openWeatherKey}, Secrets: []string{"apiKey"}}},
			Handler: http.HandlerFunc(openWeather),
		},
		{
			Example: "github", Origin: "https://api.github.com", Login: "https://github.com",
			Options: map[string]Option{
				"default": {Inputs: values{"token": gitHubToken}, Secrets: []string{"token"}},
				"device":  {Parameters: values{"clientId": gitHubClient}, Browser: true},
			},
			Handler: newGitHub(),
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
		{
			Example: "veeva-vault", Origin: "https://example.veevavault.com",
			Options: map[string]Option{"default": {
				Inputs: values{"vault": "example", "username": veevaUser, "password": veevaPassword}, Secrets: []string{"username", "password"},
			}},
			Handler: newVeeva(),
		},
		{
			Example: "mongodb-atlas", Origin: "https://cloud.mongodb.com",
			Options: map[string]Option{"default": {
				Inputs: values{"publicKey": atlasPublic, "privateKey": atlasPrivate}, Secrets: []string{"publicKey", "privateKey"},
			}},
			Handler: newAtlas(),
		},
		{
			Example: "angel-one", Origin: "https://apiconnect.angelone.in",
			Options: map[string]Option{"default": {
				Inputs:  values{"clientCode": angelClient, "pin": angelPIN, "totpSecret": angelTOTP, "apiKey": angelKey},
				Secrets: []string{"clientCode", "pin", "totpSecret", "apiKey"},
			}},
			Handler: newAngelOne(),
		},
		{
			Example: "jira-service-management", Origin: "https://example.atlassian.net", Lender: "jira",
			Options: map[string]Option{"default": {}},
			Handler: http.HandlerFunc(serviceManagement),
		},
		ledgerAPI(),
		{
			Example: "membrane", Origin: "https://api.integration.app",
			Options: map[string]Option{
				"default": {Parameters: values{"workspaceKey": membraneKey, "workspaceSecret": membraneSecret}, Secrets: []string{"workspaceKey", "workspaceSecret"}},
				"former":  {Parameters: values{"workspaceKey": membraneKey, "workspaceSecret": membraneSecret, "userId": "ada"}, Secrets: []string{"workspaceKey", "workspaceSecret"}},
			},
			Handler: http.HandlerFunc(membrane),
		},
		{
			Example: "google", Origin: "https://www.googleapis.com", Login: "https://accounts.google.com", Others: []string{"https://oauth2.googleapis.com"},
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": googleClient, "clientSecret": googleSecret}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newGoogle(),
		},
		{
			Example: "slack", Origin: "https://slack.com",
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": slackClient, "clientSecret": slackSecret, "redirectUri": slackRedirect}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newSlack(),
		},
		{
			Example: "hubspot", Origin: "https://api.hubapi.com", Login: "https://app.hubspot.com",
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": hubSpotClient, "clientSecret": hubSpotSecret}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newHubSpot(),
		},
		{
			Example: "shopify", Origin: "https://" + shopifyShop,
			Options: map[string]Option{
				"token": {Inputs: values{"shop": shopifyShop, "apiKey": shopifyToken}, Secrets: []string{"apiKey"}},
				"app": {
					Inputs:     values{"shop": shopifyShop},
					Parameters: values{"clientId": shopifyClient, "clientSecret": shopifySecret}, Secrets: []string{"clientId", "clientSecret"},
				},
			},
			Handler: newShopify(),
		},
		{
			Example: "zendesk", Origin: "https://example.zendesk.com",
			Options: map[string]Option{
				"token": {Inputs: values{"subdomain": "example", "username": zendeskEmail, "password": zendeskToken}, Secrets: []string{"username", "password"}},
				"oauth": {
					Inputs:     values{"subdomain": "example"},
					Parameters: values{"clientId": zendeskClient, "clientSecret": zendeskSecret}, Secrets: []string{"clientSecret"}, Browser: true,
				},
			},
			Handler: newZendesk(),
		},
		{
			Example: "stripe", Origin: "https://api.stripe.com",
			Options: map[string]Option{"default": {Inputs: values{"username": stripeKey}, Secrets: []string{"username"}}},
			Handler: http.HandlerFunc(stripe),
		},
		{
			Example: "notion", Origin: "https://api.notion.com",
			Options: map[string]Option{"default": {
				Parameters: values{"clientId": notionClient, "clientSecret": notionSecret}, Secrets: []string{"clientSecret"}, Browser: true,
			}},
			Handler: newNotion(),
		},
	}, business()...)
}

// Credentials that the servers accept. They open nothing else.
const (
	openWeatherKey = "0f5e8d2c1b4a69788796a5b4c3d2e1f0"
	linearKey      = "lin_api_LOOPBACK4f7Xq2Lw8Zr1Tn6Vb3Kc9Md5"
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
