package cli_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// A dialogue is a loopback server that plays a file: each line is a request
// that must come next, and its answer, such as
//
//	GET /me X-Session=abc => 401 Retry-After=1 {"message":"expired"}
//
// Anything else is answered 599.
type dialogue struct {
	mu      sync.Mutex
	lines   []string
	played  int
	problem string
}

func (d *dialogue) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body, _ := io.ReadAll(req.Body)
	if d.played == len(d.lines) {
		d.fail(w, fmt.Sprintf("%s %s was not expected", req.Method, req.URL))
		return
	}
	line := d.lines[d.played]
	d.played++
	asked, said, _ := strings.Cut(line, " => ")
	fields := strings.Fields(asked)
	if fields[0] != req.Method || fields[1] != req.URL.String() {
		d.fail(w, fmt.Sprintf("%s %s came, and not %s", req.Method, req.URL, asked))
		return
	}
	for _, field := range fields[2:] {
		name, value, _ := strings.Cut(field, "=")
		if got := req.Header.Get(name); got != value && !(name == "body" && string(body) == value) {
			d.fail(w, fmt.Sprintf("%s: %s is %q %q", asked, name, got, body))
			return
		}
	}
	status := 0
	_, _ = fmt.Sscan(said, &status)
	_, said, _ = strings.Cut(said, " ")
	w.Header().Set("Content-Type", "application/json")
	for !strings.HasPrefix(said, "{") {
		var field string
		field, said, _ = strings.Cut(said, " ")
		name, value, _ := strings.Cut(field, "=")
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, said)
}

func (d *dialogue) fail(w http.ResponseWriter, problem string) {
	d.problem = problem
	w.WriteHeader(599)
}

// played are the dialogues of a script that runs.
type playedKey struct{}

// playScript starts a server that plays a file, and sets ADDR: play FILE. Played
// alone wants all of the last file to have been asked for, and nothing else.
func playScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: play [FILE]")
	}
	if len(args) == 0 {
		d, _ := ts.Value(playedKey{}).(*dialogue)
		if d == nil {
			ts.Fatalf("nothing was played")
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.problem != "" {
			ts.Fatalf("%s", d.problem)
		}
		if d.played < len(d.lines) {
			ts.Fatalf("it was not asked: %s", d.lines[d.played])
		}
		return
	}
	d := ts.Value(playedKey{}).(*dialogue)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.played, d.problem = 0, ""
	d.lines = strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	server := httptest.NewServer(d)
	ts.Defer(server.Close)
	ts.Setenv("ADDR", server.URL)
}
