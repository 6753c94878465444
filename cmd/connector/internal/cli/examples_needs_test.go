package cli_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/cmd/connector/internal/cli"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

func basicOf(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// changed loads the option from a copy of its example in which one text is
// another, whatever is to be said about that.
func (o exampleOption) changed(t testing.TB, from, to string) auth.Subject {
	t.Helper()
	dir := copyExample(t, o.Example)
	text, err := os.ReadFile(filepath.Join(dir, "spec.yml"))
	if err != nil || strings.Count(string(text), from) != 1 {
		t.Fatalf("%q is not once in the spec, %v", from, err)
	}
	writeFiles(t, dir, map[string]string{"spec.yml": strings.Replace(string(text), from, to, 1)})
	files := os.DirFS(dir)
	c, _, err := spec.Load(files, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	checked, _ := lint.Run(c, lint.Options{Files: files})
	i := slices.IndexFunc(checked, func(c lint.Checked) bool { return c.Option.Key == o.key })
	if i < 0 {
		t.Fatalf("no option %q", o.key)
	}
	engine, end, err := cli.System().Scripts()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return auth.Subject{Connector: c, Option: checked[i].Option, Methods: checked[i].Methods, Engine: engine, Files: files}
}

// TestExamplesNeedWhatTheySay changes what is particular in an example, and wants
// its API to refuse that, in its own words.
func TestExamplesNeedWhatTheySay(t *testing.T) {
	t.Parallel()
	tests := []struct{ option, from, to, want string }{
		{"google/default", "issuer: https://accounts.google.com", "issuer: https://accounts.google.com/", "issuer"},
		{"google/default", "clientAuthLocation: body", "clientAuthLocation: headers", "invalid_client"},
		{"google/default", "user(displayName,emailAddress)", "", "The 'fields' parameter is required"},
		{"slack/default", "scopeSeparator: ','", "scopeSeparator: ' '", "invalid_scope"},
		{"slack/default", "parameterNames: {scope: user_scope}", "parameterNames: {}", "no_user_scopes"},
		{"slack/default", "clientAuthLocation: headers", "clientAuthLocation: body", "bad_client_secret"},
		{"slack/default", "redirect: {uri: {$var: connectorParameters.redirectUri}}", "redirect: {}", "The redirect URI is not registered."},
		{"slack/default", "accessToken: authed_user.access_token", "refreshToken: refresh_token", "the answer has no access_token"},
		{"slack/default", "Bearer ${credentials.access_token}", "${credentials.access_token}", "invalid_auth"},
		{"hubspot/default", "clientAuthLocation: body", "clientAuthLocation: headers", "BAD_CLIENT_SECRET"},
		{"hubspot/default", "{value: oauth, title: Connect your account}", "crm.objects.deals.read", "oauth is missing"},
		{"notion/default", "tokenFormat: json", "tokenFormat: form", "invalid_json"},
		{"notion/default", "clientAuthLocation: headers", "clientAuthLocation: body", "invalid_client"},
		{"notion/default", "extra: {owner: user}", "extra: {}", "Missing or invalid owner."},
		{"notion/default", "        Notion-Version: '2025-09-03'", "        X-Version: '2025-09-03'", "Notion-Version header should be defined"},
		{"shopify/app", "clientAuthLocation: body", "clientAuthLocation: headers", "invalid_client"},
		{"shopify/app", "{X-Shopify-Access-Token: '${credentials.access_token}'}", "{Authorization: 'Bearer ${credentials.access_token}'}", "answered 401 Unauthorized"},
		{"shopify/token", "name: X-Shopify-Access-Token", "name: X-Access-Token", "answered 401 Unauthorized"},
		{"stripe/default", "fixed: ''", "fixed: x", "You did not provide an API key"},
		{"zendesk/token", "${credentials.username}/token", "${credentials.username}", "Couldn't authenticate you"},
		{"zendesk/oauth", "expires_in: 86400,", "expires_in: 86400000,", "expires_in is not between"},
		{"zendesk/oauth", "{value: 'users:read', title: See users}", "tickets:write", "answered 403 Forbidden"},
	}
	for _, test := range tests {
		t.Run(strings.ReplaceAll(test.option, "/", "-")+"/"+test.to, func(t *testing.T) {
			t.Parallel()
			example, key, _ := strings.Cut(test.option, "/")
			o := optionOf(t, example, key)
			s := o.changed(t, test.from, test.to)
			_, result, err := auth.Connect(t.Context(), s, o.values(t, s), o.world(t))
			if got := fmt.Sprintf("%v %+v", err, result); err == nil && result.OK || !strings.Contains(got, test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

// TestExampleOfflineAccess has Google give a refresh token to those alone who
// ask for it.
func TestExampleOfflineAccess(t *testing.T) {
	t.Parallel()
	for _, extra := range []string{"{access_type: offline}", "{prompt: consent}", "{}"} {
		o := optionOf(t, "google", "default")
		s := o.changed(t, "{access_type: offline, prompt: consent}", extra)
		c, _ := o.connected(t, s, o.values(t, s))
		if err := c.Refresh(t.Context()); !errors.Is(err, auth.ErrNoRefresh) {
			t.Errorf("with %s: %v, want no refresh token", extra, err)
		}
	}
}

// TestExampleStolenRefreshToken uses a refresh token of Zendesk twice: then nothing of its
// login is good any more.
func TestExampleStolenRefreshToken(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "zendesk", "oauth")
	s := o.subject(t, filepath.Join(repository, "examples", "zendesk"))
	c, w := o.connected(t, s, o.values(t, s))
	first := c.Credential()
	if err := c.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if second := c.Credential(); first.Values.Get("refresh_token").Text() == second.Values.Get("refresh_token").Text() {
		t.Error("the refresh token stayed what it was")
	}
	thief, err := auth.Open(s, o.values(t, s), w, first)
	if err != nil {
		t.Fatal(err)
	}
	if err := thief.Refresh(t.Context()); err == nil {
		t.Error("a refresh token was good twice")
	}
	if result, err := c.Test(t.Context()); err != nil || result.OK {
		t.Errorf("what was stolen is good still: %v", err)
	}
}
