package script

import (
	"context"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// A Source is a script with the files that it may import.
type Source struct {
	Text     string
	Language Language
	// File is the script's place in Files; "" for a script in the spec, whose
	// imports are relative to the root of Files.
	File string
	// Files is the connector's directory, which imports cannot leave: an
	// os.Root's, where symbolic links could. Nil if there are no files.
	Files fs.FS
}

// A Program is a script with all that it imports, ready to run. It does not
// change.
type Program struct {
	code      string
	marks     *sourceMap
	languages map[string]Language // of its files
	// Files lists the files that the program is made of besides the script, in
	// the order of their names.
	Files []string
}

// URLs lists the absolute URLs that the script and what it imports write out,
// at least up to the end of their host.
func (p *Program) URLs() []string {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(p.marks.texts)) {
		if path.Ext(name) == ".json" {
			continue
		}
		s, _ := Parse(p.marks.texts[name], p.languages[name])
		if s == nil {
			continue
		}
		for _, u := range s.URLs {
			if !slices.Contains(list, u.Text) {
				list = append(list, u.Text)
			}
		}
	}
	return list
}

// Compile brings a script and the files that it imports together. What keeps
// it from that is an [*Error] with its place. Only Files is read.
func Compile(s Source) (*Program, error) {
	b := &bundler{source: s, texts: make(map[string]string)}
	if err := b.admit(entryPath(s), s.Text, s.Language); err != nil {
		return nil, err
	}
	// The library looks for a file of the entry point's name before it asks: it
	// finds none of this one.
	const entryPoint = "connector:script"
	result := api.Build(api.BuildOptions{
		EntryPoints:       []string{entryPoint},
		Bundle:            true,
		Write:             false,
		Outfile:           "script.js",
		Format:            api.FormatESModule,
		Platform:          api.PlatformNeutral,
		Target:            api.ES2022,
		MinifyWhitespace:  true, // indentation would be the square of the nesting
		LegalComments:     api.LegalCommentsNone,
		Sourcemap:         api.SourceMapExternal,
		SourcesContent:    api.SourcesContentExclude,
		LogLevel:          api.LogLevelSilent,
		TreeShaking:       api.TreeShakingFalse,
		IgnoreAnnotations: true,
		KeepNames:         false,
		TsconfigRaw:       "{}",
		Plugins:           []api.Plugin{{Name: "connector", Setup: b.setup}},
	})
	if b.failure != nil { // what is wrong with a file comes before what follows from it
		return nil, b.failure
	}
	if len(result.Errors) > 0 {
		return nil, b.problem(result.Errors[0])
	}
	p := &Program{Files: b.files(), languages: make(map[string]Language)}
	for name := range b.texts {
		p.languages[name] = b.language(name)
	}
	for _, f := range result.OutputFiles {
		if strings.HasSuffix(f.Path, ".map") {
			p.marks = readSourceMap(f.Contents, b.texts, entryPath(s))
		} else {
			p.code = string(f.Contents)
		}
	}
	return p, nil
}

// entryPath returns the name by which the bundler knows the script.
func entryPath(s Source) string {
	if s.File == "" {
		return inlinePath
	}
	return s.File
}

// inlinePath is the name of a script in the spec; no file has it.
const inlinePath = "the script"

// problem returns what a message of the bundler tells.
func (b *bundler) problem(m api.Message) *Error {
	p := describe(m)
	e := &Error{Message: p.Message, Hint: p.Hint}
	if hint, ok := m.Detail.(string); ok {
		e.Hint = hint
	}
	if l := m.Location; l != nil {
		path := strings.TrimPrefix(l.File, fileSpace+":")
		text := b.texts[path]
		lines := indexLines(text)
		e.place(path, l.Line, columnAt(text, lines, lines.offset(l.Line-1, l.Column)))
	}
	return e
}

// place notes where an error is; the path is that of the bundler.
func (e *Error) place(path string, line, column int) {
	if path == inlinePath {
		path = ""
	}
	e.File, e.Line, e.Column = path, line, column
}

// job returns what an engine needs to know of a call.
func (p *Program) job(c Call, seed []byte) job {
	j := job{Code: p.code, Method: c.Method, Arguments: c.Arguments, Client: c.Client, Seed: seed}
	if len(j.Arguments) == 0 {
		j.Arguments = json.RawMessage("{}")
	}
	if c.Host.Now != nil {
		j.Now = c.Host.Now().UnixMilli()
	}
	return j
}

// withTimeout returns the context of a call.
func (c *Call) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	d := c.Timeout
	if d <= 0 {
		d = DefaultTimeout
	}
	return context.WithTimeoutCause(ctx, d, &timeoutError{d})
}
