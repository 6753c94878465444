package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// A place is a connector that was found: a spec file within a directory that
// it does not leave. Or it is a directory in which nobody knows what there is.
type place struct {
	dir  string // as the user would write it; "" for the working directory
	file string // of the spec, relative to dir, with slashes
	// unread says why the directory that file is could not be looked through;
	// "" for a connector.
	unread string
}

// display returns the path of a file of the connector as the user would write
// it.
func (p place) display(file string) string {
	return filepath.ToSlash(filepath.Join(p.dir, filepath.FromSlash(file)))
}

// find returns the connectors at paths, "." if there are none, in their order
// and each once.
func find(paths []string) ([]place, []spec.Diagnostic, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var places []place
	var diagnostics []spec.Diagnostic
	seen := make(map[place]bool)
	for _, path := range paths {
		found, problems, err := findAt(path)
		if err != nil {
			return nil, nil, err
		}
		diagnostics = append(diagnostics, problems...)
		for _, p := range found {
			if !seen[p] {
				seen[p] = true
				places = append(places, p)
			}
		}
	}
	return places, diagnostics, nil
}

// findAt returns the connectors at one path. A file is looked for from the
// directory above the one it is in, so that a method file finds its spec.
func findAt(path string) ([]place, []spec.Diagnostic, error) {
	info, err := os.Stat(path)
	if err != nil {
		var e *fs.PathError
		if errors.As(err, &e) {
			err = fmt.Errorf("%s: %w", path, e.Err)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = usageError{err}
		}
		return nil, nil, err
	}
	dir, name := path, "."
	if !info.IsDir() {
		dir, name = searchRoot(path)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, nil, err
	}
	files, diagnostics, err := spec.Find(root.FS(), name, filepath.Base(absolute))
	if errors.Is(err, spec.ErrNoConnector) {
		err = fmt.Errorf("%w in %s: a connector is a directory with spec.yml, or a YAML file with a top-level auth", err, path)
	}
	if extension := filepath.Ext(path); !info.IsDir() && extension != ".yml" && extension != ".yaml" && len(files) == 1 && files[0] == name {
		return nil, nil, fmt.Errorf("%w in %s: it is no YAML file, and not a part of a connector either", spec.ErrNoConnector, path)
	}
	var places []place
	var unread spec.UnreadError
	if errors.As(err, &unread) {
		err = nil
	}
	for _, d := range unread {
		full := filepath.Join(dir, filepath.FromSlash(d.Path))
		places = append(places, place{dir: filepath.Dir(full), file: filepath.Base(full), unread: d.Err.Error()})
	}
	for _, f := range files {
		full := filepath.Join(dir, filepath.FromSlash(f))
		places = append(places, place{dir: filepath.Dir(full), file: filepath.Base(full)})
	}
	for i := range diagnostics {
		diagnostics[i].File = filepath.ToSlash(filepath.Join(dir, diagnostics[i].File))
	}
	return places, diagnostics, err
}

// searchRoot returns the directory from which the spec of a file is looked
// for, and the file in it: some levels up if it lies among a connector's parts.
func searchRoot(path string) (dir, name string) {
	dir, name = filepath.Dir(path), filepath.Base(path)
	for range 3 {
		base := filepath.Base(dir)
		inner := base == "auth" || base == "operations" || base == "recordings" || strings.HasSuffix(base, ".recordings") ||
			filepath.Base(filepath.Dir(dir)) == "auth" || filepath.Ext(path) != ".yml" && filepath.Ext(path) != ".yaml"
		if !inner || dir == "." || dir == filepath.Dir(dir) {
			break
		}
		name = filepath.Base(dir) + "/" + name
		dir = filepath.Dir(dir)
	}
	return dir, name
}

// check reads and checks a connector. File names in diagnostics are as the user
// would write them.
func (p place) check(o lint.Options) loaded {
	if p.unread != "" {
		return loaded{err: fmt.Errorf("read %s: %s", p.display(p.file), p.unread)}
	}
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return loaded{err: err}
	}
	defer root.Close()
	o.Files = root.FS()
	c, _, err := spec.Load(o.Files, p.file)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil { // it names the file as the root sees it
			err = fmt.Errorf("%s: %w", p.display(p.file), inner)
		}
		return loaded{err: err}
	}
	checked, diagnostics := lint.Run(c, o)
	p.rename(diagnostics)
	return loaded{c, checked, diagnostics, nil}
}

// rootFiles are the files of a directory, which no name and no link leaves.
type rootFiles string

// Open opens a file.
func (d rootFiles) Open(name string) (fs.File, error) {
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	info, err := root.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() && !info.IsDir() { // opening a pipe waits for a writer
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("it is no regular file")}
	}
	return root.FS().Open(name)
}

// rename gives diagnostics the file names that a user would write.
func (p place) rename(list []spec.Diagnostic) {
	for i := range list {
		list[i].File = p.display(list[i].File)
	}
}

// absolute returns the path of the spec, which does not depend on where the
// program runs.
func (p place) absolute() (string, error) {
	return filepath.Abs(filepath.Join(p.dir, filepath.FromSlash(p.file)))
}
