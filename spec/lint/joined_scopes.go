package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var joinedScopes = Rule{
	Code:     "joined-scopes",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachScope(func(o *spec.Option, pointer, scope string, _ []string) {
			parts := strings.FieldsFunc(scope, isScopeSeparator)
			if len(parts) < 2 || strings.Contains(scope, "${") {
				return
			}
			hint := fmt.Sprintf("write each by itself: [%s]", strings.Join(parts, ", "))
			if strings.Contains(scope, ",") {
				hint += `; if the provider wants commas between them, add "scopeSeparator: ','"`
			}
			d := p.Report(o, pointer, spec.AtValue(), fmt.Sprintf("%q is %d scopes in one text", scope, len(parts)), hint)
			if config, _ := OAuth(o); !strings.Contains(scope, ",") && config.Get("scopeSeparator").IsMissing() {
				d.Fix = p.Connector.SplitFix(*d, parts)
			}
		})
	},
}

// eachScope calls visit for each scope that an option's configuration writes
// out, with its pointer and the scopes before it.
func (p *Pass) eachScope(visit func(o *spec.Option, pointer, scope string, earlier []string)) {
	for _, o := range p.Options {
		config, pointer := OAuth(o.Option)
		list, _ := config.Get("scopes").AsList()
		var earlier []string
		for i, item := range list {
			at := pointer + formula.Pointer("scopes", strconv.Itoa(i))
			if item.IsObject() {
				at += "/value"
			}
			if scope := scopeValue(item); scope != "" {
				visit(o.Option, at, scope, earlier)
				earlier = append(earlier, scope)
			}
		}
	}
}

// scopeValue returns the text of a scope; "" if that is a formula.
func scopeValue(item formula.Value) string {
	if text, ok := item.AsString(); ok {
		return text
	}
	return item.Get("value").Text()
}

func isScopeSeparator(r rune) bool { return r == ' ' || r == ',' }
