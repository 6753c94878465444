package token_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/token"
)

// grant is a request for a token.
var grant = token.Params{{Name: "grant_type", Value: "client_credentials"}}

// A remote is an authorization server that counts its requests.
type remote struct {
	*httptest.Server
	requests atomic.Int32
}

func serve(t testing.TB, handle http.HandlerFunc) *remote {
	t.Helper()
	r := &remote{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.requests.Add(1)
		handle(w, req)
	}))
	t.Cleanup(r.Close)
	return r
}

// endpoint is the token endpoint for a client with a secret.
func (r *remote) endpoint() *token.Endpoint {
	return &token.Endpoint{
		URL:    r.URL + "/token",
		Client: token.Client{ID: "id", Secret: secret.New("planted")},
		Server: token.Server{Transport: r.Client().Transport},
	}
}
