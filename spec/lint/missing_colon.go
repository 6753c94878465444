package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var missingColon = Rule{
	Code:     "missing-colon",
	Severity: spec.Error,
	check:    func(p *Pass) { p.missingColons(make([]string, 0, 16), p.Connector.Auth) },
}

// missingColons reports keys in which a value seems to begin: YAML reads
// "id {$var: x}" as the key "id {$var".
func (p *Pass) missingColons(path []string, v formula.Value) {
	for i := range v.Len() {
		key, item := v.At(i)
		if at := strings.Index(key, " {$"); at > 0 {
			p.ReportAuth(formula.Pointer(append(path, key)...), spec.AtKey(), fmt.Sprintf("the key %q holds the beginning of a formula", key),
				fmt.Sprintf("a colon seems to be missing: write %q", key[:at]+": "+key[at+1:]+": …}"))
			continue
		}
		if item.Len() == 0 {
			continue
		}
		if !v.IsObject() {
			key = strconv.Itoa(i)
		}
		p.missingColons(append(path, key), item)
	}
}
