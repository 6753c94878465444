package method

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
)

// A Response is an answer that has been read.
type Response struct {
	Method, URL string // of the request; the URL without its query
	Status      int
	ContentType string
	Data        formula.Value // JSON, else the text
	headers     http.Header
}

// IsHTML tells whether the answer is a page for people.
func (r *Response) IsHTML() bool {
	media, _, _ := mime.ParseMediaType(r.ContentType)
	return media == "text/html" || media == "application/xhtml+xml"
}

// value returns the answer as formulas see it.
func (r *Response) value() formula.Value {
	headers := formula.NewObject(len(r.headers))
	for _, name := range slices.Sorted(maps.Keys(r.headers)) {
		headers.Set(strings.ToLower(name), formula.String(strings.Join(r.headers[name], ", ")))
	}
	return formula.Object(
		formula.Member{Key: "data", Value: r.Data},
		formula.Member{Key: "headers", Value: headers.Value()},
		formula.Member{Key: "statusCode", Value: formula.Number(float64(r.Status))},
	)
}

// A StatusError says that a server answered with an error.
type StatusError struct {
	Method, URL string // the URL without its query
	Status      int
	// Detail is what the server says, as it says it and however long it is; it
	// may hold secrets. Whoever shows it redacts it first and cuts it then.
	Detail string
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s %s answered %d %s", e.Method, e.URL, e.Status, http.StatusText(e.Status))
	if e.Detail != "" {
		s += fmt.Sprintf(": %q", e.Detail)
	}
	return s
}

// readResponse reads the answer to req; one that is no success is an error
// beside it.
func readResponse(req *http.Request, resp *http.Response) (*Response, error) {
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", plainURL(req.URL), err)
	}
	u := req.URL
	if resp.Request != nil && resp.Request.URL != nil {
		u = resp.Request.URL
	}
	r := &Response{
		Method: req.Method, URL: plainURL(u), Status: resp.StatusCode,
		ContentType: resp.Header.Get("Content-Type"), headers: resp.Header,
	}
	r.Data, err = decodeBody(data, r.ContentType)
	if r.Status < 200 || r.Status > 299 { // whatever its body is
		return r, &StatusError{Method: r.Method, URL: r.URL, Status: r.Status, Detail: detailOf(r.Data)}
	}
	if err != nil {
		return r, fmt.Errorf("%s %s answered %d with a body that %w", r.Method, r.URL, r.Status, err)
	}
	return r, nil
}

// plainURL returns a URL without what may be secret in it.
func plainURL(u *url.URL) string {
	plain := *u
	plain.RawQuery, plain.Fragment, plain.User = "", "", nil
	return plain.String()
}

// decodeBody reads a body as JSON if it says so or looks so, else as text.
func decodeBody(data []byte, contentType string) (formula.Value, error) {
	media, _, _ := mime.ParseMediaType(contentType)
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	trimmed := bytes.TrimSpace(data)
	switch {
	case len(trimmed) == 0:
		return formula.Undefined, nil
	case isJSON || (media == "" || media == "text/plain") && (trimmed[0] == '{' || trimmed[0] == '['):
		v, err := formula.ParseJSON(trimmed)
		if err != nil && isJSON {
			return formula.Undefined, errors.New("says it is JSON and is not: it may be cut off")
		}
		if err == nil {
			return v, nil
		}
	}
	if !utf8.Valid(data) {
		return formula.Bytes(data), nil
	}
	return formula.String(string(data)), nil
}

// detailOf finds what a server says about an error in its answer.
func detailOf(v formula.Value) string {
	for _, name := range []string{"error_description", "message", "error", "detail", "title", "errorMessage", "description", "msg"} {
		switch item := v.Get(name); item.Kind() {
		case formula.KindString:
			return item.Text()
		case formula.KindObject:
			if s := detailOf(item); s != "" {
				return s
			}
		}
	}
	if list, ok := v.Get("errors").AsList(); ok && len(list) > 0 {
		if s, ok := list[0].AsString(); ok {
			return s
		}
		return detailOf(list[0])
	}
	return ""
}

// url puts the path, its parameters and the query together.
func (q *request) url(path string, parts formula.Value) (string, error) {
	if path == "" {
		return "", errors.New("the path is empty: the formula of path gave nothing")
	}
	parameters, err := fields(parts.Get("pathParameters"), "path parameter")
	if err != nil {
		return "", err
	}
	for _, p := range parameters {
		if p.Value == "." || p.Value == ".." {
			return "", fmt.Errorf("path parameter %q is %q, which would leave the path", p.Name, p.Value)
		}
		path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(p.Value))
	}
	query, err := fields(parts.Get("query"), "query parameter")
	if err != nil || len(query) == 0 {
		return path, err
	}
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return path + separator + encodeFields(query), nil
}

// encodeFields encodes fields for a query or a form, in their order.
func encodeFields(list []Field) string {
	var b strings.Builder
	for i, f := range list {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(f.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(f.Value))
	}
	return b.String()
}

// encodeBody encodes data as the content type says: JSON unless told
// otherwise. There is no body without data.
func encodeBody(data formula.Value, form string, headers formula.Value) (io.Reader, string, error) {
	if data.IsUndefined() {
		return nil, "", nil
	}
	contentType := ""
	for i, name := range headers.Keys() {
		if _, v := headers.At(i); strings.EqualFold(name, "Content-Type") {
			contentType = v.Text()
		}
	}
	if form == "" {
		form = formOf(contentType, data)
	}
	switch form {
	case "json":
		if contentType == "" {
			contentType = "application/json"
		}
		return bytes.NewReader(data.AppendJSON(nil)), contentType, nil
	case "form":
		list, err := fields(data, "form field")
		if err != nil {
			return nil, "", err
		}
		return strings.NewReader(encodeFields(list)), "application/x-www-form-urlencoded", nil
	case "text":
		s, err := text(data)
		if contentType == "" {
			contentType = "text/plain; charset=utf-8"
		}
		return strings.NewReader(s), contentType, err
	}
	return nil, "", fmt.Errorf("a body as %q is not sent by this version", form)
}

// formOf says how data is encoded for a Content-Type header.
func formOf(contentType string, data formula.Value) string {
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case media == "application/x-www-form-urlencoded":
		return "form"
	case media == "multipart/form-data":
		return "multipart"
	case media == "", media == "application/json", strings.HasSuffix(media, "+json"):
		return "json"
	case data.Kind() == formula.KindString:
		return "text"
	}
	return media
}
