package main

import "github.com/connector-spec/connector/spec"

// kinds are the implementation types of methods, with what a file of each
// holds.
var kinds = []struct{ name, body string }{
	{spec.KindMapping, "a `mapping`: data with formulas"},
	{spec.KindREST, "a `rest-api-mapping`: [a request, or several](#rest-request)"},
	{spec.KindGraphQL, "a `graphql-api-mapping`: [a GraphQL query](#graphql-request)"},
	{spec.KindOperation, "an `operation-mapping`: [a call of an operation](#operation-call)"},
	{spec.KindJavaScript, "`javascript`: a module, see [scripts](scripts.md)"},
}

// results say what methods give.
var results = map[string]string{
	"getOAuthConfig":                         "an [OAuth configuration](#oauth-configuration)",
	"getTokenData":                           "a token answer: `access_token` and what comes with it",
	"getCredentialsFromAccessTokenResponse":  "credentials, kept beside the token",
	"getCredentialsFromRefreshTokenResponse": "credentials, kept beside the token",
	"getCredentialsFromConnectionParameters": "credentials, kept beside the input",
	"makeApiClient":                          "an [API client](#api-client)",
	"refreshCredentials":                     "credentials, over the old ones",
	"test":                                   "something truthy, which the label can show",
	"disconnect":                             "nothing that is used",
}

// A variableMeaning says what a variable is, and where it is seen if the table
// of auth types does not know.
type variableMeaning struct{ name, meaning, where string }

var variableMeanings = []variableMeaning{
	{"connectionInput", "what the user entered", ""},
	{"connectionParameters", "the same, by its older name", ""},
	{"connectorParameters", "what whoever runs the connector configured, see `parametersSchema`", ""},
	{"connection", "the connection: its `name`", ""},
	{"credentials", "what is stored: the input, the token answer, and what methods gave, later ones over earlier ones", ""},
	{"authData", "the same, by its older name", ""},
	{"redirectUri", "where the login comes back to", ""},
	{"state", "the state of this login", ""},
	{"queryParameters", "the query of the callback, such as `queryParameters.code`", ""},
	{"codeVerifier", "the PKCE verifier of this login", ""},
	{"tokenResponse", "the answer to the token request", ""},
	{"test", "what the test gave", ""},
	{"input", "what the operation was called with", ""},
	{"response", "the answer: `data`, `headers`, `statusCode`", "`responseMapping`, `responseHandlers`"},
	{"steps", "answers of earlier steps, as `steps.login.response.data`", "`steps`"},
}

// A typeExample is a spec of an auth type, with what is to be said before and
// after it.
type typeExample struct{ about, text, note string }

const exampleTest = `  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /me}
`

// typeExamples has a small true spec of each auth type.
var typeExamples = map[string]typeExample{
	"oauth2": {
		"The user logs in at the provider. Without `makeApiClient` the client is `baseUri` with `Authorization: Bearer` and the access token. PKCE is used, the token is refreshed in time and after a 401: nothing needs to be written for that. Whoever runs the connector gives the client's id and secret; they are never in the spec.",
		`name: Acme
parametersSchema:
  type: object
  properties:
    clientId: {type: string, title: Client ID}
    clientSecret: {type: string, title: Client secret, isSensitive: true}
  required: [clientId, clientSecret]
auth:
  type: oauth2
  baseUri: https://api.acme.example
  getOAuthConfig:
    implementationType: mapping
    mapping:
      clientId: {$var: connectorParameters.clientId}
      clientSecret: {$var: connectorParameters.clientSecret}
      authorizeUri: https://acme.example/oauth/authorize
      tokenUri: https://acme.example/oauth/token
      scopes: [contacts.read]
` + exampleTest, " With `baseUri`, `makeApiClient` is made for you.",
	},
	"client-credentials": {
		"Whatever the API wants: the spec says what is asked and how it reaches a request. Here a login gives a session. If that expires, the method gives `expires_in` as well, and `refreshCredentials` is the request that renews it.",
		`name: Acme
auth:
  type: client-credentials
  baseUri: https://api.acme.example
  ui:
    schema:
      type: object
      properties:
        user: {type: string, title: User name}
        password: {type: string, title: Password, isSensitive: true}
      required: [user, password]
  getCredentialsFromConnectionParameters:
    implementationType: rest-api-mapping
    mapping:
      method: post
      path: https://api.acme.example/login
      requestMapping:
        data:
          user: {$var: connectionInput.user}
          password: {$var: connectionInput.password}
      responseMapping:
        session: {$var: response.data.token}
  makeApiClient:
    implementationType: mapping
    mapping:
      headers: {X-Session: '${credentials.session}'}
` + exampleTest, "",
	},
	"api-key": {
		"A key in a header, the query, the body or a cookie. `credential.name` is needed, since every API calls it otherwise.",
		`name: Acme
auth:
  type: api-key
  baseUri: https://api.acme.example
  credential:
    in: header
    name: X-Api-Key
    description: From Settings, API access.
` + exampleTest, "",
	},
	"bearer": {
		"A token in the `Authorization` header. `credential.prefix` is another word than `Bearer`; `''` is none.",
		`name: Acme
auth:
  type: bearer
  baseUri: https://api.acme.example
  credential: {title: Personal access token, prefix: Token}
` + exampleTest, "",
	},
	"basic": {
		"HTTP Basic. A half that is always the same, as in `password: {fixed: ''}`, is not asked for; a user name that is asked for alone is a secret.",
		`name: Acme
auth:
  type: basic
  baseUri: https://api.acme.example
  username: {title: E-mail address}
  password: {title: API token, description: From your profile.}
` + exampleTest, "",
	},
	"aws-sigv4": {
		"Every request is signed with AWS Signature Version 4.",
		`name: Acme Storage
auth:
  type: aws-sigv4
  baseUri: https://s3.us-east-1.amazonaws.com
  service: s3
  region: us-east-1
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /}
`, "",
	},
	"none": {
		"Nothing is asked for and nothing is sent.",
		`name: Acme
auth:
  type: none
  baseUri: https://api.acme.example
  test:
    implementationType: rest-api-mapping
    mapping: {method: get, path: /status}
`, "",
	},
	"oauth1": {
		"OAuth 1.0a. The client signs with the token that the login gives.",
		`name: Acme
parametersSchema:
  type: object
  properties:
    consumerKey: {type: string, title: Consumer key}
    consumerSecret: {type: string, title: Consumer secret, isSensitive: true}
  required: [consumerKey, consumerSecret]
auth:
  type: oauth1
  baseUri: https://api.acme.example
  getOAuthConfig:
    implementationType: mapping
    mapping:
      consumerKey: {$var: connectorParameters.consumerKey}
      consumerSecret: {$var: connectorParameters.consumerSecret}
      requestTokenUri: https://acme.example/oauth/request_token
      authorizeUri: https://acme.example/oauth/authorize
      tokenUri: https://acme.example/oauth/access_token
  makeApiClient:
    implementationType: mapping
    mapping:
      sign:
        type: oauth1
        consumerKey: {$var: connectorParameters.consumerKey}
        consumerSecret: {$var: connectorParameters.consumerSecret}
        token: {$var: credentials.oauth_token}
        tokenSecret: {$var: credentials.oauth_token_secret}
` + exampleTest, "",
	},
	"proxy": {
		"The credentials of a connection of another connector, whose key `proxyKey` is.",
		`name: Acme Reports
auth:
  type: proxy
  proxyKey: acme
  baseUri: https://reports.acme.example
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: 'https://reports.acme.example'}
` + exampleTest, "",
	},
	"integration-app-token": {
		"The same as `membrane-token`, in the header `X-Integration-App-Token` alone, by which it used to be known.",
		`name: Acme
auth:
  type: integration-app-token
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: 'https://api.acme.example'}
` + exampleTest, "",
	},
	"membrane-token": {
		"A token that the workspace signs. On Membrane's platform the workspace is the platform's; here the connector parameters `workspaceKey` and `workspaceSecret` give it, `userId` (default `connector`) and `userFields` say who is connected, and they need not be declared. The token is a JWT with HS512, of two hours, in the headers `X-Membrane-Token` and `X-Integration-App-Token`.",
		`name: Acme
auth:
  type: membrane-token
  makeApiClient:
    implementationType: mapping
    mapping: {baseUri: 'https://api.acme.example'}
` + exampleTest, "",
	},
}

// objectSections lists the objects of a spec below the connector itself.
var objectSections = []objectSection{
	{"Auth", "auth", "What stands under `auth`, and for an option under its key in `options`. Methods are [above](#methods); the [auth types](#auth-types) say which fields a type has.", isNoMethod},
	{"Credential", "credential", "", nil},
	{"User name and password", "basicHalf", "What `username` and `password` of type `basic` hold.", nil},
	{"Form", "authUi", "", nil},
	{"Registration", "registration", "", nil},
	{"Redirect", "redirect", "", nil},
	{"REST request", "restApiMapping", "A request as data: what is sent, and what of the answer is the result. Either `path` and `method`, or `steps`.", nil},
	{"Step", "restStep", "", nil},
	{"Request", "requestMapping", "", nil},
	{"GraphQL request", "graphqlApiMapping", "", nil},
	{"GraphQL field", "graphqlField", "", nil},
	{"Operation call", "operationMapping", "", nil},
	{"API client", "apiClient", "What `makeApiClient` gives: the base address, and what of the credentials goes where.", nil},
	{"Basic credentials", "basicAuth", "", nil},
	{"Response handler", "responseHandler", "A rule for responses that match: a success with a result, or a failure with its reason. The `key` of an `error` says what follows: `access_token_expired` refreshes the credentials and tries once more, `connection_is_defunct` asks the user to connect again, `rate_limit_exceeded` waits.", nil},
	{"Signature", "sign", "What `sign` holds depends on its type.", nil},
	{"Signature aws-sigv4", "signAwsSigv4", "", isNoType},
	{"Signature oauth1", "signOauth1", "", isNoType},
	{"Signature hmac", "signHmac", "", isNoType},
	{"Signature jwt", "signJwt", "", isNoType},
	{"Signature digest", "signDigest", "", isNoType},
	{"Signature wsse", "signWsse", "", isNoType},
	{"TLS", "tls", "", nil},
	{"OAuth configuration", "oauthConfig", "", nil},
	{"Token answer", "tokenResponse", "", nil},
	{"Client assertion", "clientAssertion", "", nil},
	{"Assertion", "assertion", "", nil},
	{"Operation", "operation", "", nil},
	{"Schema", "dataSchema", "The schema of a form, of connector parameters, or of what an operation takes and gives: JSON Schema, with some fields more. All of it is enforced on what is entered.", nil},
}
