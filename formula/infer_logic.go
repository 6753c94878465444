package formula

import "slices"

func inferAnd(c *checker, arg, _ Value) *dataType { return c.junctionType("$and", arg, true) }

func inferOr(c *checker, arg, _ Value) *dataType { return c.junctionType("$or", arg, false) }

// junctionType infers the type of $and and $or, whose result is start unless
// some value is otherwise.
func (c *checker) junctionType(name string, arg Value, start bool) *dataType {
	if arg.kind != KindList {
		t := c.value(arg)
		if c.formulaOfAny(arg) != nil && t.never(ofList) {
			c.doubt("wrong-type", name+" takes a list, and this is "+t.describe(), "")
		}
		if !t.can(ofList) {
			return undefinedType
		}
		return maybeBool.orMissing(t.absent)
	}
	types := c.items(arg)
	// decides tells whether a value is there and certainly not start.
	decides := func(t *dataType) bool {
		if start {
			return !t.can(ofMissing) && t.kinds != 0 && !t.canBeTruthy()
		}
		return !t.can(ofMissing) && t.kinds != 0 && !t.canBeFalsy()
	}
	// neutral tells whether a value certainly does not change start.
	neutral := func(t *dataType) bool {
		if start {
			return !t.canBeFalsy()
		}
		return !t.canBeTruthy()
	}
	there := slices.ContainsFunc(types, func(t *dataType) bool { return !t.can(ofMissing) && t.kinds != 0 })
	absent := len(types) > 0 && !slices.ContainsFunc(types, func(t *dataType) bool { return !t.absent })
	result := boolType
	switch {
	case slices.ContainsFunc(types, decides):
		return literalType(Bool(!start))
	case !slices.ContainsFunc(types, func(t *dataType) bool { return !neutral(t) }):
		result = literalType(Bool(start))
	}
	if len(types) == 0 || !slices.ContainsFunc(types, func(t *dataType) bool { return t.kinds&^ofMissing != 0 }) {
		return undefinedType
	}
	if !there {
		return result.orMissing(absent)
	}
	return result
}
