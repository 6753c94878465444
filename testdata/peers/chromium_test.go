package peers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// TestChromium wants the browser to see what it is there for: colours, script,
// complaints, and what is wrong for people who cannot see.
func TestChromium(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'sha256-nothing'")
		_, _ = fmt.Fprint(w, `<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1><input>
			<noscript>no script</noscript><script>alert()</script></main>`)
	}))
	t.Cleanup(server.Close)
	b := peers.Chromium(t, peers.ChromiumOptions{Dark: true, Width: 320})
	var found, complaints []string
	b.Run(t, "await page.goto(args); return axe()", server.URL, &found)
	if len(found) != 1 || !strings.HasPrefix(found[0], "label: ") {
		t.Errorf("axe finds %q, want a missing label", found)
	}
	b.Run(t, "return complaints", nil, &complaints)
	if !strings.Contains(fmt.Sprint(complaints), "Content Security Policy") {
		t.Errorf("the complaints are %q", complaints)
	}
	var seen []any
	b.Run(t, "return page.evaluate(() => [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, document.body.innerText.includes('no script')])", nil, &seen)
	if want := "[320 true false]"; fmt.Sprint(seen) != want {
		t.Errorf("the page sees %v, want %s", seen, want)
	}
	picture := filepath.Join(t.TempDir(), "page.png")
	b.Screenshot(t, picture)
	if data, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(data), "\x89PNG") {
		t.Errorf("there is no picture: %v", err)
	}

	b = peers.Chromium(t, peers.ChromiumOptions{NoScript: true})
	var text string
	b.Run(t, "await page.goto(args); return page.locator('body').innerText()", server.URL, &text)
	if !strings.Contains(text, "no script") {
		t.Errorf("without script the page is %q", text)
	}
}
