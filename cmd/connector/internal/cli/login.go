package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
)

// loginPatience is how long a login waits for its user.
const loginPatience = 5 * time.Minute

// loginOptions say how users log in.
type loginOptions struct {
	noBrowser    bool
	device       bool
	redirectPort int
	redirectURI  string
	timeout      time.Duration
	routes       []client.Route // of the command: the browser takes them, too
	asSpec       bool           // by the grant of the spec and by no other, as it will be replayed
}

// flags adds the flags of a command that logs somebody in.
func (o *loginOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.device, "device", false, "log in by a code that is entered on another device, if the provider has that")
	o.browserFlags(f)
}

// browserFlags adds those of a login by a browser.
func (o *loginOptions) browserFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.noBrowser, "no-browser", false, "open no browser, but print the address to open; where the browser ends can be pasted")
	f.IntVar(&o.redirectPort, "redirect-port", 0, "let the login come back to this `port` of this machine, which has to be registered at the provider, too")
	f.StringVar(&o.redirectURI, "redirect-uri", "", "let the login come back to this `URI`, as it is registered at the provider; on another host it is finished by pasting")
	f.DurationVar(&o.timeout, "login-timeout", loginPatience, "wait this long for the login")
}

// check says what is wrong with the flags.
func (o loginOptions) check() error {
	switch {
	case o.timeout < 0:
		return usagef("--login-timeout cannot be negative")
	case o.redirectPort < 0 || o.redirectPort > 65535:
		return usagef("--redirect-port is a number from 1 to 65535")
	case o.redirectPort != 0 && o.redirectURI != "":
		return usagef("--redirect-port is of the usual redirect URI, and --redirect-uri is another: give one of them")
	case o.redirectURI == "":
		return nil
	}
	u, err := url.Parse(o.redirectURI)
	if err != nil || u.Host == "" || strings.Contains(o.redirectURI, "#") || u.User != nil || u.Scheme != "https" && !login.Served(o.redirectURI) {
		return usagef("--redirect-uri is a URI with https, or with http at 127.0.0.1, [::1] or localhost, and has no fragment")
	}
	return nil
}

// A userLogin is a login that its user takes part in. Its listener is open
// before anything else is asked for, and closed by close.
type userLogin struct {
	*global
	options   loginOptions
	connector string
	redirect  string    // where the login comes back to; "" if it does not
	asDevice  bool      // by a code on another device
	prompted  time.Time // when that was shown
	listener  *login.Listener
	open      func(ctx context.Context, url string) error // nil without a browser
	why       string                                      // there is no browser
	page      func(url string)                            // of --web, in place of the browser; see show
	next      string                                      // where the page after the login leads
}

// newLogin makes ready for a login of the subject, which may need none.
func (g *global) newLogin(o loginOptions, s auth.Subject, v auth.Values) (*userLogin, error) {
	l := &userLogin{global: g, options: o, connector: s.Connector.Name()}
	if err := o.check(); err != nil {
		return nil, err
	}
	switch {
	case o.device && s.Option.Type() != "oauth2":
		return nil, usagef("--device is for OAuth 2, and the option %q of %s is of type %s", s.Option.Key, s.Connector.Name(), s.Option.Type())
	case !s.Interactive():
		return l, nil
	}
	l.options.timeout = cmp.Or(o.timeout, loginPatience)
	l.findBrowser()
	if l.asDevice = o.device || s.ByDevice() || !o.asSpec && l.open == nil && s.KnowsDevice(); l.asDevice {
		return l, nil
	}
	var err error
	if l.redirect, err = redirectOf(o, s, v); err != nil {
		return nil, err
	}
	if !login.Served(l.redirect) {
		return l, nil
	}
	return l, l.listen()
}

// findBrowser finds out whether there is a browser.
func (l *userLogin) findBrowser() {
	switch {
	case l.options.noBrowser:
		l.why = "--no-browser"
	case l.Browser == nil:
		l.why = "there is no browser"
	default:
		l.open, l.why = l.Browser()
	}
}

// redirectOf decides where a login comes back to.
func redirectOf(o loginOptions, s auth.Subject, v auth.Values) (string, error) {
	if o.redirectURI != "" {
		return o.redirectURI, nil
	}
	redirect, err := s.RedirectURI(v)
	if err != nil || o.redirectPort == 0 {
		return redirect, err
	}
	if !login.Served(redirect) {
		return "", usagef("--redirect-port: by its spec the login comes back to %s, which is not on this machine", secret.PrintableLine(redirect))
	}
	return withPort(redirect, o.redirectPort), nil
}

// withPort returns a redirect URI with another port.
func withPort(redirect string, port int) string {
	u, err := url.Parse(redirect)
	if err != nil {
		return redirect
	}
	host := u.Host
	if p := u.Port(); p != "" {
		host = host[:len(host)-len(p)-1]
	}
	u.Host = host + ":" + strconv.Itoa(port)
	return u.String()
}

// listen opens the listener.
func (l *userLogin) listen() error {
	var busy *login.BusyError
	listener, err := login.Listen(login.ListenerOptions{RedirectURI: l.redirect, Redact: l.redactor.Redact})
	switch {
	case errors.As(err, &busy):
		return &hinted{err, fmt.Sprintf("end that program, or choose another port with --redirect-port; a redirect URI with that port, such as %s, has to be registered at the provider, too", secret.PrintableLine(withPort(l.redirect, 47921)))}
	case err != nil:
		return fmt.Errorf("listen at %s: %w", secret.PrintableLine(l.redirect), err)
	}
	l.listener, l.redirect = listener, listener.RedirectURI()
	return nil
}

// attended tells whether somebody can take part in the login here; else why not.
// A code for another device is printed: that is enough.
func (l *userLogin) attended() (bool, string) {
	if l.redirect == "" || l.open != nil && l.listener != nil || l.pastes() || l.page != nil {
		return true, ""
	}
	if l.open != nil {
		return false, "the login comes back to " + l.redirect + ", which is not served here, and there is no terminal to paste the address into"
	}
	return false, cmp.Or(l.why, "there is no browser") + ", and there is no terminal to paste the address into"
}

// pastes tells whether somebody can paste.
func (l *userLogin) pastes() bool { return l.Ask != nil && !l.noInput }

// world lets a run log in by l.
func (l *userLogin) world(w *auth.World) {
	w.Redirect, w.Device = l.redirect, l.asDevice
	w.Browser, w.Prompt, w.Poll = l.browse, l.prompt, l.poll
}

// show lets a page of ours, at next, lead the user to the login by fn, in place of
// a browser that is opened.
func (l *userLogin) show(fn func(url string), next string) { l.page, l.next = fn, next }

// close ends the listener.
func (l *userLogin) close() {
	if l.listener != nil {
		_ = l.listener.Close()
	}
}

// routed returns an address as the browser opens it.
func (l *userLogin) routed(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	for _, r := range l.options.routes {
		if routed := r.URL(u); routed != u {
			return routed.String()
		}
	}
	return address
}

// A lockedWriter lets several write.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// A directWriter writes past a redactor, behind what that has.
type directWriter struct {
	w        io.Writer
	redacted *secret.Writer
}

func (d *directWriter) Write(p []byte) (int, error) {
	if err := d.redacted.Flush(); err != nil {
		return 0, err
	}
	return d.w.Write(p)
}
