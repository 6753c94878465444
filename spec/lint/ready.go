package lint

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// Freeze returns the readyDigest of a connector: what connections that exist
// rely on, and what is not to change without a new version. That is the auth
// type of each option, its inputs and its scopes. Words for people are not a
// part of it.
//
// It stands in the spec, beside the stage that it belongs to, and not in a file
// of its own: so stage and digest are written in one step, are reviewed in one
// change, and go wherever the spec goes. It has a digest for each input, so that
// a finding can name what changed, and where.
func Freeze(c *spec.Connector, options []Checked) formula.Value {
	b := formula.NewObject(2)
	if version := c.Meta.Get("version").Text(); version != "" {
		b.Set("version", formula.String(version))
	}
	all := formula.NewObject(len(options))
	for _, o := range options {
		all.Set(o.Option.Key, freezeOption(o.Option))
	}
	b.Set("options", all.Value())
	return b.Value()
}

func freezeOption(o *spec.Option) formula.Value {
	b := formula.NewObject(4)
	b.Set("type", formula.String(writtenType(o)))
	schema := o.Value.Get("inputSchema")
	if !schema.IsObject() {
		schema = o.Value.Get("ui").Get("schema")
	}
	inputs := formula.NewObject(4)
	required, _ := schema.Get("required").AsList()
	for name, input := range eachInput(o) {
		must := slices.ContainsFunc(required, formula.String(name).Equal)
		inputs.Set(name, digestOf(formula.List(withoutWords(input), formula.Bool(must))))
	}
	if v := inputs.Value(); v.Len() > 0 {
		b.Set("inputs", v)
	}
	if conditions := conditionsOf(schema); conditions.Len() > 0 {
		b.Set("conditions", digestOf(conditions))
	}
	if config, _ := OAuth(o); !config.Get("scopes").IsMissing() {
		b.Set("scopes", digestOf(scopesAsked(config.Get("scopes"))))
	}
	return b.Value()
}

// writtenType returns the auth type of an option as its author wrote it, and not
// what that comes to.
func writtenType(o *spec.Option) string {
	if written := o.Connector().Option(o.Key); written != nil {
		return written.Type()
	}
	return o.Type()
}

// conditionsOf returns what a schema says of its inputs together.
func conditionsOf(schema formula.Value) formula.Value {
	rest := withoutWords(schema)
	for _, key := range []string{"type", "properties", "required"} {
		rest = rest.Without(key)
	}
	return rest
}

// scopesAsked returns scopes in an order of their own, without their titles.
func scopesAsked(scopes formula.Value) formula.Value {
	list, ok := scopes.AsList()
	if !ok {
		return scopes
	}
	asked := make([]formula.Value, len(list))
	for i, item := range list {
		optional, _ := item.Get("optional").AsBool()
		value := item
		if item.Has("value") {
			value = item.Get("value")
		}
		asked[i] = formula.List(value, formula.Bool(optional))
	}
	slices.SortStableFunc(asked, func(a, b formula.Value) int {
		return strings.Compare(string(canonical(a).AppendJSON(nil)), string(canonical(b).AppendJSON(nil)))
	})
	return formula.List(asked...)
}

// inputWords are the keywords that are for people and change no value.
var inputWords = []string{"title", "description", "helpUri", "placeholder", "examples", "$comment", "deprecated"}

// withoutWords returns a schema without what is for people.
func withoutWords(schema formula.Value) formula.Value {
	if !schema.IsObject() {
		return schema
	}
	b := formula.NewObject(schema.Len())
	for i, key := range schema.Keys() {
		_, v := schema.At(i)
		switch {
		case slices.Contains(inputWords, key) || strings.HasPrefix(key, "x-"):
		case slices.Contains([]string{"properties", "patternProperties", "dependentSchemas", "$defs"}, key) && v.IsObject():
			named := formula.NewObject(v.Len())
			for j, name := range v.Keys() {
				_, item := v.At(j)
				named.Set(name, withoutWords(item))
			}
			b.Set(key, named.Value())
		case slices.Contains([]string{"default", "const", "enum", "required"}, key):
			b.Set(key, v)
		case v.Kind() == formula.KindList:
			list, _ := v.AsList()
			items := make([]formula.Value, len(list))
			for j, item := range list {
				items[j] = withoutWords(item)
			}
			b.Set(key, formula.List(items...))
		default:
			b.Set(key, withoutWords(v))
		}
	}
	return b.Value()
}

// canonical returns a value whose fields are in the order of their names.
func canonical(v formula.Value) formula.Value {
	if list, ok := v.AsList(); ok {
		items := make([]formula.Value, len(list))
		for i, item := range list {
			items[i] = canonical(item)
		}
		return formula.List(items...)
	}
	if !v.IsObject() {
		return v
	}
	b := formula.NewObject(v.Len())
	for _, key := range slices.Sorted(slices.Values(v.Keys())) {
		b.Set(key, canonical(v.Get(key)))
	}
	return b.Value()
}

// digestOf returns a text that is another one when the value is, whatever the
// order of its fields. It is short: it is there to notice, and proves nothing.
func digestOf(v formula.Value) formula.Value {
	sum := sha256.Sum256(canonical(v).AppendJSON(nil))
	return formula.String("sha256:" + hex.EncodeToString(sum[:6]))
}

// listingCodes are the findings besides errors that keep a connector from being
// listed: what a listing shows is missing or wrong, or what was frozen changed.
// Those of a platform's own limits are added by [KeepsFromReady].
var listingCodes = []string{
	"missing-listing-field", "missing-logo-file", "logo-format", "missing-title", "unclear-title", "markup-in-title", "relative-link", "ready-changed",
}

// KeepsFromReady tells whether a connector about which a diagnostic is said
// cannot become ready.
func KeepsFromReady(d spec.Diagnostic) bool {
	switch r := FindRule(d.Code); {
	case d.Severity == spec.Error:
		return true
	case d.Severity == spec.Info || r == nil:
		return false
	default:
		return slices.Contains(listingCodes, d.Code) || r.When == ForPlatform && strings.HasPrefix(d.Code, "listing-")
	}
}

// AskedScopes returns the scopes that an option asks for, those that are
// optional among them marked by the second result, in the order of the spec;
// whole is false if some come from formulas or a script, so that nobody knows
// them here.
func AskedScopes(o *spec.Option) (scopes []string, optional []bool, whole bool) {
	scripted := o.Value.Get("getOAuthConfig").IsObject()
	config, _ := OAuth(o)
	if !config.IsObject() {
		return nil, nil, !scripted
	}
	list, ok := config.Get("scopes").AsList()
	whole = ok || config.Get("scopes").IsMissing()
	for _, item := range list {
		scope := scopeValue(item)
		if scope == "" || strings.Contains(scope, "${") {
			whole = false
			continue
		}
		free, _ := item.Get("optional").AsBool()
		scopes, optional = append(scopes, scope), append(optional, free)
	}
	return scopes, optional, whole
}
