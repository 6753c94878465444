package spec

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// operationsField is the field of [Connector.Auth] that holds the operations:
// they run with what auth makes, so every option has them.
const operationsField = "operations"

// OperationKinds are the implementation types that an operation may have, the
// usual one first.
var OperationKinds = []string{KindREST, KindGraphQL, KindJavaScript}

// An Operation is a named request of a connector, in the form of a method:
// title, description, inputSchema, outputSchema, type, and mapping or code.
type Operation struct {
	Key   string
	Value formula.Value
}

// Title returns what people know the operation by.
func (o *Operation) Title() string {
	if t := o.Value.Get("title").Text(); t != "" {
		return t
	}
	return o.Key
}

// Kind returns the implementation type, "" if none is said.
func (o *Operation) Kind() string { return o.Value.Get("type").Text() }

// InputSchema returns the schema of what the operation takes, as [AllAsked]
// does; undefined if it takes nothing.
func (o *Operation) InputSchema() formula.Value { return AllAsked(o.Value.Get("inputSchema")) }

// OutputSchema returns the schema of what the operation gives; undefined if it
// says nothing about that.
func (o *Operation) OutputSchema() formula.Value { return o.Value.Get("outputSchema") }

// Operations returns the operations of the connector: those of the spec in its
// order, then those that only files have, by name.
func (c *Connector) Operations() []*Operation {
	v := c.Auth.Get(operationsField)
	list := make([]*Operation, v.Len())
	for i := range list {
		key, item := v.At(i)
		list[i] = &Operation{key, item}
	}
	return list
}

// Operation returns the operation of that key, nil if there is none.
func (c *Connector) Operation(key string) *Operation {
	if v := c.Auth.Get(operationsField); v.IsObject() && v.Has(key) {
		return &Operation{key, v.Get(key)}
	}
	return nil
}

// OperationPointer returns where in an option, or in Auth, an operation stands.
func OperationPointer(key string) string { return formula.Pointer(operationsField, key) }

// operations brings the operations of the spec and those of files to one form.
func (l *loader) operations() error {
	authored := l.Meta.Get(operationsField)
	l.Auth = l.Auth.Without(operationsField)
	b := formula.NewObject(authored.Len())
	for i := range authored.Len() {
		key, item := authored.At(i)
		at := formula.Pointer(operationsField, key)
		if !authored.IsObject() { // a list of names
			key, at = item.Text(), formula.Pointer(operationsField, strconv.Itoa(i))
			item = formula.Object()
		}
		if key != "" && item.IsObject() {
			b.Set(key, l.flatOperation(key, item, l.source, at))
		}
	}
	if l.Auth = l.Auth.With(operationsField, b.Value()); l.hasDirectory("operations") {
		if err := l.operationFiles(path.Join(l.Root, "operations")); err != nil {
			return err
		}
	}
	for _, o := range l.Operations() {
		l.operationScript(o)
	}
	if l.Auth.Get(operationsField).Len() == 0 {
		l.Auth = l.Auth.Without(operationsField)
	}
	return nil
}

// flatOperation brings an operation that stands at a pointer of a source to the
// form of a method, and notes where its parts are written.
func (l *loader) flatOperation(key string, v formula.Value, s *Source, at string) formula.Value {
	to := OperationPointer(key)
	l.origins = append(l.origins, origin{to, s, at})
	if run := v.Get("run"); run.IsObject() {
		b := v.Without("run").Builder()
		for i, field := range run.Keys() {
			_, item := run.At(i)
			b.Set(field, item)
			l.origins = append(l.origins, origin{to + formula.Pointer(field), s, at + "/run" + formula.Pointer(field)})
		}
		v, at = b.Value(), at+"/run"
	}
	if v.Has("implementationType") && !v.Has("type") {
		v = renameKey(v, "implementationType", "type")
		l.origins = append(l.origins, origin{to + "/type", s, at + "/implementationType"})
	}
	return v
}

// operationKey matches the names that operations in files can have.
var operationKey = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]*$`)

// operationFiles reads the files of operations/: <key>.yml holds an operation,
// and <key>.rest.yml, <key>.graphql.yml or a script the body of one.
func (l *loader) operationFiles(dir string) error {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		return fmt.Errorf("read %s: %w", dir, plainError(err))
	}
	for _, bodies := range []bool{false, true} { // an operation comes before its body
		for _, e := range entries {
			key, suffix, ok := splitBodyName(e.Name())
			isBody := ok && suffix.suffix != ".yml" && suffix.suffix != ".yaml"
			if isBody == bodies && !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !strings.HasSuffix(e.Name(), ".d.ts") {
				l.fileOfOperation(path.Join(dir, e.Name()), key, suffix.kind, isBody)
			}
		}
	}
	return nil
}

// fileOfOperation reads a file of operations/, and reports one that is named
// like none.
func (l *loader) fileOfOperation(file, key, kind string, isBody bool) {
	switch {
	case kind == "": // a README, a picture
	case kind == KindJavaScript && l.Operation(key) == nil: // a module that a script imports
	case !operationKey.MatchString(key) || isBody && !slices.Contains(OperationKinds, kind):
		l.report(Diagnostic{
			Code: "unknown-operation-file", Severity: Warning, File: file, Line: 1, Column: 1,
			Message: fmt.Sprintf("%q is no file of an operation, so it is not used", path.Base(file)),
			Hint:    "operations/list.yml holds the operation list; its body may stand in list.rest.yml, list.graphql.yml, list.js or list.ts",
		})
	case isBody:
		l.operationBody(key, file, kind)
	default:
		l.operationFile(key, file)
	}
}

// operationFile reads the file of an operation.
func (l *loader) operationFile(key, file string) {
	if o := l.Operation(key); o != nil && o.Value.Len() > 0 {
		l.report(l.Diagnose("two-operations", Error, OperationPointer(key), AtKey(), fmt.Sprintf("operation %q stands here and in %q", key, file), "keep one of them"))
		return
	}
	s := l.parseBody(file)
	if s == nil || !s.Readable() {
		return
	}
	l.bodies = append(l.bodies, &body{file: file, definition: "operation", source: s, pointer: OperationPointer(key)})
	l.setOperation(key, l.flatOperation(key, s.Value(), s, ""))
}

func (l *loader) setOperation(key string, v formula.Value) {
	l.Auth = l.Auth.With(operationsField, l.Auth.Get(operationsField).With(key, v))
}

// operationBody makes a file the body of an operation.
func (l *loader) operationBody(key, file, kind string) {
	at := OperationPointer(key)
	o := l.Operation(key)
	if o == nil {
		o = &Operation{key, formula.Object()}
	}
	switch {
	case o.Value.Has("mapping") || o.Value.Has("code"):
		l.report(l.Diagnose("two-bodies", Error, at, AtKey(), fmt.Sprintf("%q has a body here and one in %q", key, file), "keep one of them"))
		return
	case o.Kind() != "" && o.Kind() != kind:
		l.report(l.Diagnose("implementation-mismatch", Error, at+"/type", AtValue(),
			fmt.Sprintf("%q is declared as %q, but its file %q is %q", key, o.Kind(), file, kind), "change the declaration or the suffix of the file"))
		return
	}
	b := &body{file: file, kind: kind, pointer: at, definition: (&methodName{}).bodySchema(kind)}
	field := "mapping"
	if kind == KindJavaScript {
		if b.script = l.readScript(file); b.script == nil {
			return
		}
		field = "code"
	} else if b.source = l.parseBody(file); b.source == nil || !b.source.Readable() || l.wholeMethod(b.source) {
		return
	}
	written := b.source
	if b.script != nil {
		written = b.script
	}
	l.bodies = append(l.bodies, b)
	if !l.written(at) {
		l.origins = append(l.origins, origin{at, written, ""})
	}
	l.origins = append(l.origins, origin{at + "/" + field, written, ""})
	l.setOperation(key, o.Value.With("type", formula.String(kind)).With(field, written.Value()))
}

// operationScript reads the file that an operation names by filePath.
func (l *loader) operationScript(o *Operation) {
	file, ok := o.Value.Get("filePath").AsString()
	at := OperationPointer(o.Key) + "/filePath"
	if !ok || l.fsys == nil || slices.ContainsFunc(l.bodies, func(b *body) bool { return b.file == path.Join(l.Root, file) && b.pointer == OperationPointer(o.Key) }) {
		return
	}
	if message := badFilePath(file); message != "" {
		l.report(l.Diagnose("bad-file-path", Error, at, AtValue(), message, "a path is relative to the connector's directory, with slashes, and stays in it"))
		return
	}
	full := path.Join(l.Root, file)
	if message := l.missingFile(full, file); message != "" {
		l.report(l.Diagnose("missing-file", Error, at, AtValue(), message, "create it, or correct the path, which is relative to the connector's directory"))
		return
	}
	_, suffix, ok := splitBodyName(path.Base(file))
	if !ok || !slices.Contains(OperationKinds, suffix.kind) {
		l.report(l.Diagnose("bad-file-path", Error, at, AtValue(), fmt.Sprintf("the name of %q does not say what it holds", path.Base(file)), "it ends in .rest.yml, .graphql.yml, .js or .ts"))
		return
	}
	l.operationBody(o.Key, full, suffix.kind)
}

// hasDirectory tells whether a connector that has a directory of its own has
// one of that name in it.
func (l *loader) hasDirectory(name string) bool {
	if l.fsys == nil || !isSpecName(path.Base(l.File), path.Base(l.Root)) {
		return false
	}
	info, err := fs.Stat(l.fsys, path.Join(l.Root, name))
	return err == nil && info.IsDir()
}
