package auth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/oauth2"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// The examples of this file are the blocks of docs/embedding.md.

// load reads a connector from a directory and returns its first option, ready to
// run.
func load(dir string) (auth.Subject, error) {
	files := os.DirFS(dir)
	connector, diagnostics, err := spec.Load(files, "spec.yml")
	if err != nil {
		return auth.Subject{}, err // it could not be read
	}
	options, found := lint.Run(connector, lint.Options{Files: files})
	for _, d := range append(diagnostics, found...) {
		if d.Severity == spec.Error {
			return auth.Subject{}, fmt.Errorf("%s", d)
		}
	}
	first := options[0]
	return auth.Subject{Connector: connector, Option: first.Option, Methods: first.Methods, Files: files}, nil
}

func Example_load() {
	subject, err := load("../examples/openweather")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(subject.Connector.Name(), subject.Option.Type())
	// Output: OpenWeather client-credentials
}

func Example_validate() {
	broken := []byte("name: Acme\nauth:\n  type: bearer\n  baseUrl: https://api.acme.example\n")
	connector, diagnostics := spec.LoadText("acme.yml", broken)
	_, found := lint.Run(connector, lint.Options{})
	for _, d := range append(diagnostics, found...) {
		if d.Severity == spec.Error {
			fmt.Println(d)
			fmt.Println("hint:", d.Hint)
		}
	}
	// Output:
	// acme.yml:4:3: unknown field "baseUrl" [unknown-field]
	// hint: did you mean "baseUri"?
}

func Example_evaluate() {
	authored, err := formula.ParseJSON([]byte(`{"name": "${user.first} ${user.last}", "id": {"$var": "user.id"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	program, problems := formula.Compile(authored, formula.Options{Variables: []string{"user"}})
	for _, p := range problems {
		fmt.Println(p)
	}
	variables, err := formula.ParseJSON([]byte(`{"user": {"first": "Ada", "last": "Lovelace", "id": 7}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := program.Eval(variables, formula.Run{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.Marshal(result)
	fmt.Println(string(text), err)
	// Output: {"name":"Ada Lovelace","id":7} <nil>
}

func Example_replay() {
	const dir = "../examples/openweather"
	subject, err := load(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	name := subject.Connector.RecordingFile(subject.Option.Key, subject.Scenario())
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		fmt.Println(err)
		return
	}
	recording, _, diagnostics := lint.ReadRecording(name, data)
	if recording == nil {
		fmt.Println(diagnostics)
		return
	}
	result, err := auth.Replay(context.Background(), subject, recording)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.OK, result.Label, result.Message)
	// Output: true OpenWeather (metric units)
}

// keysServer is an API with a key, and the route that leads to it.
func keysServer() (*httptest.Server, client.Route) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("appid") != "a-key-that-is-good" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		answer(w, http.StatusOK, map[string]any{"id": 2643743, "name": "London"})
	}))
	return server, routesTo(server.URL, "https://api.openweathermap.org")[0]
}

func Example_keep() {
	server, route := keysServer()
	defer server.Close()
	dir, err := os.MkdirTemp("", "store")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := keep(context.Background(), dir, route); err != nil {
		fmt.Println(err)
	}
	// Output:
	// connected: OpenWeather (metric units)
	// used later: 200
}

func keep(ctx context.Context, dir string, route client.Route) error {
	// The key of the store is in a file here; in a program for a desktop
	// store.Keyring is the place, in a container store.Environment.
	kept, _, err := store.Create(store.Options{Dir: filepath.Join(dir, "store")}, store.File, filepath.Join(dir, "key"))
	if err != nil {
		return err
	}
	if err := kept.Check(ctx); err != nil { // before anybody is asked for anything
		return err
	}
	subject, err := load("../examples/openweather")
	if err != nil {
		return err
	}
	world := auth.World{
		Network:  client.NewTransport(client.TransportOptions{Routes: []client.Route{route}}),
		Redactor: secret.NewRedactor(),
	}
	values, problems, err := subject.Complete(auth.Values{
		Inputs: formula.Object(formula.Member{Key: "apiKey", Value: formula.String("a-key-that-is-good")}),
	})
	if err != nil || len(problems) > 0 {
		return fmt.Errorf("%v %v", problems, err)
	}
	connection, result, err := auth.Connect(ctx, subject, values, world)
	if err != nil {
		return err // it could not be tried
	}
	if !result.OK {
		return fmt.Errorf("%s; %s", result.Message, result.Hint)
	}
	fmt.Println("connected:", result.Label)

	inputs, err := json.Marshal(values.Inputs)
	if err != nil {
		return err
	}
	record := &store.Connection{
		Name: "weather", Connector: subject.Connector.Key(), Option: subject.Option.Key,
		Label: result.Label, Inputs: inputs,
	}
	if err := auth.PutCredential(record, connection.Credential()); err != nil {
		return err
	}
	if err := kept.Add(ctx, record); err != nil {
		return err
	}
	return useLater(ctx, kept, subject, world)
}

// useLater uses the connection in another process: what a refresh changes is kept
// under a lock that all of them respect.
func useLater(ctx context.Context, kept *store.Store, subject auth.Subject, world auth.World) error {
	record, err := kept.Connection(ctx, "weather")
	if err != nil {
		return err
	}
	inputs, err := formula.ParseJSON(record.Inputs)
	if err != nil {
		return err
	}
	credential, err := auth.KeptCredential(record)
	if err != nil {
		return err
	}
	world.Keeper = auth.Kept(func(ctx context.Context) (*store.Locked, error) { return kept.Lock(ctx, record.ID) })
	connection, err := auth.Open(subject, auth.Values{Inputs: inputs}, world, credential)
	if err != nil {
		return err
	}
	web := &http.Client{Transport: connection, Timeout: time.Minute}
	resp, err := web.Get("https://api.openweathermap.org/data/2.5/weather?q=London")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	fmt.Println("used later:", resp.StatusCode)
	return nil
}

const notesSpec = `
key: notes
name: Notes
parametersSchema: {type: object, properties: {clientId: {type: string}}, required: [clientId]}
auth:
  type: oauth2
  baseUri: https://api.notes.example/v1
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      authorizeUri: https://notes.example/authorize
      tokenUri: https://notes.example/token
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: {$var: response.data.name}}}
  connectionLabel: Notes of ${test.name}
`

// notesSubject is an OAuth 2 connector, and a provider for it on this machine.
func notesSubject() (auth.Subject, auth.Values, auth.World, func()) {
	connector, _ := spec.LoadText("notes.yml", []byte(notesSpec))
	options, _ := lint.Run(connector, lint.Options{})
	subject := auth.Subject{Connector: connector, Option: options[0].Option, Methods: options[0].Methods}
	values, _, err := subject.Complete(auth.Values{
		Parameters: formula.Object(formula.Member{Key: "clientId", Value: formula.String("app-1")}),
	})
	if err != nil {
		panic(err)
	}
	server := httptest.NewServer(notes())
	world := auth.World{
		Network:  client.NewTransport(client.TransportOptions{Routes: routesTo(server.URL, "https://notes.example", "https://api.notes.example")}),
		Redactor: secret.NewRedactor(),
	}
	return subject, values, world, server.Close
}

func Example_webApplication() {
	ctx := context.Background()
	subject, values, world, end := notesSubject()
	defer end()
	world.Redirect = "https://tools.example/callback" // as it is registered
	begun, result, err := auth.Begin(ctx, subject, values, world)
	if err != nil || begun == nil {
		fmt.Println(err, result.Message)
		return
	}
	session, err := begun.Encode() // a secret: into the session of the user, encrypted
	if err != nil {
		fmt.Println(err)
		return
	}
	// Redirect the user to begun.URL. Then, at the redirect URI:
	callback := comesBack(begun.URL)
	begun, err = auth.DecodeBegun(session)
	if err != nil {
		fmt.Println(err)
		return
	}
	connection, result, err := auth.Finish(ctx, subject, values, world, begun, callback)
	if err != nil || !result.OK {
		fmt.Println(err, result.Message)
		return
	}
	fmt.Println(result.Label)

	var source oauth2.TokenSource = connection.TokenSource(ctx)
	token, err := source.Token()
	fmt.Println(token.Type(), token.Valid(), err)
	resp, err := (&http.Client{Transport: connection}).Get("https://api.notes.example/v1/notes")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	fmt.Printf("%s%v\n", body, err)
	// Output:
	// Notes of Ada
	// Bearer true <nil>
	// ["buy milk"]
	// <nil>
}

// comesBack is a user who agrees.
func comesBack(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	return q.Get("redirect_uri") + "?code=of-one-use&state=" + q.Get("state")
}
