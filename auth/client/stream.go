package client

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Stream is [Client.Do] for an answer that may be large, or come bit by bit. An
// answer with a status of 200 to 299 is given as soon as it begins: its body,
// decompressed, is read by the caller, who closes it. MaxResponseBytes does not
// hold for it, and Timeout bounds the time until it begins and each pause in
// it. Errors of reading it are those of Do. Other answers are read first, as Do
// does.
//
// Judge is asked about an answer that is in memory only. Unless ByStatus says
// that there is nothing to ask, the first mebibyte is read first: an answer that
// is longer, or says by its type that it comes bit by bit, is [Final].
func (c *Client) Stream(req *http.Request) (*http.Response, error) { return c.do(req, true) }

// maxJudged is how much is read of an answer that is to be judged.
const maxJudged = 1 << 20

// bounded returns the context of a request that out is sent by. The one of an
// answer that is given while it comes outlives its function of the end.
func (c *sender) bounded(ctx context.Context, out *outgoing, stream bool) (context.Context, context.CancelFunc) {
	if !stream {
		return context.WithTimeoutCause(ctx, c.config.Timeout, errWholeTime)
	}
	caller := ctx
	ctx, end := context.WithCancelCause(caller)
	out.clock = &clock{caller: caller, limit: c.config.Timeout, end: end}
	out.clock.timer = time.AfterFunc(out.clock.limit, func() { end(errWholeTime) })
	return ctx, func() {
		if !out.clock.kept {
			out.clock.stop()
		}
	}
}

// A clock ends the context of a request that waits for too long.
type clock struct {
	caller context.Context // of the request
	limit  time.Duration
	timer  *time.Timer
	end    context.CancelCauseFunc
	kept   bool // by the body of an answer
}

// stop ends the context, since nothing needs it any more.
func (c *clock) stop() {
	c.timer.Stop()
	c.end(nil)
}

// stream returns an answer whose body comes while it is read, or, if it is to be
// judged and short, one that was read.
func (c *sender) stream(resp *http.Response, clock *clock, failed func(error) error) (*http.Response, error) {
	body := &streamed{Reader: resp.Body, raw: resp.Body, clock: clock, explain: func(err error) error { return c.explain(clock.caller, failed(err)) }}
	if strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.Uncompressed, resp.ContentLength = true, -1
		body.Reader = &unzipped{from: resp.Body}
	}
	if c.config.Judge != nil && !c.config.ByStatus && !ComesInBits(resp.Header.Get("Content-Type")) {
		head, err := io.ReadAll(io.LimitReader(body.Reader, maxJudged+1))
		if err != nil {
			_ = resp.Body.Close()
			return nil, failed(err)
		}
		if len(head) <= maxJudged {
			_ = resp.Body.Close()
			resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(head)), int64(len(head))
			return resp, nil
		}
		body.Reader = io.MultiReader(bytes.NewReader(head), body.Reader)
	}
	clock.kept = true
	clock.timer.Stop() // it runs while somebody reads
	resp.Body = body
	return resp, nil
}

// inBits are the types of answers whose parts mean something before the end
// comes, if it ever does.
var inBits = []string{
	"text/event-stream", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines",
	"application/json-seq", "application/stream+json", "multipart/x-mixed-replace",
}

// ComesInBits tells whether an answer says by its Content-Type that it is to be
// read while it comes.
func ComesInBits(contentType string) bool {
	media, _, _ := mime.ParseMediaType(contentType)
	return slices.Contains(inBits, media)
}

// A streamed is the body of an answer that comes while it is read.
type streamed struct {
	io.Reader // decompressed
	raw       io.Closer
	clock     *clock
	explain   func(error) error
}

// Read reads on, and waits for no part longer than the clock's limit.
func (s *streamed) Read(p []byte) (int, error) {
	s.clock.timer.Reset(s.clock.limit)
	n, err := s.Reader.Read(p)
	s.clock.timer.Stop()
	if err != nil && err != io.EOF {
		err = s.explain(err)
	}
	return n, err
}

// Close ends the request.
func (s *streamed) Close() error {
	err := s.raw.Close()
	s.clock.stop()
	return err
}

// An unzipped decompresses; a body of nothing is nothing, as after HEAD.
type unzipped struct {
	from io.Reader
	zip  *gzip.Reader
}

// Read reads on.
func (u *unzipped) Read(p []byte) (int, error) {
	if u.zip == nil {
		var err error
		if u.zip, err = gzip.NewReader(u.from); err != nil {
			return 0, err
		}
	}
	return u.zip.Read(p)
}
