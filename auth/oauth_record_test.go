package auth_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/cassette"
)

// secretsOf are what no recording of a login may hold.
func (p *provider) secrets() []string {
	list := []string{providerSecret, url.QueryEscape(providerSecret), p.refresh}
	for access := range p.access {
		list = append(list, access)
	}
	return append(list, "code-1-0123456789abcdef")
}

// TestLoginReplays records a login in a browser, whose token the API refuses
// once, and plays it again.
func TestLoginReplays(t *testing.T) {
	t.Parallel()
	p := &provider{lifetime: time.Hour}
	world, _ := p.world(t)
	s := subjectOf(t, oauthSpec(`  getCredentialsFromAccessTokenResponse:
    implementationType: mapping
    mapping: {tenant: {$var: queryParameters.tenant}}
`))
	result, rec, err := auth.Record(t.Context(), s, providerValues(t, s), world, random(), "test")
	if err != nil || !result.OK {
		t.Fatal(err, result)
	}
	rec.Source = "loopback"
	data, err := json.MarshalIndent(rec, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range p.secrets() {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the recording holds %q", secret)
		}
	}
	if err := cassette.Verify(data, rec, world.Redactor); err != nil {
		t.Errorf("the recording is refused: %v", err)
	}
	read, err := cassette.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	again, err := auth.Replay(t.Context(), s, read)
	if err != nil || !again.OK || again.Label != "Ada" {
		t.Fatalf("replay: %v, %+v\n%s", err, again, data)
	}
	steps := func(r *auth.Result) []string {
		var list []string
		for _, step := range r.Steps {
			list = append(list, step.Name+" "+step.Method+" "+step.URL)
		}
		return list
	}
	want := []string{
		"getOAuthConfig  ", "authorize GET https://login.acme.example/authorize", "token POST https://login.acme.example/token",
		"getCredentialsFromAccessTokenResponse  ", "makeApiClient  ", "test GET https://api.acme.example/v1/me",
	}
	if diff := cmp.Diff(want, steps(again)); diff != "" {
		t.Errorf("steps (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff(steps(result), steps(again)); diff != "" {
		t.Errorf("steps of the replay differ (-live +replayed)\n%s", diff)
	}
	changed := subjectOf(t, strings.Replace(oauthSpec(""), "[read, write]", "[read]", 1))
	if again, err := auth.Replay(t.Context(), changed, read); err != nil || again.OK {
		t.Errorf("a login with other scopes was replayed: %v", err)
	}
}
