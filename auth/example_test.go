package auth_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A program of one's own loads a connector, gives it what a user entered, and
// tests the credential.
func Example() {
	const text = `
key: weather
name: Weather
auth:
  type: api-key
  baseUri: https://api.weather.example
  credential: {in: query, name: key}
  test:
    implementationType: rest-api-mapping
    mapping:
      method: get
      path: /status
      responseMapping: {city: {$var: response.data.city}}
  connectionLabel: Weather of ${test.city}
`
	// From files: spec.Load(os.DirFS("connectors/weather"), "spec.yml").
	connector, _ := spec.LoadText("weather.yml", []byte(text))
	options, diagnostics := lint.Run(connector, lint.Options{})
	for _, d := range diagnostics {
		fmt.Println(d)
	}
	subject := auth.Subject{Connector: connector, Option: options[0].Option, Methods: options[0].Methods}

	// In place of the API, a server of this machine.
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Query().Get("key") != "let-me-in" {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"message": "%s is no key"}`, r.URL.Query().Get("key"))
			return
		}
		fmt.Fprint(w, `{"city": "London"}`)
	}))
	defer server.Close()
	route, err := client.ParseRoute("https://api.weather.example="+server.URL, false)
	if err != nil {
		fmt.Println(err)
		return
	}
	world := auth.World{
		Network:  client.NewTransport(client.TransportOptions{Routes: []client.Route{route}}),
		Redactor: secret.NewRedactor(),
	}
	// Whatever is shown of a run goes through its redactor.
	out := world.Redactor.Writer(os.Stdout)
	defer out.Close()
	for _, key := range []string{"let-me-in", "open-sesame"} {
		values, problems, err := subject.Complete(auth.Values{
			Inputs: formula.Object(formula.Member{Key: "apiKey", Value: formula.String(key)}),
		})
		if err != nil || len(problems) > 0 {
			fmt.Fprintln(out, err, problems)
			return
		}
		result, err := auth.Test(context.Background(), subject, values, world, rand.Reader)
		if err != nil {
			fmt.Fprintln(out, err)
			return
		}
		if result.OK {
			fmt.Fprintln(out, "connected:", result.Label)
		} else {
			fmt.Fprintln(out, result.Message)
		}
	}
	// Output:
	// connected: Weather of London
	// test: GET https://api.weather.example/status answered 401 Unauthorized: "[secret] is no key"
}
