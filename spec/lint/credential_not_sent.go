package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

var credentialNotSent = Rule{
	Code:     "credential-not-sent",
	Severity: spec.Warning,
	Whole:    true,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if o.withholdsCredential() {
				message, hint := notSent(o.Option)
				p.Report(o.Option, "/makeApiClient", spec.AtKey(), message, hint)
			}
		}
	},
}

// withholdsCredential tells whether there are credentials, and the API client
// certainly puts nothing of them into requests.
func (c Checked) withholdsCredential() bool {
	t := c.Option.Type()
	client, pointer := Client(c.Option)
	return (t == "oauth2" || t == "client-credentials") && client.IsObject() && authoredType(c.Option) != "none" &&
		!c.sendsCredential(pointer) && !hasFixedCredential(client) && !hasKey(client, "$jsonata")
}

// sendsCredential tells whether the client at a pointer puts something into
// requests that only the one who connects has.
func (c Checked) sendsCredential(pointer string) bool {
	inputs := c.Option.Value.Get("inputSchema").Get("properties")
	var unsure []clientRead
	for _, r := range c.Methods.Reads() {
		if r.Method != "makeApiClient" && r.Method != "baseUri" {
			continue
		}
		root, name := r.Path.Names()
		read := clientRead{name, r.Method == "baseUri" || strings.HasPrefix(r.Pointer, pointer+"/baseUri")}
		switch {
		case root == "connectorParameters" || isInputRoot(root) && !inputs.Has(name):
			if !read.address { // a derived credential, or the whole of them
				return true
			}
		case !isInputRoot(root):
		case spec.IsSensitive(inputs.Get(name)):
			return true
		default:
			unsure = append(unsure, read)
		}
	}
	return len(unsure) > 0 && c.mayBeSecret(unsure)
}

// A clientRead is an input that a client reads, for its address or for what it
// sends.
type clientRead struct {
	name    string
	address bool
}

// mayBeSecret tells whether one of some inputs, none of which is marked, is a
// secret. Where no input is one, all that are sent count as such.
func (c Checked) mayBeSecret(reads []clientRead) bool {
	asksSecret := false
	for _, s := range c.Methods.Secrets() {
		if s.Parameter {
			continue
		}
		asksSecret = true
		if slices.ContainsFunc(reads, func(r clientRead) bool { return r.name == s.Name }) {
			return true
		}
	}
	return !asksSecret && slices.ContainsFunc(reads, func(r clientRead) bool { return !r.address })
}

// hasFixedCredential tells whether the client sends a credential that is no
// variable: another rule is about that.
func hasFixedCredential(client formula.Value) bool {
	for _, field := range []string{"auth", "sign", "tls", "cookies", "data"} {
		if client.Has(field) {
			return true
		}
	}
	for _, field := range []string{"headers", "query"} {
		for _, name := range client.Get(field).Keys() {
			if method.SaysCredential(name) {
				return true
			}
		}
	}
	return false
}

func notSent(o *spec.Option) (message, hint string) {
	member := "access_token"
	if o.Type() != "oauth2" {
		member = ""
		properties := o.Value.Get("inputSchema").Get("properties")
		for i, name := range properties.Keys() {
			if _, schema := properties.At(i); member == "" || spec.IsSensitive(schema) {
				member = name
			}
		}
	}
	if member == "" && !o.Value.Has("getCredentialsFromConnectionParameters") {
		return "the API client sends no credential, and none is asked for",
			`say "type: none" if the API needs none, "type: bearer" or "type: api-key" if it takes a token or a key`
	}
	if member == "" {
		return "the API client sends nothing of the credentials", "put them where the API wants them, as in headers: {Authorization: {$concat: ['Bearer ', {$var: credentials.token}]}}"
	}
	return "the API client sends nothing of the credentials",
		fmt.Sprintf("put them where the API wants them, as in headers: {Authorization: {$concat: ['Bearer ', {$var: credentials.%s}]}}", member)
}
