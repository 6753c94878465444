package apis

import "net/http"

const deepLKey = "27f3b5f0-loop-back-9a4d-0123456789ab:fx"

// deepL is "Check usage and limits" of the DeepL API,
// https://developers.deepl.com/api-reference/usage-and-quota/check-usage-and-limits.
// A key of the free plan, which ends in :fx, is good at the host of that plan.
func deepL(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Authorization") != "DeepL-Auth-Key "+deepLKey || r.Host != "api-free.deepl.com":
		answer(w, http.StatusForbidden, object{"message": "Authorization failure, check auth_key"})
	case r.Method == http.MethodGet && r.URL.Path == "/v2/usage":
		answer(w, http.StatusOK, object{"character_count": 180118, "character_limit": 500000})
	default:
		answer(w, http.StatusNotFound, object{"message": "Not found"})
	}
}
