package peers

import (
	"bufio"
	"cmp"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// ChromiumOptions say how a browser differs from the usual one.
type ChromiumOptions struct {
	Dark     bool // the person likes it dark
	NoScript bool
	Width    int // of the window; 1024 if 0
	Height   int // 768 if 0
}

// A Browser is headless Chromium with a person, driven by playwright.
type Browser struct {
	in  io.Writer
	out *bufio.Scanner
	mu  sync.Mutex
}

// Chromium starts a browser. Chromium itself is the system's, or the one that
// the variable CHROMIUM names.
func Chromium(t testing.TB, opts ChromiumOptions) *Browser {
	t.Helper()
	need(t, "Chromium")
	program := os.Getenv("CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && program == "" {
			program = found
		}
	}
	if program == "" {
		t.Fatal("Chromium is missing: apt-get install chromium")
	}
	dir := installed(t, npm("chromium"))
	options, err := json.Marshal(map[string]any{
		"dark": opts.Dark, "noScript": opts.NoScript, "width": cmp.Or(opts.Width, 1024), "height": cmp.Or(opts.Height, 768),
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "chromium.mjs")
	cmd.Dir, cmd.SysProcAttr = dir, endWithUs()
	cmd.Env = append(os.Environ(), "CHROMIUM="+program, "OPTIONS="+string(options))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	said := &output{}
	cmd.Stderr = said
	if err := cmd.Start(); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Chromium said:\n%s", said.bytes())
		}
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	return &Browser{in: in, out: lines}
}

// Run lets the person do something: code is the body of an async function of
// playwright's page and context, of args, of axe, which finds what is wrong for
// people who cannot see or use a mouse, and of complaints, the errors in the
// console so far. Result is what it returns, as JSON; nil drops it.
func (b *Browser) Run(t testing.TB, code string, args, result any) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	line, err := json.Marshal(map[string]any{"code": code, "args": args})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.in.Write(append(line, '\n')); err != nil {
		t.Fatalf("Chromium has ended: %v", err)
	}
	if !b.out.Scan() {
		t.Fatalf("Chromium has ended: %v", b.out.Err())
	}
	var answer struct {
		Error string
		Value json.RawMessage
	}
	if err := json.Unmarshal(b.out.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Error != "" {
		t.Fatalf("%s\n%s", code, answer.Error)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Value, result); err != nil {
			t.Fatalf("%s\ngives %s: %v", code, answer.Value, err)
		}
	}
}

// Screenshot writes the whole page as a picture, for somebody to look at.
func (b *Browser) Screenshot(t testing.TB, file string) {
	t.Helper()
	file, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	b.Run(t, "await page.screenshot({path: args, fullPage: true})", file, nil)
}
