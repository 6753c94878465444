package formpage_test

import (
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/testdata/peers"
)

func TestLooks(t *testing.T) {
	t.Parallel()
	for _, look := range []struct {
		name string
		o    peers.ChromiumOptions
	}{
		{"light", peers.ChromiumOptions{}},
		{"dark", peers.ChromiumOptions{Dark: true}},
		{"narrow", peers.ChromiumOptions{Width: 320, Height: 640}},
	} {
		t.Run(look.name, func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, look.o)
			s := serve(t, formpage.ServeOptions{Page: harbour(t)})
			see := func(name string) {
				t.Helper()
				b.Screenshot(t, filepath.Join(t.ArtifactDir(), name+".png"))
				var found []string
				b.Run(t, "return axe()", nil, &found)
				for _, f := range found {
					t.Errorf("%s: %s", name, f)
				}
			}
			b.Run(t, `await page.goto(args); await page.waitForURL(u => u.href !== args); await page.getByText('Where your').waitFor()`, s.URL(), nil)
			see("form")
			b.Run(t, `await page.getByLabel('REST API').check(); await page.getByLabel('App ID').waitFor();
				await page.getByLabel('Subdomain').fill('Bad One'); await page.getByLabel('API key', {exact: true}).fill('short')
				await page.getByLabel('Private key').first().fill('-----BEGIN\nsecret')
				await page.getByRole('button', {name: 'Connect', exact: true}).last().click(); await page.locator('#problems').waitFor()`, nil, nil)
			see("errors")
			b.Run(t, `await page.getByLabel('OAuth 2.0').check(); await page.getByLabel('Client ID').waitFor()`, nil, nil)
			see("oauth")
			b.Run(t, `await page.getByLabel('Subdomain').fill('demo'); await page.getByLabel('Client ID').fill('me'); await page.getByLabel('Client secret').first().fill('secret-secret')
				await page.getByRole('button', {name: 'Connect', exact: true}).last().click(); await page.getByText('Preparing').waitFor()`, nil, nil)
			if _, err := s.Answers(t.Context()); err != nil {
				t.Fatal(err)
			}
			s.Step("Log in", formpage.Passed, "")
			s.Step("Test the connection", formpage.Running, "GET https://api.harbour.example/me")
			s.Step("Keep it", formpage.Waiting, "")
			b.Run(t, `await page.getByText('Keep it').waitFor()`, nil, nil)
			see("progress")
			s.Step("Test the connection", formpage.Failed, "401 Unauthorized: the key is not known")
			s.Step("Keep it", formpage.Skipped, "")
			s.Done(formpage.Outcome{OK: look.name != "dark", Label: "ada@example.com", Message: "The connection is kept as “Harbour ada”.", Hint: "connector request GET /me --connection 'Harbour ada'"})
			b.Run(t, `await page.getByText('You can close').waitFor()`, nil, nil)
			see("ended")
			var complaints []string
			b.Run(t, "return complaints", nil, &complaints)
			for _, c := range complaints {
				t.Error(c)
			}
		})
	}
}
