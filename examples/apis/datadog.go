package apis

import "net/http"

// The keys of an organization and of a user, at the site us3.datadoghq.com.
const (
	datadogAPIKey         = "1007bac4000example000api000key01"
	datadogApplicationKey = "1007bac40000000example00000application01"
)

// datadog is "Validate API and application keys" and "Get all monitors",
// https://docs.datadoghq.com/api/latest/. Each site has organizations of its own.
func datadog(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, text string) { answer(w, status, object{"errors": []string{text}}) }
	switch {
	case r.Host != "api.us3.datadoghq.com" || r.Header.Get("DD-API-KEY") != datadogAPIKey:
		refuse(http.StatusUnauthorized, "Unauthorized")
	case r.Method != http.MethodGet:
		refuse(http.StatusNotFound, "Not found")
	case r.Header.Get("DD-APPLICATION-KEY") != datadogApplicationKey:
		refuse(http.StatusForbidden, "Forbidden")
	case r.URL.Path == "/api/v2/validate_keys":
		answer(w, http.StatusOK, object{"status": "ok"})
	case r.URL.Path == "/api/v1/monitor" && r.URL.Query().Get("page") == "0":
		answer(w, http.StatusOK, []object{
			{"id": 91879684, "type": "metric alert", "name": "Steam pressure", "overall_state": "OK"},
			{"id": 91879685, "type": "metric alert", "name": "Gear wear", "overall_state": "Alert"},
		})
	default:
		refuse(http.StatusNotFound, "Not found")
	}
}
