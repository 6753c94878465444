package cassette

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A cleaner takes the secrets out of the answers of one tape.
type cleaner struct {
	redactor *secret.Redactor
	answers  []string          // headers that are kept besides; see Options
	names    map[string]string // the placeholder of each look-alike
	kinds    map[string]int
}

// response gives the answer as it may be written.
func (c *cleaner) response(x *taken) (Response, error) {
	clean := Response{Status: x.status}
	for name, values := range x.header {
		read := slices.ContainsFunc(c.answers, func(a string) bool { return strings.EqualFold(a, name) })
		if !read && !keptAnswers[http.CanonicalHeaderKey(name)] || len(values) == 0 {
			continue
		}
		if clean.Headers == nil {
			clean.Headers = map[string]string{}
		}
		clean.Headers[http.CanonicalHeaderKey(name)] = c.text(strings.Join(values, ", "))
	}
	body := string(x.body)
	if isText(x.body) {
		body = c.text(body)
	} else {
		body = c.redactor.Placehold(body)
	}
	if body != string(x.body) && json.Valid(x.body) && !json.Valid([]byte(body)) {
		if body = quoteBare(body); !json.Valid([]byte(body)) {
			return Response{}, errors.New("its answer is no JSON any more with its secrets replaced")
		}
	}
	if len(body) > maxLine && strings.Contains(strings.ToLower(x.header.Get("Content-Type")), "json") {
		body = lined(body)
	}
	clean.Body, clean.BodyEncoding = encodeBody([]byte(body))
	return clean, nil
}

// lined gives JSON with a line for each member, so that a change shows where it
// is; all else as it is.
func lined(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil {
		return body
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// text replaces the known secrets of text, then what looks like one.
func (c *cleaner) text(text string) string {
	text = c.redactor.Placehold(text)
	found := secret.Lookalikes(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	last := 0
	for _, m := range found {
		b.WriteString(text[last:m.Start])
		b.WriteString(c.placeholder(m.Name, text[m.Start:m.End]))
		last = m.End
	}
	b.WriteString(text[last:])
	return b.String()
}

// placeholder gives the placeholder of a look-alike, the same for the same
// value: {{response.token}}, {{response.token2}}.
func (c *cleaner) placeholder(kind, value string) string {
	if name, ok := c.names[value]; ok {
		return name
	}
	c.kinds[kind]++
	name := kind
	if n := c.kinds[kind]; n > 1 {
		name += strconv.Itoa(n)
	}
	c.names[value] = "{{response." + name + "}}"
	return c.names[value]
}

// quoteBare puts placeholders that took the place of a JSON number, or of some
// of its digits, into quotes.
func quoteBare(text string) string {
	var b strings.Builder
	inString := false
	for i := 0; i < len(text); {
		end := i + 1
		switch {
		case text[i] == '"':
			inString = !inString
		case inString && text[i] == '\\' && end < len(text):
			end++
		case !inString:
			end = max(end, numberEnd(text, i))
		}
		part := text[i:end]
		from, to := strings.Index(part, "{{"), strings.Index(part, "}}")
		if !inString && from >= 0 && to > from {
			part = `"` + part[from:to+2] + `"`
		}
		b.WriteString(part)
		i = end
	}
	return b.String()
}

// numberEnd gives the end of the number at text[i:] of which placeholders may
// be parts; i if there is none.
func numberEnd(text string, i int) int {
	for i < len(text) {
		if strings.HasPrefix(text[i:], "{{") {
			n := strings.Index(text[i:], "}}")
			if n < 0 || !isName(text[i+2:i+n]) {
				return i
			}
			i += n + 2
		} else if strings.IndexByte("0123456789.eE+-", text[i]) >= 0 {
			i++
		} else {
			return i
		}
	}
	return i
}
