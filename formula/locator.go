package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Locator says where in a value something stands, as in
// $.response.data.items[0].id. The zero Locator is the value itself.
type Locator struct{ steps []Step }

// A Step goes from a value to one of its parts: by property, or by index.
type Step struct {
	Property string
	Index    float64 // of a list; a fraction or +Inf, which JavaScript reads too, finds nothing
	IsIndex  bool
}

// ParseLocator reads a locator. The start "$" may be left out: "a.b" is
// "$.a.b". A backslash takes the next character literally; what stands in
// brackets is read as JavaScript's Number reads it.
func ParseLocator(s string) (Locator, error) {
	if s == "" {
		return Locator{}, errors.New("a locator is empty")
	}
	rest := "." + s
	if s[0] == '$' {
		rest = s[1:]
	}
	l := Locator{steps: make([]Step, 0, 1+strings.Count(rest, ".")+strings.Count(rest, "["))}
	for rest != "" {
		var step Step
		var err error
		switch rest[0] {
		case '.':
			step.Property, rest = parseProperty(rest[1:])
		case '[':
			if step, rest, err = parseIndex(rest[1:]); err != nil {
				return Locator{}, err
			}
		default:
			return Locator{}, unexpectedStep(s, rest)
		}
		l.steps = append(l.steps, step)
	}
	return l, nil
}

func unexpectedStep(s, rest string) error {
	if len(rest)+1 == len(s) {
		return fmt.Errorf(`after "$" comes "." or "[", not %q`, firstRune(rest))
	}
	return fmt.Errorf(`after "]" comes "." or "[", not %q`, firstRune(rest))
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// parseProperty reads a name up to the next unescaped "." or "[".
func parseProperty(s string) (name, rest string) {
	end := strings.IndexAny(s, `.[\`)
	if end < 0 {
		return s, ""
	}
	if s[end] != '\\' {
		return s[:end], s[end:]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '.', '[':
			return b.String(), s[i:]
		case '\\':
			if i+1 < len(s) {
				i++
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

func parseIndex(s string) (Step, string, error) {
	text, rest, ok := strings.Cut(s, "]")
	if !ok {
		return Step{}, "", errors.New(`"[" has no "]"`)
	}
	n := parseNumber(text)
	if math.IsNaN(n) || n < 0 {
		return Step{}, "", fmt.Errorf("%q is no index", text)
	}
	return Step{Index: n + 0, IsIndex: true}, rest, nil
}

// Steps returns the steps of l.
func (l Locator) Steps() []Step { return slices.Clone(l.steps) }

// Names returns the variable that l reads and the member of it that it reads:
// no member means the whole of it, and no variable all there is.
func (l Locator) Names() (variable, member string) {
	if len(l.steps) > 0 {
		variable = l.steps[0].Property
	}
	if len(l.steps) > 1 {
		member = l.steps[1].Property
	}
	return variable, member
}

// String returns l in its full form, which [ParseLocator] reads back.
func (l Locator) String() string {
	b := []byte{'$'}
	for _, s := range l.steps {
		if s.IsIndex {
			b = append(b, '[')
			b = appendNumber(b, s.Index)
			b = append(b, ']')
			continue
		}
		b = append(b, '.')
		b = append(b, escapeProperty(s.Property)...)
	}
	return string(b)
}

var propertyEscaper = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `.`, `\.`)

func escapeProperty(s string) string { return propertyEscaper.Replace(s) }

// JoinLocator returns the locator of property in what object locates; an empty
// object is the start.
func JoinLocator(object, property string) string {
	if object == "" {
		object = "$"
	}
	return object + "." + escapeProperty(property)
}

// Find returns what l locates in v; undefined if there is nothing.
//
// By index it never finds 0, false, null and empty text, as the format has it;
// list.0 does.
func (l Locator) Find(v Value) Value { return *findSteps(&v, l.steps) }

// nothing is where what is not there points to. Nobody writes it.
var nothing Value

// findSteps returns what steps lead to in v; it points into v.
func findSteps(v *Value, steps []Step) *Value {
	for i := range steps {
		s := &steps[i]
		switch {
		case s.IsIndex:
			item := v.truthyItem(s.Index)
			v = &item
		case v.kind == KindObject:
			if v = v.node.at(s.Property); v == nil {
				return &nothing
			}
		default:
			item := v.property(s.Property)
			v = &item
		}
		if v.kind == KindUndefined {
			return &nothing
		}
	}
	return v
}

func (v Value) truthyItem(index float64) Value {
	if v.kind != KindList || index >= float64(len(v.node.items)) || index != math.Trunc(index) {
		return Undefined
	}
	if item := v.node.items[int(index)]; item.truthy() {
		return item
	}
	return Undefined
}

// property returns a property of an object or, as in JavaScript, of a list.
func (v Value) property(name string) Value {
	if v.kind == KindObject {
		if i, ok := v.node.find(name); ok {
			return v.node.items[i]
		}
		return Undefined
	}
	if v.kind != KindList {
		return Undefined
	}
	if name == "length" {
		return Number(float64(len(v.node.items)))
	}
	if i, ok := arrayIndex(name); ok && i < len(v.node.items) {
		return v.node.items[i]
	}
	return Undefined
}

// arrayIndex reads a property name that JavaScript takes for an index: digits
// without a leading zero.
func arrayIndex(name string) (int, bool) {
	if name == "" || len(name) > 10 || len(name) > 1 && name[0] == '0' || digitsFrom(name, 0) != len(name) {
		return 0, false
	}
	n := 0
	for i := range len(name) {
		n = n*10 + int(name[i]-'0')
	}
	return n, n < math.MaxUint32
}

// maxHoles bounds how far past its end a list grows by Set.
const maxHoles = 10_000

// Set returns data with value at l. Objects and lists on the way are made, or
// take the place of what is neither. Undefined removes: a key, or an item, by
// which the later ones move up. An index that would leave more than 10,000
// items empty is an error.
func (l Locator) Set(data, value Value) (Value, error) {
	return setSteps(l.steps, data, value)
}

func setSteps(steps []Step, data, value Value) (Value, error) {
	if len(steps) == 0 {
		return value, nil
	}
	s, last := steps[0], len(steps) == 1
	if !s.IsIndex && data.kind == KindList {
		if i, ok := arrayIndex(s.Property); ok {
			s = Step{Index: float64(i), IsIndex: true}
		}
	}
	if s.IsIndex {
		return setItem(s, steps[1:], data, value)
	}
	part, err := setSteps(steps[1:], data.Get(s.Property), value)
	if err != nil {
		return Undefined, err
	}
	if last && value.IsUndefined() {
		if !data.IsObject() {
			return Object(), nil
		}
		return data.Without(s.Property), nil
	}
	return data.With(s.Property, part), nil
}

func setItem(s Step, rest []Step, data, value Value) (Value, error) {
	items, _ := data.AsList()
	i := int(min(s.Index, math.MaxInt32))
	if s.Index != math.Trunc(s.Index) || i > len(items)+maxHoles {
		return Undefined, fmt.Errorf("index %s is out of reach", FormatNumber(s.Index))
	}
	old := Undefined
	if i < len(items) {
		old = items[i]
	}
	part, err := setSteps(rest, old, value)
	if err != nil {
		return Undefined, err
	}
	items = slices.Clone(items)
	if len(rest) == 0 && value.IsUndefined() {
		if i < len(items) {
			items = slices.Delete(items, i, i+1)
		}
		return List(items...), nil
	}
	for len(items) <= i {
		items = append(items, Null)
	}
	items[i] = part
	return List(items...), nil
}
