package cli_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

// parseYAML reads a YAML file of the repository into v, under the names of JSON.
func parseYAML(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(filepath.FromSlash(repository), filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	source, problems := spec.Parse(name, data)
	if len(problems) > 0 {
		t.Fatalf("%v", problems)
	}
	if err := json.Unmarshal(source.Value().AppendJSON(nil), v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// flagName matches a flag of a command line.
var flagName = regexp.MustCompile(`(?:^|[\s("])(--[a-z][a-z-]*)`)

// checkFlags wants each flag that stands in a text to be one of the command.
func checkFlags(t *testing.T, command, text string) {
	t.Helper()
	help := world{}.run(command, "--help")
	found := flagName.FindAllStringSubmatch(text, -1)
	if help.code != 0 || len(found) == 0 {
		t.Fatalf("no flags in %q, or no help of %s: %v", text, command, help)
	}
	for _, m := range found {
		if !regexp.MustCompile(m[1] + `\b`).MatchString(help.stdout) {
			t.Errorf("connector %s has no %s", command, m[1])
		}
	}
}

// TestHook wants the hook of pre-commit to be a command that there is, and to
// see the files that connectors are made of.
func TestHook(t *testing.T) {
	var hooks []struct {
		ID       string `json:"id"`
		Language string `json:"language"`
		Entry    string `json:"entry"`
		Files    string `json:"files"`
		Exclude  string `json:"exclude"`
		Serial   bool   `json:"require_serial"`
	}
	parseYAML(t, ".pre-commit-hooks.yaml", &hooks)
	if len(hooks) != 1 || hooks[0].ID != "connector-validate" || hooks[0].Language != "golang" || !hooks[0].Serial {
		t.Fatalf("%+v", hooks)
	}
	hook := hooks[0]
	args := strings.Fields(hook.Entry)
	if len(args) < 2 || args[0] != "connector" {
		t.Fatalf("entry %q", hook.Entry)
	}
	checkFlags(t, args[1], hook.Entry)

	files, exclude := regexp.MustCompile(hook.Files), regexp.MustCompile(hook.Exclude)
	for name, want := range map[string]bool{
		"spec.yml":                                 true,
		"acme/connector.yaml":                      true,
		"acme.yml":                                 true,
		"acme/auth/make-api-client.map.yml":        true,
		"acme/auth/token/test.rest.yml":            true,
		"acme/auth/get-token-data.js":              true,
		"acme/auth/get-token-data.ts":              true,
		"acme/recordings/default.yml":              false,
		"recordings/default.yml":                   false,
		"acme.recordings/default.yml":              false,
		"web/node_modules/acme/spec.yml":           false,
		"README.md":                                false,
		"acme/spec.yml.orig":                       false,
		"acme/auth/my-recordings-of-a-day.map.yml": true,
	} {
		if got := files.MatchString(name) && !exclude.MatchString(name); got != want {
			t.Errorf("%s: %t, want %t", name, got, want)
		}
	}

	t.Chdir(filepath.FromSlash(repository))
	o := world{}.run(append(args[1:], "examples/github/spec.yml", ".github/workflows/ci.yml", "testdata/schema/check.sh", ".pre-commit-hooks.yaml")...)
	if o.code != 0 || o.stdout != "" || o.stderr != "" {
		t.Errorf("files that nothing is wrong with: %v", o)
	}
	world{}.run(append(args[1:], "testdata/specs/invalid/bounds-port.yml")...).check(t, 1, "bounds-port.yml:")
}

// An action is the description of an action of GitHub.
type action struct {
	Inputs map[string]struct {
		Description string `json:"description"`
		Default     string `json:"default"`
	} `json:"inputs"`
	Runs struct {
		Using string       `json:"using"`
		Steps []actionStep `json:"steps"`
	} `json:"runs"`
}

type actionStep struct {
	Uses  string            `json:"uses"`
	Shell string            `json:"shell"`
	Env   map[string]string `json:"env"`
	Run   string            `json:"run"`
}

// readAction reads the action and returns it with the step that validates.
func readAction(t *testing.T) (action, actionStep) {
	t.Helper()
	var a action
	parseYAML(t, ".github/actions/validate/action.yml", &a)
	if a.Runs.Using != "composite" || len(a.Runs.Steps) == 0 {
		t.Fatalf("%+v", a)
	}
	return a, a.Runs.Steps[len(a.Runs.Steps)-1]
}

var (
	actionExpression = regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+) \}\}`)
	scriptVariable   = regexp.MustCompile(`INPUT_[A-Z]+`)
)

// TestAction wants the action to use flags that there are, and its scripts to
// get inputs as variables only.
func TestAction(t *testing.T) {
	t.Parallel()
	a, validate := readAction(t)
	used := map[string]bool{}
	for _, step := range a.Runs.Steps {
		if strings.Contains(step.Run, "${{") {
			t.Errorf("an expression is a part of a script:\n%s", step.Run)
		}
		if step.Run != "" && step.Shell != "bash" {
			t.Errorf("a script is run by %q", step.Shell)
		}
		for variable, value := range step.Env {
			m := actionExpression.FindStringSubmatch(value)
			if m == nil || m[0] != value {
				t.Errorf("%s is %q", variable, value)
				continue
			}
			used[m[1]] = true
			if a.Inputs[m[1]].Description == "" {
				t.Errorf("%s is %s, and there is no such input", variable, value)
			}
		}
		for _, variable := range scriptVariable.FindAllString(step.Run, -1) {
			if step.Env[variable] == "" {
				t.Errorf("a script reads %s, which nothing sets", variable)
			}
		}
	}
	for name := range a.Inputs {
		if !used[name] {
			t.Errorf("nothing reads the input %s", name)
		}
	}
	checkFlags(t, "validate", validate.Run)
}

// TestActionRuns runs the script of the action as GitHub does, with inputs that
// would do harm as parts of a script.
func TestActionRuns(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash here")
	}
	program, err := exec.LookPath("connector")
	if err != nil {
		t.Fatal(err)
	}
	const bad = `"; touch harm; $(touch harm) a, b`
	tests := []struct {
		name   string
		inputs map[string]string
		code   int
		want   string
		sarif  bool
	}{
		{"the defaults", nil, 1, "::error title=unknown-field,file=-x/spec.yml,line=3,", false},
		{"one path", map[string]string{"path": "good"}, 0, "ok 1 connector: no problems\n", false},
		{"several", map[string]string{"path": "good\n\n-x\n"}, 1, "2 connectors: 1 error, 0 warnings\n", false},
		{"a path with blanks", map[string]string{"path": bad}, 2, "no such file or directory", false},
		{"code scanning", map[string]string{"path": "-x", "sarif-file": "a b.sarif"}, 1, "::error title=unknown-field,", true},
		{"code scanning of nothing", map[string]string{"path": "nowhere", "sarif-file": bad}, 2, "nowhere", true},
		{"a warning", map[string]string{"path": "warned.yml"}, 0, "::warning title=", false},
		{"strict", map[string]string{"path": "warned.yml", "strict": "true"}, 1, "::warning title=", false},
		{"strict or not", map[string]string{"strict": "yes"}, 2, "::error::strict is true or false", false},
		{"a format", map[string]string{"path": "good", "format": "junit"}, 0, "<testsuites>", false},
		{"a format that there is not", map[string]string{"path": "good", "format": bad}, 2, "--format is", false},
	}
	a, step := readAction(t)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := writeTree(t, map[string]string{
				"good/spec.yml": "key: good\nname: Good\nauth: {type: none, baseUri: https://a.example, test: {implementationType: rest-api-mapping, mapping: {method: get, path: /}}}\n",
				"-x/spec.yml":   "key: x\nname: X\nauth: {type: none, baseUri: https://a.example, tset: {}}\n",
				"warned.yml":    "key: warned\nname: Warned\nauth: {type: api-key, baseUri: https://a.example, credential: {name: Authorization, in: query}, test: {implementationType: rest-api-mapping, mapping: {method: get, path: /}}}\n",
			})
			script := filepath.Join(t.TempDir(), "script.sh")
			if err := os.WriteFile(script, []byte(step.Run), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(bash, "--noprofile", "--norc", "-eo", "pipefail", script)
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "RUNNER_TEMP="+dir, "GORACE=atexit_sleep_ms=1")
			for variable, value := range step.Env {
				name := actionExpression.FindStringSubmatch(value)[1]
				input, given := test.inputs[name]
				if !given {
					input = a.Inputs[name].Default
				}
				if name == "binary" {
					input = program
				}
				cmd.Env = append(cmd.Env, variable+"="+input)
			}
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != test.code || strings.Count(string(out), test.want) != 1 {
				t.Errorf("exit code %d, want %d and once %q:\n%s", code, test.code, test.want, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "harm")); err == nil {
				t.Error("an input was run")
			}
			if _, err := os.Stat(filepath.Join(dir, test.inputs["sarif-file"])); test.sarif && err != nil {
				t.Error(err)
			}
		})
	}
}

// TestFormatsSayTheSame wants each format to tell every diagnostic of a tree
// with all kinds of them.
func TestFormatsSayTheSame(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(filepath.FromSlash(specs), "invalid")
	count := func(format, pattern string) int {
		o := world{}.run("validate", "--strict", "--quiet", "--color", "never", "--format", format, dir)
		if o.code != 1 || o.stderr != "" {
			t.Errorf("--format %s: exit code %d, %s", format, o.code, o.stderr)
		}
		return len(regexp.MustCompile(pattern).FindAllString(o.stdout, -1))
	}
	got := map[string]int{
		"text":   count("text", `(?m)^\S.*:\d+:\d+: (?:error|warning|info): .* \[[a-z0-9-]+\]$`),
		"json":   count("json", `"code": `),
		"sarif":  count("sarif", `"ruleId": `),
		"github": count("github", `(?m)^::(?:error|warning|notice) title=[a-z0-9-]+,file=[^:]*::`),
		"junit":  count("junit", `<failure `) + count("text", `(?m)^\S.*:\d+:\d+: info: `), // which fail nothing
	}
	want := map[string]int{}
	for format := range got {
		want[format] = got["text"]
	}
	if diff := cmp.Diff(want, got); diff != "" || got["text"] < 200 {
		t.Errorf("%s(-want +got):\n%s", fmt.Sprintln(got), diff)
	}
}
