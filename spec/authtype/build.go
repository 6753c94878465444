package authtype

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// The shapes that shorthands lower to.

func member(key string, v formula.Value) formula.Member { return formula.Member{Key: key, Value: v} }

func object(key string, v formula.Value) formula.Value { return formula.Object(member(key, v)) }

// variable is {$var: path}.
func variable(path string) formula.Value { return object("$var", formula.String(path)) }

// concat is {$concat: [prefix, {$var: path}]}; without a prefix the variable.
func concat(prefix, path string) formula.Value {
	if prefix == "" {
		return variable(path)
	}
	return object("$concat", formula.List(formula.String(prefix), variable(path)))
}

// mappingMethod is {type: mapping, mapping: …}.
func mappingMethod(mapping formula.Value) formula.Value {
	return formula.Object(member("type", formula.String(spec.KindMapping)), member("mapping", mapping))
}

// prepend returns v with a key before all others.
func prepend(v formula.Value, key string, item formula.Value) formula.Value {
	b := formula.NewObject(v.Len() + 1)
	b.Set(key, item)
	for i, k := range v.Keys() {
		_, x := v.At(i)
		if k != key {
			b.Set(k, x)
		}
	}
	return b.Value()
}

// over returns generated with what the author wrote over it, key by key
// inside objects that are no formulas.
func over(generated, authored formula.Value) formula.Value {
	if !generated.IsObject() || !authored.IsObject() || formula.LooksLikeFormula(generated) || formula.LooksLikeFormula(authored) {
		if authored.IsUndefined() {
			return generated
		}
		return authored
	}
	b := generated.Builder()
	for i, key := range authored.Keys() {
		_, v := authored.At(i)
		b.Set(key, over(generated.Get(key), v))
	}
	return b.Value()
}

// An input is a generated property of what a user enters, or of the connector's
// parameters.
type input struct {
	name   string
	schema formula.Value
	origin string // the field of the option that describes it
	needed bool
}

// describe makes the schema of an input from the field that describes it.
func describe(field formula.Value, title string, secret bool) formula.Value {
	b := formula.NewObject(6)
	b.Set("type", formula.String("string"))
	b.Set("title", formula.String(title))
	for _, key := range []string{"title", "description", "helpUri"} {
		if v := field.Get(key); !v.IsMissing() {
			b.Set(key, v)
		}
	}
	if secret {
		b.Set("isSensitive", formula.Bool(true))
	}
	return b.Value()
}

// inputs adds generated inputs behind the author's own.
func (l *lowering) inputs(list ...input) { l.ask("inputSchema", list) }

// ask adds generated properties to a schema, behind the author's own.
func (l *lowering) ask(field string, list []input) {
	schema := l.Value.Get(field)
	if !schema.IsObject() {
		schema = object("type", formula.String("object"))
	}
	properties := schema.Get("properties").Builder()
	required, _ := schema.Get("required").AsList()
	required = append([]formula.Value{}, required...)
	for _, in := range list {
		properties.Set(in.name, over(in.schema, schema.Get("properties").Get(in.name)))
		if in.needed && !contains(required, in.name) {
			required = append(required, formula.String(in.name))
		}
	}
	schema = schema.With("properties", properties.Value())
	if len(required) > 0 {
		schema = schema.With("required", formula.List(required...))
	}
	l.set(field, schema, "/type")
	for _, in := range list {
		l.Derive(formula.Pointer(field, "properties", in.name), in.origin)
	}
}

func contains(list []formula.Value, text string) bool {
	for _, v := range list {
		if v.Text() == text {
			return true
		}
	}
	return false
}

// client gives the option a generated makeApiClient with what the author wrote
// of one over it; a method of another kind replaces the generated one.
func (l *lowering) client(mapping formula.Value, origin string) {
	if base := l.Value.Get("baseUri"); !base.IsMissing() {
		mapping = prepend(mapping, "baseUri", base)
	}
	authored := l.Value.Get("makeApiClient")
	switch {
	case !authored.IsObject():
		if l.Value.Get("baseUri").IsMissing() {
			return // missing says what is missing
		}
		l.set("makeApiClient", mappingMethod(mapping), origin)
	case authored.Get("type").Text() == spec.KindMapping && authored.Get("mapping").IsObject() && !formula.LooksLikeFormula(authored.Get("mapping")):
		l.set("makeApiClient", authored.With("mapping", over(mapping, authored.Get("mapping"))), origin)
	default:
		return
	}
	l.Derive("/makeApiClient/mapping/baseUri", "/baseUri")
}

// core gives the option the type that the shorthand stands for.
func (l *lowering) core() {
	l.set("type", formula.String("client-credentials"), "/type")
}
