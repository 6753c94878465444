package formula

import (
	"slices"
	"strings"
)

// A schemaReader makes types of the parts of one JSON Schema.
type schemaReader struct {
	root  Value
	parts int // read so far
}

// The bounds of reading a schema: what is beyond may be anything. References
// make a small schema endless.
const (
	maxSchemaParts = 20_000
	maxSchemaDepth = 30
)

// typeOfSchema returns the type that a JSON Schema describes. What it does not
// understand may be anything.
func typeOfSchema(schema Value) *dataType {
	r := &schemaReader{root: schema}
	return r.read(schema, 0)
}

func (r *schemaReader) read(s Value, depth int) *dataType {
	if r.parts++; r.parts > maxSchemaParts || depth > maxSchemaDepth {
		return anyItem
	}
	if s.kind == KindBool && s.num == 0 {
		return nothingType
	}
	if s.kind != KindObject {
		return anyItem
	}
	if ref, ok := s.Get("$ref").AsString(); ok {
		target, found := r.resolve(ref)
		if !found {
			return anyItem
		}
		return r.read(target, depth+1)
	}
	t := r.plain(s, depth)
	for _, key := range []string{"anyOf", "oneOf"} {
		if list, ok := s.Get(key).AsList(); ok && len(list) > 0 {
			t = meet(t, r.readAny(list, depth))
		}
	}
	if list, ok := s.Get("allOf").AsList(); ok {
		for _, part := range list {
			t = meet(t, r.read(part, depth+1))
		}
	}
	if s.Get("nullable").truthy() {
		t = union(t, nullType)
	}
	if d := s.Get("default"); !d.IsUndefined() {
		t = union(t, literalType(d))
	}
	if t.can(ofNull) && t.known() && !t.absent {
		made := *t
		made.absent = true
		return &made
	}
	return t
}

func (r *schemaReader) readAny(list []Value, depth int) *dataType {
	t := nothingType
	for _, part := range list {
		t = union(t, r.read(part, depth+1))
	}
	return t
}

// resolve finds what a reference within the schema points to.
func (r *schemaReader) resolve(ref string) (Value, bool) {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok || path != "" && path[0] != '/' {
		return Undefined, false
	}
	v := r.root
	for _, key := range strings.Split(path, "/")[1:] {
		v = v.property(pointerUnescaper.Replace(key))
	}
	return v, !v.IsUndefined()
}

var pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")

// schemaKinds are the names of types in JSON Schema.
var schemaKinds = map[string]kinds{
	"null": ofNull, "boolean": ofBool, "number": ofNumber, "integer": ofNumber,
	"string": ofText, "array": ofList, "object": ofObject,
}

// kindsOf reads the keyword type. Without it, properties and items speak of
// objects and lists, as authors mean them.
func kindsOf(s Value) kinds {
	names, ok := s.Get("type").AsList()
	if !ok {
		names = []Value{s.Get("type")}
	}
	k := kinds(0)
	for _, name := range names {
		one, ok := schemaKinds[name.Text()]
		if !ok && !name.IsMissing() {
			return anyItem.kinds
		}
		k |= one
	}
	switch {
	case k != 0:
		return k
	case s.Get("properties").IsObject():
		return ofObject
	case s.Get("items").IsObject():
		return ofList
	}
	return anyItem.kinds
}

// plain reads type, enum, const, properties and items.
func (r *schemaReader) plain(s Value, depth int) *dataType {
	t := &dataType{kinds: kindsOf(s)}
	values, listed := s.Get("enum").AsList()
	if c := s.Get("const"); !c.IsUndefined() {
		values, listed = []Value{c}, true
	}
	if listed && !s.Get("allowCustom").truthy() {
		made := nothingType
		for _, v := range values {
			made = union(made, literalType(v))
		}
		if len(values) > maxListed {
			made = &dataType{kinds: made.kinds}
		}
		return made.only(t.kinds)
	}
	if items := s.Get("items"); t.can(ofList) && items.IsObject() {
		t.item = r.read(items, depth+1)
	}
	if t.can(ofObject) {
		t.members = r.members(s, depth)
	}
	if t.kinds == anyItem.kinds && t.members == nil && t.item == nil {
		return anyItem
	}
	if t.members != nil && s.Get("properties").Has(copyName) {
		return anyType // a $copy in data is put in like any other
	}
	return t
}

// members reads properties, those of branches, required and
// additionalProperties.
func (r *schemaReader) members(s Value, depth int) *memberTypes {
	properties, more := s.Get("properties"), s.Get("additionalProperties")
	if !properties.IsObject() && more.kind != KindObject && (more.kind != KindBool || more.truthy()) {
		return nil
	}
	m := &memberTypes{}
	required := r.required(s, 0)
	for i, key := range properties.Keys() {
		_, property := properties.At(i)
		t := r.read(property, depth+1)
		if !slices.Contains(required, key) && property.Get("default").IsMissing() {
			t = t.orMissing(t.known())
		}
		m.set(key, t)
	}
	r.branchMembers(m, s, required, depth)
	switch {
	case more.kind == KindBool && !more.truthy():
	case more.kind == KindObject:
		m.rest = r.read(more, depth+1).orMissing(false)
	default:
		m.rest, m.loose = anyType, more.IsMissing()
	}
	return m
}

// branchMembers adds the members that only branches of a schema name. They are
// what the branches say, and may be missing.
func (r *schemaReader) branchMembers(m *memberTypes, s Value, required []string, depth int) {
	named := len(m.keys)
	branches := branchesOf(r.root, s)
	r.parts += len(branches)
	for _, b := range branches {
		properties := b.Schema.Get("properties")
		for i, key := range properties.Keys() {
			_, property := properties.At(i)
			t, at := r.read(property, depth+1), slices.Index(m.keys, key)
			switch {
			case t.kinds == 0 || at >= 0 && at < named: // that it is not there, or more about what is named
			case at >= 0:
				m.types[at] = union(m.types[at], t)
			default:
				m.set(key, t)
			}
		}
	}
	for i, key := range m.keys[named:] {
		if t := m.types[named+i]; !slices.Contains(required, key) {
			m.types[named+i] = t.orMissing(t.known())
		}
	}
}

// meet returns a type that holds for values of both types; it may hold for
// others as well.
func meet(a, b *dataType) *dataType {
	k := a.kinds & b.kinds
	made := *a.only(k)
	if made.members == nil {
		made.members = b.members
	}
	if made.item == nil {
		made.item = b.item
	}
	if made.listed == 0 {
		made.listed, made.values = b.listed, b.values
	}
	made.narrow()
	return &made
}

// schema returns t as a JSON Schema. That it may be undefined is said by who
// holds it: an object that does not require it, or mayBeUndefined.
func (t *dataType) schema() Value {
	if t.kinds|ofUndefined|ofBytes == ofAnything && t.listed == 0 && t.members == nil && t.item == nil {
		return Object()
	}
	rest, values := t.kinds&^ofUndefined&^t.listed, t.values
	if rest == ofNull && len(values) > 0 {
		rest, values = 0, append(values[:len(values):len(values)], Null)
	}
	switch {
	case len(values) == 0 && rest == 0:
		return Object(Member{"not", Object()})
	case len(values) == 0:
		return t.plainSchema(rest)
	case rest == 0:
		return listedSchema(values)
	}
	return Object(Member{"anyOf", List(listedSchema(values), t.plainSchema(rest))})
}

func listedSchema(values []Value) Value {
	if len(values) == 1 {
		return Object(Member{"const", values[0]})
	}
	return Object(Member{"enum", List(values...)})
}

// plainSchema returns the schema of the part of t that is of kinds.
func (t *dataType) plainSchema(k kinds) Value {
	var names []Value
	b := NewObject(4)
	for _, name := range []string{"string", "number", "boolean", "object", "array", "null"} {
		if k&schemaKinds[name] != 0 || name == "string" && k&ofBytes != 0 {
			names = append(names, String(name))
		}
	}
	b.Set("type", List(names...))
	if len(names) == 1 {
		b.Set("type", names[0])
	}
	if k&(ofBytes|ofText) == ofBytes {
		b.Set("contentEncoding", String("base64"))
	}
	if k&ofObject != 0 && t.members != nil {
		t.members.schema(b)
	}
	if k&ofList != 0 && t.item != nil {
		b.Set("items", t.item.schema())
	}
	return b.Value()
}

// schema sets the keywords that speak of members.
func (m *memberTypes) schema(b *ObjectBuilder) {
	properties := NewObject(len(m.keys))
	var required []Value
	for i, key := range m.keys {
		if m.types[i].kinds == ofUndefined && m.rest == nil {
			continue
		}
		properties.Set(key, m.types[i].schema())
		if !m.types[i].can(ofUndefined) {
			required = append(required, String(key))
		}
	}
	if properties.Len() > 0 {
		b.Set("properties", properties.Value())
	}
	if len(required) > 0 {
		b.Set("required", List(required...))
	}
	switch {
	case m.rest == nil:
		b.Set("additionalProperties", Bool(false))
	case m.rest != anyType:
		b.Set("additionalProperties", m.rest.schema())
	}
}

// mayBeUndefined is the keyword of [Program.Type] for what JSON Schema has no
// word for.
const mayBeUndefined = "mayBeUndefined"

// Type returns what is known about the program's result before it runs, as a
// JSON Schema of the variables has it ([Options.Schema]). Beside the words of
// JSON Schema it has "mayBeUndefined": true where there may be no result.
//
// Every result is of the type, as long as the variables are as the schema says
// and no object in them that the schema leaves open is a $copy.
func (p *Program) Type() Value {
	t := p.Result().data()
	s := t.schema()
	if t.can(ofUndefined) {
		s = s.With(mayBeUndefined, Bool(true))
	}
	return s
}
