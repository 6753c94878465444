package jsonata

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
	"strconv"
)

// An Object is a JSON object that keeps its fields in the order of JavaScript:
// keys that are array indices come first in rising order, all others in the
// order in which they were set. The zero Object is empty and ready to use.
// Objects may be read by several goroutines, not written.
type Object struct {
	fields  []field
	index   map[string]int // position of each key, once there are many
	indices int            // how many keys are array indices
	owner   *evaluator     // the evaluation that made the object and may change it
}

type field struct {
	key   string
	value any
}

// fewFields is the number up to which looking at each field is fastest.
const fewFields = 8

// Len returns the number of fields.
func (o *Object) Len() int { return len(o.fields) }

// Get returns the value of key.
func (o *Object) Get(key string) (any, bool) {
	if i := o.find(key); i >= 0 {
		return o.fields[i].value, true
	}
	return nil, false
}

// Set gives key a value. A key that is there keeps its place.
func (o *Object) Set(key string, value any) {
	if i := o.find(key); i >= 0 {
		o.fields[i].value = value
		return
	}
	o.fields = append(o.fields, field{key, value})
	if _, ok := arrayIndex(key); ok {
		o.indices++
	}
	switch {
	case o.index != nil:
		o.index[key] = len(o.fields) - 1
	case len(o.fields) > fewFields:
		o.reindex()
	}
}

// Delete removes key, if it is there.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	o.fields = slices.Delete(o.fields, i, i+1)
	if _, ok := arrayIndex(key); ok {
		o.indices--
	}
	if o.index != nil {
		o.reindex()
	}
}

// All iterates over keys and values in order.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, f := range o.ordered() {
			if !yield(f.key, f.value) {
				return
			}
		}
	}
}

// Keys returns the keys in order.
func (o *Object) Keys() []string {
	keys := make([]string, 0, len(o.fields))
	for _, f := range o.ordered() {
		keys = append(keys, f.key)
	}
	return keys
}

// MarshalJSON writes the object with its fields in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // an encoder that wants it does it again
	b.WriteByte('{')
	for i, f := range o.ordered() {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(f.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(f.value); err != nil {
			return nil, err
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.fields {
		if o.fields[i].key == key {
			return i
		}
	}
	return -1
}

func (o *Object) reindex() {
	o.index = make(map[string]int, 2*len(o.fields))
	for i := range o.fields {
		o.index[o.fields[i].key] = i
	}
}

// ordered returns the fields in the order in which they are shown.
func (o *Object) ordered() []field {
	if o.indices == 0 {
		return o.fields
	}
	fields := slices.Clone(o.fields)
	slices.SortStableFunc(fields, func(a, b field) int {
		x, xok := arrayIndex(a.key)
		y, yok := arrayIndex(b.key)
		switch {
		case xok && yok:
			return int(x) - int(y)
		case xok:
			return -1
		case yok:
			return 1
		}
		return 0
	})
	return fields
}

// arrayIndex reports whether key is an array index as JavaScript writes it.
func arrayIndex(key string) (uint32, bool) {
	if key == "" || len(key) > 10 || key[0] < '0' || key[0] > '9' || key[0] == '0' && len(key) > 1 {
		return 0, false
	}
	n, err := strconv.ParseUint(key, 10, 32)
	return uint32(n), err == nil && n < 1<<32-1
}
