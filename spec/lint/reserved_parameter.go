package lint

import (
	"strconv"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// reservedParameter says of formulas what the schema says of plain data.
var reservedParameter = Rule{
	Code:     "reserved-parameter",
	Severity: spec.Error,
	check: func(p *Pass) {
		p.loginParameters(func(o *spec.Option, q parameter) {
			if !q.inURL {
				p.Report(o, q.pointer, q.at, strconv.Quote(q.name)+" is set by the login and cannot be overridden", "remove it")
			}
		})
	},
}

// A parameter is one of the login's own that a spec sets: in the query of the
// authorization endpoint, or by a formula.
type parameter struct {
	name, value string
	inURL       bool
	pointer     string
	at          spec.At
}

// isImplicit tells whether it asks for something other than a code.
func (q *parameter) isImplicit() bool {
	return q.inURL && q.name == "response_type" && q.value != "code"
}

// reserved are the parameters of the login itself.
var reserved = []string{"client_id", "redirect_uri", "state", "response_type", "code_challenge"}

// loginParameters visits the parameters of the login that options set where
// the schema does not look.
func (p *Pass) loginParameters(visit func(*spec.Option, parameter)) {
	for _, o := range p.Options {
		oauth, pointer := OAuth(o.Option)
		if !oauth.IsObject() || o.Option.Type() != "oauth2" {
			continue
		}
		if v := oauth.Get("authorizeUri"); !v.IsMissing() {
			Texts(pointer+"/authorizeUri", v, func(pointer, text string) bool {
				queryParameters(pointer, text, func(q parameter) { visit(o.Option, q) })
				return true
			})
		}
		for _, field := range []string{"extra", "tokenParams", "refreshParams"} {
			if v := oauth.Get(field); formula.LooksLikeFormula(v) {
				formulaMembers(pointer+formula.Pointer(field), v, func(q parameter) { visit(o.Option, q) })
			}
		}
	}
}

// queryParameters visits the reserved parameters in the query of a URL.
func queryParameters(pointer, text string, visit func(parameter)) {
	for start := 0; start < len(text); start++ {
		if c := text[start]; c != '?' && c != '&' {
			continue
		}
		for _, name := range reserved {
			rest := text[start+1:]
			if len(rest) <= len(name) || rest[:len(name)] != name || rest[len(name)] != '=' {
				continue
			}
			end := len(name) + 1
			for end < len(rest) && rest[end] != '&' && rest[end] != '#' {
				end++
			}
			visit(parameter{name: name, value: rest[len(name)+1 : end], inURL: true, pointer: pointer, at: spec.AtText(start+1, end)})
		}
	}
}

// formulaMembers visits the reserved names among the members of the objects
// that a formula may give.
func formulaMembers(pointer string, v formula.Value, visit func(parameter)) {
	if !formula.LooksLikeFormula(v) {
		for _, name := range reserved {
			if v.Has(name) {
				visit(parameter{name: name, value: v.Get(name).Text(), pointer: pointer + formula.Pointer(name), at: spec.AtKey()})
			}
		}
		return
	}
	name, arg := v.At(0)
	switch name {
	case "$mergeObjects", "$firstNotEmpty":
		for i := range arg.Len() {
			_, item := arg.At(i)
			formulaMembers(pointer+formula.Pointer(name, strconv.Itoa(i)), item, visit)
		}
	case "$case":
		cases := arg.Get("cases")
		for i := range cases.Len() {
			_, item := cases.At(i)
			formulaMembers(pointer+formula.Pointer(name, "cases", strconv.Itoa(i), "value"), item.Get("value"), visit)
		}
		formulaMembers(pointer+formula.Pointer(name, "default"), arg.Get("default"), visit)
	case "$plain":
		formulaMembers(pointer+formula.Pointer(name), arg, visit)
	}
}
