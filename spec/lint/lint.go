package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
	"github.com/connector-spec/connector/spec/method"
)

// A Checked is an option of a connector with its methods compiled.
type Checked struct {
	Option  *spec.Option
	Methods *method.Set
}

// Run checks a connector that [spec.Load] has read and returns its options,
// ready to run, and everything that is to be said, sorted. What Load said is
// not repeated. It runs no script and opens no socket.
func Run(c *spec.Connector) ([]Checked, []spec.Diagnostic) {
	found := findings{said: c.Said()}
	found.add(spec.Validate(c))
	found.isBroken = found.hasErrors(c)
	options, problems := authtype.Resolve(c)
	found.add(problems)
	var checked []Checked
	problems = nil
	for _, o := range options {
		set, more := method.Compile(o)
		checked = append(checked, Checked{o, set})
		problems = append(problems, more...)
	}
	found.add(problems)
	if !found.isBroken { // opinions are for what is otherwise right
		for _, r := range rules {
			pass := &Pass{Connector: c, Options: checked, rule: r}
			r.check(pass)
			found.add(pass.found)
		}
	}
	diagnostics := unique(found.list)
	spec.SortDiagnostics(diagnostics)
	return checked, diagnostics
}

// unique drops what is said twice, since several options inherit one mistake.
func unique(list []spec.Diagnostic) []spec.Diagnostic {
	seen := make(map[string]bool, len(list))
	kept := list[:0]
	for _, d := range list {
		key := fmt.Sprintf("%s\x00%s\x00%d\x00%d\x00%s", d.Code, d.File, d.Line, d.Column, d.Message)
		if !seen[key] {
			seen[key] = true
			kept = append(kept, d)
		}
	}
	return kept
}

// A Pass is one rule at work on one connector.
type Pass struct {
	Connector *spec.Connector
	Options   []Checked

	rule  rule
	found []spec.Diagnostic
}

// Report adds a finding at a part of an option.
func (p *Pass) Report(o *spec.Option, pointer string, at spec.At, message, hint string) {
	p.found = append(p.found, o.Diagnose(p.rule.code, p.rule.severity, pointer, at, message, hint))
}

// A rule is one opinion.
type rule struct {
	code     string
	severity spec.Severity
	summary  string
	check    func(*Pass)
}

// rules lists the opinions: one rule, one file, one line here.
var rules = []rule{
	unmarkedSecret,
	untypedOverride,
}
