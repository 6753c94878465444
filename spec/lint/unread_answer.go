package lint

import (
	"strings"

	"github.com/connector-spec/connector/spec"
)

var unreadAnswer = Rule{
	Code:     "unread-answer",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			m, pointer := Mapping(o.Option, "test", spec.KindREST)
			result := m.Get("responseMapping")
			if result.IsUndefined() || o.readsAnswer(pointer+"/responseMapping") || hasKey(result, "$jsonata") {
				continue
			}
			p.Report(o.Option, pointer+"/responseMapping", spec.AtKey(), "the result of the test is the same whatever the API answers",
				"remove it: any answer that is no error passes; or read what a good answer has, as in {id: {$var: response.data.id}}")
		}
	},
}

// readsAnswer tells whether a formula of the test at a pointer reads an answer.
func (c Checked) readsAnswer(pointer string) bool {
	for _, r := range c.Methods.Reads() {
		if r.Method != "test" || !strings.HasPrefix(r.Pointer, pointer) {
			continue
		}
		if root, _ := r.Path.Names(); root == "response" || root == "steps" || root == "" {
			return true
		}
	}
	return false
}
