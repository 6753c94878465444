package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/leaks"
	"github.com/connector-spec/connector/testdata/peers"
)

// builtDir is where the program was built; nil if it was not.
var builtDir atomic.Pointer[string]

// A cleaning is the tests of this package, which removes what they have built.
type cleaning struct{ *testing.M }

// Run runs the tests.
func (c cleaning) Run() int {
	defer func() {
		if dir := builtDir.Load(); dir != nil {
			_ = os.RemoveAll(*dir)
		}
	}()
	return c.M.Run()
}

// builtProgram builds the program once for all tests, as make build does.
var builtProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "connector-built-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, "connector"), "github.com/connector-spec/connector/cmd/connector")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=-trimpath")
	builtDir.Store(&dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(err.Error() + ": " + string(out))
	}
	return filepath.Join(dir, "connector"), nil
})

// A room is a machine for the program as it is built, whose processes have a
// home of their own and nothing of the environment of the tests. Whatever the
// program prints, and at the end all that stands in the home, is searched for
// canaries.
type room struct {
	t         *testing.T
	program   string
	home      string
	variables []string
	canaries  *leaks.Canaries
}

// newRoom makes a room without a store; skipped where there are no servers of
// others.
func newRoom(t *testing.T) *room {
	t.Helper()
	if os.Getenv("CONNECTOR_PEERS") == "" {
		t.Skip("CONNECTOR_PEERS is not set")
	}
	program, err := builtProgram()
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, program: program, home: t.TempDir(), canaries: &leaks.Canaries{}}
	for _, dir := range []string{"tmp", "work"} {
		if err := os.Mkdir(filepath.Join(r.home, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	r.variables = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "TMPDIR=" + filepath.Join(r.home, "tmp"), "LANG=C.UTF-8",
		"CONNECTOR_HOME=" + r.store(), "BROWSER=browser-for-me", "GORACE=atexit_sleep_ms=1",
	}
	t.Cleanup(r.search)
	return r
}

// newStored is a room with a store, whose key is in a file.
func newStored(t *testing.T) *room {
	t.Helper()
	r := newRoom(t)
	r.run("store", "init", "--key-file", r.key()).check(t, 0)
	return r
}

func (r *room) store() string { return filepath.Join(r.home, "data", "store") }
func (r *room) key() string   { return filepath.Join(r.home, "key") }

// with is the room with more variables.
func (r *room) with(variables ...string) *room {
	more := *r
	more.variables = append(slices.Clip(r.variables), variables...)
	return &more
}

// command is the program, not started.
func (r *room) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.t.Context(), r.program, args...)
	cmd.Env, cmd.Dir = r.variables, filepath.Join(r.home, "work")
	return cmd
}

// run runs the program and wants nothing secret in what it prints.
func (r *room) run(args ...string) outcome {
	r.t.Helper()
	o := r.runShowing(args...)
	if found := r.canaries.Find(o.stdout + o.stderr); found != nil {
		r.t.Errorf("%q printed %v: %v", args, found, o)
	}
	return o
}

// runShowing is run for a command that is to print a secret.
func (r *room) runShowing(args ...string) outcome {
	r.t.Helper()
	cmd := r.command(args...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	var exited *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exited) {
		r.t.Error(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// search wants no canary in any file of the home.
func (r *room) search() {
	files := 0
	err := filepath.WalkDir(r.home, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		for _, found := range r.canaries.Find(name + "\n" + string(data)) {
			r.t.Errorf("%s holds %v", name, found)
		}
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
	if len(r.canaries.Secrets()) > 0 && files == 0 {
		r.t.Error("there was nothing to be searched")
	}
}

// states gives the state of each connection as lists tell it.
func (r *room) states() map[string]string {
	r.t.Helper()
	o := r.run("connections", "list", "--format", "json")
	var list struct {
		Connections []struct{ Name, State, Reason string }
		Unreadable  []any
	}
	if err := json.Unmarshal([]byte(o.stdout), &list); err != nil || len(list.Unreadable) > 0 {
		r.t.Errorf("the list: %v: %v", err, o)
	}
	states := map[string]string{}
	for _, c := range list.Connections {
		states[c.Name] = strings.TrimSuffix(c.State+": "+c.Reason, ": ")
	}
	return states
}

// A gate stands before a server of others: it counts what is asked of that, and
// makes canaries of all the secrets that pass.
type gate struct {
	url      string
	canaries *leaks.Canaries
	hold     func(path string) // before a request goes on; nil for nothing

	mu       sync.Mutex
	target   *url.URL
	asked    map[string]int // by path
	grants   []grant
	last     map[string]string // the secrets that were given last
	unsigned int               // answers of 401
}

// A grant is a request of the token endpoint that was answered.
type grant struct {
	kind, used string // grant_type, and what was exchanged
	status     int
	at         time.Time // when it was asked for
}

// A passing is a request on its way through a gate.
type passing struct {
	form url.Values
	at   time.Time
}

type passingKey struct{}

// newGate opens a gate, which leads nowhere yet, to secrets of a room.
func newGate(r *room) *gate {
	r.t.Helper()
	g := &gate{canaries: r.canaries, asked: map[string]int{}, last: map[string]string{}}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			g.mu.Lock()
			defer g.mu.Unlock()
			p.SetURL(g.target)
			p.Out.Host = p.In.Host // of which the server makes its addresses
		},
		ModifyResponse: g.learn,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	g.url = serve(r.t, http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		g.mu.Lock()
		g.asked[req.URL.Path]++
		g.mu.Unlock()
		if g.hold != nil {
			g.hold(req.URL.Path)
		}
		p := passing{at: time.Now()}
		if data, err := io.ReadAll(req.Body); err == nil {
			req.Body = io.NopCloser(bytes.NewReader(data))
			p.form, _ = url.ParseQuery(string(data))
		}
		proxy.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), passingKey{}, p)))
	}))
	return g
}

// oidcGate starts oidc-provider behind a gate.
func oidcGate(r *room, o peers.OIDCOptions) (*gate, *peers.Server) {
	r.t.Helper()
	g := newGate(r)
	o.Issuer = g.url
	server := peers.OIDC(r.t, o)
	g.leads(server.URL)
	for _, key := range server.Keys {
		var parts map[string]string
		if json.Unmarshal([]byte(key), &parts) == nil {
			r.canaries.Add("a key", parts["d"])
		}
	}
	for _, secret := range []string{peers.BasicSecret, peers.PostSecret, peers.SecretJWTSecret, peers.PARSecret} {
		r.canaries.Add("a client secret", secret)
	}
	return g, server
}

// leads lets the gate lead to a server.
func (g *gate) leads(to string) {
	u, err := url.Parse(to)
	if err != nil {
		panic(err) // it is what httptest says
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.target = u
}

// secretFields are those of requests and answers that nobody may see.
var secretFields = []string{"access_token", "refresh_token", "id_token", "code", "code_verifier", "client_assertion", "device_code", "client_secret"}

// learn notes what passes.
func (g *gate) learn(resp *http.Response) error {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	answer := map[string]any{}
	_ = json.Unmarshal(data, &answer) // a page is none
	p, _ := resp.Request.Context().Value(passingKey{}).(passing)
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, name := range secretFields {
		if text, _ := answer[name].(string); text != "" {
			g.canaries.Add(name, text)
			g.last[name] = text
		}
		g.canaries.Add(name, p.form.Get(name))
	}
	if kind := p.form.Get("grant_type"); kind != "" {
		used := p.form.Get("refresh_token") + p.form.Get("code") + p.form.Get("device_code")
		g.grants = append(g.grants, grant{kind, used, resp.StatusCode, p.at})
	}
	if resp.StatusCode == http.StatusUnauthorized {
		g.unsigned++
	}
	return nil
}

// tokens gives the access token and the refresh token that were given last.
func (g *gate) tokens() (access, refresh string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.last["access_token"], g.last["refresh_token"]
}

// granted lists the requests of a grant that were answered.
func (g *gate) granted(kind string) []grant {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(g.grants), func(one grant) bool { return one.kind != kind })
}

// requests counts those that came so far.
func (g *gate) requests() (n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, count := range g.asked {
		n += count
	}
	return n
}

// active asks a server whether a token is good (RFC 7662). Who has no secret
// names the client alone.
func (g *gate) active(t *testing.T, path, client, secret, token string) bool {
	t.Helper()
	form := url.Values{"token": {token}}
	if secret == "" {
		form.Set("client_id", client)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, g.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		req.SetBasicAuth(url.QueryEscape(client), url.QueryEscape(secret))
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Active *bool }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Active == nil {
		t.Fatalf("introspection: %d, %v", resp.StatusCode, err)
	}
	return *answer.Active
}

// history tells how often a grantor was logged in to, and gave tokens, and what
// it revoked.
func (g *grantor) history() (logins, grants int, revoked []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.logins, g.grants, slices.Clone(g.revoked)
}
