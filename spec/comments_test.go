package spec_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

// disabled describes what comments switch off: file, lines, code and reason.
func disabled(c *spec.Connector) string {
	var b strings.Builder
	for _, d := range c.Disables() {
		fmt.Fprintf(&b, "%s:%d-%d %s: %s\n", d.File, d.From, d.To, d.Code, d.Reason)
	}
	return b.String()
}

func TestDisablesInYAML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"at the end of a line", "a: 1 # connector-disable-line x: why\n", "s.yml:1-1 x: why\n"},
		{"above a line", "# connector-disable-line x: why\na: 1\n", "s.yml:2-2 x: why\n"},
		{"above a line, below others", "  # connector-disable-line x: why\n   # more\n#connector-disable-line y: z\na: 1\n", "s.yml:4-4 x: why\ns.yml:4-4 y: z\n"},
		{"several codes", "a: 1 # connector-disable-line x ,y,: why: not\n", "s.yml:1-1 x: why: not\ns.yml:1-1 y: why: not\n"},
		{"no reason", "a: 1 # connector-disable-line x\n", "s.yml:1-1 x: \n"},
		{"no code", "a: 1 # connector-disable-line\n", "s.yml:1-1 : \n"},
		{"after wide characters and with CR LF", "a: é # connector-disable-line x: ü\r\nb: 1\r\n", "s.yml:1-1 x: ü\n"},
		{"above a block", "# connector-disable-line x: why\na: |\n  1\n  2\nb: 1\n", "s.yml:2-4 x: why\n"},
		{"beside the sign of a block", "a: > # connector-disable-line x: why\n  1\n\n  2\nb: 1\n", "s.yml:1-4 x: why\n"},
		{"after a text of several lines", "a: 'one\n  two' # connector-disable-line x: why\n", "s.yml:1-2 x: why\n"},
		{"between brackets", "a: [1, # connector-disable-line x: why\n  2]\n", "s.yml:1-1 x: why\n"},
		{"after the last line", "a: 1\n# connector-disable-line x: why", "s.yml:2-2 x: why\n"},

		{"not without a blank", "a: 1# connector-disable-line x: why\n", ""},
		{"not in quotes", "a: \"1 # connector-disable-line x: why\"\n", ""},
		{"not in single quotes", "a: '\n # connector-disable-line x: why'\n", ""},
		{"not in a block", "a: |\n  # connector-disable-line x: why\nb: 1\n", ""},
		{"not as a key", "connector-disable-line: 1\n", ""},
		{"not within another comment", "a: 1 # see connector-disable-line x: why\n", ""},
		{"not another word", "a: 1 # connector-spec x: why\nb: 2 # connector-disabler x\n", ""},
		{"not in what is no YAML", "a: [1 # connector-disable-line x: why\n", ""},
	} {
		connector, _ := spec.LoadText("s.yml", []byte(c.in))
		if diff := cmp.Diff(c.want, disabled(connector)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

const script = `// connector-disable-line a: above
export default function () {
  const x = "// connector-disable-line no: in a text";
  const y = ` + "`// connector-disable-line no ${ f({ b: `${1}` }) // connector-disable-line b: in an expression\n} // connector-disable-line no`" + `;
  /* // connector-disable-line no: in a comment */
  const z = /[/"] connector-disable-line no/.test(x) ? 4 / 2 : 1; // connector-disable-line c, d: behind a pattern
  return /"/ // connector-disable-line e: ok
}
`

func TestDisablesInScripts(t *testing.T) {
	t.Parallel()
	c, _, err := spec.Load(fstest.MapFS{
		"spec.yml":     {Data: []byte("auth:\n  type: none\n  baseUri: https://a.example\n  test: {implementationType: javascript}\n")},
		"auth/test.js": {Data: []byte(script)},
	}, "spec.yml")
	if err != nil {
		t.Fatal(err)
	}
	want := "auth/test.js:2-2 a: above\nauth/test.js:4-4 b: in an expression\nauth/test.js:7-7 c: behind a pattern\nauth/test.js:7-7 d: behind a pattern\nauth/test.js:8-8 e: ok\n"
	if diff := cmp.Diff(want, disabled(c)); diff != "" {
		t.Errorf("a file (-want +got):\n%s", diff)
	}
	inline := "auth:\n  test:\n    implementationType: javascript\n    code: |\n      " + strings.ReplaceAll(script, "\n", "\n      ")
	c, _ = spec.LoadText("spec.yml", []byte(inline))
	want = "spec.yml:6-6 a: above\nspec.yml:8-8 b: in an expression\nspec.yml:11-11 c: behind a pattern\nspec.yml:11-11 d: behind a pattern\nspec.yml:12-12 e: ok\n"
	if diff := cmp.Diff(want, disabled(c)); diff != "" {
		t.Errorf("in the spec (-want +got):\n%s", diff)
	}
}

func TestRemoveFix(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"a: 1  # connector-disable-line x: why\nb: 2\n", "a: 1\nb: 2\n"},
		{"a: 1\r\n # connector-disable-line x: why\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"},
		{"\ufeffa: 1 # connector-disable-line x", "\ufeffa: 1"},
		{"a: 1 # connector-disable-line x, y, z: why\n", "a: 1 # connector-disable-line y, z: why\n"},
		{"a: 1 # connector-disable-line y, x: why\n", "a: 1 # connector-disable-line y: why\n"},
	} {
		connector, _ := spec.LoadText("s.yml", []byte(c.in))
		for _, d := range connector.Disables() {
			if d.Code != "x" {
				continue
			}
			if got := mend(c.in, d.RemoveFix()); got != c.want {
				t.Errorf("%q: %q, want %q", c.in, got, c.want)
			}
		}
	}
}

// TestMistakenDisables wants comments that look like those that switch codes off
// to be found, with their codes.
func TestMistakenDisables(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"connector-disable", "connector-disable-next-line", "connector-disable-lines", "connector-disabled", "connector-ignore", "connector-enable-line"} {
		connector, _ := spec.LoadText("s.yml", []byte("a: 1 # "+word+" x: why\n"))
		list := connector.Disables()
		if len(list) != 2 || list[0].Code != "x" || !list[0].Mistaken || list[1].Word != word || list[1].Code != "" {
			t.Errorf("%s: %+v", word, list)
		}
	}
}
