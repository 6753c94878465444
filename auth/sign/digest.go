package sign

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/icholy/digest"
)

// A Digest answers the challenges of HTTP Digest (RFC 7616): with MD5,
// SHA-256, SHA-512-256 and SHA-512, each also as -sess, and with the qop auth
// or auth-int or, as of old, none. It keeps the last challenge of each origin.
// A request to an origin that gave none stays unsigned.
type Digest struct {
	Username, Password string
	World

	mu    sync.Mutex
	known map[string]*challenge // by origin
}

// Sign sets Authorization, if the origin of the request gave a challenge.
func (d *Digest) Sign(r *Request) error {
	if hasControl(d.Username) {
		return errors.New("the Digest user name holds a control character")
	}
	c, err := d.use(origin(r.URL))
	if c == nil || err != nil {
		return err
	}
	credentials, err := digest.Digest(&c.Challenge, digest.Options{
		Method:   r.Method,
		URI:      r.URL.RequestURI(),
		GetBody:  func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil },
		Count:    c.count,
		Username: d.Username,
		Password: d.Password,
		A1:       d.sessionKey(c),
		Cnonce:   c.cnonce,
	})
	if err != nil {
		return errors.New("the Digest challenge of the server cannot be answered")
	}
	r.Header.Set("Authorization", authorization(c, credentials))
	return nil
}

// Learn keeps the challenge of a refused request. The request is worth sending
// again if it was not yet signed, or with an older nonce; not if the server
// refuses the first use of a nonce that it does not call stale, which speaks of
// a wrong password (RFC 7616 3.3). An answer may name its next nonce too (3.5).
func (d *Digest) Learn(r *Request, resp *http.Response) (again bool) {
	used := usedCredentials(r.Header)
	if resp.StatusCode != http.StatusUnauthorized {
		d.advance(origin(r.URL), used["nonce"], nextNonce(resp.Header))
		return false
	}
	c := strongestChallenge(resp.Header)
	if c == nil {
		return false
	}
	d.keep(origin(r.URL), c)
	switch {
	case used["nonce"] == "":
		return true
	case used["nonce"] == c.Nonce:
		return false
	}
	count, err := strconv.ParseUint(used["nc"], 16, 32)
	return c.Stale || err != nil || count > 1 || used["realm"] != c.Realm
}

// Format prints the name alone.
func (d *Digest) Format(s fmt.State, _ rune) { hidden(s, "Digest") }

// use counts a request and gives a copy of the challenge for it, with its
// cnonce; nil if there is none.
func (d *Digest) use(origin string) (*challenge, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.known[origin]
	if c == nil {
		return nil, nil
	}
	// A session is opened with the cnonce of its first request (RFC 7616
	// 3.4.2), but many servers take that of the request at hand; so that both
	// are right, a session keeps its cnonce.
	fresh := *c
	if fresh.cnonce == "" {
		b := make([]byte, 33) // 44 characters, without padding
		if _, err := io.ReadFull(d.Rand, b); err != nil {
			return nil, fmt.Errorf("make a Digest cnonce: %w", err)
		}
		fresh.cnonce = base64.StdEncoding.EncodeToString(b)
	}
	if c.session {
		c.cnonce = fresh.cnonce
	}
	c.count++
	fresh.count = c.count
	return &fresh, nil
}

// keep stores a challenge. A nonce that is in use already goes on counting.
func (d *Digest) keep(origin string, c *challenge) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[string]*challenge{}
	}
	if old := d.known[origin]; old != nil && old.Nonce == c.Nonce {
		c.count, c.cnonce = old.count, old.cnonce
	}
	d.known[origin] = c
}

// advance goes on to the next nonce, if used is still the one in use.
func (d *Digest) advance(origin, used, next string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.known[origin]
	if c == nil || next == "" || next == used || c.Nonce != used {
		return
	}
	c.Nonce, c.count, c.cnonce = next, 0, ""
}

// sessionKey gives the hash of A1 for a -sess algorithm (RFC 7616 3.4.2), and
// "" for any other.
func (d *Digest) sessionKey(c *challenge) string {
	if !c.session {
		return ""
	}
	sum := func(parts ...string) string {
		h := digestHashes[c.strength].new()
		_, _ = io.WriteString(h, strings.Join(parts, ":"))
		return hex.EncodeToString(h.Sum(nil))
	}
	return sum(sum(d.Username, c.Realm, d.Password), c.Nonce, c.cnonce)
}

// authorization writes credentials (RFC 7616 3.4), with the bytes that the
// server gave.
func authorization(c *challenge, a *digest.Credentials) string {
	var b strings.Builder
	add := func(name, value string) {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		b.WriteString(name + "=" + value)
	}
	add("username", quoted(a.Username))
	add("realm", quoted(a.Realm))
	add("nonce", quoted(a.Nonce))
	add("uri", quoted(a.URI))
	if a.QOP != "" {
		add("cnonce", quoted(a.Cnonce))
		add("nc", fmt.Sprintf("%08x", a.Nc))
		add("qop", a.QOP)
	}
	add("response", quoted(a.Response))
	if a.Opaque != "" {
		add("opaque", quoted(a.Opaque))
	}
	if c.algorithm != "" {
		add("algorithm", c.algorithm)
	}
	if a.Userhash {
		add("userhash", "true")
	}
	return "Digest " + b.String()
}

// usedCredentials gives the parameters of a Digest Authorization; nil if the
// header has none.
func usedCredentials(h http.Header) map[string]string {
	for _, c := range parseChallenges(h.Values("Authorization")) {
		if strings.EqualFold(c.scheme, "Digest") {
			return c.params
		}
	}
	return nil
}

// nextNonce gives that of an Authentication-Info header; "" if there is none.
func nextNonce(h http.Header) string {
	// The header is a list of parameters without a scheme.
	for _, c := range parseChallenges([]string{"Digest " + h.Get("Authentication-Info")}) {
		if next := c.params["nextnonce"]; !hasControl(next) && len(next) <= maxNonce {
			return next
		}
	}
	return ""
}
