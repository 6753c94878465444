package formpage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/testdata/peers"
)

// quiet wants a browser to have had nothing to complain of, such as a style that
// the policy refuses.
func quiet(t *testing.T, b *peers.Browser) {
	t.Helper()
	var complaints []string
	b.Run(t, "return complaints", nil, &complaints)
	for _, c := range complaints {
		t.Error(c)
	}
}

const (
	opens    = `await page.goto(args); await page.getByRole('button', {name: 'Connect'}).waitFor()`
	connects = `await page.getByRole('button', {name: 'Connect'}).click();`
)

// TestLooks shows each page in light, dark and narrow to a checker of
// accessibility. With -artifacts the pictures are kept, to be looked at.
func TestLooks(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]peers.ChromiumOptions{
		"light": {}, "dark": {Dark: true}, "narrow": {Width: 320, Height: 640}, "narrow-dark": {Width: 320, Height: 640, Dark: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, o)
			look(t, b, func(name string) {
				t.Helper()
				b.Screenshot(t, filepath.Join(t.ArtifactDir(), name+".png"))
				var found []string
				b.Run(t, "return axe()", nil, &found)
				for _, f := range found {
					t.Errorf("%s: %s", name, f)
				}
				var wide bool
				b.Run(t, "return page.evaluate(() => document.documentElement.scrollWidth > innerWidth)", nil, &wide)
				if wide {
					t.Errorf("%s is wider than the window", name)
				}
			})
			quiet(t, b)
		})
	}
}

// look goes through all pages.
func look(t *testing.T, b *peers.Browser, see func(name string)) {
	t.Helper()
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	b.Run(t, opens, s.URL(), nil)
	see("form")
	b.Run(t, `await page.getByLabel('REST API').check(); await page.getByLabel('App ID').waitFor()
		await page.getByLabel('Subdomain').fill('Bad One'); await page.getByLabel('API key', {exact: true}).fill('short')
		await page.getByLabel('Private key').fill('-----BEGIN KEY-----\nsecret')
		`+connects+`await page.locator('#problems').waitFor()`, nil, nil)
	see("errors")
	b.Run(t, `await page.getByLabel('OAuth 2.0').check(); await page.getByLabel('Client ID').waitFor()`, nil, nil)
	see("oauth")
	b.Run(t, `await page.getByLabel('Subdomain').fill('demo'); await page.getByLabel('Client ID').fill('me')
		await page.getByLabel('Client secret').fill('secret-secret')
		`+connects+`await page.getByText('Preparing').waitFor()`, nil, nil)
	if _, err := s.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "<!doctype html><title>Log in</title>")
	}))
	t.Cleanup(provider.Close)
	s.Step("Log in", formpage.Running, "")
	s.Step("Test the connection", formpage.Waiting, "")
	s.Step("Keep it", formpage.Waiting, "")
	s.Login(provider.URL + "/authorize")
	b.Run(t, `await page.waitForURL(args[0]); await page.goto(args[1]); await page.getByText('address bar').waitFor()`, []string{provider.URL + "/authorize", s.Back()}, nil)
	see("login")
	s.Step("Log in", formpage.Passed, "")
	s.Step("Test the connection", formpage.Running, "GET https://api.harbour.example/me")
	b.Run(t, `await page.getByText('GET https').waitFor()`, nil, nil)
	see("progress")
	s.Retry([]form.Problem{{Message: "Harbour answered 401 Unauthorized: the client is not known"}})
	b.Run(t, `await page.getByText('not known').waitFor()`, nil, nil)
	see("refused")
	b.Run(t, connects+`await page.getByText('Preparing').waitFor()`, nil, nil)
	if _, err := s.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	ok := formpage.Outcome{OK: true, Label: "ada@example.com", Message: "The connection is kept as “Harbour, Ada”.", Hint: "Use it with connector request GET /me --connection 'Harbour, Ada'"}
	failed := formpage.Outcome{Message: "The test failed: 401 Unauthorized.", Hint: "Look whether the key is of this environment, then run the command again."}
	o := map[bool]formpage.Outcome{true: failed, false: ok}[strings.Contains(t.Name(), "dark")]
	s.Step("Log in", formpage.Passed, "")
	s.Step("Test the connection", map[bool]formpage.State{true: formpage.Passed, false: formpage.Failed}[o.OK], "")
	s.Step("Keep it", map[bool]formpage.State{true: formpage.Passed, false: formpage.Skipped}[o.OK], "")
	s.Done(o)
	b.Run(t, `await page.getByText('You can close').waitFor()`, nil, nil)
	see("ended")
	b.Run(t, `await page.goto(args)`, s.URL(), nil)
	see("refused-visitor")
	b.Run(t, `complaints.splice(0, 1)`, nil, nil) // of the status of the last page
}

// TestFormWithScript types as a person does.
func TestFormWithScript(t *testing.T) {
	t.Parallel()
	b := peers.Chromium(t, peers.ChromiumOptions{})
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	b.Run(t, opens, s.URL(), nil)
	var got []any
	// A field comes; what was typed, also a secret, and where the cursor is stay.
	b.Run(t, `
		const key = page.getByLabel('API key', {exact: true})
		await key.fill('hk_12345678')
		await page.getByLabel('Subdomain').fill('demo')
		await page.getByText('https://demo.harbour.example').waitFor()
		await page.getByLabel('REST API').focus(); await page.keyboard.press('Space')
		await page.getByLabel('App ID').waitFor()
		const focused = await page.evaluate(() => document.activeElement.parentElement.innerText.split('\n')[0])
		const news = await page.locator('#news').innerText()
		return [await key.inputValue(), focused, news, await page.locator('.problem p').count(), page.url() === args]`, s.Back(), &got)
	if want := "[hk_12345678 REST API New below: App ID 0 true]"; fmt.Sprint(got) != want {
		t.Errorf("after a field came: %v, want %s", got, want)
	}
	// It goes.
	b.Run(t, `await page.getByLabel('User API').check(); await page.getByLabel('App ID').waitFor({state: 'detached'})`, nil, nil)
	// An error comes beside its field when that is left, and goes.
	b.Run(t, `
		const sub = page.getByLabel('Subdomain')
		await sub.fill('Not Good'); await sub.press('Tab')
		await page.locator('.problem').getByText('does not match').waitFor()
		const wrong = [await sub.getAttribute('aria-invalid'), await page.evaluate(e => document.getElementById(e)?.innerText, (await sub.getAttribute('aria-describedby')).split(' ').at(-1))]
		await sub.fill('good')
		await page.locator('.problem').getByText('does not match').waitFor({state: 'detached'})
		return [...wrong, await sub.getAttribute('aria-invalid'), await sub.inputValue()]`, nil, &got)
	if want := "[true Subdomain does not match the pattern ^[a-z][a-z0-9-]*$ <nil> good]"; fmt.Sprint(got) != want {
		t.Errorf("after a mistake: %v, want %s", got, want)
	}
	// What extends the browser changes fields. Who types meanwhile loses nothing.
	b.Run(t, `
		await page.evaluate(() => document.querySelectorAll('input').forEach(e => {
			e.style.color = 'inherit'
			if (e.type === 'text') e.after(document.createElement('i'))
		}))
		const answered = page.waitForResponse(r => r.url().endsWith('/fields'))
		await page.getByLabel('Subdomain').fill('better'); await page.getByLabel('Requests a minute').focus()
		await answered; await page.locator('i').first().waitFor({state: 'detached'})
		await page.keyboard.type('34')
		const got = [await page.getByLabel('Subdomain').inputValue(), await page.getByLabel('Requests a minute').inputValue()]
		await page.waitForResponse(r => r.url().endsWith('/fields'))
		return got`, nil, &got)
	if want := "[better 3460]"; fmt.Sprint(got) != want {
		t.Errorf("after an extension: %v, want %s", got, want)
	}
	// The secret can be looked at, by who types it.
	b.Run(t, `
		const key = page.getByLabel('API key', {exact: true})
		const types = [await key.getAttribute('type')]
		await page.getByRole('button', {name: 'Show API key'}).click(); types.push(await key.getAttribute('type'))
		await page.getByLabel('Requests a minute').fill('12'); await page.waitForResponse(r => r.url().endsWith('/fields'))
		types.push(await key.getAttribute('type'))
		await page.getByRole('button', {name: 'Hide API key'}).click(); types.push(await key.getAttribute('type'))
		return types`, nil, &got)
	if want := "[password text text password]"; fmt.Sprint(got) != want {
		t.Errorf("the secret is shown as %v, want %s", got, want)
	}
	// The summary has the focus, and leads to the field.
	b.Run(t, `
		await page.getByLabel('Subdomain').fill('')
		`+connects+`await page.locator('#problems').waitFor()
		const focused = await page.evaluate(() => document.activeElement.id)
		await page.getByRole('link', {name: 'Subdomain is required'}).click()
		const next = await page.evaluate(() => document.activeElement.labels[0].innerText)
		const source = await page.content()
		await page.keyboard.type('demo'); await page.keyboard.press('Tab')
		await page.locator('#problems').waitFor({state: 'detached'})
		return [focused, next, source.includes('hk_12345678'), await page.title()]`, nil, &got)
	if want := "[problems Subdomain false Error: Connect Harbour]"; fmt.Sprint(got) != want {
		t.Errorf("after a failed post: %v, want %s", got, want)
	}
	b.Run(t, `await page.getByLabel('Subdomain').press('Enter'); await page.getByText('Preparing').waitFor()`, nil, nil)
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"subdomain":"demo","apiKey":"hk_12345678","kind":"user","limit":12,"sandbox":false} {}`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
	quiet(t, b)
}

// TestLoginInChromium goes to a provider at another site and comes back, as far
// as cookies and policies let it.
func TestLoginInChromium(t *testing.T) {
	t.Parallel()
	for _, noScript := range []bool{false, true} {
		t.Run(fmt.Sprintf("noscript=%t", noScript), func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, peers.ChromiumOptions{NoScript: noScript})
			s := serve(t, formpage.ServeOptions{Page: small(t)})
			leaks := make(chan string, 100)
			callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c := r.Header.Get("Cookie"); c != "" {
					leaks <- c
				}
				_, _ = fmt.Fprintf(w, `<!doctype html><title>Back</title><meta http-equiv="refresh" content="0; url=%s">`, s.Back())
			}))
			defer callback.Close()
			provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if ref := r.Header.Get("Referer"); ref != "" {
					leaks <- ref
				}
				http.Redirect(w, r, callback.URL+"/callback?code=x", http.StatusFound)
			}))
			defer provider.Close()
			address := strings.Replace(provider.URL, "127.0.0.1", "localhost", 1) + "/authorize"

			b.Run(t, opens+`; await page.getByLabel('Host').fill('demo'); await page.getByLabel('Key', {exact: true}).fill('secret'); `+connects+`await page.getByText('Preparing').waitFor()`, s.URL(), nil)
			if _, err := s.Answers(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Step("Log in", formpage.Running, "")
			s.Login(address)
			b.Run(t, `await page.waitForResponse(r => r.url().includes('/callback')); await page.waitForURL(args); await page.getByText('address bar').waitFor()`, s.Back(), nil)
			s.Step("Log in", formpage.Passed, "as Ada")
			b.Run(t, `await page.getByText('as Ada').waitFor()`, nil, nil)
			s.Done(formpage.Outcome{OK: true, Label: "ada@example.com"})
			if err := s.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.Run(t, `await page.getByText('ada@example.com').waitFor()`, nil, nil)
			if len(leaks) > 0 {
				t.Errorf("others were told %q", <-leaks)
			}
			quiet(t, b)
		})
	}
}

// TestFormWithoutScript fills in a form whose fields depend on others.
func TestFormWithoutScript(t *testing.T) {
	t.Parallel()
	b := peers.Chromium(t, peers.ChromiumOptions{NoScript: true})
	s := serve(t, formpage.ServeOptions{Page: harbour(t)})
	var got []any
	b.Run(t, opens+`
		const buttons = await page.getByRole('button').allInnerTexts()
		await page.getByLabel('OAuth 2.0').check()
		await page.getByRole('button', {name: 'Show the fields'}).click()
		await page.getByLabel('Client ID').fill('me')
		await page.getByLabel('Subdomain').fill('demo')
		`+connects+`await page.locator('#problems').waitFor()
		const focused = await page.locator('#problems:focus').count()
		await page.getByLabel('Client secret').fill('hush'); await page.getByLabel('Client secret').press('Enter')
		await page.getByText('Preparing').waitFor()
		return [...buttons, focused]`, s.URL(), &got)
	if want := "[Show the fields of this choice Connect 1]"; fmt.Sprint(got) != want {
		t.Errorf("the page has %v, want %s", got, want)
	}
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `oauth eu {"subdomain":"demo"} {"clientId":"me","clientSecret":"hush"}`; got != want {
		t.Errorf("the answers are\n%s, want\n%s", got, want)
	}
	quiet(t, b)
}

// TestTheCommandEnds tells who still has the form open.
func TestTheCommandEnds(t *testing.T) {
	t.Parallel()
	b := peers.Chromium(t, peers.ChromiumOptions{})
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	b.Run(t, opens, s.URL(), nil)
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Run(t, `await page.getByText('The command in the terminal has ended').waitFor()`, nil, nil)
}
