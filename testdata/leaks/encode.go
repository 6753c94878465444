package leaks

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math/rand/v2"
	"net/url"
	"strings"
)

// An Encoding is a way to write a text. That of JSON may stand in a JSON string
// without being escaped again.
type Encoding struct {
	Name   string
	Encode func(string) string
	JSON   bool
}

// Encodings lists those that every output is promised to be searched for.
func Encodings() []Encoding {
	return []Encoding{
		{"text", func(s string) string { return s }, false},
		{"base64", func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }, false},
		{"base64 without padding", func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) }, false},
		{"base64url", func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) }, false},
		{"base64url without padding", func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }, false},
		{"Basic", func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+s)) }, false},
		{"Basic, form-encoded", func(s string) string {
			return "Basic " + base64.StdEncoding.EncodeToString([]byte("an id:"+url.QueryEscape(s)))
		}, false},
		{"base64 of JSON", func(s string) string {
			return base64.StdEncoding.EncodeToString([]byte(`{"token":` + quoted(s) + `}`))
		}, false},
		{"base64 in lines", func(s string) string { return wrapped(base64.StdEncoding.EncodeToString([]byte("k=" + s))) }, false},
		{"base64 in a URL", func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) }, false},
		{"hex", func(s string) string { return hex.EncodeToString([]byte(s)) }, false},
		{"upper hex", func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }, false},
		{"form", url.QueryEscape, false},
		{"path", url.PathEscape, false},
		{"lower percent signs", func(s string) string { return percent(s, "%%%02x") }, false},
		{"URL twice", func(s string) string { return url.QueryEscape(url.QueryEscape(s)) }, false},
		{"JSON", func(s string) string { return inner(quoted(s)) }, true},
		{"JSON, each character", func(s string) string { return unicode(s, `\u%04x`) }, true},
		{"JSON, each character, upper", func(s string) string { return unicode(s, `\u%04X`) }, true},
		{"JSON in JSON", func(s string) string { return inner(quoted(quoted(s))) }, true},
		{"JSON in JSON, each character", func(s string) string { return unicode(s, `\\u%04x`) }, true},
		{"HTML", html.EscapeString, false},
		{"HTML, each character", func(s string) string { return entities(s, "&#%d;") }, false},
		{"HTML, each character in hex", func(s string) string { return entities(s, "&#x%x;") }, false},
		{"URL in JSON", func(s string) string { return inner(quoted(url.QueryEscape(s))) }, true},
	}
}

// Mixed writes each character in a way of its own, such that it may stand in a
// JSON string.
func Mixed(r *rand.Rand) Encoding {
	return Encoding{"a mixture", func(s string) string {
		var b strings.Builder
		for _, c := range s {
			switch r.IntN(5) {
			case 0:
				b.WriteString(percent(string(c), "%%%02X"))
			case 1:
				b.WriteString(unicode(string(c), `\u%04x`))
			case 2:
				b.WriteString(entities(string(c), "&#%d;"))
			default:
				b.WriteString(inner(quoted(string(c))))
			}
		}
		return b.String()
	}, true}
}

// InJSON writes a text in this encoding as a JSON string.
func (e Encoding) InJSON(text string) string {
	if e.JSON {
		return `"` + e.Encode(text) + `"`
	}
	return quoted(e.Encode(text))
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can be written
	}
	return string(b)
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

func percent(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

func entities(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

// unicode writes a text in code units of UTF-16.
func unicode(s, format string) string {
	var b strings.Builder
	for _, r := range s {
		if r >= 0x10000 {
			r -= 0x10000
			fmt.Fprintf(&b, format+format, 0xd800+r>>10, 0xdc00+r&0x3ff)
			continue
		}
		fmt.Fprintf(&b, format, r)
	}
	return b.String()
}

func wrapped(s string) string {
	var b strings.Builder
	for len(s) > 20 {
		b.WriteString(s[:20] + "\r\n")
		s = s[20:]
	}
	return b.String() + s
}
