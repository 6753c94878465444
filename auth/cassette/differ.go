package cassette

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// A Difference is one field of a request in which two runs differ. Field is
// method, host, path, query "name", header "Name", body, or body "/pointer"
// for a field of JSON bodies. The values are in placeholder form and cut to
// 200 characters; a value is empty where the field is absent.
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
			list = append(list, Difference{Field: field, Recorded: cut(hide(a)), Sent: cut(hide(b))})
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
		list = append(list, bodyDifferences(recorded.Body, sent.Body, hide)...)
	}
	return list
}

// bodyDifferences compares JSON objects field by field, all else as a whole.
func bodyDifferences(recorded, sent string, hide func(string) string) []Difference {
	var a, b map[string]json.RawMessage
	whole := []Difference{{Field: "body", Recorded: cut(hide(recorded)), Sent: cut(hide(sent))}}
	if json.Unmarshal([]byte(recorded), &a) != nil || json.Unmarshal([]byte(sent), &b) != nil || a == nil || b == nil {
		return whole
	}
	names := maps.Clone(a)
	maps.Copy(names, b)
	var list []Difference
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if !bytes.Equal(a[name], b[name]) {
			list = append(list, Difference{
				Field:    fmt.Sprintf("body %q", "/"+pointerToken(name)),
				Recorded: cut(hide(string(a[name]))), Sent: cut(hide(string(b[name]))),
			})
		}
	}
	if len(list) == 0 { // the same fields in another order or spelling
		return whole
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
	p := urlParts{query: map[string]string{}}
	raw, p.rawQuery, _ = strings.Cut(raw, "?")
	p.host = raw
	if scheme, rest, ok := strings.Cut(raw, "://"); ok {
		host, path, slash := strings.Cut(rest, "/")
		p.host = scheme + "://" + host
		if slash {
			p.path = "/" + path
		}
	}
	for part := range strings.SplitSeq(p.rawQuery, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if old, ok := p.query[name]; ok {
			value = old + "&" + value
		}
		p.query[name] = value
	}
	return p
}

// pointerToken escapes a name for a JSON Pointer (RFC 6901 3).
func pointerToken(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// cut shortens a value for a message.
func cut(text string) string {
	const most = 200
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "..."
}
