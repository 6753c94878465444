package script_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/connector-spec/connector/spec/method/script"
)

// workerProgram is a normal build of the program that runs scripts, whatever
// this test is built with.
var workerProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "worker")
	if err != nil {
		return "", err
	}
	workerDir.Store(dir)
	file := filepath.Join(dir, "worker.exe")
	build := exec.Command("go", "build", "-o", file, "./testdata/worker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	out, err := build.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("build the worker: %w\n%s", err, out)
	}
	return file, err
})

// workerDir is the directory of that program, once there is one.
var workerDir atomic.Value

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, ok := workerDir.Load().(string); ok {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

// process returns an engine with children, and the file in which these note
// their memory.
func process(t testing.TB) (*script.Process, string) {
	t.Helper()
	program, err := workerProgram()
	if err != nil {
		t.Fatal(err)
	}
	peak := filepath.Join(t.TempDir(), "peak")
	p := script.NewProcess(program, peak)
	t.Cleanup(func() { _ = p.Close() })
	return p, peak
}

// hostile are scripts that try to harm who runs them, with what is said.
var hostile = []struct{ name, text, want string }{
	{"endless loop", `export default () => { for (;;); }`, `did not end within`},
	{"endless loop that catches", `export default () => { for (;;) try { for (;;); } catch {} finally { continue } }`, `did not end within`},
	{"endless loop at the top", `for (;;);`, `did not end within`},
	{"backtracking", `export default () => /(x+x+)+y/.test('x'.repeat(40)) || /^(a|a)*\1$/.test('a'.repeat(40) + 'b')`, `did not end within`},
	{"giant join", `export default () => Array(2 ** 27).join('abcdefgh').length`, `did not end within|memory`},
	{"join of a sparse list", `export default () => { const a = []; a.length = 2 ** 32 - 1; return a.join().length }`, `did not end within|memory`},
	{"search in a loop", `export default () => { const s = 'a'.repeat(2 ** 24); for (;;) s.indexOf('b'.repeat(100)) }`, `did not end within`},
	{"giant repeat", `export default () => 'x'.repeat(2 ** 40)`, `memory|RangeError|invalid`},
	{"many repeats", `export default () => { const l = []; for (;;) l.push('x'.repeat(2 ** 20)) }`, `memory`},
	{"padStart", `export default () => ''.padStart(2 ** 29).length`, `memory|invalid`},
	{"deep recursion", `export default () => { const f = () => f() + 1; return f() }`, `too deep`},
	{"deep recursion through built-ins", `export default () => { const f = (x) => [x].map(f)[0]; return f(1) }`, `too deep`},
	{"deep JSON", `export default () => { let a = []; for (let i = 0; i < 1e6; i++) a = [a]; return a }`, `too deep|memory`},
	{"deep regular expression", `export default () => new RegExp('('.repeat(1e6) + ')'.repeat(1e6)).test('')`, `too deep|SyntaxError|memory`},
	{"allocation", `export default () => { const l = []; for (;;) l.push(new Uint8Array(2 ** 20)) }`, `memory`},
	{"allocation that catches", `export default () => { const l = []; for (;;) try { l.push(new Array(1e5).fill(0)) } catch {} }`, `did not end within|memory`},
	{"objects", `export default () => { let o; for (;;) o = { o, a: [1, 2, 3] } }`, `memory`},
	{"strings that double", `export default () => { let s = 'x'; for (;;) s = s + s }`, `memory|too long`},
	{"giant list of bytes", `export default () => new ArrayBuffer(2 ** 33).byteLength`, `memory|invalid`},
	{"giant BigInt", `export default () => String(2n ** (2n ** 27n)).length`, `did not end within|memory|BigInt`},
	{"sort that never ends", `export default () => { const a = Array(1e6).fill(0).map((_, i) => i); for (;;) a.sort(() => 1) }`, `did not end within|memory`},
	{"promise that never settles", `export default () => new Promise(() => {})`, `nothing will settle`},
	{"promise that never settles at the top", `await new Promise(() => {}); export default () => 1`, `nothing will settle`},
	{"microtask flood", `export default () => { const f = () => Promise.resolve().then(f); return f() }`, `did not end within|memory`},
	{"many microtasks", `export default async () => { for (;;) await null }`, `did not end within`},
	{"timer flood", `export default () => new Promise(() => setInterval(() => {}, 0))`, `did not end within`},
	{"long timer", `export default () => new Promise((r) => setTimeout(r, 1e9))`, `did not end within`},
	{"many timers", `export default () => { for (;;) setTimeout(() => {}, 1) }`, `too many timers`},
	{"many requests", `export default async () => { for (let i = 0; i < 1e5; i++) await fetch('https://api.example/').catch(() => {}) }`, `more than the 100 requests`},
	{"many requests at once", `export default () => Promise.all(Array.from({ length: 1e5 }, () => fetch('https://api.example/').catch(() => {})))`, `more than the 100 requests`},
	{"huge request", `export default () => fetch('https://api.example/', { method: 'POST', body: 'x'.repeat(2 ** 24) })`, `at most 8 MiB|memory`},
	{"huge log", `export default () => { for (;;) console.log('x'.repeat(1e5)) }`, `did not end within`},
	{"huge line of a log", `export default () => { console.log('x'.repeat(3e7)); for (;;); }`, `did not end within|memory`},
	{"huge result", `export default () => 'x'.repeat(2 ** 23)`, `at most 4 MiB|did not end within`},
	{"huge message", `export default () => { throw new Error('x'.repeat(2 ** 24)) }`, `^x+ \(line 1`},
	{"message that cannot be told", `export default () => { throw { get message() { for (;;); } } }`, `did not end within`},
	{"result that never ends", `export default () => ({ toJSON() { for (;;); } })`, `did not end within`},
	{"import of fs", `export default (x, name = 'fs') => import(name)`, `no module "fs"`},
	{"import of os", `export default (x, name = 'os') => import(name)`, `no module "os"`},
	{"import of std", `export default (x, name = 'std') => import(name)`, `no module "std"`},
	{"import of an absolute path", `export default (x, name = '/etc/passwd') => import(name)`, `no module "/etc/passwd"`},
	{"import of a path that climbs", `export default (x, name = '../../x.js') => import(name)`, `no module "../../x.js"`},
	{"import of itself for ever", `export default (x, name = 'script') => { const f = () => import(name).then(f); return f() }`, `did not end within|memory|settle`},
	{"a lock that nobody opens", `export default () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`, `cannot block|TypeError`},
	{"a Proxy without end", `export default () => { const p = new Proxy({}, { get: () => p, ownKeys: () => { for (;;); } }); return p }`, `did not end within|too deep|memory`},
	{"code from text", `export default () => new Function('for (;;);')()`, `did not end within`},
	{"constructor of functions", `export default () => (async () => {}).constructor('return process')()`, `'process' is not defined`},
	{"environment", `export default () => process.env.HOME`, `'process' is not defined`},
	{"engine's own modules", `export default () => std.getenv('HOME')`, `'std' is not defined`},
	{"host's function", `export default () => connectorHost('request', '{}')`, `'connectorHost' is not defined`},
}

// TestHostileScripts is not parallel: so it runs before what is, and the memory
// of this process is what these scripts make of it.
func TestHostileScripts(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			limit := 600 * time.Millisecond
			if !strings.Contains(c.want, "did not end") { // it ends by another bound, however slow the machine is
				limit = 20 * time.Second
			}
			engine, peak := process(t)
			var requests, lines int
			measure := func() (time.Duration, error) {
				requests, lines = 0, 0
				begin := time.Now()
				_, err := runBy(t, engine, js(c.text), script.Call{Timeout: limit, Host: script.Host{
					Request: func(context.Context, *script.Request) (*script.Response, error) {
						requests++
						return nil, errors.New("refused")
					},
					Log:  func(string, string) { lines++ },
					Wait: waitTruly,
				}})
				return time.Since(begin), err
			}
			took, err := measure()
			if took > limit+2*time.Second { // the machine may have been busy: a script that does not end shows it again
				took, err = measure()
			}
			if err == nil || !regexp.MustCompile(c.want).MatchString(err.Error()) {
				t.Errorf("error %.200v; want %s", err, c.want)
			}
			if took > limit+2*time.Second {
				t.Errorf("took %v", took)
			}
			if requests > 100 || lines > 1001 {
				t.Errorf("%d requests, %d lines of log", requests, lines)
			}
			kib := peakOf(peak)
			if kib > 200<<10 {
				t.Errorf("the child had %d MiB", kib>>10)
			}
			t.Logf("%v, %d MiB", took.Round(time.Millisecond), kib>>10)
		})
	}
	kib := peakOf("/proc/self/status")
	t.Logf("the parent: %d MiB", kib>>10)
	if kib > 200<<10 && !raceDetector {
		t.Errorf("the parent had %d MiB", kib>>10)
	}
}

// waitTruly waits, as the host of a live run does.
func waitTruly(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// peakOf reads the greatest resident size from a file, in KiB; 0 where the
// system does not tell it.
func peakOf(file string) int {
	data, _ := os.ReadFile(file)
	kib := 0
	if m := regexp.MustCompile(`VmHWM:\s*(\d+)`).FindSubmatch(data); m != nil {
		_, _ = fmt.Sscan(string(m[1]), &kib)
	} else if runtime.GOOS == "linux" && strings.Contains(file, "status") {
		return -1
	}
	return kib
}

func TestRunsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	pollute := js(`Object.prototype.polluted = 1; Array.prototype.map = () => 'stolen'; globalThis.left = 1
Promise.prototype.then = null; JSON.stringify = () => '"stolen"'
export default () => 1`)
	look := js(`export default () => [({}).polluted, [1].map((x) => x), typeof left, typeof Promise.prototype.then, JSON.stringify(1)]`)
	child, _ := process(t)
	for _, engine := range []script.Engine{script.InProcess{}, child} {
		if _, err := runBy(t, engine, pollute, script.Call{}); err != nil {
			t.Logf("the polluting script: %v", err)
		}
		got, err := runBy(t, engine, look, script.Call{})
		if want := `[null,[1],"undefined","function","1"]`; err != nil || got != want {
			t.Errorf("%T: got %s, %v; want %s", engine, got, err, want)
		}
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	engine, _ := process(t)
	t.Run("the context ends a call", func(t *testing.T) {
		p, err := script.Compile(js("export default () => { for (;;); }"))
		if err != nil {
			t.Fatal(err)
		}
		for _, engine := range []script.Engine{script.InProcess{}, engine} {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			_, err = engine.Run(ctx, p, script.Call{Method: "test"})
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%T: got %v, want the context's error", engine, err)
			}
			cancel()
			if _, err = engine.Run(ctx, p, script.Call{Method: "test"}); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%T: got %v, want the error of a context that had ended before", engine, err)
			}
		}
	})
	t.Run("calls at the same time", func(t *testing.T) {
		var wait sync.WaitGroup
		for range 4 {
			wait.Go(func() {
				if got, err := runBy(t, engine, js("export default () => 1"), script.Call{}); got != "1" || err != nil {
					t.Errorf("got %s, %v", got, err)
				}
			})
		}
		wait.Wait()
	})
	t.Run("a program that is no worker", func(t *testing.T) {
		for _, command := range [][]string{nil, {filepath.Join(t.TempDir(), "none")}, {"go", "version"}} {
			if _, err := runBy(t, script.NewProcess(command...), js("export default () => 1"), script.Call{}); err == nil {
				t.Errorf("%q ran a script", command)
			}
		}
	})
}

func benchmark(b *testing.B, engine script.Engine) {
	p, err := script.Compile(js("export default async ({ credentials }) => ({ baseUri: 'https://api.example', headers: { Authorization: `Bearer ${credentials.token}` } })"))
	if err != nil {
		b.Fatal(err)
	}
	c := script.Call{Method: "makeApiClient", Arguments: []byte(`{"credentials":{"token":"t"}}`)}
	for b.Loop() {
		if _, err := engine.Run(b.Context(), p, c); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInProcess is a call in this process.
func BenchmarkInProcess(b *testing.B) { benchmark(b, script.InProcess{}) }

// BenchmarkProcess is a call in a child that is kept.
func BenchmarkProcess(b *testing.B) {
	engine, _ := process(b)
	benchmark(b, engine)
}

// BenchmarkProcessAnew is a call in a child of its own.
func BenchmarkProcessAnew(b *testing.B) {
	program, err := workerProgram()
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, anew{program})
}

// anew is an engine that makes a new process for each call.
type anew struct{ program string }

func (a anew) Run(ctx context.Context, p *script.Program, c script.Call) (script.Result, error) {
	engine := script.NewProcess(a.program)
	defer engine.Close()
	return engine.Run(ctx, p, c)
}

// BenchmarkCompile is what a script costs once.
func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := script.Compile(js("export default async ({ credentials }) => ({ baseUri: credentials.uri })")); err != nil {
			b.Fatal(err)
		}
	}
}

// TestThrownTimes tells that words of a script are not taken for those of its
// process.
func TestThrownTimes(t *testing.T) {
	t.Parallel()
	engine, _ := process(t)
	begin := time.Now()
	_, err := runBy(t, engine, js("export default () => { throw Object.assign(new Error('the script takes too long'), { late: true }) }"), script.Call{Timeout: 20 * time.Second})
	if err == nil || !strings.HasPrefix(err.Error(), "the script takes too long (line 1") || time.Since(begin) > 15*time.Second {
		t.Errorf("got %v after %v", err, time.Since(begin))
	}
}

// TestOrphans tells that a call ends although a process that its child started
// holds the pipes.
func TestOrphans(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no shell")
	}
	for _, command := range []string{
		"exec 3<&0; /bin/sleep 8 & wait",                           // nobody reads
		"exec 3<&0; /bin/cat <&3 >/dev/null & /bin/sleep 8 & wait", // nobody answers
	} {
		begin := time.Now()
		_, err := runBy(t, script.NewProcess("/bin/sh", "-c", command), js("export default () => 1"), script.Call{Timeout: 200 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), "did not end within") || time.Since(begin) > 5*time.Second {
			t.Errorf("%s: got %v after %v", command, err, time.Since(begin))
		}
	}
}

// TestLongWords tells that what a script says is not cut before the host has
// taken secrets out of it.
func TestLongWords(t *testing.T) {
	t.Parallel()
	var logged string
	_, err := run(t, js("export default () => { const s = 'x'.repeat(20000); console.log(s + '!'); throw new Error(s + '!') }"), script.Call{Host: script.Host{
		Log: func(_, line string) { logged = line },
	}})
	if want := strings.Repeat("x", 20000) + "!"; logged != want || err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%d characters logged, error %.80v", len(logged), err)
	}
}
