package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// Fields that are known elsewhere: mostly a line was indented too much or too
// little.

// everybodys are the fields that too many objects have for one of them to be
// meant.
var everybodys = []string{"name", "title", "description", "type", "implementationType", "helpUri"}

// elsewhere says where an unknown field is known: in a field of the object it
// stands in, in one around it or beside that, in auth, or at the top of the
// spec.
func (x schemaFault) elsewhere(s *Source, key string) string {
	if below := x.fieldWith(s, key); below != "" {
		return fmt.Sprintf("it belongs in %q", below)
	}
	doc := librarySpec().doc
	top, auth := doc.Get("properties"), doc.Get("$defs").Get("auth").Get("properties")
	switch title := x.owner.Get("title").Text(); {
	case title == doc.Get("title").Text() && auth.Has(key):
		return `it belongs in "auth"`
	case title == "Option" && auth.Has(key):
		return `it stands in "auth" itself, not in an option`
	case (title == "Option" || title == "Authentication") && top.Has(key) && !auth.Has(key):
		return `it stands at the top of the spec, not in "auth"`
	}
	if method := methodWith(key); method != "" && x.schema.Get("properties").Has(method) {
		return fmt.Sprintf(`it belongs in the "mapping" of %q`, method)
	}
	return x.around(s, key)
}

// methodWith returns the method in whose result a field is known, if it is
// known in that of one only.
func methodWith(key string) string {
	found := ""
	for _, m := range methodNames {
		if m.schema == "" || slices.Contains(everybodys, key) || !librarySpec().doc.Get("$defs").Get(m.schema).Get("properties").Has(key) {
			continue
		}
		if found != "" {
			return ""
		}
		found = m.name
	}
	return found
}

// fieldWith returns the field of the fault's object whose own schema knows
// key: one that is written, else the first that can hold it.
func (x schemaFault) fieldWith(s *Source, key string) string {
	if written := x.writtenFieldWith(s, key); written != "" || slices.Contains(everybodys, key) {
		return written
	}
	properties := x.schema.Get("properties")
	for _, field := range []string{"mapping", "requestMapping", "schema", "ui", "credential", "registration", "redirect"} {
		if properties.Has(field) && memberSchema(x.schema, parentPointer(x.pointer), field, s.Value()).Get("properties").Has(key) {
			return field
		}
	}
	return ""
}

// writtenFieldWith returns the last field that is written before the unknown
// one in its object, lacks a field key, and can have one.
func (x schemaFault) writtenFieldWith(s *Source, key string) string {
	owner := parentPointer(x.pointer)
	found := ""
	v := lookupPointer(s.Value(), owner)
	for i, field := range v.Keys() {
		_, member := v.At(i)
		switch {
		case field == key && found != "":
			return found
		case !member.IsObject() || member.Has(key) || formula.LooksLikeFormula(member):
		case slices.Contains(everybodys, key) && findMethod(field) != nil:
		case memberSchema(x.schema, owner, field, s.Value()).Get("properties").Has(key):
			found = field
		}
	}
	return found
}

// around returns where a field is known that is not known where it stands: in
// an object around that, or in another member of such an object.
func (x schemaFault) around(s *Source, key string) string {
	owner := parentPointer(x.pointer)
	for levels, at := 1, owner; at != "" && levels <= 4; levels++ {
		at = parentPointer(at)
		v, schema := lookupPointer(s.Value(), at), schemaAt(x.definition, at, s.Value())
		switch {
		case !v.IsObject() || v.Has(key):
			continue
		case schema.Get("properties").Has(key) && at == "" && x.definition == "":
			return "it stands at the top of the spec"
		case schema.Get("properties").Has(key) && at == "":
			return "it stands at the top of the file, " + levelsUp(levels)
		case schema.Get("properties").Has(key):
			return "it belongs in " + name(at) + ", " + levelsUp(levels)
		case slices.Contains(everybodys, key):
			continue
		}
		var others []string
		for i, field := range v.Keys() {
			_, member := v.At(i)
			if member.IsObject() && !member.Has(key) && memberSchema(schema, at, field, s.Value()).Get("properties").Has(key) {
				others = append(others, field)
			}
		}
		if len(others) == 1 {
			return fmt.Sprintf("it belongs in %q", others[0])
		}
	}
	return ""
}

func levelsUp(n int) string {
	if n == 1 {
		return "one level up"
	}
	return fmt.Sprintf("%d levels up", n)
}

// schemaAt returns the schema of the object at a pointer in a file that must
// meet a definition, as far as the names of fields alone tell.
func schemaAt(definition, pointer string, v formula.Value) formula.Value {
	schema := librarySpec().doc
	if definition != "" {
		schema = schema.Get("$defs").Get(definition)
	}
	at := ""
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = unescapePointer(token)
		schema = memberSchema(schema, at, token, v)
		at += formula.Pointer(token)
	}
	return schema
}

// memberSchema returns the schema of a member of the object at owner.
func memberSchema(schema formula.Value, owner, field string, document formula.Value) formula.Value {
	if field == "mapping" {
		if body := bodyDefinition(lastToken(owner), lookupPointer(document, owner)); body.IsObject() {
			return body
		}
	}
	schema = resolved(schema)
	if member := schema.Get("properties").Get(field); !member.IsUndefined() {
		return resolved(member)
	}
	if items := schema.Get("items"); items.IsObject() {
		return resolved(items)
	}
	return resolved(schema.Get("additionalProperties"))
}

// unindented returns the fields of auth that stand below an auth without a
// value, beside it: they were not indented.
func unindented(document formula.Value) []string {
	keys := document.Keys()
	at := slices.Index(keys, "auth")
	if at < 0 || document.Get("auth").Kind() != formula.KindNull {
		return nil
	}
	known := librarySpec().doc.Get("$defs").Get("auth").Get("properties")
	return slices.DeleteFunc(slices.Clone(keys[at+1:]), func(key string) bool { return key == "description" || !known.Has(key) })
}
