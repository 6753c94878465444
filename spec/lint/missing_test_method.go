package lint

import (
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var missingTest = Rule{
	Code:     "missing-test",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		if slices.ContainsFunc(p.Connector.Said(), isAboutFile) {
			return // the test may stand in a file that was not found
		}
		needing := 0
		var lacking []*spec.Option
		for _, o := range p.Options {
			if t := authoredType(o.Option); t == "none" || isPlatformType(t) {
				continue
			}
			if needing++; !o.Option.Value.Has("test") {
				lacking = append(lacking, o.Option)
			}
		}
		if len(lacking) == 0 {
			return
		}
		hint := testHint(p.Connector)
		if len(lacking) == needing {
			p.ReportAuth(testOwner(p.Connector), spec.AtKey(), "there is no test, so nobody knows whether credentials work until something fails", hint)
			return
		}
		for _, o := range lacking {
			p.ReportAuth(formula.Pointer("options", o.Key), spec.AtKey(), fmt.Sprintf("option %q has no test, so nobody knows whether its credentials work", o.Key), hint)
		}
	},
}

// isAboutFile tells whether a diagnostic says that a file of the connector is not
// used.
func isAboutFile(d spec.Diagnostic) bool {
	return d.Code == "unknown-method-file" || d.Code == "unknown-option-directory" || d.Code == "unreadable-file"
}

// testOwner returns the part of Auth at which the lack of any test is shown.
func testOwner(c *spec.Connector) string {
	switch {
	case c.Auth.Has("type") && c.Generation == 3:
		return "/type"
	case c.Auth.Has("options") && c.Generation == 3:
		return "/options"
	}
	return ""
}

// testHint shows a small test as the connector would write it.
func testHint(c *spec.Connector) string {
	const what = ", with a request that changes nothing and that only good credentials pass"
	switch c.Generation {
	case 1:
		return "write {method: get, path: /me} into auth/test.rest.yml" + what
	case 3:
		return "add test: {type: rest-api-mapping, mapping: {method: get, path: /me}}" + what
	}
	return "add test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}" + what
}
