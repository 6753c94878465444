package method

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// hint returns the advice on a problem of a formula: where it reads something
// that the author can ask for, how that is done.
func (c *compilation) hint(p formula.Problem) string {
	if p.Code != "unknown-variable" || strings.HasPrefix(p.Hint, "did you mean") {
		return p.Hint
	}
	name := strings.Trim(strings.TrimPrefix(p.Message, "unknown variable "), `"`)
	if step, ok := strings.CutSuffix(name, ".response.data"); ok && strings.HasPrefix(step, "steps.") && p.Hint != "" {
		return "the responseMapping of the step replaces its answer; " + strings.Replace(p.Hint, "its ", fmt.Sprintf("%s.response has ", step), 1)
	}
	root, rest, _ := strings.Cut(name, ".")
	if rest == "" || strings.Contains(rest, ".") {
		return p.Hint
	}
	switch root {
	case "connectionInput", "connectionParameters":
		return fmt.Sprintf("the user is not asked for it; add %q to properties in ui.schema", rest)
	case "connectorParameters":
		return fmt.Sprintf("declare it: add %q to properties in parametersSchema", rest)
	case "credentials", "authData":
		if names := c.scope.Credentials().Members(); len(names) == 1 {
			return fmt.Sprintf("the only credential is %q; for another one, ask for %q in ui.schema, or give it by getCredentialsFromConnectionParameters", root+"."+names[0], rest)
		} else if i := slices.IndexFunc(names, func(n string) bool { return begins(n, rest) }); i >= 0 {
			return fmt.Sprintf("did you mean %q?", root+"."+names[i])
		}
		return fmt.Sprintf("%s; ask for %q in ui.schema, or give it by getCredentialsFromConnectionParameters", c.credentialWords(), rest)
	case "input":
		return fmt.Sprintf("declare it: add %q to properties in the inputSchema of the operation", rest)
	case "steps":
		if p.Hint != "" { // which there are
			return "a step sees the steps before it; " + strings.Replace(p.Hint, "its ", "their ", 1)
		}
		return "a step sees the steps before it, and this is the first"
	case "response":
		if slices.Contains([]string{"status", "code", "statuscode", "status_code"}, rest) {
			return `did you mean "response.statusCode"?`
		}
		if slices.Contains([]string{"body", "json", "content", "text"}, rest) {
			return `did you mean "response.data"?`
		}
		return fmt.Sprintf("the body of the answer is response.data: did you mean \"response.data.%s\"?", rest)
	}
	return p.Hint
}

// begins tells whether one name begins with the other, whatever their case.
func begins(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return len(a) > 2 && len(b) > 2 && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
}

// credentialWords says which credentials there are.
func (c *compilation) credentialWords() string {
	if names := c.scope.Credentials().Members(); len(names) > 0 {
		return "credentials are " + formula.JoinWords(names, "and")
	}
	return "there are no credentials"
}

// checkResult reports what the method gives and cannot be used.
func (c *compilation) checkResult() {
	if slices.ContainsFunc(c.diagnostics, func(d spec.Diagnostic) bool { return d.Severity == spec.Error || d.Code == "formula-not-first" }) {
		return // what it gives is not what its author meant
	}
	switch c.method {
	case "makeApiClient":
		c.checkClient()
	case "getOAuthConfig":
		c.checkOAuthConfig()
	case "test":
		if !c.result.CanBeTruthy() && c.result.String() != "" {
			c.report("test-never-passes", spec.Error, "/responseMapping", spec.AtKey(), "the test gives "+c.result.String()+" whatever the answer is, so it never passes",
				"give what shows that the answer is the right one, such as {$var: response.data.id}")
		}
	}
}

// checkClient reports parts of an API client that are of a wrong type.
func (c *compilation) checkClient() {
	for _, field := range []string{"headers", "query", "cookies"} {
		part := c.result.Member(field)
		if !part.CanBe(formula.KindObject, formula.KindUndefined, formula.KindNull) {
			c.report("wrong-type", spec.Error, formula.Pointer(field), spec.AtValue(), fmt.Sprintf("%s have names, so an object is wanted, and this is %s", fieldWords[field], part), "write each as name: value")
			continue
		}
		for _, name := range part.Members() {
			c.wantText(formula.Pointer(field, name), part.Member(name), true)
		}
	}
	for _, half := range []string{"username", "password"} {
		c.wantText(formula.Pointer("auth", half), c.result.Member("auth").Member(half), false)
	}
}

// fieldWords says what the members of a field are.
var fieldWords = map[string]string{"headers": "headers", "query": "query parameters", "cookies": "cookies"}

// wantText reports a part of the result that is there and never a text, a
// number or a boolean, nor a list of them where that is allowed.
func (c *compilation) wantText(pointer string, t formula.Type, list bool) {
	fine := []formula.Kind{formula.KindString, formula.KindNumber, formula.KindBool, formula.KindUndefined, formula.KindNull}
	if list {
		fine = append(fine, formula.KindList)
	}
	if t.CanBe(fine...) || !t.CanBe(formula.KindObject, formula.KindList, formula.KindBytes) {
		return
	}
	hint := "name the member that is meant"
	if t.CanBe(formula.KindBytes) {
		hint = "hex() or base64() makes text of bytes"
	}
	c.report("wrong-type", spec.Error, pointer, spec.AtValue(), "text is wanted here, and this is "+t.String(), hint)
}

// A need is a field of the OAuth configuration that a login cannot do without.
type need struct {
	field string
	// instead lists fields any of which makes it unnecessary.
	instead []string
	hint    string
}

const fromIssuer = "issuer"

// needs returns what an option's OAuth configuration must have.
func (c *compilation) needs() []need {
	token := need{"tokenUri", []string{fromIssuer}, "the token endpoint (RFC 6749 3.2), such as https://auth.example.com/oauth/token"}
	authorize := need{"authorizeUri", []string{fromIssuer}, "the authorization endpoint (RFC 6749 3.1), such as https://auth.example.com/oauth/authorize"}
	client := need{"clientId", nil, "usually {$var: connectorParameters.clientId}, with clientId in parametersSchema"}
	if c.option.Type() == "oauth1" {
		return []need{
			{"requestTokenUri", nil, "where the request token comes from (RFC 5849 2.1)"},
			{"authorizeUri", nil, "where the user allows access (RFC 5849 2.2)"},
			{"tokenUri", nil, "where the access token comes from (RFC 5849 2.3)"},
			{"consumerKey", nil, "usually {$var: connectorParameters.consumerKey}, with consumerKey in parametersSchema"},
			{"consumerSecret", []string{"privateKey"}, "usually {$var: connectorParameters.consumerSecret}, with consumerSecret in parametersSchema"},
		}
	}
	if c.option.Value.Get("getTokenData").IsObject() {
		token.instead = append(token.instead, "authorizeUri")
	}
	switch grant := c.body.Get("grantType"); grant.Text() {
	case "", "authorization_code":
		if grant.IsUndefined() || grant.Text() != "" {
			return []need{client, authorize, token}
		}
		return []need{token} // a formula decides
	case "client_credentials":
		return []need{client, token}
	case "device_code":
		return []need{client, {"deviceAuthorizationUri", []string{fromIssuer}, "the device authorization endpoint (RFC 8628 3.1)"}, token}
	case "jwt_bearer":
		return []need{token, {"assertion", nil, "the assertion: {key, alg, claims} or {value} (RFC 7523)"}}
	}
	return []need{token}
}

// checkOAuthConfig reports an OAuth configuration with which no login is
// possible.
func (c *compilation) checkOAuthConfig() {
	if !c.result.CanBe(formula.KindObject) {
		c.report("wrong-type", spec.Error, "", spec.AtValue(), "the OAuth configuration is an object, and this is "+c.result.String(), "")
		return
	}
	for _, n := range c.needs() {
		if c.canGive(n.field) || slices.ContainsFunc(n.instead, c.canGive) {
			continue
		}
		c.report("missing-field", spec.Error, formula.Pointer(n.field), spec.AtKey(), fmt.Sprintf("the OAuth configuration has no %q", n.field), n.hint)
	}
}

// canGive tells whether the method's result may have a member that is there.
func (c *compilation) canGive(field string) bool {
	return c.result.Member(field).CanBe(formula.KindString, formula.KindObject, formula.KindNumber, formula.KindBool)
}
