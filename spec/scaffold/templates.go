package scaffold

// A Template is one kind of connector to begin with.
type Template struct {
	Name, Title, Summary string
	// Questions are asked beside those that every template asks.
	Questions []Question
	// OAuth tells that an application has to be registered first.
	OAuth bool

	file string // beside spec.yml; "" for none
}

// templates lists what a connector can begin as, in the order in which they are
// offered: a login before a key, and a password last.
var templates = []Template{
	{
		Name: "oauth2", Title: "OAuth 2 login", Summary: "its user logs in, by OAuth 2 with an authorization code and PKCE.",
		Questions: []Question{issuer, authorizeURI, tokenURI, scopes, clientAuth, testPath, testField}, OAuth: true,
	},
	{
		Name: "oauth2-device", Title: "OAuth 2 on another device", Summary: "its user enters a code in a browser, on any device.",
		Questions: []Question{issuer, deviceURI, tokenURI, scopes, testPath, testField}, OAuth: true,
	},
	{
		Name: "oauth2-client-credentials", Title: "OAuth 2 without a user", Summary: "an application acts for itself, by OAuth 2 with client credentials.",
		Questions: []Question{issuer, tokenURI, scopes, clientAuth, testPath, testField}, OAuth: true,
	},
	{
		Name: "oauth1", Title: "OAuth 1 login", Summary: "its user logs in, by OAuth 1.0a, and every request is signed.",
		Questions: []Question{requestTokenURI, authorizeURI, accessTokenURI, signatureMethod, testPath, testField}, OAuth: true,
	},
	{
		Name: "api-key", Title: "API key", Summary: "a key that goes into a header, the query or a cookie.",
		Questions: []Question{keyPlace, keyName, keyPrefix, testPath, testField},
	},
	{
		Name: "bearer", Title: "Access token", Summary: "a token that its user enters, and that goes into the Authorization header.",
		Questions: []Question{testPath, testField},
	},
	{
		Name: "aws-sigv4", Title: "AWS signature", Summary: "requests are signed with AWS Signature Version 4.",
		Questions: []Question{awsService, awsRegion, testPath, testField},
	},
	{
		Name: "session", Title: "Session login", Summary: "a user name and a password give a token, which goes with every request.",
		Questions: []Question{loginPath, tokenField, testPath, testField},
	},
	{
		Name: "graphql", Title: "GraphQL API", Summary: "a token, and a test that is a GraphQL query.",
		Questions: []Question{graphqlPath, viewer},
	},
	{
		Name: "multi-option", Title: "Several ways to log in", Summary: "a login by OAuth 2, or an API key.",
		Questions: []Question{issuer, authorizeURI, tokenURI, scopes, keyPlace, keyName, testPath, testField}, OAuth: true,
	},
	{
		Name: "script", Title: "Scripted", Summary: "a script computes the token.",
		Questions: []Question{testPath, testField}, file: "auth/get-credentials-from-connection-parameters.js",
	},
	{
		Name: "proxy", Title: "Another connector's login", Summary: "the connection of another connector is used.",
		Questions: []Question{proxyKey, testPath, testField},
	},
	{
		Name: "minimal", Title: "The least", Summary: "a token and a test, and nothing else.",
		Questions: []Question{testPath},
	},
	{
		Name: "full", Title: "Everything", Summary: "two options, environments, a form with a field that depends on another, and an operation.",
		Questions: []Question{testPath, testField}, OAuth: true,
	},
	{
		Name: "basic", Title: "User name and password", Summary: "a user name and a password with every request.",
		Questions: []Question{testPath, testField},
	},
}

// Templates lists what a connector can begin as, in the order in which they are
// to be offered.
func Templates() []Template { return append([]Template(nil), templates...) }

// Find returns the template of a name; nil if there is none.
func Find(name string) *Template {
	for i := range templates {
		if templates[i].Name == name {
			t := templates[i]
			return &t
		}
	}
	return nil
}
