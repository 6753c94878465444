package cli_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// commandsOf returns the commands that the help of a command lists.
func commandsOf(t *testing.T, path ...string) []string {
	t.Helper()
	o := world{}.run(append(path, "--help")...)
	if o.code != 0 || o.stderr != "" {
		t.Fatalf("%v --help: %v", path, o)
	}
	_, list, _ := strings.Cut(o.stdout, "Available Commands:\n")
	list, _, _ = strings.Cut(list, "\n\n")
	var names []string
	for line := range strings.Lines(list) {
		if fields := strings.Fields(line); len(fields) > 1 {
			names = append(names, fields[0])
		}
	}
	return names
}

// TestHelp wants help for each command, and examples in those that are ours.
func TestHelp(t *testing.T) {
	t.Parallel()
	names := commandsOf(t)
	for _, want := range []string{"validate", "test", "schema", "version", "completion"} {
		if !slices.Contains(names, want) {
			t.Errorf("the help does not list %s", want)
		}
	}
	for _, name := range names {
		o := world{}.run(name, "--help")
		o.check(t, 0, "Usage:\n  connector "+name)
		if name != "completion" && name != "help" && !strings.Contains(o.stdout, "\nExamples:\n  ") {
			t.Errorf("connector %s --help has no examples", name)
		}
		for line := range strings.Lines(o.stdout) {
			if strings.Contains(line, "\t") || strings.HasSuffix(strings.TrimRight(line, "\n"), " ") {
				t.Errorf("connector %s --help: tab, or blanks at the end: %q", name, line)
			}
		}
		help := world{}.run("help", name)
		if help.stdout != o.stdout {
			t.Errorf("connector help %s is not connector %s --help", name, name)
		}
	}
}

// TestHelpExamples runs the examples of each help, where the API is a loopback
// server.
func TestHelpExamples(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no shell here")
	}
	names := append(commandsOf(t), "")
	for _, group := range []string{"operations", "connections", "clients", "store"} {
		for _, name := range commandsOf(t, group) {
			names = append(names, group+" "+name)
		}
	}
	for _, name := range names {
		o := world{}.run(strings.Fields(name + " --help")...)
		_, examples, ok := strings.Cut(o.stdout, "\nExamples:\n")
		if !ok {
			continue
		}
		examples, _, _ = strings.Cut(examples, "\n\n")
		t.Run("connector "+name, func(t *testing.T) {
			t.Parallel()
			for line := range strings.Lines(examples) {
				runExample(t, strings.TrimSpace(line))
			}
		})
	}
}

// storedExample matches lines that need something in the store.
var storedExample = regexp.MustCompile(`connector (connections|clients|disconnect|request|test --connection|store (status|rotate-key))\b`)

// keepForExample makes a store with a client acme and a connection work, or the
// one that the line names, which was exported to work.age if the line reads that.
// It returns the variables to use it with.
func keepForExample(t *testing.T, line, dir string) []string {
	t.Helper()
	h := newHousehold(t)
	h.world = h.with("CONNECTOR_HOME", filepath.Join(dir, "kept"), "CONNECTOR_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	h.run("store", "init").check(t, 0)
	name := "work"
	if _, said, ok := strings.Cut(line, " --connection "); ok {
		name, _, _ = strings.Cut(said, " ")
	}
	h.connect(t, name)
	writeFiles(t, dir, map[string]string{
		"client.yml": "clientId: an-id\nclientSecret: canary-other-secret\n",
		"key.txt":    anyIdentity,
	})
	h.run("clients", "add", filepath.Join(dir, "examples", "asana"), "--name", "acme", "--params-file", filepath.Join(dir, "client.yml")).check(t, 0)
	if strings.Contains(line, "import work.age") {
		h.run("connections", "export", "work", "--to", anyRecipient, "--output", filepath.Join(dir, "work.age")).check(t, 0)
	}
	return []string{
		"CONNECTOR_HOME=" + h.variables["CONNECTOR_HOME"], "CONNECTOR_KEY=" + h.variables["CONNECTOR_KEY"],
		"CONNECTOR_INPUT_PIN=canary-pin-2", "CONNECTOR_PARAM_CLIENT_SECRET=canary-client-secret", "BROWSER=browser-for-me",
	}
}

var exampleName = regexp.MustCompile(`examples/(\w+)`)

// runExample runs one line in a shell, in a directory with the examples and
// some files that the line may name.
func runExample(t *testing.T, line string) {
	t.Helper()
	if line == "" || strings.HasPrefix(line, "#") {
		return
	}
	dir := writeTree(t, map[string]string{
		"formulas.jsonl":       `{"formula": {"$var": "a"}, "variables": {"a": 1}}` + "\n",
		"formula.yml":          "$concat: [a, {$var: b}]\n",
		"openapi.yaml":         "openapi: 3.0.0\ninfo: {title: Acme, version: '1'}\nservers: [{url: https://api.acme.example}]\nsecurity: [{key: []}]\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\npaths: {/me: {get: {responses: {'200': {description: ok}}}}}\n",
		"variables.schema.yml": "type: object\nproperties: {b: {type: string}}\n",
		"spec.yml":             "key: here\nname: Here\ndescription: What is here.\nhomepageUri: https://here.example\nlogoUri: https://here.example/logo.png\ncategories: [places]\nauth: {type: none, baseUri: https://here.example, test: {implementationType: rest-api-mapping, mapping: {method: get, path: /}}}\n",
	})
	if err := os.CopyFS(filepath.Join(dir, "examples"), os.DirFS(filepath.Join(repository, "examples"))); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(dir, "connectors"), os.DirFS(filepath.Join(repository, "examples"))); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", line)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GORACE=atexit_sleep_ms=1"}
	if found := exampleName.FindStringSubmatch(line); found != nil {
		api := apiOf(t, found[1])
		server := httptest.NewServer(api.Handler)
		defer server.Close()
		inputs := api.Options["default"].Inputs
		cmd.Env = append(cmd.Env, "TEST_ROUTE="+api.Origin+"="+server.URL)
		line = strings.ReplaceAll(line, "http://127.0.0.1:9000", server.URL)
		line = strings.ReplaceAll(line, "=… ", "="+inputs["apiKey"]+" ")
		cmd.Args[3] = line
		file := "apiKey: " + inputs["apiKey"] + "\n"
		if err := os.WriteFile(filepath.Join(dir, "key.yml"), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if storedExample.MatchString(line) {
		cmd.Args[3] = strings.ReplaceAll(line, "age1…", anyRecipient)
		cmd.Env = append(cmd.Env, keepForExample(t, line, dir)...)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", line, err, out)
	}
}
