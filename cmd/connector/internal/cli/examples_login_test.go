package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/cli"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// subject loads the option from the directory of its example, or of a copy.
func (o exampleOption) subject(t testing.TB, dir string) auth.Subject {
	t.Helper()
	files := os.DirFS(dir)
	c, diagnostics, err := spec.Load(files, "spec.yml")
	if err != nil || len(diagnostics) > 0 {
		t.Fatal(err, diagnostics)
	}
	checked, diagnostics := lint.Run(c, lint.Options{Files: files})
	i := slices.IndexFunc(checked, func(c lint.Checked) bool { return c.Option.Key == o.key })
	if i < 0 || len(diagnostics) > 0 {
		t.Fatalf("no option %q, or %v", o.key, diagnostics)
	}
	engine, end, err := cli.System().Scripts()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return auth.Subject{Connector: c, Option: checked[i].Option, Methods: checked[i].Methods, Engine: engine, Files: files}
}

// values are what the server accepts, completed.
func (o exampleOption) values(t testing.TB, s auth.Subject) auth.Values {
	t.Helper()
	object := func(values map[string]string) formula.Value {
		text, err := json.Marshal(values)
		if err != nil {
			t.Fatal(err)
		}
		v, err := formula.ParseJSON(text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	v, problems, err := s.Complete(auth.Values{Inputs: object(o.Inputs), Parameters: object(o.Parameters)})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// world is one whose network leads to the server, and whose user agrees to
// everything: the browser goes where the server sends it.
func (o exampleOption) world(t testing.TB) auth.World {
	t.Helper()
	_, routes := o.routes(t)
	var options client.TransportOptions
	for _, text := range routes {
		route, err := client.ParseRoute(text, false)
		if err != nil {
			t.Fatal(err)
		}
		options.Routes = append(options.Routes, route)
	}
	network := client.NewTransport(options)
	t.Cleanup(network.CloseIdleConnections)
	browser := func(ctx context.Context, address string) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", err
		}
		resp, err := network.RoundTrip(req)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusFound {
			page, _ := io.ReadAll(resp.Body)
			return "", fmt.Errorf("the page says %q", page)
		}
		return resp.Header.Get("Location"), nil
	}
	return auth.World{
		Network: network, Redactor: secret.NewRedactor(), Browser: login.To(browser),
		Prompt: func(ctx context.Context, p auth.DevicePrompt) error { return enterCode(ctx, network, p) },
		Wait:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
}

// enterCode is the user of a login by device, who enters the code.
func enterCode(ctx context.Context, network http.RoundTripper, p auth.DevicePrompt) error {
	form := url.Values{"user_code": {p.UserCode}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URI, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := network.RoundTrip(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the page of the code answers %d", resp.StatusCode)
	}
	return nil
}

// forLogins runs a test for each option whose users log in.
func forLogins(t *testing.T, test func(t *testing.T, o exampleOption)) {
	forExamples(t, true, func(t *testing.T, o exampleOption) {
		if o.Browser {
			test(t, o)
		}
	})
}

// labels are what connections of the examples are called.
var labels = map[string]string{
	"asana/default":   "Ada Lovelace (ada@example.com)",
	"dropbox/public":  "Ada Lovelace (ada@example.com)",
	"dropbox/secret":  "Ada Lovelace (ada@example.com)",
	"github/device":   "octocat",
	"google/default":  "Ada Lovelace (ada@example.com)",
	"hubspot/default": "HubSpot 62515",
	"kintone/oauth":   "example: Orders",
	"notion/default":  "Ada's Notion",
	"slack/default":   "ada (Analytical Engines)",
	"trello/default":  "Ada Lovelace (adalovelace)",

	"microsoft-graph/login": "Ada Lovelace (ada@analytical.example)",
	"quickbooks/default":    "Analytical Engines (9130347714412345)",
	"snowflake/oauth":       "ADA (acme-analytics)",
	"zendesk/oauth":         "Ada Lovelace (example)",
}

// TestExamplesLogIn has a user log in, refreshes what came of it, and takes it
// back: then the API refuses it.
func TestExamplesLogIn(t *testing.T) {
	t.Parallel()
	forLogins(t, func(t *testing.T, o exampleOption) {
		s := o.subject(t, filepath.Join(repository, "examples", o.Example))
		c, result, err := auth.Connect(t.Context(), s, o.values(t, s), o.world(t))
		if err != nil || !result.OK {
			t.Fatalf("connect: %v, %+v", err, result)
		}
		if want := labels[o.Example+"/"+o.key]; result.Label != want {
			t.Errorf("the connection is called %q, want %q", result.Label, want)
		}
		refreshes := s.Option.Type() == "oauth2" && !s.Option.Value.Get("getOAuthConfig").Get("mapping").Get("noRefreshToken").Truthy()
		if refreshes {
			before := c.Credential().Values
			if err := c.Refresh(t.Context()); err != nil {
				t.Fatalf("refresh: %v", err)
			}
			after := c.Credential().Values
			if before.Get("access_token").Text() == after.Get("access_token").Text() || after.Get("refresh_token").Text() == "" {
				t.Error("refreshing gave no new access token, or lost the refresh token")
			}
		} else if err := c.Refresh(t.Context()); !errors.Is(err, auth.ErrNoRefresh) {
			t.Errorf("refresh: %v, want that it cannot be", err)
		}
		if result, err := c.Test(t.Context()); err != nil || !result.OK {
			t.Errorf("test: %v, %+v", err, result)
		}
		switch result, err := c.Disconnect(t.Context()); {
		case result != nil && errors.Is(result.Err, auth.ErrNoRevocation) && !s.Methods.Has("disconnect"):
			return
		case err != nil || !result.OK:
			t.Errorf("disconnect: %v, %+v", err, result)
		}
		if result, err := c.Test(t.Context()); err != nil || result.OK {
			t.Errorf("after it was taken back the API accepts the credential: %v", err)
		}
		if err := c.Refresh(t.Context()); err == nil && refreshes {
			t.Error("after it was taken back it can be refreshed")
		}
	})
}

// TestExamplesRefuseWrongClients makes the secrets of the registered
// applications wrong.
func TestExamplesRefuseWrongClients(t *testing.T) {
	t.Parallel()
	forLogins(t, func(t *testing.T, o exampleOption) {
		for _, name := range o.Secrets {
			wrong, value := o.wrong(name)
			s := o.subject(t, filepath.Join(repository, "examples", o.Example))
			c, result, err := auth.Connect(t.Context(), s, wrong.values(t, s), o.world(t))
			if err != nil || c != nil || result.OK {
				t.Fatalf("with a wrong %s: %v, %+v", name, err, result)
			}
			if !strings.Contains(result.Hint, "check c") || strings.Contains(result.Message+result.Hint, value) {
				t.Errorf("with a wrong %s: %q, hint %q", name, result.Message, result.Hint)
			}
		}
	})
}

// TestExamplesLoginRecordings makes the recordings of the options whose users
// log in anew, as TestExamplesRecordings does those of the others.
func TestExamplesLoginRecordings(t *testing.T) {
	t.Parallel()
	forLogins(t, func(t *testing.T, o exampleOption) {
		dir := copyExample(t, o.Example)
		if err := os.RemoveAll(filepath.Join(dir, "recordings")); err != nil {
			t.Fatal(err)
		}
		s := o.subject(t, dir)
		operations := []string{""}
		for _, operation := range s.Connector.Operations() {
			operations = append(operations, operation.Key)
		}
		for _, s.Operation = range operations {
			o.API = apiOf(t, o.Example) // nonces are the same in each run
			recordLogin(t, dir, s, o.values(t, s), o.world(t))
		}
		compareRecordings(t, dir, o)
	})
}

// recordLogin writes the recording of a subject, as connector test --record
// will when it logs in.
func recordLogin(t *testing.T, dir string, s auth.Subject, v auth.Values, w auth.World) {
	t.Helper()
	if s.Operation != "" {
		var err error
		if v.Input, _, err = s.CompleteInput(s.ExampleInput()); err != nil {
			t.Fatal(err)
		}
	}
	result, rec, err := auth.Record(t.Context(), s, v, w, sevens{}, "connector devel")
	if err != nil || !result.OK {
		t.Fatalf("record %q: %v, %+v", s.Operation, err, result)
	}
	rec.Source = "loopback"
	if _, err := cli.WriteRecording(dir, s, rec, w.Redactor); err != nil {
		t.Errorf("record %q: %v", s.Operation, err)
	}
}

// optionOf returns an option of an example.
func optionOf(t testing.TB, example, key string) exampleOption {
	t.Helper()
	api := apiOf(t, example)
	option, ok := api.Options[key]
	if !ok {
		t.Fatalf("%s has no option %q", example, key)
	}
	return exampleOption{api, option, key}
}

// connected connects an example, and returns its world, too.
func (o exampleOption) connected(t testing.TB, s auth.Subject, v auth.Values) (*auth.Connection, auth.World) {
	t.Helper()
	w := o.world(t)
	c, result, err := auth.Connect(t.Context(), s, v, w)
	if err != nil || !result.OK {
		t.Fatalf("connect: %v, %+v", err, result)
	}
	return c, w
}

// TestExampleRunsItsGrantAgain has a token of Salesforce end when the spec says
// so, since the server does not, and revokes the one that follows.
func TestExampleRunsItsGrantAgain(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "salesforce", "default")
	s := o.subject(t, filepath.Join(repository, "examples", "salesforce"))
	var later time.Duration
	w := o.world(t)
	w.Now = func() time.Time { return time.Now().Add(later) }
	c, result, err := auth.Connect(t.Context(), s, o.values(t, s), w)
	if err != nil || !result.OK {
		t.Fatalf("connect: %v, %+v", err, result)
	}
	first := c.Credential()
	if life := first.Expiry.Sub(first.Obtained); life != 2*time.Hour || first.Values.Has("refresh_token") || first.Values.Has("expires_in") {
		t.Errorf("the token lives for %v, want two hours, of which the server says nothing", life)
	}
	later = 2*time.Hour - time.Minute + time.Second
	if _, err := c.Fresh(t.Context()); err != nil || c.Credential() == first {
		t.Errorf("a minute before its end the token is not obtained anew: %v", err)
	}
	token := c.Credential().Values.Get("access_token").Text()
	status := func() int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.Origin+"/services/data/v62.0/chatter/users/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "OAuth "+token)
		resp, err := w.Network.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	before := status()
	if result, err := c.Disconnect(t.Context()); err != nil || !result.OK {
		t.Errorf("disconnect: %v, %+v", err, result)
	}
	if after := status(); before != http.StatusOK || after != http.StatusUnauthorized {
		t.Errorf("the API answers %d, and %d after the token was revoked; want 200 and 401", before, after)
	}
}

// TestExampleOptionalScope asks for an optional scope only where it is chosen.
func TestExampleOptionalScope(t *testing.T) {
	t.Parallel()
	const optional = "files.content.read"
	for _, chosen := range [][]string{nil, {optional}} {
		o := optionOf(t, "dropbox", "secret")
		s := o.subject(t, filepath.Join(repository, "examples", "dropbox"))
		v := o.values(t, s)
		v.Scopes = chosen
		c, _ := o.connected(t, s, v)
		want := append([]string{"account_info.read", "files.metadata.read"}, chosen...)
		if diff := cmp.Diff(want, c.Credential().Scopes); diff != "" {
			t.Errorf("chosen %q: granted (-want +got)\n%s", chosen, diff)
		}
	}
}

// TestExampleRedirects has logins of Kintone come back to where an environment
// says, or to this machine.
func TestExampleRedirects(t *testing.T) {
	t.Parallel()
	for environment, want := range map[string]string{
		"":   "http://127.0.0.1:47920/callback",
		"na": "https://integrator.example.com/connection/oauth2callback",
		"eu": "https://eu.integrator.example.com/connection/oauth2callback",
	} {
		o := optionOf(t, "kintone", "oauth")
		s := o.subject(t, filepath.Join(repository, "examples", "kintone"))
		v := o.values(t, s)
		if uri := s.Connector.Meta.Get("environments").Get(environment).Get("redirectUri"); !uri.IsMissing() {
			v.Parameters = v.Parameters.With("redirectUri", uri)
		}
		if got, err := s.RedirectURI(v); err != nil || got != want {
			t.Errorf("environment %q: %q, %v; want %q", environment, got, err, want)
		}
		o.connected(t, s, v) // the server compares it, and so does the login
	}
}

// redirects are the addresses of those that take no IP number.
var redirects = map[string]string{
	"microsoft-graph": "http://localhost:47920/callback",
	"quickbooks":      "http://localhost:47920/callback",
}

// TestExampleRedirectIsKnownFirst wants the address to be there before there is
// a client, which is registered with it.
func TestExampleRedirectIsKnownFirst(t *testing.T) {
	t.Parallel()
	forLogins(t, func(t *testing.T, o exampleOption) {
		s := o.subject(t, filepath.Join(repository, "examples", o.Example))
		want := redirects[o.Example]
		if want == "" {
			want = "http://127.0.0.1:47920/callback"
		}
		if got, err := s.RedirectURI(auth.Values{}); err != nil || got != want {
			t.Errorf("redirect URI %q, %v", got, err)
		}
		if r := s.Option.Value.Get("registration"); r.Get("helpUri").Text() == "" || r.Get("description").Text() == "" {
			t.Error("nothing says where and how to register an application")
		}
	})
}

// TestExampleRevokeURI revokes a token of OAuth 1 by a signed request, which is
// what happens without a disconnect method.
func TestExampleRevokeURI(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "trello", "default")
	dir := copyExample(t, "trello")
	file := filepath.Join(dir, "spec.yml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed, _, found := strings.Cut(string(text), "  # Trello has no revocation")
	changed = strings.Replace(changed, "      scopes:", "      revokeUri: https://trello.com/1/OAuthRevokeToken\n      scopes:", 1)
	if !found || !strings.Contains(changed, "revokeUri") {
		t.Fatal("the example is another one")
	}
	writeFiles(t, dir, map[string]string{"spec.yml": changed})
	s := o.subject(t, dir)
	c, _ := o.connected(t, s, o.values(t, s))
	if result, err := c.Disconnect(t.Context()); err != nil || !result.OK || len(result.Steps) == 0 || result.Steps[len(result.Steps)-1].Name != "revoke" {
		t.Errorf("disconnect: %v, %+v", err, result)
	}
	if result, err := c.Test(t.Context()); err != nil || result.OK {
		t.Errorf("after it was revoked the API accepts the token: %v", err)
	}
}
