package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/connector-spec/connector/formula"
)

// schemaURL is the name of a schema in the library; nothing is fetched by it.
const schemaURL = "mem:///schema.json"

// A schemaFault is one way in which a value does not meet a schema: which keyword of
// which schema says so, and where.
type schemaFault struct {
	definition string        // that the file must meet
	pointer    string        // of the value; of the member, if a key is wrong
	keyword    string        // "" for the schema false
	schema     formula.Value // that has the keyword
	place      string        // of the keyword in the schema, with what was passed on the way
	owner      formula.Value // the definition that the keyword stands in
	value      formula.Value // the value itself
	// beside names the fields whose presence keeps the value from being there.
	beside []string
	// unknown names the fields of the value that its schema does not know.
	unknown []string
}

// schemaFaults returns why v does not meet a definition of the spec's schema;
// nothing if it does.
func schemaFaults(definition string, v formula.Value) []schemaFault {
	s := librarySpec()
	if definition == recordingSchema {
		s = libraryRecording()
	}
	var e *jsonschema.ValidationError
	if err := s.schemas[definition].Validate(v.ToAny()); !errors.As(err, &e) {
		return nil
	}
	f := faultFinder{doc: s.doc, root: v}
	f.add(e)
	if len(f.faults) > maxFaults { // the library gives them in no order
		slices.SortStableFunc(f.faults, func(a, b schemaFault) int { return cmp.Compare(a.pointer, b.pointer) })
		f.faults = f.faults[:maxFaults]
	}
	kept := f.withoutCascade()
	for i := range kept {
		kept[i].definition = definition
	}
	return kept
}

// maxFaults bounds the faults of one file that are looked at: a file made to
// have many must not take long.
const maxFaults = 5 * MaxDiagnostics

// A librarySchema is a schema document as the library compiled it.
type librarySchema struct {
	doc     formula.Value
	schemas map[string]*jsonschema.Schema // by definition
}

// The library takes longer to compile a schema than to validate many
// connectors, so it waits until one is wrong.
var (
	librarySpec      = sync.OnceValue(func() librarySchema { return compileSchema("", append([]string{""}, bodySchemas...)...) })
	libraryRecording = sync.OnceValue(func() librarySchema { return compileSchema(recordingSchema, recordingSchema) })
)

// compileSchema compiles definitions of the document that the first belongs to.
func compileSchema(document string, definitions ...string) librarySchema {
	l := librarySchema{schemaDocument(document), make(map[string]*jsonschema.Schema)}
	c := newSchemaCompiler()
	// The library looks through the whole document at each $ref for what only
	// the newest draft has. Nothing here differs between the two.
	c.Draft = jsonschema.Draft2019
	if err := c.AddResource(schemaURL, bytes.NewReader(rulesOf(l.doc).AppendJSON(nil))); err != nil {
		panic(err) // the schema is part of the program
	}
	for _, definition := range definitions {
		u := schemaURL
		if definition != document {
			u += "#/$defs/" + definition
		}
		l.schemas[definition] = c.MustCompile(u)
	}
	return l
}

// rulesOf returns a schema without what it says to people. A property of such
// a name is a schema, so neither text nor a list.
func rulesOf(v formula.Value) formula.Value {
	return withoutMembers(v, func(key string, item formula.Value) bool {
		_, isText := item.AsString()
		_, isList := item.AsList()
		return isText && slices.Contains([]string{"$schema", "$comment", "title", "description", "default"}, key) || isList && key == "examples"
	})
}

// newSchemaCompiler returns a compiler that loads no schema from anywhere: a
// $ref to a file or another host is refused.
func newSchemaCompiler() *jsonschema.Compiler {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(u string) (io.ReadCloser, error) {
		return nil, fmt.Errorf("a schema does not refer to other files: %q", u)
	}
	return c
}

// A faultFinder collects the leaves of the library's error.
type faultFinder struct {
	doc    formula.Value
	root   formula.Value
	faults []schemaFault
}

func (f *faultFinder) add(e *jsonschema.ValidationError) {
	if len(e.Causes) > 0 {
		for _, cause := range e.Causes {
			f.add(cause)
		}
		return
	}
	_, fragment, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	location := unescapeFragment(fragment)
	x := schemaFault{pointer: unescapeFragment(e.InstanceLocation), place: unescapeFragment(e.KeywordLocation)}
	x.schema = lookupPointer(f.doc, location)
	x.owner = definitionAt(f.doc, location)
	if b, ok := x.schema.AsBool(); !ok || b || strings.HasSuffix(location, "/additionalProperties") {
		i := strings.LastIndexByte(location, '/')
		x.schema, x.keyword = lookupPointer(f.doc, location[:i]), location[i+1:]
		if strings.Contains(location, "/dependentRequired/") {
			i := strings.Index(location, "/dependentRequired/")
			x.schema, x.keyword = lookupPointer(f.doc, location[:i]), location[i+1:]
		}
	}
	x.value = lookupPointer(f.root, x.pointer)
	if condition, _, ok := cutLast(location, "/then/properties/"); ok && x.keyword == "" {
		x.beside = f.fieldsBeside(x.pointer, lookupPointer(f.doc, condition+"/if"))
	}
	if x.keyword != "additionalProperties" {
		f.faults = append(f.faults, x)
		return
	}
	for i, key := range x.value.Keys() {
		if extra := x; !allowsKey(x.schema, key) {
			_, extra.value = x.value.At(i)
			extra.pointer += formula.Pointer(key)
			f.faults = append(f.faults, extra)
		}
	}
}

// fieldsBeside returns the fields of a condition that stand beside a value.
func (f *faultFinder) fieldsBeside(pointer string, condition formula.Value) []string {
	owner := lookupPointer(f.root, parentPointer(pointer))
	return slices.DeleteFunc(textsOf(condition.Get("required")), func(name string) bool {
		return name == lastToken(pointer) || !owner.Has(name)
	})
}

// cutLast slices s around the last instance of sep.
func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// allowsKey tells whether an object schema knows a key.
func allowsKey(schema formula.Value, key string) bool {
	if schema.Get("properties").Has(key) {
		return true
	}
	for _, pattern := range schema.Get("patternProperties").Keys() {
		if prefix, ok := strings.CutPrefix(strings.ReplaceAll(pattern, `\$`, "$"), "^"); ok && strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// withoutCascade drops faults that only follow from others: those at or below
// a value that must not be there at all, and a second one of the same kind at
// the same value.
func (f *faultFinder) withoutCascade() []schemaFault {
	var kept []schemaFault
	for i, x := range f.faults {
		if f.follows(i, x) {
			continue
		}
		if x.keyword == "required" {
			x.unknown = f.unknownFields(x.pointer)
		}
		kept = append(kept, x)
	}
	return kept
}

// unknownFields returns the fields of the object at pointer that its schema
// does not know.
func (f *faultFinder) unknownFields(pointer string) []string {
	var names []string
	for _, x := range f.faults {
		if x.keyword == "additionalProperties" && parentPointer(x.pointer) == pointer {
			names = append(names, lastToken(x.pointer))
		}
	}
	return names
}

func (f *faultFinder) follows(i int, x schemaFault) bool {
	for j, y := range f.faults {
		refused := y.refuses()
		below := strings.HasPrefix(x.pointer, y.pointer+"/")
		same := x.pointer == y.pointer
		switch {
		case i == j:
		case refused && below:
			return true
		case refused && same && (!x.refuses() || j < i):
			return true
		case same && j < i && x.keyword == y.keyword && x.keyword != "required":
			return true
		case same && j < i && x.keyword == "required" && x.schema.Get("required").Equal(y.schema.Get("required")):
			return true
		case same && y.keyword == "type" && x.keyword != "type" && !x.refuses():
			return true
		case y.pointer == "/auth" && y.keyword == "type" && y.value.Kind() == formula.KindNull && slices.Contains(x.beside, "auth"):
			return true
		case y.refusesKind() && isBody(x.pointer, parentPointer(y.pointer)):
			return true
		}
	}
	return false
}

// refuses tells whether the value must not be there at all.
func (x schemaFault) refuses() bool { return x.keyword == "" || x.keyword == "additionalProperties" }

// refusesKind tells whether a method cannot be of the kind it says, so that
// its body was checked as something it is not.
func (x schemaFault) refusesKind() bool {
	return x.keyword == "enum" && isKindField(x.pointer)
}

// isKindField tells whether a pointer is that of a method's implementation
// type.
func isKindField(pointer string) bool {
	field := lastToken(pointer)
	return field == "implementationType" || field == "type" && knownMethod(lastToken(parentPointer(pointer)))
}

// isBody tells whether a pointer is that of the body of a method, or below.
func isBody(pointer, method string) bool {
	rest, ok := strings.CutPrefix(pointer, method)
	return ok && (strings.HasPrefix(rest, "/mapping") || strings.HasPrefix(rest, "/code"))
}

// knownMethod tells whether a field is a method, by its name or an older one.
func knownMethod(field string) bool {
	return findMethod(field) != nil || olderNames[field] != ""
}

// definitionAt returns the definition that a location of the schema document
// lies in: the whole document outside of all.
func definitionAt(doc formula.Value, location string) formula.Value {
	rest, ok := strings.CutPrefix(location, "/$defs/")
	if !ok {
		return doc
	}
	name, _, _ := strings.Cut(rest, "/")
	return doc.Get("$defs").Get(name)
}

// lookupPointer returns the value at a JSON Pointer.
func lookupPointer(v formula.Value, pointer string) formula.Value {
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = unescapePointer(token)
		if list, ok := v.AsList(); ok {
			i, ok := pointerIndex(token)
			if !ok || i >= len(list) {
				return formula.Undefined
			}
			v = list[i]
			continue
		}
		v = v.Get(token)
	}
	return v
}

// unescapeFragment makes a JSON Pointer of one that is written for a URL.
func unescapeFragment(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
