package spec_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec"
)

// In a tree of files those are connectors that have auth at their top, or a
// type of it.
func TestFindByLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4096)
	fsys := fstest.MapFS{}
	for name, text := range map[string]string{
		"yes/auth.yml":        "name: a\nauth:\n  type: none\n",
		"yes/quoted.yml":      "\ufeff\"auth\": {}\n",
		"yes/type.yaml":       "type: 'oauth2' # of auth\r\n",
		"yes/broken.yml":      "a: [\n\tauth\nauth: x",
		"yes/after-long.yml":  "a: " + long + "\n# " + long + long + "\nauth: {}\n",
		"no/below.yml":        "a:\n  auth: {}\n",
		"no/other.yml":        "type: object\nauthor: x\n",
		"no/in-long.yml":      long + "auth: {}\n" + long + long + "type: none\n",
		"no/auth.txt":         "auth: {}\n",
		"no/empty.yml":        "",
		"recordings/auth.yml": "auth: {}\n",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	files, diagnostics, err := spec.Find(fsys, ".", "tree")
	want := []string{"yes/after-long.yml", "yes/auth.yml", "yes/broken.yml", "yes/quoted.yml", "yes/type.yaml"}
	if diff := cmp.Diff(want, files); diff != "" || len(diagnostics) > 0 || err != nil {
		t.Errorf("(-want +got):\n%s%v, %v", diff, diagnostics, err)
	}
}
