package cli

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// A wiretap shows requests and answers as they pass, for --verbose. It writes
// through the redactor, which does not know the secrets that an answer brings,
// nor very short ones: so what is named like a credential is hidden by its
// place, and of a body only the shape is shown.
type wiretap struct {
	next     http.RoundTripper
	redactor *secret.Redactor
	mu       sync.Mutex
	w        io.Writer
	// brief, if it is set, is the name of a test whose report shows all that
	// passed: then a line says that a request is on its way, and one how it ended.
	brief string
}

// RoundTrip sends the request on.
func (t *wiretap) RoundTrip(req *http.Request) (*http.Response, error) {
	if t.brief != "" {
		return t.passing(req)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", req.Method, shownURL(req.URL))
	b.WriteString(headerLines(t.redactor, "> ", req.Header))
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		fmt.Fprintf(&b, "< no answer\n")
	} else {
		fmt.Fprintf(&b, "< %s\n", statusOf(resp))
		b.WriteString(headerLines(t.redactor, "< ", resp.Header))
		fmt.Fprintf(&b, "< %s\n", shapeOf(resp))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.w, secret.Printable(b.String()))
	return resp, err
}

// passing sends a request on and says so.
func (t *wiretap) passing(req *http.Request) (*http.Response, error) {
	request := req.Method + " " + t.redactor.Redact(shownURL(req.URL))
	t.say("> " + request)
	begun := time.Now()
	resp, err := t.next.RoundTrip(req)
	answer := "no answer"
	if err == nil {
		answer = statusOf(resp)
	}
	t.say(fmt.Sprintf("< %s, %d ms: %s", answer, time.Since(begun).Milliseconds(), request))
	return resp, err
}

func (t *wiretap) say(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintln(t.w, secret.PrintableLine(t.brief+": "+hideLookalikes(text)))
}

// statusOf says how a request was answered: in the words of the standard, since a
// server may say anything there, secrets included.
func statusOf(resp *http.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
}

// shownURL writes a URL with what its query names like a credential hidden.
func shownURL(u *url.URL) string {
	plain := *u
	plain.User, plain.RawQuery, plain.Fragment = nil, "", ""
	if u.RawQuery == "" {
		return plain.String()
	}
	parts := strings.Split(u.RawQuery, "&")
	for i, part := range parts {
		if name, _, ok := strings.Cut(part, "="); ok && namesCredential(name) {
			parts[i] = name + "=" + secret.Mask
		}
	}
	return plain.String() + "?" + strings.Join(parts, "&")
}

// headerLines writes headers, each on a line behind a mark, without what is named
// like a credential, known as one, or looks like one.
func headerLines(r *secret.Redactor, mark string, h http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			switch {
			case namesCredential(name):
				v = secret.Mask
			case name == "Location" || name == "Referer":
				v, _, _ = strings.Cut(v, "?")
			}
			// What is known first: a lookalike may be a part of it.
			fmt.Fprintf(&b, "%s%s: %s\n", mark, name, hideLookalikes(r.Redact(v)))
		}
	}
	return b.String()
}

// namesCredential tells whether a header or a parameter is named like one that
// carries a credential.
func namesCredential(name string) bool {
	lower := strings.ToLower(name)
	return method.SaysCredential(name) || slices.ContainsFunc([]string{"cookie", "pass", "sign", "code"},
		func(word string) bool { return strings.Contains(lower, word) })
}

// hideLookalikes hides what looks like a secret though nobody knows it.
func hideLookalikes(text string) string {
	found := secret.Lookalikes(text)
	for _, m := range slices.Backward(found) {
		text = text[:m.Start] + secret.Mask + text[m.End:]
	}
	return text
}

// maxShape is how much of a body is looked at.
const maxShape = 64 << 10

// shapeOf says what the body of an answer is, without any of its values.
func shapeOf(resp *http.Response) string {
	if resp.Body == nil || resp.Header.Get("Content-Encoding") != "" {
		return "(a body that is compressed, or none)"
	}
	if client.ComesInBits(resp.Header.Get("Content-Type")) {
		return "(a body that comes bit by bit)"
	}
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxShape+1))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = readCloser{io.MultiReader(bytes.NewReader(head), rest), resp.Body}
	switch {
	case err != nil:
		return "(the body broke off)"
	case len(head) == 0:
		return "(no body)"
	case len(head) > maxShape:
		return fmt.Sprintf("(a body of more than %d bytes)", maxShape)
	}
	if v, err := formula.ParseJSON(head); err == nil {
		var b strings.Builder
		writeShape(&b, v, 0)
		return b.String()
	}
	return fmt.Sprintf("(%d bytes that are no JSON)", len(head))
}

// writeShape writes the names of a value and the kinds of what they name, of a
// list its first item.
func writeShape(b *strings.Builder, v formula.Value, depth int) {
	const maxDepth, maxNames = 4, 30
	switch v.Kind() {
	case formula.KindObject:
		b.WriteByte('{')
		for i, name := range v.Keys() {
			if i > 0 {
				b.WriteString(", ")
			}
			if i == maxNames || depth == maxDepth {
				b.WriteString("…")
				break
			}
			_, item := v.At(i)
			fmt.Fprintf(b, "%q: ", hideLookalikes(name))
			writeShape(b, item, depth+1)
		}
		b.WriteByte('}')
	case formula.KindList:
		fmt.Fprintf(b, "[%d", v.Len())
		if v.Len() > 0 && depth < maxDepth {
			_, item := v.At(0)
			b.WriteString(" × ")
			writeShape(b, item, depth+1)
		}
		b.WriteByte(']')
	default:
		b.WriteString(v.Kind().String())
	}
}

// failing is a reader that ends in an error at once.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

type readCloser struct {
	io.Reader
	io.Closer
}
