package formula

import (
	"math"
	"slices"
)

// mayEqual tells whether a value of one type can equal one of the other, as
// JavaScript's == has it.
func mayEqual(a, b *dataType) bool {
	if a.can(ofMissing) && b.can(ofMissing) {
		return true
	}
	for k := KindBool; k <= KindObject; k++ {
		for l := KindBool; l <= KindObject; l++ {
			if a.can(1<<k) && b.can(1<<l) && mayEqualKinds(a, b, k, l) {
				return true
			}
		}
	}
	return false
}

// mayEqualKinds tells whether a value of a that is of kind k may equal one of b
// that is of kind l.
func mayEqualKinds(a, b *dataType, k, l Kind) bool {
	switch {
	case k >= KindList && l >= KindList, k == KindBytes, l == KindBytes:
		return k == l || k <= KindBytes && l <= KindBytes
	case k == KindObject:
		return l == KindString && b.includes(String("[object Object]"))
	case l == KindObject:
		return k == KindString && a.includes(String("[object Object]"))
	case k == KindList || l == KindList:
		return true // its text may be anything
	}
	aListed, bListed := a.listed&(1<<k) != 0, b.listed&(1<<l) != 0
	switch {
	case aListed && bListed:
		return slices.ContainsFunc(a.values, func(v Value) bool {
			return v.kind == k && slices.ContainsFunc(b.values, func(w Value) bool { return w.kind == l && looseEqual(v, w) })
		})
	case k == l:
		return true
	case aListed:
		return slices.ContainsFunc(a.values, func(v Value) bool { return v.kind == k && mayBe(v, l) })
	case bListed:
		return slices.ContainsFunc(b.values, func(v Value) bool { return v.kind == l && mayBe(v, k) })
	}
	return true
}

// mayBe tells whether a scalar may loosely equal one of another kind.
func mayBe(v Value, k Kind) bool {
	n := v.jsNumber()
	return !math.IsNaN(n) && (k != KindBool || n == 0 || n == 1)
}

// mayBeSame tells whether a value of one type can be the same as one of the
// other; a missing value is the same as another.
func mayBeSame(a, b *dataType) bool {
	both := a.kinds & b.kinds
	if both&^ofMissing&^(a.listed&b.listed) != 0 || a.can(ofMissing) && b.can(ofMissing) {
		return true
	}
	return slices.ContainsFunc(a.values, func(v Value) bool { return both&(1<<v.kind) != 0 && b.includes(v) })
}

// alwaysEqual tells whether the types have one value each, and they are equal
// as JavaScript's == has it.
func alwaysEqual(a, b *dataType) bool {
	v, ok1 := a.single()
	w, ok2 := b.single()
	return ok1 && ok2 && looseEqual(v, w)
}

// single returns the only value that a type has.
func (t *dataType) single() (Value, bool) {
	switch {
	case t.kinds == ofUndefined, t.kinds == ofNull, t.kinds == ofMissing:
		return Null, true
	case len(t.values) == 1 && t.kinds == t.listed:
		return t.values[0], true
	}
	return Undefined, false
}

// mayBeNumber tells whether parseFloat may find a number in a value of t.
func (t *dataType) mayBeNumber() bool {
	if t.kinds&(ofNumber|ofText|ofBytes|ofList)&^t.listed != 0 {
		return true
	}
	return slices.ContainsFunc(t.values, func(v Value) bool { return !math.IsNaN(v.jsFloat()) })
}

// mayBeBlank tells whether a value of t may be missing, "", [] or {}.
func (t *dataType) mayBeBlank() bool {
	return t.can(ofMissing) || t.kinds&(ofText|ofList|ofObject)&^t.listed != 0 || slices.ContainsFunc(t.values, Value.blank)
}
