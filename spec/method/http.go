package method

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/formula"
)

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
