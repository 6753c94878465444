package auth_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/testdata/leaks"
)

type members = map[string]any

// A leakSpec is a connector whose every secret is a canary, and what its server
// has to know. The same randomness gives the same one.
type leakSpec struct {
	r        *rand.Rand
	canaries *leaks.Canaries

	auth               members
	inputs, parameters members
	derived            []string // names of headers and parameters that are made of secrets
	answer             tokenAnswer
	compose            func(*http.Response, []byte, []string) []byte
}

// A tokenAnswer is how a server answers token requests.
type tokenAnswer struct {
	form   bool   // it is a form, else JSON
	nested bool   // the tokens are in data
	kind   string // token_type; "" for none
}

// leakKinds are the ways to authenticate, by name.
var leakKinds = []struct {
	name string
	make func(*leakSpec)
}{
	{"api-key", (*leakSpec).apiKey},
	{"bearer", (*leakSpec).bearer},
	{"basic", (*leakSpec).basic},
	{"mapping", (*leakSpec).mapping},
	{"derived", (*leakSpec).derivations},
	{"session", (*leakSpec).session},
	{"oauth2 code", func(s *leakSpec) { s.oauth2("authorization_code") }},
	{"oauth2 client_credentials", func(s *leakSpec) { s.oauth2("client_credentials") }},
	{"oauth2 device_code", func(s *leakSpec) { s.oauth2("device_code") }},
	{"oauth2 password", func(s *leakSpec) { s.oauth2("password") }},
	{"oauth2 jwt_bearer", func(s *leakSpec) { s.oauth2("jwt_bearer") }},
	{"oauth2 refresh_token", func(s *leakSpec) { s.oauth2("refresh_token") }},
	{"oauth1", (*leakSpec).oauth1},
	{"sign oauth1", func(s *leakSpec) { s.signed("oauth1") }},
	{"sign hmac", func(s *leakSpec) { s.signed("hmac") }},
	{"sign jwt", func(s *leakSpec) { s.signed("jwt") }},
	{"sign wsse", func(s *leakSpec) { s.signed("wsse") }},
	{"sign digest", func(s *leakSpec) { s.signed("digest") }},
	{"sign aws-sigv4", func(s *leakSpec) { s.signed("aws-sigv4") }},
}

// newLeakSpec makes a connector of a kind.
func newLeakSpec(r *rand.Rand, kind func(*leakSpec)) *leakSpec {
	s := &leakSpec{
		r: r, canaries: &leaks.Canaries{},
		auth: members{"baseUri": "https://api.leak.example/v1"}, inputs: members{}, parameters: members{},
		answer: tokenAnswer{kind: "Bearer"},
	}
	verb, path := s.one("get", "post"), s.one("/me", "/v1/users/me", "/me?fields=a,b")
	request := members{}
	if verb == "post" {
		request["data"] = members{"a": 1}
		request["contentType"] = s.one("json", "form")
	}
	s.auth["test"] = members{"implementationType": "rest-api-mapping", "mapping": members{
		"method": verb, "path": path, "requestMapping": request,
		"responseMapping": members{"all": members{"$var": "response.data"}, "name": members{"$var": "response.data.name"}},
	}}
	s.auth["connectionLabel"] = s.one("${test.name}", "${test.name}: ${jsonEncode(test.all)}")
	kind(s)
	return s
}

func (s *leakSpec) one(list ...string) string { return list[s.r.IntN(len(list))] }

func (s *leakSpec) maybe() bool { return s.r.IntN(2) == 0 }

// secret makes the secret of an input, or of a connector parameter, marked as
// such in one of the ways that there are.
func (s *leakSpec) secret(parameter bool, name string) string {
	return s.value(parameter, name, s.canaries.Make(s.r, name))
}

func (s *leakSpec) plainSecret(parameter bool, name string) string {
	return s.value(parameter, name, s.canaries.MakePlain(s.r, name))
}

func (s *leakSpec) value(parameter bool, name, value string) string {
	schema := members{"type": "string", "isSensitive": true}
	if s.maybe() {
		schema = members{"type": "string", "format": "password"}
	}
	s.declare(parameter, name, schema)
	if parameter {
		s.parameters[name] = value
		return "connectorParameters." + name
	}
	s.inputs[name] = value
	return "connectionInput." + name
}

// declare adds a property to the schema of the inputs, or of the parameters.
func (s *leakSpec) declare(parameter bool, name string, schema members) {
	if parameter {
		if s.auth["parametersSchema"] == nil {
			s.auth["parametersSchema"] = members{"type": "object", "properties": members{}}
		}
		s.auth["parametersSchema"].(members)["properties"].(members)[name] = schema
		return
	}
	if s.auth["ui"] == nil {
		s.auth["ui"] = members{"schema": members{"type": "object", "properties": members{}}}
	}
	s.auth["ui"].(members)["schema"].(members)["properties"].(members)[name] = schema
}

func variable(path string) members { return members{"$var": path} }

func mapping(m members) members { return members{"implementationType": "mapping", "mapping": m} }

func (s *leakSpec) apiKey() {
	place := s.one("header", "query", "body", "cookie")
	s.auth["type"] = "api-key"
	credential := members{"in": place, "name": s.one("X-Api-Key", "X-Custom", "key", "k", "appid")}
	if place != "query" && s.maybe() {
		credential["prefix"] = s.one("Token", "Key:", "apikey=", "")
	}
	s.auth["credential"] = credential
	if place == "body" {
		s.auth["test"].(members)["mapping"].(members)["method"] = "post"
		s.auth["test"].(members)["mapping"].(members)["requestMapping"] = members{"data": members{"a": 1}}
	}
	make := s.canaries.MakePlain
	if place == "query" || place == "body" {
		make = s.canaries.Make
	}
	s.inputs["apiKey"] = make(s.r, "apiKey")
}

func (s *leakSpec) bearer() {
	s.auth["type"] = "bearer"
	if s.maybe() {
		s.auth["credential"] = members{"prefix": s.one("Bearer", "Token", "", "OAuth")}
	}
	s.inputs["token"] = s.canaries.MakePlain(s.r, "token")
}

func (s *leakSpec) basic() {
	s.auth["type"] = "basic"
	s.inputs["username"], s.inputs["password"] = "sato", s.canaries.Make(s.r, "password")
}

// places puts a formula into one of the places of a client.
func (s *leakSpec) places(client members, name, text string) {
	switch s.r.IntN(4) {
	case 0:
		client["headers"] = members{"X-" + name: "${urlEncode(" + text + ")}"}
	case 1:
		client["query"] = members{name: "${" + text + "}"}
	case 2:
		client["cookies"] = members{name: "${urlEncode(" + text + ")}"}
	default:
		client["auth"] = members{"username": "sato", "password": "${" + text + "}"}
	}
}

// mapping makes credentials of several secrets without a request.
func (s *leakSpec) mapping() {
	s.auth["type"] = "client-credentials"
	one, two := s.secret(false, "one"), s.secret(s.maybe(), "two")
	s.auth["getCredentialsFromConnectionParameters"] = mapping(members{
		"both":  fmt.Sprintf("${%s}:${%s}", one, two),
		"inner": members{"deep": "${jsonEncode({\"k\": " + one + "})}"},
	})
	client := members{}
	s.places(client, leaks.Word(s.r, 6), s.one("credentials.both", "credentials.inner.deep", "credentials.one"))
	s.auth["makeApiClient"] = mapping(client)
}

// derivations makes headers of a secret that it cannot be told from.
func (s *leakSpec) derivations() {
	s.auth["type"] = "client-credentials"
	s.secret(false, "key")
	s.derived = []string{"X-Mac", "X-Hash", "X-Id", "mac"}
	s.auth["getCredentialsFromConnectionParameters"] = mapping(members{"hash": "${hex(sha256(connectionInput.key))}"})
	s.auth["makeApiClient"] = mapping(members{
		"headers": members{
			"X-Hash": "${credentials.hash}",
			"X-Mac":  s.one("", "Sig ") + `${hex(hmac("sha256", credentials.key, "a message"))}`,
			"X-Id":   "${hex(sha512(connectionInput.key))}",
		},
		"query": members{"mac": `${hex(hmac("sha256", credentials.key, "another"))}`},
	})
}

// session logs in for a token.
func (s *leakSpec) session() {
	s.auth["type"] = "client-credentials"
	password := s.secret(false, "password")
	request := members{"contentType": s.one("json", "form"), "data": members{"user": "sato", "pw": variable(password)}}
	if s.maybe() {
		app := s.plainSecret(true, "appSecret")
		request["headers"] = members{"X-App": variable(app)}
	}
	s.auth["getCredentialsFromConnectionParameters"] = members{"implementationType": "rest-api-mapping", "mapping": members{
		"method": "post", "path": "/login", "requestMapping": request,
		"responseMapping": members{"token": variable("response.data.session.token"), "more": variable("response.data.session")},
	}}
	client := members{}
	s.places(client, "Session", s.one("credentials.token", "credentials.more.deep"))
	s.auth["makeApiClient"] = mapping(client)
	if s.maybe() {
		s.auth["refreshCredentials"] = members{"implementationType": "rest-api-mapping", "mapping": members{
			"method": "post", "path": "/login", "requestMapping": members{"data": members{"renew": variable("credentials.token")}},
			"responseMapping": members{"token": variable("response.data.session.token"), "more": variable("response.data.session")},
		}}
	}
}

// oauth2 obtains a token by a grant.
func (s *leakSpec) oauth2(grant string) {
	s.auth["type"] = "oauth2"
	id := s.plainSecret(true, "clientSecret")
	config := members{
		"clientId": "app-1", "clientSecret": variable(id), "grantType": grant,
		"authorizeUri": "https://login.leak.example/authorize", "tokenUri": "https://login.leak.example/token",
		"deviceAuthorizationUri": "https://login.leak.example/device", "revokeUri": "https://login.leak.example/revoke",
		"scopes": []string{"read", "write"}, "tokenFormat": s.one("form", "form", "json"),
	}
	if grant == "authorization_code" {
		config["pkce"] = s.one("S256", "plain", "none")
		if s.maybe() {
			config["scopes"] = []string{"openid", "read"}
		}
		if s.r.IntN(3) == 0 {
			config["par"], config["parUri"] = true, "https://login.leak.example/par"
		}
	}
	if s.r.IntN(3) == 0 {
		config["dpop"], s.answer.kind = true, "DPoP"
	}
	s.clientAuthentication(config)
	s.grant(config, grant)
	if s.r.IntN(3) == 0 {
		config["tokenParams"] = members{"extra": variable(s.secret(true, "tokenParam"))}
	}
	if s.r.IntN(3) == 0 {
		config["tokenHeaders"] = members{"X-Extra": variable(s.plainSecret(true, "tokenHeader"))}
	}
	switch s.r.IntN(3) {
	case 0:
		s.answer.form = true
	case 1:
		s.answer.nested = true
		config["tokenResponse"] = members{"accessToken": "data.access_token", "refreshToken": "data.refresh_token", "tokenType": "data.token_type"}
	}
	s.auth["getOAuthConfig"] = mapping(config)
	if s.maybe() {
		s.auth["getCredentialsFromAccessTokenResponse"] = mapping(members{
			"half": "${tokenResponse.session_key ?? \"none\"}", "tenant": variable("queryParameters.tenant"),
		})
	}
}

// clientAuthentication chooses how the client authenticates.
func (s *leakSpec) clientAuthentication(config members) {
	way := s.one("headers", "headers", "body", "both", "none", "client_secret_jwt", "private_key_jwt")
	config["clientAuthLocation"] = way
	switch way {
	case "headers":
		config["clientAuthEncoding"] = s.one("rfc", "raw")
	case "private_key_jwt":
		config["clientAssertion"] = members{"key": variable(s.privateKey()), "alg": "ES256"}
	}
}

// privateKey is a parameter with a key.
func (s *leakSpec) privateKey() string {
	s.canaries.Add("privateKey", leakKey())
	return s.value(true, "privateKey", leakKey())
}

// grant says what a grant needs.
func (s *leakSpec) grant(config members, grant string) {
	switch grant {
	case "password":
		s.declare(false, "username", members{"type": "string"})
		s.inputs["username"] = "sato"
		s.secret(false, "password")
	case "refresh_token":
		s.plainSecret(false, "refresh_token")
	case "jwt_bearer":
		config["assertion"] = members{"key": variable(s.privateKey()), "alg": "ES256", "claims": members{"sub": "sato"}}
	}
}

// oauth1 logs in with OAuth 1.
func (s *leakSpec) oauth1() {
	s.auth["type"] = "oauth1"
	s.auth["getOAuthConfig"] = mapping(members{
		"consumerKey": variable(s.plainSecret(true, "consumerKey")), "consumerSecret": variable(s.secret(true, "consumerSecret")),
		"requestTokenUri": "https://login.leak.example/request", "authorizeUri": "https://login.leak.example/authorize",
		"tokenUri": "https://login.leak.example/access", "signatureMethod": s.one("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"),
		"signatureLocation": s.one("header", "query"),
	})
}

// signed signs requests with what the user entered.
func (s *leakSpec) signed(kind string) {
	s.auth["type"] = "client-credentials"
	s.plainSecret(false, "id")
	s.secret(false, "key")
	s.plainSecret(false, "token")
	sign := members{"type": kind}
	switch kind {
	case "oauth1":
		sign["consumerKey"], sign["consumerSecret"] = "${credentials.id}", "${credentials.key}"
		sign["token"], sign["tokenSecret"] = "${credentials.token}", "${credentials.key}"
		sign["signatureMethod"] = s.one("HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT")
		sign["signatureLocation"] = s.one("header", "query")
	case "hmac":
		name := s.one("X-Sig", "Authorization", "sig")
		s.derived = append(s.derived, name)
		sign["algorithm"], sign["key"], sign["name"] = s.one("sha1", "sha256", "sha512", "md5"), "${credentials.key}", name
		sign["encoding"], sign["stringToSign"] = s.one("hex", "base64", "base64url"), "${request.method}\n${request.path}\n${timestamp}${nonce}"
		sign["in"] = s.one("header", "query")
		if sign["in"] == "header" && s.maybe() {
			sign["prefix"] = s.one("Sig", "HMAC", "hmac ")
		}
		sign["headers"] = members{"X-Time": "${timestamp}", "X-Nonce": "${nonce}"}
	case "jwt":
		sign["alg"], sign["key"], sign["claims"] = s.one("HS256", "HS512"), "${credentials.key}", members{"iss": "app-1"}
		if s.maybe() {
			sign["in"], sign["name"] = "query", "jwt"
		}
	case "wsse", "digest":
		sign["username"], sign["password"] = "sato", "${credentials.key}"
	case "aws-sigv4":
		sign["service"], sign["region"] = "s3", "us-east-1"
		sign["accessKeyId"], sign["secretAccessKey"], sign["sessionToken"] = "${credentials.id}", "${credentials.key}", "${credentials.token}"
	}
	s.auth["makeApiClient"] = mapping(members{"sign": sign})
}

// text is the connector as a file.
func (s *leakSpec) text(t testing.TB) string {
	t.Helper()
	text, err := json.Marshal(members{"key": "leak", "name": "Leak", "auth": s.auth})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// values are the inputs and parameters, completed.
func (s *leakSpec) values(t testing.TB, subject auth.Subject) auth.Values {
	t.Helper()
	read := func(m members) formula.Value {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return object(t, string(text))
	}
	v, problems, err := subject.Complete(auth.Values{Inputs: read(s.inputs), Parameters: read(s.parameters)})
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return v
}

// isDerived tells the names of what the server is sent that is made of secrets.
func (s *leakSpec) isDerived(name string) bool {
	for _, d := range s.derived {
		if strings.EqualFold(d, name) {
			return true
		}
	}
	return false
}
