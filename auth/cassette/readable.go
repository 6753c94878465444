package cassette

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// What is written for people is undone when it is read, to the byte: a request
// is compared as it was sent. So every form in this file is used only where its
// undoing gives what was there, and what was sent stands as it is where it does
// not.

// maxLine is the longest address or JSON body that stays in one line.
const maxLine = 100

// readableRequest is a request as a file shows it: a form, and the parameters of
// a long address, with a line for each; JSON indented; what Base64 hides from a
// reader, and holds placeholders, as text.
func readableRequest(r *Request) requestFile {
	f := requestFile{Method: r.Method, URL: r.URL, Body: r.Body, BodyEncoding: r.BodyEncoding}
	if address, query, ok := strings.Cut(r.URL, "?"); ok && len(r.URL) > maxLine {
		if list, ok := readFields(query, queryBlank); ok {
			f.URL, f.Query = address, list
		}
	}
	if len(r.Headers) > 0 {
		f.Headers = make(map[string]string, len(r.Headers))
		for name, value := range r.Headers {
			f.Headers[name] = unhidden(value)
		}
	}
	switch {
	case r.Body == "" || r.BodyEncoding != "":
	case isForm(r.Headers["Content-Type"]):
		if list, ok := readFields(r.Body, formBlank); ok {
			f.Body, f.Form = "", list
		}
	case len(r.Body) > maxLine:
		if text, ok := indented(r.Body); ok {
			f.Body, f.BodyEncoding = text, "json"
		}
	}
	return f
}

// request undoes [readableRequest].
func (f *requestFile) request() (Request, *FormatError) {
	r := Request{Method: f.Method, URL: f.URL, Body: f.Body, BodyEncoding: f.BodyEncoding}
	if f.Query != nil {
		if strings.Contains(f.URL, "?") {
			return r, &FormatError{"/query", "the parameters stand in the url, too"}
		}
		r.URL += "?" + f.Query.encode(queryBlank)
	}
	r.URL = shown(r.URL)
	if len(f.Headers) > 0 {
		r.Headers = make(map[string]string, len(f.Headers))
		for name, value := range f.Headers {
			r.Headers[canonicalName(name)] = hidden(value)
		}
	}
	switch {
	case f.Form != nil && f.Body != "":
		return r, &FormatError{"/form", "there is a body, too"}
	case f.Form != nil:
		r.Body = f.Form.encode(formBlank)
	case f.BodyEncoding == "json":
		var b bytes.Buffer
		if err := json.Compact(&b, []byte(f.Body)); err != nil {
			return r, &FormatError{"/body", "it is no JSON"}
		}
		r.Body, r.BodyEncoding = b.String(), ""
	}
	if r.BodyEncoding == "" && isForm(r.Headers["Content-Type"]) {
		r.Body = shown(r.Body)
	}
	return r, nil
}

// fields are names with values in their order. None comes twice.
type fields []field

type field struct{ name, value string }

// How a blank is written: in the address by its number, in a form by a plus.
const (
	queryBlank = "%20"
	formBlank  = "+"
)

// readFields takes the parameters of an address or form apart; false if they
// could not be put together again from that, or if it is no list of values.
func readFields(raw, blank string) (fields, bool) {
	list := make(fields, 0, 1+strings.Count(raw, "&"))
	seen, values := make(map[string]bool, cap(list)), false
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, ok := strings.Cut(pair, "=")
		f := field{unescapedFor(name, blank), unescapedFor(value, blank)}
		if !ok || f.name == "" || seen[f.name] || !isText([]byte(f.name)) || !isText([]byte(f.value)) {
			return nil, false
		}
		seen[f.name], values = true, values || f.value != ""
		f.value = unhidden(f.value)
		list = append(list, f)
	}
	return list, values && list.encode(blank) == raw
}

func unescapedFor(text, blank string) string {
	if blank == formBlank {
		return unescaped(text, url.QueryUnescape)
	}
	return unescaped(text, url.PathUnescape)
}

// encode puts fields together, in the shown form.
func (list fields) encode(blank string) string {
	var b strings.Builder
	for i, f := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		writeEscaped(&b, f.name, blank)
		b.WriteByte('=')
		writeEscaped(&b, hidden(f.value), blank)
	}
	return b.String()
}

// writeEscaped escapes all of text but its placeholders.
func writeEscaped(b *strings.Builder, text, blank string) {
	for text != "" {
		before, rest, ok := strings.Cut(text, "{{")
		name, after, closed := strings.Cut(rest, "}}")
		if !ok || !closed || !isName(name) {
			before, name, after = text, "", ""
			if ok {
				before, after = text[:len(text)-len(rest)], rest
			}
		}
		escaped := url.QueryEscape(before)
		if blank != formBlank {
			escaped = strings.ReplaceAll(escaped, "+", blank)
		}
		b.WriteString(escaped)
		if name != "" {
			b.WriteString("{{" + name + "}}")
		}
		text = after
	}
}

// MarshalJSON writes the fields as one object, in their order.
func (list fields) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, f := range list {
		if i > 0 {
			b = append(b, ',')
		}
		for j, text := range []string{f.name, f.value} {
			quoted, err := json.Marshal(text)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				b = append(b, ':')
			}
			b = append(b, quoted...)
		}
	}
	return append(b, '}'), nil
}

// indented gives compact JSON with a line for each member; false if it is
// something else.
func indented(text string) (string, bool) {
	if text[0] != '{' && text[0] != '[' {
		return "", false
	}
	var compact bytes.Buffer
	if json.Compact(&compact, []byte(text)) != nil || compact.String() != text {
		return "", false
	}
	return lined(text), true
}

// Text that Base64 hid stands between one of these and hiddenEnd.
var hidings = []struct {
	begin    string
	encoding *base64.Encoding
}{
	{"{{base64(", base64.StdEncoding},
	{"{{base64url(", base64.RawURLEncoding},
}

const hiddenEnd = ")}}"

// unhidden writes what Base64 hides as text, {{base64(user:{{input.password}})}},
// if there is a placeholder in it. So is the content of JSON Web Tokens.
func unhidden(text string) string {
	if strings.Contains(text, "{{base64") {
		return text
	}
	var b strings.Builder
	last := 0
	for i := 0; i < len(text); {
		end := i
		for end < len(text) && isBase64(text[end]) {
			end++
		}
		run := text[i:end]
		for end < len(text) && text[end] == '=' {
			end++
		}
		if len(run) >= minHidden {
			if plain := plainOf(text[i:end], end < len(text) && text[end] == '.' || i > 0 && text[i-1] == '.'); plain != "" {
				b.WriteString(text[last:i])
				b.WriteString(plain)
				last = end
			}
		}
		i = max(end, i+1)
	}
	if last == 0 {
		return text
	}
	b.WriteString(text[last:])
	if hidden(b.String()) != text {
		return text
	}
	return b.String()
}

// minHidden is the shortest Base64 that can hold a placeholder.
const minHidden = 8

// plainOf gives the readable form of Base64; "" if there is none.
func plainOf(text string, partOfToken bool) string {
	for _, h := range hidings {
		plain, err := h.encoding.DecodeString(text)
		if err != nil || partOfToken && h.encoding != base64.RawURLEncoding {
			continue
		}
		if !isLine(plain) || strings.Contains(string(plain), hiddenEnd) {
			continue
		}
		if holdsPlaceholder(string(plain)) || partOfToken && json.Valid(plain) && plain[0] == '{' {
			return h.begin + string(plain) + hiddenEnd
		}
	}
	return ""
}

// isLine says whether text can stand in one line.
func isLine(text []byte) bool { return isText(text) && !bytes.ContainsAny(text, "\n\t") }

func isBase64(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '+' || c == '/' || c == '-' || c == '_'
}

// hidden undoes [unhidden].
func hidden(text string) string {
	if !strings.Contains(text, "{{base64") {
		return text
	}
	var b strings.Builder
	for text != "" {
		at := strings.Index(text, "{{base64")
		if at < 0 {
			break
		}
		b.WriteString(text[:at])
		text = text[at:]
		n := len("{{")
		for _, h := range hidings {
			rest, ok := strings.CutPrefix(text, h.begin)
			plain, _, closed := strings.Cut(rest, hiddenEnd)
			if ok && closed {
				b.WriteString(h.encoding.EncodeToString([]byte(plain)))
				n = len(h.begin) + len(plain) + len(hiddenEnd)
				break
			}
		}
		if n == len("{{") {
			b.WriteString("{{")
		}
		text = text[n:]
	}
	b.WriteString(text)
	return b.String()
}
