package script

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/evanw/esbuild/pkg/api"
)

// builtins lists the modules that scripts can import besides files of the
// connector, with what they are in the runtime.
var builtins = []struct{ name, value string }{
	{"axios", "axios"},
	{"@integration-app/connector-sdk", "sdk"},
	{"@integration-app/sdk/errors", "errors"},
	{"crypto", "crypto"},
	{"node:crypto", "crypto"},
}

// Modules lists the modules that scripts can import besides files of the
// connector.
func Modules() []string {
	names := make([]string, len(builtins))
	for i, b := range builtins {
		names[i] = b.name
	}
	return names
}

// The name spaces of the bundler: files of the connector, and built-in modules.
const (
	fileSpace    = "connector"
	builtinSpace = "built-in"
)

// The bounds of what a script imports.
const (
	maxFiles = 50
	maxTotal = 1 << 20 // bytes of all files together
)

// A bundler gives the bundling library what it asks for, and nothing else.
type bundler struct {
	source Source

	mu      sync.Mutex
	texts   map[string]string // of what was read, by path
	total   int
	failure *Error // the first file that cannot be read
}

// setup takes over all that the library would look for itself.
func (b *bundler) setup(build api.PluginBuild) {
	build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
		if a.Kind == api.ResolveEntryPoint {
			return api.OnResolveResult{Path: entryPath(b.source), Namespace: fileSpace}, nil
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.resolve(a), nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: builtinSpace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		code := "module.exports = connectorModules." + a.Path
		return api.OnLoadResult{Contents: &code, Loader: api.LoaderJS}, nil
	})
	build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: fileSpace}, func(a api.OnLoadArgs) (api.OnLoadResult, error) {
		// A source map that the script carries would lead away from it.
		b.mu.Lock()
		defer b.mu.Unlock()
		text := strings.ReplaceAll(b.texts[a.Path], "sourceMappingURL", "sourceMappingOff")
		loader := api.LoaderJS
		switch {
		case path.Ext(a.Path) == ".json":
			loader = api.LoaderJSON
		case b.language(a.Path) == TypeScript:
			loader = api.LoaderTS
		}
		return api.OnLoadResult{Contents: &text, Loader: loader}, nil
	})
}

// language returns the language of a file.
func (b *bundler) language(file string) Language {
	if file == entryPath(b.source) {
		return b.source.Language
	}
	if e := path.Ext(file); e == ".ts" || e == ".mts" || e == ".cts" {
		return TypeScript
	}
	return JavaScript
}

// resolve finds the module of an import.
func (b *bundler) resolve(a api.OnResolveArgs) api.OnResolveResult {
	name := a.Path
	if i := slices.IndexFunc(builtins, func(m struct{ name, value string }) bool { return m.name == name }); i >= 0 {
		return api.OnResolveResult{Path: builtins[i].value, Namespace: builtinSpace}
	}
	refuse := func(message, hint string) api.OnResolveResult {
		return api.OnResolveResult{Errors: []api.Message{{Text: message, Detail: hint}}}
	}
	outside := func() api.OnResolveResult {
		return refuse(fmt.Sprintf("%q is outside the connector", shortName(name)),
			`a file that is imported is named relative to the script, as in "./help.js", and stays in the connector`)
	}
	if path.IsAbs(name) || strings.ContainsAny(name, "\\:\x00") && !strings.HasPrefix(name, "node:") {
		return outside()
	}
	if name != "." && name != ".." && !strings.HasPrefix(name, "./") && !strings.HasPrefix(name, "../") {
		return refuse(fmt.Sprintf("there is no module %q", shortName(name)), "there are "+strings.Join(Modules(), ", ")+" and the files of the connector")
	}
	target := path.Join(path.Dir(importerPath(a.Importer)), name)
	if target == ".." || strings.HasPrefix(target, "../") {
		return outside()
	}
	if b.source.Files == nil {
		return refuse(fmt.Sprintf("%q cannot be imported: this script has no files beside it", shortName(name)), "put the script into a file of the connector's directory")
	}
	file, text, err := b.find(target)
	if err != nil {
		message, hint := "cannot be read", "see whether it is a regular file of the connector's directory, and no link that leads out of it"
		if errors.Is(err, fs.ErrNotExist) {
			message, hint = "is not there", "a file is named relative to the one that imports it; endings .ts, .js and .json may be left out"
		}
		return refuse(fmt.Sprintf("the file %q %s", shortName(target), message), hint)
	}
	if _, ok := b.texts[file]; !ok {
		if e := b.admit(file, text, b.language(file)); e != nil {
			if b.failure == nil {
				b.failure = e
			}
			return refuse(e.Message, e.Hint)
		}
	}
	return api.OnResolveResult{Path: file, Namespace: fileSpace}
}

// importerPath returns the place of a file that imports; a script in the spec
// stands at the root.
func importerPath(importer string) string {
	if importer == inlinePath {
		return "."
	}
	return importer
}

// find returns the file that an import means, and its text.
func (b *bundler) find(target string) (file, text string, err error) {
	candidates := []string{target}
	if stem, ok := strings.CutSuffix(target, ".js"); ok {
		candidates = append(candidates, stem+".ts")
	}
	for _, e := range []string{".ts", ".js", ".mjs", ".cjs", ".mts", ".json", "/index.ts", "/index.js"} {
		candidates = append(candidates, target+e)
	}
	for _, c := range candidates {
		text, err := b.read(c)
		switch {
		case err == nil:
			return c, text, nil
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errDirectory):
			return "", "", err
		}
	}
	return "", "", fs.ErrNotExist
}

// errDirectory says that a directory, or a file that is none of the
// connector's, has the name.
var errDirectory = errors.New("it is a directory")

// read reads a file, at most one byte more than a script may have.
func (b *bundler) read(name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", fs.ErrInvalid
	}
	info, err := fs.Stat(b.source.Files, name)
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", errDirectory
	case !info.Mode().IsRegular():
		return "", fs.ErrPermission
	}
	f, err := b.source.Files.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxSize+1))
	return string(data), err
}

// admit notes the text of a file if the library can be given it.
func (b *bundler) admit(file, text string, language Language) *Error {
	p := unreadable(text)
	if p == nil {
		_, p = measure(text, language)
	}
	b.total += len(text)
	switch {
	case p != nil:
	case len(b.texts) >= maxFiles:
		p = &Problem{Message: fmt.Sprintf("the script imports more than %d files", maxFiles), Hint: "a script of a method is short; large libraries do not belong into it"}
	case b.total > maxTotal:
		p = &Problem{Message: fmt.Sprintf("the script and what it imports are larger than %d KiB", maxTotal>>10), Hint: "a script of a method is short; large libraries do not belong into it"}
	}
	if p == nil {
		b.texts[file] = text
		return nil
	}
	lines := indexLines(text)
	e := &Error{Message: p.Message, Hint: p.Hint}
	line, _ := slices.BinarySearch(lines.starts, p.Offset+1)
	e.place(file, line, columnAt(text, lines, p.Offset))
	return e
}

// files lists what was read besides the script.
func (b *bundler) files() []string {
	delete(b.texts, entryPath(b.source))
	names := slices.Sorted(maps.Keys(b.texts))
	b.texts[entryPath(b.source)] = b.source.Text
	return names
}

// shortName shortens what is shown of a module's name.
func shortName(name string) string {
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "") + "…"
	}
	return name
}
