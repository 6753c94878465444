package apis

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// HubSpot's app, and the account that it is installed in.
const (
	hubSpotClient  = "3f1c0a52-7d4e-4b8a-9d7e-2c5f8a6b1d04"
	hubSpotSecret  = "c8b7a695-1e2f-4d3c-8e1d-7a9b0c6d5e4f"
	hubSpotAccount = 62515
)

// hubSpot is the "OAuth token endpoint" and the requests of the example,
// https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens.
type hubSpot struct{ *authorizationServer }

func newHubSpot() http.Handler {
	return &hubSpot{&authorizationServer{
		clients: []oauthClient{{
			id: hubSpotClient, secret: hubSpotSecret, where: inBody, redirects: []string{callback},
			grants: []string{"authorization_code", "refresh_token"},
		}},
		scopes:   []string{"oauth", "crm.objects.contacts.read", "crm.objects.deals.read"},
		lifetime: 30 * time.Minute,
		// The refresh token is told each time, and the scopes are a list.
		shape: func(g *grant, tokens object) object {
			tokens["token_use"], tokens["hub_id"], tokens["user_id"] = "access_token", hubSpotAccount, 11538984
			tokens["scopes"] = append(strings.Fields(g.request.Get("optional_scope")), g.scopes...)
			delete(tokens, "scope")
			return tokens
		},
		refuse: func(w http.ResponseWriter, err *oauthError) {
			code, message := "BAD_REQUEST", err.words
			switch {
			case err.code == "invalid_client":
				code, message = "BAD_CLIENT_SECRET", "missing or invalid client secret"
			case err.code == "invalid_grant" && strings.Contains(err.words, "refresh"):
				code, message = "BAD_REFRESH_TOKEN", "missing or invalid refresh token"
			case err.code == "invalid_grant":
				code, message = "BAD_AUTH_CODE", "missing or unknown auth code"
			case err.code == "unsupported_grant_type":
				code, message = "BAD_GRANT_TYPE", "missing or unknown grant type"
			}
			hubSpotError(w, http.StatusBadRequest, object{"status": code, "message": message})
		},
	}}
}

func hubSpotError(w http.ResponseWriter, status int, e object) {
	e["correlationId"] = "00000000-0000-4000-8000-000000000001"
	answer(w, status, e)
}

func (h *hubSpot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Host + r.URL.Path {
	case "app.hubspot.com/oauth/authorize":
		if !strings.Contains(" "+r.URL.Query().Get("scope")+" ", " oauth ") {
			http.Error(w, "Authorization failed because there is a scope mismatch: oauth is missing.", http.StatusBadRequest)
			return
		}
		h.authorize(w, r)
	case "api.hubapi.com/oauth/2026-03/token":
		h.token(w, r)
	case "api.hubapi.com/oauth/2026-03/token/revoke":
		if err := formPost(r); err != nil {
			hubSpotError(w, err.status, object{"status": "BAD_REQUEST", "message": err.words})
			return
		}
		if client, err := h.authenticated(r); err != nil || client == nil {
			hubSpotError(w, http.StatusBadRequest, object{"status": "BAD_CLIENT_SECRET", "message": "missing or invalid client secret"})
			return
		}
		h.revoke(r.PostForm.Get("token"), true, true) // one that is unknown is no error (RFC 7009 2.2)
		w.WriteHeader(http.StatusOK)
	default:
		h.api(w, r)
	}
}

// api answers the requests of the example.
func (h *hubSpot) api(w http.ResponseWriter, r *http.Request) {
	g, query := h.bearer(r, "Bearer"), r.URL.Query()
	limit, err := strconv.Atoi(query.Get("limit"))
	switch {
	case r.Host != "api.hubapi.com" || r.Method != http.MethodGet:
		http.NotFound(w, r)
	case g == nil:
		hubSpotError(w, http.StatusUnauthorized, object{
			"status": "error", "category": "INVALID_AUTHENTICATION",
			"message": "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
		})
	case r.URL.Path == "/account-info/v3/details" && g.has("oauth"):
		answer(w, http.StatusOK, object{
			"portalId": hubSpotAccount, "accountType": "STANDARD", "timeZone": "Europe/London", "companyCurrency": "GBP",
			"uiDomain": "app.hubspot.com", "dataHostingLocation": "na1",
		})
	case r.URL.Path == "/crm/v3/objects/contacts" && !g.has("crm.objects.contacts.read"):
		hubSpotError(w, http.StatusForbidden, object{"status": "error", "category": "MISSING_SCOPES", "message": "This app hasn't been granted all required scopes to make this call."})
	case r.URL.Path == "/crm/v3/objects/contacts" && err == nil && limit > 0 && limit <= 100 && query.Get("properties") == "email,firstname,lastname":
		answer(w, http.StatusOK, object{"results": []object{
			{"id": "1", "archived": false, "properties": object{"email": "ada@example.com", "firstname": "Ada", "lastname": "Lovelace"}},
			{"id": "51", "archived": false, "properties": object{"email": "charles@example.com", "firstname": "Charles", "lastname": "Babbage"}},
		}})
	default:
		hubSpotError(w, http.StatusBadRequest, object{"status": "error", "category": "VALIDATION_ERROR", "message": "Invalid input"})
	}
}
