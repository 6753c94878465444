package lint

import (
	"iter"
	"strings"
	"unicode"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// eachInput gives the inputs that an option asks from the user: their names and
// schemas.
func eachInput(o *spec.Option) iter.Seq2[string, formula.Value] {
	return func(yield func(string, formula.Value) bool) {
		properties := o.Value.Get("inputSchema").Get("properties")
		if properties.IsUndefined() {
			properties = o.Value.Get("ui").Get("schema").Get("properties")
		}
		for i := range properties.Len() {
			name, schema := properties.At(i)
			if implied, _ := schema.Get("isImplied").AsBool(); implied || !schema.IsObject() {
				continue
			}
			if !yield(name, schema) {
				return
			}
		}
	}
}

// inputPointer returns the pointer of an input, or of a field of it, in an
// option.
func inputPointer(name string, field ...string) string {
	return formula.Pointer(append([]string{"inputSchema", "properties", name}, field...)...)
}

// titleFor makes a title of the name of an input: "API key" of apiKey.
func titleFor(name string) string {
	words := nameWords(name)
	for i, w := range words {
		switch w {
		case "api", "id", "url", "uri", "aws", "sso":
			words[i] = strings.ToUpper(w)
		default:
			if i == 0 {
				first, rest := w[:1], w[1:]
				words[i] = strings.ToUpper(first) + rest
			}
		}
	}
	return strings.Join(words, " ")
}

// nameWords splits a name into its words, in lower case: at signs, and where
// lower case goes over into upper case.
func nameWords(name string) []string {
	var b strings.Builder
	lower := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = ' '
		case unicode.IsUpper(r) && lower:
			b.WriteByte(' ')
		}
		lower = unicode.IsLower(r) || unicode.IsDigit(r)
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}
