package spec

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// specNames are the names of a spec file in a directory that is a connector;
// a file of the directory's own name is one as well.
var specNames = []string{"spec.yml", "spec.yaml", "connector.yml", "connector.yaml"}

// isSpecName tells whether file makes the directory dir a connector.
func isSpecName(file, dir string) bool {
	return slices.Contains(specNames, file) || file == dir+".yml" || file == dir+".yaml"
}

// ErrNoConnector says that there is no connector at a path.
var ErrNoConnector = errors.New("no connector found")

// An UnreadError lists the directories of a tree that could not be read, each
// with the reason. What was found in the others comes beside it.
type UnreadError []*fs.PathError

// Error returns one line for each directory.
func (e UnreadError) Error() string {
	lines := make([]string, len(e))
	for i, d := range e {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Find returns the spec files of the connectors at name: a spec file, a method
// file or recording of a connector, a directory that is a connector, or a tree
// of them. dirName is the name of the directory that fsys is, which is needed
// when name is ".". Diagnostics say where a directory has two specs. An
// [UnreadError] says of which directories below name nothing is known.
func Find(fsys fs.FS, name, dirName string) ([]string, []Diagnostic, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, plainError(err))
	}
	f := finder{fsys: fsys, dirName: dirName}
	if !info.IsDir() {
		file := f.specOf(name)
		return []string{file}, nil, nil
	}
	if err := f.directory(name); err != nil {
		return nil, nil, err
	}
	if len(f.unread) > 0 {
		return f.found, f.diagnostics, f.unread
	}
	if len(f.found) == 0 && len(f.diagnostics) == 0 {
		return nil, nil, ErrNoConnector
	}
	return f.found, f.diagnostics, nil
}

type finder struct {
	fsys        fs.FS
	dirName     string
	found       []string
	diagnostics []Diagnostic
	unread      UnreadError
	lines       *bufio.Reader // of one file after the other
}

// specOf returns the spec file that a file belongs to: itself, or for a method
// file, a script or a recording the spec of the connector it lies in.
func (f *finder) specOf(name string) string {
	dir := path.Dir(name)
	inner := slices.Contains([]string{"auth", "operations", "recordings"}, path.Base(dir)) || path.Base(path.Dir(dir)) == "auth"
	script := !isYAML(name)
	if !inner && !script {
		return name
	}
	for d := dir; ; d = path.Dir(d) {
		if spec, _ := f.specIn(d); spec != "" && spec != name {
			return spec
		}
		if strings.HasSuffix(d, ".recordings") {
			return strings.TrimSuffix(d, ".recordings") + ".yml"
		}
		if d == "." || d == "/" {
			return name
		}
	}
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
}

// specIn returns the spec that makes dir a connector, "" if none does.
func (f *finder) specIn(dir string) (string, *Diagnostic) {
	base := path.Base(dir)
	if dir == "." {
		base = f.dirName
	}
	var names []string
	for _, n := range append(slices.Clone(specNames), base+".yml", base+".yaml", "src/spec.yml", "src/spec.yaml") {
		file := path.Join(dir, n)
		if info, err := fs.Stat(f.fsys, file); err == nil && info.Mode().IsRegular() && !slices.Contains(names, file) {
			names = append(names, file)
		}
	}
	switch {
	case len(names) == 0:
		return "", nil
	case len(names) == 1:
		return names[0], nil
	}
	return names[0], &Diagnostic{
		Code: "two-specs", File: names[1], Line: 1, Column: 1,
		Message: fmt.Sprintf("the directory has two specs: %q and %q", path.Base(names[0]), path.Base(names[1])),
		Hint:    "keep one of them, or move them to directories of their own",
	}
}

// directory finds the connectors of a directory and of those below it.
func (f *finder) directory(dir string) error {
	spec, problem := f.specIn(dir)
	if problem != nil {
		f.diagnostics = append(f.diagnostics, *problem)
		return nil
	}
	if spec != "" {
		f.found = append(f.found, spec)
		return nil
	}
	entries, err := fs.ReadDir(f.fsys, dir)
	if err != nil {
		return fmt.Errorf("read %s: %w", dir, plainError(err))
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."), e.Name() == "node_modules", e.Name() == "recordings", strings.HasSuffix(e.Name(), ".recordings"):
		case e.IsDir():
			if err := f.directory(name); err != nil { // the others are to be found, too
				f.unread = append(f.unread, &fs.PathError{Op: "read", Path: name, Err: plainError(errors.Unwrap(err))})
			}
		case isYAML(name) && e.Type().IsRegular() && f.looksLikeConnector(name):
			f.found = append(f.found, name)
		}
	}
	return nil
}

// looksLikeConnector tells whether a YAML file has a top-level auth, or a type
// that is one of auth. It reads lines, not YAML: a file with errors is a
// connector, too, and has to be found to be told. It reads no further than it
// has to, and nothing but regular files comes here.
func (f *finder) looksLikeConnector(name string) bool {
	file, err := f.fsys.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	if f.lines == nil {
		f.lines = bufio.NewReader(nil)
	}
	f.lines.Reset(io.LimitReader(file, MaxFileSize))
	for atStart := true; ; {
		line, err := f.lines.ReadSlice('\n') // of a long line its parts
		if atStart && ofConnector(line) {
			return true
		}
		if atStart = err == nil; !atStart && !errors.Is(err, bufio.ErrBufferFull) {
			return false
		}
	}
}

// ofConnector tells whether a line of YAML makes its file a connector.
func ofConnector(line []byte) bool {
	key, value, ok := bytes.Cut(bytes.TrimPrefix(line, []byte(utf8BOM)), []byte(":"))
	if !ok {
		return false
	}
	switch string(bytes.Trim(key, `"'`)) {
	case "auth":
		return true
	case "type":
		value, _, _ = bytes.Cut(value, []byte("#"))
		return slices.Contains(authTypes, string(bytes.Trim(value, " \t\r\n\"'")))
	}
	return false
}

// authTypes are the types that auth may have, as in the schema.
var authTypes = []string{
	"client-credentials", "oauth2", "oauth1", "proxy", "integration-app-token", "membrane-token",
	"api-key", "bearer", "basic", "aws-sigv4", "none",
}
