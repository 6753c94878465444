package cli_test

import (
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// TestAsks wants what is missing to be asked for where somebody can answer,
// secrets without showing them.
func TestAsks(t *testing.T) {
	t.Parallel()
	api := apiOf(t, "kintone")
	route := api.Origin + "=" + serve(t, api.Handler)
	dir := copyExample(t, "kintone")
	type question struct {
		prompt string
		secret bool
	}
	var asked []question
	answers := map[string]string{"Subdomain": "example", "App ID": "7", "API token": api.Options["token"].Inputs["apiKey"]}
	w := world{ask: func(prompt string, secret bool) (string, error) {
		asked = append(asked, question{prompt, secret})
		for title, answer := range answers {
			if strings.Contains(prompt, title) {
				return answer, nil
			}
		}
		return "", nil
	}}
	args := []string{"test", "--auth", "--live", "--option", "token", "--route", route, dir}
	o := w.run(args...)
	o.check(t, 0, "label: example: Orders")
	checkNoLeak(t, o, answers["API token"])
	want := []question{{"Kintone: Subdomain: ", false}, {"Kintone: App ID: ", false}, {"Kintone: API token: ", true}}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %v, want %v", asked, want)
	}

	asked = nil
	w.run(append(args, "--no-input")...).check(t, 4, "no usable credential")
	w.run(append(args, "--format", "json")...).check(t, 4, "no usable credential")
	if len(asked) > 0 {
		t.Errorf("with --no-input or as JSON it asked %v", asked)
	}
	asked = nil
	w.ask = func(prompt string, secret bool) (string, error) { // an empty answer is none
		if asked = append(asked, question{prompt, secret}); len(asked) > 2 {
			return "", io.EOF
		}
		return []string{"", "example"}[len(asked)-1], nil
	}
	w.run(args...).check(t, 4, "  ! is required", "no usable credential: subdomain, appId and apiKey are required", "hint: set CONNECTOR_INPUT_SUBDOMAIN")
	if !slices.Equal(asked, []question{want[0], want[0], want[1]}) {
		t.Errorf("after an empty answer and the end it asked %v", asked)
	}
	w.ask = func(string, bool) (string, error) { return "", io.ErrUnexpectedEOF }
	w.run(args...).check(t, 3, "unexpected EOF")
}

// TestAsksOnlyForOne wants nobody to be asked where a command line is wrong.
func TestAsksOnlyForOne(t *testing.T) {
	t.Parallel()
	w := world{ask: func(prompt string, _ bool) (string, error) {
		t.Errorf("asked %q", prompt)
		return "", nil
	}}.with("CONNECTOR_INPUT_TOKEN", "some-token-for-one")
	w.run("test", "--live", copyExample(t, "github"), copyExample(t, "openweather")).check(t, 2, "the inputs name no connector")
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	dir := writeTree(t, map[string]string{"bad.yml": "key: bad\nname: Bad\nauth: {type: nnoe, baseUri: https://a.example}\n"})
	bad := filepath.Join(dir, "bad.yml")
	tests := []struct {
		name    string
		world   world
		args    []string
		colored bool
	}{
		{"a terminal", world{terminal: true}, nil, true},
		{"a pipe", world{}, nil, false},
		{"NO_COLOR", world{terminal: true}.with("NO_COLOR", "1"), nil, false},
		{"a dumb terminal", world{terminal: true}.with("TERM", "dumb"), nil, false},
		{"--color never", world{terminal: true}, []string{"--color", "never"}, false},
		{"--color always in a pipe", world{}, []string{"--color", "always"}, true},
		{"--color always and NO_COLOR", world{}.with("NO_COLOR", "1"), []string{"--color", "always"}, true},
	}
	for _, test := range tests {
		for _, args := range [][]string{{"validate", bad}, {"test", "--auth", filepath.Join(repository, "examples", "github")}} {
			o := test.world.run(append(args, test.args...)...)
			if got := strings.Contains(o.stdout, "\x1b["); got != test.colored {
				t.Errorf("%s: colour %t, want %t: %v", test.name, got, test.colored, o)
			}
		}
		o := test.world.run(append([]string{"validate", "--format", "json", bad}, test.args...)...)
		if strings.Contains(o.stdout, "\x1b") {
			t.Errorf("%s: colour in JSON", test.name)
		}
	}
}

// full is an output that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

// TestFullDisk wants a result that nobody got to be a failure.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	github := filepath.Join(repository, "examples", "github")
	for _, args := range [][]string{
		{"validate", github},
		{"validate", "--format", "json", github},
		{"test", github},
		{"test", "--format", "json", github},
		{"schema"},
		{"version"},
	} {
		if o := (world{stdout: full{}}).run(args...); o.code != 3 {
			t.Errorf("%v: %v", args, o)
		}
	}
}

// TestBug wants a panic, wherever it is, to be told as a bug, and the secrets
// of the run to stay hidden.
func TestBug(t *testing.T) {
	t.Parallel()
	const key = "a-secret-of-the-run"
	dir := writeTree(t, map[string]string{"spec.yml": badSpec})
	w := world{random: bug{key}}.with("CONNECTOR_INPUT_API_KEY", key)
	o := w.run("test", "--live", "--route", "https://api.example.com="+serve(t, answer(200, "", "")), dir)
	o.check(t, 3, "connector: bug: broken", "goroutine")
}

type bug struct{ text string }

func (b bug) Read([]byte) (int, error) { panic("broken") }

// TestJobs tests many connectors at once and wants their order to stay, and
// each credential to arrive at its own.
func TestJobs(t *testing.T) {
	t.Parallel()
	const many = 40
	files, variables := map[string]string{}, []string{}
	var args []string
	var wrong atomic.Int32
	for i := range many {
		name := string(rune('a'+i/10)) + string(rune('0'+i%10))
		host := "https://" + name + ".example.com"
		text := strings.Replace(badSpec, "https://api.example.com", host, 1)
		files[name+"/spec.yml"] = strings.Replace(strings.Replace(text, "key: bad", "key: "+name, 1), "name: Bad", "name: "+name, 1)
		variables = append(variables, "CONNECTOR_INPUT_"+strings.ToUpper(name)+"__API_KEY", "key-of-"+name)
		args = append(args, "--route", host+"="+serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Api-Key") != "key-of-"+name {
				wrong.Add(1)
			}
			answer(200, "application/json", `{"name":"`+name+`"}`)(w, r)
		})))
	}
	args = append([]string{"test", "--live", "--record", "--quiet", "--format", "json", writeTree(t, files)}, args...)
	first := world{}.with(variables...).run(args...)
	first.check(t, 0)
	last := -1
	for i := range many {
		name := string(rune('a'+i/10)) + string(rune('0'+i%10))
		at := strings.Index(first.stdout, `"connector": "`+name+`"`)
		if at <= last {
			t.Errorf("%s is out of order", name)
		}
		last = at
	}
	if wrong.Load() > 0 {
		t.Errorf("%d credentials went to another connector", wrong.Load())
	}
}
