package lint

import (
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// minSecret is the least length of a text that is taken for a secret because
// of where it stands.
const minSecret = 4

// A credential is text that an author wrote where credentials go.
type credential struct {
	pointer string
	text    string
	what    string // in words
	instead string // what to write in its place
	// nothingElse says that only a secret can stand there.
	nothingElse bool
	name        string // of the header, parameter or field
}

const (
	fromParameter = `write {$var: connectorParameters.clientSecret}, a parameter with "isSensitive: true"`
	fromKey       = `write {$var: connectorParameters.privateKey}, a parameter with "isSensitive: true"`
	fromInput     = `ask for it: with an input of its own and "isSensitive: true", written as {$var: credentials.apiKey}`
)

// credentialsOf returns the texts of an option that stand where credentials go.
func credentialsOf(o *spec.Option) []credential {
	var list []credential
	visit := func(c credential) { list = append(list, c) }
	if oauth, pointer := OAuth(o); oauth.IsObject() {
		oauthCredentials(oauth, pointer, visit)
	}
	if client, pointer := Client(o); client.IsObject() {
		requestCredentials(client, pointer, visit)
		if sign := client.Get("sign"); sign.IsObject() {
			for _, name := range method.SigningKeys() {
				keyText(sign, pointer+"/sign", name, "the key of the signature", fromInput, visit)
			}
			namedTexts(sign.Get("headers"), pointer+"/sign/headers", fromInput, visit)
		}
		keyText(client.Get("tls"), pointer+"/tls", "key", "the key of the certificate", fromKey, visit)
	}
	for at, r := range eachRequest(o) {
		requestCredentials(r.Get("requestMapping"), at+"/requestMapping", visit)
	}
	return list
}

func oauthCredentials(oauth formula.Value, pointer string, visit func(credential)) {
	keyText(oauth, pointer, "clientSecret", "the client secret", fromParameter, visit)
	keyText(oauth, pointer, "consumerSecret", "the client secret", fromParameter, visit)
	keyText(oauth, pointer, "privateKey", "the private key", fromKey, visit)
	keyText(oauth.Get("clientAssertion"), pointer+"/clientAssertion", "key", "the key of the client", fromKey, visit)
	keyText(oauth.Get("assertion"), pointer+"/assertion", "key", "the key of the assertion", fromKey, visit)
	keyText(oauth.Get("assertion"), pointer+"/assertion", "value", "the assertion", fromKey, visit)
	keyText(oauth.Get("tls"), pointer+"/tls", "key", "the key of the certificate", fromKey, visit)
	for _, field := range []string{"tokenParams", "refreshParams", "tokenHeaders"} {
		namedTexts(oauth.Get(field), pointer+"/"+field, fromParameter, visit)
	}
}

// requestCredentials visits the credentials of all requests of a client, or of
// one request.
func requestCredentials(v formula.Value, pointer string, visit func(credential)) {
	for _, field := range []string{"headers", "cookies", "query", "data"} {
		namedTexts(v.Get(field), pointer+"/"+field, fromInput, visit)
	}
	auth := v.Get("auth")
	if text, ok := literal(auth.Get("password")); ok {
		// With a key for a user name, the password is any text.
		_, both := literal(auth.Get("username"))
		visit(credential{pointer: pointer + "/auth/password", text: text, what: "the password", instead: fromInput, nothingElse: both})
	}
}

// keyText visits a field that holds a key or a secret and nothing else.
func keyText(owner formula.Value, pointer, field, what, instead string, visit func(credential)) {
	if text, ok := literal(owner.Get(field)); ok {
		visit(credential{pointer: pointer + "/" + field, text: text, what: what, instead: instead, nothingElse: true})
	}
}

// namedTexts visits the texts of headers, parameters or fields whose names say
// credential, where those do not take part in a formula.
func namedTexts(v formula.Value, pointer, instead string, visit func(credential)) {
	if formula.LooksLikeFormula(v) {
		return
	}
	for i := range v.Len() {
		name, item := v.At(i)
		if item.Kind() != formula.KindString || !method.SaysCredential(name) {
			continue
		}
		if text, ok := literal(item); ok {
			what := name
			visit(credential{pointer: pointer + formula.Pointer(name), text: text, what: "the value of \"" + what + "\"", instead: instead, name: name})
		}
	}
}

// literal returns a text that has no formula in it and is not empty.
func literal(v formula.Value) (string, bool) {
	text, ok := v.AsString()
	return text, ok && text != "" && !strings.Contains(text, "${")
}

// isSecret tells whether the text can hardly be anything but a secret.
func (c *credential) isSecret() bool {
	words := strings.Fields(c.text)
	switch {
	case len(words) == 0 || isPlaceholder(c.text):
		return false
	case c.nothingElse:
		return len(c.text) >= minSecret
	case len(words) > 2:
		return false
	}
	value := words[len(words)-1] // behind a word such as Bearer
	if isPlaceholder(value) || isSwitch(value) {
		return false
	}
	lower := strings.ToLower(c.name)
	switch {
	case strings.HasSuffix(lower, "password"), strings.HasSuffix(lower, "secret"):
		return len(value) >= minSecret
	case isTokenName(c.name), lower == "authorization":
		return len(value) >= 8 && mixesDigits(value) && !strings.Contains(value, "/")
	}
	return len(secret.Lookalikes(value)) > 0
}

// isSwitch tells whether a text is a word that turns something on or off.
func isSwitch(text string) bool {
	switch strings.ToLower(text) {
	case "true", "false", "null", "none", "required", "optional":
		return true
	}
	return false
}

// mixesDigits tells whether a text has both letters and several digits, as no
// word has.
func mixesDigits(text string) bool {
	digits, letters := 0, 0
	for _, c := range []byte(text) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		}
	}
	return digits > 1 && letters > 1
}

// isUnfilled tells whether a text says itself that something else is to stand
// in its place.
func isUnfilled(text string) bool {
	if len(text) < 3 {
		return false
	}
	lower := strings.ToLower(text)
	if first, last := lower[0], lower[len(lower)-1]; first == '<' && last == '>' || first == '{' && last == '}' || first == '[' && last == ']' {
		return true
	}
	for _, word := range []string{"your", "replace", "changeme", "todo", "placeholder"} {
		if strings.HasPrefix(lower, word) {
			return true
		}
	}
	for _, part := range []string{"_your_", "-your-", "xxxx", "****", "…"} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	return strings.Trim(lower, "x.") == ""
}

// isPlaceholder tells whether a text is no secret, but stands for one: because
// it says so, as an example, or since nobody's secret looks like that.
func isPlaceholder(text string) bool {
	if text == "" || isUnfilled(text) {
		return true
	}
	lower := strings.ToLower(text)
	for _, part := range []string{"example", "dummy", "placeholder", "12345", "abcdef", "deadbeef", "..."} {
		if strings.Contains(lower, part) {
			return true
		}
	}
	kinds := make(map[rune]bool)
	for _, r := range lower {
		kinds[r] = true
	}
	return len(text) > 2 && len(kinds) <= 1+len(text)/12
}
