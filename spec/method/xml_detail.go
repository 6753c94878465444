package method

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// What XML calls the parts of an error, in lower case and without a prefix:
// S3's Error has a Code and a Message, a fault of SOAP 1.1 has faultcode and
// faultstring, one of SOAP 1.2 has Code/Value and Reason/Text.
var (
	xmlMessages = []string{"message", "faultstring", "errormessage", "error_description", "description", "reason", "detail", "title", "msg", "@message", "@msg"}
	xmlCodes    = []string{"code", "faultcode", "errorcode", "error_code", "@code"}
	xmlOwners   = []string{"fault", "error", "errors", "err", "body", "response", "status"}
)

// xmlDetail finds what the element of an answer says about an error: a code, a
// message, or both.
func xmlDetail(v formula.Value, depth int) string {
	const deepest = 8
	if list, ok := v.AsList(); ok && len(list) > 0 {
		v = list[0]
	}
	if depth > deepest || !v.IsObject() {
		return ""
	}
	message, code := firstChildText(v, xmlMessages), firstChildText(v, xmlCodes)
	if text := strings.TrimSpace(v.Get("#text").Text()); message == "" && code != "" {
		message = text
	}
	switch {
	case message != "" && code != "" && message != code:
		return code + ": " + message
	case message != "":
		return message
	}
	for _, name := range xmlOwners {
		owner := child(v, name)
		if strings.HasPrefix(name, "error") && !owner.IsObject() && ownText(owner) != "" {
			return ownText(owner)
		}
		if s := xmlDetail(owner, depth+1); s != "" {
			return s
		}
	}
	return code
}

// firstChildText returns the text of the first of some children that has one.
func firstChildText(v formula.Value, names []string) string {
	for _, name := range names {
		if s := elementText(child(v, name)); s != "" {
			return s
		}
	}
	return ""
}

// elementText returns the text of an element, or of what SOAP 1.2 has in one.
func elementText(v formula.Value) string {
	if s := ownText(v); s != "" {
		return s
	}
	if s := ownText(child(v, "text")); s != "" {
		return s
	}
	return ownText(child(v, "value"))
}

// ownText returns the text of an element beside its attributes and children, of
// the first one of several.
func ownText(v formula.Value) string {
	if list, ok := v.AsList(); ok && len(list) > 0 {
		v = list[0]
	}
	if v.IsObject() {
		v = v.Get("#text")
	}
	return strings.TrimSpace(v.Text())
}

// child returns the first child of a name, whatever its case and its prefix.
func child(v formula.Value, name string) formula.Value {
	i := slices.IndexFunc(v.Keys(), func(key string) bool {
		if _, local, ok := strings.Cut(key, ":"); ok && key[0] != '@' {
			key = local
		}
		return strings.EqualFold(key, name)
	})
	if i < 0 {
		return formula.Undefined
	}
	_, item := v.At(i)
	return item
}
