package cli_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// webConnector has two options: a key, and a login at the server of an issuer.
// The fields of the login depend on each other, and where its test asks is
// entered, so that it can fail.
func webConnector(issuer string) map[string]string {
	return map[string]string{"spec.yml": `key: harbour
name: Harbour
description: Ships, berths and tides.
logoUri: logo.svg
environments:
  north: {clientId: ` + peers.PostClient + `}
  south: {clientId: ` + peers.BasicClient + `}
auth:
  baseUri: ` + issuer + `
  redirect: {port: 0}
  options:
    key:
      type: api-key
      title: An API key
      description: For scripts.
      credential: {name: X-Key, title: API key}
    login:
      type: oauth2
      title: A login
      description: You log in at Harbour.
      registration: {description: Register a native application., helpUri: 'https://harbour.example/applications'}
      parametersSchema:
        type: object
        properties:
          clientId: {type: string, title: Client ID}
          clientSecret: {type: string, title: Client secret, isSensitive: true}
        required: [clientId, clientSecret]
      inputSchema:
        type: object
        properties:
          berth: {type: string, title: Berth, description: The number on the sign., pattern: '^[0-9]+$'}
          kind:
            title: Kind of account
            oneOf: [{const: person, title: A person}, {const: team, title: A team}]
            default: person
          place: {type: string, title: Place, default: me}
        required: [berth, place]
        if: {properties: {kind: {const: team}}, required: [kind]}
        then:
          properties: {team: {type: string, title: Team}, pin: {type: string, title: PIN of the team, isSensitive: true, minLength: 4}}
          required: [team, pin]
      getOAuthConfig:
        implementationType: mapping
        mapping:
          issuer: ` + issuer + `
          clientId: {$var: connectorParameters.clientId}
          clientSecret: {$var: connectorParameters.clientSecret}
          clientAuthLocation: body
          scopes: [openid, offline_access, {value: 'api:read', title: Read your ships, optional: true}, {value: 'api:write', title: Move your ships, optional: true}]
          extra: {prompt: consent}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: '/${connectionInput.place}', responseMapping: {sub: '${response.data.sub}'}}
  connectionLabel: ${test.sub}
`, "logo.svg": `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="teal" d="M0 0h8v8H0z"/></svg>`}
}

// built builds the program, and returns its file.
func built(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "connector")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "github.com/connector-spec/connector/cmd/connector")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return file
}

// A webRun is the program while it connects.
type webRun struct {
	program *exec.Cmd
	address string // that the user is to open
	said    chan string
	stdout  bytes.Buffer
}

var pageAddress = regexp.MustCompile(`http://127\.0\.0\.1:[0-9]+/[\w-]{43}\n`)

// begin runs the program until it prints what to open.
func begin(t *testing.T, file string, variables []string, printed *regexp.Regexp, args ...string) *webRun {
	t.Helper()
	r := &webRun{program: exec.CommandContext(t.Context(), file, args...), said: make(chan string, 1)}
	r.program.Env = append(os.Environ(), variables...)
	r.program.Stdout = &r.stdout
	stderr, err := r.program.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.program.Start(); err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	lines := bufio.NewReader(stderr)
	for r.address == "" {
		line, err := lines.ReadString('\n')
		said.WriteString(line)
		if err != nil {
			t.Fatalf("no address to open: %v, %s", r.program.Wait(), &said)
		}
		r.address = strings.TrimSpace(printed.FindString(line))
	}
	go func() {
		rest, _ := io.ReadAll(lines)
		said.Write(rest)
		r.said <- said.String()
	}()
	return r
}

// end waits for the program.
func (r *webRun) end(t *testing.T) outcome {
	t.Helper()
	stderr := <-r.said
	_ = r.program.Wait()
	return outcome{r.program.ProcessState.ExitCode(), r.stdout.String(), stderr}
}

// A visited is a page that the browser got, or was on its way to.
type visited struct {
	URL, Body string
	Headers   map[string]string
}

const (
	// What the browser gets is kept, and what other people's pages are made of
	// is not fetched.
	keepsPages = `
		globalThis.visits = []
		context.on('request', r => r.resourceType() === 'document' && visits.push({url: r.url(), headers: {}, body: ''}))
		context.on('response', async r => {
			const visit = {url: r.url(), headers: r.headers(), body: ''}
			visits.push(visit)
			visit.body = await r.text().catch(() => '')
		})
		await context.route(u => u.hostname !== '127.0.0.1', r => r.abort())`
	logsIn   = `await page.getByPlaceholder('Enter any login').fill('alice'); await page.getByPlaceholder('and password').fill('pw'); await page.getByRole('button', {name: 'Sign-in'}).click();`
	consents = `await page.getByRole('button', {name: 'Continue'}).click();`
	cancels  = `await page.getByRole('button', {name: 'Continue'}).waitFor(); await page.getByRole('link', {name: 'Cancel'}).click();`
)

// formPolicy and pagePolicy are what the form may do, and the page after a
// login, which has no script and leads nowhere.
var (
	formPolicy = regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[\w+/=]+'; script-src 'sha256-[\w+/=]+'; img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$`)
	pagePolicy = regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$`)
)

// checkPages looks at all that a browser got: the policies of our pages, and
// that no secret is in one, or in an address.
func checkPages(t *testing.T, b *peers.Browser, issuer, form string, secrets ...string) {
	t.Helper()
	var pages []visited
	b.Run(t, "return visits", nil, &pages)
	forms, callbacks := 0, 0
	for _, p := range pages {
		u, err := url.Parse(p.URL)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if strings.Contains(p.URL, url.QueryEscape(s)) || strings.Contains(p.URL, s) || strings.Contains(p.Body, s) {
				t.Errorf("a secret is in the page %s", p.URL)
			}
		}
		callback := u.Path == "/callback"
		if q := u.Query(); u.Host != hostOf(t, issuer) && !callback && (q.Has("code") || q.Has("state")) {
			t.Errorf("what OAuth takes back is in the address %s", p.URL)
		}
		want := map[string]string{"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
		policy := formPolicy
		switch {
		case len(p.Headers) == 0 || p.Headers["content-type"] == "application/json":
			continue // a request, or progress
		case callback:
			callbacks++
			want["referrer-policy"], policy = "no-referrer", pagePolicy
			if strings.Contains(p.Body, u.Query().Get("state")) {
				t.Error("the page after the login holds its state")
			}
		case form != "" && u.Host == hostOf(t, form):
			forms++
			want["x-frame-options"], want["cross-origin-opener-policy"] = "DENY", "same-origin"
		default:
			continue
		}
		for name, value := range want {
			if got := p.Headers[name]; got != value {
				t.Errorf("%s: %s is %q, want %q", u.Path, name, got, value)
			}
		}
		if got := p.Headers["content-security-policy"]; !policy.MatchString(got) && p.Headers["location"] == "" {
			t.Errorf("%s: the policy is %q", u.Path, got)
		}
	}
	if callbacks == 0 || forms == 0 && form != "" {
		t.Errorf("of %d pages %d are forms and %d callbacks", len(pages), forms, callbacks)
	}
	var history []string
	b.Run(t, `const s = await context.newCDPSession(page); return (await s.send('Page.getNavigationHistory')).entries.map(e => e.url + ' ' + e.title)`, nil, &history)
	for _, entry := range history {
		for _, s := range secrets {
			if strings.Contains(entry, s) {
				t.Error("a secret is in the history")
			}
		}
	}
}

func hostOf(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

// examined shows pages to a checker of accessibility, and keeps pictures of them
// with -artifacts.
func examined(t *testing.T, b *peers.Browser) (see func(name string)) {
	return func(name string) {
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
	}
}

var looks = map[string]peers.ChromiumOptions{
	"light": {}, "dark": {Dark: true}, "narrow": {Width: 320, Height: 640},
}

// TestConnectInChromium connects by the page of --web and by the pages of an
// authorization server, as a person does with a browser who makes every mistake
// first.
func TestConnectInChromium(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	program := built(t)
	for name, o := range looks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, o)
			dir, home := writeTree(t, webConnector(server.URL)), t.TempDir()
			variables := []string{"BROWSER=", "DISPLAY=", "WAYLAND_DISPLAY=", "CONNECTOR_HOME=" + filepath.Join(home, "store")}
			run := func(args ...string) outcome {
				cmd := exec.CommandContext(t.Context(), program, args...)
				cmd.Env = append(os.Environ(), variables...)
				var stdout, stderr strings.Builder
				cmd.Stdout, cmd.Stderr = &stdout, &stderr
				_ = cmd.Run()
				return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
			}
			run("store", "init", "--key-file", filepath.Join(home, "key")).check(t, 0)
			r := begin(t, program, variables, pageAddress, "connect", "--web", dir)
			const pin = "pin-of-the-team-7391"
			fillsForm(t, b, r.address, pin, examined(t, b))
			logsInTwice(t, b, server.URL, examined(t, b))
			o := r.end(t)
			o.check(t, 0, `Connected "alice"`, "label   alice", "api:read", "!api:write", "!"+pin, "!"+peers.PostSecret, "!state=", "!code=")
			run("connections", "list").check(t, 0, "alice", "Harbour")
			run("connections", "test", "alice").check(t, 0)
			token := strings.TrimSpace(run("connections", "token", "alice").stdout)
			if token == "" {
				t.Error("there is no token")
			}
			checkPages(t, b, server.URL, r.address, pin, peers.PostSecret, token)
		})
	}
}

// fillsForm opens the form and fills it in, for a test of the connection that
// will fail.
func fillsForm(t *testing.T, b *peers.Browser, address, pin string, see func(name string)) {
	t.Helper()
	b.Run(t, keepsPages+`
		await page.goto(args); await page.getByRole('heading', {name: 'Connect Harbour'}).waitFor()
		await page.getByLabel('A login').check(); await page.getByLabel('Berth').waitFor()`, address, nil)
	see("form")
	var got []string
	b.Run(t, `
		await page.getByRole('button', {name: 'Connect'}).click(); await page.locator('#problems').waitFor()
		return page.locator('.problem p').allInnerTexts()`, nil, &got)
	if want := "[Berth is required Client secret is required]"; fmt.Sprint(got) != want {
		t.Errorf("the problems beside fields are %q, want %s", got, want)
	}
	see("required")
	// The fields of a team come and go with the kind of account.
	b.Run(t, `
		const berth = page.getByLabel('Berth')
		await berth.fill('seven'); await berth.press('Tab')
		await page.locator('.problem').getByText('Berth does not match').waitFor()
		await page.getByLabel('A team').check(); await page.getByLabel('Team', {exact: true}).waitFor()
		await page.getByLabel('A person').check(); await page.getByLabel('Team', {exact: true}).waitFor({state: 'detached'})
		await page.getByLabel('A team').check(); await page.getByLabel('Team', {exact: true}).fill('Pilots')
		await page.getByLabel('PIN of the team', {exact: true}).fill('abc'); await page.getByLabel('Place').click()
		await page.locator('.problem').getByText('PIN of the team').waitFor()`, nil, nil)
	see("problems")
	b.Run(t, `
		await page.getByLabel('Berth').fill('7')
		await page.getByLabel('PIN of the team', {exact: true}).fill(args.pin)
		await page.getByLabel('Client secret', {exact: true}).fill(args.secret)
		await page.getByLabel('Place').fill('nowhere')
		await page.getByLabel('north').check(); await page.getByLabel('Read your ships').check()
		await page.locator('#problems').waitFor({state: 'detached'})`, map[string]string{"pin": pin, "secret": peers.PostSecret}, nil)
	see("filled")
	// Another tab of the same browser is the same person's; another browser is not.
	var tabs []string
	b.Run(t, `
		globalThis.tab = await context.newPage()
		await tab.goto(args)
		const heading = await tab.getByRole('heading').innerText()
		await tab.getByRole('link', {name: 'Go on'}).click(); await tab.getByLabel('A login').waitFor()
		const other = await context.browser().newContext()
		const stranger = await other.newPage()
		const refused = await stranger.goto(args)
		await stranger.getByRole('link', {name: 'Go on'}).click()
		const seen = [heading, String(refused.status()), await stranger.getByRole('heading').innerText()]
		await other.close(); return seen`, address, &tabs)
	if want := "[This address was opened before 403 This page belongs to another browser]"; fmt.Sprint(tabs) != want {
		t.Errorf("others see %q, want %s", tabs, want)
	}
}

// logsInTwice cancels a login, makes one whose test fails, and one that succeeds.
func logsInTwice(t *testing.T, b *peers.Browser, issuer string, see func(name string)) {
	t.Helper()
	connects := `await page.getByRole('button', {name: 'Connect'}).click();`
	var where string
	b.Run(t, connects+`await page.getByPlaceholder('Enter any login').waitFor(); return page.url()`, nil, &where)
	if hostOf(t, where) != hostOf(t, issuer) {
		t.Errorf("the login is at %s", where)
	}
	// The other tab shows what is being done, and is led nowhere.
	var said string
	b.Run(t, `await tab.getByText('You type your password there').waitFor(); return tab.url()`, nil, &where)
	if hostOf(t, where) == hostOf(t, issuer) {
		t.Error("the other tab was led to the login, too")
	}
	b.Run(t, logsIn+cancels+`
		await page.locator('#problems').waitFor(); return page.locator('#problems').innerText()`, nil, &said)
	if !strings.Contains(said, "access was denied") || !strings.Contains(said, "End-User aborted interaction") {
		t.Errorf("a login that was cancelled is %q", said)
	}
	see("cancelled")
	b.Run(t, `await tab.locator('#problems').waitFor();`+connects+consents+`await page.locator('#problems').waitFor(); return page.locator('#problems').innerText()`, nil, &said)
	if !strings.Contains(said, "the login succeeded, and the test of the connection failed") || !strings.Contains(said, "404") {
		t.Errorf("a test that failed is %q", said)
	}
	see("failed")
	b.Run(t, `
		await page.getByLabel('Place').fill('me');`+connects+consents+`
		await page.getByRole('heading', {name: 'Harbour is connected'}).waitFor()
		await tab.getByRole('heading', {name: /Harbour is connected|The command in the terminal has ended/}).waitFor()
		return page.locator('main').innerText()`, nil, &said)
	for _, want := range []string{"alice", "Log in at the provider", "Test the connection", "You can close this page"} {
		if !strings.Contains(said, want) {
			t.Errorf("the end is %q, want %q", said, want)
		}
	}
	see("connected")
}

// TestPageAfterLogin logs in without a form, and sees the page at the end.
func TestPageAfterLogin(t *testing.T) {
	t.Parallel()
	server := peers.OIDC(t, peers.OIDCOptions{})
	for name, o := range looks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := peers.Chromium(t, o)
			b.Run(t, keepsPages, nil, nil)
			see := examined(t, b)
			dir := writeTree(t, map[string]string{"spec.yml": peerConnector(server.URL, peerScopes)})
			variables := machineOf(t, "CONNECTOR_PARAM_CLIENT_ID="+peers.PublicClient)
			var said string
			for _, step := range []struct {
				does string
				code int
				says string
			}{{logsIn + cancels, 1, "End-User aborted interaction"}, {consents, 0, "You are back from the login"}} {
				address := make(chan string, 1)
				told := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					text, _ := io.ReadAll(r.Body)
					address <- string(text)
				}))
				ended := make(chan outcome)
				go func() {
					ended <- runProgram(t, append(slices.Clip(variables), "STANDIN_TELLS="+told.URL), "connect", dir)
				}()
				b.Run(t, `await page.goto(args);`+step.does+`await page.getByText('You can close this page').waitFor(); return page.locator('main').innerText()`, <-address, &said)
				told.Close()
				if !strings.Contains(said, step.says) {
					t.Errorf("the page is %q, want %q", said, step.says)
				}
				see(strings.Fields(step.says)[0])
				o := <-ended
				o.check(t, step.code)
			}
			checkPages(t, b, server.URL, "", strings.TrimSpace(runProgram(t, variables, "connections", "token", "alice").stdout))
		})
	}
}

// TestConnectAtAnyPort says what to register where a login may come back to any
// port, and shows it before the ids of a client are asked for.
func TestConnectAtAnyPort(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, webConnector("http://127.0.0.1:9"))
	o := world{}.run("connect", "--show-redirect", "--option", "login", "--environment", "north", dir)
	o.check(t, 0, "which has to take it\nwith any port.\n\nRegister a native application.\nSee https://harbour.example/applications\n")
	if o.stdout != "http://127.0.0.1/callback\n" {
		t.Errorf("the redirect URI is %q", o.stdout)
	}
	person := &talk{answers: [][2]string{{"Environment", "south"}}}
	w := world{keyring: &memoryRing{}, random: rand.Reader, ask: person.ask}.with("CONNECTOR_HOME", filepath.Join(t.TempDir(), "store"))
	w.run("store", "init").check(t, 0)
	w.run("connect", "--option", "login", dir).check(t, 4, "2) south\n     Client ID: "+peers.BasicClient, "Its redirect URI is\n\n  http://127.0.0.1/callback\n\nwith any port.\n\nRegister a native")
	person.check(t, "Environment", "Client secret")
}
