package formpage_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/formula"
)

// accountSchema has a field of each kind, and fields that depend on others.
const accountSchema = `{
  "type": "object",
  "properties": {
    "subdomain": {"type": "string", "title": "Subdomain", "description": "The first part of your address.", "pattern": "^[a-z][a-z0-9-]*$", "examples": ["harbour-demo"]},
    "apiKey": {"type": "string", "title": "API key", "isSensitive": true, "minLength": 8, "description": "It begins with hk_.", "helpUri": "https://docs.harbour.example/keys"},
    "kind": {"title": "API", "oneOf": [
      {"const": "user", "title": "User API", "description": "What you see when you are logged in."},
      {"const": "rest", "title": "REST API", "description": "Everything, by an app of its own."}], "default": "user"},
    "limit": {"type": "integer", "title": "Requests a minute", "minimum": 1, "default": 60},
    "sandbox": {"type": "boolean", "title": "Use the sandbox"},
    "tags": {"type": "array", "title": "Areas", "items": {"enum": ["orders", "stock", "people"]}},
    "region": {"title": "Region", "enum": ["eu-west", "eu-north", "us-east", "us-west", "ap-south", "ap-east", "sa-east"]},
    "key": {"type": "string", "title": "Private key", "format": "multiline", "isSensitive": true},
    "headers": {"type": "object", "title": "Headers"}
  },
  "required": ["subdomain", "apiKey", "kind"],
  "if": {"properties": {"kind": {"const": "rest"}}, "required": ["kind"]},
  "then": {"properties": {"appId": {"type": "string", "title": "App ID", "description": "Made in the admin console."}}, "required": ["appId"]}
}`

const clientSchema = `{
  "type": "object",
  "properties": {
    "clientId": {"type": "string", "title": "Client ID"},
    "clientSecret": {"type": "string", "title": "Client secret", "isSensitive": true}
  },
  "required": ["clientId", "clientSecret"]
}`

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><path d="M4 26h32l-5 9H9z" fill="#1b7f79"/><path d="M19 4v19H7zM22 9v14h9z" fill="#f2a541"/></svg>`

func schemaOf(t testing.TB, text string) *form.Form {
	t.Helper()
	v, err := formula.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return form.New(v)
}

func choice(value, title string) form.Choice {
	return form.Choice{Value: formula.String(value), Title: title}
}

// harbour is a page with all that a page can have.
func harbour(t testing.TB) formpage.Page {
	t.Helper()
	return formpage.Page{
		Title: "Harbour", Description: "Orders, stock and people of small shops.",
		Logo: []byte(logo), LogoType: "image/svg+xml",
		Options: []formpage.Option{
			{Key: "token", Title: "API key", Description: "For one account, with a key from its settings.", Form: schemaOf(t, accountSchema)},
			{
				Key: "oauth", Title: "OAuth 2.0", Description: "You log in at Harbour and allow what the connection may do.",
				Form: schemaOf(t, `{"type": "object", "properties": {"subdomain": {"type": "string", "title": "Subdomain"}}, "required": ["subdomain"]}`), Parameters: schemaOf(t, clientSchema),
				Environments:   []form.Choice{choice("eu", "Europe"), choice("na", "North America")},
				OptionalScopes: []form.Choice{choice("orders.write", "Change orders"), choice("people.read", "Read people")},
				Registration:   "Make an app under Settings > Developers.\nGive it the redirect URI below.", RegistrationURI: "https://harbour.example/developers",
			},
		},
		Preview: func(a formpage.Answers) formpage.Preview {
			p := formpage.Preview{Hosts: []string{"https://api.harbour.example"}}
			if sub := a.Inputs.Get("subdomain").Text(); sub != "" {
				p.Hosts = append(p.Hosts, "https://"+sub+".harbour.example")
			}
			if a.Option == "oauth" {
				p.RedirectURI = "http://127.0.0.1:47920/callback/" + a.Environment
			}
			return p
		},
	}
}

// serve serves a page until the test ends.
func serve(t testing.TB, o formpage.ServeOptions) *formpage.Server {
	t.Helper()
	s, err := formpage.Serve(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = s.Close(ctx)
	})
	return s
}

// summary writes answers for a test, which may see them.
func summary(a formpage.Answers) string {
	return strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", a.Option, a.Environment,
		a.Inputs.AppendJSON(nil), a.Parameters.AppendJSON(nil), strings.Join(a.Scopes, " ")))
}
