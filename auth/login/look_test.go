package login_test

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/testdata/peers"
)

// TestLooks shows each page to a checker of accessibility, in light, dark and
// narrow. With -artifacts the pictures are kept, to be looked at.
func TestLooks(t *testing.T) {
	t.Parallel()
	stays := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent) // leaves the browser at the page that leads here
	}))
	t.Cleanup(stays.Close)
	for look, o := range map[string]peers.ChromiumOptions{
		"light": {}, "dark": {Dark: true}, "narrow": {Width: 320, Height: 640},
	} {
		t.Run(look, func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, o)
			for name, page := range map[string]struct{ next, query, heading string }{
				"back":        {"", "", "You are back from the login"},
				"back-to-us":  {stays.URL, "", "You are back from the login"},
				"refused":     {"", "&error=access_denied&error_description=You+may+not", "The login did not succeed"},
				"refused-too": {stays.URL, "&error=access_denied", "The login did not succeed"},
				"stray":       {"", "-of-another", "This answer does not belong to the login"},
			} {
				w := await(t, login.ListenerOptions{}, nil)
				w.Lead(page.next)
				b.Run(t, `await page.goto(args[0]); await page.getByRole('heading', {name: args[1]}).waitFor()`, []string{w.good() + page.query, page.heading}, nil)
				b.Screenshot(t, filepath.Join(t.ArtifactDir(), name+".png"))
				var found []string
				b.Run(t, `return [...await axe(), ...await page.evaluate(() => document.documentElement.scrollWidth > innerWidth ? ['it is wider than the window'] : [])]`, nil, &found)
				for _, f := range found {
					t.Errorf("%s: %s", name, f)
				}
			}
		})
	}
}
