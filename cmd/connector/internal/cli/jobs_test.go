package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A meeting is a server that notes how many requests are with it at once.
type meeting struct {
	mu        sync.Mutex
	now, most int
	together  int           // wait until so many are there, or for a moment
	full      chan struct{} // closed when they are
}

func newMeeting(together int) *meeting {
	return &meeting{together: together, full: make(chan struct{})}
}

func (m *meeting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.now++
	if m.now > m.most {
		if m.most = m.now; m.most == m.together {
			close(m.full)
		}
	}
	m.mu.Unlock()
	select {
	case <-m.full:
	case <-time.After(300 * time.Millisecond):
	}
	m.mu.Lock()
	m.now--
	m.mu.Unlock()
	answer(200, "application/json", `{"name":"`+r.Host+`"}`)(w, r)
}

// several writes connectors a, b and so on, each with a base of its own, and
// returns their directory, and the arguments and variables that test them live
// on one server.
func several(t *testing.T, server string, bases ...string) (dir string, args, variables []string) {
	t.Helper()
	files := map[string]string{}
	for i, base := range bases {
		name := string(rune('a' + i))
		text := strings.Replace(badSpec, "https://api.example.com", base, 1)
		files[name+"/spec.yml"] = strings.Replace(strings.Replace(text, "key: bad", "key: "+name, 1), "name: Bad", "name: "+strings.ToUpper(name), 1)
		variables = append(variables, "CONNECTOR_INPUT_"+strings.ToUpper(name)+"__API_KEY", "key-of-"+name)
		if host := strings.SplitN(base, "/", 4); len(host) > 2 && !slices.Contains(args, host[0]+"//"+host[2]+"="+server) {
			args = append(args, "--route", host[0]+"//"+host[2]+"="+server)
		}
	}
	return writeTree(t, files), args, variables
}

// TestSideBySide wants live tests to run at once, but in turn those that share
// a host, and all with --jobs 1.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		jobs  string
		bases []string
		want  int
	}{
		{"hosts of their own", "3", []string{"https://a.example", "https://b.example", "https://c.example"}, 3},
		{"one after another", "1", []string{"https://a.example", "https://b.example", "https://c.example"}, 1},
		{"one host", "3", []string{"https://a.example/1", "https://a.example/2", "https://A.example/3"}, 1},
		{"two of one host", "3", []string{"https://a.example/1", "https://a.example/2", "https://c.example"}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMeeting(3)
			dir, args, variables := several(t, serve(t, m), test.bases...)
			o := world{}.with(variables...).run(append([]string{"test", "--live", "--jobs", test.jobs, dir}, args...)...)
			o.check(t, 0, "3 passed")
			if m.most != test.want {
				t.Errorf("%d requests at once, want %d", m.most, test.want)
			}
		})
	}
}

// TestHostsOfValues wants the values of a test to say which hosts it goes to.
func TestHostsOfValues(t *testing.T) {
	t.Parallel()
	const input = "${connectionInput.shop}"
	for name, test := range map[string]struct {
		a, b string
		want int
	}{
		"the same":  {"one", "one", 1},
		"different": {"one", "two", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMeeting(2)
			server := serve(t, m)
			dir, _, variables := several(t, server, "https://"+input+".example", "https://"+input+".example")
			for _, c := range []string{"a", "b"} {
				file := filepath.Join(dir, c, "spec.yml")
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				text := strings.Replace(string(data), "      properties:\n", "      properties:\n        shop: {type: string}\n", 1)
				writeFiles(t, dir, map[string]string{c + "/spec.yml": text})
			}
			w := world{}.with(append(variables, "CONNECTOR_INPUT_A__SHOP", test.a, "CONNECTOR_INPUT_B__SHOP", test.b)...)
			o := w.run("test", "--live", "--jobs", "2", "--route", "https://one.example="+server, "--route", "https://two.example="+server, dir)
			o.check(t, 0, "2 passed")
			if m.most != test.want {
				t.Errorf("%d requests at once, want %d", m.most, test.want)
			}
		})
	}
}

// slowFirst answers for the first connector last.
func slowFirst(t *testing.T) http.HandlerFunc {
	t.Helper()
	others := make(chan struct{}, 10)
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "a.") {
			for range 2 {
				<-others
			}
		} else {
			defer func() { others <- struct{}{} }()
		}
		answer(200, "application/json", `{"name":"x"}`)(w, r)
	}
}

// TestStableOrder wants results in the order of the paths, whatever ends first,
// in each format.
func TestStableOrder(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json", "junit", "html"} {
		dir, args, variables := several(t, serve(t, slowFirst(t)), "https://a.example", "https://b.example", "https://c.example")
		o := world{}.with(variables...).run(append([]string{"test", "--live", "--jobs", "3", "--format", format, dir}, args...)...)
		o.check(t, 0)
		var at []int
		for _, name := range []string{"a/spec.yml", "b/spec.yml", "c/spec.yml"} {
			if format == "text" {
				name = "ok   " + strings.ToUpper(name[:1]) + "  live"
			} else if format == "junit" {
				name = `classname="` + filepath.ToSlash(dir) + "/" + strings.TrimSuffix(name, ".yml")
			}
			at = append(at, strings.Index(o.stdout, name))
		}
		if at[0] < 0 || !slices.IsSorted(at) {
			t.Errorf("%s: places %v in %v", format, at, o)
		}
	}
}

// TestInterrupted ends a run in the midst of it, and wants what was known by
// then, in order.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json", "junit", "html"} {
		ctx, cancel := context.WithCancel(t.Context())
		var mu sync.Mutex
		arrived := 0
		server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.Host, "b.") {
				answer(200, "application/json", `{"name":"x"}`)(w, r)
			}
			mu.Lock()
			arrived++
			last := arrived == 3
			mu.Unlock()
			if last {
				time.AfterFunc(100*time.Millisecond, cancel)
			}
			if strings.HasPrefix(r.Host, "b.") {
				<-r.Context().Done()
			}
		}))
		dir, args, variables := several(t, server, "https://a.example", "https://b.example", "https://c.example")
		w := world{context: ctx}.with(variables...)
		o := w.run(append([]string{"test", "--live", "--jobs", "3", "--format", format, dir}, args...)...)
		cancel()
		o.check(t, 130, "connector: interrupted")
		switch format {
		case "text":
			want := "ok   A  live\nok   C  live\n2 passed; interrupted before 1 test had ended\n"
			var got string
			for line := range strings.Lines(o.stdout) {
				if !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "routed") {
					got += line
				}
			}
			if got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		case "json":
			var result struct {
				OK          bool
				Interrupted int
				Tests       []struct{ Connector string }
			}
			if err := json.Unmarshal([]byte(o.stdout), &result); err != nil || result.OK || result.Interrupted != 1 || len(result.Tests) != 2 {
				t.Errorf("%v %v", err, o)
			}
		default:
			if !strings.Contains(o.stdout, "interrupted before 1 test had ended") {
				t.Errorf("%s: %v", format, o)
			}
		}
	}
}

// TestOwnPlaceholders tests connectors at once that are given the same secret
// under different names, and wants each to be recorded by its own.
func TestOwnPlaceholders(t *testing.T) {
	t.Parallel()
	const key = "one-key-for-both-of-them"
	dir, args, _ := several(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer(200, "application/json", `{"name":"x","echo":"`+r.Header.Get("X-Api-Key")+`"}`)(w, r)
	})), "https://a.example", "https://b.example")
	data, err := os.ReadFile(filepath.Join(dir, "b", "spec.yml"))
	if err != nil {
		t.Fatal(err)
	}
	writeFiles(t, dir, map[string]string{"b/spec.yml": strings.ReplaceAll(string(data), "apiKey", "other")})
	w := world{}.with("CONNECTOR_INPUT_A__API_KEY", key, "CONNECTOR_INPUT_B__OTHER", key)
	w.run(append([]string{"test", "--record", "--jobs", "2", dir}, args...)...).check(t, 0, "2 passed", "!"+key)
	for name, placeholders := range map[string][2]string{"a": {"{{input.apiKey}}", "{{input.other}}"}, "b": {"{{input.other}}", "{{input.apiKey}}"}} {
		text, err := os.ReadFile(filepath.Join(dir, name, "recordings", "default.yml"))
		if err != nil || !bytes.Contains(text, []byte(placeholders[0])) || bytes.Contains(text, []byte(placeholders[1])) {
			t.Errorf("%s has not %s: %v\n%s", name, placeholders, err, text)
		}
	}
	world{}.run("test", "--replay", dir).check(t, 0, "2 passed", "!note")
}

// TestStatus wants a line on a terminal, and nowhere else, that says how far a
// long run is, and is gone at the end.
func TestStatus(t *testing.T) {
	t.Parallel()
	const erased = "\r\x1b[K"
	for name, test := range map[string]struct {
		world world
		args  []string
		want  bool
	}{
		"a terminal": {world{terminal: true}, nil, true},
		"a pipe":     {world{}, nil, false},
		"quiet":      {world{terminal: true}, []string{"--quiet"}, false},
		"CI":         {world{terminal: true}.with("CI", "true"), nil, false},
		"a log":      {world{terminal: true}, []string{"--verbose"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasPrefix(r.Host, "b.") {
					time.Sleep(600 * time.Millisecond)
				}
				answer(200, "application/json", `{"name":"x"}`)(w, r)
			}))
			dir, args, variables := several(t, server, "https://a.example", "https://b.example")
			args = append([]string{"test", "--live", "--color", "never", dir}, append(args, test.args...)...)
			o := test.world.with(variables...).run(args...)
			o.check(t, 0)
			shown := strings.Contains(o.stderr, "1 of 2 tested, now B")
			if shown != test.want || strings.Contains(o.stdout, "tested") {
				t.Errorf("a line of progress: %t, want %t: %v", shown, test.want, o)
			}
			if shown && !strings.HasSuffix(o.stderr, erased) || !shown && strings.Contains(o.stderr, erased) {
				t.Errorf("it is left on the screen: %q", o.stderr)
			}
		})
	}
}

// TestManyRecorded replays many connectors at once.
func TestManyRecorded(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	source := filepath.Join(repository, "examples", "openweather")
	for _, name := range []string{"spec.yml", "recordings/default.yml"} {
		data, err := os.ReadFile(filepath.Join(source, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		for i := range 60 {
			text := strings.Replace(string(data), "key: openweather", fmt.Sprintf("key: c%02d", i), 1)
			files[fmt.Sprintf("c%02d/%s", i, name)] = strings.Replace(text, "name: OpenWeather", fmt.Sprintf("name: C%02d", i), 1)
		}
	}
	dir := writeTree(t, files)
	one := world{}.run("test", "--auth", "--jobs", "1", dir)
	one.check(t, 0, "60 passed")
	for _, jobs := range []string{"0", "2", "16"} {
		if o := (world{}).run("test", "--auth", "--jobs", jobs, dir); o != one {
			t.Errorf("--jobs %s prints something else: %v", jobs, o)
		}
	}
}

// TestBrokenPipe wants a run to end when nobody takes its results.
func TestBrokenPipe(t *testing.T) {
	t.Parallel()
	dir, args, variables := several(t, serve(t, answer(200, "application/json", `{"name":"x"}`)), "https://a.example", "https://b.example")
	w := world{stdout: full{}}.with(variables...)
	if o := w.run(append([]string{"test", "--live", dir}, args...)...); o.code != 3 {
		t.Errorf("%v", o)
	}
}
