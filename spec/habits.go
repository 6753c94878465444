package spec

import (
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
	"defaultQueryParameters": {"query"}, "queryParameters": {"query"}, "params": {"query", "requestMapping"}, "qs": {"query"},
	"defaultHeaders": {"headers"}, "header": {"headers"}, "cookie": {"cookies"},
	"body": {"data"}, "payload": {"data"}, "form": {"data"}, "json": {"data"},
	"request": {"requestMapping"}, "response": {"responseMapping"},
	"authorizationUrl": {"authorizeUri"}, "authorizeUrl": {"authorizeUri"}, "authUrl": {"authorizeUri"},
	"authorizationUri": {"authorizeUri"}, "authorization_endpoint": {"authorizeUri"}, "authUri": {"authorizeUri"},
	"tokenUrl": {"tokenUri"}, "accessTokenUrl": {"tokenUri"}, "accessTokenUri": {"tokenUri"}, "token_endpoint": {"tokenUri"},
	"refreshUrl": {"refreshUri"}, "revokeUrl": {"revokeUri"}, "scope": {"scopes"}, "scopeDelimiter": {"scopeSeparator"},
	"authentication": {"auth"}, "authType": {"type"}, "kind": {"type"}, "inputs": {"inputSchema"}, "fields": {"schema", "properties"},
	"location": {"in"}, "placement": {"in"}, "label": {"title"}, "displayName": {"title", "name"},
	"help": {"description"}, "helpText": {"description"}, "helpUrl": {"helpUri"}, "docs": {"apiDocsUri"}, "docsUrl": {"apiDocsUri"},
	"logo": {"logoUri"}, "logoUrl": {"logoUri"}, "icon": {"logoUri"}, "homepage": {"homepageUri"}, "website": {"homepageUri"},
	"id": {"key"}, "slug": {"key"}, "title": {"name"},
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
	for _, to := range fieldHabits[field] {
		if slices.Contains(known, to) {
			return to
		}
	}
	return nearest(field, known)
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
