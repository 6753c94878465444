package importer

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/connector-spec/connector/formula"
)

// object makes an object of keys and values in turn.
func object(pairs ...any) formula.Value {
	b := formula.NewObject(len(pairs) / 2)
	for i := 0; i+1 < len(pairs); i += 2 {
		b.Set(pairs[i].(string), pairs[i+1].(formula.Value))
	}
	return b.Value()
}

// items returns the items of a list.
func items(v formula.Value) []formula.Value {
	if v.Kind() != formula.KindList {
		return nil
	}
	list := make([]formula.Value, v.Len())
	for i := range list {
		_, list[i] = v.At(i)
	}
	return list
}

// credential is what a form says of a key or a token.
func credential(title string) formula.Value {
	return object("title", formula.String(title), "description", formula.String("From your account settings."))
}

// oauth2Option makes an option of a configuration without its client.
func oauth2Option(config formula.Value) formula.Value {
	mapping := object(
		"clientId", object("$var", formula.String("connectorParameters.clientId")),
		"clientSecret", object("$var", formula.String("connectorParameters.clientSecret")),
	)
	for i, k := range config.Keys() {
		_, v := config.At(i)
		mapping = mapping.With(k, v)
	}
	return object("type", formula.String("oauth2"),
		"getOAuthConfig", object("implementationType", formula.String("mapping"), "mapping", mapping))
}

// clientParameters asks for the client of OAuth 2, if an option has one.
func clientParameters(options []option) formula.Value {
	if !slices.ContainsFunc(options, func(o option) bool { return o.value.Get("type").Text() == "oauth2" }) {
		return formula.Undefined
	}
	return object("type", formula.String("object"), "properties", object(
		"clientId", object("type", formula.String("string"), "title", formula.String("Client ID")),
		"clientSecret", object("type", formula.String("string"), "title", formula.String("Client secret"), "isSensitive", formula.Bool(true)),
	))
}

// entered is an option whose user enters what properties ask for.
func entered(properties formula.Value, required []string, client formula.Value) formula.Value {
	var names []formula.Value
	for _, name := range required {
		names = append(names, formula.String(name))
	}
	return object("type", formula.String("client-credentials"),
		"ui", object("schema", object("type", formula.String("object"), "properties", properties, "required", formula.List(names...))),
		"makeApiClient", object("implementationType", formula.String("mapping"), "mapping", client))
}

// digest is HTTP Digest (RFC 7616).
func digest() formula.Value {
	text := func(title string) formula.Value {
		return object("type", formula.String("string"), "title", formula.String(title))
	}
	return entered(
		object("username", text("User name"), "password", text("Password").With("isSensitive", formula.Bool(true))),
		[]string{"username", "password"},
		object("sign", object("type", formula.String("digest"),
			"username", object("$var", formula.String("connectionInput.username")),
			"password", object("$var", formula.String("connectionInput.password")))),
	)
}

// mutualTLS is a certificate of the client.
func mutualTLS() formula.Value {
	text := func(title string) formula.Value {
		return object("type", formula.String("string"), "title", formula.String(title))
	}
	return entered(
		object("certificate", text("Certificate, in PEM"), "privateKey", text("Private key, in PEM").With("isSensitive", formula.Bool(true))),
		[]string{"certificate", "privateKey"},
		object("tls", object(
			"certificate", object("$var", formula.String("connectionInput.certificate")),
			"key", object("$var", formula.String("connectionInput.privateKey")))),
	)
}

// mergeInputs puts the inputs of the base behind those of an option.
func mergeInputs(own, more formula.Value) formula.Value {
	if !own.IsObject() {
		return more
	}
	properties := own.Get("properties")
	extra := more.Get("properties")
	for i, name := range extra.Keys() {
		if _, v := extra.At(i); !properties.Has(name) {
			properties = properties.With(name, v)
		}
	}
	return own.With("properties", properties).
		With("required", formula.List(append(items(own.Get("required")), items(more.Get("required"))...)...))
}

func isAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Host))
}

func isLoopback(host string) bool {
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	return host == "localhost" || host == "127.0.0.1"
}

func originOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base
	}
	return u.Scheme + "://" + u.Host
}

// isName tells whether a text can be the name of an input.
func isName(text string) bool {
	for i, r := range text {
		if r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r)) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return text != ""
}

// identifierOf makes a name of a text: API-Key gives apiKey.
func identifierOf(text string) string {
	var b strings.Builder
	upper := false
	for _, r := range text {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = b.Len() > 0
		case b.Len() == 0 && unicode.IsDigit(r):
		case b.Len() == 0:
			b.WriteRune(unicode.ToLower(r))
		case upper:
			b.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			b.WriteRune(r)
		}
	}
	if b.Len() == 0 {
		return "option"
	}
	if all := b.String(); all == strings.ToLower(all[:1])+strings.ToUpper(all[1:]) {
		return strings.ToLower(all)
	}
	return b.String()
}

// titleOf makes words of a name: api_key gives Api key.
func titleOf(name string) string {
	words := strings.FieldsFunc(oneLine(name), func(r rune) bool { return r == '_' || r == '-' || r == ' ' || r == '.' })
	text := strings.Join(words, " ")
	if text == "" {
		return ""
	}
	first := []rune(text)
	first[0] = unicode.ToUpper(first[0])
	return string(first)
}

// keyOf makes a connector's key of its name.
func keyOf(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if len(words) == 0 {
		return "imported"
	}
	return strings.Join(words, "-")
}

// oneLine takes line ends and controls out of a text.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// maxDescription bounds a description that is taken over, in characters.
const maxDescription = 200

// firstSentence returns the first sentence of a text, without markup, which is
// at most maxDescription long.
func firstSentence(text string) string {
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n\n")
	text = oneLine(strings.NewReplacer("`", "", "*", "", "#", "", "<p>", "", "</p>", "", "<br>", " ", "${", "{").Replace(text))
	if i := strings.Index(text, ". "); i > 0 {
		text = text[:i+1]
	}
	if r := []rune(text); len(r) > maxDescription {
		text = strings.TrimSpace(string(r[:maxDescription-1])) + "…"
	}
	return text
}
