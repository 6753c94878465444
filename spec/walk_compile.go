package spec

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"sync"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
)

// A walkCompiler compiles one schema document.
type walkCompiler struct {
	doc  formula.Value
	defs map[string]*walker // by reference
	err  error
}

// recordingSchema stands for the schema of recordings where the name of a
// definition of the spec's schema is wanted.
const recordingSchema = "recording"

// bodySchemas are the definitions that files of their own meet.
var bodySchemas = []string{"apiClient", "oauthConfig", "restApiMapping", "graphqlApiMapping", "operationMapping", "operation", "authUi"}

// schemaDocument returns the document of a definition.
func schemaDocument(definition string) formula.Value {
	text := schemas.Spec()
	if definition == recordingSchema {
		text = schemas.Recording()
	}
	doc, err := formula.ParseJSON(text)
	if err != nil {
		panic(err) // the schema is part of the program
	}
	return doc
}

// walkerOf returns the walker of a definition of the spec's schema; of the
// whole schema for "".
func walkerOf(definition string) *walker {
	if definition == recordingSchema {
		return recordingWalker()
	}
	return specWalkers()[definition]
}

var recordingWalker = sync.OnceValue(func() *walker {
	c := walkCompiler{doc: schemaDocument(recordingSchema), defs: make(map[string]*walker)}
	w := c.compile(c.doc)
	if c.err != nil {
		panic(c.err)
	}
	return w
})

var specWalkers = sync.OnceValue(func() map[string]*walker {
	c := walkCompiler{doc: schemaDocument(""), defs: make(map[string]*walker)}
	walkers := map[string]*walker{"": c.compile(c.doc)}
	for _, name := range bodySchemas {
		walkers[name] = c.reference("#/$defs/" + name)
	}
	if c.err != nil {
		panic(c.err)
	}
	return walkers
})

func (c *walkCompiler) reference(ref string) *walker {
	if w, ok := c.defs[ref]; ok {
		return w
	}
	w := new(walker)
	c.defs[ref] = w // before it is compiled: definitions may refer to themselves
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	def := c.doc.Get("$defs").Get(name)
	if !ok || def.IsUndefined() {
		c.err = fmt.Errorf("schema: no definition for %q", ref)
		return w
	}
	c.fill(w, def)
	return w
}

// anything is the walker of the schema true.
var anything = &walker{maxItems: math.MaxInt, maxLength: math.MaxInt, minimum: math.Inf(-1), maximum: math.Inf(1)}

func (c *walkCompiler) compile(schema formula.Value) *walker {
	if b, ok := schema.AsBool(); ok && b {
		return anything
	}
	if schema.Len() == 1 && schema.Has("$ref") {
		return c.reference(schema.Get("$ref").Text())
	}
	w := new(walker)
	c.fill(w, schema)
	return w
}

func (c *walkCompiler) fill(w *walker, schema formula.Value) {
	*w = *anything
	if b, ok := schema.AsBool(); ok {
		w.never = !b
		return
	}
	for i, key := range schema.Keys() {
		_, v := schema.At(i)
		if !c.keyword(w, key, v) && !c.objectKeyword(w, key, v) {
			c.err = fmt.Errorf("schema: the walker does not know the keyword %q", key)
		}
	}
}

func (c *walkCompiler) keyword(w *walker, key string, v formula.Value) bool {
	n, _ := v.AsNumber()
	switch key {
	case "$schema", "$comment", "$defs", "title", "description", "default", "examples", "deprecated":
	case "type":
		for _, t := range listOf(v) {
			w.types |= kindNames[t.Text()]
		}
	case "enum":
		w.enum, _ = v.AsList()
	case "const":
		w.enum = []formula.Value{v}
	case "items":
		w.items = c.compile(v)
	case "minItems":
		w.minItems = int(n)
	case "maxItems":
		w.maxItems = int(n)
	case "pattern":
		w.pattern = regexp.MustCompile(v.Text())
	case "minLength":
		w.minLength = int(n)
	case "maxLength":
		w.maxLength = int(n)
	case "minimum":
		w.minimum = n
	case "maximum":
		w.maximum = n
	case "not":
		w.not = c.compile(v)
	case "$ref":
		w.all = append(w.all, c.reference(v.Text()))
	case "allOf":
		for _, s := range listOf(v) {
			w.all = append(w.all, c.compile(s))
		}
	case "if":
		w.test = c.compile(v)
	case "then":
		w.then = c.compile(v)
	case "else":
		w.or = c.compile(v)
	default:
		return false
	}
	return true
}

func (c *walkCompiler) objectKeyword(w *walker, key string, v formula.Value) bool {
	switch key {
	case "properties":
		w.properties = make(map[string]*walker, v.Len())
		for i, name := range v.Keys() {
			_, s := v.At(i)
			w.properties[name] = c.compile(s)
		}
	case "patternProperties":
		for i, pattern := range v.Keys() {
			_, s := v.At(i)
			w.patterns = append(w.patterns, c.patternWalker(pattern, s))
		}
	case "additionalProperties":
		w.additional = c.compile(v)
	case "propertyNames":
		w.names = c.compile(v)
	case "required":
		w.required = textsOf(v)
	case "dependentRequired":
		w.dependent = make(map[string][]string, v.Len())
		for i, name := range v.Keys() {
			_, s := v.At(i)
			w.dependent[name] = textsOf(s)
		}
	case "minProperties":
		n, _ := v.AsNumber()
		w.minMembers = int(n)
	default:
		return false
	}
	return true
}

// patternWalker compiles a pattern of keys; most are a fixed start.
func (c *walkCompiler) patternWalker(pattern string, schema formula.Value) patternWalker {
	p := patternWalker{walker: c.compile(schema)}
	if rest, ok := strings.CutPrefix(pattern, "^"); ok {
		rest = strings.ReplaceAll(rest, `\$`, "\x00")
		if regexp.QuoteMeta(rest) == rest {
			p.prefix = strings.ReplaceAll(rest, "\x00", "$")
			return p
		}
	}
	p.re = regexp.MustCompile(pattern)
	return p
}

// listOf returns the items of a list, or the value itself.
func listOf(v formula.Value) []formula.Value {
	if list, ok := v.AsList(); ok {
		return list
	}
	return []formula.Value{v}
}

func textsOf(v formula.Value) []string {
	var texts []string
	for _, item := range listOf(v) {
		texts = append(texts, item.Text())
	}
	return texts
}
