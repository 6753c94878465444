package cli

import (
	"errors"

	"github.com/connector-spec/connector/auth"
)

// logIn lets the user log in to what is tested. Who is done with it ends it.
func (t *tester) logIn(c *testCase, world *auth.World) (end func(), err error) {
	t.logins.Lock()
	resume := func() {}
	if t.status != nil {
		resume = t.status.pause()
	}
	options := t.opts.login
	options.routes, options.asSpec = t.routes, true
	l, err := t.newLogin(options, c.subject, c.values)
	if err == nil {
		if ok, why := l.attended(); !ok {
			l.close()
			err = credentialError{errors.New("the login needs its user: " + why)}
		}
	}
	if err != nil {
		resume()
		t.logins.Unlock()
		return nil, err
	}
	l.world(world)
	return func() {
		l.close()
		resume()
		t.logins.Unlock()
	}, nil
}

// nobody says why nobody can log in to a subject here; "" if somebody can: a code
// for another device is printed.
func (t *tester) nobody(s auth.Subject) string {
	l := &userLogin{global: t.global, options: t.opts.login}
	if l.findBrowser(); l.open != nil || l.pastes() || s.ByDevice() || t.opts.login.device {
		return ""
	}
	return "its login needs its user, and " + l.why + ", nor a terminal to paste into: set BROWSER to a command that opens a browser, or run this on a terminal"
}
