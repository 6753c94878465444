// Package client is the HTTP client that carries a credential only where it
// belongs.
//
//	origin, err := client.ParseOrigin("https://api.example.com")
//	c, err := client.New(client.Config{
//		Base:    "https://api.example.com/v1",
//		Header:  []client.Field{{Name: "Authorization", Value: "Bearer " + token}},
//		Origins: []client.Origin{origin},
//	}, client.NewTransport(client.TransportOptions{}))
//	req, err := http.NewRequestWithContext(ctx, "GET", "/me", nil)
//	resp, err := c.Do(req)
//
// A request goes to an allowed origin or not at all. Redirects, time, size and
// the spelling of every field are bounded, and no error holds a secret.
package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/sign"
)

// A Field is one header, query parameter or cookie. Its value is hidden
// however the field is printed or encoded.
type Field struct{ Name, Value string }

// Format hides the value.
func (f Field) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, f.Name+": "+secret.Mask) }

// MarshalText hides the value.
func (f Field) MarshalText() ([]byte, error) { return []byte(f.Name + ": " + secret.Mask), nil }

// Basic is a user name and a password for HTTP Basic (RFC 7617). Both are
// hidden however it is printed or encoded.
type Basic struct{ Username, Password string }

// Format hides both.
func (b Basic) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides both.
func (b Basic) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// A Config says what the client adds to each request, and where to.
type Config struct {
	// Base is what relative request URLs are joined to; see [Client.Do]. Its
	// origin must be in Origins. Without it every request URL is absolute.
	Base string
	// BaseURL is Base, for who has read it already; it is not changed.
	BaseURL *url.URL

	Header  []Field
	Query   []Field
	Cookies []Field
	Basic   *Basic
	// Data is merged into each form, multipart or JSON body. The values are
	// what encoding/json makes of JSON, or json.Number.
	Data map[string]any
	// TLS is a certificate of the client and an authority that it trusts
	// besides; nil for none.
	TLS *TLS

	// Sign signs each request when it is otherwise finished; nil signs none. A
	// request that is sent again is signed again.
	Sign sign.Signer

	// Origins are the only places that anything is sent to.
	Origins []Origin

	// Timeout bounds a whole request, its redirects, repeats and pauses
	// included, but not a refresh; 0 and anything above mean 60 s.
	Timeout          time.Duration
	MaxResponseBytes int64  // after decompression; 0 means 10 MiB, and 64 MiB is the most
	UserAgent        string // default "connector"
	NoRedirects      bool   // follow none at all: for requests that obtain a credential

	// Judge says what an answer means for its request; its body is in memory,
	// and Judge leaves one that can be read. Nil takes every answer for [Final].
	Judge func(*http.Response) Verdict
	// ByStatus says that Judge takes every answer of a status of 200 to 299 for
	// [Final], so that [Client.Stream] need not wait for what is in it.
	ByStatus bool
	// Refresh obtains a new credential and gives the config that sends it. Nil
	// says that there is no way to. It is called once for a refused
	// credential, however many requests it was refused in.
	Refresh func(context.Context) (Config, error)
	// Unhelpful is called when the answer to a request that was sent again with
	// this config, after a refresh, is [Expired] as well; nil calls nothing.
	Unhelpful func()
	// Repeats is how often a request is sent again that failed for a reason
	// that passes. It counts no repeat after a refresh.
	Repeats int
	// Repeatable says of a request whose method is not idempotent (RFC 9110
	// 9.2.2) that it may be sent twice all the same. Nil says so of those that
	// have an Idempotency-Key.
	Repeatable func(*http.Request) bool
	// Wait lets time pass before a repeat; nil waits. A replay need not.
	Wait func(context.Context, time.Duration) error
	// Jitter gives numbers from 0 up to 1 that spread repeats; nil is random.
	Jitter func() float64
}

// Format writes where the client goes and nothing of what it carries.
func (c Config) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, c.summary()) }

// MarshalText gives the same.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.summary()), nil }

func (c Config) summary() string {
	names := make([]string, len(c.Origins))
	for i, o := range c.Origins {
		names[i] = o.String()
	}
	return "client of " + strings.Join(names, ", ")
}
