package method

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A SecretInput is an input or connector parameter that holds a secret.
type SecretInput struct {
	Name      string
	Parameter bool // of the connector, not of the connection
	Marked    bool // its schema says so
	// Where says in words where the value of an unmarked one goes.
	Where string
}

// Secrets lists the inputs and parameters that hold secrets: those whose
// schema marks them, and those whose value goes where credentials go.
func (s *Set) Secrets() []SecretInput {
	var list []SecretInput
	for _, parameter := range []bool{false, true} {
		properties := s.option.Value.Get(schemaField(parameter)).Get("properties")
		for i, name := range properties.Keys() {
			_, schema := properties.At(i)
			in := SecretInput{Name: name, Parameter: parameter, Marked: spec.IsSensitive(schema)}
			if !in.Marked && schema.Get("type").Text() != "boolean" && schema.Get("enum").IsUndefined() {
				in.Where = s.whereTo(name, parameter)
			}
			if in.Marked || in.Where != "" {
				list = append(list, in)
			}
		}
	}
	return list
}

func schemaField(parameter bool) string {
	if parameter {
		return "parametersSchema"
	}
	return "inputSchema"
}

// whereTo says where the value of an input goes if that is a place for
// credentials; "" if it is not.
func (s *Set) whereTo(name string, parameter bool) string {
	isPublic, found := false, ""
	for _, r := range s.reads {
		if !s.carries(r, name, parameter) {
			continue
		}
		where := credentialPlace(r.Method, r.Pointer)
		if isSecretPlace(where) {
			return where
		}
		isPublic = isPublic || isPublicPlace(r.Method, r.Pointer)
		if where == "" && hasWord(name, secretWords) {
			where = namedPlace(r.Pointer)
		}
		if found == "" && where != "" && !(isIdentity(name) && s.accompanied(name, where)) {
			found = where
		}
	}
	if isPublic { // wherever else it goes
		return ""
	}
	return found
}

// carries tells whether what is read is the value of an input or a parameter,
// or a credential that is made of it.
func (s *Set) carries(r Read, name string, parameter bool) bool {
	root, rest := r.Path.Names()
	isCredential := root == "credentials" || root == "authData"
	isDirect := rest == name && (!strings.HasPrefix(r.Method, "getCredentials") || strings.Contains(r.Pointer, "/requestMapping/"))
	switch {
	case isDirect && parameter && root == "connectorParameters",
		isDirect && !parameter && (isCredential || root == "connectionInput" || root == "connectionParameters"):
		return true
	case parameter:
		return isCredential && hasWord(name, keyWords) && s.derives(rest, name, "connectorParameters")
	}
	return isCredential && s.derives(rest, name, "connectionInput", "connectionParameters")
}

// IsPublicField tells whether a field of an OAuth configuration or of a
// signature names the client or the key: browsers and requests show it, and it
// is no secret (RFC 6749 2.2).
func IsPublicField(name string) bool {
	return name == "clientId" || name == "consumerKey" || name == "accessKeyId"
}

// isPublicPlace tells whether a pointer of a method is in such a field.
func isPublicPlace(method, pointer string) bool {
	path := strings.Split(pointer, "/")[1:]
	for i, name := range path {
		if IsPublicField(name) {
			return i > 0 && (path[i-1] == "sign" || method == "getOAuthConfig" && path[i-1] == "mapping")
		}
	}
	return false
}

// isSecretPlace tells whether what credentialPlace says is the place of secrets
// and of nothing else, whatever their names are.
func isSecretPlace(where string) bool {
	for _, f := range secretFields {
		if f.what == where {
			return true
		}
	}
	return false
}

// namedPlace says in words what place a pointer is in that may be one for
// credentials; "" if it is none.
func namedPlace(pointer string) string {
	switch {
	case strings.Contains(pointer, "/sign/stringToSign"):
		return "the text that is signed"
	case strings.Contains(pointer, "/baseUri"), strings.Contains(pointer, "/path"):
		return "a URL"
	}
	return ""
}

// accompanied tells whether a variable other than name, and that names nobody,
// goes to the same place: as a login name goes with its password.
func (s *Set) accompanied(name, where string) bool {
	for _, r := range s.reads {
		_, other := r.Path.Names()
		if other != "" && other != name && !isIdentity(other) && credentialPlace(r.Method, r.Pointer) == where {
			return true
		}
	}
	return false
}

// derives tells whether a credential is made of a member of one of the roots.
func (s *Set) derives(credential, member string, roots ...string) bool {
	const method = "getCredentialsFromConnectionParameters"
	if credential == "" {
		return false
	}
	prefix := formula.Pointer(method, "mapping", credential)
	for _, r := range s.reads {
		root, name := r.Path.Names()
		if r.Method == method && name == member && slices.Contains(roots, root) &&
			(r.Pointer == prefix || strings.HasPrefix(r.Pointer, prefix+"/")) {
			return true
		}
	}
	return false
}

// secretFields are the fields that hold secrets and nothing else, by what they
// are fields of; "" is the OAuth configuration itself.
var secretFields = []struct {
	owner  string
	fields []string
	what   string // in words
}{
	{"auth", []string{"password"}, "the password of auth"},
	{"sign", signingKeys, "the key of the signature"},
	{"tls", []string{"key"}, "the key of the certificate"},
	{"clientAssertion", []string{"key"}, "the key of the client"},
	{"assertion", []string{"key"}, "the key of the assertion"},
	{"assertion", []string{"value"}, "the assertion"},
	{"", []string{"clientSecret", "consumerSecret"}, "the client secret"},
	{"", []string{"privateKey"}, "the private key"},
}

// namedFields are the objects whose members hold secrets if their names say so.
var namedFields = map[string]string{
	"headers": "the header %q", "query": "the query parameter %q", "data": "the body field %q",
	"tokenHeaders": "the header %q", "tokenParams": "the token parameter %q", "refreshParams": "the token parameter %q",
}

// credentialPlace says in words what place for credentials a pointer of a
// method is in; "" if it is none.
func credentialPlace(method, pointer string) string {
	path := strings.Split(pointer, "/")[1:]
	for i, name := range path {
		next := memberBehind(path[i+1:])
		if next == "" {
			break
		}
		for _, f := range secretFields {
			if slices.Contains(f.fields, next) && (f.owner == name || f.owner == "" && method == "getOAuthConfig") {
				return f.what
			}
		}
		says := SaysCredential(next) || strings.HasSuffix(name, "Params") && strings.Contains(next, "assertion")
		switch words := namedFields[name]; {
		case name == "cookies":
			return fmt.Sprintf("the cookie %q", next)
		case words != "" && says:
			return fmt.Sprintf(words, next)
		}
	}
	return ""
}

// memberBehind returns the first name of a path that is a member of data, and
// no part of a formula.
func memberBehind(path []string) string {
	formulaParts := []string{"cases", "value", "values", "default", "filter", "mapping", "to", "item"}
	for i, name := range path {
		inFormula := i > 0 && strings.HasPrefix(path[0], "$")
		if strings.HasPrefix(name, "$") || inFormula && (strings.Trim(name, "0123456789") == "" || slices.Contains(formulaParts, name)) {
			continue
		}
		return strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
	}
	return ""
}

// credentialWords are the words by which the name of a field says that it
// carries a credential.
var credentialWords = []string{"key", "token", "secret", "passw", "pwd", "auth", "credential", "signature", "session", "appid"}

// SaysCredential tells whether the name of a header, a parameter or a field says
// that it carries a credential.
func SaysCredential(name string) bool { return hasWord(name, credentialWords) }

// secretWords are the words by which the name of an input says that it is one.
var secretWords = []string{"key", "token", "secret", "passw", "pwd"}

// keyWords are those that leave no doubt, not even where a credential is made of
// several values: a key may be the name of one.
var keyWords = []string{"secret", "passw", "pwd", "private", "signing", "token"}

// isIdentity tells whether the name of an input says that it names somebody or
// something: such a value may accompany a secret without being one.
func isIdentity(name string) bool {
	if hasWord(name, secretWords) {
		return false
	}
	return hasWord(name, []string{"user", "login", "mail", "client", "tenant", "account", "domain", "host", "region", "site", "org", "company", "workspace", "instance", "environment", "locale", "shop"})
}

func hasWord(name string, words []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}
