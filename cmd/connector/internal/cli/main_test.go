package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/cmd/connector/internal/cli"
	"github.com/connector-spec/connector/examples/apis"
)

// repository is the top of the source tree, seen from this package.
const repository = "../../../.."

// TestMain is the program itself where a script runs it.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "__worker" { // a child that runs scripts
		os.Exit(cli.Main(cli.System(), os.Args[1:]))
	}
	testscript.Main(cleaning{m}, map[string]func(){
		"connector":      func() { os.Exit(cli.Main(scriptWorld(), os.Args[1:])) },
		"browser-for-me": func() { os.Exit(browserForMe(os.Args[1:])) },
		"rude-browser":   func() { os.Exit(rudeBrowser(os.Args[1:])) },
		"many-requests":  func() { os.Exit(manyRequests(os.Args[1:])) },
	})
}

// scriptWorld is the real world, but that TEST_ROUTE leads requests for an
// origin to a loopback server, for examples that name the real one, and that
// TEST_KEYRING is a file in place of the keyring of the system.
func scriptWorld() *cli.Env {
	env := cli.System()
	if file := os.Getenv("TEST_KEYRING"); file != "" {
		env.Keyring = fileRing(file)
	}
	env.Network = func(o client.TransportOptions) http.RoundTripper {
		if route, err := client.ParseRoute(os.Getenv("TEST_ROUTE"), false); err == nil {
			o.Routes = append(o.Routes, route)
		}
		return client.NewTransport(o)
	}
	return env
}

// A world is what one run of the program sees; the zero world is empty.
type world struct {
	stdin     string
	variables map[string]string
	clock     func() time.Time
	random    io.Reader
	ask       func(prompt string, secret bool) (string, error)
	terminal  bool
	network   http.RoundTripper // in place of the real one
	keyring   store.Ring        // in place of the system's
	stdout    io.Writer         // in place of what the outcome gets
	context   context.Context
	browser   func(ctx context.Context, address string) error
	stderr    io.Writer // in place of what the outcome gets
}

// An outcome is what came out of a run.
type outcome struct {
	code           int
	stdout, stderr string
}

func (o outcome) String() string {
	return fmt.Sprintf("exit code %d\n--- stdout\n%s\n--- stderr\n%s", o.code, o.stdout, o.stderr)
}

// run runs the program in this process.
func (w world) run(args ...string) outcome {
	var stdout, stderr bytes.Buffer
	env := &cli.Env{
		Stdin: strings.NewReader(w.stdin), Stdout: &stdout, Stderr: &stderr,
		StdoutTerminal: w.terminal, StderrTerminal: w.terminal,
		Getenv: func(name string) string { return w.variables[name] },
		Environ: func() []string {
			var list []string
			for name, value := range w.variables {
				list = append(list, name+"="+value)
			}
			return list
		},
		Network: func(o client.TransportOptions) http.RoundTripper { return client.NewTransport(o) },
		Now:     w.clock,
		Wait:    func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Rand:    w.random,
		Scripts: cli.System().Scripts,
		Interrupted: func() (context.Context, context.CancelFunc) {
			if w.context != nil {
				return w.context, func() {}
			}
			return context.WithCancel(context.Background())
		},
	}
	env.Keyring = w.keyring
	if w.ask != nil {
		env.Ask = func(_ context.Context, prompt string, secret bool) (string, error) { return w.ask(prompt, secret) }
	}
	if w.browser != nil {
		env.Browser = func() (func(context.Context, string) error, string) { return w.browser, "" }
	}
	if w.clock == nil {
		env.Now = time.Now
	}
	if w.random == nil {
		env.Rand = sevens{}
	}
	if w.network != nil {
		env.Network = func(client.TransportOptions) http.RoundTripper { return w.network }
	}
	if w.stdout != nil {
		env.Stdout = w.stdout
	}
	if w.stderr != nil {
		env.Stderr = w.stderr
	}
	code := cli.Main(env, args)
	return outcome{code, stdout.String(), stderr.String()}
}

// sevens is the randomness of a test: safe for many at once, as the real one is.
type sevens struct{}

func (sevens) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 7
	}
	return len(p), nil
}

// with returns the world with more variables, in pairs of name and value.
func (w world) with(pairs ...string) world {
	w.variables = maps.Clone(w.variables)
	if w.variables == nil {
		w.variables = map[string]string{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		w.variables[pairs[i]] = pairs[i+1]
	}
	return w
}

// apiOf returns the loopback server of an example.
func apiOf(t testing.TB, example string) apis.API {
	t.Helper()
	for _, api := range apis.All() {
		if api.Example == example {
			return api
		}
	}
	t.Fatalf("examples/apis has no server for %s", example)
	return apis.API{}
}

// serve starts a server for a test and returns its address.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// serveAPI starts the server of an API, by TLS if that is what it speaks.
func serveAPI(t testing.TB, api apis.API) string {
	t.Helper()
	if api.TLS == nil {
		return serve(t, api.Public())
	}
	s := httptest.NewUnstartedServer(api.Handler)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that are to fail
	s.TLS = api.TLS
	s.StartTLS()
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// copyExample copies an example into a new directory and returns its path.
func copyExample(t testing.TB, example string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), example)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(repository, "examples", example))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeTree writes files into a new directory and returns its path.
func writeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	writeFiles(t, dir, files)
	return dir
}

// writeFiles writes files into a directory.
func writeFiles(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// check reports what is not as wanted of an outcome: the exit code, and texts
// that must stand in stdout or stderr; one that begins with a "!" must not.
func (o outcome) check(t *testing.T, code int, texts ...string) {
	t.Helper()
	all := o.stdout + o.stderr
	ok := o.code == code
	for _, text := range texts {
		if rest, not := strings.CutPrefix(text, "!"); not == strings.Contains(all, rest) {
			ok = false
			t.Errorf("output: %q is wanted", text)
		}
	}
	if !ok {
		t.Errorf("exit code %d is wanted; got %v", code, o)
	}
}
