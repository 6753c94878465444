package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// An option is one way to authenticate, by its key.
type option struct {
	key   string
	value formula.Value
}

// options makes an option of each security scheme. Schemes that the document
// asks for together become one.
func (im *openAPI) options() []option {
	schemes := im.doc.Get("components").Get("securitySchemes")
	if im.doc.Has("swagger") {
		schemes = im.doc.Get("securityDefinitions")
	}
	together := im.together(schemes)
	var list []option
	seen := map[string]bool{}
	for i, name := range schemes.Keys() {
		if slices.Contains(together, name) {
			continue
		}
		_, s := schemes.At(i)
		for _, o := range im.optionsOf(name, im.resolve(s)) {
			text := o.value.Without("title").Without("description").String()
			if seen[text] {
				im.note("the security scheme %q says the same as another one", name)
				continue
			}
			seen[text] = true
			list = append(list, im.unique(list, o))
		}
	}
	if len(together) > 0 {
		list = append([]option{im.unique(list, im.keys(schemes, together))}, list...)
	}
	if len(list) == 0 {
		if schemes.Len() == 0 {
			im.note("the document has no security scheme: the type is none, which sends no credential; is that so?")
		}
		list = []option{{"none", object("type", formula.String("none"))}}
	}
	return list
}

// unique gives an option a key that no other has.
func (im *openAPI) unique(list []option, o option) option {
	key, n := o.key, 2
	for slices.ContainsFunc(list, func(other option) bool { return other.key == o.key }) {
		o.key = fmt.Sprint(key, n)
		n++
	}
	return o
}

// resolve follows a reference within the document.
func (im *openAPI) resolve(v formula.Value) formula.Value {
	for range 8 {
		ref, ok := strings.CutPrefix(v.Get("$ref").Text(), "#/")
		if !ok {
			return v
		}
		v = im.doc
		for step := range strings.SplitSeq(ref, "/") {
			v = v.Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(step))
		}
	}
	return formula.Undefined
}

// together lists schemes of keys that the document wants in one request.
func (im *openAPI) together(schemes formula.Value) []string {
	for _, requirement := range items(im.doc.Get("security")) {
		names := requirement.Keys()
		if len(names) < 2 {
			continue
		}
		ok := true
		for _, name := range names {
			s := im.resolve(schemes.Get(name))
			ok = ok && s.Get("type").Text() == "apiKey" && s.Get("in").Text() != "body"
		}
		if ok {
			return names
		}
		im.note("the document wants %s together: write that as one option", formula.JoinWords(names, "and"))
	}
	return nil
}

// optionsOf makes the options of one scheme; none if it cannot be written as one.
func (im *openAPI) optionsOf(name string, s formula.Value) []option {
	key := identifierOf(name)
	described := func(v formula.Value) formula.Value {
		b := formula.NewObject(v.Len() + 2)
		b.Set("type", v.Get("type"))
		b.Set("title", formula.String(cmp.Or(titleOf(name), name)))
		if d := firstSentence(s.Get("description").Text()); d != "" {
			b.Set("description", formula.String(d))
		}
		for i, k := range v.Keys() {
			if _, x := v.At(i); !b.Has(k) {
				b.Set(k, x)
			}
		}
		return b.Value()
	}
	kind, scheme := s.Get("type").Text(), strings.ToLower(s.Get("scheme").Text())
	switch {
	case s.Get("x-amazon-apigateway-authtype").Text() != "" || kind == "apiKey" && strings.Contains(strings.ToLower(name), "hmac") && strings.Contains(im.base, "amazonaws.com"):
		return []option{{key, described(im.amazon())}}
	case kind == "apiKey":
		return []option{{key, described(im.key(name, s))}}
	case kind == "basic", kind == "http" && scheme == "basic":
		return []option{{key, described(object("type", formula.String("basic")))}}
	case kind == "http" && scheme == "bearer":
		return []option{{key, described(object("type", formula.String("bearer"), "credential", credential("Access token")))}}
	case kind == "http" && scheme == "digest":
		return []option{{key, described(digest())}}
	case kind == "oauth2":
		return im.oauth2(key, s, described)
	case kind == "openIdConnect":
		issuer, ok := strings.CutSuffix(s.Get("openIdConnectUrl").Text(), "/.well-known/openid-configuration")
		if !ok || !isAddress(issuer) {
			im.note("the security scheme %q has no openIdConnectUrl that ends in /.well-known/openid-configuration: it was left out", name)
			return nil
		}
		return []option{{key, described(oauth2Option(object("issuer", formula.String(issuer))))}}
	case kind == "mutualTLS":
		return []option{{key, described(mutualTLS())}}
	case kind == "http":
		im.note("the security scheme %q is of the HTTP scheme %q, of which there is no auth type: it was left out; makeApiClient of client-credentials can set any header", name, oneLine(scheme))
	default:
		im.note("the security scheme %q is of type %q, which is unknown: it was left out", name, oneLine(kind))
	}
	return nil
}

// key makes the option of an API key.
func (im *openAPI) key(scheme string, s formula.Value) formula.Value {
	place, name := s.Get("in").Text(), s.Get("name").Text()
	if !slices.Contains([]string{"header", "query", "cookie"}, place) {
		im.note("the security scheme %q has no place for its key: header is assumed", scheme)
		place = "header"
	}
	if name == "" || strings.ContainsAny(name, " \r\n\t") {
		im.note("the security scheme %q does not name the %s of its key: X-API-Key is assumed", scheme, place)
		name = "X-API-Key"
	}
	if place == "header" && strings.EqualFold(name, "authorization") {
		im.note("the key of %q goes into the header Authorization: if a word such as Bearer or Token stands before it, write that as credential.prefix", scheme)
	}
	c := object("in", formula.String(place), "name", formula.String(name))
	for i, k := range credential("API key").Keys() {
		_, v := credential("API key").At(i)
		c = c.With(k, v)
	}
	return object("type", formula.String("api-key"), "credential", c)
}

// keys makes one option of several keys.
func (im *openAPI) keys(schemes formula.Value, names []string) option {
	properties, required := formula.Object(), []formula.Value{}
	sides := map[string]formula.Value{}
	for _, name := range names {
		s := im.resolve(schemes.Get(name))
		input := identifierOf(name)
		properties = properties.With(input, object("type", formula.String("string"), "title", formula.String(titleOf(name)), "isSensitive", formula.Bool(true)))
		required = append(required, formula.String(input))
		side := map[string]string{"query": "query", "cookie": "cookies"}[s.Get("in").Text()]
		if side == "" {
			side = "headers"
		}
		if !sides[side].IsObject() {
			sides[side] = formula.Object()
		}
		sides[side] = sides[side].With(s.Get("name").Text(), formula.String("${connectionInput."+input+"}"))
	}
	mapping := formula.Object()
	for _, side := range []string{"headers", "query", "cookies"} {
		if sides[side].IsObject() {
			mapping = mapping.With(side, sides[side])
		}
	}
	return option{"keys", object(
		"type", formula.String("client-credentials"),
		"title", formula.String("Keys"),
		"ui", object("schema", object("type", formula.String("object"), "properties", properties, "required", formula.List(required...))),
		"makeApiClient", object("implementationType", formula.String("mapping"), "mapping", mapping),
	)}
}

// amazon makes the option of AWS Signature Version 4.
func (im *openAPI) amazon() formula.Value {
	host := strings.TrimPrefix(im.base, "https://")
	service, _, _ := strings.Cut(host, ".")
	if !isName(strings.ReplaceAll(service, "-", "_")) {
		service = "execute-api"
		im.note("the service that requests are signed for could not be told from the host: it is execute-api now")
	}
	region := "us-east-1"
	if im.inputs.Get("properties").Has("region") {
		region = "${connectionInput.region}"
	} else {
		im.note("requests are signed for the region us-east-1: is that so?")
	}
	return object("type", formula.String("aws-sigv4"), "service", formula.String(service), "region", formula.String(region))
}

// oauth2 makes an option of each flow that is offered.
func (im *openAPI) oauth2(key string, s formula.Value, described func(formula.Value) formula.Value) []option {
	flows := s.Get("flows")
	if im.doc.Has("swagger") {
		name := map[string]string{"accessCode": "authorizationCode", "application": "clientCredentials"}[s.Get("flow").Text()]
		flows = object(cmp.Or(name, s.Get("flow").Text()), s)
	}
	var list []option
	for i, flow := range flows.Keys() {
		_, f := flows.At(i)
		config := formula.Object()
		switch flow {
		case "authorizationCode":
			config = im.endpoint(key, config, f, "authorizeUri", "authorizationUrl")
		case "clientCredentials":
			config = config.With("grantType", formula.String("client_credentials"))
		case "password":
			im.note("the security scheme %q lets a password be exchanged for a token: that grant is left out, since the application sees the password (RFC 9700 2.4)", key)
			continue
		case "implicit":
			if flows.Has("authorizationCode") {
				continue
			}
			im.note("the security scheme %q offers the implicit grant only, which is unsafe and is not supported (RFC 9700 2.1.2): the authorization code grant is written in its place; replace the token endpoint, and look whether the server knows that grant", key)
			config = im.endpoint(key, config, f, "authorizeUri", "authorizationUrl")
		default:
			im.note("the security scheme %q has the flow %q, which is unknown", key, oneLine(flow))
			continue
		}
		config = im.endpoint(key, config, f, "tokenUri", "tokenUrl")
		if scopes := im.scopes(f.Get("scopes")); scopes.Len() > 0 {
			config = config.With("scopes", scopes)
		}
		o := option{key, described(oauth2Option(config))}
		if flow == "clientCredentials" && flows.Len() > 1 {
			o.key += "Application"
			o.value = o.value.With("title", formula.String(o.value.Get("title").Text()+", without a user"))
		}
		list = append(list, o)
	}
	if len(list) == 0 {
		im.note("the security scheme %q has no flow that could be taken over", key)
	}
	return list
}

// endpoint takes over an endpoint, which may be relative to the server.
func (im *openAPI) endpoint(key string, config, flow formula.Value, field, from string) formula.Value {
	text := flow.Get(from).Text()
	if strings.HasPrefix(text, "/") && !strings.Contains(im.base, "$") {
		text = originOf(im.base) + text
	}
	if rest, ok := strings.CutPrefix(text, "http://"); ok && !isLoopback(rest) {
		im.note("the %s of %q is http: it is taken as https", from, key)
		text = "https://" + rest
	}
	if !isAddress(text) || strings.ContainsAny(text, "{}") {
		text = "https://login.example.com/" + map[string]string{"authorizeUri": "authorize", "tokenUri": "token"}[field]
		im.note("the security scheme %q has no %s that is a whole URL: replace %s", key, from, text)
	}
	return config.With(field, formula.String(text))
}

// maxScopes is how many scopes are taken over as such; of more the user chooses.
const maxScopes = 5

// scopes takes over the scopes with their titles. Where there are many, all are
// optional: nobody needs all of them.
func (im *openAPI) scopes(v formula.Value) formula.Value {
	var list []formula.Value
	for i, name := range v.Keys() {
		_, title := v.At(i)
		if name == "" || strings.ContainsAny(name, " \t\r\n") {
			continue
		}
		s := object("value", formula.String(name))
		if t := firstSentence(title.Text()); t != "" {
			s = s.With("title", formula.String(t))
		}
		if v.Len() > maxScopes {
			s = s.With("optional", formula.Bool(true))
		}
		list = append(list, s)
	}
	if len(list) > maxScopes {
		im.note("there are %d scopes, and all are optional now: take the optional mark from those that the connector needs", len(list))
	}
	return formula.List(list...)
}
