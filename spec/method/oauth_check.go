package method

import (
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A need is a field of the OAuth configuration that a login cannot do without.
type need struct {
	field string // or the path of a member of one, with a dot
	// instead lists fields any of which makes it unnecessary.
	instead []string
	hint    string
	// because names the field whose value makes it necessary; "" for the grant.
	because string
}

const fromIssuer = "issuer"

// needs returns what an option's OAuth configuration must have.
func (c *compilation) needs() []need {
	if c.option.Type() == "oauth1" {
		return append(slices.Clip(oauth1Needs), c.signatureNeeds()...)
	}
	return append(c.grantNeeds(), c.clientNeeds()...)
}

var oauth1Needs = []need{
	{field: "requestTokenUri", hint: "where the request token comes from (RFC 5849 2.1)"},
	{field: "authorizeUri", hint: "where the user allows access (RFC 5849 2.2)"},
	{field: "tokenUri", hint: "where the access token comes from (RFC 5849 2.3)"},
	{field: "consumerKey", hint: "usually {$var: connectorParameters.consumerKey}, with consumerKey in parametersSchema"},
	{field: "consumerSecret", instead: []string{"privateKey"}, hint: "usually {$var: connectorParameters.consumerSecret}, with consumerSecret in parametersSchema"},
}

// signatureNeeds returns what the way of signing asks for (RFC 5849 3.4.3).
func (c *compilation) signatureNeeds() []need {
	if method := c.body.Get("signatureMethod").Text(); strings.HasPrefix(method, "RSA-") {
		return []need{{field: "privateKey", hint: "the private key in PEM, usually {$var: connectorParameters.privateKey}", because: "signatureMethod"}}
	}
	return nil
}

// grantNeeds returns what a grant asks for.
func (c *compilation) grantNeeds() []need {
	token := need{field: "tokenUri", instead: []string{fromIssuer}, hint: "the token endpoint (RFC 6749 3.2), such as https://auth.example.com/oauth/token"}
	authorize := need{field: "authorizeUri", instead: []string{fromIssuer}, hint: "the authorization endpoint (RFC 6749 3.1), such as https://auth.example.com/oauth/authorize"}
	client := need{field: "clientId", hint: "usually {$var: connectorParameters.clientId}, with clientId in parametersSchema"}
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
		return []need{client, {field: "deviceAuthorizationUri", instead: []string{fromIssuer}, hint: "the device authorization endpoint (RFC 8628 3.1)"}, token}
	case "jwt_bearer":
		if c.body.Has("assertion") {
			return []need{token, {field: "assertion.key", instead: []string{"assertion.value"}, hint: "the key that signs it, or value: an assertion that is made elsewhere (RFC 7523)"}}
		}
		return []need{token, {field: "assertion", hint: "the assertion: {key, alg, claims} or {value} (RFC 7523)"}}
	}
	return []need{token}
}

// clientNeeds returns what the authentication of the client and its requests
// ask for.
func (c *compilation) clientNeeds() []need {
	var list []need
	add := func(because, field, hint string, instead ...string) {
		list = append(list, need{field, instead, hint, because})
	}
	switch c.body.Get("clientAuthLocation").Text() {
	case "private_key_jwt":
		add("clientAuthLocation", "clientAssertion.key", "the private key, usually {$var: connectorParameters.privateKey} (RFC 7523 2.2)")
	case "client_secret_jwt":
		add("clientAuthLocation", "clientSecret", "usually {$var: connectorParameters.clientSecret} (RFC 7523 2.2)", "clientAssertion.key")
	case "tls":
		add("clientAuthLocation", "tls.certificate", "the certificate of the client, PEM (RFC 8705 2)")
		add("clientAuthLocation", "tls.key", "the private key of the certificate, PEM (RFC 8705 2)")
	}
	if par, _ := c.body.Get("par").AsBool(); par {
		add("par", "parUri", "the endpoint for pushed authorization requests (RFC 9126 2)", fromIssuer)
	}
	return list
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
		message := fmt.Sprintf("the OAuth configuration has no %q", n.field)
		if n.because != "" {
			message = fmt.Sprintf(`"%s: %s" needs %q`, n.because, plainly(c.body.Get(n.because)), n.field)
		}
		c.report("missing-field", spec.Error, formula.Pointer(strings.Split(n.field, ".")...), spec.AtKey(), message, n.hint)
	}
}

// plainly writes a text or a boolean as a spec does.
func plainly(v formula.Value) string {
	if text, ok := v.AsString(); ok {
		return text
	}
	return v.String()
}

// canGive tells whether the method's result may have a member that is there.
func (c *compilation) canGive(path string) bool {
	member := c.result
	for name := range strings.SplitSeq(path, ".") {
		member = member.Member(name)
	}
	return member.CanBe(formula.KindString, formula.KindObject, formula.KindNumber, formula.KindBool)
}
