package jsonata

import "math"

// Undefined is the type of the value that is not there: a field that is
// missing, a filter that selects nothing. It is not nil, which is JSON's null.
type Undefined struct{}

// An array is a list with the marks that evaluation puts on it. Lists of the
// caller are []any and get their marks only for as long as they are looked at.
type array struct {
	items  []any
	seq    bool // a result sequence: one item stands for itself, none for undefined
	keep   bool // a sequence that stays an array even with one item
	cons   bool // written as [...] at the end of a path: not to be flattened
	outer  bool // holds the input when that is an array
	tuples bool // items are objects of variable bindings, "@" being the value
}

func sequence(items ...any) *array { return &array{items: items, seq: true} }

// asArray returns v as an array, nil if it is none.
func asArray(v any) *array {
	switch t := v.(type) {
	case *array:
		return t
	case []any:
		return &array{items: t}
	}
	return nil
}

func isArray(v any) bool {
	switch v.(type) {
	case *array, []any:
		return true
	}
	return false
}

func isUndefined(v any) bool {
	_, ok := v.(Undefined)
	return ok
}

// isOuter reports whether v is the wrapper around an input that is an array.
func isOuter(v any) bool {
	a, ok := v.(*array)
	return ok && a.outer && len(a.items) > 0
}

// symbol is the letter that stands for the type of v in function signatures.
func symbol(v any) byte {
	switch v.(type) {
	case nil:
		return 'l'
	case Undefined:
		return 'm'
	case bool:
		return 'b'
	case float64:
		return 'n'
	case string:
		return 's'
	case *array, []any:
		return 'a'
	case *function:
		return 'f'
	}
	return 'o'
}

// numeric returns v as a number that can be calculated with. Not-a-number is
// none; an infinite number is an error wherever it is looked at.
func numeric(v any) (float64, bool, error) {
	f, ok := v.(float64)
	if !ok || math.IsNaN(f) {
		return 0, false, nil
	}
	if math.IsInf(f, 0) {
		return 0, false, failValue("D1001", v)
	}
	return f, true, nil
}

// allNumbers reports whether v is an array of nothing but numbers.
func allNumbers(v any) (bool, error) {
	a := asArray(v)
	if a == nil {
		return false, nil
	}
	all := true
	for _, item := range a.items {
		_, ok, err := numeric(item)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

func allStrings(v any) bool {
	a := asArray(v)
	if a == nil {
		return false
	}
	for _, item := range a.items {
		if _, ok := item.(string); !ok {
			return false
		}
	}
	return true
}

// truthy is JavaScript's idea of truth, used where the language does not
// apply its own.
func truthy(v any) bool {
	switch t := v.(type) {
	case nil, Undefined:
		return false
	case bool:
		return t
	case float64:
		return t != 0 && !math.IsNaN(t)
	case string:
		return t != ""
	}
	return true
}

// identical is JavaScript's strict equality.
func identical(a, b any) bool {
	switch x := a.(type) {
	case *array:
		y, ok := b.(*array)
		return ok && x == y
	case []any:
		y, ok := b.([]any)
		return ok && len(x) == len(y) && len(x) > 0 && &x[0] == &y[0]
	case nil, Undefined, bool, float64, string, *Object, *function:
		if isArray(b) {
			return false
		}
		return a == b
	}
	return false
}
