package authtype

import "slices"

// A Type is one auth type.
type Type struct {
	Name    string
	Summary string
	Methods []Use
	// Fields are what only this type and a few others know, such as credential.
	Fields []string
	// lower turns an option of a shorthand type into one of a core type; nil
	// for core types.
	lower func(*lowering)
}

// Shorthand tells whether options of the type lower to another one.
func (t *Type) Shorthand() bool { return t.lower != nil }

// A Use says that a type has a method.
type Use struct {
	Method   string
	Required bool
}

// uses of methods that several types share.
var (
	client     = Use{"makeApiClient", true}
	test       = Use{"test", false}
	fromInput  = Use{"getCredentialsFromConnectionParameters", false}
	refresh    = Use{"refreshCredentials", false}
	disconnect = Use{"disconnect", false}
)

// types lists the auth types, the preferred ones first.
var types = []Type{
	{
		Name: "oauth2", Summary: "access on a user's behalf, by OAuth 2 (RFC 6749)",
		Methods: []Use{
			{"getOAuthConfig", true},
			{"getTokenData", false},
			{"getCredentialsFromAccessTokenResponse", false},
			{"getCredentialsFromRefreshTokenResponse", false},
			fromInput, refresh, client, test, disconnect,
		},
		Fields: []string{"redirect", "registration"},
	},
	{
		Name: "client-credentials", Summary: "credentials that the user enters: keys, tokens, a login",
		Methods: []Use{fromInput, refresh, client, test, disconnect},
	},
	apiKey, bearer, basic, awsSigV4, none,
	{
		Name: "oauth1", Summary: "access on a user's behalf, by OAuth 1.0a (RFC 5849)",
		Methods: []Use{{"getOAuthConfig", true}, refresh, client, test, disconnect},
		Fields:  []string{"redirect", "registration"},
	},
	{
		Name: "proxy", Summary: "the credentials of another connector",
		Methods: []Use{client, test},
		Fields:  []string{"proxyKey"},
	},
	workspaceToken("integration-app-token", "X-Integration-App-Token"),
	workspaceToken("membrane-token", "X-Membrane-Token", "X-Integration-App-Token"),
}

// Find returns the type of that name, nil if there is none.
func Find(name string) *Type {
	for i := range types {
		if types[i].Name == name {
			return &types[i]
		}
	}
	return nil
}

// use returns how the type uses a method, nil if it does not.
func (t *Type) use(method string) *Use {
	for i := range t.Methods {
		if t.Methods[i].Method == method {
			return &t.Methods[i]
		}
	}
	return nil
}

// everywhere are the variables that every formula of a spec sees.
var everywhere = []string{"connectorParameters", "connectionInput", "connectionParameters", "connection"}

// variables are what methods see besides.
var variables = map[string][]string{
	"getOAuthConfig":                         {"redirectUri", "state"},
	"getTokenData":                           {"redirectUri", "queryParameters", "codeVerifier"},
	"getCredentialsFromAccessTokenResponse":  {"tokenResponse", "queryParameters", "credentials"},
	"getCredentialsFromRefreshTokenResponse": {"tokenResponse", "queryParameters", "credentials"},
	"getCredentialsFromConnectionParameters": {},
	"refreshCredentials":                     {"credentials", "authData"},
	"makeApiClient":                          {"credentials", "authData"},
	"test":                                   {"credentials", "authData"},
	"disconnect":                             {"credentials", "authData"},
	"run":                                    {"credentials", "authData"}, // an operation, which sees its input, too
	"connectionLabel":                        {"credentials", "authData", "test"},
}

// Variables returns the names that the formulas of a method see; of any other
// field, those that are seen everywhere.
func Variables(method string) []string {
	return append(slices.Clone(everywhere), variables[method]...)
}
