package method

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method/script"
)

// A scriptHost is the host of one call of a script.
type scriptHost struct {
	call    Call
	scripts Scripts
	program *script.Program
	last    *Response // of the API client
}

// functions returns what the script can reach.
func (h *scriptHost) functions(method string) script.Host {
	host := script.Host{Request: h.request, Now: h.call.Run.Now, Rand: h.call.Run.Rand, Wait: h.scripts.Wait}
	if host.Now == nil {
		host.Now = time.Now
	}
	if log := h.scripts.Log; log != nil {
		host.Log = func(level, line string) { log(method, level, line) }
	}
	return host
}

// request sends a request of the script: by the connection's client, or as it
// is to an absolute URL.
func (h *scriptHost) request(ctx context.Context, r *script.Request) (*script.Response, error) {
	client := h.scripts.Fetch
	if r.Client {
		client = h.call.Client
	}
	if client == nil {
		return nil, errors.New("requests cannot be sent here")
	}
	req, err := h.build(ctx, r)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, keyed(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := boundAnswer(req, resp); err != nil {
		return nil, keyed(err)
	}
	if r.Raw {
		return rawResponse(req, resp)
	}
	read, err := readResponse(req, resp)
	if read == nil {
		return nil, keyed(err)
	}
	if r.Client {
		h.last = read
	}
	answer := responseHead(resp)
	if r.Binary {
		answer.Bytes, _ = io.ReadAll(resp.Body) // it is in memory
	} else if read.json != nil {
		answer.Data = read.json
	} else if !read.Data.IsUndefined() {
		answer.Data = read.Data.AppendJSON(nil)
	}
	return answer, keyed(err)
}

// mostAnswer bounds an answer that a script gets.
const mostAnswer = 10 << 20

// boundAnswer refuses an answer that is too large for a script; what is wrong
// with it otherwise comes first. It reads the answer if nobody has.
func boundAnswer(req *http.Request, resp *http.Response) error {
	tooLarge := fmt.Errorf("the answer is larger than %d MiB, which is what a script may have", mostAnswer>>20)
	if kept, ok := resp.Body.(*judgedBody); ok {
		if kept.Size() > mostAnswer {
			return cmp.Or(kept.err, tooLarge)
		}
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	_ = resp.Body.Close()
	switch {
	case err != nil:
		return fmt.Errorf("read the answer of %s: %w", plainURL(req.URL), err)
	case len(body) > mostAnswer:
		return tooLarge
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// keyed gives an error the key by which scripts know it.
func keyed(err error) error {
	var status *StatusError
	if errors.As(err, &status) && status.Key != "" {
		return &script.KeyedError{Key: status.Key, Err: err}
	}
	return err
}

// responseHead returns an answer without its body.
func responseHead(resp *http.Response) *script.Response {
	r := &script.Response{Status: resp.StatusCode, StatusText: http.StatusText(resp.StatusCode)}
	if resp.Request != nil && resp.Request.URL != nil {
		r.URL = resp.Request.URL.String()
	}
	for _, name := range slices.Sorted(maps.Keys(resp.Header)) {
		for _, value := range resp.Header[name] {
			r.Headers = append(r.Headers, [2]string{strings.ToLower(name), value})
		}
	}
	return r
}

// rawResponse returns an answer whatever its status is.
func rawResponse(req *http.Request, resp *http.Response) (*script.Response, error) {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", plainURL(req.URL), err)
	}
	answer := responseHead(resp)
	answer.Bytes = body
	return answer, nil
}

// build makes the request that the script describes, as a rest-api-mapping
// would.
func (h *scriptHost) build(ctx context.Context, r *script.Request) (*http.Request, error) {
	target, err := requestURL(r)
	if err != nil {
		return nil, err
	}
	headers, err := requestHeaders(r.Headers)
	if err != nil {
		return nil, err
	}
	body, contentType, err := h.body(r, headers)
	if err != nil {
		return nil, err
	}
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, reader)
	if err != nil {
		return nil, errors.New("the request cannot be made: its path is no URL, or its method none of HTTP")
	}
	for _, f := range headers {
		req.Header[http.CanonicalHeaderKey(f.Name)] = append(req.Header.Values(f.Name), f.Value)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	auth, err := parsePart(r.Auth, "auth")
	if err != nil {
		return nil, err
	}
	basic, err := basicOf(auth)
	if err != nil {
		return nil, err
	}
	if basic != nil {
		req.SetBasicAuth(basic.Username, basic.Password)
	}
	return req, nil
}

// parsePart reads a part of a request, undefined if it is missing.
func parsePart(data json.RawMessage, what string) (formula.Value, error) {
	if len(data) == 0 {
		return formula.Undefined, nil
	}
	v, err := formula.ParseJSON(data)
	if err != nil {
		return v, fmt.Errorf("the %s of the request cannot be read: %w", what, err)
	}
	return v, nil
}

// requestURL puts base, path and query of a request together.
func requestURL(r *script.Request) (string, error) {
	target, own := splitURL(r.URL)
	if !absoluteURL.MatchString(target) {
		if target != "" {
			target = "/" + strings.TrimLeft(target, "/") // items:find is no scheme
		}
		if r.Base != "" {
			base, more := splitURL(r.Base)
			target, own = strings.TrimRight(base, "/")+target, joinQueries(more, own)
		} else if !r.Client {
			return "", errors.New("the path is relative and there is no baseUri; write the whole URL")
		}
	}
	v, err := parsePart(r.Query, "query")
	if err != nil {
		return "", err
	}
	query, err := fields(v, "query parameter")
	if err != nil {
		return "", err
	}
	if own = joinQueries(own, encodeFields(query)); own != "" {
		target += "?" + own
	}
	return target, nil
}

// absoluteURL finds a scheme and what follows it (RFC 3986 3.1); a path or a
// query may have a URL in it, too.
var absoluteURL = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// splitURL splits a URL before its query. A fragment is left out: no request
// has one.
func splitURL(text string) (path, query string) {
	text, _, _ = strings.Cut(text, "#")
	path, query, _ = strings.Cut(text, "?")
	return path, query
}

// joinQueries joins two queries, either of which may be empty.
func joinQueries(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}

// requestHeaders reads a list of pairs; what is missing is left out.
func requestHeaders(data json.RawMessage) ([]Field, error) {
	v, err := parsePart(data, "headers")
	if err != nil {
		return nil, err
	}
	var list []Field
	pairs, _ := v.AsList()
	for _, pair := range pairs {
		items, _ := pair.AsList()
		if len(items) != 2 {
			return nil, errors.New("the headers of the request cannot be read")
		}
		one, err := fields(formula.Object(formula.Member{Key: items[0].Text(), Value: items[1]}), "header")
		if err != nil {
			return nil, err
		}
		list = append(list, one...)
	}
	return list, nil
}

// body encodes the body of a request; nil if it has none.
func (h *scriptHost) body(r *script.Request, headers []Field) (body []byte, contentType string, err error) {
	switch {
	case r.Text != nil:
		return []byte(*r.Text), "", nil
	case r.Bytes != nil:
		return r.Bytes, "", nil
	}
	data, err := parsePart(r.Data, "data")
	if err != nil || data.IsMissing() {
		return nil, "", err
	}
	b := formula.NewObject(len(headers))
	for _, f := range headers {
		b.Set(f.Name, formula.String(f.Value))
	}
	p, err := encodeBody(data, "", b.Value(), h.call.Run)
	if err != nil || p == nil {
		return nil, "", err
	}
	return p.body, p.contentType, nil
}
