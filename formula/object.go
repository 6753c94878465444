package formula

import "slices"

// A Member is one key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// Object returns an object with members in their order. A repeated key keeps
// its first place and its last value, as in JavaScript.
func Object(members ...Member) Value {
	b := NewObject(len(members))
	for _, m := range members {
		b.Set(m.Key, m.Value)
	}
	return b.Value()
}

// An ObjectBuilder makes an object key by key.
type ObjectBuilder struct{ n node }

// NewObject returns a builder with room for size keys.
func NewObject(size int) *ObjectBuilder {
	return &ObjectBuilder{node{keys: make([]string, 0, size), items: make([]Value, 0, size)}}
}

// Set gives key the value v; a key that is there already keeps its place.
func (b *ObjectBuilder) Set(key string, v Value) {
	if i, ok := b.n.find(key); ok {
		b.n.items[i] = v
		return
	}
	b.n.keys = append(b.n.keys, key)
	b.n.items = append(b.n.items, v)
	if b.n.index != nil {
		b.n.index[key] = len(b.n.keys) - 1
	} else if len(b.n.keys) > indexFrom {
		b.n.makeIndex()
	}
}

// Delete removes key.
func (b *ObjectBuilder) Delete(key string) {
	i, ok := b.n.find(key)
	if !ok {
		return
	}
	b.n.keys = slices.Delete(b.n.keys, i, i+1)
	b.n.items = slices.Delete(b.n.items, i, i+1)
	if b.n.index != nil {
		b.n.makeIndex()
	}
}

// Len returns the number of keys so far.
func (b *ObjectBuilder) Len() int { return len(b.n.keys) }

// Has tells whether key has been set.
func (b *ObjectBuilder) Has(key string) bool {
	_, ok := b.n.find(key)
	return ok
}

// Value returns the object; the builder must not be used after it.
func (b *ObjectBuilder) Value() Value { return Value{kind: KindObject, node: b.n.seal()} }

// With returns the object v with key set to value. A value that is no object
// counts as an empty one.
func (v Value) With(key string, value Value) Value {
	b := v.Builder()
	b.Set(key, value)
	return b.Value()
}

// Without returns the object v without key.
func (v Value) Without(key string) Value {
	if !v.Has(key) {
		return v
	}
	b := v.Builder()
	b.Delete(key)
	return b.Value()
}

// Builder returns a builder that starts with the keys of v.
func (v Value) Builder() *ObjectBuilder {
	b := NewObject(v.Len() + 1)
	if v.kind == KindObject {
		b.n.keys = append(b.n.keys, v.node.keys...)
		b.n.items = append(b.n.items, v.node.items...)
		if v.node.index != nil {
			b.n.makeIndex()
		}
	}
	return b
}
