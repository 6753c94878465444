package cli_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shellDocuments are read from the first line to the last: each command runs in
// a shell, in one directory, after those before it.
var shellDocuments = []string{"README.md", "docs/tutorial.md", "docs/logins.md"}

// TestDocsInShell does what these documents say, and compares what it prints. A
// command that begins a loopback server runs it here, at another port; a diff is
// applied to its file; "…" in an output is any text, and alone in a line any lines.
func TestDocsInShell(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here")
	}
	root, err := filepath.Abs(filepath.FromSlash(repository))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range shellDocuments {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if err := os.Symlink(filepath.Join(root, "examples"), "examples"); err != nil {
				t.Skip("no symbolic links here")
			}
			r := &reader{addresses: map[string]string{}}
			for _, b := range fencedBlocks(string(data)) {
				r.read(t, b)
			}
			if r.ran < 3 {
				t.Errorf("only %d commands were run", r.ran)
			}
		})
	}
}

// A reader does what a document says.
type reader struct {
	exports   []string          // lines that hold for what follows
	addresses map[string]string // of servers, by those in the document
	ran       int
}

func (r *reader) read(t *testing.T, b block) {
	t.Helper()
	switch b.language {
	case "yaml":
		b.write(t, func(name string) (string, int) { return r.shell(t, "connector validate --strict "+name) })
	case "diff":
		applyDiff(t, b.text)
	case "console":
		for _, part := range strings.Split("\n"+b.text, "\n$ ")[1:] {
			command, want, _ := strings.Cut(strings.ReplaceAll(part, "\\\n", ""), "\n")
			r.command(t, command, want)
		}
	}
}

var serveCommand = regexp.MustCompile(`^go run \./examples/apis/serve (\S+) (127\.0\.0\.1:\d+)( &)?$`)

// command runs one command and compares what it prints.
func (r *reader) command(t *testing.T, command, want string) {
	t.Helper()
	got, code := "", 0
	switch serves := serveCommand.FindStringSubmatch(command); {
	case serves != nil:
		api := apiOf(t, serves[1])
		server := httptest.NewServer(api.Public())
		t.Cleanup(server.Close)
		r.addresses[serves[2]] = server.Listener.Addr().String()
		var said strings.Builder
		if err := api.Describe(&said, serves[2]); err != nil {
			t.Fatal(err)
		}
		got = said.String()
	case strings.Contains(command, "…"):
		return
	case strings.HasPrefix(command, "export "):
		name, _, _ := strings.Cut(strings.TrimPrefix(command, "export "), "=")
		value, _ := r.shell(t, command+"\nprintf %s \"$"+name+"\"") // once, for all that follows
		r.exports = append(r.exports, "export "+name+"='"+value+"'")
		return
	default:
		got, code = r.shell(t, command)
		r.ran++
	}
	if want == "" && code != 0 {
		t.Errorf("%s: exit %d\n%s", command, code, got)
	}
	if want = strings.TrimSpace(want); want != "" {
		if diff := cmp.Diff(want, settled(want, strings.TrimSpace(got))); diff != "" {
			t.Errorf("%s (-document +output):\n%s\nall of it:\n%s", command, diff, got)
		}
	}
}

// shell runs a command and returns all that it printed.
func (r *reader) shell(t *testing.T, command string) (string, int) {
	t.Helper()
	there, back := []string{}, []string{}
	for said, real := range r.addresses {
		there, back = append(there, said, real), append(back, real, said)
	}
	command = strings.NewReplacer(there...).Replace(command)
	cmd := exec.Command("sh", "-c", strings.Join(append(r.exports, command), "\n"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "BROWSER=browser-for-me", "GORACE=atexit_sleep_ms=1"}
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Env = append(cmd.Env, "HOME="+filepath.Join(wd, "home"), "TEST_KEYRING="+filepath.Join(wd, "ring"))
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return strings.NewReplacer(back...).Replace(string(out)), cmd.ProcessState.ExitCode()
}

// settled is what was printed, with the lines of want in place of those that
// they match.
func settled(want, got string) string {
	lines := strings.Split(got, "\n")
	var out []string
	for i, pattern := range strings.Split(want, "\n") {
		if strings.TrimSpace(pattern) == "…" {
			rest := strings.Split(want, "\n")[i+1:]
			for len(lines) > 0 && (len(rest) == 0 || !matchesLine(rest[0], lines[0])) {
				lines = lines[1:]
			}
			out = append(out, pattern)
			continue
		}
		if len(lines) == 0 {
			break
		}
		if matchesLine(pattern, lines[0]) {
			out = append(out, pattern)
		} else {
			out = append(out, lines[0])
		}
		lines = lines[1:]
	}
	return strings.Join(append(out, lines...), "\n")
}

// matchesLine tells whether a line is the pattern, in which … is any text.
func matchesLine(pattern, line string) bool {
	parts := strings.Split(pattern, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(line)
}

// applyDiff changes a file as a diff says: "+++ file", and then lines with - that
// become those with +.
func applyDiff(t *testing.T, diff string) {
	t.Helper()
	var name, old, fresh string
	for line := range strings.Lines(diff) {
		switch rest := line[1:]; {
		case strings.HasPrefix(line, "+++ "):
			name = strings.TrimSpace(line[4:])
		case strings.HasPrefix(line, "--- "):
		case line[0] == '-':
			old += rest
		case line[0] == '+':
			fresh += rest
		default:
			old, fresh = old+rest, fresh+rest
		}
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(data), old) != 1 {
		t.Fatalf("%s does not have these lines once:\n%s", name, old)
	}
	writeFiles(t, ".", map[string]string{name: strings.Replace(string(data), old, fresh, 1)})
}
