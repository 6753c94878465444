package formula

import (
	"math"
	"slices"
)

// A Kind says what a [Value] is.
type Kind uint8

// The kinds of values. KindUndefined is what JavaScript calls undefined: a
// value that is not there at all, as opposed to null.
const (
	KindUndefined Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindBytes
	KindList
	KindObject
)

// String returns the word a user knows the kind by.
func (k Kind) String() string {
	switch k {
	case KindUndefined:
		return "undefined"
	case KindNull:
		return "null"
	case KindBool:
		return "boolean"
	case KindNumber:
		return "number"
	case KindString:
		return "string"
	case KindBytes:
		return "bytes"
	case KindList:
		return "array"
	default:
		return "object"
	}
}

// A Value is a JSON value that keeps the order of object keys and knows
// undefined. The zero Value is undefined.
//
// Values are immutable: whoever makes one hands over the lists and keys it is
// made of, and nobody changes them afterwards. So they may be shared freely,
// also between goroutines.
type Value struct {
	kind Kind
	num  float64 // of a number; 1 for true
	str  string  // of text and of bytes
	node *node   // of a list or object
}

// A node holds the items of a list, or the keys and values of an object. What
// it weighs is known from the start, since parts may be shared: a value that
// takes little memory can be endless to whoever walks through it.
type node struct {
	keys   []string
	items  []Value
	index  map[string]int // of keys, only for large objects
	weight int64          // about the bytes of its text
	depth  int32          // levels of lists and objects, itself included
	copies bool           // it may hold a $copy
}

// weightOfItem is what an item weighs beside its text; no value weighs more
// than maxWeight.
const (
	weightOfItem = 8
	maxWeight    = 1 << 50
)

// seal weighs n, which is complete.
func (n *node) seal() *node {
	weight, depth, copies := int64(weightOfItem*(1+len(n.items))), int32(0), false
	for i := range n.items {
		item := &n.items[i]
		weight += int64(len(item.str))
		if item.node != nil {
			weight += item.node.weight
			depth = max(depth, item.node.depth)
			copies = copies || item.node.copies
		}
	}
	for _, k := range n.keys {
		weight += int64(len(k))
	}
	n.weight, n.depth = min(weight, maxWeight), depth+1
	n.copies = copies || len(n.keys) > 0 && n.keys[0] == copyName
	return n
}

// weight is about the bytes of the text of v.
func (v *Value) weight() int64 {
	if v.node != nil {
		return v.node.weight
	}
	return int64(weightOfItem + len(v.str))
}

// indexFrom is the number of keys from which an object gets an index: below
// it, comparing keys one by one is faster.
const indexFrom = 32

// Undefined is the value that is not there.
var Undefined = Value{}

// Null is JSON's null.
var Null = Value{kind: KindNull}

// Bool returns the value of b.
func Bool(b bool) Value {
	if b {
		return Value{kind: KindBool, num: 1}
	}
	return Value{kind: KindBool}
}

// Number returns the value of f, an IEEE double as in JSON and JavaScript.
func Number(f float64) Value { return Value{kind: KindNumber, num: f} }

// String returns the value of s.
func String(s string) Value { return Value{kind: KindString, str: s} }

// Bytes returns b as a value that is not text: a digest before somebody said
// how it is written.
func Bytes(b []byte) Value { return Value{kind: KindBytes, str: string(b)} }

// List returns the list of items, which the caller must not change any more.
func List(items ...Value) Value {
	n := &node{items: items}
	return Value{kind: KindList, node: n.seal()}
}

func (n *node) find(key string) (int, bool) {
	if n.index != nil {
		i, ok := n.index[key]
		return i, ok
	}
	for i, k := range n.keys {
		if k == key {
			return i, true
		}
	}
	return 0, false
}

// at returns the value of key, nil if there is none.
func (n *node) at(key string) *Value {
	if n.index != nil {
		if i, ok := n.index[key]; ok {
			return &n.items[i]
		}
		return nil
	}
	for i := range n.keys {
		if n.keys[i] == key {
			return &n.items[i]
		}
	}
	return nil
}

func (n *node) makeIndex() {
	n.index = make(map[string]int, 2*len(n.keys))
	for i, k := range n.keys {
		n.index[k] = i
	}
}

// Kind says what v is.
func (v Value) Kind() Kind { return v.kind }

// IsUndefined tells whether v is not there.
func (v Value) IsUndefined() bool { return v.kind == KindUndefined }

// IsMissing tells whether v is undefined or null.
func (v Value) IsMissing() bool { return v.kind <= KindNull }

// AsBool returns v if it is a boolean.
func (v Value) AsBool() (b, ok bool) { return v.num != 0, v.kind == KindBool }

// AsNumber returns v if it is a number.
func (v Value) AsNumber() (float64, bool) { return v.num, v.kind == KindNumber }

// AsString returns v if it is text.
func (v Value) AsString() (string, bool) {
	if v.kind != KindString {
		return "", false
	}
	return v.str, true
}

// AsBytes returns v if it is bytes.
func (v Value) AsBytes() ([]byte, bool) {
	if v.kind != KindBytes {
		return nil, false
	}
	return []byte(v.str), true
}

// AsList returns the items of v if it is a list. They must not be changed.
func (v Value) AsList() ([]Value, bool) {
	if v.kind != KindList {
		return nil, false
	}
	return v.node.items, true
}

// IsObject tells whether v is an object.
func (v Value) IsObject() bool { return v.kind == KindObject }

// Len returns the number of items of a list, of keys of an object, and 0 for
// anything else.
func (v Value) Len() int {
	if v.node == nil {
		return 0
	}
	return len(v.node.items)
}

// Keys returns the keys of an object in their order, nil for anything else.
// They must not be changed.
func (v Value) Keys() []string {
	if v.kind != KindObject {
		return nil
	}
	return v.node.keys
}

// At returns the i-th key and value of an object, or the i-th item of a list
// with an empty key. It panics if there is none.
func (v Value) At(i int) (string, Value) {
	if v.kind == KindObject {
		return v.node.keys[i], v.node.items[i]
	}
	return "", v.node.items[i]
}

// Get returns the value of key in an object; undefined if there is none, or if
// v is no object.
func (v Value) Get(key string) Value {
	if v.kind != KindObject {
		return Undefined
	}
	if i, ok := v.node.find(key); ok {
		return v.node.items[i]
	}
	return Undefined
}

// Has tells whether v is an object that has key.
func (v Value) Has(key string) bool {
	if v.kind != KindObject {
		return false
	}
	_, ok := v.node.find(key)
	return ok
}

// Text returns the text of a string value, and "" for anything else.
func (v Value) Text() string {
	if v.kind != KindString {
		return ""
	}
	return v.str
}

// Equal tells whether v and w are the same: lists item by item, objects
// without regard to the order of keys and to undefined members, NaN equal to
// itself.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	switch v.kind {
	case KindBool:
		return v.num == w.num
	case KindNumber:
		return v.num == w.num || math.IsNaN(v.num) && math.IsNaN(w.num)
	case KindString, KindBytes:
		return v.str == w.str
	case KindList:
		return slices.EqualFunc(v.node.items, w.node.items, Value.Equal)
	case KindObject:
		return v.equalObject(w)
	default:
		return true
	}
}

func (v Value) equalObject(w Value) bool {
	if v.members() != w.members() {
		return false
	}
	for i, k := range v.node.keys {
		if item := v.node.items[i]; !item.IsUndefined() && !item.Equal(w.Get(k)) {
			return false
		}
	}
	return true
}

// members counts the members of an object that are there.
func (v Value) members() int {
	n := 0
	for i := range v.node.items {
		if v.node.items[i].kind != KindUndefined {
			n++
		}
	}
	return n
}
