package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unknownEnvironmentParameter = Rule{
	Code:     "unknown-environment-parameter",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachEnvironmentValue(func(pointer, name string, _ formula.Value, known []string, schema formula.Value) {
			if !schema.IsUndefined() {
				return
			}
			hint := fmt.Sprintf("add %q to properties in parametersSchema, or remove it", name)
			if near := formula.Nearest(name, known); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			p.ReportMeta(pointer, spec.AtKey(), fmt.Sprintf("the connector has no parameter %q", name), hint)
		})
	},
}

// eachEnvironmentValue calls visit for each value of the environments, with
// the names of the connector's parameters and the schema of the one that it
// is for.
func (p *Pass) eachEnvironmentValue(visit func(pointer, name string, v formula.Value, known []string, schema formula.Value)) {
	environments := p.Connector.Meta.Get("environments")
	if environments.Len() == 0 || len(p.Options) == 0 {
		return
	}
	properties := p.Options[0].Option.Value.Get("parametersSchema").Get("properties").Builder()
	for _, o := range p.Options[1:] {
		more := o.Option.Value.Get("parametersSchema").Get("properties")
		for i, name := range more.Keys() {
			if _, schema := more.At(i); !properties.Has(name) {
				properties.Set(name, schema)
			}
		}
	}
	all := properties.Value()
	for i, key := range environments.Keys() {
		_, values := environments.At(i)
		for j, name := range values.Keys() {
			_, v := values.At(j)
			visit(formula.Pointer("environments", key, name), name, v, all.Keys(), all.Get(name))
		}
	}
}
