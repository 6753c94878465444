package authtype

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var shorthandMethods = []Use{fromInput, client, test, disconnect}

var apiKey = Type{
	Name: "api-key", Summary: "a key that goes into a header, the query, the body or a cookie",
	Methods: shorthandMethods,
	Fields:  []string{"credential"},
	lower: func(l *lowering) {
		field := l.Value.Get("credential")
		l.inputs(input{name: "apiKey", schema: describe(field, "API key", true), origin: "/credential", needed: true})
		name := field.Get("name").Text()
		if name == "" {
			l.withoutName(field)
			return
		}
		l.credential(field, name, "", "credentials.apiKey")
	},
}

// withoutName reports a key of which nobody knows where it goes.
func (l *lowering) withoutName(field formula.Value) {
	l.incomplete = true
	if field.IsMissing() {
		l.error("missing-field", "/type", spec.AtValue(), `type "api-key" needs the field "credential"`,
			"it says what carries the key, as in credential: {in: header, name: X-Api-Key}")
		return
	}
	l.error("missing-field", "/credential", spec.AtKey(), `"credential" has no "name"`, "name: what carries the key, such as X-Api-Key")
}

var bearer = Type{
	Name: "bearer", Summary: "a token that goes into the Authorization header (RFC 6750)",
	Methods: shorthandMethods,
	Fields:  []string{"credential"},
	lower: func(l *lowering) {
		field := l.Value.Get("credential")
		l.inputs(input{name: "token", schema: describe(field, "Token", true), origin: "/credential", needed: true})
		name := field.Get("name").Text()
		if name == "" {
			name = "Authorization"
		}
		l.credential(field, name, "Bearer", "credentials.token")
	},
}

// credential generates the client that carries one value in one place.
func (l *lowering) credential(field formula.Value, name, prefix, path string) {
	if v := field.Get("prefix"); !v.IsMissing() {
		prefix = v.Text()
	}
	value := concat(spaced(prefix), path)
	place := map[string]string{"": "headers", "header": "headers", "query": "query", "body": "data", "cookie": "cookies"}[field.Get("in").Text()]
	if place == "" {
		return // the schema says so
	}
	if place == "query" && name == "Authorization" {
		l.report(l.Diagnose("odd-credential", spec.Warning, "/credential/name", spec.AtValue(), fmt.Sprintf("%q is the name of a header, but the credential is sent in the query", name), `name the parameter, as in "name: access_token", or leave out "in: query"`))
	}
	l.core()
	l.client(object(place, object(name, value)), "/credential")
}

// spaced puts the blank behind a prefix, unless it ends in a sign that joins.
func spaced(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "=") || strings.HasSuffix(prefix, ":") || strings.HasSuffix(prefix, " ") {
		return prefix
	}
	return prefix + " "
}

var basic = Type{
	Name: "basic", Summary: "a user name and a password with every request (RFC 7617)",
	Methods: shorthandMethods,
	Fields:  []string{"username", "password"},
	lower: func(l *lowering) {
		auth := formula.NewObject(2)
		var asked []input
		for _, half := range []struct {
			name, title string
			secret      bool
		}{{"username", "User name", false}, {"password", "Password", true}} {
			field := l.Value.Get(half.name)
			if fixed := field.Get("fixed"); !fixed.IsMissing() {
				auth.Set(half.name, fixed)
				continue
			}
			auth.Set(half.name, variable("credentials."+half.name))
			if half.name == "username" && !l.Value.Get("password").Get("fixed").IsMissing() {
				half.secret = true // the only half that is asked for is the credential
			}
			asked = append(asked, input{name: half.name, schema: describe(field, half.title, half.secret), origin: "/" + half.name, needed: true})
		}
		l.inputs(asked...)
		l.core()
		l.client(object("auth", auth.Value()), "/type")
	},
}

var awsSigV4 = Type{
	Name: "aws-sigv4", Summary: "requests signed with AWS Signature Version 4",
	Methods: shorthandMethods,
	Fields:  []string{"service", "region"},
	lower: func(l *lowering) {
		for _, field := range [][2]string{{"service", "s3"}, {"region", "us-east-1"}} {
			if l.Value.Get(field[0]).IsMissing() {
				l.error("missing-field", "/type", spec.AtValue(), fmt.Sprintf("type \"aws-sigv4\" needs the field %q", field[0]),
					fmt.Sprintf("write it as AWS does, such as %s: %s", field[0], field[1]))
			}
		}
		l.inputs(
			input{name: "accessKeyId", schema: describe(formula.Undefined, "Access key ID", false), origin: "/type", needed: true},
			input{name: "secretAccessKey", schema: describe(formula.Undefined, "Secret access key", true), origin: "/type", needed: true},
			input{name: "sessionToken", schema: describe(formula.Undefined, "Session token", true), origin: "/type"},
		)
		l.core()
		sign := formula.Object(
			member("type", formula.String("aws-sigv4")),
			member("service", l.Value.Get("service")),
			member("region", l.Value.Get("region")),
			member("accessKeyId", variable("credentials.accessKeyId")),
			member("secretAccessKey", variable("credentials.secretAccessKey")),
			member("sessionToken", variable("credentials.sessionToken")),
		)
		l.client(object("sign", sign), "/type")
		for _, field := range []string{"service", "region"} {
			l.Derive("/makeApiClient/mapping/sign/"+field, "/"+field)
		}
	},
}

var none = Type{
	Name: "none", Summary: "an API that anyone may use",
	Methods: shorthandMethods,
	lower: func(l *lowering) {
		l.core()
		l.client(formula.Object(), "/type")
	},
}
