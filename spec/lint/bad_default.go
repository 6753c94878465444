package lint

import (
	"fmt"
	"slices"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var badDefault = Rule{
	Code:     "bad-default",
	Severity: spec.Error,
	check: func(p *Pass) {
		p.eachSchema(func(path []string, schema formula.Value) {
			def := schema.Get("default")
			if def.IsMissing() || formula.LooksLikeFormula(def) {
				return
			}
			if values := choices(schema); len(values) > 0 && !slices.ContainsFunc(values, def.Equal) {
				if custom, _ := schema.Get("allowCustom").AsBool(); custom {
					return
				}
				p.ReportAuth(formula.Pointer(append(path, "default")...), spec.AtValue(), fmt.Sprintf("the default %v is not one of the values that the input can have", def), defaultHint(def, values))
				return
			}
			if constrained(schema) {
				p.unmetDefault(path, schema, def)
				return
			}
			if t := formula.TypeOf(schema.Without("default").Without("enum")); schema.Has("type") && !t.CanBe(def.Kind()) {
				p.ReportAuth(formula.Pointer(append(path, "default")...), spec.AtValue(), fmt.Sprintf("the default is %s, and the input is %s", formula.KindWords(def), t), "write a default of the input's type, or leave it out")
			}
		})
	},
}

// choices returns the values that a schema lists: those of enum, or the titled
// ones of oneOf.
func choices(schema formula.Value) []formula.Value {
	values, ok := schema.Get("enum").AsList()
	if ok {
		return values
	}
	titled, _ := schema.Get("oneOf").AsList()
	for _, one := range titled {
		if !one.Has("const") {
			return nil
		}
		values = append(values, one.Get("const"))
	}
	return values
}

// constraints are the keywords that say more of a value than its type.
var constraints = []string{
	"pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "const",
	"format", "minItems", "maxItems", "uniqueItems", "items", "required", "properties",
}

func constrained(schema formula.Value) bool {
	return slices.ContainsFunc(schema.Keys(), func(key string) bool { return slices.Contains(constraints, key) }) || schema.Get("type").Text() == "integer"
}

// unmetDefault reports a default that its schema refuses as an input.
func (p *Pass) unmetDefault(path []string, schema, def formula.Value) {
	const name = "default"
	property := formula.Object(formula.Member{Key: name, Value: schema})
	problems, err := spec.CheckInputs(formula.Object(formula.Member{Key: "properties", Value: property}), formula.Object(formula.Member{Key: name, Value: def}))
	if err != nil || len(problems) == 0 { // a schema that cannot be used is another finding
		return
	}
	p.ReportAuth(formula.Pointer(append(path, name)...), spec.AtValue(), fmt.Sprintf("the default %v cannot be entered: it %s", def, problems[0].Message), "write a default that its own schema takes, or leave it out")
}

func defaultHint(def formula.Value, values []formula.Value) string {
	var words []string
	for _, v := range values {
		words = append(words, v.Text())
	}
	if near := formula.Nearest(def.Text(), words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(words) > 0 && len(words) < 12 {
		return "values are " + formula.JoinWords(words, "and")
	}
	return "name one of enum"
}
