package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// labelHint says what a label may be made of: what the test of the option
// gives, or how it comes to give something.
func (p *Pass) labelHint(o *spec.Option) string {
	members, known := testMembers(o)
	members = slices.DeleteFunc(members, isTokenName)
	name := "name"
	switch {
	case len(members) > 0:
		name = members[0]
		for _, usual := range []string{"email", "name", "login", "username", "account", "team"} {
			if i := slices.IndexFunc(members, func(m string) bool { return strings.EqualFold(m, usual) }); i >= 0 {
				name = members[i]
				break
			}
		}
	case known:
		return fmt.Sprintf("say whose it is: map that in test, as in responseMapping: {name: {$var: response.data.name}}, and write %s", p.variable("test.name"))
	}
	return fmt.Sprintf("say whose it is, by something that the test gives, as in %s", p.variable("test."+name))
}

// variable writes a variable as the value of a field.
func (p *Pass) variable(path string) string {
	if p.Connector.Dialect() == formula.DialectMembrane {
		return "{$var: " + path + "}"
	}
	return "${" + path + "}"
}

// variableFix returns the change that writes a variable in the place of the
// whole text that a diagnostic points at.
func (p *Pass) variableFix(d spec.Diagnostic, path string) *spec.Fix {
	if p.Connector.Dialect() == formula.DialectMembrane {
		return p.Connector.FlowFix(d, p.variable(path))
	}
	return p.Connector.TextFix(d, []spec.TextPart{{Length: len(path), New: p.variable(path)}})
}

// testMembers returns the names of what the test of an option gives; not known
// if the API or a script says that.
func testMembers(o *spec.Option) (names []string, known bool) {
	test := o.Value.Get("test")
	result := test.Get("mapping")
	switch test.Get("type").Text() {
	case spec.KindREST, spec.KindGraphQL:
		result = result.Get("responseMapping")
	case spec.KindMapping:
	default:
		return nil, test.IsMissing()
	}
	if !result.IsObject() || formula.LooksLikeFormula(result) {
		return nil, false
	}
	return slices.Clone(result.Keys()), true
}
