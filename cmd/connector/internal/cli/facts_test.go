package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// TestFacts holds the examples against what independent catalogues agree on:
// where one logs in, how the client authenticates, where a key goes.
func TestFacts(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(filepath.Join(sharedDir(t), "corpora", "facts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var facts struct {
		APIs map[string]struct {
			Agreed map[string][]struct{ Value string }
		}
	}
	if err := json.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("../../../../examples")
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, e := range entries {
		api, ok := facts.APIs[e.Name()]
		if !ok {
			continue
		}
		c, _, err := spec.Load(os.DirFS(filepath.Join("../../../../examples", e.Name())), "spec.yml")
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range c.Options() {
			for fact, said := range saidBy(o) {
				agreed := api.Agreed[fact]
				if len(agreed) == 0 {
					continue
				}
				compared++
				if !slices.ContainsFunc(agreed, func(a struct{ Value string }) bool { return a.Value == said }) {
					t.Errorf("%s, %s: %s is %q; the catalogues agree on %q", e.Name(), o.Key, fact, said, agreed)
				}
			}
		}
	}
	if compared < 3 {
		t.Errorf("only %d facts were compared", compared)
	}
}

// variable is what stands for a part of an address that a user says.
var variable = regexp.MustCompile(`\$\{[^}]*\}`)

// saidBy returns what an option says, by the names of the facts.
func saidBy(o *spec.Option) map[string]string {
	address := func(v formula.Value) string {
		text, _, _ := strings.Cut(variable.ReplaceAllString(v.Text(), "{}"), "?")
		return strings.TrimSuffix(text, "/")
	}
	said := map[string]string{}
	config := o.Value.Get("getOAuthConfig").Get("mapping")
	switch o.Type() {
	case "oauth1":
		said["oauth1.request_token_url"] = address(config.Get("requestTokenUri"))
		said["oauth1.authorize_url"] = address(config.Get("authorizeUri"))
		said["oauth1.token_url"] = address(config.Get("tokenUri"))
	case "oauth2":
		if grant := config.Get("grantType").Text(); grant != "" && grant != "authorization_code" || config.Has("issuer") {
			return said
		}
		said["oauth2.authorize_url"] = address(config.Get("authorizeUri"))
		said["oauth2.token_url"] = address(config.Get("tokenUri"))
		said["oauth2.scope_separator"] = " "
		if s := config.Get("scopeSeparator"); !s.IsMissing() {
			said["oauth2.scope_separator"] = s.Text()
		}
		said["oauth2.client_auth"] = "header"
		if config.Get("clientAuthLocation").Text() == "body" {
			said["oauth2.client_auth"] = "body"
		}
	case "api-key":
		c := o.Value.Get("credential")
		in := c.Get("in").Text()
		if in == "" {
			in = "header"
		}
		said["api.placement.api_key"] = in + ":" + strings.ToLower(c.Get("name").Text()) + ":" + strings.TrimSpace(c.Get("prefix").Text())
	case "bearer":
		said["api.placement.api_key"] = "header:authorization:Bearer"
	}
	return said
}
