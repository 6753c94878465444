package lint

import (
	"strings"

	"github.com/connector-spec/connector/spec"
)

var oddBase = Rule{
	Code:     "odd-base",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			client, pointer := Client(o.Option)
			base := client.Get("baseUri").Text()
			if !strings.ContainsAny(base, "?#") {
				continue
			}
			plain := blankExpressions(base)
			if i := strings.IndexByte(plain, '#'); i >= 0 {
				p.Report(o.Option, pointer+"/baseUri", spec.AtText(i, len(base)-i), "what follows the # never reaches a server", "remove it")
			} else if i := strings.IndexByte(plain, '?'); i >= 0 {
				p.Report(o.Option, pointer+"/baseUri", spec.AtText(i, len(base)-i), "the base address has a query, and paths are appended to it",
					`move it to query in the mapping of makeApiClient: then each request has it`)
			}
		}
	},
}

// blankExpressions returns a text with the ${expressions} in it overwritten, so
// that what is left stands where it stood.
func blankExpressions(text string) string {
	b := []byte(text)
	depth := 0
	for i, c := range []byte(text) {
		switch {
		case depth == 0 && c == '$' && strings.HasPrefix(text[i:], "${"), depth > 0 && c == '{' && text[i-1] != '$':
			depth++
		case depth > 0 && c == '}':
			depth--
			b[i] = '_'
		}
		if depth > 0 {
			b[i] = '_'
		}
	}
	return string(b)
}
