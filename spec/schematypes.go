package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// wrongType: the value is of another type than the schema allows.
func (x schemaFault) wrongType(s *Source) Diagnostic {
	wanted := textsOf(x.schema.Get("type"))
	if slices.Contains(wanted, "string") && x.schema.Get("pattern").Text() != formulaPattern &&
		x.value.Kind() != formula.KindList && x.value.Kind() != formula.KindObject {
		if d, ok := x.unquoted(s); ok {
			return d
		}
	}
	if below := unindented(s.Value()); x.pointer == "/auth" && len(below) > 0 {
		return s.Diagnose("wrong-type", Error, x.pointer, AtKey(),
			`"auth" has no value, and what belongs in it stands beside it`, "indent "+formula.JoinWords(quoted(below), "and")+" below it")
	}
	if x.value.Kind() == formula.KindNull && x.pointer != "" {
		return s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
			fmt.Sprintf("%s has no value", name(x.pointer)), "it is "+x.typeWords()+"; "+x.nullHint())
	}
	if slices.Equal(wanted, []string{"string"}) && formula.LooksLikeFormula(x.value) {
		hint := "this text is what it says; no formula is evaluated in it"
		if lastToken(x.pointer) == "path" {
			hint = `write the formula into the text, as in "/users/${connectionInput.user}"`
		}
		return s.Diagnose("wrong-type", Error, x.pointer, AtValue(), fmt.Sprintf("%s must be text, not a formula", name(x.pointer)), hint)
	}
	d := s.Diagnose("wrong-type", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s must be %s, not %s", name(x.pointer), x.typeWords(), kindWords(x.value)), x.typeHint(s))
	if text, ok := x.needlessQuotes(s); ok {
		edit, _ := s.Edit(x.pointer, AtValue(), text)
		d.Hint, d.Fix = "remove the quotes", &Fix{Title: "remove the quotes", Edits: []Edit{edit}}
	} else if list, ok := strings.CutPrefix(d.Hint, "write ["); ok && x.isListed(s) {
		d.Fix = s.FlowFix(x.pointer, "["+list)
	}
	return d
}

// isListed tells whether a text where a list is wanted certainly stands for
// what it lists: scopes, or properties that there are.
func (x schemaFault) isListed(s *Source) bool {
	text := x.value.Text()
	if strings.ContainsAny(text, ",;") || slices.ContainsFunc(strings.Fields(text), func(w string) bool { return !isPlainYAML(w) }) {
		return false
	}
	if lastToken(x.pointer) == "required" {
		properties := lookupPointer(s.Value(), parentPointer(x.pointer)).Get("properties")
		return !slices.ContainsFunc(strings.Fields(text), func(w string) bool { return !properties.Has(w) })
	}
	return lastToken(x.pointer) == "scopes"
}

func (x schemaFault) nullHint() string {
	if x.isSchema() {
		return "null removes an inherited field, and only in an option"
	}
	if slices.Contains([]string{"fixed", "prefix", "tokenPrefix"}, lastToken(x.pointer)) {
		return "write '' for an empty text"
	}
	return "remove the field if it is not needed"
}

// unquoted: YAML read a number, boolean or null where text is wanted.
func (x schemaFault) unquoted(s *Source) (Diagnostic, bool) {
	text, style, ok := s.Scalar(x.pointer)
	if !ok || style != Plain || text == "" {
		return Diagnostic{}, false
	}
	read := map[formula.Kind]string{formula.KindBool: "a boolean", formula.KindNumber: "a number", formula.KindNull: "no value"}[x.value.Kind()]
	if x.value.Kind() == formula.KindNumber && x.value.String() != text {
		read = "the number " + x.value.String()
	}
	d := s.Diagnose("unquoted-text", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s is text, but YAML reads %s as %s", name(x.pointer), text, read), fmt.Sprintf("write %q", text))
	d.Fix = s.QuoteFix(x.pointer)
	return d, true
}

// needlessQuotes returns the text in quotes that without them would be the
// number or boolean that the schema wants.
func (x schemaFault) needlessQuotes(s *Source) (string, bool) {
	text, style, ok := s.Scalar(x.pointer)
	if !ok || style != SingleQuoted && style != DoubleQuoted {
		return "", false
	}
	wanted := textsOf(x.schema.Get("type"))
	if slices.Contains(wanted, "boolean") && (text == "true" || text == "false") {
		return text, true
	}
	if _, err := strconv.ParseInt(text, 10, 32); err == nil && strings.Trim(text, "0123456789") == "" && (len(text) == 1 || text[0] != '0') {
		return text, slices.Contains(wanted, "number") || slices.Contains(wanted, "integer")
	}
	return "", false
}

// isSchema tells whether the value should be a data schema.
func (x schemaFault) isSchema() bool {
	types := textsOf(x.schema.Get("type"))
	return slices.Contains(types, "object") && slices.Contains(types, "boolean") && !takesFormula(x.schema)
}

// takesFormula tells whether an object is a formula where a schema applies.
func takesFormula(schema formula.Value) bool {
	return schema.Get("then").Get("$ref").Text() == "#/$defs/formula" || schema.Get("else").Get("$ref").Text() == "#/$defs/textOrFormula"
}

// typeWords says what the fault's value should be, as in "text or a formula".
func (x schemaFault) typeWords() string {
	if x.isSchema() {
		return "a schema"
	}
	return typeWords(x.schema)
}

// typeWords says what types a schema allows.
func typeWords(schema formula.Value) string {
	var list []string
	isFormula := schema.Get("pattern").Text() == formulaPattern
	for _, t := range textsOf(schema.Get("type")) {
		switch {
		case t == "object" && takesFormula(schema):
			list = append(list, "a formula")
		case t == "string" && isFormula && takesFormula(schema):
		case t == "string" && isFormula:
			list = append(list, "a formula")
		case t == "boolean":
			list = append(list, "true", "false")
		case t != "null" || schema.Get("type").Len() < 2:
			list = append(list, typeNames[t])
		}
	}
	return formula.JoinWords(list, "or")
}

// typeNames are the types of JSON Schema in words.
var typeNames = map[string]string{
	"string": "text", "object": "an object", "array": "a list", "number": "a number", "integer": "a whole number", "null": "null",
}

// formulaPattern is the pattern of texts that are formulas.
const formulaPattern = `\$\{`

func kindWords(v formula.Value) string {
	switch v.Kind() {
	case formula.KindString:
		return "text"
	case formula.KindBool:
		return v.String()
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

// typeHint says how a value of the right type is written, or else what the
// field is.
func (x schemaFault) typeHint(s *Source) string {
	key, text := lastToken(x.pointer), x.value.Text()
	isText, isList := x.value.Kind() == formula.KindString, x.value.Kind() == formula.KindList
	wanted := textsOf(x.schema.Get("type"))
	switch {
	case x.pointer == "" && x.owner.Get("title").Text() == "Connector":
		return `a spec begins with "name: …" and has an "auth: …" that says how users authenticate`
	case key == "auth" && isList:
		return `several ways to authenticate stand in "options" of "auth", each under a key of its own`
	case key == "options" && isList:
		return "each option has a key, as in options: {token: {type: bearer}}"
	case key == "required" && x.value.Kind() == formula.KindBool:
		return `beside "properties" stands a list of the required ones, as in required: [shop]`
	case isText && slices.Contains(wanted, "object") && isWrittenSecret(key, x.value):
		return "remove the value: a secret never stands in the file; the user enters it"
	case isText && findMethod(key) != nil:
		return fmt.Sprintf("write %s: {implementationType: %s, …}", key, findMethod(key).kinds[0])
	case isText && x.isSchema():
		return "write {type: " + orElse(meantValue(text, []string{"string", "number", "integer", "boolean", "object", "array"}), "string") + "}"
	case isText && slices.Contains(wanted, "array"):
		words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;", r) })
		if plain, ok := s.plainWords(x.pointer, words); ok {
			return "write [" + plain + "]"
		}
	case slices.Contains(wanted, "object") && x.schema.Get("properties").Len() > 0 && x.schema.Get("properties").Len() <= 12:
		return "fields of it are " + formula.JoinWords(x.schema.Get("properties").Keys(), "and")
	}
	return sentenceHint(key, x.schema)
}

// plainWords joins the words of a plain scalar as a flow list has them.
func (s *Source) plainWords(pointer string, words []string) (string, bool) {
	_, style, ok := s.Scalar(pointer)
	joined := strings.Join(words, ", ")
	return joined, ok && style == Plain && len(words) > 0 && len(joined) < 80 && !strings.ContainsAny(joined, "[]{}#&*!|>'\"%@`\\\n")
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// unknownValue: the value is none of those that the schema lists.
func (x schemaFault) unknownValue(s *Source) Diagnostic {
	values := textsOf(x.schema.Get("enum"))
	if x.keyword == "const" {
		values = []string{x.schema.Get("const").Text()}
	}
	text, isText := x.value.AsString()
	if !isText {
		source, _, ok := s.Scalar(x.pointer)
		if !ok || source == "" {
			return s.Diagnose("unknown-value", Error, x.pointer, AtValue(),
				fmt.Sprintf("%s must be one word, not %s", name(x.pointer), kindWords(x.value)), "it is "+formula.JoinWords(quoted(values), "or"))
		}
		text = source
	}
	hint := "it is " + formula.JoinWords(quoted(values), "or")
	if near := meantValue(text, values); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	if text == KindMapping && slices.Contains(values, KindREST) {
		hint = fmt.Sprintf("a method that sends a request is a %q", KindREST)
		if method := parentPointer(x.pointer); lastToken(method) == "refreshCredentials" && authTypeAt(s.Value(), parentPointer(method)) == "oauth2" {
			hint = `type "oauth2" does not need it: the token is refreshed at its tokenUri; remove it`
		}
	}
	d := s.Diagnose("unknown-value", Error, x.pointer, AtValue(), fmt.Sprintf("%s cannot be %q", name(x.pointer), text), hint)
	if to := sameLetters(text, values); to != "" {
		d.Fix = s.ReplaceFix(x.pointer, to)
	}
	return d
}

// authTypeAt returns the type of the auth or option at a pointer: its own, or
// that of the auth around it.
func authTypeAt(document formula.Value, pointer string) string {
	for {
		if t, ok := lookupPointer(document, pointer).Get("type").AsString(); ok || pointer == "" {
			return t
		}
		pointer = parentPointer(pointer)
	}
}

// badText: a text does not match the pattern of the schema.
func (x schemaFault) badText(s *Source) Diagnostic {
	if strings.Contains(x.place, "/propertyNames/") {
		return x.badName(s)
	}
	if x.schema.Get("pattern").Text() == formulaPattern {
		x.keyword = "type"
		return x.wrongType(s)
	}
	return s.Diagnose("bad-text", Error, x.pointer, AtValue(),
		fmt.Sprintf("%s cannot be %q", name(x.pointer), x.value.Text()), x.typeHint(s))
}

// badName: the key of a member may not be called so.
func (x schemaFault) badName(s *Source) Diagnostic {
	key := lastToken(x.pointer)
	if key == DefaultOption {
		return s.Diagnose("bad-name", Error, x.pointer, AtKey(), `no option can be called "default"`, "that is the name of the base itself; choose another")
	}
	if lastToken(parentPointer(x.pointer)) == operationsField {
		return s.Diagnose("bad-name", Error, x.pointer, AtKey(), fmt.Sprintf("no operation can be called %q", key),
			"its name is that of a file, too: letters, digits, _ and - are allowed")
	}
	return s.Diagnose("bad-name", Error, x.pointer, AtKey(), fmt.Sprintf("no option can be called %q", key),
		"its name is that of a directory, too: no slashes, and no dot at its start")
}

// limit: the value is past a bound.
func (x schemaFault) limit(s *Source) Diagnostic {
	bound := x.schema.Get(x.keyword).String()
	message := map[string]string{
		"minimum": "must be " + bound + " or more", "maximum": "must be " + bound + " or less",
		"minItems": "needs at least " + counted(bound, "item"), "maxItems": "has at most " + counted(bound, "item"),
		"minLength": "needs at least " + counted(bound, "character"), "maxLength": "has at most " + counted(bound, "character"),
		"minProperties": "needs at least " + counted(bound, "field"),
	}[x.keyword]
	if message == "" {
		message = "is not what the schema allows (" + x.keyword + ")"
	}
	if x.value.Kind() == formula.KindNumber {
		message += ", not " + x.value.String()
	}
	return s.Diagnose("out-of-bounds", Error, x.pointer, AtValue(), name(x.pointer)+" "+message, x.typeHint(s))
}

func counted(n, what string) string {
	if n == "1" {
		return "one " + what
	}
	return n + " " + what + "s"
}
