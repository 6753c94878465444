package spec

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// DefaultOption is the key of the base as an option of its own.
const DefaultOption = "default"

// EffectiveOption returns what the option of key comes to in a flat document:
// the document, overwritten field by field with the option's own, its schemas
// merged with those of the document. The empty key is the document itself; a
// key that there is not gives undefined.
func EffectiveOption(doc formula.Value, key string) formula.Value {
	option := doc.Get("options").Get(key)
	if key == "" && option.IsUndefined() {
		option = formula.Object()
	}
	if option.IsUndefined() {
		return formula.Undefined
	}
	b := doc.Builder()
	for i, field := range option.Keys() {
		_, v := option.At(i)
		if slices.Contains(inheritedWhenNull, field) && v.IsMissing() {
			continue
		}
		b.Set(field, v)
	}
	inputs := []formula.Value{inputsOf(doc), inputsOf(option)}
	if !inputs[0].IsMissing() || !inputs[1].IsMissing() {
		b.Set("inputSchema", mergeInputs(inputs[0], inputs[1]))
	}
	for _, field := range []string{"parametersSchema", "credentialsSchema"} {
		if own := option.Get(field); !own.IsMissing() && !doc.Get(field).IsMissing() {
			b.Set(field, MergeSchemas(doc.Get(field), own))
		}
	}
	return b.Value()
}

// inheritedWhenNull are the methods that an option takes from the base even if
// it says null.
var inheritedWhenNull = []string{"makeApiClient", "test", "disconnect"}

// inputsOf returns the schema of what a user enters.
func inputsOf(v formula.Value) formula.Value {
	if s := v.Get("inputSchema"); !s.IsMissing() {
		return s
	}
	return v.Get("ui").Get("schema")
}

// conditionals are keywords that say something about the whole of the inputs:
// base and option may both have them, and both hold.
var conditionals = []string{"if", "then", "else", "oneOf", "allOf", "not", "dependentRequired", "dependentSchemas"}

// mergeInputs merges the inputs of an option into those of the base. Beyond
// what the format does, a property that the option sets to null is removed,
// and conditionals of both hold.
func mergeInputs(base, option formula.Value) formula.Value {
	if base.IsMissing() {
		return option
	}
	if option.IsMissing() {
		return base
	}
	if option.IsObject() && !option.Has("type") && !option.Has("anyOf") {
		option = option.With("type", formula.String("object")) // it may say no more than a condition
	}
	merged := MergeSchemas(base, option)
	merged = joinConditionals(merged, base, option)
	if removed := nullsOf(option.Get("properties")); len(removed) > 0 {
		merged = withoutAsked(merged, removed)
	}
	return removeNulls(merged)
}

// nullsOf returns the names of the members that are null.
func nullsOf(v formula.Value) []string {
	return slices.DeleteFunc(slices.Clone(v.Keys()), func(key string) bool { return v.Get(key).Kind() != formula.KindNull })
}

func joinConditionals(merged, base, option formula.Value) formula.Value {
	has := func(v formula.Value) bool { return slices.ContainsFunc(conditionals, v.Has) }
	if !has(base) || !has(option) || !merged.IsObject() {
		return merged
	}
	b := merged.Builder()
	var all []formula.Value
	for _, s := range []formula.Value{base, option} {
		part := formula.NewObject(len(conditionals))
		for _, key := range conditionals {
			if v := s.Get(key); !v.IsUndefined() {
				part.Set(key, v)
				b.Delete(key)
			}
		}
		all = append(all, part.Value())
	}
	b.Set("allOf", formula.List(all...))
	return b.Value()
}

// removeNulls removes the properties that are null.
func removeNulls(schema formula.Value) formula.Value {
	properties := schema.Get("properties")
	removed := make(map[string]bool)
	for i, key := range properties.Keys() {
		if _, v := properties.At(i); v.Kind() == formula.KindNull {
			removed[key] = true
			properties = properties.Without(key)
			return removeNulls(withoutRequired(schema.With("properties", properties), key))
		}
	}
	return schema
}

func withoutRequired(schema formula.Value, key string) formula.Value {
	required, ok := schema.Get("required").AsList()
	if !ok {
		return schema
	}
	kept := slices.DeleteFunc(slices.Clone(required), formula.String(key).Equal)
	if len(kept) == 0 {
		return schema.Without("required")
	}
	return schema.With("required", formula.List(kept...))
}

// An Option is one way to authenticate: the base or one of its options, after
// inheritance. It knows where its parts were written.
type Option struct {
	// Key is the option's key; [DefaultOption] for the base.
	Key string
	// Value is the option's effective form, flat as [Connector.Auth] is.
	Value formula.Value

	connector *Connector
	derived   []derivation
	generated []string // methods that no author wrote
}

// A derivation says that the part of an option at prefix comes from the part
// at origin, so that problems with it are shown there.
type derivation struct{ prefix, origin string }

// Connector returns the connector that o is an option of.
func (o *Option) Connector() *Connector { return o.connector }

// Type returns the auth type of o, "" if none is said.
func (o *Option) Type() string { return o.Value.Get("type").Text() }

// Title returns what a user knows the option by.
func (o *Option) Title() string {
	if t := o.Value.Get("title").Text(); t != "" {
		return t
	}
	return o.Key
}

// With returns o with another value for a field. Problems with it are shown at
// the part of o at origin.
func (o *Option) With(field string, v formula.Value, origin string) *Option {
	p := *o
	p.Value = o.Value.With(field, v)
	p.derived = append(slices.Clip(o.derived), derivation{formula.Pointer(field), origin})
	return &p
}

// Derive notes that what stands at prefix comes from the part at origin.
func (o *Option) Derive(prefix, origin string) {
	o.derived = append(slices.Clip(o.derived), derivation{prefix, origin})
}

// WithMethod returns o with a method that is written in the whole language,
// whatever the dialect of the connector is.
func (o *Option) WithMethod(name string, v formula.Value, origin string) *Option {
	p := o.With(name, v, origin)
	p.generated = append(slices.Clip(o.generated), name)
	return p
}

// Dialect returns the dialect of a method or another field.
func (o *Option) Dialect(field string) formula.Dialect {
	if slices.Contains(o.generated, field) {
		return formula.DialectConnector
	}
	return o.connector.Dialect()
}

// Without returns o without a field.
func (o *Option) Without(field string) *Option {
	p := *o
	p.Value = o.Value.Without(field)
	return &p
}

// Diagnose returns a diagnostic at a part of o, in the file where that was
// written: by the option itself, by the base it is inherited from, or by what
// it was made of.
func (o *Option) Diagnose(code string, severity Severity, pointer string, at At, message, hint string) Diagnostic {
	place, exact := o.place(pointer)
	if !exact {
		at = AtKey()
	}
	return o.connector.Diagnose(code, severity, place, at, message, hint)
}

// FileOf returns the file that a part of o was written in.
func (o *Option) FileOf(pointer string) string {
	place, _ := o.place(pointer)
	s, _ := o.connector.locate(place)
	return s.Name()
}

// WrittenHere tells whether the option itself wrote it, and not the base.
func (o *Option) WrittenHere(pointer string) bool {
	return o.connector.written(o.own() + pointer)
}

// own returns the pointer of the option in the connector's Auth.
func (o *Option) own() string {
	if o.Key == DefaultOption {
		return ""
	}
	return formula.Pointer("options", o.Key)
}

// authored returns the pointer in Auth where a part of o is written.
func (o *Option) authored(pointer string) (string, bool) {
	candidates := []string{pointer}
	if rest, ok := strings.CutPrefix(pointer, "/inputSchema"); ok {
		candidates = append(candidates, "/ui/schema"+rest)
	}
	owners := []string{o.own(), ""}
	if o.replaces(pointer) {
		owners = owners[:1]
	}
	for _, owner := range owners {
		for _, p := range candidates {
			if o.connector.written(owner + p) {
				return owner + p, true
			}
		}
	}
	return "", false
}

// replaces tells whether a part is that of a method that the option writes
// itself: nothing of such a method is inherited.
func (o *Option) replaces(pointer string) bool {
	if o.Key == DefaultOption {
		return false
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
	return findMethod(name) != nil && o.connector.Auth.Get("options").Get(o.Key).Get(name).IsObject()
}

// place returns the pointer in Auth at which a part of o is shown, and whether
// it is that very part.
func (o *Option) place(pointer string) (string, bool) {
	if p, ok := o.authored(pointer); ok {
		return p, true
	}
	for i := len(o.derived) - 1; i >= 0; i-- {
		d := o.derived[i]
		rest, ok := strings.CutPrefix(pointer, d.prefix)
		if !ok || rest != "" && rest[0] != '/' {
			continue
		}
		if p, ok := o.authored(d.origin + rest); ok {
			return p, true
		}
		if p, ok := o.authored(d.origin); ok {
			return p, false
		}
	}
	if i := strings.LastIndexByte(pointer, '/'); i > 0 {
		p, _ := o.place(pointer[:i])
		return p, false
	}
	return o.own(), false
}

// Options returns the ways to authenticate that a user can choose from: the
// options in the order of the spec, after the base if that is a choice of its
// own. Whether the base can make a client is for the caller to see.
func (c *Connector) Options() []*Option {
	var list []*Option
	keys := c.OptionKeys()
	if b := c.Option(DefaultOption); b.Type() != "" && !isFalse(c.Auth.Get("selectable")) && (len(keys) == 0 || c.baseMakesClient()) {
		list = append(list, b)
	}
	for _, key := range keys {
		if o := c.Option(key); o != nil && !isFalse(c.Auth.Get("options").Get(key).Get("selectable")) {
			list = append(list, o)
		}
	}
	return list
}

// baseMakesClient tells whether the base says how a client is made.
func (c *Connector) baseMakesClient() bool {
	return c.Auth.Get("makeApiClient").IsObject() || c.Auth.Has("baseUri")
}

func isFalse(v formula.Value) bool {
	b, ok := v.AsBool()
	return ok && !b
}

// Option returns the option of key after inheritance, the base for
// [DefaultOption]; nil if there is none.
func (c *Connector) Option(key string) *Option {
	inner := key
	if key == DefaultOption {
		inner = ""
	}
	v := EffectiveOption(c.Auth, inner)
	if !v.IsObject() {
		return nil
	}
	b := v.Builder()
	for _, field := range []string{"options", "selectable"} {
		b.Delete(field)
	}
	o := &Option{Key: key, Value: b.Value(), connector: c}
	o.askAll()
	return o
}
