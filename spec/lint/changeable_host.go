package lint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// changeableHost speaks of hosts that nobody but the user decides, and of
// which the spec does not even say what they look like. A subdomain before a
// domain of the author's is fine, and so is an address that the provider gives
// with the token.
var changeableHost = Rule{
	Code:     "changeable-host",
	Severity: spec.Warning,
	check:    func(p *Pass) { p.decidedHosts(p.host) },
}

// decidedHosts visits the URLs of each option that have a variable in them.
func (p *Pass) decidedHosts(visit func(o *spec.Option, pointer string, parts []urlPart)) {
	for i, o := range p.Options {
		if o.Option.Value.Get("inputSchema").IsMissing() {
			continue
		}
		for _, a := range p.digest().addresses[i] {
			if a.value.Kind() == formula.KindString && !strings.Contains(a.value.Text(), "${") {
				continue // the author's own
			}
			eachURL(a.pointer, a.value, func(pointer string, parts []urlPart) { visit(o.Option, pointer, parts) })
		}
		origins := o.Option.Value.Get("allowedOrigins")
		for i := range origins.Len() {
			_, item := origins.At(i)
			eachURL(formula.Pointer("allowedOrigins", strconv.Itoa(i)), item, func(pointer string, parts []urlPart) { visit(o.Option, pointer, parts) })
		}
	}
}

// host reports a URL in which one input decides about the whole domain.
func (p *Pass) host(o *spec.Option, pointer string, parts []urlPart) {
	variable, wholeURL, suffix := decidesHost(parts)
	name, ok := inputName(o, variable)
	if !ok || isBounded(inputOf(o, name)) {
		return
	}
	message := fmt.Sprintf("the value of %q may be any host, and the credential goes there", name)
	hint := fmt.Sprintf(`say of the input %q what it looks like: with "format: hostname", a "pattern" or an "enum"`, name)
	switch {
	case wholeURL:
		hint = fmt.Sprintf(`say of the input %q what it looks like: with "format: uri", a "pattern" or an "enum"`, name)
	case suffix != "":
		message = fmt.Sprintf("the value of %q decides whose domain under %q gets the credential", name, suffix)
		hint = fmt.Sprintf(`say of the input %q what it looks like: with a "pattern" or an "enum"`, name)
	}
	if !slices.ContainsFunc(p.found, func(d spec.Diagnostic) bool { return d.Message == message }) {
		p.Report(o, pointer, variableAt(o, pointer, name), message, hint)
	}
}

// decidesHost returns the variable that decides about the whole domain of a
// URL, whether it gives the whole URL, and the literal that stands behind it in
// the host if that is a top-level domain alone.
func decidesHost(parts []urlPart) (variable string, wholeURL bool, suffix string) {
	if len(parts) == 0 {
		return "", false, ""
	}
	if parts[0].variable != "" {
		return parts[0].variable, true, ""
	}
	_, host, ok := strings.Cut(parts[0].literal, "://")
	if !ok || len(parts) < 2 || host != "" && !strings.HasSuffix(host, ".") || strings.ContainsAny(host, "/?#") {
		return "", false, ""
	}
	if len(parts) == 2 {
		return parts[1].variable, false, ""
	}
	behind, _, _ := strings.Cut(parts[2].literal, "/")
	behind, _, _ = strings.Cut(behind, ":")
	switch {
	case parts[2].variable != "":
		return "", false, ""
	case behind == "":
		return parts[1].variable, false, ""
	case behind[0] == '.' && !strings.Contains(behind[1:], ".") && len(parts) == 3:
		return parts[1].variable, false, behind
	}
	return "", false, ""
}

// inputName returns the name of the input that a variable is the value of, if
// it is that of one.
func inputName(o *spec.Option, variable string) (name string, ok bool) {
	root, name, _ := strings.Cut(variable, ".")
	switch root {
	case "connectionInput", "connectionParameters":
	case "credentials", "authData":
		if o.Value.Has("getCredentialsFromConnectionParameters") || o.Type() == "oauth2" {
			return "", false
		}
	default:
		return "", false
	}
	return name, inputOf(o, name).IsObject()
}

// isBounded tells whether a schema says what a value looks like.
func isBounded(schema formula.Value) bool {
	return slices.ContainsFunc([]string{"pattern", "format", "enum", "const", "oneOf", "anyOf", "allOf", "not"}, schema.Has)
}
