package spec

import "github.com/connector-spec/connector/formula"

// SaysSecret tells whether a name alone says that what it names is a secret.
func SaysSecret(name string) bool {
	for _, end := range [...]string{"token", "secret", "password", "apikey", "accesskey", "privatekey", "secretkey", "passphrase", "passwd", "pwd"} {
		if endsIn(name, end) {
			return true
		}
	}
	return false
}

// endsIn tells whether a name ends in words, in whatever case, and with
// whatever between them.
func endsIn(name, words string) bool {
	n := len(name)
	for i := len(words); i > 0; n-- {
		switch {
		case n == 0:
			return false
		case name[n-1]|0x20 == words[i-1]:
			i--
		case name[n-1] != '_' && name[n-1] != '-' || i == len(words):
			return false
		}
	}
	return true
}

// isWrittenSecret tells whether an unknown field seems to hold a secret, so
// that keeping it under another name is no advice.
func isWrittenSecret(name string, v formula.Value) bool {
	return SaysSecret(name) && (v.Kind() == formula.KindString && v.Text() != "" || v.Kind() == formula.KindNumber)
}
