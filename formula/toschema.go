package formula

import (
	"math"
	"strconv"
)

// ToSchemaOptions say what [ToSchema] changes; the zero value changes nothing.
type ToSchemaOptions struct {
	Normalize    bool // read numbers and booleans out of text, make text where text is wanted
	AddDefaults  bool // put the schema's defaults where a value is missing or null
	DropUnknown  bool // leave out members that the schema does not list, unless it has additionalProperties
	DropReadOnly bool // leave out members that the schema calls readOnly
	HasFormulas  bool // leave formulas in the value alone
}

// ToSchema returns a value in the shape that a schema asks for, as far as that
// can be had without guessing: "5" becomes 5 for a number, "x" stays. When all
// members of an object or all items of a list are left out, it is undefined.
func ToSchema(v, schema Value, o ToSchemaOptions) Value {
	if fallback := schema.Get("default"); o.AddDefaults && v.IsMissing() && !fallback.IsUndefined() {
		v = fallback
	}
	switch schema.Get("type").Text() {
	case "object":
		return o.object(v, schema)
	case "array":
		return o.list(v, schema.Get("items"))
	case "string":
		if o.Normalize && !v.IsMissing() {
			return String(v.jsString())
		}
	case "number", "integer":
		if o.Normalize && (v.kind == KindString || v.kind == KindBool) {
			n := v.jsNumber()
			if math.IsNaN(n) || schema.Get("type").Text() == "integer" && (n != math.Trunc(n) || math.IsInf(n, 0)) {
				return v
			}
			return Number(n)
		}
	case "boolean":
		if text := v.Text(); o.Normalize && (text == "true" || text == "false") {
			return Bool(text == "true")
		}
	}
	return v
}

// isFormula tells whether v is a formula of the format: an object whose first
// key names one.
func isFormula(v Value) bool {
	if v.kind != KindObject || v.Len() == 0 || hasIndexKey(v.node.keys) {
		return false
	}
	for i := range builtins {
		if builtins[i].Name == v.node.keys[0] {
			return true
		}
	}
	return false
}

func (o ToSchemaOptions) list(v, items Value) Value {
	list, ok := v.AsList()
	if !ok || len(list) == 0 || !items.IsObject() {
		return v
	}
	made := make([]Value, 0, len(list))
	for _, item := range list {
		if item = ToSchema(item, items, o); !item.IsUndefined() {
			made = append(made, item)
		}
	}
	if len(made) == 0 {
		return Undefined
	}
	return List(made...)
}

func (o ToSchemaOptions) object(v, schema Value) Value {
	if o.HasFormulas && isFormula(v) {
		return v
	}
	properties := schema.Get("properties")
	listed := o.DropUnknown && !schema.Get("additionalProperties").truthy()
	result := v
	if v.IsObject() && v.Len() > 0 {
		b := NewObject(v.Len())
		for i, key := range v.node.keys {
			property := properties.Get(key)
			switch {
			case property.IsUndefined() && listed:
				continue
			case o.DropReadOnly && property.Get("readOnly").truthy():
				continue
			}
			if member := ToSchema(v.node.items[i], property, o); !member.IsUndefined() {
				b.Set(key, member)
			}
		}
		result = Undefined
		if b.Len() > 0 {
			result = b.Value()
		}
	}
	if !o.AddDefaults {
		return result
	}
	for i, key := range properties.Keys() {
		_, property := properties.At(i)
		if o.DropReadOnly && property.Get("readOnly").truthy() || !v.Get(key).IsMissing() {
			continue
		}
		if member := ToSchema(Undefined, property, o); !member.IsUndefined() {
			if o.DropUnknown && !result.IsObject() {
				result = Undefined
			}
			result = result.spread().With(key, member)
		}
	}
	return result
}

// spread returns the object that JavaScript's {...v} is.
func (v Value) spread() Value {
	if v.IsObject() {
		return v
	}
	b := NewObject(v.Len() + 1)
	switch v.kind {
	case KindList:
		for i, item := range v.node.items {
			b.Set(strconv.Itoa(i), item)
		}
	case KindString:
		for i, r := range []rune(v.str) {
			b.Set(strconv.Itoa(i), String(string(r)))
		}
	}
	return b.Value()
}
