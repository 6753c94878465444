package cassette

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A Difference is one field of a request in which two runs differ. Field is
// method, host, path, query "name", header "Name", form "name", body, or body
// "/pointer" for a field of JSON bodies. The values are in placeholder form,
// readable as in a file, and cut to 200 characters; a value is empty where the
// field is absent. A recorded value that may be a secret is not shown.
type Difference struct {
	Field          string
	Recorded, Sent string
}

func (d Difference) String() string {
	name := func(v string) string {
		if v == "" {
			return "nothing"
		}
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("%s: recorded %s, sent %s", d.Field, name(d.Recorded), name(d.Sent))
}

// equal says whether two requests are the same.
func equal(a, b *Request) bool {
	return a.Method == b.Method && a.URL == b.URL && a.Body == b.Body && a.BodyEncoding == b.BodyEncoding &&
		maps.Equal(a.Headers, b.Headers)
}

// differences lists the fields in which two requests differ; hide is applied
// to every value.
func differences(recorded, sent *Request, hide func(string) string) []Difference {
	var list []Difference
	note := func(field, a, b string) {
		if a != b {
			list = append(list, differenceOf(field, a, b, hide))
		}
	}
	note("method", recorded.Method, sent.Method)
	a, b := partsOf(recorded.URL), partsOf(sent.URL)
	note("host", a.host, b.host)
	note("path", a.path, b.path)
	for _, name := range sortedKeys(a.query, b.query) {
		note(fmt.Sprintf("query %q", name), a.query[name], b.query[name])
	}
	if len(list) == 0 { // the same parameters in another order or spelling
		note("query", a.rawQuery, b.rawQuery)
	}
	for _, name := range sortedKeys(recorded.Headers, sent.Headers) {
		note(fmt.Sprintf("header %q", name), recorded.Headers[name], sent.Headers[name])
	}
	if recorded.Body != sent.Body || recorded.BodyEncoding != sent.BodyEncoding {
		list = append(list, bodyDifferences(recorded, sent, hide)...)
	}
	return list
}

// differenceOf is how a field differs, for people.
func differenceOf(field, recorded, sent string, hide func(string) string) Difference {
	d := Difference{Field: field, Recorded: concealed(unhidden(hide(recorded)), unhidden(sent)), Sent: cut(unhidden(hide(sent)))}
	if _, name, ok := strings.Cut(field, ` "`); ok && isNamedSecret(strings.Trim(name, `/"`), recorded) {
		d.Recorded = secret.Mask
	}
	d.Recorded = cut(d.Recorded)
	return d
}

// isNamedSecret says whether the name of a field says that its value is a
// secret, which may be written as JSON.
func isNamedSecret(name, value string) bool {
	if !strings.HasPrefix(value, `"`) {
		quoted, _ := json.Marshal(value)
		value = string(quoted)
	}
	return len(secret.Lookalikes(`"`+name+`":`+value)) > 0
}

// concealed hides what may be a secret in a recorded value, put there by hand:
// what looks like one, and all of it where a placeholder belongs.
func concealed(recorded, sent string) string {
	if recorded != "" && holdsPlaceholder(sent) && !holdsPlaceholder(recorded) {
		return secret.Mask
	}
	return masked(recorded)
}

// masked is a text without what looks like a secret in it.
func masked(text string) string {
	var b strings.Builder
	last := 0
	for _, m := range secret.Lookalikes(text) {
		b.WriteString(text[last:m.Start] + secret.Mask)
		last = m.End
	}
	return b.String() + text[last:]
}

func holdsPlaceholder(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "%7B%7B")
}

// bodyDifferences compares forms and JSON objects field by field, all else as a
// whole.
func bodyDifferences(recorded, sent *Request, hide func(string) string) []Difference {
	kind, a, b := "form", formFields(recorded), formFields(sent)
	if a == nil || b == nil {
		kind, a, b = "body", memberFields(recorded.Body), memberFields(sent.Body)
	}
	var list []Difference
	if a != nil && b != nil {
		for _, name := range sortedKeys(a, b) {
			if a[name] != b[name] {
				list = append(list, differenceOf(fmt.Sprintf("%s %q", kind, name), a[name], b[name], hide))
			}
		}
	}
	if len(list) == 0 { // not comparable, or the same fields in another order or spelling
		list = append(list, differenceOf("body", recorded.Body, sent.Body, hide))
	}
	return list
}

// formFields are the fields of a form, nil if the body is none.
func formFields(r *Request) map[string]string {
	if !isForm(r.Headers["Content-Type"]) {
		return nil
	}
	return parametersOf(r.Body, url.QueryUnescape)
}

// memberFields are the members of a JSON object by their pointers, nil if the
// body is none.
func memberFields(body string) map[string]string {
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &members) != nil || members == nil {
		return nil
	}
	list := make(map[string]string, len(members))
	for name, value := range members {
		list["/"+pointerToken(name)] = string(value)
	}
	return list
}

// urlParts are the parts of a URL that are compared one by one.
type urlParts struct {
	host, path, rawQuery string
	query                map[string]string
}

// partsOf splits a URL by hand: placeholders in it are not escaped.
func partsOf(raw string) urlParts {
	p := urlParts{}
	raw, p.rawQuery, _ = strings.Cut(raw, "?")
	p.host = raw
	if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		host, path, slash := strings.Cut(rest, "/")
		p.host = scheme + "://" + host
		if slash {
			p.path = "/" + path
		}
	}
	p.query = parametersOf(p.rawQuery, nil)
	return p
}

// parametersOf takes the parameters of an address or a form apart. Names are
// unescaped, values by unescape if there is one; those of one name are joined
// by an ampersand.
func parametersOf(raw string, unescape func(string) (string, error)) map[string]string {
	list := map[string]string{}
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		name = unescaped(name, url.QueryUnescape)
		if unescape != nil {
			value = unescaped(value, unescape)
		}
		if old, ok := list[name]; ok {
			value = old + "&" + value
		}
		list[name] = value
	}
	return list
}

// pointerToken escapes a name for a JSON Pointer (RFC 6901 3).
func pointerToken(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}

// cut shortens a value for a message.
func cut(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
