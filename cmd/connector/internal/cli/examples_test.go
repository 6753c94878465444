package cli_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/examples/apis"
)

// forExamples runs a test for each example and option.
func forExamples(t *testing.T, test func(t *testing.T, api apis.API, option string, inputs map[string]string)) {
	for _, api := range apis.All() {
		for option, inputs := range api.Inputs {
			t.Run(api.Example+"/"+option, func(t *testing.T) {
				t.Parallel()
				test(t, api, option, inputs)
			})
		}
	}
}

// liveArgs returns the arguments of a live test of an example.
func liveArgs(dir, option, route string) []string {
	return []string{"test", "--auth", "--live", "--no-input", "--option", option, "--route", route, dir}
}

// inputFile writes inputs into a file and returns its name.
func inputFile(t testing.TB, inputs map[string]string) string {
	t.Helper()
	data, err := json.Marshal(inputs)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(writeTree(t, map[string]string{"inputs.json": string(data)}), "inputs.json")
}

// verbOf returns the method of the request that tests an example.
func verbOf(api apis.API) string {
	if api.Example == "linear" { // a query of GraphQL
		return http.MethodPost
	}
	return http.MethodGet
}

func TestExamplesAreKnown(t *testing.T) {
	t.Parallel()
	specs, err := filepath.Glob(filepath.Join(repository, "examples", "*", "spec.yml"))
	if err != nil || len(specs) == 0 {
		t.Fatalf("examples: %d, %v", len(specs), err)
	}
	for _, spec := range specs {
		dir := filepath.Dir(spec)
		api := apiOf(t, filepath.Base(dir))
		if _, err := os.Stat(filepath.Join(dir, "README.md")); err != nil {
			t.Errorf("%s has no README.md", filepath.Base(dir))
		}
		// An option without a test here would be one that nobody runs.
		o := world{}.run("test", "--format", "json", "--auth", dir)
		var result struct {
			Tests []struct{ Option, Mode string }
		}
		if err := json.Unmarshal([]byte(o.stdout), &result); err != nil {
			t.Fatalf("%v: %v", err, o)
		}
		for _, test := range result.Tests {
			if api.Inputs[test.Option] == nil || test.Mode != "recorded" {
				t.Errorf("%s, option %s: mode %q, with %d inputs in examples/apis", api.Example, test.Option, test.Mode, len(api.Inputs[test.Option]))
			}
		}
		if len(result.Tests) != len(api.Inputs) {
			t.Errorf("%s has %d options, and examples/apis credentials for %d", api.Example, len(result.Tests), len(api.Inputs))
		}
	}
}

func TestExamplesAreSilent(t *testing.T) {
	t.Parallel()
	o := world{}.run("validate", "--strict", "--quiet", filepath.Join(repository, "examples"))
	if o.code != 0 || o.stdout != "" || o.stderr != "" {
		t.Error(o)
	}
}

func TestExamplesPassRecorded(t *testing.T) {
	t.Parallel()
	forExamples(t, func(t *testing.T, api apis.API, option string, _ map[string]string) {
		o := world{}.run("test", "--auth", "--replay", "--option", option, filepath.Join(repository, "examples", api.Example))
		o.check(t, 0, "ok  ", "recorded", "label: ", "1 passed", "!note:")
	})
}

func TestExamplesPassLive(t *testing.T) {
	t.Parallel()
	forExamples(t, func(t *testing.T, api apis.API, option string, inputs map[string]string) {
		route := api.Origin + "=" + serve(t, api.Handler)
		args := append(liveArgs(copyExample(t, api.Example), option, route), "--input-file", inputFile(t, inputs))
		world{}.run(args...).check(t, 0, "ok  ", "live", "test  "+verbOf(api)+" "+api.Origin, "routed: "+route, "1 passed")
	})
}

// TestExamplesRefuseWrongCredentials makes each secret wrong, one by one.
func TestExamplesRefuseWrongCredentials(t *testing.T) {
	t.Parallel()
	forExamples(t, func(t *testing.T, api apis.API, option string, inputs map[string]string) {
		route := api.Origin + "=" + serve(t, api.Handler)
		dir := copyExample(t, api.Example)
		for name := range inputs {
			if name == "subdomain" || name == "appId" {
				continue
			}
			wrong := map[string]string{}
			for k, v := range inputs {
				wrong[k] = v
			}
			wrong[name] = "wrong-" + wrong[name]
			o := world{}.run(append(liveArgs(dir, option, route), "--input-file", inputFile(t, wrong))...)
			o.check(t, 1, "FAIL", "✗ test  "+verbOf(api)+" "+api.Origin, "test: "+verbOf(api), "answered 401 Unauthorized",
				"hint: the API does not accept the credential", "1 failed", "!"+wrong[name])
		}
	})
}

// volatile are the lines of a recording that differ from run to run.
var volatile = regexp.MustCompile(`(?m)^(recordedAt|seed|tool): .*\n`)

// TestExamplesRecordings makes each recording anew, of tests and of operations,
// and compares it with the one that is kept; with -update it is kept.
func TestExamplesRecordings(t *testing.T) {
	t.Parallel()
	forExamples(t, func(t *testing.T, api apis.API, option string, inputs map[string]string) {
		route := api.Origin + "=" + serve(t, api.Handler)
		dir := copyExample(t, api.Example)
		if err := os.RemoveAll(filepath.Join(dir, "recordings")); err != nil {
			t.Fatal(err)
		}
		args := []string{"test", "--auth", "--operations", "--record", "--option", option, "--route", route, "--input-file", inputFile(t, inputs), dir}
		world{}.run(args...).check(t, 0, "note: recorded in ", "recordings/"+option+".yml")
		files, err := filepath.Glob(filepath.Join(dir, "recordings", option+".*"))
		if err != nil || len(files) == 0 {
			t.Fatal("nothing is recorded", err)
		}
		for _, file := range files {
			compareRecording(t, file, filepath.Join(repository, "examples", api.Example, "recordings", filepath.Base(file)))
		}
	})
}

// compareRecording compares a recording that was just made with the one that is
// kept.
func compareRecording(t *testing.T, file, kept string) {
	t.Helper()
	fresh, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"\nsource: loopback\n", "\nversion: 1\n", "\ntool: connector ", "\nspec: sha256:"} {
		if !strings.Contains(string(fresh), text) {
			t.Errorf("the recording has no %q", strings.TrimSpace(text))
		}
	}
	committed, err := os.ReadFile(kept)
	if err != nil && !*update {
		t.Fatal(err)
	}
	diff := cmp.Diff(volatile.ReplaceAllString(string(committed), ""), volatile.ReplaceAllString(string(fresh), ""))
	if diff != "" && *update {
		if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(kept, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff != "" {
		t.Errorf("a fresh recording of %s differs; -update keeps it (-kept +fresh)\n%s", filepath.Base(file), diff)
	}
}
