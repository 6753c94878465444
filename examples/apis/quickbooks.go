package apis

import (
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// An app at Intuit with its keys for development, and the company that a user
// chooses at the login: a real one, or the one of a sandbox.
const (
	quickBooksClient  = "ABloopbackKq3Zr8Tn5Vb2Xw0example0000000000000001"
	quickBooksSecret  = "q7loopback0Secret0Lw4Hn9Kd2Fy6Mc8"
	quickBooksCompany = "9130347714412345"
	localCallback     = "http://localhost:47920/callback"
)

// quickBooks is the login of "Set up OAuth 2.0" and the requests of the example,
// https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0.
type quickBooks struct{ *authorizationServer }

func newQuickBooks() http.Handler {
	return &quickBooks{&authorizationServer{
		clients: []oauthClient{{
			id: quickBooksClient, secret: quickBooksSecret, where: inHeader, redirects: []string{localCallback},
			grants: []string{"authorization_code", "refresh_token"},
		}},
		scopes: []string{"com.intuit.quickbooks.accounting"}, lifetime: time.Hour, rotates: true,
		callback: url.Values{"realmId": {quickBooksCompany}},
		more:     func() object { return object{"x_refresh_token_expires_in": 8726400} },
	}}
}

func (q *quickBooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case "appcenter.intuit.com/connect/oauth2":
		q.authorize(w, r)
		return
	case "oauth.platform.intuit.com/oauth2/v1/tokens/bearer":
		q.token(w, r)
		return
	case "developer.api.intuit.com/v2/oauth2/tokens/revoke":
		q.deauthorize(w, r)
		return
	}
	host := strings.TrimPrefix(r.Host, "sandbox-") // has companies of its own; here the same one
	company, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v3/company/"), "/")
	switch g := q.bearer(r, "Bearer"); {
	case host != "quickbooks.api.intuit.com":
		http.NotFound(w, r)
	case r.Header.Get("Accept") != "application/json":
		w.Header().Set("Content-Type", "application/xml")
		_, _ = w.Write([]byte(`<IntuitResponse xmlns="http://schema.intuit.com/finance/v3"/>`))
	case g == nil:
		quickBooksFault(w, http.StatusUnauthorized, "AuthenticationFailed; errorCode=003200; statusCode=401", "3200", "AUTHENTICATION")
	case company != quickBooksCompany || !g.has("com.intuit.quickbooks.accounting"):
		quickBooksFault(w, http.StatusForbidden, "ApplicationAuthorizationFailed; errorCode=003100; statusCode=403", "3100", "SERVICE")
	case r.Method == http.MethodGet && path == "companyinfo/"+quickBooksCompany:
		answer(w, http.StatusOK, object{
			"CompanyInfo": object{"Id": "1", "CompanyName": "Analytical Engines", "Country": "GB"},
			"time":        "2025-11-21T05:00:00.000-08:00",
		})
	case r.Method == http.MethodGet && path == "query" && strings.HasPrefix(r.URL.Query().Get("query"), "SELECT * FROM Customer"):
		answer(w, http.StatusOK, object{
			"QueryResponse": object{"startPosition": 1, "maxResults": 2, "Customer": []object{
				{"Id": "1", "DisplayName": "Babbage & Sons", "Active": true},
				{"Id": "2", "DisplayName": "Somerville, Mary", "Active": true},
			}},
			"time": "2025-11-21T05:00:00.000-08:00",
		})
	default:
		quickBooksFault(w, http.StatusBadRequest, "Unsupported Operation", "500", "ValidationFault")
	}
}

func quickBooksFault(w http.ResponseWriter, status int, message, code, kind string) {
	answer(w, status, object{
		"warnings": nil, "intuitObject": nil, "requestId": nil,
		"fault": object{"type": kind, "error": []object{{"message": "message=" + message, "detail": nil, "code": code, "element": nil}}},
	})
}

// deauthorize takes a token of either kind, as JSON, from the client.
func (q *quickBooks) deauthorize(w http.ResponseWriter, r *http.Request) {
	id, key, _ := r.BasicAuth()
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var given struct{ Token string }
	switch {
	case id != quickBooksClient || key != quickBooksSecret:
		answer(w, http.StatusUnauthorized, object{"error": "invalid_client"})
	case r.Method != http.MethodPost || kind != "application/json" || json.NewDecoder(r.Body).Decode(&given) != nil,
		!q.revoke(given.Token, true, true):
		answer(w, http.StatusBadRequest, object{"error": "invalid_request"})
	default:
		w.WriteHeader(http.StatusOK)
	}
}
