package auth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
)

// borrowing is the key of a context that lists who borrows, one from the other.
type borrowing struct{}

// A borrower is an option of a connector.
type borrower struct{ file, key, option string }

func borrowerOf(s Subject) borrower {
	return borrower{s.Connector.File, s.Connector.Key(), s.OptionKey()}
}

// lender returns the connection that the option borrows from.
func (l *life) lender(ctx context.Context) (context.Context, *Connection, error) {
	key := l.Option.Value.Get("proxyKey").Text()
	if l.connections == nil {
		return ctx, nil, errors.New("the option uses a connection of another connector, and there are none here")
	}
	chain, _ := ctx.Value(borrowing{}).([]borrower)
	chain = append(slices.Clip(chain), borrowerOf(l.Subject))
	ctx = context.WithValue(ctx, borrowing{}, chain)
	c, err := l.connections(ctx, key, l.Subject)
	if err != nil {
		return ctx, nil, fmt.Errorf("the connection of %q: %w", key, err)
	}
	if slices.Contains(chain, borrowerOf(c.subject)) {
		return ctx, nil, fmt.Errorf("the connection of %q is borrowed from itself", key)
	}
	return ctx, c, nil
}

// loginProxy takes the credentials of the connection that the option names.
func (l *life) loginProxy(ctx context.Context) error {
	return l.step("proxy", func() error {
		return l.borrow(ctx, func(ctx context.Context, lender *Connection) (*Credential, error) { return lender.Fresh(ctx) })
	})
}

// refreshProxied takes them anew, which the other connection obtains if it has
// none that is newer.
func (l *life) refreshProxied(ctx context.Context) error {
	return l.step("proxy", func() error {
		return l.borrow(ctx, func(ctx context.Context, lender *Connection) (*Credential, error) {
			c, err := lender.Fresh(ctx)
			if err == nil && l.over(loanOf(c)).Equal(l.credential().Values) {
				_, err = lender.renew(ctx, c)
				c, err = lender.Credential(), lender.shown(err)
			}
			return c, err
		})
	})
}

// loanOf returns what is lent of a credential: not what obtains others.
func loanOf(c *Credential) formula.Value { return c.Values.Without("refresh_token") }

// over returns a loan over what the user entered.
func (l *life) over(loan formula.Value) formula.Value {
	b := l.values.Inputs.Builder()
	overlay(b, loan)
	return b.Value()
}

// borrow takes the credential that take gets of the lender into use. The loan is
// an exchange, so that who records the run has it, and who replays it needs no
// lender.
func (l *life) borrow(ctx context.Context, take func(context.Context, *Connection) (*Credential, error)) error {
	fresh := &Credential{Obtained: l.clock()}
	lend := func() (formula.Value, error) {
		ctx, lender, err := l.lender(ctx)
		if err != nil {
			return formula.Undefined, err
		}
		c, err := take(ctx, lender)
		switch {
		case err != nil:
			return formula.Undefined, err
		case c.Key != "":
			return formula.Undefined, errors.New("the tokens of the other connection are bound to a key, which is not lent: it cannot be used through a proxy")
		}
		*fresh = *c
		l.learned("credentials", secretMembers(c.Values))
		return loanOf(c), nil
	}
	loan, err := l.loan(ctx, lend)
	if err != nil {
		return err
	}
	fresh.Values, fresh.Pending, fresh.NeedsLogin = l.over(loan), false, ""
	l.put(fresh)
	return nil
}

// maxLoan bounds what is lent, in bytes.
const maxLoan = 1 << 20

// loan sends lend as an exchange with the connection that the option names, at an
// address that no server has (RFC 2606 2).
func (l *life) loan(ctx context.Context, lend lending) (formula.Value, error) {
	u := url.URL{Scheme: "https", Host: url.PathEscape(l.Option.Value.Get("proxyKey").Text()) + ".connection.invalid", Path: "/credentials"}
	req, err := http.NewRequestWithContext(context.WithValue(ctx, lendingKey{}, lend), http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return formula.Undefined, errors.New("proxyKey is no key of a connector")
	}
	resp, err := l.transport.RoundTrip(req)
	if err != nil {
		return formula.Undefined, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxLoan))
	if err != nil {
		return formula.Undefined, err
	}
	v, err := formula.ParseJSON(data)
	if err != nil || !v.IsObject() {
		return formula.Undefined, errors.New("what is borrowed is no credential")
	}
	return v, nil
}

// A lending gives what is lent.
type lending func() (formula.Value, error)

// lendingKey is the key of a context with the lending of a request.
type lendingKey struct{}

// answer makes the answer of a loan.
func (lend lending) answer(req *http.Request) (*http.Response, error) {
	v, err := lend()
	if err != nil {
		return nil, err
	}
	data := v.AppendJSON(nil)
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(data)), ContentLength: int64(len(data)), Request: req,
	}, nil
}

// lent keeps what was borrowed to the origins that its owner sends it to. A run
// with placeholders has borrowed nothing.
func (l *life) lent(ctx context.Context, c *client.Config) error {
	if l.Option.Type() != "proxy" || l.run.ThrowAway {
		return nil
	}
	ctx, lender, err := l.lender(ctx)
	if err != nil || lender.anywhere {
		return err
	}
	credential, err := lender.Fresh(ctx)
	if err != nil {
		return err
	}
	owner, err := lender.clientConfig(ctx, credential)
	if err != nil {
		return err
	}
	allowed := func(o client.Origin) bool { return slices.ContainsFunc(owner.Origins, o.Same) }
	base, err := client.ParseOrigin(c.Base)
	if err != nil {
		return err
	}
	if !allowed(base) {
		return fmt.Errorf("the base address is at %s, and the connection of %q goes to other origins: what is borrowed goes where its owner sends it", base, l.Option.Value.Get("proxyKey").Text())
	}
	c.Origins = slices.DeleteFunc(slices.Clone(c.Origins), func(o client.Origin) bool { return !allowed(o) })
	return nil
}
