package formula

import (
	"math"
	"strings"
)

// looseEqual is JavaScript's ==: "1" is 1, null is undefined, an object is its
// text when compared with a scalar, and another object only if it is the same.
func looseEqual(v, w Value) bool {
	switch {
	case v.IsMissing() || w.IsMissing():
		return v.IsMissing() && w.IsMissing()
	case v.kind == w.kind:
		return strictEqual(v, w)
	case v.node != nil && w.node != nil:
		return false
	case v.node != nil:
		return looseEqual(String(v.jsString()), w)
	case w.node != nil:
		return looseEqual(v, String(w.jsString()))
	}
	return v.jsNumber() == w.jsNumber()
}

// strictEqual is JavaScript's ===: objects and lists equal only themselves.
func strictEqual(v, w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindBool, KindNumber:
		return v.num == w.num
	case KindList, KindObject:
		return v.node == w.node
	default:
		return v.str == w.str
	}
}

// jsNumber is JavaScript's Number(v).
func (v Value) jsNumber() float64 {
	switch v.kind {
	case KindUndefined:
		return math.NaN()
	case KindNull:
		return 0
	case KindBool, KindNumber:
		return v.num
	default:
		return parseNumber(v.jsString())
	}
}

// jsFloat is JavaScript's parseFloat(v).
func (v Value) jsFloat() float64 { return parseFloatPrefix(v.jsString()) }

// includes tells whether a list has an item that is exactly v.
func includes(list []Value, v Value) bool {
	for _, item := range list {
		if strictEqual(item, v) {
			return true
		}
	}
	return false
}

// blank tells whether v is missing, null, "", [] or {}.
func (v Value) blank() bool {
	switch v.kind {
	case KindUndefined, KindNull:
		return true
	case KindString:
		return v.str == ""
	case KindList, KindObject:
		return v.Len() == 0
	default:
		return false
	}
}

// containsText tells whether the text of v contains that of part, as $eval
// compares: without regard to case, and null is searched as "undefined".
func containsText(v, part Value) bool {
	if part.kind == KindNull {
		part = Undefined
	}
	return strings.Contains(strings.ToLower(v.jsString()), strings.ToLower(part.jsString()))
}
