package token

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A document is the body of an answer.
type document struct {
	what   string          // it is, in words
	value  any             // it holds, by encoding/json with UseNumber; nil if it cannot be read
	object map[string]any  // value, where it is an object
	raw    json.RawMessage // value as one JSON object
	title  string          // of an HTML page
}

// decode reads the body of an answer by its look, then by its content type:
// servers send JSON as text/html, and forms as JSON.
func decode(header http.Header, body []byte) *document {
	body = bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))
	if len(body) == 0 {
		return &document{what: "an empty body"}
	}
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	isJSON := kind == "application/json" || strings.HasSuffix(kind, "+json")
	switch c := body[0]; {
	case c == '{', c == '[', c == '"', isJSON && !looksForm(body):
		return decodeJSON(body)
	case c == '<':
		return decodeMarkup(body)
	case kind == typeForm, looksForm(body):
		return decodeForm(body)
	}
	d := &document{what: "a text"}
	if !bytes.ContainsFunc(body, func(r rune) bool { return r <= ' ' || r == 0x7f }) { // one word may be a token
		d.set(strings.ToValidUTF8(string(body), "\uFFFD"))
	}
	return d
}

// set keeps a value that is no object.
func (d *document) set(value any) {
	d.value = value
	text, _ := json.Marshal(value) // it came from JSON, or is text
	d.raw = slices.Concat([]byte(`{"answer":`), text, []byte("}"))
}

func decodeJSON(body []byte) *document {
	if !utf8.Valid(body) {
		body = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	var value any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	err := decoder.Decode(&value)
	if err == nil && decoder.InputOffset() < int64(len(body)) {
		err = errors.New("more follows")
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return &document{what: "JSON that ends too early"}
	case err != nil:
		return &document{what: "not the JSON that it looks like"}
	}
	d := &document{what: kindOf(value), value: value}
	if d.object, _ = value.(map[string]any); d.object == nil {
		d.set(value)
		return d
	}
	var compact bytes.Buffer
	compact.Grow(len(body))
	_ = json.Compact(&compact, body) // it is valid
	d.raw = compact.Bytes()
	return d
}

// formNames are members by which a form is known that is not called one.
var formNames = []string{"access_token", "accessToken", "error", "token", "oauth_token", "device_code", "request_uri"}

// looksForm says whether text looks like an answer in the format of a form.
func looksForm(body []byte) bool {
	if bytes.ContainsAny(body, "<{ \n") {
		return false
	}
	for _, name := range formNames {
		_, after, found := bytes.Cut(append([]byte{'&'}, body...), []byte("&"+name+"="))
		if found && len(after) > 0 {
			return true
		}
	}
	return false
}

// decodeForm reads a form as an object of texts, by the first value of a name
// that stands there twice.
func decodeForm(body []byte) *document {
	d := &document{what: "a form", object: map[string]any{}}
	raw := []byte{'{'}
	for pair := range strings.SplitSeq(string(body), "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if _, ok := d.object[name]; ok || name == "" {
			continue
		}
		if len(raw) > 1 {
			raw = append(raw, ',')
		}
		raw = append(append(append(raw, jsonText(name)...), ':'), jsonText(value)...)
		d.object[name] = value
	}
	d.value, d.raw = d.object, append(raw, '}')
	return d
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		text = plain
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

var (
	htmlPage  = regexp.MustCompile(`(?i)<(?:!doctype html|html|head|title|body)\b`)
	htmlTitle = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)
)

func decodeMarkup(body []byte) *document {
	if !htmlPage.Match(body) {
		return &document{what: "XML"}
	}
	d := &document{what: "an HTML page"}
	if m := htmlTitle.FindSubmatch(body); m != nil {
		d.title = html.UnescapeString(string(m[1]))
	}
	return d
}

// scalar gives a text, or a number as a server wrote it.
func scalar(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case int, int64:
		return fmt.Sprint(v), true
	}
	return "", false
}

// kindOf names the kind of a value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a text"
	case bool:
		return "a boolean"
	case json.Number, float64, int, int64:
		return "a number"
	case []any, []string:
		return "a list"
	}
	return "an object"
}

// maxMembers bounds how many names an error tells.
const maxMembers = 10

// memberName matches what is shown of names. A token that was taken for a name
// is not: it has digits or is long.
var memberName = regexp.MustCompile(`^[A-Za-z_.-]{1,32}$`)

// membersOf tells the names of an object's members, and no value.
func membersOf(object map[string]any) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if memberName.MatchString(name) && len(names) < maxMembers {
			names = append(names, name)
		}
	}
	more := len(object) - len(names)
	switch {
	case len(object) == 0:
		return "no members"
	case len(names) == 0:
		return "members whose names are not shown"
	case more > 0:
		return fmt.Sprintf("the members %s and %d more", strings.Join(names, ", "), more)
	}
	return "the members " + strings.Join(names, ", ")
}

// quote shows foreign text in quotes.
func quote(text string) string { return `"` + plain(text, maxCode) + `"` }
