package form

import (
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// field returns the field of a property.
func (f *Form) field(name string, s formula.Value, required bool) Field {
	field := Field{
		Name: name, Title: line(s.Get("title").Text()), Description: paragraphs(s.Get("description").Text()),
		HelpURI: webAddress(s.Get("helpUri").Text()), Example: example(s), Required: required,
		Secret: hidden(s, 0) || slices.Contains(f.secrets, name), Default: s.Get("default"),
		Custom: s.Get("allowCustom").Truthy(), Format: s.Get("format").Text(),
	}
	if field.Title == "" {
		field.Title = line(name)
	}
	if field.Title == "" {
		field.Title = `""`
	}
	field.Kind = kindOf(s)
	if choices := f.choices(s, required); len(choices) > 0 {
		field.Kind, field.Choices = OneOf, choices
		if only := s.Get("const"); required && !only.IsUndefined() && field.Default.IsUndefined() {
			field.Default = only
		}
	}
	if typeOf(s) == "array" {
		if field.items = resolve(f.schema, s.Get("items")); !field.items.IsObject() {
			field.items = formula.Object()
		}
		if choices := f.choices(field.items, true); len(choices) > 0 {
			field.Kind, field.Choices, field.Custom = Several, choices, field.items.Get("allowCustom").Truthy()
		}
	}
	return field
}

// kindOf returns the kind of a field that has no choices.
func kindOf(s formula.Value) Kind {
	switch typeOf(s) {
	case "number":
		return Number
	case "integer":
		return Integer
	case "boolean":
		return Boolean
	case "array", "object":
		return Structured
	}
	switch s.Get("format").Text() {
	case "multiline", "multi-line", "textarea", "pem":
		return Lines
	}
	if s.Get("x-multiline").Truthy() {
		return Lines
	}
	for _, sample := range append(samples(s), s.Get("pattern"), s.Get("default")) {
		if text := sample.Text(); strings.Contains(text, "\n") || strings.Contains(text, pemBegin) {
			return Lines
		}
	}
	return Text
}

// pemBegin begins a key or certificate in PEM.
const pemBegin = "-----BEGIN "

// typeOf returns the type of a value that a schema wants. Of several types text
// is the one that everything can be given as.
func typeOf(s formula.Value) string {
	t := s.Get("type")
	if name, ok := t.AsString(); ok {
		return name
	}
	names := slices.DeleteFunc(texts(t), func(name string) bool { return name == "null" })
	switch {
	case len(names) > 0 && !slices.Contains(names, "string"):
		return names[0]
	case len(names) > 0:
		return "string"
	case s.Get("properties").IsObject():
		return "object"
	case s.Get("items").IsObject():
		return "array"
	}
	return "string"
}

// choices returns the choices that a schema leaves: those of const or enum, or
// of alternatives that are one value each.
func (f *Form) choices(s formula.Value, required bool) []Choice {
	var titled []Choice
	for _, key := range []string{"oneOf", "anyOf"} {
		list, _ := s.Get(key).AsList()
		for _, item := range list {
			item = resolve(f.schema, item)
			values := valuesOf(item)
			if len(values) != 1 {
				titled = nil
				break
			}
			titled = append(titled, Choice{
				Value: values[0], Title: line(item.Get("title").Text()), Description: paragraphs(item.Get("description").Text()),
			})
		}
	}
	list := titled
	if values := valuesOf(s); len(values) > 0 {
		list = nil
		for _, v := range values {
			i := slices.IndexFunc(titled, func(c Choice) bool { return c.Value.Equal(v) })
			if i < 0 {
				list = append(list, Choice{Value: v})
				continue
			}
			list = append(list, titled[i])
		}
	}
	if !required { // to give nothing is as good as to give null
		list = slices.DeleteFunc(list, func(c Choice) bool { return c.Value.Kind() == formula.KindNull })
	}
	return keyed(list)
}

// keyed returns choices without repetitions, each with a key of its own.
func keyed(list []Choice) []Choice {
	choices := make([]Choice, 0, len(list))
	for _, c := range list {
		if slices.ContainsFunc(choices, func(k Choice) bool { return k.Value.Equal(c.Value) }) {
			continue
		}
		if c.Title == "" {
			c.Title = line(plain(c.Value))
		}
		if c.Title == "" {
			c.Title = `""`
		}
		choices = append(choices, c)
	}
	used := make(map[string]bool)
	for _, text := range []bool{false, true} { // "1" beside 1 is written with its quotes
		for i := range choices {
			v := choices[i].Value
			if (v.Kind() == formula.KindString) != text {
				continue
			}
			key := plain(v)
			for used[key] {
				key = string(formula.String(key).AppendJSON(nil))
			}
			choices[i].Key, used[key] = key, true
		}
	}
	return choices
}

// plain writes a value as a person does: a text as it is.
func plain(v formula.Value) string {
	if text, ok := v.AsString(); ok {
		return text
	}
	return string(v.AppendJSON(nil))
}

// hidden tells whether a schema, or one within it, marks a secret.
func hidden(s formula.Value, depth int) bool {
	if spec.IsSensitive(s) {
		return true
	}
	if depth > deepest {
		return false
	}
	properties := s.Get("properties")
	for i := range properties.Len() {
		if _, inner := properties.At(i); hidden(inner, depth+1) {
			return true
		}
	}
	items := s.Get("items")
	return items.IsObject() && hidden(items, depth+1)
}

// example returns what a value may look like.
func example(s formula.Value) string {
	for _, sample := range samples(s) {
		if text := plain(sample); text != "" {
			return paragraphs(text)
		}
	}
	return ""
}

func samples(s formula.Value) []formula.Value {
	list, _ := s.Get("examples").AsList()
	if p := s.Get("placeholder"); p.Text() != "" {
		list = append([]formula.Value{p}, list...)
	}
	return list
}

// webAddress returns an address that a browser may be sent to; "" for others.
func webAddress(text string) string {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return ""
	}
	return secret.PrintableLine(u.String())
}

// line returns a text of a spec for a place inside a line.
func line(text string) string {
	return secret.PrintableLine(strings.Join(strings.Fields(text), " "))
}

// paragraphs returns a text of a spec with its line breaks.
func paragraphs(text string) string {
	return secret.Printable(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")))
}
