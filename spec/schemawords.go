package spec

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// describe turns a schemaFault of a file into a diagnostic: from the keyword, the
// schema and the value, the library's sentences being for nobody in
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
		key, _, _ = strings.Cut(key, "/")
		needed := textsOf(x.schema.Get("dependentRequired").Get(key))
		return one(s.Diagnose("missing-field", Error, x.pointer+"/"+needed[0], AtKey(),
			fmt.Sprintf("%q needs %q beside it", key, needed[0]), x.fieldHint(needed[0])))
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
	known := x.schema.Get("properties").Keys()
	return s.Diagnose("unknown-field", Error, x.pointer, AtKey(), fmt.Sprintf("unknown field %q", key), unknownFieldHint(key, known))
}

func unknownFieldHint(key string, known []string) string {
	if to, ok := fieldHabits[key]; ok && slices.Contains(known, to) {
		return fmt.Sprintf("did you mean %q?", to)
	}
	if near := formula.Nearest(key, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	if strings.HasPrefix(key, "x_") || strings.HasPrefix(key, "x.") {
		return `fields of your own begin with "x-"`
	}
	if len(known) > 12 {
		return `fields of your own begin with "x-"`
	}
	return "fields here are " + joinWords(known, "and")
}

// fieldHabits are fields that people write from habit, or from samples that
// never worked, with what they mean.
var fieldHabits = map[string]string{
	"baseUrl": "baseUri", "baseURL": "baseUri", "base_url": "baseUri", "url": "path", "uri": "path", "endpoint": "path",
	"defaultQueryParameters": "query", "queryParameters": "query", "params": "query", "qs": "query",
	"body": "data", "payload": "data", "form": "data", "defaultHeaders": "headers",
	"authorizationUrl": "authorizeUri", "authorizeUrl": "authorizeUri", "authUrl": "authorizeUri", "authorizationUri": "authorizeUri",
	"tokenUrl": "tokenUri", "accessTokenUrl": "tokenUri", "refreshUrl": "refreshUri", "scope": "scopes", "scopeDelimiter": "scopeSeparator",
	"authType": "type", "inputs": "inputSchema", "helpUrl": "helpUri", "logo": "logoUri", "logoUrl": "logoUri", "icon": "logoUri",
	"homepage": "homepageUri", "website": "homepageUri", "title": "name", "verb": "method", "response": "responseMapping",
}

// misplaced: a field that must not be there.
func (x schemaFault) misplaced(s *Source) Diagnostic {
	key := lastToken(x.pointer)
	message, hint := fmt.Sprintf("field %q cannot stand here", key), ""
	switch {
	case strings.HasPrefix(x.place, "/then/properties/"):
		message, hint = fmt.Sprintf("field %q cannot stand beside \"auth\"", key), "move it into auth"
	case key == "implementationType" && s.Has(parentPointer(x.pointer)+"/type"):
		message, hint = `a method has "type" or "implementationType", not both`, "remove one of them"
	case key == "implementationType":
		message, hint = `a spec without "auth" says "type", not "implementationType"`, `rename it to "type", or put what is about authentication into auth`
	case s.Has(parentPointer(x.pointer)+"/steps") && key != "steps":
		message, hint = fmt.Sprintf("field %q cannot stand beside \"steps\"", key), "write it in a step"
	case key == "code":
		message, hint = `"code" is the body of a javascript method`, `write "mapping", or change the implementation type`
	case key == "mapping":
		message, hint = `a javascript method has "code", not "mapping"`, `write "code", or change the implementation type`
	}
	return s.Diagnose("misplaced-field", Error, x.pointer, AtKey(), message, hint)
}

// missing: an object lacks fields that its schema requires.
func (x schemaFault) missing(s *Source) []Diagnostic {
	var list []Diagnostic
	for _, key := range textsOf(x.schema.Get("required")) {
		if x.value.Has(key) {
			continue
		}
		message := fmt.Sprintf("%s has no %q", name(x.pointer), key)
		if x.pointer == "" {
			message = fmt.Sprintf("the field %q is missing", key)
		}
		d := s.Diagnose("missing-field", Error, x.pointer, AtKey(), message, missingHint(x, key))
		d.Pointer = x.pointer + formula.Pointer(key)
		list = append(list, d)
	}
	return list
}

// missingHint explains a missing field, or names the field that was probably
// meant to be it.
func missingHint(x schemaFault, key string) string {
	for _, k := range x.value.Keys() {
		if fieldHabits[k] == key || formula.Nearest(k, []string{key}) == key {
			return fmt.Sprintf("is %q meant?", k)
		}
	}
	return x.fieldHint(key)
}

// fieldHint returns the first sentence of the description of a field that
// belongs beside the fault's keyword.
func (x schemaFault) fieldHint(key string) string {
	if findMethod(lastToken(x.pointer)) != nil && key == "type" {
		return "it says how the method is implemented: " + joinWords(quoted([]string{KindMapping, KindREST, KindJavaScript}), "or")
	}
	p := x.schema.Get("properties").Get(key)
	if p.Get("description").Text() == "" {
		p = x.owner.Get("properties").Get(key)
	}
	if ref, ok := strings.CutPrefix(p.Get("$ref").Text(), "#/$defs/"); ok && !p.Has("description") {
		p = librarySpec().doc.Get("$defs").Get(ref)
	}
	return sentenceHint(key, p)
}

// sentenceHint returns the first sentence of a schema's description, behind
// the name of what it describes.
func sentenceHint(name string, schema formula.Value) string {
	text, _, _ := strings.Cut(schema.Get("description").Text(), ". ")
	if text == "" || name == "" {
		return strings.TrimSuffix(text, ".")
	}
	return name + ": " + strings.TrimSuffix(text, ".")
}

// wrongType: the value is of another type than the schema allows.
func (x schemaFault) wrongType(s *Source) Diagnostic {
	wanted := textsOf(x.schema.Get("type"))
	if slices.Contains(wanted, "string") && x.value.Kind() != formula.KindList && x.value.Kind() != formula.KindObject {
		if d, ok := x.unquoted(s); ok {
			return d
		}
	}
	if x.value.Kind() == formula.KindNull && x.pointer != "" {
		return s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
			fmt.Sprintf("%s has no value", name(x.pointer)), "it is "+typeWords(x.schema)+"; remove the field if it is not needed")
	}
	return s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s is %s, not %s", name(x.pointer), typeWords(x.schema), kindWords(x.value)), typeHint(x))
}

// unquoted: YAML read a number, boolean or null where text is wanted.
func (x schemaFault) unquoted(s *Source) (Diagnostic, bool) {
	text, style, ok := s.Scalar(x.pointer)
	if !ok || style != Plain || text == "" {
		return Diagnostic{}, false
	}
	d := s.Diagnose("unquoted-text", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s is text, but YAML reads %s as %s", name(x.pointer), text, kindWords(x.value)), fmt.Sprintf("write %q", text))
	d.Fix = s.QuoteFix(x.pointer)
	return d, true
}

// typeWords says what types a schema allows, as in "text or an object".
func typeWords(schema formula.Value) string {
	words := map[string]string{
		"string": "text", "object": "an object", "array": "a list", "number": "a number",
		"integer": "a whole number", "boolean": "true or false", "null": "null",
	}
	var list []string
	for _, t := range textsOf(schema.Get("type")) {
		if t == "string" && schema.Get("pattern").Text() == formulaPattern {
			list = append(list, "a ${formula}")
			continue
		}
		if t != "null" || schema.Get("type").Len() < 2 {
			list = append(list, words[t])
		}
	}
	return joinWords(list, "or")
}

// formulaPattern is the pattern of texts that are formulas.
const formulaPattern = `\$\{`

func kindWords(v formula.Value) string {
	switch v.Kind() {
	case formula.KindString:
		return "text"
	case formula.KindBool:
		return "true or false"
	case formula.KindNumber:
		return "a number"
	case formula.KindList:
		return "a list"
	case formula.KindObject:
		return "an object"
	default:
		return "null"
	}
}

func typeHint(x schemaFault) string {
	if x.value.Kind() == formula.KindString && slices.Contains(textsOf(x.schema.Get("type")), "object") {
		if key := lastToken(x.pointer); findMethod(key) != nil {
			return fmt.Sprintf("write {implementationType: …, …} for %q", key)
		}
	}
	return sentenceHint(lastToken(x.pointer), x.schema)
}

// unknownValue: the value is none of those that the schema lists.
func (x schemaFault) unknownValue(s *Source) Diagnostic {
	values := textsOf(x.schema.Get("enum"))
	if x.keyword == "const" {
		values = []string{x.schema.Get("const").Text()}
	}
	text, isText := x.value.AsString()
	if !isText {
		if source, _, ok := s.Scalar(x.pointer); ok {
			text = source
		} else {
			return s.Diagnose("unknown-value", Error, x.pointer, AtValue(),
				fmt.Sprintf("%s is one word, not %s", name(x.pointer), kindWords(x.value)), "it is "+joinWords(quoted(values), "or"))
		}
	}
	hint := "it is " + joinWords(quoted(values), "or")
	if near := formula.Nearest(text, values); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	if text == KindMapping && slices.Contains(values, KindREST) {
		hint = fmt.Sprintf("a method that sends a request is %q", KindREST)
	}
	return s.Diagnose("unknown-value", Error, x.pointer, AtValue(), fmt.Sprintf("%s cannot be %q", name(x.pointer), text), hint)
}

func quoted(words []string) []string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = fmt.Sprintf("%q", w)
	}
	return list
}

// badText: a text does not match the pattern of the schema.
func (x schemaFault) badText(s *Source) Diagnostic {
	if strings.Contains(x.place, "/propertyNames/") {
		return x.badName(s)
	}
	if x.schema.Get("pattern").Text() == formulaPattern {
		return s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
			fmt.Sprintf("%s is %s, not text", name(x.pointer), typeWords(x.schema)), typeHint(x))
	}
	return s.Diagnose("bad-text", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s does not have the form it should", name(x.pointer)), typeHint(x))
}

// badName: the key of a member may not be called so.
func (x schemaFault) badName(s *Source) Diagnostic {
	key := lastToken(x.pointer)
	if key == DefaultOption {
		return s.Diagnose("bad-name", Error, x.pointer, AtKey(), `no option can be called "default"`, "that is the name of the base itself; choose another")
	}
	return s.Diagnose("bad-name", Error, x.pointer, AtKey(), fmt.Sprintf("%q cannot be a name here", key), "names of options have letters, digits, - and _")
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
			fmt.Sprintf("%s is text or a formula, not an object", name(x.pointer)), "an object is a formula if its first key begins with $, as in {$var: credentials.apiKey}")
	case lastToken(x.pointer) == "type" || lastToken(x.pointer) == "implementationType":
		return s.Diagnose("unknown-value", Error, x.pointer, AtValue(), fmt.Sprintf("%s cannot be %q here", name(x.pointer), x.value.Text()), "leave the method out")
	}
	return s.Diagnose("bad-value", Error, x.pointer, AtValue(), fmt.Sprintf("%s cannot be %s here", name(x.pointer), x.value), typeHint(x))
}

// limit: the value is past a bound.
func (x schemaFault) limit(s *Source) Diagnostic {
	bound := x.schema.Get(x.keyword).String()
	message := map[string]string{
		"minimum": "is at least " + bound, "maximum": "is at most " + bound,
		"minItems": "has at least " + bound + " item(s)", "maxItems": "has at most " + bound + " item(s)",
		"minLength": "has at least " + bound + " character(s)", "maxLength": "has at most " + bound + " character(s)",
		"minProperties": "has at least " + bound + " member(s)",
	}[x.keyword]
	if message == "" {
		message = "is not what the schema allows (" + x.keyword + ")"
	}
	return s.Diagnose("out-of-bounds", Error, x.pointer, AtValue(), name(x.pointer)+" "+message, typeHint(x))
}

func joinWords(words []string, last string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
