package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// A specWriter writes the reference of specs from their schema and from the
// tables of auth types and methods.
type specWriter struct {
	strings.Builder
	schema formula.Value
	err    error // the first thing that a table has and the reference does not explain
}

func writeSpec(w io.Writer) error {
	schema, err := formula.ParseJSON(schemas.Spec())
	if err != nil {
		return err
	}
	s := &specWriter{schema: schema}
	s.WriteString(specIntro)
	s.suffixes()
	s.WriteString(specForms)
	s.authTypes()
	s.methods()
	s.WriteString(specBodies)
	s.variables()
	s.WriteString(specOptions + specOrigins)
	s.objects()
	if s.err != nil {
		return s.err
	}
	_, err = io.WriteString(w, s.String())
	return err
}

func (s *specWriter) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// definition returns a definition of the schema.
func (s *specWriter) definition(name string) formula.Value { return s.schema.Get("$defs").Get(name) }

// suffixes writes how the names of method files end.
func (s *specWriter) suffixes() {
	s.WriteString("\n| the file ends in | it holds |\n|---|---|\n")
	for _, kind := range kinds {
		fmt.Fprintf(s, "| %s | %s |\n", codes(spec.Suffixes(kind.name), ", "), kind.body)
	}
}

// authTypes writes the auth types with an example of each.
func (s *specWriter) authTypes() {
	s.WriteString(typesIntro)
	s.WriteString("\n| `type` | for | the user is asked for | fields of its own |\n|---|---|---|---|\n")
	for _, name := range s.typeNames() {
		t, e := authtype.Find(name), typeExamples[name]
		if e.text == "" {
			s.fail("type %q has no example", name)
			return
		}
		fmt.Fprintf(s, "| [`%s`](#%s) | %s | %s | %s |\n", name, name, cell(t.Summary), s.asked(name, e.text), codes(t.Fields, ", "))
	}
	for _, name := range s.typeNames() {
		t, e := authtype.Find(name), typeExamples[name]
		fmt.Fprintf(s, "\n### %s\n\n%s\n\n```yaml\n# %s.yml\n%s```\n\n", name, e.about, name, e.text)
		var required, optional []string
		for _, u := range t.Methods {
			if u.Required && !t.Shorthand() {
				required = append(required, u.Method)
			} else {
				optional = append(optional, u.Method)
			}
		}
		if len(required) > 0 {
			fmt.Fprintf(s, "Needs the methods %s; may have %s.%s\n", codes(required, ", "), codes(optional, ", "), e.note)
			continue
		}
		fmt.Fprintf(s, "May have the methods %s.%s\n", codes(optional, ", "), e.note)
	}
}

// typeNames lists the auth types in the order of the schema.
func (s *specWriter) typeNames() []string { return textsOf(s.definition("authType").Get("enum")) }

// asked returns what the user of an example is asked for that its author did
// not ask for.
func (s *specWriter) asked(name, text string) string {
	c, problems := spec.LoadText(name, []byte(text))
	options, more := authtype.Resolve(c)
	if len(problems)+len(more) > 0 || len(options) != 1 {
		s.fail("the example of type %q is wrong: %v %v", name, problems, more)
		return ""
	}
	schema := options[0].Value.Get("inputSchema")
	authored := c.Auth.Get("ui").Get("schema").Get("properties")
	var names []string
	for _, input := range schema.Get("properties").Keys() {
		switch {
		case authored.Has(input):
		case slices.Contains(textsOf(schema.Get("required")), input):
			names = append(names, "`"+input+"`")
		default:
			names = append(names, "`"+input+"` (optional)")
		}
	}
	switch {
	case len(names) > 0:
		return strings.Join(names, ", ")
	case name == "client-credentials":
		return "what `ui.schema` says"
	}
	return ""
}

// methods writes the methods of auth.
func (s *specWriter) methods() {
	s.WriteString(methodsIntro)
	s.WriteString("\n| method | what it gives | is | of types |\n|---|---|---|---|\n")
	for _, name := range spec.MethodNames() {
		m := s.definition(name)
		words := slices.DeleteFunc(textsOf(m.Get("properties").Get("implementationType").Get("enum")), func(k string) bool { return k == spec.KindNotSupported })
		if results[name] == "" {
			s.fail("nothing says what %q gives", name)
		}
		fmt.Fprintf(s, "| `%s` | %s | %s | %s |\n", name, results[name], codes(words, ", "), s.typesWith(name))
	}
	s.WriteString("\n")
	for _, name := range spec.MethodNames() {
		fmt.Fprintf(s, "* **%s**: %s\n", name, prose(s.definition(name).Get("description").Text()))
	}
}

// typesWith lists the types that have a method, those that need it in bold.
func (s *specWriter) typesWith(method string) string {
	var list []string
	names := s.typeNames()
	for _, name := range names {
		for _, u := range authtype.Find(name).Methods {
			switch {
			case u.Method != method:
			case u.Required && !authtype.Find(name).Shorthand():
				list = append(list, "**"+name+"**")
			default:
				list = append(list, name)
			}
		}
	}
	if len(list) == len(names) {
		if strings.Contains(list[0], "*") {
			return "all; **needed** by all but the short ones"
		}
		return "all"
	}
	return strings.Join(list, ", ")
}

// variables writes what formulas see.
func (s *specWriter) variables() {
	everywhere := authtype.Variables("")
	points := append(spec.MethodNames(), "run", "connectionLabel")
	s.WriteString(variablesIntro + "\n| variable | is | in |\n|---|---|---|\n")
	for _, v := range variableMeanings {
		var at []string
		for _, point := range points {
			if slices.Contains(authtype.Variables(point), v.name) || point == "run" && v.name == "input" {
				at = append(at, strings.Replace("`"+point+"`", "`run`", "operations", 1))
			}
		}
		where := strings.Join(at, ", ")
		switch {
		case slices.Contains(everywhere, v.name):
			where = "everything"
		case v.where != "":
			where = v.where
		}
		fmt.Fprintf(s, "| `%s` | %s | %s |\n", v.name, v.meaning, where)
	}
	for _, point := range points {
		for _, name := range authtype.Variables(point) {
			if !slices.ContainsFunc(variableMeanings, func(v variableMeaning) bool { return v.name == name }) {
				s.fail("nothing says what the variable %q is", name)
			}
		}
	}
}

// codes joins names, each in code.
func codes(names []string, separator string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = "`" + n + "`"
	}
	return strings.Join(list, separator)
}

// textsOf returns the texts of a list.
func textsOf(v formula.Value) []string {
	list, _ := v.AsList()
	texts := make([]string, len(list))
	for i, item := range list {
		texts[i] = item.Text()
	}
	return texts
}
