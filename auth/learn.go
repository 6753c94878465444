package auth

import (
	"bytes"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
)

// derivedName is that of the placeholder of what was made of secrets.
const derivedName = "derived"

// An evidence is what requests carry that was made of secrets, since a server may
// say it back: signatures by their names, and what looks like a secret. Requests
// may be sent at once.
type evidence struct {
	mu     sync.Mutex
	signed map[string]string // prefixes of signatures, by the headers and parameters that carry them
	held   []string          // what looks like a secret, of a run that is recorded
}

// maxSeen is how long a body may be that is looked at: those with signatures and
// assertions are short.
const maxSeen = 64 << 10

// see learns from a request of a run with real values before it is sent, and
// returns what to send.
func (l *life) see(req *http.Request) (*http.Request, error) {
	if l.redactor == nil || l.run.ThrowAway {
		return req, nil
	}
	for _, name := range client.SpecHeaders(req) {
		l.seeValue(name, strings.Join(req.Header.Values(name), ", "))
	}
	for _, name := range []string{"Authorization", "Dpop"} { // of the endpoints of an authorization server
		l.seeValue(name, req.Header.Get(name))
	}
	l.seeForm(req.URL.RawQuery)
	kind, _, _ := mime.ParseMediaType(req.Header.Get("Content-Type"))
	if req.Body == nil || req.Body == http.NoBody || req.ContentLength > maxSeen || kind != "application/x-www-form-urlencoded" && kind != "application/json" {
		return req, nil
	}
	body, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err != nil {
		return nil, err
	}
	if kind == "application/json" {
		l.seeSignatures(string(body))
	} else {
		l.seeForm(string(body))
	}
	sent := *req
	sent.Body = io.NopCloser(bytes.NewReader(body))
	return &sent, nil
}

func (l *life) seeForm(encoded string) {
	for pair := range strings.SplitSeq(encoded, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(value); err == nil && value != "" {
			l.seeValue(name, plain)
		}
	}
}

// signatures are what standards make of secrets and put into a list of fields
// (OAuth 1, AWS, WSSE, HTTP Digest), or into three parts (RFC 7515).
var signatures = regexp.MustCompile(`\b(?:oauth_signature|Signature|PasswordDigest|response)="?([^"&,\s]{16,})|\b(eyJ[\w-]+\.[\w-]+\.[\w-]{20,})`)

// seeValue learns what a header or a parameter has that was made of secrets.
func (l *life) seeValue(name, value string) {
	l.evidence.mu.Lock()
	prefix, signed := l.evidence.signed[strings.ToLower(name)]
	l.evidence.mu.Unlock()
	switch {
	case signed:
		l.learnText(derivedName, strings.TrimSpace(strings.TrimPrefix(value, prefix)))
	case name == "oauth_signature", strings.EqualFold(name, "X-Amz-Signature"):
		l.learnText(derivedName, value)
	}
	l.seeSignatures(value)
	for _, m := range secret.Lookalikes(value) {
		l.suspect(value[m.Start:m.End])
	}
}

func (l *life) seeSignatures(text string) {
	for _, m := range signatures.FindAllStringSubmatch(text, -1) {
		l.learnText(derivedName, m[1]+m[2])
		if plain, err := url.PathUnescape(m[1]); err == nil {
			l.learnText(derivedName, plain)
		}
	}
}

// suspect learns what looks like a secret. A recording says by itself what looks
// like one, and which of the inputs it comes from: so it is kept from the
// redactor of a run that is recorded, unless that fails.
func (l *life) suspect(text string) {
	if _, recorded := l.transport.next.(*cassette.Tape); recorded {
		l.evidence.mu.Lock()
		defer l.evidence.mu.Unlock()
		l.evidence.held = append(l.evidence.held, text)
		return
	}
	l.learnText(derivedName, text)
}

// tell learns what was held.
func (l *life) tell() {
	l.evidence.mu.Lock()
	defer l.evidence.mu.Unlock()
	for _, text := range l.evidence.held {
		l.learnText(derivedName, text)
	}
	l.evidence.held = nil
}

// signs notes which header or parameter carries a signature.
func (l *life) signs(name, prefix string) {
	l.evidence.mu.Lock()
	defer l.evidence.mu.Unlock()
	if l.evidence.signed == nil {
		l.evidence.signed = map[string]string{}
	}
	l.evidence.signed[strings.ToLower(name)] = prefix
}
