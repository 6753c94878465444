package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var repeatedLiteral = Rule{
	Code:     "repeated-literal",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			p.repeatedHeaders(o.Option)
			p.repeatedValues(o.Option)
		}
	},
}

// repeatedHeaders reports headers of requests that the client sends anyway.
func (p *Pass) repeatedHeaders(o *spec.Option) {
	client, _ := Client(o)
	shared := client.Get("headers")
	if shared.Len() == 0 || formula.LooksLikeFormula(shared) {
		return
	}
	for _, method := range clientMethods {
		requests, pointers := Requests(o, method)
		for i, r := range requests {
			own := r.Get("requestMapping").Get("headers")
			for j, name := range own.Keys() {
				_, v := own.At(j)
				if sent := header(shared, name); sent.Len() == 0 && sent.Text() != "" && sent.Equal(v) {
					p.Report(o, pointers[i]+formula.Pointer("requestMapping", "headers", name), spec.AtKey(), fmt.Sprintf("the API client sends %s: %s with every request", name, v.Text()), "remove it here")
				}
			}
		}
	}
}

// header returns the value of a header, whatever the case of its name.
func header(headers formula.Value, name string) formula.Value {
	for i, key := range headers.Keys() {
		if strings.EqualFold(key, name) {
			_, v := headers.At(i)
			return v
		}
	}
	return formula.Undefined
}

// repeatedValues reports a text that three headers, parameters or fields of an
// option's requests write out, such as a version or the number of an account.
func (p *Pass) repeatedValues(o *spec.Option) {
	var seen []string
	for at, r := range eachRequest(o) {
		parts := r.Get("requestMapping")
		for _, field := range []string{"headers", "query", "data"} {
			values := parts.Get(field)
			for i, name := range values.Keys() {
				_, v := values.At(i)
				text, _ := v.AsString()
				if !isConstant(text) {
					continue
				}
				if seen = append(seen, text); count(seen, text) == 3 {
					p.Report(o, at+formula.Pointer("requestMapping", field, name), spec.AtValue(), fmt.Sprintf("%q is written three times", text),
						fmt.Sprintf("write it once: as a property of parametersSchema with \"default: %s\", which all three read with {$var: connectorParameters.…}", text))
				}
			}
		}
	}
}

// isConstant tells whether a text looks like something that will change one
// day in all places at once: a version, a number of an account.
func isConstant(text string) bool {
	return len(text) >= 6 && strings.ContainsAny(text, "0123456789") && !strings.Contains(text, "${")
}

func count(list []string, text string) int {
	n := 0
	for _, s := range list {
		if s == text {
			n++
		}
	}
	return n
}
