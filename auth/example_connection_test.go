package auth_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A program of one's own logs a user in, keeps the credential, and gives the
// connection to libraries that know neither specs nor OAuth: as the transport
// of an http.Client, and as a token source of x/oauth2.
func ExampleConnection() {
	const text = `
key: notes
name: Notes
auth:
  type: oauth2
  baseUri: https://api.notes.example/v1
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      authorizeUri: https://notes.example/authorize
      tokenUri: https://notes.example/token
      scopes: [notes.read]
  parametersSchema:
    type: object
    properties: {clientId: {type: string}}
    required: [clientId]
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: {$var: response.data.name}}}
  connectionLabel: Notes of ${test.name}
`
	connector, _ := spec.LoadText("notes.yml", []byte(text))
	options, _ := lint.Run(connector, lint.Options{})
	subject := auth.Subject{Connector: connector, Option: options[0].Option, Methods: options[0].Methods}
	values, _, err := subject.Complete(auth.Values{
		Parameters: formula.Object(formula.Member{Key: "clientId", Value: formula.String("app-1")}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// In place of the provider, a server of this machine.
	server := httptest.NewServer(notes())
	defer server.Close()
	transport := client.NewTransport(client.TransportOptions{Routes: routesTo(server.URL, "https://notes.example", "https://api.notes.example")})
	world := auth.World{
		Network: transport,
		// Browser sends the user to an address, and gives the address at which
		// the user came back. A web application redirects, and waits for its
		// callback; here the user has agreed already.
		Browser: func(_ context.Context, visit login.Visit) (callback string, err error) {
			u, err := url.Parse(visit.URL)
			if err != nil {
				return "", err
			}
			q := u.Query()
			return q.Get("redirect_uri") + "?code=of-one-use&state=" + q.Get("state"), nil
		},
		// Keeper: keeps the credential where other processes find it.
	}
	connection, result, err := auth.Connect(context.Background(), subject, values, world)
	if err != nil || !result.OK {
		fmt.Println(err, result.Message, result.Hint)
		return
	}
	fmt.Println(result.Label)

	// For every library that takes an http.Client. Requests go to the API's
	// origin or not at all, with a fresh token.
	web := &http.Client{Transport: connection}
	resp, err := web.Get("https://api.notes.example/v1/notes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(resp.StatusCode, strings.TrimSpace(string(body)))
	_, err = web.Get("https://elsewhere.example/")
	fmt.Println(err)

	// For those that take x/oauth2.
	var source oauth2.TokenSource = connection.TokenSource(context.Background())
	token, err := source.Token()
	fmt.Println(token.Type(), token.Valid(), err)

	// Later, in another process: the credential as it was kept.
	kept, _ := connection.Credential().Encode() // a secret: to be encrypted
	credential, err := auth.DecodeCredential(kept)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, _ := auth.Open(subject, values, world, credential)
	resp, err = again.Do(&http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/notes"}})
	if err == nil {
		defer resp.Body.Close()
		fmt.Println(resp.StatusCode)
	}
	// Output:
	// Notes of Ada
	// 200 ["buy milk"]
	// Get "https://elsewhere.example/": https://elsewhere.example is not an allowed origin (allowed: https://api.notes.example, https://notes.example): nothing was sent; add it to allowedOrigins if the credential may go there
	// Bearer true <nil>
	// 200
}

// notes is a provider and its API.
func notes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"access_token": "token-0123456789", "token_type": "Bearer", "expires_in": 3600})
	})
	api := func(body any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer token-0123456789" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			answer(w, http.StatusOK, body)
		}
	}
	mux.HandleFunc("GET /v1/me", api(map[string]any{"name": "Ada"}))
	mux.HandleFunc("GET /v1/notes", api([]string{"buy milk"}))
	return mux
}

// routesTo leads origins to a server.
func routesTo(server string, origins ...string) []client.Route {
	var routes []client.Route
	for _, origin := range origins {
		route, err := client.ParseRoute(origin+"="+server, false)
		if err != nil {
			panic(err)
		}
		routes = append(routes, route)
	}
	return routes
}
