package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// An objectSection is a table of the fields of a definition.
type objectSection struct {
	title, definition, about string
	only                     func(field string, schema formula.Value) bool // nil for all
}

// objects writes the fields of every object.
func (s *specWriter) objects() {
	s.WriteString(fieldsIntro)
	kept := func(_ string, schema formula.Value) bool { return !isPlatforms(schema) }
	top := s.schema.Get("properties")
	auth := s.definition("auth").Get("properties")
	s.table("Connector", s.schema, connectorAbout, func(field string, schema formula.Value) bool {
		return kept(field, schema) && (!auth.Has(field) || field == "description" || field == "parametersSchema")
	})
	var platforms []string
	for i, name := range top.Keys() {
		if _, schema := top.At(i); isPlatforms(schema) {
			platforms = append(platforms, name)
		}
	}
	fmt.Fprintf(s, "\nKept for Membrane's platform, and read by nothing here: %s.\n", codes(platforms, ", "))
	for _, o := range objectSections {
		schema := s.definition(o.definition)
		if !schema.IsObject() {
			s.fail("the schema has no definition %q", o.definition)
			return
		}
		s.table(o.title, schema, o.about, o.only)
	}
}

// isPlatforms tells whether a field is only kept.
func isPlatforms(schema formula.Value) bool {
	return strings.Contains(schema.Get("description").Text(), "Kept for the Membrane platform")
}

// table writes the fields of an object; those that it must have are bold.
func (s *specWriter) table(title string, schema formula.Value, about string, only func(string, formula.Value) bool) {
	if about == "" {
		about = prose(schema.Get("description").Text())
	}
	fmt.Fprintf(s, "\n### %s\n\n%s\n\n| field | value | |\n|---|---|---|\n", title, about)
	required := append(textsOf(schema.Get("required")), textsOf(schema.Get("else").Get("required"))...)
	properties := schema.Get("properties")
	for i, name := range properties.Keys() {
		_, field := properties.At(i)
		if only != nil && !only(name, field) || strings.HasSuffix(field.Get("title").Text(), "(old name)") {
			continue
		}
		shown := "`" + name + "`"
		if slices.Contains(required, name) {
			shown = "**" + shown + "**"
		}
		fmt.Fprintf(s, "| %s | %s | %s |\n", shown, cell(s.value(field)), cell(s.meaning(field)))
	}
}

// target follows the reference of a schema, and names the definition.
func (s *specWriter) target(schema formula.Value) (name string, definition formula.Value) {
	for {
		next, ok := strings.CutPrefix(schema.Get("$ref").Text(), "#/$defs/")
		if !ok {
			return name, schema
		}
		name, schema = next, s.definition(next)
	}
}

// value says in words what a field takes.
func (s *specWriter) value(field formula.Value) string {
	name, schema := s.target(field)
	if word := formulaWords[name]; word != "" {
		return word
	}
	if i := slices.IndexFunc(objectSections, func(o objectSection) bool { return o.definition == name }); i >= 0 {
		return fmt.Sprintf("[object](#%s)", heading(objectSections[i].title))
	}
	words := textsOf(schema.Get("enum"))
	if len(words) == 0 {
		words = textsOf(schema.Get("then").Get("enum"))
	}
	types := textsOf(schema.Get("type"))
	if t, ok := schema.Get("type").AsString(); ok {
		types = []string{t}
	}
	takesFormula := slices.Contains(types, "object") && (schema.Get("pattern").Text() == `\$\{` || schema.Get("else").Get("$ref").Text() == "#/$defs/textOrFormula")
	var word string
	switch {
	case len(words) > 0:
		word = codes(words, ", ")
	case schema.Has("const"):
		word = "`" + schema.Get("const").Text() + "`"
	case len(types) > 4:
		return "anything"
	case slices.Contains(types, "boolean"):
		word = "`true`, `false`"
	case slices.Contains(types, "array"):
		word = "list of " + s.plural(schema.Get("items"))
		if others := schema.Get("additionalProperties"); others.IsObject() {
			word = s.plural(others) + " by key, or " + word
		}
	case slices.Contains(types, "object") && schema.Get("properties").Len() > 0:
		word = "object of " + codes(schema.Get("properties").Keys(), ", ")
	case slices.Contains(types, "object") && schema.Get("additionalProperties").Has("$ref"):
		word = s.plural(schema.Get("additionalProperties")) + " by key"
	case slices.Contains(types, "object"):
		word = "object"
	default:
		word = typeNames[strings.Join(types, " ")]
	}
	if slices.Contains(types, "integer") {
		word = "whole number"
	}
	if takesFormula {
		word += " *f*"
	}
	return word
}

func (s *specWriter) plural(items formula.Value) string {
	name, schema := s.target(items)
	if i := slices.IndexFunc(objectSections, func(o objectSection) bool { return o.definition == name }); i >= 0 {
		return fmt.Sprintf("[objects](#%s)", heading(objectSections[i].title))
	}
	switch {
	case name == "text" || schema.Get("type").Text() == "string":
		return "texts"
	case name == "option":
		return "[objects](#auth)"
	case name == "subschema" || name == "optionProperty":
		return "schemas"
	case name == "scope":
		return "texts or {`value`, `title`, `optional`}"
	}
	return "values"
}

var formulaWords = map[string]string{"text": "text *f*", "number": "number *f*", "integer": "whole number *f*", "flag": "`true`, `false` *f*", "subschema": "schema", "dataSchema": "[schema](#schema)", "claims": "object *f*"}

var typeNames = map[string]string{"string": "text", "boolean": "`true`, `false`", "number": "number", "integer": "whole number", "": "anything", "string object": "text *f*"}

// meaning returns what a field is for, with its default and an example.
func (s *specWriter) meaning(field formula.Value) string {
	_, schema := s.target(field)
	get := func(key string) formula.Value {
		for at := field; ; {
			next, ok := strings.CutPrefix(at.Get("$ref").Text(), "#/$defs/")
			if v := at.Get(key); !ok || !v.IsUndefined() {
				return v
			}
			at = s.definition(next)
		}
	}
	text := prose(get("description").Text())
	if v := get("default"); !v.IsUndefined() && strings.TrimSpace(v.Text()) == v.Text() {
		shown := v.String()
		if word, ok := v.AsString(); ok {
			shown = word
		}
		text += fmt.Sprintf(" Default: `%s`.", shown)
	}
	list, _ := get("examples").AsList()
	isWord := schema.Has("enum") || schema.Get("then").Has("enum")
	if len(list) > 0 && !isWord && list[0].Kind() == formula.KindString && list[0].Text() != "" && !strings.Contains(text, list[0].Text()) {
		text += fmt.Sprintf(" Example: `%s`.", list[0].Text())
	}
	return text
}

// prose keeps what Markdown would take for its own in text for people that has
// code in it.
func prose(text string) string {
	parts := strings.Split(text, "`")
	for i := 0; i < len(parts); i += 2 {
		parts[i] = markdown(parts[i])
	}
	return strings.Join(parts, "`")
}

// heading returns the fragment of a heading.
func heading(title string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(title, " ", "-"), "`", ""))
}
