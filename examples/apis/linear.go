package apis

import (
	"encoding/json"
	"net/http"
	"strings"
)

// linear is the GraphQL API of "Linear", https://linear.app/developers/graphql,
// as far as the example's queries go: it knows them by their texts.
func linear(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Query     string
		Variables map[string]any
	}
	refuse := func(status int, message, code string) {
		answer(w, status, object{"errors": []object{{"message": message, "extensions": object{"code": code, "type": strings.ToLower(code)}}}})
	}
	switch {
	case r.URL.Path != "/graphql":
		answer(w, http.StatusNotFound, object{"error": "Not found"})
		return
	case r.Header.Get("Authorization") != linearKey:
		refuse(http.StatusUnauthorized, "Authentication required, not authenticated", "AUTHENTICATION_ERROR")
		return
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil:
		refuse(http.StatusBadRequest, "POST body missing, invalid Content-Type, or JSON object has no keys.", "BAD_REQUEST")
		return
	}
	order := body.Variables["orderBy"]
	switch {
	case body.Query == "query { viewer { id name email } }":
		answer(w, http.StatusOK, object{"data": object{"viewer": object{
			"id": "4b1c7f2a-9d0e-4c55-8a3b-6f2d1e0c9b87", "name": "Ada Lovelace", "email": "ada@example.com",
		}}})
	case strings.HasPrefix(body.Query, "query ($orderBy: PaginationOrderBy) { issues(first: ") && (order == "updatedAt" || order == "createdAt"):
		answer(w, http.StatusOK, object{"data": object{"issues": object{"nodes": []object{
			{"identifier": "ENG-7", "title": "Note G", "state": object{"name": "In Progress"}},
			{"identifier": "ENG-6", "title": "Bernoulli numbers", "state": object{"name": "Done"}},
		}}}})
	case strings.HasPrefix(body.Query, `mutation { issueCreate(input: {teamId: "9cfb482a-81e3-4154-b5b9-2c805e70a02d", title: "`):
		answer(w, http.StatusOK, object{"data": object{"issueCreate": object{
			"success": true, "issue": object{"identifier": "ENG-8", "url": "https://linear.app/acme/issue/ENG-8"},
		}}})
	default:
		refuse(http.StatusBadRequest, "Cannot query this field", "GRAPHQL_VALIDATION_FAILED")
	}
}
