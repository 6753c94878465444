package spec

import (
	"fmt"
	"regexp/syntax"

	"github.com/connector-spec/connector/formula"
)

// Validate holds every file of a connector against the schema of the spec
// language and returns what is wrong with it, sorted. It does not repeat what
// [Load] said.
func Validate(c *Connector) []Diagnostic {
	if !c.source.Readable() {
		return nil
	}
	list := validateSource(c.source, "")
	if len(list) > 0 {
		if d, ok := c.foreign(); ok {
			return []Diagnostic{d}
		}
	}
	for _, b := range c.bodies {
		if b.source == nil || !b.source.Readable() {
			continue
		}
		definition := b.definition
		if b.method != nil {
			definition = b.method.bodySchema(b.kind)
		}
		if definition != "" {
			list = append(list, validateSource(b.source, definition)...)
		}
	}
	list = append(list, c.patternProblems()...)
	SortDiagnostics(list)
	return list
}

func validateSource(s *Source, definition string) []Diagnostic {
	if walkerOf(definition).accepts(s.Value()) {
		return nil
	}
	var list []Diagnostic
	for _, f := range schemaFaults(definition, s.Value()) {
		list = append(list, f.describe(s)...)
	}
	SortDiagnostics(list)
	if len(list) > MaxDiagnostics {
		last := list[MaxDiagnostics-1]
		last.Code, last.Severity, last.Fix = "too-many-problems", Error, nil
		last.Message = "this file has more problems that are not shown"
		last.Hint = "mend the first ones, then look again"
		list = append(list[:MaxDiagnostics], last)
	}
	return list
}

// patternProblems reports patterns of inputs that cannot be compiled, so that
// they would not be enforced.
func (c *Connector) patternProblems() []Diagnostic {
	var list []Diagnostic
	check := func(pointer string, schema formula.Value) {
		list = append(list, c.badPatterns(pointer, schema)...)
		for _, branch := range formula.Branches(schema) {
			list = append(list, c.badPatterns(pointer+branch.Pointer, branch.Schema)...)
		}
	}
	owner := func(prefix string, v formula.Value) {
		check(prefix+"/ui/schema", v.Get("ui").Get("schema"))
		check(prefix+"/inputSchema", v.Get("inputSchema"))
		check(prefix+"/parametersSchema", v.Get("parametersSchema"))
	}
	owner("", c.Auth)
	options := c.Auth.Get("options")
	for i, key := range options.Keys() {
		_, o := options.At(i)
		owner(formula.Pointer("options", key), o)
	}
	return list
}

// badPatterns reports those of the properties of a schema.
func (c *Connector) badPatterns(pointer string, schema formula.Value) []Diagnostic {
	var list []Diagnostic
	properties := schema.Get("properties")
	for i, key := range properties.Keys() {
		_, p := properties.At(i)
		pattern, ok := p.Get("pattern").AsString()
		if !ok {
			continue
		}
		if _, err := syntax.Parse(pattern, syntax.Perl); err != nil { // as regexp.Compile does
			list = append(list, c.Diagnose("bad-pattern", Warning, pointer+formula.Pointer("properties", key, "pattern"), AtValue(),
				fmt.Sprintf("the pattern of %q cannot be used, so it is not checked", key), "RE2 syntax is understood: no look-around and no back references"))
		}
	}
	return list
}
