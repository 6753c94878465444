package auth_test

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
	"github.com/connector-spec/connector/testdata/peers"
)

var updateBroken = flag.Bool("update-broken", false, "rewrite the table of broken connectors in docs/testing.md")

// A mistaken is a connector that is broken on purpose. The comment at the head of
// its file says so.
type mistaken struct {
	name, text string
	said       map[string]string // the comment by its words: mistake, found by, server, client, clock, says, hint
}

// mistakes reads testdata/broken.
func mistakes(t *testing.T) []mistaken {
	t.Helper()
	files, err := filepath.Glob(filepath.FromSlash("../testdata/broken/*.yml"))
	if err != nil || len(files) < 30 {
		t.Fatalf("%d broken connectors, and 30 at least are wanted: %v", len(files), err)
	}
	var list []mistaken
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := mistaken{name: strings.TrimSuffix(filepath.Base(file), ".yml"), text: string(data), said: map[string]string{}}
		for line := range strings.Lines(m.text) {
			comment, ok := strings.CutPrefix(strings.TrimSpace(line), "# ")
			if !ok {
				break
			}
			word, text, _ := strings.Cut(comment, ": ")
			m.said[word] = text
		}
		for _, word := range []string{"mistake", "found by", "says", "hint"} {
			if m.said[word] == "" {
				t.Errorf("%s: its comment has no %q", m.name, word)
			}
		}
		list = append(list, m)
	}
	return list
}

// TestBrokenConnectors runs connectors with mistakes, each as its comment says: a
// message names the mistake, and a hint mends it.
func TestBrokenConnectors(t *testing.T) {
	t.Parallel()
	for _, m := range mistakes(t) {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			message, hint := m.run(t)
			if !strings.Contains(message, m.said["says"]) {
				t.Errorf("it says %q, and not %q", message, m.said["says"])
			}
			if !strings.Contains(hint, m.said["hint"]) {
				t.Errorf("it advises %q, and not %q (%s)", hint, m.said["hint"], message)
			}
		})
	}
}

// run returns what is said about a mistake.
func (m *mistaken) run(t *testing.T) (message, hint string) {
	t.Helper()
	var r *auth.Result
	var err error
	switch how := m.said["found by"]; how {
	case "validate":
		return m.validate(t)
	case "--simulate":
		r, err = auth.Simulate(t.Context(), subjectOf(t, m.text), auth.SimulateOptions{})
	case "--faults":
		s := subjectOf(t, m.text)
		if r, err = auth.Simulate(t.Context(), s, auth.SimulateOptions{}); err == nil && !r.OK {
			t.Errorf("--simulate finds it, too: %s", r.Message)
		}
		r, err = auth.SimulateFaults(t.Context(), s, auth.SimulateOptions{})
	case "--live":
		simulated, failed := auth.SimulateFaults(t.Context(), subjectOf(t, m.text), auth.SimulateOptions{})
		if failed != nil || !simulated.OK {
			t.Errorf("a simulation should know nothing of it: %v, %+v", failed, simulated)
		}
		r, err = m.live(t)
	default:
		t.Fatalf("nobody finds it by %q", how)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r.OK || r.Skipped != "" {
		t.Fatalf("it passes: %+v", r)
	}
	return r.Message, r.Hint
}

// validate returns the first error of a spec.
func (m *mistaken) validate(t *testing.T) (message, hint string) {
	t.Helper()
	c, _ := spec.LoadText("spec.yml", []byte(m.text))
	_, diagnostics := lint.Run(c, lint.Options{})
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return d.Message, d.Hint
		}
	}
	t.Fatal("it has no error")
	return "", ""
}

// live runs the connector against the server that its comment names.
func (m *mistaken) live(t *testing.T) (*auth.Result, error) {
	t.Helper()
	var server *peers.Server
	clients := map[string]map[string]string{"unknown": {"clientId": "nobody-knows-me"}}
	switch m.said["server"] {
	case "oidc":
		server = peers.OIDC(t, peers.OIDCOptions{})
		clients["public"] = map[string]string{"clientId": peers.PublicClient}
		clients["basic"] = map[string]string{"clientId": peers.BasicClient, "clientSecret": peers.BasicSecret}
		clients["cc"] = map[string]string{"clientId": peers.CCClient, "clientSecret": peers.CCSecret}
	case "fosite":
		server = peers.Fosite(t)
		clients["basic"] = map[string]string{"clientId": "basic", "clientSecret": "b s3c/+:%"}
		clients["post"] = map[string]string{"clientId": "post", "clientSecret": "p-secret"}
	case "oauth1":
		server = peers.OAuth1(t)
		clients["known"] = map[string]string{"consumerSecret": peers.ConsumerSecret}
		clients["wrong secret"] = map[string]string{"consumerSecret": peers.ConsumerSecret + " "}
	case "s3":
		const key, secret = "AKIDEXAMPLE0123", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
		server = peers.S3(t, key, secret)
		clients["known"] = map[string]string{"accessKeyId": key, "secretAccessKey": secret}
		clients["wrong secret"] = map[string]string{"accessKeyId": key, "secretAccessKey": secret[1:]}
		clients["unknown"] = map[string]string{"accessKeyId": "AKIDNOBODY", "secretAccessKey": secret}
	case "loopback page":
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!DOCTYPE html><title>Sign in</title>")
		}))
		t.Cleanup(s.Close)
		server = &peers.Server{URL: s.URL}
		clients["cc"] = map[string]string{"clientId": "cc", "clientSecret": "cc-secret"}
	default:
		t.Fatalf("there is no server %q", m.said["server"])
	}
	s := subjectOf(t, strings.ReplaceAll(m.text, "https://op.acme.example", server.URL))
	who := clients[m.said["client"]]
	if who == nil {
		t.Fatalf("there is no client %q", m.said["client"])
	}
	world := peerWorld(peers.Person{CallbackPrefix: "http://127.0.0.1:47920/"})
	if text := m.said["clock"]; text != "" {
		ahead, err := time.ParseDuration(text)
		if err != nil {
			t.Fatal(err)
		}
		world.Now = func() time.Time { return time.Now().Add(ahead) }
	}
	_, r, err := auth.Connect(t.Context(), s, valuesOf(t, s, who), world)
	return r, err
}

// valuesOf returns texts as the inputs and parameters that an option asks for.
func valuesOf(t *testing.T, s auth.Subject, texts map[string]string) auth.Values {
	t.Helper()
	inputs, parameters := formula.NewObject(2), formula.NewObject(2)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		side := inputs
		if s.Option.Value.Get("parametersSchema").Get("properties").Has(name) {
			side = parameters
		}
		side.Set(name, formula.String(texts[name]))
	}
	v, problems, err := s.Complete(auth.Values{Inputs: inputs.Value(), Parameters: parameters.Value()})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// TestBrokenConnectorsPage holds the table of docs/testing.md against
// testdata/broken.
func TestBrokenConnectorsPage(t *testing.T) {
	t.Parallel()
	const begin, end = "<!-- broken connectors -->\n", "<!-- end of broken connectors -->\n"
	file := filepath.FromSlash("../docs/testing.md")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), begin)
	table, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no place for the table, between %q and %q", file, begin, end)
	}
	var b strings.Builder
	b.WriteString("\n| Connector | Mistake | Found by | It says | It advises |\n|---|---|---|---|---|\n")
	for _, m := range mistakes(t) {
		fmt.Fprintf(&b, "| [%s](../testdata/broken/%s.yml) | %s | `%s` | … %s … | … %s … |\n", m.name, m.name, m.said["mistake"], m.said["found by"], m.said["says"], m.said["hint"])
	}
	b.WriteString("\n")
	if *updateBroken {
		if err := os.WriteFile(file, []byte(before+begin+b.String()+end+after), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(b.String(), table); diff != "" {
		t.Errorf("the table in %s is stale; go test ./auth -run TestBrokenConnectorsPage -update-broken writes it (-want +got):\n%s", file, diff)
	}
}
