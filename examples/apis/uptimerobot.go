package apis

import "net/http"

const uptimeRobotKey = "u1234567-loopback0key0000000001"

// uptimeRobot is "API v2" of UptimeRobot, https://uptimerobot.com/api/: the key
// stands in the form, and errors have the status 200.
func uptimeRobot(w http.ResponseWriter, r *http.Request) {
	switch err := formPost(r); {
	case err != nil || r.URL.Path != "/v2/getAccountDetails" || r.PostForm.Get("format") != "json":
		http.NotFound(w, r)
	case r.PostForm.Get("api_key") != uptimeRobotKey:
		answer(w, http.StatusOK, object{"stat": "fail", "error": object{
			"type": "invalid_parameter", "parameter_name": "api_key", "message": "api_key is invalid.",
		}})
	default:
		answer(w, http.StatusOK, object{"stat": "ok", "account": object{"email": "ada@example.com", "monitor_limit": 50, "up_monitors": 3, "down_monitors": 0}})
	}
}
