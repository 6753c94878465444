package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A credentialKind is what platforms call a way to authenticate: where the
// credential of an option goes.
type credentialKind struct {
	name    string // such as basic; "" for none that platforms have
	pointer string // of what shows it
	what    string // says it in words
	derived bool   // it is more than an input behind a word
}

// kindOf returns the kind of an option in its runnable form.
func kindOf(c Checked) credentialKind {
	o := c.Option
	switch t := o.Type(); t {
	case "client-credentials":
		if t = authoredType(o); isPlatformType(t) {
			return credentialKind{name: "", pointer: "/type", what: fmt.Sprintf("type %q", t)}
		}
	case "oauth1":
		return credentialKind{name: t, pointer: "/type", what: "OAuth 1"}
	case "oauth2":
		return credentialKind{name: t, pointer: "/type", what: "OAuth 2"}
	default:
		return credentialKind{name: "", pointer: "/type", what: fmt.Sprintf("type %q", t)}
	}
	for _, name := range []string{"getCredentialsFromConnectionParameters", "refreshCredentials"} {
		if c.Methods.Has(name) {
			return credentialKind{name: "", pointer: formula.Pointer(name), what: "step that makes credentials of what the user enters"}
		}
	}
	client, pointer := Client(o)
	sign := client.Get("sign").Get("type").Text()
	switch {
	case !client.IsObject():
		return credentialKind{name: "", pointer: "/makeApiClient", what: "an API client that a script makes"}
	case sign == "aws-sigv4":
		return credentialKind{name: "aws-sigv4", pointer: pointer + "/sign", what: "AWS Signature Version 4"}
	case client.Has("sign"):
		return credentialKind{name: "", pointer: pointer + "/sign", what: fmt.Sprintf("signatures of type %q", sign)}
	case client.Has("tls"):
		return credentialKind{name: "", pointer: pointer + "/tls", what: "client certificates"}
	case client.Has("auth"):
		return credentialKind{name: "basic", pointer: pointer + "/auth", what: "basic authentication"}
	}
	return placeOf(c, pointer)
}

// placeOf returns the kind of an option whose credential is sent in a header,
// the query or the body.
func placeOf(c Checked, pointer string) credentialKind {
	client, _ := Client(c.Option)
	kind := credentialKind{name: "none", pointer: "/type", what: "an API without authentication"}
	for _, r := range c.Methods.Reads() {
		rest, ok := strings.CutPrefix(r.Pointer, pointer+"/")
		root, _ := r.Path.Names()
		if r.Method != "makeApiClient" || !ok || !isInputRoot(root) {
			continue
		}
		place, rest, _ := strings.Cut(rest, "/")
		name, _, _ := strings.Cut(rest, "/")
		at := pointer + "/" + place + "/" + name
		derived := !isPlain(client.Get(place).Get(unescapePointer(name)))
		switch {
		case place == "cookies":
			return credentialKind{name: "", pointer: pointer + "/cookies", what: "credentials in cookies"}
		case place == "headers" && strings.EqualFold(name, "Authorization"):
			kind = credentialKind{"bearer", at, "a token in the Authorization header", derived}
		case place == "headers", place == "query", place == "data":
			if kind.name == "none" || derived && !kind.derived {
				kind = credentialKind{"api-key", at, "an API key", derived}
			}
		}
	}
	return kind
}

// isPlain tells whether a value is a variable, or a word and a variable.
func isPlain(v formula.Value) bool {
	var parts []urlPart
	var ok bool
	switch text, isText := v.AsString(); {
	case isText:
		parts, ok = textParts(text)
	case v.Has("$var"):
		return true
	case v.Has("$concat"):
		parts, ok = concatParts(v.Get("$concat"))
	}
	return ok && (len(parts) == 1 || len(parts) == 2 && parts[0].literal != "" && parts[1].variable != "")
}

// hasKind reports an option of a kind that the platform does not have.
func (p *Pass) hasKind(c Checked, kinds map[string]bool, known string) (credentialKind, bool) {
	kind := kindOf(c)
	if kinds[kind.name] {
		return kind, true
	}
	p.Report(c.Option, kind.pointer, spec.AtKey(), fmt.Sprintf("%s has no %s", p.platform.Title, strings.TrimPrefix(strings.TrimPrefix(kind.what, "an "), "a ")),
		fmt.Sprintf("there is %s; offer one of these if the API has it, and leave this one out", known))
	return kind, false
}

// hasGrant reports a grant that the platform does not run.
func (p *Pass) hasGrant(o *spec.Option, grants ...string) bool {
	oauth, pointer := OAuth(o)
	grant := oauth.Get("grantType").Text()
	if grant == "" {
		grant = "authorization_code"
	}
	for _, g := range grants {
		if g == grant {
			return true
		}
	}
	p.Report(o, pointer+"/grantType", spec.AtValue(), fmt.Sprintf("%s has no grant %q", p.platform.Title, grant),
		fmt.Sprintf("it runs %s; offer that if the server has it, and leave this out", formula.JoinWords(quoted(grants), "and")))
	return false
}

// platformOAuth are fields of OAuth configurations that neither Kissflow nor
// Zoho Creator has.
var platformOAuth = []lack{
	{field: "issuer", instead: "write authorizeUri and tokenUri: nothing is discovered there"},
	{field: "clientAssertion", instead: "give the application a client secret, if the server takes one"},
	{field: "assertion", instead: "log in with an authorization code, if the server has one"},
	{field: "tls", instead: "give the application a client secret, if the server takes one"},
	{field: "deviceAuthorizationUri", instead: "remove it: the login is in a browser"},
	{field: "parUri", instead: "remove it, if the server takes ordinary authorization requests"},
	{field: "par", instead: "remove it, if the server takes ordinary authorization requests"},
	{field: "dpop", instead: "remove it, if the server takes bearer tokens"},
	{field: "parameterNames", instead: "remove it: parameters have the names of RFC 6749 there"},
}

// knowsClientAuth reports a way to authenticate the client that the platform
// does not have; none is for public clients.
func (p *Pass) knowsClientAuth(o *spec.Option) {
	oauth, pointer := OAuth(o)
	switch where := oauth.Get("clientAuthLocation").Text(); where {
	case "private_key_jwt", "client_secret_jwt", "tls", "both":
		p.Report(o, pointer+"/clientAuthLocation", spec.AtValue(), fmt.Sprintf("%s has no clientAuthLocation %q", p.platform.Title, where), "write body or headers")
	}
}

// unescapePointer returns the key that a part of a pointer stands for.
func unescapePointer(token string) string {
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
}
