package lint

// What this language adds to Membrane's format, field by field.

const (
	inTokenData = "exchange the code in getTokenData, in JavaScript"
	inRefresh   = "refresh in refreshCredentials, in JavaScript"
)

// membraneUnshown are what the connector says of itself and Membrane does not
// show.
var membraneUnshown = []string{"description", "homepageUri", "audience", "version", "stage", "readyDigest"}

var membraneConnector = []lack{
	{field: "environments", instead: "enter the values of one environment as connector parameters there", ignored: true},
}

var membraneAuth = []lack{
	{field: "baseUri", instead: "write it into the mapping of makeApiClient"},
	{field: "redirect", instead: "remove it: Membrane has a callback of its own, which an integration can replace"},
	{field: "selectable", instead: "remove it; a base that is no choice has no type there, and each option says its own"},
	{field: "registration", instead: "say it in the description of the connector parameters", ignored: true},
	{field: "connectionLabel", instead: "connections are named by the program that makes them", ignored: true},
	{field: "allowedOrigins", instead: "nothing limits where credentials go there", ignored: true},
}

var membraneOAuth = []lack{
	{field: "grantType", instead: "Membrane logs in with an authorization code; for another grant write client-credentials, with getCredentialsFromConnectionParameters in JavaScript"},
	{field: "clientAuthEncoding", instead: inTokenData},
	{field: "clientAssertion", instead: inTokenData},
	{field: "tls", instead: inTokenData},
	{field: "assertion", instead: "write client-credentials, with getCredentialsFromConnectionParameters in JavaScript"},
	{field: "pkce", instead: "remove it: PKCE is on, unless there is skipPkce: true"},
	{field: "scopeSeparator", instead: "leave out scopes, and write them joined as scope in extra"},
	{field: "tokenParams", instead: inTokenData},
	{field: "tokenHeaders", instead: inTokenData},
	{field: "tokenFormat", instead: inTokenData},
	{field: "tokenMethod", instead: inTokenData},
	{field: "tokenResponse", instead: "read the answer in getCredentialsFromAccessTokenResponse"},
	{field: "refreshParams", instead: inRefresh},
	{field: "refreshUri", instead: inRefresh},
	{field: "revokeUri", instead: "revoke in disconnect, in JavaScript"},
	{field: "parameterNames", instead: "write parameters under their own names in extra, and exchange the code in getTokenData"},
	{field: "tokenPrefix", instead: "write the word into the Authorization header of makeApiClient"},
	{field: "expiresIn", instead: "give expires_in in getCredentialsFromAccessTokenResponse"},
	{field: "issuer", instead: "write authorizeUri and tokenUri"},
	{field: "deviceAuthorizationUri", instead: "Membrane logs in with an authorization code only"},
	{field: "parUri", instead: "remove it, if the server takes ordinary authorization requests"},
	{field: "par", instead: "remove it, if the server takes ordinary authorization requests"},
	{field: "dpop", instead: "remove it, if the server takes bearer tokens"},
	{field: "signatureMethod", instead: "remove it, if the server takes HMAC-SHA1"},
	{field: "signatureLocation", instead: "remove it, if the server takes the Authorization header"},
	{field: "privateKey", instead: "remove it, if the server takes HMAC-SHA1"},
	{field: "realm", instead: "remove it, if the server does without"},
	{field: "bodyHash", instead: "remove it, if the server does without"},
}

var membraneClient = []lack{
	{field: "data", instead: "send the fields with each request, or put them into headers or query"},
	{field: "cookies", instead: "write a Cookie header"},
	{field: "sign", instead: "make the client in JavaScript, and sign the requests there"},
	{field: "tls", instead: "make the client in JavaScript, with an httpsAgent"},
	{field: "timeout", instead: "limits of the platform apply", ignored: true},
	{field: "maxResponseBytes", instead: "limits of the platform apply", ignored: true},
}

var membraneRequest = []lack{
	{field: "steps", instead: "write the test in JavaScript"},
}

var membraneRequestMapping = []lack{
	{field: "contentType", instead: "write a Content-Type header"},
	{field: "auth", instead: "a test goes through makeApiClient, which can have auth"},
}

var membraneSchema = []lack{
	{field: "if", instead: ignoredCondition, ignored: true},
	{field: "oneOf", instead: ignoredCondition, ignored: true},
	{field: "allOf", instead: ignoredCondition, ignored: true},
	{field: "not", instead: ignoredCondition, ignored: true},
	{field: "dependentRequired", instead: ignoredCondition, ignored: true},
	{field: "dependentSchemas", instead: ignoredCondition, ignored: true},
}

const ignoredCondition = "all fields are shown there; say in descriptions when each is needed"

var membraneProperty = []lack{
	{field: "helpUri", instead: "write the link into the description as well", ignored: true},
	{field: "oneOf", instead: "write the values as enum", ignored: true},
}
