package authtype

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// Resolve returns the options of a connector in their runnable form, in the
// order of the spec, and what is wrong with them as options of their types.
func Resolve(c *spec.Connector) ([]*spec.Option, []spec.Diagnostic) {
	var resolved []*spec.Option
	var diagnostics []spec.Diagnostic
	for _, o := range c.Options() {
		runnable, problems := resolve(o)
		diagnostics = append(diagnostics, problems...)
		if runnable != nil {
			resolved = append(resolved, runnable)
		}
	}
	return resolved, diagnostics
}

// A lowering is an option on its way to the runnable form.
type lowering struct {
	*spec.Option
	diagnostics []spec.Diagnostic
	// incomplete says that a shorthand lacks what its client is made of, which
	// it has reported.
	incomplete bool
}

func (l *lowering) report(d spec.Diagnostic) { l.diagnostics = append(l.diagnostics, d) }

func (l *lowering) error(code, pointer string, at spec.At, message, hint string) {
	l.report(l.Diagnose(code, spec.Error, pointer, at, message, hint))
}

// resolve brings one option to its runnable form; nil if its type is unknown,
// which the schema says.
func resolve(o *spec.Option) (*spec.Option, []spec.Diagnostic) {
	t := Find(o.Type())
	if t == nil {
		return nil, nil
	}
	l := &lowering{Option: o}
	l.foreignFields(t)
	l.foreignMethods(t)
	if ui := l.Value.Get("ui"); ui.Has("schema") && l.Value.Has("inputSchema") {
		l.Option = l.With("ui", ui.Without("schema"), "/ui") // the inputs are the inputSchema, merged
	}
	if t.lower != nil {
		t.lower(l)
		for _, field := range t.Fields {
			l.drop(field)
		}
	}
	l.base(t)
	l.missing(t)
	l.bodies()
	return l.Option, l.diagnostics
}

// foreignFields removes fields that only other types know, and reports those
// that are not inherited.
func (l *lowering) foreignFields(t *Type) {
	for _, other := range types {
		for _, field := range other.Fields {
			if slices.Contains(t.Fields, field) || !l.Value.Has(field) {
				continue
			}
			if l.WrittenHere(formula.Pointer(field)) {
				hasField := func(t Type) bool { return slices.Contains(t.Fields, field) }
				l.error("foreign-field", formula.Pointer(field), spec.AtKey(),
					fmt.Sprintf("type %q has no field %q", t.Name, field), "it belongs to "+typesThat(hasField))
			}
			l.drop(field)
		}
	}
}

// typesThat lists the types that meet a condition.
func typesThat(holds func(Type) bool) string {
	var names []string
	for _, t := range types {
		if holds(t) {
			names = append(names, fmt.Sprintf("%q", t.Name))
		}
	}
	if len(names) == 1 {
		return "type " + names[0]
	}
	return "types " + formula.JoinWords(names, "and")
}

// foreignMethods drops methods that the type does not have.
func (l *lowering) foreignMethods(t *Type) {
	for _, name := range spec.MethodNames() {
		if !l.Value.Get(name).IsObject() {
			l.drop(name)
			continue
		}
		if t.use(name) != nil {
			continue
		}
		if l.WrittenHere(formula.Pointer(name)) {
			l.error("foreign-method", formula.Pointer(name), spec.AtKey(),
				fmt.Sprintf("type %q has no method %q", t.Name, name), "it belongs to "+typesThat(func(t Type) bool { return t.use(name) != nil }))
		} else if base := Find(l.Connector().Auth.Get("type").Text()); base == nil || base.use(name) == nil {
			l.report(l.Diagnose("inherited-foreign-method", spec.Warning, formula.Pointer(name), spec.AtKey(),
				fmt.Sprintf("option %q inherits %q, which type %q does not have", l.Key, name, t.Name), "move it to the options that use it"))
		}
		l.drop(name)
	}
}

// drop removes a field.
func (l *lowering) drop(field string) {
	if l.Value.Has(field) {
		l.Option = l.Without(field)
	}
}

// base gives makeApiClient the base URL that stands beside it.
func (l *lowering) base(t *Type) {
	base := l.Value.Get("baseUri")
	method := l.Value.Get("makeApiClient")
	if base.IsMissing() {
		return
	}
	if method.IsMissing() && isOAuth(t) {
		client := object("baseUri", base)
		if t.Name == "oauth2" { // OAuth 1 signs requests without being told to
			client = client.With("headers", object("Authorization", l.token()))
		}
		l.set("makeApiClient", mappingMethod(client), "/baseUri")
		l.Derive("/makeApiClient/mapping/baseUri", "/baseUri")
		return
	}
	mapping := method.Get("mapping")
	if method.Get("type").Text() != spec.KindMapping || !mapping.IsObject() || formula.LooksLikeFormula(mapping) || mapping.Has("baseUri") {
		return
	}
	l.Option = l.With("makeApiClient", method.With("mapping", prepend(mapping, "baseUri", base)), "/makeApiClient")
	l.Derive("/makeApiClient/mapping/baseUri", "/baseUri")
}

// isOAuth tells whether a client needs no more than a base.
func isOAuth(t *Type) bool { return t.Name == "oauth2" || t.Name == "oauth1" }

// token is the access token behind the word that the OAuth configuration says.
func (l *lowering) token() formula.Value {
	const token = "credentials.access_token"
	prefix := l.Value.Get("getOAuthConfig").Get("mapping").Get("tokenPrefix")
	text, isText := prefix.AsString()
	switch {
	case prefix.IsMissing():
		return concat("Bearer ", token)
	case isText && !strings.Contains(text, "${"):
		return concat(spaced(text), token)
	}
	return object("$concat", formula.List(prefix, formula.String(" "), variable(token)))
}

// set gives a field a generated value, whose problems are shown at origin.
func (l *lowering) set(field string, v formula.Value, origin string) {
	l.Option = l.With(field, v, origin)
}

// missing reports required methods that are not there.
func (l *lowering) missing(t *Type) {
	for _, u := range t.Methods {
		if !u.Required || l.incomplete || l.Value.Get(u.Method).IsObject() {
			continue
		}
		client := u.Method == "makeApiClient"
		if client && (t.Shorthand() || isOAuth(t)) {
			l.error("missing-field", "/type", spec.AtValue(), fmt.Sprintf("type %q needs the field \"baseUri\"", t.Name),
				"baseUri: the address of the API, such as https://api.example.com")
			continue
		}
		hint := fmt.Sprintf("write it here, or in %s", spec.BodyFile(u.Method, spec.KindMapping))
		if client {
			hint = "it says where the API is and how the credentials reach it; " + hint
		}
		l.error("missing-method", "/type", spec.AtValue(), fmt.Sprintf("type %q needs the method %q", t.Name, u.Method), hint)
	}
}

// bodies reports methods that are declared and have neither a body nor a file.
func (l *lowering) bodies() {
	for _, name := range spec.MethodNames() {
		m := l.Value.Get(name)
		kind := m.Get("type").Text()
		if !m.IsObject() || kind == "" || kind == spec.KindNotSupported || m.Has("mapping") || m.Has("code") || m.Has("filePath") {
			continue
		}
		l.error("missing-body", formula.Pointer(name), spec.AtKey(),
			fmt.Sprintf("method %q is declared as %q and has no body", name, kind), bodyHint(name, kind))
	}
}

func bodyHint(name, kind string) string {
	if kind == spec.KindJavaScript {
		return fmt.Sprintf("write its code here, or in %s", spec.BodyFile(name, kind))
	}
	return fmt.Sprintf("write its mapping here, or in %s", spec.BodyFile(name, kind))
}
