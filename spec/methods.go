package spec

import "strings"

// The implementation types of methods.
const (
	KindMapping      = "mapping"
	KindJavaScript   = "javascript"
	KindREST         = "rest-api-mapping"
	KindGraphQL      = "graphql-api-mapping"
	KindOperation    = "operation-mapping"
	KindNotSupported = "not-supported"
)

// A methodName is a method of auth: the names of its files without their
// suffixes, how it can be implemented (the usual way first), and the
// definition that a mapping of it must meet.
type methodName struct {
	name   string
	files  []string
	kinds  []string
	schema string
}

// What several methods can be implemented as.
var (
	dataKinds    = []string{KindMapping, KindJavaScript}
	anyKinds     = []string{KindMapping, KindREST, KindJavaScript}
	requestKinds = []string{KindREST, KindJavaScript}
)

// methodNames lists the methods of auth.
var methodNames = []methodName{
	{"getOAuthConfig", []string{"get-oauth-config", "oauth-config"}, dataKinds, "oauthConfig"},
	{"getTokenData", []string{"get-token-data"}, anyKinds, ""},
	{"getCredentialsFromAccessTokenResponse", []string{"get-credentials-from-access-token-response", "get-credentials-from-token-response"}, anyKinds, ""},
	{"getCredentialsFromRefreshTokenResponse", []string{"get-credentials-from-refresh-token-response"}, anyKinds, ""},
	{"getCredentialsFromConnectionParameters", []string{"get-credentials-from-connection-parameters"}, anyKinds, ""},
	{"makeApiClient", []string{"make-api-client"}, dataKinds, "apiClient"},
	{"refreshCredentials", []string{"refresh-credentials"}, requestKinds, ""},
	{"test", []string{"test"}, []string{KindREST, KindJavaScript, KindGraphQL, KindOperation}, ""},
	{"disconnect", []string{"disconnect"}, requestKinds, ""},
}

// olderNames maps names of methods that were used before to today's.
var olderNames = map[string]string{
	"oAuthConfig":                     "getOAuthConfig",
	"getCredentialsFromTokenResponse": "getCredentialsFromAccessTokenResponse",
}

// MethodNames returns the names of the methods that auth may have.
func MethodNames() []string {
	names := make([]string, len(methodNames))
	for i, m := range methodNames {
		names[i] = m.name
	}
	return names
}

func findMethod(name string) *methodName {
	for i := range methodNames {
		if methodNames[i].name == name {
			return &methodNames[i]
		}
	}
	return nil
}

// A bodySuffix says what a method file holds.
type bodySuffix struct{ suffix, kind string }

// bodySuffixes lists the suffixes of method files, longest first, since .yml is
// the tail of the others.
var bodySuffixes = []bodySuffix{
	{".graphql.yaml", KindGraphQL},
	{".graphql.yml", KindGraphQL},
	{".rest.yaml", KindREST},
	{".rest.yml", KindREST},
	{".map.yaml", KindMapping},
	{".api.yaml", KindREST},
	{".map.yml", KindMapping},
	{".api.yml", KindREST},
	{".op.yaml", KindOperation},
	{".op.yml", KindOperation},
	{".yaml", KindMapping},
	{".yml", KindMapping},
	{".js", KindJavaScript},
	{".ts", KindJavaScript},
}

// Suffixes returns how the names of files end that hold a body of a kind, the
// usual ending first.
func Suffixes(kind string) []string {
	var list []string
	for _, s := range bodySuffixes {
		switch {
		case s.kind != kind:
		case s.suffix == usualSuffix[kind]:
			list = append([]string{s.suffix}, list...)
		default:
			list = append(list, s.suffix)
		}
	}
	return list
}

// splitBodyName splits the name of a method file into the name of its method
// in kebab case and its suffix.
func splitBodyName(file string) (base string, s bodySuffix, ok bool) {
	for _, s := range bodySuffixes {
		if base, found := strings.CutSuffix(file, s.suffix); found && base != "" {
			return base, s, true
		}
	}
	return "", bodySuffix{}, false
}

// methodOfFile returns the method whose file has that name without suffix.
func methodOfFile(base string) *methodName {
	for i := range methodNames {
		for _, f := range methodNames[i].files {
			if f == base {
				return &methodNames[i]
			}
		}
	}
	return nil
}

// bodySchema returns the name of the definition that the body of a method of
// that kind must meet; "" for one that may be anything.
func (m *methodName) bodySchema(kind string) string {
	switch kind {
	case KindMapping:
		return m.schema
	case KindREST:
		return "restApiMapping"
	case KindGraphQL:
		return "graphqlApiMapping"
	case KindOperation:
		return "operationMapping"
	}
	return ""
}

// BodyFile returns the usual path of the file that holds the body of a method,
// relative to the connector's directory.
func BodyFile(method, kind string) string {
	m := findMethod(method)
	if m == nil {
		return ""
	}
	suffix := usualSuffix[kind]
	return "auth/" + m.files[0] + suffix
}

// usualSuffix gives the suffix of the file of a method of each kind.
var usualSuffix = map[string]string{
	KindMapping: ".map.yml", KindJavaScript: ".js", KindREST: ".rest.yml", KindGraphQL: ".graphql.yml", KindOperation: ".op.yml",
}
