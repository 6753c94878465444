package apis

import (
	"encoding/json"
	"net/http"
	"time"
)

// Two apps of a business: one for real money, and one in the sandbox.
const (
	payPalClient        = "AXloopback-Kq3Zr8Tn5Vb2Xw0_example_live_0001"
	payPalSecret        = "EPloopback-Lw4Hn9Kd2Fy6Mc8_secret_live_0001"
	payPalSandboxClient = "AXloopback-Zr8Tn5Vb2Xw0Kq3_example_sandbox_0001"
	payPalSandboxSecret = "EPloopback-Hn9Kd2Fy6Mc8Lw4_secret_sandbox_0001"
)

// payPal is "Authentication" of the REST APIs and the requests of the example,
// https://developer.paypal.com/api/rest/authentication/. Each of its two hosts
// has apps and tokens of its own.
type payPal map[string]*authorizationServer

func newPayPal() http.Handler {
	server := func(id, key string) *authorizationServer {
		return &authorizationServer{
			clients:  []oauthClient{{id: id, secret: key, where: inHeader, grants: []string{"client_credentials"}}},
			lifetime: 9 * time.Hour,
			more: func() object {
				return object{
					"token_type": "Bearer", "app_id": "APP-10075AC41E5A1PLE1", "nonce": "2025-11-21T13:00:00Z-loopback",
					"scope": "openid https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/paypalattributes",
				}
			},
		}
	}
	return payPal{
		"api-m.paypal.com":         server(payPalClient, payPalSecret),
		"api-m.sandbox.paypal.com": server(payPalSandboxClient, payPalSandboxSecret),
	}
}

func (p payPal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server := p[r.Host]
	switch {
	case server == nil:
		http.NotFound(w, r)
	case r.URL.Path == "/v1/oauth2/token":
		server.token(w, r)
	case server.bearer(r, "Bearer") == nil:
		answer(w, http.StatusUnauthorized, object{"error": "invalid_token", "error_description": "Token signature verification failed"})
	case r.Method == http.MethodGet && r.URL.Path == "/v1/identity/oauth2/userinfo" && r.URL.Query().Get("schema") == "paypalv1.1":
		answer(w, http.StatusOK, object{
			"user_id": "https://www.paypal.com/webapps/auth/identity/user/loopback-0001", "name": "Ada Lovelace", "payer_id": "L00PBACKPAYER", "verified_account": "true",
		})
	case r.Method == http.MethodPost && r.URL.Path == "/v2/checkout/orders":
		payPalOrder(w, r)
	default:
		answer(w, http.StatusNotFound, object{"name": "RESOURCE_NOT_FOUND", "message": "The specified resource does not exist.", "debug_id": "100bbac000001"})
	}
}

// payPalOrder takes an order of one purchase.
func payPalOrder(w http.ResponseWriter, r *http.Request) {
	var order struct {
		Intent string
		Units  []struct {
			Amount struct {
				Currency string `json:"currency_code"`
				Value    string
			}
		} `json:"purchase_units"`
	}
	malformed := r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&order) != nil
	if malformed || order.Intent != "CAPTURE" || len(order.Units) != 1 || len(order.Units[0].Amount.Currency) != 3 || order.Units[0].Amount.Value == "" {
		answer(w, http.StatusBadRequest, object{
			"name": "INVALID_REQUEST", "message": "Request is not well-formed, syntactically incorrect, or violates schema.", "debug_id": "100bbac000002",
		})
		return
	}
	answer(w, http.StatusCreated, object{
		"id": "5O190127TN364715T", "status": "CREATED",
		"links": []object{
			{"href": "https://api-m.paypal.com/v2/checkout/orders/5O190127TN364715T", "rel": "self", "method": "GET"},
			{"href": "https://www.paypal.com/checkoutnow?token=5O190127TN364715T", "rel": "approve", "method": "GET"},
		},
	})
}
