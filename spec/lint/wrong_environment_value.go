package lint

import (
	"fmt"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var wrongEnvironmentValue = Rule{
	Code:     "wrong-environment-value",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.eachEnvironmentValue(func(pointer, name string, v formula.Value, _ []string, schema formula.Value) {
			if !schema.IsObject() || spec.IsSensitive(schema) {
				return // a secret here is another finding
			}
			one := formula.Object(formula.Member{Key: "properties", Value: formula.Object(formula.Member{Key: name, Value: schema})})
			problems, err := spec.CheckInputs(one, formula.Object(formula.Member{Key: name, Value: v}))
			if err != nil || len(problems) == 0 {
				return
			}
			p.ReportMeta(pointer, spec.AtValue(), fmt.Sprintf("%q %s", name, problems[0].Message), "give it a value that parametersSchema allows")
		})
	},
}
