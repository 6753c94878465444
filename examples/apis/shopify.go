package apis

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// What the shop example.myshopify.com accepts: the token of an app that its
// owner made there, and the client of one that its organization made.
const (
	shopifyShop   = "example.myshopify.com"
	shopifyToken  = "shpat" + "_loopback0000000000000000000001"
	shopifyClient = "9d2f0a6b7c1e4835loopback0000001"
	shopifySecret = "shpss" + "_loopback0000000000000000000001"
)

// shopify is the "client credentials grant" and the requests of the example, of
// the GraphQL Admin API, https://shopify.dev/docs/api/admin-graphql. It knows
// queries by their texts.
type shopify struct{ *authorizationServer }

func newShopify() http.Handler {
	return &shopify{&authorizationServer{
		clients: []oauthClient{{
			id: shopifyClient, secret: shopifySecret, where: inBody, grants: []string{"client_credentials"},
		}},
		lifetime: 24*time.Hour - time.Second,
		shape: func(_ *grant, tokens object) object {
			delete(tokens, "token_type") // there is none
			tokens["scope"] = "read_products"
			return tokens
		},
	}}
}

func (s *shopify) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text := r.Header.Get("X-Shopify-Access-Token")
	switch {
	case r.Host != shopifyShop:
		http.NotFound(w, r)
	case r.URL.Path == "/admin/oauth/access_token":
		s.token(w, r)
	case text != shopifyToken && s.holder(text) == nil:
		answer(w, http.StatusUnauthorized, object{"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"})
	case r.URL.Path != "/admin/api/2025-10/graphql.json":
		answer(w, http.StatusNotFound, object{"errors": "Not Found"})
	default:
		shopifyQuery(w, r)
	}
}

// shopifyQuery answers the queries of the example.
func shopifyQuery(w http.ResponseWriter, r *http.Request) {
	var body struct{ Query string }
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" || json.NewDecoder(r.Body).Decode(&body) != nil {
		answer(w, http.StatusBadRequest, object{"errors": object{"query": "Required parameter missing or invalid"}})
		return
	}
	switch {
	case body.Query == "query { shop { name myshopifyDomain } }":
		answer(w, http.StatusOK, object{"data": object{"shop": object{"name": "Engines & Notes", "myshopifyDomain": shopifyShop}}})
	case strings.HasPrefix(body.Query, "query { products(first: "):
		answer(w, http.StatusOK, object{"data": object{"products": object{"nodes": []object{
			{"id": "gid://shopify/Product/108828309", "title": "Difference Engine", "status": "ACTIVE"},
			{"id": "gid://shopify/Product/121709582", "title": "Punched cards", "status": "DRAFT"},
		}}}})
	default:
		answer(w, http.StatusOK, object{"errors": []object{{"message": "Field doesn't exist on type 'QueryRoot'", "extensions": object{"code": "undefinedField"}}}})
	}
}
