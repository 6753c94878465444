package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
)

// A hider takes the secrets out of what is shown of one run, when the run has
// ended and the redactor knows all that it met: by value, by the name of what
// holds them, and by what looks like one. Of a run with placeholders, which has
// no secrets, names hide nothing.
type hider struct {
	redactor     *secret.Redactor
	placeholders bool
}

// The bounds of what is shown.
const (
	maxShownText  = 2000 // characters of one text
	maxShownItems = 50   // of a list or an object
	maxShownDepth = 12
	maxShownBody  = 8000 // characters
)

// reveal adds to a report what a run returned and exchanged.
func (h hider) reveal(r *report.Test, result *auth.Result) {
	returned := result.Test
	if r.Operation != "" {
		returned = result.Value
	}
	if !returned.IsUndefined() {
		shown, cut := h.value(returned, false, 0)
		r.Returned, r.Cut = shown.AppendJSON(nil), cut
	}
	for i, s := range result.Steps {
		for _, x := range s.Exchanges {
			r.Steps[i].Exchanges = append(r.Steps[i].Exchanges, h.exchange(x.Reveal()))
		}
	}
}

// text hides what is known in a text, then what looks like a secret: a lookalike
// may be a part of what is known.
func (h hider) text(s string) string { return hideLookalikes(h.redactor.RedactWords(s)) }

// foreign hides the secrets of a text that may be a form or XML.
func (h hider) foreign(s string) string {
	if !h.placeholders && strings.Contains(s, "=") && !strings.ContainsAny(s, " \t\r\n<") {
		return h.form(s, "&")
	}
	return h.text(h.tags(s))
}

// named hides a text wholly if its name says that it is a credential.
func (h hider) named(name, text string) string {
	if !h.placeholders && text != "" && namesCredential(name) {
		return secret.Mask
	}
	return h.text(text)
}

// value hides the secrets of a value and cuts what is long in it. All that is
// below the name of a credential is one.
func (h hider) value(v formula.Value, credential bool, depth int) (_ formula.Value, cut bool) {
	switch v.Kind() {
	case formula.KindObject:
		return h.object(v, credential, depth)
	case formula.KindList:
		return h.list(v, credential, depth)
	case formula.KindString, formula.KindNumber:
		text := v.String()
		if v.Kind() == formula.KindString {
			text = v.Text()
		}
		switch hidden := h.foreign(text); {
		case credential:
			return formula.String(secret.Mask), false
		case hidden != text || v.Kind() == formula.KindString:
			short := shortened(hidden, maxShownText)
			return formula.String(short), short != hidden
		}
	}
	return v, false
}

func (h hider) object(v formula.Value, credential bool, depth int) (_ formula.Value, cut bool) {
	b := formula.NewObject(min(v.Len(), maxShownItems) + 1)
	for i, name := range v.Keys() {
		if i == maxShownItems || depth == maxShownDepth {
			b.Set("…", formula.String(fmt.Sprintf("%d more", v.Len()-i)))
			return b.Value(), true
		}
		_, item := v.At(i)
		shown, short := h.value(item, credential || h.hides(name, item), depth+1)
		name = shortened(h.text(name), maxShownText)
		for b.Has(name) { // two that were hidden
			name += "…"
		}
		b.Set(name, shown)
		cut = cut || short
	}
	return b.Value(), cut
}

func (h hider) list(v formula.Value, credential bool, depth int) (_ formula.Value, cut bool) {
	items := make([]formula.Value, 0, min(v.Len(), maxShownItems)+1)
	for i := range v.Len() {
		if i == maxShownItems || depth == maxShownDepth {
			return formula.List(append(items, formula.String(fmt.Sprintf("… %d more", v.Len()-i)))...), true
		}
		_, item := v.At(i)
		shown, short := h.value(item, credential, depth+1)
		items = append(items, shown)
		cut = cut || short
	}
	return formula.List(items...), cut
}

// hides tells whether a member of an answer is hidden for its name. Names are
// often those of codes of errors, and of kinds of tokens, which are none.
func (h hider) hides(name string, v formula.Value) bool {
	if h.placeholders || !namesCredential(name) {
		return false
	}
	lower := strings.ToLower(name)
	switch {
	case lower == "token_type" || lower == "tokentype":
		return false
	case strings.HasSuffix(lower, "code") && !strings.HasSuffix(lower, "user_code") && !strings.HasSuffix(lower, "device_code"):
		return v.Kind() == formula.KindString && strings.ContainsFunc(v.Text(), unicode.IsDigit) && len(v.Text()) > 3
	}
	return true
}

// shortened cuts a text to a number of characters.
func shortened(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// exchange hides the secrets of an exchange.
func (h hider) exchange(x auth.Revealed) report.Exchange {
	return report.Exchange{Method: x.Method, URL: h.url(x.URL), Status: x.Status, Request: h.message(x.Sent), Response: h.message(x.Got)}
}

// url hides the parameters of a URL that are named like credentials.
func (h hider) url(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return h.text(raw)
	}
	plain := *u
	plain.User, plain.RawQuery, plain.Fragment = nil, "", ""
	shown := h.text(plain.String())
	if h.placeholders { // they are easier to read unescaped
		if unescaped, err := url.PathUnescape(shown); err == nil {
			shown = unescaped
		}
	}
	if u.RawQuery == "" {
		return shown
	}
	return shown + "?" + h.form(u.RawQuery, "&")
}

// form hides the values of parameters by name and by value.
func (h hider) form(encoded, separator string) string {
	// The whole first, since a secret may hold the signs that divide a form.
	parts := strings.Split(h.redactor.RedactWords(encoded), "&")
	for i, part := range parts {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			parts[i] = h.text(part)
			continue
		}
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = value
		}
		label, err := url.QueryUnescape(name)
		if err != nil {
			label = name
		}
		hidden := h.named(label, plain)
		if hidden == plain && !h.placeholders {
			hidden = value // as it was sent
		}
		parts[i] = h.text(name) + "=" + shortened(hidden, maxShownText)
	}
	return strings.Join(parts, separator)
}

// message hides the secrets of one side of an exchange.
func (h hider) message(m auth.Message) report.Message {
	shown := report.Message{}
	for _, name := range slices.Sorted(maps.Keys(m.Header)) {
		for _, value := range m.Header[name] {
			if (name == "Location" || name == "Referer") && !h.placeholders {
				value, _, _ = strings.Cut(value, "?")
			}
			shown.Headers = append(shown.Headers, report.Header{Name: name, Value: shortened(h.named(name, value), maxShownText)})
		}
	}
	shown.Body, shown.Note = h.body(m)
	return shown
}

// body shows a body of a kind that is known, or says what there is.
func (h hider) body(m auth.Message) (text, note string) {
	body, ok := inflated(m)
	kind, _, _ := mime.ParseMediaType(m.Header.Get("Content-Type"))
	switch {
	case len(m.Body) == 0:
		return "", ""
	case m.More || len(body) > auth.MaxTraced:
		return "", fmt.Sprintf("a body of more than %d bytes", auth.MaxTraced)
	case !ok || !utf8.Valid(body):
		return "", fmt.Sprintf("%d bytes that are no text", len(m.Body))
	case strings.HasPrefix(kind, "multipart/"):
		return "", fmt.Sprintf("%d bytes of %s", len(m.Body), kind)
	}
	text = string(body)
	if v, err := formula.ParseJSON(body); err == nil {
		shown, _ := h.value(v, false, 0)
		text = pretty(shown)
	} else if kind == "application/x-www-form-urlencoded" {
		text = h.form(text, "\n")
	} else {
		text = h.foreign(text)
	}
	if short := shortened(text, maxShownBody); short != text {
		return short, "cut"
	}
	return text, ""
}

// tags hides what stands in XML under names of credentials.
func (h hider) tags(text string) string {
	if h.placeholders {
		return text
	}
	pattern := tagPattern()
	return pattern.ReplaceAllStringFunc(text, func(part string) string {
		m := pattern.FindStringSubmatch(part)
		if !namesCredential(m[2]) {
			return part
		}
		return m[1] + secret.Mask + "<"
	})
}

// tagPattern matches the beginning of an element and the text in it.
var tagPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(<([\w:.-]+)[^<>]*>)([^<]+)<`) })

// inflated returns a body as text, and whether that can be told.
func inflated(m auth.Message) ([]byte, bool) {
	switch strings.ToLower(m.Header.Get("Content-Encoding")) {
	case "", "identity":
		return m.Body, true
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(m.Body))
		if err != nil {
			return nil, false
		}
		body, err := io.ReadAll(io.LimitReader(z, auth.MaxTraced+1))
		return body, err == nil
	}
	return nil, false
}

// pretty returns a value as JSON with a member a line.
func pretty(v formula.Value) string {
	var b bytes.Buffer
	if err := json.Indent(&b, v.AppendJSON(nil), "", "  "); err != nil {
		return ""
	}
	return b.String()
}
