package formpage_test

import (
	"regexp"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/formula"
)

// TestKinds fills a field of each kind, without script.
func TestKinds(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	v := visit(t, s)
	v.send(v.filled("option", "token", "input.subdomain", " demo ", "input.apiKey", "hk_12345678", "input.kind", "user",
		"input.limit", "90", "input.sandbox", "true", "input.tags", "orders", "input.tags", "people", "input.region", "us-east",
		"input.key", "-----BEGIN KEY-----\r\nabc\r\n-----END KEY-----", "input.headers", `{"X-A": "b"}`))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := `token  {"subdomain":"demo","apiKey":"hk_12345678","kind":"user","limit":90,"sandbox":true,"tags":["orders","people"],` +
		`"region":"us-east","key":"-----BEGIN KEY-----\nabc\n-----END KEY-----\n","headers":{"X-A":"b"}} {}`
	if got := summary(answers); got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
}

// TestWhatIsEmpty wants fields that are left empty to be absent, so that their
// defaults apply.
func TestWhatIsEmpty(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	v := visit(t, s)
	has(t, v.page(), true, `value="60"`)
	v.send(v.filled("option", "token", "input.subdomain", "demo", "input.apiKey", "hk_12345678", "input.kind", "user", "input.limit", "", "input.region", ""))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"subdomain":"demo","apiKey":"hk_12345678","kind":"user","sandbox":false} {}`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
}

// TestDependentFieldsWithoutScript wants a field that applies to what was typed
// to be asked for in another round, with what was typed kept.
func TestDependentFieldsWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	v := visit(t, s)
	has(t, v.page(), false, "App ID")
	page := v.send(v.filled("option", "token", "input.subdomain", "demo", "input.apiKey", "hk_12345678", "input.kind", "rest"))
	has(t, page, true, "App ID", "needs the fields below", `value="demo"`, "There is a value")
	has(t, page, false, "hk_12345678", "App ID is required")
	page = v.send(v.filled("option", "token", "input.subdomain", "demo", "input.kind", "rest"))
	has(t, page, true, "App ID is required", `id="problems"`)
	page = v.send(v.filled("option", "token", "input.subdomain", "NO", "input.kind", "rest", "input.appId", "app-7"))
	has(t, page, true, "Subdomain does not match", `value="app-7"`)
	// Back to the other kind: what no longer applies is no answer.
	v.send(v.filled("option", "token", "input.subdomain", "demo", "input.kind", "user", "input.appId", "left over"))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"subdomain":"demo","apiKey":"hk_12345678","kind":"user","sandbox":false} {}`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
}

// TestOptionalDependentField wants a field to be shown before it is passed over.
func TestOptionalDependentField(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: formpage.Page{Title: "Small", Options: []formpage.Option{{Key: "token", Form: schemaOf(t, `{"type": "object",
		"properties": {"more": {"type": "boolean"}}, "if": {"properties": {"more": {"const": true}}, "required": ["more"]}, "then": {"properties": {"note": {"type": "string", "title": "Note"}}}}`)}}}})
	v := visit(t, s)
	has(t, v.send(v.filled("input.more", "true")), true, "Note", "Connect Small")
	has(t, v.send(v.filled("input.more", "true")), true, "Connecting Small")
}

// TestSecretChoice wants of a choice that is a secret not to be seen which it is.
func TestSecretChoice(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: formpage.Page{Title: "Small", Options: []formpage.Option{{
		Key: "token", Given: formula.Object(formula.Member{Key: "pin", Value: formula.String("b")}),
		Form: schemaOf(t, `{"type": "object", "properties": {"pin": {"enum": ["a", "b"], "isSensitive": true}}, "required": ["pin"]}`),
	}}}})
	v := visit(t, s)
	has(t, v.page(), true, "There is a value", "As it is", `<option value="b">`)
	has(t, v.page(), false, `" selected`, `" checked`)
	v.send(v.filled("input.pin", ""))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"pin":"b"} {}`; got != want {
		t.Errorf("the answers are %s, want %s", got, want)
	}
}

// TestOptionsWithoutScript changes the option, whose fields are then asked for.
func TestOptionsWithoutScript(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	v := visit(t, s)
	has(t, v.page(), false, "Client secret", "callback")
	page := v.send(v.filled("option", "oauth", "input.subdomain", "demo", "input.apiKey", "hk_12345678"))
	has(t, page, true, "Client secret", "http://127.0.0.1:47920/callback/eu", "https://demo.harbour.example", "https://harbour.example/developers", "needs the fields below")
	has(t, page, false, "is required", "API key is")
	page = v.send(v.filled("option", "oauth", "environment", "na", "input.subdomain", "demo", "parameter.clientId", "me"))
	has(t, page, true, "Client secret is required", "http://127.0.0.1:47920/callback/na")
	v.send(v.filled("option", "oauth", "environment", "na", "input.subdomain", "demo", "parameter.clientId", "me",
		"parameter.clientSecret", "hush", "scope", "people.read", "scope", "root", "parameter.other", "x"))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `oauth na {"subdomain":"demo"} {"clientId":"me","clientSecret":"hush"} people.read`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
}

// TestGiven wants what is known to be in the form, and to be kept.
func TestGiven(t *testing.T) {
	t.Parallel()
	page := harbour(t)
	page.Chosen = "oauth"
	o := &page.Options[1]
	o.Given = formula.Object(formula.Member{Key: "subdomain", Value: formula.String("given-sub")})
	o.GivenParameters = formula.Object(formula.Member{Key: "clientId", Value: formula.String("given-id")}, formula.Member{Key: "clientSecret", Value: formula.String("given-secret")})
	o.Environment, o.Scopes = "na", []string{"orders.write"}
	s := serve(t, formpage.ServeOptions{Page: page})
	v := visit(t, s)
	shown := v.page()
	has(t, shown, true, `value="given-sub"`, `value="given-id"`, "There is a value", `value="na" checked`, `value="orders.write" checked`, "https://given-sub.harbour.example")
	has(t, shown, false, "given-secret", "is required")
	v.send(v.filled("option", "oauth", "environment", "na", "scope", "orders.write", "input.subdomain", "given-sub", "parameter.clientId", "other-id", "parameter.clientSecret", ""))
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `oauth na {"subdomain":"given-sub"} {"clientId":"other-id","clientSecret":"given-secret"} orders.write`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
}

// TestCheck wants what somebody else finds in answers to be shown as what the
// form finds, beside its field or above all.
func TestCheck(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t), Check: func(a formpage.Answers) []form.Problem {
		if a.Inputs.Get("host").Text() == "taken" {
			return []form.Problem{{Name: "host", Message: "is taken"}, {Message: "nothing else is free"}}
		}
		return nil
	}})
	v := visit(t, s)
	page := v.send(v.filled("input.host", "taken", "input.key", "secret"))
	has(t, page, true, "There are 2 problems", "Host is taken</p>", "<li dir=\"auto\">nothing else is free</li>", `aria-invalid="true"`, "Error: Connect Small")
	has(t, v.send(v.filled("input.host", "free", "input.key", "secret")), true, "Connecting Small")
}

var tags = regexp.MustCompile(`<[^>]*>`)

// TestHostileTexts wants texts of a spec to be shown as text, whatever they are.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	const bad = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e\x1b[31m"
	page := formpage.Page{
		Title: bad, Description: bad, Logo: []byte(bad), LogoType: "text/html",
		Options: []formpage.Option{
			{Key: bad, Title: bad, Description: bad},
			{
				Key: "b", Title: bad, Registration: bad, RegistrationURI: "javascript:alert(1)",
				Environments: []form.Choice{choice(bad, bad), choice("x", bad)}, OptionalScopes: []form.Choice{choice(bad, bad)},
				Form: form.New(formula.Object(formula.Member{Key: "properties", Value: formula.Object(formula.Member{Key: bad, Value: formula.Object(
					formula.Member{Key: "title", Value: formula.String(bad)}, formula.Member{Key: "description", Value: formula.String(bad)},
					formula.Member{Key: "helpUri", Value: formula.String("javascript:alert(1)")}, formula.Member{Key: "default", Value: formula.String(bad)},
				)})})),
			},
		},
		Chosen: "b",
		Preview: func(formpage.Answers) formpage.Preview {
			return formpage.Preview{Hosts: []string{bad}, RedirectURI: bad}
		},
	}
	s := serve(t, formpage.ServeOptions{Page: page})
	v := visit(t, s)
	clean := func() {
		t.Helper()
		text := v.page()
		has(t, text, true, "&lt;img src=x")
		has(t, text, false, "<img", "<script>alert", "javascript:", "ZgotmplZ")
		has(t, tags.ReplaceAllString(text, ""), false, "\x1b", "\u202e")
	}
	clean()
	s.Retry([]form.Problem{{Name: bad, Message: bad}, {Message: bad}})
	clean()
	v.send(v.filled("option", "b", "environment", "x"))
	if _, err := s.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Step(bad, formpage.Failed, bad)
	s.Login("javascript:alert(1)")
	clean()
	s.Done(formpage.Outcome{Label: bad, Message: bad, Hint: bad})
	clean()
}
