package lint

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/connector-spec/connector/spec"
)

var zohoConnector = []lack{
	{field: "environments", instead: "make a connector for each environment there", ignored: true},
	{field: "operations", instead: "a connection is used from scripts there, with whole addresses", ignored: true},
}

var zohoAuth = []lack{
	{field: "redirect", instead: "Zoho Creator has a callback of its own", ignored: true},
	{field: "connectionLabel", instead: "whoever makes a connection names it there", ignored: true},
	{field: "allowedOrigins", instead: "nothing limits where credentials go there", ignored: true},
	{field: "disconnect", instead: "give the revocation endpoint of an OAuth server as revokeUri"},
	{field: "getTokenData", instead: "remove it, if the server takes a form at its token endpoint and answers as RFC 6749 says"},
	{field: "getCredentialsFromAccessTokenResponse", instead: "remove it: only the tokens of the answer are kept there"},
	{field: "getCredentialsFromRefreshTokenResponse", instead: "remove it: only the tokens of the answer are kept there"},
	{field: "refreshCredentials", instead: "remove it, and write refreshUri if it differs from tokenUri"},
}

var zohoOAuth2 = []lack{
	{field: "tokenFormat", instead: "remove it, if the server takes a form at its token endpoint"},
	{field: "tokenMethod", instead: "remove it, if the server takes a POST at its token endpoint"},
	{field: "tokenResponse", instead: "remove it, if the server answers as RFC 6749 says"},
	{field: "tokenHeaders", instead: "remove it, if the server does without"},
}

// zohoKinds are the ways to authenticate that Zoho Creator has.
var zohoKinds = map[string]bool{"basic": true, "api-key": true, "bearer": true, "oauth1": true, "oauth2": true, "aws-sigv4": true}

// portableToZoho reports what a custom connector of Zoho Creator cannot carry.
func portableToZoho(p *Pass) {
	p.lackingMeta(zohoConnector)
	for _, c := range p.Options {
		o := c.Option
		kind, ok := p.hasKind(c, zohoKinds, "basic authentication, an API key in a header, the query or form data, a bearer token, OAuth 1, OAuth 2 and AWS Signature Version 4")
		if !ok {
			continue
		}
		p.lackingIn(zohoAuth, o, "", o.Value)
		if kind.derived {
			p.Report(o, kind.pointer, spec.AtKey(), "Zoho Creator sends what the user enters, behind a word if need be, and nothing that a formula makes",
				"ask the user for the finished value, and say in its description how it is made")
		}
		switch kind.name {
		case "oauth2":
			p.zohoOAuth2(c)
		case "aws-sigv4":
			p.zohoAWS(o)
		}
	}
}

func (p *Pass) zohoOAuth2(c Checked) {
	o := c.Option
	oauth, pointer := OAuth(o)
	if p.hasGrant(o, "authorization_code", "client_credentials") {
		p.lackingIn(platformOAuth, o, pointer, oauth)
		p.lackingIn(zohoOAuth2, o, pointer, oauth)
	}
	for _, field := range []string{"authorizeUri", "revokeUri"} {
		if oauth.Get("grantType").Text() == "client_credentials" && oauth.Has(field) {
			p.Report(o, pointer+"/"+field, spec.AtKey(), fmt.Sprintf("Zoho Creator has %q with an authorization code only", field), "remove it")
		}
	}
	p.knowsClientAuth(o)
	_, at := Client(o)
	for _, r := range c.Methods.Reads() {
		root, name := r.Path.Names()
		place, _, _ := strings.Cut(strings.TrimPrefix(r.Pointer, at+"/"), "/")
		if r.Method == "makeApiClient" && isInputRoot(root) && name == "access_token" && place != "headers" {
			p.Report(o, r.Pointer, spec.AtValue(), "Zoho Creator sends the access token in a header only", "send it as headers: {Authorization: Bearer ...}")
		}
	}
}

// awsRegion matches the name of a region.
var awsRegion = regexp.MustCompile(`^[a-z]{2,}(-[a-z]+)+-[0-9]+$`)

// zohoAWS checks the service and the region, which belong to the connector
// there.
func (p *Pass) zohoAWS(o *spec.Option) {
	client, pointer := Client(o)
	for _, field := range []string{"service", "region"} {
		v := client.Get("sign").Get(field)
		at := pointer + "/sign/" + field
		if authoredType(o) == "aws-sigv4" {
			at = "/" + field
		}
		switch text := v.Text(); {
		case text == "" || strings.Contains(text, "${"):
			p.Report(o, at, spec.AtValue(), fmt.Sprintf("the %s is part of the connector in Zoho Creator, and cannot depend on the connection", field),
				fmt.Sprintf("write it out, such as %s: %s", field, map[string]string{"service": "s3", "region": "us-east-1"}[field]))
		case field == "region" && !awsRegion.MatchString(text):
			p.Report(o, at, spec.AtValue(), fmt.Sprintf("%q is no region of AWS", text), "write it as AWS does, such as us-east-1")
		}
	}
}

// zohoOAuth checks the limits of OAuth configurations.
func zohoOAuth(p *Pass, c Checked) {
	o := c.Option
	oauth, pointer := OAuth(o)
	if !oauth.IsObject() {
		return
	}
	for _, e := range endpoints {
		if why := noFullURL(oauth.Get(e.field).Text()); why != "" {
			p.Report(o, e.pointer, spec.AtValue(), fmt.Sprintf("Zoho Creator wants a full address, and this has no %s", why), "write scheme, host and path, as in https://example.com/oauth/token")
		}
	}
	if n, ok := oauth.Get("expiresIn").AsNumber(); ok && (n < 900 || n > 86_400) {
		p.Report(o, pointer+"/expiresIn", spec.AtValue(), fmt.Sprintf("Zoho Creator takes lifetimes from 900 to 86400 seconds, not %v", n), "write the nearest of them; a token that is refused earlier is refreshed")
	}
	if prefix := oauth.Get("tokenPrefix").Text(); !strings.Contains(prefix, "${") && strings.ContainsFunc(prefix, func(r rune) bool { return !isLetterOrDigit(r) }) {
		p.Report(o, pointer+"/tokenPrefix", spec.AtValue(), fmt.Sprintf("Zoho Creator takes letters and digits before the token, not %q", prefix), "an API that wants anything but a word of letters and digits cannot be reached there")
	}
	if n := oauth.Get("scopes").Len(); n > zohoScopes && !oauth.Get("scopes").IsObject() {
		p.Report(o, pointer+"/scopes", spec.AtKey(), fmt.Sprintf("there are %d scopes, and Zoho Creator takes at most %d", n, zohoScopes), fmt.Sprintf("leave out %d", n-zohoScopes))
	}
	p.zohoClient(c)
}

// zohoScopes is how many scopes a connector may have.
const zohoScopes = 50

// noFullURL says what a literal URL lacks; "" if it is whole, or not literal.
func noFullURL(text string) string {
	u, err := url.Parse(text)
	switch {
	case text == "" || strings.Contains(text, "${") || err != nil:
		return ""
	case u.Scheme == "":
		return "scheme"
	case u.Host == "":
		return "host"
	case u.Path == "" || u.Path == "/":
		return "path"
	}
	return ""
}

// zohoClientSigns are the signs that client ids and secrets may have.
const zohoClientSigns = "\"#$%&'()*+,-./:;<=>?@[\\]^_{|}`~"

// zohoClient checks a client id that the spec writes out.
func (p *Pass) zohoClient(c Checked) {
	oauth, pointer := OAuth(c.Option)
	for _, field := range []string{"clientId", "consumerKey"} {
		text := oauth.Get(field).Text()
		if text == "" || strings.Contains(text, "${") {
			continue
		}
		blank := ' '
		for i, r := range text {
			known := r < 0x80 && isLetterOrDigit(r) || strings.ContainsRune(zohoClientSigns, r) || r == ' ' && blank != ' '
			if blank = r; !known {
				p.Report(c.Option, pointer+"/"+field, spec.AtText(i, len(string(r))), fmt.Sprintf("Zoho Creator takes no %q here in a client id", string(r)),
					"copy the id anew: it takes letters and digits of ASCII, single blanks, and signs except !")
				break
			}
		}
	}
}
