package spec_test

import (
	"errors"
	"io/fs"
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

// A directory that cannot be read is said, and those beside it are searched.
func TestFindUnread(t *testing.T) {
	t.Parallel()
	spec1 := &fstest.MapFile{Data: []byte("auth: {}\n")}
	fsys := locked{fstest.MapFS{"a/x/spec.yml": spec1, "a/y/z/spec.yml": spec1, "b/spec.yml": spec1}, "a/y"}
	files, diagnostics, err := spec.Find(fsys, ".", "tree")
	var unread spec.UnreadError
	if !errors.As(err, &unread) || len(unread) != 1 || unread[0].Path != "a/y" || !errors.Is(unread[0], fs.ErrPermission) {
		t.Errorf("error %v", err)
	}
	if diff := cmp.Diff([]string{"a/x/spec.yml", "b/spec.yml"}, files); diff != "" || len(diagnostics) > 0 {
		t.Errorf("(-want +got):\n%s%v", diff, diagnostics)
	}
}

// A locked is a file system with a directory that may not be listed.
type locked struct {
	fstest.MapFS
	dir string
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if name == l.dir {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.ReadDir(name)
}
