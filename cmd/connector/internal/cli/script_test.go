package cli_test

import (
	"errors"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/examples/apis"
)

var update = flag.Bool("update", false, "rewrite what the tests compare with: scripts and the recordings of the examples")

// TestScripts runs the stories of testdata/script.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(repository, "testdata", "script"),
		UpdateScripts:       *update,
		RequireExplicitExec: false,
		RequireUniqueNames:  true,
		Condition: func(cond string) (bool, error) {
			if cond != "root" {
				return false, fmt.Errorf("unknown condition %q", cond)
			}
			return os.Getuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("GORACE", "atexit_sleep_ms=1")
			env.Setenv("ESC", "\x1b")
			env.Values[playedKey{}] = &dialogue{}
			return os.Mkdir(filepath.Join(env.WorkDir, "home"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   exits,
			"example": example,
			"serve":   serveScript,
			"search":  search,
			"play":    playScript,
			"grantor": grantorScript,
		},
	})
}

// exits runs a command and wants an exit code: exits 1 connector validate x.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exited *exec.ExitError
		if !errors.As(err, &exited) {
			ts.Fatalf("%v", err)
		}
		code = exited.ExitCode()
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// example copies connectors of examples/ into the directory: example github.
func example(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: example NAME...")
	}
	for _, name := range args {
		source := filepath.Join(repository, "examples", name)
		ts.Check(os.CopyFS(ts.MkAbs(filepath.Base(name)), os.DirFS(source)))
	}
}

// search looks for secrets in the last output and in all files of the script,
// its temporary files and its home included: search SECRET...
func search(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: search SECRET...")
	}
	r := secret.NewRedactor()
	for _, s := range args {
		r.Add("canary", s)
	}
	texts := map[string][]byte{"stdout": []byte(ts.ReadFile("stdout")), "stderr": []byte(ts.ReadFile("stderr"))}
	files := 0
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(name string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files++
			texts[name], err = os.ReadFile(name)
		}
		return err
	}))
	for name, data := range texts {
		for _, m := range r.Find(data) {
			ts.Fatalf("%s holds a secret as %s, at %d", name, m.Encoding, m.Start)
		}
	}
	if files == 0 {
		ts.Fatalf("no file was searched")
	}
}

// serveScript starts the loopback server of an example, or one of the bad
// ones, and sets ADDR to its address and ORIGIN to what it stands for.
func serveScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve EXAMPLE")
	}
	for _, api := range apis.All() {
		if api.Example != args[0] {
			continue
		}
		server := httptest.NewServer(api.Public())
		ts.Defer(server.Close)
		ts.Setenv("ADDR", server.URL)
		ts.Setenv("ORIGIN", api.Origin)
		ts.Setenv("LOGIN", api.Login)
		for key, option := range api.Options {
			for _, values := range []map[string]string{option.Inputs, option.Parameters} {
				for name, value := range values {
					ts.Setenv(key+"_"+name, value)
				}
			}
		}
		return
	}
	ts.Fatalf("there is no server for %s", args[0])
}
