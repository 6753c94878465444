package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

func digest(version string) formula.Value {
	v, err := formula.ParseJSON([]byte(`{"version": "` + version + `", "options": {"default": {"type": "none", "inputs": {"off": "sha256:00"}}}}`))
	if err != nil {
		panic(err)
	}
	return v
}

const block = "readyDigest:\n  version: v1\n  options:\n    default:\n      type: none\n      inputs:\n        \"off\": sha256:00\n"

// TestReadyText wants the stage and its digest in the file, and all else as it
// was.
func TestReadyText(t *testing.T) {
	t.Parallel()
	const auth = "auth: {type: none, baseUri: 'https://api.example.com'}\n"
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	for name, test := range map[string]struct{ text, want string }{
		"a draft":           {"# mine\nname: A\nstage: draft # until\n\n" + auth, "# mine\nname: A\nstage: ready # until\n" + block + "\n" + auth},
		"in quotes":         {"name: A\nstage: 'draft'\n" + auth, "name: A\nstage: 'ready'\n" + block + auth},
		"ready before":      {auth + "stage: ready", auth + "stage: ready\n" + strings.TrimSuffix(block, "\n")},
		"below the version": {"version: v1 # first\nname: A\n" + auth, "version: v1 # first\nstage: ready\n" + block + "name: A\n" + auth},
		"below the name":    {"key: a\nname: A\n" + auth, "key: a\nname: A\nstage: ready\n" + block + auth},
		"nothing to say":    {auth, auth + "stage: ready\n" + block},
		"a long name":       {"name: >-\n  A\n" + auth, "name: >-\n  A\n" + auth + "stage: ready\n" + block},
		"an older digest":   {"stage: ready\n" + strings.ReplaceAll(block, "v1", "v0") + "# end\n" + auth, "stage: ready\n" + block + "# end\n" + auth},
		"a digest apart":    {"readyDigest: {options: {}} # old\n" + auth + "stage: draft\n", ""},
		"a digest in braces": {
			"readyDigest: {options: {}}\n" + auth + "stage: draft\n", block + auth + "stage: ready\n",
		},
		"indented":    {"  name: A\n  " + auth, "  name: A\n  stage: ready\n  " + strings.ReplaceAll(strings.TrimSuffix(block, "\n"), "\n", "\n  ") + "\n  " + auth},
		"a byte mark": {"\ufeffstage: draft\n" + auth, "\ufeffstage: ready\n" + block + auth},
		"CR LF":       {crlf("stage: draft\n" + auth), crlf("stage: ready\n" + block + auth)},
		"JSON": {
			`{"name": "A", "auth": {"type": "none", "baseUri": "https://api.example.com"}}` + "\n",
			`{"name": "A", "auth": {"type": "none", "baseUri": "https://api.example.com"}, "stage": "ready", "readyDigest": {"version":"v1","options":{"default":{"type":"none","inputs":{"off":"sha256:00"}}}}}` + "\n",
		},
		"JSON ready before": {
			"{\"stage\": \"draft\", \"readyDigest\": {\n\"options\": {}},\n \"auth\": {\"type\": \"none\"}}",
			"{\"stage\": \"ready\", \"readyDigest\": {\"version\":\"v1\",\"options\":{\"default\":{\"type\":\"none\",\"inputs\":{\"off\":\"sha256:00\"}}}},\n \"auth\": {\"type\": \"none\"}}",
		},
		"braces":                          {"{stage: draft, auth: {type: none}}", `{stage: ready, auth: {type: none}, readyDigest: {"version":"v1","options":{"default":{"type":"none","inputs":{"off":"sha256:00"}}}}}`},
		"a block":                         {"stage: |-\n  draft\n" + auth, ""},
		"an anchor":                       {"stage: &s draft\nx-s: *s\n" + auth, ""},
		"an alias":                        {"x-s: &s draft\nstage: *s\n" + auth, ""},
		"a digest that is used elsewhere": {"stage: draft\nreadyDigest: &d {options: {}}\nx-d: *d\n" + auth, ""},
		"a ready block":                   {"stage: |-\n  ready\n" + auth, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := spec.LoadText("spec.yml", []byte(test.text))
			before, after, err := c.Ready(digest("v1"))
			if test.want == "" {
				if err == nil {
					t.Fatalf("written:\n%s", after)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(after)); diff != "" || string(before) != test.text {
				t.Errorf("(-want +got)\n%s", diff)
			}
			c, _ = spec.LoadText("spec.yml", after)
			if _, again, err := c.Ready(digest("v1")); err != nil || string(again) != string(after) {
				t.Errorf("the second time: %v\n%s", err, again)
			}
		})
	}
}

// FuzzReady wants what is written into a spec to be there, and all else as it
// was, whatever the file looks like.
func FuzzReady(f *testing.F) {
	for _, seed := range []string{"stage: draft\nauth: {type: none}", "{stage: draft}", "a: 1\r\n", "? stage\n: draft\n", "- stage", "stage: \"ready\"\nreadyDigest: # x\n  options: {}\nauth: {}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, _ := spec.LoadText("spec.yml", []byte(text))
		_, after, err := c.Ready(digest("v1"))
		if err != nil {
			return
		}
		now, problems := spec.Parse("spec.yml", after)
		rest := func(v formula.Value) formula.Value { return v.Without("stage").Without("readyDigest") }
		if v := now.Value(); v.Get("stage").Text() != "ready" || !v.Get("readyDigest").Equal(digest("v1")) || !rest(v).Equal(rest(c.Source().Value())) {
			t.Errorf("%q becomes %q", text, after)
		}
		if then, _ := spec.Parse("spec.yml", []byte(text)); then.Readable() && !now.Readable() {
			t.Errorf("%q becomes %q: %v", text, after, problems)
		}
	})
}
