package auth

import (
	"context"
	"errors"
	"fmt"
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
	return l.step("proxy", func(*Step) error {
		ctx, lender, err := l.lender(ctx)
		if err != nil {
			return err
		}
		c, err := lender.Fresh(ctx)
		if err != nil {
			return err
		}
		return l.borrow(c)
	})
}

// refreshProxied takes them anew, which the other connection obtains if it has
// none that is newer.
func (l *life) refreshProxied(ctx context.Context) error {
	return l.step("proxy", func(*Step) error {
		ctx, lender, err := l.lender(ctx)
		if err != nil {
			return err
		}
		c, err := lender.Fresh(ctx)
		if err == nil && l.borrowed(c).Equal(l.credential().Values) {
			_, err = lender.renew(ctx, c)
			c, err = lender.Credential(), lender.shown(err)
		}
		if err != nil {
			return err
		}
		return l.borrow(c)
	})
}

// borrowed returns another connection's credentials over what the user entered:
// without what obtains others, which is not lent.
func (l *life) borrowed(c *Credential) formula.Value {
	b := l.values.Inputs.Builder()
	overlay(b, c.Values.Without("refresh_token"))
	return b.Value()
}

// borrow takes another connection's credentials into use.
func (l *life) borrow(c *Credential) error {
	if c.Key != "" {
		return errors.New("the tokens of the other connection are bound to a key, which is not lent: it cannot be used through a proxy")
	}
	fresh := *c
	fresh.Values, fresh.Pending, fresh.NeedsLogin = l.borrowed(c), false, ""
	l.learned("credentials", secretMembers(c.Values))
	l.put(&fresh)
	return nil
}

// lent keeps what was borrowed to the origins that its owner sends it to. A run
// with placeholders has borrowed nothing.
func (l *life) lent(ctx context.Context, c *client.Config) error {
	if l.Option.Type() != "proxy" || l.run.ThrowAway {
		return nil
	}
	ctx, lender, err := l.lender(ctx)
	if err != nil {
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
