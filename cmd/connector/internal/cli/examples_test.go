package cli_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/examples/apis"
)

// An exampleOption is an option of an example, with the server of its API.
type exampleOption struct {
	apis.API
	apis.Option
	key string
}

// forExamples runs a test for each example and option. Those whose users log in
// run where the test says so, since the command line does not log in.
func forExamples(t *testing.T, browser bool, test func(t *testing.T, o exampleOption)) {
	for _, api := range apis.All() {
		for key, option := range api.Options {
			if option.Browser && !browser {
				continue
			}
			t.Run(api.Example+"/"+key, func(t *testing.T) {
				t.Parallel()
				test(t, exampleOption{apiOf(t, api.Example), option, key})
			})
		}
	}
}

// routes starts the server of an example and returns the routes that lead its
// requests there, as flags and alone.
func (o exampleOption) routes(t testing.TB) (flags, routes []string) {
	t.Helper()
	address := serveAPI(t, o.API)
	for _, origin := range o.Origins() {
		routes = append(routes, origin+"="+address)
		flags = append(flags, "--route", origin+"="+address)
	}
	return flags, routes
}

// home is a world for runs of the option: an empty one, or, for one that borrows,
// with a store that has the connection of its lender.
func (o exampleOption) home(t testing.TB, flags []string) world {
	t.Helper()
	if o.Lender == "" {
		return world{}
	}
	w := world{}.with("CONNECTOR_HOME", filepath.Join(t.TempDir(), "home"), "CONNECTOR_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	lender := optionOf(t, o.Lender, "default")
	args := append([]string{"connect", "--no-input", "--input-file", valuesFile(t, lender.Inputs)}, flags...)
	for _, args := range [][]string{{"store", "init"}, append(args, copyExample(t, o.Lender))} {
		if run := w.run(args...); run.code != 0 {
			t.Fatalf("%v: %v", args, run)
		}
	}
	return w
}

// args returns the arguments of a run of the option with all that the server
// accepts, in a directory.
func (o exampleOption) args(t testing.TB, dir string, flags []string, more ...string) []string {
	t.Helper()
	args := append([]string{"test", "--auth", "--no-input", "--option", o.key}, more...)
	args = append(args, flags...)
	files := map[string]map[string]string{"--input-file": o.Inputs, "--params-file": o.Parameters}
	for flag, values := range files {
		if len(values) > 0 {
			args = append(args, flag, valuesFile(t, values))
		}
	}
	return append(args, dir)
}

// wrong returns the option with another value for one name.
func (o exampleOption) wrong(name string) (_ exampleOption, value string) {
	o.Inputs, o.Parameters = maps.Clone(o.Inputs), maps.Clone(o.Parameters)
	for _, values := range []map[string]string{o.Inputs, o.Parameters} {
		if right, ok := values[name]; ok {
			value = "wrong-" + right
			if other := o.Wrong[name]; other != "" {
				value = other
			}
			values[name] = value
		}
	}
	return o, value
}

// valuesFile writes values into a file and returns its name.
func valuesFile(t testing.TB, values map[string]string) string {
	t.Helper()
	data, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(writeTree(t, map[string]string{"values.json": string(data)}), "values.json")
}

// verbOf returns the method of the request that tests an example.
func verbOf(api apis.API) string {
	switch api.Example {
	case "linear", "dropbox", "shopify", "snowflake", "uptimerobot":
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
			if _, ok := api.Options[test.Option]; !ok || test.Mode != "recorded" {
				t.Errorf("%s, option %s: mode %q, known to examples/apis: %t", api.Example, test.Option, test.Mode, ok)
			}
		}
		if len(result.Tests) != len(api.Options) {
			t.Errorf("%s has %d options, and examples/apis %d", api.Example, len(result.Tests), len(api.Options))
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
	forExamples(t, true, func(t *testing.T, o exampleOption) {
		run := world{}.run("test", "--auth", "--replay", "--option", o.key, filepath.Join(repository, "examples", o.Example))
		run.check(t, 0, "ok  ", "recorded", "label: ", "1 passed", "!note:")
	})
}

func TestExamplesPassLive(t *testing.T) {
	t.Parallel()
	forExamples(t, false, func(t *testing.T, o exampleOption) {
		flags, routes := o.routes(t)
		run := o.home(t, flags).run(o.args(t, copyExample(t, o.Example), flags, "--live")...)
		run.check(t, 0, append(routes, "ok  ", "live", "test  "+verbOf(o.API)+" "+o.Origin, "routed: ", "1 passed")...)
	})
}

// refusals are what the APIs say to wrong secrets, by example or option, those
// that do not answer a test with 401.
var refusals = map[string][]string{
	"deepl":        {"✗ test  GET https://api-free.deepl.com/v2/usage", "answered 403 Forbidden", "hint: "},
	"uptimerobot":  {"✗ test  POST https://api.uptimerobot.com/v2/getAccountDetails", "answered 200 OK", "api_key is invalid.", "hint: "},
	"s3":           {"✗ test  GET https://s3.us-east-1.amazonaws.com", "answered 403 Forbidden", "hint: "},
	"salesforce":   {"✗ token  POST https://example.my.salesforce.com/services/oauth2/token", "invalid_client", "hint: check clientId and clientSecret"},
	"okta/service": {"✗ token  POST https://acme.okta.com/oauth2/v1/token", "invalid_client", "hint: check "},
	"paypal":       {"✗ token  POST https://api-m.paypal.com/v1/oauth2/token", "invalid_client", "hint: check clientId and clientSecret"},
	"datadog":      {"✗ test  GET https://api.us3.datadoghq.com/api/v2/validate_keys", "answered 40", "hint: "},

	"microsoft-graph/app": {"✗ token  POST https://login.microsoftonline.com/analytical.example/oauth2/v2.0/token", "invalid_client", "hint: check "},

	"angel-one":   {"✗ getCredentialsFromConnectionParameters  POST https://apiconnect.angelone.in/rest/auth/", ": Invalid ", " (A", "hint: "},
	"ledger":      {"tls", "it is not a private key in PEM"},
	"veeva-vault": {"✗ getCredentialsFromConnectionParameters  POST https://example.veevavault.com/api/v24.3/auth", `no value for credentials.sessionId: the server says "Authentication failed for user: `, "hint: check what was entered"},

	"shopify/app": {"✗ token  POST https://example.myshopify.com/admin/oauth/access_token", "invalid_client", "hint: check clientId and clientSecret"},
}

// TestExamplesRefuseWrongCredentials makes each secret wrong, one by one.
func TestExamplesRefuseWrongCredentials(t *testing.T) {
	t.Parallel()
	forExamples(t, false, func(t *testing.T, o exampleOption) {
		flags, _ := o.routes(t)
		dir := copyExample(t, o.Example)
		if len(o.Secrets) == 0 && o.Lender == "" {
			t.Error("no secret is known")
		}
		want := refusals[o.Example]
		if own := refusals[o.Example+"/"+o.key]; own != nil {
			want = own
		}
		if want == nil {
			verb := verbOf(o.API)
			want = []string{"✗ test  " + verb + " " + o.Origin, "test: " + verb, "answered 401 Unauthorized", "hint: the API does not accept the credential"}
		}
		for _, name := range o.Secrets {
			wrong, value := o.wrong(name)
			run := world{}.run(wrong.args(t, dir, flags, "--live")...)
			wanted := append(slices.Clip(want), "FAIL", "1 failed")
			if o.Example != "veeva-vault" || name != "username" { // which its server says, and is no secret
				wanted = append(wanted, "!"+value)
			}
			run.check(t, 1, wanted...)
		}
	})
}

// volatile are the parts of a recording that differ from run to run: when it was
// made, and what is signed with the time.
var volatile = regexp.MustCompile(`(?m)^(recordedAt|seed|tool): .*\n|oauth_timestamp="\d+"|oauth_signature="[^"]*"` +
	`|/\d{8}/[\w-]+/\w+/aws4_request|Signature=[0-9a-f]{64}|X-Amz-Date: "\w+"` +
	`|"totp":"\d{6}"|"(?:exp|iat)":\d+|\}\)\}\}\.[\w-]{43,}`)

// TestExamplesRecordings makes each recording anew, of tests and of operations,
// and compares it with the one that is kept; with -update it is kept.
func TestExamplesRecordings(t *testing.T) {
	t.Parallel()
	forExamples(t, false, func(t *testing.T, o exampleOption) {
		flags, _ := o.routes(t)
		dir := copyExample(t, o.Example)
		if err := os.RemoveAll(filepath.Join(dir, "recordings")); err != nil {
			t.Fatal(err)
		}
		run := o.home(t, flags).run(o.args(t, dir, flags, "--operations", "--record")...)
		run.check(t, 0, "note: recorded in ", "recordings/"+o.key+".yml")
		compareRecordings(t, dir, o)
	})
}

// compareRecordings compares the recordings of an option that were just made
// with those that are kept.
func compareRecordings(t *testing.T, dir string, o exampleOption) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "recordings", o.key+".*"))
	if err != nil || len(files) == 0 {
		t.Fatal("nothing is recorded", err)
	}
	for _, file := range files {
		compareRecording(t, file, filepath.Join(repository, "examples", o.Example, "recordings", filepath.Base(file)))
	}
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
