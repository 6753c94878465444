package cli_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/peers"
)

// A provider logs in whoever comes, by code with PKCE, and counts what is
// exchanged.
type provider struct {
	url    string
	denies string // error_description of a refusal

	mu        sync.Mutex
	codes     map[string]url.Values // of authorization requests
	exchanged int
	states    []string
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{codes: map[string]url.Values{}}
	p.url = serve(t, p)
	return p
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch r.URL.Path {
	case "/authorize":
		q := r.URL.Query()
		p.states = append(p.states, q.Get("state"))
		back := url.Values{"state": {q.Get("state")}}
		if p.denies != "" {
			back.Set("error", "access_denied")
			back.Set("error_description", p.denies)
		} else {
			code := fmt.Sprintf("marker-code-%d", len(p.codes))
			p.codes[code] = q
			back.Set("code", code)
		}
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
	case "/token":
		asked := p.codes[r.PostFormValue("code")]
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if asked == nil || asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") || base64.RawURLEncoding.EncodeToString(sum[:]) != asked.Get("code_challenge") {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		delete(p.codes, r.PostFormValue("code"))
		p.exchanged++
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"marker-access-token","token_type":"Bearer","expires_in":3600}`)
	case "/me":
		if r.Header.Get("Authorization") != "Bearer marker-access-token" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"Ada"}`)
	default:
		http.NotFound(w, r)
	}
}

// spec is a connector of the provider; redirect is its field, on one line.
func (p *provider) spec(redirect string) string {
	return `key: acme
name: Acme
auth:
  type: oauth2
  baseUri: ` + p.url + "\n" + redirect + `  getOAuthConfig:
    implementationType: mapping
    mapping: {clientId: an-id, authorizeUri: ` + p.url + `/authorize, tokenUri: ` + p.url + `/token}
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}'}}
  connectionLabel: ${test.name}
`
}

const anyPort = "  redirect: {port: 0}\n"

// directory holds a connector of the provider.
func (p *provider) directory(t *testing.T, redirect string) string {
	t.Helper()
	return writeTree(t, map[string]string{"spec.yml": p.spec(redirect)})
}

// follow opens an address, and where that leads, until the end: the callback is
// the last but one.
func follow(ctx context.Context, address string) (callback string, err error) {
	transport := &http.Transport{DisableKeepAlives: true}
	for range 5 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", err
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			return address, err
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusFound {
			return address, nil
		}
		address = resp.Header.Get("Location")
	}
	return "", errors.New("there is no end to it")
}

// opens is a browser that goes where it is sent.
func opens(ctx context.Context, address string) error {
	_, err := follow(ctx, address)
	return err
}

// checkQuiet wants neither state nor code nor token in what was printed.
func (p *provider) checkQuiet(t *testing.T, o outcome) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, secret := range append([]string{"marker-code", "marker-access-token"}, p.states...) {
		if strings.Contains(o.stdout+o.stderr, secret) {
			t.Errorf("the output holds %q: %v", secret, o)
		}
	}
}

// TestMust35LoginInBrowser logs in by a browser where nobody watches: what is
// printed holds neither the address of the login nor that of the callback, with
// --verbose neither.
func TestMust35LoginInBrowser(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	dir := p.directory(t, anyPort)
	for _, more := range [][]string{nil, {"--verbose"}, {"--format", "json"}, {"--format", "html"}, {"--quiet"}} {
		o := world{browser: opens}.run(append([]string{"test", "--auth", "--live", dir}, more...)...)
		o.check(t, 0, "Ada")
		p.checkQuiet(t, o)
	}
	if p.exchanged != 5 {
		t.Errorf("%d codes were exchanged, want 5", p.exchanged)
	}
}

// TestMust35CallbackIsNeverPrinted wants the address of the login on the terminal,
// where the user needs it, and what comes back nowhere.
func TestMust35CallbackIsNeverPrinted(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := world{terminal: true, browser: opens}.run("test", "--auth", "--live", p.directory(t, anyPort))
	o.check(t, 0, "log in to Acme at "+p.url, "!marker-code", "!marker-access-token")
	if !strings.Contains(o.stderr, p.url+"/authorize?response_type=code&") || !strings.Contains(o.stderr, p.states[0]) || strings.Contains(o.stdout, p.states[0]) {
		t.Errorf("the address of the login belongs on stderr, whole, and nowhere else: %v", o)
	}
}

// TestMust34NoBrowser wants instructions in place of a browser, and a login that
// works by them: the address is opened by hand.
func TestMust34NoBrowser(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	dir := p.directory(t, anyPort)
	opened := func(context.Context, string) error { t.Error("a browser was opened"); return nil }
	stderr := newWatched()
	go func() { _ = opens(t.Context(), stderr.address(p.url)) }()
	w := world{browser: opened, ask: func(string, bool) (string, error) { <-t.Context().Done(); return "", io.EOF }, stderr: stderr}
	o := w.run("test", "--auth", "--live", "--no-browser", dir)
	o.stderr = stderr.String()
	o.check(t, 0, "Ada", "Open this address in a browser:")

	none := world{}.run("test", "--auth", "--live", dir)
	none.check(t, 4, "its login needs its user, and there is no browser, nor a terminal", "set BROWSER")
	world{}.run("test", "--auth", dir).check(t, 4, "no recording, and its login needs its user: --live logs in")
	world{browser: opened}.run("test", "--auth", dir).check(t, 4, "--live logs in")
}

// A watched is a stderr from which a person takes the address of a login.
type watched struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newWatched() *watched { return &watched{more: make(chan struct{}, 1)} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// address waits for the address of a login at a server.
func (w *watched) address(server string) string {
	for range w.more {
		_, rest, ok := strings.Cut(w.String(), "\n\n  "+server)
		if path, _, whole := strings.Cut(rest, "\n"); ok && whole {
			return server + path
		}
	}
	return ""
}

// TestMust36PasteWhileTheListenerWaits pastes what is wrong, then the address that
// a browser elsewhere ended at.
func TestMust36PasteWhileTheListenerWaits(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for _, redirect := range []string{anyPort, "  redirect: {uri: 'https://app.example.com/callback'}\n"} {
		stderr := newWatched()
		var callback string
		var prompts []string
		ask := func(prompt string, secret bool) (string, error) {
			if prompts = append(prompts, prompt); !secret {
				t.Errorf("%q shows what is typed", prompt)
			}
			switch len(prompts) {
			case 1:
				u, err := url.Parse(stderr.address(p.url))
				if err != nil {
					t.Fatal(err)
				}
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, u.String(), nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := http.DefaultTransport.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				_ = resp.Body.Close()
				callback = resp.Header.Get("Location")
				u, err = url.Parse(callback)
				if err != nil {
					t.Fatal(err)
				}
				return u.Query().Get("code"), nil
			case 2:
				return strings.Replace(callback, "state=", "state=x", 1), nil
			case 3:
				return "", nil
			case 4:
				return strings.Replace(callback, "/callback", "/other", 1), nil
			}
			return " '" + callback + "'", nil
		}
		o := world{terminal: true, ask: ask, stderr: stderr}.run("test", "--auth", "--live", p.directory(t, redirect))
		o.check(t, 0, "Ada")
		o.stderr = stderr.String()
		o.check(t, 0, "this is not the whole address", "state of the callback is not the one of this login", "the callback is not at the redirect URI", "!marker-code")
		if len(prompts) != 5 {
			t.Errorf("%d prompts: %q", len(prompts), prompts)
		}
	}
	if p.exchanged != 2 {
		t.Errorf("%d codes were exchanged, want 2", p.exchanged)
	}
}

// TestRedirectElsewhere wants a login that comes back to another host not to
// begin where nobody can paste.
func TestRedirectElsewhere(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	opened := func(context.Context, string) error { t.Error("a browser was opened"); return nil }
	dir := p.directory(t, "  redirect: {uri: 'https://app.example.com/callback'}\n")
	world{browser: opened}.run("test", "--auth", "--live", dir).check(t, 4, "comes back to https://app.example.com/callback, which is not served here, and there is no terminal")
	world{browser: opened}.run("test", "--auth", "--live", "--redirect-uri", "https://other.example/cb", dir).check(t, 4, "https://other.example/cb")
}

// TestMust33DeniedIsPrintable wants the words of a server to be shown, and to
// steer nothing.
func TestMust33DeniedIsPrintable(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	p.denies = "You may not: \x1b]0;title\x07\x1b[31m\u202e\u0085 ask Bob"
	for _, more := range [][]string{nil, {"--verbose"}, {"--format", "json"}} {
		o := world{browser: opens, terminal: true}.run(append([]string{"test", "--auth", "--live", "--color", "never", p.directory(t, anyPort)}, more...)...)
		o.check(t, 1, "access was denied: You may not: ", "ask Bob", "log in again and allow it", "!\x1b]", "!\x1b[31m", "!\x07", "!\u202e", "!\u0085")
	}
}

// TestMust33LoginTextsArePrintable wants the name of a connector, and what a spec
// puts into an address, to steer nothing.
func TestMust33LoginTextsArePrintable(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	text := strings.Replace(p.spec(anyPort), "name: Acme", `name: "Ac\e]0;x\ame\u202e"`, 1)
	o := world{browser: opens, terminal: true}.run("test", "--auth", "--live", "--color", "never", writeTree(t, map[string]string{"spec.yml": text}))
	o.check(t, 0, "log in to Ac", "!\x1b]", "!\x07", "!\u202e")
}

// TestLoginDeadline wants a login that nobody comes back from to end, and to say
// where to look.
func TestLoginDeadline(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	nothing := func(context.Context, string) error { return nil }
	world{browser: nothing}.run("test", "--auth", "--live", "--login-timeout", "30ms", p.directory(t, anyPort)).
		check(t, 1, "nobody came back from the login within 30ms", "if the server showed a page, read it")
}

// TestLoginInterrupted is Ctrl-C while the login waits.
func TestLoginInterrupted(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	ctx, cancel := context.WithCancel(t.Context())
	browser := func(context.Context, string) error { cancel(); return nil }
	world{browser: browser, context: ctx}.run("test", "--auth", "--live", p.directory(t, anyPort)).check(t, 130, "interrupted")
}

// TestLoginBusyPort wants the port to be named, and what to do.
func TestLoginBusyPort(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	opened := func(context.Context, string) error { t.Error("a browser was opened"); return nil }
	dir := p.directory(t, "  redirect: {port: "+port+"}\n")
	w := world{browser: opened}
	w.run("test", "--auth", "--live", dir).check(t, 3, "another program listens on 127.0.0.1:"+port, "choose another port with --redirect-port", "has to be registered at the provider, too")
	w.run("test", "--auth", "--live", "--redirect-port", port, p.directory(t, "")).check(t, 3, "127.0.0.1:"+port)
	if p.states != nil {
		t.Error("the provider was asked")
	}
}

// TestLoginFlags wants flags that cannot be meant to be refused.
func TestLoginFlags(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	dir := p.directory(t, anyPort)
	for _, test := range []struct {
		flags []string
		want  string
	}{
		{[]string{"--redirect-port", "70000"}, "from 1 to 65535"},
		{[]string{"--redirect-port", "-1"}, "from 1 to 65535"},
		{[]string{"--redirect-port", "1", "--redirect-uri", "https://a.example/b"}, "give one of them"},
		{[]string{"--redirect-uri", "http://a.example/b"}, "--redirect-uri is a URI with https"},
		{[]string{"--redirect-uri", "https://a.example/b#c"}, "--redirect-uri is a URI with https"},
		{[]string{"--redirect-uri", "callback"}, "--redirect-uri is a URI with https"},
		{[]string{"--login-timeout", "-1s"}, "cannot be negative"},
	} {
		world{browser: opens}.run(append([]string{"test", "--auth", "--live", dir}, test.flags...)...).check(t, 2, test.want)
	}
}

// TestLoginIsRecorded records logins that come back to other ports than the spec
// says, replays them, and compares with them.
func TestLoginIsRecorded(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	for name, dir := range map[string]string{"any port": p.directory(t, anyPort), "localhost": p.directory(t, "  redirect: {host: localhost, port: 0, path: /done}\n")} {
		w := world{browser: opens}
		w.run("test", "--auth", "--record", dir).check(t, 0, "recorded in")
		text, err := os.ReadFile(filepath.Join(dir, "recordings", "default.yml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range append([]string{"marker-"}, p.states...) {
			if strings.Contains(string(text), secret) {
				t.Errorf("%s: the recording holds %q:\n%s", name, secret, text)
			}
		}
		world{}.run("test", "--auth", dir).check(t, 0, "recorded", "Ada")
		w.run("test", "--auth", "--compare", dir).check(t, 0, "the answers are as in")
	}
}

// TestLoginBrowserFails wants a login to go on by hand.
func TestLoginBrowserFails(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	stderr := newWatched()
	fails := func(ctx context.Context, address string) error {
		go func() { _ = opens(t.Context(), stderr.address(p.url)) }()
		return errors.New("my-browser ended with exit status 3")
	}
	o := world{browser: fails, stderr: stderr}.run("test", "--auth", "--live", p.directory(t, anyPort))
	o.stderr = stderr.String()
	o.check(t, 0, "the browser could not be opened: my-browser ended with exit status 3", "Open this address in a browser:")
}

// freePort returns a port that is free.
func freePort(t *testing.T) string {
	t.Helper()
	s, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, port, err := net.SplitHostPort(s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestLoginsDoNotMeet tests two connectors at once that come back to one port.
func TestLoginsDoNotMeet(t *testing.T) {
	t.Parallel()
	a, b := newProvider(t), newProvider(t)
	redirect := "  redirect: {port: " + freePort(t) + "}\n"
	dir := writeTree(t, map[string]string{"a/spec.yml": a.spec(redirect), "b/spec.yml": strings.Replace(b.spec(redirect), "key: acme", "key: other", 1)})
	world{browser: opens}.run("test", "--auth", "--live", "--jobs", "2", dir).check(t, 0, "2 passed")
}

// browserForMe is the program of a browser with a person in front of it:
// STANDIN_DENY presses cancel, STANDIN_CALLBACK says where logins end, and
// STANDIN_TELLS is told the address, for a browser that is there already.
func browserForMe(args []string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for _, entry := range os.Environ() {
		if strings.HasPrefix(entry, "CONNECTOR_") {
			return 9
		}
	}
	if url := os.Getenv("STANDIN_TELLS"); url != "" {
		resp, err := http.Post(url, "text/plain", strings.NewReader(args[len(args)-1]))
		if err != nil {
			return 8
		}
		_ = resp.Body.Close()
		return 0
	}
	person := peers.Person{CallbackPrefix: os.Getenv("STANDIN_CALLBACK"), Posts: os.Getenv("STANDIN_POSTS") != ""}
	act := person.Login
	switch {
	case os.Getenv("STANDIN_DENY") != "":
		act = person.Deny
	case os.Getenv("STANDIN_DEVICE") != "":
		act = func(ctx context.Context, address string) (string, error) {
			return "", person.ApproveDevice(ctx, address)
		}
	}
	callback, err := act(ctx, args[len(args)-1])
	if err == nil && callback != "" && !person.Posts {
		err = opens(ctx, callback)
	}
	if err != nil {
		return 8
	}
	return 0
}

// runProgram runs the program as a process of its own.
func runProgram(t *testing.T, variables []string, args ...string) outcome {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "connector", args...)
	cmd.Env = append(os.Environ(), variables...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exited *exec.ExitError
	if err != nil && !errors.As(err, &exited) {
		t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// TestLoginByTheProgram logs in by a process of its own, with a stand-in for a
// browser in BROWSER.
func TestLoginByTheProgram(t *testing.T) {
	t.Parallel()
	p := newProvider(t)
	o := runProgram(t, []string{"BROWSER=browser-for-me", "CONNECTOR_INPUT_X=y"}, "test", "--auth", "--live", p.directory(t, anyPort))
	o.check(t, 0, "Ada", "the browser is opened")
	p.checkQuiet(t, o)
}

// TestLoginAtPeers logs in to servers of others by the program.
func TestLoginAtPeers(t *testing.T) {
	t.Parallel()
	op := peers.OIDC(t, peers.OIDCOptions{})
	spec := func(config string) string {
		return writeTree(t, map[string]string{"spec.yml": `key: peer
name: Peer
auth:
  type: oauth2
  baseUri: ` + op.URL + `
  redirect: {port: 0}
  parametersSchema:
    type: object
    properties: {clientId: {type: string}, clientSecret: {type: string, isSensitive: true}}
    required: [clientId]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      issuer: ` + op.URL + "\n" + config + `  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me, responseMapping: {sub: '${response.data.sub}'}}
  connectionLabel: ${test.sub}
`})
	}
	const scopes = "      scopes: [openid, offline_access, 'api:read']\n      extra: {prompt: consent}\n"
	tests := []struct {
		name, client, secret, config string
		variable                     string
		code                         int
		want                         string
	}{
		{"public", peers.PublicClient, "", scopes, "", 0, "label: alice"},
		{"secret", peers.BasicClient, peers.BasicSecret, scopes, "", 0, "label: alice"},
		{"form_post", peers.PublicClient, "", strings.Replace(scopes, "{prompt", "{response_mode: form_post, prompt", 1), "STANDIN_POSTS=1", 0, "label: alice"},
		{"PAR", peers.PARClient, peers.PARSecret, "      par: true\n" + scopes, "callback", 0, "label: alice"},
		{"DPoP", peers.DPoPClient, "", "      dpop: true\n" + scopes, "", 0, "label: alice"},
		{"device", peers.DeviceClient, "", "      grantType: device_code\n      scopes: [openid, 'api:read']\n", "STANDIN_DEVICE=1", 0, "label: alice"},
		{"denied", peers.PublicClient, "", scopes, "STANDIN_DENY=1", 1, "access was denied"},
		{"a wrong client", "nobody", "", scopes, "", 1, "nobody came back from the login"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			variables := []string{"BROWSER=browser-for-me", test.variable, "CONNECTOR_PARAM_CLIENT_ID=" + test.client}
			if test.secret != "" {
				variables = append(variables, "CONNECTOR_PARAM_CLIENT_SECRET="+test.secret)
			}
			patience := "30s"
			if test.client == "nobody" {
				patience = "1s"
			}
			args := []string{"test", "--auth", "--live", "--login-timeout", patience, spec(test.config)}
			if test.variable == "callback" { // the address of a pushed request does not say it
				port := freePort(t)
				args = append(args, "--redirect-port", port)
				variables = append(variables, "STANDIN_CALLBACK=http://127.0.0.1:"+port+"/callback")
			}
			runProgram(t, variables, args...).check(t, test.code, test.want)
		})
	}
	old := peers.OAuth1(t)
	dir := writeTree(t, map[string]string{"spec.yml": `key: old
name: Old
auth:
  type: oauth1
  baseUri: ` + old.URL + `
  redirect: {port: 0}
  parametersSchema:
    type: object
    properties: {consumerKey: {type: string}, consumerSecret: {type: string, isSensitive: true}}
    required: [consumerKey, consumerSecret]
  getOAuthConfig:
    implementationType: mapping
    mapping:
      consumerKey: {$var: connectorParameters.consumerKey}
      consumerSecret: {$var: connectorParameters.consumerSecret}
      requestTokenUri: ` + old.URL + `/request_token
      authorizeUri: ` + old.URL + `/authorize
      tokenUri: ` + old.URL + `/access_token
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /api}
`})
	consumer := []string{"BROWSER=browser-for-me", "CONNECTOR_PARAM_CONSUMER_KEY=" + peers.HMAC1Consumer, "CONNECTOR_PARAM_CONSUMER_SECRET=" + peers.ConsumerSecret}
	args := []string{"test", "--auth", "--live", "--redirect-port", freePort(t), dir}
	runProgram(t, append(consumer, "STANDIN_CALLBACK=http://127.0.0.1:"+args[4]+"/callback"), args...).check(t, 0, "ok   Old", "accessToken")
	runProgram(t, append(consumer, "STANDIN_DENY=1", "STANDIN_CALLBACK=http://127.0.0.1:"+args[4]+"/callback"), args...).check(t, 1, "access was denied")
}
