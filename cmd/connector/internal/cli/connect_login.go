package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// login obtains the credential and tests it.
func (c *connecting) login(ctx context.Context) (made, error) {
	l, err := c.ready()
	if err != nil {
		return made{}, err
	}
	defer l.close()
	ok, why := l.attended()
	switch {
	case !ok && c.opts.login.noBrowser:
		return made{}, c.begin(ctx, l)
	case !ok:
		return made{}, &hinted{
			credentialError{fmt.Errorf("the login of %s needs its user: %s", c.subject.Connector.Name(), why)},
			"run it on a terminal, or where there is a browser; --no-browser begins the login, for connect --complete to finish",
		}
	}
	return c.loginBy(ctx, l, nil)
}

// ready opens what the login comes back to.
func (c *connecting) ready() (*userLogin, error) {
	o := c.opts.login
	o.routes = c.routes
	if c.known != nil && o.redirectURI == "" && o.redirectPort == 0 {
		o.redirectURI = c.known.Redirect
	}
	return c.newLogin(o, c.subject, c.values)
}

// loginBy logs in. Begin is told each step; nil if nobody wants to know.
func (c *connecting) loginBy(ctx context.Context, l *userLogin, begin func(step string)) (made, error) {
	world := c.world()
	world.Begin = begin
	l.world(&world)
	connection, result, err := auth.Connect(ctx, c.subject, c.values, world)
	return made{connection, result, c.redirectTold(l)}, err
}

// redirectTold returns where the login comes back to; "" for what the spec says.
func (c *connecting) redirectTold(l *userLogin) string {
	if c.opts.login.redirectURI != "" || c.opts.login.redirectPort != 0 || c.known != nil && c.known.Redirect != "" {
		return l.redirect
	}
	return ""
}

// world is what the login takes from outside, but for its user.
func (c *connecting) world() auth.World {
	return auth.World{
		Network: c.wired(c.redactor, ""), Now: c.Now, Redactor: c.redactor, Timeout: c.timeout, Wait: c.wait, Log: c.log,
		Connections: c.lends.connection,
	}
}

// refused says why there is no credential, in the words of the server.
func (c *connecting) refused(result *auth.Result) error {
	err := errors.New(secret.PrintableLine("not connected: " + result.Message))
	var usage usageError
	var credential credentialError
	switch {
	case errors.As(result.Err, &usage):
		err = usageError{err}
	case errors.As(result.Err, &credential):
		err = credentialError{err}
	case !result.Unreachable():
		err = noError{err}
	}
	return &hinted{err, cmp.Or(result.Hint, hintOf(result.Err))}
}
