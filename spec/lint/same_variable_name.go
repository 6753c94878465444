package lint

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var sameVariableName = Rule{
	Code:     "same-variable-name",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			p.sameNames(o.Option, "inputSchema", "CONNECTOR_INPUT_")
			p.sameNames(o.Option, "parametersSchema", "CONNECTOR_PARAM_")
		}
	},
}

func (p *Pass) sameNames(o *spec.Option, field, prefix string) {
	names := o.Value.Get(field).Get("properties").Keys()
	for i, name := range names {
		for _, other := range names[:i] {
			if !foldsTo(name, other) || UpperSnake(name) != UpperSnake(other) {
				continue
			}
			p.Report(o, formula.Pointer(field, "properties", name), spec.AtKey(),
				fmt.Sprintf("%q and %q are both given by the environment variable %s", other, name, prefix+UpperSnake(name)), "give one of them a name that differs in more than case and marks")
		}
	}
}

// foldsTo tells quickly whether two names may have the same letters and digits.
func foldsTo(a, b string) bool {
	d := len(a) - len(b)
	return d > -4 && d < 4 && a != "" && b != "" && (a[0]|0x20 == b[0]|0x20 || a[0] >= 0x80)
}

// UpperSnake writes a name in upper snake case, as the environment variables
// are called that give values: apiKey and api-key are API_KEY, clientID is
// CLIENT_ID.
func UpperSnake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 {
			before := runes[i-1]
			nextLower := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if unicode.IsLower(before) || unicode.IsDigit(before) || unicode.IsUpper(before) && nextLower {
				b.WriteByte('_')
			}
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = '_'
		}
		b.WriteRune(unicode.ToUpper(r))
	}
	return b.String()
}
