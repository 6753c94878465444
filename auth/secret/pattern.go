package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// A pattern is one text to look for, in plain and in any escaped form.
type pattern struct {
	text     string
	name     string
	encoding string
	anyCase  bool // text is lower case and matches upper case too
	wrapped  bool // line breaks may stand inside
}

// The encodings of a match.
const (
	encodedText    = "text"
	encodedEscaped = "escaped"
	encodedBase64  = "base64"
	encodedHex     = "hex"
)

func (p *pattern) encodingOf(found string) string {
	if p.encoding == encodedText && found != p.text {
		return encodedEscaped
	}
	return p.encoding
}

// patternsOf gives all that is looked for because of one secret. Escapes are
// not listed: [index.match] reads through them.
func patternsOf(s named) []pattern {
	values := []string{s.value}
	if trimmed := strings.TrimSpace(s.value); trimmed != s.value && len(trimmed) >= MinLength {
		values = append(values, trimmed)
	}
	var list []pattern
	for _, value := range values {
		list = append(list, pattern{text: value, name: s.name, encoding: encodedText})
		list = append(list, pattern{text: hex.EncodeToString([]byte(value)), name: s.name, encoding: encodedHex, anyCase: true})
		for _, form := range formsOf(value) {
			for _, text := range base64sOf(form) {
				list = append(list, pattern{text: text, name: s.name, encoding: encodedBase64, wrapped: true})
			}
		}
		if body := pemBody(value); body != "" {
			list = append(list, pattern{text: body, name: s.name, encoding: encodedText, wrapped: true})
		}
	}
	return list
}

// formsOf gives the forms of a secret that base64 is made of: itself, and as
// a part of a form-encoded Basic pair (RFC 6749 2.3.1), a path, a signature of
// OAuth 1, which escapes more than either and is escaped again where it is sent
// (RFC 5849 3.4.4), or a JSON text.
func formsOf(value string) []string {
	forms := []string{value}
	quoted, _ := json.Marshal(value)
	strict := strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
	for _, form := range []string{url.QueryEscape(value), url.PathEscape(value), strict, url.QueryEscape(strict), string(quoted[1 : len(quoted)-1])} {
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// base64sOf gives the texts that stand for value in the base64 of any text
// that value is a part of: for each of the three alignments those characters
// that value alone decides, with and without the end that they have where
// value ends the text.
func base64sOf(value string) []string {
	var list []string
	for before := range 3 {
		bits := 8 * (before + len(value))
		first, last := (8*before+5)/6, bits/6
		whole := base64.StdEncoding.EncodeToString(append(make([]byte, before), value...))
		core := whole[first:last]
		list = append(list, core)
		if bits%6 != 0 {
			list = append(list, whole[first:last+1], whole[first:])
		}
	}
	for _, text := range list {
		if strings.ContainsAny(text, "+/") {
			list = append(list, strings.NewReplacer("+", "-", "/", "_").Replace(text))
		}
	}
	return list
}

// pemBody gives the base64 text of a PEM block without line breaks, since
// keys are passed on in one line too; or nothing.
func pemBody(value string) string {
	_, rest, ok := strings.Cut(value, "-----BEGIN ")
	if !ok {
		return ""
	}
	_, rest, ok = strings.Cut(rest, "-----")
	if !ok {
		return ""
	}
	body, _, ok := strings.Cut(rest, "-----END ")
	body = strings.Join(strings.Fields(body), "")
	if !ok || len(body) < 32 {
		return ""
	}
	return body
}
