package client

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
)

// maxRequestBytes is the most that a request may carry.
const maxRequestBytes = 64 << 20

var errTooLarge = errors.New("the body is too large")

// readBody reads the body of an answer to its end, decompressed, at most limit
// bytes of it.
func readBody(resp *http.Response, limit int64) ([]byte, error) {
	if resp.Body == nil {
		return nil, nil
	}
	var r io.Reader = resp.Body
	size := resp.ContentLength
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		z, err := gzip.NewReader(resp.Body)
		size = 0
		if err == io.EOF { // no body, as after HEAD
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.Uncompressed = true
		r = z
	}
	return readAll(r, size, limit)
}

// readAll reads a body of about that size, at most limit bytes of it. What a
// server says of the size is believed up to a bound.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	const most = 1 << 20
	body := make([]byte, 0, min(max(size, 0), most)+1)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case int64(len(body)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		case len(body) == cap(body):
			body = slices.Grow(body, bytes.MinRead)
		}
	}
}

// readRequest reads the body of a request, so that it can be sent twice.
func readRequest(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body, err := readAll(req.Body, req.ContentLength, maxRequestBytes)
	_ = req.Body.Close()
	if errors.Is(err, errTooLarge) {
		return nil, &FieldError{Where: "data", Problem: fmt.Sprintf("it is larger than %d bytes", maxRequestBytes)}
	}
	if err != nil {
		return nil, fmt.Errorf("read the body of the request: %w", err)
	}
	return body, nil
}

// addData merges the config's data into the body.
func (c *sender) addData(out *outgoing) error {
	if len(c.config.Data) == 0 {
		return nil
	}
	if out.body == nil {
		if m := out.method; m != http.MethodPost && m != http.MethodPut && m != http.MethodPatch {
			return nil
		}
	}
	return c.mergeData(out)
}

// mergeData puts the config's data into the body. What is neither a form nor
// a JSON object is an error, since the credential may be in the data.
func (c *sender) mergeData(out *outgoing) error {
	kind, parameters, err := mime.ParseMediaType(out.header.Get("Content-Type"))
	switch {
	case kind == "application/x-www-form-urlencoded":
		out.body = []byte(c.mergeForm(string(out.body)))
		return nil
	case kind == "multipart/form-data":
		merged, ok := mergeMultipart(out.body, parameters["boundary"], c.config.Data)
		if !ok {
			return &FieldError{Where: "data", Name: "body", Problem: "the client's data cannot be merged into it: it is not multipart as its Content-Type says"}
		}
		out.body = merged
		return nil
	case kind == "application/json", strings.HasSuffix(kind, "+json"), err != nil && len(out.body) == 0:
		merged, ok := mergeJSON(out.body, c.config.Data)
		if !ok {
			return &FieldError{Where: "data", Name: "body", Problem: "the client's data can be merged into a JSON object, and the body is none"}
		}
		if kind == "" {
			out.header.Set("Content-Type", "application/json")
		}
		out.body = merged
		return nil
	}
	return &FieldError{Where: "data", Name: "Content-Type", Problem: "the client's data can be merged into a form, a multipart or a JSON body only"}
}

func (c *sender) mergeForm(body string) string {
	taken := queryNames(body)
	for _, name := range slices.Sorted(maps.Keys(c.config.Data)) {
		if taken[name] {
			continue
		}
		for _, value := range formValues(c.config.Data[name]) {
			body = joinQuery(body, escapeQuery(name)+"="+escapeQuery(value))
		}
	}
	return body
}

// formValues gives a value as a form has it: a list is a repeated field, null
// is none, an object its JSON text.
func formValues(value any) []string {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		return []string{v}
	case []any:
		var list []string
		for _, item := range v {
			list = append(list, formValues(item)...)
		}
		return list
	}
	text, _ := encodeJSON(value) // checked by checkData
	return []string{string(text)}
}

// mergeMultipart appends the fields of data that a multipart body (RFC 7578)
// does not have.
func mergeMultipart(body []byte, boundary string, data map[string]any) ([]byte, bool) {
	end := bytes.LastIndex(body, []byte("--"+boundary+"--"))
	if boundary == "" || end < 0 {
		return nil, false
	}
	taken := map[string]bool{}
	for r := multipart.NewReader(bytes.NewReader(body), boundary); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, false
		}
		taken[part.FormName()] = true
	}
	var b bytes.Buffer
	b.Write(body[:end])
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if taken[name] {
			continue
		}
		for _, value := range formValues(data[name]) {
			if strings.Contains(value, boundary) {
				return nil, false
			}
			header := multipart.FileContentDisposition(name, "")
			header = strings.TrimSuffix(header, `; filename=""`)
			fmt.Fprintf(&b, "--%s\r\nContent-Disposition: %s\r\n\r\n%s\r\n", boundary, header, value)
		}
	}
	b.Write(body[end:])
	return b.Bytes(), true
}

// mergeJSON appends the fields of data that the JSON object body does not
// have. The text of body stays as it is.
func mergeJSON(body []byte, data map[string]any) ([]byte, bool) {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	var has map[string]json.RawMessage
	if err := json.Unmarshal(body, &has); err != nil || has == nil {
		return nil, false
	}
	open := bytes.TrimRight(body, " \t\r\n")
	open = bytes.TrimRight(open[:len(open)-1], " \t\r\n")
	merged := bytes.Clone(open)
	empty := len(has) == 0
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if _, ok := has[name]; ok {
			continue
		}
		key, _ := encodeJSON(name)
		value, _ := encodeJSON(data[name])
		if !empty {
			merged = append(merged, ',')
		}
		empty = false
		merged = append(append(append(merged, key...), ':'), value...)
	}
	return append(merged, '}'), true
}

// encodeJSON is json.Marshal without its escapes for HTML.
func encodeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return bytes.TrimRight(b.Bytes(), "\n"), err
}

// checkData says which field is no JSON.
func checkData(data map[string]any) error {
	for _, name := range slices.Sorted(maps.Keys(data)) {
		if _, err := encodeJSON(data[name]); err != nil {
			return &FieldError{Where: "data", Name: name, Problem: "it is not a JSON value"}
		}
	}
	return nil
}
