package authtype

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// tokenLifetime is how long a workspace token lives, in seconds.
const tokenLifetime = 7200

// workspaceToken is a type whose requests carry, in headers, a token that the
// workspace signs. On Membrane's platform the workspace is that of the platform;
// here connector parameters give its key and its secret.
func workspaceToken(name string, headers ...string) Type {
	return Type{
		Name: name, Summary: "a token that the workspace signs (RFC 7519)",
		Methods: []Use{client, test},
		lower: func(l *lowering) {
			l.workspace()
			l.scriptedToken()
			l.core()
			sent := formula.NewObject(len(headers))
			for _, header := range headers {
				sent.Set(header, variable("credentials.token"))
			}
			l.client(object("headers", sent.Value()), "/type")
		},
	}
}

// workspace asks for the workspace and makes its token: of the one who uses the
// workspace and of what is known of them.
func (l *lowering) workspace() {
	const secretText, plainText = true, false
	userFields := formula.Object(
		member("type", formula.String("object")),
		member("title", formula.String("User fields")),
		member("description", formula.String("What the token says of the user besides their id.")),
	)
	l.ask("parametersSchema", []input{
		{name: "workspaceKey", schema: describe(formula.Undefined, "Workspace key", plainText), origin: "/type", needed: true},
		{name: "workspaceSecret", schema: describe(formula.Undefined, "Workspace secret", secretText), origin: "/type", needed: true},
		{name: "userId", schema: describe(formula.Undefined, "User id", plainText).With("default", formula.String("connector")), origin: "/type"},
		{name: "userFields", schema: userFields, origin: "/type"},
	})
	token := fmt.Sprintf(`jwt({"iss": connectorParameters.workspaceKey, "sub": connectorParameters.userId ?? "connector", `+
		`"fields": connectorParameters.userFields ?? {}, "iat": now(), "exp": now() + %d}, connectorParameters.workspaceSecret, {"alg": "HS512"})`, tokenLifetime)
	l.Option = l.WithMethod("getCredentialsFromConnectionParameters", mappingMethod(formula.Object(
		member("token", object("$expr", formula.String(token))),
		member("expires_in", formula.Number(tokenLifetime)),
	)), "/type")
}

// scriptedToken reports a client in JavaScript that does not send the token:
// nothing is merged into what a script gives.
func (l *lowering) scriptedToken() {
	m := l.Value.Get("makeApiClient")
	if code, ok := m.Get("code").AsString(); !ok || m.Get("type").Text() != spec.KindJavaScript ||
		strings.Contains(code, "credentials") || strings.Contains(code, "authData") {
		return
	}
	l.report(l.Diagnose("credential-not-sent", spec.Warning, "/makeApiClient", spec.AtKey(), "the API client sends nothing of the credentials",
		"send credentials.token in the header that the API wants, or write makeApiClient as a mapping: then it is sent"))
}
