package spec

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// bodyFiles reads the method files of the connector: those in auth/, those in
// auth/<option>/, and those that a filePath names.
func (l *loader) bodyFiles() error {
	if l.hasAuthDirectory() {
		if err := l.bodyDirectory(path.Join(l.Root, "auth"), ""); err != nil {
			return err
		}
	}
	l.namedBodies("")
	for _, key := range l.OptionKeys() {
		l.namedBodies(key)
	}
	return nil
}

// bodyDirectory reads the method files of the base, or of an option.
func (l *loader) bodyDirectory(dir, option string) error {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		return fmt.Errorf("read %s: %w", dir, plainError(err))
	}
	candidates := make(map[*methodName][]string)
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			if option == "" {
				if err := l.optionDirectory(dir, name); err != nil {
					return err
				}
			}
			continue
		}
		if m := l.methodFile(dir, name, option); m != nil {
			candidates[m] = append(candidates[m], name)
		}
	}
	for i := range methodNames {
		m := &methodNames[i]
		switch files := candidates[m]; len(files) {
		case 0:
		case 1:
			l.attach(m, option, path.Join(dir, files[0]))
		default:
			l.report(Diagnostic{
				Code: "two-method-files", File: path.Join(dir, files[1]), Line: 1, Column: 1,
				Message: fmt.Sprintf("%q has two files: %q and %q", m.name, files[0], files[1]),
				Hint:    "keep one of them",
			})
		}
	}
	return nil
}

func (l *loader) optionDirectory(dir, key string) error {
	if strings.HasPrefix(key, ".") {
		return nil
	}
	if l.Auth.Get("options").Get(key).IsObject() {
		return l.bodyDirectory(path.Join(dir, key), key)
	}
	if base, _, ok := splitBodyName(key); ok && methodOfFile(base) != nil {
		l.report(l.fileProblem(path.Join(dir, key), errDirectory))
		return nil
	}
	hint := "a directory below auth holds the files of the option of that name"
	if s := formula.Nearest(key, l.OptionKeys()); s != "" {
		hint = fmt.Sprintf("did you mean the option %q?", s)
	}
	d := l.Diagnose("unknown-option-directory", Warning, "/options", AtKey(), fmt.Sprintf("no option has the directory %q", path.Join(dir, key)), hint)
	l.report(d)
	return nil
}

// methodFile returns the method that a file belongs to; nil for other files,
// and for names that are not quite those of a method, which it reports.
func (l *loader) methodFile(dir, name, option string) *methodName {
	base, suffix, ok := splitBodyName(name)
	if !ok || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".d.ts") || option == "" && base == "ui" {
		return nil
	}
	if m := methodOfFile(base); m != nil {
		return m
	}
	var known []string
	for _, m := range methodNames {
		known = append(known, m.files[0])
	}
	if suffix.kind == KindJavaScript && formula.Nearest(base, known) == "" {
		return nil // a module that a script imports
	}
	hint := "files of methods are named " + formula.JoinWords(known, "and")
	if s := formula.Nearest(base, known); s != "" {
		hint = fmt.Sprintf("did you mean %q?", s+suffix.suffix)
	}
	l.report(Diagnostic{
		Code: "unknown-method-file", Severity: Warning, File: path.Join(dir, name), Line: 1, Column: 1,
		Message: fmt.Sprintf("%q is no file of a method, so it is not used", name), Hint: hint,
	})
	return nil
}

// namedBodies reads the files that methods name by filePath.
func (l *loader) namedBodies(option string) {
	pointer, owner := "", l.Auth
	if option != "" {
		pointer, owner = formula.Pointer("options", option), l.Auth.Get("options").Get(option)
	}
	for i := range methodNames {
		m := &methodNames[i]
		file, ok := owner.Get(m.name).Get("filePath").AsString()
		if !ok {
			continue
		}
		at := pointer + "/" + m.name + "/filePath"
		if message := badFilePath(file); message != "" {
			l.report(l.Diagnose("bad-file-path", Error, at, AtValue(), message, "a path is relative to the connector's directory, with slashes, and stays in it"))
			continue
		}
		full := path.Join(l.Root, file)
		if l.fsys == nil || slices.ContainsFunc(l.bodies, func(b *body) bool { return b.file == full && b.method == m && b.option == option }) {
			continue
		}
		if message := l.missingFile(full, file); message != "" {
			l.report(l.Diagnose("missing-file", Error, at, AtValue(), message, "create it, or correct the path, which is relative to the connector's directory"))
			continue
		}
		l.attach(m, option, full)
	}
}

// missingFile says why a file cannot be read; "" if it can.
func (l *loader) missingFile(full, file string) string {
	info, err := fs.Stat(l.fsys, full)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Sprintf("file %q does not exist", file)
	case err != nil:
		return fmt.Sprintf("file %q cannot be read: %v", file, plainError(err))
	case info.IsDir():
		return fmt.Sprintf("%q is a directory, not a file", file)
	}
	return ""
}

// badFilePath says what is wrong with a path that leaves the connector.
func badFilePath(file string) string {
	switch {
	case file == "":
		return "filePath is empty"
	case strings.HasPrefix(file, "/") || len(file) > 1 && file[1] == ':':
		return fmt.Sprintf("path %q is absolute", file)
	case strings.ContainsAny(file, "\\\x00"):
		return fmt.Sprintf("path %q has a backslash or a NUL", file)
	case !fs.ValidPath(path.Clean(file)) || slices.Contains(strings.Split(file, "/"), ".."):
		return fmt.Sprintf("path %q leaves the connector's directory", file)
	}
	return ""
}

// attach makes a file the body of a method.
func (l *loader) attach(m *methodName, option, file string) {
	pointer, owner := "/"+m.name, l.Auth
	if option != "" {
		pointer, owner = formula.Pointer("options", option, m.name), l.Auth.Get("options").Get(option)
	}
	_, suffix, ok := splitBodyName(path.Base(file))
	method := owner.Get(m.name)
	declared := method.Get("type").Text()
	switch {
	case !ok:
		l.report(l.Diagnose("bad-file-path", Error, pointer+"/filePath", AtValue(), fmt.Sprintf("the name of %q does not say what it holds", path.Base(file)), "it ends in .map.yml, .rest.yml, .graphql.yml, .op.yml, .js or .ts"))
		return
	case declared != "" && declared != suffix.kind:
		l.report(l.Diagnose("implementation-mismatch", Error, pointer+"/type", AtValue(),
			fmt.Sprintf("%q is declared as %q, but its file %q is %q", m.name, declared, file, suffix.kind), "change the declaration or the suffix of the file"))
		return
	case !slices.Contains(m.kinds, suffix.kind) && declared != "":
		return // the schema says so of the declaration
	case !slices.Contains(m.kinds, suffix.kind):
		l.report(Diagnostic{
			Code: "wrong-implementation", File: file, Line: 1, Column: 1,
			Message: fmt.Sprintf("method %q cannot be %q", m.name, suffix.kind),
			Hint:    fmt.Sprintf("it is %s: such as %s", formula.JoinWords(quoted(m.kinds), "or"), path.Base(BodyFile(m.name, m.kinds[0]))),
		})
		return
	case method.Has("mapping") || method.Has("code"):
		l.report(l.Diagnose("two-bodies", Error, pointer, AtKey(), fmt.Sprintf("%q has a body here and one in %q", m.name, file), "keep one of them"))
		return
	}
	l.setBody(m, option, pointer, file, suffix.kind)
}

func (l *loader) setBody(m *methodName, option, pointer, file, kind string) {
	b := &body{file: file, kind: kind, method: m, option: option, pointer: pointer}
	field, value := "mapping", formula.Undefined
	if kind == KindJavaScript {
		if b.script = l.readScript(file); b.script == nil {
			return
		}
		field, value = "code", b.script.Value()
	} else {
		b.source = l.parseBody(file)
		if b.source == nil || !b.source.Readable() || l.wholeMethod(b.source) {
			return
		}
		value = b.source.Value()
	}
	l.bodies = append(l.bodies, b)
	method := formula.Object(formula.Member{Key: "type", Value: formula.String(kind)})
	l.update(option, m.name, func(old formula.Value) formula.Value {
		if old.IsObject() {
			method = old.With("type", formula.String(kind))
		}
		return method.With(field, value)
	})
	written := b.source
	if b.script != nil {
		written = b.script
	}
	if !l.written(pointer) {
		l.origins = append(l.origins, origin{pointer, written, ""})
	}
	l.origins = append(l.origins, origin{pointer + "/" + field, written, ""})
}

// readScript reads a script and reports one that cannot be used: nil then.
func (l *loader) readScript(file string) *Source {
	data, err := readFile(l.fsys, file, MaxScriptSize)
	switch {
	case err != nil:
		l.report(l.fileProblem(file, err))
	case len(data) > MaxScriptSize:
		l.report(Diagnostic{
			Code: "file-too-large", File: file, Line: 1, Column: 1,
			Message: fmt.Sprintf("the script is larger than %d KiB", MaxScriptSize>>10),
			Hint:    "keep what the method itself does, and leave large libraries out",
		})
	default:
		return newTextSource(file, data)
	}
	return nil
}

// wholeMethod reports a method file that holds not the mapping, but the method
// around it.
func (l *loader) wholeMethod(s *Source) bool {
	v := s.Value()
	for _, field := range []string{"implementationType", "type"} {
		if v.Has(field) && v.Has("mapping") {
			l.report(s.Diagnose("misplaced-field", Error, "/mapping", AtKey(), "a method file holds the mapping alone, not the method around it",
				`move what stands in "mapping" to the top of the file, and remove the rest`))
			return true
		}
	}
	return false
}

// update changes a field of the base or of an option.
func (l *loader) update(option, field string, change func(formula.Value) formula.Value) {
	if option == "" {
		l.Auth = l.Auth.With(field, change(l.Auth.Get(field)))
		return
	}
	options := l.Auth.Get("options")
	owner := options.Get(option)
	owner = owner.With(field, change(owner.Get(field)))
	l.Auth = l.Auth.With("options", options.With(option, owner))
}
