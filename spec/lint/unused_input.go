package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unusedInput = Rule{
	Code:     "unused-input",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		p.unused("inputSchema", isInputRoot, func(name string) (string, string) {
			return fmt.Sprintf("the user is asked for %q, and nothing reads it", name),
				fmt.Sprintf("read it where it belongs, as {$var: connectionInput.%s}, or remove it", name)
		})
	},
}

// unused reports the properties of a schema that no option reads that has
// them.
func (p *Pass) unused(field string, isRoot func(root string) bool, words func(name string) (message, hint string)) {
	if !slices.ContainsFunc(p.Options, func(o Checked) bool { return o.Option.Value.Get(field).Get("properties").Len() > 0 }) {
		return
	}
	var read []string
	for _, o := range p.Options {
		if isPlatformType(authoredType(o.Option)) {
			return // the platform may read anything
		}
		names, whole := o.membersRead(isRoot)
		if whole {
			return
		}
		read = append(read, names...)
	}
	var done []string
	for _, o := range p.Options {
		for _, name := range o.Option.Value.Get(field).Get("properties").Keys() {
			if slices.Contains(read, name) || slices.Contains(done, name) {
				continue
			}
			done = append(done, name)
			if p.mayBeRead(field, isRoot, name) {
				continue
			}
			message, hint := words(name)
			p.Report(o.Option, formula.Pointer(field, "properties", name), spec.AtKey(), message, hint)
		}
	}
}

// membersRead returns the members of some variables that the formulas of an
// option read, and whether one reads such a variable as a whole.
func (c Checked) membersRead(isRoot func(root string) bool) (names []string, whole bool) {
	reads := c.Methods.Reads()
	names = make([]string, 0, len(reads))
	for _, r := range reads {
		root, name := r.Path.Names()
		if isRoot(root) && name == "" {
			return nil, true
		}
		if isRoot(root) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, false
}

// mayBeRead tells whether something reads a property of a schema that is not
// seen to read it, or whether that follows from what is said anyway.
func (p *Pass) mayBeRead(field string, isRoot func(root string) bool, name string) bool {
	return p.readElsewhere() || slices.ContainsFunc(p.Options, func(o Checked) bool {
		schema := o.Option.Value.Get(field)
		return isOpaque(o.Option) || decides(schema, name) || mentionsMember(o.Option, isRoot, name) ||
			field == "inputSchema" && schema.Get("properties").Has(name) && o.withholdsCredential()
	})
}

// decides tells whether other properties of a schema depend on one.
func decides(schema formula.Value, name string) bool {
	for _, b := range append([]formula.Branch{{Schema: schema}}, formula.Branches(schema)...) {
		for _, keyword := range []string{"if", "not", "dependentRequired"} {
			if v := b.Schema.Get(keyword); v.Len() > 0 && mentions(v, name) {
				return true
			}
		}
		isAlternative := strings.Contains(b.Pointer, "/oneOf/") || strings.Contains(b.Pointer, "/anyOf/")
		if b.Schema.Get("dependentSchemas").Has(name) || isAlternative && distinguishes(b.Schema, name) {
			return true
		}
	}
	return false
}

// distinguishes tells whether a property makes an alternative what it is,
// rather than that the alternative asks for it: it must have some value, or just
// be there.
func distinguishes(alternative formula.Value, name string) bool {
	if p := alternative.Get("properties").Get(name); !p.IsUndefined() {
		return !p.IsObject() || p.Has("const") || p.Has("enum") || p.Has("not") || !p.Has("type") && !p.Has("title")
	}
	required, _ := alternative.Get("required").AsList()
	return slices.ContainsFunc(required, formula.String(name).Equal)
}

// mentionsMember tells whether a method of an option, compiled or not, has a
// text that may read a member of a variable that is one of some roots: what is
// written and not understood is another finding.
func mentionsMember(o *spec.Option, isRoot func(root string) bool, name string) bool {
	for i, field := range o.Value.Keys() {
		switch field {
		case "inputSchema", "parametersSchema", "ui", "credentialsSchema", "customCredentialsSchema":
			continue
		}
		if _, v := o.Value.At(i); mentions(v, "."+name) && !Texts("", v, func(_, text string) bool { return !readsMember(text, isRoot, name) }) {
			return true
		}
	}
	return false
}

// readsMember tells whether a text holds a root, a dot and the name.
func readsMember(text string, isRoot func(root string) bool, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], "."+name)
		if i < 0 {
			return false
		}
		start := at + i
		at = start + 1 + len(name)
		root := start
		for root > 0 && isWordByte(text[root-1]) {
			root--
		}
		if word := strings.TrimLeft(text[root:start], "$"); word != "" && isRoot(word) && (at == len(text) || !isWordByte(text[at])) {
			return true
		}
	}
}
