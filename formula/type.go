package formula

import "slices"

// A Type is what is known about a value before there is one. The zero Type
// knows nothing: anything may be there, or nothing. A Type does not change.
type Type struct{ known *dataType }

// A TypeMember is a member of an object's [Type].
type TypeMember struct {
	Key  string
	Type Type
}

// TypeOf returns the type that a JSON Schema describes. What it does not
// understand of the schema may be anything.
func TypeOf(schema Value) Type { return Type{typeOfSchema(schema)} }

// TextType is the type of text.
func TextType() Type { return Type{textType} }

// NumberType is the type of numbers.
func NumberType() Type { return Type{numberType} }

// BytesType is the type of bytes.
func BytesType() Type { return Type{bytesType} }

// TextsType is the type of an object whose members are texts, or not there.
func TextsType() Type {
	return Type{&dataType{kinds: ofObject, members: &memberTypes{rest: maybeText}}}
}

// ObjectType returns the type of an object with those members and no others.
func ObjectType(members ...TypeMember) Type {
	m := &memberTypes{keys: make([]string, 0, len(members)), types: make([]*dataType, 0, len(members))}
	for _, member := range members {
		m.set(member.Key, member.Type.data())
	}
	return Type{&dataType{kinds: ofObject, members: m}}
}

func (t Type) data() *dataType {
	if t.known == nil {
		return anyType
	}
	return t.known
}

// Open returns the type of an object like t that may have other members, too.
func (t Type) Open() Type {
	d := t.data()
	if d.members == nil {
		return t
	}
	made, members := *d, *d.members
	members.rest, members.loose = anyType, false
	made.members = &members
	return Type{&made}
}

// Optional returns the type of what is of type t or not there, which formulas
// that read it need not mind.
func (t Type) Optional() Type { return Type{t.data().orMissing(false)} }

// Merge returns the type of {...t, ...over}. Members that over does not list
// are taken for those of t.
func (t Type) Merge(over Type) Type {
	a, b := t.data(), over.data()
	switch {
	case a.members == nil && b.members == nil:
		return Type{objectType}
	case b.members == nil:
		return t.Open()
	case a.members == nil:
		return over.Open()
	}
	made := &memberTypes{keys: slices.Clone(a.members.keys), types: slices.Clone(a.members.types)}
	made.rest, made.loose = a.members.rest, a.members.loose
	if b.members.rest != nil && (made.rest == nil || made.loose) {
		made.rest, made.loose = b.members.rest, b.members.loose
	}
	for i, key := range b.members.keys {
		value := b.members.types[i]
		j := slices.Index(made.keys, key)
		switch {
		case j < 0:
			made.set(key, value)
		case value.can(ofUndefined) || b.kinds != ofObject:
			made.types[j] = union(value.only(ofAnything&^ofUndefined), made.types[j])
		default:
			made.types[j] = value
		}
	}
	return Type{&dataType{kinds: ofObject, members: made}}
}

// With returns the type of an object like t with more members, which it does
// not have yet.
func (t Type) With(members ...TypeMember) Type {
	d := t.data()
	if len(members) == 0 || d.members == nil {
		return t
	}
	made := *d
	m := *d.members
	m.keys = append(make([]string, 0, len(m.keys)+len(members)), m.keys...)
	m.types = append(make([]*dataType, 0, len(m.types)+len(members)), m.types...)
	for _, member := range members {
		m.set(member.Key, member.Type.data())
	}
	made.members = &m
	return Type{&made}
}

// Member returns the type of a member of a value of type t.
func (t Type) Member(key string) Type {
	d := t.data()
	if !d.can(ofObject) {
		return Type{undefinedType}
	}
	member, _ := d.members.find(key)
	return Type{member}
}

// Lists tells whether a member is one that t lists by name.
func (t Type) Lists(key string) bool {
	d := t.data()
	return d.members != nil && slices.Contains(d.members.keys, key)
}

// Members lists the members that t names.
func (t Type) Members() []string {
	if d := t.data(); d.members != nil {
		return d.members.keys
	}
	return nil
}

// CanBe tells whether a value of type t can be of one of the kinds.
func (t Type) CanBe(list ...Kind) bool {
	return slices.ContainsFunc(list, func(k Kind) bool { return t.data().can(1 << k) })
}

// CanBeTruthy tells whether JavaScript may take a value of type t for true.
func (t Type) CanBeTruthy() bool { return t.data().canBeTruthy() }

// String says in words what a value of t is.
func (t Type) String() string { return t.data().describe() }

// Result returns the type of the program's result, as [Program.Type] does.
func (p *Program) Result() Type {
	if v, ok := p.Constant(); ok {
		return Type{literalType(v)}
	}
	return Type{p.typ}
}

// KindWords says in words of which kind a value is, as in "text" or "a number".
func KindWords(v Value) string { return kindWithArticle(v) }
