package apis

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Notion's public connection.
const (
	notionClient = "463558a3-725e-4f37-b6d3-0889894f68de"
	notionSecret = "secret" + "_loopbackNotion0001"
)

// notion is "Authorization", https://developers.notion.com/docs/authorization,
// and the requests of the example. Its token requests are JSON, from a client that
// stands in the header; tokens do not end, and there are no scopes.
type notion struct{ *authorizationServer }

func newNotion() http.Handler {
	return &notion{&authorizationServer{
		clients: []oauthClient{{
			id: notionClient, secret: notionSecret, where: inHeader, redirects: []string{callback}, grants: []string{"authorization_code"},
		}},
		lifetime: 365 * 24 * time.Hour, silent: true,
		shape: func(_ *grant, tokens object) object {
			return object{
				"access_token": tokens["access_token"], "token_type": "bearer", "refresh_token": nil,
				"bot_id": "b3414d65-9122-4a5f-87ff-cc9d87733017", "workspace_id": "0a5d7c43-2f1b-4e86-9c3d-7b1f2a908e55",
				"workspace_name": "Ada's Notion", "workspace_icon": nil, "duplicated_template_id": nil,
				"owner": object{"type": "user", "user": object{"object": "user", "id": "e79a0b74-3aba-4149-9f74-0bb5791a6ee6", "name": "Ada Lovelace"}},
			}
		},
	}}
}

func notionError(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, object{"object": "error", "status": status, "code": code, "message": message})
}

func (n *notion) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/v1/oauth/authorize":
		if owner := r.URL.Query().Get("owner"); owner != "user" {
			http.Error(w, "Missing or invalid owner.", http.StatusBadRequest)
			return
		}
		n.authorize(w, r)
	case "/v1/oauth/token", "/v1/oauth/revoke":
		form, ok := notionForm(r)
		switch {
		case !ok:
			notionError(w, http.StatusBadRequest, "invalid_json", "Error parsing JSON body.")
		case r.URL.Path == "/v1/oauth/token":
			n.token(w, form)
		default:
			n.end(w, form)
		}
	default:
		n.api(w, r)
	}
}

// notionForm reads a request in JSON, which has texts alone, as one in a form.
func notionForm(r *http.Request) (*http.Request, bool) {
	var body map[string]string
	if r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil {
		return nil, false
	}
	values := url.Values{}
	for _, name := range slices.Sorted(maps.Keys(body)) {
		values.Set(name, body[name])
	}
	form := r.Clone(r.Context())
	form.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	form.Body = io.NopCloser(strings.NewReader(values.Encode()))
	return form, true
}

// end revokes a token for its client.
func (n *notion) end(w http.ResponseWriter, r *http.Request) {
	if err := formPost(r); err != nil {
		notionError(w, err.status, "validation_error", err.words)
		return
	}
	if _, err := n.authenticated(r); err != nil {
		answer(w, http.StatusUnauthorized, object{"error": "invalid_client"})
		return
	}
	if !n.revoke(r.PostForm.Get("token"), true, false) {
		notionError(w, http.StatusBadRequest, "validation_error", "The token is not valid.")
		return
	}
	answer(w, http.StatusOK, object{})
}

// api answers the requests of the example.
func (n *notion) api(w http.ResponseWriter, r *http.Request) {
	version := r.Header.Get("Notion-Version")
	switch {
	case n.bearer(r, "Bearer") == nil:
		notionError(w, http.StatusUnauthorized, "unauthorized", "API token is invalid.")
	case version == "":
		notionError(w, http.StatusBadRequest, "missing_version", "Notion-Version header failed validation: Notion-Version header should be defined, instead was `undefined`.")
	case version != "2022-06-28" && version != "2025-09-03":
		notionError(w, http.StatusBadRequest, "validation_error", "Notion-Version header failed validation.")
	case r.Method == http.MethodGet && r.URL.Path == "/v1/users/me":
		answer(w, http.StatusOK, object{
			"object": "user", "id": "b3414d65-9122-4a5f-87ff-cc9d87733017", "type": "bot", "name": "Loopback", "avatar_url": nil,
			"bot": object{"owner": object{"type": "user"}, "workspace_name": "Ada's Notion"},
		})
	case r.Method == http.MethodPost && r.URL.Path == "/v1/search":
		n.search(w, r)
	default:
		notionError(w, http.StatusBadRequest, "invalid_request_url", "Invalid request URL.")
	}
}

// search finds two pages.
func (n *notion) search(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query    string
		PageSize int `json:"page_size"`
		Filter   struct{ Property, Value string }
	}
	if r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil ||
		body.PageSize < 1 || body.PageSize > 100 || body.Filter.Property != "object" || body.Filter.Value != "page" {
		notionError(w, http.StatusBadRequest, "validation_error", "body failed validation.")
		return
	}
	page := func(id, title string) object {
		return object{
			"object": "page", "id": id, "url": "https://www.notion.so/" + strings.ReplaceAll(id, "-", ""),
			"properties": object{"title": object{"id": "title", "type": "title", "title": []object{{"type": "text", "plain_text": title}}}},
		}
	}
	answer(w, http.StatusOK, object{"object": "list", "has_more": false, "next_cursor": nil, "results": []object{
		page("954b67f9-3f87-41db-8874-23b92bbd31ee", "Note G"), page("59833787-2cf9-4fdf-8782-e53db20768a5", "Bernoulli numbers"),
	}})
}
