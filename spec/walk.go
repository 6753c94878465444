package spec

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/schemas"
)

// A walker decides quickly whether a value meets a schema of this project. It
// is compiled from the schema files themselves and knows the keywords that
// they use. Only for values that it turns down is the JSON Schema library
// asked, which has the last word and says why; a test holds both against each
// other.
type walker struct {
	types      kindSet
	enum       []formula.Value // also a const
	properties map[string]*walker
	patterns   []patternWalker // of patternProperties
	additional *walker         // nil: anything
	names      *walker         // of propertyNames
	required   []string
	dependent  map[string][]string // of dependentRequired
	minMembers int
	items      *walker
	minItems   int
	maxItems   int
	pattern    *regexp.Regexp
	minLength  int
	maxLength  int
	minimum    float64
	maximum    float64
	never      bool // the schema false
	not        *walker
	all        []*walker // of allOf and $ref
	test       *walker   // of if
	then, or   *walker
}

type patternWalker struct {
	prefix string         // of a pattern that is "^" and a literal
	re     *regexp.Regexp // of any other
	walker *walker
}

func (p *patternWalker) matches(key string) bool {
	if p.re != nil {
		return p.re.MatchString(key)
	}
	return strings.HasPrefix(key, p.prefix)
}

// A kindSet is a set of JSON Schema types.
type kindSet uint8

const (
	isNull kindSet = 1 << iota
	isBool
	isNumber
	isInteger
	isString
	isList
	isObject
)

var kindNames = map[string]kindSet{
	"null": isNull, "boolean": isBool, "number": isNumber | isInteger, "integer": isInteger,
	"string": isString, "array": isList, "object": isObject,
}

func kindOf(v formula.Value) kindSet {
	switch v.Kind() {
	case formula.KindBool:
		return isBool
	case formula.KindNumber:
		if n, _ := v.AsNumber(); n == math.Trunc(n) {
			return isInteger
		}
		return isNumber
	case formula.KindString:
		return isString
	case formula.KindList:
		return isList
	case formula.KindObject:
		return isObject
	default:
		return isNull
	}
}

// accepts tells whether v meets the schema.
func (w *walker) accepts(v formula.Value) bool {
	kind := kindOf(v)
	if w.never || w.types != 0 && w.types&kind == 0 {
		return false
	}
	if w.enum != nil && !slices.ContainsFunc(w.enum, v.Equal) {
		return false
	}
	switch kind {
	case isObject:
		if !w.acceptsObject(v) {
			return false
		}
	case isList:
		if !w.acceptsList(v) {
			return false
		}
	case isString:
		if !w.acceptsText(v.Text()) {
			return false
		}
	case isNumber, isInteger:
		if n, _ := v.AsNumber(); n < w.minimum || n > w.maximum {
			return false
		}
	}
	return w.acceptsWhole(v)
}

// acceptsWhole checks the keywords that apply other schemas to the same value.
func (w *walker) acceptsWhole(v formula.Value) bool {
	for _, a := range w.all {
		if !a.accepts(v) {
			return false
		}
	}
	if w.not != nil && w.not.accepts(v) {
		return false
	}
	if w.test == nil {
		return true
	}
	branch := w.or
	if w.test.accepts(v) {
		branch = w.then
	}
	return branch == nil || branch.accepts(v)
}

func (w *walker) acceptsObject(v formula.Value) bool {
	if v.Len() < w.minMembers {
		return false
	}
	for _, key := range w.required {
		if !v.Has(key) {
			return false
		}
	}
	for key, needed := range w.dependent {
		if v.Has(key) && slices.ContainsFunc(needed, func(n string) bool { return !v.Has(n) }) {
			return false
		}
	}
	if w.properties == nil && w.additional == nil && w.patterns == nil && w.names == nil {
		return true
	}
	for i, key := range v.Keys() {
		if _, item := v.At(i); !w.acceptsMember(key, item) {
			return false
		}
	}
	return true
}

func (w *walker) acceptsMember(key string, item formula.Value) bool {
	if w.names != nil && !w.names.accepts(formula.String(key)) {
		return false
	}
	p, known := w.properties[key]
	if known && !p.accepts(item) {
		return false
	}
	for i := range w.patterns {
		if w.patterns[i].matches(key) {
			known = true
			if !w.patterns[i].walker.accepts(item) {
				return false
			}
		}
	}
	return known || w.additional == nil || w.additional.accepts(item)
}

func (w *walker) acceptsList(v formula.Value) bool {
	list, _ := v.AsList()
	if len(list) < w.minItems || len(list) > w.maxItems {
		return false
	}
	if w.items == nil {
		return true
	}
	for _, item := range list {
		if !w.items.accepts(item) {
			return false
		}
	}
	return true
}

func (w *walker) acceptsText(s string) bool {
	if w.minLength > 0 || w.maxLength < math.MaxInt {
		if n := utf8.RuneCountInString(s); n < w.minLength || n > w.maxLength {
			return false
		}
	}
	return w.pattern == nil || w.pattern.MatchString(s)
}

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
var bodySchemas = []string{"apiClient", "oauthConfig", "restApiMapping", "graphqlApiMapping", "operationMapping", "authUi"}

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
