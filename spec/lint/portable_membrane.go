package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// portableToMembrane reports what this language adds to Membrane's format.
func portableToMembrane(p *Pass) {
	p.lackingMeta(membraneConnector)
	p.unshown(membraneUnshown)
	auth := p.Connector.Auth
	p.membraneOwner("", auth)
	options := auth.Get("options")
	for i, key := range options.Keys() {
		_, option := options.At(i)
		pointer := formula.Pointer("options", key)
		if p.Connector.Generation == 2 && !option.Has("type") {
			p.ReportAuth(pointer, spec.AtKey(), fmt.Sprintf("Membrane wants a type in each option, and %q has none of its own", key),
				fmt.Sprintf("add type: %s", auth.Get("type").Text()))
		}
		p.membraneOwner(pointer, option)
	}
}

// membraneOwner checks the base or an option, as it is written.
func (p *Pass) membraneOwner(pointer string, v formula.Value) {
	p.membraneType(pointer, v.Get("type").Text())
	p.lackingAuth(membraneAuth, pointer, v)
	if pointer == "" && v.Has("baseUri") && v.Get("makeApiClient").IsMissing() && v.Get("options").Len() == 0 {
		const message = "Membrane makes no API client of its own accord"
		switch v.Get("type").Text() {
		case "oauth2":
			p.ReportAuth("/type", spec.AtValue(), message, `write makeApiClient, with baseUri and headers: {Authorization: {$concat: ["Bearer ", {$var: credentials.access_token}]}}`)
		case "oauth1":
			p.ReportAuth("/type", spec.AtValue(), message, "write makeApiClient, with baseUri")
		}
	}
	for _, field := range []string{"ui", "inputSchema"} {
		schema, at := v.Get(field), pointer+formula.Pointer(field)
		if field == "ui" {
			schema, at = schema.Get("schema"), at+"/schema"
		}
		p.membraneInputs(at, schema)
	}
	for _, name := range spec.MethodNames() {
		if m := v.Get(name); m.IsObject() {
			p.membraneMethod(name, pointer+formula.Pointer(name), m)
		}
	}
	if enabled := v.Get("enabled"); enabled.Kind() != formula.KindBool {
		p.membraneFormulas(pointer+"/enabled", enabled)
	}
}

// membraneType checks the type that the base or an option is said to have.
func (p *Pass) membraneType(pointer, name string) {
	t := authtype.Find(name)
	if t == nil || !t.Shorthand() || isPlatformType(name) {
		return
	}
	hint := "write it as client-credentials, with ui.schema and makeApiClient"
	for _, o := range p.Options {
		own := o.Option.Key == spec.DefaultOption && pointer == "" || pointer == formula.Pointer("options", o.Option.Key)
		if client, _ := Client(o.Option); own && client.IsObject() && !client.Has("sign") {
			hint += ", whose mapping is " + string(withoutInterpolations(client).AppendJSON(nil))
		}
	}
	if name == "aws-sigv4" {
		hint = "make the client in JavaScript, and sign the requests there"
	}
	p.ReportAuth(pointer+"/type", spec.AtValue(), fmt.Sprintf("Membrane has no type %q", name), hint)
}

// membraneInputs checks what is asked from the user.
func (p *Pass) membraneInputs(pointer string, schema formula.Value) {
	p.lackingAuth(membraneSchema, pointer, schema)
	properties := schema.Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		at := pointer + formula.Pointer("properties", name)
		if property.Kind() == formula.KindNull {
			p.ReportAuth(at, spec.AtKey(), fmt.Sprintf("Membrane cannot remove the input %q, which an option inherits", name),
				"ask for it in each option that needs it, and not in the base")
		}
		p.lackingAuth(membraneProperty, at, property)
	}
}

// membraneKinds are the implementation types that Membrane has for methods.
var membraneKinds = map[string][]string{
	"getOAuthConfig":                         {spec.KindMapping, spec.KindJavaScript},
	"getTokenData":                           {spec.KindMapping, spec.KindJavaScript},
	"getCredentialsFromAccessTokenResponse":  {spec.KindMapping, spec.KindJavaScript},
	"getCredentialsFromRefreshTokenResponse": {spec.KindMapping, spec.KindJavaScript},
	"getCredentialsFromConnectionParameters": {spec.KindMapping, spec.KindJavaScript},
	"makeApiClient":                          {spec.KindMapping, spec.KindJavaScript},
	"refreshCredentials":                     {spec.KindJavaScript},
	"disconnect":                             {spec.KindJavaScript},
	"test":                                   {spec.KindOperation, spec.KindREST, spec.KindJavaScript},
}

func (p *Pass) membraneMethod(name, pointer string, m formula.Value) {
	kind := m.Get("type").Text()
	if kind == spec.KindNotSupported || kind == spec.KindJavaScript {
		return
	}
	if kinds := membraneKinds[name]; !slices.Contains(kinds, kind) {
		p.ReportAuth(pointer+"/type", spec.AtValue(), fmt.Sprintf("Membrane has no %s for %q", kind, name),
			fmt.Sprintf("write it as %s", formula.JoinWords(kinds, "or")))
		return
	}
	mapping, at := m.Get("mapping"), pointer+"/mapping"
	switch name {
	case "getOAuthConfig":
		p.lackingAuth(membraneOAuth, at, mapping)
		p.membraneOAuthValues(at, mapping)
	case "makeApiClient":
		p.lackingAuth(membraneClient, at, mapping)
	case "test":
		p.lackingAuth(membraneRequest, at, mapping)
		p.lackingAuth(membraneRequestMapping, at+"/requestMapping", mapping.Get("requestMapping"))
	}
	p.membraneFormulas(at, mapping)
}

// membraneOAuthValues checks fields that Membrane has with fewer values.
func (p *Pass) membraneOAuthValues(pointer string, oauth formula.Value) {
	if where := oauth.Get("clientAuthLocation").Text(); where != "" && where != "headers" && where != "body" && !strings.Contains(where, "${") {
		p.ReportAuth(pointer+"/clientAuthLocation", spec.AtValue(), fmt.Sprintf("Membrane has no clientAuthLocation %q", where),
			"write headers or body; anything else is for getTokenData and refreshCredentials in JavaScript")
	}
	scopes := oauth.Get("scopes")
	for i := range scopes.Len() {
		if _, scope := scopes.At(i); !scopes.IsObject() && scope.Has("value") {
			p.ReportAuth(pointer+formula.Pointer("scopes", strconv.Itoa(i)), spec.AtKey(), "Membrane has no titles for scopes", fmt.Sprintf("write %s alone", scope.Get("value").Text()))
		}
	}
}

// uninterpolated are the formulas whose arguments are no texts with formulas in
// them.
var uninterpolated = []string{"$tpl", "$jsonata", "$plain", "$var", "$copy", "$record"}

// membraneFormulas reports the formulas in a value that Membrane does not know.
func (p *Pass) membraneFormulas(pointer string, v formula.Value) {
	if p.Connector.Dialect() == formula.DialectMembrane {
		return
	}
	if text, ok := v.AsString(); ok {
		if i := interpolation(text); i >= 0 {
			hint := withoutInterpolation(text)
			if strings.HasSuffix(pointer, "/mapping/path") {
				hint = "write placeholders, as in path: /users/{id}, and their values in requestMapping: {pathParameters: {id: {$var: ...}}}"
			}
			p.ReportAuth(pointer, spec.AtText(i, len(text)-i), "Membrane takes ${...} in a text as it is written", hint)
		}
		return
	}
	for i := range v.Len() {
		key, item := v.At(i)
		if !v.IsObject() {
			key = strconv.Itoa(i)
		}
		switch {
		case v.IsObject() && i == 0 && slices.Contains(uninterpolated, key):
			return
		case v.IsObject() && i == 0 && key == "$expr":
			p.ReportAuth(pointer+formula.Pointer(key), spec.AtKey(), `Membrane has no formula "$expr"`, withoutInterpolation("${"+item.Text()+"}"))
			return
		}
		p.membraneFormulas(pointer+formula.Pointer(key), item)
	}
}

// interpolation returns where the first ${ of a text is that begins an
// expression; -1 if there is none.
func interpolation(text string) int {
	for i := 0; ; {
		at := strings.Index(text[i:], "${")
		if at < 0 {
			return -1
		}
		if at += i; at == 0 || text[at-1] != '$' {
			return at
		}
		i = at + 2
	}
}

// withoutInterpolation says how to write a text with formulas in it without
// them.
func withoutInterpolation(text string) string {
	if v, ok := interpolated(text); ok {
		return "write " + string(v.AppendJSON(nil))
	}
	if strings.Contains(text, "base64(") {
		return "a user name and a password are auth: {username, password}; for the rest there is {$jsonata: $base64encode(...)}"
	}
	return "write it with formulas such as $concat, $case, $firstNotEmpty or $jsonata"
}

// interpolated returns the formula of the format that a text with variables in
// it stands for; not ok if there is more than variables in it.
func interpolated(text string) (formula.Value, bool) {
	parts, ok := textParts(text)
	if !ok || strings.Contains(text, "$${") {
		return formula.Undefined, false
	}
	items := make([]formula.Value, len(parts))
	for i, part := range parts {
		items[i] = formula.String(part.literal)
		if part.variable != "" {
			items[i] = formula.Object(formula.Member{Key: "$var", Value: formula.String(part.variable)})
		}
	}
	if len(items) == 1 {
		return items[0], true
	}
	return formula.Object(formula.Member{Key: "$concat", Value: formula.List(items...)}), true
}

// withoutInterpolations returns a value with the texts in it that hold
// variables written as the format writes them.
func withoutInterpolations(v formula.Value) formula.Value {
	if text, ok := v.AsString(); ok {
		if instead, ok := interpolated(text); ok && interpolation(text) >= 0 {
			return instead
		}
		return v
	}
	if items, ok := v.AsList(); ok {
		list := make([]formula.Value, len(items))
		for i, item := range items {
			list[i] = withoutInterpolations(item)
		}
		return formula.List(list...)
	}
	if !v.IsObject() {
		return v
	}
	b := formula.NewObject(v.Len())
	for i, key := range v.Keys() {
		_, item := v.At(i)
		if !slices.Contains(uninterpolated, key) {
			item = withoutInterpolations(item)
		}
		b.Set(key, item)
	}
	return b.Value()
}
