package cli_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/cli"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/examples/apis"
	"github.com/connector-spec/connector/testdata/leaks"
)

// inMemory answers requests by a handler.
type inMemory struct{ http.Handler }

// RoundTrip answers a request.
func (m inMemory) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	served := req.Clone(req.Context())
	served.Host, served.RequestURI = req.URL.Host, req.URL.RequestURI()
	if served.Body == nil {
		served.Body = http.NoBody
	}
	m.ServeHTTP(w, served)
	resp := w.Result()
	resp.Request = req
	return resp, nil
}

// A leakRoom is where the program runs: all that it may write to is searched.
type leakRoom struct {
	t        *testing.T
	root     string
	canaries *leaks.Canaries
	name     string
}

// newLeakRoom makes a room of the program's own, and goes there.
func newLeakRoom(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	for _, dir := range []string{"work", "tmp", "home"} {
		if err := os.Mkdir(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("TMPDIR", filepath.Join(root, "tmp"))
	t.Setenv("HOME", filepath.Join(root, "home"))
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Chdir(filepath.Join(root, "work"))
	return root
}

// search looks for canaries in a text.
func (r *leakRoom) search(where, text string) {
	r.t.Helper()
	for _, found := range r.canaries.Find(text) {
		r.t.Errorf("%s: %s holds %v", r.name, where, found)
	}
}

// files looks for canaries in all files, and in their names.
func (r *leakRoom) files() {
	r.t.Helper()
	err := fs.WalkDir(os.DirFS(r.root), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(filepath.Join(r.root, filepath.FromSlash(name)))
		r.search(name, name+"\n"+string(data))
		return err
	})
	if err != nil {
		r.t.Error(err)
	}
}

// run runs the program and searches what it writes.
func (r *leakRoom) run(w world, args ...string) outcome {
	r.t.Helper()
	o := w.run(args...)
	r.name = strings.Join(args, " ")
	r.search("stdout", o.stdout)
	r.search("stderr", o.stderr)
	if o.code == 2 {
		r.t.Errorf("%s: %v", r.name, o)
	}
	return o
}

// formatFlags are the ways in which the program prints.
func formatFlags() [][]string {
	var list [][]string
	for _, format := range report.TestFormats() {
		list = append(list, []string{"--format", format}, []string{"--format", format, "--verbose"})
	}
	return list
}

// leakWays are the ways in which servers echo, each place with some encodings.
func leakWays(r *rand.Rand) []leaks.Way {
	var ways []leaks.Way
	for _, place := range leaks.Places() {
		list := leaks.Encodings()
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
		n := 3
		if testing.Short() || raced {
			n = 1
		}
		for i, encoding := range list[:n] {
			ways = append(ways, leaks.Way{Encoding: encoding, Place: place, At: 1 + i%2})
		}
	}
	return ways
}

// given returns the world in which values are given, and their canaries: those
// that the spec marks.
func (o exampleOption) given(w world, s auth.Subject) (world, *leaks.Canaries) {
	canaries := &leaks.Canaries{}
	for kind, values := range map[string]map[string]string{"INPUT": o.Inputs, "PARAM": o.Parameters} {
		for name, value := range values {
			w = w.with("CONNECTOR_"+kind+"_"+snake(name), value)
			for _, in := range s.Methods.Secrets() {
				if in.Name == name && in.Parameter == (kind == "PARAM") {
					canaries.Add(name, value)
				}
			}
		}
	}
	return w, canaries
}

// TestNoLeaksOfExamples runs each example against its server, which sends back
// what it is sent, in each format, and searches all that is printed and written.
func TestNoLeaksOfExamples(t *testing.T) {
	root := newLeakRoom(t)
	random := rand.New(rand.NewPCG(7, 7))
	planted, passed := 0, 0
	for _, o := range exampleOptions(t) {
		if o.Browser {
			continue
		}
		dir := filepath.Join(root, "work", o.Example)
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(examplesRoot, o.Example))); err != nil {
			t.Fatal(err)
		}
		s := o.subject(t, dir)
		for i, way := range leakWays(random) {
			w, canaries := o.given(world{}, s)
			room := &leakRoom{t: t, root: root, canaries: canaries}
			for j, format := range formatFlags() {
				echo := &leaks.Echo{Next: inMemory{apiOf(t, o.Example).Handler}, Canaries: canaries, Way: way, Forgets: true}
				w.network = echo
				mode := []string{"--live", "--record"}[(i+j)%2]
				args := append([]string{"test", "--no-input", "--option", o.key, mode, o.Example}, format...)
				if j%3 == 0 {
					args = append(args, "--auth", "--operations")
				}
				if room.run(w, args...).code == 0 {
					passed++
				}
				planted += echo.Planted()
			}
			room.files()
			room.run(world{}, append([]string{"test", "--replay", "--option", o.key, o.Example, "--verbose"}, formatFlags()[i%8]...)...)
			if t.Failed() {
				t.Fatalf("%s/%s, %v", o.Example, o.key, way)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d runs passed, %d secrets sent back", passed, planted)
	if passed < 100 || planted < 1000 {
		t.Errorf("too little was tested: %d runs passed, %d secrets were sent back", passed, planted)
	}
}

// examplesRoot is where the examples are, wherever a test has gone.
var examplesRoot = func() string {
	path, err := filepath.Abs(filepath.Join(repository, "examples"))
	if err != nil {
		panic(err)
	}
	return path
}()

// TestNoLeaksOfExampleLogins has users log in to the examples through servers
// that send back what they are sent, records that, and plays it in each format.
func TestNoLeaksOfExampleLogins(t *testing.T) {
	root := newLeakRoom(t)
	random := rand.New(rand.NewPCG(8, 8))
	recorded := 0
	for _, o := range exampleOptions(t) {
		if !o.Browser {
			continue
		}
		dir := filepath.Join(root, "work", o.Example+"-"+o.key)
		if err := os.CopyFS(dir, os.DirFS(filepath.Join(examplesRoot, o.Example))); err != nil {
			t.Fatal(err)
		}
		s := o.subject(t, dir)
		for i, way := range leakWays(random) {
			_, canaries := o.given(world{}, s)
			room := &leakRoom{t: t, root: root, canaries: canaries, name: fmt.Sprintf("%s/%s, %v", o.Example, o.key, way)}
			if o.login(t, room, dir, s, way) {
				recorded++
			}
			room.files()
			for _, format := range formatFlags() {
				if i%3 == 0 {
					room.run(world{}, append([]string{"test", "--auth", "--replay", "--option", o.key, filepath.Base(dir)}, format...)...)
				}
			}
			if t.Failed() {
				t.FailNow()
			}
		}
	}
	t.Logf("%d logins were recorded", recorded)
	if recorded < 20 && !testing.Short() {
		t.Errorf("only %d logins were recorded", recorded)
	}
}

// login logs in to a server of its own, and records that.
func (o exampleOption) login(t *testing.T, room *leakRoom, dir string, s auth.Subject, way leaks.Way) (recorded bool) {
	t.Helper()
	o.API = apiOf(t, o.Example)
	w := o.world(t)
	echo := &leaks.Echo{Next: &given{inMemory{o.Handler}, room.canaries}, Canaries: room.canaries, Way: way}
	w.Network, w.Redactor = echo, secret.NewRedactor()
	w.Browser = login.To(browserIn(echo))
	result, rec, err := auth.Record(t.Context(), s, o.values(t, s), w, sevens{}, "connector devel")
	if err != nil {
		room.search("the error", err.Error())
		return false
	}
	room.search("the result", w.Redactor.Redact(fmt.Sprintf("%+v", *result)))
	room.search("the message", result.Message+"\n"+result.Hint+"\n"+result.Note+"\n"+strings.Join(append(result.Notes, result.Warnings...), "\n"))
	if rec == nil {
		return false
	}
	rec.Source = "loopback"
	if _, err := cli.WriteRecording(dir, s, rec, w.Redactor); err != nil {
		room.search("the refusal", err.Error())
		t.Logf("%s: %v", room.name, err)
		return false
	}
	return true
}

// browserIn is a user who agrees to everything, and goes where the server says.
func browserIn(network http.RoundTripper) func(context.Context, string) (string, error) {
	return func(ctx context.Context, address string) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return "", err
		}
		resp, err := network.RoundTrip(req)
		if err != nil {
			return "", err
		}
		return resp.Header.Get("Location"), resp.Body.Close()
	}
}

// given makes what servers give a canary, by its name.
type given struct {
	next     http.RoundTripper
	canaries *leaks.Canaries
}

// RoundTrip sends a request on and looks at its answer.
func (g *given) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body := string(data)
	resp.Body = io.NopCloser(strings.NewReader(body))
	for _, name := range []string{"access_token", "refresh_token", "oauth_token", "oauth_token_secret"} {
		for _, m := range []string{`"` + name + `":"`, name + "="} {
			if _, rest, ok := strings.Cut(body, m); ok {
				value, err := url.QueryUnescape(rest[:strings.IndexAny(rest+"&", `"&`)])
				if err == nil {
					g.canaries.Add(name, value)
				}
			}
		}
	}
	if u, err := url.Parse(resp.Header.Get("Location")); err == nil {
		for _, name := range []string{"code", "oauth_verifier"} {
			g.canaries.Add(name, u.Query().Get(name))
		}
	}
	return resp, nil
}

// exampleOptions lists all options of all examples, in order.
func exampleOptions(t *testing.T) []exampleOption {
	t.Helper()
	var list []exampleOption
	for _, api := range apis.All() {
		var keys []string
		for key := range api.Options {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			list = append(list, exampleOption{api, api.Options[key], key})
		}
	}
	return list
}
