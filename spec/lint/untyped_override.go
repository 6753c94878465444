package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var untypedOverride = Rule{
	Code:     "untyped-override",
	Severity: spec.Warning,
	check: func(p *Pass) {
		auth := p.Connector.Auth
		inputs := auth.Get("inputSchema")
		if inputs.IsMissing() {
			inputs = auth.Get("ui").Get("schema")
		}
		options := auth.Get("options")
		for i, key := range options.Keys() {
			_, option := options.At(i)
			pointer := formula.Pointer("options", key)
			p.untypedOverrides(pointer+"/ui/schema", option.Get("ui").Get("schema"), inputs)
			p.untypedOverrides(pointer+"/inputSchema", option.Get("inputSchema"), inputs)
			p.untypedOverrides(pointer+"/parametersSchema", option.Get("parametersSchema"), auth.Get("parametersSchema"))
		}
	},
}

// untypedOverrides reports the properties of an option's schema that say
// something, but not the type that the base gives them: schemas are merged by
// type, and one without is dropped.
func (p *Pass) untypedOverrides(pointer string, own, base formula.Value) {
	properties := own.Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		inherited, ok := base.Get("properties").Get(name).Get("type").AsString()
		if !ok || !property.IsObject() || property.Len() == 0 || property.Has("type") || property.Has("anyOf") {
			continue
		}
		p.ReportAuth(pointer+formula.Pointer("properties", name), spec.AtKey(),
			fmt.Sprintf("%q has no type here, so nothing of it is merged into the inherited one", name), fmt.Sprintf("add \"type: %s\"", inherited))
	}
}
