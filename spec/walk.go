package spec

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
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
