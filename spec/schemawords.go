package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// describe turns a schemaFault of a file into diagnostics: from the keyword,
// the schema and the value, the library's sentences being for nobody in
// particular.
func (x schemaFault) describe(s *Source) []Diagnostic {
	switch x.keyword {
	case "":
		return one(x.misplaced(s))
	case "additionalProperties":
		return one(x.unknownField(s))
	case "required":
		return x.missing(s)
	case "type":
		return one(x.wrongType(s))
	case "enum", "const":
		return one(x.unknownValue(s))
	case "pattern":
		return one(x.badText(s))
	case "not":
		return one(x.excluded(s))
	}
	if key, ok := strings.CutPrefix(x.keyword, "dependentRequired/"); ok {
		return one(x.missingBeside(s, key))
	}
	return one(x.limit(s))
}

func one(d Diagnostic) []Diagnostic { return []Diagnostic{d} }

// name returns what the value at a pointer is called in messages.
func name(pointer string) string {
	if pointer == "" {
		return "the document"
	}
	i := strings.LastIndexByte(pointer, '/')
	token := unescapePointer(pointer[i+1:])
	if n, ok := pointerIndex(token); ok {
		return fmt.Sprintf("item %d of %s", n+1, name(pointer[:i]))
	}
	return fmt.Sprintf("%q", token)
}

func lastToken(pointer string) string {
	return unescapePointer(pointer[strings.LastIndexByte(pointer, '/')+1:])
}

func parentPointer(pointer string) string {
	return pointer[:max(strings.LastIndexByte(pointer, '/'), 0)]
}

// unknownField: an object has a key that its schema does not know.
func (x schemaFault) unknownField(s *Source) Diagnostic {
	key := lastToken(x.pointer)
	d := s.Diagnose("unknown-field", Error, x.pointer, AtKey(), fmt.Sprintf("unknown field %q", key), x.unknownFieldHint(s, key))
	if to := certainField(key, x.schema.Get("properties").Keys()); to != "" {
		d.Fix = s.RenameFix(x.pointer, to)
	}
	return d
}

func (x schemaFault) unknownFieldHint(s *Source, key string) string {
	if isWrittenSecret(key, lookupPointer(s.Value(), x.pointer)) {
		return "remove it: a secret never stands in the file; the user is asked for it in ui.schema, or it is declared in parametersSchema"
	}
	known := x.schema.Get("properties").Keys()
	if below := x.writtenFieldWith(s, key); below != "" {
		return fmt.Sprintf("it belongs in %q", below)
	}
	if plain := strings.TrimSuffix(key, ":"); plain != key && slices.Contains(known, plain) {
		return fmt.Sprintf("write {%s: ''} for an empty text: a blank and a value follow the colon", plain)
	}
	if to := habitual(key, known); to != "" {
		return fmt.Sprintf("did you mean %q?", to)
	}
	if hint := advise(key, known); hint != "" {
		return hint
	}
	if hint := x.elsewhere(s, key); hint != "" {
		return hint
	}
	if near := nearest(key, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if len(known) > 12 || strings.HasPrefix(key, "x_") || strings.HasPrefix(key, "x.") {
		return `fields of your own begin with "x-"`
	}
	return "fields here are " + formula.JoinWords(known, "and")
}

// bodyDefinition returns the definition that the mapping of a method must meet.
func bodyDefinition(method string, v formula.Value) formula.Value {
	m := findMethod(method)
	if m == nil {
		return formula.Undefined
	}
	kind := v.Get("implementationType").Text() + v.Get("type").Text()
	if kind == "" {
		kind = m.kinds[0]
	}
	return librarySpec().doc.Get("$defs").Get(m.bodySchema(kind))
}

// resolved follows the reference of a schema, if it is one.
func resolved(schema formula.Value) formula.Value {
	for {
		name, ok := strings.CutPrefix(schema.Get("$ref").Text(), "#/$defs/")
		if !ok {
			return schema
		}
		schema = librarySpec().doc.Get("$defs").Get(name)
	}
}

// misplaced: a field that must not be there.
func (x schemaFault) misplaced(s *Source) Diagnostic {
	key, owner := lastToken(x.pointer), parentPointer(x.pointer)
	message, hint := fmt.Sprintf("field %q cannot stand here", key), "remove it"
	if len(x.beside) > 0 {
		message, hint = fmt.Sprintf("field %q cannot stand beside %q", key, x.beside[0]), "keep one of them"
	}
	switch {
	case slices.Contains(x.beside, "auth") && s.Has(formula.Pointer("auth", key)):
		hint = `remove it: "auth" has it already`
	case slices.Contains(x.beside, "auth") && key == "title" && !s.Has("/name"):
		hint = `the name of the connector is "name"; a title of the way to authenticate stands in "auth"`
	case slices.Contains(x.beside, "auth"):
		hint = `move it into "auth"`
		if key == "connectionLabel" {
			hint += "; only " + formula.JoinWords(besideAuth, "and") + " may stand beside it"
		}
	case slices.Contains(x.beside, "steps"):
		hint = "write it in a step"
	case len(x.beside) > 0:
	case key == "implementationType":
		message, hint = `a spec without "auth" says "type", not "implementationType"`, `rename it to "type", or put all that is about authentication into "auth"`
	case key == "code":
		message = fmt.Sprintf(`a method that is a %q has a "mapping", not "code"`, kindAt(s, owner))
		hint = fmt.Sprintf("a method with code is a %q", KindJavaScript)
	case key == "mapping":
		message = fmt.Sprintf(`a method that is a %q has "code", not a "mapping"`, KindJavaScript)
		hint = "write its code here or in a file, or say another implementation type"
	}
	return s.Diagnose("misplaced-field", Error, x.pointer, AtKey(), message, hint)
}

// kindAt returns the implementation type that a method says.
func kindAt(s *Source, method string) string {
	v := lookupPointer(s.Value(), method)
	return v.Get("implementationType").Text() + v.Get("type").Text()
}

// missing: an object lacks fields that its schema requires. One that is only
// misspelt is not missed.
func (x schemaFault) missing(s *Source) []Diagnostic {
	var list []Diagnostic
	for _, key := range textsOf(x.schema.Get("required")) {
		misspelt := func(k string) bool { return meantField(k, []string{key}) != "" || advised(k, key) }
		above := lookupPointer(s.Value(), parentPointer(x.pointer))
		if x.value.Has(key) || slices.ContainsFunc(x.unknown, misspelt) || lastToken(x.pointer) == "mapping" && above.Has(key) {
			continue
		}
		message := fmt.Sprintf("%s has no %q", name(x.pointer), key)
		if x.pointer == "" {
			message = fmt.Sprintf("the field %q is missing", key)
		}
		d := s.Diagnose("missing-field", Error, x.pointer, AtKey(), message, x.fieldHint(key))
		d.Pointer = x.pointer + formula.Pointer(key)
		list = append(list, d)
	}
	return list
}

// advised tells whether what is said of an unknown field is how to write a
// missing one.
func advised(unknown, missing string) bool {
	return advise(unknown, []string{"operationType"}) != "" && (missing == "operationType" || missing == "requestMapping")
}

// missingBeside: a field needs another one.
func (x schemaFault) missingBeside(s *Source, key string) Diagnostic {
	key, _, _ = strings.Cut(key, "/")
	needed := textsOf(x.schema.Get("dependentRequired").Get(key))
	return s.Diagnose("missing-field", Error, x.pointer+"/"+needed[0], AtKey(),
		fmt.Sprintf("%s has a %q and no %q", name(x.pointer), key, needed[0]), x.fieldHint(needed[0]))
}

// fieldHint explains a field that belongs beside the fault's keyword: by its
// values, or by the first sentence of its description.
func (x schemaFault) fieldHint(key string) string {
	if m := findMethod(lastToken(x.pointer)); m != nil && (key == "type" || key == "implementationType") {
		return "it says how the method is implemented: " + formula.JoinWords(quoted(m.kinds), "or")
	}
	p := x.schema.Get("properties").Get(key)
	if p.IsUndefined() {
		p = x.owner.Get("properties").Get(key)
	}
	if values := listedValues(p); len(values) > 0 {
		return "it is " + formula.JoinWords(quoted(values), "or")
	}
	if !p.Has("description") {
		p = resolved(p)
	}
	return sentenceHint(key, p)
}

// listedValues returns the words that a schema allows where no formula stands.
func listedValues(schema formula.Value) []string {
	schema = resolved(schema)
	for _, s := range []formula.Value{schema, schema.Get("then")} {
		if s.Has("enum") {
			return textsOf(s.Get("enum"))
		}
	}
	return nil
}

// sentenceHint returns the first sentence of a schema's description, behind
// the name of what it describes.
func sentenceHint(name string, schema formula.Value) string {
	text, _, _ := strings.Cut(schema.Get("description").Text(), ". ")
	text = strings.TrimSuffix(text, ".")
	if text == "" || name == "" {
		return text
	}
	return name + ": " + strings.ToLower(text[:1]) + text[1:]
}

// excluded: the value meets a schema that it must not meet.
func (x schemaFault) excluded(s *Source) Diagnostic {
	switch {
	case strings.Contains(x.place, "/propertyNames"):
		if key := lastToken(x.pointer); slices.Contains([]string{"client_id", "redirect_uri", "state", "response_type", "code_challenge"}, key) {
			return s.Diagnose("reserved-parameter", Error, x.pointer, AtKey(), fmt.Sprintf("%q is set by the login and cannot be overridden", key), "remove it")
		}
		return x.badName(s)
	case x.value.IsObject():
		return s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
			fmt.Sprintf("%s must be text or a formula, not an object", name(x.pointer)), "an object is a formula if its first key begins with $, as in {$var: credentials.apiKey}")
	}
	hint := x.typeHint(s)
	if isKindField(x.pointer) {
		hint = "leave the method out"
	}
	return s.Diagnose("unknown-value", Error, x.pointer, AtValue(), fmt.Sprintf("%s cannot be %q here", name(x.pointer), x.value), hint)
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = fmt.Sprintf("%q", w)
	}
	return list
}
