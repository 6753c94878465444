package cassette

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// keptAnswers are the only headers of an answer that reach a recording, but for
// those that the spec reads. What
// is not known to be harmless, and of use to a replay, is dropped, so that a
// new secret header cannot leak by default. Values that change with every
// answer (dates, request ids, rate limits) would be noise in a diff.
var keptAnswers = map[string]bool{
	"Allow":            true,
	"Content-Language": true,
	"Content-Type":     true,
	"Deprecation":      true,
	"Dpop-Nonce":       true, // which a signature has to repeat (RFC 9449 8)
	"Link":             true,
	"Location":         true,
	"Retry-After":      true,
	"Sunset":           true,
	"Www-Authenticate": true,
}

// keptRequests are kept of every request, beside what the spec produced.
var keptRequests = []string{"Accept", "Content-Type"}

// headers gives those headers of a request that are stored and matched.
func (o *Options) headers(req *http.Request) map[string]string {
	kept := make(map[string]string, 4)
	keep := func(names []string) {
		for _, name := range names {
			name = http.CanonicalHeaderKey(name)
			if values := req.Header[name]; len(values) > 0 {
				kept[name] = strings.Join(values, ", ")
			}
		}
	}
	keep(keptRequests)
	if o.Headers != nil {
		keep(o.Headers(req))
	}
	return kept
}

// shown writes escaped placeholders as such: %7B%7Binput.key%7D%7D, as they
// stand in URLs and forms, becomes {{input.key}}. Requests are stored and
// compared in this form.
func shown(text string) string {
	if !strings.Contains(text, "%7B%7B") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "%7B%7B")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, ok := strings.Cut(rest, "%7D%7D")
		if ok && isName(name) {
			b.WriteString("{{" + name + "}}")
			text = after
		} else {
			b.WriteString("%7B%7B")
			text = rest
		}
	}
}

// isName says whether text can be the name of a placeholder.
func isName(text string) bool {
	for i := range len(text) {
		c := text[i]
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return text != ""
}

// requestOf gives a request, whose body was read, in stored form.
func (o *Options) requestOf(req *http.Request, body []byte) Request {
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	r := Request{Method: method, URL: shown(req.URL.String()), Headers: o.headers(req)}
	r.Body, r.BodyEncoding = encodeBody(body)
	if isForm(r.Headers["Content-Type"]) {
		r.Body = shown(r.Body)
	}
	return r
}

// isPlainly tells whether a request is a recorded one whose body stands there as
// text. It may be that one, too, if it is not plainly so.
func (o *Options) isPlainly(recorded *Request, req *http.Request, body []byte) bool {
	if recorded.BodyEncoding != "" || recorded.Method != req.Method || recorded.URL != shown(req.URL.String()) {
		return false
	}
	if text := string(body); recorded.Body != text && (!isForm(recorded.Headers["Content-Type"]) || recorded.Body != shown(text)) {
		return false
	}
	count := 0
	same := func(name string) bool {
		values := req.Header[name]
		if len(values) == 0 {
			return true
		}
		count++
		return len(values) == 1 && recorded.Headers[name] == values[0]
	}
	for _, name := range keptRequests {
		if !same(name) {
			return false
		}
	}
	if o.Headers != nil {
		for _, name := range o.Headers(req) {
			if !slices.Contains(keptRequests, name) && (canonicalName(name) != name || !same(name)) {
				return false
			}
		}
	}
	return count == len(recorded.Headers)
}

const formType = "application/x-www-form-urlencoded"

func isForm(contentType string) bool {
	return len(contentType) >= len(formType) && strings.EqualFold(contentType[:len(formType)], formType)
}

// canonicalName is the name of a header as requests are compared.
func canonicalName(name string) string { return http.CanonicalHeaderKey(name) }

var errBodyTooLarge = errors.New("the body is too large for a recording")

// readRequest reads the body of a request and closes it.
func readRequest(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer func() { _ = req.Body.Close() }()
	body := make([]byte, 0, min(max(req.ContentLength, 0), MaxBodyBytes)+1)
	for {
		n, err := req.Body.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case len(body) > MaxBodyBytes:
			return nil, errBodyTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		case len(body) == cap(body):
			body = slices.Grow(body, bytes.MinRead)
		}
	}
}

// isText says whether the head of a request is text that survives a file.
func (r *Request) isText() bool {
	for name, value := range r.Headers {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return false
		}
	}
	return utf8.ValidString(r.URL)
}

// encodeBody gives a body as text where it is text that survives a file.
func encodeBody(body []byte) (text, encoding string) {
	if isText(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

func isText(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for _, c := range string(body) {
		if c < ' ' && c != '\n' && c != '\t' || c >= 0x7f && c < 0xa0 || c == 0xfeff || c == 0x2028 || c == 0x2029 {
			return false
		}
	}
	return true
}

func decodeBody(text, encoding string) ([]byte, error) {
	switch encoding {
	case "":
		return []byte(text), nil
	case "base64":
		body, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil, errors.New("it is not base64")
		}
		return body, nil
	}
	return nil, errors.New("bodyEncoding must be base64, or left out for text")
}

func headerOf(stored map[string]string) http.Header {
	header := make(http.Header, len(stored))
	for name, value := range stored {
		header[http.CanonicalHeaderKey(name)] = []string{value}
	}
	return header
}

func answer(req *http.Request, status int, header http.Header, body []byte) *http.Response {
	if req.Method == http.MethodHead {
		body = nil
	}
	return &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
		Request: req,
	}
}

// sortedKeys gives the keys of both maps, each once.
func sortedKeys(a, b map[string]string) []string {
	var keys []string
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, ok := a[key]; !ok {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
