package apis

import (
	"net/http"
	"strings"
)

// serviceManagement is the "Jira Service Management Cloud REST API",
// https://developer.atlassian.com/cloud/jira/service-desk/rest/, which is on the
// sites of Jira, with the same tokens.
func serviceManagement(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, "/rest/servicedeskapi")
	email, token, _ := r.BasicAuth()
	switch {
	case !ok || email != jiraEmail || token != jiraToken:
		jira(w, r)
	case r.Method == http.MethodGet && path == "/servicedesk":
		answer(w, http.StatusOK, object{"size": 1, "start": 0, "isLastPage": true, "values": []object{
			{"id": "4", "projectId": "10001", "projectKey": "HELP", "projectName": "Help desk"},
		}})
	case r.Method == http.MethodGet && path == "/request" && r.URL.Query().Get("requestStatus") != "":
		answer(w, http.StatusOK, object{"size": 1, "start": 0, "isLastPage": true, "values": []object{
			{"issueKey": "HELP-7", "summary": "The engine stands still", "currentStatus": object{"status": "Waiting for support", "statusCategory": "INDETERMINATE"}},
		}})
	default:
		answer(w, http.StatusNotFound, object{"errorMessage": "There is no such resource.", "i18nErrorMessage": object{"i18nKey": "sd.not.found"}})
	}
}
