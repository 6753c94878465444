package cli_test

import (
	"context"
	"crypto/rand"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const choosingSpec = `key: notes
name: Notes
auth:
  selectable: false
  baseUri: https://notes.example
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}', id: '${response.data.id}'}}}
  connectionLabel: ${test.name}
  options:
    key:
      type: api-key
      title: An API key
      credential: {name: X-Key, title: API key}
    login:
      type: basic
      title: A password
      username: {title: User}
      password: {title: Password}
`

// notes is the API of choosingSpec: it knows the key of Ada.
var notes = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	switch {
	case r.Header.Get("X-Key") == "the-key-of-ada", user == "ada" && password == "the-password-of-ada":
		answer(200, "application/json", `{"name":"Ada","id":7}`)(w, r)
	default:
		answer(401, "application/json", `{"message":"who are you?"}`)(w, r)
	}
})

// A talk is a person at a terminal, with what is answered to questions that hold
// a text, once each, and what was asked.
type talk struct {
	mu      sync.Mutex // a login asks for what is pasted beside all others
	answers [][2]string
	asked   []string
	secret  []string
}

func (p *talk) ask(prompt string, secret bool) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, prompt)
	if secret {
		p.secret = append(p.secret, prompt)
	}
	for i, a := range p.answers {
		if strings.Contains(prompt, a[0]) {
			p.answers = append(p.answers[:i:i], p.answers[i+1:]...)
			return a[1], nil
		}
	}
	return "", io.EOF
}

func (p *talk) check(t *testing.T, questions ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	ok := len(p.asked) == len(questions)
	for i := range min(len(p.asked), len(questions)) {
		ok = ok && strings.Contains(p.asked[i], questions[i])
	}
	if !ok {
		t.Errorf("asked %q, want %q", p.asked, questions)
	}
}

// notesHome is a machine with a store and the connector of choosingSpec.
func notesHome(t *testing.T) (w world, spec, route string) {
	t.Helper()
	w = world{keyring: &memoryRing{}, random: rand.Reader}.with("CONNECTOR_HOME", filepath.Join(t.TempDir(), "store"))
	w.run("store", "init").check(t, 0)
	return w, writeTree(t, map[string]string{"spec.yml": choosingSpec}), "https://notes.example=" + serve(t, notes)
}

// TestConnectAsks wants a person to be asked for what is not given, in order,
// and for a name, and to decide about what failed.
func TestConnectAsks(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	person := &talk{answers: [][2]string{{"How to connect Notes", "2"}, {"User", "ada"}, {"Password", "the-password-of-ada"}, {"Name", ""}}}
	w.ask = person.ask
	o := w.run("connect", "--route", route, spec)
	o.check(t, 0, `Connected "Ada"`, "connector: the credential goes to https://notes.example, and nowhere else", "1) An API key", "2) A password")
	checkNoLeak(t, o, "the-password-of-ada")
	person.check(t, "How to connect Notes", "User", "Password", "Name of the connection [Ada]")
	if len(person.secret) != 1 || !strings.Contains(person.secret[0], "Password") {
		t.Errorf("not shown while it is typed: %q", person.secret)
	}

	// A name that is taken, or cannot be one, is asked for again.
	person = &talk{answers: [][2]string{{"API key", "the-key-of-ada"}, {"Name", "ada"}, {"Name", "a\x1bb"}, {"Name", "Two"}}}
	w.ask = person.ask
	w.run("connect", "--route", route, "--option", "key", spec).
		check(t, 0, `Connected "Two"`, `warning: "Ada" is a connection of the same account`, `the name "ada" is taken`)
	person.check(t, "API key", "Name of the connection [Ada 2]", "Name", "Name")

	// Who ends the conversation there does not lose the login.
	person = &talk{answers: [][2]string{{"API key", "the-key-of-ada"}}}
	w.ask = person.ask
	w.run("connect", "--route", route, "--option", "key", spec).check(t, 0, `Connected "Ada 2"`)
	person.check(t, "API key", "Name of the connection [Ada 2]")

	// What failed is kept by who says so, and by nobody else.
	for _, test := range []struct {
		says string
		code int
	}{{"n", 1}, {"y", 0}} {
		person = &talk{answers: [][2]string{{"API key", "another-key-of-ada"}, {"Keep the connection", test.says}, {"Name", ""}}}
		w.ask = person.ask
		w.run("connect", "--route", route, "--option", "key", spec).check(t, test.code, "the test of the connection failed: test: ", "who are you?")
	}

	// By its name it asks for nothing that it knows.
	person = &talk{}
	w.ask = person.ask
	w.run("connect", "--name", "two").check(t, 0, `Connected "Two"`)
	person.check(t)

	// To be asked is what an edit is for: secrets anew, the rest is offered.
	person = &talk{answers: [][2]string{{"User", ""}, {"Password", "the-password-of-ada"}}}
	w.ask = person.ask
	w.run("connections", "edit", "Ada").check(t, 0, `Connected "Ada"`)
	person.check(t, "User", "Password")

	// Whoever ends the input is not connected.
	w.ask = (&talk{}).ask
	w.run("connect", "--route", route, "--option", "key", "--name", "three", spec).check(t, 4, "!Connected", "left without an answer")
	w.run("connect", "--route", route, "--option", "key", "--name", "three", "--no-input", spec).check(t, 4, "apiKey is required")
}

// TestConnectSaysRequest wants the request that connect ends with to be one that
// the API answers.
func TestConnectSaysRequest(t *testing.T) {
	t.Parallel()
	const get = "test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me, responseMapping: {name: '${response.data.name}', id: '${response.data.id}'}}}"
	for test, want := range map[string]string{
		get: "connector request GET https://notes.example/me --connection",
		"test: {implementationType: rest-api-mapping, mapping: {method: post, path: /whoami, responseMapping: {name: '${response.data.name}'}}}":                                              "connector request POST https://notes.example/whoami --connection",
		"test: {implementationType: rest-api-mapping, mapping: {method: post, path: /query, requestMapping: {data: {q: me}}, responseMapping: {name: '${response.data.name}'}}}":              "connector request POST https://notes.example/query --data @FILE --connection",
		"test: {implementationType: graphql-api-mapping, mapping: {path: /graphql, operationType: query, requestMapping: [{field: name}], responseMapping: {name: '${response.data.name}'}}}": `connector request POST https://notes.example/graphql --data '{"query": "{ __typename }"}' --connection`,
	} {
		w, spec, route := notesHome(t)
		if err := os.WriteFile(filepath.Join(spec, "spec.yml"), []byte(strings.Replace(choosingSpec, get, test, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(test, "graphql") {
			route = "https://notes.example=" + serve(t, answer(200, "application/json", `{"data":{"name":"Ada"}}`))
		}
		w = w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada")
		w.run("connect", "--no-input", "--route", route, "--option", "key", spec).check(t, 0, "use it with: "+want)
	}
}

// TestShowRedirectAsks wants somebody to be asked for what decides the redirect
// URI, and for nothing else.
func TestShowRedirectAsks(t *testing.T) {
	t.Parallel()
	person := &talk{answers: [][2]string{{"Redirect URL", "https://tools.example/back"}}}
	w := world{ask: person.ask}
	o := w.run("connect", "--show-redirect", filepath.Join(repository, "examples", "slack"))
	o.check(t, 0, "https://tools.example/back", "to register with the provider")
	person.check(t, "Redirect URL")
	w.run("connect", "--show-redirect", "--no-input", filepath.Join(repository, "examples", "slack")).
		check(t, 4, "!127.0.0.1", "redirectUri is required")
}

// TestMust15ConnectChangedAsks wants a person to be shown what changed, and to decide.
func TestMust15ConnectChangedAsks(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").run("connect", "--route", route, "--option", "key", "--name", "ada", spec).check(t, 0)
	writeFiles(t, spec, map[string]string{"spec.yml": strings.Replace(choosingSpec, "path: /me", "path: /us", 1)})
	person := &talk{answers: [][2]string{{"Go on with it", "n"}}}
	w.ask = person.ask
	w.run("connections", "test", "ada").check(t, 1, "  - test was changed", "is not sent by what was not agreed to")
	person.check(t, "Go on with it as it is now?")
	person = &talk{answers: [][2]string{{"Go on with it", "y"}}}
	w.ask = person.ask
	w.run("connections", "test", "ada").check(t, 0, "  - test was changed")
	w.ask = (&talk{}).ask
	w.run("connections", "test", "ada").check(t, 0, "!was changed")
}

// TestConnectInterrupted wants Ctrl-C to end a login, and nothing to be kept.
func TestConnectInterrupted(t *testing.T) {
	t.Parallel()
	w, spec, _ := notesHome(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	w.context = ctx
	w.network = roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		return nil, r.Context().Err()
	})
	w.with("CONNECTOR_INPUT_API_KEY", "the-key-of-ada").run("connect", "--option", "key", "--name", "ada", spec).check(t, 130, "interrupted")
	w.context = nil
	w.run("connections", "show", "ada").check(t, 4)
}

// TestConnectBorrows connects what uses the connection of another connector: the
// only one that there is, or the one that the user names.
func TestConnectBorrows(t *testing.T) {
	t.Parallel()
	h := newHousehold(t)
	borrower := writeTree(t, map[string]string{"spec.yml": `key: borrower
name: Borrower
auth:
  type: proxy
  proxyKey: acme
  baseUri: ` + h.url + `
  makeApiClient: {implementationType: mapping, mapping: {headers: {Authorization: 'Bearer ${credentials.access_token}'}}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`})
	h.run("connect", borrower).check(t, 4, `there is no connection of "acme" to borrow from`, "hint: connect acme first")
	h.connect(t, "work")
	h.run("connect", borrower).check(t, 0, `Connected "Borrower"`)
	h.run("request", "GET", "/me", "--connection", "Borrower").check(t, 0, `"Ada"`)
	h.connect(t, "home") // which ends the tokens of the other
	h.run("connect", "--name", "second", borrower).check(t, 2, "there are several connections of \"acme\": say by --through", `"home", "work"`)
	h.run("connect", "--name", "second", "--through", "home", borrower).check(t, 0, `Connected "second"`)
	h.run("request", "GET", "/me", "--connection", "second").check(t, 0, `"Ada"`)
	h.run("disconnect", "home").check(t, 0)
	h.run("request", "GET", "/me", "--connection", "second").check(t, 4, `the connection of "acme" that this one borrows from was removed`)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestConnectByPage fills in the form in a browser, wrongly at first, and is
// connected there. No secret is in a page.
func TestConnectByPage(t *testing.T) {
	t.Parallel()
	w, spec, route := notesHome(t)
	visitor := &formVisitor{t: t, done: make(chan struct{})}
	w.browser = func(_ context.Context, address string) error {
		go visitor.connect(address)
		return nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	w.context = ctx
	o := w.run("connect", "--web", "--route", route, "--option", "key", spec)
	<-visitor.done
	defer func() {
		if t.Failed() {
			t.Log(visitor.pages)
		}
	}()
	o.check(t, 0, `Connected "Ada"`, "the test of the connection failed")
	checkNoLeak(t, o, "the-key-of-ada")
	for _, want := range []string{"Notes", "https://notes.example", "who are you?", "Connected “Ada”"} {
		if !strings.Contains(visitor.pages, want) {
			t.Errorf("no page says %q", want)
		}
	}
	if strings.Contains(visitor.pages, "the-key-of-ada") || strings.Contains(visitor.pages, "another-key-of-ada") {
		t.Error("a page holds the secret")
	}
}

// A formVisitor is a browser without scripts that fills in the form of a
// connection.
type formVisitor struct {
	t       *testing.T
	client  http.Client
	address string
	pages   string // all that it saw
	done    chan struct{}
}

var (
	refreshTo  = regexp.MustCompile(`http-equiv="refresh" content="\d+; ?url=([^"]+)"`)
	hiddenTo   = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	passwordTo = regexp.MustCompile(`<input[^>]*type="password"[^>]*`)
	nameTo     = regexp.MustCompile(`name="([^"]+)"`)
)

func (v *formVisitor) connect(address string) {
	defer close(v.done)
	jar, err := cookiejar.New(nil)
	if err != nil {
		v.t.Error(err)
		return
	}
	v.client = http.Client{Jar: jar}
	page := v.open(http.MethodGet, address, nil)
	if to := refreshTo.FindStringSubmatch(page); to != nil {
		page = v.open(http.MethodGet, v.join(to[1]), nil)
	}
	form := v.address
	for _, key := range []string{"another-key-of-ada", "the-key-of-ada"} {
		page = v.open(http.MethodPost, form, v.fill(page, key))
		for end := time.Now().Add(10 * time.Second); !strings.Contains(page, "who are you?") && !strings.Contains(page, "Connected “") && time.Now().Before(end); {
			page = v.open(http.MethodGet, form, nil)
		}
	}
}

// fill returns the fields of a form with a key in the one for a secret.
func (v *formVisitor) fill(page, key string) url.Values {
	values := url.Values{"do": {"connect"}} // of the button
	for _, m := range hiddenTo.FindAllStringSubmatch(page, -1) {
		values.Set(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	field := nameTo.FindStringSubmatch(passwordTo.FindString(page))
	if field == nil {
		v.t.Errorf("there is no field for a secret in %s", page)
		return values
	}
	values.Set(html.UnescapeString(field[1]), key)
	return values
}

func (v *formVisitor) join(reference string) string {
	base, err := url.Parse(v.address)
	if err != nil {
		return reference
	}
	u, err := base.Parse(html.UnescapeString(reference))
	if err != nil {
		return reference
	}
	return u.String()
}

func (v *formVisitor) open(method, address string, form url.Values) string {
	req, err := http.NewRequestWithContext(v.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Error(err)
		return ""
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://"+req.URL.Host)
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.pages += "[" + err.Error() + "]"
		return ""
	}
	defer resp.Body.Close()
	v.address = resp.Request.URL.String()
	text, _ := io.ReadAll(resp.Body)
	v.pages += html.UnescapeString(string(text))
	return string(text)
}
