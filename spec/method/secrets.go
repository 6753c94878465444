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
	if isIdentity(name) {
		return ""
	}
	for _, r := range s.reads {
		root, rest := pathNames(r.Path)
		switch {
		case parameter && root != "connectorParameters":
			continue
		case !parameter && root != "connectionInput" && root != "connectionParameters" && root != "credentials" && root != "authData":
			continue
		case rest == name && !strings.HasPrefix(r.Method, "getCredentials"):
		case (root == "credentials" || root == "authData") && !parameter && s.derives(rest, name):
		default:
			continue
		}
		if where := credentialPlace(r.Method, r.Pointer); where != "" {
			return where
		}
	}
	return ""
}

// pathNames returns the first two names of a path.
func pathNames(l formula.Locator) (root, next string) {
	steps := l.Steps()
	if len(steps) > 0 {
		root = steps[0].Property
	}
	if len(steps) > 1 {
		next = steps[1].Property
	}
	return root, next
}

// derives tells whether a credential is made of an input.
func (s *Set) derives(credential, input string) bool {
	const method = "getCredentialsFromConnectionParameters"
	if credential == "" {
		return false
	}
	prefix := formula.Pointer(method, "mapping", credential)
	for _, r := range s.reads {
		root, name := pathNames(r.Path)
		if r.Method == method && name == input && (root == "connectionInput" || root == "connectionParameters") &&
			(r.Pointer == prefix || strings.HasPrefix(r.Pointer, prefix+"/")) {
			return true
		}
	}
	return false
}

// credentialPlace says in words what place for credentials a pointer of a
// method is in; "" if it is none.
func credentialPlace(method, pointer string) string {
	path := strings.Split(pointer, "/")[1:]
	for i, name := range path {
		if i+1 == len(path) {
			break
		}
		next := strings.ReplaceAll(strings.ReplaceAll(path[i+1], "~1", "/"), "~0", "~")
		switch {
		case name == "auth" && next == "password":
			return "the password of auth"
		case name == "cookies":
			return fmt.Sprintf("the cookie %q", next)
		case name == "sign" && isOneOf(next, "key", "secretAccessKey", "consumerSecret", "tokenSecret", "privateKey", "password"):
			return "the key of the signature"
		case method == "getOAuthConfig" && isOneOf(next, "clientSecret", "consumerSecret"):
			return "the client secret"
		case name == "headers" && (strings.EqualFold(next, "Authorization") || saysCredential(next)):
			return fmt.Sprintf("the header %q", next)
		case name == "query" && saysCredential(next):
			return fmt.Sprintf("the query parameter %q", next)
		case name == "data" && saysCredential(next):
			return fmt.Sprintf("the body field %q", next)
		}
	}
	return ""
}

func isOneOf(s string, list ...string) bool { return slices.Contains(list, s) }

// credentialWords are the words by which the name of a field says that it
// carries a credential.
var credentialWords = []string{"key", "token", "secret", "passw", "pwd", "auth", "credential", "signature", "session", "appid"}

func saysCredential(name string) bool { return hasWord(name, credentialWords) }

// isIdentity tells whether the name of an input says that it names somebody or
// something, and is no secret wherever it goes.
func isIdentity(name string) bool {
	if hasWord(name, []string{"key", "token", "secret", "passw", "pwd"}) {
		return false
	}
	return hasWord(name, []string{"user", "login", "mail", "tenant", "account", "domain", "host", "region", "site", "org", "company", "workspace", "instance", "environment", "locale", "shop"})
}

func hasWord(name string, words []string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(name, w) })
}
