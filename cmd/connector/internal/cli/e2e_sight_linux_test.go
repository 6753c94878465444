package cli_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/connector-spec/connector/testdata/peers"
)

// TestBuiltProgramAndAPaste has a person paste the address at which a browser
// elsewhere ended, while the listener waits for it, too: what is wrong is refused
// by both. Nothing of it is on the screen, and nothing sets the title of the
// terminal.
func TestBuiltProgramAndAPaste(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g, _ := oidcGate(r, peers.OIDCOptions{})
	dir := writeTree(t, map[string]string{"spec.yml": strings.Replace(peerConnector(g.url, peerScopes), "name: Peer", `name: "Pe\e]0;owned\aer"`, 1)})
	report := filepath.Join(t.TempDir(), "report")
	keeps := r.with("BROWSER=rude-browser", "STANDIN_MANNERS=keeps", "STANDIN_REPORT="+report, "CONNECTOR_PARAM_CLIENT_ID="+peers.PublicClient, "TERM=xterm")
	s := onTerminalOf(t, keeps.command("connect", "--name", "work", "--login-timeout", "60s", dir))
	s.expect("paste the address that the browser ends at (not shown): ")
	callback := reported(t, report).Callback
	u, err := url.Parse(callback)
	if err != nil {
		t.Fatal(err)
	}
	code, wrong := u.Query().Get("code"), strings.Replace(callback, "state=", "state=x", 1)
	r.canaries.Add("the code", code)
	s.types(code + "\r")
	s.expect("this is not the whole address")
	s.types(wrong + "\r")
	s.expect("state of the callback is not the one of this login")
	var stray manner
	stray.Answers = map[string]int{}
	stray.open(t.Context(), "another state", http.MethodGet, wrong, nil)
	if status := stray.Answers["another state"]; status < 400 {
		t.Errorf("while it can be pasted, the listener answers another state by %d", status)
	}
	s.types("  <" + callback + ">\r")
	s.expect(`Connected "work"`)
	s.ends(0)
	if codes := g.granted("authorization_code"); len(codes) != 1 {
		t.Errorf("the codes that were exchanged: %v", codes)
	}
	for _, found := range r.canaries.Find(s.all.String()) {
		t.Errorf("the terminal shows %v", found)
	}
	for what, begin := range map[string]string{"OSC": "\x1b]", "OSC of one byte": "\u009d", "a title of screen": "\x1bk", "DCS": "\x1bP", "a bell": "\x07"} {
		if strings.Contains(s.all.String(), begin) {
			t.Errorf("the terminal got %s: %q", what, s.all.String())
		}
	}
}

// A seen is a process as others see it: all that it was, since another program
// may have begun in it, and the limits that it has had since.
type seen struct{ arguments, environment, limits string }

// watch looks at a process and all that it starts until done, as often as it can.
func watch(pid int, done <-chan struct{}) map[int]seen {
	all := map[int]seen{}
	for {
		select {
		case <-done:
			return all
		case <-time.After(time.Millisecond):
		}
		first := look(pid, "cmdline")
		for _, p := range family(pid) {
			arguments, environment := look(p, "cmdline"), look(p, "environ")
			if arguments == "" || arguments != look(p, "cmdline") || p != pid && arguments == first {
				continue // it has ended, or is about to become another program
			}
			known := all[p]
			known.arguments = more(known.arguments, arguments+"\n"+look(p, "comm"))
			known.environment = more(known.environment, environment)
			if limits := look(p, "limits"); limits != "" {
				known.limits = limits
			}
			all[p] = known
		}
	}
}

// look reads what is said of a process; nothing if it has ended.
func look(pid int, what string) string {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), what))
	if err != nil {
		return ""
	}
	return string(data)
}

func more(known, text string) string {
	if strings.Contains(known, text) {
		return known
	}
	return known + text
}

// family lists a process and those below it.
func family(pid int) []int {
	parents := map[int]int{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, e := range entries {
		p, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		// The name before may have blanks and brackets.
		if fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(fields) > 1 {
			parents[p], _ = strconv.Atoi(fields[1])
		}
	}
	list := []int{pid}
	for i := 0; i < len(list); i++ {
		for child, parent := range parents {
			if parent == list[i] && !slices.Contains(list, child) {
				list = append(list, child)
			}
		}
	}
	return list
}

// scripted gives a connector scripts, which run in a child.
const scripted = `  makeApiClient:
    implementationType: javascript
    code: |
      export default async function ({credentials}) {
        return {headers: {Authorization: 'Bearer ' + credentials.access_token}}
      }
`

// TestBuiltProgramInSight looks at the processes of a login as everybody can who
// is on the machine: no arguments hold a secret, children get no variable of ours,
// and no process may leave its memory in a file. When it crashes, it does not.
func TestBuiltProgramInSight(t *testing.T) {
	t.Parallel()
	r := newStored(t)
	g, server := oidcGate(r, peers.OIDCOptions{})
	g.hold = func(path string) {
		if path == "/me" {
			time.Sleep(300 * time.Millisecond) // in which the child that runs scripts is seen
		}
	}
	text := strings.Replace(peerConnector(g.url, "      clientAuthLocation: private_key_jwt\n      clientAssertion: {key: {$var: connectorParameters.privateKey}, alg: ES256}\n"+peerScopes), "  test:\n", scripted+"  test:\n", 1)
	dir := writeTree(t, map[string]string{"spec.yml": text})
	report := filepath.Join(t.TempDir(), "report")
	named := r.with("BROWSER=rude-browser", "STANDIN_MANNERS=waits", "STANDIN_REPORT="+report,
		"CONNECTOR_PARAM_CLIENT_ID="+peers.ES256Client, "CONNECTOR_PARAM_PRIVATE_KEY="+server.Keys[peers.ES256Client])
	cmd := named.coring("connect", "--name", "work", "--login-timeout", "60s", dir)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var all sync.WaitGroup
	var processes map[int]seen
	all.Go(func() { processes = watch(cmd.Process.Pid, done) })
	time.Sleep(300 * time.Millisecond) // the browser is there, most likely
	if err := os.WriteFile(report+".go", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	err := cmd.Wait()
	close(done)
	all.Wait()
	if err != nil || !strings.Contains(output.String(), `Connected "work"`) {
		t.Fatalf("%v: %s", err, output.String())
	}
	browsers, workers := 0, 0
	for pid, p := range processes {
		for _, found := range r.canaries.Find(p.arguments) {
			t.Errorf("the arguments hold %v", found)
		}
		if pid == cmd.Process.Pid {
			if !coreless.MatchString(p.limits) {
				t.Errorf("it may leave its memory in a file: %s", p.limits)
			}
			continue
		}
		browsers += strings.Count(p.arguments, "rude-browser\x00http")
		workers += strings.Count(p.arguments, "__worker")
		for _, found := range r.canaries.Find(p.environment) {
			t.Errorf("the environment of %q holds %v", p.arguments, found)
		}
		if strings.Contains(p.environment, "CONNECTOR_") {
			t.Errorf("the environment of %q has our variables: %q", p.arguments, p.environment)
		}
	}
	if browsers == 0 || workers == 0 {
		t.Errorf("%d browsers and %d workers were seen among %d processes", browsers, workers, len(processes))
	}
	if did := reported(t, report); did.Environment != nil {
		t.Errorf("the browser got %q", did.Environment)
	}
	r.crash(t, named, dir)
}

// coreless are limits of a process whose memory is not kept.
var coreless = regexp.MustCompile(`(?m)^Max core file size +0 `)

// coring is the program where the system keeps the memory of what crashes.
func (r *room) coring(args ...string) *exec.Cmd {
	cmd := r.command(args...)
	cmd.Args = append([]string{"sh", "-c", `ulimit -c "$(ulimit -Hc)"; exec "$0" "$@"`}, cmd.Args...)
	cmd.Path = "/bin/sh"
	return cmd
}

// crash ends a login as a crash would, with all the words that Go has for one.
func (r *room) crash(t *testing.T, named *room, dir string) {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report")
	nobody := named.with("STANDIN_REPORT="+report, "GOTRACEBACK=crash")
	cmd := nobody.coring("connect", "--name", "other", "--login-timeout", "60s", dir)
	var output synced
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.WaitDelay = time.Second // the browser holds the streams
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(30 * time.Second); !strings.Contains(output.String(), "the browser is opened") && time.Now().Before(end); {
		time.Sleep(5 * time.Millisecond) // another process says it
	}
	if err := cmd.Process.Signal(syscall.SIGABRT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if err := os.WriteFile(report+".go", nil, 0o600); err != nil { // the browser ends, too
		t.Error(err)
	}
	if !strings.Contains(output.String(), "SIGABRT") || !strings.Contains(output.String(), "goroutine ") {
		t.Errorf("it did not crash: %s", output.String())
	}
	for _, found := range r.canaries.Find(output.String()) {
		t.Errorf("the crash shows %v", found)
	}
	for _, place := range []string{cmd.Dir, r.home, r.store()} {
		if left, _ := filepath.Glob(filepath.Join(place, "core*")); len(left) > 0 {
			t.Errorf("it left %q", left)
		}
	}
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.CoreDump() {
		t.Error("its memory was kept")
	}
}

// synced is a buffer that one writes and another reads.
type synced struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *synced) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *synced) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
