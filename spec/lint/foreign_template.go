package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// foreignTemplate is an error: what is written can only be meant as a variable,
// and the API would get it letter by letter.
var foreignTemplate = Rule{
	Code:     "foreign-template",
	Severity: spec.Error,
	check: func(p *Pass) {
		if !p.digest().foreign {
			return
		}
		for _, o := range p.Options {
			s := templateSearch{pass: p, option: o.Option}
			for _, method := range spec.MethodNames() {
				s.method(method)
			}
			for _, field := range []string{"baseUri", "connectionLabel", "enabled", "redirect"} {
				s.names = authtype.Variables(field)
				if field == "baseUri" { // it is a part of the client
					s.names = authtype.Variables("makeApiClient")
				}
				s.value(formula.Pointer(field), field, o.Option.Value.Get(field))
			}
		}
	},
}

// A templateSearch looks for templates of other languages in what an option
// has for formulas.
type templateSearch struct {
	pass   *Pass
	option *spec.Option
	names  []string // of the variables at the place
	isPath bool     // of a request, in which {name} is a parameter
}

func (s *templateSearch) method(name string) {
	m := s.option.Value.Get(name)
	mapping := m.Get("mapping")
	pointer := formula.Pointer(name, "mapping")
	s.names = authtype.Variables(name)
	switch m.Get("type").Text() {
	case spec.KindMapping:
		s.value(pointer, "", mapping)
	case spec.KindREST:
		s.names = append(s.names, "steps")
		requests, pointers := Requests(s.option, name)
		for i, r := range requests {
			s.isPath = true
			s.value(pointers[i]+"/path", "path", r.Get("path"))
			s.isPath = false
			s.value(pointers[i]+"/requestMapping", "", r.Get("requestMapping"))
			if mapping.Has("steps") {
				s.answer(pointers[i], r)
			}
		}
		s.answer(pointer, mapping)
	default: // of GraphQL the answer alone: its documents have braces of their own
		s.answer(pointer, mapping)
	}
}

func (s *templateSearch) answer(pointer string, v formula.Value) {
	around := s.names
	s.names = append(slices.Clip(around), "response")
	s.value(pointer+"/responseMapping", "", v.Get("responseMapping"))
	s.names = around
}

// value looks through a value that stands in a field of that name. The text
// that a formula takes is in a language of its own.
func (s *templateSearch) value(pointer, field string, v formula.Value) {
	if text, ok := v.AsString(); ok {
		if seemsForeign(text) && !isGraphQL(field, text) {
			s.text(pointer, text)
		}
		return
	}
	if path := v.Get("var").Text(); path != "" && v.Len() == 1 {
		s.object(pointer, path)
		return
	}
	for i := range v.Len() {
		key, item := v.At(i)
		around := s.names
		switch isFormula := strings.HasPrefix(key, "$"); {
		case !v.IsObject():
			key, isFormula = strconv.Itoa(i), false
		case isFormula && item.Kind() == formula.KindString, key == "$jsonata", key == "$formula":
			continue
		case key == "$tpl":
			s.value(pointer+"/$tpl/values", "", item.Get("values"))
			continue
		case key == "responseHandlers":
			s.names = append(slices.Clip(around), "response")
		}
		s.value(pointer+formula.Pointer(key), key, item)
		s.names = around
	}
}

// isGraphQL tells whether a text is a document of GraphQL.
func isGraphQL(field, text string) bool {
	text = strings.TrimSpace(text)
	for _, word := range []string{"query", "mutation", "subscription", "fragment"} {
		if strings.HasPrefix(text, word) {
			return true
		}
	}
	return field == "query" && strings.HasPrefix(text, "{") && strings.ContainsAny(text, " \n")
}

// object reports {var: PATH}.
func (s *templateSearch) object(pointer, path string) {
	path, known := s.variable(path, false)
	if !known {
		return
	}
	d := s.pass.Report(s.option, pointer+"/var", spec.AtKey(), `"var" is no formula, so this stays an object with a text in it`, fmt.Sprintf("write {$var: %s}", path))
	if s.isCertain(path) && strings.HasSuffix(d.Pointer, "/var") {
		d.Fix = s.pass.Connector.RenameFix(*d, "$var")
	}
}

// text reports the first template of a text, and mends them all.
func (s *templateSearch) text(pointer, text string) {
	found := foreignTemplates(text, func(path string, sure bool) (string, bool) {
		return s.variable(path, sure)
	}, s.isPath)
	if len(found) == 0 {
		return
	}
	first := found[0]
	whole := len(found) == 1 && strings.TrimSpace(text) == text[first.start:first.end]
	isMembrane := s.pass.Connector.Dialect() == formula.DialectMembrane
	object := ""
	switch {
	case whole && (first.isFormula || isMembrane):
		object = fmt.Sprintf("{$var: %s}", first.path)
	case isMembrane:
		object = concatenation(text, found)
	}
	hint := "write " + object
	if object == "" {
		hint = "write " + first.expression()
	}
	d := s.pass.Report(s.option, pointer, spec.AtText(first.start, first.end-first.start),
		fmt.Sprintf("%q is plain text here, and no variable takes its place", text[first.start:first.end]), hint)
	if !s.option.WrittenHere(pointer) || slices.ContainsFunc(found, func(f foreign) bool { return !s.isCertain(f.path) }) {
		return
	}
	if object != "" {
		d.Fix = s.pass.Connector.FlowFix(*d, object)
		return
	}
	parts := make([]spec.TextPart, len(found))
	for i, f := range found {
		parts[i] = spec.TextPart{Offset: f.start, Length: f.end - f.start, New: f.expression()}
	}
	d.Fix = s.pass.Connector.TextFix(*d, parts)
}

// variable returns the variable that a path means at the place, if there is
// one. In text that can only be a template, a sure one, an input is known by
// its name, whatever it is said to belong to.
func (s *templateSearch) variable(path string, sure bool) (string, bool) {
	path = strings.TrimPrefix(path, "$.")
	root, rest, dotted := strings.Cut(path, ".")
	name, _, indexed := strings.Cut(root, "[")
	if (dotted || indexed) && slices.Contains(s.names, name) && rest != "" {
		return path, true
	}
	if indexed || dotted && !sure && !isInputRoot(name) && name != "connectorParameters" {
		return "", false
	}
	name = path[strings.LastIndexByte(path, '.')+1:]
	switch {
	case inputOf(s.option, name).IsObject():
		if slices.Contains(s.names, "credentials") {
			return "credentials." + name, true
		}
		return "connectionInput." + name, true
	case s.option.Value.Get("parametersSchema").Get("properties").Has(name):
		return "connectorParameters." + name, true
	}
	return "", false
}

// isCertain tells whether a variable is there for certain, so that writing it
// makes no other mistake.
func (s *templateSearch) isCertain(path string) bool {
	root, rest, _ := strings.Cut(path, ".")
	switch root {
	case "credentials", "authData", "connectionInput", "connectionParameters":
		return inputOf(s.option, rest).IsObject() || s.option.Type() == "oauth2" && rest == "access_token" && root == "credentials"
	case "connectorParameters":
		return s.option.Value.Get("parametersSchema").Get("properties").Has(rest)
	case "response":
		return strings.HasPrefix(rest, "data.")
	}
	return false
}
