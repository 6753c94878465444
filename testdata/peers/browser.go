package peers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// A Person stands in for a person with a browser: it keeps cookies, follows
// redirects on loopback, and fills in the forms it meets. Each call is a new
// browser. The zero Person is alice.
type Person struct {
	Name     string // what goes into fields of text; alice if empty
	Password string // pw if empty
	// CallbackPrefix is how the address begins at which a login ends, for
	// addresses that do not say it in redirect_uri: of OAuth 1, or of a pushed
	// authorization request.
	CallbackPrefix string
	// Posts sends the form by which a server asks for the callback
	// (response_mode=form_post); the address that is returned has nothing of it.
	Posts bool
	// Fields are what goes into fields of other names, such as a user_code.
	Fields map[string]string
}

// Login opens an authorization URL, logs in and allows what is asked for. It
// returns the address of the callback, which it does not open.
func (p Person) Login(ctx context.Context, authorizeURL string) (callback string, err error) {
	return p.decide(ctx, authorizeURL, false)
}

// Deny is Login by a person who presses cancel as soon as there is such a
// button or link.
func (p Person) Deny(ctx context.Context, authorizeURL string) (callback string, err error) {
	return p.decide(ctx, authorizeURL, true)
}

func (p Person) decide(ctx context.Context, authorizeURL string, denies bool) (string, error) {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		return "", err
	}
	end, err := p.walk(ctx, authorizeURL, cmp.Or(p.CallbackPrefix, u.Query().Get("redirect_uri")), denies)
	if err != nil {
		return "", err
	}
	if !end.callback {
		return "", fmt.Errorf("the login ends without a callback at %s: %s", end.address, end.text())
	}
	return end.address, nil
}

// ApproveDevice opens the address that a device shows, logs in and allows what
// the device asks for. An address without the code needs Fields.
func (p Person) ApproveDevice(ctx context.Context, verificationURI string) error {
	_, err := p.Read(ctx, verificationURI)
	return err
}

// DenyDevice is ApproveDevice by a person who presses cancel.
func (p Person) DenyDevice(ctx context.Context, verificationURI string) error {
	_, err := p.walk(ctx, verificationURI, "", true)
	return err
}

// Read opens an address, goes through all forms as Login does, and returns the
// text of the last page, which may be a verifier that a person has to copy.
func (p Person) Read(ctx context.Context, address string) (string, error) {
	end, err := p.walk(ctx, address, "", false)
	if err != nil {
		return "", err
	}
	return end.text(), nil
}

// A step is the next thing that a browser opens.
type step struct {
	method, address string
	form            url.Values
	denied          bool // by this or an earlier step
}

// A page is what it gets.
type page struct {
	address  string
	callback bool // nothing was opened, since the address is the callback
	status   int
	redirect string
	body     string
}

// walk goes from page to page until there is nothing left to press.
func (p Person) walk(ctx context.Context, address, prefix string, denies bool) (*page, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{
		Jar:           jar,
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true}, // and no proxy
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	next := &step{method: http.MethodGet, address: address}
	for range 30 {
		if prefix != "" && strings.HasPrefix(next.address, prefix) {
			if next.form == nil {
				return &page{address: next.address, callback: true}, nil
			}
			if !p.Posts {
				return nil, errors.New("the callback is asked for by a form, which this browser cannot show")
			}
			at, err := open(ctx, client, next)
			if err == nil && at.status >= 400 {
				err = fmt.Errorf("the callback answered %d: %s", at.status, at.text())
			}
			return &page{address: next.address, callback: true}, err
		}
		at, err := open(ctx, client, next)
		if err != nil {
			return nil, err
		}
		if at.status >= 400 {
			return nil, fmt.Errorf("%s answered %d: %s", at.address, at.status, at.text())
		}
		following, err := p.act(at, next, denies)
		if err != nil || following == nil {
			return at, err
		}
		next = following
	}
	return nil, fmt.Errorf("there is no end to the pages; the last is %s", next.address)
}

// act decides what to do at a page: nil is nothing. Who has said no does not
// press anything after that.
func (p Person) act(at *page, came *step, denies bool) (*step, error) {
	var next *step
	switch {
	case at.redirect != "":
		next = &step{method: http.MethodGet, address: at.redirect, denied: came.denied}
		if at.status == http.StatusTemporaryRedirect || at.status == http.StatusPermanentRedirect {
			next.method, next.form = came.method, came.form
		}
	case !came.denied:
		next = p.press(at.body, denies)
	}
	if next == nil {
		return nil, nil
	}
	base, err := url.Parse(at.address)
	if err != nil {
		return nil, err
	}
	target, err := base.Parse(next.address)
	if err != nil {
		return nil, err
	}
	next.address = target.String()
	return next, nil
}

// open gets one page, from loopback only.
func open(ctx context.Context, client *http.Client, s *step) (*page, error) {
	var body io.Reader
	if s.form != nil {
		body = strings.NewReader(s.form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, s.method, s.address, body)
	if err != nil {
		return nil, err
	}
	if host := req.URL.Hostname(); host != "localhost" && !net.ParseIP(host).IsLoopback() {
		return nil, fmt.Errorf("%s is not on loopback", s.address)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return nil, err
	}
	at := &page{address: s.address, status: resp.StatusCode, body: string(data)}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		at.redirect = resp.Header.Get("Location")
	}
	return at, nil
}

var (
	hiddenText = regexp.MustCompile(`(?is)<(script|style|title)\b.*?</(script|style|title)>|<[^>]*>`)
	space      = regexp.MustCompile(`\s+`)
)

// text returns the beginning of what a page shows.
func (p *page) text() string {
	text := html.UnescapeString(hiddenText.ReplaceAllString(p.body, " "))
	text = strings.TrimSpace(space.ReplaceAllString(text, " "))
	return text[:min(len(text), 500)]
}
