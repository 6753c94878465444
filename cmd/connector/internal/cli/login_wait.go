package cli

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
)

// hintAfter is how long a login waits before it says what may be wrong.
const hintAfter = 20 * time.Second

// A loginLate says that nobody came back in time.
type loginLate struct{ after time.Duration }

func (e *loginLate) Error() string {
	return "nobody came back from the login within " + words(e.after)
}

// words writes a duration without parts that are nothing: 5m.
func words(d time.Duration) string {
	text := d.String()
	for _, unit := range []string{"m0s", "h0m"} {
		if short, ok := strings.CutSuffix(text, unit); ok {
			text = short + unit[:1]
		}
	}
	return text
}

// browse sends the user to a URL and waits for where they come back: by
// themselves, or by pasting.
func (l *userLogin) browse(ctx context.Context, visit login.Visit) (string, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, l.options.timeout, &loginLate{l.options.timeout})
	defer cancel()
	defer l.close()
	visit.URL = l.routed(visit.URL)
	if u, err := url.Parse(visit.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return "", errors.New("the address of the login is no web address")
	}
	type answer struct {
		callback string
		err      error
	}
	answers := make(chan answer, 2) // nobody waits for who reads them
	waiting := 0
	if l.listener != nil {
		waiting++
		l.listener.Lead(l.next)
		ready := make(chan struct{}) // before it waits, an answer is nobody's
		go func() {
			callback, err := l.listener.Wait(ctx, visit, func() { close(ready) })
			answers <- answer{callback, err}
		}()
		select {
		case <-ready:
		case a := <-answers:
			return "", a.err
		}
	}
	if err := l.send(ctx, visit.URL); err != nil {
		return "", err
	}
	if l.pastes() && l.page == nil {
		waiting++
		go func() {
			callback, err := l.paste(ctx, visit)
			answers <- answer{callback, err}
		}()
	}
	go l.hint(ctx)
	var last error
	for range waiting {
		select {
		case a := <-answers:
			if a.err == nil || !errors.Is(a.err, errNotPasted) {
				return a.callback, a.err
			}
			last = a.err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
	if last == nil {
		_, why := l.attended()
		last = errors.New(why)
	}
	return "", last
}

// send tells the user where to go, and opens the browser there.
func (l *userLogin) send(ctx context.Context, address string) error {
	if l.page != nil {
		l.page(address)
		return nil
	}
	if l.open == nil {
		l.instruct(address, "Open this address in a browser"+l.reason()+":")
		return nil
	}
	// Where nobody watches, what is printed is kept as a log.
	watched := l.StderrTerminal && !l.quiet
	switch {
	case watched:
		l.instruct(address, "The browser is opened. If it shows nothing, open this address:")
	case !l.quiet:
		fmt.Fprintf(l.Stderr, "connector: %s; the browser is opened, and the login comes back to %s\n", l.where(address), secret.PrintableLine(l.redirect))
	}
	err := l.open(ctx, address)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return nil
	}
	fmt.Fprintf(l.Stderr, "connector: the browser could not be opened: %s\n", secret.PrintableLine(err.Error()))
	if !watched {
		l.instruct(address, "Open this address in a browser:")
	}
	return nil
}

// where says where the user logs in.
func (l *userLogin) where(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "log in"
	}
	return secret.PrintableLine(fmt.Sprintf("log in to %s at %s://%s", l.connector, u.Scheme, u.Host))
}

// reason says why no browser is opened, where the user did not ask for that.
func (l *userLogin) reason() string {
	if l.why == "" || l.options.noBrowser {
		return ""
	}
	return " (" + l.why + ")"
}

// instruct tells the user what to open. The address goes to the terminal and
// nowhere else: it holds the state of the login.
func (l *userLogin) instruct(address, what string) {
	fmt.Fprintf(l.direct, "connector: %s\n\n%s\n\n  %s\n\n%s\n",
		l.where(address), what, secret.PrintableLine(address),
		secret.PrintableLine(fmt.Sprintf("The login comes back to %s, within %s; Ctrl-C ends it.", l.redirect, words(l.options.timeout))))
}

// errNotPasted says that nobody will paste any more, while the listener waits.
var errNotPasted = errors.New("the terminal was closed before the login came back")

// paste asks for the address at which the browser ended, until it is one of this
// login.
func (l *userLogin) paste(ctx context.Context, visit login.Visit) (string, error) {
	prompt := "Or paste the address that the browser ends at (not shown): "
	if l.listener == nil {
		prompt = "Paste the address that the browser ends at (not shown): "
	}
	for {
		text, err := l.asker().Secret(ctx, prompt)
		switch {
		case ctx.Err() != nil:
			return "", context.Cause(ctx)
		case err != nil:
			return "", errNotPasted
		case text == "":
			continue
		}
		callback, err := login.Pasted(text, l.redirect)
		if err == nil && visit.Check != nil {
			err = visit.Check(callback)
		}
		if err == nil {
			return callback, nil
		}
		fmt.Fprintf(l.Stderr, "connector: %s\n", secret.PrintableLine(err.Error()))
		prompt = "Paste it again, or press Ctrl-C: "
	}
}

// hint says after a while what usually keeps a login from coming back.
func (l *userLogin) hint(ctx context.Context) {
	if l.quiet || l.Wait(ctx, hintAfter) != nil || ctx.Err() != nil {
		return
	}
	text := "still waiting. If the browser shows an error of the provider, read it: most often the client id is another, or the redirect URI is not registered there exactly as it is above."
	if l.listener != nil {
		text += " If it cannot reach " + l.redirect + ", it runs on another machine: "
		if l.pastes() {
			text += "paste the address from its address bar here."
		} else {
			text += "run this where the browser is, or on a terminal, to paste the address from its address bar."
		}
	}
	fmt.Fprintf(l.Stderr, "connector: %s\n", secret.PrintableLine(text))
}

// poll lets time pass between two questions whether the code was entered.
func (l *userLogin) poll(ctx context.Context, d time.Duration) error {
	if l.Now().Add(d).After(l.prompted.Add(l.options.timeout)) {
		return fmt.Errorf("nobody entered the code within %s", words(l.options.timeout))
	}
	return l.Wait(ctx, d)
}

// prompt shows the code of a login on another device, and opens the page where
// it is entered, if there is a browser.
func (l *userLogin) prompt(ctx context.Context, p auth.DevicePrompt) error {
	address, complete := l.routed(p.URI), l.routed(p.CompleteURI)
	l.prompted = l.Now()
	text := fmt.Sprintf("Log in to %s: open\n\n  %s\n\non any device, and enter the code\n\n  %s\n\n", secret.PrintableLine(l.connector), secret.PrintableLine(address), secret.PrintableLine(p.UserCode))
	if complete != "" {
		text += fmt.Sprintf("or open this address, and see that it shows the same code:\n\n  %s\n\n", secret.PrintableLine(complete))
		address = complete
	}
	end := l.prompted.Add(l.options.timeout)
	if !p.Expiry.IsZero() && p.Expiry.Before(end) {
		end = p.Expiry
	}
	text += fmt.Sprintf("Do so by %s; ", end.Local().Format("15:04:05"))
	if _, err := fmt.Fprint(l.direct, text+"Ctrl-C ends the login.\n"); err != nil {
		return err
	}
	switch {
	case l.page != nil:
		l.page(address)
	case l.open != nil:
		if err := l.open(ctx, address); err != nil && ctx.Err() == nil {
			fmt.Fprintf(l.Stderr, "connector: the browser could not be opened: %s\n", secret.PrintableLine(err.Error()))
		}
	}
	return ctx.Err()
}
