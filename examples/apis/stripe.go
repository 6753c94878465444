package apis

import (
	"net/http"
	"strings"
)

// stripeKey is a restricted key of the test mode.
const stripeKey = "rk_test" + "_LOOPBACK7dK2mQ9xR4vB1nT8wZ"

// stripe is "Authentication", https://docs.stripe.com/api/authentication, and the
// requests of the example.
func stripe(w http.ResponseWriter, r *http.Request) {
	refuse := func(status int, e object) {
		if e["type"] == nil {
			e["type"] = "invalid_request_error"
		}
		answer(w, status, object{"error": e})
	}
	user, password, basic := r.BasicAuth()
	switch version := r.Header.Get("Stripe-Version"); {
	case !basic || password != "":
		w.Header().Set("WWW-Authenticate", `Basic realm="Stripe"`)
		refuse(http.StatusUnauthorized, object{
			"message": "You did not provide an API key. You need to provide your API key in the Authorization header, as the user name of Basic, with an empty password.",
		})
	case user != stripeKey:
		refuse(http.StatusUnauthorized, object{"message": "Invalid API Key provided: " + user[:min(7, len(user))] + "*******************"})
	case version != "" && version != "2025-09-30.clover":
		refuse(http.StatusBadRequest, object{"message": "Invalid Stripe API version: " + version})
	case r.Method == http.MethodGet && r.URL.Path == "/v1/balance":
		answer(w, http.StatusOK, object{
			"object": "balance", "livemode": false,
			"available": []object{{"amount": 2217713, "currency": "gbp", "source_types": object{"card": 2217713}}},
			"pending":   []object{{"amount": 0, "currency": "gbp", "source_types": object{"card": 0}}},
		})
	case r.Method == http.MethodPost && r.URL.Path == "/v1/customers":
		stripeCustomer(w, r, refuse)
	default:
		refuse(http.StatusNotFound, object{"message": "Unrecognized request URL (" + r.Method + ": " + r.URL.Path + ")."})
	}
}

// stripeCustomer creates a customer of a form, whose metadata are metadata[name].
func stripeCustomer(w http.ResponseWriter, r *http.Request, refuse func(int, object)) {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") || r.ParseForm() != nil {
		refuse(http.StatusBadRequest, object{"message": "Invalid request (check that your POST content type is application/x-www-form-urlencoded)."})
		return
	}
	customer := object{"id": "cus_NffrFeUfNV2Hib", "object": "customer", "livemode": false}
	metadata := map[string]string{}
	for name, values := range r.PostForm {
		key, nested := strings.CutPrefix(name, "metadata[")
		switch {
		case nested && strings.HasSuffix(key, "]"):
			metadata[strings.TrimSuffix(key, "]")] = values[0]
		case name == "email" || name == "name":
			customer[name] = values[0]
		default:
			refuse(http.StatusBadRequest, object{"code": "parameter_unknown", "param": name, "message": "Received unknown parameter: " + name})
			return
		}
	}
	customer["metadata"] = metadata
	answer(w, http.StatusOK, customer)
}
