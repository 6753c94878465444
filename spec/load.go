package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// MaxScriptSize is the number of bytes a script may have.
const MaxScriptSize = 256 << 10

// Load reads the connector whose spec is file, and its method files, from
// fsys, whose root is a directory that the connector must not leave: an
// [os.Root] holds it also where there are symbolic links.
//
// What is wrong with the files comes as diagnostics, and the connector holds
// what could be read. The error says that a file could not be looked at.
func Load(fsys fs.FS, file string) (*Connector, []Diagnostic, error) {
	data, err := readFile(fsys, file, MaxFileSize)
	if err != nil {
		return nil, nil, err
	}
	return load(fsys, file, data)
}

// LoadText reads a connector from the text of its spec; it has no other files.
func LoadText(name string, data []byte) (*Connector, []Diagnostic) {
	c, diagnostics, err := load(nil, name, data)
	if err != nil { // without a file system there is nothing to fail
		panic(err)
	}
	return c, diagnostics
}

func load(fsys fs.FS, file string, data []byte) (*Connector, []Diagnostic, error) {
	source, diagnostics := Parse(file, data)
	c := &Connector{File: file, Root: path.Dir(file), source: source, Meta: formula.Object(), Auth: formula.Object(), alone: fsys == nil}
	if c.said = diagnostics; !source.Readable() {
		return c, diagnostics, nil
	}
	l := loader{Connector: c, fsys: fsys, diagnostics: diagnostics}
	if source.Value().IsObject() {
		l.normalize(source.Value())
	}
	err := l.bodyFiles()
	if err == nil {
		err = l.operations()
	}
	l.inferType()
	c.recordings, c.unlisted = listRecordings(fsys, c.recordingsDirectory())
	c.said = slices.Clone(l.diagnostics)
	return c, l.diagnostics, err
}

// ReadFile reads a regular file of at most limit bytes, and one byte of what
// is larger, so that the reader can tell. It opens nothing else.
func ReadFile(fsys fs.FS, name string, limit int) ([]byte, error) { return readFile(fsys, name, limit) }

func readFile(fsys fs.FS, name string, limit int) ([]byte, error) {
	// What is no regular file is not opened: opening a pipe waits for a writer.
	if info, err := fs.Stat(fsys, name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: %w", name, errNotRegular)
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, plainError(err))
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, plainError(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: %w", name, errNotRegular)
	}
	if info.Size() == 0 { // as files have that are made when they are read
		return io.ReadAll(io.LimitReader(f, int64(limit)+1))
	}
	buf := make([]byte, min(info.Size(), int64(limit)+1))
	n, err := io.ReadFull(f, buf)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) { // the file has shrunk
		err = nil
	}
	return buf[:n], err
}

// plainError returns the reason alone of an error that names its file.
func plainError(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		err = e.Err
	}
	if err != nil && err.Error() == "path escapes from parent" { // os has no name for it
		return errOutside
	}
	return err
}

var errNotRegular = errors.New("it is no regular file")

var errDirectory = errors.New("it is a directory")

var errOutside = errors.New("a link leads out of the connector's directory")

// A loader fills a Connector from its files.
type loader struct {
	*Connector
	fsys        fs.FS
	diagnostics []Diagnostic
}

func (l *loader) report(d Diagnostic) { l.diagnostics = append(l.diagnostics, d) }

// hasAuthDirectory tells whether method files may stand in auth/ beside the
// spec: it is so for a connector that has a directory of its own.
func (l *loader) hasAuthDirectory() bool { return l.hasDirectory("auth") }

// normalize brings the document to one form, whatever its generation.
func (l *loader) normalize(doc formula.Value) {
	switch {
	case doc.Has("auth"):
		l.Generation = 2
		l.Meta = doc.Without("auth")
		l.nested(doc)
	case isFlat(doc):
		l.Generation = 3
		l.Meta, l.Auth = doc, doc
		l.origins = []origin{{"", l.source, ""}}
		l.renameMethods()
	case l.hasAuthDirectory():
		l.Generation = 1
		l.Meta = doc
		l.firstGeneration(doc)
	default:
		l.Generation = 3
		l.Meta = doc
		l.origins = []origin{{"", l.source, ""}}
	}
}

// isFlat tells whether a document is of the third generation: what the others
// have under auth or in files stands at its top.
func isFlat(doc formula.Value) bool {
	if doc.Has("type") || doc.Has("options") {
		return true
	}
	for _, m := range methodNames {
		if m.name != "test" && doc.Has(m.name) {
			return true
		}
	}
	return false
}

// besideAuth are the fields that may stand beside auth and belong to it.
var besideAuth = []string{"test", "ui", "inputSchema", "parametersSchema"}

// nested lifts what stands under auth to the top.
func (l *loader) nested(doc formula.Value) {
	auth := doc.Get("auth")
	l.origins = []origin{{"", l.source, "/auth"}}
	if !auth.IsObject() {
		auth = formula.Object()
	}
	l.Auth = auth
	for _, name := range besideAuth {
		v := doc.Get(name)
		if v.IsUndefined() {
			continue
		}
		if name == "parametersSchema" && auth.Has(name) {
			l.Auth = l.Auth.With(name, MergeSchemas(v, auth.Get(name)))
			continue // problems are placed in auth's own, or not at all
		}
		if !auth.Has(name) && !(name == "inputSchema" && auth.Has("ui")) && !(name == "ui" && auth.Has("inputSchema")) {
			l.Auth = l.Auth.With(name, v)
			l.origins = append(l.origins, origin{"/" + name, l.source, "/" + name})
		}
	}
	l.renameMethods()
}

// renameMethods gives methods today's names and the flat form, in the base and
// in its options.
func (l *loader) renameMethods() {
	l.Auth = l.flatMethods(l.Auth, "")
	options := l.Auth.Get("options")
	if !options.IsObject() {
		return
	}
	b := formula.NewObject(options.Len())
	for i, key := range options.Keys() {
		_, option := options.At(i)
		if option.IsObject() {
			option = l.flatMethods(option, formula.Pointer("options", key))
		}
		b.Set(key, option)
	}
	l.Auth = l.Auth.With("options", b.Value())
}

// flatMethods brings the methods of an object to {type, mapping | code}.
func (l *loader) flatMethods(v formula.Value, pointer string) formula.Value {
	b := formula.NewObject(v.Len())
	for i, key := range v.Keys() {
		_, item := v.At(i)
		name := key
		if older := olderNames[key]; older != "" {
			if v.Has(older) {
				l.report(l.Diagnose("two-names", Error, pointer+"/"+key, AtKey(),
					fmt.Sprintf("%q is an older name of %q, which is here too", key, older), "remove one of them"))
				continue
			}
			name = older
			s, p := l.locate(pointer + "/" + key)
			l.origins = append(l.origins, origin{pointer + "/" + name, s, p})
		}
		if findMethod(name) != nil && item.IsObject() && item.Has("implementationType") {
			s, p := l.locate(pointer + "/" + name)
			l.origins = append(l.origins, origin{pointer + "/" + name + "/type", s, p + "/implementationType"})
			item = renameKey(item, "implementationType", "type")
		}
		b.Set(name, item)
	}
	return b.Value()
}

func renameKey(v formula.Value, from, to string) formula.Value {
	b := formula.NewObject(v.Len())
	for i, key := range v.Keys() {
		_, item := v.At(i)
		if key == from {
			key = to
		}
		b.Set(key, item)
	}
	return b.Value()
}

// firstGeneration makes the auth of a connector that has method files and
// auth/ui.yml, and no auth object.
func (l *loader) firstGeneration(doc formula.Value) {
	l.origins = []origin{{"", l.source, ""}}
	b := formula.NewObject(8)
	if v := doc.Get("parametersSchema"); !v.IsUndefined() {
		b.Set("parametersSchema", v)
	}
	for _, name := range []string{"auth/ui.yml", "auth/ui.yaml"} {
		source := l.parseBody(path.Join(l.Root, name))
		if source == nil {
			continue
		}
		l.bodies = append(l.bodies, &body{file: source.Name(), kind: "ui", definition: "authUi", source: source, pointer: "/ui"})
		l.origins = append(l.origins, origin{"/ui", source, ""})
		b.Set("ui", source.Value())
		break
	}
	l.Auth = b.Value()
}

// inferType gives the first generation, which had no types, the one that its
// methods show.
func (l *loader) inferType() {
	if l.Generation != 1 || l.Auth.Has("type") {
		return
	}
	t := "client-credentials"
	if l.Auth.Has("getOAuthConfig") {
		t = "oauth2"
	}
	l.Auth = l.Auth.With("type", formula.String(t))
}

// parseBody reads a YAML file of the connector; nil if it does not exist.
func (l *loader) parseBody(name string) *Source {
	data, err := readFile(l.fsys, name, MaxFileSize)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.report(l.fileProblem(name, err))
		}
		return nil
	}
	source, diagnostics := Parse(name, data)
	l.diagnostics = append(l.diagnostics, diagnostics...)
	return source
}

// fileProblem reports a file that could not be read; it has no text to point
// at, so its start is the place.
func (l *loader) fileProblem(name string, err error) Diagnostic {
	return Diagnostic{
		Code: "unreadable-file", File: name, Line: 1, Column: 1,
		Message: fmt.Sprintf("the file cannot be read: %v", reason(err)),
		Hint:    "a connector's files are regular files within its directory",
	}
}

func reason(err error) string {
	s := err.Error()
	if _, after, ok := strings.Cut(s, ": "); ok && strings.HasPrefix(s, "read ") {
		return after
	}
	return s
}

// OptionKeys returns the keys of the options in the order of the spec, without
// the base.
func (c *Connector) OptionKeys() []string { return slices.Clone(c.Auth.Get("options").Keys()) }
