package authtype

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Scope is what is known about the variables of an option's methods. It
// learns the results of methods as these are compiled, first those that come
// first in the life of a credential: [spec.MethodNames] by [Order].
type Scope struct {
	option *spec.Option
	input  formula.Type
	// shared is the input as methods see it that several options inherit: they
	// may read what only some of them ask for.
	shared  formula.Type
	fixed   []formula.TypeMember // what every formula sees besides the input
	results map[string]formula.Type
	made    map[string]formula.Type // the variables of a method
	// credentials, once they have been made.
	credentials *formula.Type
}

// maxOptions is how many options are looked through for what they ask for:
// each option looks through all of them.
const maxOptions = 100

// NewScope returns what is known about the variables of an option in its
// runnable form.
func NewScope(o *spec.Option) *Scope {
	s := &Scope{option: o, input: ObjectOf(o.Value.Get("inputSchema"))}
	if s.shared = s.input.Open(); o.Connector().Auth.Get("options").Len() <= maxOptions {
		s.shared = s.input.Merge(inputsElsewhere(o, s.input))
	}
	s.fixed = []formula.TypeMember{
		{Key: "connectorParameters", Type: ObjectOf(o.Value.Get("parametersSchema"))},
		{Key: "connection", Type: formula.ObjectType(formula.TypeMember{Key: "name", Type: formula.TextType()})},
	}
	return s
}

// inputsElsewhere returns the type of the inputs that the base or another
// option asks for, and o does not.
func inputsElsewhere(o *spec.Option, input formula.Type) formula.Type {
	auth := o.Connector().Auth
	options := auth.Get("options")
	var members []formula.TypeMember
	for i := -1; i < options.Len(); i++ {
		owner := auth
		if i >= 0 {
			_, owner = options.At(i)
		}
		for _, schema := range [...]formula.Value{owner.Get("inputSchema"), owner.Get("ui").Get("schema")} {
			properties := spec.AllAsked(schema).Get("properties")
			for i, name := range properties.Keys() {
				if _, asked := properties.At(i); asked.IsObject() && !input.Lists(name) {
					members = append(members, formula.TypeMember{Key: name})
				}
			}
		}
	}
	return formula.ObjectType(members...)
}

// ObjectOf returns the type of the object that a schema asks for: without one,
// nothing is asked for.
func ObjectOf(schema formula.Value) formula.Type {
	if !schema.IsObject() {
		return formula.ObjectType()
	}
	if !schema.Has("properties") && schema.Get("additionalProperties").IsUndefined() && !schema.Has("$ref") {
		schema = schema.With("properties", formula.Object())
	}
	return formula.TypeOf(schema)
}

// Order lists the methods of auth in the order in which their results come to
// be known.
func Order() []string { return order }

var order = []string{
	"getCredentialsFromConnectionParameters", "getOAuthConfig", "getTokenData",
	"getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse",
	"refreshCredentials", "makeApiClient", "test", "disconnect",
}

// Learn notes the type of what a method gives.
func (s *Scope) Learn(method string, result formula.Type) {
	if s.results == nil {
		s.results = make(map[string]formula.Type)
	}
	s.results[method] = result
}

// Variables returns the type of the variables that the formulas of a method
// see, or those of another field.
func (s *Scope) Variables(method string) formula.Type {
	if t, ok := s.made[method]; ok {
		return t
	}
	input := s.inputOf(method)
	members := append(make([]formula.TypeMember, 0, 9), s.fixed...)
	members = append(members, formula.TypeMember{Key: "connectionInput", Type: input}, formula.TypeMember{Key: "connectionParameters", Type: input})
	for _, name := range variables[method] {
		members = append(members, formula.TypeMember{Key: name, Type: s.variable(method, name)})
	}
	t := formula.ObjectType(members...)
	if s.made == nil {
		s.made = make(map[string]formula.Type)
	}
	s.made[method] = t
	return t
}

// inputOf returns the type of the input as a method sees it.
func (s *Scope) inputOf(method string) formula.Type {
	if method == "run" { // operations belong to all options
		return s.shared
	}
	if s.option.Key == spec.DefaultOption || s.option.Connector().Auth.Get("options").Get(s.option.Key).Get(method).IsObject() {
		return s.input
	}
	return s.shared
}

func (s *Scope) variable(method, name string) formula.Type {
	switch name {
	case "redirectUri", "state", "codeVerifier":
		return formula.TextType()
	case "queryParameters":
		return formula.ObjectType(
			formula.TypeMember{Key: "code", Type: formula.TextType()},
			formula.TypeMember{Key: "state", Type: formula.TextType()},
		).Open()
	case "tokenResponse":
		return s.tokenAnswer()
	case "test":
		return s.results["test"]
	case "credentials", "authData":
		switch {
		case method == "getCredentialsFromAccessTokenResponse", method == "getCredentialsFromRefreshTokenResponse":
			return s.input.Merge(s.tokenAnswer()).Open() // and what the methods give, which is to be seen
		case method == "connectionLabel" && name == "authData":
			return s.Credentials().Open() // what is not there is looked up in test
		}
		return s.inputOf(method).Merge(s.Credentials())
	}
	return formula.Type{}
}

// Credentials returns the type of the credentials of a connection, as they
// result from what the user enters, the answer to the token request, and what
// the methods give.
func (s *Scope) Credentials() formula.Type {
	if s.credentials == nil {
		t := s.makeCredentials()
		s.credentials = &t
	}
	return *s.credentials
}

func (s *Scope) makeCredentials() formula.Type {
	t := s.input
	for _, field := range []string{"customCredentialsSchema", "credentialsSchema"} {
		if schema := s.option.Value.Get(field); schema.IsObject() {
			t = t.Merge(ObjectOf(schema))
			break
		}
	}
	t = s.with(t, "getCredentialsFromConnectionParameters")
	switch s.option.Type() {
	case "oauth2":
		t = t.Merge(s.tokenAnswer())
		t = s.with(t, "getCredentialsFromAccessTokenResponse")
	case "oauth1":
		t = t.Merge(oauth1Answer)
	case "client-credentials":
	default:
		return t.Open() // the platform adds its own
	}
	// What only a refresh gives is not there before.
	for _, method := range []string{"getCredentialsFromRefreshTokenResponse", "refreshCredentials"} {
		result, ok := s.results[method]
		if !ok && s.has(method) {
			result = formula.Type{}
		} else if !ok {
			continue
		}
		for _, name := range result.Members() {
			if !t.Lists(name) {
				t = t.Merge(formula.ObjectType(formula.TypeMember{Key: name, Type: result.Member(name).Optional()}))
			}
		}
		if len(result.Members()) == 0 {
			t = t.Open()
		}
	}
	return t
}

// with returns credentials with the result of a method that the option has.
func (s *Scope) with(t formula.Type, method string) formula.Type {
	if !s.has(method) {
		return t
	}
	return t.Merge(s.results[method])
}

func (s *Scope) has(method string) bool {
	m := s.option.Value.Get(method)
	return m.IsObject() && m.Get("type").Text() != spec.KindNotSupported
}

// tokenAnswer returns the type of the answer to the token request (RFC 6749
// 5.1), or of what getTokenData gives instead.
func (s *Scope) tokenAnswer() formula.Type {
	if s.has("getTokenData") || s.option.Value.Get("getOAuthConfig").Get("mapping").Has("tokenResponse") {
		return answer(formula.Type{})
	}
	return standardAnswer
}

var standardAnswer = answer(formula.TextType())

// answer is the answer to a token request with an access token of that type.
// Servers may add what they like; the last members are what many add.
func answer(token formula.Type) formula.Type {
	anything := formula.Type{}
	return formula.ObjectType(
		formula.TypeMember{Key: "access_token", Type: token},
		formula.TypeMember{Key: "refresh_token", Type: anything},
		formula.TypeMember{Key: "token_type", Type: anything},
		formula.TypeMember{Key: "expires_in", Type: anything},
		formula.TypeMember{Key: "expires_at", Type: anything},
		formula.TypeMember{Key: "scope", Type: anything},
		formula.TypeMember{Key: "id_token", Type: anything},
		formula.TypeMember{Key: "expires_on", Type: anything},
		formula.TypeMember{Key: "scopes", Type: anything},
	).Open()
}

// oauth1Answer is the answer to the access token request (RFC 5849 2.3).
var oauth1Answer = formula.ObjectType(
	formula.TypeMember{Key: "oauth_token", Type: formula.TextType()},
	formula.TypeMember{Key: "oauth_token_secret", Type: formula.TextType()},
).Open()
