package method

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
)

// A Response is an answer that has been read.
type Response struct {
	Status      int
	ContentType string
	// Data is JSON or XML as objects, else the text, or bytes. A response
	// handler may have replaced it.
	Data    formula.Value
	request *http.Request
	plain   []byte // the body as UTF-8; nil if it is no text
	json    []byte // what Data was read from; nil if that is no JSON, or was replaced
	headers http.Header
}

// IsHTML tells whether the answer is a page for people.
func (r *Response) IsHTML() bool {
	media, _ := mediaType(r.ContentType)
	return media == "text/html" || media == "application/xhtml+xml"
}

// url returns the URL of the request without its query.
func (r *Response) url() string { return plainURL(r.request.URL) }

// value returns the answer as formulas see it.
func (r *Response) value() formula.Value {
	names := make([]string, 0, len(r.headers))
	for name := range r.headers {
		names = append(names, name)
	}
	slices.Sort(names)
	headers := formula.NewObject(len(names))
	for _, name := range names {
		headers.Set(strings.ToLower(name), formula.String(strings.Join(r.headers[name], ", ")))
	}
	b := formula.NewObject(4)
	b.Set("data", r.Data)
	b.Set("headers", headers.Value())
	b.Set("statusCode", formula.Number(float64(r.Status)))
	if r.plain != nil {
		b.Set("text", formula.String(string(r.plain)))
	}
	return b.Value()
}

// The keys of errors that say what becomes of the credential.
const (
	KeyExpired   = "access_token_expired"
	KeyDefunct   = "connection_is_defunct"
	KeyRateLimit = "rate_limit_exceeded"
)

// knownKey returns a key if it is one of the three.
func knownKey(key string) string {
	if key == KeyExpired || key == KeyDefunct || key == KeyRateLimit {
		return key
	}
	return ""
}

// A StatusError says that a server answered with an error, as its status or a
// response handler says.
type StatusError struct {
	Method, URL string // the URL without its query
	Status      int
	// Key says what the error means for the credential: [KeyExpired],
	// [KeyDefunct], [KeyRateLimit], or nothing.
	Key string
	// RetryAfter is how long the server asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Detail is what the server says, as it says it and however long it is, or
	// what a response handler says; it may hold secrets. Whoever shows it
	// redacts it first and cuts it then.
	Detail string

	handled bool          // by a response handler
	data    formula.Value // that it gives
}

// Data returns what a response handler gives beside the message; it may hold
// secrets.
func (e *StatusError) Data() formula.Value { return e.data }

// Transient tells whether the server failed by its own account, and may not
// fail the next time.
func (e *StatusError) Transient() bool {
	switch e.Status {
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return !e.handled
	}
	return false
}

func (e *StatusError) Error() string {
	s := fmt.Sprintf("%s %s answered %d %s", e.Method, e.URL, e.Status, http.StatusText(e.Status))
	if e.handled {
		s += ", which its responseHandlers take for an error"
		if e.Key != "" {
			s += " (" + e.Key + ")"
		}
	}
	if e.Detail != "" {
		s += fmt.Sprintf(": %q", e.Detail)
	}
	return s
}

// Format writes the message whatever the verb is.
func (e *StatusError) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, e.Error()) }

// failure judges an answer by its status: nil for a success.
func (r *Response) failure(run formula.Run) error {
	if r.Status >= 200 && r.Status <= 299 {
		return nil
	}
	return r.failed(run)
}

// failed returns the error that an answer is by its status.
func (r *Response) failed(run formula.Run) *StatusError {
	e := &StatusError{Method: r.request.Method, URL: r.url(), Status: r.Status, Detail: r.detail(), RetryAfter: r.retryAfter(run)}
	switch r.Status {
	case http.StatusUnauthorized:
		e.Key = KeyExpired
	case http.StatusTooManyRequests:
		e.Key = KeyRateLimit
	}
	return e
}

// mostRetryAfter bounds what a server may ask for.
const mostRetryAfter = 24 * time.Hour

// retryAfter reads the header of that name (RFC 9110 10.2.3): seconds, or a
// date.
func (r *Response) retryAfter(run formula.Run) time.Duration {
	text := strings.TrimSpace(r.headers.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return time.Duration(min(n, uint64(mostRetryAfter/time.Second))) * time.Second
	} else if strings.Trim(text, "0123456789") == "" {
		return mostRetryAfter
	}
	at, err := http.ParseTime(text)
	if err != nil || run.Now == nil {
		return 0
	}
	return min(max(at.Sub(run.Now()), 0), mostRetryAfter)
}

// Judge reads an answer and says by its status what is wrong with it: nil for
// a success, a [*StatusError], or what is wrong with its body. What was read is
// kept in the answer's body, so that the methods of this package do not read
// and judge it again. The answer must have its request.
func Judge(resp *http.Response, run formula.Run) error { return (&judge{run: run}).read(resp) }

// Judge does the same by the response handlers of the client, and by the status
// where none matches. Its error may be a [*HandlerError], too.
func (c *ClientConfig) Judge(resp *http.Response) error { return c.judge.read(resp) }

// read reads an answer, judges it, and keeps both.
func (j *judge) read(resp *http.Response) error {
	body, err := readAll(resp.Body, resp.ContentLength)
	_ = resp.Body.Close()
	kept := &judgedBody{Reader: bytes.NewReader(body)}
	resp.Body = kept
	if err != nil {
		kept.err = fmt.Errorf("read the answer of %s: %w", plainURL(resp.Request.URL), err)
		return kept.err
	}
	r := &Response{
		Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"),
		request: resp.Request, headers: resp.Header,
	}
	r.Data, r.plain, err = decodeBody(body, r.ContentType)
	// What is a list or an object and no XML was read from JSON.
	if err == nil && r.plain != nil && r.Data.Len() > 0 && !bytes.HasPrefix(bytes.TrimSpace(r.plain), []byte("<")) {
		r.json = r.plain
	}
	kept.response, kept.err = r, j.judge(r)
	if kept.err == nil && err != nil && r.Data.IsUndefined() {
		kept.err = fmt.Errorf("%s %s answered %d with a body that %w", r.request.Method, r.url(), r.Status, err)
	}
	return kept.err
}

// readAll reads a body that says how long it is; -1 where it does not.
func readAll(r io.Reader, length int64) ([]byte, error) {
	const most = 1 << 20 // that is believed
	body := make([]byte, 0, min(max(length, 0), most)+1)
	for {
		n, err := r.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil:
			return body, err
		case len(body) == cap(body):
			body = slices.Grow(body, bytes.MinRead)
		}
	}
}

// judgedBody is the body of an answer that was read and judged.
type judgedBody struct {
	*bytes.Reader
	response *Response // nil if it could not be read
	err      error
}

func (*judgedBody) Close() error { return nil }

// readResponse reads the answer to req; one that is no success is an error
// beside it.
func readResponse(req *http.Request, resp *http.Response) (*Response, error) {
	if kept, ok := resp.Body.(*judgedBody); ok {
		return kept.response, kept.err
	}
	if resp.Request == nil || resp.Request.URL == nil {
		resp.Request = req
	}
	_ = Judge(resp, formula.Run{})
	return readResponse(req, resp)
}

// plainURL returns a URL without what may be secret in it.
func plainURL(u *url.URL) string {
	plain := *u
	plain.RawQuery, plain.Fragment, plain.User = "", "", nil
	return plain.String()
}

// detail finds what a server says about an error in its answer.
func (r *Response) detail() string {
	if r.Data.Len() == 1 && r.Data.IsObject() && bytes.HasPrefix(bytes.TrimSpace(r.plain), []byte("<")) {
		_, root := r.Data.At(0)
		if s := xmlDetail(root, 0); s != "" {
			return s
		}
	}
	return detailOf(r.Data)
}

// detailOf finds what data says about an error.
func detailOf(v formula.Value) string { return detailWithin(v, 0) }

func detailWithin(v formula.Value, depth int) string {
	const deepest = 8
	if depth > deepest {
		return ""
	}
	for _, name := range []string{"error_description", "message", "error", "detail", "title", "errorMessage", "description", "msg"} {
		switch item := v.Get(name); item.Kind() {
		case formula.KindString:
			if name == "error" { // which may be no more than the words of the status
				return explained(item.Text(), v)
			}
			return item.Text()
		case formula.KindObject:
			if s := detailWithin(item, depth+1); s != "" {
				return s
			}
		}
	}
	errors := v.Get("errors")
	if list, ok := errors.AsList(); ok && len(list) > 0 {
		errors = list[0]
	}
	if s, ok := errors.AsString(); ok {
		return s
	}
	return detailWithin(errors, depth+1)
}

// explained returns an error with what stands beside it in its object to say more.
func explained(text string, v formula.Value) string {
	for _, name := range []string{"detail", "errorMessage", "description", "msg", "title"} {
		if more, ok := v.Get(name).AsString(); ok && more != "" && more != text {
			return strings.TrimPrefix(text+": "+more, ": ")
		}
	}
	return text
}
