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

// NewObject returns a builder with room for size keys, in one piece of memory if
// they are few.
func NewObject(size int) *ObjectBuilder {
	switch {
	case size <= 1:
		o := new(struct {
			ObjectBuilder
			keys  [1]string
			items [1]Value
		})
		return o.on(o.keys[:0], o.items[:0])
	case size == 2:
		o := new(struct {
			ObjectBuilder
			keys  [2]string
			items [2]Value
		})
		return o.on(o.keys[:0], o.items[:0])
	case size <= 4:
		o := new(struct {
			ObjectBuilder
			keys  [4]string
			items [4]Value
		})
		return o.on(o.keys[:0], o.items[:0])
	case size <= 6:
		o := new(struct {
			ObjectBuilder
			keys  [6]string
			items [6]Value
		})
		return o.on(o.keys[:0], o.items[:0])
	case size <= 9: // what 8 keys take is rounded up to this
		o := new(struct {
			ObjectBuilder
			keys  [9]string
			items [9]Value
		})
		return o.on(o.keys[:0], o.items[:0])
	}
	return new(ObjectBuilder).on(make([]string, 0, size), make([]Value, 0, size))
}

// on has the builder build in that memory.
func (b *ObjectBuilder) on(keys []string, items []Value) *ObjectBuilder {
	b.n.keys, b.n.items = keys, items
	return b
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
	b := v.builder(1)
	b.Set(key, value)
	return b.Value()
}

// WithAll is With for several members, in their order.
func (v Value) WithAll(members ...Member) Value {
	b := v.builder(len(members))
	for _, m := range members {
		b.Set(m.Key, m.Value)
	}
	return b.Value()
}

// Without returns the object v without key.
func (v Value) Without(key string) Value {
	if v.kind != KindObject {
		return v
	}
	i, ok := v.node.find(key)
	if !ok {
		return v
	}
	n := &node{keys: without(v.node.keys, i), items: without(v.node.items, i)}
	if v.node.index != nil {
		n.makeIndex()
	}
	return Value{kind: KindObject, node: n.seal()}
}

// without returns a copy of items without the i-th.
func without[T any](items []T, i int) []T {
	return append(append(make([]T, 0, len(items)-1), items[:i]...), items[i+1:]...)
}

// Builder returns a builder that starts with the keys of v.
func (v Value) Builder() *ObjectBuilder { return v.builder(1) }

// builder is Builder with room for more keys.
func (v Value) builder(more int) *ObjectBuilder {
	if v.kind != KindObject {
		return NewObject(more)
	}
	b := NewObject(v.Len() + more)
	b.n.keys = append(b.n.keys, v.node.keys...)
	b.n.items = append(b.n.items, v.node.items...)
	if v.node.index != nil {
		b.n.makeIndex()
	}
	return b
}

// A Batch makes the lists and objects of one document. They share a few pieces
// of memory, so that a document is cheap to make, and stays in memory as a
// whole as long as any part of it is used.
type Batch struct {
	nodes []node
	keys  []string
	items []Value
}

// NewBatch returns a Batch with room for a number of lists and objects, and of
// values in them. There may be more.
func NewBatch(nodes, values int) *Batch {
	return &Batch{make([]node, 0, nodes), make([]string, 0, values), make([]Value, 0, values)}
}

// List returns the list of a copy of items.
func (b *Batch) List(items []Value) Value {
	n := b.node()
	n.items = carve(&b.items, items)
	return Value{kind: KindList, node: n.seal()}
}

// Object returns the object of copies of keys and of the values that belong to
// them, one to each. It is not ok if a key is there twice.
func (b *Batch) Object(keys []string, items []Value) (object Value, ok bool) {
	n := b.node()
	n.keys, n.items = carve(&b.keys, keys), carve(&b.items, items)
	if len(keys) > indexFrom {
		n.makeIndex()
		ok = len(n.index) == len(keys)
	} else {
		ok = !repeats(keys)
	}
	return Value{kind: KindObject, node: n.seal()}, ok
}

// repeats tells whether one of a few keys is there twice.
func repeats(keys []string) bool {
	for i := range keys {
		for j := range i {
			if keys[i] == keys[j] {
				return true
			}
		}
	}
	return false
}

// node returns a new node.
func (b *Batch) node() *node {
	if len(b.nodes) == cap(b.nodes) {
		b.nodes = make([]node, 0, max(8, cap(b.nodes)/2))
	}
	b.nodes = b.nodes[:len(b.nodes)+1]
	return &b.nodes[len(b.nodes)-1]
}

// carve returns a copy of items in the memory of piece, or of a new one.
func carve[T any](piece *[]T, items []T) []T {
	p := *piece
	if cap(p)-len(p) < len(items) {
		p = make([]T, 0, max(16, cap(p)/2, len(items)))
	}
	start := len(p)
	*piece = append(p, items...)
	return slices.Clip((*piece)[start:])
}
