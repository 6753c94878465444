package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// request makes the request that the command line asks for, without the
// credential.
func (o requestOptions) request(ctx context.Context, g *global) (*http.Request, error) {
	target, err := o.url()
	if err != nil {
		return nil, err
	}
	header, err := o.header()
	if err != nil {
		return nil, err
	}
	req := (&http.Request{Method: o.method, URL: target, Header: header}).WithContext(ctx)
	if !o.hasData {
		return req, nil
	}
	data, err := o.body(g)
	if err != nil {
		return nil, err
	}
	if header["Content-Type"] == nil && json.Valid(data) {
		header.Set("Content-Type", "application/json")
	}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	return req, nil
}

// url reads the path or URL and adds the query.
func (o requestOptions) url() (*url.URL, error) {
	target := o.target
	if !strings.Contains(target, "://") && !strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "?") {
		target = "/" + target // a colon in its first part is no scheme
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, usagef("%q is neither a path nor a URL", o.target)
	}
	if u.User != nil {
		return nil, usagef("a URL with a user name or password is not taken: the credential comes from the connection")
	}
	for _, q := range o.query {
		name, value, ok := strings.Cut(q, "=")
		if !ok || name == "" {
			return nil, usagef("--query takes name=value")
		}
		if u.RawQuery != "" {
			u.RawQuery += "&"
		}
		u.RawQuery += escapedInQuery(name) + "=" + escapedInQuery(value)
	}
	return u, nil
}

// escapedInQuery escapes a name or value; a blank becomes %20, which every
// server reads.
func escapedInQuery(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// header reads the headers. Of what cannot be sent the client says more.
func (o requestOptions) header() (http.Header, error) {
	header := http.Header{}
	for _, h := range o.headers {
		name, value, ok := strings.Cut(h, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, usagef("--header takes 'Name: value'")
		}
		if at := strings.IndexFunc(value, isControl); at >= 0 {
			return nil, usagef("--header: the value of %s has a control character, %q", secret.PrintableLine(name), value[at])
		}
		header.Add(name, strings.TrimSpace(value))
	}
	return header, nil
}

func isControl(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// maxData is the most that is read for a body; the client sends no more.
const maxData = 64 << 20

// body reads what is to be sent.
func (o requestOptions) body(g *global) ([]byte, error) {
	name, isFile := strings.CutPrefix(o.data, "@")
	var from io.Reader
	switch {
	case o.data == "-":
		from = g.Stdin
	case isFile:
		file, err := os.Open(name)
		if err != nil {
			return nil, fmt.Errorf("--data: %w", err)
		}
		defer func() { _ = file.Close() }()
		from = file
	default:
		return []byte(o.data), nil
	}
	data, err := io.ReadAll(io.LimitReader(from, maxData+1))
	if err != nil {
		return nil, fmt.Errorf("--data: %w", err)
	}
	if len(data) > maxData {
		return nil, usagef("--data: it is larger than %d MiB, which is the most that a request carries", maxData>>20)
	}
	return data, nil
}
