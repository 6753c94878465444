package formula

import (
	"slices"
)

// kinds is a set of kinds.
type kinds uint16

const (
	ofUndefined kinds = 1 << KindUndefined
	ofNull      kinds = 1 << KindNull
	ofBool      kinds = 1 << KindBool
	ofNumber    kinds = 1 << KindNumber
	ofText      kinds = 1 << KindString
	ofBytes     kinds = 1 << KindBytes
	ofList      kinds = 1 << KindList
	ofObject    kinds = 1 << KindObject

	ofMissing  = ofUndefined | ofNull
	ofScalar   = ofBool | ofNumber | ofText
	ofAnything = ofMissing | ofScalar | ofBytes | ofList | ofObject
)

// A dataType is what is known about a value before there is one: a superset of
// the values that it can be. It does not change once it is made, so that types
// share their parts.
type dataType struct {
	kinds kinds
	// listed are the kinds among booleans, numbers and texts of which values
	// holds all that are possible.
	listed kinds
	values []Value
	// members are those of an object, item is any item of a list; nil says that
	// nothing is known about them.
	members *memberTypes
	item    *dataType
	// absent says that it may be missing because a schema says so, rather than
	// since nothing is known about it.
	absent bool
}

// memberTypes are the members of an object. One that may not be there has a
// type with undefined in it.
type memberTypes struct {
	keys  []string
	types []*dataType
	rest  *dataType // of all other members; nil: there are none
	// loose says that a schema lists the members but does not shut others out.
	loose bool
	scope bool // they are the variables of an $iterate
}

// The types that need no details. Nobody writes them.
var (
	anyType       = &dataType{kinds: ofAnything}
	nothingType   = &dataType{} // of what always fails
	undefinedType = &dataType{kinds: ofUndefined}
	nullType      = &dataType{kinds: ofNull}
	boolType      = &dataType{kinds: ofBool}
	trueType      = &dataType{kinds: ofBool, listed: ofBool, values: []Value{Bool(true)}}
	falseType     = &dataType{kinds: ofBool, listed: ofBool, values: []Value{Bool(false)}}
	numberType    = &dataType{kinds: ofNumber}
	textType      = &dataType{kinds: ofText}
	textOrBytes   = &dataType{kinds: ofText | ofBytes}
	timeResult    = &dataType{kinds: ofNumber | ofText}
	bytesType     = &dataType{kinds: ofBytes}
	listType      = &dataType{kinds: ofList}
	objectType    = &dataType{kinds: ofObject}
	maybeText     = &dataType{kinds: ofText | ofUndefined}
	maybeBool     = &dataType{kinds: ofBool | ofUndefined}
	textsType     = &dataType{kinds: ofList, item: textType}
	numbersType   = &dataType{kinds: ofList, item: numberType}
)

// maxListed bounds the values that a type lists.
const maxListed = 64

// known tells whether anything is known about the type that could be wrong.
func (t *dataType) known() bool { return t.kinds&^ofMissing != ofAnything&^ofMissing }

// can tells whether a value of the type can be of one of the kinds.
func (t *dataType) can(k kinds) bool { return t.kinds&k != 0 }

// never tells whether a value of the type is there, if it is, and then of none
// of the kinds.
func (t *dataType) never(k kinds) bool { return t.kinds&^ofMissing != 0 && t.kinds&k == 0 }

// only returns the part of t that is of the kinds.
func (t *dataType) only(k kinds) *dataType {
	if t.kinds&^k == 0 {
		return t
	}
	made := *t
	made.kinds &= k
	made.absent = made.absent && made.can(ofMissing)
	made.narrow()
	return &made
}

// narrow forgets the details of kinds that are not there.
func (t *dataType) narrow() {
	if t.listed&^t.kinds != 0 {
		t.listed &= t.kinds
		t.values = slices.DeleteFunc(slices.Clone(t.values), func(v Value) bool { return t.listed&(1<<v.kind) == 0 })
	}
	if !t.can(ofObject) {
		t.members = nil
	}
	if !t.can(ofList) {
		t.item = nil
	}
}

// present returns t without missing values.
func (t *dataType) present() *dataType { return t.only(ofAnything &^ ofMissing) }

// truthy returns the part of t that JavaScript takes for true.
func (t *dataType) truthy() *dataType {
	if !t.known() {
		return t.present()
	}
	return t.present().where(Value.truthy)
}

// where returns t without the listed values that do not hold; false is the
// only boolean that ever does not.
func (t *dataType) where(holds func(Value) bool) *dataType {
	made := *t
	if made.can(ofBool) && made.listed&ofBool == 0 {
		made.listed |= ofBool
		made.values = append(slices.Clone(made.values), Bool(false), Bool(true))
	}
	var values []Value
	left := made.kinds &^ made.listed
	for _, v := range made.values {
		if holds(v) {
			values = append(values, v)
			left |= 1 << v.kind
		}
	}
	made.values, made.kinds = values, left
	made.narrow()
	return &made
}

// canBeTruthy tells whether JavaScript may take a value of t for true.
func (t *dataType) canBeTruthy() bool {
	if t.kinds&^ofMissing&^t.listed != 0 {
		return true
	}
	return slices.ContainsFunc(t.values, Value.truthy)
}

// canBeFalsy tells whether a value of t can be there and count as false.
func (t *dataType) canBeFalsy() bool {
	if t.kinds&ofScalar&^t.listed != 0 {
		return true
	}
	return slices.ContainsFunc(t.values, func(v Value) bool { return !v.truthy() })
}

// orMissing returns t or undefined; absent says that a schema says so.
func (t *dataType) orMissing(absent bool) *dataType {
	if t.can(ofUndefined) && (t.absent || !absent) {
		return t
	}
	made := *t
	made.kinds |= ofUndefined
	made.absent = made.absent || absent
	return &made
}

// guarded returns t of a value that somebody has looked at: it may be missing,
// but nothing is to be said about it.
func (t *dataType) guarded() *dataType {
	if !t.absent {
		return t
	}
	made := *t
	made.absent = false
	return &made
}

// includes tells whether v is certainly of the type t, of scalars.
func (t *dataType) includes(v Value) bool {
	k := kinds(1) << v.kind
	return t.can(k) && (t.listed&k == 0 || includes(t.values, v))
}

// union returns the type of what is of one type or the other.
func union(a, b *dataType) *dataType {
	switch {
	case a == b || b.kinds == 0:
		return a
	case a.kinds == 0:
		return b
	case b.absent == a.absent && b.kinds&^(ofScalar|ofMissing|ofBytes) == 0 && b.listed == b.kinds && !slices.ContainsFunc(b.values, func(v Value) bool { return !a.includes(v) }):
		return a
	}
	made := &dataType{kinds: a.kinds | b.kinds, absent: a.absent || b.absent}
	made.listed = (a.listed | b.listed) &^ (a.kinds &^ a.listed) &^ (b.kinds &^ b.listed)
	for _, list := range [][]Value{a.values, b.values} {
		for _, v := range list {
			if made.listed&(1<<v.kind) != 0 && !includes(made.values, v) {
				made.values = append(made.values, v)
			}
		}
	}
	if len(made.values) > maxListed {
		made.listed, made.values = 0, nil
	}
	made.members = unionMembers(a, b)
	switch {
	case !a.can(ofList):
		made.item = b.item
	case !b.can(ofList):
		made.item = a.item
	case a.item != nil && b.item != nil:
		made.item = union(a.item, b.item)
	}
	return made
}

func unionMembers(a, b *dataType) *memberTypes {
	switch {
	case !a.can(ofObject):
		return b.members
	case !b.can(ofObject) || a.members == b.members:
		return a.members
	case a.members == nil || b.members == nil:
		return nil
	}
	made := &memberTypes{loose: a.members.loose && b.members.loose}
	for i, key := range a.members.keys {
		other, _ := b.members.find(key)
		made.set(key, union(a.members.types[i], other))
	}
	for i, key := range b.members.keys {
		if !slices.Contains(a.members.keys, key) {
			made.set(key, union(a.members.others(), b.members.types[i]))
		}
	}
	if a.members.rest != nil || b.members.rest != nil {
		made.rest = union(a.members.others(), b.members.others())
	}
	return made
}

func (m *memberTypes) set(key string, t *dataType) {
	m.keys, m.types = append(m.keys, key), append(m.types, t)
}

// find returns the type of a member, and whether it is one that is expected.
func (m *memberTypes) find(key string) (t *dataType, expected bool) {
	if m == nil {
		return anyType, true
	}
	if i := slices.Index(m.keys, key); i >= 0 {
		return m.types[i], true
	}
	return m.others(), m.rest != nil && !m.loose
}

// others returns the type of members that are not listed.
func (m *memberTypes) others() *dataType {
	if m.rest == nil {
		return undefinedType
	}
	return m.rest
}

// itemType returns the type of the items of a list.
func (t *dataType) itemType() *dataType {
	if t.item == nil {
		return anyItem
	}
	return t.item
}

// anyItem is any item of a list, which is never undefined.
var anyItem = &dataType{kinds: ofAnything &^ ofUndefined}

// literalType returns the type of v alone.
func literalType(v Value) *dataType {
	switch v.kind {
	case KindUndefined:
		return undefinedType
	case KindNull:
		return nullType
	case KindBytes:
		return bytesType
	case KindList:
		if v.node.weight > maxLiteral {
			return listType
		}
		item := nothingType
		for _, i := range v.node.items {
			item = union(item, literalType(i))
		}
		return &dataType{kinds: ofList, item: item}
	case KindObject:
		if v.isCopy() {
			return anyType // another value takes its place
		}
		if v.node.weight > maxLiteral {
			return objectType
		}
		m := &memberTypes{}
		for i, item := range v.node.items {
			m.set(v.node.keys[i], literalType(item))
		}
		return &dataType{kinds: ofObject, members: m}
	default:
		made := new(struct {
			dataType
			only [1]Value
		})
		made.only[0] = v
		made.kinds = 1 << v.kind
		made.listed, made.values = made.kinds, made.only[:]
		return &made.dataType
	}
}

// maxLiteral is the weight of a list or object up to which its type is looked
// into.
const maxLiteral = 64 << 10

// describe says in words what a value of t is, as far as it is there: its
// values, as in `"eu" or "us"`, if they are few, else its kinds.
func (t *dataType) describe() string {
	if t.kinds&^ofMissing&^t.listed != 0 || len(t.values) == 0 || len(t.values) > 8 {
		return t.kindWords()
	}
	var words []string
	for _, v := range t.values {
		words = append(words, v.String())
	}
	return JoinWords(words, "or")
}

// kindWords says of which kinds a value of t is: "text", "a number or an
// array".
func (t *dataType) kindWords() string {
	var words []string
	k := t.kinds
	if k&^ofMissing != 0 {
		k &^= ofMissing
	}
	for kind := KindUndefined; kind <= KindObject; kind++ {
		if k&(1<<kind) != 0 {
			words = append(words, kindWithArticle(Value{kind: kind}))
		}
	}
	return JoinWords(words, "or")
}
