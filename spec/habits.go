package spec

import (
	"maps"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// fieldHabits are fields that people write from habit, or from samples that
// never worked, with what they may mean: the first that is known where they
// stand.
var fieldHabits = map[string][]string{
	"baseUrl": {"baseUri"}, "base_url": {"baseUri"}, "host": {"baseUri"}, "server": {"baseUri"},
	"url": {"path", "baseUri", "uri"}, "uri": {"path", "baseUri"}, "endpoint": {"path", "baseUri"},
	"verb": {"method"}, "httpMethod": {"method"},
	"defaultQueryParameters": {"query"}, "queryParameters": {"query", "extra"}, "params": {"query", "requestMapping", "extra"}, "qs": {"query"},
	"defaultHeaders": {"headers"}, "header": {"headers"}, "cookie": {"cookies"},
	"body": {"data", "mapping"}, "payload": {"data"}, "form": {"data"}, "json": {"data"},
	"request": {"requestMapping"}, "response": {"responseMapping"},
	"authorizationUrl": {"authorizeUri"}, "authorizeUrl": {"authorizeUri"}, "authUrl": {"authorizeUri"},
	"authorizationUri": {"authorizeUri"}, "authorization_endpoint": {"authorizeUri"}, "authUri": {"authorizeUri"},
	"tokenUrl": {"tokenUri"}, "accessTokenUrl": {"tokenUri"}, "accessTokenUri": {"tokenUri"}, "token_endpoint": {"tokenUri"},
	"refreshUrl": {"refreshUri"}, "revokeUrl": {"revokeUri"}, "scope": {"scopes"}, "scopeDelimiter": {"scopeSeparator"},
	"authentication": {"auth", "clientAuthLocation"}, "authType": {"type"}, "kind": {"type"}, "inputs": {"inputSchema"}, "fields": {"schema", "properties"},
	"location": {"in"}, "placement": {"in"}, "label": {"title"}, "displayName": {"title", "name"},
	"help": {"description"}, "helpText": {"description"}, "helpUrl": {"helpUri"}, "docs": {"apiDocsUri"}, "docsUrl": {"apiDocsUri"},
	"logo": {"logoUri"}, "logoUrl": {"logoUri"}, "icon": {"logoUri"}, "homepage": {"homepageUri"}, "website": {"homepageUri"},
	"id": {"key"}, "slug": {"key"}, "title": {"name"},
	"docsUri": {"apiDocsUri", "helpUri"}, "helpLink": {"helpUri"}, "inputSchema": {"schema"},
	"testConnection": {"test"}, "testMethod": {"test"}, "validate": {"test"}, "apiClient": {"makeApiClient"}, "client": {"makeApiClient"},
	"getOAuthConfiguration": {"getOAuthConfig"}, "oauth": {"getOAuthConfig"}, "oauth2": {"getOAuthConfig"},
	"refresh": {"refreshCredentials"}, "refreshToken": {"refreshCredentials"}, "getCredentials": {"getCredentialsFromConnectionParameters"},
	"revoke": {"disconnect", "revokeUri"}, "logout": {"disconnect"},
	"file": {"filePath"}, "path": {"filePath"}, "script": {"code"}, "source": {"code"}, "value": {"mapping"},
	"pathParams": {"pathParameters"}, "urlParams": {"pathParameters"}, "parameters": {"parametersSchema", "query"}, "contentMapping": {"data"},
	"additionalParameters": {"extra"}, "additionalParams": {"extra"}, "extraParams": {"extra"}, "extraParameters": {"extra"},
	"authParams": {"extra"}, "authorizationParams": {"extra"}, "tokenRequestParams": {"tokenParams"}, "additionalTokenParams": {"tokenParams"},
	"clientAuth": {"clientAuthLocation"}, "clientAuthMethod": {"clientAuthLocation"}, "token_endpoint_auth_method": {"clientAuthLocation"},
	"bearerName": {"tokenPrefix"}, "tokenType": {"tokenPrefix"}, "refreshTokenUri": {"refreshUri"}, "refreshTokenUrl": {"refreshUri"},
	"revocation_endpoint": {"revokeUri"}, "device_authorization_endpoint": {"deviceAuthorizationUri"}, "grant": {"grantType"},
	"authEndpoint": {"authorizeUri"}, "revocationUrl": {"revokeUri"}, "revocationUri": {"revokeUri"}, "revokeTokenUrl": {"revokeUri"},
	"deviceUrl": {"deviceAuthorizationUri"}, "deviceCodeUrl": {"deviceAuthorizationUri"},
	"parUrl": {"parUri"}, "parEndpoint": {"parUri"}, "pushed_authorization_request_endpoint": {"parUri"},
	"discoveryUrl": {"issuer"}, "wellKnown": {"issuer"}, "wellKnownUrl": {"issuer"}, "openIdConnectUrl": {"issuer"}, "openIdConfigurationUrl": {"issuer"},
	"defaultScopes": {"scopes"}, "requiredScopes": {"scopes"}, "flow": {"grantType"}, "appId": {"clientId"}, "appSecret": {"clientSecret"},
	"authMethod": {"clientAuthLocation"}, "authenticationMethod": {"clientAuthLocation"}, "clientAuthentication": {"clientAuthLocation"},
	"tokenAuthMethod": {"clientAuthLocation"}, "tokenAuthentication": {"clientAuthLocation"}, "basicAuth": {"clientAuthLocation"}, "useBasicAuth": {"clientAuthLocation"},
	"pkceMethod": {"pkce"}, "codeChallengeMethod": {"pkce"}, "bearerPrefix": {"tokenPrefix"},
	"tokenExpiry": {"expiresIn"}, "tokenLifetime": {"expiresIn"}, "accessTokenLifetime": {"expiresIn"}, "accessTokenPath": {"tokenResponse"},
	"authorizeParams": {"extra"}, "authorizationParameters": {"extra"}, "authorizationUrlParameters": {"extra"},
	"accessTokenParams": {"tokenParams"}, "tokenBody": {"tokenParams"}, "refreshTokenParams": {"refreshParams"},
	"tokenRequestHeaders": {"tokenHeaders"}, "accessTokenHeaders": {"tokenHeaders"}, "refreshHeaders": {"tokenHeaders"},
	"accessKey": {"accessKeyId"}, "awsAccessKeyId": {"accessKeyId"}, "secretKey": {"secretAccessKey", "key"}, "accessKeySecret": {"secretAccessKey"},
	"awsSecretAccessKey": {"secretAccessKey"}, "securityToken": {"sessionToken"}, "signature": {"algorithm", "signatureMethod"}, "hash": {"algorithm"},
	"hashAlgorithm": {"algorithm"}, "digest": {"algorithm"}, "alg": {"algorithm"}, "secret": {"key", "clientSecret"}, "message": {"stringToSign"}, "canonicalString": {"stringToSign"},
}

// An advice is what to do instead of writing fields that mean nothing where
// another one is known.
type advice struct {
	fields []string
	where  string // a field that is known there
	hint   string
}

// fieldAdvice lists the fields that no other field takes the place of.
var fieldAdvice = []advice{
	{[]string{"usePkce", "pkceEnabled", "enablePkce", "isPkce", "requiresPkce", "pkceRequired"}, "skipPkce", "remove it: PKCE is used unless there is skipPkce: true"},
	{[]string{"redirectUri", "redirectUrl", "callbackUrl", "callbackUri"}, "authorizeUri", "remove it; where the login ends is said by auth.redirect"},
	{[]string{"state", "responseType", "codeChallenge"}, "authorizeUri", "remove it: every login has it of its own"},
	{
		[]string{"headers", "header", "defaultHeaders", "customHeaders", "requestHeaders", "authHeaders", "authorizeHeaders", "authorizationHeaders"},
		"tokenHeaders",
		"the user's browser opens authorizeUri and carries no headers of yours; those of token and refresh requests are tokenHeaders",
	},
	{[]string{"audience", "resource"}, "extra", "it stands in extra where the authorization request has it, in tokenParams where the token request does"},
	{[]string{"prompt", "accessType", "loginHint", "responseMode"}, "extra", "parameters of the authorization request stand in extra, as in extra: {prompt: consent}"},
	{[]string{"requestTokenConfig", "tokenConfig", "tokenRequest"}, "tokenParams", "what is special about the token request is said by tokenParams, tokenHeaders and tokenFormat"},
	{[]string{"query", "mutation", "document"}, "operationType", "the fields to ask for are a list, as in operationType: query and requestMapping: [{field: me, subFields: [{field: id}]}]"},
	{[]string{"variables", "args"}, "operationType", "arguments stand at their field, as in {field: user, args: {id: 1}, subFields: [{field: name}]}"},
	{[]string{"implementationType"}, "makeApiClient", "it stands in each method, as in test: {implementationType: javascript}"},
}

// advise says what to do instead of writing a field that means nothing where
// others are known; "" if nothing is known about it.
func advise(field string, known []string) string {
	for _, a := range fieldAdvice {
		if slices.ContainsFunc(a.fields, func(f string) bool { return plain(f) == plain(field) }) && slices.Contains(known, a.where) {
			return a.hint
		}
	}
	return ""
}

// valueHabits are words that people write from habit, with what they mean.
var valueHabits = map[string]string{
	"text": "string", "str": "string", "float": "number", "double": "number", "dict": "object", "map": "object", "list": "array",
	"js": KindJavaScript, "typescript": KindJavaScript, "script": KindJavaScript, "http": KindREST, "request": KindREST, "api": KindREST,
	"key": "api-key", "token": "bearer", "oauth": "oauth2", "oauth2.0": "oauth2", "login": "basic", "aws": "aws-sigv4",
	"application/json": "json", "application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart", "text/plain": "text",
	"url": "query", "querystring": "query", "HmacSHA256": "sha256",
}

// meantField returns the known field that a field was probably meant to be.
func meantField(field string, known []string) string {
	if to := habitual(field, known); to != "" {
		return to
	}
	return nearest(field, known)
}

// habitual returns the known field that people mean who write a field from
// habit, in whatever case, and with or without underscores.
func habitual(field string, known []string) string {
	for _, habit := range append([]string{field}, slices.Sorted(maps.Keys(fieldHabits))...) {
		if plain(habit) != plain(field) {
			continue
		}
		for _, to := range fieldHabits[habit] {
			if slices.Contains(known, to) {
				return to
			}
		}
	}
	return ""
}

// meantValue returns the listed word that a word was probably meant to be: the
// one of habit, the only one that it begins, or a near one.
func meantValue(word string, listed []string) string {
	if to := valueHabits[word]; to != "" && slices.Contains(listed, to) {
		return to
	}
	begun := slices.DeleteFunc(slices.Clone(listed), func(w string) bool {
		return word == "" || !strings.HasPrefix(strings.ToLower(w), strings.ToLower(word))
	})
	if len(begun) == 1 {
		return begun[0]
	}
	return nearest(word, listed)
}

// certainHabits are the fields of habit that differ from what they mean in
// their name alone, so that renaming them certainly mends the spec. It is not
// certain of a field that takes another value, such as scope, a text, for
// scopes, a list, or host for an address.
var certainHabits = map[string]string{
	"baseUrl": "baseUri", "base_url": "baseUri", "verb": "method", "httpMethod": "method",
	"defaultQueryParameters": "query", "queryParameters": "query", "defaultHeaders": "headers",
	"authorizationUrl": "authorizeUri", "authorizeUrl": "authorizeUri", "authUrl": "authorizeUri",
	"authorizationUri": "authorizeUri", "authorization_endpoint": "authorizeUri", "authUri": "authorizeUri",
	"tokenUrl": "tokenUri", "accessTokenUrl": "tokenUri", "accessTokenUri": "tokenUri", "token_endpoint": "tokenUri",
	"refreshUrl": "refreshUri", "revokeUrl": "revokeUri", "scopeDelimiter": "scopeSeparator",
	"helpUrl": "helpUri", "docsUrl": "apiDocsUri", "logoUrl": "logoUri",
}

// certainField returns the known field that a field certainly was meant to be:
// by habit, or because it has the same letters. That names are near is not
// enough: of two fields that differ in a letter, both may be wanted some day.
func certainField(field string, known []string) string {
	if to := certainHabits[field]; slices.Contains(known, to) {
		return to
	}
	return sameLetters(field, known)
}

// sameLetters returns the only one of some words that differs from a word in
// nothing but case, hyphens and underscores.
func sameLetters(word string, known []string) string {
	same := slices.DeleteFunc(slices.Clone(known), func(k string) bool { return plain(k) != plain(word) })
	if len(same) != 1 || word == "" {
		return ""
	}
	return same[0]
}

// plain returns the letters of a name: in lower case, without hyphens and
// underscores.
func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
}

// nearest returns the candidate that name is probably a misspelling of. Short
// words have many neighbours, so it takes only those that begin alike, or that
// lack no more than their beginning.
func nearest(name string, candidates []string) string {
	near := formula.Nearest(name, candidates)
	if near == "" || name == "" {
		return near
	}
	a, b := strings.ToLower(name), strings.ToLower(near)
	if a[0] == b[0] || strings.HasSuffix(a, b) || strings.HasSuffix(b, a) {
		return near
	}
	return ""
}
