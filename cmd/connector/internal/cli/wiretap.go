package cli

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/secret"
)

// A wiretap shows requests and answers as they pass, for --verbose. It writes
// through the redactor.
type wiretap struct {
	next http.RoundTripper
	mu   sync.Mutex
	w    io.Writer
}

// RoundTrip sends the request on.
func (t *wiretap) RoundTrip(req *http.Request) (*http.Response, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", req.Method, req.URL)
	writeHeaders(&b, ">", req.Header)
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		fmt.Fprintf(&b, "< no answer\n")
	} else {
		fmt.Fprintf(&b, "< %s\n", resp.Status)
		writeHeaders(&b, "<", resp.Header)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = io.WriteString(t.w, secret.Printable(b.String()))
	return resp, err
}

func writeHeaders(b *strings.Builder, mark string, h http.Header) {
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			if name == "Set-Cookie" || name == "Authorization" || name == "Cookie" || name == "Proxy-Authorization" {
				v = secret.Mask
			}
			fmt.Fprintf(b, "%s %s: %s\n", mark, name, v)
		}
	}
}
