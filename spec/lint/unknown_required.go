package lint

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unknownRequired = Rule{
	Code:     "unknown-required",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, field := range []string{"inputSchema", "parametersSchema"} {
				if schema := o.Option.Value.Get(field); schema.IsObject() {
					p.unknownRequired(o.Option, formula.Pointer(field), schema, nil)
				}
			}
		}
		for _, operation := range p.Connector.Operations() {
			schema := operation.InputSchema()
			known := spec.AllAsked(schema).Get("properties").Keys()
			required, _ := schema.Get("required").AsList()
			for i, name := range required {
				if text := name.Text(); text != "" && !slices.Contains(known, text) {
					message, hint := unasked(text, known)
					p.ReportAuth(spec.OperationPointer(operation.Key)+formula.Pointer("inputSchema", "required", strconv.Itoa(i)), spec.AtValue(), message, hint)
				}
			}
		}
	},
}

// unknownRequired reports what a schema, or a part of it that holds under a
// condition, requires and nobody asks for; outer are the properties of the
// schema around that part.
func (p *Pass) unknownRequired(o *spec.Option, pointer string, schema formula.Value, outer []string) {
	known := spec.AllAsked(schema).Get("properties").Keys()
	if len(outer) > 0 {
		known = slices.Concat(outer, known)
	}
	required, _ := schema.Get("required").AsList()
	for i, name := range required {
		if text := name.Text(); text != "" && !slices.Contains(known, text) {
			p.requiredUnasked(o, pointer, "required", i, text, known)
		}
	}
	dependent := schema.Get("dependentRequired")
	for i, key := range dependent.Keys() {
		_, names := dependent.At(i)
		for j := range names.Len() {
			if _, name := names.At(j); slices.Contains(known, key) && !slices.Contains(known, name.Text()) {
				p.requiredUnasked(o, pointer+formula.Pointer("dependentRequired"), key, j, name.Text(), known)
			}
		}
	}
	for i, keyword := range schema.Keys() {
		_, part := schema.At(i)
		switch keyword {
		case "then", "else":
			p.unknownRequired(o, pointer+"/"+keyword, part, known)
		case "dependentSchemas":
			for j, key := range part.Keys() {
				_, dependent := part.At(j)
				p.unknownRequired(o, pointer+formula.Pointer(keyword, key), dependent, known)
			}
		case "allOf", "anyOf", "oneOf":
			parts, _ := part.AsList()
			for j, alternative := range parts {
				p.unknownRequired(o, pointer+formula.Pointer(keyword, strconv.Itoa(j)), alternative, known)
			}
		}
	}
	properties := schema.Get("properties")
	for i, name := range properties.Keys() {
		if _, property := properties.At(i); property.Has("properties") {
			p.unknownRequired(o, pointer+formula.Pointer("properties", name), property, nil)
		}
	}
}

// requiredUnasked reports an item of a list of required names. The lists of
// base and option are united, so the authored one is searched for the item.
func (p *Pass) requiredUnasked(o *spec.Option, pointer, list string, i int, name string, known []string) {
	message, hint := unasked(name, known)
	if o.Key != spec.DefaultOption && !o.WrittenHere(pointer+formula.Pointer(list)) && removes(o, name) {
		message = fmt.Sprintf("%q is required, and option %q removes it", name, o.Key)
		hint = "move the condition to the options that have it"
	}
	at := pointer + formula.Pointer(list, strconv.Itoa(i))
	for _, candidate := range authoredLists(o, pointer+formula.Pointer(list)) {
		items, _ := lookup(p.Connector.Auth, candidate).AsList()
		if j := slices.IndexFunc(items, formula.String(name).Equal); j >= 0 {
			p.ReportAuth(candidate+formula.Pointer(strconv.Itoa(j)), spec.AtValue(), message, hint)
			return
		}
	}
	p.Report(o, at, spec.AtValue(), message, hint)
}

// unasked says that a name is required that nobody asks for, and what to do.
func unasked(name string, known []string) (message, hint string) {
	hint = fmt.Sprintf("add %q to properties, or remove it here", name)
	if near := formula.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return fmt.Sprintf("%q is required, and no property has that name", name), hint
}

// removes tells whether an option removes an inherited input.
func removes(o *spec.Option, name string) bool {
	own := o.Connector().Auth.Get("options").Get(o.Key)
	for _, schema := range []formula.Value{own.Get("inputSchema"), own.Get("ui").Get("schema")} {
		if schema.Get("properties").Get(name).Kind() == formula.KindNull {
			return true
		}
	}
	return false
}

// authoredLists returns the pointers in Auth at which a part of an option's
// schema may be written, the option's own first.
func authoredLists(o *spec.Option, pointer string) []string {
	own := ""
	if o.Key != spec.DefaultOption {
		own = formula.Pointer("options", o.Key)
	}
	list := []string{own + pointer, pointer}
	if rest, ok := cutPointer(pointer, "/inputSchema"); ok {
		list = append(list, own+"/ui/schema"+rest, "/ui/schema"+rest)
	}
	return list
}
