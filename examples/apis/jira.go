package apis

import "net/http"

// A user of the site example.atlassian.net, and an API token of theirs.
const (
	jiraEmail = "ada@example.com"
	jiraToken = "ATATTloopback/3xFfGF0:with-a-colon=0001"
)

// jira is "Basic auth for REST APIs" of Jira Cloud,
// https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/.
func jira(w http.ResponseWriter, r *http.Request) {
	email, token, _ := r.BasicAuth()
	switch {
	case email != jiraEmail || token != jiraToken:
		http.Error(w, "Client must be authenticated to access this resource.", http.StatusUnauthorized)
	case r.Method == http.MethodGet && r.URL.Path == "/rest/api/3/myself":
		answer(w, http.StatusOK, object{"accountId": "5b10a2844c20165700ede21g", "displayName": "Ada Lovelace", "emailAddress": jiraEmail})
	default:
		answer(w, http.StatusNotFound, object{"errorMessages": []string{"There is no such resource."}})
	}
}
