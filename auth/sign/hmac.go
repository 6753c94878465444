package sign

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// An HMAC signs a text made from the request with a key that both sides know
// (RFC 2104), for APIs with a scheme of their own, which Evaluate describes.
type HMAC struct {
	// Evaluate gives what to sign and how. It is called once for each
	// signature, and once more where the request carries an earlier one, which
	// the facts are then without. The headers that it adds are often part of the
	// text; so it makes them first and puts them into the header of its facts,
	// which is a copy, before it makes the text.
	Evaluate func(Facts) (HMACFields, error)
	World
}

// Facts are what the text to sign may be made from. Path and Query are escaped
// as they are sent.
type Facts struct {
	Method     string
	Host       string // with the port, where it is sent
	Path       string // "/" at least
	Query      string // without "?"
	Header     http.Header
	Body       []byte
	BodySHA256 []byte    // 32 bytes, of no body too
	Timestamp  time.Time // of the request
	Nonce      string    // 32 hexadecimal digits, new for each signature
}

// HMACFields are a signature, described.
type HMACFields struct {
	Algorithm string // sha1, sha256, sha384, sha512 or md5
	Key       string // its bytes
	Text      string // what is signed
	Encoding  string // hex ("" too), base64 or base64url, which has no padding
	In        string // header ("" too) or query
	Name      string // of the header or the parameter
	// Prefix stands before the signature, with a blank between unless it ends
	// in one, or in = or :.
	Prefix string
	Header http.Header // set beside the signature; nil for none
}

// hmacHashes are the hashes of an HMAC. An HMAC asks less of a hash than a
// digest does, so that the old ones are still offered for old servers.
var hmacHashes = []struct {
	name string
	new  func() hash.Hash
}{
	{"sha1", sha1.New},
	{"sha256", sha256.New},
	{"sha384", sha512.New384},
	{"sha512", sha512.New},
	{"md5", md5.New},
}

// Sign puts the signature and its headers into the request.
func (h *HMAC) Sign(r *Request) error {
	facts, err := h.facts(r)
	if err != nil {
		return err
	}
	fields, err := h.Evaluate(facts)
	if err != nil {
		return err
	}
	p := place{fields.In, fields.Name, fields.Prefix}
	if err := p.check(); err != nil {
		return err
	}
	if p.clear(r) {
		facts.Query, facts.Header = r.URL.RawQuery, r.Header.Clone()
		if fields, err = h.Evaluate(facts); err != nil {
			return err
		}
	}
	signature, err := fields.signature()
	if err != nil {
		return err
	}
	for name, values := range fields.Header {
		for _, v := range values {
			if err := checkHeader(name, v); err != nil {
				return err
			}
		}
	}
	maps.Copy(r.Header, canonical(fields.Header))
	return p.put(r, signature)
}

// Format prints the name alone.
func (h HMAC) Format(s fmt.State, _ rune) { hidden(s, "HMAC") }

// Format prints the name alone.
func (f HMACFields) Format(s fmt.State, _ rune) { hidden(s, "HMACFields") }

// MarshalJSON gives [secret.Mask]. A signer needs no such method: encoding/json
// writes no World.
func (f HMACFields) MarshalJSON() ([]byte, error) { return []byte(`"` + secret.Mask + `"`), nil }

func (h *HMAC) facts(r *Request) (Facts, error) {
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(h.Rand, nonce); err != nil {
		return Facts{}, fmt.Errorf("make an HMAC nonce: %w", err)
	}
	return Facts{
		Method:     r.Method,
		Host:       r.URL.Host,
		Path:       requestPath(r.URL),
		Query:      r.URL.RawQuery,
		Header:     r.Header.Clone(),
		Body:       r.Body,
		BodySHA256: sum256(r.Body),
		Timestamp:  h.Now(),
		Nonce:      hex.EncodeToString(nonce),
	}, nil
}

func (f *HMACFields) signature() (string, error) {
	if f.Key == "" {
		return "", errors.New("the HMAC key is empty")
	}
	for _, known := range hmacHashes {
		if known.name == f.Algorithm {
			mac := hmac.New(known.new, []byte(f.Key))
			_, _ = io.WriteString(mac, f.Text)
			return encode(f.Encoding, mac.Sum(nil))
		}
	}
	return "", fmt.Errorf("unknown HMAC algorithm %q; there are sha1, sha256, sha384, sha512 and md5", f.Algorithm)
}

func encode(encoding string, b []byte) (string, error) {
	switch encoding {
	case "", "hex":
		return hex.EncodeToString(b), nil
	case "base64":
		return base64.StdEncoding.EncodeToString(b), nil
	case "base64url":
		return base64url(b), nil
	}
	return "", fmt.Errorf("unknown HMAC encoding %q; there are hex, base64 and base64url", encoding)
}

// canonical gives h by canonical names.
func canonical(h http.Header) http.Header {
	c := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			c.Add(name, v)
		}
	}
	return c
}

// A place is where a signature or token stands in a request.
type place struct{ in, name, prefix string }

func (p place) check() error {
	switch {
	case p.in != "" && p.in != "header" && p.in != "query":
		return fmt.Errorf("unknown place %q for a signature; there are header and query", p.in)
	case p.name == "":
		return errors.New("a signature needs the name of its header or query parameter")
	}
	return nil
}

// clear takes an earlier value away and says whether there was one.
func (p place) clear(r *Request) bool {
	if p.in == "query" {
		rest, found := withoutParameter(r.URL.RawQuery, p.name)
		r.URL.RawQuery = rest
		return found
	}
	found := len(r.Header.Values(p.name)) > 0
	r.Header.Del(p.name)
	return found
}

// put sets the value, and leaves every other byte of the query as it is.
func (p place) put(r *Request, value string) error {
	if p.prefix != "" && !strings.ContainsAny(p.prefix[len(p.prefix)-1:], " =:") {
		value = " " + value
	}
	value = p.prefix + value
	if p.in != "query" {
		if err := checkHeader(p.name, value); err != nil {
			return err
		}
		r.Header.Set(p.name, value)
		return nil
	}
	query, _ := withoutParameter(r.URL.RawQuery, p.name)
	if query != "" {
		query += "&"
	}
	r.URL.RawQuery = query + url.QueryEscape(p.name) + "=" + url.QueryEscape(value)
	return nil
}

// withoutParameter gives a query without the parameter name.
func withoutParameter(query, name string) (rest string, found bool) {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		key, _, _ := strings.Cut(pair, "=")
		if k, err := url.QueryUnescape(key); err == nil && k == name {
			found = true
			continue
		}
		kept = append(kept, pair)
	}
	if !found {
		return query, false
	}
	return strings.Join(kept, "&"), true
}

// checkHeader refuses what would change the shape of a request.
func checkHeader(name, value string) error {
	if name == "" || strings.Trim(name, tokenChars) != "" {
		return fmt.Errorf("header %q cannot be sent: a name has letters, digits and hyphens", name)
	}
	if hasControl(value) {
		return fmt.Errorf("header %q cannot be sent: its value holds a control character", name)
	}
	return nil
}

// tokenChars are what a token is made of (RFC 9110 5.6.2).
const tokenChars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func hasControl(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' && s[i] != '\t' || s[i] == 0x7f {
			return true
		}
	}
	return false
}
