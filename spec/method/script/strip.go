package script

import (
	"cmp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// A plainScript is a script as plain JavaScript, without types and comments,
// with the way back to its source.
type plainScript struct {
	code  string
	marks mapping
}

// byteOrderMark may stand at the start of a file.
const byteOrderMark = "\ufeff"

// strip makes plain JavaScript of a script, or reports every syntax error.
func strip(source string, language Language) (*plainScript, []Problem) {
	bom := len(source) - len(strings.TrimPrefix(source, byteOrderMark))
	// A source map that the script carries would lead away from it.
	text := strings.ReplaceAll(source[bom:], "sourceMappingURL", "sourceMappingOff")
	options := api.TransformOptions{
		Loader:            api.LoaderJS,
		Target:            api.ES2022,
		Charset:           api.CharsetUTF8,
		MinifyWhitespace:  true, // indentation would be the square of the nesting
		LegalComments:     api.LegalCommentsNone,
		Sourcemap:         api.SourceMapExternal,
		SourcesContent:    api.SourcesContentExclude,
		LogLevel:          api.LogLevelSilent,
		TreeShaking:       api.TreeShakingFalse,
		IgnoreAnnotations: true,
		TsconfigRaw:       "{}",
	}
	if language == TypeScript {
		options.Loader = api.LoaderTS
	}
	result := api.Transform(text, options)
	lines := indexLines(text)
	if len(result.Errors) > 0 {
		return nil, problemsOf(result.Errors, lines, source, language)
	}
	code := string(result.Code)
	return &plainScript{code, readMapping(string(result.Map), indexLines(code), lines, bom)}, nil
}

// problemsOf returns the problems that messages of esbuild tell, in the order
// of the source.
func problemsOf(messages []api.Message, lines *lineIndex, source string, language Language) []Problem {
	bom := len(source) - len(lines.text)
	slices.SortStableFunc(messages, func(a, b api.Message) int {
		if a.Location == nil || b.Location == nil {
			return 0
		}
		return cmp.Or(cmp.Compare(a.Location.Line, b.Location.Line), cmp.Compare(a.Location.Column, b.Location.Column))
	})
	var list []Problem
	for _, m := range messages[:min(len(messages), maxProblems)] {
		p := describe(m)
		if l := m.Location; l != nil {
			p.Offset = bom + lines.offset(l.Line-1, l.Column)
			p.Length = min(l.Length, bom+len(lines.text)-p.Offset)
		}
		list = append(list, widen(p, source, language))
	}
	return slices.Compact(list)
}

// widen gives a problem that has a place, but no length, the word that stands
// there, and a template that is not closed its beginning, which may be far
// from the end of the script, where that is noticed.
func widen(p Problem, source string, language Language) Problem {
	if p.Length > 0 {
		return p
	}
	if p.Message == noQuote {
		if start, ok := templateAt(source, language, p.Offset); ok {
			p.Span, p.Message = Span{start, 1}, "the template has no closing quote"
		}
		return p
	}
	s := scanner{source: source, pos: p.Offset}
	if s.word(); s.pos > p.Offset {
		p.Length = s.pos - p.Offset
	}
	return p
}
